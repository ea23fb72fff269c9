"""PDFs of documents into a folder of the user's, and their hashes into the ledger.

A hash is kept when a document's PDF is first written: from then on bill knows the bytes and says when a template, a logo or a font
gives others. A PDF in a folder is no proof that anybody got it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from billcli.app import papers
from billcli.app.books import Books, open_books
from billcli.app.refresh import Progress, no_progress
from billcli.errors import BillError, NeedsPerson, UsageError
from billcli.index import queries
from billcli.index.delivery_queries import deliveries_of
from billcli.store import outfile

if TYPE_CHECKING:
    from billcli.app.context import Context
    from billcli.app.write import Done, Planner
    from billcli.core.plan import Create, Plan
    from billcli.render.studio import Fault, Job


class Chosen(NamedTuple):
    """Which documents: by number, or issued within these days, of all customers or of one."""

    kind: str
    numbers: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    customer: str | None = None


class Sheet(NamedTuple):
    """A document as bytes; ``document`` is its number where its hash is kept."""

    name: str
    data: bytes
    customer: str
    document: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class Failed(NamedTuple):
    """A document of which no PDF could be made, and where to look."""

    name: str
    why: str


class Written(NamedTuple):
    """``wrote`` are new files, or such with other bytes than before; ``same`` were there already."""

    wrote: tuple[str, ...]
    same: tuple[str, ...]
    failed: tuple[Failed, ...]
    told: tuple[str, ...] = ()
    done: Done | None = None


def write_documents(
    context: Context, chosen: Chosen, out: str, *, again: bool, dry_run: bool, progress: Progress = no_progress
) -> Written:  # fmt: skip
    """The PDFs first, each whole or not at all, then their hashes: what the ledger knows of is in the folder.

    Raises ``BillError`` where not one could be made.
    """
    with open_books(context, progress) as books:
        numbers = _numbers(books, chosen)
        customers = {number: _customer(books, chosen.kind, number) for number in numbers}
        jobs = [_document_job(books, chosen.kind, number) for number in numbers]
        sheets, failed = _made(books.root, jobs, [f"{number}.pdf" for number in numbers], progress)
        made = [Sheet(name, data, customers[number], number) for number in numbers for name, data in sheets if name == f"{number}.pdf"]
        other = _others(books, chosen.kind, made)
    if dry_run:
        return _looked(made, Path(out), failed, _told_others(other, again=again))
    wrote, same = _put(made, out)
    done, trouble = _kept(context, chosen.kind, made, again=again, progress=progress)
    return Written(wrote, same, failed, (*_told_others(other, again=again), *trouble), done)


def write_statements(
    context: Context, customers: Sequence[str], group: str | None, since: date | None, kind: str, out: str, *, dry_run: bool,
    progress: Progress = no_progress,
) -> Written:  # fmt: skip
    """One PDF for each customer, as it would be mailed. No hash is kept: what a statement says changes with the books."""
    from billcli.app.outbox.parcels import statement_parcels

    with open_books(context, progress) as books:
        parcels = statement_parcels(books, customers, group, kind, since, books.today)
        names = [each.file_name for each in parcels]
        sheets, failed = _made(books.root, [each.paper for each in parcels if each.paper], names, progress)
    found = {each.file_name: each.customer for each in parcels}
    made = [Sheet(name, data, found[name]) for name, data in sheets]
    if dry_run:
        return _looked(made, Path(out), failed, ())
    wrote, same = _put(made, out)
    return Written(wrote, same, failed)


def _numbers(books: Books, chosen: Chosen) -> list[str]:
    if chosen.numbers and (chosen.since or chosen.until or chosen.customer):
        raise UsageError("numbers and --since, --until or --customer exclude each other", "name documents, or say which days")
    if chosen.numbers:
        for number in chosen.numbers:
            books.path(chosen.kind, number)
        return list(dict.fromkeys(chosen.numbers))
    if chosen.since is None and chosen.customer is None:
        raise UsageError(f"of which {chosen.kind.replace('-', ' ')}?", "name numbers, or say from which day on with --since")
    if chosen.customer is not None:
        books.path("customer", chosen.customer)
    return queries.numbers_issued(books.index, chosen.kind, chosen.since, chosen.until, chosen.customer)


def _customer(books: Books, kind: str, number: str) -> str:
    fact = queries.invoice(books.index, number) if kind == "invoice" else queries.credit_note(books.index, number)
    assert fact is not None
    return fact.customer


def _document_job(books: Books, kind: str, number: str) -> Job:
    from billcli.render.studio import Job

    data = papers.document_data(books, kind, number)
    return Job("paper", kind, papers.language_of(data["document"]), data)


def _made(root: str, jobs: Sequence[Job], names: Sequence[str], progress: Progress) -> tuple[list[tuple[str, bytes]], tuple[Failed, ...]]:
    """What could be made, by name, and what could not. Raises ``BillError`` where there is nothing but faults."""
    made: list[tuple[str, bytes]] = []
    failed: list[Failed] = []
    for name, result in zip(names, _results(root, jobs, progress), strict=True):
        if isinstance(result, bytes):
            made.append((name, result))
        else:
            failed.append(Failed(name, result))
    if failed and not made:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        raise BillError(f"{failed[0].name} cannot be made{more}: {failed[0].why}", "nothing was written")
    return made, tuple(failed)


def _results(root: str, jobs: Sequence[Job], progress: Progress) -> list[bytes | str]:
    """Bytes, or why there are none, in the order of the jobs."""
    from billcli.render.studio import Studio

    made = Studio(root).made(jobs, progress)
    return [each if isinstance(each, bytes) else cast("Fault", each).told for each in made]


def _put(sheets: Sequence[Sheet], out: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Writes what is not there with these bytes. The folder is the user's: a file of the name is replaced, at one stroke."""
    folder = Path(out)
    outfile.make_folder(str(folder.absolute()))
    wrote, same = [], []
    for each in sheets:
        if _there(folder / each.name) == each.data:
            same.append(each.name)
            continue
        outfile.put(str(folder / each.name), each.data, private=True)
        wrote.append(each.name)
    return tuple(wrote), tuple(same)


def _there(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _looked(sheets: Sequence[Sheet], folder: Path, failed: tuple[Failed, ...], told: tuple[str, ...]) -> Written:
    """What writing would do."""
    same = tuple(each.name for each in sheets if _there(folder / each.name) == each.data)
    return Written(tuple(each.name for each in sheets if each.name not in same), same, failed, told)


def _stored(books: Books, kind: str, numbers: Sequence[str]) -> dict[str, list[str]]:
    """The hashes that were kept for each document, the oldest first; those of PDFs that went by mail among them."""
    from billcli.model.delivery import Delivery

    found: dict[str, list[str]] = {}
    for number, deliveries in deliveries_of(books.index, kind, numbers).items():
        for fact in sorted(deliveries, key=lambda each: (each.planned_at, each.id)):
            attached = books.document(books.path("delivery", fact.id), Delivery).attachments
            found.setdefault(number, []).extend(each.sha256 for each in attached if each.name == f"{number}.pdf")
    return found


def _others(books: Books, kind: str, sheets: Sequence[Sheet]) -> list[str]:
    """The documents whose PDF is not what it was when its hash was kept."""
    stored = _stored(books, kind, [each.document for each in sheets if each.document])
    return [each.document for each in sheets if each.document and stored.get(each.document) and each.sha256 not in stored[each.document]]


def _told_others(numbers: Sequence[str], *, again: bool) -> tuple[str, ...]:
    if not numbers:
        return ()
    which = ", ".join(numbers[:3]) + (f" and {len(numbers) - 3} more" if len(numbers) > 3 else "")
    then = "its hash is kept beside the first" if again else "the kept hash stays; --again keeps the new one as well"
    return (f"the PDF of {which} is not what it was when it was first written (template, logo, language or fonts): {then}",)


def _kept(context: Context, kind: str, sheets: Sequence[Sheet], *, again: bool, progress: Progress) -> tuple[Done | None, tuple[str, ...]]:
    """The hashes of what has none yet; a ledger that cannot be written is told, the PDFs are there all the same."""
    from billcli.app.write import carry_out, preview

    planner = _planner(context, kind, sheets, again=again)
    if not preview(context, planner, progress).steps:
        return None, ()
    try:
        return carry_out(context, planner, None, progress), ()
    except BillError as error:
        if not isinstance(error.__cause__, OSError):
            raise
        return None, (f"the ledger cannot be written, so no hash is kept: {error.message}",)
    except OSError as error:
        return None, (f"the ledger cannot be written, so no hash is kept: {error.strerror}",)


def _planner(context: Context, kind: str, sheets: Sequence[Sheet], *, again: bool) -> Planner:
    def planner(books: Books) -> Plan:
        from billcli.core.plan import Plan
        from billcli.core.report import counted

        stored = _stored(books, kind, [each.document for each in sheets if each.document])
        steps = []
        for each in sheets:
            known = stored.get(each.document or "", [])
            if each.sha256 not in known and (again or not known):
                steps.append(_delivery(books, context, kind, each, first=not known))
        names = ", ".join(each.document or "" for each in sheets[:3]) + (" and more" if len(sheets) > 3 else "")
        summary = (f"keep the {'hash' if len(steps) == 1 else 'hashes'} of {counted(len(steps), 'PDF')}: {names}",) if steps else ()
        return Plan(f"{kind} pdf", tuple(steps), summary, {"kept": len(steps)})

    return planner


def _delivery(books: Books, context: Context, kind: str, sheet: Sheet, *, first: bool) -> Create:
    from billcli.core.delivery import delivery_id, delivery_key, instant_text
    from billcli.core.document import document_data, path_of
    from billcli.core.plan import Create
    from billcli.model.delivery import Attachment, Delivery, State, state_text

    assert sheet.document is not None
    about = None if first else sheet.sha256[:16]
    key = delivery_key(kind, (sheet.document,), about, "file", None)
    made = Delivery(
        id=delivery_id(kind, sheet.document, key), kind=kind, customer=sheet.customer, documents=(sheet.document,), about=about,
        on=books.today, channel="file", planned_at=instant_text(context.now),
        attachments=(Attachment(name=sheet.name, sha256=sheet.sha256),),
        states=(state_text(State(context.now, "sent", f"written as {sheet.name}")),),
    )  # fmt: skip
    return Create(path_of("deliveries", made.id, books.today), "delivery", document_data(made))


def check_complete(written: Written) -> None:
    """Raises ``NeedsPerson`` where some could not be made."""
    if written.failed:
        first = written.failed[0]
        more = f", and {len(written.failed) - 1} more" if len(written.failed) > 1 else ""
        raise NeedsPerson(f"{first.name} cannot be made: {first.why}{more}", "the others are written")

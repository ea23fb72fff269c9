"""The use case of giving a new number to one of two documents that claim the same: in the midst of a merge, or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books
from billcli.core import addresses
from billcli.core import renumber as core
from billcli.core.document import document_data
from billcli.core.plan import Create, Plan, Revert, Step
from billcli.core.renumber import FOLDERS, Claim
from billcli.errors import BillError, UsageError
from billcli.index import check_queries, queries, renumber_queries
from billcli.model.values import quoted
from billcli.store import fs, git
from billcli.store.layout import KINDS
from billcli.store.read import read
from billcli.store.write import document_text

if TYPE_CHECKING:
    from billcli.app.write import Planner

_BOTH = (
    "where both reached a customer, keep one file, invoice the other anew, and tell that customer: the earlier number is another's; "
    "what only waits to be sent is dropped by bill outbox resolve ID --drop"
)


class _Sides(NamedTuple):
    """A claim with the steps that leave the document that stays where it belongs."""

    claim: Claim
    steps: tuple[Step, ...]
    texts: dict[str, bytes | None]


def plan_renumber(document: str | None, reason: str, *, ours: bool) -> Planner:
    """``document`` is a number, or the file that is to move; None for every number that a merge has left claimed twice.

    In a merge or rebase the document of their side moves, of our side with ``ours``.
    """

    def planner(books: Books) -> Plan:
        sides = [*_in_conflict(books, document, ours=ours)] or [*_doubled(books, document)]
        if not sides:
            what = f"{quoted(document)} is" if document else "no number is"
            hint = "a number has no gaps: an invoice that is wrong is made void, or credited and invoiced anew"
            raise BillError(f"{what} not claimed by two documents" if document else f"{what} claimed by two documents", hint)
        _ensure_rest_readable(books, sides)
        return _plan(books, sides, reason)

    return planner


def _in_conflict(books: Books, document: str | None, *, ours: bool) -> list[_Sides]:
    """What git could not merge: two documents that were added at one path."""
    found = []
    for path, (two, three) in sorted(git.both_added(books.root, [*FOLDERS.values()]).items()):
        kind = next(kind for kind, folder in FOLDERS.items() if path.startswith(f"{folder}/"))
        if document is not None and document not in (path, addresses.name_of(path)):
            continue
        stays, moves = (three, two) if ours else (two, three)
        claim = Claim(kind, addresses.name_of(path), _entity(stays, path), _entity(moves, path))
        with_marks = fs.read_if_there(books.root, path)
        was = fs.sha256(with_marks) if with_marks is not None else None
        steps = () if with_marks == stays else (Revert(path, was, stays),)
        found.append(_Sides(claim, steps, {path: stays}))
    return found


def _entity(raw: bytes, path: str) -> Any:
    entity = read(raw, path).entity
    if entity is None:
        raise BillError(f"one side of {path} is no document that bill can read", '"git show :2:FILE" and ":3:FILE" show both sides')
    return entity


def _doubled(books: Books, document: str | None) -> list[_Sides]:
    """Two files that say the same number."""
    found = []
    for kind, number, files in renumber_queries.claimants(books.index):
        if document is not None and document not in (number, *files):
            continue
        documents = {path: _entity(books.raw(path), path) for path in files}
        if len(files) != 2:
            raise BillError(f"{number} is claimed by {len(files)} files", "take all but two of them out of the way first")
        goes = document if document in files else _free(books, kind, number, documents)
        stays = next(path for path in files if path != goes)
        if addresses.is_address(goes):
            raise BillError(f"{number} stands in {addresses.file_of(goes)}", f'"bill unfold {addresses.month_of(goes)}" first')
        claim = Claim(kind, number, documents[stays], documents[goes])
        found.append(_Sides(claim, (Revert(goes, queries.hashes(books.index, [goes])[goes], None),), {goes: None}))
    return found


def _free(books: Books, kind: str, number: str, documents: dict[str, Any]) -> str:
    """The one of two files that nothing goes by. Raises ``UsageError`` where both are so, and a person must say."""
    users = renumber_queries.users(books.index, kind, number)
    free = []
    for path, moves in documents.items():
        stays = next(each for other, each in documents.items() if other != path)
        try:
            core.check_free(Claim(kind, number, stays, moves), users, _BOTH)
        except BillError as error:
            refused = error
        else:
            free.append(path)
    if not free:
        raise refused
    if len(free) > 1:
        raise UsageError(f"either file of {number} may take a new number", f"say which is to move: bill renumber {free[-1]}")
    return free[0]


def _ensure_rest_readable(books: Books, sides: list[_Sides]) -> None:
    settled = {path for each in sides for path in each.texts}
    if rest := sorted(path for path in queries.unreadable(books.index) if path not in settled):
        raise BillError(f"{rest[0]} cannot be read, so nobody knows what goes by these numbers", "resolve that conflict first")


def _plan(books: Books, sides: list[_Sides], reason: str) -> Plan:
    from billcli.core.calendars import Calendars

    claims = [each.claim for each in sides]
    for each in claims:
        core.check_free(each, renumber_queries.users(books.index, each.kind, each.number), _BOTH)
    settings = books.settings()
    steps: list[Step] = [step for each in sides for step in each.steps]
    texts: dict[str, bytes | None] = {path: raw for each in sides for path, raw in each.texts.items()}
    words: list[str] = []
    given: list[str] = []
    numbers: dict[str, str] = {}
    for kind in FOLDERS:
        mine = [each for each in claims if each.kind == kind]
        documents = core.chain(check_queries.numbered(books.index, kind), mine)
        seals = core.resealed(documents, mine)
        for seal in seals:
            users = [user for user in renumber_queries.users(books.index, kind, seal.number) if user[0].startswith("deliveries/")]
            if users:
                message = f"{seal.number} follows one that would move, and went out sealed so: {users[0][0]}"
                raise BillError(message, 'let the documents of the other side move: "--ours", or without it')
            raw = books.raw(seal.file)
            new = raw.replace(seal.old.encode(), seal.new.encode())
            steps.append(Revert(seal.file, fs.sha256(raw), new))
            texts[seal.file] = new
            words.append(f"  {seal.number} is sealed anew, since it follows another document now")
        new_seals = {each.number: each.new for each in seals}
        for moved in core.moved(documents, new_seals, mine, settings, books.today, Calendars(settings.calendars)):
            data = document_data(moved.document)
            steps.append(Create(moved.path, kind, data))
            texts[moved.path] = document_text(KINDS[kind].schema, data).encode()
            words.insert(len(numbers), moved.words)
            numbers[moved.claim.number] = moved.document.number
            given += [moved.document.number, *([moved.document.reference] if getattr(moved.document, "reference", None) else [])]
    _check(books, texts)
    if any(isinstance(step, Revert) and step.then is not None for each in sides for step in each.steps):
        words.append("  then end the merge: git add -A && git commit; in a rebase: git add -A && git rebase --continue")
    result = {"number": next(iter(numbers.values())), "renumbered": numbers}
    return Plan("renumber", tuple(steps), tuple(words), result, ("ledger.yaml",), tuple(given), reason=reason)


def _check(books: Books, texts: dict[str, bytes | None]) -> None:
    from billcli.app.trial import new_findings

    if errors := [each for each in new_findings(books, texts) if each.severity == "error"]:
        raise BillError("with these numbers the books would not be right; nothing was written", diagnostics=tuple(errors))

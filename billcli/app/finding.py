"""Use cases on findings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.app.repeated import answered, made_before
from billcli.core.plan import Plan
from billcli.core.report import Report, View
from billcli.errors import BillError, UsageError
from billcli.index import find, finding_queries
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner


class FindingOptions(NamedTuple):
    """As typed."""

    document: str
    text: str
    by: str | None = None
    on: date | None = None
    external_id: str | None = None
    notes: str | None = None


def plan_new(options: FindingOptions) -> Planner:
    """Keeps what was found on a document."""

    def planner(books: Books) -> Plan:
        from billcli.app.amounts import notes_of, optional, value_of
        from billcli.core import finding as core
        from billcli.core.days import check_not_ahead
        from billcli.model.values import parse_text
        from billcli.store.audit import actor

        document = _document(books, options.document)
        text = value_of(parse_text, options.text, "--text")
        by = value_of(parse_text, options.by if options.by is not None else actor(), "--by")
        on = options.on or books.today
        check_not_ahead(on, books.today, f"the latest possible day is {books.today}")
        every = [each for each in finding_queries.findings(books.index) if each.document == document]
        if (known := made_before(books, "finding", options.external_id)) is not None:
            same = any(each.id == known and each.text == text for each in every)
            return answered("finding", known, options.external_id, same=same)
        key = optional(parse_text, options.external_id, "--external-id")
        request = core.FindingRequest(document, on, text, by, key, notes_of(options.notes))
        return core.plan_new(request, every, find.in_use(books.index, "finding"))

    return planner


def plan_close(finding_id: str, correction: str | None, reason: str, on: date | None, *, accept: bool) -> Planner:
    """Closes it: corrected by a document, or accepted. Raises ``UsageError`` where both or neither is said."""
    if accept == (correction is not None):
        raise UsageError("a finding is either corrected or accepted", "name the correcting document with --correction, or say --accept")

    def planner(books: Books) -> Plan:
        from billcli.app.amounts import value_of
        from billcli.core import finding as core
        from billcli.core.days import check_not_ahead
        from billcli.model.finding import Finding
        from billcli.model.values import parse_text

        path = books.path("finding", finding_id)
        day = on or books.today
        check_not_ahead(day, books.today, f"the latest possible day is {books.today}")
        by = _document(books, correction) if correction is not None else None
        return core.plan_close(books.document(path, Finding), path, day, by, value_of(parse_text, reason, "--reason"))

    return planner


def _document(books: Books, name: str) -> str:
    """The number or id of a document of any kind, as it is spelled there."""
    found = [(kind, key) for kind in find.TABLES if kind != "finding" for key in find.taken(books.index, kind, [name]).values()]
    if not found:
        raise BillError(f"no document has {quoted(name)} as its number or id", '"bill show" finds documents by name, too')
    return found[0][1]


class FindingFilter(NamedTuple):
    """What ``finding list`` shows; everything given must hold."""

    state: str | None = None
    document: str | None = None
    by: str | None = None


def finding_list(books: Books, wanted: FindingFilter, as_of: date) -> Report:
    """Findings of that day and before, as they stand now."""
    from billcli.core.finding import STATES, finding_report

    if wanted.state is not None and wanted.state not in STATES:
        raise UsageError(f"--state: {quoted(wanted.state)} is no state of a finding", "use one of: " + ", ".join(STATES))
    document = _document(books, wanted.document) if wanted.document is not None else None
    found = [
        each
        for each in finding_queries.findings(books.index)
        if each.booked_on <= as_of
        and wanted.state in (None, each.state)
        and (document is None or document in (each.document, each.correction))
        and wanted.by in (None, each.found_by)
    ]
    return finding_report(found, as_of)


def finding_view(books: Books, finding_id: str, as_of: date) -> View:
    """One finding with its file."""
    path = books.path("finding", finding_id)
    fact = next(each for each in finding_queries.findings(books.index) if each.id == finding_id)
    fields = [
        ("Finding", fact.id), ("Document", fact.document), ("On", fact.booked_on), ("By", fact.found_by), ("What", fact.text),
        ("State", fact.state),
        *([("Correction", fact.correction)] if fact.correction else []), *([("Closed", fact.closed_on)] if fact.closed_on else []),
        *([("Reason", fact.reason)] if fact.reason else []), ("File", path),
    ]  # fmt: skip
    data = {
        "finding": fact.id, "document": fact.document, "on": fact.booked_on, "by": fact.found_by, "text": fact.text, "state": fact.state,
        "correction": fact.correction, "closed_on": fact.closed_on, "reason": fact.reason, "file": path,
    }  # fmt: skip
    return View("finding", fact.id, as_of, fields, (), data)

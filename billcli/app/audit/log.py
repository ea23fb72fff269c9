"""``bill audit log``: all that the trail tells, or the life of one document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from billcli.app.books import Books
from billcli.app.trail import entries
from billcli.core import addresses
from billcli.core.audit.log import Asked, Entry, Touch, life_of, log_report, place
from billcli.core.report import Report
from billcli.errors import BillError
from billcli.index import audit_queries, find, queries
from billcli.model.money import Money
from billcli.model.values import quoted


def log(books: Books, document: str | None, asked: Asked) -> Report:
    """Raises ``BillError`` for a document that neither the books nor the trail know."""
    zone = ZoneInfo(queries.settings(books.index).get("timezone", "UTC"))
    every = [_entry(each, zone) for *_, each in entries(books.root, audit_queries.trail_files(books.index))]
    about = _about(books, document, every) if document is not None else None
    return log_report(every, asked, books.today, about)


def broken(books: Books) -> list[str]:
    """Files of the trail of which not every entry could be told."""
    return sorted({each.file for each in queries.problems(books.index) if each.file.startswith("audit/") and each.severity == "error"})


def _entry(entry: dict[str, Any], zone: tzinfo) -> Entry:
    try:
        day = datetime.strptime(entry["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(zone).date()
    except ValueError:
        day = date.min  # "bill check" names it
    touches = tuple(Touch(each["path"], each["old"], each["new"], each.get("by", "")) for each in entry["files"])
    return Entry(entry["at"], day, entry["actor"], entry["command"], entry.get("reason") or "", entry["clone"], entry["seq"], touches)


def _about(books: Books, document: str, every: Sequence[Entry]) -> dict[str, str]:
    """The places of a document's life, and of what happened around it with what that has to do with it."""
    found = [(kind, key) for kind, key in find.search(books.index, document) if kind in find.TABLES]
    if len(found) > 1:
        named = ", ".join(f"{kind} {key}" for kind, key in found[:5])
        raise BillError(f"{quoted(document)} fits {len(found)} documents: {named}", "give the whole number or id")
    if not found:
        return dict.fromkeys(_gone(every, document), "")
    kind, key = found[0]
    about = dict.fromkeys(life_of(every, books.path(kind, key)), "")
    roles: dict[str, list[str]] = {}
    for path, role in audit_queries.around(books.index, kind, key):
        if (at := place(path)) not in about:
            roles.setdefault(at, []).append(_role(role))
    return {**about, **{at: ", ".join(dict.fromkeys(each)) for at, each in roles.items()}}


def _role(role: str) -> str:
    """An amount as a person writes it: the index has minor units."""
    kind, *amount = role.split(" ")
    if len(amount) == 2 and amount[0].isdigit() and amount[1].isupper():
        return f"{kind.replace('_', ' ')} {Money(int(amount[0]), amount[1])}"
    return role


def _gone(every: Sequence[Entry], document: str) -> set[str]:
    """The places of a document that is in the trail alone."""
    wanted = document.casefold()
    paths = {each.path for entry in every for each in entry.touches if addresses.name_of(each.path).casefold() == wanted}
    if not paths:
        raise BillError(f"neither the books nor the audit trail know {quoted(document)}", '"bill audit log" tells all there is')
    return {at for path in paths for at in life_of(every, path)}

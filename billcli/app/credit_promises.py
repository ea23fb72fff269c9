"""Promises to pay that were broken, as it was known from day to day."""

from __future__ import annotations

from datetime import date, timedelta

from billcli.app.books import Books
from billcli.app.hold_state import money_came, promised
from billcli.core.credit.history import Trouble
from billcli.core.facts import HoldFact
from billcli.core.hold_state import is_kept
from billcli.index import hold_queries, queries


def broken_promises(books: Books, until: date) -> list[Trouble]:
    """Each promise from the day after its last on while it is not kept; a person's word on how it ended stands above the figures."""
    found: list[Trouble] = []
    for hold in hold_queries.holds(books.index, until):
        if hold.kind == "plan" and hold.released_on and hold.released_on <= until and hold.outcome == "broken":
            found.append(Trouble(hold.released_on.toordinal(), hold.invoice or "", hold.customer, 1))
        if hold.kind == "promise":
            found += _of(books, hold, until)
    return found


def _of(books: Books, hold: HoldFact, until: date) -> list[Trouble]:
    every = promised(books, hold)
    released = hold.released_on if hold.released_on and hold.released_on <= until else None
    days = {day for _, mine in every for row in mine for day in (row.booked_on, row.ended_on) if day}
    days |= {hold.until + timedelta(1)} if hold.until else set()
    days |= {released} if released else set()
    if not hold.invoice and hold.until:
        days |= {each.booked_on for each in queries.payments_of(books.index, hold.customer, hold.booked_on, hold.until)}
    found: list[Trouble] = []
    before, since = False, 0
    for day in sorted(day for day in days if day <= until):
        if released and day >= released:
            now = hold.outcome == "broken"
        else:
            came = 0 if hold.invoice else money_came(books, hold, day)
            now = hold.until is not None and day > hold.until and not is_kept(hold, every, came, day)
        if now != before:
            since = day.toordinal() if now else since
            found.append(Trouble(day.toordinal(), hold.invoice or "", hold.customer, 1 if now else -1, since))
            before = now
    return found

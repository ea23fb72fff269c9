"""The use case of making an invoice void."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcli.app import settling
from billcli.app.books import Books
from billcli.core.plan import Plan
from billcli.errors import BillError
from billcli.index import queries

if TYPE_CHECKING:
    from billcli.app.write import Planner


def plan_void(number: str, reason: str, on: date | None) -> Planner:
    """Makes an invoice void that nothing was done with."""

    def planner(books: Books) -> Plan:
        from billcli.core.days import check_day
        from billcli.core.void import plan_void

        path = books.path("invoice", number)
        day = on or books.today
        check_day(day, books.settings(), books.today)
        _ensure_not_delivered(books, number)
        notes = queries.credit_notes_for(books.index, number)
        return plan_void(settling.targets(books, [number])[number], path, notes[0].number if notes else None, day, reason)

    return planner


def _ensure_not_delivered(books: Books, number: str) -> None:
    """What somebody has, or may have, is not taken out of the books."""
    from billcli.app.outbox.going import ensure_not_going
    from billcli.app.outbox.show import delivered

    ensure_not_going(books, "invoice", number)
    found = delivered(books, "invoice", number)
    if found is not None:
        how = f"to {found.recipient}" if found.recipient else "by hand"
        message = f"{number} went out {how} on {found.state_at[:10]}; only an invoice that nobody has can be made void"
        raise BillError(message, f'credit it: "bill credit-note new --invoice {number} --rest --reason …"')

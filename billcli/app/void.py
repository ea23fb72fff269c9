"""The use case of making an invoice void."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcli.app import settling
from billcli.app.books import Books
from billcli.core.plan import Plan
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
        notes = queries.credit_notes_for(books.index, number)
        return plan_void(settling.targets(books, [number])[number], path, notes[0].number if notes else None, day, reason)

    return planner

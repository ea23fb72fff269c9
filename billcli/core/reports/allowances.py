"""What was given away: discounts for early payment, and debts that nobody will pay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from billcli.core.report import Column, Report
from billcli.core.reports.table import Cut, Figure, Say, count, money, share, table, total
from billcli.core.reports.window import Window

DISCOUNT_COLUMNS = (
    Column("invoices", "Invoices", "count"),
    Column("given", "Given", "money"),
    Column("taken_back", "Taken back", "money"),
    Column("net", "Net", "money"),
    Column("late", "Of it late", "money"),
    Column("sales", "Sales", "money"),
    Column("share", "% of sales", "ratio"),
)


def discounts(facts: Iterable[Figure], cut: Cut, over: Window) -> Report:
    """Early-payment discounts booked in the time, less those taken back in it (by a bounced payment, an undone allocation or a credit
    note that exceeds what is open); with tax, as they lower what is owed.

    ``late`` was given for money after the day until which the terms grant it (grace). The share is of sales with tax, net of credit
    notes. ``facts``: ``given``, ``late``, ``taken_back``, ``sale``, ``credit``.
    """

    def make(mine: Sequence[Figure], currency: str, say: Say) -> Sequence[Any]:
        given, back, late = total(mine, "given"), total(mine, "taken_back"), total(mine, "late")
        sales = total(mine, "sale") - total(mine, "credit")
        of = share(given - back, sales, say, "nothing was sold in the time")
        return (count(mine, "given"), *(money(each, currency) for each in (given, back, given - back, late, sales)), of)

    return table("discounts", over.last, cut, facts, DISCOUNT_COLUMNS, make, (f"booked from {over}",))


BAD_DEBT_COLUMNS = (
    Column("invoices", "Invoices", "count"),
    Column("written_off", "Written off", "money"),
    Column("recovered", "Recovered", "money"),
    Column("net", "Net", "money"),
    Column("small", "Small differences", "money"),
    Column("sales", "Sales", "money"),
    Column("share", "% of sales", "ratio"),
)


def bad_debt(facts: Iterable[Figure], cut: Cut, over: Window) -> Report:
    """Bad debt written off in the time less what was recovered of any in it, and its share of sales: the bad-debt-to-sales ratio.

    With tax, as it lowers what is owed; sales are with tax, net of credit notes. ``small`` are differences of a few cents that were
    written off with a payment or on their own, less those taken back; they are no bad debt and not in the share.
    ``facts``: ``written_off``, ``recovered``, ``small``, ``sale``, ``credit``.
    """

    def make(mine: Sequence[Figure], currency: str, say: Say) -> Sequence[Any]:
        lost, back, small = total(mine, "written_off"), total(mine, "recovered"), total(mine, "small")
        sales = total(mine, "sale") - total(mine, "credit")
        of = share(lost - back, sales, say, "nothing was sold in the time")
        return (count(mine, "written_off"), *(money(each, currency) for each in (lost, back, lost - back, small, sales)), of)

    return table("bad-debt", over.last, cut, facts, BAD_DEBT_COLUMNS, make, (f"booked from {over}",))

"""How well receivables are turned into money: the collection effectiveness index, and turnover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from billcli.core.report import Column, Report
from billcli.core.reports.table import Cut, Figure, Say, money, percent, ratio, table, total
from billcli.core.reports.window import Window

CEI_COLUMNS = (
    Column("opening", "Opening", "money"),
    Column("billed", "Billed", "money"),
    Column("closing", "Closing", "money"),
    Column("not_due", "Not due", "money"),
    Column("cei", "CEI %", "ratio"),
)


def cei(facts: Iterable[Figure], cut: Cut, over: Window) -> Report:
    """(opening + billed - closing) / (opening + billed - closing not due) × 100 (Credit Research Foundation; Salek): of what could be
    collected in the time, the part that was.

    Opening and closing are open invoices the day before and on the last day. ``billed`` is what was invoiced less credit used and
    invoices made void in the time, so neither counts as collected. ``facts``: ``opening``, ``closing``, ``not_due``, ``sale``, ``relief``.
    """

    def make(mine: Sequence[Figure], currency: str, say: Say) -> Sequence[Any]:
        opening, closing, not_due = (total(mine, what) for what in ("opening", "closing", "not_due"))
        billed = total(mine, "sale") - total(mine, "relief")
        could = opening + billed - not_due
        if could <= 0:
            say("nothing fell due in the time")
        index = percent(opening + billed - closing, could) if could > 0 else None
        return (*(money(each, currency) for each in (opening, billed, closing, not_due)), index)

    return table("cei", over.last, cut, facts, CEI_COLUMNS, make, (f"from {over}",))


TURNOVER_COLUMNS = (
    Column("sales", "Sales", "money"),
    Column("opening", "Opening", "money"),
    Column("closing", "Closing", "money"),
    Column("average", "Average", "money"),
    Column("turnover", "Turnover", "ratio"),
    Column("days", "Days", "ratio"),
)


def turnover(facts: Iterable[Figure], cut: Cut, over: Window) -> Report:
    """Receivables turnover: sales / average of opening and closing receivables; and the days one turn takes: days of the time / turnover.

    Sales are invoiced less credited, with tax; receivables are open less unapplied. The textbook ratio (Brealey, Myers, Allen), with
    all sales taken as on credit. ``facts``: ``sale``, ``credit``, ``opening``, ``opening_unapplied``, ``closing``, ``closing_unapplied``.
    """

    def make(mine: Sequence[Figure], currency: str, say: Say) -> Sequence[Any]:
        sales = total(mine, "sale") - total(mine, "credit")
        opening = total(mine, "opening") - total(mine, "opening_unapplied")
        closing = total(mine, "closing") - total(mine, "closing_unapplied")
        both = opening + closing
        if both <= 0:
            say("nothing was owed on average")
        elif sales <= 0:
            say("nothing was sold in the time")
        known = both > 0 and sales > 0
        half = int(ratio(both, 2, places=0))
        return (
            *(money(each, currency) for each in (sales, opening, closing, half)),
            ratio(sales * 2, both, places=2) if known else None,
            ratio(both * over.days, sales * 2) if known else None,
        )

    return table("turnover", over.last, cut, facts, TURNOVER_COLUMNS, make, (f"from {over}",))

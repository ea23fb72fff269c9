"""Days sales outstanding: how many days of sales are still owed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billcli.core.dates import month_days
from billcli.core.report import Column, Report
from billcli.core.reports.table import Cut, Figure, Say, money, ratio, table, total
from billcli.core.reports.window import Window

COLUMNS = (
    Column("owed", "Owed", "money"),
    Column("sales", "Sales", "money"),
    Column("days", "Days", "count"),
    Column("dso", "DSO", "ratio"),
    Column("countback", "Countback", "ratio"),
)


_SIGNS = {"sale": 1, "sale_before": 1, "credit": -1, "credit_before": -1}


def dso(facts: Iterable[Figure], cut: Cut, over: Window) -> Report:
    """Simple: owed / sales of the time × its days (CFMA, Credit Research Foundation). Countback: months of sales, the last one first,
    are taken off what is owed until nothing is left; each counts with all its days, the last one with its share of them.

    ``owed`` is what is open less what is unapplied, ``sales`` what was invoiced less what was credited, both with tax. ``facts`` are
    ``owed`` and ``unapplied`` on the last day, ``sale`` and ``credit`` of every month of the time, ``sale_before`` and ``credit_before``
    of those before it.
    """

    def make(mine: Sequence[Figure], currency: str, say: Say) -> Sequence[Any]:
        owed = total(mine, "owed") - total(mine, "unapplied")
        sales = total(mine, "sale") - total(mine, "credit")
        if sales > 0:
            simple: Decimal | None = ratio(owed, sales, times=over.days)
        else:
            simple = None
            say("nothing was sold in the time")
        return (money(owed, currency), money(sales, currency), over.days, simple, _countback(owed, mine, over.last, say))

    return table("dso", over.last, cut, facts, COLUMNS, make, (f"sales of {over}",))


def _countback(owed: int, facts: Sequence[Figure], last: date, say: Say) -> Decimal | None:
    if owed <= 0:
        return Decimal("0.0")
    months: dict[str, int] = {}
    for each in facts:
        sign = _SIGNS.get(each.what)
        if sign:
            months[each.month] = months.get(each.month, 0) + sign * each.amount
    if not months:
        say("nothing was ever sold")
        return None
    year, month, length, days, left = last.year, last.month, last.day, 0, owed
    first = min(months)
    while (key := f"{year:04d}-{month:02d}") >= first:
        sold = months.get(key, 0)
        if 0 < left <= sold:
            return ratio(days * sold + left * length, sold)
        left -= sold
        days += length
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        length = month_days(year, month)
    say("more is owed than was ever sold")
    return None

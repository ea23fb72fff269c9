"""What was owed and overdue at the end of each month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from billcli.core.report import Bar, Bars, Column, Report
from billcli.core.reports.table import Cut, Figure, Say, money, percent, table, total

COLUMNS = (Column("owed", "Owed", "money"), Column("overdue", "Overdue", "money"), Column("share", "Overdue %", "ratio"))


def overdue_trend(facts: Iterable[Figure], cut: Cut, days: Sequence[date]) -> Report:
    """Open invoices, and what of them is past its due date, on each of these days as the books stood then; ``month`` is the day.

    The same figures as the aging report of that day. ``facts``: ``owed`` and ``overdue`` of each day. By month, quarter or year a
    document stands where it was issued.
    """
    by_day = Cut(("on", *cut.dimensions), lambda fact: [(fact.month, *group) for group in cut.groups(fact._replace(month=""))])

    def make(mine: Sequence[Figure], currency: str, _: Say) -> Sequence[Any]:
        owed, overdue = total(mine, "owed"), total(mine, "overdue")
        return (money(owed, currency), money(overdue, currency), percent(overdue, owed) if owed > 0 else None)

    report = table("overdue-trend", days[-1], by_day, facts, COLUMNS, make, totals=False)
    return report._replace(charts=trend_charts(report)) if not cut.dimensions else report


def trend_charts(report: Report) -> tuple[Bars, ...]:
    """What was owed at each month end, the overdue part in the second colour; one chart per currency."""
    currencies = sorted({row[1] for row in report.rows})
    return tuple(
        Bars(
            f"Owed at the ends of months, {currency}",
            [
                Bar(on, owed.minor, f"{owed.text()}, overdue {late.text()}", late.minor)
                for on, own, owed, late, _ in report.rows
                if own == currency
            ],
            "█ overdue, ░ not due",
        )
        for currency in currencies
    )

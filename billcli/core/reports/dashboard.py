"""What stands on the dashboard, made of the reports of its day: first what matters on a Monday, then each report with its definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.report import Column, Report
from billcli.model.money import Money

SHOWN = 15
"""Customers per currency in a table of balances; the others stand in one row together."""

WORST = 8
"""Customers in the two short tables of a currency."""

SOON = 4
"""Weeks of the forecast that are said in one figure."""


class Section(NamedTuple):
    """A report under its title and what its figures mean. ``rest`` are rows for what is not shown: shown + rest = totals."""

    title: str
    means: str
    report: Report
    opened: bool = True
    rest: Sequence[Sequence[Any]] = ()
    bar: str = ""
    """The column of money that is drawn, too."""


class Point(NamedTuple):
    """What was owed at the end of a month, and what of it was overdue."""

    on: date
    owed: Money
    overdue: Money


class Week(NamedTuple):
    """What will have come by the end of a week, in all."""

    starts_on: date
    until: date
    expected: Money
    low: Money
    high: Money


class Sheet(NamedTuple):
    """One currency. ``figures`` are those of the overview; ``aside`` is what the forecast expects in no week, or later than in all."""

    currency: str
    figures: Mapping[str, Any]
    aging: Sequence[tuple[str, Money]]
    trend: Sequence[Point]
    weeks: Sequence[Week]
    aside: Mapping[str, Money]
    debtors: Section
    worse: Section

    @property
    def before(self) -> Point | None:
        """The month end before."""
        return self.trend[-2] if len(self.trend) > 1 else None

    @property
    def soon(self) -> Week | None:
        return self.weeks[SOON - 1] if len(self.weeks) >= SOON else None


class Dashboard(NamedTuple):
    """The page. ``language`` and ``country`` say how its numbers are written; its words are English."""

    company: str
    as_of: date
    language: str | None
    country: str | None
    sheets: Sequence[Sheet]
    next: Sequence[str]
    sections: Sequence[Section]


class Balance(NamedTuple):
    """What a customer owes in one currency, minor units; a row of the aging report."""

    customer: str
    name: str
    currency: str
    open: int
    overdue: int


def balances(aging: Report) -> list[Balance]:
    """Of the aging report by customer."""
    at = [place for place, column in enumerate(aging.columns) if column.group == "buckets"]
    return [
        Balance(row[0], row[1], row[2], sum(row[each].minor for each in at), sum(row[each].minor for each in at[1:])) for row in aging.rows
    ]


def sheet(figures: Mapping[str, Any], aging: Report, earlier: Report, trend: Report, forecast: Report) -> Sheet:
    """``aging`` of the day and of an ``earlier`` one by customer; the trend and the forecast by nothing."""
    currency = figures["currency"]
    totals = next((row for row in aging.totals if row[2] == currency), None)
    by_age = [
        (column.title, totals[at] if totals else Money(0, currency)) for at, column in enumerate(aging.columns) if column.group == "buckets"
    ]
    points = [Point(date.fromisoformat(on), owed, late) for on, own, owed, late, _ in trend.rows if own == currency]
    lines = [row for row in forecast.rows if row[2] == currency]
    weeks = [Week(date.fromisoformat(row[0]), row[1], *row[5:8]) for row in lines if row[1]]
    aside = {row[0]: row[4] for row in lines if not row[1]}
    now, past = ([each for each in balances(report) if each.currency == currency] for report in (aging, earlier))
    return Sheet(
        currency,
        figures,
        by_age,
        points,
        weeks,
        aside,
        debtors(now, aging.as_of, currency),
        worse(now, past, earlier.as_of, aging.as_of, currency),
    )


def debtors(now: Sequence[Balance], as_of: date, currency: str) -> Section:
    """Who owes most, what is overdue first."""
    columns = (
        Column("customer", "Customer"),
        Column("name", "Name", "prose"),
        Column("overdue", "Overdue", "money"),
        Column("open", "Owed", "money"),
    )
    ordered = sorted((each for each in now if each.open), key=lambda each: (-each.overdue, -each.open, each.customer))
    rows = [(each.customer, each.name, Money(each.overdue, currency), Money(each.open, currency)) for each in ordered]
    means = "Open invoices of each customer, by what of them is past its due date; payments that settle nothing yet are not taken off."
    return _cut(Section("Who owes most", means, Report("debtors", as_of, columns, rows), bar="overdue"), currency)


def worse(now: Sequence[Balance], past: Sequence[Balance], then: date, as_of: date, currency: str) -> Section:
    """Whose overdue amount has grown since then, the most first."""
    columns = (
        Column("customer", "Customer"), Column("name", "Name", "prose"), Column("before", f"On {then}", "money"),
        Column("now", "Now", "money"), Column("change", "Increase", "money"),
    )  # fmt: skip
    known = {each.customer: each.overdue for each in past}
    grown = [(each.overdue - known.get(each.customer, 0), each) for each in now]
    ordered = sorted((each for each in grown if each[0] > 0), key=lambda each: (-each[0], each[1].customer))
    rows = [
        (each.customer, each.name, *(Money(amount, currency) for amount in (known.get(each.customer, 0), each.overdue, change)))
        for change, each in ordered
    ]
    means = f"Overdue now, less overdue on {then}, four weeks before; customers with more than then."
    return _cut(Section("Who got worse", means, Report("worse", as_of, columns, rows), bar="change"), currency)


def _cut(section: Section, currency: str) -> Section:
    """The first rows, the others in one, and the sum of all."""
    rows = section.report.rows
    if not rows:
        return section
    money = [at for at, column in enumerate(section.report.columns) if column.kind == "money"]

    def summed(first: str, over: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        return tuple(
            first if not at else Money(sum(row[at].minor for row in over), currency) if at in money else None
            for at in range(len(section.report.columns))
        )

    rest = [summed(more(len(rows) - WORST), rows[WORST:])] if len(rows) > WORST else []
    return section._replace(report=section.report._replace(rows=rows[:WORST], totals=[summed("total", rows)]), rest=rest)


def shortened(section: Section, size: int = SHOWN) -> Section:
    """The aging report with the most overdue customers of each currency; the others of that currency in one row together."""
    report = section.report
    late = {(each.customer, each.currency): (each.overdue, each.open) for each in balances(report)}
    shown: list[Sequence[Any]] = []
    rest: list[Sequence[Any]] = []
    for total in report.totals:
        mine = sorted(
            (row for row in report.rows if row[2] == total[2]), key=lambda row: (*(-each for each in late[row[0], row[2]]), row[0])
        )
        shown += mine[:size]
        if left := mine[size:]:
            cells = [
                Money(sum(row[at].minor for row in left), total[2]) if isinstance(cell, Money) else cell for at, cell in enumerate(total)
            ]
            rest.append((more(len(left)), *cells[1:]))
    return section._replace(report=report._replace(rows=shown), rest=rest)


def beyond_top(section: Section) -> Section:
    """The largest customers by revenue, and a row for all that are not shown; the report counts them and has their sum."""
    rest: list[Sequence[Any]] = []
    for total in section.report.totals:
        _, _, currency, count, revenue, *_ = total
        mine = [row for row in section.report.rows if row[2] == currency]
        if count > len(mine):
            rest.append(
                (
                    more(count - len(mine)),
                    None,
                    currency,
                    None,
                    Money(revenue.minor - sum(row[4].minor for row in mine), currency),
                    None,
                    None,
                )
            )
    return section._replace(rest=rest)


def more(count: int) -> str:
    return f"… and {count} more customer{'' if count == 1 else 's'}"

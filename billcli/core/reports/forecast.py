"""When the money will come: what is open, moved from its due date by what each customer is in the habit of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.dates import days_later
from billcli.core.report import Bar, Bars, Column, Report, counted
from billcli.core.reports.days import Paid
from billcli.core.reports.table import Cut, money, quantile

ENOUGH = 3
"""Invoices paid before a customer is said to have a habit; with fewer, that of all customers stands in."""


class Habit(NamedTuple):
    """Days past the due date, below zero for early: half of the invoices came by ``usual``, a quarter by ``fast``, three by ``slow``."""

    fast: int
    usual: int
    slow: int


ON_TIME = Habit(0, 0, 0)


class OpenItem(NamedTuple):
    """An open instalment; ``held`` says why nobody expects it, ``promised`` when its customer promised it. Minor units."""

    customer: str
    number: str
    month: str
    currency: str
    due_on: date
    open: int
    held: bool = False
    promised: date | None = None


def habit(late: Sequence[int]) -> Habit:
    """Quartiles, in whole days rounded up: nobody is expected earlier than the half of the past."""
    fast, usual, slow = (_days(quantile(late, 4, at)) for at in (1, 2, 3))
    return Habit(fast, usual, slow)


def _days(value: Decimal) -> int:
    from decimal import ROUND_CEILING

    return int(value.to_integral_value(ROUND_CEILING))


def habits(paid: Iterable[Paid]) -> tuple[dict[str, Habit], Habit]:
    """Of each customer that has paid often enough, and of all together, who stand in for the others."""
    by_customer: dict[str, list[int]] = {}
    every: list[int] = []
    for each in paid:
        by_customer.setdefault(each.customer, []).append(each.late)
        every.append(each.late)
    own = {customer: habit(late) for customer, late in by_customer.items() if len(late) >= ENOUGH}
    return own, habit(every) if len(every) >= ENOUGH else ON_TIME


COLUMNS = (
    Column("week", "Week"),
    Column("until", "Until", "day"),
    Column("currency", "Cur"),
    Column("due", "Due", "money"),
    Column("expected", "Expected", "money"),
    Column("cumulative", "Cumulative", "money"),
    Column("low", "Low", "money"),
    Column("high", "High", "money"),
)


def cash_forecast(items: Iterable[OpenItem], cut: Cut, as_of: date, known: tuple[Mapping[str, Habit], Habit], weeks: int) -> Report:
    """Open instalments by the week (Monday to Sunday) in which they are expected: due date + the customer's median of days late over the
    twelve months before; a promise that holds counts by its own day instead.

    ``low`` and ``high`` are what will have come by the end of the week if all take as long as their slowest quarter of invoices, or as
    their fastest: a band of habit, not a confidence interval. What is ``overdue`` beyond its habit is expected in no week and stands in
    a row of its own, and so does what is ``disputed``; ``due`` shows every item by its due date alone, what is past it at ``overdue``.
    """
    own, others = known
    monday = as_of - timedelta(days=as_of.weekday())
    starts = [monday + timedelta(days=7 * at) for at in range(weeks)]
    end = starts[-1] + timedelta(days=6)
    labels = ["overdue", "disputed", *(each.isoformat() for each in starts), "later"]
    found: dict[tuple[tuple[str, ...], str], dict[str, list[int]]] = {}
    without: set[str] = set()
    for item in items:
        usual = own.get(item.customer)
        if usual is None:
            without.add(item.customer)
            usual = others
        for group in cut.groups(item):
            cells = found.setdefault((group, item.currency), {label: [0] * 4 for label in labels})
            cells[_label(item.due_on, as_of, end)][0] += item.open
            if item.held:
                cells["disputed"][1] += item.open
                continue
            for at, day in enumerate(_expected(item, usual, as_of), 1):
                cells[_label(day, as_of, end)][at] += item.open
    rows: list[tuple[Any, ...]] = []
    for (group, currency), cells in sorted(found.items()):
        running = [0, 0, 0]
        for label in labels:
            due, expected, slow, fast = cells[label]
            aside = label in ("overdue", "disputed")
            if aside and not (due or expected or slow or fast):
                continue
            if not aside:
                running = [running[0] + expected, running[1] + slow, running[2] + fast]
            until = date.fromisoformat(label) + timedelta(days=6) if label[:1].isdigit() else None
            shown = [money(each, currency) for each in (due, expected, *(running if not aside else (0, 0, 0)))]
            rows.append((*group, label, until, currency, *shown))
    heads = tuple(Column(each, each.capitalize()) for each in cut.dimensions)
    said = []
    if without:
        usual = others
        said.append(
            f"{counted(len(without), 'customer')} without a habit of their own: {usual.usual} days late, {usual.fast} to {usual.slow}"
        )
    report = Report("cash-forecast", as_of, (*heads, *COLUMNS), rows, (), tuple(said))
    return report._replace(charts=forecast_charts(report)) if not heads else report


def forecast_charts(report: Report) -> tuple[Bars, ...]:
    """What is expected in each week; one chart per currency."""
    return tuple(
        Bars(
            f"Expected by week, {currency}",
            [
                Bar(row[0], row[4].minor, row[4].text(), alarm=row[0] in ("overdue", "disputed"))
                for row in report.rows
                if row[2] == currency
            ],
        )
        for currency in sorted({row[2] for row in report.rows})
    )


def _expected(item: OpenItem, habit: Habit, as_of: date) -> tuple[date, date, date]:
    """As usual, at the slowest and at the fastest. A promise not yet broken comes first; what is overdue beyond its habit is so in all
    three, and everything else comes today at the earliest, also where a customer who pays early would have paid by now.
    """
    if item.promised and item.promised >= as_of:
        return item.promised, item.promised, item.promised
    usual, slow, fast = (days_later(item.due_on, days) for days in (habit.usual, habit.slow, habit.fast))
    if max(usual, item.due_on) < as_of:
        return usual, usual, usual
    return max(usual, as_of), max(slow, as_of), max(fast, as_of)


def _label(day: date, as_of: date, end: date) -> str:
    """The week of a day; what lies before the day the books are looked at has none."""
    if day < as_of:
        return "overdue"
    if day > end:
        return "later"
    return (day - timedelta(days=day.weekday())).isoformat()

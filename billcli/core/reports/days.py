"""How long customers take: from the day of issue, or past the due date, to the money that closed the invoice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.report import Column, Report
from billcli.core.reports.table import Cut, Say, median, money, percent, quantile, ratio, table
from billcli.core.reports.window import Window


class Paid(NamedTuple):
    """An invoice that money closed; ``amount`` is that money in minor units. ``month`` is that of the last payment."""

    customer: str
    number: str
    month: str
    currency: str
    amount: int
    issued_on: date
    due_on: date
    paid_on: date

    @property
    def to_pay(self) -> int:
        return (self.paid_on - self.issued_on).days

    @property
    def late(self) -> int:
        """Below zero where the money came before the due date."""
        return (self.paid_on - self.due_on).days


_FIGURES = (
    Column("invoices", "Invoices", "count"),
    Column("paid", "Paid", "money"),
    Column("weighted", "Weighted", "ratio"),
    Column("mean", "Mean", "ratio"),
    Column("median", "Median", "ratio"),
    Column("slow", "Slowest 10 %", "ratio"),
)


def days_to_pay(facts: Iterable[Paid], cut: Cut, over: Window) -> Report:
    """Days from issue to the last payment, of invoices that were closed by money in the time.

    ``weighted`` counts each by the money that was paid on it, ``mean`` and ``median`` count every invoice alike; a tenth took
    ``slow`` days or longer.
    """

    def make(mine: Sequence[Paid], currency: str, _: Say) -> Sequence[Any]:
        return _cells(mine, [each.to_pay for each in mine], currency)

    return table("days-to-pay", over.last, cut, facts, _FIGURES, make, (f"paid from {over}",))


def days_late(facts: Iterable[Paid], cut: Cut, over: Window) -> Report:
    """Days from the due date to the last payment, below zero for early, of invoices that were closed by money in the time.

    The due date is the last instalment's, as the invoice was issued; a plan agreed later moves none. ``on_time`` is the part of the
    invoices that were paid by then.
    """
    columns = (*_FIGURES, Column("on_time", "On time %", "ratio"))

    def make(mine: Sequence[Paid], currency: str, _: Say) -> Sequence[Any]:
        late = [each.late for each in mine]
        return (*_cells(mine, late, currency), percent(sum(each <= 0 for each in late), len(late)))

    return table("days-late", over.last, cut, facts, columns, make, (f"paid from {over}",))


def _cells(mine: Sequence[Paid], days: Sequence[int], currency: str) -> Sequence[Any]:
    amount = sum(each.amount for each in mine)
    weighted = ratio(sum(each.amount * day for each, day in zip(mine, days, strict=True)), amount)
    return (len(mine), money(amount, currency), weighted, ratio(sum(days), len(days)), median(days), quantile(days, 10, 9))

"""What reminders bring: how much of what a notice asked for came within some days of it, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from billcli.core.report import Column, Report, counted
from billcli.core.reports.table import Cut, Say, money, percent, table
from billcli.core.reports.window import Window


class Reminded(NamedTuple):
    """An invoice in a notice that went on that day; ``asked`` is what was due of it, ``paid`` what came in time. Minor units."""

    customer: str
    number: str
    month: str
    currency: str
    level: int
    notice: str
    on: date
    asked: int
    paid: int


COLUMNS = (
    Column("notices", "Notices", "count"),
    Column("invoices", "Invoices", "count"),
    Column("asked", "Asked", "money"),
    Column("paid", "Paid", "money"),
    Column("share", "Paid %", "ratio"),
    Column("in_full", "In full", "count"),
    Column("in_full_share", "In full %", "ratio"),
)


def dunning(facts: Sequence[Reminded], cut: Cut, over: Window, within: int, unsent: int = 0) -> Report:
    """For each level the money that came for the reminded invoices within so many days of the notice, at most what was asked.

    Money counts by its own date, from the day after the notice was handed over. Notices less than that many days old are too young
    to tell and left out; so are the ``unsent``, which nobody is known to have received: dunning counts no level as reached by those
    either. A customer who would have paid anyway counts like one who was moved
    to: the figures compare levels and groups, they prove no cause.
    """
    old = [each for each in facts if each.on + timedelta(days=within) <= over.known]
    by_level = Cut(("level", *cut.dimensions), lambda fact: [(str(fact.level), *group) for group in cut.groups(fact)])

    def make(mine: Sequence[Reminded], currency: str, _: Say) -> Sequence[Any]:
        asked, paid = sum(each.asked for each in mine), sum(min(each.paid, each.asked) for each in mine)
        full = sum(each.paid >= each.asked for each in mine)
        return (
            len({each.notice for each in mine}), len(mine), money(asked, currency), money(paid, currency),
            percent(paid, asked) if asked > 0 else None, full, percent(full, len(mine)),
        )  # fmt: skip

    young = len({each.notice for each in facts} - {each.notice for each in old})
    notes = [f"notices from {over}; paid within {counted(within, 'day')}"]
    if young:
        notes.append(f"{counted(young, 'notice')} younger than that left out")
    if unsent:
        notes.append(f"{counted(unsent, 'notice')} left out that nobody is known to have received")
    return table("dunning", over.last, by_level, old, COLUMNS, make, notes)

"""Whether the lines of an account lead from each balance that the bank tells to the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from billcli.core.facts import BankStatementFact


class Break(NamedTuple):
    """Between two balances the lines come to something else; ``statement`` told the later one. Minor units."""

    statement: str
    since: date
    until: date
    expected: int
    told: int
    place: str
    """``opening`` or ``closing`` of that statement."""


class _Mark(NamedTuple):
    """A balance: at the beginning of a day (``end`` 0) or at its end (1)."""

    day: date
    end: int
    balance: int
    statement: str


def marks(statements: Iterable[BankStatementFact], on_day: Mapping[tuple[str, date], int]) -> list[_Mark]:
    """Balances in the order of time.

    One that was told while its day was not over, which another statement has more lines of, is no balance of that day.
    """
    most: dict[date, int] = {}
    for (_, counted), count in on_day.items():
        most[counted] = max(count, most.get(counted, 0))
    best: dict[tuple[date, int], _Mark] = {}
    for each in sorted(statements, key=lambda each: each.id):
        for day, end, balance in ((each.from_on, 0, each.opening), (each.until, 1, each.closing)):
            if day is not None and balance is not None and on_day.get((each.id, day), 0) >= most.get(day, 0):
                best[day, end] = _Mark(day, end, balance, each.id)
    return [mark for _, mark in sorted(best.items())]


def breaks(found: Sequence[_Mark], by_day: Mapping[date, int]) -> list[Break]:
    """Where something is missing or stands twice; ``by_day`` is what the account's lines come to."""
    days = sorted(by_day)
    broken = []
    for before, after in pairwise(found):
        between = (day for day in days if (before.day, before.end) <= (day, 0) and (day, 1) <= (after.day, after.end))
        expected = before.balance + sum(by_day[day] for day in between)
        if expected != after.balance:
            broken.append(Break(after.statement, before.day, after.day, expected, after.balance, "closing" if after.end else "opening"))
    return broken

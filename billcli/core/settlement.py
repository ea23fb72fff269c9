"""What is still owed on an invoice, and what is still free of a payment, at every date.

One table answers both: ``open(D) = gross − Σ rows that count at D``, a row counting at D if ``booked_on ≤ D < ended_on``.
What refunds draw lowers the free amount in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, Protocol

from billcli.core.facts import Draw, Settlement


class Change(NamedTuple):
    """From ``on`` the balance differs by ``delta`` minor units."""

    on: date
    delta: int


class Dated(Protocol):
    """What counts from one day until another."""

    @property
    def booked_on(self) -> date: ...
    @property
    def ended_on(self) -> date | None: ...


def counts(row: Dated, as_of: date) -> bool:
    """From the day it is booked on, and no more on the day it ends."""
    return row.booked_on <= as_of and (row.ended_on is None or as_of < row.ended_on)


def ended(day: date | None, as_of: date) -> date | None:
    """The day something ended, where that is known on ``as_of``."""
    return day if day and day <= as_of else None


def counted(rows: Iterable[Settlement], as_of: date) -> int:
    """Σ of the rows that count at the date."""
    return sum(row.amount for row in rows if counts(row, as_of))


def invoice_changes(issued_on: date, gross: int, rows: Iterable[Settlement]) -> list[Change]:
    """An invoice's open balance as changes: its gross on the day of issue, and each row coming and going."""
    return [Change(issued_on, gross), *_row_changes(rows)]


USES = frozenset(("payment", "credit"))
"""The kinds of rows that use up the document they come from; the others only come with it."""


def source_changes(
    booked_on: date, amount: int, rows: Iterable[Settlement], ended_on: date | None = None, draws: Iterable[Draw] = ()
) -> list[Change]:
    """A payment's or credit note's free amount as changes; from ``ended_on`` (reversal, void) it is worth nothing."""
    end = [Change(ended_on, -amount)] if ended_on else []
    return [Change(booked_on, amount), *_row_changes(row for row in rows if row.kind in USES), *_row_changes(draws), *end]


def _row_changes(rows: Iterable[Settlement | Draw]) -> list[Change]:
    changes = []
    for row in rows:
        if row.ended_on is not None and row.ended_on <= row.booked_on:
            continue  # it never counts
        changes.append(Change(row.booked_on, -row.amount))
        if row.ended_on is not None:
            changes.append(Change(row.ended_on, row.amount))
    return changes


def balance(changes: Iterable[Change], as_of: date) -> int:
    """The balance at the end of that day."""
    return sum(change.delta for change in changes if change.on <= as_of)


def lasting(changes: Iterable[Change]) -> int:
    """What remains once every change ever written has happened: the most that can still be used."""
    return sum(change.delta for change in changes)


def lowest(changes: Iterable[Change]) -> tuple[int, date | None]:
    """The lowest balance at any change date, and the first day it is reached; 0 and None where there are none."""
    total, worst, when = 0, 0, None
    deltas = by_day(changes)
    for day in sorted(deltas):
        total += deltas[day]
        if total < worst:
            worst, when = total, day
    return worst, when


def lowest_from(changes: Iterable[Change], day: date) -> int:
    """The lowest balance on that day or any later one."""
    deltas = by_day(changes)
    total = sum(delta for on, delta in deltas.items() if on <= day)
    worst = total
    for on in sorted(on for on in deltas if on > day):
        total += deltas[on]
        worst = min(worst, total)
    return worst


def by_day(changes: Iterable[Change]) -> dict[date, int]:
    """All changes of a day as one."""
    deltas: dict[date, int] = {}
    for change in changes:
        deltas[change.on] = deltas.get(change.on, 0) + change.delta
    return deltas


def first_day(amount: int, not_before: date, *balances: list[Change]) -> date | None:
    """The first day from which every one of the balances is at least ``amount`` at all later dates; None if there is none."""
    deltas = [by_day(changes) for changes in balances]
    days = sorted({not_before}.union(*({day for day in each if day > not_before} for each in deltas)))
    found = None
    for day in reversed(days):
        if any(sum(delta for on, delta in each.items() if on <= day) < amount for each in deltas):
            break
        found = day
    return found


def fill_instalments(amounts: list[int], settled: int) -> list[int]:
    """What is open of each instalment when settlements fill the oldest first."""
    open_parts = []
    for amount in amounts:
        used = min(amount, settled)
        settled -= used
        open_parts.append(amount - used)
    return open_parts

"""What became of an invoice, as it was known from day to day.

Days are ordinals (``date.toordinal``), for there are many. An invoice is late when its money comes after the due date, by the date of the
money; what credit notes take off was never to be paid, and bad debt stays unpaid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

CAP = 90
"""No invoice counts as later than this many days: one that is never paid must not outweigh all others for ever."""

OPEN, SETTLED, GONE = "open", "settled", "gone"


class State(NamedTuple):
    """How an invoice stands from a day on.

    Open: ``due`` is the oldest due date not yet covered. Settled: by money, every part of it. Gone: nothing was to be paid, or it is not
    known when it was. ``worst`` is by how many days the latest part that is paid was late, 0 for none.
    """

    word: str
    due: int
    worst: int


class Row(NamedTuple):
    """A settlement row by its days; ``bad_debt`` marks what was given up."""

    kind: str
    amount: int
    booked_on: int
    value_on: int
    ended_on: int | None
    bad_debt: bool = False


_MONEY = frozenset(("payment", "discount", "bank_charge", "write_off"))
_CREDIT = frozenset(("credit", "void"))


def state_at(parts: Sequence[tuple[int, int]], rows: Iterable[Row], day: int) -> State:
    """How it stands at the end of a day. ``parts`` are (due date, amount), the oldest first; credit and money fill the oldest first."""
    live = [row for row in rows if row.booked_on <= day and (row.ended_on is None or day < row.ended_on) and not row.bad_debt]
    if any(row.kind == "opening" for row in live):
        return State(GONE, 0, 0)
    credited = sum(row.amount for row in live if row.kind in _CREDIT)
    money = sorted((row.value_on, row.amount) for row in live if row.kind in _MONEY)
    worst, paid_any, at, free = 0, False, 0, 0
    came = 0
    for due, amount in parts:
        taken = min(amount, credited)
        credited -= taken
        left = amount - taken
        while left > free and at < len(money):
            came, more = money[at]
            free += more
            at += 1
        if left > free:
            return State(OPEN, due, worst)
        if left > 0:
            free -= left
            paid_any = True
            worst = max(worst, came - due)
    return State(SETTLED if paid_any else GONE, 0, worst)


def course(issued_on: int, parts: Sequence[tuple[int, int]], rows: Sequence[Row], until: int) -> list[tuple[int, State]]:
    """Each day up to ``until`` on which it begins to stand otherwise, and how; before the first it is open and nothing has come."""
    days = {row.booked_on for row in rows} | {row.ended_on for row in rows if row.ended_on is not None}
    found: list[tuple[int, State]] = []
    last = State(OPEN, parts[0][0], 0)
    for day in sorted(day for day in days if day <= until):
        now = state_at(parts, rows, day)
        if now != last:
            found.append((max(day, issued_on), now))
            last = now
    return found

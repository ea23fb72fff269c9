"""Our list of a customer's open items beside the customer's own: what agrees, and why the rest does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

IN_TRANSIT = timedelta(days=10)
"""For so long money and paper may be on their way between two sets of books."""


class Theirs(NamedTuple):
    """A row of the customer's list; minor units, negative for what lowers the balance."""

    row: int
    document: str
    amount: int
    day: date | None


class Ours(NamedTuple):
    """An open item of ours on the day; a credit note or money without an invoice is negative."""

    document: str
    amount: int
    day: date
    gross: int


class Closed(NamedTuple):
    """A document of the customer's with nothing open on the day, and since when."""

    document: str
    gross: int
    since: date


class Compared(NamedTuple):
    """One document in both lists, or in one; ``state`` is agreed, amount, missing here, missing there or timing."""

    document: str
    state: str
    ours: int | None
    theirs: int | None
    day: date | None
    why: str


def key(document: str) -> str:
    """A number without what people leave out or put in: case, signs between its parts, zeros that lead a group of digits."""
    groups = re.findall(r"[0-9]+|[^\W\d_]+", document.upper())
    return " ".join(each.lstrip("0") or "0" if each.isdigit() else each for each in groups)


def compared(ours: Sequence[Ours], theirs: Iterable[Theirs], closed: Mapping[str, Closed], as_of: date) -> list[Compared]:
    """By number, ours in their order and then what only they have. Rows of theirs with one number are added up."""
    sums: dict[str, list[Theirs]] = {}
    for row in theirs:
        sums.setdefault(key(row.document), []).append(row)
    found = []
    for mine in ours:
        rows = sums.pop(key(mine.document), None)
        found.append(_both(mine, rows) if rows else _only_ours(mine, as_of))
    ends = {key(name): each for name, each in closed.items()}
    found += [_only_theirs(rows, ends.get(name)) for name, rows in sums.items()]
    return found


def _both(mine: Ours, rows: Sequence[Theirs]) -> Compared:
    amount = sum(each.amount for each in rows)
    if amount == mine.amount:
        return Compared(mine.document, "agreed", mine.amount, amount, mine.day, "")
    if amount == mine.gross and mine.amount != mine.gross:
        return Compared(mine.document, "timing", mine.amount, amount, mine.day, "a part is settled here, and not yet there")
    return Compared(mine.document, "amount", mine.amount, amount, mine.day, "")


def _only_ours(mine: Ours, as_of: date) -> Compared:
    if mine.day > as_of - IN_TRANSIT:
        return Compared(mine.document, "timing", mine.amount, None, mine.day, f"of {mine.day}; it may not be booked there yet")
    return Compared(mine.document, "missing there", mine.amount, None, mine.day, "")


def _only_theirs(rows: Sequence[Theirs], end: Closed | None) -> Compared:
    amount, document, day = sum(each.amount for each in rows), rows[0].document, rows[0].day
    if end is None:
        return Compared(document, "missing here", None, amount, day, "no document here has this number")
    if abs(amount) == abs(end.gross):
        return Compared(end.document, "timing", 0, amount, day, f"settled here on {end.since}")
    return Compared(end.document, "amount", 0, amount, day, f"settled here on {end.since}")

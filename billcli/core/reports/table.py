"""Figures of the books, grouped: every report is columns, and what they come to for a group and a currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeVar

from billcli.core.report import Column, Report, counted
from billcli.model.money import Money


class Figure(NamedTuple):
    """One figure; minor units. ``number`` and ``month`` are empty where nobody asked for so much detail.

    ``category`` is the revenue category of the line it is of, where it is of a line; ``pieces`` counts what it was added up
    from.
    """

    what: str
    customer: str
    number: str
    month: str
    currency: str
    amount: int
    pieces: int = 0
    category: str | None = None


class Placed(Protocol):
    """What grouping needs of a fact: whose it is, of which document, when, and in which currency."""

    @property
    def customer(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def month(self) -> str: ...
    @property
    def currency(self) -> str: ...


F = TypeVar("F", bound=Placed)


class Cut(NamedTuple):
    """How facts are grouped: the names of the dimensions, and the groups of a fact, none where it is left out.

    A fact may be in several groups (tags), so totals are made of the facts, not of the rows.
    """

    dimensions: tuple[str, ...]
    groups: Callable[[Any], Sequence[tuple[str, ...]]]


def everything(_: Any) -> Sequence[tuple[str, ...]]:
    return ((),)


WHOLE = Cut((), everything)


class Say(Protocol):
    """Takes the reason why a figure cannot be given."""

    def __call__(self, reason: str) -> None: ...


Make = Callable[[Sequence[Any], str, Say], Sequence[Any]]
"""The cells of a row from the facts of one group and currency."""


def table(
    name: str,
    as_of: date,
    cut: Cut,
    facts: Iterable[F],
    columns: Sequence[Column],
    make: Make,
    notes: Sequence[str] = (),
    *,
    totals: bool = True,
) -> Report:
    """A row per group and currency, and a total per currency where there are groups."""
    found: dict[tuple[tuple[str, ...], str], list[F]] = {}
    every: dict[str, list[F]] = {}
    for fact in facts:
        groups = cut.groups(fact)
        if groups:
            every.setdefault(fact.currency, []).append(fact)
        for group in groups:
            found.setdefault((group, fact.currency), []).append(fact)
    reasons: dict[str, list[str]] = {}

    def cells(label: tuple[str, ...], currency: str, mine: Sequence[F]) -> list[Any]:
        where = " ".join((*label, currency))
        return [*label, currency, *make(mine, currency, lambda reason: reasons.setdefault(reason, []).append(where))]

    rows = [cells(group, currency, mine) for (group, currency), mine in sorted(found.items())]
    blank = ("total", *[""] * (len(cut.dimensions) - 1))
    sums = [cells(blank, currency, mine) for currency, mine in sorted(every.items())] if totals and cut.dimensions else []
    heads = tuple(Column(each, each.replace("_", " ").capitalize()) for each in cut.dimensions)
    return Report(
        name,
        as_of,
        (*heads, Column("currency", "Cur"), *columns),
        rows,
        sums,
        (*notes, *([] if rows else ["nothing of it in that time"]), *_told(reasons)),
    )


def _told(reasons: dict[str, list[str]]) -> list[str]:
    """Why cells say n/a; many rows with one reason are counted."""
    return [f"n/a for {', '.join(where) if len(where) <= 4 else counted(len(where), 'row')}: {why}" for why, where in reasons.items()]


def total(facts: Iterable[Any], *what: str) -> int:
    """Σ of the figures of these kinds."""
    return sum(each.amount for each in facts if each.what in what)


def count(facts: Iterable[Any], *what: str) -> int:
    """How many documents or lines they are of; a document that is named counts once, however many of them are of it."""
    mine = [each for each in facts if each.what in what]
    named = {each.number for each in mine if each.number}
    return len(named) + sum(int(each.pieces) for each in mine if not each.number)


def ratio(top: int, bottom: int, places: int = 1, *, times: int = 1) -> Decimal:
    """``times`` × top / bottom, exact and then rounded half-up, away from zero; the bottom is not zero."""
    whole, below = abs(top) * times * 10**places, abs(bottom)
    rounded = (2 * whole + below) // (2 * below)
    return Decimal(-rounded if (top < 0) != (bottom < 0) else rounded).scaleb(-places)


def percent(top: int, bottom: int) -> Decimal:
    """With one decimal; the bottom is not zero."""
    return ratio(top, bottom, times=100)


def share(top: int, bottom: int, say: Say, reason: str) -> Decimal | None:
    """The percentage, or None with the reason where there is nothing to take it of."""
    if bottom <= 0:
        say(reason)
        return None
    return percent(top, bottom)


def money(amount: int, currency: str) -> Money:
    return Money(amount, currency)


def median(values: Sequence[int]) -> Decimal:
    """Of at least one value, in any order; of an even number the middle of the two in the middle."""
    return quantile(values, 2)


def quantile(values: Sequence[int], parts: int, at: int = 1) -> Decimal:
    """Where ``at`` / ``parts`` of the values lie below, straight lines between neighbours (Hyndman and Fan's type 7); one decimal."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * at
    low, rest = divmod(place, parts)
    high = min(low + 1, len(ordered) - 1)
    return ratio(ordered[low] * (parts - rest) + ordered[high] * rest, parts)

"""What lists and reports are grouped and narrowed by: the dimensions of customers and of documents, and how their values are read.

A region is a path: ``germany/bavaria/munich`` stands below ``germany/bavaria``, and so below ``germany``. Whoever declares the first
has declared the other two. A path holds no circle, for nothing stands above itself in its own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.model.category_names import DIMENSIONS, NONE
from billcli.model.values import quoted

DIMENSIONS_OF_CUSTOMERS = ("customer", *DIMENSIONS, "country", "grade")
DIMENSIONS_OF_DOCUMENTS = ("type", "state", "band", "month", "quarter", "year", "currency", "category", "tag")
ALL = (*DIMENSIONS_OF_CUSTOMERS, *DIMENSIONS_OF_DOCUMENTS)

TREES = frozenset(("region",))
RANKED = {"grade": ("A", "B", "C", "D", "E")}
"""Dimensions whose words have an order, the best first. The grade is that of the credit score on the day that is looked from."""


class Dimension(NamedTuple):
    """One ``--by``: ``region`` by its full path, ``region:1`` by the first step of it alone."""

    name: str
    level: int = 0

    @property
    def text(self) -> str:
        return f"{self.name}:{self.level}" if self.level else self.name

    def value(self, said: str) -> str:
        """What of a value this groups by."""
        return "/".join(said.split("/")[: self.level]) if self.level else said


def parse_dimension(text: str, known: Iterable[str] = ALL) -> Dimension:
    """Raises ``UsageError`` for what is no dimension, with the nearest one there is."""
    name, colon, level = text.partition(":")
    names = tuple(dict.fromkeys(known))
    if name not in names:
        raise UsageError(f"--by: {quoted(text)} is no way to group", did_you_mean(name, names) or "use one of: " + ", ".join(names))
    if not colon:
        return Dimension(name)
    if name not in TREES or not (level.isascii() and level.isdigit() and 1 <= int(level) <= 9):
        raise UsageError(f"--by: {quoted(text)} is no way to group", 'a level is of the regions alone: "region:1" is by the first step')
    return Dimension(name, int(level))


def parse_dimensions(texts: Sequence[str], known: Iterable[str] = ALL, most: int = 2) -> tuple[Dimension, ...]:
    """Each of them once, ``most`` at most."""
    names = tuple(known)
    found = tuple(parse_dimension(text, names) for text in texts)
    if len(found) > most:
        raise UsageError(f"--by is given {len(found)} times", f"group by at most {most} dimensions")
    if len(set(found)) < len(found):
        raise UsageError("--by is given twice with one dimension", "leave one of the two out")
    return found


def ancestors(path: str) -> tuple[str, ...]:
    """What stands above a region, the topmost first, itself last: ``germany``, ``germany/bavaria``."""
    steps = path.split("/")
    return tuple("/".join(steps[: at + 1]) for at in range(len(steps)))


def is_within(value: str, wanted: str) -> bool:
    """Whether a region is that one or stands below it."""
    return value == wanted or value.startswith(f"{wanted}/")


def label(values: Sequence[str], dimension: Dimension | None = None) -> str:
    """The one group that something stands in: what has several values is a group of its own, so that every amount counts once."""
    said = [dimension.value(each) for each in values] if dimension and dimension.level else values
    return " + ".join(sorted({each for each in said if each})) or NONE


def period(dimension: str, day: date) -> str:
    """``2026-03``, ``2026-Q1``, ``2026``."""
    match dimension:
        case "month":
            return f"{day.year:04d}-{day.month:02d}"
        case "quarter":
            return f"{day.year:04d}-Q{(day.month + 2) // 3}"
        case _:
            return f"{day.year:04d}"


PERIODS = frozenset(("month", "quarter", "year"))


class Bands(NamedTuple):
    """The declared amount bands: by currency (minor units from which one begins, name), the smallest first."""

    by_currency: Mapping[str, Sequence[tuple[int, str]]]

    def of(self, gross: int, currency: str) -> str:
        """The band with the highest beginning that the amount reaches; empty where there is none."""
        found = ""
        for starts, name in self.by_currency.get(currency, ()):
            if gross < starts:
                break
            found = name
        return found

    def ranks(self) -> dict[str, int]:
        """How to order names of bands: by where they begin, in whichever currency that is first."""
        every = sorted((starts, name) for rows in self.by_currency.values() for starts, name in rows)
        return {name: at for at, name in enumerate(dict.fromkeys(name for _, name in every))}


def bands_of(rows: Iterable[tuple[str, str, int]]) -> Bands:
    """From (name, currency, beginning in minor units)."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name, currency, starts in rows:
        found.setdefault(currency, []).append((starts, name))
    return Bands({currency: sorted(each) for currency, each in found.items()})

"""Dates as banks write them. The order of day and month is decided once for a file, by evidence."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

ORDERS = ("dmy", "mdy", "ymd")

_TIME = r"(?:[T ,]+[0-9]{1,2}[:.][0-9]{2}.*)?"
_ISO = re.compile(rf"([0-9]{{4}})[-/.年]([0-9]{{1,2}})[-/.月]([0-9]{{1,2}})[日.]?{_TIME}\Z", re.ASCII | re.DOTALL)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{6}(?:\.[0-9]+)?)?(?:\[[^\]]*\]|Z)?\Z", re.ASCII)
_NUMBERS = re.compile(rf"([0-9]{{1,2}})([-/. ])\s?([0-9]{{1,2}})\2\s?([0-9]{{4}}|[0-9]{{2}})\.?{_TIME}\Z", re.ASCII | re.DOTALL)
_DAY_FIRST = re.compile(rf"([0-9]{{1,2}})[-. /]+([^\W\d_]{{3,}})\.?[-, /]+([0-9]{{4}}|[0-9]{{1,2}}){_TIME}\Z", re.DOTALL)
_NAME_FIRST = re.compile(rf"([^\W\d_]{{3,}})\.?[- ]+([0-9]{{1,2}})(?:st|nd|rd|th)?,?[- ]+([0-9]{{4}}){_TIME}\Z", re.DOTALL)

_NAMES = (
    "jan january januar jaenner janner janvier janv enero ene gennaio gen januari janeiro leden",
    "feb february februar fevrier fevr fev febrero febbraio februari fevereiro unor",
    "mar march marz maerz mrz mars marzo maart mrt marco brezen",
    "apr april avril avr abril abr aprile duben",
    "may mai mayo maggio mag mei maio maj kveten",
    "jun june juni juin junio giugno giu junho cerven",
    "jul july juli juillet juil julio luglio lug julho cervenec",
    "aug august aout agosto ago augustus augusti srpen",
    "sep sept september septembre septiembre settembre set setembro zari",
    "oct october oktober okt octobre octubre ottobre ott outubro out rijen",
    "nov november novembre noviembre novembro listopad",
    "dec december dezember dez decembre diciembre dicembre dic dezembro prosinec",
)
_MONTHS = {name: at for at, names in enumerate(_NAMES, 1) for name in names.split()}


class Parts(NamedTuple):
    """A date whose first two numbers may be day and month or month and day."""

    first: int
    second: int
    year: int


class Mixed(NamedTuple):
    """Two texts of one file that no order of day and month reads both."""

    day_first: str
    month_first: str


def parsed(text: str, order: str | None = None) -> date | Parts | None:
    """A day where the text alone says which, ``Parts`` where its order must be known, None where it is no date."""
    text = text.strip()
    if match := _ISO.match(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _COMPACT.match(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.match(text):
        first, second, third = int(match[1]), int(match[3]), int(match[4])
        if order == "ymd" and len(match[4]) == 2:
            return _day(2000 + first, second, third)
        return Parts(first, second, third if third > 99 else 2000 + third)
    if match := _DAY_FIRST.match(text):
        return _named(match[2], int(match[1]), int(match[3]))
    if match := _NAME_FIRST.match(text):
        return _named(match[1], int(match[2]), int(match[3]))
    return None


def _named(name: str, day: int, year: int) -> date | None:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    month = _MONTHS.get(bare)
    return _day(year if year > 99 else 2000 + year, month, day) if month else None


def _day(year: int, month: int, day: int) -> date | None:
    if not 1900 <= year <= 2999:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def in_order(parts: Parts, order: str) -> date | None:
    """The day, or None where the calendar has no such."""
    day, month = (parts.second, parts.first) if order == "mdy" else (parts.first, parts.second)
    return _day(parts.year, month, day)


def evidence(texts: Iterable[str]) -> str | Mixed | None:
    """The order of day and month that a number above 12 proves, ``Mixed`` where two prove the contrary, None where none does."""
    day_first = month_first = None
    for text in texts:
        found = parsed(text)
        if isinstance(found, Parts):
            if found.first > 12 and not day_first:
                day_first = text
            elif found.second > 12 and not month_first:
                month_first = text
    if day_first and month_first:
        return Mixed(day_first, month_first)
    return "dmy" if day_first else "mdy" if month_first else None


def monotonic(texts: Sequence[str]) -> str | None:
    """The one order in which the days of a column rise, or fall, throughout; None where both or neither do."""
    parts = [found for text in texts if isinstance(found := parsed(text), Parts)]
    if len(set(parts)) < 3:
        return None
    fits = [order for order in ("dmy", "mdy") if _one_way([in_order(each, order) for each in parts])]
    return fits[0] if len(fits) == 1 else None


def _one_way(days: Sequence[date | None]) -> bool:
    known = [day for day in days if day]
    if len(known) != len(days):
        return False
    pairs = list(itertools.pairwise(known))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)

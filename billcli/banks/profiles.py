"""Which layout a file has: by the names in its header, by the shape of its rows where it has none, never by its file name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from billcli.banks import days, figures
from billcli.banks.table import ABOVE, DELIMITERS, normal, plain_cells, split_lines
from billcli.model.bank_profile import BankProfile, Columns
from billcli.model.money import CURRENCIES

MORE = "more"
"""As the last of a shape: any number of further texts."""

_CURRENCY = "{currency}"
_SAMPLE = 200


class Match(NamedTuple):
    """A layout laid over a file: ``at`` are the places of each role's columns, ``header`` is line ``line`` from 0, or -1 for none."""

    name: str
    profile: BankProfile
    lines: Sequence[str]
    encoding: str
    delimiter: str
    line: int
    header: Sequence[str]
    at: Mapping[str, tuple[int, ...]]
    currency: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the file has the columns without which there is no movement."""
        return "date" in self.at and ("amount" in self.at or {"income", "expense"} <= self.at.keys())

    def of(self, names: Sequence[str]) -> tuple[int, ...]:
        """The places of columns with these names."""
        return _places(names, [normal(cell) for cell in self.header])[0]


class Known(NamedTuple):
    """A profile with its header's names made comparable."""

    name: str
    profile: BankProfile
    plain: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    without: frozenset[str]


def known(profiles: Mapping[str, BankProfile]) -> list[Known]:
    """All profiles, ready for comparing; those that ask for more names come first, otherwise in the order given."""
    found = []
    for name, profile in profiles.items():
        names = [normal(each) for each in profile.header]
        patterns = tuple(_pattern(each) for each in names if _CURRENCY in each)
        plain = frozenset(each for each in names if _CURRENCY not in each)
        found.append(Known(name, profile, plain, patterns, frozenset(map(normal, profile.without))))
    return found


def find(text: str, encoding: str, profiles: Sequence[Known]) -> Match | None:
    """The layout that asks for most of the header, at the first line that any fits; those named first win among equals."""
    lines = split_lines(text)
    fitting = [each for each in profiles if each.profile.header and _encoded(each.profile, encoding)]
    for at, line in enumerate(lines[:ABOVE]):
        best: tuple[int, Match] | None = None
        for delimiter in DELIMITERS:
            if delimiter not in line:
                continue
            header = [cell.strip() for cell in plain_cells(line.rstrip("\r\n"), delimiter)]
            names = [normal(cell) for cell in header]
            present = frozenset(names)
            for each in fitting:
                size = len(each.plain) + len(each.patterns)
                if (best is None or size > best[0]) and _fits(each, present, delimiter):
                    match = laid_over(each.name, each.profile, lines, encoding, delimiter, at, header)
                    best = (size, match) if match.is_whole else best
        if best:
            return best[1]
    return _by_shape(lines, encoding, profiles)


def laid_over(
    name: str, profile: BankProfile, lines: Sequence[str], encoding: str, delimiter: str, line: int, header: Sequence[str]
) -> Match:
    """The places of all columns of a profile in this header."""
    while header and not header[-1]:
        header = header[:-1]
    names = [normal(cell) for cell in header]
    at, currency = {}, ""
    for role in Columns.model_fields:
        places, named = _places(getattr(profile.columns, role), names)
        if places:
            at[role] = places
            currency = currency or named
    return Match(name, profile, lines, encoding, delimiter, line, header, at, currency)


def _places(names: Sequence[str], header: Sequence[str]) -> tuple[tuple[int, ...], str]:
    found, currency = [], ""
    for each in names:
        name = normal(each)
        if name.startswith("#") and name[1:].isdigit():
            found.append(int(name[1:]) - 1)
        elif _CURRENCY in name:
            pattern = _pattern(name)
            for at, cell in enumerate(header):
                if match := pattern.match(cell):
                    found.append(at)
                    currency = currency or currency_of(match[1])
                    break
        elif name in header:
            found.append(header.index(name))
    return tuple(dict.fromkeys(found)), currency


def currency_of(text: str) -> str:
    """The ISO code that a cell or a header means, or an empty text."""
    bare = text.strip()
    upper = bare.upper()
    return upper if upper in CURRENCIES else figures.SYMBOLS.get(bare.casefold(), "")


def _pattern(name: str) -> re.Pattern[str]:
    before, _, after = name.partition(_CURRENCY)
    return re.compile(rf"{re.escape(before)}(\S{{1,4}}){re.escape(after)}\Z")


def _encoded(profile: BankProfile, encoding: str) -> bool:
    """Whether a file in this encoding may have the profile: one that names a single-byte encoding is tried in no other."""
    if encoding.startswith(("utf", "gb")):
        return True
    return (profile.encoding or "cp1252") == encoding or (encoding not in ("cp1252", "cp1250") and profile.encoding is None)


def _fits(each: Known, present: frozenset[str], delimiter: str) -> bool:
    if each.profile.delimiter and delimiter != _sign(each.profile.delimiter):
        return False
    if not each.plain <= present or each.without & present:
        return False
    return all(any(pattern.match(name) for name in present) for pattern in each.patterns)


def _sign(delimiter: str) -> str:
    return "\t" if delimiter == "tab" else delimiter


def _by_shape(lines: Sequence[str], encoding: str, profiles: Sequence[Known]) -> Match | None:
    """The one layout without header whose shape all of the first rows have; None where none or several have it."""
    sample = [line.rstrip("\r\n") for line in lines[:_SAMPLE] if line.strip()]
    found: list[Match] = []
    for each in profiles:
        shape = each.profile.shape
        if not shape or not _encoded(each.profile, encoding):
            continue
        for delimiter in [_sign(each.profile.delimiter)] if each.profile.delimiter else DELIMITERS:
            rows = [plain_cells(line, delimiter) for line in sample]
            if rows and all(_shaped(row, shape) for row in rows):
                found.append(without_header(each.name, each.profile, lines, encoding, delimiter))
                break
    return found[0] if len(found) == 1 else None


def without_header(name: str, profile: BankProfile, lines: Sequence[str], encoding: str, delimiter: str) -> Match:
    """A layout whose columns are known by their number."""
    at = {role: places for role in Columns.model_fields if (places := _places(getattr(profile.columns, role), ())[0])}
    return Match(name, profile, lines, encoding, delimiter, -1, (), at)


def _shaped(row: Sequence[str], shape: Sequence[str]) -> bool:
    fixed = shape[:-1] if shape[-1] == MORE else shape
    if len(row) < len(fixed) or (fixed is shape and len(row) > len(shape)):
        return False
    return all(_is(cell.strip(), kind) for cell, kind in zip(row, fixed, strict=False))


def _is(cell: str, kind: str) -> bool:
    match kind:
        case "text":
            return True
        case "empty":
            return not cell
        case "date":
            return days.parsed(cell) is not None
        case "amount":
            return figures.figure(cell) is not None
        case "number":
            return cell.isascii() and cell.isdigit()
        case _:
            return cell.casefold() in kind.casefold().split("|")

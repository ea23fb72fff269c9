"""Lines of text to rows that know their line, read strictly from the header on; what stands above it is only looked into."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from billcli.banks.faults import Unreadable
from billcli.core.quoting import behind_quote, last_quote, signs

DELIMITERS = (";", ",", "\t", "|")
ABOVE = 80
"""The header is among so many lines."""

_AFTER_QUOTE = re.compile(r'"[ \t]+(?=[,;|]|\t|\r?\n?\Z)')
_WIDEST = 500


class Rows(NamedTuple):
    """``starts`` gives the line, from 1, on which each row begins. Blank lines are no rows."""

    starts: list[int]
    cells: list[list[str]]


def split_lines(text: str) -> list[str]:
    """The lines with their ends, as a CSV reader wants them."""
    return list(io.StringIO(text, newline=""))


def plain_cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line on its own; a quote that is left open ends with it."""
    if delimiter not in line:
        return [line.strip()]
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:  # a cell beyond all measure
        return [each.strip() for each in line.split(delimiter)]


def normal(name: str) -> str:
    """A column's name for comparing: full-width forms, case, blanks and a byte order mark make no difference."""
    if name.isascii() and name.isprintable():
        return " ".join(name.lower().split())
    shown = "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isprintable() or c.isspace())
    return " ".join(shown.split())


def read_rows(lines: Sequence[str], first: int, delimiter: str) -> Rows:
    """All rows from line ``first`` (from 0) on. Raises ``Unreadable`` where quotes leave it open what they are."""
    spaced = f'{delimiter} "' in lines[first] and f'"{delimiter} "' in lines[first]
    try:
        return _read(lines[first:], first, delimiter, spaced=spaced)
    except _Broken as broken:
        mended = [_AFTER_QUOTE.sub('"', line) if '"' in line else line for line in lines[first:]]
        try:
            return _read(mended, first, delimiter, spaced=spaced)
        except _Broken:
            raise _told(lines, delimiter, broken) from None


class _Broken(Exception):
    """Why and where the reader stopped: lines from 0, ``begun`` of the row and ``reached``."""

    def __init__(self, why: str, begun: int, reached: int) -> None:
        super().__init__(why)
        self.why, self.begun, self.reached = why, begun, reached


def _read(lines: Sequence[str], first: int, delimiter: str, *, spaced: bool) -> Rows:
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=spaced)
    starts, rows, begun = [], [], 0
    try:
        for cells in reader:
            if cells:
                if len(cells) > _WIDEST:
                    raise Unreadable(f"the row has {len(cells)} cells", "this is no statement", first + begun + 1)
                starts.append(first + begun + 1)
                rows.append(cells)
            begun = reader.line_num
    except csv.Error as error:
        raise _Broken(str(error), first + begun, first + reader.line_num) from None
    return Rows(starts, rows)


def _told(lines: Sequence[str], delimiter: str, broken: _Broken) -> Unreadable:
    if "unexpected end" in broken.why:
        return _never_closed(*last_quote(lines, broken.begun, delimiter))
    if "field larger" in broken.why:
        return Unreadable("a cell of more than 131072 characters", "is a quote missing?", broken.begun + 1)
    opened = _opened_before(lines, broken.begun, broken.reached, delimiter)
    if opened and opened[0] < broken.reached:
        return _never_closed(*opened)
    hint = 'a text that contains quotes stands in quotes as a whole, and each quote in it is doubled: ""'
    column = behind_quote(lines[broken.reached - 1], delimiter, inside=opened is not None)
    return Unreadable("something stands between a closing quote and the delimiter", hint, broken.reached, column)


def _never_closed(line: int, column: int) -> Unreadable:
    return Unreadable("a quote is opened here and never closed", 'a quote inside a text is doubled: ""', line, column)


def _opened_before(lines: Sequence[str], begun: int, reached: int, delimiter: str) -> tuple[int, int] | None:
    """The opening quote, line and column from 1, of the cell that goes on until line ``reached``."""
    opened, inside = None, False
    for number in range(begun, min(reached, len(lines))):
        for place, kind in signs(lines[number], delimiter, inside=inside):
            if kind == "open":
                if number + 1 == reached:
                    return opened
                opened = (number + 1, place + 1)
            inside = kind == "open"
    return opened

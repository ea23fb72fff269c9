"""Where the quotes and the cells of a line of CSV text stand, for the place of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_QUOTE = '"'


def last_quote(lines: Sequence[str], begun: int, delimiter: str) -> tuple[int, int]:
    """Line and column of the last opening quote from line ``begun`` on, counted from 1."""
    opened, inside = (begun + 1, 1), False
    for number in range(begun, len(lines)):
        for place, kind in signs(lines[number], delimiter, inside=inside):
            if kind == "open":
                opened = (number + 1, place + 1)
            inside = kind == "open"
    return opened


def behind_quote(line: str, delimiter: str, *, inside: bool = False) -> int:
    """The column, from 1, of what stands between a closing quote and the next delimiter; 1 where nothing does."""
    for place, kind in signs(line, delimiter, inside=inside):
        if kind == "close" and line[place + 1 : place + 2] not in ("", delimiter, "\r", "\n"):
            return place + 2
    return 1


def signs(line: str, delimiter: str, *, inside: bool = False) -> Iterator[tuple[int, str]]:
    """The places in a line where a quote opens or closes, or a delimiter ends a cell; ``inside`` says how the line before ended."""
    at, at_start = 0, not inside
    while at < len(line):
        sign = line[at]
        if inside and sign == _QUOTE:
            if line[at + 1 : at + 2] == _QUOTE:
                at += 1
            else:
                inside = False
                yield at, "close"
        elif not inside and sign == _QUOTE and at_start:
            inside = True
            yield at, "open"
        elif not inside and sign == delimiter:
            yield at, "end"
        at_start = not inside and sign == delimiter
        at += 1


def cell_place(line: str, column: int, delimiter: str) -> tuple[int, int]:
    """Offset and length of a cell in its line; the whole line where the cell is on a later one."""
    ends = [place for place, kind in signs(line, delimiter) if kind == "end"]
    if column > len(ends):
        return 0, len(line)
    start = ends[column - 1] + 1 if column else 0
    return start, (ends[column] if column < len(ends) else len(line)) - start

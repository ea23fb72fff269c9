"""A file that somebody might have, and what bill is to say of it."""

from __future__ import annotations

from typing import NamedTuple

MARK = "«"
"""Stands right before the place that is to be named; it is taken out before the file is written."""


class Case(NamedTuple):
    """``code`` is the first finding's, at ``line`` and ``column``; none where the file must be read."""

    name: str
    raw: bytes
    code: str = ""
    line: int = 0
    column: int = 0
    says: str = ""


def bad(name: str, text: str, code: str, says: str = "", encoding: str = "utf-8") -> Case:
    """A case whose place is marked; one without a mark is about the file as a whole."""
    before, mark, after = text.partition(MARK)
    line, column = (before.count("\n") + 1, len(before) - before.rfind("\n")) if mark else (0, 0)
    return Case(name, (before + after).encode(encoding, "surrogatepass"), code, line, column, says)


def good(name: str, text: str, encoding: str = "utf-8") -> Case:
    return Case(name, text.encode(encoding))

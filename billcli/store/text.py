"""Bytes to text: what may stand in a ledger file at all, before YAML is looked at."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from billcli.diagnostics import Diagnostic, Span
from billcli.model.pattern import Pattern
from billcli.store.layout import kind_for

MAX_BYTES = 4 * 1024 * 1024
MAX_LARGE = 16 * MAX_BYTES
"""A bank statement may have a hundred thousand lines."""

MAX_PROBLEMS = 100
"""So many of one file are told at once: a hostile file costs no more time than a broken one."""

MAX_SHOWN = 2000
"""A longer line is not shown; its line and column are."""

BOM = b"\xef\xbb\xbf"

_WIDE = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
"""What a file of another form of Unicode begins with."""

_FORBIDDEN = Pattern("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_CONFLICT = Pattern(r"^(<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)
_DIRECTIVE = Pattern(r"^%", re.MULTILINE)


class Decoded(NamedTuple):
    """The text without its byte order mark, or None where ``problems`` say why not."""

    text: str | None
    problems: list[Diagnostic]


def limit(file: str) -> int:
    """How many bytes a document at this path may have."""
    kind = kind_for(file)
    return MAX_LARGE if kind and kind.large else MAX_BYTES


def decode(raw: bytes, file: str) -> Decoded:
    """Refuses what YAML would silently bend: odd bytes, controls, tabs, conflict markers, directives (E101-E103, E109, E111, E113)."""
    if len(raw) > (most := limit(file)):
        message = f"the file has more than {most} bytes; no document needs as many"
        return Decoded(None, [Diagnostic("E111", message, file, hint="split it, or move data that is not bill's elsewhere")])
    body = raw.removeprefix(BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        span = span_at(body.decode("utf-8", "replace"), len(body[: error.start].decode("utf-8")))
        wide = next((name for mark, name in _WIDE.items() if raw.startswith(mark)), None)
        message = f"the file is {wide}, not UTF-8" if wide else f"byte 0x{body[error.start]:02x} is not UTF-8"
        return Decoded(None, [Diagnostic("E101", message, file, span=span, hint="save the file as UTF-8")])
    if found := conflict(text, file, "keep one side, and delete the lines of <, = and >"):
        return Decoded(None, [found])
    problems = [_forbidden(text, found.start(), file) for found in islice(_FORBIDDEN.finditer(text), MAX_PROBLEMS)]
    problems += [
        Diagnostic("E109", "a YAML directive", file, span=span_at(text, found.start()), hint="delete the line")
        for found in islice(_DIRECTIVE.finditer(text), MAX_PROBLEMS)
    ]
    return Decoded(None if problems else text, problems)


def conflict(text: str, file: str, hint: str) -> Diagnostic | None:
    """E113 at the first marker that a merge has left, or None; a line of = alone is none."""
    between = "<<<<<<<" in text
    markers = (found for found in _CONFLICT.finditer(text) if between or found[1] != "=======")
    first = next(markers, None)
    if first is None:
        return None
    span = span_at(text, first.start(), len(first[1]))
    return Diagnostic("E113", "a git conflict was left unresolved", file, span=span, hint=hint)


def _forbidden(text: str, index: int, file: str) -> Diagnostic:
    if text[index] == "\t":
        return Diagnostic("E103", "a tab", file, span=span_at(text, index), hint="indent and separate with spaces")
    message = f"the control character U+{ord(text[index]):04X}"
    hint = "delete it; where every second sign is one, the file is UTF-16: save it as UTF-8" if text[index] == "\0" else "delete it"
    return Diagnostic("E102", message, file, span=span_at(text, index), hint=hint)


def span_at(text: str, index: int, length: int = 1) -> Span:
    """Where a position of the text is, with the whole line; at the furthest right behind its last sign, where the length ends too."""
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    line = text[start : end if end >= 0 else len(text)].removesuffix("\r")
    column = min(index - start, len(line)) + 1
    length = max(1, min(length, len(line) - column + 1))
    return Span(text.count("\n", 0, index) + 1, column, length, line if len(line) <= MAX_SHOWN else "")

"""Bytes to text: what may stand in a ledger file at all, before YAML is looked at."""

from __future__ import annotations

import re
from typing import NamedTuple

from billcli.diagnostics import Diagnostic, Span

MAX_BYTES = 4 * 1024 * 1024
BOM = b"\xef\xbb\xbf"

_FORBIDDEN = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_CONFLICT = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


class Decoded(NamedTuple):
    """The text without its byte order mark, or None where ``problems`` say why not."""

    text: str | None
    problems: list[Diagnostic]


def decode(raw: bytes, file: str) -> Decoded:
    """Refuses what YAML would silently bend: odd bytes, controls, tabs, conflict markers, directives (E101-E103, E109, E111, E113)."""
    if len(raw) > MAX_BYTES:
        message = f"the file has {len(raw)} bytes; a document has at most {MAX_BYTES}"
        return Decoded(None, [Diagnostic("E111", message, file, hint="split it, or move data that is not bill's elsewhere")])
    body = raw.removeprefix(BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8", "replace")
        span = span_at(before + "?", len(before))
        message = f"byte 0x{body[error.start]:02x} is not UTF-8"
        return Decoded(None, [Diagnostic("E101", message, file, span=span, hint="save the file as UTF-8")])
    conflicts = [
        Diagnostic(
            "E113", "a git conflict was left unresolved", file, span=span_at(text, found.start(), len(found[1])),
            hint="keep one side, and delete the lines of <, = and >",
        )
        for found in _CONFLICT.finditer(text)
        if found[1] != "=======" or "<<<<<<<" in text
    ]  # fmt: skip
    if conflicts:
        return Decoded(None, conflicts[:1])
    problems = [_forbidden(text, found.start(), file) for found in _FORBIDDEN.finditer(text)]
    problems += [
        Diagnostic("E109", "a YAML directive", file, span=span_at(text, found.start()), hint="delete the line")
        for found in _DIRECTIVE.finditer(text)
    ]
    return Decoded(None if problems else text, problems)


def _forbidden(text: str, index: int, file: str) -> Diagnostic:
    if text[index] == "\t":
        return Diagnostic("E103", "a tab", file, span=span_at(text, index), hint="indent and separate with spaces")
    message = f"the control character U+{ord(text[index]):04X}"
    return Diagnostic("E102", message, file, span=span_at(text, index), hint="delete it")


def span_at(text: str, index: int, length: int = 1) -> Span:
    """Where a position of the text is, with the whole line."""
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    line = text[start : end if end >= 0 else len(text)].rstrip("\r")
    return Span(text.count("\n", 0, index) + 1, index - start + 1, length, line)

"""Patterns of document numbers: ``INV-{year}-{n}``.

``{n}`` stands last, so the head before it names the period: numbers of one head form one unbroken series.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from billcli.model.values import BadValue, parse_id, quoted

_TOKEN = re.compile(r"\{([^{}]*)\}")
_TAIL = re.compile(r"(.*?)([0-9]+)\Z", re.ASCII | re.DOTALL)
_MAX_COUNTER = 15
_COUNTER = re.compile(r"n(?::([1-9]))?\Z", re.ASCII)


class SplitNumber(NamedTuple):
    """A number as head and counter: ``INV-2026-0042`` is ``INV-2026-`` and 42, written four wide."""

    head: str
    n: int | None
    width: int


def split_number(number: str) -> SplitNumber:
    """A number without trailing digits has no counter; beyond 15 digits it is an identifier, not a count."""
    match = _TAIL.match(number)
    if not match or len(match[2]) > _MAX_COUNTER:
        return SplitNumber(number, None, 0)
    return SplitNumber(match[1], int(match[2]), len(match[2]))


def check_pattern(text: str) -> str:
    """Returns the text; raises ``BadValue`` E219."""
    tokens = _TOKEN.findall(text)
    counters = [token for token in tokens if _COUNTER.match(token)]
    others = [token for token in tokens if token not in ("year", "month") and not _COUNTER.match(token)]
    hint = 'such as "INV-{year}-{n}"'
    if others:
        raise BadValue("E219", f"{quoted(text)} holds {{{others[0]}}}; only {{year}}, {{month}} and {{n}} are known", hint)
    if len(counters) != 1 or not text.endswith(f"{{{counters[0]}}}"):
        raise BadValue("E219", f"{quoted(text)} does not end with {{n}}", hint)
    if "month" in tokens and "year" not in tokens:
        raise BadValue("E219", f"{quoted(text)} has {{month}} without {{year}}: numbers would come again", hint)
    head = head_for(text, date(2026, 1, 1))
    if re.search(r"[0-9]\Z", head):
        raise BadValue("E219", f"{quoted(text)} has a digit right before {{n}}", "put '-' between them")
    try:
        parse_id(head + "1")
        parse_id(head + "1" * _MAX_COUNTER)
    except BadValue as bad:
        raise BadValue("E219", f"{quoted(text)} makes numbers that cannot be file names", bad.hint) from None
    return text


def head_for(pattern: str, issued_on: date) -> str:
    """What stands before the counter for a document of that day."""
    head = pattern[: pattern.rindex("{n")]
    return head.replace("{year}", f"{issued_on.year:04d}").replace("{month}", f"{issued_on.month:02d}")


def number_for(pattern: str, issued_on: date, n: int) -> str:
    """The n-th number of the pattern's period; at least four digits unless the pattern says otherwise."""
    width = _COUNTER.match(_TOKEN.findall(pattern)[-1])
    digits = int(width[1]) if width and width[1] else 4
    return f"{head_for(pattern, issued_on)}{n:0{digits}d}"


def head_matches(pattern: str, head: str) -> bool:
    """Whether a number with this head could have come from the pattern."""
    parts = re.split(r"(\{year\}|\{month\})", pattern[: pattern.rindex("{n")])
    known = {"{year}": "[0-9]{4}", "{month}": "(?:0[1-9]|1[0-2])"}
    return re.fullmatch("".join(known.get(part, re.escape(part)) for part in parts), head, re.ASCII) is not None

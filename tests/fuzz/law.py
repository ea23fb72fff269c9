"""What holds for every input of every target: it is read, or refused in words; in bounded time, the same each time, with nothing changed."""

from __future__ import annotations

import resource
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from unicodedata import category

from billcli.codes import CODES
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError
from billcli.model.values import BadValue
from billcli.render.diagnostics import as_text
from billcli.render.text import safe

MEMORY = 3 << 30
"""Bytes of address space that a process of the rig may have: whoever asks for more gets a ``MemoryError``, which is no declared error."""

_AGAIN = 8
"""One of so many inputs is read a second time."""

_HARMFUL = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Kinds of characters that would steer a terminal or hide: controls, formats, halves of a pair, line ends of Unicode."""

_SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Formats that show: signs of Arabic and its neighbours which stand below the number after them."""

_LONGEST = 1500
"""Characters of one message: what a person wrote is quoted, never poured out."""

Change = Callable[[Random, bytes], bytes]


@dataclass(frozen=True)
class Target:
    """Something that reads what it does not know. ``read`` holds laws of its own by ``assert``."""

    name: str
    inputs: float
    """How many of a thousand that the whole run makes."""
    read: Callable[[bytes], Any]
    seeds: Callable[[], Sequence[bytes]]
    change: Change
    most: int = 6000
    """Bytes of an input."""
    seconds: float = 3.0
    """Computing time for a small input; a large one may take more in proportion."""


class Broken(AssertionError):
    """The law does not hold for an input."""


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def judge(target: Target, data: bytes) -> str:
    """What came of an input, in one word. Raises ``Broken``, or what the reader should not have raised."""
    began = time.process_time()
    found = _outcome(target, data)
    spent = time.process_time() - began
    allowed = target.seconds * (1 + len(data) / 20_000)
    if spent > allowed:
        raise Broken(f"{len(data)} bytes took {spent:.1f} seconds of computing time; {allowed:.1f} are allowed")
    if zlib.crc32(data) % _AGAIN == 0 and (again := _outcome(target, data)) != found:
        raise Broken(f"read twice, it is not the same:\n{found}\n{again}")
    return "refused" if isinstance(found, _Refused) else "read"


@dataclass(frozen=True)
class _Refused:
    message: str
    hint: str
    found: tuple[Diagnostic, ...] = ()


def _outcome(target: Target, data: bytes) -> Any:
    try:
        return target.read(data)
    except BadValue as bad:
        check_words(bad.message, bad.hint)
        assert bad.code in CODES
        return _Refused(bad.message, bad.hint)
    except BillError as refused:
        check_words(safe(refused.message), safe(refused.hint))
        check_findings(refused.diagnostics)
        return _Refused(refused.message, refused.hint, tuple(refused.diagnostics))


def check_findings(found: Sequence[Diagnostic]) -> None:
    """Each has its code and a message that a terminal can show."""
    for each in found:
        assert each.code in CODES, each
        check_words(each.message, each.hint)
        if each.span:
            assert each.span.line >= 1 and each.span.column >= 1 and each.span.length >= 1, each
    shown = as_text(found).replace("\n", "")
    assert shown.isprintable() or not any(category(char) in _HARMFUL and char not in _SEEN for char in shown), ascii(shown)


def check_words(message: str, hint: str) -> None:
    assert message, "an error without a word"
    assert len(safe(message)) <= _LONGEST, f"a message of {len(message)} characters: {message[:200]}"
    assert len(safe(hint)) <= _LONGEST, f"a hint of {len(hint)} characters: {hint[:200]}"

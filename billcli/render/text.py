"""Texts for a terminal: nothing of a file can move the cursor, hide itself or turn the line around."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from billcli.model.pattern import Pattern

_HIDDEN = (
    "\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_UNSAFE = Pattern(f"[\x00-\x1f{_HIDDEN}]")
_UNSAFE_IN_JSON = Pattern(f"[{_HIDDEN}]")  # those below are escapes already
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Printable, says Unicode; and nothing to be seen."""


def safe(text: str) -> str:
    """Control, bidirectional, zero-width and blank characters as visible escapes."""
    if text.isprintable() and (text.isascii() or _BLANK.isdisjoint(text)):
        return text
    return _UNSAFE.sub(lambda found: _escape(ord(found[0])), text)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(code: int) -> str:
    """As JSON has it: two of four digits for one that does not fit into four."""
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\u{0xD800 + ((code - 0x10000) >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def json_text(body: object) -> str:
    """JSON for a program, and harmless where a terminal shows it: the same characters as escapes, which JSON reads back."""
    import json

    text = json.dumps(body, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda found: _json_escape(ord(found[0])), text) + "\n"


def json_rows(body: Mapping[str, object], rows: Iterable[object]) -> str:
    """The same with ``rows`` as its last field, one a line: thousands of them take no longer than a moment."""
    import json

    head = json.dumps(body, ensure_ascii=False, indent=2).removesuffix("\n}")
    lines = ",\n".join(f"    {json.dumps(each, ensure_ascii=False)}" for each in rows)
    text = f'{head},\n  "rows": [\n{lines}\n  ]\n}}\n' if lines else f'{head},\n  "rows": []\n}}\n'
    return _UNSAFE_IN_JSON.sub(lambda found: _json_escape(ord(found[0])), text)


def clipped(text: str, limit: int = 200) -> str:
    """At most so many characters of a line, made safe."""
    return safe(text if len(text) <= limit else text[: limit - 1] + "…")


def width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    size = columns - width(text) + len(text)
    return text.rjust(size) if right else text.ljust(size)

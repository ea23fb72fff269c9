"""Texts for a terminal: nothing of a file can move the cursor, hide itself or turn the line around."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from billcli.model.pattern import Pattern

_HIDDEN = "\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
_UNSAFE = Pattern(f"[\x00-\x1f{_HIDDEN}]")
_UNSAFE_IN_JSON = Pattern(f"[{_HIDDEN}]")  # those below are escapes already


def safe(text: str) -> str:
    """Control, bidirectional and zero-width characters as visible escapes."""
    if text.isprintable():
        return text  # none of them is printable
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_text(body: object) -> str:
    """JSON for a program, and harmless where a terminal shows it: the same characters as escapes, which JSON reads back."""
    import json

    text = json.dumps(body, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def json_rows(body: Mapping[str, object], rows: Iterable[object]) -> str:
    """The same with ``rows`` as its last field, one a line: thousands of them take no longer than a moment."""
    import json

    head = json.dumps(body, ensure_ascii=False, indent=2).removesuffix("\n}")
    lines = ",\n".join(f"    {json.dumps(each, ensure_ascii=False)}" for each in rows)
    text = f'{head},\n  "rows": [\n{lines}\n  ]\n}}\n' if lines else f'{head},\n  "rows": []\n}}\n'
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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

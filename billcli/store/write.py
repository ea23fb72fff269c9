"""The canonical form: typed values to YAML text that every reader reads alike.

Own code, because a round-trip library writes about 200 documents a second and an import writes thousands; the form is small:
block style, two spaces, LF, one document. A law checks that reading it back gives the same values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W\d_](?:[\w .()+/,;@€£-]|:(?=[^\s]))*\Z")
_RESERVED = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"])
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_LITERAL = re.compile(r"[^\s][^\t]*\Z")


def document_text(schema: str, data: Mapping[str, Any]) -> str:
    """A whole file. ``None`` values are left out; the order of keys is the mapping's."""
    return "".join(f"{line}\n" for line in [f"schema: {schema}", *_mapping(data, "")])


def block(key: str, value: Any, indent: str) -> list[str]:
    """``key: value`` as lines without line ends, as it stands inside a mapping at that indent."""
    return list(_entry(key, value, indent))


def item(value: Any, indent: str) -> list[str]:
    """``- value`` as lines, as it stands in a list whose dashes are at that indent."""
    inside = indent + "  "
    match value:
        case Mapping():
            lines = list(_mapping(value, inside)) or [f"{inside}{{}}"]
        case list() | tuple():
            lines = [line for each in value for line in item(each, inside)] or [f"{inside}[]"]
        case _:
            lines = [f"{inside}{scalar(value)}"]
    return [f"{indent}- {lines[0].removeprefix(inside)}", *lines[1:]]


def _mapping(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        if value is not None:
            yield from _entry(key, value, indent)


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    name = scalar(key)
    match value:
        case str() if "\n" not in value:
            yield f"{indent}{name}: {_text(value)}"
        case Decimal() | date():
            yield f"{indent}{name}: {scalar(value)}"
        case Mapping() if any(each is not None for each in value.values()):
            yield f"{indent}{name}:"
            yield from _mapping(value, indent + "  ")
        case list() | tuple() if value:
            yield f"{indent}{name}:"
            for each in value:
                yield from item(each, indent + "  ")
        case Mapping():
            yield f"{indent}{name}: {{}}"
        case list() | tuple():
            yield f"{indent}{name}: []"
        case str() if _is_literal(value):
            yield f"{indent}{name}: {'|' if value.endswith(chr(10)) else '|-'}"
            yield from (f"{indent}  {line}" if line else "" for line in value.removesuffix("\n").split("\n"))
        case _:
            yield f"{indent}{name}: {scalar(value)}"


def _is_literal(text: str) -> bool:
    """Whether a text of several lines can stand as a literal block and come back to the letter."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and (not line or not line[0].isspace()) and line == line.rstrip() for line in lines)
        and bool(lines[0])
        and bool(lines[-1])
    )


def scalar(value: Any) -> str:
    """One value on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case str():
            return _text(value)
    raise TypeError(f"no YAML form for {type(value).__name__}")


@lru_cache(maxsize=4096)
def _text(text: str) -> str:
    """An import writes the same keys, names and items ten thousands of times."""
    return text if _is_plain(text) else _quoted(text)


def _is_plain(text: str) -> bool:
    if not _WORD.match(text) or text.lower() in _RESERVED:
        return False
    return text == text.strip() and text.isprintable() and len(text) <= 1000


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _escape(ord(c))) for c in text) + '"'


def _escape(code: int) -> str:
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"

"""A bank's XML as a stream: only the elements asked for, by their local names, each with its line; nothing that XML can be attacked with.

Straight on expat, as the standard library's own parsers are: a document type, and with it every entity and external reference, is refused
where it begins, which is what the package defusedxml does in Python code several times slower and without line numbers. What stands in
an element that was taken is asked for by its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from xml.parsers import expat

from billcli.banks.structured import refusal
from billcli.model.values import quoted

Value: TypeAlias = "str | tuple[str, str] | Node"
Node: TypeAlias = dict[str, list[Value]]
"""An element's children by local name: texts, texts with their currency, elements with children."""

MAX_DEPTH = 60
MAX_NAMES = 10_000
MAX_NODES = 500_000
"""Elements with others in them that are kept of one entry: a batch of 50,000 payments."""

_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHUNK = 1 << 16
_TRUNCATED = frozenset({"no element found", "unclosed token", "unclosed CDATA section"})


def stream(
    raw: bytes,
    name: str,
    *,
    each: frozenset[str],
    skip: frozenset[str],
    opened: Callable[[str, str], str],
    take: Callable[[str, Value, int], None],
) -> None:
    """Calls ``take(name, value, line)`` for every element in ``each``; those in ``skip``, and all below them, are not kept.

    ``opened(name, namespace)`` is told of every element outside of them and says what is wrong with it, or nothing. Raises ``Refused``.
    """
    local: dict[str, str] = {}
    above: list[str] = []  # names outside of what is kept
    spaces: dict[str, str] = {}
    stack: list[Node | None] = []  # what is kept, the outermost first; None until it has children
    lines: list[int] = []
    text: list[str] = []
    unit = ""
    skipping = 0
    nodes = 0

    push, clear = stack.append, text.clear
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(code: str, message: str, hint: str) -> None:
        line = parser.CurrentLineNumber
        raise refusal(name, code, message, hint, line, shown_line(raw, line))

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal skipping, unit
        if skipping:
            skipping += 1
            return
        word = local.get(tag)
        if word is None:
            word = known(tag)
        if not word:
            skipping = 1
        elif stack:
            if len(stack) > MAX_DEPTH:
                refuse("E650", f"elements stand more than {MAX_DEPTH} deep in each other", "this is no bank statement: download it again")
            push(None)
            clear()
            unit = attributes.get("Ccy", "") if attributes else ""
        elif word in each:
            lines.append(parser.CurrentLineNumber)
            push(None)
            clear()
        else:
            outer(tag, word, attributes)

    def known(tag: str) -> str:
        """The local name, empty for what is skipped."""
        if len(local) > MAX_NAMES:
            refuse("E650", f"the file has more than {MAX_NAMES} kinds of elements", "this is no bank statement: download it again")
        word = tag.rpartition(":")[2]
        local[tag] = "" if word in skip else word
        return local[tag]

    def outer(tag: str, word: str, attributes: dict[str, str]) -> None:
        above.append(word)
        if len(above) > MAX_DEPTH:
            refuse("E650", f"elements stand more than {MAX_DEPTH} deep in each other", "this is no bank statement: download it again")
        if attributes and len(above) < 6:
            spaces.update({key[6:]: value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:")})
        if wrong := opened(word, spaces.get(tag.rpartition(":")[0], "")):
            refuse("E650", wrong, "download the statement as camt.052, camt.053 or camt.054")

    def end(tag: str) -> None:
        nonlocal skipping, unit, nodes
        if skipping:
            skipping -= 1
            return
        if not stack:
            above.pop()
            return
        value: Value | None = stack.pop()
        if value is None:
            value = "".join(text)
            if unit:
                value, unit = (value, unit), ""
        clear()
        word = local[tag]
        if not stack:
            nodes = 0
            take(word, value, lines.pop())
            return
        parent = stack[-1]
        if parent is None:
            nodes += 1
            if nodes > MAX_NODES:
                refuse("E650", f"one entry has more than {MAX_NODES} elements with others in them", "download a shorter period")
            stack[-1] = {word: [value]}
        elif word in parent:
            parent[word].append(value)
        else:
            parent[word] = [value]

    def doctype(*_: object) -> None:
        refuse(
            "E651",
            "the file declares a document type (DOCTYPE)",
            "no bank writes one; it can make a reader open other files: do not use it",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = doctype
    try:
        for place in range(0, len(raw), _CHUNK):
            parser.Parse(raw[place : place + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _broken(raw, name, error) from None
    except (LookupError, ValueError) as error:  # an encoding that is unknown, or of several bytes and not UTF
        message = f"the file declares an encoding that cannot be read: {quoted(str(error))}"
        raise refusal(name, "E650", message, "download it as UTF-8", 1) from None


def child(value: Value, *path: str) -> Value:
    """The first element at the end of the path; an empty text where there is none."""
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step][0]
        else:
            return ""
    return value


def text_at(value: Value, *path: str) -> str:
    """The text at the end of the path; empty where there is none."""
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step][0]
        else:
            return ""
    return value if isinstance(value, str) else value[0] if isinstance(value, tuple) else ""


def children(value: Value, *path: str) -> list[Value]:
    """Every element of the path's last name, below the first of the others."""
    for step in path[:-1]:
        if isinstance(value, dict) and step in value:
            value = value[step][0]
        else:
            return []
    return value.get(path[-1], []) if isinstance(value, dict) else []


def currency_of(value: Value) -> str:
    """``Ccy`` of an amount; empty where it has none."""
    return value[1].strip().upper() if isinstance(value, tuple) else ""


def declared_encoding(raw: bytes) -> str:
    """By the byte order mark, else as the file declares, else UTF-8: what the parser goes by, and refuses where it does not hold."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    found = _DECLARED.match(raw.removeprefix(b"\xef\xbb\xbf"))
    return found[1].decode("ascii").lower() if found else "utf-8"


def shown_line(raw: bytes, line: int) -> str:
    """A line of the file for a message; empty where it is not UTF-8."""
    if line < 1:
        return ""
    start = 0
    for _ in range(line - 1):
        start = raw.find(b"\n", start) + 1
        if not start:
            return ""
    end = raw.find(b"\n", start)
    part = raw[start : end if end >= 0 else len(raw)][:1000]
    try:
        return part.decode("utf-8") if b"\0" not in part else ""
    except UnicodeDecodeError:
        return ""


def _broken(raw: bytes, name: str, error: expat.ExpatError) -> Exception:
    why = expat.ErrorString(error.code) or "not well-formed"
    shown = shown_line(raw, error.lineno)
    if why in _TRUNCATED:
        message, hint = "the file ends before its XML does", "it was cut off: download it again"
        last = raw.rstrip().count(b"\n") + 1
        return refusal(name, "E650", message, hint, last, shown_line(raw, last))
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        at = raw.index(b"\0")
        line, column = raw.count(b"\n", 0, at) + 1, at - raw.rfind(b"\n", 0, at)
        shown = shown_line(raw, line)
        return refusal(name, "E650", "the control character U+0000", "the file is damaged: download it again", line, shown, column)
    hint = "download the file again; if it was opened in an editor, its encoding may have changed"
    return refusal(name, "E650", f"this is no XML: {why}", hint, error.lineno, shown, error.offset + 1)

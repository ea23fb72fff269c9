"""Edits of one file that touch only the lines they must: comments, blank lines, key order and line ends stay.

Every edit is made on the text at the marks of the reader, then read back and compared with what was meant; where the
two differ the edit is refused, so a file is never bent by a form of YAML this module did not expect.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from billcli.core.plan import Append, Drop, Edit, Set
from billcli.diagnostics import Path, dotted
from billcli.errors import BillError
from billcli.store.parse import Parsed, Place, parse
from billcli.store.text import BOM, decode
from billcli.store.write import block, item, scalar


def edited(raw: bytes, file: str, edits: tuple[Edit, ...], order: list[str]) -> bytes:
    """The new bytes. ``order`` is the canonical order of the document's top-level keys."""
    text, problems = decode(raw, file)
    if text is None:
        raise BillError(f"{file} cannot be edited: {problems[0].message}", 'mend it first; "bill check" shows the place')
    newline = "\r\n" if "\r\n" in text else "\n"
    for edit in edits:
        parsed = parse(text, file)
        if parsed.data is None:
            raise BillError(f"{file} cannot be edited: {parsed.problems[0].message}", 'mend it first; "bill check" shows the place')
        meant = _meant(copy.deepcopy(parsed.data), edit)
        text = _edit(text, parsed, edit, order, newline)
        after = parse(text, file)
        if after.data != meant:
            raise BillError(
                f"{file} is written in a way that bill cannot edit safely at {dotted(edit.path)}",
                "make the change by hand",
            )
    body = text.encode()
    return BOM + body if raw.startswith(BOM) else body


def _meant(data: dict[str, Any], edit: Edit) -> dict[str, Any]:
    """The data as it should read after the edit."""
    parent: Any = data
    for step in edit.path[:-1]:
        parent = parent.setdefault(step, {}) if isinstance(parent, dict) else parent[step]
    last: Any = edit.path[-1]
    match edit:
        case Set(_, value):
            parent[last] = _as_text(value)
        case Append(_, value):
            parent.setdefault(last, []).append(_as_text(value))
        case Drop():
            del parent[last]
            if not parent and len(edit.path) > 1:
                _meant(data, Drop(edit.path[:-1]))
    return data


def _as_text(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _as_text(each) for key, each in value.items() if each is not None}
        case list() | tuple():
            return [_as_text(each) for each in value]
        case str():
            return value
        case _:
            return scalar(value)


def _edit(text: str, parsed: Parsed, edit: Edit, order: list[str], newline: str) -> str:
    known = parsed.places.get(edit.path)
    match edit:
        case Drop():
            return _drop(text, parsed, edit.path)
        case Append(path, value) if known is None:
            return _edit(text, parsed, Set(path, [value]), order, newline)
        case Append(path, value):
            return _append(text, parsed, path, value, newline)
        case Set(path, value) if known is None:
            return _insert(text, parsed, path, value, order, newline)
        case Set(path, value):
            return _replace(text, parsed, path, known, value, newline)
    raise AssertionError(edit)


def _replace(text: str, parsed: Parsed, path: Path, known: Place, value: Any, newline: str) -> str:
    many = isinstance(value, Mapping | list | tuple)
    if parsed.places[path[:-1]].style == "flow" or (known.style == "flow" and many):
        return text[: known.start] + _flow(value) + text[known.end :]
    lines = block("k", value, "")
    if len(lines) == 1 and not many and known.style not in ("block", "flow", "|", ">") and "\n" not in text[known.start : known.end]:
        return text[: known.start] + lines[0].removeprefix("k: ") + text[known.end :]
    if known.key_start < 0:
        return text  # a list's item that does not fit on its line: refused, since nothing changes
    start, end = _extent(text, parsed, path)
    indent = " " * (known.key_start - start)
    lines = block(str(path[-1]), value, indent)
    one_line = "\n" not in text[start:end]
    first = lines[0].removeprefix(indent) + (text[known.end : end] if one_line else "")
    return text[: known.key_start] + newline.join([first, *lines[1:]]) + _rest(text, end, newline)


def _insert(text: str, parsed: Parsed, path: Path, value: Any, order: list[str], newline: str) -> str:
    parent = path[:-1]
    if parent and parent not in parsed.places:
        return _insert(text, parsed, parent, {path[-1]: value}, order, newline)
    siblings = [each for each in parsed.places if len(each) == len(path) and each[:-1] == parent]
    if parsed.places[parent].style == "flow":
        return _add_to_flow(text, parsed, parent, siblings, f"{_flow(path[-1])}: {_flow(value)}")
    rank = {name: at for at, name in enumerate(["schema", *order])} if not parent else {}
    mine = rank.get(str(path[-1]), len(rank))
    before = [each for each in siblings if rank.get(str(each[-1]), -1) <= mine]
    anchor = before[-1] if before else siblings[0]
    start, end = _extent(text, parsed, anchor)
    indent = " " * (parsed.places[anchor].key_start - start)
    lines = block(str(path[-1]), value, indent)
    return text[:end] + newline + newline.join(lines) + _rest(text, end, newline)


def _append(text: str, parsed: Parsed, path: Path, value: Any, newline: str) -> str:
    place = parsed.places[path]
    items = [each for each in parsed.places if len(each) == len(path) + 1 and each[:-1] == path]
    if place.style == "flow":
        return _add_to_flow(text, parsed, path, items, _flow(value))
    line_start = text.rfind("\n", 0, place.start) + 1
    indent = " " * (place.start - line_start)
    end = _line_end(text, _last(text, parsed, items[-1]))
    return text[:end] + newline + newline.join(item(value, indent)) + _rest(text, end, newline)


def _add_to_flow(text: str, parsed: Parsed, path: Path, items: list[Path], added: str) -> str:
    """Behind the last item, so that a comment or a comma after it stays where it is."""
    if not items:
        end = parsed.places[path].end - 1
        return text[:end] + added + text[end:]
    end = parsed.places[items[-1]].end
    return f"{text[:end]}, {added}{text[end:]}"


def _flow(value: Any) -> str:
    """A value as it stands in brackets or braces."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items() if each is not None) + "}"
        case list() | tuple():
            return "[" + ", ".join(_flow(each) for each in value) + "]"
    written = scalar(value)
    return f'"{written}"' if set(written) & set(",:") and not written.startswith('"') else written


def _drop(text: str, parsed: Parsed, path: Path) -> str:
    siblings = [each for each in parsed.places if len(each) == len(path) and each[:-1] == path[:-1]]
    if len(siblings) == 1 and len(path) > 1:
        return _drop(text, parsed, path[:-1])
    parent = parsed.places.get(path[:-1], None)
    if parent is not None and parent.style == "flow":
        return _drop_from_flow(text, parsed, path, siblings)
    start, end = _extent(text, parsed, path)
    end = end + 2 if text.startswith("\r\n", end) else end + 1
    return text[:start] + text[end:]


def _drop_from_flow(text: str, parsed: Parsed, path: Path, siblings: list[Path]) -> str:
    at = siblings.index(path)
    if at + 1 < len(siblings):
        return text[: _start(parsed.places[path])] + text[_start(parsed.places[siblings[at + 1]]) :]
    return text[: parsed.places[siblings[at - 1]].end] + text[parsed.places[path].end :]


def _start(place: Place) -> int:
    return place.key_start if place.key_start >= 0 else place.start


def _extent(text: str, parsed: Parsed, path: Path) -> tuple[int, int]:
    """From the start of the entry's first line to the end of its last, a comment on that line included."""
    start = text.rfind("\n", 0, _start(parsed.places[path])) + 1
    return start, _line_end(text, _last(text, parsed, path))


def _last(text: str, parsed: Parsed, path: Path) -> int:
    """The offset behind the entry's last character; block collections end with their last scalar."""
    place = parsed.places[path]
    if place.style == "block":
        inner = [each for each in parsed.places if len(each) > len(path) and each[: len(path)] == path]
        return max(_last(text, parsed, each) for each in inner if parsed.places[each].style != "block")
    if place.style in ("|", ">"):
        return place.start + len(text[place.start : place.end].rstrip())
    return max(place.end, place.key_end)


def _rest(text: str, end: int, newline: str) -> str:
    """What follows the written lines; a last line without its end gets one, for a text of several lines needs it."""
    return text[end:] or newline


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    if end < 0:
        return len(text)
    return end - 1 if end > 0 and text[end - 1] == "\r" else end

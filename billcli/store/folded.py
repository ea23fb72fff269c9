"""Folded files: a month's documents of one kind, each exactly its bytes, with a line of ``---`` between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from billcli.core.addresses import NAMELESS, is_folded
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError
from billcli.store import layout
from billcli.store.text import BOM, MAX_BYTES, conflict
from billcli.store.text import limit as document_limit

MAX_FOLDED = 64 * MAX_BYTES
"""A hundred thousand documents and more."""

_MARK = b"---\n"
_BETWEEN = re.compile(rb"^---[ ]*\r?(?:\n|\Z)", re.MULTILINE)
_REMARKS = re.compile(rb"(?:[ ]*(?:#.*)?\r?\n)*")
_CUTS = re.compile(rb"^(?:---|\.\.\.)(?:\s|\Z)", re.MULTILINE)


class Document(NamedTuple):
    """One document of a folded file: where its bytes are, and the line of the file on which it begins, from 1."""

    name: str
    offset: int
    length: int
    line: int

    def of(self, raw: bytes) -> bytes:
        return raw[self.offset : self.offset + self.length]


def limit(path: str) -> int:
    """How many bytes a file at this path may have."""
    return MAX_FOLDED if is_folded(path) else document_limit(path)


def documents(raw: bytes, file: str) -> list[Document]:
    """The documents of a folded file in their order.

    Each goes by the number or id in its own plain line; a second one of that name, or one without such a line, by a name that no id has.
    """
    found: list[Document] = []
    taken: set[str] = set()
    pattern = _key_line(layout.FOLDERS[file.split("/", 1)[0]].key)
    line, counted = 1, 0
    for start, end in _stretches(raw):
        match = pattern.search(raw, start, end)
        name = match[1].decode() if match else ""
        if name in taken or not name:
            name = f"{name}{NAMELESS}{len(found) + 1}"
        taken.add(name)
        line, counted = line + raw.count(b"\n", counted, start), start
        found.append(Document(name, start, end - start, line))
    return found


def unfit(raw: bytes, file: str) -> Diagnostic | None:
    """Why nobody can tell which documents a folded file holds: it is too large (E111), or a merge was left half done in it (E113)."""
    if len(raw) > MAX_FOLDED:
        return Diagnostic("E111", f"the file has more than {MAX_FOLDED} bytes", file, hint='"bill unfold" a month before it grows so large')
    if b"<<<<<<<" in raw or b">>>>>>>" in raw:
        return conflict(raw.decode("utf-8", "replace"), file, "keep one side, and delete the lines of <, = and >")
    return None


def _stretches(raw: bytes) -> Iterator[tuple[int, int]]:
    """Between the lines of ``---``; a first such line with nothing but remarks above it begins the first document."""
    start = 0
    for mark in _BETWEEN.finditer(raw):
        if start > 0 or not _REMARKS.fullmatch(raw, 0, mark.start()):
            yield start, mark.start()
        start = mark.end()
    yield start, len(raw)


@cache
def _key_line(key: str) -> re.Pattern[bytes]:
    return re.compile(rb"^%b: *[\"']?([A-Za-z0-9][A-Za-z0-9._-]{0,63})[\"']?[ ]*(?:#.*)?\r?$" % key.encode(), re.MULTILINE)


def find(raw: bytes, file: str, name: str) -> bytes | None:
    """The bytes of one document of a folded file."""
    return next((each.of(raw) for each in documents(raw, file) if each.name == name), None)


def why_apart(raw: bytes) -> str:
    """Why a document cannot stand in a folded file and come back byte for byte; empty where it can."""
    if raw.startswith(BOM):
        return "it begins with a byte order mark"
    if b"\r" in raw:
        return "it has line ends of Windows"
    if not raw.endswith(b"\n"):
        return "its last line has no line end"
    if mark := _CUTS.search(raw):
        line = raw.count(b"\n", 0, mark.start()) + 1
        return f"line {line} is one of {raw[mark.start() : mark.start() + 3].decode()}"
    return ""


def joined(parts: Mapping[str, bytes], file: str) -> bytes:
    """The bytes of a folded file that holds these documents by name. Raises ``BillError`` for one that would not come back as it is."""
    raw = _MARK.join(parts.values())
    _ensure_it_comes_back(parts, raw, file)
    _ensure_size(raw, file, "leave the month as it is")
    return raw


def _ensure_it_comes_back(parts: Mapping[str, bytes], raw: bytes, file: str) -> None:
    for name, part in parts.items():
        if why := why_apart(part):
            raise BillError(f"{name} cannot stand in {file}: {why}", "mend it, or leave it in a file of its own")
    found = documents(raw, file)
    for (name, part), each in zip(parts.items(), found, strict=True):
        if each.name != name or each.of(raw) != part:
            raise BillError(f"{name} cannot stand in {file}: its number or id is not in a plain line of its own", "write it plainly")


def spliced(raw: bytes, file: str, new: Mapping[str, bytes]) -> bytes:
    """The folded file with other bytes for some of its documents; all else stays, and is compared to be sure."""
    before = documents(raw, file)
    made, at = [], 0
    for each in before:
        made += [raw[at : each.offset], new.get(each.name, each.of(raw))]
        at = each.offset + each.length
    after = b"".join([*made, raw[at:]])
    _same_but(before, raw, documents(after, file), after, new, file)
    _ensure_size(after, file, f"unfold {file.partition('/')[2].removesuffix('.yaml').replace('/', '-')} first")
    return after


def _ensure_size(raw: bytes, file: str, hint: str) -> None:
    if len(raw) > MAX_FOLDED:
        raise BillError(f"{file} would have more than {MAX_FOLDED} bytes", hint)


def _same_but(before: Sequence[Document], raw: bytes, after: Sequence[Document], now: bytes, new: Mapping[str, bytes], file: str) -> None:
    expected = [(each.name, new.get(each.name, each.of(raw))) for each in before]
    marked = any(part.startswith(BOM) for part in new.values())
    if marked or [(each.name, each.of(now)) for each in after] != expected or not new.keys() <= {each.name for each in before}:
        names = ", ".join(new)
        hint = "it needs a line end at its end, its number or id in a plain line, and no line of --- in it"
        raise BillError(f"{names} cannot stand in {file} so", hint)

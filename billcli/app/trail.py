"""The audit trail on its way into the index: a file of it is only ever added to, so only what has come since is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from billcli.app.reading import Understood, unreadable
from billcli.core import addresses
from billcli.core.facts import AuditedFile, Fact, PayeeMark, TrailEntry
from billcli.index import connection as connections
from billcli.index import refresh as rows
from billcli.store import fs, journal
from billcli.store.fs import Stamp
from billcli.store.text import MAX_BYTES

MOST = 256 * MAX_BYTES
"""A month of the trail: one entry of it names every file of an import, and there may be tens of thousands."""


def is_trail(path: str) -> bool:
    return path.startswith("audit/")


def entries(root: str, paths: Iterable[str], *, loose: bool = False) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """(file, line, entry) of these files of the trail, of each up to the first line that is broken; ``loose`` goes on behind it."""
    from billcli.store.audit import read_loose
    from billcli.store.audit import read_trail as read

    for path in paths:
        try:
            raw = trail_bytes(root, path)
        except OSError:
            continue  # that it cannot be read is a finding of its own
        trail = read(raw, path)
        found = read_loose(raw) if loose and trail.problems else trail.entries
        yield from ((path, line, entry) for line, entry in enumerate(found, 1))


def trail_bytes(root: str, path: str) -> bytes:
    """A file of the trail as the last command left it, even where it was killed before it was done."""
    waiting = journal.waiting(root)
    return (waiting[path] or b"") if path in waiting else fs.read(root, path, MOST)


def read_trail(
    root: str, index: connections.Connection, path: str, have: rows.Known | None, stamp: Stamp, *, racy: bool
) -> Iterator[rows.FileFacts]:
    """What a file of the trail contributes; nothing where it is gone."""
    try:
        raw = fs.read(root, path, MOST)
    except FileNotFoundError:
        return
    except OSError as error:
        yield rows.FileFacts(path, stamp, True, "", "", [], [unreadable(path, error)])  # the disk or the rights may be others next time
        return
    digest = fs.sha256(raw)
    size = have.stamp[0] if have else 0
    if (
        have
        and 0 < size <= len(raw)
        and raw[size - 1 : size] == b"\n"
        and fs.sha256(raw[:size]) == have.hash
        and not rows.has_problems(index, have)
    ):
        more: Understood = understand_trail(raw[size:], path) if len(raw) > size else ("audit", [], [])
        if not more[2]:
            yield rows.FileFacts(path, stamp, racy, digest, *more, more=True)
            return
    yield rows.FileFacts(path, stamp, racy, digest, *understand_trail(raw, path))


def understand_trail(raw: bytes, path: str) -> Understood:
    """Lines of the trail as facts and problems."""
    from billcli.store.audit import read_trail as read

    trail = read(raw, path)
    facts: list[Fact] = [each for entry in trail.entries for each in _audited(entry)]
    facts += [
        TrailEntry(entry["clone"], entry["seq"], entry["prev"], entry["hash"], entry["at"], entry["command"]) for entry in trail.entries
    ]
    return "audit", facts, trail.problems


def _audited(entry: dict[str, Any]) -> Iterator[Fact]:
    """What one entry says of documents, by the places where they stand alone; a folded file is none, and its making makes none."""
    from billcli.store.layout import kind_for

    for each in entry["files"]:
        path, old, new, by_hand = each["path"], each["old"], each["new"], each.get("by") == "hand"
        if kind_for(path):  # the walk looks at documents only; a setting of git or of editors would look gone
            made = old is None and not addresses.is_folded(path)
            yield AuditedFile(entry["clone"], entry["seq"], addresses.alone(path), new, int(made), int(by_hand))
            if mark := each.get("payee"):
                yield PayeeMark(entry["clone"], entry["seq"], path, mark)

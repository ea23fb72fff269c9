"""The read path's first half: files whose stamp changed are read, checked and projected into the index."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from billcli.app.reading import Read, Wanted, read_all, unreadable
from billcli.app.reading import understand as understand_document
from billcli.core.facts import AuditedFile, Fact, TrailEntry
from billcli.diagnostics import Diagnostic
from billcli.errors import ChangedMeanwhile
from billcli.index import connection as connections
from billcli.index import refresh as rows
from billcli.index.queries import walk_problems
from billcli.store import fs, journal, looks
from billcli.store.locate import is_at_home, private_folder, settle
from billcli.store.scan import Scan, scan
from billcli.store.text import MAX_BYTES

_TRIES = 20
_MAX_TRAIL = 256 * MAX_BYTES
"""A month of the audit trail: one entry of it names every file of an import, and there may be tens of thousands."""
_SETTLED = 3
"""So many looks tell a commit that is stuck from one that is being carried out."""


class Progress(Protocol):
    """Given how many steps there are, and what they are where it is not the usual, returns what to call after each."""

    def __call__(self, total: int, what: str = "", /) -> Callable[[], None]: ...


def no_progress(_total: int, _what: str = "") -> Callable[[], None]:
    return lambda: None


@contextmanager
def fresh_index(root: str, progress: Progress = no_progress) -> Iterator[connections.Connection]:
    """A connection to an index that shows the ledger as it is now, half-carried-out commits as if they were done.

    It shows that one state until the end, whatever other commands do. They wait for it to write theirs: read first, print afterwards.
    """
    path = _path(root)
    index = connections.open_index(path)
    try:
        for attempt in range(_TRIES):
            try:
                shown = _shown(root, index, progress, settled=attempt >= _SETTLED)
            except connections.DatabaseError as error:
                index.close()
                if path is None:
                    raise
                index = connections.instead(path, error)
                path = path if attempt == 0 else None
                continue
            if shown is not None:
                break
            time.sleep(0.01 * attempt)
        else:
            raise ChangedMeanwhile("the ledger is being written all the time", "try again")
        try:
            yield shown
        except connections.DatabaseError as error:
            if path is None or not connections.is_damage(error):
                raise
            connections.forget(path)
            raise ChangedMeanwhile("the index was damaged; it is deleted, and nothing was changed", "run the command again") from error
        finally:
            shown.close()
    finally:
        index.close()


def _path(root: str) -> str | None:
    """Where the index stands; None where nothing can be written. One that came with somebody else's folder is not believed."""
    try:
        folder = private_folder(root)
        path = os.path.join(folder, "index.sqlite")
        if not is_at_home(root):
            connections.forget(path)
            settle(root)
    except OSError:
        return None
    return path


def _shown(root: str, index: connections.Connection, progress: Progress, *, settled: bool) -> connections.Connection | None:
    """The index in a transaction that shows the ledger as it is, or a copy that does; None where it was written meanwhile."""
    before = journal.state(root)
    try:
        overlay = _documents(journal.overlay(root, journal.pending(root) or []))
    except ChangedMeanwhile:
        if settled and journal.state(root) == before:
            raise
        return None
    looked_at = time.time_ns()
    seen = looks.look(root)
    shown, alone = index, True
    index.execute("BEGIN")
    walk = _Walk(scan(root), seen, None) if overlay else _walk(root, index, seen)

    def update(connection: connections.Connection) -> None:
        assert walk is not None
        _update(root, connection, walk, looked_at, overlay, progress)

    if overlay:
        shown = _copy(index, update)
    elif walk is not None:
        index.execute("ROLLBACK")
        try:
            alone = connections.write(index, lambda: update(index))
        except connections.DatabaseError as error:
            if not connections.is_busy(error):
                raise
            shown = _copy(index, update)
    if alone and journal.state(root) == before:
        return shown
    if shown is index:
        index.execute("ROLLBACK")
    else:
        shown.close()
    return None


def _copy(index: connections.Connection, work: Callable[[connections.Connection], None]) -> connections.Connection:
    """A copy in memory, with that work done on it; the index itself is let go."""
    if index.in_transaction:
        index.execute("ROLLBACK")
    copy = connections.in_memory(index)
    copy.execute("BEGIN")
    work(copy)
    return copy


def bring_along(root: str, paths: Collection[str]) -> None:
    """After a command wrote these files: has the index know them, so that the next report reads none. What fails here that report does."""
    place = _path(root)
    written = [path for path in paths if "/" in path and (path.startswith("audit/") or path in _documents({path: None}))]
    if place is None or len(written) < len(paths):
        return
    try:
        index = connections.open_index(place)
        try:
            looked_at = time.time_ns()
            looked = looks.look_at(root, written)
            seen = looks.part(looked, looked.keys()) if not walk_problems(index) else None
            if seen is not None:
                walk = _Walk(seen, looked, looked.keys(), some=True)
                connections.write(index, lambda: _update(root, index, walk, looked_at, {}, no_progress))
        finally:
            index.close()
    except (OSError, connections.DatabaseError):
        pass


def _documents(overlay: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """Only what the walk would find: a commit may also write a setting of git or of editors."""
    from billcli.store.layout import kind_for

    return {path: raw for path, raw in overlay.items() if kind_for(path) or path.startswith("audit/")}


class _Walk(NamedTuple):
    """What a walk found in these folders, None for all of them, and how they looked just before; no looks where one cannot be read."""

    seen: Scan
    looks: looks.Looks | None
    folders: Collection[str] | None
    some: bool = False
    """Whether ``looks`` has these folders only, not all there are."""


def _walk(root: str, index: connections.Connection, seen: looks.Looks | None) -> _Walk | None:
    """Where something may have changed; None where the index is fresh."""
    if seen is not None:
        return _walk_in(root, index, seen, differ) if (differ := rows.differing(index, seen)) else None
    walk = _Walk(scan(root), None, None)
    again, gone = rows.stale(rows.known_files(index), walk.seen.files)
    return walk if again or gone or sorted(walk_problems(index)) != sorted(walk.seen.problems) else None


def _walk_in(root: str, index: connections.Connection, seen: looks.Looks, differ: set[str]) -> _Walk:
    """A walk through the folders that differ, or through all of them where more than plain files is to be judged."""
    found = looks.part(seen, differ) if not walk_problems(index) else None
    return _Walk(found, seen, differ) if found is not None else _Walk(scan(root), seen, None)


def _update(
    root: str,
    index: connections.Connection,
    walk: _Walk,
    looked_at: int,
    overlay: dict[str, bytes | None],
    progress: Progress,
) -> None:
    if walk.folders is not None and walk.looks is not None and not walk.some:
        walk = _walk_in(root, index, walk.looks, rows.differing(index, walk.looks))  # another command may have written since
    seen = walk.seen
    known = rows.known_files(index, walk.folders)
    again, gone = rows.stale(known, seen.files)
    gone = [path for path in gone if path not in overlay]
    touched: list[tuple[str, tuple[int, int, int, int], bool]] = []

    again = [path for path in again if path not in overlay]
    wanted = [Wanted(path, known[path].hash if path in known else "") for path in again if not path.startswith("audit/")]

    def changed(results: Iterator[Read | None]) -> Iterator[rows.FileFacts]:
        for path in again:
            stamp = seen.files[path]
            racy = rows.is_racy(stamp, looked_at)
            if path.startswith("audit/"):
                read, more = _read_trail(root, index, path, known.get(path))
            else:
                read, more = next(results), False
            if read is None:
                continue
            if read.problem:  # the disk or the rights may be others next time
                yield rows.FileFacts(path, stamp, True, "", "", [], [read.problem])
            elif read.understood:
                yield rows.FileFacts(path, stamp, racy, read.hash, *read.understood, more=more)
            else:
                touched.append((path, stamp, racy))
        for path, raw_new in overlay.items():
            if raw_new is not None:
                kind, facts, problems = understand(raw_new, path)
                yield rows.FileFacts(path, (0, 0, 0, 0), True, fs.sha256(raw_new), kind, facts, problems)

    gone += [path for path, raw_new in overlay.items() if raw_new is None and path in known]
    with read_all(root, wanted) as results:
        rows.replace(index, changed(results), gone, progress(len(again)))
    rows.touch(index, touched)
    rows.replace_walk_problems(index, seen.problems)
    if walk.looks is not None:
        rows.remember(index, walk.looks, seen.files, walk.folders)


def _read_trail(root: str, index: connections.Connection, path: str, have: rows.Known | None) -> tuple[Read | None, bool]:
    """What a file of the trail says, and whether that is only what has come since: it is only ever added to."""
    try:
        raw = fs.read(root, path, _MAX_TRAIL)
    except FileNotFoundError:
        return None, False
    except OSError as error:
        return Read("", None, unreadable(path, error)), False
    digest = fs.sha256(raw)
    if have is None:
        return Read(digest, understand(raw, path)), False
    if have.hash == digest:
        return Read(digest, None), False
    size = have.stamp[0]
    if 0 < size < len(raw) and raw[size - 1 : size] == b"\n" and fs.sha256(raw[:size]) == have.hash and not rows.has_problems(index, have):
        more = understand(raw[size:], path)
        if not more[2]:
            return Read(digest, more), True
    return Read(digest, understand(raw, path)), False


def understand(raw: bytes, path: str) -> tuple[str, list[Fact], list[Diagnostic]]:
    """One file as its kind, facts and problems; a document with an error in its text or fields gives no fact but its name, if that."""
    if path.startswith("audit/"):
        from billcli.store.audit import read_trail
        from billcli.store.layout import kind_for

        trail = read_trail(raw, path)
        facts: list[Fact] = [
            AuditedFile(entry["clone"], entry["seq"], each["path"], each["new"], int(each["old"] is None), int(each.get("by") == "hand"))
            for entry in trail.entries
            for each in entry["files"]
            if kind_for(each["path"])  # the walk looks at documents only; a setting of git or of editors would look gone
        ]
        facts += [
            TrailEntry(entry["clone"], entry["seq"], entry["prev"], entry["hash"], entry["at"], entry["command"]) for entry in trail.entries
        ]
        return "audit", facts, trail.problems
    return understand_document(raw, path)


def overlaid(root: str, path: str) -> bytes:
    """The bytes of a file as the last commit left them, even where a killed command has not carried it out."""
    waiting = journal.overlay(root, journal.pending(root) or [])
    return (waiting[path] or b"") if path in waiting else fs.read(root, path, MAX_BYTES)

"""The read path's first half: files whose stamp changed are read, checked and projected into the index."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from billcli.app.reading import Read, Wanted, read_all, read_one
from billcli.app.trail import is_trail, read_trail, understand_trail
from billcli.core import addresses
from billcli.errors import ChangedMeanwhile
from billcli.index import connection as connections
from billcli.index import folded as parts
from billcli.index import looks as known_looks
from billcli.index import refresh as rows
from billcli.index.queries import walk_problems
from billcli.store import fs, journal, looks
from billcli.store.fs import Stamp
from billcli.store.layout import is_kept_apart
from billcli.store.locate import is_at_home, private_folder, settle
from billcli.store.scan import Scan, scan

_TRIES = 20
_SETTLED = 3
"""So many looks tell a commit that is stuck from one that is being carried out."""
_NO_STAMP = Stamp(0, 0, 0, 0)


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
    paths = [path for path in paths if not is_kept_apart(path.rpartition("/")[0])]
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
        return _walk_in(root, index, seen, differ) if (differ := known_looks.differing(index, seen)) else None
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
        walk = _walk_in(root, index, walk.looks, known_looks.differing(index, walk.looks))  # another command may have written since
    seen = walk.seen
    known = rows.known_files(index, walk.folders)
    again, gone = rows.stale(known, seen.files)
    again = [path for path in again if path not in overlay]
    gone = [path for path in gone if path not in overlay] + [path for path, raw in overlay.items() if raw is None and path in known]
    moves = parts.moves(index, gone, [path for path in (*again, *overlay) if path not in known or addresses.is_folded(path)])
    touched: list[tuple[str, Stamp, bool]] = []

    def changed(found: Iterator[Read]) -> Iterator[rows.FileFacts]:
        for each in found:
            stamp = seen.files.get(each.path, _NO_STAMP)
            racy = stamp != _NO_STAMP and (bool(each.problem) or rows.is_racy(stamp, looked_at))  # what cannot be read may be so next time
            contributed = _contributed(each, stamp, moves, racy=racy)
            if contributed:
                yield contributed
            elif not addresses.is_address(each.path):
                touched.append((each.path, stamp, racy))
        for path in filter(is_trail, again):
            stamp = seen.files[path]
            yield from read_trail(root, index, path, known.get(path), stamp, racy=rows.is_racy(stamp, looked_at))
        for path, raw in overlay.items():
            if raw is not None and is_trail(path):
                yield rows.FileFacts(path, _NO_STAMP, True, fs.sha256(raw), *understand_trail(raw, path))
            elif raw is not None:
                for each in read_one(_wanted(index, path, "", moves), raw):
                    if contributed := _contributed(each, _NO_STAMP, moves, racy=not addresses.is_address(each.path)):
                        yield contributed

    wanted = [_wanted(index, path, known[path].hash if path in known else "", moves) for path in again if not is_trail(path)]
    with read_all(root, wanted) as found:
        rows.replace(index, changed(found), gone, progress(len(again)))
    rows.touch(index, touched)
    rows.replace_walk_problems(index, seen.problems)
    if walk.looks is not None:
        known_looks.remember(index, walk.looks, seen.files, walk.folders)


def _wanted(index: connections.Connection, path: str, known: str, moves: Mapping[str, parts.Move]) -> Wanted:
    if addresses.is_folded(path):
        moved = {place: move.hash for place, move in moves.items() if addresses.file_of(place) == path}
        return Wanted(path, known, {**moved, **parts.known_parts(index, path)})
    return Wanted(path, moves[path].hash if path in moves else known)


def _contributed(each: Read, stamp: Stamp, moves: Mapping[str, parts.Move], *, racy: bool) -> rows.FileFacts | None:
    """What is new with a file or a document of a folded one; None where it is as the index knows it."""
    if each.problem:
        return rows.FileFacts(each.path, stamp, racy, each.hash, "", [], [each.problem])
    if each.understood:
        return rows.FileFacts(each.path, stamp, racy, each.hash, *each.understood, parts=each.parts)
    if each.path in moves:
        return rows.FileFacts(each.path, stamp, racy, each.hash, "", [], [], before=moves[each.path].before)
    return None

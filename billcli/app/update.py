"""What changed in the ledger on its way into the index: files whose stamp is another are read, checked and projected."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.reading import Read, Wanted, read_all, read_one
from billcli.app.trail import is_trail, read_trail, understand_trail
from billcli.core import addresses
from billcli.index import connection as connections
from billcli.index import folded as parts
from billcli.index import looks as known_looks
from billcli.index import refresh as rows
from billcli.index.queries import walk_problems
from billcli.store import fs, looks
from billcli.store.fs import Stamp
from billcli.store.scan import Scan, scan

if TYPE_CHECKING:
    from billcli.app.refresh import Progress

_NO_STAMP = Stamp(0, 0, 0, 0)


class Walk(NamedTuple):
    """What a walk found in these folders, None for all of them, and how they looked just before; no looks where one cannot be read."""

    seen: Scan
    looks: looks.Looks | None
    folders: Collection[str] | None
    some: bool = False
    """Whether ``looks`` has these folders only, not all there are."""


def walk(root: str, index: connections.Connection, seen: looks.Looks | None, *, whole: bool) -> Walk | None:
    """Where something may have changed since the index knew these looks; None where it is fresh all the same."""
    if whole:
        return Walk(scan(root), seen, None)
    if seen is not None:
        return _walk_in(root, index, seen, differ) if (differ := known_looks.differing(index, seen)) else None
    found = scan(root)
    again, gone = rows.stale(rows.known_files(index), found.files)
    return Walk(found, None, None) if again or gone or sorted(walk_problems(index)) != sorted(found.problems) else None


def walk_some(root: str, index: connections.Connection, paths: Collection[str]) -> Walk | None:
    """The walk through the folders that a command wrote into or took away; None where more than plain files is to be judged."""
    folders = looks.folders_of(paths)
    looked = looks.look_at(root, folders)
    found = looks.part(root, looked, looked.keys()) if not walk_problems(index) else None
    return Walk(found, looked, folders, some=True) if found is not None else None


def _walk_in(root: str, index: connections.Connection, seen: looks.Looks, differ: set[str]) -> Walk:
    """A walk through the folders that differ, or through all of them where more than plain files is to be judged."""
    found = looks.part(root, seen, differ) if not walk_problems(index) else None
    return Walk(found, seen, differ) if found is not None else Walk(scan(root), seen, None)


def update(
    root: str,
    index: connections.Connection,
    walk: Walk,
    looked_at: int,
    overlay: dict[str, bytes | None],
    progress: Progress,
) -> None:
    """Reads what is stale and puts it into the index. Call inside a transaction."""
    if walk.folders is not None and walk.looks is not None and not walk.some:
        differ = known_looks.differing(index, walk.looks)
        if differ != walk.folders or walk_problems(index):
            walk = _walk_in(root, index, walk.looks, differ)  # another command has written since
    seen = walk.seen
    known = rows.known_files(index, walk.folders)
    again, gone = rows.stale(known, seen.files)
    again = [path for path in again if path not in overlay]
    gone = [path for path in gone if path not in overlay] + [path for path, raw in overlay.items() if raw is None and path in known]
    moves = parts.moves(index, gone, [path for path in (*again, *overlay) if path not in known or addresses.is_folded(path)])
    inside = _by_file(moves)
    touched: list[tuple[str, Stamp, bool]] = []

    def wanted(path: str, hash_: str) -> Wanted:
        if addresses.is_folded(path):
            return Wanted(path, hash_, {**inside.get(path, {}), **parts.known_parts(index, path)})
        return Wanted(path, moves[path].hash if path in moves else hash_)

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
                for each in read_one(wanted(path, ""), raw):
                    if contributed := _contributed(each, _NO_STAMP, moves, racy=not addresses.is_address(each.path)):
                        yield contributed

    stale = [wanted(path, known[path].hash if path in known else "") for path in again if not is_trail(path)]
    with read_all(root, stale) as found:
        rows.replace(index, changed(found), gone, progress(len(again)))
    rows.touch(index, touched)
    rows.replace_walk_problems(index, seen.problems)
    if walk.looks is not None:
        known_looks.remember(index, walk.looks, seen.files, walk.folders)


def _by_file(moves: Mapping[str, parts.Move]) -> dict[str, dict[str, str]]:
    """The hashes of documents that may have moved into folded files, by file and address; one that moved out stands under its own path."""
    found: dict[str, dict[str, str]] = {}
    for place, move in moves.items():
        found.setdefault(addresses.file_of(place), {})[place] = move.hash
    return found


def _contributed(each: Read, stamp: Stamp, moves: Mapping[str, parts.Move], *, racy: bool) -> rows.FileFacts | None:
    """What is new with a file or a document of a folded one; None where it is as the index knows it."""
    if each.problem:
        return rows.FileFacts(each.path, stamp, racy, each.hash, "", [], [each.problem])
    if each.understood:
        return rows.FileFacts(each.path, stamp, racy, each.hash, *each.understood, parts=each.parts)
    if each.path in moves:
        return rows.FileFacts(each.path, stamp, racy, each.hash, "", [], [], before=moves[each.path].before)
    return None

"""The read path's first half: files whose stamp changed are read, checked and projected into the index."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from billcli.core import addresses
from billcli.core.facts import AuditedFile, Fact, Name, TrailEntry
from billcli.diagnostics import Diagnostic
from billcli.errors import ChangedMeanwhile
from billcli.index import connection as connections
from billcli.index import folded as parts
from billcli.index import refresh as rows
from billcli.store import fs, journal
from billcli.store.locate import is_at_home, private_folder, settle
from billcli.store.scan import Scan, scan
from billcli.store.text import MAX_BYTES

_TRIES = 20
Stamp = tuple[int, int, int, int]
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
    seen = scan(root)
    shown, alone = index, True
    index.execute("BEGIN")
    again, gone = rows.stale(rows.known_files(index), seen.files)
    if overlay:
        shown = _copy(index, lambda copy: _update(root, copy, seen, looked_at, overlay, progress))
    elif again or gone or not _same_walk(index, seen):
        index.execute("ROLLBACK")
        try:
            alone = connections.write(index, lambda: _update(root, index, seen, looked_at, overlay, progress))
        except connections.DatabaseError as error:
            if not connections.is_busy(error):
                raise
            shown = _copy(index, lambda copy: _update(root, copy, seen, looked_at, overlay, progress))
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


def _documents(overlay: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """Only what the walk would find: a commit may also write a setting of git or of editors."""
    from billcli.store.layout import kind_for

    return {path: raw for path, raw in overlay.items() if kind_for(path) or path.startswith("audit/")}


def _same_walk(index: connections.Connection, seen: Scan) -> bool:
    from billcli.index.queries import walk_problems

    return sorted(walk_problems(index)) == sorted(seen.problems)


def _update(
    root: str,
    index: connections.Connection,
    seen: Scan,
    looked_at: int,
    overlay: dict[str, bytes | None],
    progress: Progress,
) -> None:
    known = rows.known_files(index)
    again, gone = rows.stale(known, seen.files)
    gone = [path for path in gone if path not in overlay]
    touched: list[tuple[str, Stamp, bool]] = []
    gone += [path for path, raw_new in overlay.items() if raw_new is None and path in known]
    leaving = _Leaving(index, frozenset(gone), (*again, *overlay), known)

    def changed() -> Iterator[rows.FileFacts]:
        for path in again:
            if path in overlay:
                continue
            stamp = seen.files[path]
            racy = rows.is_racy(stamp, looked_at)
            try:
                raw = fs.read(root, path, _limit(path))
            except FileNotFoundError:
                continue
            except OSError as error:
                hint = "look at who may read it, and at the disk"
                problem = Diagnostic("E114", f"the file cannot be read: {error.strerror}", path, hint=hint)
                yield rows.FileFacts(path, stamp, True, "", "", [], [problem])  # the disk or the rights may be others next time
                continue
            digest = fs.sha256(raw)
            have = known.get(path)
            if have and have.hash == digest:
                touched.append((path, stamp, racy))
            else:
                yield from _contributed(index, leaving, path, stamp, racy, raw)
        for path, raw_new in overlay.items():
            if raw_new is not None:
                yield from _contributed(index, leaving, path, (0, 0, 0, 0), True, raw_new)

    rows.replace(index, changed(), gone, progress(len(again)))
    rows.touch(index, touched)
    rows.replace_walk_problems(index, seen.problems)


def _limit(path: str) -> int:
    from billcli.store.folded import limit

    return _MAX_TRAIL if path.startswith("audit/") else limit(path)


class _Leaving:
    """What the index knows of documents that were folded or unfolded since, by the place they leave."""

    def __init__(self, index: connections.Connection, gone: frozenset[str], now: Sequence[str], known: Container[str]) -> None:
        new = [address for path in now if path not in known and (address := addresses.when_folded(path))]
        places = [address for address in new if addresses.file_of(address) in gone]
        if any(map(addresses.is_folded, now)):
            places += [path for path in gone if addresses.when_folded(path)]
        self._hashes = parts.movable(index, places) if places else {}

    def before(self, path: str, digest: str) -> str:
        """Where the document stood before, if it did so with these bytes; empty if not."""
        place = addresses.alone(path) if addresses.is_address(path) else addresses.when_folded(path)
        return place if place is not None and self._hashes.get(place) == digest else ""


def _contributed(
    index: connections.Connection, leaving: _Leaving, path: str, stamp: Stamp, racy: bool, raw: bytes
) -> Iterator[rows.FileFacts]:
    """What a file gives; of a folded one each document that is new or changed gives its own."""
    if not addresses.is_folded(path):
        digest = fs.sha256(raw)
        yield _own(leaving.before(path, digest), path, stamp, racy, digest, raw)
        return
    from billcli.store import folded

    problem = folded.unfit(raw, path)
    found = [] if problem else folded.documents(raw, path)
    standing = [parts.Part(addresses.address(path, each.name), each.offset, each.length, each.line) for each in found]
    known = parts.known_parts(index, path)
    kind = "" if problem else "folded"
    yield rows.FileFacts(path, stamp, racy, fs.sha256(raw), kind, [], [problem] if problem else [], standing)
    for part, each in zip(standing, found, strict=True):
        document = each.of(raw)
        digest = fs.sha256(document)
        if known.get(part.path) != digest:
            before = leaving.before(part.path, digest) if part.path not in known else ""
            yield _own(before, part.path, (0, 0, 0, 0), False, digest, document)


def _own(before: str, path: str, stamp: Stamp, racy: bool, digest: str, raw: bytes) -> rows.FileFacts:
    if before:
        return rows.FileFacts(path, stamp, racy, digest, "", [], [], before=before)
    kind, facts, problems = understand(raw, path)
    return rows.FileFacts(path, stamp, racy, digest, kind, facts, problems)


def understand(raw: bytes, path: str) -> tuple[str, list[Fact], list[Diagnostic]]:
    """One file as its kind, facts and problems; a document with an error in its text or fields gives no fact but its name, if that."""
    if path.startswith("audit/"):
        from billcli.store.audit import read_trail

        trail = read_trail(raw, path)
        facts: list[Fact] = [each for entry in trail.entries for each in _audited(entry)]
        facts += [
            TrailEntry(entry["clone"], entry["seq"], entry["prev"], entry["hash"], entry["at"], entry["command"]) for entry in trail.entries
        ]
        return "audit", facts, trail.problems
    from billcli.core.checks.documents import check_document
    from billcli.core.project import project
    from billcli.store.read import locate_all, read

    kind, entity, problems = read(raw, path)
    if kind is None or entity is None:
        return "", [], problems
    named: list[Fact] = [Name(kind.name, getattr(entity, kind.key))] if kind.key else []
    if any(each.severity == "error" for each in problems):
        return "", named, problems
    found = locate_all(raw, [each._replace(file=path) for each in check_document(kind.name, entity)])
    if any(each.code in ("E211", "E213") for each in found):
        return "", named, problems + found
    return kind.name, project(kind.name, entity), problems + found


def _audited(entry: dict[str, Any]) -> Iterator[Fact]:
    """What one entry says of documents, by the places where they stand alone; whoever folds or unfolds neither makes nor takes away one."""
    from billcli.store.layout import kind_for

    folded = {each["path"] for each in entry["files"] if addresses.is_folded(each["path"])}
    for each in entry["files"]:
        path, old, new, by_hand = each["path"], each["old"], each["new"], each.get("by") == "hand"
        if not kind_for(path):
            continue  # the walk looks at documents only; a setting of git or of editors would look gone
        address = addresses.when_folded(path)
        moved = not by_hand and address is not None and addresses.file_of(address) in folded
        now = old if moved and new is None else new
        made = old is None and not moved and path not in folded
        yield AuditedFile(entry["clone"], entry["seq"], addresses.alone(path), now, int(made), int(by_hand))


def overlaid(root: str, path: str) -> bytes:
    """The bytes of a file, or of a document in a folded one, as the last commit left them, even where a killed command did not finish.

    Raises ``FileNotFoundError``.
    """
    file = addresses.file_of(path)
    waiting = journal.overlay(root, journal.pending(root) or [])
    raw = (waiting[file] or b"") if file in waiting else fs.read(root, file, _limit(file))
    if file == path:
        return raw
    from billcli.store.folded import find

    if (found := find(raw, file, addresses.name_of(path))) is None:
        raise FileNotFoundError(errno.ENOENT, "the folded file holds no such document", path)
    return found


def document_bytes(root: str, index: connections.Connection, path: str) -> bytes:
    """As ``overlaid``, but of a folded file no more is read than the document. Raises ``ChangedMeanwhile`` where it has moved."""
    place = parts.place_of(index, path) if addresses.is_address(path) else None
    if place is None:
        return overlaid(root, path)
    file = addresses.file_of(path)
    waiting = journal.overlay(root, journal.pending(root) or [])
    if file in waiting:
        raw = (waiting[file] or b"")[place.offset : place.offset + place.length]
    else:
        raw = fs.read_part(root, file, place.offset, place.length)
    if fs.sha256(raw) != place.hash:
        raise ChangedMeanwhile(f"{file} was changed meanwhile", "try again")
    return raw

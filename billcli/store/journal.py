"""All or nothing over several files: a redo journal in ``.bill/journal``.

Everything new is staged and synced, the manifest is written, and renaming it to ``commit`` is the commit point. From then on the
change is rolled forward, by this process or by the next one: each target is exchanged with its staged file and what came out is
hashed. Bytes that nobody planned for make the whole change go back. A finished manifest stays as ``done``; its inode and time
tell a reader that a commit passed while it was reading.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from billcli.errors import BillError, ChangedMeanwhile, NeedsPerson
from billcli.store import fs
from billcli.store.locate import PRIVATE

FOLDER = f"{PRIVATE}/journal"
COMMIT = f"{FOLDER}/commit"
DONE = f"{FOLDER}/done"
_MANIFEST = f"{FOLDER}/manifest"
_FORMAT = 1
_MANY = 64


class FileChange(NamedTuple):
    """``old`` is the SHA-256 the file must have, None where it must not exist; ``new`` its bytes, None to remove it."""

    path: str
    old: str | None
    new: bytes | None


class Entry(NamedTuple):
    """One line of the manifest."""

    path: str
    old: str | None
    new: str | None
    stage: str


def commit(root: str, changes: Sequence[FileChange], progress: Callable[[], None] = lambda: None) -> None:
    """Carries the changes out. Call under the lock, after ``recover``. ``progress`` is called for each file staged and each moved.

    Raises ``ChangedMeanwhile`` where a file is not as planned (nothing is changed), ``BillError`` where staging fails (nothing is
    changed), ``NeedsPerson`` where the disk fails after the commit point (the next command finishes).
    """
    entries = [
        Entry(each.path, each.old, fs.sha256(each.new) if each.new is not None else None, f"{FOLDER}/st{at}")
        for at, each in enumerate(changes)
    ]
    try:
        _stage(root, changes, entries, progress)
        _compare(root, entries)
    except BaseException:
        _discard(root)
        raise
    try:
        fs.rename(root, _MANIFEST, COMMIT)
        fs.sync_folder(root, FOLDER)
        _roll_forward(root, entries, progress)
    except OSError as error:
        raise NeedsPerson(
            f"the change is recorded in the journal, but the disk failed while it was carried out: {error.strerror}",
            "free the disk; the next writing command finishes the change",
        ) from error


def recover(root: str) -> list[str]:
    """Finishes or forgets what a killed command left; returns the paths it brought up to date. Call under the lock."""
    entries = pending(root)
    if entries is None:
        _discard(root)
        return []
    try:
        _roll_forward(root, entries)
    except OSError as error:
        raise NeedsPerson(f"an earlier change cannot be finished: {error.strerror}", "free the disk and try again") from error
    return [each.path for each in entries]


def pending(root: str) -> list[Entry] | None:
    """The committed change that is not carried out yet, or None. Raises ``BillError`` for a journal that cannot be trusted."""
    try:
        raw = fs.read_if_there(root, COMMIT)
    except FileNotFoundError:
        return None
    if raw is None:
        return None
    try:
        body = json.loads(raw)
        entries = [Entry(*each) for each in body["files"]]
        version, checksum = body["format"], body["sha256"]
    except (ValueError, KeyError, TypeError):
        version, checksum, entries = _FORMAT, "", []
    if version != _FORMAT:
        raise BillError(f"the journal has format {version}; this bill knows {_FORMAT}", "finish the change with the newer bill")
    if checksum != _checksum(entries):
        raise BillError(f"{COMMIT} is damaged", "keep a copy of the ledger and compare its files with git before you delete it")
    return entries


def state(root: str) -> tuple[fs.Stamp | None, fs.Stamp | None]:
    """Changes whenever a commit begins or ends; equal before and after reading means that no commit came between."""
    return _stamp(root, COMMIT), _stamp(root, DONE)


def new_bytes(root: str, entry: Entry) -> bytes | None:
    """The committed content of a pending entry, wherever it is by now; None for a removed file."""
    if entry.new is None:
        return None
    for path in (entry.stage, entry.path):
        raw = fs.read_if_there(root, path)
        if raw is not None and fs.sha256(raw) == entry.new:
            return raw
    raise ChangedMeanwhile(f"{entry.path} is being written by another command", "try again")


def _stamp(root: str, path: str) -> fs.Stamp | None:
    try:
        return fs.stamp(os.stat(f"{root}/{path}", follow_symlinks=False))
    except FileNotFoundError:
        return None


def _checksum(entries: Sequence[Entry]) -> str:
    return fs.sha256(json.dumps([list(each) for each in entries]).encode())


def _stage(root: str, changes: Sequence[FileChange], entries: Sequence[Entry], progress: Callable[[], None]) -> None:
    mode = 0o666 & ~_umask()
    new = [(change, entry) for change, entry in zip(changes, entries, strict=True) if change.new is not None]
    try:
        with fs.folder(root, FOLDER, create=True):
            pass
        if len(new) < _MANY:
            for change, entry in new:
                _stage_file(root, change, entry, mode)
        else:
            _stage_together(root, new, mode, progress)
        body = {"format": _FORMAT, "sha256": _checksum(entries), "files": [list(each) for each in entries]}
        fs.write_new(root, _MANIFEST, json.dumps(body).encode())
        fs.sync_folder(root, FOLDER)
    except OSError as error:
        raise BillError(f"{_MANIFEST} could not be written: {error.strerror}; nothing was changed") from error


def _stage_together(root: str, new: Sequence[tuple[FileChange, Entry]], mode: int, progress: Callable[[], None]) -> None:
    """Several at once: a disk syncs many files in little more time than one."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        try:
            for _ in pool.map(lambda each: _stage_file(root, each[0], each[1], mode), new):
                progress()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _stage_file(root: str, change: FileChange, entry: Entry, mode: int) -> None:
    assert change.new is not None
    try:
        fs.write_new(root, entry.stage, change.new)
        if entry.old is None:
            fs.set_mode(root, entry.stage, mode)
        else:
            fs.keep_mode_and_owner(root, entry.path, entry.stage)
    except FileNotFoundError as error:
        raise ChangedMeanwhile(f"{change.path} is gone; nothing was changed", "look at it, and run the command again") from error
    except OSError as error:
        raise BillError(f"{change.path} could not be written: {error.strerror}; nothing was changed") from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _compare(root: str, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if _hash(root, entry.path) != entry.old:
            what = "was changed" if entry.old else "appeared"
            raise ChangedMeanwhile(f"{entry.path} {what} meanwhile; nothing was changed", "look at it, and run the command again")


def _hash(root: str, path: str) -> str | None:
    try:
        raw = fs.read_if_there(root, path)
    except NotADirectoryError:
        return "not a folder"
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EINVAL):
            return "not a plain file"
        raise
    return fs.sha256(raw) if raw is not None else None


def _roll_forward(root: str, entries: Sequence[Entry], progress: Callable[[], None] = lambda: None) -> None:
    for entry in entries:
        progress()
        if not _carry_out(root, entry):
            _roll_back(root, entries)
            raise ChangedMeanwhile(f"{entry.path} was changed meanwhile; nothing was changed", "look at it, and run the command again")
    for head in dict.fromkeys(fs.split(entry.path)[0] for entry in entries):
        fs.sync_folder(root, head)  # once each, whatever the number of files: until it is done, the journal can do it all again
    fs.rename(root, COMMIT, DONE)
    fs.sync_folder(root, FOLDER)
    _discard(root)


def _carry_out(root: str, entry: Entry) -> bool:
    """Brings one target to its new content; False where it holds bytes that were not planned for."""
    now = _hash(root, entry.path)
    if now == entry.new:
        return True
    if now != entry.old:
        return False
    head, _ = fs.split(entry.path)
    if entry.new is None:
        fs.rename(root, entry.path, entry.stage)
        swapped_out = _hash(root, entry.stage)
        if swapped_out != entry.old:
            fs.rename(root, entry.stage, entry.path, replace=False)
            return False
    elif entry.old is None:
        with fs.folder(root, head, create=True):
            pass
        try:
            fs.rename(root, entry.stage, entry.path, replace=False)
        except FileExistsError:
            return False
    else:
        _exchange(root, entry)
        if _hash(root, entry.stage) != entry.old:
            _exchange(root, entry)
            return False
    return True


def _exchange(root: str, entry: Entry) -> None:
    try:
        fs.rename(root, entry.stage, entry.path, exchange=True)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
            raise
        aside = f"{entry.stage}.out"
        fs.rename(root, entry.path, aside)
        fs.rename(root, entry.stage, entry.path)
        fs.rename(root, aside, entry.stage)


def _roll_back(root: str, entries: Sequence[Entry]) -> None:
    """Undoes the entries already carried out, so that nothing of the change remains."""
    stuck = [entry.path for entry in entries if not _take_back(root, entry)]
    if stuck:
        raise NeedsPerson(
            f"{', '.join(stuck)} changed while a command was writing; both versions are kept in {FOLDER}",
            "put the files in order by hand, then delete that folder",
        )
    fs.rename(root, COMMIT, DONE)
    fs.sync_folder(root, FOLDER)
    _discard(root)


def _take_back(root: str, entry: Entry) -> bool:
    now = _hash(root, entry.path)
    if now != entry.new or entry.new == entry.old:
        return True  # never carried out, or somebody else's bytes, which stay
    head, _ = fs.split(entry.path)
    if entry.old is None:
        fs.rename(root, entry.path, entry.stage)
    elif _hash(root, entry.stage) != entry.old:
        return False
    elif entry.new is None:
        fs.rename(root, entry.stage, entry.path, replace=False)
    else:
        _exchange(root, entry)
    fs.sync_folder(root, head)
    return True


def _discard(root: str) -> None:
    """Removes staged files and an uncommitted manifest."""
    try:
        left = [name for name in fs.names(root, FOLDER) if name not in ("commit", "done")]
        for name in left:
            fs.remove(root, f"{FOLDER}/{name}")
    except FileNotFoundError:
        return

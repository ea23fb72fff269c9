"""All or nothing over several files: a redo journal in ``.bill/journal``.

Everything new is staged and synced, the manifest is written, and renaming it to ``commit`` is the commit point. From then on the
change is rolled forward, by this process or by the next one (``carry``): each target is exchanged with its staged file and what
came out is hashed. Bytes that nobody planned for make the whole change go back; what has no place in the ledger any more goes to
``.bill/kept``, and what a command replaced to ``.bill/former``. A finished manifest stays as ``done``; its inode and time tell a
reader that a commit passed while it was reading.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from billcli.core import addresses
from billcli.errors import BillError, ChangedMeanwhile, NeedsPerson
from billcli.model.values import is_in_ledger
from billcli.store import former, fs
from billcli.store.carry import COMMIT, DONE, FOLDER, Entry, State, hash_of, roll_forward, state_of
from billcli.store.locate import PRIVATE

_MANIFEST = f"{FOLDER}/manifest"
_STAGED = f"{FOLDER}/st"
_FORMAT = 1
_MANY = 64
_LOOK = "look at it, and run the command again"
SETTLED = 3
"""So many looks tell a commit that is stuck from one that is being carried out."""


class FileChange(NamedTuple):
    """``old`` is the SHA-256 the file must have, None where it must not exist; ``new`` its bytes, None to remove it."""

    path: str
    old: str | None
    new: bytes | None


def commit(root: str, changes: Sequence[FileChange], progress: Callable[[], None] = lambda: None) -> None:
    """Carries the changes out. Call under the lock, after ``recover``. ``progress`` is called for each file staged and each moved.

    Raises ``ChangedMeanwhile`` where a file is not as planned (nothing is changed), ``BillError`` where staging fails (nothing is
    changed), ``NeedsPerson`` after the commit point where the disk fails or a person interrupts; the message says what comes next.
    """
    entries = [
        Entry(each.path, each.old, fs.sha256(each.new) if each.new is not None else None, f"{_STAGED}{at}")
        for at, each in enumerate(changes)
    ]
    try:
        _stage(root, changes, entries, progress)
        _compare(root, entries)
        fs.rename(root, _MANIFEST, COMMIT)
    except BaseException as error:
        if not _is_committed(root):
            _forget(root)
            if isinstance(error, OSError):
                raise BillError(f"{COMMIT} could not be written: {error.strerror}; nothing was changed") from error
            raise
    try:
        outcome = roll_forward(root, entries, progress)
    except (OSError, KeyboardInterrupt) as error:
        raise NeedsPerson(
            f"the change is recorded in the journal, but while it was carried out {_why(error)}",
            "reports show it already; the next writing command finishes the change",
        ) from error
    if outcome.conflict:
        _forget(root)
        raise ChangedMeanwhile(f"{outcome.conflict} was changed meanwhile; nothing was changed{outcome.where}", _LOOK)
    if outcome.kept:
        _forget(root)
        raise NeedsPerson(f"the change is made, but somebody was writing the same file{outcome.where}", "put the two together by hand")
    try:
        _keep_former(root, entries)
        _discard(root)
    except (OSError, KeyboardInterrupt) as error:
        raise NeedsPerson(
            f"the change is made, but while {FOLDER} was tidied {_why(error)}", "the next writing command does the rest"
        ) from error


def recover(root: str) -> list[str]:
    """Finishes or forgets what a killed command left; returns the paths it brought up to date. Call under the lock.

    Raises ``ChangedMeanwhile`` where the change had to go back, ``NeedsPerson`` where the disk does not let it be finished.
    """
    entries = pending(root)
    if entries is None:
        try:
            _keep_former(root, _finished(root))
            _discard(root)
        except OSError as error:
            raise BillError(f"{FOLDER} cannot be tidied: {error.strerror}; nothing was changed") from error
        return []
    try:
        outcome = roll_forward(root, entries)
        if not outcome.conflict and not outcome.kept:
            _keep_former(root, entries)
        _discard(root)
    except OSError as error:
        raise NeedsPerson(
            f"what an earlier command left cannot be finished: {error.strerror}; this command changed nothing",
            "free the disk and try again",
        ) from error
    if outcome.conflict:
        raise ChangedMeanwhile(
            f"a command was interrupted, and {outcome.conflict} or its staged copy was changed before it could be finished; "
            f"all of it is taken back, and this command changed nothing{outcome.where}",
            _LOOK,
        )
    if outcome.kept:
        raise NeedsPerson(
            f"an interrupted command is finished, but somebody was writing the same file{outcome.where}", "put the two together by hand"
        )
    return [each.path for each in entries]


def pending(root: str) -> list[Entry] | None:
    """The committed change that is not carried out yet, or None. Raises ``BillError`` for a journal that cannot be trusted."""
    return _entries(root, COMMIT)


def _entries(root: str, manifest: str) -> list[Entry] | None:
    raw = fs.read_if_there(root, manifest)
    if raw is None:
        return None
    try:
        import json

        body = json.loads(raw)
        version = body["format"]
        entries = [Entry(*each) for each in body["files"]] if version == _FORMAT else []
        trusted = version != _FORMAT or (body["sha256"] == _checksum(entries) and all(map(_is_ours, entries)))
    except (ValueError, KeyError, TypeError, RecursionError):
        version, entries, trusted = _FORMAT, [], False
    if version != _FORMAT:
        raise BillError(f"the journal has format {version}; this bill knows {_FORMAT}", "finish the change with the newer bill")
    if not trusted:
        raise BillError(f"{manifest} is damaged", "keep a copy of the ledger and compare its files with git before you delete it")
    return entries


def overlay(root: str, entries: Sequence[Entry]) -> dict[str, bytes | None]:
    """What a reader puts in the place of files that a committed change has not reached yet; None for a file that goes.

    Look here before looking at the files: what is carried out in between is then seen twice, and never missed. Raises
    ``ChangedMeanwhile`` where the change cannot be finished any more.
    """
    found: dict[str, bytes | None] = {}
    for entry in entries:
        reached = state_of(root, entry)
        if reached is State.CONFLICT:
            raise ChangedMeanwhile(
                f"a command was interrupted, and {entry.path} or its staged copy was changed before it could be finished",
                "look at it; the next writing command takes back what was interrupted",
            )
        if reached is State.WAITING and entry.new is None:
            found[entry.path] = None
        elif reached is State.WAITING and (raw := fs.read_if_there(root, entry.stage)) is not None and fs.sha256(raw) == entry.new:
            found[entry.path] = raw
    return found


def waiting(root: str) -> dict[str, bytes | None]:
    """``overlay`` of what is pending now. Another command's commit that passes, or is being carried out, is looked at again."""
    stuck = 0
    while True:
        before = state(root)
        try:
            return overlay(root, pending(root) or [])
        except ChangedMeanwhile:
            stuck = stuck + 1 if state(root) == before else 0
            if stuck > SETTLED:
                raise


def state(root: str) -> tuple[fs.Stamp | None, fs.Stamp | None]:
    """Changes whenever a commit begins or ends; equal before and after reading means that no commit came between."""
    return _stamp(root, COMMIT), _stamp(root, DONE)


def _stamp(root: str, path: str) -> fs.Stamp | None:
    try:
        return fs.stamp(os.stat(f"{root}/{path}", follow_symlinks=False))
    except FileNotFoundError:
        return None


def _is_ours(entry: Entry) -> bool:
    """A journal that names what no command writes came with somebody else's folder."""
    if not all(isinstance(each, str) for each in (entry.path, entry.old or "", entry.new or "", entry.stage)):
        return False
    return is_in_ledger(entry.path) and entry.stage.startswith(_STAGED) and entry.stage.removeprefix(_STAGED).isdecimal()


def _checksum(entries: Sequence[Entry]) -> str:
    import json

    return fs.sha256(json.dumps([list(each) for each in entries]).encode())


# up to the commit point


def _stage(root: str, changes: Sequence[FileChange], entries: Sequence[Entry], progress: Callable[[], None]) -> None:
    import json

    new = [(change, entry) for change, entry in zip(changes, entries, strict=True) if change.new is not None]
    try:
        with fs.folder(root, FOLDER, create=True, mode=0o700):
            pass
        if len(new) < _MANY:
            for change, entry in new:
                _stage_file(root, change, entry)
                progress()
        else:
            _stage_together(root, new, progress)
        body = {"format": _FORMAT, "sha256": _checksum(entries), "files": [list(each) for each in entries]}
        fs.write_new(root, _MANIFEST, json.dumps(body).encode())
        fs.sync_folder(root, FOLDER)
    except OSError as error:
        raise BillError(f"{_MANIFEST} could not be written: {error.strerror}; nothing was changed") from error


def _stage_together(root: str, new: Sequence[tuple[FileChange, Entry]], progress: Callable[[], None]) -> None:
    """Several at once: a disk syncs many files in little more time than one."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        try:
            for _ in pool.map(lambda each: _stage_file(root, *each), new):
                progress()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _stage_file(root: str, change: FileChange, entry: Entry) -> None:
    assert change.new is not None
    try:
        fs.write_new(root, entry.stage, change.new, 0o666 if entry.old is None else 0o600)
        if entry.old is not None:
            fs.keep_mode_and_owner(root, entry.path, entry.stage)
    except FileNotFoundError as error:
        raise ChangedMeanwhile(f"{change.path} is gone; nothing was changed", _LOOK) from error
    except OSError as error:
        raise BillError(f"{change.path} could not be written: {error.strerror}; nothing was changed") from error


def _compare(root: str, entries: Sequence[Entry]) -> None:
    current = FOLDER
    try:
        here = fs.device(root, FOLDER)
        for entry in entries:
            current = entry.path
            if hash_of(root, entry.path) != entry.old:
                what = "was changed" if entry.old else "appeared"
                raise ChangedMeanwhile(f"{current} {what} meanwhile; nothing was changed", _LOOK)
            if fs.device(root, fs.split(entry.path)[0]) != here:
                raise BillError(f"{current} is on another file system than {PRIVATE}; nothing was changed", "keep the ledger on one")
    except OSError as error:
        raise BillError(f"{current} could not be read: {error.strerror}; nothing was changed") from error


def _is_committed(root: str) -> bool:
    try:
        return fs.read_if_there(root, COMMIT) is not None
    except OSError as error:
        raise NeedsPerson(
            f"the disk failed at the commit point: {error.strerror}", "the next writing command finishes the change or forgets it"
        ) from error


def _why(error: OSError | KeyboardInterrupt) -> str:
    return f"the disk failed: {error.strerror}" if isinstance(error, OSError) else "somebody interrupted"


def _finished(root: str) -> list[Entry]:
    """The last change, where a kill came between its end and the tidying up."""
    try:
        staged = any(name.startswith("st") for name in fs.names(root, FOLDER))
        return (_entries(root, DONE) or []) if staged else []
    except (OSError, BillError):
        return []


def _keep_former(root: str, entries: Sequence[Entry]) -> None:
    """Puts aside what was replaced or taken away, for ``bill undo``: not the trail, nor what moved into a folded file or out of one."""
    written = {entry.path for entry in entries}
    kept: dict[str, former.Kept] = {}
    try:
        for entry in entries:
            if entry.old is None or entry.old == entry.new or entry.path.startswith("audit/") or _is_moved(entry, written):
                continue
            for place in (entry.stage, entry.aside):
                raw = fs.read_if_there(root, place)
                if raw is not None and fs.sha256(raw) == entry.old:
                    kept[entry.old] = former.Kept(place, entry.old, len(raw))
        former.keep(root, [*kept.values()])
    except OSError:
        pass  # nothing is promised of it, and the change is made; "bill undo" says what it cannot find


def _is_moved(entry: Entry, written: set[str]) -> bool:
    folded = addresses.when_folded(entry.path)
    return entry.new is None and (addresses.is_folded(entry.path) or (folded is not None and addresses.file_of(folded) in written))


def _forget(root: str) -> None:
    try:
        _discard(root)
    except OSError:
        pass  # the first error is the one to tell; the next writing command removes what is staged


def _discard(root: str) -> None:
    """Removes staged files and an uncommitted manifest; never while a commit needs them."""
    try:
        left = fs.names(root, FOLDER)
    except FileNotFoundError:
        return
    if "commit" not in left:
        for name in left:
            if name != "done":
                fs.remove(root, f"{FOLDER}/{name}")

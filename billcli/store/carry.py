"""From the commit point on: a committed change is rolled forward, entry by entry, or taken back as a whole.

Each step is one rename, so where the old and the new bytes are tells how far a killed command came. Bytes that nobody planned
for are never overwritten and never deleted.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from billcli.store import fs
from billcli.store.locate import PRIVATE

FOLDER = f"{PRIVATE}/journal"
KEPT = f"{PRIVATE}/kept"
COMMIT = f"{FOLDER}/commit"
DONE = f"{FOLDER}/done"
_NOT_A_FILE = "not a plain file"


class Entry(NamedTuple):
    """One line of the manifest. ``stage`` holds the new bytes until they are in place, and the old ones from then on."""

    path: str
    old: str | None
    new: str | None
    stage: str

    @property
    def aside(self) -> str:
        """Where the old file goes instead, on a system that cannot exchange two names."""
        return f"{self.stage}.out"


class State(Enum):
    """How far an entry of a committed change is; conflict: its files hold bytes that nobody planned for."""

    WAITING = auto()
    CARRIED_OUT = auto()
    CONFLICT = auto()


class _Conflict(Exception):
    """Bytes that nobody planned for came up while an entry was carried out."""


class Outcome(NamedTuple):
    """``conflict`` is the file that made the change go back, if one did; ``kept`` are the copies of bytes that lost their place."""

    conflict: str | None
    kept: list[str]

    @property
    def where(self) -> str:
        return f"; another version is kept in {', '.join(self.kept)}" if self.kept else ""


def roll_forward(root: str, entries: Sequence[Entry], progress: Callable[[], None] = lambda: None) -> Outcome:
    """Carries out what is waiting, or, where that is not possible, takes everything back; calls ``progress`` for each entry."""
    fs.sync_folder(root, FOLDER)
    reached = [state_of(root, entry) for entry in entries]
    conflict = next((entry.path for entry, far in zip(entries, reached, strict=True) if far is State.CONFLICT), None)
    if conflict is None:
        waiting = [entry for entry, far in zip(entries, reached, strict=True) if far is State.WAITING]
        conflict = _carry_out_all(root, waiting, progress)
    if conflict is not None:
        for entry in entries:
            _take_back(root, entry)
    for head in sorted({fs.split(entry.path)[0] for entry in entries}):
        try:
            fs.sync_folder(root, head)
        except (FileNotFoundError, NotADirectoryError):
            pass  # taken back, or taken away since; there is nothing of ours in it
    kept = [name for entry in entries for name in _keep(root, entry, undone=conflict is not None)]
    fs.rename(root, COMMIT, DONE)
    fs.sync_folder(root, FOLDER)
    return Outcome(conflict, kept)


def state_of(root: str, entry: Entry) -> State:
    """Judged by where the old and the new bytes are; a target edited after it was carried out stays carried out."""
    if entry.old == entry.new:
        return State.CARRIED_OUT
    # in the order in which the bytes move, so that a reader meets them on their way twice rather than never
    first, then = (entry.stage, entry.path) if entry.old is None else (entry.path, entry.stage)
    found = {first: hash_of(root, first), then: hash_of(root, then)}
    now, staged = found[entry.path], found[entry.stage]
    aside = hash_of(root, entry.aside) if entry.old and entry.new else None
    if entry.new is None:
        waiting, carried_out = staged is None and now == entry.old, staged == entry.old or (staged is None and now is None)
    elif entry.old is None:
        waiting, carried_out = staged == entry.new and now is None, now == entry.new or (staged is None and now is not None)
    else:
        waiting = staged == entry.new and (now, aside) in ((entry.old, None), (None, entry.old))
        in_place = now == entry.new and staged in (None, entry.new) and aside in (None, entry.old)
        carried_out = staged == entry.old or in_place or (staged is None and aside == entry.old)
    if waiting:
        return State.WAITING
    return State.CARRIED_OUT if carried_out else State.CONFLICT


def _carry_out_all(root: str, entries: Sequence[Entry], progress: Callable[[], None]) -> str | None:
    """The path where bytes came up that nobody planned for, if so; the rest is then left as it is."""
    for head in sorted({fs.split(entry.path)[0] for entry in entries if entry.old is None}):
        try:
            with fs.folder(root, head, create=True):
                pass
        except NotADirectoryError:
            return head
    for entry in entries:
        progress()
        try:
            _carry_out(root, entry)
        except (_Conflict, FileNotFoundError, FileExistsError, NotADirectoryError):
            return entry.path
    return None


def _carry_out(root: str, entry: Entry) -> None:
    if entry.new is None:
        _take_away(root, entry, entry.stage)
    elif entry.old is None or hash_of(root, entry.aside) == entry.old:
        fs.rename(root, entry.stage, entry.path, replace=False)
    else:
        try:
            fs.rename(root, entry.stage, entry.path, exchange=True)
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
                raise
            _take_away(root, entry, entry.aside)
            fs.rename(root, entry.stage, entry.path, replace=False)
            return
        if hash_of(root, entry.stage) != entry.old:
            fs.rename(root, entry.stage, entry.path, exchange=True)
            raise _Conflict


def _take_away(root: str, entry: Entry, place: str) -> None:
    """Moves the target to ``place``, and puts back what came out where it is not the file that was planned for."""
    fs.rename(root, entry.path, place)
    if hash_of(root, place) != entry.old:
        fs.rename(root, place, entry.path, replace=False)
        raise _Conflict


def _take_back(root: str, entry: Entry) -> None:
    """Undoes one entry as far as it was carried out; what somebody else put in its place stays."""
    now, staged, aside = (hash_of(root, path) for path in (entry.path, entry.stage, entry.aside))
    if entry.old == entry.new:
        return
    if entry.old is None:
        if now == entry.new:
            fs.rename(root, entry.path, entry.stage)
        return
    if entry.new is not None and aside is None:
        if now == entry.new and staged not in (None, entry.new):
            fs.rename(root, entry.stage, entry.path, exchange=True)
        return
    if now is not None and now == entry.new:
        fs.rename(root, entry.path, entry.stage)
    try:
        fs.rename(root, entry.stage if entry.new is None else entry.aside, entry.path, replace=False)
    except (FileExistsError, FileNotFoundError, NotADirectoryError):
        pass  # it never left its place, or somebody has put another one there; then it is kept aside


def _keep(root: str, entry: Entry, *, undone: bool) -> list[str]:
    """Moves bytes that are neither ours nor in the ledger to a place where nothing deletes them."""
    ours = {None, entry.new, hash_of(root, entry.path) if undone else entry.old}
    kept = []
    for place in (entry.stage, entry.aside):
        found = hash_of(root, place)
        if found not in ours:
            name = f"{KEPT}/{entry.path.replace('/', '!')}-{found[:8] if found and found != _NOT_A_FILE else 'link'}"
            with fs.folder(root, KEPT, create=True, mode=0o700):
                pass
            fs.rename(root, place, name)
            fs.sync_folder(root, KEPT)
            kept.append(name)
    return kept


def hash_of(root: str, path: str) -> str | None:
    try:
        raw = fs.read_if_there(root, path)
    except NotADirectoryError:
        return _NOT_A_FILE
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EINVAL):
            return _NOT_A_FILE
        raise
    return fs.sha256(raw) if raw is not None else None

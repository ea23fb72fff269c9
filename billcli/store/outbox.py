"""What the outbox keeps in ``.bill/outbox``: messages until they are sent, and which deliveries a run may be adding states to.

All of it can be made again; nothing of it is the truth.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Collection

from billcli.store import fs
from billcli.store.locate import PRIVATE, private_folder

_FOLDER = f"{PRIVATE}/outbox"
_NOTED = f"{_FOLDER}/noted"


def keep(root: str, delivery: str, raw: bytes) -> None:
    """The bytes of a message, for its owner's eyes alone."""
    _make(root)
    forget(root, delivery)
    fs.write_new(root, _file(delivery), raw, 0o600)


def kept(root: str, delivery: str) -> bytes | None:
    try:
        return fs.read_if_there(root, _file(delivery))
    except OSError:
        return None  # it is built anew


def forget(root: str, delivery: str) -> None:
    try:
        fs.remove(root, _file(delivery))
    except OSError:
        pass  # it is gone, or another run takes it away


def note_handed(root: str, delivery: str) -> None:
    """Right before a message goes: a second memory beside the books, which somebody may set back to an older day. Durable on return."""
    _make(root)
    with fs.folder(root, _FOLDER) as fd:
        file = os.open("handed", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=fd)
        try:
            line = f"{delivery}\n".encode()
            if os.write(file, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{_FOLDER}/handed")
            os.fsync(file)
        finally:
            os.close(file)


def handed(root: str) -> Counter[str]:
    """How often each delivery was begun to be handed over from this working copy."""
    raw = fs.read_if_there(root, f"{_FOLDER}/handed") if _is_there(root) else None
    return Counter((raw or b"").decode("utf-8", "replace").split())


def _is_there(root: str) -> bool:
    return os.path.isdir(os.path.join(root, _FOLDER))


def note(root: str, paths: Collection[str]) -> None:
    """Before the first state is added: these deliveries may get some, by this run."""
    known = noted(root)
    if not known.issuperset(paths):
        _write(root, known.union(paths))


def noted(root: str) -> frozenset[str]:
    """The deliveries that a run, maybe one that was killed, has added states to that the audit trail may not know."""
    try:
        raw = fs.read_if_there(root, _NOTED)
    except OSError:
        raw = None
    return frozenset(raw.decode("utf-8", "replace").splitlines()) if raw else frozenset()


def forget_noted(root: str) -> None:
    """Once the trail knows their states."""
    try:
        fs.remove(root, _NOTED)
    except FileNotFoundError:
        pass


def _write(root: str, paths: Collection[str]) -> None:
    _make(root)
    forget_noted(root)
    fs.write_new(root, _NOTED, "\n".join(sorted(paths)).encode())


def _make(root: str) -> None:
    private_folder(root)
    with fs.folder(root, _FOLDER, create=True, mode=0o700):
        pass


def _file(delivery: str) -> str:
    return f"{_FOLDER}/{delivery}.eml"

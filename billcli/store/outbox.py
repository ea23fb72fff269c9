"""What the outbox keeps in ``.bill/outbox``: messages until they are sent, and which deliveries a run may be adding states to.

All of it can be made again; nothing of it is the truth.
"""

from __future__ import annotations

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

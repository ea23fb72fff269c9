"""What a command replaced or took away, kept for ``bill undo`` in ``.bill/former``: one folder for each such command.

A convenience, never the truth: the staged copy of the old bytes is moved there in the place of being deleted, so that keeping costs
a rename, and writes and syncs nothing. What is lost to a power cut, or to the bounds, git may still have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from billcli.store import fs
from billcli.store.locate import PRIVATE

FOLDER = f"{PRIVATE}/former"
COMMANDS = 200
"""So many commands can be taken back without git."""

BYTES = 64 * 1024 * 1024
"""So much is kept in all; a command that alone replaced more keeps nothing."""


class Kept(NamedTuple):
    """Old bytes: where they lie now, their SHA-256, and how many they are."""

    place: str
    sha256: str
    size: int


def keep(root: str, files: Sequence[Kept]) -> None:
    """Moves them into a folder of their own, and forgets the oldest beyond the bounds. Raises ``OSError``; nothing depends on it."""
    total = sum(each.size for each in files)
    if not files or total > BYTES:
        return
    folders = _folders(root)
    number = int(folders[-1].partition("-")[0]) + 1 if folders else 1
    name = f"{number:08d}-{total}"
    fs.make_folder(root, f"{FOLDER}/{name}", 0o700)
    for each in files:
        fs.rename(root, each.place, f"{FOLDER}/{name}/{each.sha256}")
    _forget(root, [*folders, name])


def find(root: str, wanted: Collection[str]) -> dict[str, bytes]:
    """Those of the files with these SHA-256 that are kept."""
    found: dict[str, bytes] = {}
    for folder in reversed(_folders(root)):
        for name in fs.names(root, f"{FOLDER}/{folder}"):
            if name in wanted and name not in found and fs.sha256(raw := fs.read(root, f"{FOLDER}/{folder}/{name}")) == name:
                found[name] = raw
    return found


def _folders(root: str) -> list[str]:
    """The oldest first; their names tell the order and the bytes in them."""
    try:
        names = fs.names(root, FOLDER)
    except FileNotFoundError:
        return []
    return [name for name in names if (parts := name.split("-"))[0].isdecimal() and len(parts) == 2 and parts[1].isdecimal()]


def _forget(root: str, folders: list[str]) -> None:
    total = sum(int(name.partition("-")[2]) for name in folders)
    while len(folders) > COMMANDS or total > BYTES:
        oldest = folders.pop(0)
        total -= int(oldest.partition("-")[2])
        for name in fs.names(root, f"{FOLDER}/{oldest}"):
            fs.remove(root, f"{FOLDER}/{oldest}/{name}")
        fs.remove_empty(root, f"{FOLDER}/{oldest}")

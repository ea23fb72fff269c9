"""A quick look at every folder of the ledger: names and stamps, as little as tells whether anything changed since the last look.

``scan`` says what each name means; this only sees to it that ``scan`` need not, while every folder looks as it did.
"""

from __future__ import annotations

import marshal
import os
import stat
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from billcli.model.pattern import Pattern
from billcli.store import layout
from billcli.store.fs import Stamp
from billcli.store.scan import Scan, scan


class Look(NamedTuple):
    """What stands in one folder: what only has to be there, and by their names the stamps of whatever is no folder."""

    others: list[tuple[str | int, ...]]
    names: list[str]
    stamps: list[tuple[int, int, int, int, int]]
    """Each is size, mtime, ctime, inode and mode; a ``Stamp`` and what kind of file it is."""


Looks = Mapping[str, bytes]
"""Each folder's ``Look``, packed: most are only compared with what they were."""

_PLAIN = Pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")

_stamp = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_mode")


def packed(look: Look) -> bytes:
    return marshal.dumps(tuple(look), 2)  # the one form in which equal values are equal bytes


def unpacked(look: bytes) -> Look:
    return Look(*marshal.loads(look))  # noqa: S302  # packed by this process


def look(root: str) -> dict[str, bytes] | None:
    """Each folder that ``scan`` would walk; None where one cannot be read.

    ``""`` has the documents of the root, ``"."`` the other names there.
    """
    single: list[str] = []
    found: dict[str, bytes] = {}
    others: list[tuple[str | int, ...]] = []
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                name = entry.name
                if name in layout.SINGLE:
                    single.append(name)
                elif entry.is_dir(follow_symlinks=False):
                    others.append((name,))
                    if name in layout.FOLDERS or name == "audit":
                        _look(entry.path, name, found)
                elif name in layout.FOLDERS or name == "audit":
                    others.append((name, *_stamp(entry.stat(follow_symlinks=False))))
                else:
                    others.append((name, entry.is_file(follow_symlinks=False)))
        single.sort()
        found[""] = packed(Look([], single, [_stamp(os.lstat(os.path.join(root, name))) for name in single]))
    except OSError:
        return None
    found["."] = packed(Look(sorted(others), [], []))
    return found


def _look(path: str, below: str, found: dict[str, bytes], *, deeper: bool = True) -> None:
    suffix = _suffix(below)
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        names = os.listdir(fd)
        lstat = partial(os.lstat, dir_fd=fd)
        inner = [name for name in names if not name.endswith(suffix) and stat.S_ISDIR(lstat(name).st_mode)]
        if inner:
            names = [name for name in names if name not in inner]
        names.sort()
        found[below] = packed(Look([(name,) for name in sorted(inner)], names, list(map(_stamp, map(lstat, names)))))
    finally:
        os.close(fd)
    for name in inner if deeper else ():
        if not layout.is_kept_apart(f"{below}/{name}"):
            _look(f"{path}/{name}", f"{below}/{name}", found)


def _suffix(folder: str) -> str:
    """Of what is read there: documents, or files of the trail."""
    return ".jsonl" if folder.partition("/")[0] == "audit" else ".yaml"


def folders_of(paths: Collection[str]) -> set[str]:
    """The folders that these documents and files of the trail stand in, and the ones above; not the root."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def look_at(root: str, folders: Collection[str]) -> dict[str, bytes]:
    """These folders alone, as far as they are there."""
    found: dict[str, bytes] = {}
    for folder in folders:
        with suppress(FileNotFoundError):
            _look(os.path.join(root, folder), folder, found, deeper=False)
    return found


def part(root: str, looks: Looks, folders: Collection[str]) -> Scan | None:
    """What ``scan`` finds in these folders, where every name in them is a plain one; None where it has to look itself.

    So where two folders differ by case alone: a file in one of them may be the other's twin.
    """
    if len({folder.casefold() for folder in looks}) < len(looks):
        return None
    found = Scan({}, scan(root, below=False).problems if "." in folders else [])  # whether another name in the root is a slip
    for folder in sorted(set(folders) - {"."}):
        if folder not in looks:
            continue
        others, names, stamps = unpacked(looks[folder])
        suffix = _suffix(folder)
        every = [*names, *(str(other[0]) for other in others)]
        plain = all(_PLAIN.match(name) and not layout.is_leftover(name) for name in every)
        if not plain or len({name.casefold() for name in every}) < len(every):
            return None
        for name, stamp in zip(names, stamps, strict=True):
            if not name.endswith(suffix) or not stat.S_ISREG(stamp[4]):
                return None
            found.files[f"{folder}/{name}" if folder else name] = Stamp(*stamp[:4])
    return found

"""A quick look at every folder of the ledger: names and stamps, as little as tells whether anything changed since the last look.

``scan`` says what each name means; this only sees to it that ``scan`` need not, while every folder looks as it did.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Mapping

from billcli.store import layout
from billcli.store.fs import Stamp
from billcli.store.scan import Scan

Row = tuple[str | int, ...]
"""(name, size, mtime, ctime, inode, mode) of whatever is no folder; less of what only has to be there."""

Looks = Mapping[str, list[Row]]

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


def look(root: str) -> dict[str, list[Row]] | None:
    """Each folder that ``scan`` would walk with its rows by name; None where one cannot be read.

    ``""`` has the documents of the root, ``"."`` the other names there.
    """
    found: dict[str, list[Row]] = {"": [], ".": []}
    others = found["."]
    try:
        with os.scandir(root) as entries:
            for entry in entries:
                name = entry.name
                if name in layout.SINGLE:
                    found[""].append(_row(entry))
                elif entry.is_dir(follow_symlinks=False):
                    others.append((name,))
                    if name in layout.FOLDERS or name == "audit":
                        _look(entry.path, name, ".jsonl" if name == "audit" else ".yaml", found)
                elif name in layout.FOLDERS or name == "audit":
                    others.append(_row(entry))
                else:
                    others.append((name, entry.is_file(follow_symlinks=False)))
    except OSError:
        return None
    found[""].sort()
    others.sort()
    return found


def _look(path: str, below: str, suffix: str, found: dict[str, list[Row]], *, deeper: bool = True) -> None:
    rows: list[Row] = []
    inner: list[str] = []
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with os.scandir(fd) as entries:
            for entry in entries:
                name = entry.name
                if not name.endswith(suffix) and entry.is_dir(follow_symlinks=False):
                    rows.append((name,))
                    if not layout.is_kept_apart(f"{below}/{name}"):
                        inner.append(name)
                    continue
                info = entry.stat(follow_symlinks=False)
                rows.append((name, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, info.st_mode))
    finally:
        os.close(fd)
    rows.sort()
    found[below] = rows
    for name in inner if deeper else ():
        _look(f"{path}/{name}", f"{below}/{name}", suffix, found)


def look_at(root: str, paths: Collection[str]) -> dict[str, list[Row]]:
    """The folders that these documents and files of the trail stand in, and the ones above; not the root's other names."""
    found: dict[str, list[Row]] = {}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            inside: dict[str, list[Row]] = {}
            _look(os.path.join(root, folder), folder, ".jsonl" if folder.startswith("audit") else ".yaml", inside, deeper=False)
            found.update(inside)
            folder = folder.rpartition("/")[0]
    return found


def _row(entry: os.DirEntry[str]) -> Row:
    info = entry.stat(follow_symlinks=False)
    return (entry.name, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, info.st_mode)


def part(looks: Looks, folders: Collection[str]) -> Scan | None:
    """What ``scan`` finds in these folders, where every name in them is a plain one; None where it has to look itself."""
    if "." in folders:
        return None  # whether another name in the root is a slip is for ``scan`` to say
    found = Scan({}, [])
    for folder in folders:
        suffix = ".jsonl" if folder.startswith("audit") else ".yaml"
        spellings = set()
        for name, *stamp in looks.get(folder, ()):
            assert isinstance(name, str)
            if not _PLAIN.match(name) or layout.is_leftover(name) or name.casefold() in spellings:
                return None
            spellings.add(name.casefold())
            if not stamp:
                continue  # a folder, with rows of its own
            if not name.endswith(suffix) or not stat.S_ISREG(int(stamp[4])):
                return None
            found.files[f"{folder}/{name}" if folder else name] = Stamp(*map(int, stamp[:4]))
    return found

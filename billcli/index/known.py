"""Indexes of commits: what was read of each file and which bytes git had for it. A few are kept; each is made from the one most like it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from billcli.index import connection as connections

KEPT = 4
"""So many commits' indexes stay; one of 10,000 invoices and as many payments has some thirty megabytes."""

_BLOBS = "CREATE TABLE IF NOT EXISTS blobs (path TEXT PRIMARY KEY, blob TEXT NOT NULL) WITHOUT ROWID"


def kept(folder: str, tree: str) -> sqlite3.Connection | None:
    """The index of that tree, where it was made before."""
    path = os.path.join(folder, f"{tree}.sqlite")
    if os.path.islink(folder) or os.path.islink(path) or not os.path.isfile(path):
        return None
    found = connections.open_index(path)
    if blobs_of(found):
        with suppress(OSError):
            os.utime(path)
        return found
    found.close()
    return None


def nearest(folder: str, index: str | None) -> sqlite3.Connection:
    """What to make another from, in memory: the newest that is kept, else the index of the working copy, else an empty one."""
    for path in (*_by_age(folder), index):
        if path is not None and os.path.isfile(path) and not os.path.islink(path):
            with suppress(sqlite3.DatabaseError):
                source = connections.open_index(path)
                try:
                    return connections.in_memory(source)
                finally:
                    source.close()
    return connections.open_index(None)


def blobs_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Which bytes of git's each file holds; nothing of an index that was not made from a commit."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'blobs'").fetchone():
        return {}
    return dict(connection.execute("SELECT path, blob FROM blobs"))


def blob_of(connection: sqlite3.Connection, path: str) -> str | None:
    row = connection.execute("SELECT blob FROM blobs WHERE path = ?", (path,)).fetchone()
    return str(row[0]) if row else None


def remember(connection: sqlite3.Connection, blobs: Mapping[str, str]) -> None:
    """Notes them in place of what it had; how the folders of a working copy looked means nothing here."""
    connection.execute(_BLOBS)
    connection.execute("DELETE FROM blobs")
    connection.executemany("INSERT INTO blobs VALUES (?, ?)", blobs.items())
    connection.execute("DELETE FROM looks")


def keep(connection: sqlite3.Connection, folder: str, tree: str) -> None:
    """Puts a copy where ``kept`` finds it, whole or not at all; where nothing can be written none is kept."""
    path = os.path.join(folder, f"{tree}.sqlite")
    made = f"{path}.{os.getpid()}"
    try:
        if os.path.islink(folder):
            os.unlink(folder)  # copies belong below .bill, not where it leads
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            os.unlink(made)
        copy = sqlite3.connect(made)
        try:
            connection.backup(copy)
        finally:
            copy.close()
        os.replace(made, path)
        _remove([*_by_age(folder)[KEPT:], *_left_by_the_dead(folder)])
    except (OSError, sqlite3.DatabaseError):
        with suppress(OSError):
            os.unlink(made)


def forget(folder: str) -> None:
    """Deletes all of them."""
    if os.path.islink(folder):
        os.unlink(folder)
    elif os.path.isdir(folder):
        _remove(os.path.join(folder, name) for name in os.listdir(folder))


def _by_age(folder: str) -> list[str]:
    """The newest first."""
    if os.path.islink(folder) or not os.path.isdir(folder):
        return []
    found = [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".sqlite")]
    return sorted(found, key=lambda path: (-_age(path), path))


def _left_by_the_dead(folder: str) -> Iterator[str]:
    """What a command that was killed had not finished."""
    for name in os.listdir(folder):
        pid = name.partition(".sqlite.")[2].partition("-")[0]
        if pid.isdecimal():
            try:
                os.kill(int(pid), 0)
            except ProcessLookupError:
                yield os.path.join(folder, name)
            except (OSError, OverflowError):
                pass  # it is somebody else's and lives


def _age(path: str) -> int:
    try:
        return os.stat(path, follow_symlinks=False).st_mtime_ns
    except OSError:
        return 0


def _remove(paths: Iterable[str]) -> None:
    for path in paths:
        with suppress(OSError):
            os.unlink(path)

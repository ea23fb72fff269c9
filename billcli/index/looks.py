"""How the folders looked when the index last knew every file in them: while they still do, no file has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping


def differing(connection: sqlite3.Connection, looks: Mapping[str, bytes]) -> set[str]:
    """The folders that do not look as they did when all their files were known, those that are gone among them."""
    known = dict(connection.execute("SELECT folder, look FROM looks").fetchall())
    return {each for each, seen in looks.items() if known.get(each) != seen} | (known.keys() - looks.keys())


def remember(
    connection: sqlite3.Connection,
    looks: Mapping[str, bytes],
    files: Mapping[str, tuple[int, int, int, int]],
    folders: Collection[str] | None,
) -> None:
    """Notes how these folders look, None for all, where the index holds each file of theirs as it was seen and none of them is racy.

    Of any other folder it is noted that there is one, so that its files are missed once it has gone.
    """
    from billcli.index.refresh import each_file, known_files  # not for a look that tells that nothing changed

    wrong, found = set(), 0
    for path, _, *stamp, racy, _ in each_file(connection, folders):
        have = files.get(path)
        found += have is not None
        if racy or have != tuple(stamp):
            wrong.add(path.rpartition("/")[0])
    if found < len(files):
        known = known_files(connection, folders)
        wrong.update(path.rpartition("/")[0] for path in files if path not in known)
    if folders is None:
        folders = looks.keys()
        connection.execute("DELETE FROM looks")
    connection.executemany("DELETE FROM looks WHERE folder = ?", [(each,) for each in folders])
    kept = [(each, b"" if each in wrong else looks[each]) for each in folders if each in looks]
    connection.executemany("INSERT INTO looks VALUES (?, ?)", kept)

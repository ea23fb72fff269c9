"""How the folders looked when the index last knew every file in them: while they still do, no file has changed."""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Collection, Mapping

from billcli.index.refresh import known_files

Look = list[tuple[str | int, ...]]
"""Names and stamps of one folder, as a quick look gives them."""


def differing(connection: sqlite3.Connection, looks: Mapping[str, Look]) -> set[str]:
    """The folders that do not look as they did when all their files were known, those that are gone among them."""
    known = dict(connection.execute("SELECT folder, look FROM looks").fetchall())
    return {each for each, seen in looks.items() if known.get(each) != _packed(seen)} | (known.keys() - looks.keys())


def remember(
    connection: sqlite3.Connection,
    looks: Mapping[str, Look],
    files: Mapping[str, tuple[int, int, int, int]],
    folders: Collection[str] | None,
) -> None:
    """Notes how these folders look, None for all, where the index holds each file of theirs as it was seen and none of them is racy.

    Of any other folder it is noted that there is one, so that its files are missed once it has gone.
    """
    known = known_files(connection, folders)
    if folders is None:
        folders = looks.keys()
        connection.execute("DELETE FROM looks")
    wrong = {path.rpartition("/")[0] for path, have in known.items() if have.racy or have.stamp != files.get(path)}
    wrong.update(path.rpartition("/")[0] for path in files if path not in known)
    connection.executemany("DELETE FROM looks WHERE folder = ?", [(each,) for each in folders])
    kept = [(each, b"" if each in wrong else _packed(looks[each])) for each in folders if each in looks]
    connection.executemany("INSERT INTO looks VALUES (?, ?)", kept)


def _packed(look: Look) -> bytes:
    return marshal.dumps(look, 2)

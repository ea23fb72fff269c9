"""Opening the index: made anew where it is missing, of another version or damaged; in memory where the folder is read-only."""

from __future__ import annotations

import os
import sqlite3

from billcli import __version__

Connection = sqlite3.Connection

SCHEMA = 5
"""Raised with every change of ``schema.sql`` or of what the facts mean."""

_MARK = f"{SCHEMA} {__version__}"


def open_index(path: str | None) -> sqlite3.Connection:
    """A connection to the index at ``path``; None, or a place that cannot be written, gives one in memory.

    Rollback journal and normal syncing: a power cut leaves the old index or the new one, never a mixture.
    """
    if path is None or not os.access(os.path.dirname(path), os.W_OK) or (os.path.exists(path) and not os.access(path, os.W_OK)):
        return _prepared(sqlite3.connect(":memory:", isolation_level=None))
    try:
        if os.path.islink(path):
            forget(path)  # it would lead the index into another file
        for _ in range(2):
            try:
                return _prepared(sqlite3.connect(path, timeout=20, isolation_level=None))
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                    raise
                forget(path)
    except OSError:
        pass  # something in its place that cannot be deleted; the books are read all the same
    return _prepared(sqlite3.connect(":memory:", isolation_level=None))


def cannot_be_written(error: BaseException) -> bool:
    """Whether the disk has no room for the index, or fails; the books can be read without it."""
    return isinstance(error, sqlite3.OperationalError) and "locked" not in str(error)


def sqlite_version() -> str:
    return sqlite3.sqlite_version


def forget(path: str) -> None:
    """Deletes the index; the next opening makes a new one."""
    for name in (path, f"{path}-journal", f"{path}-wal", f"{path}-shm"):
        if os.path.lexists(name):
            os.unlink(name)


def in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A copy that may be changed without anyone else seeing it."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    return copy


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        if _mark(connection) != _MARK:
            connection.execute("BEGIN IMMEDIATE")
            if _mark(connection) != _MARK:
                _rebuild(connection)
            connection.execute("COMMIT")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _mark(connection: sqlite3.Connection) -> str:
    try:
        row = connection.execute("SELECT mark FROM made_by").fetchone()
    except sqlite3.OperationalError:
        return ""
    return str(row[0]) if row else ""


def _rebuild(connection: sqlite3.Connection) -> None:
    from importlib.resources import files

    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f'DROP TABLE "{name}"')
    schema = files("billcli.index").joinpath("schema.sql").read_text("utf-8")
    for statement in _statements(schema):
        connection.execute(statement)
    connection.execute("CREATE TABLE made_by (mark TEXT NOT NULL)")
    connection.execute("INSERT INTO made_by VALUES (?)", (_MARK,))


def _statements(schema: str) -> list[str]:
    code = "\n".join(line.split("--")[0] for line in schema.splitlines())
    return [each.strip() for each in code.split(";") if each.strip()]

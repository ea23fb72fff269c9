"""Opening the index: made anew where it is missing, of another version or damaged; in memory where the folder is read-only."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable

from billcli import __version__

Connection = sqlite3.Connection
DatabaseError = sqlite3.DatabaseError

SCHEMA = 21
"""Raised with every change of ``schema.sql`` or of what the facts mean."""

VIEWS = 2077761188
"""The CRC-32 of the statements in ``views``, written here so that no command computes it."""

_MARK = f"{SCHEMA} {VIEWS} {__version__}"


_READ_WAIT = 20
"""Seconds: whoever writes the index a second time is done in a moment, and the first time takes longer without it."""

_WRITE_WAIT_MS = 2000
"""Longer than a report takes to read; whoever reads on keeps others from writing."""


def open_index(path: str | None) -> sqlite3.Connection:
    """A connection to the index at ``path``; None, or a place that cannot be written, gives one in memory.

    Rollback journal and normal syncing: a power cut leaves the old index or the new one, never a mixture.
    """
    if path is None or not os.access(os.path.dirname(path), os.W_OK) or (os.path.exists(path) and not os.access(path, os.W_OK)):
        return _prepared(sqlite3.connect(":memory:", isolation_level=None))
    try:
        if not all(map(_is_plain, _files(path))):
            forget(path)  # a link would lead the index into another file, a pipe keep it waiting
        for _ in range(2):
            try:
                return _prepared(sqlite3.connect(path, timeout=_READ_WAIT, isolation_level=None))
            except UnicodeDecodeError:
                forget(path)  # what SQLite says of damage quotes the damaged text
            except sqlite3.DatabaseError as error:
                if is_outside(error):
                    break
                forget(path)
    except OSError:
        pass  # something in its place that cannot be deleted; the books are read all the same
    return _prepared(sqlite3.connect(":memory:", isolation_level=None))


def instead(path: str, error: sqlite3.DatabaseError) -> sqlite3.Connection:
    """What to go on with after that error: a new index for a damaged one; in memory where another command or the disk is in the way."""
    if is_outside(error):
        return open_index(None)
    try:
        forget(path)
    except OSError:
        return open_index(None)
    return open_index(path)


_OUTSIDE = frozenset(
    (
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
    )
)  # fmt: skip


def is_outside(error: sqlite3.DatabaseError) -> bool:
    """Whether the disk, memory or another command is to blame, not the index."""
    return _code(error) in _OUTSIDE


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the index itself is to blame, not the disk, another command or our SQL."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_whole(connection: sqlite3.Connection) -> bool:
    """Whether it has the tables and indexes of this version, and those alone: where not, what our SQL stumbled over was done to it."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    _rebuild(made)
    try:
        return _shape(connection) == _shape(made)
    except sqlite3.DatabaseError:
        return False
    finally:
        made.close()


def _shape(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def tables() -> list[str]:
    """The names of the program's own tables."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    _rebuild(made)
    found = [str(name) for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    made.close()
    return found


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Whether another command is in the way."""
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code; bytes in a text that are none have no code and come from damage."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)) & 0xFF


def write(connection: sqlite3.Connection, work: Callable[[], None]) -> bool:
    """Commits that work, and goes on in a transaction that shows what it wrote; False if another command has written since."""
    connection.execute(f"PRAGMA busy_timeout = {_WRITE_WAIT_MS}")
    connection.execute("BEGIN IMMEDIATE")
    work()
    version = _version(connection)
    connection.execute("COMMIT")
    connection.execute(f"PRAGMA busy_timeout = {_READ_WAIT * 1000}")
    connection.execute("BEGIN")
    connection.execute("SELECT mark FROM made_by").fetchone()
    return _version(connection) == version


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def sqlite_version() -> str:
    return sqlite3.sqlite_version


def forget(path: str) -> None:
    """Deletes the index; the next opening makes a new one."""
    for name in _files(path):
        if os.path.lexists(name):
            os.unlink(name)


def _files(path: str) -> tuple[str, ...]:
    return path, f"{path}-journal", f"{path}-wal", f"{path}-shm"


def _is_plain(path: str) -> bool:
    """Whether SQLite finds nothing there, or a file of its own."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except FileNotFoundError:
        return True


def in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A copy that may be changed without anyone else seeing it."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    return copy


def trial(connection: sqlite3.Connection) -> sqlite3.Connection:
    """As ``in_memory``, within the transaction that shows the ledger. One in memory is let go of it: SQLite copies nothing half written."""
    alone = not connection.execute("PRAGMA database_list").fetchone()[2]
    if alone and connection.in_transaction:
        connection.execute("COMMIT")
    copy = in_memory(connection)
    if alone:
        connection.execute("BEGIN")
    copy.execute("BEGIN")
    return copy


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
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

    from billcli.index.views import make_views

    made = connection.execute("SELECT upper(type), name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY type DESC").fetchall()
    for kind, name in made:
        connection.execute(f'DROP {kind} "{name}"')
    schema = files("billcli.index").joinpath("schema.sql").read_text("utf-8")
    for statement in _statements(schema):
        connection.execute(statement)
    make_views(connection)
    connection.execute("CREATE TABLE made_by (mark TEXT NOT NULL)")
    connection.execute("INSERT INTO made_by VALUES (?)", (_MARK,))


def _statements(schema: str) -> list[str]:
    code = "\n".join(line.split("--")[0] for line in schema.splitlines())
    return [each.strip() for each in code.split(";") if each.strip()]

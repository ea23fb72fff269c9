"""What is asked of the books before a command is taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from billcli.index.find import TABLES
from billcli.index.queries import names_in


class Noted(NamedTuple):
    """An entry of the audit trail as the index has it; ``file`` is where it stands."""

    clone: str
    seq: int
    at: str
    command: str
    file: str
    hash: str


_NOTED = "SELECT t.clone, t.seq, t.at, t.command, f.path, t.hash FROM trail t JOIN files f ON f.id = t.file"


def entries(connection: sqlite3.Connection, clone: str, seq: int) -> list[Noted]:
    """Those of that number; branches of one working copy may have given it twice."""
    return [Noted._make(row) for row in connection.execute(f"{_NOTED} WHERE t.clone = ? AND t.seq = ? ORDER BY t.hash", (clone, seq))]


def last_of(connection: sqlite3.Connection, clone: str) -> int:
    """The number of a clone's last entry; 0 where it has none."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM trail WHERE clone = ?", (clone,)).fetchone()[0])


def clones_with(connection: sqlite3.Connection, seq: int) -> list[str]:
    return [clone for (clone,) in connection.execute("SELECT DISTINCT clone FROM trail WHERE seq = ? ORDER BY clone", (seq,))]


def undos(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Which entries took an entry back, by its name; both as ``CLONE:SEQ``."""
    found: dict[str, list[str]] = {}
    for clone, seq, command in connection.execute("SELECT clone, seq, command FROM trail WHERE command LIKE 'undo %' ORDER BY at, seq"):
        found.setdefault(command.removeprefix("undo "), []).append(f"{clone}:{seq}")
    return found


def written_by(connection: sqlite3.Connection, path: str, digest: str | None) -> Noted | None:
    """The entry that last left a file with these bytes, or took it away; one that only found a person's work is none."""
    sql = f"""
    {_NOTED} JOIN audited a ON a.file = t.file AND a.seq = t.seq AND a.clone = t.clone
    WHERE a.path = ? AND a.hash IS ? AND a.by_hand = 0 ORDER BY t.at DESC, t.seq DESC LIMIT 1
    """
    row = connection.execute(sql, (path, digest)).fetchone()
    return Noted._make(row) if row else None


def issued_here(connection: sqlite3.Connection, kind: str, numbers: Sequence[str]) -> list[str]:
    """Those of these invoices or credit notes that bill issued; the others came from elsewhere with their numbers."""
    marks, values = names_in(numbers)
    table, key = TABLES[kind]
    sql = f"SELECT {key} FROM {table} WHERE imported = 0 AND {key} IN {marks} ORDER BY {key}"  # our own names
    return [number for (number,) in connection.execute(sql, values)]

"""Many rows at once: what files contribute is gathered and put into its tables together; a new index gets its indexes after its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

_GATHERED = 4000
"""Rows that wait at most."""


class Bulk:
    """Rows on their way into the index; ``end`` puts the last of them there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.is_new = connection.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None
        self._later = _without_indexes(connection) if self.is_new else []
        self._rows: dict[tuple[str, type], list[tuple[object, ...]]] = {}
        self._waiting = 0

    def add(self, table: str, file: int, fact: tuple[object, ...]) -> None:
        """A fact as a row of its table: its fields are the columns."""
        row = (file, *[each.isoformat() if each.__class__ is date else each for each in fact])
        self._rows.setdefault((table, type(fact)), []).append(row)
        self._waiting += 1
        if self._waiting >= _GATHERED:
            self.put()

    def put(self) -> None:
        """What has been gathered is in its tables after this."""
        for (table, kind), rows in self._rows.items():
            self.connection.executemany(_insert(table, kind), rows)
        self._rows.clear()
        self._waiting = 0

    def end(self) -> None:
        self.put()
        for sql in self._later:
            self.connection.execute(sql)


@cache
def _insert(table: str, kind: type) -> str:
    columns: Sequence[str] = ("file", *kind._fields)  # type: ignore[attr-defined]  # facts are named tuples
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # our own names


def _without_indexes(connection: sqlite3.Connection) -> Iterable[str]:
    """Drops the indexes, as many rows go faster into a table without them, and gives what makes them again.

    Those of ``files`` stay: each folded file asks for the rows of its documents.
    """
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name <> 'files' ORDER BY rowid").fetchall()
    for name, _ in made:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in made]

"""What the trail says of accounts and addresses, file by file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from billcli.core.payee import SHOWN, PayeeMarked
from billcli.index.queries import names_in

_MARKED = "SELECT p.path, t.at, p.mark FROM payees p JOIN trail t ON t.file = p.file AND t.seq = p.seq AND t.clone = p.clone"


def recent(connection: sqlite3.Connection, today: date, edited: Sequence[str]) -> list[PayeeMarked]:
    """All marks, in the order of time, of files that got one lately, or that were edited since."""
    since = (today - SHOWN).isoformat()
    lately = {path for (path,) in connection.execute(f"SELECT DISTINCT path FROM ({_MARKED} WHERE t.at >= ?)", (since,))}
    return _marks(connection, sorted(lately.union(edited)))


def last(connection: sqlite3.Connection, paths: Sequence[str]) -> dict[str, str]:
    """The last mark of each file."""
    return {each.path: each.mark for each in _marks(connection, paths)}


def _marks(connection: sqlite3.Connection, paths: Sequence[str]) -> list[PayeeMarked]:
    if not paths:
        return []
    marks, values = names_in(paths)
    rows = connection.execute(f"{_MARKED} WHERE p.path IN {marks} ORDER BY t.at, p.clone, p.seq", values)
    return [PayeeMarked(*row) for row in rows]

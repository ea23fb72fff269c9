"""Facts for the checks of holds."""

from __future__ import annotations

import sqlite3
from datetime import date

from billcli.core.checks.facts import Held

_SQL = """
SELECT f.path, h.id, h.kind, h.currency, h.amount, h.booked_on, h.released_on, i.number, i.currency, i.gross, i.issued_on, i.lines
FROM holds h JOIN invoices i ON i.number = h.invoice JOIN files f ON f.id = h.file ORDER BY f.path
"""


def held(connection: sqlite3.Connection) -> list[Held]:
    """Every hold on an invoice that is there, with what the invoice says."""
    day = date.fromisoformat
    return [
        Held(path, name, kind, currency, amount, day(begun), day(ended) if ended else None, number, theirs, gross, day(issued), lines)
        for path, name, kind, currency, amount, begun, ended, number, theirs, gross, issued, lines in connection.execute(_SQL)
    ]

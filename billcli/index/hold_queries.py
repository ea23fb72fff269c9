"""Holds, their plans and their evidence."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from billcli.core.facts import EvidenceFact, HoldFact, PlanPart
from billcli.index.queries import facts_of, names_in

if TYPE_CHECKING:
    from billcli.core.checks.facts import Held

_SQL = """
SELECT f.path, h.id, h.kind, h.currency, h.amount, h.booked_on, h.released_on, i.number, i.currency, i.gross, i.issued_on, i.lines
FROM holds h JOIN invoices i ON i.number = h.invoice JOIN files f ON f.id = h.file ORDER BY f.path
"""


def hold(connection: sqlite3.Connection, hold_id: str) -> HoldFact | None:
    return next(iter(facts_of(connection, HoldFact, "holds", "WHERE id = ?", (hold_id,))), None)


def holds(connection: sqlite3.Connection, until: date) -> list[HoldFact]:
    return facts_of(connection, HoldFact, "holds", "WHERE booked_on <= ? ORDER BY booked_on, id", (until.isoformat(),))


def plans(connection: sqlite3.Connection, until: date) -> list[HoldFact]:
    """The plans that begin by that day."""
    return facts_of(connection, HoldFact, "holds", "WHERE kind = 'plan' AND booked_on <= ? ORDER BY booked_on, id", (until.isoformat(),))


def plan_parts_of(connection: sqlite3.Connection, holds: Sequence[str]) -> dict[str, list[PlanPart]]:
    """The instalments of these plans, in their order."""
    marks, values = names_in(holds)
    found: dict[str, list[PlanPart]] = {}
    for row in facts_of(connection, PlanPart, "plan_parts", f"WHERE hold IN {marks} ORDER BY rowid", values):
        found.setdefault(row.hold, []).append(row)
    return found


def evidence(connection: sqlite3.Connection) -> list[tuple[str, EvidenceFact]]:
    """(file of the hold, evidence it names)."""
    paths = dict(connection.execute("SELECT h.id, f.path FROM holds h JOIN files f ON f.id = h.file").fetchall())
    return [(paths[each.hold], each) for each in facts_of(connection, EvidenceFact, "evidence", "ORDER BY path")]


def held(connection: sqlite3.Connection) -> list[Held]:
    """Every hold on an invoice that is there, with what the invoice says."""
    from billcli.core.checks.facts import Held

    day = date.fromisoformat
    return [
        Held(path, name, kind, currency, amount, day(begun), day(ended) if ended else None, number, theirs, gross, day(issued), lines)
        for path, name, kind, currency, amount, begun, ended, number, theirs, gross, issued, lines in connection.execute(_SQL)
    ]

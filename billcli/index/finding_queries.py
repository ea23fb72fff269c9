"""Findings of auditors."""

from __future__ import annotations

import sqlite3

from billcli.core.checks.facts import Misfound
from billcli.core.facts import FindingFact
from billcli.index.find import TABLES
from billcli.index.queries import facts_of

_THERE = " UNION ALL ".join(f"SELECT 1 FROM {table} t WHERE t.{key} = n.name" for kind, (table, key) in TABLES.items() if kind != "finding")
_MISFOUND = f"""
WITH named(file, place, name) AS (
  SELECT file, 'document', document FROM findings UNION ALL SELECT file, 'correction', correction FROM findings WHERE correction IS NOT NULL)
SELECT f.path, n.place, n.name FROM named n JOIN files f ON f.id = n.file WHERE NOT EXISTS ({_THERE}) ORDER BY f.path, n.place
"""


def findings(connection: sqlite3.Connection) -> list[FindingFact]:
    """All of them, the oldest first."""
    return facts_of(connection, FindingFact, "findings", "ORDER BY booked_on, id")


def misfound(connection: sqlite3.Connection) -> list[Misfound]:
    """What findings name and nobody has."""
    return [Misfound(*row) for row in connection.execute(_MISFOUND)]  # no value from outside

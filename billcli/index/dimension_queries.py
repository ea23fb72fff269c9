"""Where customers and documents stand in each dimension: only the columns and words that are asked for."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from billcli.core.facts import TagFact
from billcli.index.find import TABLES
from billcli.index.queries import facts_of


def bands(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """(name, currency, beginning in minor units) of every amount band."""
    return connection.execute("SELECT name, currency, starts FROM bands").fetchall()


def tags(connection: sqlite3.Connection) -> list[TagFact]:
    """Every declared tag."""
    return facts_of(connection, TagFact, "tags", "ORDER BY name")


def columns(connection: sqlite3.Connection, kind: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The number or id of every document of a kind, and these columns of it."""
    table, key = TABLES[kind]
    return connection.execute(f"SELECT {', '.join([key, *names])} FROM {table}").fetchall()  # our own names


def corrected_types(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """(credit note, type of the invoice it corrects)."""
    sql = "SELECT n.number, i.type FROM credit_notes n JOIN invoices i ON i.number = n.corrects"
    return connection.execute(sql).fetchall()


def words(connection: sqlite3.Connection, kind: str, what: str) -> dict[str, tuple[str, ...]]:
    """The words of a vocabulary, such as tags, that documents of a kind use: by number or id, in the order in which they stand there."""
    table, key = TABLES[kind]
    found: dict[str, tuple[str, ...]] = {}
    sql = f"SELECT t.{key}, r.name FROM refs r JOIN {table} t ON t.file = r.file WHERE r.kind = ? ORDER BY r.rowid"  # our own names
    for name, word in connection.execute(sql, (what,)):
        found[name] = (*found[name], word) if name in found else (word,)
    return found

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


def invoice_counts(connection: sqlite3.Connection, until: str) -> dict[str, int]:
    """How many invoices each customer has had by then, void ones left out."""
    sql = "SELECT customer, count(*) FROM invoices WHERE issued_on <= :d AND (voided_on IS NULL OR voided_on > :d) GROUP BY customer"
    return dict(connection.execute(sql, {"d": until}).fetchall())


_DATED = (
    ("invoices", "issued_on"),
    ("credit_notes", "issued_on"),
    *((each, "booked_on") for each in ("payments", "refunds", "write_offs", "holds")),
)
_WHEN = ", ".join(f"(SELECT max({day}) FROM {table} d WHERE d.file = r.file)" for table, day in _DATED)


def expired_tags(connection: sqlite3.Connection, today: str) -> list[tuple[str, str, str, str]]:
    """(file, place, tag, its last day) of tags that customers, drafts, templates and rules have today, and documents had, after that day."""
    sql = f"""
    SELECT f.path, r.place, r.name, t.expires_on FROM tags t JOIN refs r ON r.kind = 'tag' AND r.name = t.name JOIN files f ON f.id = r.file
    WHERE t.expires_on IS NOT NULL AND t.expires_on < coalesce({_WHEN}, :d) ORDER BY f.path, r.place
    """  # our own names
    return connection.execute(sql, {"d": today}).fetchall()


def misplaced_tags(connection: sqlite3.Connection) -> list[tuple[str, str, str, str, str]]:
    """(file, place, tag, kind of document, kinds on which it may stand); what becomes an invoice may have the tags of invoices."""
    sql = """
    SELECT f.path, r.place, r.name, f.kind, t.uses FROM tags t JOIN refs r ON r.kind = 'tag' AND r.name = t.name JOIN files f ON f.id = r.file
    WHERE t.uses <> '' AND f.kind NOT IN ('', 'rules') AND instr(' ' || t.uses || ' ', ' ' || f.kind || ' ') = 0
      AND NOT (f.kind IN ('draft', 'recurring') AND instr(' ' || t.uses || ' ', ' invoice ') > 0) ORDER BY f.path, r.place
    """
    return connection.execute(sql).fetchall()


def tag_uses(connection: sqlite3.Connection) -> dict[str, list[tuple[str, str]]]:
    """(kind, file) of everything that has a tag, or of the rules that give it, by tag."""
    found: dict[str, list[tuple[str, str]]] = {}
    sql = "SELECT r.name, f.kind, f.path FROM refs r JOIN files f ON f.id = r.file WHERE r.kind = 'tag' ORDER BY f.path"
    for tag, kind, path in connection.execute(sql):
        found.setdefault(tag, []).append((kind, path))
    return found


def word_counts(connection: sqlite3.Connection, kind: str) -> dict[str, int]:
    """How many files use each word of a vocabulary; rules are not counted."""
    sql = "SELECT r.name, count(DISTINCT r.file) FROM refs r JOIN files f ON f.id = r.file WHERE r.kind = ? AND f.kind <> 'rules' GROUP BY r.name"
    return dict(connection.execute(sql, (kind,)).fetchall())

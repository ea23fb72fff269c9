"""Finding documents of a kind: by number or id, by external id, by what a person types."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from billcli.core.facts import Standing
from billcli.index.queries import names_in

TABLES = {
    "customer": ("customers", "id"),
    "invoice": ("invoices", "number"),
    "credit-note": ("credit_notes", "number"),
    "payment": ("payments", "id"),
    "draft": ("drafts", "id"),
    "refund": ("refunds", "id"),
    "write-off": ("write_offs", "id"),
    "hold": ("holds", "id"),
    "recurring": ("recurring", "id"),
    "reminder": ("reminders", "id"),
    "approval": ("approvals", "id"),
    "delivery": ("deliveries", "id"),
    "finding": ("findings", "id"),
}
"""Where the index keeps each kind of document, and by which key."""


def path_of(connection: sqlite3.Connection, kind: str, name: str) -> str | None:
    """The file of a document; of several that claim to be it the first by path, whichever was read first."""
    table, key = TABLES[kind]
    sql = f"SELECT f.path FROM {table} t JOIN files f ON f.id = t.file WHERE t.{key} = ? ORDER BY f.path"
    row = connection.execute(sql, (name,)).fetchone()
    return str(row[0]) if row else None


def paths(connection: sqlite3.Connection, kind: str, names: Sequence[str]) -> dict[str, str]:
    """The files of those of these documents that are there."""
    table, key = TABLES[kind]
    marks, values = names_in(names)
    sql = f"SELECT t.{key}, f.path FROM {table} t JOIN files f ON f.id = t.file WHERE t.{key} IN {marks} ORDER BY f.path DESC"
    return dict(connection.execute(sql, values).fetchall())


def keys(connection: sqlite3.Connection, kind: str) -> list[str]:
    """The number or id of every document."""
    table, key = TABLES[kind]
    return [name for (name,) in connection.execute(f"SELECT {key} FROM {table} ORDER BY {key}")]


def in_use(connection: sqlite3.Connection, kind: str) -> frozenset[str]:
    """The same without case, for names to be given anew."""
    return frozenset(name.casefold() for name in keys(connection, kind))


def taken(connection: sqlite3.Connection, kind: str, wanted: Sequence[str]) -> dict[str, str]:
    """Which of the numbers or ids are in use, compared without case, with the spelling that is."""
    table, key = TABLES[kind]
    marks, values = names_in([each.casefold() for each in wanted])
    sql = f"SELECT lower({key}), {key} FROM {table} WHERE lower({key}) IN {marks}"
    return dict(connection.execute(sql, values).fetchall())


def by_external_id(connection: sqlite3.Connection, kind: str, external_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(number or id, content hash) by external id."""
    table, key = TABLES[kind]
    marks, values = names_in(external_ids)
    sql = f"SELECT external_id, {key}, content FROM {table} WHERE external_id IN {marks} ORDER BY {key} DESC"
    return {external: (name, content) for external, name, content in connection.execute(sql, values)}


def tags(connection: sqlite3.Connection, kind: str) -> dict[str, list[str]]:
    """Tags by the number or id of their document."""
    table, key = TABLES[kind]
    found: dict[str, list[str]] = {}
    sql = f"SELECT t.{key}, r.name FROM refs r JOIN {table} t ON t.file = r.file WHERE r.kind = 'tag' ORDER BY r.rowid"
    for name, tag in connection.execute(sql):
        found.setdefault(name, []).append(tag)
    return found


def sequence_end(connection: sqlite3.Connection, kind: str, head: str) -> Standing:
    """The highest counter is that of all documents, imported ones too."""
    table, _ = TABLES[kind]
    highest = connection.execute(f"SELECT max(n) FROM {table} WHERE head = ?", (head,)).fetchone()[0] or 0
    sql = f"SELECT number, issued_on, seal FROM {table} WHERE head = ? AND imported = 0 AND n IS NOT NULL ORDER BY n DESC LIMIT 1"
    row = connection.execute(sql, (head,)).fetchone()
    if not row:
        return Standing(highest, None, None, "")
    return Standing(highest, row[0], date.fromisoformat(row[1]), row[2] or "")


def exactly(kind: str) -> str:
    """The documents of a kind with that number or id in any case, that external id or, of a customer, that name."""
    table, key = TABLES[kind]
    also = {"customer": " OR lower(name) = lower(?1)", "draft": "", "reminder": "", "delivery": ""}.get(kind, " OR external_id = ?1")
    return f"SELECT {key} FROM {table} WHERE lower({key}) = lower(?1){also} ORDER BY rowid"


_BANK_LINE = """
SELECT DISTINCT 'bank-line', account || ':' || id FROM bank_lines
WHERE id = :t OR (id = substr(:t, instr(:t, ':') + 1) AND account = substr(:t, 1, instr(:t, ':') - 1))
"""


def search(connection: sqlite3.Connection, text: str) -> list[tuple[str, str]]:
    """(kind, key) of every document whose number, id, name or external id is the text; else whose name contains it."""
    found = [(kind, key) for kind in TABLES for (key,) in connection.execute(exactly(kind), (text,))]
    if found or (found := connection.execute(_BANK_LINE, {"t": text}).fetchall()):
        return found
    loose = """
    SELECT 'customer', id FROM customers WHERE instr(lower(name), :t) OR instr(lower(also), :t) OR instr(lower(id), :t)
    UNION ALL SELECT 'invoice', number FROM invoices WHERE instr(lower(number), :t)
    UNION ALL SELECT 'credit-note', number FROM credit_notes WHERE instr(lower(number), :t)
    UNION ALL SELECT 'payment', id FROM payments WHERE instr(lower(id), :t)
    UNION ALL SELECT 'draft', id FROM drafts WHERE instr(lower(id), :t)
    UNION ALL SELECT 'refund', id FROM refunds WHERE instr(lower(id), :t)
    UNION ALL SELECT 'write-off', id FROM write_offs WHERE instr(lower(id), :t)
    UNION ALL SELECT 'hold', id FROM holds WHERE instr(lower(id), :t)
    UNION ALL SELECT 'recurring', id FROM recurring WHERE instr(lower(id), :t)
    """
    return connection.execute(loose, {"t": text.lower()}).fetchall()

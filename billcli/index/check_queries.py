"""Facts for the checks across documents: what is named and missing, used twice, out of order, or settled beyond its amount."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

from billcli.core.checks.facts import (
    AuditGap,
    CreditedInvoice,
    Crossing,
    Gone,
    Missing,
    Numbered,
    Overdrawn,
    Twice,
)  # fmt: skip

_KEYS = (
    ("customers", "id"), ("drafts", "id"), ("invoices", "number"), ("credit_notes", "number"), ("payments", "id"), ("refunds", "id"),
    ("write_offs", "id"), ("holds", "id"),
)  # fmt: skip
_NUMBERED = {"invoice": "invoices", "credit-note": "credit_notes"}


_TARGETS = {
    "customer": ("customers", "id"), "invoice": ("invoices", "number"), "credit-note": ("credit_notes", "number"), "payment": ("payments", "id"),
}  # fmt: skip


def missing(connection: sqlite3.Connection) -> Iterator[Missing]:
    """References to what no file declares."""
    for kind, (table, key) in _TARGETS.items():
        sql = f"SELECT f.path, r.kind, r.name, r.place FROM refs r JOIN files f ON f.id = r.file WHERE r.kind = ? AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.{key} = r.name)"
        yield from (Missing(*row) for row in connection.execute(sql, (kind,)))
    sql = f"""
    SELECT f.path, r.kind, r.name, r.place FROM refs r JOIN files f ON f.id = r.file WHERE r.kind NOT IN ({", ".join(f"'{kind}'" for kind in _TARGETS)})
      AND NOT EXISTS (SELECT 1 FROM names n WHERE n.kind = r.kind AND n.name = r.name)
    """
    yield from (Missing(*row) for row in connection.execute(sql))


def twice(connection: sqlite3.Connection) -> Iterator[Twice]:
    """Numbers and ids that two files claim, and external ids likewise; compared without case."""
    for table, key in _KEYS:
        sql = f"SELECT f.path, t.{key} FROM {table} t JOIN files f ON f.id = t.file WHERE lower(t.{key}) IN (SELECT lower({key}) FROM {table} GROUP BY 1 HAVING count(*) > 1) ORDER BY lower(t.{key}), f.path"
        yield from _pairs(connection, sql, key)
    for table, _ in _KEYS:
        if table == "drafts":
            continue
        sql = f"SELECT f.path, t.external_id FROM {table} t JOIN files f ON f.id = t.file WHERE t.external_id IN (SELECT external_id FROM {table} WHERE external_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1) ORDER BY t.external_id, f.path"
        yield from _pairs(connection, sql, "external_id")


def _pairs(connection: sqlite3.Connection, sql: str, key: str) -> Iterator[Twice]:
    first: tuple[str, str] | None = None
    for path, name in connection.execute(sql).fetchall():
        if first is not None and first[1].casefold() == name.casefold():
            yield Twice(path, first[0], key, name)
        else:
            first = (path, name)


def numbered(connection: sqlite3.Connection, kind: str) -> list[Numbered]:
    """Every document with a counter in its number, by head and counter."""
    sql = f"SELECT f.path, t.number, t.head, t.n, t.issued_on, t.imported, t.digest, t.seal FROM {_NUMBERED[kind]} t JOIN files f ON f.id = t.file WHERE t.n IS NOT NULL ORDER BY t.head, t.n, f.path"
    return [
        Numbered(path, number, head, n, date.fromisoformat(day), bool(imported), digest, seal)
        for path, number, head, n, day, imported, digest, seal in connection.execute(sql)
    ]


_RUNNING = """
WITH changes(k, day, amount) AS ({changes}),
  days AS (SELECT k, day, sum(amount) AS amount FROM changes GROUP BY k, day),
  running AS (SELECT k, day, sum(amount) OVER (PARTITION BY k ORDER BY day) AS balance FROM days)
SELECT k, min(balance), min(day) FROM running WHERE balance < 0 GROUP BY k
"""
# A row dated before the document it draws on counts from that document's day: its date is a finding of its own.
_FROM = "max(booked_on, coalesce((SELECT min(t.{day}) FROM {table} t WHERE t.{key} = settlements.{names}), ''))"
_INVOICES = f"""
SELECT number, issued_on, gross FROM invoices
UNION ALL SELECT invoice, {_FROM.format(day="issued_on", table="invoices", key="number", names="invoice")}, -amount FROM settlements
UNION ALL SELECT invoice, ended_on, amount FROM settlements WHERE ended_on IS NOT NULL
"""
_PAYMENTS = f"""
SELECT id, booked_on, amount FROM payments
UNION ALL SELECT id, reversed_on, -amount FROM payments WHERE reversed_on IS NOT NULL
UNION ALL SELECT source, {_FROM.format(day="booked_on", table="payments", key="id", names="source")}, -amount FROM settlements
  WHERE source_kind = 'payment' AND kind = 'payment'
UNION ALL SELECT source, ended_on, amount FROM settlements WHERE source_kind = 'payment' AND kind = 'payment' AND ended_on IS NOT NULL
UNION ALL SELECT source, booked_on, -amount FROM draws WHERE source_kind = 'payment'
UNION ALL SELECT d.source, min(coalesce(d.ended_on, p.reversed_on), coalesce(p.reversed_on, d.ended_on)), d.amount
  FROM draws d LEFT JOIN payments p ON p.id = d.source WHERE d.source_kind = 'payment' AND coalesce(d.ended_on, p.reversed_on) IS NOT NULL
"""  # money refunded before its payment bounced is a finding of its own
_NOTES = f"""
SELECT number, issued_on, gross FROM credit_notes
UNION ALL SELECT number, voided_on, -gross FROM credit_notes WHERE voided_on IS NOT NULL
UNION ALL SELECT source, {_FROM.format(day="issued_on", table="credit_notes", key="number", names="source")}, -amount FROM settlements WHERE source_kind = 'credit-note'
UNION ALL SELECT source, ended_on, amount FROM settlements WHERE source_kind = 'credit-note' AND ended_on IS NOT NULL
UNION ALL SELECT source, booked_on, -amount FROM draws WHERE source_kind = 'credit-note'
UNION ALL SELECT source, ended_on, amount FROM draws WHERE source_kind = 'credit-note' AND ended_on IS NOT NULL
"""


def overdrawn(connection: sqlite3.Connection) -> Iterator[Overdrawn]:
    """Invoices settled by more than their gross, payments and credit notes spent more than once, at any date."""
    for kind, table, key, changes in (
        ("invoice", "invoices", "number", _INVOICES), ("payment", "payments", "id", _PAYMENTS), ("credit-note", "credit_notes", "number", _NOTES),
    ):  # fmt: skip
        for name, balance, day in connection.execute(_RUNNING.format(changes=changes)).fetchall():
            sql = f"SELECT f.path, t.currency FROM {table} t JOIN files f ON f.id = t.file WHERE t.{key} = ?"
            row = connection.execute(sql, (name,)).fetchone()
            if row:
                yield Overdrawn(row[0], kind, name, row[1], balance, date.fromisoformat(day))


def crossings(connection: sqlite3.Connection) -> Iterator[Crossing]:
    """Settlements whose source and invoice differ in currency, differ in customer, or begin before the invoice does."""
    for kind, table, key in (("payment", "payments", "id"), ("credit-note", "credit_notes", "number"), ("write-off", "write_offs", "id")):
        sql = f"""
        SELECT f.path, s.place, s.invoice, t.currency, i.currency, t.customer, i.customer, s.booked_on, i.issued_on
        FROM settlements s JOIN {table} t ON t.file = s.file AND t.{key} = s.source JOIN invoices i ON i.number = s.invoice JOIN files f ON f.id = s.file
        WHERE s.source_kind = ? AND (t.currency <> i.currency OR t.customer <> i.customer OR s.booked_on < i.issued_on)
        """  # our own names
        for path, place, invoice, here, there, payer, debtor, booked, issued in connection.execute(sql, (kind,)).fetchall():
            yield Crossing(path, place, invoice, here, there, payer, debtor, date.fromisoformat(booked), date.fromisoformat(issued))


def credited(connection: sqlite3.Connection) -> list[CreditedInvoice]:
    """Every invoice that live credit notes correct, with what they come to and the file of the last one."""
    sql = """
    SELECT i.number, i.currency, i.gross, sum(n.gross), max(f.path), sum(n.currency <> i.currency),
      EXISTS (SELECT 1 FROM credit_lines l WHERE l.invoice = i.number)
    FROM credit_notes n JOIN invoices i ON i.number = n.corrects JOIN files f ON f.id = n.file
    WHERE n.voided_on IS NULL GROUP BY i.number
    """
    return [CreditedInvoice(*row) for row in connection.execute(sql)]


def parents(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """(parent, file) by customer, where there is a parent."""
    sql = "SELECT c.id, c.parent, f.path FROM customers c JOIN files f ON f.id = c.file WHERE c.parent IS NOT NULL"
    return {customer: (parent, path) for customer, parent, path in connection.execute(sql)}


def kept_out(connection: sqlite3.Connection) -> dict[str, str]:
    """The files of documents that say their number or id, but have an error that keeps them out of the books."""
    return dict(connection.execute("SELECT n.name, f.path FROM names n JOIN files f ON f.id = n.file WHERE f.kind = ''").fetchall())


def gone(connection: sqlite3.Connection) -> list[Gone]:
    """Numbered documents that the audit trail knows and nobody has, wherever they may have been moved to."""
    sql = "SELECT path FROM gone WHERE path LIKE 'invoices/%' OR path LIKE 'credit-notes/%' ORDER BY path"
    lost = []
    for (path,) in connection.execute(sql).fetchall():
        number = path.rpartition("/")[2].removesuffix(".yaml")
        table = "invoices" if path.startswith("invoices/") else "credit_notes"
        if not connection.execute(f"SELECT 1 FROM {table} WHERE number = ?", (number,)).fetchone():
            lost.append(Gone(path, number))
    return lost


def audit_gaps(connection: sqlite3.Connection) -> list[AuditGap]:
    """Entries that follow no entry of their clone; only the first one of a clone follows none."""
    sql = """
    SELECT f.path, t.clone, t.seq FROM trail t JOIN files f ON f.id = t.file
    WHERE NOT (t.seq = 1 AND t.prev = '') AND NOT EXISTS (SELECT 1 FROM trail b WHERE b.hash = t.prev AND b.clone = t.clone AND b.seq = t.seq - 1)
    """
    return [AuditGap(*row) for row in connection.execute(sql)]

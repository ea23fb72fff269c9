"""What an audit asks: the files of the trail, issued documents it does not know, what happened around a document, what there is to sample."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import date

from billcli.core.addresses import alone
from billcli.core.audit.problems import Problem
from billcli.core.audit.sample import Unit

_ISSUED = (("invoices", "number"), ("credit_notes", "number"))


def trail_files(connection: sqlite3.Connection) -> list[str]:
    """Those of the audit trail in the order of clones and months."""
    return [path for (path,) in connection.execute("SELECT path FROM files WHERE path LIKE 'audit/%' ORDER BY path")]


def sealed(connection: sqlite3.Connection) -> int:
    """How many documents carry a seal."""
    return sum(connection.execute(f"SELECT count(*) FROM {table} WHERE seal IS NOT NULL").fetchone()[0] for table, _ in _ISSUED)


def files(connection: sqlite3.Connection) -> dict[str, str]:
    """The hash of every document and folded file as it was read, by path."""
    return dict(connection.execute("SELECT path, hash FROM files WHERE kind <> 'audit'").fetchall())


def unaudited(connection: sqlite3.Connection) -> list[Problem]:
    """Documents that bill sealed and no entry of the trail tells of: its end was cut, or they came some other way."""
    known = {path for (path,) in connection.execute("SELECT DISTINCT path FROM audited")}
    found = []
    for table, key in _ISSUED:
        sql = f"SELECT f.path, t.{key} FROM {table} t JOIN files f ON f.id = t.file WHERE t.seal IS NOT NULL AND t.imported = 0 ORDER BY f.path"
        for path, number in connection.execute(sql):
            if alone(path) not in known:
                message = f"{number} is sealed, but no entry of the audit trail tells of it: the end of a trail may be cut off"
                found.append(Problem("chain", path, None, None, "", message))
    return found


def void_numbers(connection: sqlite3.Connection, kind: str) -> set[str]:
    """Of invoices or credit notes."""
    table = {"invoice": "invoices", "credit-note": "credit_notes"}[kind]
    return {number for (number,) in connection.execute(f"SELECT number FROM {table} WHERE voided_on IS NOT NULL")}


_AROUND = {
    "invoice": """
    SELECT f.path, s.kind || ' ' || s.amount || ' ' || i.currency FROM settlements s JOIN files f ON f.id = s.file JOIN invoices i ON i.number = s.invoice
      WHERE s.invoice = :k
    UNION ALL SELECT f.path, 'corrects it' FROM credit_notes n JOIN files f ON f.id = n.file WHERE n.corrects = :k
    UNION ALL SELECT f.path, 'reminds of it, level ' || r.level FROM reminder_items r JOIN files f ON f.id = r.file WHERE r.invoice = :k
    UNION ALL SELECT f.path, h.kind || ' on it' FROM holds h JOIN files f ON f.id = h.file WHERE h.invoice = :k
    UNION ALL SELECT f.path, 'consent to remind of it' FROM approvals a JOIN files f ON f.id = a.file WHERE a.invoice = :k
    """,
    "payment": "SELECT f.path, 'pays some of it back' FROM draws d JOIN files f ON f.id = d.file WHERE d.source_kind = 'payment' AND d.source = :k",
    "credit-note": "SELECT f.path, 'pays some of it out' FROM draws d JOIN files f ON f.id = d.file WHERE d.source_kind = 'credit-note' AND d.source = :k",
    "customer": "SELECT f.path, h.kind || ' on the customer' FROM holds h JOIN files f ON f.id = h.file WHERE h.customer = :k AND h.invoice IS NULL",
}
_ALWAYS = """
UNION ALL SELECT f.path, 'carries it' FROM delivered d JOIN files f ON f.id = d.file WHERE d.name = :k AND d.kind = :kind
UNION ALL SELECT f.path, 'books it' FROM bank_bookings b JOIN files f ON f.id = b.file WHERE b.name = :k AND b.kind = :kind
UNION ALL SELECT f.path, 'is about it' FROM findings n JOIN files f ON f.id = n.file WHERE n.document = :k OR n.correction = :k
"""


def around(connection: sqlite3.Connection, kind: str, key: str) -> list[tuple[str, str]]:
    """(path, what it has to do with it) of the documents that settle, correct, hold, remind of, carry or book this one."""
    sql = _AROUND.get(kind, "SELECT '', '' WHERE 0") + _ALWAYS
    return connection.execute(sql, {"k": key, "kind": kind}).fetchall()


_POPULATION = """
SELECT 'invoice', t.number, t.issued_on, t.customer, t.currency, t.gross, f.path FROM invoices t JOIN files f ON f.id = t.file
UNION ALL SELECT 'credit-note', t.number, t.issued_on, t.customer, t.currency, t.gross, f.path FROM credit_notes t JOIN files f ON f.id = t.file
UNION ALL SELECT 'payment', t.id, t.booked_on, t.customer, t.currency, t.amount, f.path FROM payments t JOIN files f ON f.id = t.file
UNION ALL SELECT 'refund', t.id, t.booked_on, t.customer, t.currency, t.amount, f.path FROM refunds t JOIN files f ON f.id = t.file
UNION ALL SELECT 'write-off', t.id, t.booked_on, t.customer, t.currency, t.amount, f.path FROM write_offs t JOIN files f ON f.id = t.file
"""


def population(connection: sqlite3.Connection, kinds: Collection[str], from_on: date, until: date) -> list[Unit]:
    """The documents of these kinds that are booked in these days."""
    found = (Unit(kind, name, date.fromisoformat(day), *rest) for kind, name, day, *rest in connection.execute(_POPULATION))
    return [each for each in found if each.kind in kinds and from_on <= each.on <= until]

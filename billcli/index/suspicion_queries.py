"""Facts for the checks that look at time: what closed periods hold, what lies ahead, and what only a person can judge."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

from billcli.core import addresses
from billcli.core.checks.facts import Ahead, Closing, DraftLeft, Early, LongTerms, PaidTwice, Promise, Touched
from billcli.index.folded import where_it_was

_DAY = date.fromisoformat
_DATED = (
    ("invoices", "number", "issued_on"), ("credit_notes", "number", "issued_on"), ("payments", "id", "booked_on"),
    ("refunds", "id", "booked_on"), ("write_offs", "id", "booked_on"),
)  # fmt: skip
"""Every table of documents that move a balance, with the day from which they do."""

_FOLDERS = ("invoices", "credit-notes", "payments", "refunds", "write-offs")


def closings(connection: sqlite3.Connection) -> list[Closing]:
    """Every entry of the audit trail that closed a period."""
    sql = "SELECT clone, seq, at, substr(command, 17) FROM trail WHERE command LIKE 'close --through ____-__-__'"
    return [Closing(clone, seq, at, _DAY(day)) for clone, seq, at, day in connection.execute(sql)]


_TOUCHED = f"""
SELECT * FROM (
  SELECT path, '' AS clone, 0 AS seq, '' AS at, 0, 1 FROM files WHERE audited = 0
  UNION ALL SELECT path, '', 0, '', 0, 1 FROM gone
  UNION ALL SELECT a.path, t.clone, t.seq, t.at, a.made, a.by_hand FROM trail t CROSS JOIN audited a ON a.file = t.file AND a.seq = t.seq AND a.clone = t.clone
    WHERE t.at >= :d AND (a.by_hand OR a.made)
) WHERE {" OR ".join(f"path LIKE '{folder}/%'" for folder in _FOLDERS)}
"""  # our own names; the entries first, for all but a few came before that instant


def touched(connection: sqlite3.Connection, since: str) -> Iterator[Touched]:
    """Documents that a person changed or took away, or that were made, by entries from that instant on or not noted yet."""
    found = [(addresses.alone(path), *rest) for path, *rest in connection.execute(_TOUCHED, {"d": since}) if not addresses.is_folded(path)]
    for path, clone, seq, at, made, by_hand in sorted(found, key=lambda each: (each[0], each[3], each[2])):
        file, day = _standing(connection, path)
        where = file or where_it_was(connection, path)
        born = _born(connection, path) if file is None else None
        yield Touched(where, clone, seq, at, bool(made), bool(by_hand), file is None, _DAY(day) if day else None, born)


def _standing(connection: sqlite3.Connection, path: str) -> tuple[str | None, str | None]:
    """Where the document is, in a file of its own or in a folded one, and the day from which it counts; None for a file that is gone."""
    dates = " UNION ALL ".join(f"SELECT file, {day} AS day FROM {table}" for table, _, day in _DATED)
    sql = f"SELECT path, (SELECT min(d.day) FROM ({dates}) d WHERE d.file = f.id) FROM files f WHERE path IN (?, ?) ORDER BY path"  # our own names
    return connection.execute(sql, (path, addresses.when_folded(path))).fetchone() or (None, None)


def _born(connection: sqlite3.Connection, path: str) -> tuple[str, int, str] | None:
    """Clone, seq and instant of the first entry that knew a file."""
    sql = """
    SELECT t.clone, t.seq, t.at FROM audited a JOIN trail t ON t.file = a.file AND t.clone = a.clone AND t.seq = a.seq
    WHERE a.path = ? AND a.hash IS NOT NULL ORDER BY t.at, t.seq LIMIT 1
    """
    found: tuple[str, int, str] | None = connection.execute(sql, (path,)).fetchone()
    return found


def with_findings(connection: sqlite3.Connection) -> set[str]:
    """The numbers and ids, by their places, of documents with a finding of their own: one that stands in a wrong place is among them."""
    sql = "SELECT path FROM files WHERE id IN (SELECT file FROM problems) OR path IN (SELECT place FROM problems WHERE file = 0)"
    return {addresses.name_of(path) for (path,) in connection.execute(sql) if "/" in path}


def drafts_left(connection: sqlite3.Connection) -> list[DraftLeft]:
    """Drafts that say their day, or whose external id an invoice has."""
    sql = """
    SELECT f.path, d.id, d.issued_on, d.external_id, (SELECT min(i.number) FROM invoices i WHERE i.external_id = d.external_id) AS number
    FROM drafts d JOIN files f ON f.id = d.file WHERE d.issued_on IS NOT NULL OR number IS NOT NULL
    """
    return [
        DraftLeft(path, name, _DAY(day) if day else None, external, number) for path, name, day, external, number in connection.execute(sql)
    ]


def ahead(connection: sqlite3.Connection, today: date) -> Iterator[Ahead]:
    """Days after today: of documents first, then of their rows."""
    own = " UNION ALL ".join(
        f"SELECT file, '{place}' AS place, {column} AS day FROM {table}"
        for table, place, column in (
            ("invoices", "issued_on", "issued_on"), ("credit_notes", "issued_on", "issued_on"), ("credit_notes", "void.on", "voided_on"),
            ("payments", "received_on", "received_on"), ("payments", "on", "booked_on"), ("payments", "reversed.on", "reversed_on"),
            ("refunds", "paid_on", "paid_on"), ("refunds", "on", "booked_on"), ("refunds", "reversed.on", "reversed_on"),
            ("write_offs", "on", "booked_on"), ("holds", "on", "booked_on"),
        )
    )  # fmt: skip
    rows = " UNION ALL ".join(
        f"SELECT file, replace(place, '.amount', '.{place}') AS place, {column} AS day FROM {table}"
        for table in ("settlements", "draws")
        for place, column in (("on", "booked_on"), ("ended_on", "ended_on"))
    )
    for sql in (own, rows):
        found = connection.execute(
            f"SELECT f.path, d.place, d.day FROM ({sql}) d JOIN files f ON f.id = d.file WHERE d.day > ?", (today.isoformat(),)
        )
        yield from (Ahead(path, place, _DAY(day)) for path, place, day in found.fetchall())


def early(connection: sqlite3.Connection) -> Iterator[Early]:
    """Money that had come before the invoice it settles was issued."""
    sql = """
    SELECT f.path, s.place, s.source, s.invoice, s.value_on, i.issued_on FROM settlements s JOIN invoices i ON i.number = s.invoice
    JOIN files f ON f.id = s.file WHERE s.kind = 'payment' AND s.ended_on IS NULL AND s.value_on < i.issued_on
    """
    for path, place, payment, invoice, value, issued in connection.execute(sql).fetchall():
        yield Early(path, place, payment, invoice, _DAY(value), _DAY(issued))


def paid_twice(connection: sqlite3.Connection) -> Iterator[PaidTwice]:
    """Payments with the customer, day and amount of an earlier one, unless both came with external ids of their own."""
    sql = """
    SELECT f.path, p.id, min(q.id), p.received_on FROM payments p JOIN payments q ON q.customer = p.customer AND q.received_on = p.received_on
      AND q.amount = p.amount AND q.currency = p.currency AND q.id < p.id AND q.reversed_on IS NULL
      AND (q.external_id IS NULL OR p.external_id IS NULL)
    JOIN files f ON f.id = p.file WHERE p.reversed_on IS NULL GROUP BY f.path, p.id, p.received_on
    """
    yield from (PaidTwice(path, name, first, _DAY(day)) for path, name, first, day in connection.execute(sql).fetchall())


def expired_promises(connection: sqlite3.Connection, today: date) -> Iterator[Promise]:
    """Promises to pay whose last day has passed and that nobody released."""
    sql = """
    SELECT f.path, h.id, h.customer, h.until FROM holds h JOIN files f ON f.id = h.file
    WHERE h.kind = 'promise' AND h.until < ?1 AND (h.released_on IS NULL OR h.released_on > ?1)
    """
    for path, name, customer, until in connection.execute(sql, (today.isoformat(),)).fetchall():
        yield Promise(path, name, customer, _DAY(until))


def long_terms(connection: sqlite3.Connection, countries: frozenset[str], days: int) -> Iterator[LongTerms]:
    """Of each customer in these countries the last invoice that is due more than so many days after its issue."""
    marks = ", ".join(f"'{each}'" for each in sorted(countries))
    sql = f"""
    SELECT f.path, i.number, i.customer, c.country, max(i.issued_on), i.parts,
      coalesce((SELECT max(p.due_on) FROM instalments p WHERE p.invoice = i.number), i.due_on) AS last
    FROM invoices i JOIN customers c ON c.id = i.customer JOIN files f ON f.id = i.file
    WHERE c.country IN ({marks}) AND julianday(last) - julianday(i.issued_on) > ? GROUP BY i.customer
    """  # our own codes
    for path, number, customer, country, issued, parts, last in connection.execute(sql, (days,)).fetchall():
        yield LongTerms(path, number, customer, country, (_DAY(last) - _DAY(issued)).days, parts)

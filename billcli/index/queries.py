"""Questions to the index. Answers are facts; what they mean is decided in ``core``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from billcli.core.facts import (
    CreditNoteFact,
    CustomerFact,
    InstalmentFact,
    InvoiceFact,
    OpenInvoice,
    PaymentFact,
    Settlement,
    Standing,
)  # fmt: skip
from billcli.diagnostics import Diagnostic, Span

_DAYS = frozenset(
    (
        "issued_on",
        "due_on",
        "booked_on",
        "value_on",
        "ended_on",
        "received_on",
        "voided_on",
        "reversed_on",
        "last_event",
    )
)
F = TypeVar("F", CustomerFact, InvoiceFact, InstalmentFact, CreditNoteFact, PaymentFact, Settlement)


def _facts(connection: sqlite3.Connection, kind: type[F], table: str, rest: str, values: Sequence[object] = ()) -> list[F]:
    columns = ", ".join(f"t.{name}" for name in kind._fields)
    days = [at for at, name in enumerate(kind._fields) if name in _DAYS]
    found = []
    for row in connection.execute(f"SELECT {columns} FROM {table} t {rest}", values):  # our own names
        made = list(row)
        for at in days:
            if made[at]:
                made[at] = date.fromisoformat(made[at])
        found.append(kind(*made))
    return found


def _in(names: Sequence[str]) -> tuple[str, list[object]]:
    return "(SELECT value FROM json_each(?))", [json.dumps(list(names))]


# settings and files


def settings(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM settings").fetchall())


def hashes(connection: sqlite3.Connection, paths: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each file as it was read."""
    marks, values = _in(list(paths))
    return dict(connection.execute(f"SELECT path, hash FROM files WHERE path IN {marks}", values).fetchall())


def kinds(connection: sqlite3.Connection) -> dict[str, int]:
    """How many files of each kind there are."""
    return dict(connection.execute("SELECT kind, count(*) FROM files WHERE kind NOT IN ('', 'audit') GROUP BY kind").fetchall())


def edited_by_hand(connection: sqlite3.Connection) -> list[tuple[str, str | None, str | None]]:
    """(path, last known hash, hash now) of files that differ from what the audit trail last saw; None for no file."""
    last = "SELECT hash FROM audited a WHERE a.path = f.path ORDER BY seq DESC LIMIT 1"
    here = f"SELECT path, ({last}), hash FROM files f WHERE audited = 0 AND kind NOT IN ('audit') AND hash <> ''"
    return [*connection.execute(here).fetchall(), *connection.execute("SELECT path, hash, NULL FROM gone").fetchall()]


def problems(connection: sqlite3.Connection) -> Iterator[Diagnostic]:
    """What reading found wrong, file by file, and what the walk over the folders did."""
    rows = connection.execute("SELECT p.*, f.path FROM problems p LEFT JOIN files f ON f.id = p.file")
    for file, code, message, place, line, column, length, text, label, hint, path in rows:
        span = Span(line, column, length, text) if line is not None else None
        where = () if file == 0 else tuple(json.loads(place))
        yield Diagnostic(code, message, path if file else place, where, span, label, hint)


def walk_problems(connection: sqlite3.Connection) -> list[Diagnostic]:
    """What the last walk over the folders found wrong with names."""
    rows = connection.execute("SELECT code, message, place, label, hint FROM problems WHERE file = 0")
    return [Diagnostic(code, message, place, (), None, label, hint) for code, message, place, label, hint in rows]


def unreadable(connection: sqlite3.Connection) -> set[str]:
    """The files, and the folders that could not be looked into, that an error keeps out of the books."""
    sql = "SELECT path FROM files WHERE kind = '' UNION SELECT place FROM problems WHERE file = 0 AND code IN ('E114', 'E115', 'E121')"
    return {path for (path,) in connection.execute(sql)}


def doubled(connection: sqlite3.Connection) -> tuple[str, str] | None:
    """A number or id that several files claim, with their paths."""
    row: tuple[str, str] | None = connection.execute("SELECT name, paths FROM doubled ORDER BY name").fetchone()
    return row


def path_of(connection: sqlite3.Connection, table: str, key: str, name: str) -> str | None:
    """The file of a document."""
    row = connection.execute(f"SELECT f.path FROM {table} t JOIN files f ON f.id = t.file WHERE t.{key} = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def keys(connection: sqlite3.Connection, table: str, key: str) -> list[tuple[int, str]]:
    """(file, key) of every document of a table."""
    return connection.execute(f"SELECT file, {key} FROM {table} ORDER BY {key}").fetchall()


# customers


def customer(connection: sqlite3.Connection, customer_id: str) -> CustomerFact | None:
    return next(iter(_facts(connection, CustomerFact, "customers", "WHERE id = ?", (customer_id,))), None)


def customers(connection: sqlite3.Connection) -> list[CustomerFact]:
    return _facts(connection, CustomerFact, "customers", "ORDER BY id")


def customer_ids(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT id FROM customers ORDER BY id")]


def tags_of(connection: sqlite3.Connection, table: str, key: str) -> dict[str, list[str]]:
    """Tags by the key of their document."""
    found: dict[str, list[str]] = {}
    sql = f"SELECT t.{key}, r.name FROM refs r JOIN {table} t ON t.file = r.file WHERE r.kind = 'tag' ORDER BY r.rowid"
    for name, tag in connection.execute(sql):
        found.setdefault(name, []).append(tag)
    return found


def names(connection: sqlite3.Connection, kind: str) -> list[str]:
    """The declared words of a vocabulary."""
    return [row[0] for row in connection.execute("SELECT name FROM names WHERE kind = ? ORDER BY name", (kind,))]


def relatives(connection: sqlite3.Connection, customer_id: str) -> set[str]:
    """The customer, everyone above it by ``parent`` and everyone below any of these."""
    sql = """
    WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT c.parent FROM customers c JOIN up ON c.id = up.id WHERE c.parent IS NOT NULL),
      down(id) AS (SELECT id FROM up UNION SELECT c.id FROM customers c JOIN down ON c.parent = down.id)
    SELECT id FROM down
    """
    return {row[0] for row in connection.execute(sql, (customer_id,))}


# documents


def drafts(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """(id, customer, number of lines)."""
    return connection.execute("SELECT id, customer, lines FROM drafts ORDER BY id").fetchall()


def invoice(connection: sqlite3.Connection, number: str) -> InvoiceFact | None:
    return next(iter(_facts(connection, InvoiceFact, "invoices", "WHERE number = ?", (number,))), None)


def invoices(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, InvoiceFact]:
    marks, values = _in(numbers)
    return {each.number: each for each in _facts(connection, InvoiceFact, "invoices", f"WHERE number IN {marks}", values)}


def credit_note(connection: sqlite3.Connection, number: str) -> CreditNoteFact | None:
    return next(iter(_facts(connection, CreditNoteFact, "credit_notes", "WHERE number = ?", (number,))), None)


def credit_notes_for(connection: sqlite3.Connection, number: str) -> list[CreditNoteFact]:
    """The credit notes that correct this invoice and are not void."""
    return _facts(
        connection,
        CreditNoteFact,
        "credit_notes",
        "WHERE corrects = ? AND voided_on IS NULL ORDER BY number",
        (number,),
    )


def credit_notes(connection: sqlite3.Connection, until: date) -> list[CreditNoteFact]:
    return _facts(
        connection,
        CreditNoteFact,
        "credit_notes",
        "WHERE issued_on <= ? ORDER BY issued_on, number",
        (until.isoformat(),),
    )


def credited_quantities(connection: sqlite3.Connection, number: str) -> list[tuple[str, int, str]]:
    """(credit note, line, quantity) of every live credit note that names a line of this invoice."""
    sql = """
    SELECT n.number, l.invoice_line, l.quantity FROM credit_lines l JOIN credit_notes n ON n.file = l.file
    WHERE l.invoice = ? AND n.voided_on IS NULL
    """
    return connection.execute(sql, (number,)).fetchall()


def payment(connection: sqlite3.Connection, payment_id: str) -> PaymentFact | None:
    return next(iter(_facts(connection, PaymentFact, "payments", "WHERE id = ?", (payment_id,))), None)


def payments(connection: sqlite3.Connection, until: date) -> list[PaymentFact]:
    return _facts(connection, PaymentFact, "payments", "WHERE booked_on <= ? ORDER BY booked_on, id", (until.isoformat(),))


def like_payments(connection: sqlite3.Connection, customer_id: str, received_on: date) -> list[PaymentFact]:
    """The customer's payments of that day."""
    return _facts(
        connection,
        PaymentFact,
        "payments",
        "WHERE customer = ? AND received_on = ? ORDER BY id",
        (customer_id, received_on.isoformat()),
    )


def settlements_of(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, list[Settlement]]:
    """The settlement rows of these invoices, all of them, in the order of their dates."""
    marks, values = _in(numbers)
    found: dict[str, list[Settlement]] = {number: [] for number in numbers}
    for row in _facts(connection, Settlement, "settlements", f"WHERE invoice IN {marks} ORDER BY booked_on, source", values):
        found[row.invoice].append(row)
    return found


def settlements_from(connection: sqlite3.Connection, source_kind: str, source: str) -> list[Settlement]:
    return _facts(
        connection,
        Settlement,
        "settlements",
        "WHERE source = ? AND source_kind = ? ORDER BY booked_on",
        (source, source_kind),
    )


def instalments_of(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, list[InstalmentFact]]:
    """The parts of invoices that have more than one."""
    marks, values = _in(numbers)
    found: dict[str, list[InstalmentFact]] = {}
    for row in _facts(connection, InstalmentFact, "instalments", f"WHERE invoice IN {marks} ORDER BY rowid", values):
        found.setdefault(row.invoice, []).append(row)
    return found


def open_invoices_of(connection: sqlite3.Connection, customer_ids: Sequence[str], currency: str) -> list[InvoiceFact]:
    """Invoices with something left once everything written counts, oldest due first."""
    marks, values = _in(customer_ids)
    rest = f"WHERE customer IN {marks} AND currency = ? AND open_all > 0 ORDER BY due_on, issued_on, number"
    return _facts(connection, InvoiceFact, "invoices", rest, [*values, currency])


def by_external_id(connection: sqlite3.Connection, table: str, key: str, external_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(number or id, content hash) by external id."""
    marks, values = _in(external_ids)
    sql = f"SELECT external_id, {key}, content FROM {table} WHERE external_id IN {marks}"
    return {external: (name, content) for external, name, content in connection.execute(sql, values)}


def taken(connection: sqlite3.Connection, table: str, key: str, wanted: Sequence[str]) -> dict[str, str]:
    """Which of the numbers or ids are in use, compared without case, with the spelling that is."""
    marks, values = _in([each.casefold() for each in wanted])
    sql = f"SELECT lower({key}), {key} FROM {table} WHERE lower({key}) IN {marks}"
    return dict(connection.execute(sql, values).fetchall())


def sequence_end(connection: sqlite3.Connection, table: str, head: str) -> Standing:
    """The highest counter is that of all documents, imported ones too."""
    highest = connection.execute(f"SELECT max(n) FROM {table} WHERE head = ?", (head,)).fetchone()[0] or 0
    sql = f"SELECT number, issued_on, seal FROM {table} WHERE head = ? AND imported = 0 AND n IS NOT NULL ORDER BY n DESC LIMIT 1"
    row = connection.execute(sql, (head,)).fetchone()
    if not row:
        return Standing(highest, None, None, "")
    return Standing(highest, row[0], date.fromisoformat(row[1]), row[2] or "")


# balances


class Unapplied(NamedTuple):
    """Money of a customer that settles nothing yet."""

    customer: str
    currency: str
    amount: int


_COUNTED = (
    "coalesce((SELECT sum(s.amount) FROM settlements s WHERE {key} AND s.booked_on <= :d AND (s.ended_on IS NULL OR s.ended_on > :d)), 0)"
)
_BY_INVOICE = _COUNTED.format(key="s.invoice = t.number")
_BY_NOTE = _COUNTED.format(key="s.source = t.number AND s.source_kind = 'credit-note'")
_BY_PAYMENT = _COUNTED.format(key="s.source = t.id AND s.source_kind = 'payment'")

OPEN = f"""
SELECT customer, currency, number, issued_on, due_on, parts, gross, open_all AS open
  FROM invoices WHERE open_all <> 0 AND last_event <= :d
UNION ALL
SELECT * FROM (
  SELECT customer, currency, number, issued_on, due_on, parts, gross, gross - {_BY_INVOICE} AS open
    FROM invoices t WHERE last_event > :d AND issued_on <= :d
) WHERE open <> 0
"""  # no value from outside

UNAPPLIED = f"""
SELECT customer, currency, sum(amount) FROM (
  SELECT customer, currency, unapplied_all AS amount FROM payments WHERE unapplied_all <> 0 AND last_event <= :d
  UNION ALL
  SELECT customer, currency, CASE WHEN reversed_on <= :d THEN 0 ELSE t.amount END - {_BY_PAYMENT}
    FROM payments t WHERE last_event > :d AND booked_on <= :d
  UNION ALL
  SELECT customer, currency, unapplied_all FROM credit_notes WHERE unapplied_all <> 0 AND last_event <= :d
  UNION ALL
  SELECT customer, currency, CASE WHEN voided_on <= :d THEN 0 ELSE gross END - {_BY_NOTE}
    FROM credit_notes t WHERE last_event > :d AND issued_on <= :d
) GROUP BY customer, currency HAVING sum(amount) <> 0
"""  # no value from outside


def open_invoices(connection: sqlite3.Connection, as_of: date) -> list[OpenInvoice]:
    """Every invoice with something open on that day; what came later is undone."""
    day = date.fromisoformat
    return [
        OpenInvoice(customer, currency, number, day(issued), day(due), parts, gross, open_)
        for customer, currency, number, issued, due, parts, gross, open_ in connection.execute(OPEN, {"d": as_of.isoformat()})
    ]


def unapplied(connection: sqlite3.Connection, as_of: date) -> list[Unapplied]:
    """Unapplied payments and credit notes by customer and currency on that day."""
    return [Unapplied(*row) for row in connection.execute(UNAPPLIED, {"d": as_of.isoformat()})]


def control_totals(connection: sqlite3.Connection, as_of: date) -> dict[str, int]:
    """What is owed in all by currency: gross issued less settlements that count, summed without looking at documents one by one."""
    sql = """
    SELECT currency, sum(amount) FROM (
      SELECT currency, gross AS amount FROM invoices WHERE issued_on <= :d
      UNION ALL
      SELECT i.currency, -s.amount FROM settlements s JOIN invoices i ON i.number = s.invoice
        WHERE s.booked_on <= :d AND (s.ended_on IS NULL OR s.ended_on > :d)
    ) GROUP BY currency
    """
    return dict(connection.execute(sql, {"d": as_of.isoformat()}).fetchall())


class InvoiceBalance(NamedTuple):
    """An invoice and what is open of it at a date."""

    fact: InvoiceFact
    open: int
    credited: int


def invoice_balances(connection: sqlite3.Connection, as_of: date) -> list[InvoiceBalance]:
    """Invoices issued by then, in the order of their dates."""
    found = _facts(connection, InvoiceFact, "invoices", "WHERE issued_on <= ? ORDER BY issued_on, number", [as_of.isoformat()])
    d = {"d": as_of.isoformat()}
    opens = dict(connection.execute(f"SELECT number, open FROM ({OPEN})", d).fetchall())  # no value from outside
    credit = """
    SELECT invoice, sum(amount) FROM settlements WHERE kind = 'credit' AND booked_on <= :d AND (ended_on IS NULL OR ended_on > :d) GROUP BY invoice
    """
    credited = dict(connection.execute(credit, d).fetchall())
    return [InvoiceBalance(each, opens.get(each.number, 0), credited.get(each.number, 0)) for each in found]


def search(connection: sqlite3.Connection, text: str) -> list[tuple[str, str]]:
    """(kind, key) of every document whose number, id, name or external id is the text; else whose name contains it."""
    exact = """
    SELECT 'customer', id FROM customers WHERE id = :t COLLATE NOCASE OR name = :t COLLATE NOCASE
    UNION ALL SELECT 'invoice', number FROM invoices WHERE number = :t COLLATE NOCASE OR external_id = :t
    UNION ALL SELECT 'credit-note', number FROM credit_notes WHERE number = :t COLLATE NOCASE OR external_id = :t
    UNION ALL SELECT 'payment', id FROM payments WHERE id = :t COLLATE NOCASE OR external_id = :t
    UNION ALL SELECT 'draft', id FROM drafts WHERE id = :t COLLATE NOCASE
    """
    if found := connection.execute(exact, {"t": text}).fetchall():
        return found
    loose = """
    SELECT 'customer', id FROM customers WHERE instr(lower(name), :t) OR instr(lower(also), :t) OR instr(lower(id), :t)
    UNION ALL SELECT 'invoice', number FROM invoices WHERE instr(lower(number), :t)
    UNION ALL SELECT 'credit-note', number FROM credit_notes WHERE instr(lower(number), :t)
    UNION ALL SELECT 'payment', id FROM payments WHERE instr(lower(id), :t)
    UNION ALL SELECT 'draft', id FROM drafts WHERE instr(lower(id), :t)
    """
    return connection.execute(loose, {"t": text.lower()}).fetchall()

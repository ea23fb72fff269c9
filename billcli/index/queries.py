"""Questions to the index about documents. Answers are facts; what they mean is decided in ``core``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TypeVar

from billcli.core import addresses
from billcli.core.facts import (
    ApprovalFact,
    BankAccountFact,
    BankBookingFact,
    BankDecisionFact,
    BankLineFact,
    BankStatementFact,
    CreditNoteFact,
    CustomerFact,
    DeliveredFact,
    DeliveryFact,
    Draw,
    EvidenceFact,
    FindingFact,
    HoldFact,
    InstalmentFact,
    InvoiceFact,
    PaymentFact,
    PlanPart,
    RecurringFact,
    RefundFact,
    ReminderChargeFact,
    ReminderFact,
    ReminderItemFact,
    Settlement,
    TagFact,
    WriteOffFact,
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
        "released_on",
        "deactivated_on",
        "discount_until",
        "paid_on",
        "until",
        "from_on",
        "undone_on",
        "deadline",
        "starts_on",
        "ends_on",
        "expires_on",
        "closed_on",
    )
)
F = TypeVar(
    "F", CustomerFact, InvoiceFact, InstalmentFact, CreditNoteFact, PaymentFact, RefundFact, WriteOffFact, HoldFact, PlanPart,
    EvidenceFact, Settlement, Draw, BankAccountFact, BankStatementFact, BankLineFact, BankDecisionFact, BankBookingFact,
    RecurringFact, ReminderFact, ReminderItemFact, ReminderChargeFact, ApprovalFact, DeliveryFact, DeliveredFact, TagFact, FindingFact,
)  # fmt: skip


def facts_of(connection: sqlite3.Connection, kind: type[F], table: str, rest: str, values: Sequence[object] = ()) -> list[F]:
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


def names_in(names: Sequence[str]) -> tuple[str, list[object]]:
    import json

    return "(SELECT value FROM json_each(?))", [json.dumps(list(names))]


# settings and files


def settings(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, value FROM settings").fetchall())


def hashes(connection: sqlite3.Connection, paths: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each file as it was read."""
    marks, values = names_in(list(paths))
    return dict(connection.execute(f"SELECT path, hash FROM files WHERE path IN {marks}", values).fetchall())


def latest_command(connection: sqlite3.Connection, clone: str) -> datetime | None:
    """When a working copy's trail was written by the latest clock; a clock that goes back goes on in the file that it has got to."""
    last = "SELECT id FROM files WHERE kind = 'audit' AND path GLOB ? ORDER BY path DESC LIMIT 1"
    sql = f"SELECT max(at) FROM trail WHERE file = ({last})"
    (at,) = connection.execute(sql, (f"audit/{clone}/*",)).fetchone()
    try:
        return datetime.fromisoformat(at) if at else None
    except ValueError:
        return None  # "bill check" names it


def kinds(connection: sqlite3.Connection) -> dict[str, int]:
    """How many files of each kind there are."""
    return dict(connection.execute("SELECT kind, count(*) FROM files WHERE kind NOT IN ('', 'audit', 'folded') GROUP BY kind").fetchall())


def edited_by_hand(connection: sqlite3.Connection) -> list[tuple[str, str | None, str | None]]:
    """(path, last known hash, hash now) of files that differ from what the audit trail last saw; None for no file.

    Documents in folded files are told by their addresses, besides the files.
    """
    here = connection.execute("SELECT path, hash FROM files WHERE audited = 0 AND kind NOT IN ('audit') AND hash <> ''").fetchall()
    last = "SELECT hash FROM audited WHERE path = ? ORDER BY seq DESC, clone LIMIT 1"
    known = ((path, connection.execute(last, (addresses.alone(path),)).fetchone(), now) for path, now in here)
    found = [(path, row[0] if row else None, now) for path, row, now in known]
    return [*found, *connection.execute("SELECT path, hash, NULL FROM gone").fetchall()]


def problems(connection: sqlite3.Connection) -> Iterator[Diagnostic]:
    """What reading found wrong, file by file, and what the walk over the folders did."""
    import json

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


def any_gone(connection: sqlite3.Connection) -> bool:
    """Whether the trail knows of a path that is no longer there."""
    return connection.execute("SELECT 1 FROM gone LIMIT 1").fetchone() is not None


def doubled(connection: sqlite3.Connection) -> tuple[str, str] | None:
    """A number or id that several files claim, with their paths."""
    row: tuple[str, str] | None = connection.execute("SELECT name, paths FROM doubled ORDER BY name").fetchone()
    return row


# customers


def customer(connection: sqlite3.Connection, customer_id: str) -> CustomerFact | None:
    return next(iter(facts_of(connection, CustomerFact, "customers", "WHERE id = ?", (customer_id,))), None)


def customers(connection: sqlite3.Connection) -> list[CustomerFact]:
    return facts_of(connection, CustomerFact, "customers", "ORDER BY id")


def customers_by(connection: sqlite3.Connection, field: str) -> list[tuple[str, str | None]]:
    """Each customer's id and one field of it."""
    return connection.execute(f"SELECT id, {field} FROM customers ORDER BY id").fetchall()  # our own names


def names(connection: sqlite3.Connection, kind: str) -> list[str]:
    """The declared words of a vocabulary."""
    return [row[0] for row in connection.execute("SELECT name FROM names WHERE kind = ? ORDER BY name", (kind,))]


def relatives(connection: sqlite3.Connection, customer_id: str) -> set[str]:
    """The customer, everyone above it by ``parent`` or ``merged_into`` and everyone below any of these."""
    sql = """
    WITH RECURSIVE above(id, over) AS (
        SELECT id, parent FROM customers WHERE parent IS NOT NULL UNION ALL SELECT id, merged_into FROM customers WHERE merged_into IS NOT NULL
      ), up(id) AS (SELECT ?1 UNION SELECT a.over FROM above a JOIN up ON a.id = up.id),
      down(id) AS (SELECT id FROM up UNION SELECT a.id FROM above a JOIN down ON a.over = down.id)
    SELECT id FROM down
    """
    return {row[0] for row in connection.execute(sql, (customer_id,))}


def merged_into(connection: sqlite3.Connection, customer_id: str) -> list[str]:
    """The customer, and those whose place it has taken, over however many merges."""
    sql = """
    WITH RECURSIVE mine(id) AS (SELECT ?1 UNION SELECT c.id FROM customers c JOIN mine ON c.merged_into = mine.id) SELECT id FROM mine
    """
    return [row[0] for row in connection.execute(sql, (customer_id,))]


# documents


def drafts(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """(id, customer, number of lines)."""
    return connection.execute("SELECT id, customer, lines FROM drafts ORDER BY id").fetchall()


def invoice(connection: sqlite3.Connection, number: str) -> InvoiceFact | None:
    return next(iter(facts_of(connection, InvoiceFact, "invoices", "WHERE number = ?", (number,))), None)


def invoices(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, InvoiceFact]:
    marks, values = names_in(numbers)
    return {each.number: each for each in facts_of(connection, InvoiceFact, "invoices", f"WHERE number IN {marks}", values)}


def credit_note(connection: sqlite3.Connection, number: str) -> CreditNoteFact | None:
    return next(iter(facts_of(connection, CreditNoteFact, "credit_notes", "WHERE number = ?", (number,))), None)


def numbers_issued(
    connection: sqlite3.Connection, kind: str, since: date | None, until: date | None, customer: str | None
) -> list[str]:  # fmt: skip
    """Invoices or credit notes (``kind``) of these days, and of one customer where there is one, in the order of their dates, void ones not."""
    table = {"invoice": "invoices", "credit-note": "credit_notes"}[kind]
    sql = f"SELECT number FROM {table} WHERE voided_on IS NULL AND issued_on BETWEEN ? AND ? AND (? IS NULL OR customer = ?) ORDER BY issued_on, number"
    span = (since or date.min).isoformat(), (until or date.max).isoformat()
    return [number for (number,) in connection.execute(sql, (*span, customer, customer))]  # our own names


def credit_notes_for(connection: sqlite3.Connection, number: str) -> list[CreditNoteFact]:
    """The credit notes that correct this invoice and are not void."""
    return facts_of(
        connection,
        CreditNoteFact,
        "credit_notes",
        "WHERE corrects = ? AND voided_on IS NULL ORDER BY number",
        (number,),
    )


def credit_notes(connection: sqlite3.Connection, until: date) -> list[CreditNoteFact]:
    return facts_of(
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
    return next(iter(facts_of(connection, PaymentFact, "payments", "WHERE id = ?", (payment_id,))), None)


def refund(connection: sqlite3.Connection, refund_id: str) -> RefundFact | None:
    return next(iter(facts_of(connection, RefundFact, "refunds", "WHERE id = ?", (refund_id,))), None)


def refunds(connection: sqlite3.Connection, until: date) -> list[RefundFact]:
    return facts_of(connection, RefundFact, "refunds", "WHERE booked_on <= ? ORDER BY booked_on, id", (until.isoformat(),))


def like_refunds(connection: sqlite3.Connection, customer_id: str, paid_on: date) -> list[RefundFact]:
    """The customer's refunds of that day."""
    rest = "WHERE customer = ? AND paid_on = ? ORDER BY id"
    return facts_of(connection, RefundFact, "refunds", rest, (customer_id, paid_on.isoformat()))


def write_off(connection: sqlite3.Connection, write_off_id: str) -> WriteOffFact | None:
    return next(iter(facts_of(connection, WriteOffFact, "write_offs", "WHERE id = ?", (write_off_id,))), None)


def write_offs(connection: sqlite3.Connection, until: date) -> list[WriteOffFact]:
    return facts_of(connection, WriteOffFact, "write_offs", "WHERE booked_on <= ? ORDER BY booked_on, id", (until.isoformat(),))


def payments(connection: sqlite3.Connection, until: date) -> list[PaymentFact]:
    return facts_of(connection, PaymentFact, "payments", "WHERE booked_on <= ? ORDER BY booked_on, id", (until.isoformat(),))


def payments_of(connection: sqlite3.Connection, customer_id: str, since: date, until: date) -> list[PaymentFact]:
    """The customer's payments received from the one day to the other."""
    rest = "WHERE customer = ? AND received_on BETWEEN ? AND ? ORDER BY received_on, id"
    return facts_of(connection, PaymentFact, "payments", rest, (customer_id, since.isoformat(), until.isoformat()))


def like_payments(connection: sqlite3.Connection, customer_id: str, received_on: date) -> list[PaymentFact]:
    """The customer's payments of that day."""
    return facts_of(
        connection,
        PaymentFact,
        "payments",
        "WHERE customer = ? AND received_on = ? ORDER BY id",
        (customer_id, received_on.isoformat()),
    )


def settlements_of(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, list[Settlement]]:
    """The settlement rows of these invoices, all of them, in the order of their dates."""
    marks, values = names_in(numbers)
    found: dict[str, list[Settlement]] = {number: [] for number in numbers}
    for row in facts_of(connection, Settlement, "settlements", f"WHERE invoice IN {marks} ORDER BY booked_on, source", values):
        found[row.invoice].append(row)
    return found


def settlements_from(connection: sqlite3.Connection, source_kind: str, source: str) -> list[Settlement]:
    return facts_of(
        connection,
        Settlement,
        "settlements",
        "WHERE source = ? AND source_kind = ? ORDER BY booked_on",
        (source, source_kind),
    )


def draws_from(connection: sqlite3.Connection, source_kind: str, source: str) -> list[Draw]:
    """What refunds took of a payment or credit note."""
    return facts_of(connection, Draw, "draws", "WHERE source = ? AND source_kind = ? ORDER BY booked_on", (source, source_kind))


def draws_of(connection: sqlite3.Connection, refund_id: str) -> list[Draw]:
    return facts_of(connection, Draw, "draws", "WHERE refund = ? ORDER BY rowid", (refund_id,))


def instalments_of(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, list[InstalmentFact]]:
    """The parts of invoices that have more than one."""
    if not numbers:
        return {}
    marks, values = names_in(numbers)
    found: dict[str, list[InstalmentFact]] = {}
    for row in facts_of(connection, InstalmentFact, "instalments", f"WHERE invoice IN {marks} ORDER BY rowid", values):
        found.setdefault(row.invoice, []).append(row)
    return found


def invoices_of(connection: sqlite3.Connection, customer_id: str, until: date) -> list[InvoiceFact]:
    """The customer's invoices issued by that day, in the order of their dates."""
    rest = "WHERE customer = ? AND issued_on <= ? ORDER BY issued_on, number"
    return facts_of(connection, InvoiceFact, "invoices", rest, (customer_id, until.isoformat()))


def open_invoices_of(connection: sqlite3.Connection, customer_ids: Sequence[str], currency: str) -> list[InvoiceFact]:
    """Invoices with something left once everything written counts, oldest due first."""
    marks, values = names_in(customer_ids)
    rest = f"WHERE customer IN {marks} AND currency = ? AND open_all > 0 ORDER BY due_on, issued_on, number"
    return facts_of(connection, InvoiceFact, "invoices", rest, [*values, currency])

"""Balances at a date: what is open, what is unapplied, and what all of it comes to. One place writes each rule in SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.facts import InvoiceFact, OpenInvoice
from billcli.index.queries import facts_of, invoices_of

CONTROL = "SELECT currency, sum(amount) FROM owed WHERE day <= :d GROUP BY currency"


class Unapplied(NamedTuple):
    """Money of a customer that settles nothing yet."""

    customer: str
    currency: str
    amount: int


_COUNTED = (
    "coalesce((SELECT sum(s.amount) FROM settlements s WHERE {key} AND s.booked_on <= :d AND (s.ended_on IS NULL OR s.ended_on > :d)), 0)"
)
_BY_INVOICE = _COUNTED.format(key="s.invoice = t.number")
_DRAWN = " - coalesce((SELECT sum(d.amount) FROM draws d WHERE {key} AND d.booked_on <= :d AND (d.ended_on IS NULL OR d.ended_on > :d)), 0)"
_BY_NOTE = _COUNTED.format(key="s.source = t.number AND s.source_kind = 'credit-note'") + _DRAWN.format(
    key="d.source = t.number AND d.source_kind = 'credit-note'"
)
_BY_PAYMENT = _COUNTED.format(key="s.source = t.id AND s.source_kind = 'payment' AND s.kind = 'payment'") + _DRAWN.format(
    key="d.source = t.id AND d.source_kind = 'payment'"
)

ASKED_OPEN = f"""
SELECT customer, currency, number, issued_on, due_on, parts, gross, open_all AS open
  FROM invoices WHERE open_all <> 0 AND last_event <= :d{{mine}}
UNION ALL
SELECT * FROM (
  SELECT customer, currency, number, issued_on, due_on, parts, gross, gross - {_BY_INVOICE} AS open
    FROM invoices t WHERE last_event > :d AND +issued_on <= :d{{mine}}
) WHERE open <> 0
"""  # no value from outside
OPEN = ASKED_OPEN.format(mine="")

_SOURCES = f"""
  SELECT 'payment' AS kind, id AS name, customer, currency, booked_on, amount AS whole, unapplied_all AS amount
    FROM payments WHERE unapplied_all <> 0 AND last_event <= :d{{mine}}
  UNION ALL
  SELECT 'payment', id, customer, currency, booked_on, t.amount, CASE WHEN reversed_on <= :d THEN 0 ELSE t.amount END - {_BY_PAYMENT}
    FROM payments t WHERE last_event > :d AND booked_on <= :d{{mine}}
  UNION ALL
  SELECT 'credit-note', number, customer, currency, issued_on, gross, unapplied_all FROM credit_notes WHERE unapplied_all <> 0 AND last_event <= :d{{mine}}
  UNION ALL
  SELECT 'credit-note', number, customer, currency, issued_on, gross, CASE WHEN voided_on <= :d THEN 0 ELSE gross END - {_BY_NOTE}
    FROM credit_notes t WHERE last_event > :d AND issued_on <= :d{{mine}}
"""  # no value from outside
SOURCES = _SOURCES.format(mine="")

ASKED_UNAPPLIED = f"""
SELECT customer, currency, sum(amount) FROM (
{_SOURCES}
) GROUP BY customer, currency HAVING sum(amount) <> 0
"""  # no value from outside
UNAPPLIED = ASKED_UNAPPLIED.format(mine="")

MINE = " AND customer = :c"


def _asked(sql: str, as_of: date, customer: str | None) -> tuple[str, dict[str, str]]:
    """The query for all customers, or for one, and what it is given."""
    day = {"d": as_of.isoformat()}
    return (sql.format(mine=MINE), {**day, "c": customer}) if customer is not None else (sql.format(mine=""), day)


def open_invoices(connection: sqlite3.Connection, as_of: date, customer: str | None = None) -> list[OpenInvoice]:
    """Every invoice with something open on that day, or those of one customer; what came later is undone."""
    return _invoices(connection.execute(*_asked(ASKED_OPEN, as_of, customer)))


def _invoices(rows: Iterable[tuple[Any, ...]]) -> list[OpenInvoice]:
    day = date.fromisoformat
    return [
        OpenInvoice(customer, currency, number, day(issued), day(due), parts, gross, open_)
        for customer, currency, number, issued, due, parts, gross, open_ in rows
    ]


def open_apart(connection: sqlite3.Connection, as_of: date, numbers: Collection[str]) -> list[OpenInvoice]:
    """Of the open invoices those with several instalments, and those with these numbers."""
    values = {"d": as_of.isoformat(), "apart": json.dumps([*numbers])}
    return _invoices(connection.execute(f"SELECT * FROM ({OPEN}) WHERE NOT ({_alone(numbers)})", values))  # no value from outside


def _alone(numbers: Collection[str]) -> str:
    """Few ledgers have any such number, and looking for each invoice among none takes as long as reading it."""
    return "parts = 1 AND number NOT IN (SELECT value FROM json_each(:apart))" if numbers else "parts = 1"


def open_sums(
    connection: sqlite3.Connection, as_of: date, numbers: Collection[str], starts: Sequence[date], *, issued: bool = False
) -> list[tuple[str, str, int, int]]:
    """All the other ones by customer, currency and span of days: (customer, currency, span, open).

    The first span is from its day on, each next one reaches back to its own, and the last is all before. Spans are of the day on which
    an invoice is due, or was issued. Tens of thousands of rows are added up where they are, for most reports show sums alone.
    """
    day = "issued_on" if issued else "due_on"
    spans = " ".join(f"WHEN {day} >= :s{at} THEN {at}" for at in range(len(starts)))
    sql = f"SELECT customer, currency, CASE {spans} ELSE {len(starts)} END AS span, sum(open) FROM ({OPEN}) WHERE {_alone(numbers)} GROUP BY customer, currency, span"
    values = {"d": as_of.isoformat(), "apart": json.dumps([*numbers]), **{f"s{at}": start.isoformat() for at, start in enumerate(starts)}}
    return connection.execute(sql, values).fetchall()


def unapplied(connection: sqlite3.Connection, as_of: date, customer: str | None = None) -> list[Unapplied]:
    """Unapplied payments and credit notes by customer and currency on that day, all or those of one customer."""
    return [Unapplied(*row) for row in connection.execute(*_asked(ASKED_UNAPPLIED, as_of, customer))]


class Free(NamedTuple):
    """A payment or credit note with something unapplied on a day; ``whole`` is what it was at first."""

    kind: str
    name: str
    customer: str
    currency: str
    booked_on: date
    whole: int
    amount: int


def free_sources(connection: sqlite3.Connection, as_of: date) -> list[Free]:
    """Each of them, the oldest first."""
    sql = f"SELECT * FROM ({SOURCES}) WHERE amount <> 0 ORDER BY booked_on, kind, name"  # no value from outside
    return [
        Free(kind, name, customer, currency, date.fromisoformat(day), whole, amount)
        for kind, name, customer, currency, day, whole, amount in connection.execute(sql, {"d": as_of.isoformat()})
    ]


def control_totals(connection: sqlite3.Connection, as_of: date) -> dict[str, int]:
    """What is owed in all by currency: gross issued less settlements that count, summed day by day without looking at documents one by one."""
    return dict(connection.execute(CONTROL, {"d": as_of.isoformat()}).fetchall())


class InvoiceBalance(NamedTuple):
    """An invoice and what is open of it at a date; ``written_off`` is what then was given up as bad debt."""

    fact: InvoiceFact
    open: int
    credited: int
    written_off: int


def invoice_balances(connection: sqlite3.Connection, as_of: date, customer: str | None = None) -> list[InvoiceBalance]:
    """Invoices issued by then, all or those of one customer, in the order of their dates."""
    if customer is None:
        found = facts_of(connection, InvoiceFact, "invoices", "WHERE issued_on <= ? ORDER BY issued_on, number", [as_of.isoformat()])
        mine, values = "", {"d": as_of.isoformat()}
    else:
        found = invoices_of(connection, customer, as_of)
        mine, values = " AND s.invoice IN (SELECT number FROM invoices WHERE customer = :c)", {"d": as_of.isoformat(), "c": customer}
    opens = {each.number: each.open for each in open_invoices(connection, as_of, customer)}
    credit = f"SELECT s.invoice, sum(s.amount) FROM settlements s WHERE s.kind = 'credit'{_HOLDS}{mine} GROUP BY s.invoice"
    credited = dict(connection.execute(credit, values).fetchall())
    lost = dict(connection.execute(_LOST.format(mine=mine), values).fetchall())
    return [InvoiceBalance(each, opens.get(each.number, 0), credited.get(each.number, 0), lost.get(each.number, 0)) for each in found]


class InvoiceStanding(NamedTuple):
    """What the state of an invoice is made of; ``due_on`` as issued, of several parts the first. ``credited`` and ``written_off`` are
    those of an invoice that is settled.
    """

    number: str
    parts: int
    due_on: date
    gross: int
    voided_on: date | None
    open: int
    credited: int
    written_off: int


def invoice_standings(connection: sqlite3.Connection, as_of: date) -> list[InvoiceStanding]:
    """Of every invoice issued by then, as little as the state asks for."""
    values, day = {"d": as_of.isoformat()}, date.fromisoformat
    credit = f"SELECT s.invoice, sum(s.amount) FROM settlements s WHERE s.kind = 'credit'{_HOLDS} GROUP BY s.invoice"
    credited = dict(connection.execute(credit, values).fetchall())
    lost = dict(connection.execute(_LOST.format(mine=""), values).fetchall())
    sql = f"""
    SELECT number, parts, due_on, gross, voided_on, CASE WHEN last_event <= :d THEN open_all ELSE gross - {_BY_INVOICE} END
    FROM invoices t WHERE +issued_on <= :d
    """  # no value from outside
    return [
        InvoiceStanding(number, parts, day(due), gross, day(void) if void else None, open_, credited.get(number, 0), lost.get(number, 0))
        for number, parts, due, gross, void, open_ in connection.execute(sql, values)
    ]


_HOLDS = " AND s.booked_on <= :d AND (s.ended_on IS NULL OR s.ended_on > :d)"
_LOST = f"""
SELECT s.invoice, sum(s.amount) FROM write_offs w JOIN settlements s ON s.source = w.id AND s.source_kind = 'write-off'
  WHERE w.kind = 'bad-debt'{_HOLDS}{{mine}} GROUP BY s.invoice
"""


def written_off(connection: sqlite3.Connection, number: str, as_of: date) -> int:
    """What of an invoice was given up as bad debt by then and has not come back."""
    values = {"d": as_of.isoformat(), "n": number}
    row = connection.execute(_LOST.format(mine=" AND s.invoice = :n"), values).fetchone()
    return int(row[1]) if row else 0

"""What became of every invoice by a day, for scores; nothing that was booked later is seen."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter

from billcli.core.credit.course import SETTLED, Row, State, course
from billcli.core.credit.history import Trouble
from billcli.core.credit.score import Happened, Issued
from billcli.index.queries import names_in

_INVOICES = """
SELECT number, customer, currency, issued_on, due_on, parts, gross FROM invoices WHERE issued_on <= ? AND gross > 0 ORDER BY issued_on, number
"""

_SETTLED = """
SELECT invoice, booked_on, value_on, amount, kind = 'payment',
  ended_on <= :d OR source_kind <> 'payment' OR kind NOT IN ('payment', 'discount', 'bank_charge', 'write_off')
FROM settlements WHERE booked_on <= :d
"""

_Settled = tuple[str, str, str, int, int, int | None]
"""Invoice, last day of booking, last day of money, amount, how many payments, and whether it takes a look at each row."""

_ROWS = """
SELECT s.invoice, s.kind, s.amount, s.booked_on, s.value_on, CASE WHEN s.ended_on <= :d THEN s.ended_on END,
  s.source_kind = 'write-off' AND coalesce((SELECT w.kind FROM write_offs w WHERE w.id = s.source), '') = 'bad-debt'
FROM settlements s WHERE s.booked_on <= :d AND s.invoice IN {marks} ORDER BY s.rowid
"""


def history(connection: sqlite3.Connection, until: date, successors: Mapping[str, str]) -> tuple[list[Issued], list[Happened]]:
    """Every invoice issued by a day in the order of their days, and what is known to have become of it, in the order of days too.

    An invoice of a customer that was merged goes to its successor.
    """
    ordinal = Ordinals()
    limit = {"d": until.isoformat()}
    settled = _settled(connection, limit)
    issued: list[Issued] = []
    happened: list[Happened] = []
    apart: list[tuple[Issued, int]] = []
    states: dict[int, State] = {}
    made, note, now, there = tuple.__new__, issued.append, successors.get, settled.get  # each is asked for a hundred thousand times
    for number, customer, currency, on, due, parts, gross in connection.execute(_INVOICES, [limit["d"]]):
        last = ordinal[due]
        invoice = made(Issued, (number, now(customer, customer), currency, ordinal[on], last, gross))
        note(invoice)
        found = there(number)
        if parts > 1 or (found and found[5]):
            apart.append((invoice, parts))
        elif found and found[3] >= gross:
            late = ordinal[found[2]] - last
            state = states.get(late)
            if state is None:
                state = states[late] = State(SETTLED, 0, max(0, late))
            happened.append(made(Happened, (max(ordinal[found[1]], ordinal[on]), invoice, state, found[4])))
    happened += _apart(connection, apart, until)
    happened.sort(key=itemgetter(0))
    return issued, happened


def _settled(connection: sqlite3.Connection, limit: Mapping[str, str]) -> dict[str, _Settled]:
    """By invoice. Summed here, for nearly all have one row: to group them in SQL takes twice as long as to read them."""
    found: dict[str, _Settled] = {}
    there = found.get
    for row in connection.execute(_SETTLED, limit):
        before = there(row[0])
        if before is None:
            found[row[0]] = row
        else:
            _, booked, value, amount, payments, odd = before
            found[row[0]] = (row[0], max(booked, row[1]), max(value, row[2]), amount + row[3], payments + row[4], odd or row[5])
    return found


class Ordinals(dict[str, int]):
    """Days as ordinals by their text; a ledger has few thousand of them and many times as many dates."""

    def __missing__(self, text: str) -> int:
        found = self[text] = date.fromisoformat(text).toordinal()
        return found


def _apart(connection: sqlite3.Connection, invoices: Sequence[tuple[Issued, int]], until: date) -> list[Happened]:
    """Those in parts, with credit, or with something taken back: from their rows one by one."""
    if not invoices:
        return []
    day = date.fromisoformat
    marks, values = names_in([each.number for each, _ in invoices])
    rows: dict[str, list[Row]] = {}
    sql = _ROWS.format(marks=marks.replace("?", ":n"))
    for number, kind, amount, booked, value, ended, bad in connection.execute(sql, {"d": until.isoformat(), "n": values[0]}):
        end = day(ended).toordinal() if ended else None
        rows.setdefault(number, []).append(Row(kind, amount, day(booked).toordinal(), day(value).toordinal(), end, bool(bad)))
    instalments: dict[str, list[tuple[int, int]]] = {}
    named = f"SELECT invoice, due_on, amount FROM instalments WHERE invoice IN {marks} ORDER BY rowid"
    for number, due, amount in connection.execute(named, values):
        instalments.setdefault(number, []).append((day(due).toordinal(), amount))
    found: list[Happened] = []
    for invoice, _ in invoices:
        mine = rows.get(invoice.number, [])
        parts = instalments.get(invoice.number) or [(invoice.due_on, invoice.gross)]
        for at, state in course(invoice.issued_on, parts, mine, until.toordinal()):
            payments = sum(row.kind == "payment" and row.booked_on <= at and (row.ended_on is None or at < row.ended_on) for row in mine)
            found.append(Happened(at, invoice, state, payments))
    return found


def first_issued(connection: sqlite3.Connection) -> date | None:
    """The day of the first invoice."""
    first = connection.execute("SELECT min(issued_on) FROM invoices").fetchone()[0]
    return date.fromisoformat(first) if first else None


_DISPUTES = """
SELECT customer, invoice, booked_on, CASE WHEN released_on <= :d AND outcome = 'withdrawn' THEN released_on END
FROM holds WHERE kind = 'dispute' AND invoice IS NOT NULL AND booked_on <= :d ORDER BY booked_on, id
"""


def disputes(connection: sqlite3.Connection, until: date) -> list[Trouble]:
    """Each dispute from its day on; one that was withdrawn only until then."""
    found = []
    for customer, invoice, begun, withdrawn in connection.execute(_DISPUTES, {"d": until.isoformat()}):
        found.append(Trouble(date.fromisoformat(begun).toordinal(), invoice, customer, 1))
        if withdrawn:
            found.append(Trouble(date.fromisoformat(withdrawn).toordinal(), invoice, customer, -1))
    return found


_TURNOVER = """
SELECT currency, sum(amount) FROM (
  SELECT currency, gross AS amount, issued_on, voided_on FROM invoices WHERE customer IN {marks}
  UNION ALL SELECT currency, -gross, issued_on, voided_on FROM credit_notes WHERE customer IN {marks})
WHERE issued_on > :since AND issued_on <= :d AND (voided_on IS NULL OR voided_on > :d) GROUP BY currency ORDER BY currency
"""


def turnover(connection: sqlite3.Connection, customers: Sequence[str], until: date) -> dict[str, int]:
    """What was invoiced to these customers in the 365 days up to a day, less credit notes, by currency.

    In minor units, and below zero where more was credited. What is void by then does not count, what became void later does.
    """
    marks, values = names_in(customers)
    named = {"n": values[0], "since": (until - timedelta(365)).isoformat(), "d": until.isoformat()}
    return {currency: int(amount) for currency, amount in connection.execute(_TURNOVER.format(marks=marks.replace("?", ":n")), named)}

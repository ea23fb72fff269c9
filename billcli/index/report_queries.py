"""Sums for reports, added up where the rows are: by currency, and by month, customer and document only where a report asks for it.

Amounts are minor units. A question is about what happened in a time, as far as it is known on a day: what came later is not there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.reports.days import Paid
from billcli.core.reports.table import Figure
from billcli.core.reports.window import Window
from billcli.index.balances import OPEN
from billcli.index.queries import names_in


class Grain(NamedTuple):
    """How fine the answer is; each step costs rows."""

    customer: bool = False
    document: bool = False
    month: bool = False

    def columns(self, number: str, day: str, customer: str = "t.customer") -> str:
        return ", ".join(
            (
                customer if self.customer or self.document else "''",
                number if self.document else "''",
                f"substr({day}, 1, 7)" if self.month else "''",
            )
        )


_LIVE = "(t.voided_on IS NULL OR t.voided_on > :k)"
HOLDS = "s.booked_on <= :k AND (s.ended_on IS NULL OR s.ended_on > :k)"


def values_of(over: Window) -> dict[str, str]:
    return {"a": over.first.isoformat(), "d": over.last.isoformat(), "k": over.known.isoformat()}


def first_day(connection: sqlite3.Connection) -> date | None:
    """The day of the oldest document that moves a balance."""
    sql = "SELECT min(day) FROM (SELECT min(issued_on) AS day FROM invoices UNION ALL SELECT min(issued_on) FROM credit_notes UNION ALL SELECT min(booked_on) FROM payments)"
    text = connection.execute(sql).fetchone()[0]
    return date.fromisoformat(text) if text else None


def sales(connection: sqlite3.Connection, over: Window, grain: Grain, amount: str = "gross") -> list[Figure]:
    """What was issued in that time and is not void at its end: ``sale`` and ``credit``, ``amount`` being gross or net."""
    if amount not in ("gross", "net"):
        raise ValueError(amount)
    found = []
    for what, table in (("sale", "invoices"), ("credit", "credit_notes")):
        sql = f"""
        SELECT {grain.columns("t.number", "t.issued_on")}, t.currency, sum(t.{amount}), count(*) FROM {table} t
        WHERE t.issued_on BETWEEN :a AND :d AND {_LIVE} GROUP BY 1, 2, 3, 4
        """  # our own names
        found += [Figure(what, *row) for row in connection.execute(sql, values_of(over))]
    return found


def net_sales(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """The same without tax."""
    return sales(connection, over, grain, "net")


def sold(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """The same net amounts by revenue category; a document counts in every category of its lines."""
    found = []
    for what, table in (("sale", "invoices"), ("credit", "credit_notes")):
        sql = f"""
        SELECT {grain.columns("t.number", "t.issued_on")}, t.currency, sum(l.base), count(DISTINCT t.number), l.category
        FROM {table} t JOIN sold l ON l.file = t.file
        WHERE t.issued_on BETWEEN :a AND :d AND {_LIVE} GROUP BY 1, 2, 3, 4, l.category
        """  # our own names
        found += [Figure(what, *row) for row in connection.execute(sql, values_of(over))]
    return found


def categories_of(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, dict[str, int]]:
    """What each of these invoices comes to without tax by the revenue category of its lines."""
    marks, values = names_in(numbers)
    sql = f"""
    SELECT t.number, l.category, sum(l.base) FROM invoices t JOIN sold l ON l.file = t.file WHERE t.number IN {marks} GROUP BY 1, 2 ORDER BY min(l.rowid)
    """  # our own names
    found: dict[str, dict[str, int]] = {}
    for number, category, base in connection.execute(sql, values):
        found.setdefault(number, {})[category] = base
    return found


def classified(connection: sqlite3.Connection) -> dict[str, str]:
    """The revenue category that rules once wrote into an invoice or credit note, as it was issued without one."""
    one = "SELECT t.number, r.name FROM refs r JOIN {table} t ON t.file = r.file WHERE r.kind = 'category' AND r.place = 'classification.category'"
    sql = " UNION ALL ".join(one.format(table=table) for table in ("invoices", "credit_notes"))  # our own names
    return dict(connection.execute(sql).fetchall())


def corrects(connection: sqlite3.Connection) -> dict[str, str]:
    """The invoice that each credit note corrects."""
    return dict(connection.execute("SELECT number, corrects FROM credit_notes WHERE corrects IS NOT NULL").fetchall())


def paid(connection: sqlite3.Connection, over: Window) -> list[Paid]:
    """Invoices with nothing open at the end whose last money came in that time; those with bad debt written off are left out."""
    sql = f"""
    SELECT t.customer, t.number, substr(p.paid_on, 1, 7), t.currency, p.amount, t.issued_on,
      CASE WHEN t.parts > 1 THEN (SELECT max(k.due_on) FROM instalments k WHERE k.invoice = t.number) ELSE t.due_on END, p.paid_on
    FROM (
      SELECT s.invoice AS number, max(s.value_on) AS paid_on, sum(s.amount) AS amount FROM settlements s
      WHERE s.kind = 'payment' AND {HOLDS} GROUP BY s.invoice HAVING max(s.value_on) BETWEEN :a AND :d
    ) p JOIN invoices t ON t.number = p.number
    WHERE p.amount > 0
      AND (CASE WHEN t.last_event <= :k THEN t.open_all ELSE
        t.gross - coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.invoice = t.number AND {HOLDS}), 0) END) = 0
      AND t.number NOT IN (
        SELECT s.invoice FROM write_offs w JOIN settlements s ON s.source = w.id AND s.source_kind = 'write-off'
        WHERE w.kind = 'bad-debt' AND {HOLDS})
    """  # our own names
    day = date.fromisoformat
    return [
        Paid(customer, number, month, currency, amount, day(issued), day(due), day(on))
        for customer, number, month, currency, amount, issued, due, on in connection.execute(sql, values_of(over))
    ]


WRITE_OFF = "LEFT JOIN write_offs w ON w.id = s.source AND s.source_kind = 'write-off'"
_FLOW = """
SELECT '{what}', {columns}, t.currency, sum(abs(f.amount)), count(DISTINCT f.invoice) FROM (
  SELECT invoice, kind, source_kind, source, day, sum(amount) AS amount, min(value_on) AS value_on FROM (
    SELECT s.invoice, s.kind, s.source_kind, s.source, s.booked_on AS day, s.amount, s.value_on
      FROM settlements s {join} WHERE s.booked_on BETWEEN :a AND :d AND {rows}
    UNION ALL SELECT s.invoice, s.kind, s.source_kind, s.source, s.ended_on, -s.amount, s.value_on
      FROM settlements s {join} WHERE s.ended_on BETWEEN :a AND :d AND {rows}
  ) GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) {sign} 0
) f JOIN invoices t ON t.number = f.invoice WHERE {also} GROUP BY 1, 2, 3, 4, 5
"""


def _flow(
    connection: sqlite3.Connection,
    over: Window,
    grain: Grain,
    what: str,
    rows: str,
    *,
    ended: bool = False,
    also: str = "true",
    day: str = "f.day",
) -> list[Figure]:
    """What began in that time, or ended in it, by source, invoice and day.

    What ends in part is written as a row that ends and one over the rest that begins on the same day: only the difference has changed.
    So what ends on the day it begins never counted, either.
    """
    sql = _FLOW.format(what=what, columns=grain.columns("t.number", day), join=WRITE_OFF, rows=rows, also=also, sign="<" if ended else ">")
    return [Figure(*row) for row in connection.execute(sql, values_of(over))]


def discounts(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``given``, ``taken_back``, and of what was given ``late``, for money after the day the invoice grants it until."""
    given = "s.kind = 'discount'"
    return [
        *_flow(connection, over, grain, "given", given),
        *_flow(connection, over, grain, "taken_back", given, ended=True),
        *_flow(connection, over, grain, "late", given, also="f.value_on > t.discount_until"),
    ]


def losses(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``written_off`` and ``recovered`` bad debt; ``small`` is every other write-off, less what was taken back."""
    bad, small = "w.kind = 'bad-debt'", "s.kind = 'write_off' AND w.kind IS NOT 'bad-debt'"
    back = _flow(connection, over, grain, "small", small, ended=True)
    return [
        *_flow(connection, over, grain, "written_off", bad),
        *_flow(connection, over, grain, "recovered", bad, ended=True),
        *_flow(connection, over, grain, "small", small),
        *(each._replace(amount=-each.amount) for each in back),
    ]


def relief(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``relief``: credit used on invoices and invoices made void in that time, less what of it ended; by the month of the invoice."""
    rows, day = "s.kind IN ('credit', 'void')", "t.issued_on"
    back = _flow(connection, over, grain, "relief", rows, ended=True, day=day)
    return [*_flow(connection, over, grain, "relief", rows, day=day), *(each._replace(amount=-each.amount) for each in back)]


def issued(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``sale``: everything invoiced in that time, gross; what was made void later is among the ``relief``."""
    sql = f"""
    SELECT 'sale', {grain.columns("t.number", "t.issued_on")}, t.currency, sum(t.gross), count(*) FROM invoices t
    WHERE t.issued_on BETWEEN :a AND :d GROUP BY 2, 3, 4, 5
    """  # our own names
    return [Figure(*row) for row in connection.execute(sql, values_of(over))]


def amounts(connection: sqlite3.Connection, column: str) -> dict[str, int]:
    """``gross``, ``net`` or ``tax`` of every invoice and credit note."""
    sql = f"SELECT number, {column} FROM invoices UNION ALL SELECT number, {column} FROM credit_notes"  # our own names
    return dict(connection.execute(sql).fetchall())


# overdue at the ends of months


class Change(NamedTuple):
    """An amount that is owed from one of the days on, and overdue from another on; each is the place of a day in a list of them."""

    customer: str
    number: str
    currency: str
    owed_from: int
    overdue_from: int
    amount: int


def overdue_changes(connection: sqlite3.Connection, days: Sequence[date], grain: Grain, apart: Iterable[str]) -> list[Change]:
    """What changes what is owed and overdue on these days, the oldest first, of invoices due in one part and not ``apart``.

    An invoice is overdue from the day after it is due, and no earlier than it is issued; a settlement lowers that from the later of the
    two days on. Invoices that were settled before the first day are not looked at.
    """
    import json

    names, last = [*apart], len(days) - 1
    alone = "t.parts = 1 AND (t.open_all <> 0 OR t.last_event > :d0)"
    alone += " AND t.number NOT IN (SELECT value FROM json_each(:apart))" if names else ""
    head = (
        f"{'t.customer' if grain.customer or grain.document else chr(39) * 2}, {'t.number' if grain.document else chr(39) * 2}, t.currency"
    )

    def place(day: str, sign: str) -> str:
        return f"CASE {' '.join(f'WHEN {day} {sign} :d{at} THEN {at}' for at in range(len(days)))} ELSE {last + 1} END"

    def changes(day: str, amount: str, rows: str) -> str:
        sums = "" if grain.document else "GROUP BY 1, 2, 3, 4, 5"
        column = amount if grain.document else f"sum({amount})"
        own = f"SELECT {head}, {place(day, '<=')}, {place('t.due_on', '<')}, {column} FROM {rows} AND {day} <= :d{last} AND {alone} {sums}"
        return own

    settled = "settlements s JOIN invoices t ON t.number = s.invoice WHERE"
    queries = (
        changes("t.issued_on", "t.gross", "invoices t WHERE true"),
        changes("s.booked_on", "-s.amount", f"{settled} (s.ended_on IS NULL OR s.ended_on > s.booked_on)"),
        changes("s.ended_on", "s.amount", f"{settled} s.ended_on IS NOT NULL AND s.ended_on > s.booked_on"),
    )  # our own names
    values = {f"d{at}": day.isoformat() for at, day in enumerate(days)} | ({"apart": json.dumps(names)} if names else {})
    found = []
    for sql in queries:
        for customer, number, currency, owed_from, late_from, amount in connection.execute(sql, values):
            found.append(Change(customer, number, currency, owed_from, max(owed_from, late_from), amount))
    return found


def in_parts(connection: sqlite3.Connection) -> list[str]:
    """The invoices that are due in several parts, or in none."""
    return [number for (number,) in connection.execute("SELECT number FROM invoices WHERE parts <> 1")]


def open_of(connection: sqlite3.Connection, numbers: Sequence[str], day: date) -> list[tuple[Any, ...]]:
    """What is open of these invoices on a day, as ``balances.open_invoices`` has it."""
    marks, (values,) = names_in(numbers)
    sql = f"SELECT * FROM ({OPEN}) WHERE number IN {marks.replace('?', ':names')}"  # no value from outside
    return connection.execute(sql, {"d": day.isoformat(), "names": values}).fetchall()

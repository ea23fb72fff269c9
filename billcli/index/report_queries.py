"""Sums for reports, added up where the rows are: by currency, and by month, customer and document only where a report asks for it.

Amounts are minor units. A question is about what happened in a time, as far as it is known on a day: what came later is not there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.reports.days import Paid
from billcli.core.reports.dunning import Reminded
from billcli.core.reports.table import Figure
from billcli.core.reports.tax import Reduction, TaxCode, TaxFigure
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
_HOLDS = "s.booked_on <= :k AND (s.ended_on IS NULL OR s.ended_on > :k)"


def _values(over: Window) -> dict[str, str]:
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
        found += [Figure(what, *row) for row in connection.execute(sql, _values(over))]
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
        found += [Figure(what, *row) for row in connection.execute(sql, _values(over))]
    return found


def paid(connection: sqlite3.Connection, over: Window) -> list[Paid]:
    """Invoices with nothing open at the end whose last money came in that time; those with bad debt written off are left out."""
    sql = f"""
    SELECT t.customer, t.number, substr(p.paid_on, 1, 7), t.currency, p.amount, t.issued_on,
      CASE WHEN t.parts > 1 THEN (SELECT max(k.due_on) FROM instalments k WHERE k.invoice = t.number) ELSE t.due_on END, p.paid_on
    FROM (
      SELECT s.invoice AS number, max(s.value_on) AS paid_on, sum(s.amount) AS amount FROM settlements s
      WHERE s.kind = 'payment' AND {_HOLDS} GROUP BY s.invoice HAVING max(s.value_on) BETWEEN :a AND :d
    ) p JOIN invoices t ON t.number = p.number
    WHERE p.amount > 0
      AND (CASE WHEN t.last_event <= :k THEN t.open_all ELSE
        t.gross - coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.invoice = t.number AND {_HOLDS}), 0) END) = 0
      AND t.number NOT IN (
        SELECT s.invoice FROM write_offs w JOIN settlements s ON s.source = w.id AND s.source_kind = 'write-off'
        WHERE w.kind = 'bad-debt' AND {_HOLDS})
    """  # our own names
    day = date.fromisoformat
    return [
        Paid(customer, number, month, currency, amount, day(issued), day(due), day(on))
        for customer, number, month, currency, amount, issued, due, on in connection.execute(sql, _values(over))
    ]


_FLOW = """
SELECT {what}, {columns}, t.currency, sum(s.amount), count(DISTINCT s.invoice)
FROM settlements s JOIN invoices t ON t.number = s.invoice {join}
WHERE s.{day} BETWEEN :a AND :d AND (s.ended_on IS NULL OR s.ended_on > s.booked_on) AND {rows} GROUP BY 1, 2, 3, 4, 5
"""


def _flow(
    connection: sqlite3.Connection, over: Window, grain: Grain, what: str, rows: str, *, ended: bool = False, join: str = ""
) -> list[Figure]:
    """Rows that began in that time, or ended in it. What ends on the day it begins never counted."""
    day = "ended_on" if ended else "booked_on"
    sql = _FLOW.format(what=f"'{what}'", columns=grain.columns("t.number", f"s.{day}"), join=join, day=day, rows=rows)
    return [Figure(*row) for row in connection.execute(sql, _values(over))]


_WRITE_OFF = "LEFT JOIN write_offs w ON w.id = s.source AND s.source_kind = 'write-off'"


def discounts(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``given``, ``taken_back``, and of what was given ``late``, for money after the day the invoice grants it until."""
    given = "s.kind = 'discount'"
    return [
        *_flow(connection, over, grain, "given", given),
        *_flow(connection, over, grain, "taken_back", given, ended=True),
        *_flow(connection, over, grain, "late", f"{given} AND s.value_on > t.discount_until"),
    ]


def losses(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``written_off`` and ``recovered`` bad debt; ``small`` is every other write-off, less what was taken back."""
    bad, small = "w.kind = 'bad-debt'", "s.kind = 'write_off' AND w.kind IS NOT 'bad-debt'"
    back = _flow(connection, over, grain, "small", small, ended=True, join=_WRITE_OFF)
    return [
        *_flow(connection, over, grain, "written_off", bad, join=_WRITE_OFF),
        *_flow(connection, over, grain, "recovered", bad, ended=True, join=_WRITE_OFF),
        *_flow(connection, over, grain, "small", small, join=_WRITE_OFF),
        *(each._replace(amount=-each.amount) for each in back),
    ]


def relief(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``relief``: credit used on invoices and invoices made void in that time, less what of it ended."""
    rows = "s.kind IN ('credit', 'void')"
    back = _flow(connection, over, grain, "relief", rows, ended=True)
    return [*_flow(connection, over, grain, "relief", rows), *(each._replace(amount=-each.amount) for each in back)]


def issued(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[Figure]:
    """``sale``: everything invoiced in that time, gross; what was made void later is among the ``relief``."""
    sql = f"""
    SELECT 'sale', {grain.columns("t.number", "t.issued_on")}, t.currency, sum(t.gross), count(*) FROM invoices t
    WHERE t.issued_on BETWEEN :a AND :d GROUP BY 2, 3, 4, 5
    """  # our own names
    return [Figure(*row) for row in connection.execute(sql, _values(over))]


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


# reminders


_COUNTING = "y.state IN ('sent', 'in-doubt', 'data')"
_SENT = f"""
SELECT r.id, r.currency, max(r.booked_on, coalesce((
    SELECT max(substr(y.state_at, 1, 10)) FROM delivered v JOIN deliveries y ON y.id = v.delivery
    WHERE v.kind = 'reminder' AND v.name = r.id AND {_COUNTING} AND substr(y.state_at, 1, 10) <= :k), '')) AS sent_on
FROM reminders r WHERE r.booked_on <= :d
  AND EXISTS (SELECT 1 FROM delivered v JOIN deliveries y ON y.id = v.delivery WHERE v.kind = 'reminder' AND v.name = r.id AND {_COUNTING})
"""


def reminded(connection: sqlite3.Connection, over: Window, within: int) -> list[Reminded]:
    """Every invoice in a notice that went in that time, with the money that came for it within so many days of that.

    What counts as gone, and from which day on, is the rule of dunning itself (``core.dunning.levels``): one of its deliveries was handed
    over, or may have been, and the day is that of the last one, as far as it is known by then.
    """
    sql = f"""
    SELECT t.customer, i.invoice, substr(r.sent_on, 1, 7), r.currency, i.level, r.id, r.sent_on, i.asked,
      coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.invoice = i.invoice AND s.kind = 'payment' AND {_HOLDS}
        AND s.value_on BETWEEN r.sent_on AND date(r.sent_on, '+' || :n || ' days')), 0)
    FROM ({_SENT}) r JOIN reminder_items i ON i.reminder = r.id JOIN invoices t ON t.number = i.invoice
    WHERE r.sent_on BETWEEN :a AND :d ORDER BY r.sent_on, r.id, i.invoice
    """  # our own names
    rows = connection.execute(sql, {**_values(over), "n": within})
    return [
        Reminded(customer, number, month, currency, level, notice, date.fromisoformat(on), asked, came)
        for customer, number, month, currency, level, notice, on, asked, came in rows
    ]


def not_gone(connection: sqlite3.Connection, over: Window) -> int:
    """How many notices of that time nobody is known to have received."""
    sql = f"""
    SELECT count(*) FROM reminders r WHERE r.booked_on BETWEEN :a AND :d
      AND NOT EXISTS (SELECT 1 FROM delivered v JOIN deliveries y ON y.id = v.delivery WHERE v.kind = 'reminder' AND v.name = r.id AND {_COUNTING})
    """  # our own names
    return int(connection.execute(sql, _values(over)).fetchone()[0])


# tax


def taxed(connection: sqlite3.Connection, over: Window, grain: Grain) -> list[TaxFigure]:
    """Invoices by their tax point and credit notes by their day of issue, and of each what was made void in that time.

    A void reverses on its own day, or on the tax point if that is later, what the document said.
    """
    found = []
    for what, table, kind in (("invoiced", "invoices", "invoice"), ("credited", "credit_notes", "credit-note")):
        for undone in (False, True):
            day = "max(t.voided_on, l.tax_on)" if undone else "l.tax_on"
            inside = f"{day} BETWEEN :a AND :d AND t.{'voided_on' if undone else 'issued_on'} <= :k"
            sql = f"""
            SELECT {grain.columns("t.number", day)}, t.currency, l.tax_category, l.rate, sum(l.base), sum(l.tax)
            FROM sold l JOIN {table} t ON t.file = l.file WHERE l.kind = '{kind}' AND {inside} GROUP BY 1, 2, 3, 4, 5, 6
            """  # our own names
            for *head, base, tax in connection.execute(sql, _values(over)):
                if not undone:
                    found.append(TaxFigure._make((what, *head, base, tax)))
                elif kind == "invoice":
                    found.append(TaxFigure._make(("void", *head, base, tax)))
                else:
                    found.append(TaxFigure._make(("credited", *head, -base, -tax)))
    return found


def reductions(connection: sqlite3.Connection, over: Window) -> list[Reduction]:
    """Discounts, and bad debt whose write-off asks for tax relief: each row that began in that time, and below zero each that ended."""
    rows = "(s.kind = 'discount' OR w.tax_relief = 'adjust') AND (s.ended_on IS NULL OR s.ended_on > s.booked_on)"
    found = []
    for day, sign in (("booked_on", 1), ("ended_on", -1)):
        sql = f"""
        SELECT CASE s.kind WHEN 'discount' THEN 'discount' ELSE 'bad-debt' END, t.customer, s.invoice, substr(s.{day}, 1, 7), t.currency, s.amount
        FROM settlements s JOIN invoices t ON t.number = s.invoice {_WRITE_OFF}
        WHERE s.{day} BETWEEN :a AND :d AND {rows} ORDER BY s.{day}, s.invoice, s.source
        """  # our own names
        found += [Reduction._make((*row[:5], sign * row[5])) for row in connection.execute(sql, _values(over))]
    return found


def tax_codes(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, list[TaxCode]]:
    """What each of these invoices holds of each tax code, in the order of the document."""
    marks, values = names_in(numbers)
    sql = f"""
    SELECT l.document, l.code, l.tax_category, l.rate, sum(l.base), sum(l.tax) FROM sold l
    WHERE l.file IN (SELECT t.file FROM invoices t WHERE t.number IN {marks}) AND l.kind = 'invoice' GROUP BY 1, 2 ORDER BY min(l.rowid)
    """  # our own names
    found: dict[str, list[TaxCode]] = {}
    for number, *code in connection.execute(sql, values):
        found.setdefault(number, []).append(TaxCode(*code))
    return found


# the bank


def bank_lines(connection: sqlite3.Connection, over: Window) -> list[Figure]:
    """Lines booked in that time by who decided on them as of its end, each once, with its account in the place of a customer."""
    sql = """
    SELECT coalesce((
        SELECT d.decided_by FROM bank_decisions d WHERE d.line = l.id AND d.account = l.account AND d.decision <> 'refused'
          AND d.booked_on <= :k AND (d.undone_on IS NULL OR d.undone_on > :k) ORDER BY d.booked_on DESC, d.at DESC LIMIT 1
      ), 'open') AS who, l.account, '', l.month, l.currency, sum(abs(l.amount)), count(*)
    FROM (SELECT account, id, substr(min(booked_on), 1, 7) AS month, min(currency) AS currency, min(amount) AS amount FROM bank_lines
          GROUP BY account, id HAVING min(booked_on) BETWEEN :a AND :d) l
    GROUP BY 1, 2, 4, 5
    """
    return [Figure(*row) for row in connection.execute(sql, _values(over))]


# holds that change what is expected


def expectations(connection: sqlite3.Connection, as_of: date) -> list[tuple[str, str, str, str | None]]:
    """(kind, customer, invoice or empty, until) of the disputes and promises that count on that day."""
    sql = """
    SELECT kind, customer, coalesce(invoice, ''), until FROM holds
    WHERE kind IN ('dispute', 'promise') AND booked_on <= :d AND (released_on IS NULL OR released_on > :d) AND (until IS NULL OR until >= :d)
    ORDER BY until, id
    """
    return connection.execute(sql, {"d": as_of.isoformat()}).fetchall()


def refused_deliveries(connection: sqlite3.Connection) -> dict[str, int]:
    """How many deliveries stand in each state that is not sent or dropped."""
    return dict(
        connection.execute("SELECT state, count(*) FROM deliveries WHERE state NOT IN ('sent', 'dropped') GROUP BY state").fetchall()
    )

"""Facts for reports on what is done about receivables: reminders, tax, the bank, and what is expected. Amounts are minor units."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from billcli.core.reports.dunning import Reminded
from billcli.core.reports.expected import Expectation
from billcli.core.reports.table import Figure
from billcli.core.reports.tax import Reduction, TaxCode, TaxFigure
from billcli.core.reports.window import Window
from billcli.index.queries import names_in
from billcli.index.report_queries import HOLDS, WRITE_OFF, Grain, values_of

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
    """Every invoice in a notice that went in that time, with the money that came for it in so many days after that; money of the day itself may have
    been there when it was written.

    What counts as gone, and from which day on, is the rule of dunning itself (``core.dunning.levels``): one of its deliveries was handed
    over, or may have been, and the day is that of the last one, as far as it is known by then.
    """
    sql = f"""
    SELECT t.customer, i.invoice, substr(r.sent_on, 1, 7), r.currency, i.level, r.id, r.sent_on, i.asked,
      coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.invoice = i.invoice AND s.kind = 'payment' AND {HOLDS}
        AND s.value_on > r.sent_on AND s.value_on <= date(r.sent_on, '+' || :n || ' days')), 0)
    FROM ({_SENT}) r JOIN reminder_items i ON i.reminder = r.id JOIN invoices t ON t.number = i.invoice
    WHERE r.sent_on BETWEEN :a AND :d ORDER BY r.sent_on, r.id, i.invoice
    """  # our own names
    rows = connection.execute(sql, {**values_of(over), "n": within})
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
    return int(connection.execute(sql, values_of(over)).fetchone()[0])


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
            for *head, base, tax in connection.execute(sql, values_of(over)):
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
        FROM settlements s JOIN invoices t ON t.number = s.invoice {WRITE_OFF}
        WHERE s.{day} BETWEEN :a AND :d AND {rows} ORDER BY s.{day}, s.invoice, s.source
        """  # our own names
        found += [Reduction._make((*row[:5], sign * row[5])) for row in connection.execute(sql, values_of(over))]
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
    """Lines booked in that time by who decided on them as of its end, each once."""
    sql = """
    SELECT coalesce((
        SELECT d.decided_by FROM bank_decisions d WHERE d.line = l.id AND d.account = l.account AND d.decision <> 'refused'
          AND d.booked_on <= :k AND (d.undone_on IS NULL OR d.undone_on > :k) ORDER BY d.booked_on DESC, d.at DESC LIMIT 1
      ), 'open') AS who, '', '', l.month, l.currency, sum(abs(l.amount)), count(*)
    FROM (SELECT account, id, substr(min(booked_on), 1, 7) AS month, min(currency) AS currency, min(amount) AS amount FROM bank_lines
          GROUP BY account, id HAVING min(booked_on) BETWEEN :a AND :d) l
    GROUP BY 1, 4, 5
    """
    return [Figure(*row) for row in connection.execute(sql, values_of(over))]


# holds that change what is expected


def expectations(connection: sqlite3.Connection, as_of: date) -> list[Expectation]:
    """The disputes and promises that count on that day; of a promised amount that which has not come since.

    Money counts by its own date, as it does for whether a promise is kept (``core.hold_state``).
    """
    sql = """
    SELECT kind, customer, coalesce(invoice, ''), until, coalesce(currency, ''), amount - CASE WHEN kind = 'dispute' THEN 0 WHEN invoice IS NOT NULL THEN
        coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.invoice = h.invoice AND s.source_kind = 'payment' AND s.value_on >= h.booked_on
          AND s.booked_on <= :d AND (s.ended_on IS NULL OR s.ended_on > :d)), 0)
      ELSE coalesce((SELECT sum(p.amount) FROM payments p WHERE p.customer = h.customer AND p.received_on >= h.booked_on AND p.currency = h.currency
          AND p.booked_on <= :d AND (p.reversed_on IS NULL OR p.reversed_on > :d)), 0) END AS amount_left
    FROM holds h WHERE kind IN ('dispute', 'promise') AND booked_on <= :d AND (released_on IS NULL OR released_on > :d)
      AND (until IS NULL OR until >= :d) AND (amount_left IS NULL OR amount_left > 0) ORDER BY until, id
    """
    return [
        Expectation(kind, customer, invoice, date.fromisoformat(until) if until else None, currency, amount)
        for kind, customer, invoice, until, currency, amount in connection.execute(sql, {"d": as_of.isoformat()})
    ]


def refused_deliveries(connection: sqlite3.Connection) -> dict[str, int]:
    """How many deliveries stand in each state that is not sent or dropped."""
    return dict(
        connection.execute("SELECT state, count(*) FROM deliveries WHERE state NOT IN ('sent', 'dropped') GROUP BY state").fetchall()
    )

"""Facts for the checks across documents: what is named and missing, used twice, out of order, or settled beyond its amount."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

from billcli.core import addresses
from billcli.core.audit.chain import Link
from billcli.core.checks.facts import (
    BouncedRefund,
    CreditedInvoice,
    Crossing,
    Gone,
    Granted,
    Missing,
    Numbered,
    Overdrawn,
    Twice,
    UnpaidCredit,
)  # fmt: skip
from billcli.index.folded import where_it_was

_KEYS = (
    ("customers", "id"), ("drafts", "id"), ("invoices", "number"), ("credit_notes", "number"), ("payments", "id"), ("refunds", "id"),
    ("write_offs", "id"), ("holds", "id"), ("recurring", "id"), ("reminders", "id"), ("approvals", "id"),
    ("findings", "id"),
)  # fmt: skip
_NUMBERED = {"invoice": "invoices", "credit-note": "credit_notes"}


_TARGETS = {
    "customer": ("customers", "id"), "invoice": ("invoices", "number"), "credit-note": ("credit_notes", "number"), "payment": ("payments", "id"),
    "refund": ("refunds", "id"), "reminder": ("reminders", "id"),
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
        if table in ("drafts", "reminders"):
            continue
        counts = "external_id IS NOT NULL"
        if table in ("payments", "refunds"):  # what two clones booked of one bank line stays when it is undone, and counts no more
            counts += " AND NOT (reversed_on IS NOT NULL AND external_id GLOB 'bank:*')"
        if table == "invoices":  # nor does the second invoice of a recurring period, once it is void
            counts += " AND NOT (voided_on IS NOT NULL AND external_id GLOB 'recurring:*')"
        sql = f"SELECT f.path, t.external_id FROM {table} t JOIN files f ON f.id = t.file WHERE {counts} AND t.external_id IN (SELECT external_id FROM {table} WHERE {counts} GROUP BY 1 HAVING count(*) > 1) ORDER BY t.external_id, f.path"
        yield from _pairs(connection, sql, "external_id")


def _pairs(connection: sqlite3.Connection, sql: str, key: str) -> Iterator[Twice]:
    first: tuple[str, str] | None = None
    for path, name in connection.execute(sql).fetchall():
        if first is not None and first[1].casefold() == name.casefold():
            yield Twice(path, first[0], key, name)
        else:
            first = (path, name)


def numbered(connection: sqlite3.Connection, kind: str) -> Iterator[Numbered]:
    """One after another every document with a counter in its number, by head and counter."""
    sql = f"SELECT f.path, t.number, t.head, t.n, t.issued_on, t.imported, t.digest, t.seal FROM {_NUMBERED[kind]} t JOIN files f ON f.id = t.file WHERE t.n IS NOT NULL ORDER BY t.head, t.n, f.path"
    for path, number, head, n, day, imported, digest, seal in connection.execute(sql):
        yield Numbered(path, number, head, n, date.fromisoformat(day), bool(imported), digest, seal)


# Only what all rows together take more of than there is can fall below zero on some day.
_RUNNING = """
WITH suspects(k) AS (SELECT k FROM ({uses}) GROUP BY k HAVING sum(amount) > (SELECT min(t.{whole}) FROM {table} t WHERE t.{key} = k)),
  changes(k, day, amount) AS ({changes}),
  days AS (SELECT k, day, sum(amount) AS amount FROM changes GROUP BY k, day),
  running AS (SELECT k, day, sum(amount) OVER (PARTITION BY k ORDER BY day) AS balance FROM days)
SELECT k, min(balance), min(day) FROM running WHERE balance < 0 GROUP BY k
"""
# A row dated before the document it draws on counts from that document's day: its date is a finding of its own.
_FROM = "max(booked_on, coalesce((SELECT min(t.{day}) FROM {table} t WHERE t.{key} = {names}), ''))"
_REVERSED = "(SELECT min(p.reversed_on) FROM payments p WHERE p.id = source)"
# What still stands after a reversal is a finding of its own: here it ends with it.
_UNTIL = f"min(coalesce(ended_on, {_REVERSED}), coalesce({_REVERSED}, ended_on))"
_TAKEN = "SELECT {name} AS k, amount, {begun} AS begun, {until} AS until FROM {table} WHERE {which}"
_COMING_AND_GOING = """
UNION ALL SELECT k, begun, -amount FROM ({taken}) WHERE until IS NULL OR until > begun
UNION ALL SELECT k, until, amount FROM ({taken}) WHERE until > begun
"""


def _taken(name: str, table: str, which: str, until: str, day: str, of: str, key: str) -> str:
    begun = _FROM.format(day=day, table=of, key=key, names=name)
    which = f"{which} AND {name} IN (SELECT k FROM suspects)"
    return _COMING_AND_GOING.format(taken=_TAKEN.format(name=name, begun=begun, until=until, table=table, which=which))


_OWN = "SELECT {key}, {day}, {amount} FROM {table} WHERE {key} IN (SELECT k FROM suspects)"
_INVOICES = _OWN.format(key="number", day="issued_on", amount="gross", table="invoices") + _taken(
    "invoice", "settlements", "1", "ended_on", "issued_on", "invoices", "number"
)
_PAYMENTS = (
    _OWN.format(key="id", day="booked_on", amount="amount", table="payments")
    + " UNION ALL "
    + _OWN.format(key="id", day="max(reversed_on, booked_on)", amount="-amount", table="payments")
    + " AND reversed_on IS NOT NULL"
    + _taken("source", "settlements", "source_kind = 'payment' AND kind = 'payment'", _UNTIL, "booked_on", "payments", "id")
    + _taken("source", "draws", "source_kind = 'payment'", _UNTIL, "booked_on", "payments", "id")
)
_NOTES = (
    _OWN.format(key="number", day="issued_on", amount="gross", table="credit_notes")
    + " UNION ALL "
    + _OWN.format(key="number", day="max(voided_on, issued_on)", amount="-gross", table="credit_notes")
    + " AND voided_on IS NOT NULL"
    + _taken("source", "settlements", "source_kind = 'credit-note'", "ended_on", "issued_on", "credit_notes", "number")
    + _taken("source", "draws", "source_kind = 'credit-note'", "ended_on", "issued_on", "credit_notes", "number")
)


_USED = """
SELECT source AS k, amount FROM settlements WHERE source_kind = '{kind}' AND kind = '{used}' UNION ALL SELECT source, amount FROM draws WHERE source_kind = '{kind}'
UNION ALL SELECT {key}, {whole} FROM {table} WHERE {ended} IS NOT NULL
"""
_USES = {
    "invoice": "SELECT invoice AS k, amount FROM settlements",
    "payment": _USED.format(kind="payment", used="payment", key="id", whole="amount", table="payments", ended="reversed_on"),
    "credit-note": _USED.format(kind="credit-note", used="credit", key="number", whole="gross", table="credit_notes", ended="voided_on"),
}


def overdrawn(connection: sqlite3.Connection) -> Iterator[Overdrawn]:
    """Invoices settled by more than their gross, payments and credit notes spent more than once, at any date."""
    for kind, table, key, whole, voided, changes in (
        ("invoice", "invoices", "number", "gross", "t.voided_on", _INVOICES), ("payment", "payments", "id", "amount", "NULL", _PAYMENTS),
        ("credit-note", "credit_notes", "number", "gross", "t.voided_on", _NOTES),
    ):  # fmt: skip
        sql = _RUNNING.format(uses=_USES[kind], whole=whole, table=table, key=key, changes=changes)
        for name, balance, day in connection.execute(sql).fetchall():
            sql = f"SELECT f.path, t.currency, {voided} FROM {table} t JOIN files f ON f.id = t.file WHERE t.{key} = ? ORDER BY f.path"
            if row := connection.execute(sql, (name,)).fetchone():
                yield Overdrawn(row[0], kind, name, row[1], balance, _day(day), _day(row[2]) if row[2] else None)


_day = date.fromisoformat

_CROSSED = "(t.currency <> o.currency OR t.customer <> o.customer OR s.booked_on < {since})"
_SETTLED = """
SELECT f.path, s.place, 'invoice', 'on', s.invoice, t.currency, o.currency,
  CASE WHEN EXISTS (SELECT 1 FROM names n WHERE n.file = s.file AND n.kind = 'for_other' AND n.name = o.customer) THEN o.customer ELSE t.customer END,
  o.customer, s.booked_on, o.issued_on, s.source_kind, s.source
FROM settlements s JOIN {table} t ON t.file = s.file AND t.{key} = s.source JOIN invoices o ON o.number = s.invoice JOIN files f ON f.id = s.file
WHERE s.source_kind = '{kind}' AND {crossed}
"""
_DRAWN = """
SELECT f.path, s.place, '{field}', 'on', s.source, t.currency, o.currency, t.customer, o.customer, s.booked_on, o.{since}, 'refund', s.refund
FROM draws s JOIN refunds t ON t.file = s.file JOIN {table} o ON o.{key} = s.source JOIN files f ON f.id = s.file
WHERE s.source_kind = '{kind}' AND {crossed}
"""
_HELD = """
SELECT f.path, '', 'invoice', 'on', t.invoice, coalesce(t.currency, o.currency), o.currency, t.customer, o.customer, o.issued_on, o.issued_on, 'hold', t.id
FROM holds t JOIN invoices o ON o.number = t.invoice JOIN files f ON f.id = t.file WHERE t.currency <> o.currency OR t.customer <> o.customer
"""
_CORRECTING = """
SELECT f.path, '', 'corrects', 'issued_on', t.corrects, t.currency, t.currency, t.customer, o.customer, t.issued_on, o.issued_on, 'credit-note', t.number
FROM credit_notes t JOIN invoices o ON o.number = t.corrects JOIN files f ON f.id = t.file WHERE t.customer <> o.customer OR t.issued_on < o.issued_on
"""  # its currency is checked where all credit notes on the invoice are added up


def crossings(connection: sqlite3.Connection) -> Iterator[Crossing]:
    """Documents that name one of another currency or customer, or one that begins later than they use it."""
    queries = [
        *(
            _SETTLED.format(kind=kind, table=table, key=key, crossed=_CROSSED.format(since="o.issued_on"))
            for kind, table, key in (("payment", "payments", "id"), ("credit-note", "credit_notes", "number"), ("write-off", "write_offs", "id"))
        ),
        *(
            _DRAWN.format(kind=kind, field=field, table=table, key=key, since=since, crossed=_CROSSED.format(since=f"o.{since}"))
            for kind, field, table, key, since in (
                ("payment", "payment", "payments", "id", "booked_on"), ("credit-note", "credit_note", "credit_notes", "number", "issued_on"),
            )
        ),
        _HELD,
        _CORRECTING,
    ]  # fmt: skip
    for sql in queries:  # our own names
        for *head, booked, since, kind, source in connection.execute(sql).fetchall():
            yield Crossing._make((*head, _day(booked), _day(since), kind, source))


_CREDIT = """
SELECT corrects, issued_on, -gross FROM credit_notes WHERE corrects IS NOT NULL
UNION ALL SELECT corrects, voided_on, gross FROM credit_notes WHERE corrects IS NOT NULL AND voided_on IS NOT NULL
""" + _COMING_AND_GOING.format(
    taken="""
SELECT invoice AS k, -amount AS amount, booked_on AS begun, ended_on AS until FROM settlements
WHERE kind IN ('payment', 'opening', 'credit') AND invoice IN (SELECT corrects FROM credit_notes WHERE corrects IS NOT NULL)
"""
)


def unpaid_credit(connection: sqlite3.Connection) -> Iterator[UnpaidCredit]:
    """Invoices whose credit notes come, in the end, to more than they settled of it and what money, opening and other credit did."""
    sql = f"""
    WITH changes(k, day, amount) AS ({_CREDIT})
    SELECT c.k, sum(c.amount), i.currency FROM changes c JOIN invoices i ON i.number = c.k GROUP BY c.k
    HAVING sum(c.amount) < 0 AND (SELECT sum(n.gross) FROM credit_notes n WHERE n.corrects = c.k AND n.voided_on IS NULL) <= i.gross
    """  # credit above the gross is a finding of its own
    note = "SELECT f.path, n.number FROM credit_notes n JOIN files f ON f.id = n.file WHERE n.corrects = ? AND n.voided_on IS NULL ORDER BY n.number DESC, f.path"
    for invoice, balance, currency in connection.execute(sql).fetchall():
        if row := connection.execute(note, (invoice,)).fetchone():
            yield UnpaidCredit(row[0], row[1], invoice, currency, -balance)


def bounced_refunds(connection: sqlite3.Connection) -> Iterator[BouncedRefund]:
    """Draws of refunds on payments that were reversed while the draw counts."""
    sql = """
    SELECT f.path, d.place, d.refund, d.source, p.currency, d.amount, p.reversed_on FROM draws d JOIN payments p ON p.id = d.source
    JOIN files f ON f.id = d.file WHERE d.source_kind = 'payment' AND p.reversed_on IS NOT NULL AND (d.ended_on IS NULL OR d.ended_on > p.reversed_on)
    """
    for *head, day in connection.execute(sql).fetchall():
        yield BouncedRefund._make((*head, _day(day)))


def granted(connection: sqlite3.Connection) -> list[Granted]:
    """Every discount, bank charge and write-off that counts on some day, invoice by invoice."""
    sql = """
    SELECT f.path, s.place, s.kind, s.source_kind, s.source, s.invoice, i.currency, i.gross, i.discount_percent, i.discount_until, s.amount,
      s.booked_on, s.value_on, s.ended_on, w.kind
    FROM settlements s JOIN invoices i ON i.number = s.invoice JOIN files f ON f.id = s.file
    LEFT JOIN write_offs w ON w.file = s.file AND s.source_kind = 'write-off'
    WHERE s.kind IN ('discount', 'bank_charge', 'write_off') AND (s.ended_on IS NULL OR s.ended_on > s.booked_on)
    ORDER BY s.invoice, s.booked_on, f.path, s.place
    """
    return [
        Granted._make((*head, _day(until) if until else None, amount, _day(booked), _day(value), _day(ended) if ended else None, kind))
        for *head, until, amount, booked, value, ended, kind in connection.execute(sql)
    ]


def credited(connection: sqlite3.Connection) -> list[CreditedInvoice]:
    """Every invoice that live credit notes correct, with what they come to and the file of the last one."""
    sql = """
    SELECT i.number, i.currency, i.gross, sum(n.gross), max(f.path), sum(n.currency <> i.currency),
      EXISTS (SELECT 1 FROM credit_lines l WHERE l.invoice = i.number), i.imported + sum(n.imported)
    FROM credit_notes n JOIN invoices i ON i.number = n.corrects JOIN files f ON f.id = n.file
    WHERE n.voided_on IS NULL GROUP BY i.number
    """
    return [CreditedInvoice(*row) for row in connection.execute(sql)]


def parents(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """(parent, file) by customer, where there is a parent."""
    sql = "SELECT c.id, c.parent, f.path FROM customers c JOIN files f ON f.id = c.file WHERE c.parent IS NOT NULL"
    return {customer: (parent, path) for customer, parent, path in connection.execute(sql)}


def merged(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """(the customer that took its place, file) by customer, where one did."""
    sql = "SELECT c.id, c.merged_into, f.path FROM customers c JOIN files f ON f.id = c.file WHERE c.merged_into IS NOT NULL"
    return {customer: (into, path) for customer, into, path in connection.execute(sql)}


def kept_out(connection: sqlite3.Connection) -> dict[str, str]:
    """The files of documents that say their number or id, but have an error that keeps them out of the books."""
    return dict(connection.execute("SELECT n.name, f.path FROM names n JOIN files f ON f.id = n.file WHERE f.kind = ''").fetchall())


def gone(connection: sqlite3.Connection) -> list[Gone]:
    """Numbered documents that the audit trail knows and nobody has, wherever they may have been moved to."""
    sql = "SELECT path FROM gone WHERE path LIKE 'invoices/%' OR path LIKE 'credit-notes/%' ORDER BY path"
    lost = []
    for (path,) in connection.execute(sql).fetchall():
        if addresses.is_folded(path):
            continue  # its documents are told one by one
        number = addresses.name_of(path)
        table = "invoices" if path.startswith("invoices/") else "credit_notes"
        if not connection.execute(f"SELECT 1 FROM {table} WHERE number = ?", (number,)).fetchone():
            lost.append(Gone(where_it_was(connection, path), number))
    return lost


def trail(connection: sqlite3.Connection) -> Iterator[Link]:
    """Every entry of the audit trail by clone, file and line; of a file that is broken inside those before the break."""
    sql = "SELECT f.path, t.clone, t.seq, t.prev, t.hash, t.at FROM trail t JOIN files f ON f.id = t.file ORDER BY t.clone, f.path, t.rowid"
    last, line = "", 0
    for path, *entry in connection.execute(sql):
        last, line = path, line + 1 if path == last else 1
        yield Link(path, line, *entry)


def any_limit(connection: sqlite3.Connection) -> bool:
    """Whether anybody may have a credit limit: a customer of its own, a group, or by grade."""
    sql = """
    SELECT 1 FROM customers WHERE credit_limit IS NOT NULL UNION ALL SELECT 1 FROM names WHERE kind = 'limit_override'
    UNION ALL SELECT 1 FROM names WHERE kind = 'limited_group' UNION ALL SELECT 1 FROM settings WHERE name = 'credit' LIMIT 1
    """
    return connection.execute(sql).fetchone() is not None

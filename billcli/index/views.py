"""The index for people: views with names that can be read, each column explained, for Datasette or any other SQLite browser.

They have no clock: everything that is written counts, also what is dated later. Amounts stand in the currency's units, as exact text,
and beside them as whole minor units to sort and to add up. All other tables are the program's own and change without notice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple


class ViewColumn(NamedTuple):
    name: str
    about: str
    sql: str


class IndexView(NamedTuple):
    """``rows`` is what follows FROM; every view has a ``currency`` if it has amounts."""

    name: str
    about: str
    columns: tuple[ViewColumn, ...]
    rows: str
    sort: str = ""

    def sql(self) -> str:
        """The statement that makes it."""
        columns = ", ".join(f"{column.sql} AS {column.name}" for column in self.columns)
        return f"CREATE VIEW {self.name} AS SELECT {columns} FROM {self.rows}"  # our own words


def _c(name: str, about: str, sql: str = "") -> tuple[ViewColumn, ...]:
    return (ViewColumn(name, about, sql or f"t.{name}"),)


def _money(name: str, about: str, sql: str = "") -> tuple[ViewColumn, ...]:
    minor = sql or f"t.{name}"
    text = (
        f"CASE m.digits WHEN 0 THEN printf('%d', {minor}) "
        f"ELSE printf('%s%d.%0*d', CASE WHEN {minor} < 0 THEN '-' ELSE '' END, abs({minor}) / m.unit, m.digits, abs({minor}) % m.unit) END"
    )
    return (ViewColumn(name, about, text), ViewColumn(f"{name}_minor", f"{name} in minor units (cents)", minor))


_CURRENCY = "LEFT JOIN currencies m ON m.currency = t.currency"
_CUSTOMER = (
    *_c("customer", "id of the customer"),
    *_c("customer_name", "the customer's name today", "(SELECT name FROM customers c WHERE c.id = t.customer)"),
)
_FILE = _c("file", "where it stands in the ledger", "(SELECT path FROM files f WHERE f.id = t.file)")
_IN = _c("currency", "ISO 4217 code")

_INVOICE = (
    *_c("number", "number of the invoice"),
    *_CUSTOMER,
    *_c("type", "sales or service"),
    *_c("issued_on", "day of issue"),
    *_c("due_on", "due date, of several instalments the first"),
    *_c("instalments", "in how many parts it is due", "t.parts"),
    *_IN,
    *_money("net", "without tax"),
    *_money("tax", "tax"),
    *_money("gross", "with tax"),
    *_money("settled", "paid, credited, discounted, written off or made void", "t.gross - t.open_all"),
    *_money("open", "still owed", "t.open_all"),
    *_c("last_change_on", "the last day on which the open balance changes", "t.last_event"),
    *_c("void_on", "the day it was made void, if it was", "t.voided_on"),
    *_FILE,
)

_OWED = """(
  SELECT customer, currency, count(*) AS invoices, sum(open_all) AS open, 0 AS unapplied FROM invoices INDEXED BY invoices_open WHERE open_all <> 0 GROUP BY 1, 2
  UNION ALL SELECT customer, currency, 0, 0, sum(unapplied_all) FROM payments INDEXED BY payments_unapplied WHERE unapplied_all <> 0 GROUP BY 1, 2
  UNION ALL SELECT customer, currency, 0, 0, sum(unapplied_all) FROM credit_notes INDEXED BY credit_notes_unapplied WHERE unapplied_all <> 0 GROUP BY 1, 2
)"""
_BALANCES = f"""(
  SELECT customer, currency, sum(invoices) AS invoices, sum(open) AS open, sum(unapplied) AS unapplied FROM {_OWED} GROUP BY 1, 2
) t {_CURRENCY}"""

_PARTS = f"""(
  SELECT number, customer, currency, issued_on, due_on, gross AS amount, open_all AS open FROM invoices WHERE open_all <> 0 AND parts = 1
  UNION ALL
  SELECT * FROM (
    SELECT i.number, i.customer, i.currency, i.issued_on, p.due_on, p.amount,
      max(0, min(p.amount, sum(p.amount) OVER (PARTITION BY i.number ORDER BY p.due_on, p.rowid) - (i.gross - i.open_all))) AS open
    FROM invoices i JOIN instalments p ON p.invoice = i.number WHERE i.open_all <> 0 AND i.parts > 1
  ) WHERE open <> 0
) t {_CURRENCY}"""

_SALES = f"""(
  SELECT substr(issued_on, 1, 7) AS month, customer, currency, sum(invoiced) AS invoiced, sum(credited) AS credited, sum(invoices) AS invoices FROM (
    SELECT issued_on, customer, currency, net AS invoiced, 0 AS credited, 1 AS invoices FROM invoices WHERE voided_on IS NULL
    UNION ALL SELECT issued_on, customer, currency, 0, net, 0 FROM credit_notes WHERE voided_on IS NULL
  ) GROUP BY 1, 2, 3
) t {_CURRENCY}"""

VIEWS = (
    IndexView(
        "customers_with_balances",
        "What each customer owes by currency, and what they have to their credit; as in the aging report.",
        (
            *_CUSTOMER,
            *_IN,
            *_c("open_invoices", "how many invoices have something open", "t.invoices"),
            *_money("open", "owed on invoices"),
            *_money("unapplied", "payments and credit notes that settle nothing yet"),
            *_money("total", "open less unapplied", "t.open - t.unapplied"),
        ),
        _BALANCES,
        "total_minor",
    ),
    IndexView(
        "invoices_with_balances",
        "Every invoice with what is still owed on it.",
        _INVOICE,
        f"invoices t {_CURRENCY}",
        "issued_on",
    ),
    IndexView(
        "open_invoices",
        "Invoices on which something is owed.",
        _INVOICE,
        f"invoices t {_CURRENCY} WHERE t.open_all <> 0",
        "open_minor",
    ),
    IndexView(
        "open_instalments",
        "What is owed by due date: a row per open instalment, as issued; settlements fill the oldest first.",
        (
            *_c("invoice", "number of the invoice", "t.number"),
            *_CUSTOMER,
            *_c("issued_on", "day of issue"),
            *_c("due_on", "due date of this part, before any plan agreed later"),
            *_IN,
            *_money("amount", "the whole of this part"),
            *_money("open", "still owed of it"),
        ),
        _PARTS,
        "open_minor",
    ),
    IndexView(
        "credit_notes_with_balances",
        "Every credit note with what of it is not used yet.",
        (
            *_c("number", "number of the credit note"),
            *_CUSTOMER,
            *_c("issued_on", "day of issue"),
            *_c("corrects", "the invoice it corrects, if it names one"),
            *_c("reason", "why it was written"),
            *_IN,
            *_money("net", "without tax"),
            *_money("tax", "tax"),
            *_money("gross", "with tax"),
            *_money("unapplied", "neither applied to invoices nor paid out", "t.unapplied_all"),
            *_c("void_on", "the day it was made void, if it was", "t.voided_on"),
            *_FILE,
        ),
        f"credit_notes t {_CURRENCY}",
        "issued_on",
    ),
    IndexView(
        "payments_with_balances",
        "Every payment with what of it settles nothing yet.",
        (
            *_c("id", "id of the payment"),
            *_CUSTOMER,
            *_c("received_on", "the day the money came"),
            *_c("booked_on", "the day on which it counts in the books"),
            *_IN,
            *_money("amount", "the money"),
            *_money("unapplied", "neither allocated to invoices nor paid back", "t.unapplied_all"),
            *_c("method", "how it was paid"),
            *_c("payer", "who paid, as the bank says", "t.payer_name"),
            *_c("reference", "what the payer wrote"),
            *_c("reversed_on", "the day it came back, if it did"),
            *_FILE,
        ),
        f"payments t {_CURRENCY}",
        "received_on",
    ),
    IndexView(
        "settlements_of_invoices",
        "Everything that lowers what is owed on an invoice: payments, discounts, credit, write-offs, voids.",
        (
            *_c("invoice", "number of the invoice"),
            *_CUSTOMER,
            *_c("kind", "payment, discount, bank_charge, write_off, credit, opening or void"),
            *_IN,
            *_money("amount", "by how much"),
            *_c("booked_on", "from this day on it counts"),
            *_c("value_on", "the day of the money"),
            *_c("ended_on", "from this day on it counts no more: bounced, undone, recovered"),
            *_c("counts", "1 where it has not ended", "t.ended_on IS NULL"),
            *_c("source_kind", "what it comes from: payment, credit-note, write-off or invoice"),
            *_c("source", "number or id of that"),
        ),
        f"(SELECT s.*, i.customer, i.currency FROM settlements s JOIN invoices i ON i.number = s.invoice) t {_CURRENCY}",
        "booked_on",
    ),
    IndexView(
        "refunds_made",
        "Money that was paid back to customers.",
        (
            *_c("id", "id of the refund"),
            *_CUSTOMER,
            *_c("paid_on", "the day the money went"),
            *_c("booked_on", "the day on which it counts in the books"),
            *_IN,
            *_money("amount", "the money"),
            *_c("method", "how it was paid"),
            *_c("reversed_on", "the day it came back, if it did"),
            *_FILE,
        ),
        f"refunds t {_CURRENCY}",
        "paid_on",
    ),
    IndexView(
        "write_offs_made",
        "Debts that were given up, as they were written; what was recovered ends among the settlements.",
        (
            *_c("id", "id of the write-off"),
            *_CUSTOMER,
            *_c("kind", "bad-debt or small-difference"),
            *_c("booked_on", "the day on which it counts in the books"),
            *_IN,
            *_money("amount", "what was given up"),
            *_c("reason", "why"),
            *_c("approved_by", "who agreed to it"),
            *_c("tax_relief", "adjust where it lowers the tax, too"),
            *_FILE,
        ),
        f"write_offs t {_CURRENCY}",
        "booked_on",
    ),
    IndexView(
        "reminded_invoices",
        "The invoices in each reminder.",
        (
            *_c("reminder", "id of the reminder"),
            *_c("invoice", "number of the invoice"),
            *_CUSTOMER,
            *_c("written_on", "the day of the reminder", "t.booked_on"),
            *_c("level", "how stern: 1 is the first"),
            *_IN,
            *_money("open", "what was owed on that day"),
            *_money("asked", "what of it was asked for"),
        ),
        f"(SELECT i.*, r.customer, r.currency, r.booked_on FROM reminder_items i JOIN reminders r ON r.id = i.reminder) t {_CURRENCY}",
        "written_on",
    ),
    IndexView(
        "disputes_promises_and_plans",
        "What keeps reminders from an invoice or a customer.",
        (
            *_c("id", "id of the hold"),
            *_c("kind", "dispute, promise, plan or manual"),
            *_CUSTOMER,
            *_c("invoice", "number of the invoice; empty where it is about all of the customer's"),
            *_c("begins_on", "its first day", "t.booked_on"),
            *_c("until", "its last day, if it has one"),
            *_c("released_on", "the day it was released, if it was"),
            *_c("outcome", "how it ended"),
            *_c("reason", "why"),
            *_FILE,
        ),
        "holds t",
        "begins_on",
    ),
    IndexView(
        "revenue_by_month",
        "What was invoiced and credited without tax, by month of issue, customer and currency; void ones do not count.",
        (
            *_c("month", "month of issue"),
            *_CUSTOMER,
            *_IN,
            *_c("invoices", "how many invoices"),
            *_money("invoiced", "net of invoices"),
            *_money("credited", "net of credit notes"),
            *_money("revenue", "invoiced less credited", "t.invoiced - t.credited"),
        ),
        _SALES,
        "month",
    ),
)


_CURRENCIES = "CREATE TABLE currencies (currency TEXT PRIMARY KEY, digits INTEGER NOT NULL, unit INTEGER NOT NULL) WITHOUT ROWID"
STATEMENTS = (_CURRENCIES, *(view.sql() for view in VIEWS))


def make_views(connection: sqlite3.Connection) -> None:
    """The views, and the decimals of every currency that they show amounts with."""
    from billcli.model.money import CURRENCIES, digits

    for statement in STATEMENTS:
        connection.execute(statement)
    rows = [(each, digits(each), 10 ** digits(each)) for each in sorted(CURRENCIES)]
    connection.executemany("INSERT INTO currencies VALUES (?, ?, ?)", rows)


def described() -> Iterator[tuple[str, str, str]]:
    """(view, column, what it says) of every column, and before them the view itself with no column."""
    for view in VIEWS:
        yield view.name, "", view.about
        yield from ((view.name, column.name, column.about) for column in view.columns)


def metadata(own_tables: list[str]) -> dict[str, Any]:
    """What Datasette is told: the views explained, everything else hidden."""
    shown: dict[str, Any] = {
        view.name: {
            "description": view.about,
            "columns": {column.name: column.about for column in view.columns},
            **({"sort_desc": view.sort} if view.sort else {}),
        }
        for view in VIEWS
    }
    return {
        "title": "Receivables",
        "description": "Everything written counts, also what is dated later. Amounts are text in the currency's units; *_minor are whole minor units.",
        "databases": {"index": {"tables": {**shown, **{name: {"hidden": True} for name in own_tables}}}},
    }

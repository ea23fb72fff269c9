"""What a statement of account is made of: the documents of some customers, and those of others that settle or are settled with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TypeVar

from billcli.core.account import Documents
from billcli.core.facts import CreditNoteFact, Draw, HoldFact, InvoiceFact, PaymentFact, Settlement
from billcli.index.queries import facts_of, names_in

D = TypeVar("D", InvoiceFact, PaymentFact, CreditNoteFact)


def documents_of(connection: sqlite3.Connection, customers: Sequence[str]) -> Documents:
    """All of them, whatever their day; what counts on a day is decided elsewhere."""
    marks, values = names_in(customers)
    invoices = facts_of(connection, InvoiceFact, "invoices", f"WHERE customer IN {marks}", values)
    payments = facts_of(connection, PaymentFact, "payments", f"WHERE customer IN {marks}", values)
    notes = facts_of(connection, CreditNoteFact, "credit_notes", f"WHERE customer IN {marks}", values)
    rows = [*_rows(connection, "invoice", [each.number for each in invoices])]
    rows += _rows(connection, "source", [*(each.id for each in payments), *(each.number for each in notes)])
    rows = list(dict.fromkeys(rows))  # one within the account stands in both
    draws = _draws(connection, [*(each.id for each in payments), *(each.number for each in notes)])
    invoices += _others(connection, InvoiceFact, "invoices", "number", {row.invoice for row in rows} - {each.number for each in invoices})
    sources = {kind: {row.source for row in rows if row.source_kind == kind} for kind in ("payment", "credit-note")}
    payments += _others(connection, PaymentFact, "payments", "id", sources["payment"] - {each.id for each in payments})
    notes += _others(connection, CreditNoteFact, "credit_notes", "number", sources["credit-note"] - {each.number for each in notes})
    return Documents(
        {each.number: each for each in invoices}, {each.id: each for each in payments}, {each.number: each for each in notes}, rows, draws
    )


def _rows(connection: sqlite3.Connection, key: str, names: Sequence[str]) -> list[Settlement]:
    marks, values = names_in(names)
    return facts_of(connection, Settlement, "settlements", f"WHERE {key} IN {marks} ORDER BY booked_on, source, place", values)


def _draws(connection: sqlite3.Connection, sources: Sequence[str]) -> list[Draw]:
    marks, values = names_in(sources)
    return facts_of(connection, Draw, "draws", f"WHERE source IN {marks} ORDER BY booked_on, refund, place", values)


def _others(connection: sqlite3.Connection, kind: type[D], table: str, key: str, names: set[str]) -> list[D]:
    marks, values = names_in(sorted(names))
    return facts_of(connection, kind, table, f"WHERE {key} IN {marks}", values) if names else []


def holds_of(connection: sqlite3.Connection, customers: Sequence[str]) -> list[HoldFact]:
    """All their holds, also those that count no more."""
    marks, values = names_in(customers)
    return facts_of(connection, HoldFact, "holds", f"WHERE customer IN {marks} ORDER BY booked_on, id", values)

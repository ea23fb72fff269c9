"""Questions that an import asks for thousands of names at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from billcli.core.facts import CreditNoteFact, PaymentFact, Settlement
from billcli.core.imports.accept import Issued
from billcli.index.find import TABLES
from billcli.index.queries import facts_of, names_in


def issued(connection: sqlite3.Connection, kind: str, heads: Sequence[str]) -> dict[str, Issued]:
    """The lowest counter and the highest number that bill itself gave, by head."""
    marks, values = names_in(heads)
    own = f"FROM {TABLES[kind][0]} WHERE imported = 0 AND n IS NOT NULL AND head IN {marks} GROUP BY head"
    first = dict(connection.execute(f"SELECT head, min(n) {own}", values).fetchall())
    last = connection.execute(f"SELECT head, number, max(n) {own}", values)  # the number is that of the highest counter (SQLite)
    return {head: Issued(first[head], number) for head, number, _ in last}


def credit_notes(connection: sqlite3.Connection, numbers: Sequence[str]) -> dict[str, tuple[CreditNoteFact, str]]:
    """Facts and files of these credit notes."""
    marks, values = names_in(numbers)
    facts = {each.number: each for each in facts_of(connection, CreditNoteFact, "credit_notes", f"WHERE number IN {marks}", values)}
    sql = f"SELECT t.number, f.path FROM credit_notes t JOIN files f ON f.id = t.file WHERE t.number IN {marks}"
    return {number: (facts[number], path) for number, path in connection.execute(sql, values)}


def credited(connection: sqlite3.Connection, invoices: Sequence[str]) -> dict[str, int]:
    """What live credit notes correct of these invoices in all."""
    marks, values = names_in(invoices)
    sql = f"SELECT corrects, sum(gross) FROM credit_notes WHERE voided_on IS NULL AND corrects IN {marks} GROUP BY corrects"
    return dict(connection.execute(sql, values).fetchall())


def payments(connection: sqlite3.Connection, names: Sequence[str]) -> dict[str, PaymentFact]:
    """Payments by external id or, for those without one, by their own id: an export names them by that."""
    marks, values = names_in(names)
    by_id = {each.id: each for each in facts_of(connection, PaymentFact, "payments", f"WHERE id IN {marks}", values)}
    found = facts_of(connection, PaymentFact, "payments", f"WHERE external_id IN {marks}", values)
    return by_id | {each.external_id: each for each in found if each.external_id}


def payment_rows(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, list[Settlement]]:
    """The settlement rows of these payments."""
    marks, values = names_in(ids)
    found: dict[str, list[Settlement]] = {each: [] for each in ids}
    for row in facts_of(connection, Settlement, "settlements", f"WHERE source_kind = 'payment' AND source IN {marks}", values):
        found[row.source].append(row)
    return found

"""What the documents at some paths say, and what names them: for two states of the books to be compared."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from billcli.core.difference import Side
from billcli.core.facts import (
    BankDecisionFact,
    BankStatementFact,
    CreditNoteFact,
    CustomerFact,
    DeliveryFact,
    Draw,
    HoldFact,
    InvoiceFact,
    PaymentFact,
    RefundFact,
    ReminderFact,
    Settlement,
)
from billcli.index.queries import F, facts_of

_AT = "WHERE t.file IN (SELECT f.id FROM files f WHERE f.path IN (SELECT value FROM json_each(?)))"
_NAMED = "WHERE t.{key} IN (SELECT value FROM json_each(?))"


def every_hash(connection: sqlite3.Connection) -> dict[str, str]:
    """The SHA-256 of each document, by its file or by its address in a folded one; of the trail none."""
    return dict(connection.execute("SELECT path, hash FROM files WHERE kind NOT IN ('audit', 'folded')"))


def kinds_of(connection: sqlite3.Connection, paths: Collection[str]) -> dict[str, str]:
    """The kind of each."""
    sql = "SELECT path, kind FROM files WHERE path IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(sql, (json.dumps([*paths]),)))


class Named(NamedTuple):
    """Documents whose standing two states may differ in: the changed ones, and those that they name."""

    invoices: set[str]
    notes: set[str]
    payments: set[str]
    refunds: set[str]


def named_at(connection: sqlite3.Connection, paths: Collection[str]) -> Named:
    """By the documents at these paths: themselves, and what their settlements and draws are about."""
    found = Named(
        {each.number for each in _at(connection, InvoiceFact, "invoices", paths)},
        {each.number for each in _at(connection, CreditNoteFact, "credit_notes", paths)},
        {each.id for each in _at(connection, PaymentFact, "payments", paths)},
        {each.id for each in _at(connection, RefundFact, "refunds", paths)},
    )
    for row in (
        *_at(connection, Settlement, "settlements", paths),
        *_named(connection, Settlement, "settlements", "invoice", found.invoices),
    ):
        found.invoices.add(row.invoice)
        _put_source(found, row.source_kind, row.source)
    for draw in (
        *_at(connection, Draw, "draws", paths),
        *_named(connection, Draw, "draws", "source", {*found.payments, *found.notes}),
    ):
        found.refunds.add(draw.refund)
        _put_source(found, draw.source_kind, draw.source)
    return found


def _put_source(found: Named, kind: str, name: str) -> None:
    if kind == "payment":
        found.payments.add(name)
    elif kind == "credit-note":
        found.notes.add(name)


def side(connection: sqlite3.Connection, named: Named) -> Side:
    """These documents as they stand here, with whatever settles those invoices or draws on those payments and credit notes."""
    rows = dict.fromkeys(
        (
            *_named(connection, Settlement, "settlements", "invoice", named.invoices),
            *_named(connection, Settlement, "settlements", "source", {*named.payments, *named.notes}),
        )
    )
    missing = {each.invoice for each in rows} - named.invoices
    sources = {*named.payments, *named.notes}
    return Side(
        {each.number: each for each in _named(connection, InvoiceFact, "invoices", "number", named.invoices | missing)},
        {each.number: each for each in _named(connection, CreditNoteFact, "credit_notes", "number", named.notes)},
        {each.id: each for each in _named(connection, PaymentFact, "payments", "id", named.payments)},
        {each.id: each for each in _named(connection, RefundFact, "refunds", "id", named.refunds)},
        [*rows],
        _named(connection, Draw, "draws", "source", sources),
    )


class Others(NamedTuple):
    """What the documents at some paths say that is no money."""

    statements: dict[str, BankStatementFact]
    decisions: dict[tuple[str, str, str], BankDecisionFact]
    holds: dict[str, HoldFact]
    reminders: dict[str, ReminderFact]
    deliveries: dict[str, DeliveryFact]


def others(connection: sqlite3.Connection, paths: Collection[str]) -> Others:
    return Others(
        {each.id: each for each in _at(connection, BankStatementFact, "bank_statements", paths)},
        {(each.reconciliation, each.account, each.line): each for each in _at(connection, BankDecisionFact, "bank_decisions", paths)},
        {each.id: each for each in _at(connection, HoldFact, "holds", paths)},
        {each.id: each for each in _at(connection, ReminderFact, "reminders", paths)},
        {each.id: each for each in _at(connection, DeliveryFact, "deliveries", paths)},
    )


def customer_names(connection: sqlite3.Connection, names: Collection[str]) -> dict[str, str]:
    return {each.id: each.name for each in _named(connection, CustomerFact, "customers", "id", names)}


def _at(connection: sqlite3.Connection, kind: type[F], table: str, paths: Collection[str]) -> list[F]:
    return facts_of(connection, kind, table, _AT, [json.dumps([*paths])])


def _named(connection: sqlite3.Connection, kind: type[F], table: str, key: str, names: Collection[str]) -> list[F]:
    return facts_of(connection, kind, table, _NAMED.format(key=key), [json.dumps([*names])]) if names else []  # our own column names

"""Many rows at once: what files contribute is gathered and put into its tables together; a large new index gets its indexes after its rows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache

from billcli.core.facts import (
    ApprovalFact,
    AuditedFile,
    BandFact,
    BankAccountFact,
    BankBookingFact,
    BankDecisionFact,
    BankLineFact,
    BankStatementFact,
    CreditLineFact,
    CreditNoteFact,
    CustomerFact,
    DeliveredFact,
    DeliveryFact,
    DraftFact,
    Draw,
    EvidenceFact,
    Fact,
    FindingFact,
    HoldFact,
    InstalmentFact,
    InvoiceFact,
    Name,
    PayeeMark,
    PaymentFact,
    PlanPart,
    RecurringFact,
    Reference,
    RefundFact,
    ReminderChargeFact,
    ReminderFact,
    ReminderItemFact,
    Setting,
    Settlement,
    SoldFact,
    TagFact,
    TrailEntry,
    WriteOffFact,
)  # fmt: skip

FACTS: dict[str, type] = {
    "customers": CustomerFact, "invoices": InvoiceFact, "instalments": InstalmentFact, "credit_notes": CreditNoteFact,
    "credit_lines": CreditLineFact, "sold": SoldFact, "payments": PaymentFact, "refunds": RefundFact, "write_offs": WriteOffFact,
    "recurring": RecurringFact, "reminders": ReminderFact, "reminder_items": ReminderItemFact, "reminder_charges": ReminderChargeFact,
    "approvals": ApprovalFact, "deliveries": DeliveryFact, "delivered": DeliveredFact,
    "holds": HoldFact, "plan_parts": PlanPart, "evidence": EvidenceFact, "findings": FindingFact, "drafts": DraftFact, "settlements": Settlement, "draws": Draw, "refs": Reference,
    "names": Name, "settings": Setting, "tags": TagFact, "bands": BandFact, "audited": AuditedFile, "trail": TrailEntry, "payees": PayeeMark,
    "bank_accounts": BankAccountFact, "bank_statements": BankStatementFact, "bank_lines": BankLineFact, "bank_decisions": BankDecisionFact,
    "bank_bookings": BankBookingFact,
}  # fmt: skip
"""The facts of each table, whose fields are its columns after ``file``."""

TABLES = {fact: table for table, fact in FACTS.items()}

Row = tuple[str, tuple[object, ...]]
"""A fact as its table and its values there: days are text."""

_FILE = ("id", "path", "kind", "size", "mtime_ns", "ctime_ns", "inode", "racy", "hash", "audited")

_GATHERED = 4000
"""Rows that wait at most. With fewer than these, dropping a hundred indexes and making them again takes longer than filling them."""

_AT_ONCE = frozenset(("settlements_invoice", "settlements_source", "draws_source", "audited_path"))
"""The indexes by which balances and the audit trail's files are worked out; the others are made when every column has its value."""


def row_of(fact: Fact) -> Row:
    return TABLES[type(fact)], tuple([each.isoformat() if each.__class__ is date else each for each in fact])


class Bulk:
    """Rows on their way into the index; after ``end`` all are there, and after ``done`` all indexes are."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.is_new = connection.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None
        self._later: dict[str, str] = {}
        self._rows: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)
        self._waiting = 0
        self._files = 0

    def file(self, row: tuple[object, ...]) -> int:
        """The id of the row that a file gets; only for a new index, which has none yet."""
        self._files += 1
        self._rows["files"].append((self._files, *row, 0))
        self._waiting += 1
        return self._files

    def add(self, file: int, rows: Sequence[Row]) -> None:
        """What a file contributes."""
        gathered = self._rows
        for table, values in rows:
            gathered[table].append((file, *values))
        self._waiting += len(rows)
        if self._waiting >= _GATHERED:
            if self.is_new and not self._later:
                self._later = _without_indexes(self.connection)
            self.put()

    def put(self) -> None:
        """What has been gathered is in its tables after this."""
        for table, rows in self._rows.items():
            self.connection.executemany(_insert(table), rows)
        self._rows.clear()
        self._waiting = 0

    def end(self) -> None:
        self.put()
        for name, sql in self._later.items():
            if name in _AT_ONCE:
                self.connection.execute(sql)

    def done(self) -> None:
        for name, sql in self._later.items():
            if name not in _AT_ONCE:
                self.connection.execute(sql)


@cache
def _insert(table: str) -> str:
    columns: Sequence[str] = _FILE if table == "files" else ("file", *FACTS[table]._fields)  # type: ignore[attr-defined]  # named tuples
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # our own names


def _without_indexes(connection: sqlite3.Connection) -> dict[str, str]:
    """Drops the indexes, as many rows go faster into a table without them, and gives by name what makes them again.

    One stays: each folded file asks for the rows of its documents.
    """
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name <> 'files_folded' ORDER BY rowid"
    made = connection.execute(sql).fetchall()
    for name, _ in made:
        connection.execute(f'DROP INDEX "{name}"')
    return dict(made)

"""Notices, what they claimed, and what was consented to."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from billcli.core.facts import ApprovalFact, DeliveryFact, HoldFact, PaymentFact, ReminderChargeFact, ReminderFact, ReminderItemFact
from billcli.index.queries import facts_of, names_in


def reminder(connection: sqlite3.Connection, reminder_id: str) -> ReminderFact | None:
    return next(iter(facts_of(connection, ReminderFact, "reminders", "WHERE id = ?", (reminder_id,))), None)


def reminders(connection: sqlite3.Connection, until: date, customer: str | None = None) -> list[ReminderFact]:
    """Those planned by that day, all or a customer's, in the order of their days."""
    mine, values = (" AND customer = ?", [until.isoformat(), customer]) if customer else ("", [until.isoformat()])
    return facts_of(connection, ReminderFact, "reminders", f"WHERE booked_on <= ?{mine} ORDER BY booked_on, id", values)


def items_of(connection: sqlite3.Connection, reminders: Sequence[str]) -> dict[str, list[ReminderItemFact]]:
    """The invoices in these notices, by notice, in their order."""
    marks, values = names_in(reminders)
    found: dict[str, list[ReminderItemFact]] = {each: [] for each in reminders}
    for row in facts_of(connection, ReminderItemFact, "reminder_items", f"WHERE reminder IN {marks} ORDER BY rowid", values):
        found[row.reminder].append(row)
    return found


def charges_of(connection: sqlite3.Connection, reminders: Sequence[str]) -> dict[str, list[ReminderChargeFact]]:
    """The bank charges claimed in these notices, by notice."""
    marks, values = names_in(reminders)
    found: dict[str, list[ReminderChargeFact]] = {}
    for row in facts_of(connection, ReminderChargeFact, "reminder_charges", f"WHERE reminder IN {marks} ORDER BY rowid", values):
        found.setdefault(row.reminder, []).append(row)
    return found


def reminders_about(connection: sqlite3.Connection, invoices: Sequence[str], until: date) -> list[ReminderFact]:
    """The notices that name one of these invoices."""
    marks, values = names_in(invoices)
    rest = f"WHERE id IN (SELECT reminder FROM reminder_items WHERE invoice IN {marks}) AND booked_on <= ? ORDER BY booked_on, id"
    return facts_of(connection, ReminderFact, "reminders", rest, [*values, until.isoformat()])


def written_after(connection: sqlite3.Connection, path: str, others: Sequence[str]) -> set[str]:
    """Which of the others the audit trail has another content of since this file was written, or from another working copy."""
    marks, values = names_in([path, *others])
    sql = f"SELECT path, clone, min(seq), max(seq) FROM audited WHERE path IN {marks} GROUP BY path, clone"
    rows = connection.execute(sql, values).fetchall()
    begun = {clone: first for name, clone, first, _ in rows if name == path}
    return {name for name, clone, _, last in rows if name != path and last > begun.get(clone, 0)}


def approvals(connection: sqlite3.Connection, customers: Sequence[str]) -> list[ApprovalFact]:
    marks, values = names_in(customers)
    return facts_of(connection, ApprovalFact, "approvals", f"WHERE customer IN {marks} ORDER BY booked_on, id", values)


def approval(connection: sqlite3.Connection, approval_id: str) -> ApprovalFact | None:
    return next(iter(facts_of(connection, ApprovalFact, "approvals", "WHERE id = ?", (approval_id,))), None)


def statements_until(connection: sqlite3.Connection) -> list[tuple[str, str, date | None]]:
    """(account, currency, last day that its statements cover) of every account that is declared."""
    sql = """
    SELECT a.id, a.currency, (SELECT max(s.until) FROM bank_statements s WHERE s.account = a.id) FROM bank_accounts a ORDER BY a.id
    """
    return [(account, currency, date.fromisoformat(until) if until else None) for account, currency, until in connection.execute(sql)]


def reversed_payments(connection: sqlite3.Connection, customers: Sequence[str], until: date) -> list[PaymentFact]:
    """The payments of these customers that the bank had taken back by that day."""
    marks, values = names_in(customers)
    rest = f"WHERE customer IN {marks} AND reversed_on <= ? ORDER BY booked_on, id"
    return facts_of(connection, PaymentFact, "payments", rest, [*values, until.isoformat()])


def holds_of(connection: sqlite3.Connection, customers: Sequence[str], until: date) -> list[HoldFact]:
    marks, values = names_in(customers)
    return facts_of(
        connection, HoldFact, "holds", f"WHERE customer IN {marks} AND booked_on <= ? ORDER BY booked_on, id", [*values, until.isoformat()]
    )


def deliveries_of(connection: sqlite3.Connection, reminders: Sequence[str]) -> dict[str, list[DeliveryFact]]:
    """The deliveries of these notices, by notice."""
    from billcli.index.delivery_queries import deliveries_of as of_kind

    return of_kind(connection, "reminder", list(reminders))


def charges_on(connection: sqlite3.Connection, payments: Sequence[str]) -> list[ReminderChargeFact]:
    """Where the bank charges of these payments were claimed."""
    marks, values = names_in(payments)
    return facts_of(connection, ReminderChargeFact, "reminder_charges", f"WHERE payment IN {marks} ORDER BY rowid", values)

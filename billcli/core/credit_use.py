"""What is done with a credit note after it is issued: used on invoices, taken back from them, made void."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billcli.core.allocation import AllocationRow
from billcli.core.days import moved
from billcli.core.facts import CreditNoteFact
from billcli.core.plan import Append, Change, Edit, Plan, Set
from billcli.core.rows import Row, end, row_data
from billcli.core.settlement import Change as BalanceChange
from billcli.core.settlement import lowest_from
from billcli.core.take_back import Returned
from billcli.errors import BillError
from billcli.model.credit_note import CreditNote
from billcli.model.money import Money


def plan_apply(
    note: CreditNote,
    path: str,
    rows: Sequence[AllocationRow],
    relies_on: Sequence[str],
    also: Sequence[Edit] = (),
    external_id: str | None = None,
) -> Plan:
    """The plan that uses unapplied credit on invoices; ``also`` are edits that go with it."""
    currency = note.currency
    edits = tuple(Append(("applied",), row_data(row.invoice, row.kind, row.amount, row.on, currency, external_id)) for row in rows)
    lines = [f"  {Money(row.amount, currency)} to {row.invoice}, counted from {row.on}" for row in rows]
    return Plan(
        "credit-note apply", (Change(path, "credit-note", (*also, *edits)),), (f"credit note {note.number} is applied:", *lines),
        {"number": note.number}, relies_on=(path, *relies_on),
    )  # fmt: skip


def plan_undo(
    note: CreditNote, path: str, rows: Sequence[Row], on: date, asked_on: date, reason: str,
    returned: Sequence[Returned] = (), changes: Sequence[Change] = (),
) -> Plan:  # fmt: skip
    """The plan that takes applications back: the invoices are open again, and the credit is unapplied, from that day on.

    Credit that came from such an invoice because this note had settled it is ``returned`` to it by the ``changes``.
    Raises ``BillError`` for a day before the credit note was issued.
    """
    if asked_on < note.issued_on:
        raise BillError(f"{asked_on} is before {note.issued_on}, the day {note.number} was issued", "it settled nothing before that")
    currency = note.currency
    edits: list[Edit] = [edit for row in rows for edit in end(row, on, reason, currency)]
    lines = [
        f"  {Money(row.amount, currency)} on {row.invoice} are open again" + (f" from {row.on} on" if row.on > on else "") for row in rows
    ]
    lines += [f"  {Money(each.amount, currency)} of the credit of {each.note} return to {each.invoice}" for each in returned]
    lines.append(f"  {Money(sum(row.amount for row in rows), currency)} of the credit note are unapplied again")
    lines += moved(on, asked_on)
    return Plan(
        "credit-note apply --undo", (Change(path, "credit-note", tuple(edits)), *changes),
        (f"applications of credit note {note.number} are taken back from {on} on: {reason}", *lines), {"number": note.number},
        relies_on=(path, "ledger.yaml", *(change.path for change in changes)), reason=reason,
    )  # fmt: skip


def plan_void(fact: CreditNoteFact, path: str, free: Sequence[BalanceChange], last_event: date, on: date, reason: str) -> Plan:
    """The plan that makes a credit note void; it keeps its number.

    Raises ``BillError`` while any of it is applied or refunded, and for a day before its last event.
    """
    if fact.voided_on:
        raise BillError(f"{fact.number} is void already, from {fact.voided_on} on")
    if on < last_event:
        raise BillError(f"{fact.number} has an event on {last_event}; void from {on} would change the past", f"--on {last_event} or later")
    left = lowest_from(free, on)
    if left != fact.gross:
        used = Money(fact.gross - left, fact.currency)
        hint = f'take it back first: "bill credit-note apply {fact.number} --undo --reason …", or the refund: "bill refund reverse"'
        raise BillError(f"{used} of {fact.number} are used; only credit that is wholly unapplied can be made void", hint)
    void = Set(("void",), {"on": on, "reason": reason})
    summary = f"credit note {fact.number} over {Money(fact.gross, fact.currency)} is void from {on} on: {reason}"
    return Plan(
        "credit-note void", (Change(path, "credit-note", (void,)),), (summary,), {"number": fact.number}, relies_on=(path, "ledger.yaml"),
        reason=reason,
    )  # fmt: skip

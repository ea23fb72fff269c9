"""What a payment, a refund, a write-off and a credit note must fulfil by themselves: their rows follow from their own facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from billcli.core.checks.amounts import check_amounts
from billcli.diagnostics import Diagnostic, Path, dotted
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.payment import Allocation, Payment
from billcli.model.refund import Refund
from billcli.model.write_off import WriteOff, WrittenOff


class Dated(Protocol):
    """A row that counts from ``on`` until ``ended_on``."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def on(self) -> date: ...
    @property
    def ended_on(self) -> date | None: ...


def check_payment(payment: Payment) -> Iterator[Diagnostic]:
    """A payment: money and fee in their currencies, rows after the money, nothing granted without it, nothing left by a reversal."""
    rows = payment.allocations
    fields: list[tuple[Path, Decimal]] = [(("amount",), payment.amount), *_row_amounts("allocations", rows)]
    if payment.fee is not None:
        fields.append((("fee",), payment.fee))
    yield from check_amounts([*fields, *_bank_charge(payment.reversed)], payment.currency)
    if payment.received:
        yield from _received(payment)
    if payment.amount == 0:
        yield Diagnostic("E205", "amount: a payment of nothing", path=("amount",), hint="a payment that did not come is no document")
    if payment.on < payment.received_on:
        message = f"on: {payment.on} is before {payment.received_on}, the day the money came"
        yield Diagnostic("E504", message, path=("on",), hint="one of the two is mistyped")
    late = "the day from which the payment counts"
    yield from _rows("allocations", rows, payment.on, late, "money settles nothing before it is there")
    yield from _granted(rows)
    yield from _fee(payment)
    yield from _reversal(payment, "allocations", rows, payment.received_on)


def _row_amounts(field: str, rows: Sequence[Dated]) -> list[tuple[Path, Decimal]]:
    return [((field, at, "amount"), each.amount) for at, each in enumerate(rows)]


def _bank_charge(reversal: Any) -> list[tuple[Path, Decimal]]:
    return [(("reversed", "bank_charge"), reversal.bank_charge)] if reversal and reversal.bank_charge is not None else []


def _received(payment: Payment) -> Iterator[Diagnostic]:
    received = payment.received
    assert received is not None
    yield from check_amounts([(("received", "amount"), received.amount)], received.currency)
    if received.currency == payment.currency:
        message = f"received.currency: {received.currency} is the payment's own currency, and amount: says what came in that"
        yield Diagnostic("E220", message, path=("received", "currency"), hint="received: is for money that came in another currency")


def _rows(field: str, rows: Sequence[Dated], begun: date, what: str, hint: str) -> Iterator[Diagnostic]:
    """E504: no row begins before its document, or ends before it begins."""
    for at, each in enumerate(rows):
        if each.on < begun:
            path: Path = (field, at, "on")
            yield Diagnostic("E504", f"{dotted(path)}: {each.on} is before {begun}, {what}", path=path, hint=hint)
        if each.ended_on is not None and each.ended_on < each.on:
            path = (field, at, "ended_on")
            message = f"{dotted(path)}: {each.ended_on} is before {each.on}, the day it began"
            yield Diagnostic("E504", message, path=path, hint="one of the two is mistyped")


def _counts(row: Dated, day: date) -> bool:
    return row.on <= day and (row.ended_on is None or day < row.ended_on)


def _granted(rows: Sequence[Allocation]) -> Iterator[Diagnostic]:
    """E508: a discount, a bank charge, a small difference comes with money on the same invoice and goes with it."""
    for at, each in enumerate(rows):
        if each.kind == "payment" or (each.ended_on is not None and each.ended_on <= each.on):
            continue
        cash = [row for row in rows if row.kind == "payment" and row.invoice == each.invoice]
        ends = {row.ended_on for row in cash if row.ended_on and _counts(each, row.ended_on)}
        alone = [day for day in sorted({each.on, *ends}) if not any(_counts(row, day) for row in cash)]
        if alone:
            path: Path = ("allocations", at, "kind")
            message = f"{dotted(path)}: from {alone[0]} on no money of this payment settles {each.invoice} beside this {each.kind}"
            yield Diagnostic("E508", message, path=path, hint="end it with the money; without money it is a credit note or a write-off")


def _fee(payment: Payment) -> Iterator[Diagnostic]:
    charges = [(at, each) for at, each in enumerate(payment.allocations) if each.kind == "bank_charge"]
    fee = payment.fee or Decimal(0)
    for at, each in charges:
        total = sum((other.amount for _, other in charges if _counts(other, each.on)), Decimal(0))
        if total > fee:
            currency = payment.currency
            kept = f"the fee is {format(fee, 'f')} {currency}" if payment.fee is not None else "the payment names no fee"
            message = f"allocations[{at}].amount: bank charges come to {format(total, 'f')} {currency} on {each.on}; {kept}"
            yield Diagnostic("E507", message, path=("allocations", at, "amount"), hint="fee: says what banks kept of the money on its way")
            return


def _reversal(document: Payment | Refund, field: str, rows: Sequence[Dated], money_on: date) -> Iterator[Diagnostic]:
    """E504 and E506: a reversal comes after what it reverses and leaves nothing standing."""
    reversal = document.reversed
    if reversal is None:
        return
    if reversal.on < document.on:
        message = f"reversed.on: {reversal.on} is before {document.on}, the day from which it counts"
        yield Diagnostic("E504", message, path=("reversed", "on"), hint="nothing goes back before it has come")
    if reversal.value_on is not None and reversal.value_on < money_on:
        message = f"reversed.value_on: {reversal.value_on} is before {money_on}, the day of the money"
        yield Diagnostic("E504", message, path=("reversed", "value_on"), hint="nothing goes back before it has come")
    for at, each in enumerate(rows):
        begun = each.on if each.on > reversal.on else reversal.on
        if _counts(each, begun):
            message = f"{field}[{at}] outlasts the reversal of {reversal.on}"
            yield Diagnostic("E506", message, path=(field, at, "amount"), hint=f"give the row ended_on: {begun}")


def check_refund(refund: Refund) -> Iterator[Diagnostic]:
    """A refund: what its draws take of payments and credit notes is what was paid back."""
    fields: list[tuple[Path, Decimal]] = [(("amount",), refund.amount), *_row_amounts("draws", refund.draws)]
    yield from check_amounts([*fields, *_bank_charge(refund.reversed)], refund.currency)
    if refund.amount == 0:
        yield Diagnostic("E205", "amount: a refund of nothing", path=("amount",), hint="a refund that was not paid is no document")
    if refund.on < refund.paid_on:
        message = f"on: {refund.on} is before {refund.paid_on}, the day the money went"
        yield Diagnostic("E504", message, path=("on",), hint="one of the two is mistyped")
    for at, each in enumerate(refund.draws):
        path: Path = ("draws", at)
        if each.payment is not None and each.credit_note is not None:
            message = f"{dotted(path)}: payment and credit_note exclude each other"
            yield Diagnostic("E220", message, path=(*path, "credit_note"), hint="a draw takes of one of them; write two draws")
        elif each.payment is None and each.credit_note is None:
            message = f"{dotted(path)}: a key is missing: payment or credit_note"
            yield Diagnostic("E202", message, path=path, hint="a draw names the payment or the credit note that it takes of")
    yield from _rows("draws", refund.draws, refund.on, "the day from which the refund counts", "one of the two is mistyped")
    yield from _drawn(refund)
    yield from _reversal(refund, "draws", refund.draws, refund.paid_on)


def _drawn(refund: Refund) -> Iterator[Diagnostic]:
    """E404: on every day until it comes back a refund is what its draws take; also one that came back on its own day drew all of it."""
    begun = max(refund.on, refund.paid_on)
    until = max(refund.reversed.on, begun) if refund.reversed else date.max
    changes = {day for each in refund.draws for day in (each.on, each.ended_on) if day and begun < day < until}
    for day in sorted({begun, *changes}):
        taken = [each for each in refund.draws if _counts(each, day) or (day == until and each.on <= day and each.ended_on == day)]
        drawn = sum((each.amount for each in taken), Decimal(0))
        if drawn != refund.amount:
            when = f" on {day}" if changes else ""
            message = f"amount is {format(refund.amount, 'f')}; the draws come to {format(drawn, 'f')}{when}"
            yield Diagnostic("E404", message, path=("amount",), hint="all that is paid back is drawn of payments or credit notes")
            return


def check_write_off(write_off: WriteOff) -> Iterator[Diagnostic]:
    """A write-off: its first rows come to its amount, and a bad debt has somebody's approval."""
    rows = write_off.allocations
    yield from check_amounts([(("amount",), write_off.amount), *_row_amounts("allocations", rows)], write_off.currency)
    if write_off.amount == 0:
        yield Diagnostic("E205", "amount: a write-off of nothing", path=("amount",), hint="a write-off that did not happen is no document")
    if write_off.kind == "bad-debt" and write_off.approved_by is None:
        message = "a key is missing: approved_by, for a bad debt"
        yield Diagnostic("E202", message, path=("kind",), hint="write who agreed to give the money up")
    yield from _rows("allocations", rows, write_off.on, "the day of the write-off", "one of the two is mistyped")
    parts = list(_grouped(rows))
    first = sum((each.amount for _, each, before in parts if before is None), Decimal(0))
    if first != write_off.amount:
        message = f"amount is {format(write_off.amount, 'f')}; the rows it began with come to {format(first, 'f')}"
        yield Diagnostic("E404", message, path=("amount",), hint="what ends keeps its row; amount: stays what was written off at first")
    for at, each, before in parts:
        if before is not None and each.amount > before.amount:
            message = f"allocations[{at}].amount: {format(each.amount, 'f')} go on of {format(before.amount, 'f')} that ended on {each.on}"
            hint = "what is left of a row is less than it was; more is a write-off of its own"
            yield Diagnostic("E404", message, path=("allocations", at, "amount"), hint=hint)


def _grouped(rows: Sequence[WrittenOff]) -> Iterator[tuple[int, WrittenOff, WrittenOff | None]]:
    """Each row with its place and what it is left of: a row that begins on the day an earlier one of its invoice ended; else None."""
    ended: list[WrittenOff] = []
    for at, each in enumerate(rows):
        before = next((row for row in ended if (row.invoice, row.ended_on) == (each.invoice, each.on)), None)
        if before is not None:
            ended.remove(before)
        yield at, each, before
        if each.ended_on is not None:
            ended.append(each)


def check_applied(note: CreditNote) -> Iterator[Diagnostic]:
    """A credit note's rows and its void."""
    yield from check_amounts(_row_amounts("applied", note.applied), note.currency)
    yield from _rows("applied", note.applied, note.issued_on, "the day of issue", "credit settles nothing before it is there")
    yield from check_void(note)


def check_void(document: Invoice | CreditNote) -> Iterator[Diagnostic]:
    """E504: nothing is void before it is issued."""
    if document.void and document.void.on < document.issued_on:
        message = f"void.on: {document.void.on} is before the day of issue, {document.issued_on}"
        yield Diagnostic("E504", message, path=("void", "on"), hint="a void counts from the day of issue at the earliest")

"""Recording a payment, allocating it, taking an allocation back, and what happens when the bank takes the money back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.allocation import AllocationRow, Wish
from billcli.core.days import check_not_ahead, first_open_day, moved
from billcli.core.document import dated_id, document_data, made, path_of
from billcli.core.early_payment import TaxShare, tax_words
from billcli.core.plan import Append, Change, Create, Edit, Plan, Set
from billcli.core.rows import Row, end, row_data
from billcli.core.take_back import Returned
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.payment import Allocation, Payment
from billcli.model.settings import Settings

KINDS = {"payment": "", "discount": " early-payment discount", "bank_charge": " bank charge", "write_off": " small difference written off"}

Taxes = Mapping[str, Sequence[TaxShare]]
"""The tax in the discount on each invoice."""

NO_TAXES: Taxes = {}


class PaymentRequest(NamedTuple):
    """What a person asks for; amounts in minor units of ``currency``, but ``received`` is what came in: an amount and its currency."""

    customer: str
    amount: int
    currency: str
    received_on: date
    wishes: tuple[Wish, ...] = ()
    policy: str | None = None
    received: tuple[Decimal, str] | None = None
    fee: int = 0
    method: str | None = None
    payer_name: str | None = None
    payer_iban: str | None = None
    reference: str | None = None
    notes: str | None = None
    external_id: str | None = None
    for_others: tuple[str, ...] = ()


def payment_document(request: PaymentRequest, rows: Sequence[AllocationRow], booked_on: date, taken: Collection[str]) -> Payment:
    """The payment as it will stand in its file; ``taken`` are the ids in use, without case."""
    currency = request.currency
    same = (request.customer, request.received_on, request.amount, currency, request.external_id or "")
    fields = {
        "id": dated_id(request.received_on, request.customer, same, taken),
        "customer": request.customer, "received_on": request.received_on, "on": booked_on,
        "amount": Money(request.amount, currency).amount, "currency": currency,
        "received": {"amount": request.received[0], "currency": request.received[1]} if request.received else None,
        "fee": Money(request.fee, currency).amount if request.fee else None,
        "method": request.method, "payer_name": request.payer_name,
        "payer_iban": request.payer_iban, "reference": request.reference, "external_id": request.external_id, "policy": request.policy,
        "for_others": request.for_others or None,
        "allocations": [row_data(row.invoice, row.kind, row.amount, row.on, currency) for row in rows] or None,
        "notes": request.notes,
    }  # fmt: skip
    return made(Payment, fields)


def plan_payment(
    payment: Payment, relies_on: Sequence[str], twins: Sequence[str], notes: Sequence[str] = (), taxes: Taxes = NO_TAXES
) -> Plan:
    """The plan that records a payment; ``twins`` are payments of the same customer, day and amount."""
    currency = payment.currency
    used = sum((each.amount for each in payment.allocations if each.kind == "payment"), Decimal(0))
    came = f" ({payment.received.amount} {payment.received.currency} came in)" if payment.received else ""
    summary = [
        f"payment {payment.id}: {format(payment.amount, 'f')} {currency}{came} from {payment.customer}, received {payment.received_on}"
    ]
    summary += moved(payment.on, payment.received_on, "booked on")
    for each in payment.allocations:
        summary.append(_row_line(each, currency, payment.on, taxes))
    if used != payment.amount:
        summary.append(f"  {format(payment.amount - used, 'f')} {currency} stay as unapplied credit")
    if kept := (payment.fee or Decimal(0)) - sum((each.amount for each in payment.allocations if each.kind == "bank_charge"), Decimal(0)):
        summary.append(f"  the fee of {format(kept, 'f')} {currency} settles an invoice once the payment is allocated to it")
    return Plan(
        command="payment add",
        steps=(Create(path_of("payments", payment.id, payment.on), "payment", document_data(payment)),),
        summary=(*summary, *(f"  {note}" for note in notes)),
        result={"id": payment.id},
        relies_on=tuple(relies_on),
        given=(payment.id,),
        warnings=tuple(f"{twin} has the same customer, day and amount" for twin in twins),
    )


def _row_line(row: Allocation, currency: str, usual: date, taxes: Taxes) -> str:
    where = "to" if row.kind == "payment" else "on"
    tax = tax_words(taxes.get(row.invoice, ()), currency) if row.kind == "discount" else ""
    later = f", counted from {row.on}" if row.on != usual else ""
    return f"  {format(row.amount, 'f')} {currency}{KINDS[row.kind]} {where} {row.invoice}{later}" + (f", {tax}" if tax else "")


def plan_allocate(
    payment: Payment,
    path: str,
    rows: Sequence[AllocationRow],
    notes: Sequence[str],
    relies_on: Sequence[str],
    also: Sequence[Edit] = (),
    taxes: Taxes = NO_TAXES,
    external_id: str | None = None,
) -> Plan:
    """The plan that gives what is free of a payment to invoices; ``also`` are edits that go with it."""
    currency = payment.currency
    edits = tuple(Append(("allocations",), row_data(row.invoice, row.kind, row.amount, row.on, currency, external_id)) for row in rows)
    typed = [Allocation(invoice=row.invoice, kind=row.kind, amount=Money(row.amount, currency).amount, on=row.on) for row in rows]
    lines = [_row_line(row, currency, payment.on, taxes) for row in typed]
    summary = (f"payment {payment.id} is allocated:", *lines, *(f"  {note}" for note in notes))
    return Plan("payment allocate", (Change(path, "payment", (*also, *edits)),), summary, {"id": payment.id}, relies_on=(path, *relies_on))


class Ending(NamedTuple):
    """Rows of one payment that end, and the credit that returns to invoices because of it."""

    rows: Sequence[Row]
    on: date
    reason: str
    returned: Sequence[Returned]
    changes: Sequence[Change]


def plan_undo(payment: Payment, path: str, ending: Ending, asked_on: date) -> Plan:
    """The plan that takes allocations back: the invoices are open again, and the money is free, from that day on.

    Raises ``BillError`` for a day before the money came.
    """
    if asked_on < payment.received_on:
        raise BillError(f"{asked_on} is before {payment.received_on}, the day the money came", "it settled nothing before it came")
    edits = [edit for row in ending.rows for edit in end(row, ending.on, ending.reason, payment.currency)]
    outlasting = outlasting_granted(payment, ending.rows, ending.on)
    edits += _sooner(outlasting)
    free = sum(row.amount for row in ending.rows if row.kind == "payment")
    summary = [
        f"allocations of payment {payment.id} are taken back from {ending.on} on: {ending.reason}",
        *_ending_lines(payment, ending),
        *_sooner_lines(payment, outlasting),
        f"  {Money(free, payment.currency)} of the payment are unapplied again",
        *moved(ending.on, asked_on),
    ]
    return Plan(
        "payment allocate --undo", (Change(path, "payment", tuple(edits)), *ending.changes), tuple(summary), {"id": payment.id},
        relies_on=(path, *(change.path for change in ending.changes)), reason=ending.reason,
    )  # fmt: skip


class Outlasting(NamedTuple):
    """A row that was ended already, but later than the money that it came with now does: from ``on`` it counts no more."""

    at: int
    invoice: str
    on: date


def outlasting_rows(payment: Payment, on: date) -> list[Outlasting]:
    """The rows that were ended later than a reversal on that day."""
    ended = ((at, each, max(on, each.on)) for at, each in enumerate(payment.allocations))
    return [Outlasting(at, each.invoice, day) for at, each, day in ended if each.ended_on is not None and each.ended_on > day]


def outlasting_granted(payment: Payment, ending: Sequence[Row], on: date) -> list[Outlasting]:
    """What was granted with the money, and taken back by a credit note on a day when the money now counts no more."""
    rows = payment.allocations
    ends = {row.at: max(on, row.on) for row in ending}
    cash = [(each.invoice, each.on, ends.get(at, each.ended_on)) for at, each in enumerate(rows) if each.kind == "payment"]
    found = []
    for at, each in enumerate(rows):
        if each.kind != "payment" and each.ended_on is not None and each.invoice in {row.invoice for row in ending}:
            mine = [(begun, until) for invoice, begun, until in cash if invoice == each.invoice]
            days = sorted({each.on, *(until for _, until in mine if until and each.on < until < each.ended_on)})
            alone = [day for day in days if not any(begun <= day and (until is None or day < until) for begun, until in mine)]
            if alone and alone[0] < each.ended_on:
                found.append(Outlasting(at, each.invoice, alone[0]))
    return found


def _sooner(outlasting: Sequence[Outlasting]) -> list[Edit]:
    return [Set(("allocations", each.at, "ended_on"), each.on) for each in outlasting]


def _sooner_lines(payment: Payment, outlasting: Sequence[Outlasting]) -> list[str]:
    rows = [(payment.allocations[each.at], each.on) for each in outlasting]
    return [
        f"  {format(row.amount, 'f')} {payment.currency}{KINDS[row.kind]} on {row.invoice}, taken back on {row.ended_on}, "
        f"count no more from {on} on"
        for row, on in rows
    ]


def reversal_day(payment: Payment, value_on: date, settings: Settings, today: date) -> date:
    """The day a reversal counts in the books. Raises ``BillError`` for a day before the money came, or in the future."""
    if payment.reversed:
        raise BillError(f"{payment.id} is reversed already, from {payment.reversed.on} on")
    if value_on < payment.received_on:
        raise BillError(f"{value_on} is before {payment.received_on}, the day the money came", "the bank takes nothing back before it came")
    check_not_ahead(value_on, today, "a reversal is recorded when the bank has booked it")
    return first_open_day(settings, max(value_on, payment.on))


def plan_reverse(payment: Payment, path: str, ending: Ending, value_on: date, bank_charge: Decimal | None) -> Plan:
    """The plan that records that the bank took the money back: the payment is worth nothing, and its rows end, from that day on."""
    reversal: dict[str, Any] = {"on": ending.on, "value_on": value_on if value_on != ending.on else None, "reason": ending.reason}
    if bank_charge:
        reversal["bank_charge"] = bank_charge
    edits: list[Edit] = [edit for row in ending.rows for edit in end(row, ending.on, ending.reason, payment.currency)]
    outlasting = outlasting_rows(payment, ending.on)
    edits += _sooner(outlasting)
    edits.append(Set(("reversed",), {key: value for key, value in reversal.items() if value is not None}))
    summary = [f"payment {payment.id} over {format(payment.amount, 'f')} {payment.currency} is reversed on {value_on}: {ending.reason}"]
    summary += _ending_lines(payment, ending)
    summary += _sooner_lines(payment, outlasting)
    summary += moved(ending.on, value_on)
    if bank_charge:
        charge = f"{bank_charge} {payment.currency}"
        summary.append(f"  the bank's charge of {charge} is a claim against {payment.customer}, outside the balance")
    return Plan(
        "payment reverse", (Change(path, "payment", tuple(edits)), *ending.changes), tuple(summary), {"id": payment.id},
        relies_on=(path, "ledger.yaml", *(change.path for change in ending.changes)), reason=ending.reason,
    )  # fmt: skip


def _ending_lines(payment: Payment, ending: Ending) -> list[str]:
    currency = payment.currency
    lines = [
        f"  {Money(row.amount, currency)}{KINDS[row.kind or 'payment']} on {row.invoice} are open again"
        + (f" from {row.on} on" if row.on > ending.on else "")
        for row in ending.rows
    ]
    return lines + [f"  {Money(each.amount, currency)} of the credit of {each.note} return to {each.invoice}" for each in ending.returned]

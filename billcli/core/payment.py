"""Recording a payment and allocating it: every row gets the first day on which both sides can bear it for good."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.invoice import content_id, document_data
from billcli.core.numbering import first_open_day
from billcli.core.plan import Create, Plan
from billcli.core.settlement import Change, first_day, invoice_changes, lasting
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.payment import Payment
from billcli.model.settings import Settings


class Wish(NamedTuple):
    """An invoice to settle; no amount means as much as fits."""

    invoice: str
    amount: int | None


class PaymentRequest(NamedTuple):
    """What a person asks for; amounts in minor units of ``currency``."""

    customer: str
    amount: int
    currency: str
    received_on: date
    wishes: tuple[Wish, ...] = ()
    oldest_first: bool = False
    method: str | None = None
    payer_name: str | None = None
    payer_iban: str | None = None
    reference: str | None = None
    notes: str | None = None
    external_id: str | None = None


class Target(NamedTuple):
    """An invoice that money can go to, with all its settlement rows."""

    invoice: InvoiceFact
    rows: Sequence[Settlement]


class AllocationRow(NamedTuple):
    """One allocation with its book date; minor units."""

    invoice: str
    amount: int
    on: date


def allocate(
    request: PaymentRequest, booked_on: date, targets: Mapping[str, Target], oldest: Sequence[str], settings: Settings
) -> list[AllocationRow]:
    """The named invoices in their order, then, if asked, the oldest due ones.

    Raises ``BillError`` where a named amount is more than the invoice or the payment can bear, or the currencies differ.
    """
    rows: list[AllocationRow] = []
    named = {wish.invoice for wish in request.wishes}
    wishes = [
        *request.wishes,
        *(Wish(number, None) for number in (oldest if request.oldest_first else ()) if number not in named),
    ]
    for at, wish in enumerate(wishes):
        target = targets[wish.invoice]
        _fits(request, target.invoice)
        money = [Change(booked_on, request.amount), *(Change(row.on, -row.amount) for row in rows)]
        owed = invoice_changes(target.invoice.issued_on, target.invoice.gross, target.rows)
        most = min(lasting(owed), lasting(money))
        amount = most if wish.amount is None else wish.amount
        if amount > lasting(owed):
            message = (
                f"{wish.invoice} has {Money(max(lasting(owed), 0), request.currency)} open, less than {Money(amount, request.currency)}"
            )
            raise BillError(message, "what is not allocated stays as the customer's credit")
        if amount > lasting(money):
            left = Money(lasting(money), request.currency)
            message = f"the payment has {left} left for {wish.invoice}, less than {Money(amount, request.currency)}"
            raise BillError(message)
        if amount <= 0:
            if at < len(request.wishes):
                why = "nothing is open on it" if lasting(owed) <= 0 else "the payment is used up"
                raise BillError(
                    f"{wish.invoice} takes nothing of this payment: {why}",
                    f'"bill show {wish.invoice}" tells how it was settled',
                )
            continue
        not_before = first_open_day(settings, max(booked_on, target.invoice.issued_on))
        on = first_day(amount, not_before, owed, money)
        assert on is not None, "both balances bear the amount in the end"
        rows.append(AllocationRow(wish.invoice, amount, on))
    return rows


def _fits(request: PaymentRequest, invoice: InvoiceFact) -> None:
    if invoice.currency != request.currency:
        raise BillError(f"{invoice.number} is in {invoice.currency}, the payment in {request.currency}", "currencies never mix")
    if invoice.voided_on:
        raise BillError(f"{invoice.number} is void")


def content_key(request: PaymentRequest) -> str:
    """What makes a payment the same payment."""
    parts = (
        request.customer,
        request.received_on.isoformat(),
        str(request.amount),
        request.currency,
        request.external_id or "",
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def payment_document(request: PaymentRequest, rows: Sequence[AllocationRow], booked_on: date, taken: Collection[str]) -> Payment:
    """The payment as it will stand in its file; ``taken`` are the ids in use, without case."""
    payment_id = content_id(f"{request.received_on.isoformat()}-{request.customer}", content_key(request), taken)
    currency = request.currency
    fields = {
        "id": payment_id, "customer": request.customer, "received_on": request.received_on, "on": booked_on,
        "amount": Money(request.amount, currency).amount, "currency": currency, "method": request.method, "payer_name": request.payer_name,
        "payer_iban": request.payer_iban, "reference": request.reference, "external_id": request.external_id,
        "allocations": [{"invoice": row.invoice, "amount": Money(row.amount, currency).amount, "on": row.on} for row in rows] or None,
        "notes": request.notes,
    }  # fmt: skip
    return Payment.model_validate({key: value for key, value in fields.items() if value is not None})


def plan_payment(payment: Payment, relies_on: Sequence[str], twins: Sequence[str]) -> Plan:
    """The plan that records a payment; ``twins`` are payments of the same customer, day and amount."""
    currency = payment.currency
    used = sum((each.amount for each in payment.allocations), Decimal(0))
    summary = [f"payment {payment.id}: {format(payment.amount, 'f')} {currency} from {payment.customer}, received {payment.received_on}"]
    if payment.on != payment.received_on:
        summary.append(f"booked on {payment.on}: {payment.received_on} lies in a closed period")
    for each in payment.allocations:
        later = f", counted from {each.on}" if each.on != payment.on else ""
        summary.append(f"  {format(each.amount, 'f')} {currency} to {each.invoice}{later}")
    if used != payment.amount:
        summary.append(f"  {format(payment.amount - used, 'f')} {currency} stay as unapplied credit")
    return Plan(
        command="payment add",
        steps=(Create(f"payments/{payment.on:%Y}/{payment.on:%m}/{payment.id}.yaml", "payment", document_data(payment)),),
        summary=tuple(summary),
        result={"id": payment.id},
        relies_on=tuple(relies_on),
        given=(payment.id,),
        warnings=tuple(f"{twin} has the same customer, day and amount" for twin in twins),
    )

"""Paying money back: a refund draws on unapplied payments and credit notes, never on an invoice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.days import check_not_ahead, first_open_day, moved
from billcli.core.document import dated_id, document_data, made, path_of
from billcli.core.plan import Change, Create, Edit, Plan, Set
from billcli.core.settlement import Change as BalanceChange
from billcli.core.settlement import first_day, lasting, lowest_from
from billcli.errors import BillError, UsageError
from billcli.model.money import Money
from billcli.model.refund import Refund
from billcli.model.settings import Settings


class RefundRequest(NamedTuple):
    """What a person asks for; ``amount`` in minor units, or None for all that the named sources have."""

    customer: str
    currency: str
    paid_on: date
    amount: int | None
    reason: str
    method: str | None = None
    reference: str | None = None
    notes: str | None = None
    external_id: str | None = None


class Source(NamedTuple):
    """A payment or credit note of the customer with its free amount; ``wanted`` is what is asked of it, None for what is needed.

    ``named`` by a person; others are taken as far as they were free on the day.
    """

    kind: str
    name: str
    changes: list[BalanceChange]
    wanted: int | None
    path: str
    named: bool = True


class DrawRow(NamedTuple):
    """What is taken of a source; minor units."""

    kind: str
    name: str
    amount: int


def draws(request: RefundRequest, sources: Sequence[Source], on: date) -> list[DrawRow]:
    """Takes the amount from the sources in their order. Raises ``BillError`` for more than they have from that day on."""
    currency = request.currency
    left = request.amount
    found = []
    for source in sources:
        free = max(lasting(source.changes) if source.named else lowest_from(source.changes, on), 0)
        amount = free if source.wanted is None else source.wanted
        if source.wanted is None and left is not None:
            amount = min(amount, left)
        if source.wanted is not None and amount > free:
            raise BillError(f"{source.name} has {Money(free, currency)} unapplied, less than {Money(amount, currency)}")
        if not amount:
            continue
        day = first_day(amount, on, source.changes)
        if day != on:
            message = f"{Money(amount, currency)} of {source.name} are free only from {day} on, not on {on}"
            raise BillError(message, "give the day on which the money really went out")
        found.append(DrawRow(source.kind, source.name, amount))
        if left is not None:
            left -= amount
    total = sum(each.amount for each in found)
    named = any(source.named for source in sources)
    if named and (left or not total):
        raise _named_misfit(sources, left or 0, total, currency)
    used = {(each.kind, each.name) for each in found}
    if idle := [source.name for source in sources if source.named and (source.kind, source.name) not in used]:
        raise BillError(f"{idle[0]} gives nothing to this refund", f'leave it out; "bill show {idle[0]}" tells what is unapplied of it')
    if not total:
        message = f"{request.customer} has no unapplied credit in {currency} on {on}"
        raise BillError(message, "a refund draws on unapplied payments and credit notes")
    if left:
        had = f"{request.customer} has {Money(total, currency)} of unapplied credit on {on}"
        raise BillError(f"{had}, {Money(left, currency)} too little for this refund", "a refund gives back what is there, no more")
    return found


def _named_misfit(sources: Sequence[Source], left: int, total: int, currency: str) -> BillError:
    """Why the named sources do not come to what is asked."""
    if left < 0:
        return UsageError("the named amounts are more than --amount", "leave --amount out, or make them fit")
    names = ", ".join(source.name for source in sources)
    if not total:
        return BillError(f"nothing is unapplied of {names}", "a refund draws on unapplied payments and credit notes")
    message = f"{Money(total, currency)} are taken of {names}, {Money(left, currency)} less than the refund"
    return BillError(message, "name another source, or a smaller amount")


def refund_document(request: RefundRequest, rows: Sequence[DrawRow], on: date, taken: Collection[str]) -> Refund:
    """The refund as it will stand in its file; ``taken`` are the ids in use, without case."""
    currency = request.currency
    amount = sum(row.amount for row in rows)
    same = ("refund", request.customer, request.paid_on, amount, currency, request.external_id or "")
    keys = {"payment": "payment", "credit-note": "credit_note"}
    fields = {
        "id": dated_id(request.paid_on, request.customer, same, taken), "customer": request.customer,
        "paid_on": request.paid_on, "on": on, "amount": Money(amount, currency).amount, "currency": currency, "method": request.method,
        "reference": request.reference, "reason": request.reason, "external_id": request.external_id,
        "draws": [{keys[row.kind]: row.name, "amount": Money(row.amount, currency).amount, "on": on} for row in rows],
        "notes": request.notes,
    }  # fmt: skip
    return made(Refund, fields)


def plan_refund(refund: Refund, relies_on: Sequence[str], twins: Sequence[str]) -> Plan:
    """The plan that records a refund; ``twins`` are refunds of the same customer, day and amount."""
    currency = refund.currency
    summary = [f"refund {refund.id}: {format(refund.amount, 'f')} {currency} to {refund.customer}, paid {refund.paid_on}: {refund.reason}"]
    summary += moved(refund.on, refund.paid_on, "booked on")
    summary += [f"  {each.amount} {currency} of {each.payment or each.credit_note}" for each in refund.draws]
    return Plan(
        "refund new", (Create(path_of("refunds", refund.id, refund.on), "refund", document_data(refund)),),
        tuple(summary), {"id": refund.id}, relies_on=("ledger.yaml", *relies_on), given=(refund.id,),
        warnings=tuple(f"{twin} has the same customer, day and amount" for twin in twins), reason=refund.reason,
    )  # fmt: skip


def reversal_day(refund: Refund, value_on: date, settings: Settings, today: date) -> date:
    """The day a reversal counts in the books. Raises ``BillError`` for a day before the money went out, or in the future."""
    if refund.reversed:
        raise BillError(f"{refund.id} is reversed already, from {refund.reversed.on} on")
    if value_on < refund.paid_on:
        raise BillError(f"{value_on} is before {refund.paid_on}, the day the money went out")
    check_not_ahead(value_on, today, "it is recorded when the bank has booked it")
    return first_open_day(settings, max(value_on, refund.on))


def plan_reverse(refund: Refund, path: str, on: date, value_on: date, reason: str) -> Plan:
    """The plan that records that a refund came back: what it drew is unapplied again from that day on."""
    reversal: dict[str, Any] = {"on": on, "value_on": value_on if value_on != on else None, "reason": reason}
    edits: list[Edit] = [Set(("draws", at, "ended_on"), max(on, each.on)) for at, each in enumerate(refund.draws) if each.ended_on is None]
    edits.append(Set(("reversed",), {key: value for key, value in reversal.items() if value is not None}))
    back = sum((each.amount for each in refund.draws if each.ended_on is None), Decimal(0))
    summary = [f"refund {refund.id} came back on {value_on}: {reason}", f"  {back} {refund.currency} are unapplied again"]
    summary += moved(on, value_on)
    return Plan(
        "refund reverse", (Change(path, "refund", tuple(edits)),), tuple(summary), {"id": refund.id}, relies_on=(path, "ledger.yaml"),
        reason=reason,
    )  # fmt: skip

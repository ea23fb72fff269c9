"""A customer's account: what moved its balance.

A customer's balance is what is open of its invoices less what is unapplied of its payments and credit notes. Every document and
every settlement row moves it on its book date; where a customer's money settles another's invoice, the amount goes from one
account to the other. Allocations within one account move nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.facts import CreditNoteFact, Draw, InvoiceFact, PaymentFact, Settlement
from billcli.core.settlement import USES


class Account(NamedTuple):
    """What a customer owes in one currency."""

    customer: str
    currency: str


class Movement(NamedTuple):
    """``delta`` in minor units raises what is owed, or lowers it; ``invoice`` is the one a document settles."""

    account: Account
    on: date
    kind: str
    document: str
    invoice: str | None
    text: str
    delta: int


class Documents(NamedTuple):
    """The documents of some customers, those of others that settle or are settled with them, and what lies between."""

    invoices: Mapping[str, InvoiceFact]
    payments: Mapping[str, PaymentFact]
    credit_notes: Mapping[str, CreditNoteFact]
    settlements: Sequence[Settlement]
    draws: Sequence[Draw]


_ORDER = (
    "invoice", "settled before", "credit note", "payment", "transfer", "discount", "bank charge", "write-off", "refund", "reversal", "void",
)  # fmt: skip
_GRANTED = {
    "discount": ("discount", "early-payment discount"), "bank_charge": ("bank charge", "kept by banks on the way"),
    "write_off": ("write-off", "given up"),
}  # fmt: skip


def movements(documents: Documents) -> list[Movement]:
    """Everything ever written that moves an account, in the order of the days."""
    found = [*_of_invoices(documents.invoices.values()), *_of_payments(documents.payments.values())]
    found += [*_of_credit_notes(documents.credit_notes.values()), *_of_draws(documents), *_of_rows(documents)]
    return sorted(found, key=lambda each: (each.on, _ORDER.index(each.kind), each.document, each.invoice or "", each.account))


def _said(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _of_invoices(invoices: Iterable[InvoiceFact]) -> Iterator[Movement]:
    for each in invoices:
        due = f"due {each.due_on}" if each.parts < 2 else f"in {each.parts} instalments, the first due {each.due_on}"
        account = Account(each.customer, each.currency)
        yield Movement(account, each.issued_on, "invoice", each.number, None, _said(due, each.reference), each.gross)


def _of_payments(payments: Iterable[PaymentFact]) -> Iterator[Movement]:
    for each in payments:
        account = Account(each.customer, each.currency)
        yield Movement(account, each.booked_on, "payment", each.id, None, _said(each.method, each.payer_name, each.reference), -each.amount)
        if each.reversed_on is not None:
            on = max(each.reversed_on, each.booked_on)
            yield Movement(account, on, "reversal", each.id, None, "the bank took the payment back", each.amount)


def _of_credit_notes(notes: Iterable[CreditNoteFact]) -> Iterator[Movement]:
    for each in notes:
        account = Account(each.customer, each.currency)
        yield Movement(account, each.issued_on, "credit note", each.number, each.corrects, each.reason, -each.gross)
        if each.voided_on is not None:
            on = max(each.voided_on, each.issued_on)
            yield Movement(account, on, "void", each.number, None, "the credit note counts no more", each.gross)


def _of_draws(documents: Documents) -> Iterator[Movement]:
    """What a refund takes of one account on one day is one movement."""
    sums: dict[tuple[Account, date, str, str], int] = {}
    for draw in documents.draws:
        source = _source(documents, draw.source_kind, draw.source)
        if source is None or (span := _span(draw.booked_on, draw.ended_on, source[1])) is None:
            continue
        begin = source[0], span[0], "refund", draw.refund
        sums[begin] = sums.get(begin, 0) + draw.amount
        if span[1] is not None:
            end = source[0], span[1], "reversal", draw.refund
            sums[end] = sums.get(end, 0) - draw.amount
    for (account, on, kind, refund), delta in sums.items():
        yield Movement(account, on, kind, refund, None, "paid back" if kind == "refund" else "the refund came back", delta)


def _source(documents: Documents, kind: str, name: str) -> tuple[Account, date] | None:
    """The account of a payment or credit note, and the day from which it counts."""
    if kind == "payment" and (paid := documents.payments.get(name)):
        return Account(paid.customer, paid.currency), paid.booked_on
    if kind == "credit-note" and (note := documents.credit_notes.get(name)):
        return Account(note.customer, note.currency), note.issued_on
    return None


Span = tuple[date, date | None]


def _span(booked_on: date, ended_on: date | None, not_before: date) -> Span | None:
    """From when until when a row counts for a document that is there from ``not_before``; None for a row that never does."""
    begin, end = max(booked_on, not_before), max(ended_on, not_before) if ended_on else None
    return None if end is not None and end <= begin else (begin, end)


class _Side(NamedTuple):
    """One account's side of a settlement: what is said of it as it comes, and as it goes."""

    account: Account
    kind: str
    document: str
    invoice: str
    comes: str
    goes: str
    sign: int


def _of_rows(documents: Documents) -> Iterator[Movement]:
    """A row that ends and goes on with less on the same day has moved only the difference."""
    sums: dict[tuple[date, _Side], int] = {}
    for row in documents.settlements:
        for side, span in _sides(row, documents):
            for on, amount in ((span[0], row.amount), (span[1], -row.amount)):
                if on is not None:
                    sums[on, side] = sums.get((on, side), 0) + amount
    for (on, side), amount in sums.items():
        if amount:
            text = side.comes if amount > 0 else side.goes
            yield Movement(side.account, on, side.kind, side.document, side.invoice, text, side.sign * amount)


def _sides(row: Settlement, documents: Documents) -> Iterator[tuple[_Side, Span]]:
    """The debtor's side and, where it is money of another account, the payer's."""
    invoice = documents.invoices.get(row.invoice)
    debtor = (Account(invoice.customer, invoice.currency), invoice.issued_on) if invoice else None
    payer = _source(documents, row.source_kind, row.source) if row.kind in USES else None
    settled = _span(row.booked_on, row.ended_on, debtor[1]) if debtor else None
    used = _span(row.booked_on, row.ended_on, payer[1]) if payer else None
    if debtor and payer and debtor[0] == payer[0] and settled == used:
        return  # within one account
    if debtor and settled:
        yield _debtor_side(row, debtor[0], payer[0].customer if payer else "somebody else"), settled
    if payer and used:
        moved = f"pays for {debtor[0].customer}" if debtor else "pays for somebody else"
        yield _Side(payer[0], "transfer", row.source, row.invoice, moved, f"no longer {moved}", 1), used


def _debtor_side(row: Settlement, account: Account, payer: str) -> _Side:
    match row.kind:
        case "opening":
            kind, comes, goes = "settled before", "settled in the books before these", ""
        case "void":
            kind, comes, goes = "void", "the invoice counts no more", ""
        case "payment" | "credit":
            kind, comes, goes = "transfer", f"paid by {payer}", f"no longer paid by {payer}"
        case _:
            kind, comes = _GRANTED[row.kind]
            goes = f"{kind} taken back"
    return _Side(account, kind, row.source, row.invoice, comes, goes, -1)

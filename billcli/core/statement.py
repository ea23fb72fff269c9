"""The statement of a customer's account: what moved its balance, and the items that are open.

A customer's balance is what is open of its invoices less what is unapplied of its payments and credit notes. Every document and
every settlement row moves it on its book date; where a customer's money settles another's invoice, the amount goes from one
account to the other. Allocations within one account move nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.facts import CreditNoteFact, Draw, HoldFact, InvoiceFact, OpenInvoice, PaymentFact, Settlement
from billcli.core.instalments import Agreed, agreed_parts, due_parts
from billcli.core.report import Column, Report
from billcli.core.settlement import USES
from billcli.model.money import Money


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


class Credit(NamedTuple):
    """A payment or credit note of which something is unapplied; ``whole`` is what it was at first."""

    account: Account
    kind: str
    document: str
    on: date
    whole: int
    amount: int


class Claim(NamedTuple):
    """What a customer owes outside its balance: the bank's charge for a payment that was taken back."""

    account: Account
    on: date
    document: str
    amount: int


class Beside(NamedTuple):
    """What a statement tells besides: holds by customer, claims outside the balance, and credit that is within it."""

    holds: Sequence[HoldFact]
    claims: Sequence[Claim]
    credits: Sequence[Credit]


class Proof(NamedTuple):
    """What the books say of an account beside what the statement adds up to; minor units."""

    account: Account
    opening: int
    moved: int
    open: int
    unapplied: int

    @property
    def closing(self) -> int:
        return self.opening + self.moved

    @property
    def holds(self) -> bool:
        return self.closing == self.open - self.unapplied

    def line(self) -> str:
        opening, moved, closing, open_, unapplied = (
            Money(each, self.account.currency).text() for each in (self.opening, self.moved, self.closing, self.open, self.unapplied)
        )
        equal = "=" if self.holds else "≠"
        head = f"{self.account.customer} {self.account.currency}"
        return f"{head}  opening {opening} + movements {moved} = closing {closing} {equal} open {open_} - unapplied {unapplied}"


def proofs(
    moved: Sequence[Movement], open_: Mapping[Account, int], unapplied: Mapping[Account, int], since: date, until: date
) -> list[Proof]:
    """One for every account that ever moved up to that day."""
    before: dict[Account, int] = {}
    within: dict[Account, int] = {}
    for each in moved:
        if each.on <= until:
            sums = before if each.on < since else within
            sums[each.account] = sums.get(each.account, 0) + each.delta
    accounts = sorted({*before, *within, *open_, *unapplied})
    return [Proof(each, before.get(each, 0), within.get(each, 0), open_.get(each, 0), unapplied.get(each, 0)) for each in accounts]


_ACTIVITY = (
    Column("customer", "Customer"), Column("date", "Date", "day"), Column("kind", "Kind"), Column("document", "Document"),
    Column("invoice", "Invoice", minor=True), Column("text", "What", "prose", minor=True), Column("until", "Until", minor=True),
    Column("currency", "Cur"), Column("debit", "Debit", "money"), Column("credit", "Credit", "money"),
    Column("balance", "Balance", "money"), Column("amount", "Amount"),
)  # fmt: skip


def activity(
    customers: Sequence[str], moved: Sequence[Movement], proven: Sequence[Proof], beside: Beside, since: date, until: date
) -> Report:
    """Account by account: opening balance, movements with the running balance, closing balance; then what is told besides.

    ``debit`` raises what is owed, ``credit`` lowers it. ``amount`` is that of a hold, of a claim outside the balance, or of the
    credit that the balance holds.
    """
    rows: list[tuple[object, ...]] = []
    totals: dict[str, list[int]] = {}
    for customer in customers:
        for proof in (each for each in proven if each.account.customer == customer):
            mine = [each for each in moved if each.account == proof.account and since <= each.on <= until]
            rows += _account_rows(proof, mine, since, until)
            debit = sum(max(each.delta, 0) for each in mine)
            total = totals.setdefault(proof.account.currency, [0, 0, 0])
            for at, amount in enumerate((debit, debit - proof.moved, proof.closing)):
                total[at] += amount
        for told in _told(customer, beside):
            rows.append((customer, told.on, told.kind, told.document, told.invoice, told.text, told.until, told.currency,
                         None, None, None, told.amount))  # fmt: skip
    shown = [
        ("total", *(None,) * 6, currency, *(Money(each, currency) for each in sums), None) for currency, sums in sorted(totals.items())
    ]
    return Report("statement", until, _narrowed(_ACTIVITY, customers), rows, shown, _notes(proven, until))


def _notes(proven: Sequence[Proof], until: date) -> tuple[str, ...]:
    return tuple(proof.line() for proof in proven) or (f"nothing is owed or has moved up to {until}",)


def _account_rows(proof: Proof, mine: Sequence[Movement], since: date, until: date) -> Iterator[tuple[object, ...]]:
    customer, currency = proof.account
    running = proof.opening
    yield customer, since, "opening balance", None, None, None, None, currency, None, None, Money(running, currency), None
    for each in mine:
        running += each.delta
        amount = Money(abs(each.delta), currency)
        sides = (amount, None) if each.delta > 0 else (None, amount)
        balance = Money(running, currency)
        yield customer, each.on, each.kind, each.document, each.invoice, each.text, None, currency, *sides, balance, None
    yield customer, until, "closing balance", None, None, None, None, currency, None, None, Money(running, currency), None


class _Told(NamedTuple):
    """A line that moves nothing."""

    on: date
    kind: str
    document: str
    invoice: str | None
    text: str
    until: date | None
    currency: str | None
    amount: Money | None


def _told(customer: str, beside: Beside) -> Iterator[_Told]:
    """Credit not used yet, claims outside the balance, holds."""
    for credit in beside.credits:
        if credit.account.customer == customer:
            yield _credit_told(credit)
    yield from _aside(customer, beside)


def _credit_told(credit: Credit) -> _Told:
    currency = credit.account.currency
    what = f"{credit.kind.replace('-', ' ')}, {Money(credit.amount, currency).text()} of {Money(credit.whole, currency)} not used"
    return _Told(credit.on, "unapplied", credit.document, None, what, None, currency, Money(credit.amount, currency))


def _aside(customer: str, beside: Beside) -> Iterator[_Told]:
    for claim in beside.claims:
        if claim.account.customer == customer:
            currency = claim.account.currency
            text = "the bank's charge for the payment it took back, outside the balance"
            yield _Told(claim.on, "claim", claim.document, None, text, None, currency, Money(claim.amount, currency))
    for hold in beside.holds:
        if hold.customer == customer:
            amount = Money(hold.amount, hold.currency) if hold.amount is not None and hold.currency else None
            yield _Told(hold.booked_on, "hold", hold.id, hold.invoice, f"{hold.kind}: {hold.reason}", hold.until, hold.currency, amount)


def _narrowed(columns: tuple[Column, ...], customers: Sequence[str]) -> tuple[Column, ...]:
    """A narrow terminal needs no column for the one customer that was asked for."""
    first, *others = columns
    return (first._replace(minor=len(customers) == 1), *others)


_OPEN = (
    Column("customer", "Customer"), Column("kind", "Kind"), Column("document", "Document"),
    Column("invoice", "Invoice", minor=True), Column("text", "What", "prose", minor=True), Column("date", "Date", "day"),
    Column("due_on", "Due", "day"), Column("until", "Until", minor=True), Column("days_overdue", "Days", "count"),
    Column("currency", "Cur"), Column("amount", "Amount", "money"), Column("open", "Open", "money"),
)  # fmt: skip


class OpenItem(NamedTuple):
    """An open instalment, of which ``amount`` is what it was at first; minor units. ``planned`` where a plan agreed it later."""

    account: Account
    number: str
    issued_on: date
    due_on: date
    amount: int
    open: int
    of: int
    planned: bool


def items_of(
    invoices: Iterable[OpenInvoice], instalments: Mapping[str, Sequence[tuple[str, date, int]]], plans: Mapping[str, Agreed]
) -> list[OpenItem]:
    """Every part of these invoices with something open."""
    found = []
    for each in invoices:
        plan, account = plans.get(each.number), Account(each.customer, each.currency)
        parts = due_parts(agreed_parts(each.due_on, each.gross, instalments.get(each.number), plan), each.open)
        found += [
            OpenItem(account, each.number, each.issued_on, part.due_on, part.amount, part.open, len(parts), plan is not None)
            for part in parts
            if part.open
        ]
    return found


def open_items(customers: Sequence[str], items: Sequence[OpenItem], proven: Sequence[Proof], beside: Beside, until: date) -> Report:
    """Every open instalment by its due date, every payment and credit note not used up as a negative, then claims and holds."""
    rows: list[tuple[object, ...]] = []
    for customer in customers:
        mine = sorted(
            (each for each in items if each.account.customer == customer),
            key=lambda each: (each.account.currency, each.due_on, each.number),
        )
        rows += [_item_row(each, until) for each in mine]
        for credit in (each for each in beside.credits if each.account.customer == customer):
            currency, kind = credit.account.currency, credit.kind.replace("-", " ")
            sums = Money(-credit.whole, currency), Money(-credit.amount, currency)
            rows.append((customer, kind, credit.document, None, "not used yet", credit.on, None, None, None, currency, *sums))
        for told in _aside(customer, beside):
            rows.append((customer, told.kind, told.document, told.invoice, told.text, told.on, None, told.until, None, told.currency,
                         told.amount, None))  # fmt: skip
    totals: dict[str, int] = {}
    for proof in proven:
        totals[proof.account.currency] = totals.get(proof.account.currency, 0) + proof.closing
    shown = [("total", *(None,) * 8, currency, None, Money(amount, currency)) for currency, amount in sorted(totals.items())]
    return Report("statement", until, _narrowed(_OPEN, customers), rows, shown, _notes(proven, until))


def _item_row(item: OpenItem, until: date) -> tuple[object, ...]:
    customer, currency = item.account
    kind = "instalment" if item.of > 1 else "invoice"
    text = "by the plan agreed later" if item.planned else None
    money = Money(item.amount, currency), Money(item.open, currency)
    late = max((until - item.due_on).days, 0)
    return customer, kind, item.number, None, text, item.issued_on, item.due_on, None, late, currency, *money

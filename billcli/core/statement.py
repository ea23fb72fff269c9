"""The statement of a customer's account: what moved its balance, the open items, and the proof that both are what the books say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.account import Account, Movement
from billcli.core.facts import HoldFact, OpenInvoice
from billcli.core.instalments import Agreed, agreed_parts, due_parts
from billcli.core.report import Column, Report
from billcli.model.money import Money


class Credit(NamedTuple):
    """A payment or credit note of which something is unapplied; ``whole`` is what it was at first."""

    account: Account
    kind: str
    document: str
    on: date
    whole: int
    amount: int


class Claim(NamedTuple):
    """What a customer owes outside its balance: the bank's charge for a payment that was taken back, fees and interest of notices."""

    account: Account
    on: date
    document: str
    amount: int
    invoice: str | None = None
    what: str = "the bank's charge for the payment it took back"


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
            text = f"{claim.what}, outside the balance"
            yield _Told(claim.on, "claim", claim.document, claim.invoice, text, None, currency, Money(claim.amount, currency))
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

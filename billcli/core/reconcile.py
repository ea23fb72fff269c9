"""Booking what was decided on bank lines: many payments in one go, each held to the rules of settlement as if it came alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.allocation import AllocationRow, Purse, Target, Wish, allocate
from billcli.core.bank import BankLine
from billcli.core.bank_statement import text_of
from billcli.core.days import first_open_day
from billcli.core.document import dated_id, document_data, made, path_of
from billcli.core.early_payment import limit
from billcli.core.facts import Settlement
from billcli.core.matching.facts import Allocation
from billcli.core.payment import PaymentRequest, payment_document
from billcli.core.plan import Append, Change, Create
from billcli.core.rows import row_data
from billcli.core.settlement import Change as BalanceChange
from billcli.core.settlement import first_day, lasting
from billcli.errors import BillError
from billcli.model import values
from billcli.model.money import Money
from billcli.model.payment import Payment
from billcli.model.reconciliation import Reconciliation
from billcli.model.settings import Settings


class Verdict(NamedTuple):
    """What is to become of a line, from the matcher or from a person.

    ``payment`` is the one that comes back (return) or the refund that shows here (refund, else its sources are the allocations).
    """

    account: str
    statement: str
    line: BankLine
    decision: str
    by: str
    customer: str = ""
    allocations: tuple[Allocation, ...] = ()
    payment: str = ""
    confidence: float | None = None
    because: tuple[str, ...] = ()
    reason: str = ""
    documents: tuple[str, ...] = ()
    """With ``refused`` those that a person said no to; else they follow from the allocations."""


class Note(NamedTuple):
    """A credit note that may be netted: what is free of it at every date, how much may be used elsewhere, and its file."""

    number: str
    customer: str
    currency: str
    issued_on: date
    free: Sequence[BalanceChange]
    spendable: int
    corrects: str | None
    path: str


class Made(NamedTuple):
    """What came of a verdict: names for the decision's document, and a line in words for the summary."""

    payments: tuple[str, ...] = ()
    refund: str = ""
    reversed: str = ""
    customer: str = ""
    documents: tuple[str, ...] = ()
    moved_to: date | None = None


class Desk:
    """The books as they change line by line; documents are gathered and written together.

    ``taken`` are ids of payments in use, without case; ``keys`` the external ids of payments that are there; ``related`` gives the family
    of a customer. ``book`` raises ``BillError`` and changes nothing where the rules do not allow it.
    """

    def __init__(
        self,
        settings: Settings,
        today: date,
        targets: Mapping[str, Target],
        notes: Mapping[str, Note],
        taken: Iterable[str],
        keys: Callable[[str], Sequence[str]],
        related: Callable[[str], set[str]],
    ) -> None:
        self.settings = settings
        self.today = today
        self.targets = dict(targets)
        self.notes = dict(notes)
        self.taken = set(taken)
        self.keys = keys
        self.related = related
        self.any_fee = False
        """Whether a provider's report tells the fees, so that no limit of the ledger has to."""
        self.payments: list[Payment] = []
        self.credit: dict[str, list[Append]] = {}
        self.used: dict[str, list[BalanceChange]] = {}
        self._used_keys: set[str] = set()

    def book(self, verdict: Verdict) -> Made:
        """One payment for each customer whose invoices the line settles; its payer's family counts as one."""
        line = verdict.line
        if line.amount <= 0:
            raise BillError("no money came in with this line", "money that went out is a refund, a return, or none of ours")
        if line.booked_on > self.today:
            raise BillError(f"{line.booked_on} is in the future", "money is recorded when it has come")
        groups = self._groups(verdict)
        named = [each.document for each in verdict.allocations]
        targets = {name: self.targets[name] for name in named if name in self.targets}
        used = {name: list(self.used.get(name, ())) for name in named if name in self.notes}
        payments: list[Payment] = []
        credit: list[tuple[str, Append]] = []
        try:
            for at, (customer, allocations, amount) in enumerate(groups):
                payments.append(self._payment(verdict, customer, allocations, amount, credit, f":{at + 1}" if at else ""))
        except BillError:
            self.targets.update(targets)
            self.used.update(used)
            self.taken.difference_update(each.id.casefold() for each in payments)
            self._used_keys.difference_update(each.external_id or "" for each in payments)
            raise
        self.payments += payments
        for number, edit in credit:
            self.credit.setdefault(number, []).append(edit)
        documents = tuple(dict.fromkeys(each.document for each in verdict.allocations if each.document))
        moved = next((each.on for each in payments if each.on != each.received_on), None)
        return Made(tuple(each.id for each in payments), customer=groups[0][0], documents=documents, moved_to=moved)

    def _groups(self, verdict: Verdict) -> list[tuple[str, list[Allocation], int]]:
        """(customer, allocations, money) of each payment; what no document takes is the payer's."""
        line = verdict.line
        named = [each for each in verdict.allocations if each.document]
        for at, each in enumerate(named):
            if any(each.document == other.document for other in named[:at]):
                raise BillError(f"{each.document} is named twice", "give one amount for it")
            if each.document not in self.targets and each.document not in self.notes:
                raise BillError(f"there is no open document {each.document}")
        payer = verdict.customer or next((self._customer_of(each.document) for each in named), "")
        if not payer:
            raise BillError("nobody is named whose money it is", "name a customer or a document")
        family = self.related(payer)
        groups: dict[str, list[Allocation]] = {}
        for each in named:
            customer = self._customer_of(each.document)
            groups.setdefault(payer if customer in family else customer, []).append(each)
        free = line.amount - sum(each.amount for each in named)
        if free < 0:
            over = Money(-free, line.currency)
            raise BillError(f"{over} more are allocated than came in", "all that is allocated is at most the amount of the line")
        if free:
            groups.setdefault(payer, [])
        found = [
            (customer, each, sum(row.amount for row in each) + (free if customer == payer else 0)) for customer, each in groups.items()
        ]
        if bare := next((customer for customer, _, amount in found if amount <= 0), None):
            raise BillError(f"no money of this line goes to {bare}", "credit notes settle invoices of their own customer")
        return found

    def _customer_of(self, document: str) -> str:
        return self.targets[document].invoice.customer if document in self.targets else self.notes[document].customer

    def _payment(
        self, verdict: Verdict, customer: str, allocations: Sequence[Allocation], amount: int, credit: list[tuple[str, Append]], suffix: str
    ) -> Payment:
        line, currency = verdict.line, verdict.line.currency
        booked_on = first_open_day(self.settings, line.booked_on)
        shares = self._with_credit(allocations)
        rows: list[AllocationRow] = []
        money = BalanceChange(booked_on, amount)
        for each, notes in shares:
            for number, share in notes:
                credit.append(self._apply(number, each.document, share, booked_on, currency))
            rows += self._settle(
                each, [money, *(BalanceChange(row.on, -row.amount) for row in rows if row.kind == "payment")], line, booked_on
            )
        fee = sum(each.fee for each in allocations)
        self._ensure_fee(fee, line)
        external_id = self._key(verdict.account, line.id, suffix)
        request = PaymentRequest(
            customer=customer, amount=amount, currency=currency, received_on=line.booked_on, fee=fee, method="transfer",
            received=(Money(*line.original).amount, line.original[1]) if line.original and line.original[1] != currency else None,
            payer_name=text_of(line.payer, 200), payer_iban=_iban(line.iban), reference=text_of(line.text), external_id=external_id,
        )  # fmt: skip
        payment = payment_document(request, rows, booked_on, self.taken)
        self.taken.add(payment.id.casefold())
        for row in rows:
            self._counted(row, "payment", payment.id, line.booked_on)
        return payment

    def _with_credit(self, allocations: Sequence[Allocation]) -> list[tuple[Allocation, list[tuple[str, int]]]]:
        """Each invoice with the cash that goes to it, and what of credit notes is used there instead of cash."""
        credit = {each.document: -each.amount for each in allocations if each.document in self.notes}
        if wrong := next((number for number, amount in credit.items() if amount <= 0), None):
            raise BillError(f"{wrong} is a credit note and takes no money")
        found: list[tuple[Allocation, list[tuple[str, int]]]] = []
        invoices = [each for each in allocations if each.document in self.targets]
        plain = [each for each in invoices if not (each.discount or each.fee or each.write_off)]
        shares: dict[str, list[tuple[str, int]]] = {each.document: [] for each in invoices}
        room = {each.document: each.amount for each in invoices}
        corrected = {self.notes[number].corrects for number in credit}
        for each in sorted(plain, key=lambda each: each.document not in corrected) + [each for each in invoices if each not in plain]:
            for number, left in credit.items():
                if share := min(room[each.document], left):
                    shares[each.document].append((number, share))
                    room[each.document] -= share
                    credit[number] -= share
        if any(credit.values()):
            raise BillError("the credit notes are more than the invoices they go with")
        for each in invoices:
            found.append((each._replace(amount=room[each.document]), shares[each.document]))
        return found

    def _apply(self, number: str, invoice: str, amount: int, booked_on: date, currency: str) -> tuple[str, Append]:
        note, target = self.notes[number], self.targets[invoice]
        used = self.used.setdefault(number, [])
        free = [*note.free, *used]
        elsewhere = -sum(change.delta for change in used)
        if note.currency != currency or target.invoice.currency != currency:
            raise BillError(f"{number} is in {note.currency}, the line in {currency}", "currencies never mix")
        if amount > min(lasting(free), note.spendable - elsewhere if invoice != note.corrects else amount):
            raise BillError(f"{number} has less than {Money(amount, currency)} to be used on {invoice}")
        not_before = max(booked_on, note.issued_on, first_open_day(self.settings, target.invoice.issued_on))
        on = first_day(amount, not_before, free, target.changes)
        if on is None:
            raise BillError(f"{invoice} has less than {Money(amount, currency)} open")
        used.append(BalanceChange(on, -amount))
        self._counted(AllocationRow(invoice, amount, on, "credit"), "credit-note", number, on)
        return number, Append(("applied",), row_data(invoice, "credit", amount, on, currency))

    def _settle(self, each: Allocation, money: Sequence[BalanceChange], line: BankLine, booked_on: date) -> list[AllocationRow]:
        """The rows of one invoice: exactly what was decided, or ``BillError``."""
        if each.amount <= 0:
            if each.discount or each.fee or each.write_off:
                raise BillError(f"nothing is granted on {each.document} without money")
            return []
        purse = Purse(
            "the line", line.currency, money, line.booked_on, booked_on, fee=each.fee, discount=each.discount > 0,
            write_off_rest=each.write_off > 0,
        )  # fmt: skip
        done = allocate(purse, [Wish(each.document, each.amount)], self.targets, self.settings)
        have = {row.kind: row.amount for row in done.rows}
        asked = {"payment": each.amount, "discount": each.discount, "bank_charge": each.fee, "write_off": each.write_off}
        if have != {kind: amount for kind, amount in asked.items() if amount}:
            why = "; ".join(done.notes) or f"the rules of settlement give {_words(have, line.currency)}"
            raise BillError(f"{each.document} would not be settled as decided: {why}")
        return done.rows

    def _ensure_fee(self, fee: int, line: BankLine) -> None:
        most = limit(self.settings.settlement.bank_charge, line.currency)
        if fee > most and not self.any_fee:
            message = f"a fee of {Money(fee, line.currency)} is more than banks may keep here: {Money(most, line.currency)}"
            raise BillError(message, "the limit is settlement: bank_charge in ledger.yaml")

    def _key(self, account: str, line: str, suffix: str) -> str:
        """The external id of the payment: one for each time the line is booked after it was taken back."""
        first = f"bank:{account}:{line}"[:900] + suffix
        there = self.keys(first)
        key = first
        nth = 2
        while key in there or key in self._used_keys:
            key, nth = f"{first}/{nth}", nth + 1
        self._used_keys.add(key)
        return key

    def _counted(self, row: AllocationRow, kind: str, source: str, value_on: date) -> None:
        target = self.targets[row.invoice]
        place = f"{source}+{len(target.rows)}"
        added = Settlement(row.invoice, row.kind, row.amount, row.on, value_on, kind, source, None, place)
        self.targets[row.invoice] = target._replace(rows=[*target.rows, added])

    def reopen(self, payment: str, on: date) -> None:
        """What a payment that is reversed settled is open again for the lines that follow."""
        for number, target in self.targets.items():
            if any(row.source == payment and row.ended_on is None for row in target.rows):
                rows = [
                    row._replace(ended_on=max(on, row.booked_on)) if row.source == payment and row.ended_on is None else row
                    for row in target.rows
                ]
                self.targets[number] = target._replace(rows=rows)

    def steps(self) -> list[Create | Change]:
        created = [Create(path_of("payments", each.id, each.on), "payment", document_data(each)) for each in self.payments]
        return [*created, *(Change(self.notes[number].path, "credit-note", tuple(edits)) for number, edits in self.credit.items())]


def _words(have: Mapping[str, int], currency: str) -> str:
    return ", ".join(f"{Money(amount, currency)} as {kind.replace('_', ' ')}" for kind, amount in have.items()) or "nothing"


def _iban(text: str) -> str | None:
    try:
        return values.parse_iban(text) if text else None
    except values.BadValue:
        return None


def decision_data(verdict: Verdict, made_of: Made) -> dict[str, Any]:
    """The entry of a verdict in its reconciliation."""
    fields = {
        "line": verdict.line.id, "decision": verdict.decision, "amount": Money(verdict.line.amount, verdict.line.currency).amount,
        "customer": made_of.customer or verdict.customer or None, "payments": list(made_of.payments) or None,
        "refund": made_of.refund or None,
        "reversed": made_of.reversed or None, "documents": list(made_of.documents or verdict.documents) or None, "by": verdict.by,
        "confidence": _confidence(verdict.confidence), "because": [text for each in verdict.because if (text := text_of(each))] or None,
        "reason": text_of(verdict.reason),
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def _confidence(value: float | None) -> Any:
    """Three decimals, as text, since files know no floats."""
    from decimal import Decimal

    return None if value is None else Decimal(f"{min(max(value, 0.0), 1.0):.3f}")


def reconciliations(decided: Sequence[tuple[Verdict, Made]], on: date, taken: Iterable[str]) -> list[Reconciliation]:
    """One document for each statement that had lines decided, in the order of their names."""
    groups: dict[tuple[str, str], list[tuple[Verdict, Made]]] = {}
    for verdict, each in decided:
        groups.setdefault((verdict.account, verdict.statement), []).append((verdict, each))
    used = set(taken)
    found = []
    for (account, statement), entries in sorted(groups.items()):
        rows = [decision_data(verdict, each) for verdict, each in entries]
        name = dated_id(on, account, ("reconciliation", statement, *map(repr, rows)), used)
        used.add(name.casefold())
        currency = entries[0][0].line.currency
        fields = {"id": name, "account": account, "statement": statement, "on": on, "currency": currency, "decisions": rows}
        found.append(made(Reconciliation, fields))
    return found

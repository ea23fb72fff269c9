"""Rows of a table as payments: what each says, and how all of them together are allocated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.allocation import AllocationRow
from billcli.core.days import first_open_day
from billcli.core.facts import PaymentFact, Settlement
from billcli.core.imports.cells import Fault, Formats, Hints, Layout, Noun, Row
from billcli.core.imports.documents import Said
from billcli.core.imports.settle import Invoiced, Owed, moved, shares
from billcli.core.payment import PaymentRequest, payment_document
from billcli.core.plan import Change as Edited
from billcli.model import values
from billcli.model.invoice import Imported
from billcli.model.mapping import ImportMapping
from billcli.model.money import Money, decimals, digits
from billcli.model.payment import Payment
from billcli.model.settings import Settings
from billcli.model.values import BadValue, quoted

_HEAD = ("customer", "received_on", "amount", "currency", "method", "payer_name", "payer_iban", "reference", "reversed_on")
NOUN = Noun(
    "payments",
    ("external_id", *_HEAD, "invoice", "allocated"),
    ("external_id", "customer", "received_on", "amount"),
    {"payment": "external_id"},
    ("unapplied",),
)
_PARSERS: dict[str, Callable[[str], Any]] = {
    "external_id": values.parse_text, "customer": values.parse_id, "received_on": values.parse_day, "amount": values.parse_amount,
    "currency": values.parse_currency, "method": values.parse_text, "payer_name": values.parse_text, "payer_iban": values.parse_iban,
    "reference": values.parse_text, "reversed_on": values.parse_day, "invoice": values.parse_id, "allocated": values.parse_amount,
}  # fmt: skip


class SaidWish(NamedTuple):
    """An invoice to settle; no amount means as much as fits."""

    row: Row
    invoice: str
    amount: Decimal | None


@dataclass
class SaidPayment:
    """All rows of one external id."""

    external_id: str
    columns: Mapping[str, int | None]
    rows: list[Row] = field(default_factory=list)
    head: dict[str, Said] = field(default_factory=dict)
    wishes: list[SaidWish] = field(default_factory=list)

    def get(self, name: str) -> Any:
        said = self.head.get(name)
        return said.value if said else None

    def fault(self, name: str, code: str, message: str, hint: str = "") -> Fault:
        said = self.head.get(name)
        return Fault(said.row if said else self.rows[0], said.column if said else self.columns["external_id"], code, message, hint)


class ParsedPayments(NamedTuple):
    """The payments of a table, those with a fault apart, all faults, and the payment of each row by its line."""

    payments: list[SaidPayment]
    faulty: list[SaidPayment]
    faults: list[Fault]
    rows_of: Mapping[int, SaidPayment]


def said_payments(rows: Iterable[Row], odd: Iterable[Fault], found: Layout, mapping: ImportMapping, formats: Formats) -> ParsedPayments:
    """Rows grouped to payments. ``odd`` rows have too few or too many cells; a payment that one of them names is bad."""
    columns = {name: cell.column for name, cell in found.fields.items()}
    groups: dict[Any, SaidPayment] = {}
    rows_of: dict[int, SaidPayment] = {}
    faults: list[Fault] = []
    for row in rows:
        said = _values(row, found, formats, faults)
        external_id = said.pop("external_id", None)
        if external_id is None:
            if not (faults and faults[-1].row is row):
                hint = "it is how a second import of the same file is known"
                faults.append(Fault(row, columns["external_id"], "E202", '"external_id" is missing', hint))
            continue
        payment = groups.setdefault(row.line if mapping.single_rows else external_id, SaidPayment(external_id, columns))
        payment.rows.append(row)
        rows_of[row.line] = payment
        _merge(row, said, payment, faults)
    for fault in odd:
        faults.append(fault)
        named = groups.get(found.fields["external_id"].text(found.squared(fault.row).cells))
        if named is not None:
            rows_of[fault.row.line] = named
            named.rows.append(fault.row)
    if mapping.single_rows:
        _single(groups.values(), faults)
    faulty = {fault.row.line for fault in faults}
    for payment in groups.values():
        if not any(row.line in faulty for row in payment.rows):
            faults += _whole(payment)
    bad = {id(rows_of[fault.row.line]) for fault in faults if fault.row.line in rows_of}
    every = groups.values()
    return ParsedPayments([each for each in every if id(each) not in bad], [each for each in every if id(each) in bad], faults, rows_of)


def _values(row: Row, found: Layout, formats: Formats, faults: list[Fault]) -> dict[str, Any]:
    said = {}
    for name, cell in found.fields.items():
        if text := cell.text(row.cells):
            try:
                said[name] = formats.read(_PARSERS[name], text)
            except BadValue as bad:
                faults.append(Fault(row, cell.column, bad.code, bad.message, bad.hint))
    return said


def _merge(row: Row, said: dict[str, Any], payment: SaidPayment, faults: list[Fault]) -> None:
    invoice, allocated = said.pop("invoice", None), said.pop("allocated", None)
    for name, value in said.items():
        before = payment.head.setdefault(name, Said(value, row, payment.columns[name]))
        if before.value != value:
            message = f"{name} is {quoted(str(value))} here and {quoted(str(before.value))} on line {before.row.line}"
            faults.append(Fault(row, payment.columns[name], "E704", message, "rows with one external_id form one payment"))
    if invoice is None:
        if allocated:
            hint = "name the invoice, or leave the amount out: the payment then stays as credit"
            faults.append(Fault(row, payment.columns.get("allocated"), "E202", "an amount is allocated, but to no invoice", hint))
        return
    if any(each.invoice == invoice for each in payment.wishes):
        faults.append(
            Fault(row, payment.columns["invoice"], "E402", f"the payment names {quoted(invoice)} twice", "add the two amounts up")
        )
    if allocated is not None and allocated <= 0:
        message = f"{quoted(format(allocated, 'f'))} is not more than nothing"
        faults.append(Fault(row, payment.columns["allocated"], "E205", message, "leave the invoice out where nothing goes to it"))
    payment.wishes.append(SaidWish(row, invoice, allocated))


def _single(payments: Iterable[SaidPayment], faults: list[Fault]) -> None:
    first: dict[str, SaidPayment] = {}
    for payment in payments:
        other = first.setdefault(payment.external_id, payment)
        if other is not payment:
            message = f"{quoted(payment.external_id)} stands on line {other.rows[0].line} too"
            faults.append(payment.fault("external_id", "E409", message, "each payment has one of its own"))


def _whole(payment: SaidPayment) -> list[Fault]:
    missing = [name for name in ("customer", "received_on", "amount") if name not in payment.head]
    if missing:
        hint = "the first row of a payment has it, or every one"
        return [Fault(payment.rows[0], payment.columns.get(name), "E202", f'"{name}" is missing', hint) for name in missing]
    if payment.get("amount") <= 0:
        hint = "money that goes back is no payment"
        return [payment.fault("amount", "E205", f"{quoted(format(payment.get('amount'), 'f'))} is not more than nothing", hint)]
    return []


# allocating


_NO_CUSTOMER = '"bill customer list" shows whom there is'


class PaymentRules(NamedTuple):
    """What the books hold of the names in the table. ``families`` gives each customer itself and everyone above it."""

    settings: Settings
    today: date
    source: str
    currencies: Mapping[str, str]
    families: Mapping[str, frozenset[str]]
    invoices: Mapping[str, Invoiced]


class Allocated(NamedTuple):
    """``idle`` counts invoices that were named without an amount and took nothing."""

    payments: list[Payment]
    edited: list[Edited]
    faults: list[Fault]
    idle: int


def allocate_all(payments: Sequence[SaidPayment], rules: PaymentRules, taken: set[str]) -> Allocated:
    """Amounts that the file names go first, in the order of the days of the money; then those that take what fits, likewise.

    ``taken`` are the ids in use, without case; the new ones are added.
    """
    faults: list[Fault] = []
    hints = Hints(list(rules.families), _NO_CUSTOMER)
    owed = {number: Owed(invoice) for number, invoice in rules.invoices.items()}
    booked: list[_Booking] = []
    for said in sorted(payments, key=lambda each: (each.get("received_on"), each.external_id)):
        found = _checked(said, rules, hints)
        if not found:
            booking = _Booking(said, rules)
            found = booking.named(owed)
            booked += [] if found else [booking]
        faults += found
    idle = sum(booking.fitted(owed) for booking in booked)
    touched = {row.invoice for booking in booked for row in booking.rows}
    edited: list[Edited] = []
    for number in sorted(touched):
        invoice = rules.invoices[number]
        if invoice.moving:
            _, kept = shares(invoice, owed[number].changes, [])
            edited += moved(kept, invoice.fact, rules.source)
    return Allocated([booking.document(taken) for booking in booked], edited, faults, idle)


def also_wrong(faulty: Sequence[SaidPayment], rules: PaymentRules) -> list[Fault]:
    """What else speaks against payments that have a fault already, so that all of it is told at once."""
    hints = Hints(list(rules.families), _NO_CUSTOMER)
    return [fault for said in faulty for fault in _checked(said, rules, hints)]


def currency_of(said: SaidPayment, rules: PaymentRules) -> str:
    """As said, else that of the invoices it names, else the customer's."""
    named = (rules.invoices[each.invoice].fact.currency for each in said.wishes if each.invoice in rules.invoices)
    return str(said.get("currency") or next(named, None) or rules.currencies[said.get("customer")])


def _checked(said: SaidPayment, rules: PaymentRules, hints: Hints) -> list[Fault]:
    """What the books say against a payment, as far as it says it."""
    customer, received_on = said.get("customer"), said.get("received_on")
    faults = []
    if received_on is not None and received_on > rules.today:
        faults.append(said.fault("received_on", "E707", f"{received_on} is in the future", "money is recorded when it has come"))
    if (back := said.get("reversed_on")) is not None:
        hint = 'take the row out; or empty the cell, and record it afterwards: "bill payment reverse"'
        faults.append(said.fault("reversed_on", "E209", f"the bank took this payment back on {back}; that is not imported", hint))
    if customer is None:
        return faults
    if customer not in rules.families:
        return [*faults, said.fault("customer", "E204", f"the customer {quoted(customer)} does not exist", hints.of(customer))]
    currency = currency_of(said, rules)
    amounts = [(each.value, each.row, each.column) for name, each in said.head.items() if name == "amount"]
    amounts += [(each.amount, each.row, said.columns["allocated"]) for each in said.wishes if each.amount is not None]
    for amount, row, column in amounts:
        if decimals(amount) > digits(currency):
            message = f"{quoted(format(amount, 'f'))} has {decimals(amount)} decimals; {currency} has {digits(currency)}"
            faults.append(Fault(row, column, "E211", message, "round it where it came from"))
    for wish in said.wishes:
        if fault := _unfit(said, wish, currency, rules):
            faults.append(fault)
    return faults


def _unfit(said: SaidPayment, wish: SaidWish, currency: str, rules: PaymentRules) -> Fault | None:
    column = said.columns["invoice"]
    if wish.invoice not in rules.invoices:
        hint = "import invoices first, or leave the invoice out: the payment then stays as the customer's credit"
        return Fault(wish.row, column, "E305", f"the invoice {quoted(wish.invoice)} does not exist", hint)
    invoice = rules.invoices[wish.invoice].fact
    if invoice.currency != currency:
        return Fault(
            wish.row, column, "E309", f"{invoice.number} is in {invoice.currency}, the payment in {currency}", "currencies never mix"
        )
    if rules.families.get(invoice.customer, frozenset()).isdisjoint(rules.families[said.get("customer")]):
        message = f"{invoice.number} belongs to {invoice.customer}, who is not related to {said.get('customer')}"
        return Fault(wish.row, column, "E308", message, "customers are related by parent: in their files")
    if invoice.voided_on:
        return Fault(wish.row, column, "E305", f"{invoice.number} is void", "leave the invoice out: the payment then stays as credit")
    return None


class _Booking:
    """One payment as its money is given away."""

    def __init__(self, said: SaidPayment, rules: PaymentRules) -> None:
        self.said = said
        self.rules = rules
        self.currency = currency_of(said, rules)
        self.amount = Money.of(said.get("amount"), self.currency).minor
        self.left = self.amount
        self.booked_on = first_open_day(rules.settings, said.get("received_on"))
        self.rows: list[AllocationRow] = []

    def named(self, owed: Mapping[str, Owed]) -> list[Fault]:
        """Takes the amounts that are named; gives all of them back where one does not fit."""
        for wish in self.said.wishes:
            if wish.amount is None:
                continue
            amount = Money.of(wish.amount, self.currency).minor
            room = owed[wish.invoice].room
            if amount > min(room, self.left):
                for row in reversed(self.rows):
                    owed[row.invoice].give_back(row.amount)
                column = self.said.columns["allocated"]
                if amount > room:
                    message = f"{wish.invoice} has {Money(max(room, 0), self.currency)} open, less than {Money(amount, self.currency)}"
                    return [Fault(wish.row, column, "E502", message, "what is not allocated stays as the customer's credit")]
                left, wanted = Money(self.left, self.currency), Money(amount, self.currency)
                message = f"the payment has {left} left for {wish.invoice}, less than {wanted}"
                return [Fault(wish.row, column, "E501", message, "all that is allocated is at most its amount")]
            self._take(owed, wish.invoice, amount)
        return []

    def fitted(self, owed: Mapping[str, Owed]) -> int:
        """Gives what is left to the invoices named without an amount; returns how many of them took nothing."""
        idle = 0
        for wish in self.said.wishes:
            if wish.amount is None:
                amount = min(self.left, owed[wish.invoice].room)
                if amount > 0:
                    self._take(owed, wish.invoice, amount)
                else:
                    idle += 1
        return idle

    def _take(self, owed: Mapping[str, Owed], number: str, amount: int) -> None:
        issued_on = owed[number].invoice.fact.issued_on
        on = owed[number].take(amount, first_open_day(self.rules.settings, max(self.booked_on, issued_on)))
        self.left -= amount
        self.rows.append(AllocationRow(number, amount, on))

    def document(self, taken: set[str]) -> Payment:
        """The payment as it will stand in its file."""
        said = self.said
        texts = {name: said.get(name) for name in ("method", "payer_name", "payer_iban", "reference")}
        request = PaymentRequest(
            said.get("customer"), self.amount, self.currency, said.get("received_on"), external_id=said.external_id, **texts
        )
        order = {wish.invoice: at for at, wish in enumerate(said.wishes)}
        payment = payment_document(request, sorted(self.rows, key=lambda row: order[row.invoice]), self.booked_on, taken)
        taken.add(payment.id.casefold())
        return payment.model_copy(update={"imported": Imported(source=self.rules.source, external_id=said.external_id)})


def differences(there: PaymentFact, rows: Sequence[Settlement], said: SaidPayment) -> list[str]:
    """What the rows say otherwise than the payment that is there already; what was done with it since is no difference."""
    have = {name: getattr(there, name) for name in ("customer", "received_on", "currency", "method", "payer_name", "reversed_on")}
    have["amount"] = Money(there.amount, there.currency).amount
    found = [f"{name} is {value if value is not None else 'nothing'} there" for name, value in have.items()
             if said.get(name) not in (None, value)]  # fmt: skip
    ever: dict[str, int] = {}
    for row in rows:
        ever[row.invoice] = ever.get(row.invoice, 0) + row.amount
    for wish in said.wishes:
        if wish.amount is not None and Money(ever.get(wish.invoice, 0), there.currency).amount < wish.amount:
            found.append(f"less is allocated to {wish.invoice} there")
    return found

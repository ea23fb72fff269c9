"""The lines of a credit note on an invoice: what each one takes, and how its amount comes about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.money import split
from billcli.core.shares import Whole, quantity_share
from billcli.core.totals import Part, adjustment_amount, line_amount, listed_amount, parts
from billcli.errors import BillError, UsageError
from billcli.model.invoice import Adjustment, Invoice, Line
from billcli.model.money import Money


class LineChoice(NamedTuple):
    """``line`` counts from 1; no quantity means what is left of it."""

    line: int
    quantity: Decimal | None


class Credit(NamedTuple):
    """A line of a credit note: the fields of its file without the adjustments, and its amount, which they lead to."""

    said: Mapping[str, Any]
    tax: str
    amount: int
    adjustments: tuple[Adjustment, ...] = ()

    def fields(self) -> dict[str, Any]:
        adjusted = tuple(each.model_dump(exclude_none=True, exclude_unset=True) for each in self.adjustments)
        return {**self.said, "tax": self.tax} | ({"adjustments": adjusted} if adjusted else {})


def chosen_credits(
    choices: Sequence[LineChoice], invoice: Invoice, credited: Mapping[int, Decimal], codes: Mapping[str, Whole]
) -> list[Credit]:
    """Lines by quantity. Raises ``BillError`` for more than is left of a line or of its tax code."""
    for choice in choices:
        if not 1 <= choice.line <= len(invoice.lines):
            raise UsageError(f"{invoice.number} has no line {choice.line}", f"its lines are 1 to {len(invoice.lines)}")
        if [each.line for each in choices].count(choice.line) > 1:
            raise UsageError(f"line {choice.line} is named twice", "give one quantity for it")
    shared = parts(invoice.lines, invoice.adjustments, invoice.currency)
    credits = [_line_credit(choice.line, _quantity(choice, invoice, credited), invoice, credited, shared) for choice in choices]
    for code, whole in codes.items():
        wanted, left = sum(each.amount for each in credits if each.tax == code), whole.left.amount(invoice.prices)
        if wanted > left:
            currency, terms = invoice.currency, "before" if invoice.prices == "net" else "with"
            message = f"{Money(wanted, currency)} {terms} tax at {code} is more than can still be credited on {invoice.number}"
            raise BillError(f"{message}: {Money(left, currency)}", "earlier credit took the difference; --rest credits what is left")
    return credits


def _quantity(choice: LineChoice, invoice: Invoice, credited: Mapping[int, Decimal]) -> Decimal:
    line = invoice.lines[choice.line - 1]
    left = line.quantity - credited.get(choice.line, Decimal(0))
    quantity = choice.quantity if choice.quantity is not None else left
    if quantity > left or (quantity <= 0 and line.quantity > 0):
        if left <= 0:
            raise BillError(f"line {choice.line} of {invoice.number} is credited in full", f'"bill show {invoice.number}" shows by what')
        message = f"line {choice.line} of {invoice.number} has {format(left, 'f')} left to credit, not {format(quantity, 'f')}"
        raise BillError(message, f"credit up to {format(left, 'f')}")
    return quantity


def rest_credits(invoice: Invoice, credited: Mapping[int, Decimal], codes: Mapping[str, Whole]) -> list[Credit]:
    """All that is left: each line's quantity, and of each tax code exactly what no earlier note took."""
    shared = parts(invoice.lines, invoice.adjustments, invoice.currency)
    left = [(at, line.quantity - credited.get(at, Decimal(0))) for at, line in enumerate(invoice.lines, 1)]
    whole = not credited
    credits = [_line_credit(at, quantity, invoice, credited, shared) for at, quantity in left if quantity > 0 or (whole and quantity <= 0)]
    for code, each in codes.items():
        own = [at for at, credit in enumerate(credits) if credit.tax == code]
        due, rest = sum(credits[at].amount for at in own), each.left.amount(invoice.prices)
        if rest < due:
            for at, amount in zip(own, split(rest, [credits[at].amount for at in own]), strict=True):
                credits[at] = _reduced(credits[at], amount, invoice.currency)
        elif rest > due or (each.left.tax and not own):
            credits.append(_plain(_rest_words(invoice, code), rest - due, code, invoice.currency))
    return credits


def _rest_words(invoice: Invoice, code: str) -> str:
    """A charge that stood beside the lines keeps its name."""
    named = [each.description for each in invoice.adjustments if each.kind == "charge" and each.tax == code and each.description]
    beside = not any(line.tax == code for line in invoice.lines)
    return named[0] if beside and len(named) == 1 and named[0] else f"Rest of {invoice.number}"


def amount_credits(amount: int, invoice: Invoice, codes: Mapping[str, Whole], left: int) -> list[Credit]:
    """One line per tax code, the amount shared in proportion to what is left of each with its tax.

    Raises ``BillError`` for more than is left of the invoice.
    """
    if amount <= 0:
        raise UsageError("--amount must be more than zero", "credit lines or an amount above zero")
    if amount > left:
        currency = invoice.currency
        message = f"{Money(amount, currency)} is more than can still be credited on {invoice.number}: {Money(max(left, 0), currency)}"
        raise BillError(message, f"--amount {Money(left, currency).text()} credits the rest" if left > 0 else "it is credited in full")
    weights = [each.left.gross for each in codes.values()]
    if not any(weights):
        raise UsageError(f"{invoice.number} is over nothing", "credit lines or an amount above zero")
    shares = zip(codes, split(amount, weights), strict=True)
    return [_plain(f"Credit on {invoice.number}", part, code, invoice.currency) for code, part in shares if part]


def _plain(description: str, amount: int, tax: str, currency: str) -> Credit:
    return Credit({"description": description, "quantity": Decimal(1), "unit_price": Money(amount, currency).amount}, tax, amount)


def _line_credit(at: int, quantity: Decimal, invoice: Invoice, credited: Mapping[int, Decimal], shared: Mapping[str, Part]) -> Credit:
    """The share of a line that goes with the quantity; ``shared`` has its amount after every discount and charge."""
    line, currency, before = invoice.lines[at - 1], invoice.currency, credited.get(at, Decimal(0))
    whole = shared[line.tax].lines[at - 1]
    listed = listed_amount(line, currency)
    amounts = [adjustment_amount(each, listed, currency) for each in line.adjustments]
    names = [each.description or (f"{format(each.percent, 'f')} %" if each.percent is not None else None) for each in line.adjustments]
    of_document = whole - line_amount(line, currency)
    found = [
        _adjustment(quantity_share(amount, before, quantity, line.quantity), name, currency)
        for amount, name in [*zip(amounts, names, strict=True), (of_document, _document_words(invoice, line))]
    ]
    amount = quantity_share(whole, before, quantity, line.quantity)
    said = {
        key: value for key, value in line.model_dump(exclude_none=True, exclude_unset=True).items() if key not in ("adjustments", "tax")
    }
    said |= {"quantity": quantity, "invoice_line": at}
    credit = Credit(said, line.tax, amount, tuple(each for each in found if each))
    return _with_rounding(credit, line.model_copy(update={"quantity": quantity}), currency)


def _with_rounding(credit: Credit, line: Line, currency: str) -> Credit:
    """What price and quantity, less the parts of discounts, miss of the exact share stands beside them."""
    stated = listed_amount(line, currency)
    stated += sum(adjustment_amount(each, 0, currency) for each in credit.adjustments)
    rounding = _adjustment(credit.amount - stated, "Rounding", currency)
    return credit._replace(adjustments=(*credit.adjustments, rounding)) if rounding else credit


def _reduced(credit: Credit, amount: int, currency: str) -> Credit:
    less = _adjustment(amount - credit.amount, "Credited before", currency)
    return credit._replace(amount=amount, adjustments=(*credit.adjustments, less)) if less else credit


def _adjustment(amount: int, description: str | None, currency: str) -> Adjustment | None:
    if not amount:
        return None
    said = {"kind": "discount" if amount < 0 else "charge", "description": description, "amount": Money(abs(amount), currency).amount}
    return Adjustment.model_validate({key: value for key, value in said.items() if value is not None})


def _document_words(invoice: Invoice, line: Line) -> str:
    """What the document's own discounts and charges are called on a line that has its part of them."""
    own = [each for each in invoice.adjustments if each.tax in (None, line.tax)]
    return ", ".join(dict.fromkeys(each.description or f"on {invoice.number}" for each in own))[:1000]

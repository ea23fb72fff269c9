"""Credit notes against an invoice: by line and quantity, by amount, or all of it; never more than was invoiced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.invoice import document_data, figures_line, sealed, tax_groups, totals
from billcli.core.money import split
from billcli.core.numbering import Given
from billcli.core.plan import Create, Plan
from billcli.core.totals import figures
from billcli.errors import BillError, UsageError
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.money import Money, digits
from billcli.model.settings import NO_TAX, Settings


class LineChoice(NamedTuple):
    """``line`` counts from 1; no quantity means what is left of it."""

    line: int
    quantity: Decimal | None


class CreditRequest(NamedTuple):
    """What a person asks for: lines, or an amount with tax in minor units, or, with neither, the whole invoice."""

    invoice: str
    reason: str
    lines: tuple[LineChoice, ...] = ()
    amount: int | None = None
    issued_on: date | None = None
    notes: str | None = None
    external_id: str | None = None
    series: str | None = None


class Credited(NamedTuple):
    """What earlier credit notes took of the invoice, and what is open of it for good; minor units."""

    gross: int
    quantities: Mapping[int, Decimal]
    notes: int
    open: int
    last_event: date
    by_tax: Mapping[str, int] = {}
    """What was taken of each tax code, with its tax."""


def credit_note_document(
    request: CreditRequest, invoice: Invoice, before: Credited, settings: Settings, given: Given, issued_on: date
) -> CreditNote:
    """The credit note as it will stand in its file, sealed, applied to its invoice as far as that is open.

    Raises ``BillError`` where a cap would be broken or the day is before the invoice's last event.
    """
    if issued_on < before.last_event:
        raise BillError(f"{invoice.number} has an event on {before.last_event}; a credit note of {issued_on} would change the past",
                        f"the earliest possible day is {before.last_event}")  # fmt: skip
    codes: dict[str, Any] = {group.code: group for group in invoice.taxes} | {"none": NO_TAX}
    if request.amount is None:
        prices, lines = invoice.prices, _chosen_lines(request, invoice, before)
    else:
        prices, lines = "gross", _amount_lines(request.amount, invoice, before)
    sums = figures(
        [_Priced(**{key: each[key] for key in ("quantity", "unit_price", "tax")}) for each in lines],
        codes,
        invoice.currency,
        invoice.rounding,
        prices,
    )
    currency = invoice.currency
    left = Money.of(invoice.totals.gross, currency).minor - before.gross
    if sums.gross > left:
        message = f"{Money(sums.gross, currency)} is more than can still be credited on {invoice.number}: {Money(left, currency)}"
        raise BillError(message, f"--amount {Money(left, currency).text()} credits the rest" if left else "it is credited in full")
    if sums.gross == 0 and invoice.totals.gross != 0:
        raise BillError("the credit note would be over nothing", "credit lines that have a price, or an amount")
    used = min(sums.gross, max(before.open, 0))
    fields = {
        "number": given.number, "customer": invoice.customer, "issued_on": issued_on, "currency": currency, "corrects": invoice.number,
        "reason": request.reason, "prices": prices if prices != "net" else None, "rounding": invoice.rounding,
        "issued_by": settings.company, "issued_to": invoice.issued_to, "lines": lines,
        "taxes": tax_groups(sums, codes, currency) or None, "totals": totals(sums, currency),
        "external_id": request.external_id,
        "applied": [{"invoice": invoice.number, "amount": Money(used, currency).amount, "on": issued_on}] if used else None,
        "notes": request.notes,
    }  # fmt: skip
    note: CreditNote = sealed(CreditNote, fields, given.previous_seal)
    return note


class _Priced(NamedTuple):
    quantity: Decimal
    unit_price: Decimal
    tax: str
    adjustments: tuple[Any, ...] = ()


def _chosen_lines(request: CreditRequest, invoice: Invoice, before: Credited) -> list[dict[str, Any]]:
    choices = request.lines
    if not choices:
        if before.notes:
            earlier = Money(before.gross, invoice.currency)
            raise UsageError(f"{invoice.number} was credited before, by {earlier}", "say what is credited now: --line K[:QTY] or --amount")
        choices = tuple(LineChoice(at, None) for at in range(1, len(invoice.lines) + 1))
    lines = []
    for choice in choices:
        if not 1 <= choice.line <= len(invoice.lines):
            raise UsageError(f"{invoice.number} has no line {choice.line}", f"its lines are 1 to {len(invoice.lines)}")
        if [each.line for each in choices].count(choice.line) > 1:
            raise UsageError(f"line {choice.line} is named twice", "give one quantity for it")
        line = invoice.lines[choice.line - 1]
        left = line.quantity - before.quantities.get(choice.line, Decimal(0))
        quantity = choice.quantity if choice.quantity is not None else left
        if quantity > left or (quantity <= 0 and line.quantity > 0):
            if left <= 0:
                raise BillError(
                    f"line {choice.line} of {invoice.number} is credited in full", f'"bill show {invoice.number}" shows by what'
                )
            message = f"line {choice.line} of {invoice.number} has {format(left, 'f')} left to credit, not {format(quantity, 'f')}"
            raise BillError(message, f"credit up to {format(left, 'f')}")
        lines.append(
            {
                **line.model_dump(exclude_none=True, exclude_unset=True),
                "tax": line.tax,
                "quantity": quantity,
                "invoice_line": choice.line,
            }
        )
    return lines


def _amount_lines(amount: int, invoice: Invoice, before: Credited) -> list[dict[str, Any]]:
    """One line per tax rate of the invoice, the amount shared in proportion to what is left of each rate with its tax."""
    currency = invoice.currency
    worth = {group.code: Money.of(group.base + group.amount, currency).minor for group in invoice.taxes}
    rest = Money.of(invoice.totals.gross, currency).minor - sum(worth.values())
    if rest:
        worth[NO_TAX.code] = rest
    worth = {code: max(amount - before.by_tax.get(code, 0), 0) for code, amount in worth.items()}
    if amount <= 0 or not any(worth.values()):
        raise UsageError(
            "--amount must be more than zero" if amount <= 0 else f"{invoice.number} is over nothing",
            "credit lines or an amount above zero",
        )
    one = Decimal(1).scaleb(-digits(currency))
    return [
        {"description": f"Credit on {invoice.number}", "quantity": Decimal(1), "unit_price": part * one, "tax": code}
        for code, part in zip(worth, split(amount, list(worth.values())), strict=True)
        if part
    ]


def plan_credit_note(note: CreditNote, given: Given, invoice_path: str) -> Plan:
    """The plan that writes an issued credit note."""
    path = f"credit-notes/{note.issued_on:%Y}/{note.issued_on:%m}/{note.number}.yaml"
    used = sum((each.amount for each in note.applied), Decimal(0))
    gross = format(note.totals.gross, "f")
    summary = [f"credit note {note.number} on {note.corrects} over {gross} {note.currency}: {note.reason}"]
    summary.append(figures_line(note))
    if used != note.totals.gross:
        summary.append(f"{note.totals.gross - used} {note.currency} of it stay as credit of {note.customer}")
    return Plan(
        command="credit-note new", steps=(Create(path, "credit-note", document_data(note)),), summary=tuple(summary),
        result={"number": note.number}, relies_on=(invoice_path, "ledger.yaml"), given=(note.number,), warnings=given.warnings,
        reason=note.reason,
    )  # fmt: skip

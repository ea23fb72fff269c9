"""Credit notes: exact shares of an invoice by line and quantity, by amount, or what is left of it; or credit of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.credit_lines import Credit, LineChoice, amount_credits, chosen_credits, rest_credits
from billcli.core.defaults import defaults
from billcli.core.document import document_data, path_of, sealed
from billcli.core.invoice import (
    InvoiceRequest,
    Master,
    adjustment_lines,
    currency_for,
    figures_line,
    printed_party,
    reckoned,
    resolved_lines,
    tax_groups,
    totals,
)  # fmt: skip
from billcli.core.lines import TypedLine
from billcli.core.numbering import Given
from billcli.core.plan import Create, Plan
from billcli.core.rows import row_data
from billcli.core.shares import NOTHING, Taxed, Whole, wholes
from billcli.core.totals import Figures, Group
from billcli.errors import BillError, UsageError
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.money import Money
from billcli.model.settings import Settings


class CreditRequest(NamedTuple):
    """What a person asks for: lines, or an amount with tax in minor units, or the rest, or, with none of these, the whole invoice."""

    invoice: str
    reason: str
    lines: tuple[LineChoice, ...] = ()
    amount: int | None = None
    issued_on: date | None = None
    notes: str | None = None
    external_id: str | None = None
    series: str | None = None
    rest: bool = False
    kind: str | None = None
    remark: str | None = None


class FreeCreditRequest(NamedTuple):
    """Credit of a customer that corrects no invoice."""

    customer: str
    reason: str
    lines: tuple[TypedLine, ...]
    currency: str | None = None
    issued_on: date | None = None
    notes: str | None = None
    external_id: str | None = None
    series: str | None = None
    kind: str | None = None
    remark: str | None = None


class Credited(NamedTuple):
    """What earlier credit notes took of the invoice, and what a new one may settle of it; minor units."""

    gross: int
    quantities: Mapping[int, Decimal]
    notes: int
    open: int
    last_event: date
    by_tax: Mapping[str, Taxed] = {}
    """What was taken of each tax code."""


def credit_note_document(
    request: CreditRequest, invoice: Invoice, before: Credited, settings: Settings, given: Given, issued_on: date
) -> CreditNote:
    """The credit note as it will stand in its file, sealed, applied to its invoice as far as that is open.

    Raises ``BillError`` where a cap would be broken or the day is before the invoice's last event.
    """
    if issued_on < before.last_event:
        raise BillError(f"{invoice.number} has an event on {before.last_event}; a credit note of {issued_on} would change the past",
                        f"the earliest possible day is {before.last_event}")  # fmt: skip
    currency = invoice.currency
    left = Money.of(invoice.totals.gross, currency).minor - before.gross
    codes = wholes(invoice, before.by_tax)
    prices, credits = _credits(request, invoice, before, codes, left)
    sums = _figures(credits, codes, prices)
    if sums.gross > left:
        message = f"{Money(sums.gross, currency)} is more than can still be credited on {invoice.number}: {Money(max(left, 0), currency)}"
        raise BillError(message, f"--amount {Money(left, currency).text()} credits the rest" if left > 0 else "it is credited in full")
    if sums.gross == 0 and invoice.totals.gross != 0:
        raise BillError("the credit note would be over nothing", "credit lines that have a price, or an amount")
    used = min(sums.gross, max(before.open, 0))
    groups: dict[str, Any] = {group.code: group for group in invoice.taxes}
    fields = {
        "number": given.number, "customer": invoice.customer, "issued_on": issued_on, "currency": currency, "corrects": invoice.number,
        "kind": request.kind, "reason": request.reason, "remark": request.remark, "prices": prices if prices != "net" else None,
        "rounding": invoice.rounding, "issued_by": settings.company, "issued_to": invoice.issued_to,
        "lines": [each.fields() for each in credits], "taxes": tax_groups(sums, groups, currency) or None, "totals": totals(sums, currency),
        "external_id": request.external_id,
        "applied": [row_data(invoice.number, "credit", used, issued_on, currency)] if used else None,
        "notes": request.notes,
    }  # fmt: skip
    return sealed(CreditNote, fields, given.previous_seal)


def is_asked_again(note: CreditNote, request: CreditRequest, rests: Collection[int]) -> bool:
    """Whether a note came of this request; what was left of the invoice then is one of ``rests``, in minor units.

    Only what the request itself says is compared: what there is to credit has changed since.
    """
    if (note.corrects, note.reason, note.kind, note.remark) != (request.invoice, request.reason, request.kind, request.remark):
        return False
    if request.issued_on not in (None, note.issued_on):
        return False
    gross = Money.of(note.totals.gross, note.currency).minor
    taken = {line.invoice_line: line.quantity for line in note.lines}
    if request.amount is not None:
        return gross == request.amount and taken.keys() == {None}
    if request.lines:
        asked = {choice.line: choice.quantity for choice in request.lines}
        return taken.keys() == asked.keys() and all(quantity in (None, taken[line]) for line, quantity in asked.items())
    return gross in rests


def _credits(request: CreditRequest, invoice: Invoice, before: Credited, codes: Mapping[str, Whole], left: int) -> tuple[str, list[Credit]]:
    """The lines of the note and the terms of their prices."""
    if request.amount is not None:
        return "gross", amount_credits(request.amount, invoice, codes, left)
    if request.lines:
        return invoice.prices, chosen_credits(request.lines, invoice, before.quantities, codes)
    if before.notes and not request.rest:
        earlier, rest = Money(before.gross, invoice.currency), Money(max(left, 0), invoice.currency)
        hint = f"say what is credited now: --line K[:QTY], --amount, or --rest for the {rest} that are left"
        raise UsageError(f"{invoice.number} was credited before, by {earlier}", hint)
    if left <= 0:
        raise BillError(f"nothing is left to credit on {invoice.number}", f'"bill show {invoice.number}" shows by what it was credited')
    if sum(each.left.gross for each in codes.values()) > left:
        return "gross", amount_credits(left, invoice, codes, left)
    return invoice.prices, rest_credits(invoice, before.quantities, codes)


def _figures(credits: Sequence[Credit], codes: Mapping[str, Whole], prices: str) -> Figures:
    """Base and tax of each code as exact shares of the invoice's."""
    amounts: dict[str, int] = {}
    for each in credits:
        amounts[each.tax] = amounts.get(each.tax, 0) + each.amount
    groups = [Group(code, *codes[code].share(amount, prices) if code in codes else NOTHING) for code, amount in amounts.items()]
    return Figures(tuple(groups), sum(each.base for each in groups), sum(each.tax for each in groups))


def free_credit_document(request: FreeCreditRequest, master: Master, given: Given, issued_on: date) -> CreditNote:
    """Credit that belongs to no invoice, with the figures and the tax codes of an invoice; all of it stays unapplied."""
    typed = InvoiceRequest(request.customer, request.lines, currency=request.currency)
    currency = currency_for(typed, master)
    settings, language = master.settings, defaults(master.settings, master.categories, master.customer)["language"].value
    lines, _, rates, sums = reckoned(resolved_lines(typed, master, currency), (), "net", currency, settings, issued_on)
    if sums.gross == 0:
        raise BillError("the credit note would be over nothing", "credit lines that have a price")
    fields = {
        "number": given.number, "customer": master.customer.id, "issued_on": issued_on, "currency": currency, "kind": request.kind,
        "reason": request.reason, "remark": request.remark, "rounding": settings.rounding, "issued_by": settings.company,
        "issued_to": printed_party(master.customer, language), "lines": lines, "taxes": tax_groups(sums, rates, currency) or None,
        "totals": totals(sums, currency), "external_id": request.external_id, "notes": request.notes,
    }  # fmt: skip
    return sealed(CreditNote, fields, given.previous_seal)


def plan_credit_note(note: CreditNote, given: Given, relies_on: str) -> Plan:
    """The plan that writes an issued credit note; it relies on its invoice's file, or on its customer's."""
    path = path_of("credit-notes", note.number, note.issued_on)
    used = sum((each.amount for each in note.applied), Decimal(0))
    gross = format(note.totals.gross, "f")
    about = f"on {note.corrects}" if note.corrects else f"to {note.issued_to.name}"
    summary = [f"credit note {note.number} {about} over {gross} {note.currency}: {note.reason}"]
    summary += [*adjustment_lines(note), figures_line(note)]
    if used != note.totals.gross:
        summary.append(f"  {note.totals.gross - used} {note.currency} of it stay as credit of {note.customer}")
    return Plan(
        command="credit-note new", steps=(Create(path, "credit-note", document_data(note)),), summary=tuple(summary),
        result={"number": note.number}, relies_on=(relies_on, "ledger.yaml"), given=(note.number,), warnings=given.warnings,
        reason=note.reason,
    )  # fmt: skip

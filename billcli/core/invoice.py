"""Issuing an invoice: defaults resolved, number given, figures computed, everything printed frozen, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core import adjustments as adjusting
from billcli.core import seal
from billcli.core.adjustments import TypedAdjustment
from billcli.core.calendars import Calendars
from billcli.core.defaults import Graded, defaults
from billcli.core.document import content_id, document_data, made, path_of, sealed
from billcli.core.due_dates import printed
from billcli.core.lines import TypedLine, check_words, resolve_line
from billcli.core.numbering import Given
from billcli.core.plan import Create, Plan, Remove
from billcli.core.tax import TaxRate, rates_for, tax_point
from billcli.core.totals import Figures, figures
from billcli.errors import BillError, UsageError
from billcli.model.category import Categories
from billcli.model.customer import Customer
from billcli.model.invoice import Adjustment, Draft, Invoice, Line, ServicePeriod, TaxGroup
from billcli.model.item import Items
from billcli.model.money import LIMIT, Money
from billcli.model.party import Party
from billcli.model.settings import NO_TAX, Settings


class InvoiceRequest(NamedTuple):
    """What a person asks for; None leaves the decision to the defaults."""

    customer: str
    typed_lines: tuple[TypedLine, ...] = ()
    lines: tuple[Line, ...] = ()
    issued_on: date | None = None
    type: str | None = None
    currency: str | None = None
    terms: str | None = None
    reference: str | None = None
    buyer_reference: str | None = None
    notes: str | None = None
    tags: tuple[str, ...] = ()
    series: str | None = None
    external_id: str | None = None
    contact: str | None = None
    delivered_on: date | None = None
    service_period: ServicePeriod | None = None
    remark: str | None = None
    prices: str | None = None
    typed_adjustments: tuple[TypedAdjustment, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


class Master(NamedTuple):
    """The master data an issue looks up once."""

    settings: Settings
    categories: Categories
    items: Items
    customer: Customer
    graded: Graded | None = None


def resolved_lines(request: InvoiceRequest, master: Master, currency: str) -> tuple[Line, ...]:
    """Typed lines with their defaults, then those that came ready; the words of the request are declared."""
    tax = defaults(master.settings, master.categories, master.customer)["tax"].value
    typed = tuple(resolve_line(each, master.items, master.categories, currency, tax) for each in request.typed_lines)
    lines = typed + request.lines
    if not lines:
        raise UsageError("an invoice needs at least one line", '--line "description;quantity;unit price"')
    check_words(lines, master.settings, master.categories, request.adjustments)
    return lines


class Reckoned(NamedTuple):
    """Lines and adjustments with their amounts, the rates of the day, and what it all comes to."""

    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    rates: Mapping[str, TaxRate]
    sums: Figures


def reckoned(
    lines: tuple[Line, ...], adjustments: tuple[Adjustment, ...], prices: str, currency: str, settings: Settings, day: date
) -> Reckoned:
    """The figures at the rates of that day. Raises ``BillError`` where a code has no rate then, or discounts exceed what they are on."""
    lines = tuple(adjusting.frozen_line(each, currency) for each in lines)
    adjustments = adjusting.frozen(adjustments, lines, currency)
    for _, message in adjusting.overdone(lines, adjustments, currency):
        raise BillError(message, "lower the discount; what is owed to a customer is a credit note")
    rates = rates_for([*(each.tax for each in lines), *(each.tax for each in adjustments if each.tax)], settings, day)
    sums = figures(lines, rates, currency, settings.rounding, prices, adjustments)
    check_size(sums, currency)
    return Reckoned(lines, adjustments, rates, sums)


def _said_of_it(request: InvoiceRequest, master: Master, currency: str) -> InvoiceRequest:
    """The request with typed lines, discounts and charges understood. Raises ``BillError`` for what cannot be."""
    typed = tuple(adjusting.document_adjustment(each, currency) for each in request.typed_adjustments)
    request = request._replace(adjustments=typed + adjusting.exact(request.adjustments, currency), typed_adjustments=())
    period = request.service_period
    if period and period.ends_on < period.begins_on:
        raise UsageError(f"the service period ends on {period.ends_on}, before {period.begins_on}", "one of the two is mistyped")
    lines = tuple(adjusting.exact_line(each, currency) for each in resolved_lines(request, master, currency))
    return request._replace(lines=lines, typed_lines=())


def currency_for(request: InvoiceRequest, master: Master) -> str:
    return request.currency or str(defaults(master.settings, master.categories, master.customer)["currency"].value)


def invoice_document(request: InvoiceRequest, master: Master, given: Given, issued_on: date) -> Invoice:
    """The invoice as it will stand in its file, sealed."""
    chosen = defaults(master.settings, master.categories, master.customer, master.graded)
    currency = currency_for(request, master)
    request = _said_of_it(request, master, currency)
    terms = request.terms or chosen["terms"].value
    prices = request.prices or "net"
    lines, adjustments, rates, sums = reckoned(
        request.lines, request.adjustments, prices, currency, master.settings, tax_point(request, issued_on)
    )
    if sums.gross == 0:
        raise BillError("the invoice would be over nothing", "a number once given stays used; look at quantities and prices")
    fields = {
        "number": given.number,
        "type": request.type or "sales",
        "customer": master.customer.id,
        "issued_on": issued_on,
        "currency": currency,
        "terms": terms,
        "reference": request.reference or creditor_reference(given.number),
        "buyer_reference": request.buyer_reference,
        "contact": request.contact,
        "delivered_on": request.delivered_on,
        "service_period": request.service_period,
        "remark": request.remark,
        "prices": prices if prices != "net" else None,
        "rounding": master.settings.rounding,
        "issued_by": master.settings.company,
        "issued_to": printed_party(master.customer, chosen["language"].value),
        "lines": lines,
        "adjustments": adjustments or None,
        "taxes": tax_groups(sums, rates, currency) or None,
        **printed(terms, issued_on, sums.gross, currency, Calendars(master.settings.calendars)),
        "totals": totals(sums, currency),
        "external_id": request.external_id,
        "notes": request.notes,
        "tags": request.tags or None,
    }
    return sealed(Invoice, fields, given.previous_seal)


def plan_issue(invoice: Invoice, given: Given, drafted: str | None = None) -> Plan:
    """The plan that writes an issued invoice; ``drafted`` is the path of the draft it came from."""
    gross = f"{format(invoice.totals.gross, 'f')} {invoice.currency}"
    path = path_of("invoices", invoice.number, invoice.issued_on)
    steps: tuple[Any, ...] = (Create(path, "invoice", document_data(invoice)),)
    if drafted:
        steps += (Remove(drafted),)
    return Plan(
        command="invoice issue" if drafted else "invoice new",
        steps=steps,
        summary=(
            f"invoice {invoice.number} to {invoice.issued_to.name} over {gross}, issued {invoice.issued_on}, {due_words(invoice)}",
            *adjustment_lines(invoice),
            figures_line(invoice),
        ),
        result={"number": invoice.number},
        relies_on=(path_of("customers", invoice.customer), "ledger.yaml"),
        given=(invoice.number, *((invoice.reference,) if invoice.reference else ())),
        warnings=given.warnings,
    )


def due_words(invoice: Invoice) -> str:
    """When it is due, in which parts, and what paying early takes off."""
    parts = invoice.instalments
    due = f"due {parts[0].due_on}" if len(parts) == 1 else "due " + ", ".join(f"{each.amount} on {each.due_on}" for each in parts)
    early = invoice.discount
    return f"{due}, less {format(early.percent, 'f')} % until {early.until}" if early else due


def adjustment_lines(document: Any) -> list[str]:
    """Each discount and charge of a document that has figures: those of lines, then its own."""
    currency = document.currency
    own = [f"  line {at}: {adjusting.words(each, currency)}" for at, line in enumerate(document.lines, 1) for each in line.adjustments]
    return own + [f"  {adjusting.words(each, currency)}" for each in getattr(document, "adjustments", ())]


def figures_line(document: Any) -> str:
    """Net, each tax on its base, what has none, and gross: what a person must see before it is fixed."""
    taxes = [f"{each.code} {each.amount} on {each.base}" for each in document.taxes]
    untaxed = document.totals.net - sum((each.base for each in document.taxes), Decimal(0))
    without = [f"no tax on {untaxed}"] if untaxed else []
    return f"  net {document.totals.net}, {', '.join([*taxes, *without])}, gross {document.totals.gross} {document.currency}"


def plan_draft(request: InvoiceRequest, master: Master, taken: frozenset[str], today: date, draft_id: str | None = None) -> Plan:
    """The plan that keeps an invoice for later, without a number; what it comes to is said at the rates of its day or of today.

    Its id follows from its content where none is given.
    """
    currency = currency_for(request, master)
    request = _said_of_it(request, master, currency)
    day = tax_point(request, request.issued_on or today)
    prices = request.prices or "net"
    sums = reckoned(request.lines, request.adjustments, prices, currency, master.settings, day).sums
    fields = {
        "type": request.type, "customer": master.customer.id, "issued_on": request.issued_on, "currency": currency, "terms": request.terms,
        "reference": request.reference, "buyer_reference": request.buyer_reference, "contact": request.contact,
        "delivered_on": request.delivered_on, "service_period": request.service_period, "remark": request.remark,
        "prices": request.prices, "lines": request.lines, "adjustments": request.adjustments or None,
        "external_id": request.external_id, "notes": request.notes, "tags": request.tags or None,
    }  # fmt: skip
    draft_id = draft_id or content_id(master.customer.id, seal.content(made(Draft, {"id": "new", **fields})), taken)
    draft = made(Draft, {"id": draft_id, **fields})
    gross = Money(sums.gross, currency)
    return Plan(
        command="invoice new --draft",
        steps=(Create(path_of("drafts", draft_id), "draft", document_data(draft)),),
        summary=(f"draft {draft_id} for {master.customer.name} over {gross}, not issued",),
        result={"id": draft_id},
        relies_on=(path_of("customers", master.customer.id),),
        given=(draft_id,),
    )


def request_from_draft(draft: Draft) -> InvoiceRequest:
    return InvoiceRequest(
        customer=draft.customer, lines=draft.lines, issued_on=draft.issued_on, type=draft.type, currency=draft.currency, terms=draft.terms,
        reference=draft.reference, buyer_reference=draft.buyer_reference, notes=draft.notes, tags=draft.tags,
        external_id=draft.external_id, contact=draft.contact, delivered_on=draft.delivered_on, service_period=draft.service_period,
        remark=draft.remark, prices=draft.prices, adjustments=draft.adjustments,
    )  # fmt: skip


def printed_party(customer: Customer, language: str | None) -> Party:
    """The customer as it stands on a document of that day."""
    return made(Party, {"name": customer.name, "address": customer.address, "tax_id": customer.tax_id, "language": language})


def tax_groups(sums: Figures, rates: Mapping[str, TaxRate], currency: str) -> list[dict[str, Any]]:
    """The tax groups as printed; lines without tax form none."""
    groups = []
    for group in sums.groups:
        if group.code != NO_TAX.code:
            code = rates[group.code]
            amounts = {"base": Money(group.base, currency).amount, "amount": Money(group.tax, currency).amount}
            kept = TaxGroup(code=code.code, category=code.category, rate=code.rate, exempt_reason=code.exempt_reason, **amounts)
            groups.append(kept.model_dump(exclude_none=True))
    return groups


def totals(sums: Figures, currency: str) -> dict[str, Decimal]:
    return {name: Money(minor, currency).amount for name, minor in (("net", sums.net), ("tax", sums.tax), ("gross", sums.gross))}


def check_size(sums: Figures, currency: str) -> None:
    """Raises ``BillError`` for a total below zero or beyond the limit."""
    if sums.gross < 0:
        raise BillError("the total is below zero", "what is owed to a customer is a credit note")
    if Money(sums.gross, currency).amount >= LIMIT:
        raise BillError("the total is too large", f"amounts stay below {LIMIT}")


def creditor_reference(number: str) -> str | None:
    """The number as a creditor reference (ISO 11649, ``RF`` and two check digits); None where it does not fit its 21 characters."""
    plain = "".join(c for c in number.upper() if c.isascii() and c.isalnum())
    if not 1 <= len(plain) <= 21:
        return None
    digits = "".join(str(int(c, 36)) for c in plain + "RF00")
    return f"RF{98 - int(digits) % 97:02d}{plain}"

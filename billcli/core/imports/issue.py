"""Invoices and credit notes as their files will hold them: numbers kept, figures computed, parties frozen, no seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.calendars import Calendars, MissingPackage
from billcli.core.days import first_open_day
from billcli.core.defaults import Default, defaults
from billcli.core.due_dates import discount, printed
from billcli.core.imports.cells import Fault, Field
from billcli.core.imports.documents import CREDIT_NOTE, INVOICE, SaidDocument
from billcli.core.invoice import check_size, printed_party, tax_groups, totals
from billcli.core.tax import TaxRate, no_rate, rates_on
from billcli.core.totals import Figures, figures
from billcli.diagnostics import did_you_mean
from billcli.errors import BillError
from billcli.model.category import Categories
from billcli.model.credit_note import CREDIT_KINDS, CreditNote
from billcli.model.customer import Customer
from billcli.model.invoice import Invoice
from billcli.model.money import Money, decimals, digits
from billcli.model.party import Party
from billcli.model.settings import NO_TAX, Settings
from billcli.model.terms import parse_terms
from billcli.model.values import quoted

SETTLED_WITHOUT_DAY = "an amount was settled before, but not until when"
CUT_OVER_HINT = "add --cut-over DATE: from that day on, what was settled before counts here"


class Rules(NamedTuple):
    """What holds for every document of one import."""

    settings: Settings
    categories: Categories
    today: date
    source: str
    cut_over: date | None
    zero_totals: bool


class _Line(NamedTuple):
    quantity: Decimal
    unit_price: Decimal
    tax: str
    adjustments: tuple[Any, ...] = ()


class Issuing:
    """Makes documents; what depends on the customer alone is worked out once."""

    def __init__(self, rules: Rules, customers: Mapping[str, Customer], fields: Mapping[str, Field]) -> None:
        self.rules = rules
        self.customers = customers
        self.columns = {name: field.column for name, field in fields.items()}
        self.codes = [NO_TAX.code, *(each.code for each in rules.settings.tax_codes)]
        self._rates: dict[date, dict[str, TaxRate]] = {}
        self.calendars = Calendars(rules.settings.calendars)
        self.categories = [each.name for each in rules.categories.revenue]
        self._chosen: dict[str, dict[str, Default]] = {}
        self._parties: dict[str, Party] = {}

    def currency(self, said: SaidDocument) -> str:
        return str(said.get("currency") or self._defaults(said.get("customer"))["currency"].value)

    def document(self, said: SaidDocument) -> tuple[Invoice | CreditNote | None, list[Fault]]:
        """The document, or what speaks against it."""
        if faults := self.against(said):
            return None, faults
        currency = self.currency(said)
        lines = self._lines(said)
        sums = figures(
            [_Line(each["quantity"], each["unit_price"], each.get("tax", NO_TAX.code)) for each in lines],
            self._rates_on(said.get("issued_on")),
            currency,
            self.rules.settings.rounding,
            "net",
        )
        if faults := self._sums(said, sums, currency):
            return None, faults
        try:
            fields = self._fields(said, lines, sums, currency)
        except MissingPackage:
            raise
        except BillError as error:
            return None, [said.fault("terms", "E214", error.message, error.hint)]
        given = {key: value for key, value in fields.items() if value is not None}
        if said.kind == CREDIT_NOTE:
            return CreditNote.model_validate(given), []
        return Invoice.model_validate(given), []

    def against(self, said: SaidDocument) -> list[Fault]:
        """What speaks against a document before it is added up, as far as it says it."""
        faults = [*self._words(said), *self._day(said)]
        return faults + _decimals(said, self.currency(said)) if said.get("customer") in self.customers else faults

    def _defaults(self, customer: str) -> dict[str, Default]:
        if customer not in self._chosen:
            self._chosen[customer] = defaults(self.rules.settings, self.rules.categories, self.customers[customer])
        return self._chosen[customer]

    def _rates_on(self, day: date) -> dict[str, TaxRate]:
        if day not in self._rates:
            self._rates[day] = rates_on(self.rules.settings, day)
        return self._rates[day]

    def _party(self, customer: str) -> Party:
        if customer not in self._parties:
            self._parties[customer] = printed_party(self.customers[customer], self._defaults(customer)["language"].value)
        return self._parties[customer]

    def _words(self, said: SaidDocument) -> list[Fault]:
        faults = []
        day: date | None = said.get("issued_on")
        for line in said.lines:
            if line.tax is not None and line.tax not in self.codes:
                hint = did_you_mean(line.tax, self.codes) or "the codes stand in ledger.yaml"
                faults.append(Fault(line.row, self.columns.get("tax"), "E301", f"unknown tax code {quoted(line.tax)}", hint))
            elif line.tax is not None and day is not None and line.tax not in self._rates_on(day):
                faults.append(Fault(line.row, self.columns.get("tax"), "E301", *no_rate(line.tax, self.rules.settings, day)))
            if line.category is not None and line.category not in self.categories:
                hint = did_you_mean(line.category, self.categories) or "declare it under revenue: in categories.yaml"
                message = f"unknown revenue category {quoted(line.category)}"
                faults.append(Fault(line.row, self.columns.get("category"), "E302", message, hint))
        return faults

    def _day(self, said: SaidDocument) -> list[Fault]:
        day: date | None = said.get("issued_on")
        if day is None:
            return []
        if day > self.rules.today:
            return [said.fault("issued_on", "E707", f"{day} is in the future", f"the latest possible day is {self.rules.today}")]
        closed = self.rules.settings.closed_through
        if closed and day <= closed:
            hint = f"the earliest possible day is {first_open_day(self.rules.settings, day)}"
            return [said.fault("issued_on", "E707", f"{day} lies in a closed period", hint)]
        return []

    def _lines(self, said: SaidDocument) -> list[dict[str, Any]]:
        lines = []
        for line in said.lines:
            price = line.unit_price if line.unit_price is not None else said.get("gross")
            kept = {"description": line.description, "category": line.category, "quantity": line.quantity, "unit_price": price}
            if line.tax not in (None, NO_TAX.code):
                kept["tax"] = line.tax
            lines.append({key: value for key, value in kept.items() if value is not None})
        return lines

    def _sums(self, said: SaidDocument, sums: Figures, currency: str) -> list[Fault]:
        try:
            check_size(sums, currency)
        except BillError as error:
            return [said.fault("gross", "E205", error.message, error.hint)]
        if sums.gross == 0 and not self.rules.zero_totals:
            hint = "a mapping with allow_zero_totals: true takes such documents"
            return [said.fault("gross", "E205", f"{said.number} comes to nothing", hint)]
        gross = said.get("gross")
        if gross is not None and Money.of(gross, currency).minor != sums.gross:
            message = f"the gross is {format(gross, 'f')}; the lines give {Money(sums.gross, currency).text()}"
            return [said.fault("gross", "E404", message, "leave the gross out, or correct the lines and their tax")]
        return self._settled(said, Money(sums.gross, currency).amount)

    def _settled(self, said: SaidDocument, gross: Decimal) -> list[Fault]:
        """What speaks against the amounts that say how much of an invoice was settled in the old books."""
        settled, left = said.get("settled_before"), said.get("open")
        if settled and settled > gross:
            message = f"{format(settled, 'f')} settled before is more than the gross, {format(gross, 'f')}"
            return [said.fault("settled_before", "E502", message, "what was paid beyond it is a payment of its own")]
        if left is not None and left > gross:
            message = f"{format(left, 'f')} open is more than the gross, {format(gross, 'f')}"
            return [said.fault("open", "E502", message, "charges and interest beyond the invoice are documents of their own")]
        if left is not None and settled is not None and settled + left != gross:
            message = f"{format(settled, 'f')} settled before and {format(left, 'f')} open are not the gross, {format(gross, 'f')}"
            return [said.fault("open", "E704", message, "one of the two is enough")]
        if left is not None and left < gross and self.rules.cut_over is None:
            return [said.fault("open", "E202", SETTLED_WITHOUT_DAY, CUT_OVER_HINT)]
        return []

    def _fields(self, said: SaidDocument, lines: Sequence[dict[str, Any]], sums: Figures, currency: str) -> dict[str, Any]:
        customer, issued_on = said.get("customer"), said.get("issued_on")
        settled = settled_before(said, Money(sums.gross, currency).amount)
        imported: dict[str, Any] = {"source": self.rules.source, "external_id": said.external_id}
        if settled:
            imported |= {"settled_before": settled, "cut_over": self.rules.cut_over}
        common = {
            "number": said.number, "customer": customer, "issued_on": issued_on, "currency": currency, "reference": said.get("reference"),
            "rounding": self.rules.settings.rounding, "issued_by": self.rules.settings.company, "issued_to": self._party(customer),
            "lines": tuple(lines), "taxes": tuple(tax_groups(sums, self._rates_on(issued_on), currency)) or None,
            "totals": totals(sums, currency), "imported": imported,
        }  # fmt: skip
        if said.kind == CREDIT_NOTE:
            kind = said.get("kind") if said.get("kind") in CREDIT_KINDS else None
            reason = said.get("reason") or f"imported from {self.rules.source}"[:1000]
            return common | {"corrects": said.get("corrects"), "kind": kind, "reason": reason}
        terms, due_on = said.get("terms"), said.get("due_on")
        if due_on is None:
            terms = terms or self._defaults(customer)["terms"].value
            due = printed(terms, issued_on, sums.gross, currency, self.calendars)
        else:
            due = {"instalments": ({"due_on": due_on, "amount": Money(sums.gross, currency).amount},)}
            if terms and (early := discount(parse_terms(terms), issued_on)):
                due["discount"] = early._asdict()
        type_ = said.get("type") if said.get("type") in ("sales", "service") else "sales"
        return common | {"type": type_, "terms": terms, **due}


def _decimals(said: SaidDocument, currency: str) -> list[Fault]:
    faults = []
    for name in ("gross", "settled_before", "open"):
        amount = said.get(name)
        if amount is not None and decimals(amount) > digits(currency):
            message = f"{quoted(format(amount, 'f'))} has {decimals(amount)} decimals; {currency} has {digits(currency)}"
            faults.append(said.fault(name, "E211", message, "round it where it came from"))
    return faults


def settled_before(said: SaidDocument, gross: Decimal) -> Decimal | None:
    """What was settled in the old books, said as it is or as what is open still; None where neither is said."""
    left, settled = said.get("open"), said.get("settled_before")
    found = gross - left if settled is None and left is not None else settled
    return found if found is None else Decimal(found).quantize(gross)


def differences(there: Any, said: SaidDocument, cut_over: date | None = None) -> list[str]:
    """What a row's document says otherwise than the one of this number in the books; what the rows do not say is not compared.

    Parties and tax rates are not compared: they are those of the day it was issued or imported, the file has none.
    """
    have = {name: getattr(there, name, None) for name in ("customer", "issued_on", "currency", "terms", "reference", "corrects", "reason")}
    have["gross"] = there.totals.gross
    settled = (there.imported.settled_before if there.imported else None) or Decimal(0)
    have["settled_before"], have["open"] = settled, there.totals.gross - settled
    if said.kind == INVOICE:
        have["due_on"] = there.instalments[0].due_on
        if said.get("type") in ("sales", "service"):
            have["type"] = there.type
    elif said.get("kind") in CREDIT_KINDS:
        have["kind"] = there.kind
    found = [f"{name} is {_shown(have[name])} there" for name in have if said.get(name) not in (None, have[name])]
    if settled and cut_over is not None and there.imported.cut_over != cut_over:
        found.append(f"cut_over is {there.imported.cut_over} there")
    if any(line.unit_price is not None for line in said.lines) and _said_lines(said) != _there_lines(there):
        found.append("its lines are others")
    return found


def _shown(value: Any) -> str:
    return "nothing" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def _said_lines(said: SaidDocument) -> list[tuple[Any, ...]]:
    return [(each.description, each.quantity, each.unit_price, each.tax or NO_TAX.code, each.category) for each in said.lines]


def _there_lines(there: Any) -> list[tuple[Any, ...]]:
    return [(each.description, each.quantity, each.unit_price, each.tax, each.category) for each in there.lines]

"""A template and one of its periods as the request of an invoice; from there on everything is as for any other."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billcli.core.defaults import defaults
from billcli.core.document import made
from billcli.core.invoice import InvoiceRequest, Master, currency_for
from billcli.core.money import minor_units, rounded_ratio
from billcli.core.recurring import Period, external_id
from billcli.core.recurring_texts import Wording, filled, values
from billcli.core.totals import listed_amount
from billcli.diagnostics import did_you_mean
from billcli.errors import BillError
from billcli.model.invoice import Adjustment, Line, ServicePeriod
from billcli.model.item import Item, Items
from billcli.model.money import EXACT, Money, digits
from billcli.model.recurring import Recurring, RecurringLine
from billcli.model.settings import NO_TAX
from billcli.model.values import BadValue, parse_notes, parse_text, quoted


def request_for(template: Recurring, master: Master, period: Period, wording: Wording) -> InvoiceRequest:
    """The invoice of a period, without a day of issue. Raises ``BillError`` for what the template, or the price list, does not say."""
    request = InvoiceRequest(
        customer=template.customer, type=template.type, currency=template.currency, terms=template.terms, tags=template.tags,
        buyer_reference=template.buyer_reference, series=template.series, contact=template.contact, prices=template.prices,
        external_id=external_id(template.id, period.begins_on),
        service_period=ServicePeriod(begins_on=period.begins_on, ends_on=period.ends_on),
    )  # fmt: skip
    currency = currency_for(request, master)
    said = values(period, wording)
    part = period if template.prorate and period.is_part else None
    lines = tuple(_line(each, master, period, currency, said, wording, part) for each in template.lines)
    remark = _text(template.remark, said, parse_notes) if template.remark else None
    return request._replace(lines=lines, adjustments=_adjusted(template.adjustments, part, currency), remark=remark)


def price_on(line: RecurringLine, item: Item | None, first: date) -> Decimal | None:
    """The last price since a day up to the period's first one, else the line's own, else that of the price list."""
    begun = [each for each in line.prices if each.since <= first]
    if begun:
        return max(begun, key=lambda each: each.since).unit_price
    return line.unit_price if line.unit_price is not None else item.unit_price if item else None


def part_of(amount: int, part: Period) -> int:
    """What a part of a period costs of the whole, in minor units.

    It is what comes together through its last day, less what came together before its first, each rounded half-up: so the parts of
    a period add up to the whole however it is cut.
    """
    before = (part.begins_on - part.full_begins_on).days
    through, full = before + part.days, Decimal(part.full_days)
    return rounded_ratio(amount, Decimal(through), full) - rounded_ratio(amount, Decimal(before), full)


def _line(
    said: RecurringLine, master: Master, period: Period, currency: str, texts: dict[str, str], wording: Wording, part: Period | None
) -> Line:
    item = _item(said.item, master.items, currency)
    description = said.description or (item.description if item else None)
    price = price_on(said, item, period.begins_on)
    if description is None or price is None:
        what = "has no description" if description is None else f"has no price on {period.begins_on}"
        raise BillError(f"the line {quoted(said.description or said.item or '?')} {what}", "add it to the line, or name an item")
    category = said.category or (item.category if item else None)
    fields = {
        "item": said.item, "description": _text(description, texts, parse_text), "category": category, "quantity": said.quantity,
        "unit": said.unit or (item.unit if item else None), "unit_price": price, "tax": _tax(said, item, category, master),
        "adjustments": _adjusted(said.adjustments, part, currency) or None,
    }  # fmt: skip
    line = made(Line, fields)
    return prorated(line, part, currency, wording) if part else line


def prorated(line: Line, part: Period, currency: str, wording: Wording) -> Line:
    """The line at its share of the days: the quantity stays where a price of up to six decimals gives the exact amount, else it is 1."""
    amount = part_of(listed_amount(line, currency), part)
    share = wording.share(part.days, part.full_days)
    price = _exact_price(line.quantity, amount, currency)
    if price is not None:
        return line.model_copy(update={"description": _fitting(f"{line.description} ({share})"), "unit_price": price})
    counted = " ".join(filter(None, (format(line.quantity.normalize(), "f"), line.unit)))
    changed = {"quantity": Decimal(1), "unit": None, "unit_price": Money(amount, currency).amount}
    return line.model_copy(update={"description": _fitting(f"{line.description} ({counted}, {share})"), **changed})


def _exact_price(quantity: Decimal, amount: int, currency: str) -> Decimal | None:
    """The shortest unit price that gives exactly the amount; None where six decimals are not enough."""
    if quantity == 0:
        return Decimal(0)
    exact = EXACT.divide(Money(amount, currency).amount, quantity)
    for places in range(digits(currency), 7):
        price = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
        if price >= 0 and minor_units(EXACT.multiply(quantity, price), currency) == amount:
            return price
    return None


def _adjusted(adjustments: tuple[Adjustment, ...], part: Period | None, currency: str) -> tuple[Adjustment, ...]:
    """Amounts of a part are its share; a percentage is of what is less already."""
    if part is None:
        return adjustments
    return tuple(
        each.model_copy(update={"amount": Money(part_of(minor_units(each.amount, currency), part), currency).amount})
        if each.amount is not None
        else each
        for each in adjustments
    )


def _item(name: str | None, items: Items, currency: str) -> Item | None:
    if name is None:
        return None
    item = next((each for each in items.items if each.id == name), None)
    if item is None:
        hint = did_you_mean(name, [each.id for each in items.items]) or "the items stand in items.yaml"
        raise BillError(f"the price list has no item {quoted(name)}", hint)
    if item.currency and item.currency != currency:
        message = f"the item {quoted(name)} has a price in {item.currency}; the invoice is in {currency}"
        raise BillError(message, "name another item, or write description and price")
    return item


def _tax(said: RecurringLine, item: Item | None, category: str | None, master: Master) -> str:
    """As ``invoice new`` decides: the line, the item, its category, the customer's default, none."""
    of_category = next((each.tax for each in master.categories.revenue if each.name == category), None)
    usual = defaults(master.settings, master.categories, master.customer)["tax"].value
    return said.tax or (item.tax if item else None) or of_category or usual or NO_TAX.code


def _text(text: str, texts: dict[str, str], parse: Any) -> str:
    try:
        return str(parse(filled(text, texts)))
    except BadValue as bad:
        raise BillError(bad.message, bad.hint) from None


def _fitting(text: str) -> str:
    try:
        return parse_text(text)
    except BadValue as bad:
        raise BillError(bad.message, bad.hint) from None

"""Lines as typed on the command line: ``description;quantity;unit_price[;tax[;category]][;-10%]`` or ``ITEM;quantity[;-10%]``."""

from __future__ import annotations

import csv
import re

from billcli.core.adjustments import line_adjustment
from billcli.core.report import counted
from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.model.category import Categories
from billcli.model.invoice import Adjustment, Line
from billcli.model.item import Item, Items
from billcli.model.settings import NO_TAX, Settings, TaxCode
from billcli.model.values import BadValue, parse_label, parse_price, parse_quantity, parse_text, quoted

_FORM = 'write "description;quantity;unit price[;tax[;category]][;-10%]" or "ITEM;quantity[;-10%]"'

# What stands last and begins so is a discount or charge, wherever that is; a tax code "+3" cannot be meant.
_LAST = re.compile(r"[-+]\s*\d")

_BELOW_ZERO = 'a price is never below zero; for a discount on the whole write --discount "50.00;Description"'


class TypedLine:
    """The cells of one ``--line``, before the price list and the defaults are known."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cells = next(csv.reader([text], delimiter=";", strict=True), [])
        if not 2 <= len(self.cells) <= 6 or "\n" in text:
            raise UsageError(f"--line {quoted(text)} has {counted(len(self.cells), 'part')}", _FORM)


def typed_line(text: str) -> TypedLine:
    """Raises ``UsageError`` for a wrong number of parts or a broken quote."""
    try:
        return TypedLine(text)
    except csv.Error as error:
        raise UsageError(f"--line {quoted(text)}: {error}", _FORM) from None


def resolve_line(typed: TypedLine, items: Items, categories: Categories, currency: str, tax: str | None) -> Line:
    """The line with what the price list, its category and the customer's default tax add."""
    cells = [cell.strip() for cell in typed.cells]
    if len(cells) in (4, 5) and _LAST.match(cells[-1]):
        cells[-1:] = [""] * (6 - len(cells)) + cells[-1:]
    try:
        if len(cells) == 2 or (len(cells) == 3 and cells[2].startswith(("-", "+"))):
            item = _item(cells, items, currency)
            line = Line(
                item=item.id, description=item.description, category=item.category, quantity=parse_quantity(cells[1]), unit=item.unit,
                unit_price=item.unit_price, tax=item.tax or _category_tax(item.category, categories) or tax or NO_TAX.code,
            )  # fmt: skip
            return _adjusted(line, cells[2:], currency)
        tax_code, category = (parse_label(each) if each else None for each in [*cells[3:5], "", ""][:2])
        line = Line(
            description=parse_text(cells[0]), category=category, quantity=parse_quantity(cells[1]), unit_price=parse_price(cells[2]),
            tax=tax_code or _category_tax(category, categories) or tax or NO_TAX.code,
        )  # fmt: skip
        return _adjusted(line, cells[5:], currency)
    except BadValue as bad:
        raise UsageError(f"--line {quoted(typed.text)}: {bad.message}", bad.hint) from None


def _adjusted(line: Line, cells: list[str], currency: str) -> Line:
    found = tuple(line_adjustment(each, currency) for each in cells if each)
    return line.model_copy(update={"adjustments": found}) if found else line


def _item(cells: list[str], items: Items, currency: str) -> Item:
    name = cells[0]
    item = next((each for each in items.items if each.id == name), None)
    if item is None:
        near, missing = did_you_mean(name, [each.id for each in items.items]), f"the price list has no item {quoted(name)}"
        if len(cells) == 3:
            raise UsageError(f"{quoted(cells[2])} is not a unit price, and {missing}", near or _BELOW_ZERO)
        raise UsageError(missing, near or _FORM)
    if item.currency and item.currency != currency:
        raise UsageError(f"the item {quoted(name)} has a price in {item.currency}; the invoice is in {currency}", _FORM)
    return item


def _category_tax(name: str | None, categories: Categories) -> str | None:
    return next((each.tax for each in categories.revenue if each.name == name), None)


def tax_codes(settings: Settings) -> dict[str, TaxCode]:
    """The ledger's codes and the built-in ``none``."""
    return {code.code: code for code in settings.tax_codes} | {NO_TAX.code: NO_TAX}


def check_words(lines: tuple[Line, ...], settings: Settings, categories: Categories, adjustments: tuple[Adjustment, ...] = ()) -> None:
    """Raises ``UsageError`` where a tax code or a category is named that is not declared, or an amount that cannot be."""
    codes = [*tax_codes(settings)]
    known = [each.name for each in categories.revenue]
    for tax in [*(line.tax for line in lines), *(each.tax for each in adjustments if each.tax)]:
        if tax not in codes:
            raise UsageError(f"unknown tax code {quoted(tax)}", did_you_mean(tax, codes) or "the codes stand in ledger.yaml")
    for line in lines:
        if any(each.tax for each in line.adjustments):
            message = f"{quoted(line.description)}: a discount or charge of a line names a tax code"
            raise UsageError(message, "it has the tax of its line; leave tax: out")
        if line.category is not None and line.category not in known:
            hint = did_you_mean(line.category, known) or "declare it under revenue: in categories.yaml"
            raise UsageError(f"unknown revenue category {quoted(line.category)}", hint)
        if line.quantity < 0 and line.unit_price != 0:
            raise UsageError(
                f"{quoted(line.description)}: a negative quantity of something that has a price",
                "issue a credit note instead",
            )

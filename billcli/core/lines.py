"""Lines as typed on the command line: ``description;quantity;unit_price[;tax[;category]]`` or ``ITEM;quantity``."""

from __future__ import annotations

import csv

from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.model.category import Categories
from billcli.model.invoice import Line
from billcli.model.item import Item, Items
from billcli.model.settings import NO_TAX, Settings, TaxCode
from billcli.model.values import BadValue, parse_label, parse_price, parse_quantity, parse_text, quoted

_FORM = 'write "description;quantity;unit price[;tax[;category]]" or "ITEM;quantity"'


class TypedLine:
    """The cells of one ``--line``, before the price list and the defaults are known."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cells = next(csv.reader([text], delimiter=";", strict=True), [])
        if not 2 <= len(self.cells) <= 5 or "\n" in text:
            raise UsageError(f"--line {quoted(text)} has {len(self.cells)} parts", _FORM)


def typed_line(text: str) -> TypedLine:
    """Raises ``UsageError`` for a wrong number of parts or a broken quote."""
    try:
        return TypedLine(text)
    except csv.Error as error:
        raise UsageError(f"--line {quoted(text)}: {error}", _FORM) from None


def resolve_line(typed: TypedLine, items: Items, categories: Categories, currency: str, tax: str | None) -> Line:
    """The line with what the price list, its category and the customer's default tax add."""
    cells = [cell.strip() for cell in typed.cells]
    try:
        if len(cells) == 2:
            item = _item(cells[0], items, currency)
            return Line(
                item=item.id, description=item.description, category=item.category, quantity=parse_quantity(cells[1]), unit=item.unit,
                unit_price=item.unit_price, tax=item.tax or _category_tax(item.category, categories) or tax or NO_TAX.code,
            )  # fmt: skip
        tax_code, category = (parse_label(each) if each else None for each in [*cells[3:], "", ""][:2])
        return Line(
            description=parse_text(cells[0]), category=category, quantity=parse_quantity(cells[1]), unit_price=parse_price(cells[2]),
            tax=tax_code or _category_tax(category, categories) or tax or NO_TAX.code,
        )  # fmt: skip
    except BadValue as bad:
        raise UsageError(f"--line {quoted(typed.text)}: {bad.message}", bad.hint) from None


def _item(name: str, items: Items, currency: str) -> Item:
    item = next((each for each in items.items if each.id == name), None)
    if item is None:
        hint = did_you_mean(name, [each.id for each in items.items]) or _FORM
        raise UsageError(f"the price list has no item {quoted(name)}", hint)
    if item.currency and item.currency != currency:
        raise UsageError(f"the item {quoted(name)} has a price in {item.currency}; the invoice is in {currency}", _FORM)
    return item


def _category_tax(name: str | None, categories: Categories) -> str | None:
    return next((each.tax for each in categories.revenue if each.name == name), None)


def tax_codes(settings: Settings) -> dict[str, TaxCode]:
    """The ledger's codes and the built-in ``none``."""
    return {code.code: code for code in settings.tax_codes} | {NO_TAX.code: NO_TAX}


def check_words(lines: tuple[Line, ...], settings: Settings, categories: Categories) -> None:
    """Raises ``UsageError`` where a line names a tax code or a category that is not declared, or an amount that cannot be."""
    codes = tax_codes(settings)
    known = [each.name for each in categories.revenue]
    for line in lines:
        if line.tax not in codes:
            raise UsageError(
                f"unknown tax code {quoted(line.tax)}",
                did_you_mean(line.tax, list(codes)) or "the codes stand in ledger.yaml",
            )
        if line.category is not None and line.category not in known:
            hint = did_you_mean(line.category, known) or "declare it under revenue: in categories.yaml"
            raise UsageError(f"unknown revenue category {quoted(line.category)}", hint)
        if line.quantity < 0 and line.unit_price != 0:
            raise UsageError(
                f"{quoted(line.description)}: a negative quantity of something that has a price",
                "issue a credit note instead",
            )

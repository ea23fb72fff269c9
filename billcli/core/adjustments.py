"""Discounts and charges of lines and documents: as typed, as frozen at issue, and what they must not do."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.totals import adjustment_amount, adjustment_base, line_amount, line_sums, listed_amount, parts
from billcli.diagnostics import Path
from billcli.errors import BillError, UsageError
from billcli.model.invoice import Adjustment, Line
from billcli.model.money import Money, decimals, decimals_text, digits
from billcli.model.values import BadValue, amount_in, parse_label, parse_percent, parse_text, quoted

_LINE_FORM = 'write "-10%" or "-5.00" for a discount, "+3%" or "+5.00" for a charge'


class TypedAdjustment(NamedTuple):
    """One ``--discount`` or ``--charge``, before the currency is known."""

    kind: str
    text: str


def line_adjustment(cell: str, currency: str) -> Adjustment:
    """The last cell of a ``--line``. Raises ``BadValue``."""
    if not cell.startswith(("-", "+")):
        raise BadValue("E205", f"{quoted(cell)} is neither a discount nor a charge", _LINE_FORM)
    return Adjustment.model_validate({"kind": "discount" if cell[0] == "-" else "charge", **_value(cell[1:].strip(), currency)})


def document_adjustment(typed: TypedAdjustment, currency: str) -> Adjustment:
    """``VALUE[;description[;tax]]``, where the value is a percentage or an amount. Raises ``UsageError``."""
    form = f'write "10%[;description[;tax]]" or "12.00[;description[;tax]]" after --{typed.kind}'
    try:
        cells = [cell.strip() for cell in next(csv.reader([typed.text], delimiter=";", strict=True), [""])]
    except csv.Error as error:
        raise UsageError(f"--{typed.kind} {quoted(typed.text)}: {error}", form) from None
    if len(cells) > 3 or "\n" in typed.text:
        raise UsageError(f"--{typed.kind} {quoted(typed.text)} has {len(cells)} parts", form)
    value, description, tax = [*cells, "", "", ""][:3]
    try:
        said: dict[str, Any] = {"kind": typed.kind, **_value(value, currency)}
        if description:
            said["description"] = parse_text(description)
        if tax:
            said["tax"] = parse_label(tax)
    except BadValue as bad:
        raise UsageError(f"--{typed.kind} {quoted(typed.text)}: {bad.message}", bad.hint) from None
    return Adjustment.model_validate(said)


def _value(text: str, currency: str) -> dict[str, Decimal]:
    name, value = ("percent", parse_percent(text[:-1].strip())) if text.endswith("%") else ("amount", amount_in(text, currency))
    if value == 0:
        raise BadValue("E205", f"{quoted(text)} takes nothing off and adds nothing", "leave it out")
    return {name: value}


def frozen_line(line: Line, currency: str) -> Line:
    """The line with the amounts of its discounts and charges. Raises ``BillError``."""
    if not line.adjustments:
        return line
    listed = listed_amount(line, currency)
    return line.model_copy(update={"adjustments": tuple(_frozen(each, listed, currency) for each in line.adjustments)})


def frozen(adjustments: Sequence[Adjustment], lines: Sequence[Line], currency: str) -> tuple[Adjustment, ...]:
    """A document's discounts and charges with their amounts; ``lines`` have theirs. Raises ``BillError``."""
    sums = line_sums(lines, currency)
    return tuple(_frozen(each, adjustment_base(each, sums), currency) for each in adjustments)


def _frozen(adjustment: Adjustment, base: int, currency: str) -> Adjustment:
    """A percentage wins over an amount that stands beside it: the lines may be others than when that was computed."""
    if adjustment.percent is not None:
        amount = Money(abs(adjustment_amount(adjustment.model_copy(update={"amount": None}), base, currency)), currency).amount
    else:
        amount = _exact(adjustment, currency)
    return adjustment.model_copy(update={"amount": amount})


def exact_line(line: Line, currency: str) -> Line:
    """The line with the amounts that its discounts and charges give spelt as the currency wants. Raises ``BillError``."""
    return line.model_copy(update={"adjustments": exact(line.adjustments, currency)}) if line.adjustments else line


def exact(adjustments: Sequence[Adjustment], currency: str) -> tuple[Adjustment, ...]:
    """The same of a document's own; what is given in percent has no amount before it is issued."""
    return tuple(each.model_copy(update={"amount": None if each.percent is not None else _exact(each, currency)}) for each in adjustments)


def _exact(adjustment: Adjustment, currency: str) -> Decimal:
    if adjustment.amount is None:
        raise BillError(f"a {adjustment.kind} has neither percent nor amount", "give one of the two")
    text, places = format(adjustment.amount, "f"), digits(currency)
    if decimals(adjustment.amount) > places:
        message = f"the {adjustment.kind} {quoted(text)} has {decimals_text(adjustment.amount)}; {currency} has {places}"
        raise BillError(message, "round it where it came from")
    return amount_in(text, currency)


def overdone(lines: Sequence[Any], adjustments: Sequence[Any], currency: str) -> Iterator[tuple[Path, str]]:
    """Where discounts bring a line, or the lines of a tax code, below zero; an empty iterator where they do not."""
    below = [(at, amount) for at, line in enumerate(lines) if (amount := line_amount(line, currency)) < 0]
    for at, amount in below:
        path: Path = ("lines", at, "adjustments")
        yield path, f"line {at + 1} comes to {Money(amount, currency)} after its discounts"
    if not below:
        for code, part in parts(lines, adjustments, currency).items():
            if part.amount < 0:
                yield (
                    ("adjustments",),
                    f"what is taxed at {quoted(code)} comes to {Money(part.amount, currency)} after the discounts",
                )


def words(adjustment: Any, currency: str) -> str:
    """``discount 10 %, Loyalty: 28.33 EUR``; on one tax code, ``charge Freight: 12.00 EUR, vat-19``."""
    percent = f" {format(adjustment.percent, 'f')} %" if adjustment.percent is not None else ""
    description = f"{',' if percent else ''} {adjustment.description}" if adjustment.description else ""
    amount = f": {Money(abs(adjustment_amount(adjustment, 0, currency)), currency)}"
    return f"{adjustment.kind}{percent}{description}{amount}" + (f", {adjustment.tax}" if adjustment.tax else "")

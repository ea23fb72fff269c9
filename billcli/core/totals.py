"""A document's figures from its lines: amount per line, discounts and charges, tax per rate group, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from billcli.core.money import minor_units, rounded_ratio, split
from billcli.model.money import EXACT

HUNDRED = Decimal(100)


class Adjusting(Protocol):
    """What a discount or a charge must have to be counted."""

    @property
    def kind(self) -> str: ...
    @property
    def percent(self) -> Decimal | None: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def tax(self) -> str | None: ...


class Priced(Protocol):
    """What a line must have to be added up."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def tax(self) -> str: ...
    @property
    def adjustments(self) -> Sequence[Any]: ...


class Rate(Protocol):
    """What a tax code must have to be computed."""

    @property
    def rate(self) -> Decimal: ...


class Group(NamedTuple):
    """One tax code's share, in minor units."""

    code: str
    base: int
    tax: int


class Figures(NamedTuple):
    """Minor units throughout."""

    groups: tuple[Group, ...]
    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


class Part(NamedTuple):
    """What one tax code comes to after every discount and charge, in minor units and in terms of the prices.

    ``lines`` has the amount of each of its lines by position; ``beside`` belongs to none of them.
    """

    lines: Mapping[int, int]
    beside: int

    @property
    def amount(self) -> int:
        return sum(self.lines.values()) + self.beside


def listed_amount(line: Priced, currency: str) -> int:
    """Quantity × unit price, rounded half-up to the currency."""
    return minor_units(EXACT.multiply(line.quantity, line.unit_price), currency)


def adjustment_amount(adjustment: Adjusting, base: int, currency: str) -> int:
    """What a discount takes off, below zero, or a charge adds: its amount, else its percentage of ``base``."""
    if adjustment.amount is not None:
        amount = minor_units(adjustment.amount, currency)
    else:
        amount = rounded_ratio(base, adjustment.percent or Decimal(0), HUNDRED)
    return -amount if adjustment.kind == "discount" else amount


def line_amount(line: Priced, currency: str) -> int:
    """The line's amount with its own discounts and charges; each percentage is of quantity × unit price."""
    listed = listed_amount(line, currency)
    return listed + sum(adjustment_amount(each, listed, currency) for each in line.adjustments)


def line_sums(lines: Sequence[Priced], currency: str) -> dict[str, int]:
    """The lines of each tax code, in the order of their first ones."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.tax] = sums.get(line.tax, 0) + line_amount(line, currency)
    return sums


def adjustment_base(adjustment: Adjusting, sums: Mapping[str, int]) -> int:
    """What a percentage on a document is of: all lines, or those of the tax code it names."""
    return sums.get(adjustment.tax, 0) if adjustment.tax else sum(sums.values())


def adjustment_parts(adjustment: Adjusting, sums: Mapping[str, int], currency: str) -> dict[str, int]:
    """A discount or charge of a document by tax code: of the one it names, else in proportion to the lines."""
    amount = adjustment_amount(adjustment, adjustment_base(adjustment, sums), currency)
    if adjustment.tax:
        return {adjustment.tax: amount}
    weights = [max(each, 0) for each in sums.values()]
    if not any(weights):
        return dict.fromkeys(list(sums)[:1], amount)
    sign = -1 if amount < 0 else 1
    return {code: sign * part for code, part in zip(sums, split(abs(amount), weights), strict=True)}


def parts(lines: Sequence[Priced], adjustments: Sequence[Adjusting], currency: str) -> dict[str, Part]:
    """What each tax code comes to; what the document takes off or adds is shared over the code's lines by the largest remainder."""
    sums = line_sums(lines, currency)
    after = dict(sums)
    for adjustment in adjustments:
        for code, amount in adjustment_parts(adjustment, sums, currency).items():
            after[code] = after.get(code, 0) + amount
    found = {}
    for code, amount in after.items():
        own = {at: line_amount(line, currency) for at, line in enumerate(lines) if line.tax == code}
        if amount == sum(own.values()):
            found[code] = Part(own, 0)
        elif amount > 0 and sum(own.values()) > 0 and min(own.values()) >= 0:
            found[code] = Part(dict(zip(own, split(amount, list(own.values())), strict=True)), 0)
        else:
            found[code] = Part(dict.fromkeys(own, 0), amount)
    return found


def figures(
    lines: Sequence[Priced], codes: Mapping[str, Rate], currency: str, rounding: str, prices: str, adjustments: Sequence[Adjusting] = ()
) -> Figures:
    """Adds up a document. ``rounding`` says where tax is rounded: once per rate of the document, or on each line.

    With ``prices`` gross, base = gross × 100 / (100 + rate) and the tax is the rest, so that base + tax is what was agreed.
    Raises ``KeyError`` for a tax code that is not in ``codes``.
    """
    groups = []
    for code, part in parts(lines, adjustments, currency).items():
        rate = codes[code].rate
        pieces = [part.amount] if rounding == "document" else [*part.lines.values(), part.beside]
        if prices == "gross":
            base = sum(rounded_ratio(piece, HUNDRED, HUNDRED + rate) for piece in pieces)
            groups.append(Group(code, base, part.amount - base))
        else:
            groups.append(Group(code, part.amount, sum(rounded_ratio(piece, rate, HUNDRED) for piece in pieces)))
    return Figures(tuple(groups), sum(group.base for group in groups), sum(group.tax for group in groups))

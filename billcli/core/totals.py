"""A document's figures from its lines: amount per line, tax per rate group, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from billcli.core.money import minor_units, rounded_ratio
from billcli.model.money import EXACT

HUNDRED = Decimal(100)


class Priced(Protocol):
    """What a line must have to be added up."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def tax(self) -> str: ...


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


def line_amount(line: Priced, currency: str) -> int:
    """Quantity × unit price, rounded half-up to the currency."""
    return minor_units(EXACT.multiply(line.quantity, line.unit_price), currency)


def figures(lines: Sequence[Priced], codes: Mapping[str, Rate], currency: str, rounding: str, prices: str) -> Figures:
    """Adds up a document. ``rounding`` says where tax is rounded: once per rate of the document, or on each line.

    With ``prices`` gross, base = gross × 100 / (100 + rate) and the tax is the rest, so that base + tax is what was agreed.
    Raises ``KeyError`` for a tax code that is not in ``codes``.
    """
    amounts: dict[str, list[int]] = {}
    for line in lines:
        amounts.setdefault(line.tax, []).append(line_amount(line, currency))
    groups = []
    for code, parts in amounts.items():
        rate = codes[code].rate
        pieces = [sum(parts)] if rounding == "document" else parts
        if prices == "gross":
            base = sum(rounded_ratio(piece, HUNDRED, HUNDRED + rate) for piece in pieces)
            groups.append(Group(code, base, sum(parts) - base))
        else:
            groups.append(Group(code, sum(parts), sum(rounded_ratio(piece, rate, HUNDRED) for piece in pieces)))
    return Figures(tuple(groups), sum(group.base for group in groups), sum(group.tax for group in groups))

"""Exact shares of an invoice: however it is credited in parts, they add up to its base and its tax per tax code.

Every share is what is due up to and with it less what is due before it, rounded half-up at both ends: the last one takes the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.money import rounded_ratio
from billcli.core.tax import OUTSIDE
from billcli.model.money import Money


class Taxed(NamedTuple):
    """A base and its tax, in minor units."""

    base: int
    tax: int

    @property
    def gross(self) -> int:
        return self.base + self.tax

    def less(self, other: Taxed) -> Taxed:
        """What the other one leaves of each, never below zero."""
        return Taxed(max(self.base - other.base, 0), max(self.tax - other.tax, 0))

    def plus(self, other: Taxed) -> Taxed:
        return Taxed(self.base + other.base, self.tax + other.tax)

    def amount(self, prices: str) -> int:
        """In terms of prices before or with tax."""
        return self.base if prices == "net" else self.gross


NOTHING = Taxed(0, 0)


class Whole(NamedTuple):
    """One tax code of an invoice, and what earlier credit notes took of it."""

    all: Taxed
    before: Taxed

    @property
    def left(self) -> Taxed:
        return self.all.less(self.before)

    def of_base(self, base: int) -> Taxed:
        """The share with that base, at most what is left of it."""
        if not self.all.base:
            return Taxed(base, self.left.tax)
        due = rounded_ratio(self.all.tax, Decimal(self.before.base + base), Decimal(self.all.base))
        return Taxed(base, min(max(due - self.before.tax, 0), self.left.tax))

    def of_gross(self, gross: int) -> Taxed:
        """The share with that gross, at most what is left of it."""
        if not gross:
            return NOTHING
        due = rounded_ratio(self.all.base, Decimal(self.before.gross + gross), Decimal(self.all.gross))
        base = min(max(due - self.before.base, gross - self.left.tax, 0), gross, self.left.base)
        return Taxed(base, gross - base)

    def share(self, amount: int, prices: str) -> Taxed:
        return self.of_base(amount) if prices == "net" else self.of_gross(amount)


def wholes(invoice: Any, before: Mapping[str, Taxed]) -> dict[str, Whole]:
    """Every tax code of an invoice, what has none included."""
    return {code: Whole(all_, before.get(code, NOTHING)) for code, all_ in taxed_by_code(invoice).items()}


def taxed_by_code(document: Any) -> dict[str, Taxed]:
    """Base and tax of each tax code of an issued document; what is outside its groups stands under ``none``."""
    currency = document.currency
    found = {each.code: Taxed(Money.of(each.base, currency).minor, Money.of(each.amount, currency).minor) for each in document.taxes}
    untaxed = Money.of(document.totals.net, currency).minor - sum(each.base for each in found.values())
    return found | {OUTSIDE.code: Taxed(untaxed, 0)} if untaxed else found


def taxed_in_all(documents: Iterable[Any]) -> dict[str, Taxed]:
    """What several documents come to of each tax code."""
    found: dict[str, Taxed] = {}
    for document in documents:
        for code, each in taxed_by_code(document).items():
            found[code] = found.get(code, NOTHING).plus(each)
    return found


def quantity_share(amount: int, before: Decimal, quantity: Decimal, whole: Decimal) -> int:
    """What of a line's amount goes with that quantity, when so much of it went before."""
    if not whole:
        return 0
    return rounded_ratio(amount, before + quantity, whole) - rounded_ratio(amount, before, whole)

"""What an issued document sold by tax code and revenue category, for reports: frozen figures alone, nothing is computed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billcli.core.facts import SoldFact
from billcli.core.money import split
from billcli.core.tax import OUTSIDE
from billcli.core.totals import line_amount
from billcli.model.money import digits


def sold_rows(kind: str, number: str, tax_on: date, document: Any) -> Iterator[SoldFact]:
    """A row per tax code and category: lines of one code share its base and tax by the largest remainder, by their amounts."""
    currency = document.currency
    places = digits(currency)

    def minor(amount: Decimal) -> int:
        return int(amount.scaleb(places))

    untaxed = minor(document.totals.net)
    for group in document.taxes:
        base = minor(group.base)
        untaxed -= base
        lines = [line for line in document.lines if line.tax == group.code]
        for category, own, tax in _shared(lines, base, minor(group.amount), currency):
            yield SoldFact(number, kind, tax_on, group.code, group.category, format(group.rate.normalize(), "f"), category, own, tax)
    if untaxed:
        named = {group.code for group in document.taxes}
        lines = [line for line in document.lines if line.tax not in named]
        for category, own, _ in _shared(lines, untaxed, 0, currency):
            yield SoldFact(number, kind, tax_on, OUTSIDE.code, OUTSIDE.category, "0", category, own, 0)


def _shared(lines: Sequence[Any], base: int, tax: int, currency: str) -> list[tuple[str, int, int]]:
    """(category, base, tax) of each category among the lines; no line at all leaves it without one."""
    categories = {line.category or "": 0 for line in lines}
    if len(categories) < 2:
        return [(next(iter(categories), ""), base, tax)]
    for line in lines:
        categories[line.category or ""] += line_amount(line, currency)
    weights = [max(each, 0) for each in categories.values()]
    if not any(weights):
        weights[0] = 1
    return [*zip(categories, _split(base, weights), _split(tax, weights), strict=True)]


def _split(amount: int, weights: Sequence[int]) -> list[int]:
    sign = -1 if amount < 0 else 1
    return [sign * each for each in split(abs(amount), list(weights))]

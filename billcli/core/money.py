"""Arithmetic on money: where rounding happens, and splits whose parts add up to the whole."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from billcli.model.money import EXACT, digits


def minor_units(amount: Decimal, currency: str) -> int:
    """Half-up to the currency's smallest unit, the way a tax office rounds."""
    return int(amount.scaleb(digits(currency), EXACT).quantize(Decimal(1), ROUND_HALF_UP, EXACT))


def rounded_ratio(amount: int, part: Decimal, whole: Decimal) -> int:
    """``amount × part ÷ whole`` in minor units, rounded once, half-up."""
    ratio = EXACT.divide(EXACT.multiply(Decimal(amount), part), whole)
    return int(ratio.quantize(Decimal(1), ROUND_HALF_UP, EXACT))


def split(amount: int, weights: list[int]) -> list[int]:
    """Parts in proportion to non-negative weights by the largest remainder, ties to the first; they add up exactly.

    Raises ``ValueError`` where all weights are zero and the amount is not.
    """
    total = sum(weights)
    if total == 0:
        if amount:
            raise ValueError("nothing to split over")
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % total), at))
    for at in order[: amount - sum(parts)]:
        parts[at] += 1
    return parts

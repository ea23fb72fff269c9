from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.money import minor_units, rounded_ratio, split
from billcli.model.money import EXACT


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.004", "EUR", 0), ("0.005", "EUR", 1), ("0.0049999999999999999999999999999999999999", "EUR", 0),
        ("1.005", "EUR", 101),
        ("1.015", "EUR", 102), ("2.675", "EUR", 268), ("-0.005", "EUR", -1), ("-0.004", "EUR", 0), ("0.5", "JPY", 1),
        ("1.5", "JPY", 2),
        ("2.5", "JPY", 3), ("0.0005", "KWD", 1), ("1.2344", "KWD", 1234), ("1250", "EUR", 125000),
        ("999999999999999999999999.995", "EUR", 100000000000000000000000000),
    ],
)  # fmt: skip
def test_rounding_is_half_up(amount: str, currency: str, minor: int) -> None:
    assert minor_units(Decimal(amount), currency) == minor


def test_largest_quantity_times_largest_price_is_still_exact() -> None:
    largest = "999999999999.999999"
    exact = Fraction(largest) ** 2 * 10_000
    assert minor_units(EXACT.multiply(Decimal(largest), Decimal(largest)), "CLF") == int(exact + Fraction(1, 2))


@pytest.mark.parametrize(
    ("amount", "part", "whole", "result"),
    [
        (1, "1", "2", 1),
        (3, "1", "2", 2),
        (100, "1", "3", 33),
        (200, "1", "3", 67),
        (12345, "7.7", "100", 951),
        (0, "20", "100", 0),
        (5, "0", "1", 0),
    ],
)
def test_ratio_is_rounded_once(amount: int, part: str, whole: str, result: int) -> None:
    assert rounded_ratio(amount, Decimal(part), Decimal(whole)) == result


@given(
    st.integers(min_value=0, max_value=10**15),
    st.decimals(min_value=0, max_value=100, places=6),
    st.decimals(min_value=100, max_value=200, places=6),
)
def test_ratio_is_half_up_of_the_exact_fraction(amount: int, part: Decimal, whole: Decimal) -> None:
    exact = Fraction(amount) * Fraction(part) / Fraction(whole)
    assert rounded_ratio(amount, part, whole) == int(exact + Fraction(1, 2))


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]), (101, [1, 1, 1], [34, 34, 33]), (10, [0, 1, 0], [0, 10, 0]),
        (1, [1, 2], [0, 1]),
        (1, [2, 2], [1, 0]), (0, [], []), (0, [0, 0], [0, 0]), (-100, [1, 1, 1], [-33, -33, -34]), (5, [3], [5]),
        (1000, [333, 333, 334], [333, 333, 334]),
    ],
)  # fmt: skip
def test_split_goes_by_the_largest_remainder_and_ties_to_the_first(amount: int, weights: list[int], parts: list[int]) -> None:
    assert split(amount, weights) == parts


def test_split_over_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to split over"):
        split(1, [0, 0])


@given(
    st.integers(min_value=-(10**15), max_value=10**15),
    st.lists(st.integers(min_value=0, max_value=10**15), min_size=1, max_size=12).filter(any),
)
def test_parts_add_up_and_no_part_is_off_by_a_whole_unit(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1
        assert weight or not part

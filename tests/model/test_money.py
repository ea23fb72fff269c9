from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.model.money import CURRENCIES, Money, decimals, digits, minor_text


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "text"),
    [
        ("10.50", "EUR", 1050, "10.50"), ("10.5", "EUR", 1050, "10.50"), ("10.500", "EUR", 1050, "10.50"),
        ("10", "JPY", 10, "10"),
        ("10.5", "KWD", 10500, "10.500"), ("1", "CLF", 10000, "1.0000"), ("-0.05", "EUR", -5, "-0.05"),
        ("0", "EUR", 0, "0.00"),
        ("999999999999.999", "KWD", 999999999999999, "999999999999.999"),
    ],
)  # fmt: skip
def test_money_counts_the_smallest_unit_of_its_currency(amount: str, currency: str, minor: int, text: str) -> None:
    money = Money.of(Decimal(amount), currency)
    assert money == Money(minor, currency)
    assert money.text() == text
    assert money.amount == Decimal(amount)
    assert str(money) == f"{text} {currency}"


@pytest.mark.parametrize(("amount", "currency"), [("0.005", "EUR"), ("0.5", "JPY"), ("1.0001", "KWD"), ("1." + "0" * 36 + "1", "EUR")])
def test_amount_finer_than_its_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="finer"):
        Money.of(Decimal(amount), currency)


def test_currencies_never_add() -> None:
    assert Money(1, "EUR").plus(Money(2, "EUR")) == Money(3, "EUR")
    with pytest.raises(ValueError, match="EUR and USD do not add"):
        Money(1, "EUR").plus(Money(1, "USD"))


@pytest.mark.parametrize(
    ("minor", "places", "text"),
    [
        (0, 0, "0"),
        (-7, 0, "-7"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (-105, 2, "-1.05"),
        (100, 3, "0.100"),
        (10**14, 2, "1000000000000.00"),
    ],
)
def test_minor_units_as_text(minor: int, places: int, text: str) -> None:
    assert minor_text(minor, places) == text


@given(st.integers(min_value=-(10**16), max_value=10**16), st.sampled_from(sorted(CURRENCIES)))
def test_money_to_text_and_back_is_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(Decimal(money.text()), currency) == money
    assert Money.of(money.amount, currency) == money
    assert decimals(Decimal(money.text())) == digits(currency)


@pytest.mark.parametrize(("text", "places"), [("5", 0), ("5.0", 1), ("5.10", 2), ("0.000001", 6), ("1E+3", 0)])
def test_decimals_counts_what_was_typed(text: str, places: int) -> None:
    assert decimals(Decimal(text)) == places


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("CLF", 4)])
def test_digits_follow_iso_4217(currency: str, places: int) -> None:
    assert digits(currency) == places

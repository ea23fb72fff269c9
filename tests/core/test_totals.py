from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.totals import Adjusting, Figures, Group, figures, line_amount


class Line(NamedTuple):
    quantity: Decimal
    unit_price: Decimal
    tax: str
    adjustments: tuple[Adjusting, ...] = ()


class Code(NamedTuple):
    rate: Decimal


CODES = {
    "none": Code(Decimal(0)),
    "vat-7": Code(Decimal(7)),
    "vat-20": Code(Decimal(20)),
    "swiss": Code(Decimal("8.1")),
    "jct": Code(Decimal(10)),
}


def line(words: str) -> Line:
    quantity, price, tax = words.split()
    return Line(Decimal(quantity), Decimal(price), tax)


def added(lines: list[str], currency: str = "EUR", rounding: str = "document", prices: str = "net") -> Figures:
    return figures([line(each) for each in lines], CODES, currency, rounding, prices)


@pytest.mark.parametrize(
    ("words", "currency", "minor"),
    [
        ("12.5 95.10 none", "EUR", 118875), ("3 0.335 none", "EUR", 101), ("0.000001 0.000001 none", "EUR", 0),
        ("1 0.5 none", "JPY", 1),
        ("3 0.1665 none", "KWD", 500), ("-1 0.005 none", "EUR", -1), ("999999999999.999999 1 none", "UYW", 10**16),
    ],
)  # fmt: skip
def test_line_is_rounded_half_up_to_the_currency(words: str, currency: str, minor: int) -> None:
    assert line_amount(line(words), currency) == minor


def test_tax_is_computed_once_per_rate_of_the_document() -> None:
    lines = ["1 0.12 vat-20", "1 0.12 vat-20", "1 0.12 vat-20", "1 10.00 vat-7", "1 5 none"]
    assert added(lines) == Figures((Group("vat-20", 36, 7), Group("vat-7", 1000, 70), Group("none", 500, 0)), 1536, 77)


def test_tax_is_rounded_on_each_line_where_the_ledger_says_so() -> None:
    lines = ["1 0.12 vat-20", "1 0.12 vat-20", "1 0.12 vat-20"]
    assert added(lines, rounding="line") == Figures((Group("vat-20", 36, 6),), 36, 6)
    assert added(["1 0.13 vat-20"] * 3).tax == 8
    assert added(["1 0.13 vat-20"] * 3, rounding="line").tax == 9


def test_with_gross_prices_the_gross_is_what_was_agreed() -> None:
    document = added(["1 99.99 vat-20", "2 0.05 vat-7"], prices="gross")
    assert document == Figures((Group("vat-20", 8333, 1666), Group("vat-7", 9, 1)), 8342, 1667)
    assert document.gross == 9999 + 10


def test_with_gross_prices_rounding_per_line_moves_cents_between_base_and_tax_only() -> None:
    lines = ["1 0.99 vat-20"] * 3
    assert added(lines, prices="gross") == Figures((Group("vat-20", 248, 49),), 248, 49)
    assert added(lines, prices="gross", rounding="line") == Figures((Group("vat-20", 249, 48),), 249, 48)


@pytest.mark.parametrize(
    ("currency", "lines", "net", "tax"),
    [
        ("JPY", ["3 98 jct", "1 5 jct"], 299, 30), ("JPY", ["1 0.4 jct"], 0, 0), ("KWD", ["1 1.2345 swiss"], 1235, 100),
        ("EUR", ["1 0.05 jct"], 5, 1), ("CLF", ["1 1.00005 none"], 10001, 0),
    ],
)  # fmt: skip
def test_figures_follow_the_currencys_decimals(currency: str, lines: list[str], net: int, tax: int) -> None:
    document = added(lines, currency)
    assert (document.net, document.tax, document.gross) == (net, tax, net + tax)


def test_groups_stand_in_the_order_of_their_first_line() -> None:
    assert [group.code for group in added(["1 1 vat-7", "1 1 none", "1 1 vat-7"]).groups] == ["vat-7", "none"]


def test_document_without_lines_comes_to_nothing() -> None:
    assert added([]) == Figures((), 0, 0)


def test_unknown_tax_code_is_refused() -> None:
    with pytest.raises(KeyError, match="vat-19"):
        added(["1 1 vat-19"])


LINES = st.lists(
    st.builds(
        Line,
        st.decimals(min_value=0, max_value=10**6, places=6),
        st.decimals(min_value=0, max_value=10**6, places=6),
        st.sampled_from(sorted(CODES)),
        st.just(()),
    ),
    max_size=8,
)
CURRENCY = st.sampled_from(["EUR", "JPY", "KWD"])


@given(LINES, CURRENCY, st.sampled_from(["document", "line"]), st.sampled_from(["net", "gross"]))
def test_lines_groups_and_totals_agree(lines: list[Line], currency: str, rounding: str, prices: str) -> None:
    document = figures(lines, CODES, currency, rounding, prices)
    agreed = sum(line_amount(each, currency) for each in lines)
    assert (document.net if prices == "net" else document.gross) == agreed
    assert document.net == sum(group.base for group in document.groups)
    assert document.tax == sum(group.tax for group in document.groups)


@given(LINES, CURRENCY, st.sampled_from(["net", "gross"]))
def test_tax_of_a_rate_is_off_by_half_a_unit_at_most_and_per_line_by_half_each(lines: list[Line], currency: str, prices: str) -> None:
    for rounding in ("document", "line"):
        for group in figures(lines, CODES, currency, rounding, prices).groups:
            parts = [each for each in lines if each.tax == group.code]
            rate = Fraction(CODES[group.code].rate)
            amount = sum(line_amount(each, currency) for each in parts)
            exact = amount * rate / 100 if prices == "net" else amount * rate / (100 + rate)
            assert abs(group.tax - exact) <= Fraction(len(parts) if rounding == "line" else 1, 2)

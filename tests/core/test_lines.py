from __future__ import annotations

import pytest

from billcli.core.lines import check_words, resolve_line, typed_line
from billcli.errors import UsageError
from billcli.model.invoice import Line
from tests.core.master import D, categories, items, settings


def resolved(text: str, currency: str = "EUR", tax: str | None = "vat-20") -> Line:
    return resolve_line(typed_line(text), items(), categories(), currency, tax)


@pytest.mark.parametrize(
    ("text", "tax", "category"),
    [
        ("Consulting;2;95.10", "vat-20", None),
        ("Consulting;2;95.10;reverse", "reverse", None),
        ("Handbook;1;30;;books", "vat-7", "books"),
        ("Handbook;1;30;none;books", "none", "books"),
    ],
)
def test_tax_is_the_lines_own_then_its_categorys_then_the_customers(text: str, tax: str, category: str | None) -> None:
    line = resolved(text)
    assert (line.tax, line.category) == (tax, category)


def test_an_item_brings_text_unit_price_category_and_the_categorys_tax() -> None:
    line = resolved("book;3")
    assert (line.description, line.quantity, line.unit_price, line.category, line.tax) == ("Handbook", D(3), D(30), "books", "vat-7")


@pytest.mark.parametrize(
    ("text", "tax", "category"),
    [
        ("Consulting;2;95.10;-10%", "vat-20", None),
        ("Consulting;2;95.10;reverse;-10%", "reverse", None),
        ("Handbook;1;30;none;books;- 10%", "none", "books"),
        ("Handbook;1;30;;books;-10%", "vat-7", "books"),
    ],
)
def test_a_discount_is_the_last_part_whether_or_not_tax_and_category_are_given(text: str, tax: str, category: str | None) -> None:
    line = resolved(text)
    assert (line.tax, line.category) == (tax, category)
    assert [(each.kind, each.percent) for each in line.adjustments] == [("discount", D(10))]


def test_csv_quotes_keep_a_semicolon_in_a_description() -> None:
    assert resolved('"Support; on site";1;10').description == "Support; on site"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Consulting", "has 1 part"),
        ("a;b;c;d;e;f;g", "7 parts"),
        ('"open;1;2', "unexpected end of data"),
        ("Consulting;two;10", '"two" is not a quantity'),
        ("Consulting;1;1,5", '"1,5" is not a unit price'),
        (";1;10", "the text is empty"),
        ("huor;2", 'no item "huor"'),
        ("us-hour;2", "a price in USD; the invoice is in EUR"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_text(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        resolved(text)
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("change", "said", "hint"),
    [
        ({"tax": "vat20"}, 'unknown tax code "vat20"', 'did you mean "vat-20"?'),
        ({"category": "book"}, 'unknown revenue category "book"', 'did you mean "books"?'),
        ({"quantity": "-1"}, "a negative quantity of something that has a price", "issue a credit note instead"),
    ],
)
def test_words_must_be_declared_and_quantities_sold(change: dict[str, str], said: str, hint: str) -> None:
    line = Line.model_validate({"description": "x", "quantity": "1", "unit_price": "10", **change})
    with pytest.raises(UsageError) as refused:
        check_words((line,), settings(), categories())
    assert said in refused.value.message
    assert refused.value.hint == hint


def test_a_negative_quantity_of_what_costs_nothing_is_a_count_not_money() -> None:
    check_words((Line.model_validate({"description": "broken", "quantity": "-3", "unit_price": "0"}),), settings(), categories())

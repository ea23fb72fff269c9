from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.model import values
from billcli.model.values import BadValue

# Forms that Python, YAML 1.1 or a spreadsheet would read as some number, and a bookkeeper as another.
NO_NUMBERS = (
    *(
        "",
        " ",
        "1e5",
        "1E5",
        "1_000",
        "1,000.00",
        "1.000,00",
        "1 000",
        "1'000",
        "NaN",
        "nan",
        "Infinity",
        "inf",
        ".inf",
        "+5",
    ),
    *(
        ".5",
        "5.",
        "007",
        "00",
        "00.5",
        "0x10",
        "0o17",
        "1:30",
        "１２.５",
        "٣",
        "५",
        "²",
        "½",
        "5 ",
        " 5",
        "5\n",
        "5\x00",
        "--5",
        "-",
        "- 5",
    ),
    *("−5", "5-", "(5)", "€5", "5 EUR", "five", "1.2.3", "1" * 41, "9" * 100_000),
)


def refused(parse: Callable[[str], Any], text: str) -> BadValue:
    with pytest.raises(BadValue) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"), ("0.00", "0.00"), ("5", "5"), ("1250.00", "1250.00"), ("95.10", "95.10"), ("0.005", "0.005"),
        ("999999999999.99", "999999999999.99"), ("0." + "0" * 37 + "1", "0." + "0" * 37 + "1"),
    ],
)  # fmt: skip
def test_amount_keeps_its_digits(text: str, amount: str) -> None:
    assert str(values.parse_amount(text)) == str(Decimal(amount))
    assert format(values.parse_amount(text), "f") == text


@pytest.mark.parametrize("text", [*NO_NUMBERS, "-0", "-0.00", "-1", "12345678901234567.89", "1000000000000"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert refused(values.parse_amount, text).code == "E205"


def test_negative_amount_points_to_the_credit_note() -> None:
    assert "credit note" in refused(values.parse_amount, "-1.00").hint


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("5", "EUR", "5.00"), ("5.1", "EUR", "5.10"), ("5.10", "EUR", "5.10"), ("5", "JPY", "5"),
        ("5.1", "KWD", "5.100"),
        ("999999999999", "UYW", "999999999999.0000"),
    ],
)  # fmt: skip
def test_typed_amount_gets_all_decimals_of_its_currency(text: str, currency: str, amount: str) -> None:
    assert str(values.amount_in(text, currency)) == amount


@pytest.mark.parametrize(("text", "currency"), [("0.005", "EUR"), ("5.10", "JPY"), ("5.0", "JPY"), ("5.1000", "KWD")])
def test_typed_amount_finer_than_its_currency_is_refused(text: str, currency: str) -> None:
    assert refused(lambda typed: values.amount_in(typed, currency), text).code == "E211"


@pytest.mark.parametrize("text", ["0", "12.5", "0.000001", "-1", "-0.5", "999999999999.999999"])
def test_quantity_has_up_to_six_decimals_and_may_be_negative(text: str) -> None:
    assert str(values.parse_quantity(text)) == text or values.parse_quantity(text) == Decimal(text)


@pytest.mark.parametrize("text", [*NO_NUMBERS, "-0", "-0.0", "1.0000001", "-1.0000001", "1000000000000", "-1000000000000"])
def test_what_is_no_quantity_is_refused_in_the_users_own_words(text: str) -> None:
    problem = refused(values.parse_quantity, text)
    assert problem.code == "E213"
    assert values.quoted(text) in problem.message


@pytest.mark.parametrize("text", [*NO_NUMBERS, "-0", "-1", "0.0000001", "1000000000000"])
def test_what_is_no_price_is_refused(text: str) -> None:
    assert refused(values.parse_price, text).code == "E213"


@pytest.mark.parametrize("text", ["0", "7.7", "19", "100", "100.000000", "0.000001"])
def test_percentage_lies_between_0_and_100(text: str) -> None:
    assert format(values.parse_percent(text), "f") == text


@pytest.mark.parametrize("text", [*NO_NUMBERS, "-1", "100.000001", "101", "20%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    assert refused(values.parse_percent, text).code == "E213"


@given(st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2))
def test_amount_to_text_and_back_is_the_same(amount: Decimal) -> None:
    assert values.parse_amount(format(abs(amount), "f")) == amount


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-14", date(2026, 3, 14)), ("2024-02-29", date(2024, 2, 29)), ("1900-01-01", date(1900, 1, 1)),
        ("2999-12-31", date(2999, 12, 31)),
    ],
)  # fmt: skip
def test_day_is_an_iso_date(text: str, day: date) -> None:
    assert values.parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "2026-02-30", "2025-02-29", "2026-00-01", "2026-13-01", "2026-01-00", "0000-01-01", "26-1-1",
        "2026-1-1",
        "2026-01-01T00:00:00", "2026-01-01 ", " 2026-01-01", "2026-01-01\n", "20260101", "01.02.2026", "2026/01/01",
        "2026-W01-1",
        "２０２６-01-01", "1899-12-31", "3000-01-01", "-2026-01-01", "1735689600", "today",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    assert refused(values.parse_day, text).code == "E206"


@pytest.mark.parametrize("text", ["a", "7", "nordwind", "INV-2026-0042", "a.b_c-d", "x" * 64, "console", "nul-1", "a..b", "1e5"])
def test_id_is_safe_as_a_file_name(text: str) -> None:
    assert values.parse_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "..", "/", "a/b", "../a", "a\\b", ".a", "-a", "_a", "a.", "a b", " a", "a ", "a\n", "a\x00",
        "x" * 65, "x" * 300,
        "NUL", "nul", "CON", "con.txt", "Aux.yaml", "prn", "com1", "LPT9.x", "é", "ａ", "北", "a:b", "a*b", "a?", "~",
        "a\u200b", "\ud800",
    ],
)  # fmt: skip
def test_id_that_is_unsafe_as_a_file_name_is_refused(text: str) -> None:
    assert refused(values.parse_id, text).code == "E207"


@pytest.mark.parametrize("text", ["a@b.co", "rechnung+x@nordwind.example", "o'neil@x.example", "ü@пример.рф", "a@[1.2.3.4]"])
def test_email_is_one_address(text: str) -> None:
    assert values.parse_email(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a@", "@b.co", "a@b", "a@b.", "a@@b.co", "a b@c.de", "a@b.co, c@d.de", "a@b.co;c@d.de", "A <a@b.co>",
        '"a"@b.co',
        "a@b.co\n", "a@b.co\r\nBcc: x@y.z", "a\x00@b.co", "a@b.co\u2028", "a@b\u200b.co", "a@\u202eoc.b",
        "a" * 65 + "@b.co",
        "a@" + "b" * 260 + ".co", "(x)a@b.co", "a:b@c.de",
    ],
)  # fmt: skip
def test_what_is_not_exactly_one_address_is_refused(text: str) -> None:
    assert refused(values.parse_email, text).code == "E218"


@pytest.mark.parametrize("text", ["NO9386011117947", "NO93 8601 1117 947", "no9386011117947"])
def test_iban_becomes_its_compact_form(text: str) -> None:
    assert values.parse_iban(text) == "NO9386011117947"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NO9386011117948",
        "NO938601111794",
        "NO93860111179470",
        "XX9386011117947",
        "NO93８６０１1117947",
        "NO9386011117947\n",
        "²",
        "Ⅷ",
        "\ud800",
    ],
)
def test_what_is_no_iban_is_refused(text: str) -> None:
    assert refused(values.parse_iban, text).code == "E215"


@pytest.mark.parametrize("text", ["EUR", "JPY", "KWD", "XCG"])
def test_currency_is_an_iso_code(text: str) -> None:
    assert values.parse_currency(text) == text


@pytest.mark.parametrize("text", ["", "eur", "EU", "€", "XAU", "XXX", "EUR ", "DEM"])
def test_unknown_currency_is_refused(text: str) -> None:
    assert refused(values.parse_currency, text).code == "E210"


@pytest.mark.parametrize(
    ("parse", "code", "known", "unknown"),
    [
        (values.parse_country, "E217", ["NO", "XK"], ["no", "UK", "NOR", ""]),
        (values.parse_language, "E209", ["en", "zh-CN", "zh-Hans"], ["EN", "en_US", ""]),
    ],
)
def test_country_and_language_are_iso_codes(parse: Callable[[str], str], code: str, known: list[str], unknown: list[str]) -> None:
    assert [parse(text) for text in known] == known
    assert [refused(parse, text).code for text in unknown] == [code] * len(unknown)


@pytest.mark.parametrize("text", ["x", "Müller & Söhne", "北京公司", "a\u200db", "👩‍👧", " a ", "- a: #", "x" * 1000])
def test_text_is_one_line(text: str) -> None:
    assert values.parse_text(text) == text


@pytest.mark.parametrize("char", ["\x00", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\ud800", "\uffff"])
def test_control_character_in_a_text_is_refused_by_its_code(char: str) -> None:
    problem = refused(values.parse_text, f"a{char}b")
    assert problem.code == "E208"
    assert f"U+{ord(char):04X}" in problem.message
    assert problem.message.isprintable()


@pytest.mark.parametrize("text", ["", " ", "\u3000", "x" * 1001])
def test_empty_or_endless_text_is_refused(text: str) -> None:
    assert refused(values.parse_text, text).code == "E208"


def test_notes_take_lines_but_no_other_control_character() -> None:
    assert values.parse_notes("a\n\n  b\n") == "a\n\n  b\n"
    assert values.parse_notes("x" * 20_000)
    for text in ("a\tb", "a\rb", "a\u2028b", "", "\n", "x" * 20_001):
        assert refused(values.parse_notes, text).code == "E208"


@pytest.mark.parametrize("text", ["a,b", "a|b", " a", "a ", "a\n", "", "x" * 65, "a\tb"])
def test_label_leaves_out_what_separates_labels(text: str) -> None:
    assert refused(values.parse_label, text).code == "E208"


@pytest.mark.parametrize("text", ["wholesale", "Öffentliche Hand", "x" * 64, "a-b/c"])
def test_label_is_a_word_in_any_script(text: str) -> None:
    assert values.parse_label(text) == text


def test_quoted_clips_and_escapes_the_users_text() -> None:
    assert values.quoted("a\x1b[31m\u202e") == '"a\\u001b[31m\\u202e"'
    assert values.quoted("x" * 81) == '"' + "x" * 80 + '…"'


PARSERS = [getattr(values, name) for name in dir(values) if name.startswith("parse_")]


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)
@given(text=st.one_of(st.text(), st.text(alphabet="0123456789-.+eE_,: NOGB@a"), st.from_regex(r"[A-Z]{2}[0-9A-Z]{10,24}")))
def test_any_text_is_a_value_or_a_bad_value_with_a_printable_message(parse: Callable[[str], Any], text: str) -> None:
    try:
        parse(text)
    except BadValue as bad:
        assert bad.message.isprintable()
        assert len(bad.message) < 300

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from billcli.core.seal import digest
from billcli.model.invoice import Invoice
from billcli.store.parse import parse
from billcli.store.read import read
from billcli.store.text import decode
from billcli.store.write import block, document_text, item, scalar

NASTY = [
    "", " ", "  x", "x  ", "a: b", "a:b", "a:", ":", ": a", "a #b", "a#b", "#", "# a", "-", "- a", "-a", "---", "--- a", "...", "?", "? a",
    "%", "%YAML 1.1", "&a", "*a", "!a", "!!str a", "|", ">", "|-", "@a", "`a`", "'", '"', "it's", 'say "x"', "\\", "\\n", "C:\\new",
    "{", "}", "[", "]", "{a: b}", "[a]", ",", "a, b", "a,b", "<<", "=", "~", "null", "Null", "true", "False", "yes", "NO", "on", "Off",
    "y", "N",
    "1", "007", "1.50", "1e5", "1_000", "+5", ".5", "5.", "0x1F", "0o17", "1:30", ".inf", "-.INF", ".nan", "inf", "NaN", "2026-03-14",
    "2026-03-14T00:00:00Z", "12:30:45", "\n", "a\n", "\na", "a\nb", "a\nb\n", "a\n\nb", "a\nb\n\n", "a\n b", " a\nb", "a \nb", "a\n# b",
    "a\n---\nb", "a\n- b: c\n", "a\n%b", "\ta", "a\tb", "a\r\nb", "a\rb", "\x00", "\x1b[31m", "\x7f", "\x85", "a\x85b", "\xa0", "\xad",
    "\u2028", "a\u2029b", "\u200b", "\u202e", "\ufeff", "\ufeffa", "\ufffe", "\uffff", "Nördwind GmbH & Co. KG", "北京公司", "٣", "١٢", "²",
    "Ⅷ", "👩‍👧 family", "🇳🇴", "\U0010ffff", "é", "e\u0301", "हिन्दी", "a" * 1001, "word " * 300, "x\n" * 50, "<<<<<<< HEAD", "=======",
    "a\n<<<<<<< b\n",
]  # fmt: skip
TEXT = st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8"), max_size=30) | st.text(":#-?%{}[],&*!|>'\" \n\tab1.~", max_size=12)
KEY = TEXT.filter(lambda key: key != "<<" and len(key) < 100)
SCALAR = st.one_of(
    TEXT,
    st.dates(),
    st.booleans(),
    st.integers(min_value=-(10**12), max_value=10**12),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12),
)
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=4), max_leaves=12)

INVOICE = """\
schema: invoice/1
number: INV-2026-0042
type: service
customer: nordwind
issued_on: 2026-03-14
currency: EUR
terms: net 30
issued_by:
  name: Fjord Consulting AS
  tax_id: NO923609016MVA
issued_to:
  name: "Nordwind: Handels GmbH"
  address:
    street: "12 Hafenstraße"
    postal_code: "01067"
    city: Köln
    country: DE
lines:
  - description: "Consulting – March"
    category: consulting
    quantity: 12.5
    unit: hour
    unit_price: 95.10
    tax: vat-20
  - description: Travel (train), 2nd class
    quantity: 1
    unit_price: 100
    tax: none
taxes:
  - code: vat-20
    category: S
    rate: 20
    base: 1188.75
    amount: 237.75
instalments:
  - due_on: 2026-04-13
    amount: 1526.50
totals:
  net: 1288.75
  tax: 237.75
  gross: 1526.50
notes: |-
  Thank you.

  - 30 days: net
tags:
  - "yes"
  - eu
"""


def texts(value: Any) -> Any:
    """What a reader that knows only texts finds in the file."""
    match value:
        case dict():
            return {key: texts(each) for key, each in value.items()}
        case list():
            return [texts(each) for each in value]
        case str():
            return value
    return scalar(value)


def written(data: dict[str, Any]) -> str:
    text = document_text("invoice/1", data)
    assert decode(text.encode(), "f.yaml") == (text, [])
    assert "\t" not in text
    assert text.endswith("\n")
    assert not any(line.endswith(" ") for line in text.split("\n"))
    return text


@given(st.dictionaries(KEY.filter(lambda key: key != "schema"), VALUE, max_size=5))
@example({text: text for text in NASTY if len(text) < 100 and text != "<<"})
@example({"list": NASTY, "lists": [NASTY, [[], [{}], [[""]]]], "inner": [{"text": text} for text in NASTY]})
def test_what_is_written_is_read_back_to_the_letter(data: dict[str, Any]) -> None:
    parsed = parse(written(data), "f.yaml")
    assert parsed.problems == []
    assert parsed.data == {"schema": "invoice/1", **texts(data)}
    assert list(parsed.data) == ["schema", *data]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@given(text=TEXT)
def test_other_readers_take_every_text_for_a_text(version: str, text: str) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    data = {"a": text, "b": [text], "c": [{"d": text}]}
    assert yaml.load(written(data)) == {"schema": "invoice/1", **data}


def test_canonical_text_of_an_invoice() -> None:
    result = read(INVOICE.encode(), "invoices/2026/03/INV-2026-0042.yaml")
    assert result.problems == []
    assert isinstance(result.entity, Invoice)
    text = document_text("invoice/1", result.entity.model_dump(exclude_unset=True))
    assert text == INVOICE
    again = read(text.encode(), "invoices/2026/03/INV-2026-0042.yaml").entity
    assert isinstance(again, Invoice)
    assert again == result.entity
    assert digest(again) == digest(result.entity)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("nordwind", "nordwind"), ("net 30", "net 30"), ("Müller & Söhne", '"Müller & Söhne"'), ("北京公司", "北京公司"),
        ("v1:4be1", "v1:4be1"),
        ("a, b (c) €5", "a, b (c) €5"), ("a: b", '"a: b"'), ("it's", '"it\'s"'), ('"', '"\\""'), ("NO", '"NO"'), ("n", '"n"'),
        ("Norway", "Norway"),
        ("007", '"007"'), ("2026-03-14", '"2026-03-14"'), ("", '""'), (" a", '" a"'), ("a\tb\n", '"a\\tb\\n"'),
        ("\x85\u2028", '"\\u0085\\u2028"'),
        ("\U0010ffff", '"\\U0010ffff"'), ("👍", '"👍"'), ("x" * 1000, "x" * 1000), ("x" * 1001, '"' + "x" * 1001 + '"'),
        (Decimal("95.10"), "95.10"), (Decimal("1E+3"), "1000"), (Decimal("0.000001"), "0.000001"), (7, "7"), (True, "true"),
        (False, "false"),
        (date(2026, 3, 4), "2026-03-04"),
    ],
)  # fmt: skip
def test_scalar_is_plain_only_where_nobody_can_misread_it(value: Any, text: str) -> None:
    assert scalar(value) == text


@pytest.mark.parametrize("value", [None, 1.5, b"x", object()])
def test_value_without_a_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="no YAML form"):
        scalar(value)


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("one\ntwo\n", ["k: |", "  one", "  two"]), ("one\n\ntwo", ["k: |-", "  one", "", "  two"]), ("one\n", ['k: "one\\n"']),
        ("one\n two", ['k: "one\\n two"']), ("\none", ['k: "\\none"']), ("one\ntwo\n\n", ['k: "one\\ntwo\\n\\n"']),
        ([], ["k: []"]), ((), ["k: []"]), ({}, ["k: {}"]), ({"a": None}, ["k: {}"]), ({"a": None, "b": 1}, ["k:", "  b: 1"]),
        (["x", {"a": 1, "b": ["z"]}], ["k:", "  - x", "  - a: 1", "    b:", "      - z"]),
        ([[1, 2], [], {}, {"a": None}], ["k:", "  - - 1", "    - 2", "  - []", "  - {}", "  - {}"]),
        ([{"a": {"b": 1}}], ["k:", "  - a:", "      b: 1"]), ([{"a": "x\ny"}], ["k:", "  - a: |-", "      x", "      y"]),
    ],
)  # fmt: skip
def test_block_form_of_each_shape(value: Any, lines: list[str]) -> None:
    assert block("k", value, "") == lines
    assert block("k", value, "    ") == [f"    {line}" if line else "" for line in lines]


def test_item_stands_at_the_indent_of_its_list() -> None:
    assert item({"invoice": "INV-1", "amount": Decimal("1.00")}, "  ") == ["  - invoice: INV-1", "    amount: 1.00"]
    assert item("a", "") == ["- a"]


def test_missing_values_are_left_out() -> None:
    assert document_text("customer/1", {"id": "a", "name": None, "x": {"b": None}}) == "schema: customer/1\nid: a\nx: {}\n"

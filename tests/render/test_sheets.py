"""Texts of the documents: one set of words, figures as a language writes them, and the code for the bank."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Any

import pytest
import segno

from billcli.render.sheets import sheet_of
from billcli.render.sheets.qr import epc_code, outline
from billcli.render.sheets.strings import spoken
from billcli.resources import shared
from tests.render.paper_data import COMPANY, invoice, reminder

FOLDERS = [shared("templates")]


def sheet(data: dict[str, Any], language: str = "en", template: str = "invoice") -> dict[str, Any]:
    return sheet_of(template, language, data, FOLDERS)


def test_every_language_has_the_same_words_with_the_same_names() -> None:
    from billcli.render.sheets.strings import _NAME

    def flat(table: dict[str, Any], above: str = "") -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for key, value in table.items():
            found |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": frozenset(_NAME.findall(value))}
        return found

    tables = [flat(tomllib.loads(file.read_text(encoding="utf-8"))) for file in sorted((FOLDERS[0] / "strings").glob("*.toml"))]
    assert len(tables) == 3
    for one, other in pairwise(tables):
        assert one == other


@pytest.mark.parametrize(
    ("asked", "found"),
    [("de-AT", "de"), ("zh-TW", "zh-CN"), ("zh", "zh-CN"), ("fr", "en"), (None, "en"), ("en-GB", "en"), ("zh-CN", "zh-CN")],
)
def test_language_falls_back_to_its_nearest(asked: str | None, found: str) -> None:
    assert spoken(asked, ["de", "en", "zh-CN"]) == found


@pytest.mark.parametrize(
    ("language", "currency", "amount", "shown"),
    [
        ("de", "EUR", "1234567.50", "1.234.567,50\u00a0€"),
        ("en", "EUR", "1234567.50", "€1,234,567.50"),
        ("zh-CN", "CNY", "1234.50", "人民币1,234.50元"),
        ("de", "NOK", "1234.50", "1.234,50\u00a0NOK"),
        ("de-CH", "CHF", "1234.50", "CHF\u00a01’234.50"),
        ("en", "JPY", "1234", "JP¥1,234"),
        ("en", "KWD", "1234.500", "KWD\u00a01,234.500"),
    ],
)
def test_amounts_are_written_as_the_language_writes_them(language: str, currency: str, amount: str, shown: str) -> None:
    zero = "0" if currency == "JPY" else "0.00"
    found = sheet(invoice(currency=currency, taxes=[], totals={"net": amount, "tax": zero, "gross": amount}), language)
    assert found["totals"]["last"][1] == shown


def test_american_company_writes_days_as_americans_do() -> None:
    american = {
        **COMPANY,
        "address": {"street": "1 Main St", "city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"},
    }
    found = sheet(invoice(issued_by=american))
    assert ["Date", "Mar 27, 2026"] in found["meta"]
    assert "Springfield, IL 62701" in found["sender"]["lines"]
    assert found["recipient"][-1] == "Germany"


def test_line_with_discounts_and_document_with_charges_come_to_what_was_issued() -> None:
    data = invoice(
        2,
        adjustments=[
            {"kind": "charge", "amount": "12.00", "description": "Freight"},
            {"kind": "discount", "percent": "10", "amount": "19.50"},
        ],
    )
    data["document"]["lines"][0]["adjustments"] = [{"kind": "discount", "percent": "5", "amount": "5.00"}]
    found = sheet(data)
    assert [line["amount"] for line in found["lines"]] == ["95.00", "100.00"]
    assert found["lines"][0]["below"] == ["Discount 5%: −5.00"]
    assert found["totals"]["rows"][:3] == [["Sum of lines", "195.00"], ["Charge, Freight", "12.00"], ["Discount 10%", "−19.50"]]


def test_discount_says_what_to_pay() -> None:
    found = sheet(invoice(discount={"until": "2026-04-05", "percent": "2"}), "de")
    said = "Bei Zahlung bis zum 05.04.2026 gewähren wir 2\u202f% Skonto: Zahlbetrag 116,62\u00a0€ (Abzug 2,38\u00a0€)."
    assert found["payment"]["said"][1] == said


def test_reasons_for_no_tax_stand_below_the_totals_once_each() -> None:
    group = {"category": "AE", "rate": "0", "base": "50.00", "amount": "0.00", "exempt_reason": "Reverse charge"}
    found = sheet(invoice(taxes=[{"code": "a", **group}, {"code": "b", **group}]))
    assert found["notes"] == ["Reverse charge"]


def test_code_for_the_bank_is_the_one_of_the_standard() -> None:
    payload = "BCD\n002\n1\nSCT\nCOBADEFFXXX\nFörde Messtechnik GmbH\nDE89370400440532013000\nEUR119\n\nRF42INV20260018"
    wanted = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8", eci=False)
    made = epc_code(COMPANY, "119.00", "EUR", "RF42INV20260018", "INV-2026-0018")
    assert made is not None
    assert outline(made) == outline(wanted)
    assert sheet(invoice())["payment"]["qr"] == outline(made)


def test_drawing_of_the_code_has_every_dark_module() -> None:
    import re

    made = epc_code(COMPANY, "119.00", "EUR", None, "INV-2026-0018")
    assert made is not None
    drawn = outline(made)
    dark = {
        (int(y), x)
        for left, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawn["path"])
        for x in range(int(left), int(left) + int(width))
    }
    assert dark == {(y, x) for y, row in enumerate(made.matrix) for x, on in enumerate(row) if on}


@pytest.mark.parametrize(
    ("changes", "amount"), [({"currency": "NOK"}, "119.00"), ({"issued_by": {**COMPANY, "iban": None}}, "119.00"), ({}, "1000000000.00")]
)
def test_no_code_where_the_standard_has_none(changes: dict[str, Any], amount: str) -> None:
    data = invoice(
        **changes, instalments=[{"due_on": "2026-04-26", "amount": amount}], totals={"net": amount, "tax": "0.00", "gross": amount}
    )
    assert sheet(data)["payment"]["qr"] is None


def test_with_instalments_the_code_is_for_the_first() -> None:
    parts = [{"due_on": "2026-04-26", "amount": "59.50"}, {"due_on": "2026-05-26", "amount": "59.50"}]
    found = sheet(invoice(instalments=parts))["payment"]
    assert found["scan"] == "Scan to pay instalment 1: €59.50"
    made = epc_code(COMPANY, "59.50", "EUR", "RF42INV20260018", "")
    assert found["qr"] == outline(made)
    assert [row[2] for row in found["parts"]] == ["€59.50", "€59.50"]


def test_nothing_to_pay_asks_for_nothing() -> None:
    assert sheet(invoice(totals={"net": "0.00", "tax": "0.00", "gross": "0.00"}))["payment"] is None


def test_a_notice_about_one_invoice_is_paid_by_its_own_reference() -> None:
    data = reminder()
    data["reminder"]["items"][0].update(reference="RF18539007547034", fixed_sum="40.00")
    found = sheet(data, "en", "reminder")
    assert found["payment"]["account"][-1] == ["Reference", "RF18\u00a05390\u00a00754\u00a07034"]
    assert ["Fixed sum for recovery costs", "40.00"] in found["totals"]["rows"]
    plain = sheet(reminder(), "en", "reminder")
    assert plain["payment"]["account"][-1] == ["Reference", "INV-2026-0011"]
    assert plain["payment"]["qr"] != found["payment"]["qr"]


@pytest.mark.parametrize("level", range(5))
def test_after_the_salutation_english_goes_on_with_a_capital_and_german_does_not(level: int) -> None:
    data = reminder(level=level)
    assert sheet(data, "en", "reminder")["intro"][0].isupper()
    assert sheet(data, "de", "reminder")["intro"][0].islower()

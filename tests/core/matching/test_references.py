"""What a bank's text names."""

from __future__ import annotations

import pytest

from billcli.core.matching.numbers import CHECKED, EXACT, NEAR
from billcli.core.matching.references import Reader
from tests.core.matching.desk import line

NUMBERS = [f"INV-2026-00{n}" for n in range(40, 50)] + [
    "INV-2025-0042",
    "INV-1",
    "INV-12",
    "INV-101",
    "INV-102",
    "INV-103",
    "2026-0223",
    "100042",
    "CN-2026-0007",
]


def reader() -> Reader:
    made = Reader({number: "nordwind" if number != "INV-2026-0044" else "suedwind" for number in NUMBERS})
    for number in NUMBERS:
        made.add(number, ())
    made.add("INV-2026-0050", ("RF18539007547034", "PO-778812"))
    made.add("INV-2026-0051", ("210000000003139471430009017",))
    made.add("INV-2026-0052", ("090933755493",))
    return made


def names(text: str, **more: object) -> list[str]:
    reading = reader().read(line(100, text, **more))  # type: ignore[arg-type]
    return sorted({document for mention in reading.mentions for document in mention.documents if mention.strength >= NEAR})


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0042",
        "Rechnung inv-2026-0042 vom 14.03.2026",
        "INV 2026 0042",
        "INV20260042",
        "INV.2026.0042",
        "INV–2026–0042",
        "INV/2026/42",
        "INV-2026-42",
        "2026-0042",
        "RE-2026-0042",
        "Rechnungsnr.2026-42",
        "RechnungINV-2026-0042vom14.3.",
        "INV-26-0042",
        "Inv no 20260042",
        "INV-2026-\n0042",
        "INV-2026-00\n42",
        "IN\nV-2026-0042",
        "INV-2026-00 42",
        "发票INV-2026-0042货款",
        "ＩＮＶ－２０２６－００４２",
        "SVWZ+INV-2026-0042",
        "INV-2026-0042.",
        "(INV-2026-0042)",
        "EUR 1.426,50 INV-2026-0042 20.03.2026",
        "#2026-0042",
    ],
)
def test_number_in_its_manglings_is_found(text: str) -> None:
    assert names(text) == ["INV-2026-0042"]


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-00421",
        "INV-2026-0042-7",
        "XINV-2026-00427",
        "4INV-2026-00428",
        "",
        "Miete 03/2026",
        "42",
        "DE89370400440532013000",
        "INV-2026-O042",
        "INV-2026-042",
        "14.03.2026",
        "PO-2026-0042",
        "Kd 77",
        "INV-2026-0042A",
    ],
)
def test_what_is_no_number_of_ours_is_not_found(text: str) -> None:
    assert names(text) == []


def test_whole_numbers_only() -> None:
    assert names("INV-12") == ["INV-12"]
    assert names("INV-1") == ["INV-1"]
    assert names("INV-1-2") == []


def test_date_is_never_glued_to_a_number() -> None:
    assert names("2026-0223 22.08.2026") == ["2026-0223"]
    assert names("22.08.2026 0223") == []
    assert names("Rg 2026-02\n23.08.2026") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INV-2026-0042, INV-2026-0043", [42, 43]),
        ("INV-2026-0042/43", [42, 43]),
        ("INV-2026-0042/0043/0045", [42, 43, 45]),
        ("INV-2026-0042 und 0043", [42, 43]),
        ("INV-2026-0042+0043+0045", [42, 43, 45]),
        ("INV-2026-0042, 0043 & 0045", [42, 43, 45]),
        ("Invoices INV-2026-0042 to 0045", [42, 43, 45]),
        ("INV-2026-0042 bis INV-2026-0045", [42, 43, 45]),
        ("INV-2026-0042-0045", [42, 43, 45]),
        ("INV-2026-0042 – 0043", [42, 43]),
        ("INV-2026-0042..0043", [42, 43]),
        ("INV-2026-0042-INV-2026-0043", [42, 43]),
        ("INV-2026-0042\nINV-2026-0043", [42, 43]),
        ("INV-2026-0042 0043", [42, 43]),
    ],
)
def test_lists_and_ranges_within_one_customer(text: str, found: list[int]) -> None:
    assert names(text) == [f"INV-2026-00{n}" for n in found]


def test_two_years_with_one_running_number_are_two_readings() -> None:
    (mention,) = reader().read(line(1, "INV-42")).mentions
    assert set(mention.documents) == {"INV-2025-0042", "INV-2026-0042"}


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("RF18539007547034", "INV-2026-0050"),
        ("RF18 5390 0754 7034", "INV-2026-0050"),
        ("Ref: rf18 5390 0754 7034 danke", "INV-2026-0050"),
        ("21 00000 00003 13947 14300 09017", "INV-2026-0051"),
        ("+++090/9337/55493+++", "INV-2026-0052"),
        ("RF18 5390 0754\n7034", "INV-2026-0050"),
    ],
)
def test_reference_with_check_digits(text: str, document: str) -> None:
    (mention,) = reader().read(line(1, text)).mentions
    assert (mention.documents, mention.strength) == ((document,), CHECKED)


def test_reference_that_the_format_marks() -> None:
    (mention,) = reader().read(line(1, references=("00210000000003139471430009017",))).mentions
    assert mention.strength == CHECKED
    (mention,) = reader().read(line(1, "Order", end_to_end="PO-778812")).mentions
    assert (mention.documents, mention.strength) == (("INV-2026-0050",), EXACT)


def test_number_like_ours_that_is_none_is_a_stranger() -> None:
    assert reader().read(line(1, "INV-2026-9999")).strangers == ("INV-2026-9999",)

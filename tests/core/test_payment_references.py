"""References with check digits: the norms' own examples, the ways people write them, and what must not be taken for one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcli.core.payment_references import (
    is_belgian,
    is_creditor_reference,
    is_finnish,
    is_kid,
    is_swiss,
    normal,
    structured,
)

QRR = "210000000003139471430009017"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in structured(text)]


@pytest.mark.parametrize(
    "text",
    [
        "RF18539007547034",
        "rf18 5390 0754 7034",
        "Invoice 17, RF18 5390 0754 7034 thank you",
        "SVWZ+RF18539007547034",
        "RF18 5390 07\n54 7034 DANKE",
        "RF185390\r\n07547034",
        "RF18-5390-0754-7034",
        "RF18539007547034DANKE",
        "/REF/RF18539007547034/REMI/",
        "ＲＦ１８ ５３９０ ０７５４ ７０３４",
        "RF18 0000 5390 0754 7034",
    ],
)
def test_creditor_reference_is_found_however_it_is_written(text: str) -> None:
    assert kinds(text) == [("rf", "RF18539007547034")]


@pytest.mark.parametrize("text", ["RF17539007547034", "XRF18539007547034", "RF", "RF18", "RF18000", "SURF18 boards", "RF1853900754703"])
def test_wrong_check_digits_or_part_of_a_word_is_no_creditor_reference(text: str) -> None:
    assert structured(text) == []


def test_creditor_reference_with_letters() -> None:
    assert kinds("pay RF185390075470Y now") == [("rf", "RF185390075470Y")]
    assert kinds("RF73INV20260042") == [("rf", "RF73INV20260042")]


@pytest.mark.parametrize(
    "text",
    [QRR, "21 00000 00003 13947 14300 09017", f"Zahlung {QRR} Danke", "2026-02-23 " + QRR, QRR[:20] + "\n" + QRR[20:], QRR + " 22.08.2026"],
)
def test_swiss_reference_in_blocks_or_in_one_piece(text: str) -> None:
    assert kinds(text) == [("qrr", QRR)]


@pytest.mark.parametrize("text", [QRR[:-1] + "6", "1" + QRR, "0" * 27, "210000000003139471430 009017 x", f"x {QRR}A"])
def test_what_is_no_swiss_reference(text: str) -> None:
    assert structured(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "+++010/8068/17183+++",
        "***010/8068/17183***",
        "010/8068/17183",
        "betaling +++010/8068/17183+++ dank",
        "+++ 010/80\n68/17183 +++",
        "OGM 010806817183",
    ],
)
def test_belgian_communication(text: str) -> None:
    assert kinds(text) == [("ogm", "10806817183")]


@pytest.mark.parametrize("text", ["+++010/8068/17184+++", "x 010806817183 y", "12/2026/0001", "+++000/0000/00000+++"])
def test_what_is_no_belgian_communication(text: str) -> None:
    assert structured(text) == []


def test_belgian_remainder_zero_is_written_as_97() -> None:
    assert is_belgian("000000009797")
    assert not is_belgian("000000009700")


@pytest.mark.parametrize("digits", ["1234567897", "0000000000000000000000018", "12345678903", "2345676"])
def test_norwegian_reference_by_either_modulus(digits: str) -> None:
    assert is_kid(digits)
    assert ("kid", normal(digits)) in kinds(f"Faktura KID: {digits} takk")


def test_norwegian_reference_whose_check_digit_is_a_dash() -> None:
    eleven = next(f"{number}-" for number in range(1000, 2000) if is_kid(f"{number}-"))
    assert kinds(f"KID {eleven}") == [("kid", eleven)]
    assert not is_kid("1-1")


@pytest.mark.parametrize("text", ["1234561", "viite 1234561", "Viitenumero: 12 34561", "VIITE: 0000 00000 00012 34561"])
def test_finnish_reference_in_blocks_of_five(text: str) -> None:
    assert ("viite", "1234561") in kinds(text)


def test_finnish_reference_of_the_standard() -> None:
    assert is_finnish("1232")
    assert is_finnish("12345672")
    assert not is_finnish("1233")
    assert not is_finnish("5")


@pytest.mark.parametrize(
    "text", ["VS2026001", "VS: 2026001", "/VS2026001/SS/KS0308", "var. symbol 0002026001", "platba VS:2026001 22.08.2026"]
)
def test_variable_symbol_by_its_label_alone(text: str) -> None:
    assert kinds(text) == [("vs", "2026001")]


@pytest.mark.parametrize("text", ["order 2026001 of 22.08.2026", "EVS 12", "VS", "VSE 123", "20260042 22082026", "2026-0223 22.08.2026"])
def test_bare_digits_in_a_sentence_are_no_reference(text: str) -> None:
    assert structured(text) == []


def test_a_field_of_bare_digits_gives_every_norm_it_fits_the_surest_first() -> None:
    assert kinds("010806817183")[0] == ("ogm", "10806817183")
    assert [kind for kind, _ in kinds("1232")] == ["viite", "vs"]


def test_two_references_in_one_text_in_their_order() -> None:
    text = "RF18 5390 0754 7034 and RF73INV20260042"
    assert kinds(text) == [("rf", "RF18539007547034"), ("rf", "RF73INV20260042")]
    assert [text[each.start : each.end] for each in structured(text)] == ["RF18 5390 0754 7034", "RF73INV20260042"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("rf18 5390-0754.7034", "RF18539007547034"),
        (" 0012 345\n6", "123456"),
        ("+++010/8068/17183+++", "10806817183"),
        ("000", "0"),
        ("12-", "12-"),
        ("", ""),
    ],
)
def test_normal_form(written: str, expected: str) -> None:
    assert normal(written) == expected
    assert normal(expected) == expected


@given(st.text(alphabet="RF0123456789 +*/-.\n\rKIDVSviteABC\xa0Ｒ８é", max_size=80))
@example("RF" * 30)
@example("1 " * 40)
@example("+++" * 20)
def test_whatever_is_found_is_what_is_written_there(text: str) -> None:
    for each in structured(text):
        assert 0 <= each.start < each.end <= len(text)
        assert normal(text[each.start : each.end]) == each.text == normal(each.text)


@given(st.integers(1, 10**20))
def test_one_wrong_digit_is_always_seen_by_mod_97(number: int) -> None:
    check = next(f"{digits:02d}" for digits in range(2, 99) if is_creditor_reference(f"RF{digits:02d}{number}"))
    right = f"RF{check}{number}"
    for place in range(2, len(right)):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        assert not is_creditor_reference(wrong)


def test_swiss_check_digit_sees_every_single_wrong_digit() -> None:
    assert is_swiss(QRR)
    assert not any(is_swiss(QRR[:place] + str((int(QRR[place]) + 3) % 10) + QRR[place + 1 :]) for place in range(27))


def test_a_long_text_takes_no_time_out_of_proportion() -> None:
    for text in ("RF18" * 5000, "1 " * 10_000, "+++1/" * 4000, "VS 1 " * 4000, "\n" * 20_000):
        structured(re.sub("$", "x", text))

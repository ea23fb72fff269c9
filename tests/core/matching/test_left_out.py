"""A document that the text names and the money leaves out speaks against all that is not exact."""

from __future__ import annotations

import pytest

from tests.core.matching.desk import booked, books, inv, judge, line, settled

NORD = "Nordwind Handels GmbH"
A, B, C = (inv(f"INV-2026-00{n}", "nordwind", amount) for n, amount in ((42, 142650), (43, 50137), (45, 70035)))
LISTS = [
    "INV-2026-0042, INV-2026-0043",
    "INV-2026-0042, 0043",
    "INV-2026-0042/43",
    "INV-2026-0042 + -0043",
    "INV-2026-0042, #0043",
    "INV-2026-0042 | 0043",
    "INV-2026-0042 0043",
    "INV-2026-0042\nINV-2026-0043",
    "INV-2026-0042, INV-20\n26-0043",
    "INV-2026-0042, 00\n43",
    "INV-2026-0042, 4\n3",
    "INV-2026-00\n42, INV-2026-0043",
    "Rg INV-2026-0042 und Rg 43",
    "INV-2026-0042-0043",
    "2026-0042, 2026-0043",
]


@pytest.mark.parametrize("text", LISTS)
@pytest.mark.parametrize("amount", [150000, 142650 + 40000, 60000, 192787 - 4711, 192787 + 4711, 142650 - 1500])
def test_money_short_of_or_beyond_a_list_is_not_booked(text: str, amount: int) -> None:
    decision = judge(books(A, B, C), line(amount, text, NORD))
    assert decision.outcome in ("suggest", "open"), decision


@pytest.mark.parametrize("text", LISTS)
def test_list_of_settled_and_open_with_more_money_is_not_booked(text: str) -> None:
    known = books(A, C, settled=[settled(B.document, "nordwind", B.gross)])
    decision = judge(known, line(A.open + 40000, text, NORD))
    assert decision.outcome in ("suggest", "open"), decision


@pytest.mark.parametrize("text", LISTS[:-3])
def test_the_very_sum_is_booked(text: str) -> None:
    assert booked(judge(books(A, B, C), line(192787, text, NORD))) == {A.document: 142650, B.document: 50137}


def test_rest_on_account_only_where_nothing_else_may_be_named() -> None:
    assert booked(judge(books(A, B), line(150000, "INV-2026-0042", NORD))) == {A.document: 142650, "": 7350}
    for text in ("INV-2026-0042, INV-2026-7777", "INV-2026-0042 und 43", "INV-2026-0042 - 0045"):
        assert judge(books(A, B, C), line(150000, text, NORD)).outcome == "suggest"


def test_exact_money_of_one_of_a_list_is_not_booked() -> None:
    assert judge(books(A, B), line(142650, "INV-2026-0042/43", NORD)).outcome == "suggest"


def test_list_and_an_invoice_that_it_does_not_name_are_not_booked() -> None:
    more = inv("INV-2026-0099", "nordwind", 9963)
    assert judge(books(A, B, more), line(202750, "INV-2026-0042, 0043", NORD)).outcome == "suggest"

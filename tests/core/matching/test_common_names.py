"""A word that several customers share is a signal for each of them, so that it needs more than the amount."""

from __future__ import annotations

import pytest

from billcli.core.matching.facts import Party, PastPayment
from tests.core.matching.desk import DAY, booked, books, credit, inv, judge, line

PARTIES = (
    Party("druck", ("Matterhorn Druck AG",)),
    Party("bau", ("Matterhorn Bau GmbH",)),
    Party("plain", ("Matterhorn AG",)),
    Party("north", ("Schneider Verpackungstechnik Nord GmbH",)),
    Party("south", ("Schneider Verpackungstechnik Süd GmbH",)),
    Party("city", ("Winterthur",)),
    Party("trade", ("Gartenbau Winterthur GmbH",)),
    Party("form", ("Kranich Bau GmbH",)),
    Party("other form", ("Kranich Bau AG",)),
    Party("lone", ("Zugspitzblick GmbH",)),
)


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("MATTERHORN", "plain"),
        ("MATTERHORN", "druck"),
        ("Matterhorn KG", "plain"),
        ("WINTERTHUR", "city"),
        ("SCHNEIDER VERPACKUNGSTECHNI", "north"),
        ("SCHNEIDER VERPACKUNGSTECHNIK", "south"),
    ],
)
def test_shared_word_and_amount_are_held_though_one_alone_owes_it(payer: str, customer: str) -> None:
    known = books(inv("INV-2026-0042", customer, 50000), parties=PARTIES)
    assert judge(known, line(50000, "", payer)).outcome == "suggest"
    assert booked(judge(known, line(50000, "INV-2026-0042", payer))) == {"INV-2026-0042": 50000}


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("MATTERHORN AG", "plain"),
        ("MATTERHORN DRUCK", "druck"),
        ("ZUGSPITZBLICK", "lone"),
        ("SCHNEIDER VERPACKUNGSTECHNIK NORD", "north"),
        ("KRANICH BAU", "form"),
    ],
)
def test_whole_name_and_amount_are_booked(payer: str, customer: str) -> None:
    assert booked(judge(books(inv("INV-1", customer, 50000), parties=PARTIES), line(50000, "", payer))) == {"INV-1": 50000}


def test_names_that_differ_in_the_legal_form_are_held_where_both_owe() -> None:
    known = books(inv("INV-1", "form", 50000), inv("INV-2", "other form", 50000), parties=PARTIES)
    assert judge(known, line(50000, "", "KRANICH BAU")).outcome == "suggest"


def test_shared_word_in_the_text_is_held() -> None:
    assert judge(books(inv("INV-1", "plain", 50000), parties=PARTIES), line(50000, "Zahlung Matterhorn")).outcome == "suggest"


def test_account_proves_what_the_word_does_not() -> None:
    parties = [*PARTIES[1:], PARTIES[0]._replace(ibans=("DE89370400440532013000",))]
    known = books(inv("INV-1", "druck", 50000), parties=parties)
    assert booked(judge(known, line(50000, "", "MATTERHORN", iban="DE89370400440532013000"))) == {"INV-1": 50000}


def test_refund_to_a_shared_word_asks_for_the_credit_note() -> None:
    known = books(credit("CN-2026-0001", "plain", 12650), parties=PARTIES)
    assert judge(known, line(-12650, "refund", "MATTERHORN")).outcome != "refund"
    assert judge(known, line(-12650, "refund CN-2026-0001", "MATTERHORN")).outcome == "refund"
    back = PastPayment("r1", "plain", DAY, "EUR", 12650, 0, "", "", "", "", ())
    assert judge(books(parties=PARTIES, refunds=[back]), line(-12650, "refund", "MATTERHORN")).outcome != "refund"

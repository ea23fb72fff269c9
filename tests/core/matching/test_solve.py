"""Whole decisions on a line or a batch."""

from __future__ import annotations

from datetime import date

from tests.core.matching.desk import booked, books, inv, judge, judged, line


def test_number_amount_and_payer_agree() -> None:
    known = books(inv("INV-2026-0042", "nordwind", 142650), inv("INV-2026-0043", "suedwind", 50000))
    decision = judge(known, line(142650, "Rechnung INV-2026-0042", "Nordwind Handels GmbH"))
    assert booked(decision) == {"INV-2026-0042": 142650}
    assert decision.because == (
        "INV-2026-0042 stands in the text",
        'the payer "Nordwind Handels GmbH" is Nordwind Handels GmbH',
        "1426.50 EUR is exactly what is open on INV-2026-0042",
    )


def test_amount_alone_is_a_suggestion() -> None:
    decision = judge(books(inv("INV-1", "nordwind", 70000)), line(70000, "TAX REFUND CITY"))
    assert decision.outcome == "suggest"
    assert decision.candidates[0].allocations[0].document == "INV-1"


def test_line_pays_once_and_the_second_is_a_duplicate() -> None:
    known = books(inv("INV-2026-0042", "nordwind", 142650))
    first, second = judged(known, line(142650, "INV-2026-0042", "Nordwind"), line(142650, "INV-2026-0042", "Nordwind", date(2026, 3, 25)))
    assert (first.outcome, second.outcome, second.payment) == ("book", "duplicate", "l1")


def test_document_issued_after_the_money_is_not_open_yet() -> None:
    known = books(inv("INV-1", "nordwind", 9900, date(2026, 4, 1)), inv("INV-2", "nordwind", 9900))
    assert booked(judge(known, line(9900, "", "Nordwind Handels GmbH"))) == {"INV-2": 9900}

"""A line is judged against what is open at its moment: nothing is concluded from what comes later."""

from __future__ import annotations

from datetime import date

from billcli.core.matching.facts import Confirmed, Party
from tests.core.matching.desk import DAY, booked, books, inv, judge, judged, line, paid, settled

A, B = inv("INV-2026-0042", "nordwind", 50000), inv("INV-2026-0043", "nordwind", 50000)
NORD = "Nordwind Handels GmbH"
EARLY, LATER, LAST = date(2026, 3, 10), date(2026, 3, 20), date(2026, 3, 30)
OFFICE = Party("office", ("Kanzlei Brandt und Partner",))


def outcomes(known: object, *lines: object) -> list[str]:
    return [each.outcome for each in judged(known, *lines)]  # type: ignore[arg-type]


def test_of_equal_lines_the_earlier_takes_the_document() -> None:
    lines = [line(50000, "", NORD, EARLY), line(50000, "INV-2026-0042", NORD, LAST)]
    first, second = judged(books(A), *lines)
    assert (first.outcome, second.outcome, second.payment) == ("book", "duplicate", "l1")


def test_line_of_another_payer_that_names_a_document_keeps_a_weak_one_off() -> None:
    lines = [line(50000, "", NORD, EARLY), line(50000, "INV-2026-0042", "Paystation", LAST)]
    first, second = judged(books(A), *lines)
    assert (first.outcome, second.outcome) == ("suggest", "book")
    assert "a later line names INV-2026-0042" in first.because[-1]


def test_later_line_does_not_free_the_earlier_to_take_what_it_would_not_have_taken() -> None:
    rest = [inv("INV-2026-0044", "nordwind", 21037), inv("INV-2026-0045", "nordwind", 28963)]
    lines = [line(50000, "", NORD, EARLY), line(50000, "INV-2026-0042", "Paystation", LAST)]
    assert outcomes(books(A, *rest), *lines) == ["suggest", "book"]


def test_two_equal_invoices_stay_a_doubt_when_a_later_line_names_one() -> None:
    lines = [line(50000, "", NORD, EARLY), line(50000, "INV-2026-0042", NORD, LATER), line(50000, "", NORD, LAST)]
    assert outcomes(books(A, B), *lines) == ["suggest", "book", "suggest"]


def test_two_customers_alike_stay_a_doubt_when_a_later_line_names_one() -> None:
    parties = [Party("one", ("Matterhorn AG",)), Party("other", ("Matterhorn GmbH",))]
    known = books(inv("INV-1", "one", 50000), inv("INV-2", "other", 50000), parties=parties)
    assert outcomes(known, line(50000, "", "MATTERHORN", EARLY), line(50000, "INV-1", "Matterhorn AG", LATER)) == ["suggest", "book"]


def test_payer_confirmed_for_two_stays_a_doubt_when_a_later_line_names_one() -> None:
    said = [Confirmed("Paystation", "", customer, 3, DAY) for customer in ("nordwind", "suedwind")]
    known = books(A, inv("INV-2026-0050", "suedwind", 50000), confirmed=said)
    lines = [line(50000, "", "Paystation", EARLY), line(50000, "INV-2026-0042", "Paystation", LATER)]
    assert outcomes(known, *lines) == ["suggest", "book"]


def test_after_a_refusal_the_amount_and_the_name_are_not_enough() -> None:
    known = books(A, B, refused=frozenset({("x", A.document)}))
    assert judge(known, line(50000, "", NORD, id="x")).outcome == "suggest"
    assert booked(judge(known, line(50000, "INV-2026-0043", NORD, id="x"))) == {B.document: 50000}
    lines = [line(50000, "INV-2026-0042", NORD, EARLY, id="x"), line(50000, "INV-2026-0042", NORD, LATER)]
    assert outcomes(known, *lines) == ["suggest", "book"]


def test_list_with_what_a_later_line_names_stays_held() -> None:
    lines = [line(80000, "INV-2026-0042, INV-2026-0043", NORD, EARLY), line(50000, "INV-2026-0043", NORD, LATER)]
    assert outcomes(books(A, B), *lines)[0] == "suggest"


def test_one_of_two_equal_payments_came_back_and_nobody_knows_which() -> None:
    two = [paid("p1", "nordwind", 50000, (A.document,), payer=NORD), paid("p2", "nordwind", 50000, (B.document,), payer=NORD)]
    lines = [
        line(-50000, "RETURN", NORD, EARLY),
        line(-50000, f"RETURN {A.document}", NORD, LATER),
        line(-50000, "RETURN", NORD, LAST),
    ]
    done = [settled(A.document, "nordwind", 50000), settled(B.document, "nordwind", 50000)]
    assert outcomes(books(payments=two, settled=done), *lines) == ["suggest", "return", "suggest"]


def test_payment_that_was_not_booked_may_be_the_one_that_came_back() -> None:
    lines = [line(50000, "", NORD, EARLY), line(50000, "", NORD, EARLY), line(-50000, "RETURN", NORD, LATER)]
    first, second, third = judged(books(A), *lines)
    assert (first.outcome, second.outcome, third.outcome) == ("book", "duplicate", "suggest")

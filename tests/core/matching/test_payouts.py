"""What a provider pays out, by its report in both forms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billcli.core.matching.facts import PayoutItem
from tests.core.matching.desk import DAY, booked, books, inv, judge, judged, line

A, C = inv("INV-2026-0042", "nordwind", 142650), inv("INV-2026-0044", "suedwind", 70035)
EARLIER = DAY - timedelta(days=6)
OWN = (PayoutItem("po_1007", DAY, 141000, A.document, 142650, 1650), PayoutItem("po_1007", DAY, 69000, C.document, 70035, 1035))
WHOLE = tuple(each._replace(net=210000, date=EARLIER) for each in OWN)


@pytest.mark.parametrize("items", [OWN, WHOLE, tuple(each._replace(fee=-each.fee) for each in OWN)])
@pytest.mark.parametrize(
    ("text", "payer"), [("STRIPE", "Stripe Payments"), ("po_1007", ""), ("TRANSFER PO\n_1007 thanks", "X"), ("", "Fast Pay")]
)
def test_net_of_each_row_and_net_of_the_whole(items: tuple[PayoutItem, ...], text: str, payer: str) -> None:
    decision = judge(books(A, C, payouts=items), line(210000, text, payer))
    assert decision.outcome == "book", decision
    assert {each.document: (each.amount, each.fee) for each in decision.allocations} == {
        A.document: (141000, 1650),
        C.document: (69000, 1035),
    }


def test_what_is_not_open_or_does_not_add_up_is_not_booked() -> None:
    assert judge(books(A, payouts=OWN), line(210000, "STRIPE", "Stripe Payments")).outcome == "suggest"
    assert judge(books(A, C, payouts=OWN), line(209000, "STRIPE po_1007")).outcome == "open"
    short = tuple(each._replace(net=209900) for each in OWN)
    decision = judge(books(A, C, payouts=short), line(209900, "STRIPE po_1007"))
    assert (decision.outcome, decision.candidates) == ("suggest", ())
    assert "its rows come to 2100.00 EUR" in " ".join(decision.because)


def test_amount_alone_is_no_payout() -> None:
    assert judge(books(A, C, payouts=OWN), line(210000, "", "Tax office")).outcome == "suggest"
    assert judge(books(A, C, payouts=OWN), line(210000, "STRIPE", on=date(2026, 6, 1))).outcome == "open"
    own = inv("INV-2026-0050", "nordwind", 210000)
    assert booked(judge(books(A, C, own, payouts=OWN), line(210000, own.document, "Nordwind Handels GmbH"))) == {own.document: 210000}


def test_payout_is_booked_once() -> None:
    first, second = judged(books(A, C, payouts=OWN), line(210000, "STRIPE po_1007"), line(210000, "STRIPE po_1007"))
    assert first.outcome == "book"
    assert second.outcome != "book"

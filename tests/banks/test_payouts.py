"""Reports of payment providers for ``--payouts``."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.banks.payouts import read_payouts
from billcli.core.matching.facts import PayoutItem
from billcli.errors import BillError
from tests.banks.shown import SAMPLES

HEAD = "payout,date,net,invoice,gross,fee\n"
ITEMS = [
    PayoutItem("po_1", date(2026, 3, 11), 11530, "INV-2026-0042", 11900, 370, "EUR"),
    PayoutItem("po_1", date(2026, 3, 11), 5750, "INV-2026-0043", 5950, 200, "EUR"),
]


def code(raw: str) -> str:
    with pytest.raises(BillError) as caught:
        read_payouts(raw.encode(), "p.csv", "EUR")
    return caught.value.diagnostics[0].code


def test_net_may_be_that_of_the_row_or_of_the_whole_payout() -> None:
    rows = HEAD + "po_1,2026-03-11,115.30,INV-2026-0042,119.00,3.70\npo_1,2026-03-11,57.50,INV-2026-0043,59.50,2.00\n"
    whole = HEAD + "po_1,2026-03-11,172.80,INV-2026-0042,119.00,3.70\npo_1,2026-03-11,172.80,INV-2026-0043,59.50,2.00\n"
    assert read_payouts(rows.encode(), "p.csv", "EUR") == ITEMS
    assert read_payouts(whole.encode(), "p.csv", "EUR") == ITEMS


def test_fee_with_a_minus_and_a_comma_for_the_decimals() -> None:
    raw = "payout;date;net;invoice;gross;fee\npo_1;11.03.2026;115,30;INV-1;119,00;-3,70\npo_1;13.03.2026;57,50;INV-2;59,50;-2,00\n"
    found = read_payouts(raw.encode(), "p.csv", "EUR")
    assert [(each.net, each.gross, each.fee) for each in found] == [(11530, 11900, 370), (5750, 5950, 200)]


def test_stripe_balance_report_gives_the_items_of_its_payouts_on_the_day_of_the_payout() -> None:
    found = read_payouts((SAMPLES / "stripe.csv").read_bytes(), "s.csv", "EUR")
    assert [(each.payout, each.date, each.document, each.net) for each in found] == [
        ("po_1Z", date(2026, 3, 11), "INV-2026-0042", 11530),
        ("po_1Z", date(2026, 3, 11), "INV-2026-0043", 5750),
        ("po_1Z", date(2026, 3, 11), "Chargeback withdrawal for ch_0X", -7450),
    ]
    assert sum(each.net for each in found) == 9830


def test_what_does_not_add_up_or_is_no_report_is_refused() -> None:
    assert code(HEAD + "po_1,2026-03-11,115.30,A,119.00,3.70\npo_1,2026-03-11,57.00,B,59.50,2.00\n") == "E629"
    assert code(HEAD + "po_1,2026-03-11,115.30,A,119.00\n") == "E630"
    assert code(HEAD + "po_1,soon,115.30,A,119.00,3.70\n") == "E627"
    assert code(HEAD + "po_1,2026-03-11,much,A,119.00,3.70\n") == "E628"
    assert code(HEAD + ",2026-03-11,115.30,A,119.00,3.70\n") == "E628"
    assert code("a,b\n1,2\n") == "E625"

"""Each signal, each contradiction, each ambiguity: whole decisions on lines as banks write them."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.core.matching.facts import Confirmed, Party, Rule
from tests.core.matching.desk import DAY, booked, books, credit, inv, judge, judged, line, paid, settled

A, B, C = inv("INV-2026-0042", "nordwind", 142650), inv("INV-2026-0043", "nordwind", 50000), inv("INV-2026-0044", "suedwind", 70035)
NORD, SUED = "Nordwind Handels GmbH", "Südwind Logistik AG"


@pytest.mark.parametrize(
    ("one", "cash"),
    [
        (line(142650, "INV-2026-0042"), {A.document: 142650}),
        (line(142650, "INV-2026-0042", "Unknown Payments Ltd"), {A.document: 142650}),
        (line(142650, "2026-42", "NORDWIND"), {A.document: 142650}),
        (line(142650, "Rg 42", NORD), {A.document: 142650}),
        (line(142650, "", "NORDWIND HANDELS"), {A.document: 142650}),
        (line(142650, "", "", iban="DE89 3704 0044 0532 0130 00"), {A.document: 142650}),
        (line(142650, "Zahlung von Nordwind Handels GmbH"), {A.document: 142650}),
        (line(142650, "thanks", "Treasury Services", ultimate=NORD), {A.document: 142650}),
        (line(142650, "Rechnung INV-2026-O042", NORD), {A.document: 142650}),
        (line(142650, "Rechnung INV-2026-0142", NORD), {A.document: 142650}),
        (line(192650, "INV-2026-0042, 0043"), {A.document: 142650, B.document: 50000}),
        (line(192650, "", NORD), {A.document: 142650, B.document: 50000}),
        (line(192650, "INV-2026-0042", NORD), {A.document: 142650, B.document: 50000}),
        (line(60000, "INV-2026-0042", NORD), {A.document: 60000}),
        (line(60000, "Teilzahlung INV-2026-0042"), {A.document: 60000}),
        (line(150000, "INV-2026-0042", NORD), {A.document: 142650, "": 7350}),
        (line(141150, "INV-2026-0042 CHGS 15,00", NORD), {A.document: 141150}),
        (line(142648, "INV-2026-0042", NORD), {A.document: 142648}),
        (line(70035, "Südwind", "Südwind Logistik AG"), {C.document: 70035}),
    ],
)
def test_two_signals_book(one: object, cash: dict[str, int]) -> None:
    decision = judge(books(A, B, C), one)  # type: ignore[arg-type]
    assert booked(decision) == cash, decision
    assert sum(each.amount for each in decision.allocations) == decision.line.amount


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (line(142650, "Tax refund"), "only the amount fits"),
        (line(142650, "INV-2026-0044", NORD), "the text names INV-2026-0044"),
        (line(70035, "INV-2026-0044", NORD), "the payer is Nordwind Handels GmbH, not Südwind Logistik AG"),
        (line(50000, "INV-2026-0042", NORD), "the amount is exactly what is open on INV-2026-0043"),
        (line(60000, "INV-2026-0042"), "not enough of it is sure"),
        (line(180000, "INV-2026-0042, 0043", NORD), ""),
        (line(142650, "INV-2026-0042", NORD, currency="USD"), "another currency"),
        (line(142650, "INV-2026-9999", NORD), "not enough of it is sure"),
        (line(100000, "a conto", NORD), "the amount fits nothing"),
        (line(142650, "INV-2026-0042", NORD, on=date(2026, 2, 1)), "issued"),
        (line(192650, "INV-2026-0042, INV-2026-0043, INV-2026-0044", NORD), "INV-2026-0044 stands in the text too"),
        (line(900000, "INV-2026-0042", NORD), "not enough of it is sure"),
        (line(212685, "INV-2026-0042, 0044"), "customers who do not belong together"),
    ],
)
def test_doubt_holds_and_says_why(one: object, said: str) -> None:
    decision = judge(books(A, B, C), one)  # type: ignore[arg-type]
    assert decision.outcome in ("suggest", "open"), decision
    assert said in " / ".join(decision.because), decision


def test_typo_that_is_another_open_number_holds() -> None:
    assert judge(books(A, inv("INV-2026-0142", "suedwind", 9900)), line(142650, "INV-2026-0142", NORD)).outcome == "suggest"


def test_typo_that_is_somebody_elses_settled_number_books() -> None:
    known = books(A, settled=[settled("INV-2026-0142", "suedwind", 9900)])
    assert booked(judge(known, line(142650, "INV-2026-0142", NORD))) == {A.document: 142650}


def test_two_customers_with_the_name_and_the_amount_hold() -> None:
    known = books(inv("INV-1", "a", 5000), inv("INV-2", "b", 5000), parties=[Party("a", ("Müller GmbH",)), Party("b", ("Müller AG",))])
    assert judge(known, line(5000, "", "Müller")).outcome == "suggest"
    assert booked(judge(known, line(5000, "INV-2", "Müller"))) == {"INV-2": 5000}


@pytest.mark.parametrize("more", [(inv("INV-9", "nordwind", 50000),), (inv("INV-8", "nordwind", 20000), inv("INV-9", "nordwind", 30000))])
def test_two_sums_hold(more: tuple[object, ...]) -> None:
    decision = judge(books(B, *more), line(50000, "", NORD))  # type: ignore[arg-type]
    assert decision.outcome == "suggest"
    assert len(decision.candidates) == 2


def test_credit_note_named_unnamed_and_without_reference() -> None:
    known = books(A, credit("CN-2026-0001", "nordwind", 12650))
    wanted = {A.document: 142650, "CN-2026-0001": -12650}
    for text, payer in (("INV-2026-0042 abzgl. CN-2026-0001", ""), ("INV-2026-0042", NORD), ("", NORD), ("abzgl. CN-2026-0001", NORD)):
        assert booked(judge(known, line(130000, text, payer))) == wanted


def test_discount_with_and_without_reference_inside_the_window() -> None:
    item = inv("INV-7", "nordwind", 50000, discount=1000, discount_until=date(2026, 3, 24))
    for text, payer in (("INV-7", NORD), ("", NORD)):
        decision = judge(books(item), line(49000, text, payer))
        assert (decision.outcome, decision.allocations[0].discount) == ("book", 1000)
    assert judge(books(item), line(49000, "INV-7", NORD, on=date(2026, 4, 2))).outcome == "suggest"


def test_parent_pays_for_its_subsidiary() -> None:
    parties = [
        Party("group", ("Weltwind Holding AG",)),
        Party("child", ("Nordwind GmbH",), parent="group"),
        Party("other", ("Kranich AG",)),
    ]
    known = books(inv("INV-1", "child", 12345), inv("INV-2", "other", 12345), parties=parties)
    for text in ("INV-1", ""):
        decision = judge(known, line(12345, text, "Weltwind Holding AG"))
        assert (booked(decision), decision.customer) == ({"INV-1": 12345}, "group")


def test_confirmation_teaches_and_an_open_document_outranks_it() -> None:
    known = books(A, C, confirmed=[Confirmed("", "FR7630006000011234567890189", "nordwind", 3, DAY)])
    assert booked(judge(known, line(142650, "", "M. Schmitz", iban="FR7630006000011234567890189"))) == {A.document: 142650}
    assert booked(judge(known, line(70035, "INV-2026-0044", "M. Schmitz", iban="FR7630006000011234567890189"))) == {C.document: 70035}


def test_own_automatic_bookings_do_not_teach() -> None:
    past = paid("p1", "nordwind", 1000, payer="Paystation 12")
    assert judge(books(A, payments=[past]), line(142650, "", "Paystation 12")).outcome == "suggest"
    by_hand = past._replace(line="")
    assert judge(books(A, payments=[by_hand]), line(142650, "", "Paystation 12")).outcome == "book"


def test_refusal_never_comes_back() -> None:
    decision = judge(books(A, refused=frozenset({("x", A.document)})), line(142650, "INV-2026-0042", NORD, id="x"))
    assert (decision.outcome, decision.candidates) == ("open", ())


def test_account_of_one_and_name_of_another_hold_without_reference() -> None:
    one = line(142650, "", SUED, iban="DE89370400440532013000")
    assert judge(books(A, C), one).outcome == "suggest"
    assert judge(books(A, C), one._replace(text="INV-2026-0042")).outcome == "book"


def test_line_seen_before() -> None:
    decision = judge(books(A, seen={"x": "booked on 2026-03-12"}), line(142650, "INV-2026-0042", NORD, id="x"))
    assert (decision.outcome, decision.because) == ("seen", ("booked on 2026-03-12",))
    first, second = judged(books(A), line(1000, "", NORD, id="x"), line(1000, "", NORD, id="x"))
    assert (first.outcome, second.outcome) == ("open", "seen")


@pytest.mark.parametrize(
    ("one", "outcome", "payment"),
    [
        (line(142650, "INV-2026-0001", NORD), "duplicate", "p1"),
        (line(142650, "thanks", NORD), "duplicate", "p1"),
        (line(142650, "thanks", NORD, on=date(2026, 6, 20)), "open", ""),
        (line(141000, "INV-2026-0001", NORD), "open", ""),
        (line(-142650, "RUECKLASTSCHRIFT INV-2026-0001", NORD), "return", "p1"),
        (line(-143000, "Retoure, Entgelt 3,50", NORD), "return", "p1"),
        (line(-142650, "", "Nobody", kind="return"), "open", ""),
        (line(-142650, "", "", kind="return", returned="bank-p1"), "return", "p1"),
        (line(-142650, "Einkauf", "Papier Meyer"), "ignore", ""),
        (line(-9900, "Rückzahlung", NORD), "open", ""),
    ],
)
def test_what_is_about_an_earlier_payment(one: object, outcome: str, payment: str) -> None:
    known = books(settled=[settled("INV-2026-0001", "nordwind", 142650)], payments=[paid("p1", "nordwind", 142650, ("INV-2026-0001",))])
    decision = judge(known, one)  # type: ignore[arg-type]
    assert (decision.outcome, decision.payment) == (outcome, payment), decision


def test_payment_written_down_by_hand_is_not_booked_again() -> None:
    by_hand = paid("p1", "nordwind", 142650, (), date(2026, 3, 19), line="", free=142650)
    assert judge(books(A, payments=[by_hand]), line(142650, "INV-2026-0042", NORD)).outcome == "duplicate"


def test_returned_payment_opens_its_documents_for_what_comes_later() -> None:
    known = books(A)
    lines = [
        line(142650, "INV-2026-0042", NORD, date(2026, 3, 10)),
        line(-142650, "RETURN INV-2026-0042", NORD, date(2026, 3, 12)),
        line(142650, "INV-2026-0042", NORD, date(2026, 3, 20)),
    ]
    assert [each.outcome for each in judged(known, *lines)] == ["book", "return", "book"]


def test_refund_against_a_credit_note() -> None:
    known = books(credit("CN-2026-0001", "nordwind", 12650), credit("CN-2026-0002", "suedwind", 12650))
    for text in ("Erstattung CN-2026-0001", "Erstattung"):
        decision = judge(known, line(-12650, text, NORD))
        assert (decision.outcome, [each.document for each in decision.allocations]) == ("refund", ["CN-2026-0001"])
    assert judge(known, line(-12650, "CN-2026-0001", SUED)).outcome == "suggest"


def test_refund_that_is_written_down() -> None:
    known = books(refunds=[paid("r1", "nordwind", 12650, ("CN-2026-0001",))])
    decision = judge(known, line(-12650, "refund", NORD))
    assert (decision.outcome, decision.payment) == ("refund", "r1")


def test_two_refunds_equally_likely_hold() -> None:
    known = books(credit("CN-2026-0001", "nordwind", 12650), credit("CN-2026-0002", "nordwind", 12650))
    assert judge(known, line(-12650, "refund", NORD)).outcome == "suggest"


def test_rules_first_wins_and_is_named() -> None:
    rules = [
        Rule("rent", "rules.yaml:3", text="miete", ignore="not ours"),
        Rule("all", "rules.yaml:9", direction="in", customer="nordwind"),
    ]
    decision = judge(books(A, rules=rules), line(5000, "Untermiete"))
    assert (decision.outcome, decision.because) == ("ignore", ('rule "rent" (rules.yaml:3): not ours',))
    assert booked(judge(books(A, rules=rules), line(142650, "x"))) == {A.document: 142650}


def test_own_accounts_charges_and_nothing_are_ignored() -> None:
    known = books(A, own_accounts=frozenset({"DE11 5001 0517 5407 3249 31"}))
    assert judge(known, line(142650, "Umbuchung", iban="DE11500105175407324931")).outcome == "ignore"
    assert judge(known, line(-500, "Kontoführung", kind="fee")).outcome == "ignore"
    assert judge(known, line(0, "Info")).outcome == "ignore"


def test_part_and_its_rest() -> None:
    lines = [line(60000, "INV-2026-0042", NORD, date(2026, 3, 10)), line(82650, "Rest", NORD, date(2026, 3, 30))]
    assert [booked(each) for each in judged(books(A), *lines)] == [{A.document: 60000}, {A.document: 82650}]


def test_the_same_part_twice_within_days_holds() -> None:
    lines = [line(60000, "INV-2026-0042", NORD, date(2026, 3, 10)), line(60000, "INV-2026-0042", NORD, date(2026, 3, 12))]
    assert [each.outcome for each in judged(books(A), *lines)] == ["book", "duplicate"]


def test_sum_over_the_group_leaves_the_parents_own_invoice_in_doubt() -> None:
    parties = [Party("group", ("Weltwind Holding AG",)), Party("child", ("Nordwind GmbH",), parent="group")]
    items = [inv("INV-1", "group", 75000), inv("INV-2", "group", 50000), inv("INV-3", "child", 25000)]
    assert judge(books(*items, parties=parties), line(75000, "", "Weltwind Holding AG")).outcome == "suggest"
    assert booked(judge(books(*items[:2], parties=parties), line(75000, "", "Weltwind Holding AG"))) == {"INV-1": 75000}


def test_round_money_on_account_is_no_balance_of_round_invoices() -> None:
    known = books(inv("INV-1", "nordwind", 50000), inv("INV-2", "nordwind", 150000))
    assert judge(known, line(200000, "Akonto", NORD)).outcome == "suggest"
    assert booked(judge(known, line(200000, "INV-1, INV-2", NORD))) == {"INV-1": 50000, "INV-2": 150000}

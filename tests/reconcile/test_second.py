"""The second family is sound: whoever is judged by it is judged by a truth that holds together."""

from __future__ import annotations

from functools import cache

import pytest

from tests.reconcile.second import SHARES, Case, family, references
from tests.reconcile.second.people import half_width, kin_of

SIZES = [(1, 400), (2, 400), (7, 600)]
CLASSES = {
    "exact reference",
    "structured reference",
    "reference paid by another customer",
    "name and amount",
    "account and amount",
    "shared account",
    "mangled reference",
    "typo in the reference",
    "name variant",
    "buyer's order number",
    "ultimate debtor",
    "honest second payment",
    "history by account",
    "history by name",
    "stale history",
    "open document outranks history",
    "parent with reference",
    "parent without reference",
    "several listed",
    "several listed with discount",
    "range",
    "unique sum",
    "net of a credit note",
    "balance of the account",
    "part payment by reference",
    "rest of a part payment",
    "discount with reference",
    "discount without reference",
    "discount too late",
    "bank fee deducted",
    "cents of rounding",
    "overpayment by reference",
    "paid before the invoice's date",
    "payout with report",
    "payout without report",
    "refund against a credit note",
    "returned debit",
    "returned debit without reference",
    "returned debit with charges",
    "chargeback",
    "return of one of two equal payments",
    "seen before",
    "ignored by rule",
    "unrelated money",
    "own transfer",
    "same payment twice",
    "same payment twice in the statement",
    "two customers equally likely",
    "two sums equally likely",
    "typo that is another open number",
    "reference contradicts payer and amount",
    "on account without evidence",
    "short of the listed invoices",
    "another currency",
    "refused by a person",
    "conflicting history",
    "check digit failed, payer unknown",
    "amount only",
    "discount too late, no reference",
    "number of a paid invoice, other amount",
}


@cache
def made(seed: int, lines: int) -> Case:
    return family(seed, lines)


def test_the_same_seed_gives_the_same_family_and_another_seed_another() -> None:
    assert family(5, 120) == family(5, 120)
    assert family(5, 120).lines != family(6, 120).lines


def test_a_family_is_the_same_on_every_version_of_python() -> None:
    case = made(1, 400)
    assert (sum(line.amount for line in case.lines), case.lines[137].text) == (
        120352979,
        "KREF+NONREF SVWZ+CASHBACK KARTE 3063 DATUM 260218, 11.55 UHR 1.TAN 465126",
    )


@pytest.mark.parametrize(("seed", "lines"), SIZES)
def test_every_class_is_present_from_four_hundred_lines_on(seed: int, lines: int) -> None:
    assert {truth.cls for truth in made(seed, lines).truth.values()} == CLASSES


@pytest.mark.parametrize(("seed", "lines"), [*SIZES, (3, 10), (4, 77), (4, 200)])
def test_there_are_as_many_lines_as_asked_for_in_the_order_of_time_each_with_its_truth(seed: int, lines: int) -> None:
    case = made(seed, lines)
    assert len(case.lines) == lines
    assert [line.booked_on for line in case.lines] == sorted(line.booked_on for line in case.lines)
    assert [line.id for line in case.lines] == list(case.truth)


@pytest.mark.parametrize(("seed", "lines"), SIZES)
def test_ids_are_given_once(seed: int, lines: int) -> None:
    books = made(seed, lines).books
    for ids in (
        [line.id for line in made(seed, lines).lines],
        [item.document for item in books.items] + [settled.document for settled in books.settled],
        [payment.id for payment in (*books.payments, *books.refunds)],
        [party.customer for party in books.parties],
    ):
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("seed", "lines"), SIZES)
def test_what_is_booked_adds_up_to_the_line_and_to_no_more_than_is_open(seed: int, lines: int) -> None:
    case = made(seed, lines)
    left = {item.document: item.open for item in case.books.items}
    items = {item.document: item for item in case.books.items}
    for line in case.lines:
        truth = case.truth[line.id]
        assert ("book" in truth.outcomes) <= (truth.allocations is not None)
        if truth.allocations is not None:
            assert sum(one.amount for one in truth.allocations) == line.amount, line
        if "book" not in truth.outcomes:
            continue
        for one in truth.allocations or ():
            if one.document:
                item = items[one.document]
                assert item.currency == line.currency
                sign = -1 if item.kind == "credit-note" else 1
                left[one.document] -= sign * one.amount + one.discount + one.write_off + one.fee
                assert left[one.document] >= 0, line
                assert not one.discount or (item.discount_until and line.booked_on <= item.discount_until and one.discount == item.discount)
                assert line.booked_on >= item.issued_on or truth.cls == "paid before the invoice's date"


@pytest.mark.parametrize(("seed", "lines"), SIZES)
def test_where_nothing_may_be_booked_no_outcome_says_so_and_a_payment_named_is_in_the_books(seed: int, lines: int) -> None:
    case = made(seed, lines)
    known = {payment.id for payment in (*case.books.payments, *case.books.refunds)}
    for truth in case.truth.values():
        assert truth.outcomes and (
            truth.outcomes == {"book"} or "book" not in truth.outcomes or truth.outcomes == {"book", "suggest", "open"}
        )
        assert not truth.payment or truth.payment in known
        if truth.outcomes & {"return", "refund"} == truth.outcomes:
            assert truth.payment


@pytest.mark.parametrize(("seed", "lines"), SIZES)
def test_a_misread_number_is_no_number_of_ours(seed: int, lines: int) -> None:
    case = made(seed, lines)
    numbers = {item.document for item in case.books.items} | {settled.document for settled in case.books.settled}
    for line in case.lines:
        if case.truth[line.id].cls == "typo in the reference":
            assert not numbers & set(line.text.upper().replace("\n", "").split())


def test_the_books_are_as_large_as_asked_for() -> None:
    case = made(7, 600)
    assert 1.1 < len(case.books.items) / 600 < 1.45
    assert 0.2 < len(case.books.settled) / 600 < 0.6
    assert len(case.books.parties) in range(60, 64)


def test_each_scenario_says_why_its_truth_is_right() -> None:
    assert all((scenario.__doc__ or "").strip().endswith(".") for scenario in SHARES)


def test_references_have_the_check_digits_of_their_standards() -> None:
    assert references.rf("539007547034") == "RF18539007547034"
    assert references.qrr("21000000000313947143000901") == "210000000003139471430009017"
    assert references.ogm("0909337554") == "090933755493"
    assert references.kid("1234567") == "12345674"
    assert references.viite("123456") == "1234561"


def test_names_are_written_as_banks_write_them() -> None:
    assert half_width("サクラショウジ") == "ｻｸﾗｼﾖｳｼﾞ"
    assert kin_of("Müller") == kin_of("Mueller") == kin_of("Muller")

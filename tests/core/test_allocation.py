"""Whom money settles: the policies, what is granted beside the cash, and the limits of both."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from billcli.core.allocation import Allocated, AllocationRow, Purse, Target, Wish, allocate, oldest_due, pro_rata, referenced
from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.settlement import Change, invoice_changes, lowest
from billcli.errors import BillError
from tests.core.master import settings

ISSUED = date(2026, 3, 1)
UNTIL = date(2026, 3, 11)
PAID = date(2026, 3, 10)


def fact(number: str, gross: int, *, percent: str | None = "2", currency: str = "EUR", reference: str | None = None) -> InvoiceFact:
    until = UNTIL if percent else None
    return InvoiceFact(
        number, "nordwind", "sales", ISSUED, date(2026, 3, 31), 1, currency, gross, 0, gross, None, reference, until, percent,
        "INV-", 1, 0, None, "", "", None, None, 1,
    )  # fmt: skip


def row(invoice: str, amount: int, kind: str = "payment", on: date = date(2026, 3, 5), ended_on: date | None = None) -> Settlement:
    source = "credit-note" if kind == "credit" else "write-off" if kind == "write_off" else "payment"
    return Settlement(invoice, kind, amount, on, on, source, "before", ended_on, "allocations[0].amount")


def target(number: str, gross: int, *rows: Settlement, percent: str | None = "2", currency: str = "EUR") -> Target:
    return Target(fact(number, gross, percent=percent, currency=currency), rows)


def given(
    money: int,
    *targets: Target,
    wishes: tuple[Wish, ...] | None = None,
    fee: int = 0,
    fee_waits: bool = False,
    rest: bool = False,
    discount: bool = True,
    on: date = PAID,
    currency: str = "EUR",
    **rules: object,
) -> Allocated:
    purse = Purse(
        "the payment", currency, [Change(on, money)], on, on, fee=fee, fee_waits=fee_waits, discount=discount, write_off_rest=rest
    )  # fmt: skip
    asked = wishes if wishes is not None else tuple(Wish(each.invoice.number, None) for each in targets)
    return allocate(purse, asked, {each.invoice.number: each for each in targets}, settings(settlement=rules))


def parts(done: Allocated) -> list[tuple[str, str, int]]:
    return [(each.invoice, each.kind, each.amount) for each in done.rows]


def refused(money: int, *targets: Target, **how: object) -> BillError:
    with pytest.raises(BillError) as error:
        given(money, *targets, **how)  # type: ignore[arg-type]  # a test's options
    return error.value


# early-payment discount


def test_the_discount_comes_with_the_cash_on_the_day_of_the_cash() -> None:
    done = given(116_620, target("A", 119_000))
    assert done.rows == [AllocationRow("A", 116_620, PAID), AllocationRow("A", 2_380, PAID, "discount")]
    assert done.notes == []


@pytest.mark.parametrize(
    ("money", "discount"), [(116_617, None), (116_618, 2_382), (116_619, 2_381), (116_621, 2_379), (116_622, 2_378), (116_623, None)]
)
def test_the_cash_may_be_off_by_the_tolerance_either_way_and_no_further(money: int, discount: int | None) -> None:
    expected = [("A", "payment", money)] + ([("A", "discount", discount)] if discount else [])
    assert parts(given(money, target("A", 119_000))) == expected


def test_a_tolerance_of_the_ledger_counts() -> None:
    assert parts(given(116_600, target("A", 119_000), discount_tolerance="0.20"))[1:] == [("A", "discount", 2_400)]
    assert parts(given(116_619, target("A", 119_000), discount_tolerance="0")) == [("A", "payment", 116_619)]


def test_a_late_payment_gets_no_discount_and_is_told_why() -> None:
    done = given(116_620, target("A", 119_000), on=date(2026, 3, 13))
    assert parts(done) == [("A", "payment", 116_620)]
    assert done.notes == ["no discount on A, so 23.80 EUR stay open: the money came on 2026-03-13, 2 days after 2026-03-11"]


def test_money_for_what_was_written_off_is_told_how_it_becomes_owed_again() -> None:
    done = given(1_000, target("A", 1_000, row("A", 300, "write_off"), percent=None), wishes=(Wish("A", None),))
    assert parts(done) == [("A", "payment", 700)]
    assert done.notes == ['3.00 EUR of A are written off; to settle them too, first: "bill write-off reverse before --reason …"']
    error = refused(1_000, target("A", 1_000, row("A", 1_000, "write_off"), percent=None), wishes=(Wish("A", None),))
    assert error.message == "A takes nothing of it: nothing is open on it"
    assert error.hint == 'what was written off is not owed; first: "bill write-off reverse before --reason …"'


def test_a_part_in_time_gets_no_discount_and_is_told_what_would_have_been_enough() -> None:
    assert given(100_000, target("A", 119_000)).notes == [
        "no discount on A, so 190.00 EUR stay open: it is for the whole at once, 1166.20 EUR"
    ]
    assert given(100_000, target("A", 119_000), on=date(2026, 3, 13)).notes == []
    assert given(119_000, target("A", 119_000)).notes == []


def test_a_part_paid_before_forfeits_the_discount() -> None:
    done = given(66_620, target("A", 119_000, row("A", 50_000)))
    assert parts(done) == [("A", "payment", 66_620)]
    assert done.notes == [
        "no discount on A, so 23.80 EUR stay open: a part was paid before, and the discount is for the whole at once"
    ]  # fmt: skip


def test_money_that_bounced_before_does_not_forfeit_it() -> None:
    bounced = row("A", 116_620, ended_on=date(2026, 3, 8))
    assert parts(given(116_620, target("A", 119_000, bounced))) == [("A", "payment", 116_620), ("A", "discount", 2_380)]


def test_the_percentage_is_of_the_gross_less_credit_notes() -> None:
    credited = target("A", 119_000, row("A", 19_000, "credit"))
    assert parts(given(98_000, credited)) == [("A", "payment", 98_000), ("A", "discount", 2_000)]


def test_without_discount_only_the_cash_settles() -> None:
    assert parts(given(116_620, target("A", 119_000), discount=False)) == [("A", "payment", 116_620)]


def test_the_whole_amount_takes_no_discount() -> None:
    assert parts(given(119_000, target("A", 119_000))) == [("A", "payment", 119_000)]


def test_one_payment_settles_several_invoices_each_with_its_discount() -> None:
    both = target("A", 119_000), target("B", 50_000, percent="3"), target("C", 10_000, percent=None)
    done = given(116_620 + 48_500 + 10_000, *both)
    assert parts(done) == [
        ("A", "payment", 116_620), ("A", "discount", 2_380), ("B", "payment", 48_500), ("B", "discount", 1_500), ("C", "payment", 10_000),
    ]  # fmt: skip


def test_a_cent_off_all_of_several_stands_with_the_last_discount() -> None:
    done = given(116_620 + 48_500 - 1, target("A", 119_000), target("B", 50_000, percent="3"))
    assert [each for each in parts(done) if each[1] == "discount"] == [("A", "discount", 2_380), ("B", "discount", 1_501)]


def test_named_amounts_take_the_discount_each_by_itself() -> None:
    wishes = (Wish("A", 116_620), Wish("B", 40_000))
    done = given(200_000, target("A", 119_000), target("B", 50_000), wishes=wishes)
    assert parts(done) == [("A", "payment", 116_620), ("A", "discount", 2_380), ("B", "payment", 40_000)]


def test_a_yen_invoice_is_discounted_in_whole_yen() -> None:
    done = given(9_801, target("A", 10_001, currency="JPY"), currency="JPY")
    assert parts(done) == [("A", "payment", 9_801), ("A", "discount", 200)]


def test_a_named_amount_stands_though_the_money_is_what_all_come_to_less_their_discounts() -> None:
    named = (Wish("A", 100_000), Wish("B", None))
    done = given(196_000, target("A", 100_000), target("B", 100_000), wishes=named)
    assert parts(done) == [("A", "payment", 100_000), ("B", "payment", 96_000)]


@pytest.mark.parametrize(("off", "last"), [(3, None), (2, 1_998), (-2, 2_002), (-3, None)])
def test_all_discounts_of_several_are_granted_up_to_the_tolerance(off: int, last: int | None) -> None:
    done = given(196_000 + off, target("A", 100_000), target("B", 100_000))
    rows = dict.fromkeys(("A", "B"), 0) | {each.invoice: each.amount for each in done.rows if each.kind == "discount"}
    assert (rows["A"] > 0, rows["B"]) == ((True, last) if last else (False, 0))


def test_the_last_of_all_discounts_may_leave_a_cent_of_cash() -> None:
    done = given(98_001, target("A", 100_000), target("B", 4, percent="50"))
    assert parts(done) == [("A", "payment", 98_000), ("A", "discount", 2_000), ("B", "payment", 1), ("B", "discount", 3)]


def test_of_much_less_than_all_come_to_the_first_takes_what_is_open() -> None:
    assert parts(given(150_000, target("A", 100_000), target("B", 100_000))) == [("A", "payment", 100_000), ("B", "payment", 50_000)]


def test_cents_that_are_missing_are_no_discount_where_none_is_offered() -> None:
    for done in (given(9_998, target("A", 10_000, percent=None)), given(9_998, target("A", 10_000), discount=False)):
        assert (parts(done), done.notes) == ([("A", "payment", 9_998)], [])


@pytest.mark.parametrize(("gross", "discount"), [(50, 1), (100, 2)])
def test_a_discount_of_a_cent_is_one(gross: int, discount: int) -> None:
    assert parts(given(gross - discount, target("A", gross))) == [("A", "payment", gross - discount), ("A", "discount", discount)]
    assert parts(given(gross - 1, target("A", gross))) == [("A", "payment", gross - 1), ("A", "discount", 1)]


def test_a_cent_is_given_and_nothing_is_not() -> None:
    assert parts(given(1, target("A", 10_000, percent=None))) == [("A", "payment", 1)]
    both = [target(name, 100, percent=None) for name in ("A", "B")]
    wishes = tuple(oldest_due([each.invoice for each in both]))
    assert parts(given(100, *both, wishes=wishes, rest=True, small_difference="0.50")) == [("A", "payment", 100)]


def test_money_counts_from_the_day_it_may_and_where_it_stays_free() -> None:
    one, two, three = date(2026, 3, 12), date(2026, 3, 20), date(2026, 4, 1)
    purse = Purse("the payment", "EUR", [Change(one, 100), Change(two, -100), Change(three, 100)], one, one)
    assert allocate(purse, [Wish("A", 100)], {"A": target("A", 100)}, settings()).rows == [AllocationRow("A", 100, three)]
    later = Purse("the payment", "EUR", [Change(one, 100)], one, two)
    assert allocate(later, [Wish("A", 100)], {"A": target("A", 100)}, settings()).rows == [AllocationRow("A", 100, two)]


def test_what_takes_nothing_is_told_with_the_reason() -> None:
    settled = target("A", 100, row("A", 100))
    assert refused(50, settled, wishes=(Wish("A", 50),)).message == "A has 0.00 EUR open, less than 0.50 EUR"
    assert refused(50, settled).message == "A takes nothing of it: nothing is open on it"
    assert refused(300, target("A", 100), wishes=(Wish("A", 200),)).message == "A has 1.00 EUR open, less than 2.00 EUR"
    assert refused(100, target("A", 300), wishes=(Wish("A", 150),)).message == "the payment has 1.00 EUR left for A, less than 1.50 EUR"
    used_up = refused(100, target("A", 100, percent=None), target("B", 1, percent=None))
    assert used_up.message == "B takes nothing of it: the payment is used up"


def test_a_write_off_that_was_taken_back_is_not_named() -> None:
    gone = row("A", 100, "write_off", ended_on=date(2026, 3, 6))
    error = refused(50, target("A", 100, gone, row("A", 100)))
    assert "write-off" not in str(error.hint)
    gone = row("A", 100, "write_off")
    assert "bill write-off reverse before" in str(refused(50, target("A", 100, gone)).hint)
    small = target("A", 3, row("A", 2, "write_off"), percent=None)
    assert "write-off" not in str(refused(100, target("B", 100, percent=None), small).hint)


def test_money_goes_to_no_void_invoice_and_to_none_in_another_currency() -> None:
    assert refused(100, target("A", 100, currency="NOK")).message == "A is in NOK, the payment in EUR"
    void = target("A", 100)
    assert refused(100, void._replace(invoice=void.invoice._replace(voided_on=PAID))).message == "A is void"


# fees and small rests


def test_a_fee_within_the_tolerance_of_the_discount_is_one() -> None:
    done = given(119_000 - 2_382, target("A", 119_000), fee=1)
    assert parts(done)[1:] == [("A", "bank_charge", 1), ("A", "discount", 2_381)]


def test_a_fee_of_several_invoices_settles_on_days_that_have_it() -> None:
    """Of the 5.00 of the fee 3.00 are there at once and the rest from April on."""
    march, april = date(2026, 3, 5), date(2026, 4, 1)
    fees = [Change(date.min, 300), Change(april, 200)]
    purse = Purse("the payment", "EUR", [Change(march, 20_000)], march, march, fee=500, fees=fees)
    both = {name: target(name, 5_000, percent=None) for name in ("A", "B")}
    done = allocate(purse, [Wish("A", 4_700), Wish("B", 4_800)], both, settings())
    assert [(row.amount, row.on) for row in done.rows if row.kind == "bank_charge"] == [(300, march), (200, april)]


def test_a_fee_settles_the_invoice_that_it_is_missing_on() -> None:
    assert parts(given(9_500, target("A", 10_000, percent=None), fee=500)) == [("A", "payment", 9_500), ("A", "bank_charge", 500)]


def test_a_fee_is_not_charged_twice_on_any_day() -> None:
    """It was missing on another invoice until April; only from then on it is there again."""
    march, april = date(2026, 3, 5), date(2026, 4, 1)
    fees = [Change(date.min, 500), Change(march, -500), Change(april, 500)]
    purse = Purse("the payment", "EUR", [Change(march, 20_000)], march, march, fee=500, fees=fees)
    done = allocate(purse, [Wish("A", 9_500)], {"A": target("A", 10_000, percent=None)}, settings())
    assert [(row.kind, row.amount, row.on) for row in done.rows] == [("payment", 9_500, april), ("bank_charge", 500, april)]


def test_a_fee_comes_before_the_discount_of_one_invoice() -> None:
    done = given(116_120, target("A", 119_000), fee=500)
    assert parts(done) == [("A", "payment", 116_120), ("A", "bank_charge", 500), ("A", "discount", 2_380)]


def test_a_fee_leaves_every_invoice_its_discount() -> None:
    done = given(116_620 + 48_500 - 500, target("A", 119_000), target("B", 50_000, percent="3"), fee=500)
    assert parts(done) == [
        ("A", "payment", 116_620), ("A", "discount", 2_380),
        ("B", "payment", 48_000), ("B", "bank_charge", 500), ("B", "discount", 1_500),
    ]  # fmt: skip


def test_a_fee_that_settles_nothing_is_refused_unless_it_may_wait() -> None:
    paid = target("A", 9_500, percent=None)
    assert refused(9_500, paid, fee=500).message == "5.00 EUR of the fee settle nothing"
    assert parts(given(9_500, paid, fee=500, fee_waits=True)) == [("A", "payment", 9_500)]


def test_a_small_rest_is_written_off_with_the_money_up_to_the_limit() -> None:
    assert parts(given(9_900, target("A", 10_000, percent=None), rest=True)) == [("A", "payment", 9_900), ("A", "write_off", 100)]
    error = refused(9_899, target("A", 10_000, percent=None), rest=True)
    assert error.message == "1.01 EUR are left open on A, more than the small difference of 1.00 EUR"
    assert parts(given(9_500, target("A", 10_000, percent=None), rest=True, small_difference="5"))[1:] == [("A", "write_off", 500)]


def test_a_late_discount_that_is_written_off_as_small_is_not_said_to_be_open() -> None:
    done = given(4_900, target("A", 5_000), on=date(2026, 3, 13), rest=True)
    assert (parts(done)[1:], done.notes) == ([("A", "write_off", 100)], [])


# policies


def test_oldest_due_fills_one_after_the_other() -> None:
    targets = target("A", 300, percent=None), target("B", 300, percent=None)
    done = given(400, *targets, wishes=tuple(oldest_due([each.invoice for each in targets])))
    assert parts(done) == [("A", "payment", 300), ("B", "payment", 100)]


@pytest.mark.parametrize(
    ("free", "opens", "shares"),
    [
        (100, [100, 200, 300], [17, 33, 50]),
        (100, [1, 1, 1], [1, 1, 1]),
        (100, [100, 100, 100], [34, 33, 33]),
        (10, [999, 1], [10, 0]),
        (700, [100, 0, 300], [100, 0, 300]),
    ],
)
def test_pro_rata_shares_by_what_is_open_by_the_largest_remainder(free: int, opens: list[int], shares: list[int]) -> None:
    targets = [target(str(at), gross) for at, gross in enumerate(opens)]
    assert pro_rata(targets, free) == [Wish(str(at), part, named=False) for at, part in enumerate(shares) if part]


@for_all(st.integers(0, 10_000), st.lists(st.integers(0, 5_000), min_size=1, max_size=6))
def test_pro_rata_gives_all_that_fits_and_no_invoice_more_than_is_open(free: int, opens: list[int]) -> None:
    wishes = pro_rata([target(str(at), gross) for at, gross in enumerate(opens)], free)
    assert sum(wish.amount or 0 for wish in wishes) == min(free, sum(opens))
    assert all((wish.amount or 0) <= opens[int(wish.invoice)] for wish in wishes)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Invoice INV-1", ["INV-1"]),
        ("inv-1, thank you", ["INV-1"]),
        ("INV-12", ["INV-12"]),
        ("INV-1 and INV-12", ["INV-1", "INV-12"]),
        ("INV-1/INV-12", ["INV-1", "INV-12"]),
        ("INV-1+INV-12", ["INV-1", "INV-12"]),
        ("INV-1 2 pieces", ["INV-1"]),
        ("XINV-1", []),
        ("B-INV-1", []),
        ("INV-1-2", []),
        ("INV-1/2", []),
        ("INV-123", []),
        ("RF71 2348 2311", ["2026/7"]),
        ("RF7123482311", ["2026/7"]),
        ("RF71234823111", []),
        ("2026/7 of March", ["2026/7"]),
        ("12026/7", []),
        ("X/2026/7", []),
        ("2026/71", []),
        ("", []),
    ],
)
def test_a_reference_names_invoices_as_a_whole(text: str, found: list[str]) -> None:
    invoices = [fact("INV-1", 1), fact("INV-12", 1), fact("2026/7", 1, reference="RF7123482311")]
    assert referenced(text, invoices) == [Wish(name, None, named=False) for name in found]


def test_a_slash_parts_numbers_that_begin_with_a_letter() -> None:
    assert [wish.invoice for wish in referenced("B2/A1-7", [fact("A1-7", 1)])] == ["A1-7"]


# laws


@for_all(st.data())
def test_whatever_is_given_no_invoice_and_no_money_is_overdrawn(data: st.DataObject) -> None:
    money = data.draw(st.integers(1, 3_000))
    grosses = data.draw(st.lists(st.integers(1, 1_500), min_size=1, max_size=4))
    targets = []
    for at, gross in enumerate(grosses):
        before = data.draw(st.integers(0, gross))
        on = data.draw(st.dates(ISSUED, date(2026, 4, 10)))
        rows = [row(str(at), before, on=on)] if before else []
        targets.append(target(str(at), gross, *rows, percent=data.draw(st.sampled_from([None, "2", "50"]))))
    wishes = tuple(oldest_due([each.invoice for each in targets]))
    on = data.draw(st.dates(ISSUED, date(2026, 4, 10)))
    done = given(money, *targets, wishes=wishes, on=on, fee=data.draw(st.integers(0, 50)), fee_waits=True)
    for each in targets:
        own = [row(each.invoice.number, found.amount, found.kind, found.on) for found in done.rows if found.invoice == each.invoice.number]
        assert lowest(invoice_changes(ISSUED, each.invoice.gross, [*each.rows, *own])) == (0, None)
    assert sum(found.amount for found in done.rows if found.kind == "payment") <= money
    assert all(found.amount > 0 for found in done.rows)


def test_money_beyond_all_invoices_is_credit_though_it_is_near_their_discounts() -> None:
    done = given(10053, target("INV-1", 50), target("INV-2", 10000, percent=None), discount_tolerance="0.05")
    assert parts(done) == [("INV-1", "payment", 50), ("INV-2", "payment", 10000)]

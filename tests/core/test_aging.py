from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.aging import BUCKETS, aging_by_group, aging_by_invoice, bucket, bucket_starts, open_parts, proofs, sums
from billcli.core.facts import OpenInvoice
from billcli.model.money import Money

AS_OF = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("overdue", "expected"),
    [
        (-5, "not due"),
        (0, "not due"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "over 90"),
    ],
)
def test_buckets_begin_the_day_after_the_due_date(overdue: int, expected: str) -> None:
    assert bucket(overdue) == expected


@pytest.mark.parametrize("overdue", range(-3, 100))
def test_bucket_is_the_first_that_starts_no_later_than_the_due_date(overdue: int) -> None:
    due_on = AS_OF - timedelta(days=overdue)
    starts = [*bucket_starts(AS_OF), date.min]
    assert bucket(overdue) == BUCKETS[next(at for at, start in enumerate(starts) if start <= due_on)]


def test_buckets_reach_no_further_back_than_the_calendar() -> None:
    assert bucket_starts(date(1, 1, 2)) == (date(1, 1, 2), *[date.min] * 3)


def one(number: str, due_on: date, open_: int, customer: str = "a", currency: str = "EUR") -> OpenInvoice:
    return OpenInvoice(customer, currency, number, due_on - timedelta(days=30), due_on, 1, open_, open_)


def test_instalments_age_each_by_its_own_due_date_the_oldest_filled_first() -> None:
    invoice = OpenInvoice("a", "EUR", "A", date(2026, 1, 1), date(2026, 1, 31), 3, 900, 500)
    plan = [("A", date(2026, 1, 31), 300), ("A", date(2026, 2, 28), 300), ("A", date(2026, 4, 30), 300)]
    parts = open_parts([invoice], {"A": plan}, AS_OF, "due")
    assert [(part.due_on, part.open, bucket(part.overdue)) for part in parts] == [
        (date(2026, 2, 28), 200, "31-60"),
        (date(2026, 4, 30), 300, "not due"),
    ]


def test_by_the_day_of_issue_everything_is_older() -> None:
    [part] = open_parts([one("A", date(2026, 4, 10), 100)], {}, AS_OF, "issued")
    assert part.overdue == 20


def test_currencies_have_rows_and_totals_of_their_own() -> None:
    parts = open_parts([one("A", AS_OF, 100), one("B", AS_OF, 200, currency="USD")], {}, AS_OF, "due")
    report = aging_by_group(sums(parts), [], AS_OF, "customer", {"a": ("a", "Anna")}, ())
    assert [(row[0], row[1], row[2], row[-1]) for row in report.rows] == [
        ("a", "Anna", "EUR", Money(100, "EUR")),
        ("a", "Anna", "USD", Money(200, "USD")),
    ]
    assert [row[-1] for row in report.totals] == [Money(100, "EUR"), Money(200, "USD")]


def test_unapplied_credit_stands_apart_and_lowers_the_total() -> None:
    parts = open_parts([one("A", AS_OF, 100)], {}, AS_OF, "due")
    [row] = aging_by_group(sums(parts), [("a", "EUR", 30)], AS_OF, "customer", {"a": ("a", "Anna")}, ()).rows
    assert row[-2:] == (Money(30, "EUR"), Money(70, "EUR"))


def test_a_customer_with_credit_only_has_a_row() -> None:
    [row] = aging_by_group([], [("b", "EUR", 30)], AS_OF, "customer", {"b": ("b", "Bo")}, ()).rows
    assert (row[0], row[-1]) == ("b", Money(-30, "EUR"))


def test_customers_of_one_group_are_one_row() -> None:
    parts = open_parts([one("A", AS_OF, 100), one("B", AS_OF, 50, customer="b")], {}, AS_OF, "due")
    [row] = aging_by_group(sums(parts), [], AS_OF, "segment", {"a": ("public", "public"), "b": ("public", "public")}, ()).rows
    assert (row[0], row[-1]) == ("public", Money(150, "EUR"))


def test_by_invoice_the_longest_overdue_comes_first() -> None:
    parts = open_parts([one("A", AS_OF, 100), one("B", date(2026, 1, 1), 50)], {}, AS_OF, "due")
    report = aging_by_invoice(parts, AS_OF, ())
    assert [(row[0], row[3], row[6]) for row in report.rows] == [("B", 89, "61-90"), ("A", 0, "not due")]


def test_a_proof_fails_when_the_books_come_to_something_else() -> None:
    invoices = [one("A", AS_OF, 100)]
    parts = open_parts(invoices, {}, AS_OF, "due")
    assert [each.holds for each in proofs(parts, invoices, {"EUR": 100})] == [True]
    assert [each.holds for each in proofs(parts, invoices, {"EUR": 101})] == [False]
    assert [each.holds for each in proofs(parts, invoices, {"EUR": 100, "USD": 1})] == [True, False]


@given(
    st.lists(st.integers(1, 10_000), min_size=1, max_size=5),
    st.integers(-3000, 60_000),
    st.lists(st.integers(-200, 200), min_size=5, max_size=5),
)
def test_the_parts_of_an_invoice_come_to_what_is_open_of_it(amounts: list[int], open_: int, days: list[int]) -> None:
    """Also in books that check calls wrong: more settled than invoiced, or less than nothing."""
    plan = [("A", AS_OF + timedelta(days=day), amount) for amount, day in zip(amounts, sorted(days), strict=False)]
    invoice = OpenInvoice("a", "EUR", "A", date(2025, 1, 1), plan[0][1], len(plan), sum(amounts), open_)
    parts = open_parts([invoice], {"A": plan}, AS_OF, "due")
    assert sum(part.open for part in parts) == open_
    [total] = aging_by_group(sums(parts), [], AS_OF, "customer", {}, ()).totals if parts else [(Money(0, "EUR"),)]
    assert total[-1] == Money(open_, "EUR")
    assert len(BUCKETS) == 5

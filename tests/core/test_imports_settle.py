"""What an import may take of an invoice, and on which day, where its balance goes up and down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.imports.customers import families
from billcli.core.imports.settle import Claim, Invoiced, Moving, Owed, moved, shares
from billcli.core.settlement import Change, balance, invoice_changes, lowest_from

START = date(2026, 1, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


def invoiced(*rows: tuple[int, int, int | None], gross: int = 100, moving: tuple[Moving, ...] = ()) -> Invoiced:
    fact = InvoiceFact(
        "I", "a", "sales", day(0), day(30), 1, "EUR", gross, 0, gross, None, None, None, None, "I", None, 1, "I", "", "", None, None, 1
    )
    stay = [
        Settlement("I", "payment", amount, day(on), day(on), "payment", "p", None if end is None else day(end), "allocations[0].amount")
        for amount, on, end in rows
    ]
    return Invoiced(fact, stay, moving)


def test_money_waits_until_an_earlier_payment_has_ended() -> None:
    owed = Owed(invoiced((100, 2, 9)))
    assert owed.room == 100
    assert owed.take(60, day(4)) == day(9)
    assert owed.take(40, day(12)) == day(12)
    assert owed.room == 0


def test_money_comes_at_once_where_enough_stays_open() -> None:
    owed = Owed(invoiced((30, 2, 9), (20, 3, None)))
    assert owed.take(50, day(4)) == day(4)
    owed.give_back(50)
    assert (owed.room, owed.take(51, day(4))) == (80, day(9))


def test_credit_note_takes_what_is_open_on_its_day_and_for_good() -> None:
    invoice = invoiced((100, 5, 9))
    changes = invoice_changes(invoice.fact.issued_on, 100, invoice.stay)
    claims = [Claim("B", day(10), 70), Claim("A", day(3), 50), Claim("C", day(12), 50)]
    assert shares(invoice, changes, claims) == ({"A": 0, "B": 70, "C": 30}, {})


def test_rows_of_one_credit_note_are_changed_in_one_step() -> None:
    rows = (Moving("C", day(3), 20, "credit-notes/C.yaml", 0), Moving("C", day(3), 30, "credit-notes/C.yaml", 2))
    invoice = invoiced(moving=rows)
    _, kept = shares(invoice, [Change(day(0), 100), Change(day(5), -60)], [])
    assert kept == {rows[0]: 20, rows[1]: 20}
    (step,) = moved(kept, invoice.fact, "x.csv")
    assert [edit.path for edit in step.edits] == [("applied", 2, "ended_on"), ("applied", 2, "reason"), ("applied",)]


DAYS = st.integers(0, 12)


@given(st.lists(st.builds(Change, DAYS.map(day), st.integers(-50, 50)), max_size=8), DAYS)
def test_lowest_from_is_the_lowest_of_all_later_days(changes: list[Change], n: int) -> None:
    assert lowest_from(changes, day(n)) == min(balance(changes, day(later)) for later in range(n, 14))


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ({"a": "", "b": "a", "c": "b", "d": ""}, {"a": "a", "b": "ab", "c": "abc", "d": "d"}),
        ({"c": "b", "b": "a", "a": ""}, {"c": "abc", "b": "ab", "a": "a"}),
        ({"a": "b", "b": "a", "c": "a"}, {"a": "ab", "b": "ab", "c": "abc"}),
        ({"b": "g", "c": "g"}, {"b": "bg", "c": "cg"}),
        ({"a": "a"}, {"a": "a"}),
        ({"a": "bc", "b": "", "c": "d", "d": ""}, {"a": "abcd", "b": "b", "c": "cd", "d": "d"}),
    ],
)
def test_family_is_everyone_above(above: dict[str, str], lines: dict[str, str]) -> None:
    assert families(above) == {customer: frozenset(line) for customer, line in lines.items()}

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.facts import Settlement
from billcli.core.settlement import (
    Change,
    balance,
    by_day,
    counted,
    ended,
    fill_instalments,
    first_day,
    invoice_changes,
    lasting,
    lowest,
    lowest_from,
    source_changes,
)  # fmt: skip

START = date(2026, 1, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


def row(amount: int, booked: int, ended: int | None = None) -> Settlement:
    end = None if ended is None else day(ended)
    return Settlement("INV-1", "payment", amount, day(booked), day(booked), "payment", "p-1", end, "allocations[0].amount")


DAYS = st.integers(min_value=0, max_value=12)


@st.composite
def rows(draw: st.DrawFn) -> list[Settlement]:
    found = []
    for _ in range(draw(st.integers(min_value=0, max_value=6))):
        booked = draw(DAYS)
        ended = draw(st.none() | st.integers(min_value=0, max_value=14))
        found.append(row(draw(st.integers(min_value=0, max_value=50)), booked, ended))
    return found


CHANGES = st.lists(st.builds(Change, DAYS.map(day), st.integers(min_value=-60, max_value=60)), max_size=8)


@pytest.mark.parametrize(("as_of", "amount"), [(0, 0), (1, 30), (2, 50), (3, 20), (4, 20), (99, 20)])
def test_row_counts_from_its_booking_until_the_day_before_its_end(as_of: int, amount: int) -> None:
    assert counted([row(30, 1, 3), row(20, 2)], day(as_of)) == amount


@pytest.mark.parametrize("ended", [1, 2])
def test_row_that_ends_on_its_own_day_or_before_never_counts(ended: int) -> None:
    assert [counted([row(30, 2, ended)], day(n)) for n in range(5)] == [0] * 5
    assert [balance(invoice_changes(day(0), 100, [row(30, 2, ended)]), day(n)) for n in range(5)] == [100] * 5


@pytest.mark.parametrize(("as_of", "open_balance"), [(-1, 0), (0, 100), (1, 70), (2, 70), (3, 100), (4, 80)])
def test_invoice_is_open_by_its_gross_less_what_counts(as_of: int, open_balance: int) -> None:
    assert balance(invoice_changes(day(0), 100, [row(30, 1, 3), row(20, 4)]), day(as_of)) == open_balance


@pytest.mark.parametrize(("as_of", "free"), [(0, 0), (1, 100), (2, 60), (3, 100), (4, 0), (5, 0)])
def test_payment_is_worth_nothing_from_its_reversal_on(as_of: int, free: int) -> None:
    changes = source_changes(day(1), 100, [row(40, 2, 3)], ended_on=day(4))
    assert balance(changes, day(as_of)) == free


@given(rows(), st.integers(min_value=0, max_value=200), DAYS, DAYS)
def test_balance_is_the_gross_less_what_is_counted(found: list[Settlement], gross: int, issued: int, as_of: int) -> None:
    expected = (gross if issued <= as_of else 0) - counted(found, day(as_of))
    assert balance(invoice_changes(day(issued), gross, found), day(as_of)) == expected
    assert balance(source_changes(day(issued), gross, found), day(as_of)) == expected


@given(CHANGES)
def test_what_lasts_is_the_balance_on_the_last_day(changes: list[Change]) -> None:
    assert lasting(changes) == balance(changes, date.max)
    assert lasting(changes) == sum(by_day(changes).values())


@given(CHANGES)
def test_lowest_is_the_first_day_of_the_deepest_negative_balance(changes: list[Change]) -> None:
    balances = {day(n): balance(changes, day(n)) for n in range(13)}
    worst, when = lowest(changes)
    assert worst == min(0, *balances.values())
    assert when == (min(on for on, total in balances.items() if total == worst) if worst else None)


@pytest.mark.parametrize(
    ("amount", "not_before", "changes", "found"),
    [
        (100, 0, [(2, 100)], 2), (100, 5, [(2, 100)], 5), (101, 0, [(2, 100)], None),
        (30, 0, [(0, 100), (3, -80), (6, 20)], 6),
        (30, 0, [(0, 100), (3, -80)], None), (20, 0, [(0, 100), (3, -80)], 0),
        (50, 1, [(0, 100), (3, -80), (3, 80)], 1),
        (0, 4, [], 4), (1, 4, [], None),
    ],
)  # fmt: skip
def test_first_day_from_which_the_amount_stays_free(
    amount: int, not_before: int, changes: list[tuple[int, int]], found: int | None
) -> None:
    expected = None if found is None else day(found)
    assert first_day(amount, day(not_before), [Change(day(on), delta) for on, delta in changes]) == expected


@given(st.integers(min_value=0, max_value=60), DAYS, st.lists(CHANGES, max_size=3))
def test_first_day_is_the_earliest_that_is_enough_for_ever(amount: int, not_before: int, balances: list[list[Change]]) -> None:
    def lasts(start: int) -> bool:
        return all(balance(changes, day(n)) >= amount for changes in balances for n in range(start, 16))

    expected = next((day(n) for n in range(not_before, 16) if lasts(n)), None)
    assert first_day(amount, day(not_before), *balances) == expected


@given(CHANGES, DAYS)
def test_lowest_from_a_day_is_that_of_all_days_since(changes: list[Change], start: int) -> None:
    assert lowest_from(changes, day(start)) == min(balance(changes, day(n)) for n in range(start, 17))


@pytest.mark.parametrize(("last", "known"), [(None, None), (4, 4), (5, 5), (6, None)])
def test_an_end_is_known_from_its_day_on(last: int | None, known: int | None) -> None:
    assert ended(None if last is None else day(last), day(5)) == (None if known is None else day(known))


@given(rows(), st.integers(min_value=1, max_value=50), DAYS)
def test_settling_on_the_first_day_never_overdraws(found: list[Settlement], amount: int, not_before: int) -> None:
    changes = invoice_changes(day(0), 300, found)
    on = first_day(amount, day(not_before), changes)
    assert on is not None
    assert lowest([*changes, Change(on, -amount)]) == (0, None)


@pytest.mark.parametrize(
    ("amounts", "settled", "left"),
    [
        ([100, 100, 100], 0, [100, 100, 100]), ([100, 100, 100], 150, [0, 50, 100]), ([100, 100, 100], 300, [0, 0, 0]),
        ([], 0, []), ([0, 50], 10, [0, 40]),
    ],
)  # fmt: skip
def test_settlements_fill_the_oldest_instalment_first(amounts: list[int], settled: int, left: list[int]) -> None:
    assert fill_instalments(amounts, settled) == left


@given(st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=12), st.data())
def test_instalments_left_add_up_to_the_open_balance(amounts: list[int], data: st.DataObject) -> None:
    settled = data.draw(st.integers(min_value=0, max_value=sum(amounts)))
    left = fill_instalments(amounts, settled)
    assert sum(left) == sum(amounts) - settled
    assert all(0 <= rest <= amount for rest, amount in zip(left, amounts, strict=True))
    touched = [at for at, (rest, amount) in enumerate(zip(left, amounts, strict=True)) if rest < amount]
    assert all(left[at] == 0 for at in range(max(touched, default=0)))

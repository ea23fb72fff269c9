from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.aging import open_parts
from billcli.core.facts import HoldFact, OpenInvoice, PlanPart, Settlement
from billcli.core.hold_state import is_live
from billcli.core.instalments import agreed_parts, due_parts, instalment_table, oldest_due, plans_by_invoice
from billcli.core.settlement import counted

DAY = date(2026, 4, 1)
History = tuple[OpenInvoice, list[tuple[str, date, int]], list[Settlement], list[HoldFact], dict[str, list[PlanPart]]]
"""An invoice, its own instalments, its settlements, its plans and their parts."""


def agreed(*amounts: int) -> list[tuple[date, int]]:
    return [(DAY + timedelta(days=30 * at), amount) for at, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("amounts", "open_", "expected"),
    [
        ((100, 100, 100), 300, [100, 100, 100]),
        ((100, 100, 100), 150, [0, 50, 100]),
        ((100, 100, 100), 0, [0, 0, 0]),
        ((100, 100, 100), 340, [140, 100, 100]),
        ((100, 100), -5, [0, -5]),
        ((100,), 130, [130]),
    ],
)
def test_settlements_fill_the_oldest_part_and_what_bounced_is_due_at_once(
    amounts: tuple[int, ...], open_: int, expected: list[int]
) -> None:
    assert [part.open for part in due_parts(agreed(*amounts), open_)] == expected


def test_the_oldest_part_with_something_open_is_the_one_that_is_due() -> None:
    parts = due_parts(agreed(100, 100), 60)
    assert oldest_due(parts) == DAY + timedelta(days=30)
    assert oldest_due(due_parts(agreed(100, 100), 0)) == DAY


def test_a_plan_counts_before_the_instalments_of_the_invoice_and_these_before_its_due_date() -> None:
    own = [("A", DAY, 60), ("A", DAY + timedelta(days=9), 40)]
    assert agreed_parts(DAY, 100, own, [(DAY, 100)]) == [(DAY, 100)]
    assert agreed_parts(DAY, 100, own, None) == [(DAY, 60), (DAY + timedelta(days=9), 40)]
    assert agreed_parts(DAY, 100, None, None) == [(DAY, 100)]


def test_both_versions_stay_and_only_the_one_that_counts_is_filled() -> None:
    table = instalment_table([("invoice", [(DAY, 100)]), ("p", agreed(40, 60))], "p", 90, "EUR", DAY + timedelta(days=7))
    cells = [tuple(cell.text() if hasattr(cell, "text") else cell for cell in row) for row in table.rows]
    assert cells == [
        (DAY, "1.00", None, None, None, "invoice"),
        (DAY, "0.40", "0.10", "0.30", 7, "p"),
        (DAY + timedelta(days=30), "0.60", "0.00", "0.60", 0, "p"),
    ]


def plan(name: str, begins: date, ends: date | None) -> HoldFact:
    return HoldFact(name, "plan", "c", "A", begins, None, "EUR", None, "cash", 1, ends, None, None, "")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """An invoice with instalments, settlements that come and go, and one plan after the other, each over what was open then."""
    days = st.integers(0, 120).map(lambda offset: DAY + timedelta(days=offset))
    amounts = draw(st.lists(st.integers(1, 500), min_size=1, max_size=4))
    due = sorted(draw(st.lists(days, min_size=len(amounts), max_size=len(amounts))))
    gross = sum(amounts)
    rows, left = [], gross
    for _ in range(draw(st.integers(0, 4))):
        amount = draw(st.integers(0, left))
        left -= amount
        begin, length = draw(days), draw(st.none() | st.integers(0, 60))
        end = begin + timedelta(days=length) if length is not None else None
        rows.append(Settlement("A", "payment", amount, begin, begin, "payment", "p", end, ""))
    plans, parts = [], {}
    edges = sorted(draw(st.lists(days, max_size=4, unique=True)))
    for at in range(0, len(edges), 2):
        begin = edges[at]
        name = f"plan-{at}"
        open_ = gross - counted(rows, begin)
        if open_ <= 0:
            continue
        plans.append(plan(name, begin, edges[at + 1] if at + 1 < len(edges) else None))
        cuts = sorted({0, open_, *draw(st.lists(st.integers(0, open_), max_size=3))})
        pieces = [b - a for a, b in pairwise(cuts)]
        parts[name] = [PlanPart(name, "A", begin + timedelta(days=20 * (n + 1)), piece) for n, piece in enumerate(pieces)]
    own = [("A", day, amount) for day, amount in zip(due, amounts, strict=True)]
    return OpenInvoice("c", "EUR", "A", DAY, due[0], len(own), gross, gross), own, rows, plans, parts


def _aging(
    history: History,
    plans: Sequence[HoldFact], as_of: date, basis: str = "due",
) -> list[tuple[date, int, int]]:  # fmt: skip
    invoice, own, rows, _, parts = history
    live = [(each.id, "A") for each in plans if is_live(each, as_of)]
    assert len(live) <= 1
    open_ = invoice.gross - counted(rows, as_of)
    found = open_parts([invoice._replace(open=open_)], {"A": own}, as_of, basis, plans_by_invoice(live, parts))
    assert sum(part.open for part in found) == open_
    assert all(part.open > 0 for part in found)
    return [(part.due_on, part.overdue, part.open) for part in found]


@given(histories(), st.integers(0, 160))
def test_at_every_date_the_parts_come_to_what_is_open_and_a_plan_changes_nothing_before_it_begins_or_after_it_ends(
    history: History, offset: int
) -> None:
    as_of, plans = DAY + timedelta(days=offset), history[3]
    found = _aging(history, plans, as_of)
    assert found == _aging(history, [each for each in plans if each.booked_on <= as_of], as_of)
    assert found == _aging(history, [each for each in plans if each.released_on is None or each.released_on > as_of], as_of)
    assert _aging(history, plans, as_of, "original") == _aging(history, [], as_of)
    if not any(is_live(each, as_of) for each in plans):
        assert found == _aging(history, [], as_of)


@given(histories())
def test_on_the_day_a_plan_begins_its_parts_are_open_as_agreed(
    history: History,
) -> None:
    for each in history[3]:
        if is_live(each, each.booked_on):
            expected = [(part.due_on, part.amount) for part in history[4][each.id]]
            assert [(due_on, open_) for due_on, _, open_ in _aging(history, history[3], each.booked_on)] == expected

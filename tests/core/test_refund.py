"""A refund gives back unapplied credit, no more of it than there was on its day, and can come back itself."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.plan import Change, Create, Set
from billcli.core.refund import DrawRow, RefundRequest, Source, draws, plan_refund, plan_reverse, refund_document
from billcli.core.settlement import Change as BalanceChange
from billcli.core.settlement import lowest
from billcli.errors import BillError, UsageError
from billcli.model.refund import Refund
from tests.core.master import D

DAY = date(2026, 4, 2)
EARLY = date(2026, 3, 1)


def request(amount: int | None, currency: str = "EUR") -> RefundRequest:
    return RefundRequest("nordwind", currency, DAY, amount, "Paid twice")


def source(name: str, *changes: tuple[date, int], wanted: int | None = None, named: bool = False, kind: str = "payment") -> Source:
    return Source(kind, name, [BalanceChange(on, delta) for on, delta in changes], wanted, f"{name}.yaml", named)


def test_the_oldest_credit_goes_first_and_no_more_than_is_asked() -> None:
    sources = [source("p", (EARLY, 3_000)), source("CN-1", (EARLY, 2_000), kind="credit-note"), source("q", (EARLY, 900))]
    assert draws(request(3_500), sources, DAY) == [DrawRow("payment", "p", 3_000), DrawRow("credit-note", "CN-1", 500)]


def test_all_of_named_sources_where_no_amount_is_said() -> None:
    sources = [source("p", (EARLY, 3_000), (DAY, -1_000), named=True), source("q", (EARLY, 900), wanted=400, named=True)]
    assert draws(request(None), sources, DAY) == [DrawRow("payment", "p", 2_000), DrawRow("payment", "q", 400)]


@pytest.mark.parametrize(
    ("sources", "amount", "said"),
    [
        ([source("p", (EARLY, 3_000))], 3_001, "nordwind has 30.00 EUR of unapplied credit on 2026-04-02, 0.01 EUR too little"),
        ([source("p", (EARLY, 3_000), (EARLY, -3_000))], 1, "nordwind has no unapplied credit in EUR on 2026-04-02"),
        ([], 1, "nordwind has no unapplied credit in EUR"),
        ([source("p", (EARLY, 3_000), wanted=3_001, named=True)], None, "p has 30.00 EUR unapplied, less than 30.01 EUR"),
        ([source("p", (EARLY, 3_000), named=True)], 3_001, "30.00 EUR are taken of p, 0.01 EUR less than the refund"),
        ([source("p", (EARLY, 3_000), wanted=100, named=True)], 101, "1.00 EUR are taken of p, 0.01 EUR less than the refund"),
        ([source("p", (EARLY, 5), (EARLY, -5), named=True)], None, "nothing is unapplied of p"),
    ],
)
def test_more_than_the_credit_is_refused(sources: list[Source], amount: int | None, said: str) -> None:
    with pytest.raises(BillError) as refused:
        draws(request(amount), sources, DAY)
    assert said in refused.value.message


@pytest.mark.parametrize("amount", [None, 3_000], ids=["nothing is free of it", "the amount is reached before it"])
def test_a_named_source_that_gives_nothing_is_an_error(amount: int | None) -> None:
    """Else the refund would say less than the command did, and the command could not be retried."""
    idle = source("CN-1", (EARLY, 2_000), *([] if amount else [(DAY, -2_000)]), named=True, kind="credit-note")
    with pytest.raises(BillError, match="CN-1 gives nothing to this refund"):
        draws(request(amount), [source("p", (EARLY, 3_000), named=True), idle], DAY)


def test_named_amounts_over_the_whole_are_a_slip() -> None:
    with pytest.raises(UsageError, match="the named amounts are more than --amount"):
        draws(request(100), [source("p", (EARLY, 3_000), wanted=200, named=True)], DAY)


def test_no_refund_before_the_credit_was_there() -> None:
    later = date(2026, 4, 9)
    with pytest.raises(BillError, match=r"10\.00 EUR of p are free only from 2026-04-09 on, not on 2026-04-02"):
        draws(request(1_000), [source("p", (EARLY, 3_000), (DAY, -3_000), (later, 3_000), named=True)], DAY)
    with pytest.raises(BillError, match="no unapplied credit in EUR on 2026-04-02"):
        draws(request(1_000), [source("p", (later, 3_000))], DAY)


def test_credit_that_comes_later_is_passed_over_for_what_is_there() -> None:
    sources = [source("p", (EARLY, 3_000), (DAY, -2_500), (date(2026, 4, 9), 2_500)), source("q", (DAY, 900))]
    assert draws(request(1_000), sources, DAY) == [DrawRow("payment", "p", 500), DrawRow("payment", "q", 500)]


CHANGES = st.lists(st.tuples(st.dates(EARLY, date(2026, 4, 20)), st.integers(-50, 80)), max_size=5)


@given(st.lists(CHANGES, min_size=1, max_size=4), st.integers(1, 200))
def test_a_refund_overdraws_nothing_on_any_day_from_its_own(found: list[list[tuple[date, int]]], amount: int) -> None:
    sources = [source(str(at), *changes) for at, changes in enumerate(found)]
    try:
        rows = draws(request(amount), sources, DAY)
    except BillError:
        return
    assert sum(row.amount for row in rows) == amount
    for row in rows:
        before = sources[int(row.name)].changes
        now = sum(change.delta for change in before if change.on <= DAY) - row.amount
        after = [BalanceChange(DAY, now), *(change for change in before if change.on > DAY)]
        assert lowest(after) == (0, None)


def refund(*rows: DrawRow, on: date = DAY) -> Refund:
    return refund_document(request(None), rows, on, frozenset())


BOTH = DrawRow("payment", "p", 3_000), DrawRow("credit-note", "CN-1", 500)


def test_the_document_names_each_source_and_stands_in_the_month_it_counts() -> None:
    made = refund(*BOTH)
    assert [(each.payment, each.credit_note, each.amount, each.on) for each in made.draws] == [
        ("p", None, D("30.00"), DAY), (None, "CN-1", D("5.00"), DAY),
    ]  # fmt: skip
    plan = plan_refund(made, ["p.yaml"], [])
    (step,) = plan.steps
    assert isinstance(step, Create)
    assert step.path == f"refunds/2026/04/{made.id}.yaml"
    assert plan.summary[0].endswith("35.00 EUR to nordwind, paid 2026-04-02: Paid twice")
    assert plan.summary[1:] == ("  30.00 EUR of p", "  5.00 EUR of CN-1")


def test_a_closed_period_moves_it_and_the_summary_says_so() -> None:
    made = refund(*BOTH, on=date(2026, 5, 1))
    assert plan_refund(made, [], []).summary[1] == "booked on 2026-05-01: 2026-04-02 lies in a closed period"


def test_the_same_refund_gets_the_same_id_and_a_twin_another() -> None:
    first = refund(*BOTH)
    twin = refund_document(request(None), BOTH, DAY, frozenset((first.id,)))
    assert first.id == refund(*BOTH).id != twin.id


def test_a_refund_that_came_back_frees_its_credit_again() -> None:
    made = refund(*BOTH)
    plan = plan_reverse(made, "r.yaml", date(2026, 5, 1), date(2026, 4, 20), "Account closed")
    (step,) = plan.steps
    assert isinstance(step, Change)
    assert step.edits == (
        Set(("draws", 0, "ended_on"), date(2026, 5, 1)),
        Set(("draws", 1, "ended_on"), date(2026, 5, 1)),
        Set(("reversed",), {"on": date(2026, 5, 1), "value_on": date(2026, 4, 20), "reason": "Account closed"}),
    )
    assert plan.summary == (
        f"refund {made.id} came back on 2026-04-20: Account closed",
        "  35.00 EUR are unapplied again",
        "counted from 2026-05-01: 2026-04-20 lies in a closed period",
    )

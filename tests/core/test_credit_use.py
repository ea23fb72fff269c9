"""Credit is applied, taken back, and made void while nothing uses it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from billcli.core.allocation import AllocationRow
from billcli.core.credit_use import plan_apply, plan_undo, plan_void
from billcli.core.facts import CreditNoteFact
from billcli.core.plan import Append, Change, Plan, Set
from billcli.core.rows import Row
from billcli.core.settlement import Change as BalanceChange
from billcli.core.take_back import Returned
from billcli.errors import BillError
from tests.core.master import D

ISSUED = date(2026, 3, 20)
TODAY = date(2026, 4, 2)
PATH = "credit-notes/2026/03/CN-1.yaml"
NOTE: Any = SimpleNamespace(number="CN-1", currency="EUR", issued_on=ISSUED)


def step(plan: Plan) -> Change:
    (change,) = plan.steps
    assert isinstance(change, Change)
    return change


def test_credit_is_applied_as_rows_without_a_kind() -> None:
    plan = plan_apply(NOTE, PATH, [AllocationRow("B", 4_000, TODAY, "credit")], ["invoices/B.yaml"])
    assert step(plan).edits == (Append(("applied",), {"invoice": "B", "amount": D("40.00"), "on": TODAY}),)
    assert plan.summary == ("credit note CN-1 is applied:", "  40.00 EUR to B, counted from 2026-04-02")
    assert plan.relies_on == (PATH, "invoices/B.yaml")


def undone(on: date, asked: date) -> Plan:
    rows = [Row("applied", 0, "A", "", 1_000, ISSUED), Row("applied", 2, "B", "", 4_000, date(2026, 4, 1))]
    return plan_undo(NOTE, PATH, rows, on, asked, "wrong invoice")


def test_applications_end_each_on_that_day_and_the_credit_is_free_again() -> None:
    plan = undone(TODAY, TODAY)
    assert step(plan).edits == (
        Set(("applied", 0, "ended_on"), TODAY), Set(("applied", 0, "reason"), "wrong invoice"),
        Set(("applied", 2, "ended_on"), TODAY), Set(("applied", 2, "reason"), "wrong invoice"),
    )  # fmt: skip
    assert plan.summary == (
        "applications of credit note CN-1 are taken back from 2026-04-02 on: wrong invoice",
        "  10.00 EUR on A are open again",
        "  40.00 EUR on B are open again",
        "  50.00 EUR of the credit note are unapplied again",
    )


def test_a_row_that_begins_later_ends_on_its_own_day() -> None:
    plan = undone(date(2026, 3, 25), date(2026, 3, 25))
    assert [each.value for each in step(plan).edits if isinstance(each, Set) and "ended_on" in each.path] == [
        date(2026, 3, 25), date(2026, 4, 1),
    ]  # fmt: skip
    assert "  40.00 EUR on B are open again from 2026-04-01 on" in plan.summary


def test_a_closed_period_moves_it_and_the_summary_says_so() -> None:
    assert undone(TODAY, date(2026, 3, 25)).summary[-1] == "counted from 2026-04-02: 2026-03-25 lies in a closed period"


def test_nothing_is_taken_back_before_the_note_was_issued() -> None:
    with pytest.raises(BillError, match="2026-03-19 is before 2026-03-20, the day CN-1 was issued"):
        undone(date(2026, 3, 19), date(2026, 3, 19))


def fact(voided_on: date | None = None) -> CreditNoteFact:
    return CreditNoteFact(
        "CN-1", "nordwind", ISSUED, "EUR", 6_000, 0, 6_000, "A", None, "too many", "CN-", 1, 0, None, "", "", None, voided_on
    )


FREE = [BalanceChange(ISSUED, 6_000)]


def voided(free: list[BalanceChange], on: date = TODAY, last_event: date = ISSUED, **changes: Any) -> Plan:
    return plan_void(fact(**changes), PATH, free, last_event, on, "never returned")


def test_wholly_unapplied_credit_is_made_void() -> None:
    plan = voided(FREE)
    assert step(plan).edits == (Set(("void",), {"on": TODAY, "reason": "never returned"}),)
    assert plan.summary == ("credit note CN-1 over 60.00 EUR is void from 2026-04-02 on: never returned",)


def test_credit_that_was_given_back_in_time_is_free_to_be_void() -> None:
    returned = [*FREE, BalanceChange(ISSUED, -2_000), BalanceChange(date(2026, 3, 30), 2_000)]
    assert voided(returned, last_event=date(2026, 3, 30)).result == {"number": "CN-1"}


@pytest.mark.parametrize(
    ("free", "how", "said"),
    [
        ([*FREE, BalanceChange(ISSUED, -1)], {}, "0.01 EUR of CN-1 are used; only credit that is wholly unapplied can be made void"),
        ([*FREE, BalanceChange(date(2026, 4, 9), -500)], {}, "5.00 EUR of CN-1 are used"),
        (FREE, {"on": date(2026, 3, 29), "last_event": date(2026, 3, 30)}, "CN-1 has an event on 2026-03-30; void from 2026-03-29"),
        (FREE, {"voided_on": date(2026, 3, 25)}, "CN-1 is void already, from 2026-03-25 on"),
    ],
)
def test_used_credit_is_not_made_void_nor_before_its_last_event_nor_twice(
    free: list[BalanceChange], how: dict[str, Any], said: str
) -> None:
    with pytest.raises(BillError) as refused:
        voided(free, **how)
    assert said in refused.value.message


def test_credit_that_an_invoice_gave_for_this_credit_returns_with_it() -> None:
    """B was settled by CN-1 and gave credit with CN-2; when CN-1 goes, B's own credit comes back first."""
    row, back = Row("applied", 0, "B", "", 4_000, TODAY), Change("credit-notes/2026/04/CN-2.yaml", "credit-note", ())
    plan = plan_undo(NOTE, PATH, [row], TODAY, TODAY, "wrong invoice", [Returned("CN-2", "B", 1_500, TODAY)], [back])
    assert plan.steps[1:] == (back,)
    assert "  15.00 EUR of the credit of CN-2 return to B" in plan.summary
    assert back.path in plan.relies_on

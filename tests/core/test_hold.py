from __future__ import annotations

from datetime import date

import pytest

from billcli.core.facts import HoldFact, InvoiceFact, Settlement
from billcli.core.hold import HoldRequest, Owed, owed_on, plan_new, plan_release
from billcli.core.hold_state import hold_state, is_kept, is_live
from billcli.core.plan import Create
from billcli.errors import BillError
from billcli.model.hold import Hold

DAY = date(2026, 4, 1)


def hold(kind: str = "dispute", *, until: date | None = None, released: date | None = None, amount: int | None = None) -> HoldFact:
    return HoldFact("h", kind, "c", "A", DAY, until, "EUR" if amount else None, amount, "why", 0, released, None, None, "")


def paid(amount: int, value_on: date, booked_on: date | None = None, ended_on: date | None = None, kind: str = "payment") -> Settlement:
    source = "credit-note" if kind == "credit" else "payment"
    return Settlement("A", kind, amount, booked_on or value_on, value_on, source, "p", ended_on, "")


@pytest.mark.parametrize(
    ("fact", "day", "expected"),
    [
        (hold(), date(2026, 3, 31), False),
        (hold(), DAY, True),
        (hold(), date(2030, 1, 1), True),
        (hold(until=date(2026, 4, 30)), date(2026, 4, 30), True),
        (hold(until=date(2026, 4, 30)), date(2026, 5, 1), False),
        (hold(released=date(2026, 4, 9)), date(2026, 4, 8), True),
        (hold(released=date(2026, 4, 9)), date(2026, 4, 9), False),
        (hold(released=DAY), DAY, False),
        (hold("plan", until=date(2026, 4, 30)), date(2026, 5, 1), True),
    ],
)
def test_a_hold_counts_from_its_day_through_until_or_up_to_its_release(fact: HoldFact, day: date, expected: bool) -> None:
    assert is_live(fact, day) is expected


@pytest.mark.parametrize(
    ("fact", "kept", "behind", "expected"),
    [
        (hold(), False, False, "live"),
        (hold(until=date(2026, 4, 9)), False, False, "expired"),
        (hold("promise", until=date(2026, 4, 9)), False, False, "broken"),
        (hold("promise", until=date(2026, 4, 9)), True, False, "kept"),
        (hold("promise", until=date(2026, 5, 9)), False, False, "live"),
        (hold("plan"), False, True, "behind"),
        (hold("plan", released=date(2026, 4, 10)), False, True, "released"),
        (hold("plan", released=date(2026, 4, 11)), True, False, "kept"),
    ],
)
def test_how_a_hold_stands_ten_days_later(fact: HoldFact, kept: bool, behind: bool, expected: str) -> None:
    assert hold_state(fact, date(2026, 4, 10), kept=kept, behind=behind) == expected


UNTIL = date(2026, 4, 15)
LATER = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("rows", "amount", "as_of", "expected"),
    [
        ([paid(50, UNTIL)], 50, LATER, True),
        ([paid(49, UNTIL)], 50, LATER, False),
        ([paid(50, date(2026, 4, 16))], 50, LATER, False),
        ([paid(50, UNTIL, booked_on=date(2026, 5, 1))], 50, LATER, True),
        ([paid(50, UNTIL, booked_on=date(2026, 5, 1))], 50, date(2026, 4, 30), False),
        ([paid(50, date(2026, 3, 31))], 50, LATER, False),
        ([paid(50, UNTIL, ended_on=date(2026, 4, 20))], 50, date(2026, 4, 19), True),
        ([paid(50, UNTIL, ended_on=date(2026, 4, 20))], 50, date(2026, 4, 20), False),
        ([paid(50, UNTIL, kind="credit")], 50, LATER, False),
        ([paid(100, UNTIL, kind="credit")], 50, LATER, True),
        ([paid(40, date(2026, 3, 1)), paid(60, UNTIL)], None, LATER, True),
        ([paid(40, date(2026, 3, 1)), paid(59, UNTIL)], None, LATER, False),
    ],
)
def test_a_promise_is_kept_by_money_of_its_time_or_when_nothing_is_left(
    rows: list[Settlement], amount: int | None, as_of: date, expected: bool
) -> None:
    assert is_kept(hold("promise", until=UNTIL, amount=amount), [(100, rows)], 0, as_of) is expected


def test_a_promise_of_a_customer_who_owed_nothing_is_not_kept_by_itself() -> None:
    promise = hold("promise", until=UNTIL, amount=50)
    assert not is_kept(promise, [], 0, LATER)
    assert is_kept(promise, [], 50, LATER)


def invoice(gross: int = 100, voided_on: date | None = None) -> InvoiceFact:
    return InvoiceFact("A", "c", "sales", DAY, DAY, 1, "EUR", gross, 0, gross, None, None, None, None, "", None, 0, None, "", "", None,
                       voided_on, 1)  # fmt: skip


def request(kind: str = "plan", **said: object) -> HoldRequest:
    fields: dict[str, object] = {"kind": kind, "customer": "c", "invoice": "A", "on": DAY, "reason": "why", "currency": "EUR", **said}
    return HoldRequest(**fields)  # type: ignore[arg-type]  # as each test says


PARTS = ((date(2026, 5, 1), 40), (date(2026, 6, 1), None))


@pytest.mark.parametrize(
    ("rows", "voided_on", "word"),
    [
        ([paid(100, DAY)], None, "is paid"),
        ([paid(100, date(2026, 4, 20))], None, "is paid"),
        ([paid(100, DAY, kind="credit")], None, "is fully credited"),
        ([paid(100, DAY, kind="void")], DAY, "is void"),
    ],
)
def test_there_is_no_plan_for_what_is_settled_even_if_only_later(rows: list[Settlement], voided_on: date | None, word: str) -> None:
    with pytest.raises(BillError, match=word):
        plan_new(request(instalments=PARTS), DAY, owed_on(invoice(voided_on=voided_on), rows, DAY), [], (), [])


def test_the_last_instalment_without_an_amount_is_the_rest_of_what_is_open() -> None:
    [step] = plan_new(request(instalments=PARTS), DAY, owed_on(invoice(), [paid(30, DAY)], DAY), [], (), []).steps
    assert isinstance(step, Create)
    parts = [(each["due_on"], str(each["amount"])) for each in step.data["instalments"]]
    assert parts == [(date(2026, 5, 1), "0.40"), (date(2026, 6, 1), "0.30")]
    assert str(step.data["amount"]) == "0.70"


@pytest.mark.parametrize("last", [59, 61])
def test_instalments_one_cent_off_are_refused(last: int) -> None:
    parts = ((date(2026, 5, 1), 40), (date(2026, 6, 1), last))
    with pytest.raises(BillError, match=r"has 1\.00 EUR open"):
        plan_new(request(instalments=parts), DAY, Owed("A", 100, 100), [], (), [])


def test_a_plan_may_follow_one_that_ends_that_day_but_not_one_that_ends_later() -> None:
    owed = Owed("A", 100, 100)
    assert plan_new(request(instalments=PARTS), DAY, owed, [hold("plan", released=DAY)], (), []).steps
    for ended in (None, date(2026, 4, 2)):
        with pytest.raises(BillError, match="counts on A already"):
            plan_new(request(instalments=PARTS), DAY, owed, [hold("plan", released=ended)], (), [])


def test_a_hold_of_an_asked_day_in_a_closed_period_says_from_when_it_counts() -> None:
    plan = plan_new(request("manual", on=date(2026, 3, 30)), DAY, None, [], (), [])
    assert plan.summary[1] == "it counts from 2026-04-01: 2026-03-30 lies in a closed period"
    assert plan.steps[0].path.startswith("holds/2026/04/2026-04-01-c-")


def test_ids_follow_from_the_content_and_a_taken_one_is_left_alone() -> None:
    first = plan_new(request("manual"), DAY, None, [], (), []).result["id"]
    assert plan_new(request("manual"), DAY, None, [], (), []).result["id"] == first
    second = plan_new(request("manual"), DAY, None, [hold("manual", released=DAY)], (first,), []).result["id"]
    assert second != first


def test_a_hold_ends_once() -> None:
    fields = {"id": "h", "kind": "manual", "customer": "c", "on": DAY, "reason": "why"}
    assert plan_release(Hold.model_validate(fields), "holds/h.yaml", DAY, None, None).steps
    with pytest.raises(BillError, match="was released"):
        plan_release(Hold.model_validate({**fields, "released": {"on": DAY}}), "holds/h.yaml", DAY, None, None)

"""What may change in a file, and what never does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billcli.core.edit import check_closing, check_kept, check_past, plan_edit
from billcli.core.facts import Fact
from billcli.core.plan import CreateText
from billcli.core.project import project
from billcli.errors import BillError
from billcli.model.hold import Hold
from billcli.model.invoice import Invoice
from billcli.model.payment import Payment
from tests.core.master import settings

CLOSED = date(2026, 3, 31)


def invoice(**changes: Any) -> Invoice:
    party = {"name": "X"}
    fields = {
        "number": "INV-2026-0001", "type": "sales", "customer": "nordwind", "issued_on": "2026-03-14", "currency": "EUR",
        "issued_by": party, "issued_to": party, "lines": [{"description": "Consulting", "quantity": "1", "unit_price": "100"}],
        "instalments": [{"due_on": "2026-04-13", "amount": "100.00"}], "totals": {"net": "100.00", "tax": "0.00", "gross": "100.00"},
        "seal": "v1:1",
    }  # fmt: skip
    return Invoice.model_validate({**fields, **changes})


def payment(**changes: Any) -> list[Fact]:
    row = {"invoice": "INV-2026-0001", "amount": "60.00", "on": "2026-04-05"}
    fields = {
        "id": "p1", "customer": "nordwind", "received_on": "2026-03-20", "on": "2026-03-20", "currency": "EUR", "amount": "60.00",
        "allocations": [row],
    }  # fmt: skip
    return project("payment", Payment.model_validate({**fields, **changes}))


def hold(**changes: Any) -> list[Fact]:
    fields = {"id": "h1", "kind": "manual", "customer": "nordwind", "on": "2026-03-20", "reason": "asked for time"}
    return project("hold", Hold.model_validate({**fields, **changes}))


@pytest.mark.parametrize(
    "changes",
    [{"notes": "x"}, {"tags": ["vip"]}, {"x": {"a": "b"}}, {"classification": {"category": "b"}}],
)
def test_what_stands_outside_the_seal_may_change(changes: dict[str, Any]) -> None:
    check_kept("invoice", "number", invoice(), invoice(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": "suedwind"}, {"seal": "v1:2"}, {"seal": None}, {"buyer_reference": "PO 7"},
        {"imported": {"source": "a", "external_id": "b"}},
        {"void": {"on": "2026-03-15", "reason": "x"}}, {"number": "INV-2026-0002"},
    ],
)  # fmt: skip
def test_what_was_issued_does_not_change(changes: dict[str, Any]) -> None:
    with pytest.raises(BillError):
        check_kept("invoice", "number", invoice(), invoice(**changes))


def test_the_reason_of_a_void_may_be_put_better() -> None:
    void = {"on": "2026-03-15", "reason": "x"}
    check_kept("invoice", "number", invoice(void=void), invoice(void={**void, "reason": "entered twice"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "70.00"}, {"customer": "suedwind"}, {"received_on": "2026-03-19"}, {"on": "2026-03-21"}, {"on": "2026-04-01"},
        {"fee": "1.00"}, {"reversed": {"on": "2026-03-31", "reason": "bounced"}},
        {"allocations": [{"invoice": "INV-2026-0001", "amount": "60.00", "on": "2026-03-20"}]},
    ],
)  # fmt: skip
def test_nothing_that_counts_in_a_closed_period_changes(changes: dict[str, Any]) -> None:
    with pytest.raises(BillError, match=r"what counts on 2026-03-[23][0-9] would change, and the books are closed through 2026-03-31"):
        check_past(payment(), payment(**changes), CLOSED)
    check_past(payment(), payment(**changes), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"reversed": {"on": "2026-04-01", "reason": "bounced"}}, {"allocations": []}, {"notes": "x"}, {"method": "card"},
        {"allocations": [{"invoice": "INV-2026-0001", "amount": "60.00", "on": "2026-04-05", "ended_on": "2026-04-06"}]},
    ],
)  # fmt: skip
def test_what_counts_from_a_later_day_on_may_change(changes: dict[str, Any]) -> None:
    check_past(payment(), payment(**changes), CLOSED)


def test_a_row_of_a_closed_period_may_end_after_it_and_not_within() -> None:
    row = {"invoice": "INV-2026-0001", "amount": "60.00", "on": "2026-03-20"}
    check_past(payment(allocations=[row]), payment(allocations=[{**row, "ended_on": "2026-04-01"}]), CLOSED)
    with pytest.raises(BillError):
        check_past(payment(allocations=[row]), payment(allocations=[{**row, "ended_on": "2026-03-31"}]), CLOSED)


def test_the_end_of_a_hold_moves_freely_after_the_closed_period_only() -> None:
    check_past(hold(until="2026-04-10"), hold(until="2026-05-10"), CLOSED)
    check_past(hold(), hold(released={"on": "2026-04-01"}), CLOSED)
    with pytest.raises(BillError):
        check_past(hold(until="2026-03-25"), hold(until="2026-04-10"), CLOSED)


def test_closed_through_moves_on_by_its_own_command_and_back_with_a_reason() -> None:
    closed, opened, later = settings(closed_through="2026-03-31"), settings(), settings(closed_through="2026-04-30")
    with pytest.raises(BillError, match="would move on"):
        check_closing(opened, closed, "because")
    with pytest.raises(BillError, match="would move on"):
        check_closing(closed, later, "because")
    for back in (opened, settings(closed_through="2026-02-28")):
        with pytest.raises(BillError) as refused:
            check_closing(closed, back, "")
        assert "--reason" in refused.value.hint
        check_closing(closed, back, "an invoice was forgotten")


def test_the_plan_puts_the_text_there_and_relies_on_the_file_as_it_was() -> None:
    plan = plan_edit("customers/a.yaml", "a: 1\nb: 2\n", "a: 1\nb: 3\n", "edit", {"id": "a"}, "why", [])
    assert plan.steps == (CreateText("customers/a.yaml", "a: 1\nb: 3\n", replace=True),)
    assert plan.relies_on == ("customers/a.yaml",)
    assert plan.summary[0] == "customers/a.yaml: 1 line added, 1 removed"
    assert plan.summary[-2:] == ("-b: 2", "+b: 3")
    assert plan.reason == "why"

"""An invoice is made void only while nothing was done with it."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.core.allocation import Target
from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.plan import Change, Set
from billcli.core.void import plan_void
from billcli.errors import BillError

ISSUED = date(2026, 3, 14)
TODAY = date(2026, 4, 2)
FACT = InvoiceFact(
    "A", "nordwind", "sales", ISSUED, date(2026, 4, 13), 1, "EUR", 10_000, 0, 10_000, None, None, None, None,
    "A", 1, 0, None, "", "", None, None, 1,
)  # fmt: skip


def row(amount: int, day: int, ended_on: date | None = None, kind: str = "payment") -> Settlement:
    on = date(2026, 3, day)
    return Settlement("A", kind, amount, on, on, "payment", "p", ended_on, "allocations[0].amount")


def test_an_untouched_invoice_is_void_from_the_day_on() -> None:
    plan = plan_void(Target(FACT, ()), "invoices/A.yaml", None, TODAY, "Wrong customer")
    assert plan.steps == (Change("invoices/A.yaml", "invoice", (Set(("void",), {"on": TODAY, "reason": "Wrong customer"}),)),)
    assert plan.summary == ("invoice A over 100.00 EUR is void from 2026-04-02 on: Wrong customer",)


def test_a_payment_that_bounced_does_not_keep_it_but_no_day_before_that() -> None:
    bounced = Target(FACT, (row(10_000, 20, date(2026, 3, 30)),))
    assert plan_void(bounced, "A.yaml", None, date(2026, 3, 30), "x").result == {"number": "A"}
    with pytest.raises(BillError, match="A has an event on 2026-03-30; void from 2026-03-29 would change the past") as refused:
        plan_void(bounced, "A.yaml", None, date(2026, 3, 29), "x")
    assert refused.value.hint == "--on 2026-03-30 or later"


def test_no_day_before_it_was_issued() -> None:
    with pytest.raises(BillError, match="A has an event on 2026-03-14"):
        plan_void(Target(FACT, ()), "A.yaml", None, date(2026, 3, 13), "x")


@pytest.mark.parametrize("kind", ["payment", "credit", "discount", "write_off", "opening"])
@pytest.mark.parametrize("amount", [1, 10_000])
def test_whatever_settles_it_keeps_it(kind: str, amount: int) -> None:
    with pytest.raises(BillError, match="only an invoice that nothing settles can be made void"):
        plan_void(Target(FACT, (row(amount, 20, kind=kind),)), "A.yaml", None, TODAY, "x")


def test_a_credit_note_on_it_keeps_it_even_where_nothing_of_it_is_applied_there() -> None:
    with pytest.raises(BillError, match="A is corrected by CN-1") as refused:
        plan_void(Target(FACT, ()), "A.yaml", "CN-1", TODAY, "x")
    assert "credit-note new --invoice A --rest" in refused.value.hint


def test_twice_is_refused_with_the_first_day() -> None:
    with pytest.raises(BillError, match="A is void already, from 2026-03-20 on"):
        plan_void(Target(FACT._replace(voided_on=date(2026, 3, 20)), ()), "A.yaml", None, TODAY, "x")

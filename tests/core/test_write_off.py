"""Writing off: who must approve it, how much, of which tax, and taking it back in part or whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billcli.core.allocation import AllocationRow, Target, Wish
from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.plan import Append, Change, Create, Set
from billcli.core.rows import Row, live_rows
from billcli.core.write_off import WriteOffRequest, plan_reverse, plan_write_off, recovered, write_off_document, write_off_rows
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.write_off import WriteOff
from tests.core.master import D, settings

ISSUED = date(2026, 3, 14)
DAY = date(2026, 6, 30)


def target(number: str, gross: int = 10_000, *rows: tuple[int, date, date | None], currency: str = "EUR") -> Target:
    fact = InvoiceFact(
        number, "nordwind", "sales", ISSUED, date(2026, 4, 13), 1, currency, gross, 0, gross, None, None, None, None,
        "A", 1, 0, None, "", "", None, None, 1,
    )  # fmt: skip
    found = [Settlement(number, "payment", amount, on, on, "payment", "p", end, "allocations[0].amount") for amount, on, end in rows]
    return Target(fact, found)


def request(*wishes: Wish, **changes: Any) -> WriteOffRequest:
    asked = WriteOffRequest("nordwind", "EUR", "bad-debt", DAY, "Insolvent", wishes or (Wish("A", None),), "A. Berg")
    return asked._replace(**changes)


def test_all_that_is_open_is_written_off_on_one_day() -> None:
    both = target("A", 10_000, (4_000, ISSUED, None)), target("B")
    rows = write_off_rows(request(Wish("A", None), Wish("B", 2_500)), both, settings())
    assert rows == [AllocationRow("A", 6_000, DAY, "write_off"), AllocationRow("B", 2_500, DAY, "write_off")]


PAID_LATER = (10_000, ISSUED, date(2026, 7, 9))


@pytest.mark.parametrize(
    ("asked", "of", "said"),
    [
        (request(Wish("A", 10_001)), target("A"), "A has 100.00 EUR open, less than 100.01 EUR"),
        (request(), target("A", 10_000, (10_000, ISSUED, None)), "nothing is open on A, so nothing can be written off"),
        (request(on=date(2026, 3, 13)), target("A"), "A was issued on 2026-03-14, after 2026-03-13"),
        (request(), target("A", 10_000, PAID_LATER), "100.00 EUR of A are open for good only from 2026-07-09 on"),
        (request(approved_by=None), target("A"), "--approved-by is missing"),
        (request(Wish("A", 0)), target("A"), "nothing is to be written off of A"),
        (request(Wish("A", 101), kind="small-difference"), target("A"), "1.01 EUR are more than a small difference: 1.00 EUR"),
    ],
)
def test_what_is_refused(asked: WriteOffRequest, of: Target, said: str) -> None:
    with pytest.raises(BillError) as refused:
        write_off_rows(asked, [of], settings())
    assert said in refused.value.message


def test_a_small_difference_needs_no_name_up_to_the_limit_of_all_its_invoices() -> None:
    asked = request(Wish("A", 60), Wish("B", 40), kind="small-difference", approved_by=None)
    assert len(write_off_rows(asked, [target("A"), target("B")], settings())) == 2
    with pytest.raises(BillError, match=r"1\.01 EUR are more than a small difference"):
        write_off_rows(asked._replace(wishes=(Wish("A", 60), Wish("B", 41))), [target("A"), target("B")], settings())


def test_the_limit_of_a_currency_without_decimals_is_in_its_units() -> None:
    asked = request(Wish("A", 1), currency="JPY", kind="small-difference")
    assert write_off_rows(asked, [target("A", currency="JPY")], settings())
    with pytest.raises(BillError, match="2 JPY are more than a small difference: 1 JPY"):
        write_off_rows(asked._replace(wishes=(Wish("A", 2),)), [target("A", currency="JPY")], settings())


def document(**changes: Any) -> WriteOff:
    rows = [AllocationRow("A", 6_000, DAY, "write_off"), AllocationRow("B", 2_500, DAY, "write_off")]
    return write_off_document(request(**changes), rows, frozenset())


def test_the_document_says_who_and_why_and_rows_have_no_kind() -> None:
    made = document(tax_relief="adjust")
    assert (made.amount, made.reason, made.approved_by, made.tax_relief) == (D("85.00"), "Insolvent", "A. Berg", "adjust")
    plan = plan_write_off(made, [("vat-20", Money(1_417, "EUR"))], DAY, ["A.yaml", "B.yaml"])
    (step,) = plan.steps
    assert isinstance(step, Create)
    assert step.path == f"write-offs/2026/06/{made.id}.yaml"
    assert step.data["allocations"] == (
        {"invoice": "A", "amount": D("60.00"), "on": DAY}, {"invoice": "B", "amount": D("25.00"), "on": DAY},
    )  # fmt: skip
    assert plan.summary == (
        f"write-off {made.id}: 85.00 EUR of nordwind, Insolvent, approved by A. Berg",
        "  60.00 EUR of A, from 2026-06-30 on",
        "  25.00 EUR of B, from 2026-06-30 on",
        "  tax taken back: 14.17 EUR of vat-20",
    )


def test_a_closed_period_is_said() -> None:
    assert "counted from 2026-06-30: 2026-05-05 lies in a closed period" in plan_write_off(document(), [], date(2026, 5, 5), []).summary


def rows() -> list[Row]:
    return live_rows(document(), "allocations")


@pytest.mark.parametrize(
    ("amount", "ends"),
    [
        (None, [("B", 0), ("A", 0)]),
        (8_500, [("B", 0), ("A", 0)]),
        (2_500, [("B", 0)]),
        (1, [("B", 2_499)]),
        (2_501, [("B", 0), ("A", 5_999)]),
    ],
)
def test_what_came_last_is_recovered_first(amount: int | None, ends: list[tuple[str, int]]) -> None:
    assert [(row.invoice, keep) for row, keep in recovered("W", rows(), amount, "EUR")] == ends


def test_no_more_is_recovered_than_is_still_written_off() -> None:
    with pytest.raises(BillError, match=r"85\.00 EUR of W are still written off, less than 85\.01 EUR"):
        recovered("W", rows(), 8_501, "EUR")
    with pytest.raises(BillError, match="nothing of W is written off any more"):
        recovered("W", [], None, "EUR")


def test_a_recovery_in_part_ends_the_row_and_begins_its_remainder() -> None:
    paid = date(2026, 8, 1)
    plan = plan_reverse(document(), "w.yaml", recovered("W", rows(), 2_600, "EUR"), paid, date(2026, 7, 20), "Paid after all")
    (step,) = plan.steps
    assert isinstance(step, Change)
    assert step.edits == (
        Set(("allocations", 1, "ended_on"), paid), Set(("allocations", 1, "reason"), "Paid after all"),
        Set(("allocations", 0, "ended_on"), paid), Set(("allocations", 0, "reason"), "Paid after all"),
        Append(("allocations",), {"invoice": "A", "amount": D("59.00"), "on": paid}),
    )  # fmt: skip
    assert plan.summary[0].endswith("is taken back by 26.00 EUR: Paid after all")
    assert plan.summary[1:] == (
        "  25.00 EUR on B are owed again from 2026-08-01 on",
        "  1.00 EUR on A are owed again from 2026-08-01 on",
        "counted from 2026-08-01: 2026-07-20 lies in a closed period",
    )


def test_a_remainder_that_began_later_is_owed_from_its_own_day() -> None:
    later = Row("allocations", 2, "A", "", 5_900, date(2026, 8, 10))
    plan = plan_reverse(document(), "w.yaml", [(later, 0)], date(2026, 8, 1), date(2026, 8, 1), "Paid after all")
    assert plan.summary[1:] == ("  59.00 EUR on A are owed again from 2026-08-10 on",)


def test_no_recovery_before_it_was_written_off() -> None:
    early = date(2026, 6, 29)
    with pytest.raises(BillError, match="2026-06-29 is before 2026-06-30, from which day it is written off"):
        plan_reverse(document(), "w.yaml", recovered("W", rows(), None, "EUR"), early, early, "Paid after all")

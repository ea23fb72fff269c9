from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billcli.core.allocation import AllocationRow, Purse, Target, Wish, allocate, oldest_due
from billcli.core.early_payment import TaxShare
from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.payment import (
    Ending,
    PaymentRequest,
    outlasting_granted,
    payment_document,
    plan_allocate,
    plan_payment,
    plan_reverse,
    plan_undo,
    reversal_day,
)  # fmt: skip
from billcli.core.plan import Append, Edit, Plan, Set
from billcli.core.plan import Change as ChangeOfFile
from billcli.core.rows import live_rows
from billcli.core.settlement import Change
from billcli.core.take_back import Returned
from billcli.errors import BillError
from billcli.model.payment import Payment, Reversal
from tests.core.master import settings

DAY = date(2026, 3, 1)


def target(number: str, gross: int, issued_on: date = DAY, *rows: tuple[int, date], **changes: object) -> Target:
    fact = InvoiceFact(
        number, "nordwind", "sales", issued_on, issued_on, 1, "EUR", gross, 0, gross, "net 30", None, None, None,
        "INV-", 1, 0, None, "", "", None, None, 1,
    )  # fmt: skip
    fact = fact._replace(**changes)  # type: ignore[arg-type]  # a test's fields
    return Target(fact, [Settlement(number, "payment", amount, on, on, "payment", "p", None, "") for amount, on in rows])


def asked(amount: int, *wishes: Wish, oldest_first: bool = False, received_on: date = date(2026, 3, 10)) -> PaymentRequest:
    return PaymentRequest("nordwind", amount, "EUR", received_on, wishes, "oldest due" if oldest_first else None)


def allocated(request: PaymentRequest, *targets: Target, oldest: tuple[str, ...] = (), closed: str | None = None) -> list[AllocationRow]:
    ledger = settings(closed_through=closed) if closed else settings()
    day = request.received_on
    purse = Purse("the payment", request.currency, [Change(day, request.amount)], day, day)
    named = {each.invoice.number: each for each in targets}
    more = oldest_due([named[number].invoice for number in oldest if number not in {wish.invoice for wish in request.wishes}])
    return allocate(purse, [*request.wishes, *(more if request.policy else ())], named, ledger).rows


def test_a_named_invoice_takes_as_much_as_fits() -> None:
    assert allocated(asked(500, Wish("A", None)), target("A", 300)) == [AllocationRow("A", 300, date(2026, 3, 10))]


def test_a_named_amount_is_taken_as_it_is() -> None:
    assert allocated(asked(500, Wish("A", 120)), target("A", 300)) == [AllocationRow("A", 120, date(2026, 3, 10))]


def test_the_rest_goes_to_the_oldest_only_if_asked() -> None:
    both = (target("A", 300), target("B", 100))
    assert len(allocated(asked(500, Wish("B", None)), *both, oldest=("A", "B"))) == 1
    rows = allocated(asked(350, Wish("B", None), oldest_first=True), *both, oldest=("A", "B"))
    assert [(row.invoice, row.amount) for row in rows] == [("B", 100), ("A", 250)]


def test_money_before_the_invoice_counts_from_the_day_of_issue() -> None:
    rows = allocated(asked(300, Wish("A", None), received_on=date(2026, 1, 5)), target("A", 300))
    assert rows == [AllocationRow("A", 300, DAY)]


def test_a_settlement_never_takes_what_a_later_one_needs() -> None:
    paid_later = target("A", 300, DAY, (200, date(2026, 4, 1)))
    assert allocated(asked(500, Wish("A", None)), paid_later) == [AllocationRow("A", 100, date(2026, 3, 10))]


def test_a_closed_period_moves_the_settlement_to_the_first_open_day() -> None:
    rows = allocated(asked(300, Wish("A", None)), target("A", 300), closed="2026-03-31")
    assert rows == [AllocationRow("A", 300, date(2026, 4, 1))]


@pytest.mark.parametrize(
    ("request_", "of", "said"),
    [
        (asked(500, Wish("A", 301)), target("A", 300), "A has 3.00 EUR open, less than 3.01 EUR"),
        (asked(200, Wish("A", 250)), target("A", 300), "the payment has 2.00 EUR left for A, less than 2.50 EUR"),
        (asked(200, Wish("A", None)), target("A", 300, DAY, (300, DAY)), "A takes nothing of it: nothing is open on it"),
        (asked(200, Wish("A", None)), target("A", 300, DAY, currency="USD"), "A is in USD, the payment in EUR"),
        (asked(200, Wish("A", None)), target("A", 300, DAY, voided_on=DAY), "A is void"),
    ],
)
def test_what_an_invoice_or_a_payment_cannot_bear_is_refused(request_: PaymentRequest, of: Target, said: str) -> None:
    with pytest.raises(BillError) as refused:
        allocated(request_, of)
    assert said in refused.value.message


def test_the_second_named_invoice_gets_only_what_the_first_left() -> None:
    with pytest.raises(BillError, match="B takes nothing of it: the payment is used up"):
        allocated(asked(300, Wish("A", None), Wish("B", None)), target("A", 300), target("B", 100))


def test_the_id_says_day_and_payer_and_a_twin_gets_another_one() -> None:
    request = asked(500)
    first = payment_document(request, [], request.received_on, frozenset())
    twin = payment_document(request, [], request.received_on, frozenset((first.id,)))
    assert first.id.startswith("2026-03-10-nordwind-")
    assert first.id == payment_document(request, [], request.received_on, frozenset()).id != twin.id


def test_the_plan_says_what_stays_unapplied() -> None:
    request = asked(500, Wish("A", None))
    payment = payment_document(request, allocated(request, target("A", 300)), request.received_on, frozenset())
    plan = plan_payment(payment, [], [])
    assert plan.summary[1:] == ("  3.00 EUR to A", "  2.00 EUR stay as unapplied credit")


def paid(*rows: AllocationRow, **changes: object) -> Payment:
    request = asked(10_000)._replace(**changes)  # type: ignore[arg-type]  # a test's fields
    return payment_document(request, rows, request.received_on, frozenset())


PAID = date(2026, 3, 10)
SETTLED = AllocationRow("A", 9_800, PAID), AllocationRow("A", 200, PAID, "discount")


def test_the_plan_says_what_is_granted_on_which_invoice_and_its_tax() -> None:
    taxes = {"A": [TaxShare("vat-19", 150, 24), TaxShare("none", 50, 0)]}
    plan = plan_payment(paid(*SETTLED), [], [], ["no discount on B"], taxes)
    assert plan.summary[1:] == (
        "  98.00 EUR to A",
        "  2.00 EUR early-payment discount on A, its tax: 0.24 EUR of vat-19",
        "  2.00 EUR stay as unapplied credit",
        "  no discount on B",
    )


def test_money_on_account_keeps_its_fee_for_the_invoice_to_come() -> None:
    plan = plan_payment(paid(fee=500), [], [])
    assert plan.summary[-1] == "  the fee of 5.00 EUR settles an invoice once the payment is allocated to it"
    used = paid(AllocationRow("A", 9_500, PAID), AllocationRow("A", 500, PAID, "bank_charge"), fee=500)
    assert plan_payment(used, [], []).summary[1:] == (
        "  95.00 EUR to A",
        "  5.00 EUR bank charge on A",
        "  5.00 EUR stay as unapplied credit",
    )


def test_money_in_another_currency_is_said_beside_what_it_settles() -> None:
    made = paid(received=(Decimal("110.00"), "USD"))
    assert made.received is not None
    assert "100.00 EUR (110.00 USD came in) from nordwind" in plan_payment(made, [], []).summary[0]


def test_a_later_allocation_is_appended_and_says_from_when_it_counts() -> None:
    later = date(2026, 4, 1)
    plan = plan_allocate(paid(), "p.yaml", [AllocationRow("B", 700, later)], [], ["B.yaml"])
    assert edits(plan) == (Append(("allocations",), {"invoice": "B", "amount": Decimal("7.00"), "on": later}),)
    assert plan.summary[1:] == ("  7.00 EUR to B, counted from 2026-04-01",)


def edits(plan: Plan) -> tuple[Edit, ...]:
    change = plan.steps[0]
    assert isinstance(change, ChangeOfFile)
    return change.edits


def ending(payment: Payment, on: date, *, returned: tuple[Returned, ...] = ()) -> Ending:
    return Ending(live_rows(payment, "allocations"), on, "wrong invoice", returned, [])


def test_undo_takes_the_discount_with_the_money_and_frees_the_money_only() -> None:
    payment, on = paid(*SETTLED), date(2026, 3, 20)
    plan = plan_undo(payment, "p.yaml", ending(payment, on), on)
    assert [each.value for each in edits(plan) if isinstance(each, Set)] == [on, "wrong invoice"] * 2
    assert plan.summary[0].endswith("are taken back from 2026-03-20 on: wrong invoice")
    assert plan.summary[1:] == (
        "  98.00 EUR on A are open again",
        "  2.00 EUR early-payment discount on A are open again",
        "  98.00 EUR of the payment are unapplied again",
    )


def test_undo_from_a_day_before_a_credit_note_took_the_discount_back_ends_the_discount_with_the_money() -> None:
    """A discount counts only beside its money, though it was taken back later than the money now ends."""
    payment, taken, on = paid(*SETTLED), date(2026, 3, 26), date(2026, 3, 20)
    cash, discount = payment.allocations
    discount = discount.model_copy(update={"ended_on": taken, "reason": "taken back by CN-1"})
    payment = payment.model_copy(update={"allocations": (cash, discount)})
    plan = plan_undo(payment, "p.yaml", ending(payment, on), on)
    assert edits(plan)[-1] == Set(("allocations", 1, "ended_on"), on)
    assert "  2.00 EUR early-payment discount on A, taken back on 2026-03-26, count no more from 2026-03-20 on" in plan.summary
    assert outlasting_granted(payment, ending(payment, taken).rows, taken) == []


def test_undo_in_a_closed_period_counts_later_and_says_so_and_never_before_the_money() -> None:
    payment = paid(*SETTLED)
    moved = plan_undo(payment, "p.yaml", ending(payment, date(2026, 4, 1)), date(2026, 3, 20))
    assert moved.summary[-1] == "counted from 2026-04-01: 2026-03-20 lies in a closed period"
    with pytest.raises(BillError, match="2026-03-09 is before 2026-03-10, the day the money came"):
        plan_undo(payment, "p.yaml", ending(payment, date(2026, 3, 9)), date(2026, 3, 9))


def test_undo_of_what_begins_later_ends_it_on_its_own_day() -> None:
    payment, begins = paid(AllocationRow("A", 9_800, date(2026, 4, 1))), date(2026, 4, 1)
    plan = plan_undo(payment, "p.yaml", ending(payment, PAID), PAID)
    assert edits(plan)[0] == Set(("allocations", 0, "ended_on"), begins)
    assert "  98.00 EUR on A are open again from 2026-04-01 on" in plan.summary


@pytest.mark.parametrize(
    ("value_on", "closed", "counts", "said"),
    [
        (PAID, None, PAID, ""),
        (date(2026, 3, 25), None, date(2026, 3, 25), ""),
        (date(2026, 3, 25), "2026-03-31", date(2026, 4, 1), ""),
        (date(2026, 3, 9), None, None, "2026-03-09 is before 2026-03-10, the day the money came"),
        (date(2026, 4, 3), None, None, "2026-04-03 is in the future"),
    ],
)
def test_a_reversal_counts_from_the_day_of_the_bank_or_the_first_open_one(
    value_on: date, closed: str | None, counts: date | None, said: str
) -> None:
    ledger = settings(closed_through=closed) if closed else settings()
    if counts:
        assert reversal_day(paid(), value_on, ledger, date(2026, 4, 2)) == counts
    else:
        with pytest.raises(BillError) as refused:
            reversal_day(paid(), value_on, ledger, date(2026, 4, 2))
        assert said in refused.value.message


def test_a_payment_is_reversed_once() -> None:
    once = paid().model_copy(update={"reversed": Reversal(on=PAID, reason="bounced")})
    with pytest.raises(BillError, match="is reversed already, from 2026-03-10 on"):
        reversal_day(once, PAID, settings(), PAID)


def test_a_bounce_ends_all_rows_returns_credit_and_makes_the_charge_a_claim() -> None:
    payment, value, on = paid(*SETTLED), date(2026, 3, 25), date(2026, 4, 1)
    bounced = ending(payment, on, returned=(Returned("CN-1", "A", 1_500, on),))._replace(reason="Cheque bounced")
    plan = plan_reverse(payment, "p.yaml", bounced, value, Decimal("7.50"))
    reversal = {"on": on, "value_on": value, "reason": "Cheque bounced", "bank_charge": Decimal("7.50")}
    assert edits(plan)[-1] == Set(("reversed",), reversal)
    assert [each.value for each in edits(plan)[:-1] if isinstance(each, Set) and each.path[-1] == "ended_on"] == [on, on]
    assert plan.summary[1:] == (
        "  98.00 EUR on A are open again",
        "  2.00 EUR early-payment discount on A are open again",
        "  15.00 EUR of the credit of CN-1 return to A",
        "counted from 2026-04-01: 2026-03-25 lies in a closed period",
        "  the bank's charge of 7.50 EUR is a claim against nordwind, outside the balance",
    )


def test_a_row_that_was_taken_back_later_does_not_outlast_the_reversal() -> None:
    moved = paid(*SETTLED)
    gone = moved.allocations[0].model_copy(update={"ended_on": date(2026, 3, 20)})
    never = moved.allocations[1].model_copy(update={"on": date(2026, 3, 18), "ended_on": date(2026, 3, 18)})
    payment = moved.model_copy(update={"allocations": (gone, never)})
    plan = plan_reverse(payment, "p.yaml", ending(payment, date(2026, 3, 15)), date(2026, 3, 15), None)
    assert edits(plan)[:-1] == (Set(("allocations", 0, "ended_on"), date(2026, 3, 15)),)
    assert "  98.00 EUR on A, taken back on 2026-03-20, count no more from 2026-03-15 on" in plan.summary

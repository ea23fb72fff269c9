from __future__ import annotations

from datetime import date

import pytest

from billcli.core.allocation import AllocationRow, Purse, Target, Wish, allocate, oldest_due
from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.payment import PaymentRequest, payment_document, plan_payment
from billcli.core.settlement import Change
from billcli.errors import BillError
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

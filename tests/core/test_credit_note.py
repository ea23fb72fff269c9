from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from billcli.core.checks.documents import check_document
from billcli.core.credit_lines import LineChoice
from billcli.core.credit_note import Credited, CreditRequest, credit_note_document, plan_credit_note
from billcli.core.invoice import InvoiceRequest, invoice_document
from billcli.core.lines import typed_line
from billcli.core.numbering import Given
from billcli.errors import BillError, UsageError
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from tests.core.master import D, master, settings

DAY = date(2026, 3, 14)
LATER = date(2026, 4, 2)
GIVEN = Given("CN-2026-0001", "", ())


def invoice(*lines: str) -> Invoice:
    request = InvoiceRequest("nordwind", tuple(map(typed_line, lines or ("Consulting;10;100", "Handbook;4;30;vat-7"))))
    return invoice_document(request, master(), Given("INV-2026-0001", "", ()), DAY)


def credited(
    of: Invoice,
    request: CreditRequest,
    *,
    gross: int = 0,
    quantities: Mapping[int, Decimal] | None = None,
    notes: int = 0,
    open_: int | None = None,
) -> CreditNote:
    full = int(of.totals.gross.scaleb(2))
    before = Credited(gross, quantities or {}, notes, full - gross if open_ is None else open_, DAY)
    return credit_note_document(request, of, before, settings(), GIVEN, request.issued_on or LATER)


def request(*lines: tuple[int, str | None], amount: int | None = None, issued_on: date | None = None) -> CreditRequest:
    choices = tuple(LineChoice(line, D(quantity) if quantity else None) for line, quantity in lines)
    return CreditRequest("INV-2026-0001", "too many", choices, amount, issued_on)


def test_without_lines_or_amount_the_whole_invoice_is_credited() -> None:
    of = invoice()
    note = credited(of, request())
    assert note.totals == of.totals
    assert [(each.invoice, each.amount, each.on) for each in note.applied] == [("INV-2026-0001", D("1328.40"), LATER)]


def test_a_line_is_credited_by_quantity_with_its_tax() -> None:
    note = credited(invoice(), request((1, "2")))
    assert (note.totals.net, note.totals.tax) == (D("200.00"), D("40.00"))
    assert note.lines[0].invoice_line == 1


def test_an_amount_is_shared_over_the_tax_rates_and_adds_up() -> None:
    note = credited(invoice(), request(amount=10_000))
    assert note.totals.gross == D("100.00")
    assert [each.code for each in note.taxes] == ["vat-20", "vat-7"]
    assert note.prices == "gross"


@for_all(st.integers(1, 132_840))
def test_any_amount_up_to_the_gross_makes_a_note_that_adds_up(amount: int) -> None:
    note = credited(invoice(), request(amount=amount))
    assert note.totals.gross == D(amount).scaleb(-2)
    assert check_document("credit-note", note) == []


def test_what_exceeds_the_open_balance_stays_as_credit() -> None:
    of = invoice()
    note = credited(of, request(), open_=50_000)
    assert [each.amount for each in note.applied] == [D("500.00")]
    plan = plan_credit_note(note, GIVEN, "invoices/2026/03/INV-2026-0001.yaml")
    assert "  828.40 EUR of it stay as credit of nordwind" in plan.summary


def test_a_settled_invoice_takes_nothing() -> None:
    assert credited(invoice(), request(), open_=0).applied == ()


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (request((1, "10.5")), "line 1 of INV-2026-0001 has 10 left to credit, not 10.5"),
        (request((1, "0")), "has 10 left to credit, not 0"),
        (request(amount=132_841), "more than can still be credited on INV-2026-0001: 1328.40 EUR"),
    ],
)
def test_no_credit_beyond_what_was_sold(wish: CreditRequest, said: str) -> None:
    with pytest.raises(BillError) as refused:
        credited(invoice(), wish)
    assert said in refused.value.message


def test_earlier_credit_notes_count_for_every_cap() -> None:
    with pytest.raises(BillError, match="line 1 of INV-2026-0001 has 1 left"):
        credited(invoice(), request((1, "2")), gross=108_000, quantities={1: D(9)}, notes=1)
    with pytest.raises(BillError, match=r"328\.40 EUR"):
        credited(invoice(), request(amount=40_000), gross=100_000, notes=1)


def test_a_line_without_a_quantity_takes_what_is_left_of_it() -> None:
    note = credited(invoice(), request((1, None)), gross=84_000, quantities={1: D(7)}, notes=1)
    assert note.lines[0].quantity == D(3)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (request((3, None)), "has no line 3"),
        (request((1, "1"), (1, "1")), "line 1 is named twice"),
        (request(amount=0), "more than zero"),
    ],
)
def test_a_request_that_names_nothing_is_a_usage_error(wish: CreditRequest, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        credited(invoice(), wish)


def test_after_a_first_credit_the_whole_must_be_named() -> None:
    with pytest.raises(UsageError, match="was credited before"):
        credited(invoice(), request(), gross=100, notes=1)


def test_a_note_before_the_last_event_of_its_invoice_would_change_the_past() -> None:
    with pytest.raises(BillError) as refused:
        credited(invoice(), request(issued_on=date(2026, 3, 13)))
    assert refused.value.hint == "the earliest possible day is 2026-03-14"

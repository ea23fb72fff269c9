"""However an invoice is credited in parts, they add up to it: base, tax and gross, per tax code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billcli.core.adjustments import TypedAdjustment
from billcli.core.checks.documents import check_document
from billcli.core.credit_lines import LineChoice
from billcli.core.credit_note import Credited, CreditRequest, credit_note_document
from billcli.core.invoice import InvoiceRequest, invoice_document
from billcli.core.lines import typed_line
from billcli.core.numbering import Given
from billcli.core.shares import NOTHING, Taxed, Whole, taxed_by_code
from billcli.errors import BillError
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.money import Money
from tests.core import master as small

DAY = date(2026, 3, 14)
RATES = {"vat-19": "19", "vat-7": "7", "vat-5.5": "5.5", "full": "100"}
CODES = [{"code": code, "category": "S", "rate": rate} for code, rate in RATES.items()]


def issued(
    *lines: str, discount: tuple[str, ...] = (), charge: tuple[str, ...] = (), rounding: str = "document", **changes: Any
) -> Invoice:
    typed = tuple(TypedAdjustment("discount", each) for each in discount) + tuple(TypedAdjustment("charge", each) for each in charge)
    request = InvoiceRequest("nordwind", tuple(map(typed_line, lines)), typed_adjustments=typed)._replace(**changes)
    return invoice_document(request, small.master(tax_codes=CODES, tax=None, rounding=rounding), Given("INV-1", "", ()), DAY)


class Crediting:
    """An invoice and the credit notes on it so far, with what the books say of them."""

    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.notes: list[CreditNote] = []

    def before(self) -> Credited:
        currency = self.invoice.currency
        quantities: dict[int, Decimal] = {}
        by_tax: dict[str, Taxed] = {}
        for note in self.notes:
            for line in note.lines:
                if line.invoice_line is not None:
                    quantities[line.invoice_line] = quantities.get(line.invoice_line, Decimal(0)) + line.quantity
            for code, taken in taxed_by_code(note).items():
                by_tax[code] = by_tax.get(code, NOTHING).plus(taken)
        gross = sum(Money.of(note.totals.gross, currency).minor for note in self.notes)
        return Credited(gross, quantities, len(self.notes), Money.of(self.invoice.totals.gross, currency).minor - gross, DAY, by_tax)

    def credit(self, *lines: tuple[int, str | None], amount: int | None = None, rest: bool = False) -> CreditNote:
        choices = tuple(LineChoice(line, Decimal(quantity) if quantity else None) for line, quantity in lines)
        request = CreditRequest("INV-1", "r", choices, amount, rest=rest)
        note = credit_note_document(request, self.invoice, self.before(), small.settings(), Given("CN-1", "", ()), DAY)
        assert check_document("credit-note", note) == []
        self.notes.append(note)
        return note

    @property
    def left(self) -> int:
        return self.before().open


def figures(note: CreditNote) -> tuple[str, str, str]:
    return f"{note.totals.net:f}", f"{note.totals.tax:f}", f"{note.totals.gross:f}"


def test_thirds_of_a_line_add_up_to_it() -> None:
    of = Crediting(issued("A;3;0.335;vat-19"))
    assert [figures(of.credit((1, "1"))) for _ in range(3)] == [
        ("0.34", "0.06", "0.40"),
        ("0.33", "0.07", "0.40"),
        ("0.34", "0.06", "0.40"),
    ]
    assert of.left == 0
    assert [each.adjustments for each in of.notes[0].lines] == [()]
    [rounding] = of.notes[1].lines[0].adjustments
    assert (rounding.kind, rounding.description, f"{rounding.amount:f}") == ("discount", "Rounding", "0.01")


def test_a_returned_piece_brings_back_its_part_of_every_discount() -> None:
    of = Crediting(issued("A;4;25;vat-19;;-10%", "B;1;30;vat-7", discount=("12;Loyalty",)))
    note = of.credit((1, "1"))
    said = [(each.kind, each.description, f"{each.amount:f}") for each in note.lines[0].adjustments]
    assert said == [("discount", "10 %", "2.50"), ("discount", "Loyalty", "2.25")]
    assert figures(note) == ("20.25", "3.85", "24.10")


def test_a_charge_of_the_invoice_comes_back_with_the_rest_of_it() -> None:
    of = Crediting(issued("A;1;100;vat-7", charge=("12;Freight;vat-19",)))
    assert figures(of.credit((1, None))) == ("100.00", "7.00", "107.00")
    note = of.credit(rest=True)
    assert [each.description for each in note.lines] == ["Freight"]
    assert figures(note) == ("12.00", "2.28", "14.28")


def test_an_amount_takes_exactly_what_is_left_of_a_code_where_it_takes_all() -> None:
    of = Crediting(issued("A;3;0.335;vat-19", "B;1;10;vat-7"))
    of.credit((1, "2"))
    note = of.credit(amount=of.left)
    assert [f"{each.code} {each.base:f} {each.amount:f}" for each in note.taxes] == ["vat-19 0.34 0.06", "vat-7 10.00 0.70"]


def test_after_an_amount_the_lines_come_back_for_what_is_left_of_them() -> None:
    of = Crediting(issued("A;10;100;vat-19"))
    of.credit(amount=11_900)
    with pytest.raises(BillError) as refused:
        of.credit((1, None))
    assert refused.value.message == "1000.00 EUR before tax at vat-19 is more than can still be credited on INV-1: 900.00 EUR"
    note = of.credit(rest=True)
    [line] = note.lines
    assert (line.invoice_line, line.quantity) == (1, Decimal(10))
    assert [(each.description, f"{each.amount:f}") for each in line.adjustments] == [("Credited before", "100.00")]
    assert (figures(note), of.left) == (("900.00", "171.00", "1071.00"), 0)


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@pytest.mark.parametrize("prices", ["net", "gross"])
def test_one_unit_above_what_is_left_is_refused_and_says_so(currency: str, prices: str) -> None:
    of = Crediting(issued("A;3;333;vat-19", "B;1;50;vat-7", currency=currency, prices=prices))
    of.credit((1, "1"))
    left = of.left
    with pytest.raises(BillError) as refused:
        of.credit(amount=left + 1)
    assert str(Money(left, currency)) in refused.value.message
    assert figures(of.credit(amount=left))[2] == Money(left, currency).text()
    with pytest.raises(BillError, match="nothing is left"):
        of.credit(rest=True)


def test_a_share_never_exceeds_what_is_left() -> None:
    whole = Whole(Taxed(3, 1), Taxed(2, 1))
    assert whole.of_base(1) == Taxed(1, 0)
    assert whole.of_gross(1) == Taxed(1, 0)
    assert Whole(Taxed(3, 1), Taxed(3, 0)).of_gross(1) == Taxed(0, 1)


class Wish(NamedTuple):
    """By line and a part of its quantity, or by a part of what is left."""

    line: int | None
    part: int


LINE = st.builds(
    lambda quantity, price, tax, cell: f"A;{quantity:f};{price:f};{tax};;{cell}",
    st.decimals(min_value=Decimal("0.001"), max_value=20, places=3),
    st.decimals(min_value=0, max_value=300, places=3),
    st.sampled_from([*RATES, "none"]),
    st.sampled_from(["", "", "-10%", "+3.333%", "-1", "+7"]),
)
VALUES = st.lists(st.sampled_from(["10%", "0.7%", "1", "13;x;vat-19", "2.5%;y;vat-7"]), max_size=2).map(tuple)
WISHES = st.lists(st.builds(Wish, st.none() | st.integers(1, 5), st.integers(1, 6)), max_size=8)


@settings(max_examples=200)
@given(
    st.lists(LINE, min_size=1, max_size=5), VALUES, VALUES, st.sampled_from(["net", "gross"]), st.sampled_from(["document", "line"]),
    st.sampled_from(["EUR", "JPY", "KWD"]), WISHES,
)  # fmt: skip
def test_any_credit_notes_add_up_to_their_invoice(
    lines: list[str], discount: tuple[str, ...], charge: tuple[str, ...], prices: str, rounding: str, currency: str, wishes: list[Wish]
) -> None:
    try:
        of = Crediting(issued(*lines, discount=discount, charge=charge, prices=prices, rounding=rounding, currency=currency))
    except BillError:
        assume(False)
    for wish in wishes:
        if not of.left:
            break
        try:
            if wish.line is None:
                of.credit(amount=max(of.left // wish.part, 1))
            elif wish.line <= len(of.invoice.lines):
                left = of.invoice.lines[wish.line - 1].quantity - of.before().quantities.get(wish.line, Decimal(0))
                part = left if wish.part == 1 else (left / wish.part).quantize(Decimal("0.001"))
                of.credit((wish.line, f"{part:f}"))
        except BillError:
            pass  # nothing of it is left, or it is worth nothing: what was refused changes nothing
        never_more(of)
    if of.left:
        of.credit(rest=True)
    whole, taken = taxed_by_code(of.invoice), of.before()
    assert taken.open == 0
    assert {code: each for code, each in taken.by_tax.items() if any(each)} == {code: each for code, each in whole.items() if any(each)}


def never_more(of: Crediting) -> None:
    whole, taken = taxed_by_code(of.invoice), of.before()
    assert taken.open >= 0
    for code, each in taken.by_tax.items():
        assert 0 <= each.base <= whole.get(code, NOTHING).base
        assert 0 <= each.tax <= whole.get(code, NOTHING).tax
    for note in of.notes:
        assert all(group.base >= 0 and group.amount >= 0 for group in note.taxes)
        assert note.totals.gross == note.totals.net + note.totals.tax

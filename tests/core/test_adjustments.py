from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from billcli.core.adjustments import TypedAdjustment, document_adjustment, line_adjustment
from billcli.core.checks.documents import check_document
from billcli.core.invoice import InvoiceRequest, adjustment_lines, invoice_document, plan_draft, plan_issue, request_from_draft
from billcli.core.lines import typed_line
from billcli.core.numbering import Given
from billcli.core.plan import Create
from billcli.core.totals import line_amount, parts
from billcli.errors import BillError, UsageError
from billcli.model.invoice import Adjustment, Draft, Invoice, ServicePeriod
from billcli.model.values import BadValue
from tests.core.master import D, master

DAY = date(2026, 3, 14)
GIVEN = Given("INV-2026-0001", "", ())
CODES = [{"code": f"vat-{rate}", "category": "S", "rate": str(rate)} for rate in (5, 7, 10, 19, 20)]


def requested(*lines: str, discount: tuple[str, ...] = (), charge: tuple[str, ...] = (), **changes: Any) -> InvoiceRequest:
    typed = tuple(TypedAdjustment("discount", each) for each in discount) + tuple(TypedAdjustment("charge", each) for each in charge)
    return InvoiceRequest("nordwind", tuple(map(typed_line, lines)), typed_adjustments=typed)._replace(**changes)


def issued(*lines: str, rounding: str = "document", **changes: Any) -> Invoice:
    return invoice_document(requested(*lines, **changes), master(tax_codes=CODES, tax=None, rounding=rounding), GIVEN, DAY)


def totals(invoice: Invoice) -> tuple[str, str, str]:
    each = invoice.totals
    return f"{each.net:f}", f"{each.tax:f}", f"{each.gross:f}"


def groups(invoice: Invoice) -> list[str]:
    return [f"{each.code} {each.base:f} {each.amount:f}" for each in invoice.taxes]


def test_the_worked_document_of_en_16931() -> None:
    invoice = issued(
        "A;1;199.90;vat-19", "B;1;50.05;vat-19", "C;1;33.33;vat-7", discount=("10.00;Loyalty;vat-19",)
    )  # fmt: skip
    assert totals(invoice) == ("273.28", "47.92", "321.20")
    assert groups(invoice) == ["vat-19 239.95 45.59", "vat-7 33.33 2.33"]
    assert check_document("invoice", invoice) == []


@pytest.mark.parametrize(
    ("lines", "options", "expected", "by_code"),
    [
        # a line's own, by percent and by amount, discount and charge
        (["A;2;50;vat-20;;-10%"], {}, ("90.00", "18.00", "108.00"), ["vat-20 90.00 18.00"]),
        (["A;2;50;vat-20;;-5.00"], {}, ("95.00", "19.00", "114.00"), ["vat-20 95.00 19.00"]),
        (["A;2;50;vat-20;;+3%"], {}, ("103.00", "20.60", "123.60"), ["vat-20 103.00 20.60"]),
        (["A;2;50;vat-20;;+5"], {}, ("105.00", "21.00", "126.00"), ["vat-20 105.00 21.00"]),
        (["A;1;0.25;none;;-10%"], {}, ("0.22", "0.00", "0.22"), []),
        # the document's, shared by the largest remainder
        (
            ["A;1;200;vat-20", "B;1;100;vat-7"],
            {"discount": ("10%",)},
            ("270.00", "42.30", "312.30"),
            ["vat-20 180.00 36.00", "vat-7 90.00 6.30"],
        ),
        (["A;1;2;vat-20", "B;1;1;vat-7"], {"discount": ("0.01",)}, ("2.99", "0.47", "3.46"), ["vat-20 1.99 0.40", "vat-7 1.00 0.07"]),
        (["A;1;1;vat-20", "B;1;1;vat-7"], {"discount": ("0.01",)}, ("1.99", "0.27", "2.26"), ["vat-20 0.99 0.20", "vat-7 1.00 0.07"]),
        (["A;1;1;vat-20", "B;1;1;none"], {"charge": ("1.00;Freight",)}, ("3.00", "0.30", "3.30"), ["vat-20 1.50 0.30"]),
        # on one tax code: a percentage is of its lines, a charge may stand alone
        (
            ["A;1;200;vat-20", "B;1;100;vat-7"],
            {"discount": ("10%;;vat-7",)},
            ("290.00", "46.30", "336.30"),
            ["vat-20 200.00 40.00", "vat-7 90.00 6.30"],
        ),
        (
            ["A;1;100;vat-7"],
            {"charge": ("12.00;Freight;vat-20",)},
            ("112.00", "9.40", "121.40"),
            ["vat-7 100.00 7.00", "vat-20 12.00 2.40"],
        ),
        # percentages of the document are of the lines after their own discounts, each of the same sum
        (["A;1;100;vat-20;;-50%"], {"discount": ("10%", "10%")}, ("40.00", "8.00", "48.00"), ["vat-20 40.00 8.00"]),
        (["A;1;100;vat-20"], {"discount": ("10%",), "charge": ("10%",)}, ("100.00", "20.00", "120.00"), ["vat-20 100.00 20.00"]),
        # prices with tax
        (["A;1;119;vat-19"], {"prices": "gross"}, ("100.00", "19.00", "119.00"), ["vat-19 100.00 19.00"]),
        (
            ["A;1;119;vat-19", "B;1;107;vat-7"],
            {"prices": "gross", "discount": ("22.60",)},
            ("180.00", "23.40", "203.40"),
            ["vat-19 90.00 17.10", "vat-7 90.00 6.30"],
        ),
        (["A;3;0.99;vat-19;;-10%"], {"prices": "gross"}, ("2.24", "0.43", "2.67"), ["vat-19 2.24 0.43"]),
        # currencies without decimals and with three
        (["A;3;98;vat-10", "B;1;5;vat-10"], {"currency": "JPY", "discount": ("5%",)}, ("284", "28", "312"), ["vat-10 284 28"]),
        (["A;1;1001;vat-10;;-10%"], {"currency": "JPY", "prices": "gross"}, ("819", "82", "901"), ["vat-10 819 82"]),
        (["A;1;1.2345;vat-5"], {"currency": "KWD", "discount": ("0.5%",)}, ("1.229", "0.061", "1.290"), ["vat-5 1.229 0.061"]),
        (["A;3;0.335;vat-5;;+0.001"], {"currency": "KWD"}, ("1.006", "0.050", "1.056"), ["vat-5 1.006 0.050"]),
    ],
)
def test_discounts_and_charges(lines: list[str], options: dict[str, Any], expected: tuple[str, str, str], by_code: list[str]) -> None:
    invoice = issued(*lines, **options)
    assert (totals(invoice), groups(invoice)) == (expected, by_code)
    assert check_document("invoice", invoice) == []


def test_what_is_issued_has_the_amount_beside_the_percentage() -> None:
    invoice = issued("A;1;99.99;vat-20;;-10%", discount=("2.5%;Loyalty",))
    assert invoice.lines[0].adjustments[0] == Adjustment(kind="discount", percent=D(10), amount=D("10.00"))
    assert invoice.adjustments == (Adjustment(kind="discount", description="Loyalty", percent=D("2.5"), amount=D("2.25")),)
    assert adjustment_lines(invoice) == ["  line 1: discount 10 %: 10.00 EUR", "  discount 2.5 %, Loyalty: 2.25 EUR"]
    assert plan_issue(invoice, GIVEN).summary[1:3] == tuple(adjustment_lines(invoice))


def test_a_draft_keeps_percentages_without_an_amount_and_all_that_is_printed() -> None:
    period = ServicePeriod(begins_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))
    request = requested(
        "A;1;99.99;vat-20;;-10%", discount=("2.5%;Loyalty", "5"), prices="gross", contact="Eva Muster", remark="Thank you",
        delivered_on=DAY, service_period=period,
    )  # fmt: skip
    of = master(tax_codes=CODES, tax=None)
    [step] = plan_draft(request, of, frozenset(), DAY).steps
    assert isinstance(step, Create)
    draft = Draft.model_validate(step.data)
    assert draft.lines[0].adjustments[0].amount is None
    assert [each.amount for each in draft.adjustments] == [None, D("5.00")]
    assert check_document("draft", draft) == []
    invoice = invoice_document(request_from_draft(draft), of, GIVEN, DAY)
    assert invoice == invoice_document(request, of, GIVEN, DAY)
    assert (invoice.contact, invoice.remark, invoice.delivered_on, invoice.service_period) == ("Eva Muster", "Thank you", DAY, period)


def test_with_rounding_per_line_a_discount_is_shared_over_the_lines_before_tax_is_rounded() -> None:
    invoice = issued("A;1;0.02;vat-20", "B;1;0.02;vat-20", "C;1;0.02;vat-20", discount=("0.05",), rounding="line")
    assert totals(invoice) == ("0.01", "0.00", "0.01")
    assert check_document("invoice", invoice) == []


@pytest.mark.parametrize(
    ("lines", "options", "said"),
    [
        (["A;1;10;vat-20;;-10.01"], {}, "line 1 comes to -0.01 EUR after its discounts"),
        (["A;1;10;vat-20"], {"discount": ("10.01",)}, 'what is taxed at "vat-20" comes to -0.01 EUR'),
        (["A;1;10;vat-20", "B;1;90;vat-7"], {"discount": ("20;Loyalty;vat-20",)}, 'what is taxed at "vat-20" comes to -10.00 EUR'),
        (["A;1;10;vat-20"], {"discount": ("60%", "60%")}, 'what is taxed at "vat-20" comes to -2.00 EUR'),
        (["A;1;10;vat-20"], {"discount": ("1;x;vat-7",)}, 'what is taxed at "vat-7" comes to -1.00 EUR'),
        (["A;1;10;vat-20"], {"discount": ("100%",)}, "the invoice would be over nothing"),
        (["A;1;10;vat-20"], {"discount": ("100.1%",)}, '--discount "100.1%": "100.1" is too large for a percentage'),
        (["A;1;10;vat-20"], {"discount": ("1;x;vat-20;y",)}, '--discount "1;x;vat-20;y" has 4 parts'),
        (["A;1;10;vat-20"], {"charge": ("-1",)}, "has a minus sign"),
        (["A;1;10;vat-20"], {"charge": ("",)}, '"" is not an amount'),
        (["A;1;10;vat-20"], {"charge": ("1;x;vat-21",)}, 'unknown tax code "vat-21"'),
        (["A;1;10;vat-20;;10%"], {}, '"10%" is neither a discount nor a charge'),
        (["A;1;10;vat-20;;-0%"], {}, "takes nothing off"),
        (["Discount;1;-50"], {}, 'the price list has no item "Discount"'),
        (["A;1;10;vat-10;;-0.5"], {"currency": "JPY"}, '"0.5" has 1 decimal; JPY has 0'),
        (["A;1;10;vat-10"], {"currency": "JPY", "charge": ("1.00",)}, '"1.00" has 2 decimals; JPY has 0'),
        (["A;1;10;vat-10"], {"currency": "KWD", "charge": ("0.0001",)}, '"0.0001" has 4 decimals; KWD has 3'),
        (
            ["A;1;10;vat-20"],
            {"service_period": ServicePeriod(begins_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))},
            "the service period ends on 2026-03-01, before 2026-03-02",
        ),
        (["A;1;10;vat-20"], {"adjustments": (Adjustment(kind="charge"),)}, "a charge has neither percent nor amount"),
        (["A;1;10"], {"currency": "JPY", "adjustments": (Adjustment(kind="charge", amount=D("0.5")),)}, '"0.5" has 1 decimal; JPY has 0'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(lines: list[str], options: dict[str, Any], said: str) -> None:
    with pytest.raises(BillError) as refused:
        issued(*lines, **options)
    assert said in refused.value.message


def test_an_item_takes_a_discount_as_its_third_part() -> None:
    invoice = invoice_document(requested("book;3;-10%"), master(), GIVEN, DAY)
    assert (invoice.totals.net, invoice.lines[0].item) == (D("81.00"), "book")


def test_the_forms_of_a_line_and_of_a_document() -> None:
    assert line_adjustment("- 10 %", "EUR") == Adjustment(kind="discount", percent=D(10))
    assert line_adjustment("+5", "EUR") == Adjustment(kind="charge", amount=D("5.00"))
    assert document_adjustment(TypedAdjustment("charge", '12;"Freight; insured";vat-20'), "EUR") == Adjustment(
        kind="charge", description="Freight; insured", amount=D("12.00"), tax="vat-20"
    )
    with pytest.raises(BadValue):
        line_adjustment("-ten", "EUR")
    with pytest.raises(UsageError):
        document_adjustment(TypedAdjustment("discount", '"open'), "EUR")


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"adjustments": [{"kind": "discount", "percent": "10", "amount": "9.99"}]}, "E404", ("adjustments", 0, "amount")),
        ({"adjustments": [{"kind": "discount", "percent": "10"}]}, "E202", ("adjustments", 0)),
        ({"adjustments": [{"kind": "discount"}]}, "E202", ("adjustments", 0)),
        ({"adjustments": [{"kind": "discount", "amount": "10"}]}, "E211", ("adjustments", 0, "amount")),
        ({"adjustments": [{"kind": "charge", "amount": "10.00", "tax": "vat-5"}]}, "E301", ("adjustments", 0, "tax")),
        ({"adjustments": [{"kind": "discount", "amount": "100.01"}]}, "E404", ("adjustments",)),
        ({"adjustments": []}, "E404", ("taxes", 0, "base")),
        ({"service_period": {"begins_on": "2026-03-02", "ends_on": "2026-03-01"}}, "E411", ("service_period", "ends_on")),
    ],
)
def test_an_issued_document_is_checked_for_its_discounts(change: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    data = issued("A;1;100;vat-20", discount=("10%",)).model_dump(exclude_none=True, exclude_unset=True)
    found = check_document("invoice", Invoice.model_validate({**data, **change}))
    assert (code, path) in [(each.code, each.path) for each in found]


LINE = st.builds(
    lambda quantity, price, tax, cell: f"A;{quantity};{price};{tax};;{cell}",
    st.decimals(min_value=0, max_value=100, places=3).map(lambda each: f"{each:f}"),
    st.decimals(min_value=0, max_value=1000, places=4).map(lambda each: f"{each:f}"),
    st.sampled_from(["vat-5", "vat-7", "vat-19", "none"]),
    st.sampled_from(["", "-10%", "+3.333%", "-1", "+7", "-100%"]),
)
VALUES = st.lists(st.sampled_from(["10%", "0.7%", "1", "13;x;vat-19", "2.5%;y;vat-7"]), max_size=2).map(tuple)


@for_all(
    st.lists(LINE, min_size=1, max_size=5), VALUES, VALUES, st.sampled_from(["net", "gross"]), st.sampled_from(["document", "line"]),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)  # fmt: skip
def test_lines_and_adjustments_add_up_to_the_groups(
    lines: list[str], discount: tuple[str, ...], charge: tuple[str, ...], prices: str, rounding: str, currency: str
) -> None:
    try:
        invoice = issued(*lines, discount=discount, charge=charge, prices=prices, rounding=rounding, currency=currency)
    except BillError:
        return
    assert check_document("invoice", invoice) == []
    assert all(group.base >= 0 and group.amount >= 0 for group in invoice.taxes)
    agreed = sum(line_amount(each, currency) for each in invoice.lines)
    for each in invoice.adjustments:
        assert each.amount is not None
        agreed += int(each.amount.scaleb({"EUR": 2, "JPY": 0, "KWD": 3}[currency])) * (-1 if each.kind == "discount" else 1)
    shared = parts(invoice.lines, invoice.adjustments, currency)
    assert sum(part.amount for part in shared.values()) == agreed
    stated = invoice.totals.net if prices == "net" else invoice.totals.gross
    assert stated.scaleb({"EUR": 2, "JPY": 0, "KWD": 3}[currency]) == agreed

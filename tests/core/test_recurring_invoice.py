from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.app.wording import language
from billcli.core.invoice import InvoiceRequest, invoice_document
from billcli.core.numbering import Given
from billcli.core.recurring import Period, periods, rhythm_of
from billcli.core.recurring_invoice import part_of, prorated, request_for
from billcli.core.totals import listed_amount
from billcli.errors import BillError
from billcli.model.invoice import Line
from billcli.model.recurring import Recurring
from tests.core.master import master

LINE = {"description": "Hosting, {period}", "quantity": "1", "unit_price": "60.00"}


def template(**fields: Any) -> Recurring:
    said = {"id": "hosting", "customer": "nordwind", "every": "month", "starts_on": "2026-01-01", "lines": [LINE], **fields}
    return Recurring.model_validate(said)


def request(said: Recurring, at: int = 0, code: str = "en") -> InvoiceRequest:
    return request_for(said, master(), [*_first(said, at)][at], language(code))


def _first(said: Recurring, at: int) -> list[Period]:
    found = []
    for each in periods(rhythm_of(said)):
        found.append(each)
        if len(found) > at:
            break
    return found


def test_a_period_becomes_the_request_of_an_invoice() -> None:
    said = template(
        terms="net 14", buyer_reference="PO 7", contact="Ms Berg", tags=["vip"], type="service", remark="For {month}", series="invoice-b"
    )
    found = request(said, 1)
    assert found.external_id == "recurring:hosting@2026-02-01"
    assert found.service_period is not None
    assert (found.service_period.begins_on, found.service_period.ends_on) == (date(2026, 2, 1), date(2026, 2, 28))
    assert (found.terms, found.buyer_reference, found.contact, found.tags, found.type) == ("net 14", "PO 7", "Ms Berg", ("vip",), "service")
    assert (found.remark, found.series, found.issued_on) == ("For February", "invoice-b", None)
    [line] = found.lines
    assert (line.description, line.quantity, line.unit_price, line.tax) == (
        "Hosting, February 2026",
        Decimal(1),
        Decimal("60.00"),
        "vat-20",
    )


def test_an_item_gives_what_the_line_does_not_say_and_its_price_of_the_day_of_the_run() -> None:
    [whole, own] = request(
        template(
            lines=[{"item": "book", "quantity": "2"}, {"item": "hour", "quantity": "1", "unit_price": "80", "description": "Care {year}"}]
        )
    ).lines
    assert (whole.item, whole.description, whole.unit_price, whole.tax, whole.category) == (
        "book",
        "Handbook",
        Decimal(30),
        "vat-7",
        "books",
    )
    assert (own.description, own.unit_price, own.unit, own.tax) == ("Care 2026", Decimal(80), "hour", "vat-20")


def test_a_price_holds_from_the_first_period_that_begins_on_its_day_or_later() -> None:
    prices = [{"since": "2026-03-01", "unit_price": "65"}, {"since": "2026-04-02", "unit_price": "70"}]
    said = template(lines=[{**LINE, "prices": prices}])
    assert [str(request(said, at).lines[0].unit_price) for at in range(5)] == ["60.00", "60.00", "65", "65", "70"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"description": "Hosting", "quantity": "1"}], 'the line "Hosting" has no price on 2026-01-01'),
        (
            [{"description": "Hosting", "quantity": "1", "prices": [{"since": "2026-02-01", "unit_price": "1"}]}],
            "has no price on 2026-01-01",
        ),
        ([{"unit_price": "1", "quantity": "1"}], "has no description"),
        ([{"item": "bok", "quantity": "1"}], 'the price list has no item "bok"'),
        ([{"item": "us-hour", "quantity": "1"}], "has a price in USD; the invoice is in EUR"),
        ([{**LINE, "description": "{monat}"}], '"{monat}" stands for nothing'),
        ([{**LINE, "description": "{period}" * 100}], "at most 1000 fit"),
    ],
)
def test_what_a_template_does_not_say_is_an_error_and_no_guess(lines: list[Any], message: str) -> None:
    with pytest.raises(BillError) as found:
        request(template(lines=lines))
    assert message in found.value.message


@pytest.mark.parametrize(
    ("price", "quantity", "expected"),
    [
        ("60.00", "1", ("1", "29.03", 2903)),  # 60.00 - 60.00 × 16/31 (30.97)
        ("50.00", "3", ("3", "24.193", 7258)),  # 150.00 - 77.42
        ("0.10", "1", ("1", "0.05", 5)),
        ("31.00", "2", ("2", "15.00", 3000)),
        ("0.01", "1", ("1", "0.00", 0)),  # the other 16 days of the month cost the cent
    ],
)
def test_a_part_costs_what_is_left_of_the_whole(price: str, quantity: str, expected: tuple[str, str, int]) -> None:
    said = template(
        starts_on="2026-01-17", anchor_on="2026-02-01", prorate="true", lines=[{**LINE, "unit_price": price, "quantity": quantity}]
    )
    [line] = request(said).lines
    assert line.description == "Hosting, 17–31 Jan 2026 (15 of 31 days)"
    assert (str(line.quantity), str(line.unit_price), listed_amount(line, "EUR")) == expected


def test_without_prorate_a_part_costs_the_whole_and_is_named_by_its_days() -> None:
    [line] = request(template(starts_on="2026-01-17", anchor_on="2026-02-01")).lines
    assert (line.description, line.unit_price) == ("Hosting, 17–31 Jan 2026", Decimal("60.00"))


def test_where_no_price_gives_the_exact_amount_the_quantity_becomes_one() -> None:
    line = Line(description="Messages", quantity=Decimal(7654321), unit="SMS", unit_price=Decimal("0.013"))
    part = Period(date(2026, 1, 1), date(2026, 1, 10), date(2026, 1, 1), date(2026, 1, 31))
    found = prorated(line, part, "EUR", language("en"))
    assert part_of(listed_amount(line, "EUR"), part) == listed_amount(found, "EUR") == 3209876
    assert (found.quantity, found.unit, found.description) == (Decimal(1), None, "Messages (7654321 SMS, 10 of 31 days)")


def test_amounts_of_discounts_and_charges_of_a_part_are_their_share() -> None:
    said = template(
        starts_on="2026-01-17", anchor_on="2026-02-01", prorate="true",
        lines=[{**LINE, "adjustments": [{"kind": "discount", "amount": "6.20"}, {"kind": "discount", "percent": "10"}]}],
        adjustments=[{"kind": "charge", "amount": "3.10", "description": "Card"}],
    )  # fmt: skip
    invoice = invoice_document(request(said), master(), Given("INV-1", "", ()), date(2026, 1, 17))
    # 29.03 - 3.00 - 2.90 + 1.50
    assert invoice.totals.net == Decimal("24.63")


@given(
    st.decimals("0", "99999", places=6),
    st.decimals("0.000001", "99999", places=6),
    st.integers(1, 30),
    st.sampled_from(["EUR", "JPY", "TND"]),
)
def test_a_prorated_line_is_exact(price: Decimal, quantity: Decimal, cut: int, currency: str) -> None:
    line = Line(description="x", quantity=quantity, unit_price=price)
    whole = date(2026, 1, 1), date(2026, 1, 31)
    parts = [Period(whole[0], date(2026, 1, cut), *whole), Period(date(2026, 1, cut + 1), whole[1], *whole)]
    found = [prorated(line, each, currency, language("en")) for each in parts]
    assert sum(listed_amount(each, currency) for each in found) == listed_amount(line, currency)
    assert all(each.unit_price.as_tuple().exponent >= -6 for each in found)  # type: ignore[operator]  # finite

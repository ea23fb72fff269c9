from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billcli.core.checks.documents import check_document
from billcli.core.invoice import InvoiceRequest, invoice_document
from billcli.core.lines import typed_line
from billcli.core.numbering import Given
from billcli.core.tax import rate_on, rates_on
from billcli.errors import BillError
from billcli.model.invoice import Invoice, ServicePeriod
from billcli.model.settings import TaxCode
from tests.core.master import D, master, settings

STANDARD = {
    "code": "standard",
    "category": "S",
    "rate": "19",
    "rates": [{"since": "2020-07-01", "rate": "16"}, {"since": "2021-01-01", "rate": "19"}],
}
LATE = {"code": "late", "category": "S", "rates": [{"since": "2026-04-01", "rate": "5.5"}]}
GIVEN = Given("INV-2026-0001", "", ())


def issued(on: date, tax: str = "standard", **changes: Any) -> Invoice:
    request = InvoiceRequest("nordwind", (typed_line(f"Consulting;1;100;{tax}"),))._replace(**changes)
    return invoice_document(request, master(tax_codes=[STANDARD, LATE], tax=None), GIVEN, on)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(1968, 1, 1), "19"), (date(2020, 6, 30), "19"), (date(2020, 7, 1), "16"), (date(2020, 12, 31), "16"),
        (date(2021, 1, 1), "19"), (date(2999, 12, 31), "19"),
    ],
)  # fmt: skip
def test_a_rate_holds_from_its_day_to_the_next(day: date, rate: str) -> None:
    assert rate_on(TaxCode.model_validate(STANDARD), day) == Decimal(rate)


def test_a_code_that_begins_later_has_no_rate_before() -> None:
    code = TaxCode.model_validate(LATE)
    assert (rate_on(code, date(2026, 3, 31)), rate_on(code, date(2026, 4, 1))) == (None, D("5.5"))
    assert list(rates_on(settings(tax_codes=[LATE]), date(2026, 3, 31))) == ["none"]


@pytest.mark.parametrize(
    ("issued_on", "changes", "rate"),
    [
        (date(2020, 6, 30), {}, "19"),
        (date(2020, 7, 1), {}, "16"),
        (date(2020, 7, 1), {"delivered_on": date(2020, 6, 30)}, "19"),
        (date(2021, 1, 4), {"service_period": ServicePeriod(begins_on=date(2020, 7, 1), ends_on=date(2020, 12, 31))}, "16"),
        (date(2020, 12, 20), {"service_period": ServicePeriod(begins_on=date(2020, 12, 1), ends_on=date(2021, 1, 31))}, "19"),
        (
            date(2020, 12, 20),
            {"delivered_on": date(2020, 12, 1), "service_period": ServicePeriod(begins_on=date(2020, 12, 1), ends_on=date(2021, 1, 31))},
            "16",
        ),
    ],
)
def test_the_rate_is_that_of_the_delivery_then_of_the_periods_end_then_of_the_issue(
    issued_on: date, changes: dict[str, Any], rate: str
) -> None:
    [group] = issued(issued_on, **changes).taxes
    assert (group.rate, group.amount) == (D(rate), D(f"{rate}.00"))


def test_a_code_without_a_rate_on_the_day_is_refused_with_its_first_day() -> None:
    with pytest.raises(BillError) as refused:
        issued(date(2026, 3, 31), "late")
    assert refused.value.message == 'the tax code "late" has no rate on 2026-03-31'
    assert refused.value.hint == "its first one holds since 2026-04-01; add the rate that held then to tax_codes: in ledger.yaml"


def test_an_issued_document_keeps_its_rate_whatever_the_code_means_later() -> None:
    before = issued(date(2020, 7, 1))
    assert check_document("invoice", before) == []
    assert before.taxes[0].rate == D(16)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ({"code": "a", "category": "S"}, ["E202"]),
        ({"code": "a", "category": "S", "rate": "0"}, []),
        ({"code": "a", "category": "S", "rates": [{"since": "2021-01-01", "rate": "1"}, {"since": "2021-01-01", "rate": "2"}]}, ["E402"]),
        ({"code": "a", "category": "S", "rates": [{"since": "2021-01-02", "rate": "1"}, {"since": "2021-01-01", "rate": "2"}]}, ["E411"]),
        ({"code": "a", "category": "Z", "rate": "0", "rates": [{"since": "2021-01-02", "rate": "7"}]}, ["E404"]),
        ({"code": "a", "category": "AE", "rate": "5", "exempt_reason": "Reverse charge"}, ["E404"]),
        *[({"code": "a", "category": each, "rate": "0"}, ["W410"]) for each in ("E", "AE", "K", "G", "O")],
        ({"code": "a", "category": "Z", "rate": "0"}, []),
    ],
)
def test_tax_codes_are_checked(code: dict[str, object], found: list[str]) -> None:
    assert [each.code for each in check_document("ledger", settings(tax_codes=[code]))] == found

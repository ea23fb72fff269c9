"""What of an invoice is taken into another one like it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from billcli.core.duplicate import duplicate
from billcli.model.invoice import Draft, Invoice

PARTY = {"name": "X"}


def invoice(**changes: Any) -> Invoice:
    fields = {
        "number": "INV-2026-0001", "type": "service", "customer": "nordwind", "issued_on": "2026-03-14", "currency": "EUR",
        "terms": "net 10", "reference": "RF1", "buyer_reference": "PO 7", "contact": "Ann", "delivered_on": "2026-03-01",
        "remark": "Thank you", "prices": "gross", "issued_by": PARTY, "issued_to": PARTY,
        "lines": [
            {"description": "Consulting", "quantity": "1", "unit_price": "100", "tax": "vat-20",
             "adjustments": [{"kind": "discount", "percent": "10", "amount": "10.00"}]},
            {"description": "Books", "quantity": "1", "unit_price": "20"},
        ],
        "adjustments": [{"kind": "charge", "description": "Freight", "amount": "5.00"}],
        "instalments": [{"due_on": "2026-03-24", "amount": "115.00"}],
        "totals": {"net": "115.00", "tax": "0.00", "gross": "115.00"}, "notes": "mine", "tags": ["vip"],
        "imported": {"source": "old", "external_id": "7"}, "external_id": "abc", "seal": "v1:1",
    }  # fmt: skip
    return Invoice.model_validate({**fields, **changes})


def test_the_pattern_is_kept_and_what_belongs_to_its_day_is_not() -> None:
    draft = Draft.model_validate(duplicate(invoice(), None, date(2026, 4, 1), None))
    assert (draft.customer, draft.type, draft.currency, draft.terms, draft.prices) == ("nordwind", "service", "EUR", "net 10", "gross")
    assert (draft.buyer_reference, draft.contact, draft.issued_on) == ("PO 7", "Ann", date(2026, 4, 1))
    assert [line.description for line in draft.lines] == ["Consulting", "Books"]
    assert (draft.reference, draft.notes, draft.remark, draft.delivered_on, draft.service_period, draft.external_id) == (None,) * 6
    assert draft.tags == ()


def test_a_percentage_is_kept_without_the_amount_that_followed_from_it() -> None:
    draft = Draft.model_validate(duplicate(invoice(), None, None, None))
    [discount] = draft.lines[0].adjustments
    assert (discount.percent, discount.amount) == (Decimal(10), None)
    assert draft.adjustments[0].amount == Decimal("5.00")


def test_another_customer_gets_neither_the_contact_nor_the_order_number_of_the_first() -> None:
    draft = Draft.model_validate(duplicate(invoice(), "suedwind", None, None))
    assert (draft.customer, draft.contact, draft.buyer_reference) == ("suedwind", None, None)
    again = Draft.model_validate(duplicate(invoice(), "suedwind", None, "PO 8"))
    assert again.buyer_reference == "PO 8"

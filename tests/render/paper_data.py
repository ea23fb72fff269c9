"""Data of documents as the use cases give it, for PDFs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

COMPANY: dict[str, Any] = {
    "name": "Förde Messtechnik GmbH",
    "address": {"street": "Hafenstraße 12", "postal_code": "24103", "city": "Kiel", "country": "DE"},
    "tax_id": "DE123456788", "registration": "Amtsgericht Kiel, HRB 00000", "email": "post@foerde.example", "phone": "+49 431 5550 100",
    "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
}  # fmt: skip
CUSTOMER: dict[str, Any] = {
    "name": "Nordwind Service GmbH & Co. KG",
    "address": {"street": "Am Überseehafen 9", "postal_code": "18147", "city": "Rostock", "country": "DE"},
}  # fmt: skip


def invoice(count: int = 1, **changes: Any) -> dict[str, Any]:
    """``count`` lines of 100.00 with 19 % each."""
    net = Decimal("100.00") * count
    tax = Decimal("19.00") * count
    document = {
        "number": "INV-2026-0018", "type": "service", "customer": "nordwind", "issued_on": "2026-03-27", "currency": "EUR",
        "reference": "RF42INV20260018", "issued_by": COMPANY, "issued_to": CUSTOMER,
        "lines": [
            {"description": f"Calibration {at}", "quantity": "8", "unit": "hour", "unit_price": "12.5", "tax": "vat-19"}
            for at in range(1, count + 1)
        ],
        "taxes": [{"code": "vat-19", "category": "S", "rate": "19", "base": str(net), "amount": str(tax)}],
        "instalments": [{"due_on": "2026-04-26", "amount": str(net + tax)}],
        "totals": {"net": str(net), "tax": str(tax), "gross": str(net + tax)},
    }  # fmt: skip
    return {"document": {**document, **changes}, "printing": {"paper": "a4"}}


def credit_note() -> dict[str, Any]:
    made = invoice(corrects="INV-2026-0011", reason="came back", number="CN-2026-0001")
    del made["document"]["instalments"]
    return made


def reminder(level: int = 2, **changes: Any) -> dict[str, Any]:
    items = [
        {"invoice": "INV-2026-0011", "level": level, "issued_on": "2026-03-27", "due_on": "2026-04-26", "gross": "1190.00",
         "open": "1000.00",
         "asked": "900.00", "fee": "2.50", "interest": "6.75", "interest_computed": "6.75",
         "segments": [{"from_on": "2026-04-27", "until": "2026-05-20", "principal": "1000.00", "rate": "10.27"}]},
    ]  # fmt: skip
    found = {
        "id": "2026-05-20-nordwind-2", "customer": "nordwind", "currency": "EUR", "on": "2026-05-20", "level": level,
        "deadline": "2026-05-30",
        "issued_by": COMPANY, "issued_to": CUSTOMER, "items": items, "charges": [{"payment": "p", "amount": "3.00"}], "credit": "50.00",
        "total": "912.25",
    }  # fmt: skip
    return {"reminder": {**found, **changes}, "printing": {}}


def statement(kind: str = "activity") -> dict[str, Any]:
    account = {
        "currency": "EUR", "opening": "0.00", "closing": "1190.00", "overdue": "1190.00",
        "movements": [{"date": "2026-01-05", "kind": "invoice", "document": "INV-2026-0001", "invoice": None, "debit": "1190.00",
                       "credit": None, "balance": "1190.00"}],
        "items": [{"kind": "invoice", "document": "INV-2026-0001", "date": "2026-01-05", "due_on": "2026-02-04", "days_overdue": 55,
                   "amount": "1190.00", "open": "1190.00"}],
        "claims": [{"document": "p", "amount": "3.00"}],
    }  # fmt: skip
    said = {"kind": kind, "since": "2026-01-01", "until": "2026-03-31", "customer": "nordwind", "issued_by": COMPANY,
            "issued_to": CUSTOMER, "accounts": [account, {**account, "currency": "JPY", "opening": "0", "closing": "-500",
            "movements": [], "items": []}]}  # fmt: skip
    return {"statement": said, "printing": {}}


PAPERS = {
    "invoice": invoice(), "credit-note": credit_note(), "reminder": reminder(), "statement": statement(), "confirmation": statement(),
}  # fmt: skip

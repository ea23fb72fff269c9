"""Data of letters as the use cases give it: plain JSON, amounts as text, days as ISO text."""

from __future__ import annotations

from typing import Any

COMPANY: dict[str, Any] = {
    "name": "Fjord Consulting AS",
    "address": {"street": "Storgata 1", "street2": None, "postal_code": "0155", "city": "Oslo", "region": None, "country": "NO"},
    "tax_id": "NO974760673MVA",
    "email": "post@fjord.example",
    "phone": "+47 22 00 00 00",
    "iban": "NO9386011117947",
    "bic": "DNBANOKK",
}
CUSTOMER: dict[str, Any] = {"name": "Nordwind <b>Handels</b> & Söhne", "address": None}

INVOICE: dict[str, Any] = {
    "document": {
        "number": "INV-2026-0042",
        "issued_on": "2026-03-14",
        "currency": "EUR",
        "reference": "RF73INV20260042",
        "service_period": {"begins_on": "2026-02-01", "ends_on": "2026-02-28"},
        "issued_by": COMPANY,
        "issued_to": CUSTOMER,
        "instalments": [{"due_on": "2026-04-13", "amount": "713.25"}, {"due_on": "2026-05-13", "amount": "713.25"}],
        "discount": {"until": "2026-03-24", "percent": "2"},
        "totals": {"net": "1188.75", "tax": "237.75", "gross": "1426.50"},
    },
    "printing": {"logo": None, "footer": "Foretaksregisteret", "colour": "0f766e", "paper": "a4"},
    "sender": {"name": "Fjord", "address": "billing@fjord.example"},
    "contact_name": "Ms Berg",
}
CREDIT_NOTE: dict[str, Any] = {
    **INVOICE,
    "document": {
        "number": "CN-2026-0007",
        "issued_on": "2026-03-20",
        "currency": "EUR",
        "corrects": "INV-2026-0042",
        "reason": "came back",
        "issued_by": COMPANY,
        "issued_to": CUSTOMER,
        "totals": {"net": "100.00", "tax": "20.00", "gross": "120.00"},
    },
}
STATEMENT: dict[str, Any] = {
    "statement": {
        "since": "2026-01-01",
        "until": "2026-04-30",
        "issued_by": COMPANY,
        "issued_to": CUSTOMER,
        "accounts": [
            {"currency": "EUR", "closing": "1426.50", "overdue": "713.25"},
            {"currency": "JPY", "closing": "120000", "overdue": None},
        ],
    },
    "sender": {"name": "Fjord", "address": "billing@fjord.example"},
}


def notice(currency: str = "EUR", *, several: bool = True, **changes: Any) -> dict[str, Any]:
    """A notice with everything that one can show."""
    items = [
        {"invoice": "INV-2026-0042", "level": 2, "issued_on": "2026-03-14", "due_on": "2026-04-13", "gross": "12345.60",
         "open": "2345.60", "asked": "2000.00", "fee": "5.00", "interest": "3.21", "interest_computed": "4.00"},
        {"invoice": "INV-2026-0043", "level": 1, "issued_on": "2026-03-30", "due_on": "2026-04-29", "gross": "100.00",
         "open": "100.00", "asked": "100.00", "fee": None, "interest": None, "interest_computed": "0.10"},
    ]  # fmt: skip
    reminder = {
        "customer": "nordwind", "currency": currency, "on": "2026-04-30", "level": 2, "deadline": "2026-05-10", "issued_by": COMPANY,
        "issued_to": CUSTOMER, "items": items if several else items[:1], "charges": [{"payment": "p", "amount": "7.00"}],
        "credit": "50.00", "total": "2115.21",
    }  # fmt: skip
    return {"reminder": {**reminder, **changes}, "sender": {"name": "Fjord", "address": "billing@fjord.example"}}


LETTERS: dict[str, dict[str, Any]] = {
    "invoice": INVOICE,
    "credit-note": CREDIT_NOTE,
    "statement": STATEMENT,
    "confirmation": STATEMENT,
    **{f"reminder-{level}": notice() for level in range(5)},
}
LANGUAGES = ("en", "de", "zh-CN")

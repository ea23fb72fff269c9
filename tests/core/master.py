"""A small company to issue documents with: the entities a planning function is given."""

from __future__ import annotations

from decimal import Decimal

from billcli.core.invoice import Master
from billcli.model.category import Categories
from billcli.model.customer import Customer
from billcli.model.item import Items
from billcli.model.settings import Settings


def settings(**changes: object) -> Settings:
    """``ledger.yaml`` of a company with 20 %, 7 % and reverse charge."""
    fields = {
        "company": {"name": "Fjord Consulting AS", "address": {"country": "NO"}},
        "currency": "EUR",
        "timezone": "Europe/Oslo",
        "terms": "net 30",
        "tax": "vat-20",
        "sequences": [
            {"name": "invoice", "kind": "invoice", "pattern": "INV-{year}-{n}"},
            {"name": "invoice-b", "kind": "invoice", "pattern": "INV-B-{year}-{n}"},
            {"name": "credit-note", "kind": "credit-note", "pattern": "CN-{year}-{n}"},
        ],
        "tax_codes": [
            {"code": "vat-20", "category": "S", "rate": "20"},
            {"code": "vat-7", "category": "S", "rate": "7"},
            {"code": "reverse", "category": "AE", "rate": "0", "exempt_reason": "Reverse charge"},
        ],
    }
    return Settings.model_validate({**fields, **changes})


def categories() -> Categories:
    """Defaults of two groups that disagree on terms, and a category with a tax of its own."""
    return Categories.model_validate(
        {
            "groups": {
                "size": [{"name": "large", "terms": "net 45", "credit_limit": "5000"}],
                "segment": [{"name": "public", "terms": "net 60"}],
            },
            "revenue": [{"name": "consulting"}, {"name": "books", "tax": "vat-7"}],
            "tags": [{"name": "vip"}],
        }
    )


def items() -> Items:
    return Items.model_validate(
        {
            "items": [
                {"id": "hour", "description": "Consulting, per hour", "unit": "hour", "unit_price": "95.10", "category": "consulting"},
                {"id": "book", "description": "Handbook", "unit_price": "30", "category": "books"},
                {"id": "us-hour", "description": "Consulting", "unit_price": "110", "currency": "USD"},
            ]
        }
    )


def customer(**changes: object) -> Customer:
    return Customer.model_validate({"id": "nordwind", "name": "Nordwind Handels GmbH", "address": {"country": "DE"}, **changes})


def master(**changes: object) -> Master:
    """``changes`` are of the settings."""
    return Master(settings(**changes), categories(), items(), customer())


D = Decimal

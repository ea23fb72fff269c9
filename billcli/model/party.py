"""Who stands on a document: name, structured address, tax id."""

from __future__ import annotations

from billcli.model.types import Country, Email, Entity, Iban, Language, Text


class Address(Entity):
    """Lines in the order of an envelope; ``country`` is ISO 3166."""

    street: Text | None = None
    street2: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    region: Text | None = None
    country: Country | None = None


class Party(Entity):
    """One side of a document as it was printed."""

    name: Text
    address: Address | None = None
    tax_id: Text | None = None
    registration: Text | None = None
    email: Email | None = None
    phone: Text | None = None
    iban: Iban | None = None
    bic: Text | None = None
    language: Language | None = None

"""Invoices and drafts. What issue freezes is what was printed; nothing of it is looked up again."""

from __future__ import annotations

from typing import Annotated

from billcli.model.party import Party
from billcli.model.settings import Rounding, TaxCategory
from billcli.model.types import (
    Amount,
    Currency,
    Day,
    Entity,
    Free,
    Id,
    Label,
    Notes,
    Percent,
    Price,
    Quantity,
    TermsText,
    Text,
    one_of,
)  # fmt: skip

InvoiceType = Annotated[str, one_of("sales", "service")]
Prices = Annotated[str, one_of("net", "gross")]
"""Whether unit prices are before or with tax."""


class Line(Entity):
    """One position. ``tax`` names one of the document's tax groups, or ``none``."""

    item: Label | None = None
    description: Text
    category: Label | None = None
    quantity: Quantity
    unit: Text | None = None
    unit_price: Price
    tax: Label = "none"


class TaxGroup(Entity):
    """All lines of one tax code: base and tax as printed."""

    code: Label
    category: TaxCategory
    rate: Percent
    base: Amount
    amount: Amount
    exempt_reason: Text | None = None


class Instalment(Entity):
    """A part of the gross and the day it is due."""

    due_on: Day
    amount: Amount


class Discount(Entity):
    """Percent off for cash up to and including ``until``."""

    until: Day
    percent: Percent


class Totals(Entity):
    """Sums of the document; gross = net + tax."""

    net: Amount
    tax: Amount
    gross: Amount


class Imported(Entity):
    """Where a document came from; ``settled_before`` was settled in the old books, counted from ``cut_over``."""

    source: Text
    external_id: Text
    settled_before: Amount | None = None
    cut_over: Day | None = None


class Void(Entity):
    """The document counts no more from this day; its number stays used."""

    on: Day
    reason: Text


class Draft(Entity):
    """``drafts/<id>.yaml``: an invoice without a number; fields left out take their defaults at issue."""

    id: Id
    type: InvoiceType | None = None
    customer: Id
    issued_on: Day | None = None
    currency: Currency | None = None
    terms: TermsText | None = None
    reference: Text | None = None
    buyer_reference: Text | None = None
    lines: tuple[Line, ...]
    external_id: Text | None = None
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    x: Free | None = None


class Invoice(Entity):
    """``invoices/<year>/<month>/<number>.yaml``."""

    number: Id
    type: InvoiceType
    customer: Id
    issued_on: Day
    currency: Currency
    terms: Text | None = None
    reference: Text | None = None
    buyer_reference: Text | None = None
    prices: Prices = "net"
    rounding: Rounding = "document"
    issued_by: Party
    issued_to: Party
    lines: tuple[Line, ...]
    taxes: tuple[TaxGroup, ...] = ()
    instalments: tuple[Instalment, ...]
    discount: Discount | None = None
    totals: Totals
    external_id: Text | None = None
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    classification: Free | None = None
    imported: Imported | None = None
    void: Void | None = None
    seal: Text | None = None
    x: Free | None = None

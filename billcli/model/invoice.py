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


class Adjustment(Entity):
    """A discount or a charge, by percent or by amount. What issue froze has the amount too, in the same terms as the prices.

    On a document it is spread over the tax groups in proportion to their lines by the largest remainder, unless ``tax`` names one.
    """

    kind: Annotated[str, one_of("discount", "charge")]
    description: Text | None = None
    percent: Percent | None = None
    amount: Amount | None = None
    tax: Label | None = None


class ServicePeriod(Entity):
    """When a service was rendered, both days included."""

    begins_on: Day
    ends_on: Day


class Line(Entity):
    """One position. ``tax`` names one of the document's tax groups, or ``none``."""

    item: Label | None = None
    description: Text
    category: Label | None = None
    quantity: Quantity
    unit: Text | None = None
    unit_price: Price
    tax: Label = "none"
    adjustments: tuple[Adjustment, ...] = ()


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
    """``drafts/<id>.yaml``: an invoice without a number; fields left out take their defaults at issue.

    ``contact`` is the person at the customer, ``remark`` a text printed on the document; ``notes`` are never printed.
    """

    id: Id
    type: InvoiceType | None = None
    customer: Id
    issued_on: Day | None = None
    currency: Currency | None = None
    terms: TermsText | None = None
    reference: Text | None = None
    buyer_reference: Text | None = None
    contact: Text | None = None
    delivered_on: Day | None = None
    service_period: ServicePeriod | None = None
    remark: Notes | None = None
    prices: Prices | None = None
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...] = ()
    external_id: Text | None = None
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    x: Free | None = None


class Classification(Entity):
    """What rules made of an issued invoice or credit note, written by ``bill classify --write``: outside the seal, as nothing printed."""

    category: Label | None = None
    tags: tuple[Label, ...] = ()


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
    contact: Text | None = None
    delivered_on: Day | None = None
    service_period: ServicePeriod | None = None
    remark: Notes | None = None
    prices: Prices = "net"
    rounding: Rounding = "document"
    issued_by: Party
    issued_to: Party
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...] = ()
    taxes: tuple[TaxGroup, ...] = ()
    instalments: tuple[Instalment, ...]
    discount: Discount | None = None
    totals: Totals
    external_id: Text | None = None
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    classification: Classification | None = None
    imported: Imported | None = None
    void: Void | None = None
    seal: Text | None = None
    x: Free | None = None

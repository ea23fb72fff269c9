"""Invoices that come out by themselves, period after period."""

from __future__ import annotations

from typing import Annotated

from billcli.model.invoice import Adjustment, InvoiceType, Prices
from billcli.model.types import Currency, Day, Entity, Flag, Free, Id, Label, Notes, Price, Quantity, TermsText, Text, Whole, one_of


class DatedPrice(Entity):
    """The unit price of periods that begin on that day or later."""

    since: Day
    unit_price: Price


class RecurringLine(Entity):
    """A line of every invoice. ``description`` may hold ``{period}``, ``{from}``, ``{until}``, ``{month}`` and ``{year}``."""

    item: Label | None = None
    description: Text | None = None
    category: Label | None = None
    quantity: Quantity
    unit: Text | None = None
    unit_price: Price | None = None
    prices: tuple[DatedPrice, ...] = ()
    tax: Label | None = None
    adjustments: tuple[Adjustment, ...] = ()


class Recurring(Entity):
    """``recurring/<id>.yaml``: a template. Its periods follow from ``anchor_on``, else ``starts_on``; the day of the month is kept,
    so 31 January is followed by 28 February and 31 March.

    Where ``starts_on`` is before ``anchor_on``, the first period is a part of one; with ``prorate`` it costs its share of the days.
    Nothing begins after ``ends_on``. ``issue`` is due on a period's first day, with ``in_advance: false`` on the day after its last.
    ``catch_up`` bounds how many missed periods one run makes up for. What is not said takes the defaults of the customer.
    """

    id: Id
    customer: Id
    every: Text
    starts_on: Day
    anchor_on: Day | None = None
    ends_on: Day | None = None
    in_advance: Flag = True
    prorate: Flag = False
    catch_up: Whole = 3
    issue: Annotated[str, one_of("issued", "draft")] = "issued"
    mail: Flag = False
    series: Label | None = None
    type: InvoiceType | None = None
    currency: Currency | None = None
    terms: TermsText | None = None
    buyer_reference: Text | None = None
    contact: Text | None = None
    remark: Notes | None = None
    prices: Prices | None = None
    lines: tuple[RecurringLine, ...]
    adjustments: tuple[Adjustment, ...] = ()
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    external_id: Text | None = None
    x: Free | None = None

"""``items.yaml``: the price list."""

from __future__ import annotations

from billcli.model.types import Currency, Entity, Free, Label, Price, Text


class Item(Entity):
    """Something sold often; ``currency`` is the ledger's unless it says otherwise."""

    id: Label
    description: Text
    unit: Text | None = None
    unit_price: Price
    currency: Currency | None = None
    tax: Label | None = None
    category: Label | None = None


class Items(Entity):
    """The whole of ``items.yaml``."""

    items: tuple[Item, ...] = ()
    x: Free | None = None

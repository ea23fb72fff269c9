"""Which level decides a default: company < group < customer < document; among groups industry < region < size < segment."""

from __future__ import annotations

from typing import Any, NamedTuple

from billcli.model.category import Categories
from billcli.model.category_names import DIMENSIONS
from billcli.model.customer import Customer
from billcli.model.settings import Settings

FIELDS = ("terms", "currency", "language", "tax", "credit_limit")


class Default(NamedTuple):
    """A value and the level that gave it: ``company``, ``segment "public"``, ``customer``."""

    value: Any
    level: str


def defaults(settings: Settings, categories: Categories, customer: Customer) -> dict[str, Default]:
    """What holds for a customer's next document where the document itself says nothing."""
    levels: list[tuple[str, Any]] = [("company", settings)]
    for dimension in DIMENSIONS:
        name = getattr(customer.groups, dimension) if customer.groups else None
        group = next((each for each in getattr(categories.groups, dimension) if each.name == name), None)
        if group is not None:
            levels.append((f'{dimension} "{name}"', group))
    levels.append(("customer", customer))
    return {name: _last_said(name, levels) for name in FIELDS}


def _last_said(name: str, levels: list[tuple[str, Any]]) -> Default:
    for level, entity in reversed(levels):
        if (value := getattr(entity, name, None)) is not None:
            return Default(value, level)
    return Default(None, "")

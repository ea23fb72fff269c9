"""Which level decides a default: company < grade < group < customer < document; among groups industry < region < size < segment.

Of a region those above it come first: what ``germany/bavaria`` says wins over ``germany``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.dimensions import TREES, ancestors
from billcli.model.category import Categories
from billcli.model.category_names import DIMENSIONS
from billcli.model.customer import Customer
from billcli.model.settings import Settings

FIELDS = ("terms", "currency", "language", "tax", "credit_limit")


class Graded(NamedTuple):
    """What a customer's grade gives it, where the ledger applies grades. What a person said of a group stands above it."""

    grade: str
    terms: str | None = None
    credit_limit: Decimal | None = None


class Default(NamedTuple):
    """A value and the level that gave it: ``company``, ``segment "public"``, ``customer``."""

    value: Any
    level: str


def defaults(settings: Settings, categories: Categories, customer: Customer, graded: Graded | None = None) -> dict[str, Default]:
    """What holds for a customer's next document where the document itself says nothing."""
    return {name: said[-1] if said else Default(None, "") for name, said in levels(settings, categories, customer, graded).items()}


def levels(settings: Settings, categories: Categories, customer: Customer, graded: Graded | None = None) -> dict[str, list[Default]]:
    """What each level says, the one that decides last."""
    every: list[tuple[str, Any]] = [("company", settings)]
    if graded is not None:
        every.append((f"grade {graded.grade}", graded))
    for dimension in DIMENSIONS:
        said = getattr(customer.groups, dimension) if customer.groups else None
        for name in ancestors(said) if said and dimension in TREES else (said,):
            group = next((each for each in getattr(categories.groups, dimension) if each.name == name), None)
            if group is not None:
                every.append((f'{dimension} "{name}"', group))
    every.append(("customer", customer))
    return {
        name: [Default(value, level) for level, entity in every if (value := getattr(entity, name, None)) is not None] for name in FIELDS
    }

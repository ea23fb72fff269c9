"""``categories.yaml``: the declared vocabularies. A word that is not declared is an error, so a typo cannot hide."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from billcli.model.types import Amount, Currency, Day, Entity, Free, Label, Language, TermsText, Text, one_of


class Group(Entity):
    """One value of a dimension, with the defaults it gives its customers; ``dunning`` names a policy, or is ``never``."""

    name: Label
    description: Text | None = None
    terms: TermsText | None = None
    currency: Currency | None = None
    language: Language | None = None
    tax: Label | None = None
    credit_limit: Amount | None = None
    dunning: Label | None = None


class Groups(Entity):
    """The four dimensions. Regions are paths: ``germany/bavaria`` stands below ``germany``, which is declared with it."""

    industry: tuple[Group, ...] = ()
    region: tuple[Group, ...] = ()
    size: tuple[Group, ...] = ()
    segment: tuple[Group, ...] = ()


class RevenueCategory(Entity):
    """What is sold; stands on invoice lines."""

    name: Label
    description: Text | None = None
    tax: Label | None = None


USES = ("customer", "invoice", "draft", "credit-note", "payment", "refund", "write-off", "hold", "recurring")
"""The kinds of documents that have tags."""


class Tag(Entity):
    """A free mark on customers and documents. From the day after ``expires`` nothing should have it; ``use`` are the kinds that may."""

    name: Label
    description: Text | None = None
    owner: Text | None = None
    expires: Day | None = None
    use: tuple[Annotated[str, one_of(*USES)], ...] = ()


class Band(Entity):
    """An amount band: from this gross on, in this currency, until the next one of the currency begins."""

    name: Label
    starts: Annotated[Amount, Field(alias="from")]
    currency: Currency


class Categories(Entity):
    """The whole of ``categories.yaml``."""

    groups: Groups = Groups()
    revenue: tuple[RevenueCategory, ...] = ()
    tags: tuple[Tag, ...] = ()
    bands: tuple[Band, ...] = ()
    x: Free | None = None

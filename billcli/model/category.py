"""``categories.yaml``: the declared vocabularies. A word that is not declared is an error, so a typo cannot hide."""

from __future__ import annotations

from billcli.model.types import Amount, Currency, Entity, Free, Label, Language, TermsText, Text


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
    """The four dimensions."""

    industry: tuple[Group, ...] = ()
    region: tuple[Group, ...] = ()
    size: tuple[Group, ...] = ()
    segment: tuple[Group, ...] = ()


class RevenueCategory(Entity):
    """What is sold; stands on invoice lines."""

    name: Label
    description: Text | None = None
    tax: Label | None = None


class Tag(Entity):
    """A free mark on customers and documents."""

    name: Label
    description: Text | None = None


class Categories(Entity):
    """The whole of ``categories.yaml``."""

    groups: Groups = Groups()
    revenue: tuple[RevenueCategory, ...] = ()
    tags: tuple[Tag, ...] = ()
    x: Free | None = None

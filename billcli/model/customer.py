"""A customer: who owes."""

from __future__ import annotations

from typing import Annotated

from billcli.model.party import Address
from billcli.model.types import (
    Amount,
    Currency,
    Day,
    Email,
    Entity,
    Free,
    Iban,
    Id,
    Label,
    Language,
    Notes,
    TermsText,
    Text,
    one_of,
)  # fmt: skip


class Contact(Entity):
    """A person or mailbox and what it is for."""

    role: Annotated[str, one_of("billing", "dunning", "legal")]
    name: Text | None = None
    email: Email | None = None
    phone: Text | None = None


class CustomerGroups(Entity):
    """Where the customer stands in each dimension."""

    industry: Label | None = None
    region: Label | None = None
    size: Label | None = None
    segment: Label | None = None


class LimitOverride(Entity):
    """Another credit limit for a while, from ``on`` up to and including ``until``, in the currency of the limit. The last one counts."""

    amount: Amount
    on: Day
    until: Day
    approved_by: Text
    reason: Text


class Customer(Entity):
    """``customers/<id>.yaml``. ``credit_limit`` is in the customer's currency, else the ledger's. ``dunning`` names
    a policy of reminders, or is ``never``.

    From ``deactivated_on`` it gets no new invoices. ``merged_into`` is the customer that takes its place; its documents stay its own.
    """

    id: Id
    name: Text
    aliases: tuple[Text, ...] = ()
    language: Language | None = None
    currency: Currency | None = None
    address: Address | None = None
    tax_id: Text | None = None
    ibans: tuple[Iban, ...] = ()
    contacts: tuple[Contact, ...] = ()
    terms: TermsText | None = None
    tax: Label | None = None
    credit_limit: Amount | None = None
    limit_overrides: tuple[LimitOverride, ...] = ()
    dunning: Label | None = None
    parent: Id | None = None
    deactivated_on: Day | None = None
    merged_into: Id | None = None
    groups: CustomerGroups | None = None
    tags: tuple[Label, ...] = ()
    notes: Notes | None = None
    external_id: Text | None = None
    x: Free | None = None

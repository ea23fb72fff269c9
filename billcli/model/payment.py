"""Payments and how they are allocated. What is not allocated stays as the payer's credit."""

from __future__ import annotations

from billcli.model.invoice import Imported
from billcli.model.types import Amount, Currency, Day, Entity, Free, Iban, Id, Label, Notes, Text


class Allocation(Entity):
    """Cash of the payment used on an invoice; it counts from ``on`` until ``ended_on``."""

    invoice: Id
    amount: Amount
    on: Day
    ended_on: Day | None = None
    reason: Text | None = None


class Reversal(Entity):
    """The bank took the money back on that day."""

    on: Day
    reason: Text


class Payment(Entity):
    """``payments/<year>/<month>/<id>.yaml``. ``received_on`` is the day of the money, ``on`` the day it counts in the books."""

    id: Id
    customer: Id
    received_on: Day
    on: Day
    amount: Amount
    currency: Currency
    method: Text | None = None
    payer_name: Text | None = None
    payer_iban: Iban | None = None
    reference: Text | None = None
    external_id: Text | None = None
    allocations: tuple[Allocation, ...] = ()
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    imported: Imported | None = None
    reversed: Reversal | None = None
    x: Free | None = None

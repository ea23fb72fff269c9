"""Refunds: money paid back to a customer out of unapplied payments and credit notes. They never touch an invoice."""

from __future__ import annotations

from billcli.model.payment import Reversal
from billcli.model.types import Amount, Currency, Day, Entity, Free, Id, Label, Notes, Text


class Draw(Entity):
    """What is taken of one payment or one credit note; it counts from ``on`` until ``ended_on``."""

    payment: Id | None = None
    credit_note: Id | None = None
    amount: Amount
    on: Day
    ended_on: Day | None = None


class Refund(Entity):
    """``refunds/<year>/<month>/<id>.yaml``. ``paid_on`` is the day of the money, ``on`` the day it counts in the books."""

    id: Id
    customer: Id
    paid_on: Day
    on: Day
    amount: Amount
    currency: Currency
    method: Text | None = None
    reference: Text | None = None
    reason: Text
    external_id: Text | None = None
    draws: tuple[Draw, ...]
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    reversed: Reversal | None = None
    x: Free | None = None

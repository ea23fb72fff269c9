"""Notices about what is owed, and the consent that the strict ones need. Everything printed is frozen here."""

from __future__ import annotations

from typing import Annotated

from billcli.model.party import Party
from billcli.model.types import Amount, Currency, Day, Entity, Free, Id, Label, Language, Notes, Percent, Text, Whole, one_of

ReminderChannel = Annotated[str, one_of("mail", "letter")]


class Segment(Entity):
    """Days on which one balance ran at one rate; both days included."""

    from_on: Day
    until: Day
    principal: Amount
    rate: Percent


class ReminderItem(Entity):
    """An invoice in a notice, at the dunning level it has reached with it; 0 is before it is due.

    ``due_on`` is the oldest open instalment's. ``open`` is what is open in all, ``asked`` what of it is asked for: overdue (at level 0:
    due soon) and not disputed. ``fee`` (the level's), ``fixed_sum`` (what the law gives once for an invoice) and ``interest`` are claimed
    with this notice; ``interest_computed`` is what has run up in all. ``reference`` is the invoice's own, for the transfer.
    """

    invoice: Id
    level: Whole
    reference: Text | None = None
    issued_on: Day
    due_on: Day
    gross: Amount
    open: Amount
    asked: Amount
    fee: Amount | None = None
    fixed_sum: Amount | None = None
    interest: Amount | None = None
    interest_computed: Amount | None = None
    segments: tuple[Segment, ...] = ()


class Charge(Entity):
    """What the bank took for a payment that came back, claimed with this notice."""

    payment: Id
    amount: Amount


class Reminder(Entity):
    """``reminders/<year>/<month>/<id>.yaml``: one notice to one customer in one currency.

    A level counts as reached, and a claim as made, once a delivery of the notice was handed over or may have been. ``deadline`` is the
    day by which it asks for the money; ``credit`` is what the customer has unused, ``total`` what is asked for with all claims.
    """

    id: Id
    customer: Id
    currency: Currency
    on: Day
    level: Whole
    policy: Label
    template: Label
    channel: ReminderChannel
    language: Language
    deadline: Day | None = None
    issued_by: Party
    issued_to: Party
    items: tuple[ReminderItem, ...]
    charges: tuple[Charge, ...] = ()
    credit: Amount | None = None
    total: Amount
    approved_by: Text | None = None
    notes: Notes | None = None
    x: Free | None = None


class Approval(Entity):
    """``approvals/<year>/<month>/<id>.yaml``: somebody consents that a customer, or one invoice, gets notices up to a level."""

    id: Id
    customer: Id
    invoice: Id | None = None
    level: Whole
    on: Day
    until: Day | None = None
    approved_by: Text
    reason: Text | None = None
    external_id: Text | None = None
    x: Free | None = None

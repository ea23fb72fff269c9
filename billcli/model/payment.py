"""Payments and how they are allocated. What is not allocated stays as the payer's credit."""

from __future__ import annotations

from typing import Annotated

from billcli.model.invoice import Imported
from billcli.model.types import Amount, Currency, Day, Entity, Free, Iban, Id, Label, Notes, Text, one_of

AllocationKind = Annotated[str, one_of("payment", "discount", "bank_charge", "write_off")]
"""Cash of the payment, or what was granted with it: early-payment discount, a fee a bank kept, a small difference."""

Policy = Annotated[str, one_of("manual", "by reference", "oldest due", "pro rata")]
"""How it was decided which invoices a payment settles."""


class Allocation(Entity):
    """What settles an invoice, of this payment or granted with it; it counts from ``on`` until ``ended_on``.

    ``external_id`` is the key of the command that added the row later.
    """

    invoice: Id
    kind: AllocationKind = "payment"
    amount: Amount
    on: Day
    ended_on: Day | None = None
    reason: Text | None = None
    external_id: Text | None = None


class Reversal(Entity):
    """The bank took the money back: ``value_on`` by its books, where that differs from the day ``on`` which it counts in ours.

    ``bank_charge`` is what the bank took for it: a claim against the payer, outside balances.
    """

    on: Day
    value_on: Day | None = None
    reason: Text
    bank_charge: Amount | None = None


class Received(Entity):
    """What came in, where that was another currency than the payment settles in."""

    amount: Amount
    currency: Currency


class Payment(Entity):
    """``payments/<year>/<month>/<id>.yaml``. ``received_on`` is the day of the money, ``on`` the day it counts in the books.

    ``fee`` is what banks kept on the way; it settles invoices as a bank charge and is no part of ``amount``. ``for_others`` are customers
    who are not related, whose invoices it may settle all the same.
    """

    id: Id
    customer: Id
    received_on: Day
    on: Day
    amount: Amount
    currency: Currency
    received: Received | None = None
    fee: Amount | None = None
    method: Text | None = None
    payer_name: Text | None = None
    payer_iban: Iban | None = None
    reference: Text | None = None
    external_id: Text | None = None
    policy: Policy | None = None
    for_others: tuple[Id, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    imported: Imported | None = None
    reversed: Reversal | None = None
    x: Free | None = None

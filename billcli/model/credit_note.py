"""Credit notes: amounts are positive; they lower what is owed, or stand as the customer's credit."""

from __future__ import annotations

from typing import Annotated

from billcli.model.invoice import Classification, Imported, Line, Prices, TaxGroup, Totals, Void
from billcli.model.party import Party
from billcli.model.settings import Rounding
from billcli.model.types import Amount, Currency, Day, Entity, Free, Id, Label, Notes, Text, Whole, one_of


class CreditLine(Line):
    """A line of a credit note; ``invoice_line`` counts the corrected invoice's lines from 1."""

    invoice_line: Whole | None = None


class Application(Entity):
    """Credit used on an invoice; it counts from ``on`` until ``ended_on``.

    ``external_id`` is the key of the command that applied it later.
    """

    invoice: Id
    amount: Amount
    on: Day
    ended_on: Day | None = None
    reason: Text | None = None
    external_id: Text | None = None


CREDIT_KINDS = ("return", "goodwill", "correction")
CreditKind = Annotated[str, one_of(*CREDIT_KINDS)]
"""Why credit was given: goods came back, a favour, or the invoice was wrong."""


class CreditNote(Entity):
    """``credit-notes/<year>/<month>/<number>.yaml``. Without ``corrects`` it is credit of the customer that belongs to no invoice."""

    number: Id
    customer: Id
    issued_on: Day
    currency: Currency
    corrects: Id | None = None
    kind: CreditKind | None = None
    reason: Text
    reference: Text | None = None
    remark: Notes | None = None
    prices: Prices = "net"
    rounding: Rounding = "document"
    issued_by: Party
    issued_to: Party
    lines: tuple[CreditLine, ...]
    taxes: tuple[TaxGroup, ...] = ()
    totals: Totals
    external_id: Text | None = None
    for_others: tuple[Id, ...] = ()
    applied: tuple[Application, ...] = ()
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    classification: Classification | None = None
    imported: Imported | None = None
    void: Void | None = None
    seal: Text | None = None
    x: Free | None = None

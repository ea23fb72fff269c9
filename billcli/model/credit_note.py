"""Credit notes: amounts are positive; they lower what is owed, or stand as the customer's credit."""

from __future__ import annotations

from billcli.model.invoice import Imported, Line, Prices, TaxGroup, Totals, Void
from billcli.model.party import Party
from billcli.model.settings import Rounding
from billcli.model.types import Amount, Currency, Day, Entity, Free, Id, Label, Notes, Text, Whole


class CreditLine(Line):
    """A line of a credit note; ``invoice_line`` counts the corrected invoice's lines from 1."""

    invoice_line: Whole | None = None


class Application(Entity):
    """Credit used on an invoice; it counts from ``on`` until ``ended_on``."""

    invoice: Id
    amount: Amount
    on: Day
    ended_on: Day | None = None
    reason: Text | None = None


class CreditNote(Entity):
    """``credit-notes/<year>/<month>/<number>.yaml``."""

    number: Id
    customer: Id
    issued_on: Day
    currency: Currency
    corrects: Id | None = None
    reason: Text
    reference: Text | None = None
    prices: Prices = "net"
    rounding: Rounding = "document"
    issued_by: Party
    issued_to: Party
    lines: tuple[CreditLine, ...]
    taxes: tuple[TaxGroup, ...] = ()
    totals: Totals
    external_id: Text | None = None
    applied: tuple[Application, ...] = ()
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    imported: Imported | None = None
    void: Void | None = None
    seal: Text | None = None
    x: Free | None = None

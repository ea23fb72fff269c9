"""Holds: why an invoice or a customer is not reminded for a while. They move no balance."""

from __future__ import annotations

from typing import Annotated

from billcli.model.invoice import Instalment
from billcli.model.types import Amount, Currency, Day, Entity, Free, Id, Label, Notes, Text, Whole, one_of

HoldKind = Annotated[str, one_of("dispute", "promise", "plan", "manual")]
Outcome = Annotated[str, one_of("upheld", "rejected", "settled", "kept", "broken", "withdrawn")]
"""How it ended: of a dispute upheld (the customer was right), rejected or settled; of a promise or plan kept or broken."""


class Evidence(Entity):
    """A file of the ledger that shows it; the hash proves that it is still the same."""

    file: Text
    sha256: Text


class Release(Entity):
    """The hold counts no more from this day."""

    on: Day
    outcome: Outcome | None = None
    reason: Text | None = None


class Hold(Entity):
    """``holds/<year>/<month>/<id>.yaml``: on one invoice, or without one on all of the customer's.

    ``until`` is its last day: of a promise the day by which ``amount`` was to come. A plan has instalments of its own, which count
    instead of the invoice's from ``on`` until it is released; the invoice keeps those it was issued with.
    """

    id: Id
    kind: HoldKind
    customer: Id
    invoice: Id | None = None
    on: Day
    until: Day | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    lines: tuple[Whole, ...] = ()
    reason: Text
    evidence: tuple[Evidence, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    external_id: Text | None = None
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    released: Release | None = None
    x: Free | None = None

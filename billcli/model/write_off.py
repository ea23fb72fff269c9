"""Write-offs: what nobody will pay. The invoice stays as it was issued; a recovery ends the rows again."""

from __future__ import annotations

from typing import Annotated

from billcli.model.types import Amount, Currency, Day, Entity, Free, Id, Label, Notes, Text, one_of

WriteOffKind = Annotated[str, one_of("bad-debt", "small-difference")]
TaxRelief = Annotated[str, one_of("none", "adjust")]
"""Whether the tax on what is written off is taken back from the tax office (bad-debt relief)."""


class WrittenOff(Entity):
    """What is written off of an invoice; it counts from ``on`` until ``ended_on``."""

    invoice: Id
    amount: Amount
    on: Day
    ended_on: Day | None = None
    reason: Text | None = None


class WriteOff(Entity):
    """``write-offs/<year>/<month>/<id>.yaml``; ``amount`` is that of its first rows together."""

    id: Id
    customer: Id
    kind: WriteOffKind
    on: Day
    amount: Amount
    currency: Currency
    reason: Text
    approved_by: Text | None = None
    tax_relief: TaxRelief = "none"
    external_id: Text | None = None
    allocations: tuple[WrittenOff, ...]
    notes: Notes | None = None
    tags: tuple[Label, ...] = ()
    x: Free | None = None

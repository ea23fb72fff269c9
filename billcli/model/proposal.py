"""A proposal: what bill would book of bank lines, for a person to edit and a second one to review before it is applied."""

from __future__ import annotations

from typing import Annotated

from billcli.model.types import Amount, Currency, Day, Entity, Free, Id, Notes, Quantity, Signed, Text, one_of

Answer = Annotated[str, one_of("book", "return", "refund", "ignore", "open")]


class ProposedAllocation(Entity):
    """Cash that goes to a document, with a minus sign what is used of a credit note, and what is granted beside it."""

    document: Id
    amount: Signed
    discount: Amount | None = None
    write_off: Amount | None = None
    fee: Amount | None = None


class ProposedCandidate(Entity):
    """Another way; copy it to the line to take it."""

    customer: Id | None = None
    allocations: tuple[ProposedAllocation, ...] = ()
    confidence: Quantity | None = None
    because: tuple[Text, ...] = ()


class ProposedLine(Entity):
    """One line. ``open`` leaves it as it is; date and amount are there to be read, and must be those of the line."""

    line: Text
    account: Id
    date: Day
    amount: Signed
    currency: Currency
    payer: Notes | None = None
    text: Notes | None = None
    decision: Answer
    customer: Id | None = None
    payment: Id | None = None
    allocations: tuple[ProposedAllocation, ...] = ()
    reason: Text | None = None
    confidence: Quantity | None = None
    because: tuple[Text, ...] = ()
    candidates: tuple[ProposedCandidate, ...] = ()


class Proposal(Entity):
    """The whole file."""

    as_of: Day | None = None
    lines: tuple[ProposedLine, ...]
    x: Free | None = None

"""A bank statement as it is kept: what one file says of one account for one stretch of days, in the ledger's own words.

It holds *all* lines of the file, also those that an earlier statement has, and says nothing that depends on the ledger. So the same file
gives the same path and the same bytes in every clone, and git merges two imports of it without a word; files that overlap, come in
another order or are downloaded again give other statements whose lines have the same ids, and the account's lines are the lines by id,
whoever brought them first. Which of them are decided stands in ``reconciliations/``, never here.
"""

from __future__ import annotations

from typing import Annotated

from billcli.model.types import Currency, Day, Entity, Free, Id, Notes, Signed, Text, Whole, one_of

LineKind = Annotated[str, one_of("return", "chargeback", "fee", "payout", "conversion")]


class Source(Entity):
    """The file it was read from. ``original`` is where its bytes are kept in the ledger, ``sha256`` proves that they are the same."""

    name: Text
    original: Text
    sha256: Text
    format: Text | None = None
    encoding: Text | None = None
    verified: Text | None = None


class Original(Entity):
    """Amount and currency before an exchange."""

    amount: Signed
    currency: Currency


class StatementLine(Entity):
    """One movement; ``row`` is the line of the original on which it begins. Money that went out has a minus sign."""

    id: Text
    booked_on: Day
    amount: Signed
    row: Whole | None = None
    value_on: Day | None = None
    payer: Notes | None = None
    iban: Text | None = None
    ultimate: Notes | None = None
    text: Notes | None = None
    references: tuple[Text, ...] = ()
    end_to_end: Text | None = None
    bank_id: Text | None = None
    kind: LineKind | None = None
    returned: Text | None = None
    fee: Signed | None = None
    original: Original | None = None
    balance: Signed | None = None


class SkippedRow(Entity):
    """A row of the original that is no movement, and why."""

    row: Whole
    reason: Text
    text: Notes | None = None


class Statement(Entity):
    """``bank/<account>/<id>.yaml``; the id is its last day and 8 hex digits of the original and of its place in it."""

    id: Id
    account: Id
    number: Text | None = None
    currency: Currency
    statement_number: Text | None = None
    source: Source
    from_on: Day | None = None
    until_on: Day | None = None
    opening: Signed | None = None
    closing: Signed | None = None
    lines: tuple[StatementLine, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    x: Free | None = None

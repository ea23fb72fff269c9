"""What a bank statement says, as light rows: what readers give, what is stored, and what the matcher works on.

Amounts are whole minor units of ``currency``, positive for money that came in. Texts are as the bank wrote them, without control
characters; a break that the format put into a text is kept as a line end, since it may stand within a word.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class BankLine(NamedTuple):
    """One movement on the account.

    ``id`` is the file's own id column, else the bank's id, else ours: the hash of account, day, amount, text and payer with the number of
    its occurrence in the file, so that equal rows of one day stay two and a file read again gives the same. ``bank_id`` is the bank's.
    """

    id: str
    row: int
    """The line of the file on which it begins, from 1; 0 for what has no lines."""
    booked_on: date
    amount: int
    currency: str
    value_on: date | None = None
    payer: str = ""
    """The other side: who paid, or who was paid."""
    iban: str = ""
    """The other side's account, an IBAN or a number as the bank writes it, without blanks."""
    ultimate: str = ""
    """For whom the other side acted: the ultimate debtor or creditor."""
    text: str = ""
    references: tuple[str, ...] = ()
    """What the format itself marks as a reference: RF, QRR, KID, OGM, VS, in the bank's writing."""
    end_to_end: str = ""
    bank_id: str = ""
    kind: str = ""
    """``return`` of a direct debit or transfer, ``chargeback``, ``fee``, ``payout`` of a provider, ``conversion``; empty for all else."""
    returned: str = ""
    """On a return: the reference or id of what comes back, where the bank names it."""
    fee: int = 0
    """What was kept on the way before ``amount`` came in, where the bank says so."""
    original: tuple[int, str] | None = None
    """Amount and currency before an exchange."""
    balance: int | None = None
    """Of the account after this line, where the file has it."""


class Skipped(NamedTuple):
    """A row that is no movement, or not yet one: pending, a total, a balance, a repetition."""

    row: int
    reason: str
    text: str


class BankStatement(NamedTuple):
    """One account's lines of one file, in the file's order turned to the oldest first where it is plain that it is the other way round."""

    account: str
    """As the file names it: an IBAN or number without blanks; empty where it does not."""
    currency: str
    lines: tuple[BankLine, ...]
    skipped: tuple[Skipped, ...] = ()
    number: str = ""
    """The bank's own number of the statement."""
    opening: int | None = None
    closing: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    format: str = ""
    """``csv:<profile>``, ``camt.053``, ``mt940``, ``ofx`` and so on."""
    encoding: str = ""
    verified: str = ""
    """What showed that nothing is missing or misread: ``balances`` (opening and lines give closing), ``running balance``; else empty."""

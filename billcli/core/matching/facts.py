"""What the matcher knows and what it answers. Amounts are whole minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from billcli.core.bank import BankLine


class Item(NamedTuple):
    """An open invoice, or a credit note with something left; ``open`` is positive for both."""

    document: str
    kind: Literal["invoice", "credit-note"]
    customer: str
    currency: str
    issued_on: date
    due_on: date
    gross: int
    open: int
    references: tuple[str, ...] = ()
    """What a payer may quote besides the number: payment references with check digits, the buyer's order number, older numbers."""
    discount_until: date | None = None
    discount: int = 0
    """What may be deducted up to and including ``discount_until``, grace included, when all of the rest is paid."""
    last_paid_on: date | None = None


class Settled(NamedTuple):
    """A document that is no longer open: a payer may quote it by mistake or pay it twice."""

    document: str
    customer: str
    currency: str
    gross: int
    settled_on: date
    references: tuple[str, ...] = ()


class Party(NamedTuple):
    """A customer as a payer may appear."""

    customer: str
    names: tuple[str, ...]
    """Its name and aliases."""
    ibans: tuple[str, ...] = ()
    parent: str = ""


class PastPayment(NamedTuple):
    """Money that came in earlier: what a return or a repetition is about."""

    id: str
    customer: str
    received_on: date
    currency: str
    amount: int
    free: int
    """What of it is not allocated."""
    payer: str
    iban: str
    reference: str
    line: str
    """The id of the bank line it was booked from; empty where it was not."""
    documents: tuple[str, ...]


class Confirmed(NamedTuple):
    """A person once said that this payer pays for this customer; ``until`` is the last time, ``times`` how often."""

    name: str
    iban: str
    customer: str
    times: int
    until: date


class PayoutItem(NamedTuple):
    """One line of a payment provider's report."""

    payout: str
    date: date
    net: int
    document: str
    gross: int
    fee: int
    currency: str = ""


class Rule(NamedTuple):
    """A rule of ``rules.yaml`` on bank lines; what is None or empty is not asked for. ``where`` names file and line of the rule."""

    name: str
    where: str
    text: str = ""
    """A regular expression, searched without regard to case."""
    payer: str = ""
    iban: str = ""
    least: int | None = None
    most: int | None = None
    currency: str = ""
    direction: Literal["", "in", "out"] = ""
    ignore: str = ""
    """The reason why such lines are no receivable."""
    customer: str = ""
    category: str = ""


@dataclass(frozen=True)
class Limits:
    """What may be booked without a person."""

    small_rest: int = 5
    """A difference up to this is written off: rounding."""
    fee: int = 3000
    """Bank charges that may be missing from a sum, at most."""


@dataclass(frozen=True)
class Books:
    """All the matcher may know. Order in the sequences does not matter."""

    items: Sequence[Item] = ()
    settled: Sequence[Settled] = ()
    parties: Sequence[Party] = ()
    payments: Sequence[PastPayment] = ()
    refunds: Sequence[PastPayment] = ()
    """Money we gave back and money still owed back: ``documents`` are the credit notes or payments it is drawn on."""
    confirmed: Sequence[Confirmed] = ()
    refused: frozenset[tuple[str, str]] = frozenset()
    """(line id, document) that a person has said no to."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """Bank lines already decided, by id, with the words to say so."""
    own_accounts: frozenset[str] = frozenset()
    rules: Sequence[Rule] = ()
    payouts: Sequence[PayoutItem] = ()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """By currency; ``Limits()`` where nothing is said."""


Outcome = Literal["book", "suggest", "ignore", "open", "seen", "duplicate", "refund", "return"]


class Allocation(NamedTuple):
    """What of a line goes to a document; ``amount`` is cash, negative for a credit note that is netted. Without a document: the account."""

    document: str
    amount: int
    discount: int = 0
    write_off: int = 0
    fee: int = 0


class Candidate(NamedTuple):
    """A whole way to settle a line; ``confidence`` from 0 to 1 is that all of it is right."""

    customer: str
    allocations: tuple[Allocation, ...]
    confidence: float
    because: tuple[str, ...]


class Decision(NamedTuple):
    """What is to become of a line. With ``book`` the allocations are certain; with all else they are empty and candidates are for a person.

    ``payment`` is the payment that comes back (return), came twice (duplicate), or the refund that went out.
    """

    line: BankLine
    outcome: Outcome
    confidence: float
    because: tuple[str, ...]
    customer: str = ""
    allocations: tuple[Allocation, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    payment: str = ""

"""What the checks across documents are given; each row names the file a person has to open."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Missing(NamedTuple):
    """A name that nothing declares."""

    file: str
    kind: str
    name: str
    place: str


class Twice(NamedTuple):
    """A key that two files claim."""

    file: str
    first_file: str
    key: str
    name: str


class Numbered(NamedTuple):
    """A document in a sequence."""

    file: str
    number: str
    head: str
    n: int
    issued_on: date
    imported: bool
    digest: str
    seal: str | None


class Overdrawn(NamedTuple):
    """A balance below zero, in minor units, and the first day of it; ``voided_on`` where the document is void."""

    file: str
    kind: str
    name: str
    currency: str
    balance: int
    day: date
    voided_on: date | None = None


class Crossing(NamedTuple):
    """A document that names another it may not belong to.

    ``place`` is an amount of the row that does, empty where the document itself does; ``key`` is the key of the name there, ``day_key``
    that of ``booked_on``. ``since`` is the day from which the other one counts. Where the document says that it settles for the other
    customer, both are that one.
    """

    file: str
    place: str
    key: str
    day_key: str
    name: str
    currency: str
    other_currency: str
    customer: str
    other_customer: str
    booked_on: date
    since: date
    source_kind: str
    source: str


class UnpaidCredit(NamedTuple):
    """Credit from an invoice beyond what was settled on it; ``note`` is the last credit note on it."""

    file: str
    note: str
    invoice: str
    currency: str
    amount: int


class BouncedRefund(NamedTuple):
    """What a refund took of a payment that was reversed."""

    file: str
    place: str
    refund: str
    payment: str
    currency: str
    amount: int
    reversed_on: date


class Granted(NamedTuple):
    """A discount, a bank charge or a write-off on an invoice; ``write_off`` is the kind of a write-off of its own."""

    file: str
    place: str
    kind: str
    source_kind: str
    source: str
    invoice: str
    currency: str
    gross: int
    discount_percent: str | None
    discount_until: date | None
    amount: int
    booked_on: date
    value_on: date
    ended_on: date | None
    write_off: str | None


class CreditedInvoice(NamedTuple):
    """An invoice and all that was credited on it, in minor units; ``other_currency`` counts notes in another one.

    ``imported`` counts those of them, and of the invoice, that came from another tool.
    """

    number: str
    currency: str
    gross: int
    credited: int
    last_file: str
    other_currency: int
    by_line: int
    imported: int


class Gone(NamedTuple):
    """A numbered document that is no longer there; ``file`` is where it was."""

    file: str
    number: str


class Misfound(NamedTuple):
    """A finding that names a document nobody has; ``place`` is its key."""

    file: str
    place: str
    name: str


class Closing(NamedTuple):
    """An entry of the audit trail that closed the books."""

    clone: str
    seq: int
    at: str
    through: date


class Touched(NamedTuple):
    """A document that an entry of the trail made, or found changed ``by_hand``; seq 0 where no entry notes it yet.

    ``day`` is the day from which it counts, None where its file is gone or cannot be read. ``born`` are clone, seq and instant of the
    first entry that knew a file which is gone.
    """

    file: str
    clone: str
    seq: int
    at: str
    made: bool
    by_hand: bool
    gone: bool
    day: date | None
    born: tuple[str, int, str] | None = None


class DraftLeft(NamedTuple):
    """A draft with the day it is meant to have, and the invoice that was issued for its external id."""

    file: str
    id: str
    issued_on: date | None
    external_id: str | None
    invoice: str | None


class Ahead(NamedTuple):
    """A day that has not come."""

    file: str
    place: str
    day: date


class Early(NamedTuple):
    """Money that was there before the invoice it settles."""

    file: str
    place: str
    payment: str
    invoice: str
    value_on: date
    issued_on: date


class PaidTwice(NamedTuple):
    """A payment that looks like an earlier one."""

    file: str
    payment: str
    first: str
    received_on: date


class Promise(NamedTuple):
    """A promise to pay whose day has passed."""

    file: str
    id: str
    customer: str
    until: date


class LongTerms(NamedTuple):
    """A customer's last invoice with long terms; ``parts`` are its instalments."""

    file: str
    invoice: str
    customer: str
    country: str
    days: int
    parts: int


class Unused(NamedTuple):
    """A payment or credit note with something unapplied, beside open invoices of its customer."""

    file: str
    kind: str
    name: str
    customer: str
    currency: str
    amount: int
    since: date
    invoice: str


class Held(NamedTuple):
    """A hold on an invoice and what the invoice says; minor units, each in its own currency. ``lines`` counts the invoice's."""

    file: str
    hold: str
    kind: str
    currency: str | None
    amount: int | None
    booked_on: date
    released_on: date | None
    invoice: str
    invoice_currency: str
    gross: int
    issued_on: date
    lines: int


class BankDecided(NamedTuple):
    """A live decision: its file and place, and what its line has, None where there is no such line. Minor units."""

    file: str
    at: int
    account: str
    line: str
    decision: str
    currency: str
    amount: int
    line_amount: int | None
    line_currency: str | None
    outcome: str
    """All that it says became of the line, to tell two decisions apart."""


class BankBooked(NamedTuple):
    """What live decisions made of a line: the sum of the payments, or of the refund with a minus, and their currency.

    ``reversed_on`` is the day on which the payment that came back was reversed; empty where it was not.
    """

    file: str
    place: str
    line: str
    kind: str
    name: str
    amount: int
    currency: str
    reversed_on: date | None

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
    """A balance below zero, in minor units, and the first day of it."""

    file: str
    kind: str
    name: str
    currency: str
    balance: int
    day: date


class Crossing(NamedTuple):
    """A settlement between two that may not belong together."""

    file: str
    place: str
    invoice: str
    currency: str
    invoice_currency: str
    customer: str
    invoice_customer: str
    booked_on: date
    issued_on: date


class CreditedInvoice(NamedTuple):
    """An invoice and all that was credited on it, in minor units; ``other_currency`` counts notes in another one."""

    number: str
    currency: str
    gross: int
    credited: int
    last_file: str
    other_currency: int
    by_line: int


class Gone(NamedTuple):
    """A numbered document that is no longer there; ``file`` is where it was."""

    file: str
    number: str


class AuditGap(NamedTuple):
    """An audit entry whose predecessor is not there."""

    file: str
    clone: str
    seq: int

"""Documents while the months go by, and what is right for a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from billcli.core.matching.facts import Allocation
from tests.reconcile.second.people import Customer

FIRST = date(2025, 12, 1)
BOOK = frozenset({"book"})
HOLD = frozenset({"suggest", "open"})
EITHER = BOOK | HOLD


class Truth(NamedTuple):
    """What is right for a line.

    ``cls`` is the class. ``outcomes`` are the outcomes that are right. ``allocations`` are those of the right booking, or of the one good
    suggestion; None where there is no single one. ``payment`` is what comes back, came twice or went out, if it is in the books.
    """

    cls: str
    outcomes: frozenset[str]
    allocations: frozenset[Allocation] | None
    payment: str = ""


class Again(Exception):
    """By chance something else fits too: make another one."""


@dataclass(eq=False)
class Doc:
    number: str
    kind: Literal["invoice", "credit-note"]
    customer: Customer
    currency: str
    issued: date
    due: date
    gross: int
    open: int
    start: int
    reference: str = ""
    reference_kind: str = ""
    order: str = ""
    until: date | None = None
    discount: int = 0
    last_paid: date | None = None
    settled: date | None = None
    withdrawn: bool = False
    free: bool = False
    """Nobody pays it in this story."""

    @property
    def references(self) -> tuple[str, ...]:
        return tuple(one for one in (self.reference, self.order) if one)

    def deductible(self, day: date) -> int:
        return self.discount if self.until and day <= self.until else 0


def all_of(doc: Doc) -> Allocation:
    """The whole of what is open, netted where it is a credit note."""
    return Allocation(doc.number, -doc.open if doc.kind == "credit-note" else doc.open)

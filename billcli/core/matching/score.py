"""How sure a whole allocation is, from evidence that can be told; and when it is sure enough to be booked.

Evidence adds up as the logarithm of odds. The options of a line share what is certain with each other and with "none of these", so that two
equally likely ones are never sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import NamedTuple

from billcli.core.matching.amounts import SURE_FITS
from billcli.core.matching.facts import Allocation
from billcli.core.matching.numbers import CHECKED, EXACT, NEAR, WEAK
from billcli.core.matching.payers import LIKELY, SURE

CERTAIN = 0.9
"""From here on a line books itself."""
_NONE = -4.5
_REFERENCE = {CHECKED: 7.0, EXACT: 6.0, NEAR: 4.5, WEAK: 1.5, 0: 0.0}
_FIT = {
    "exact": 4.5,
    "discount": 4.0,
    "cents": 3.2,
    "fee": 3.5,
    "fee?": 1.0,
    "part": 0.0,
    "part named": 2.0,
    "late": -1.0,
    "over": -1.0,
    "far over": -3.0,
    "short": -4.0,
}
_AGAINST = 6.0


class Option(NamedTuple):
    """A whole way to settle a line with the evidence for and against it."""

    customer: str
    """Who paid."""
    documents: frozenset[str]
    allocations: tuple[Allocation, ...]
    fit: str
    reference: int
    """The weakest strength with which its documents are named; 0 where one of them is not."""
    payer: float
    proof: bool
    because: tuple[str, ...]
    against: tuple[str, ...] = ()
    typo: bool = False
    partly: int = 0
    """The strength with which some of its documents are named, where the rest follows from the sum; else 0."""
    chance: bool = False
    """A sum without references that chance may have made."""
    far: bool = False
    """Settles what belongs to another of the group without the text saying so."""
    common: bool = False
    """The payer is known only by a name that several share: one signal more than the amount is asked for."""
    doubts: float = 0.0
    many: float = 0.0
    """The logarithm of how many sums of that many documents there are: of two sums that fit, the one with less to choose from."""

    @property
    def evidence(self) -> float:
        """The logarithm of the odds."""
        named = _REFERENCE[self.reference]
        if self.typo:
            named = max(named, 2.0)
        if self.partly:
            named = max(named, _REFERENCE[self.partly] - 1.5)
        who = 4.5 if self.proof else 4.0 if self.payer >= SURE else 3.2 if self.payer >= LIKELY else 1.0 if self.payer else 0.0
        size = len(self.documents)
        sum_ = -0.7 - 0.15 * min(size, 6) if size > 1 and not self.reference and not self.partly else 0.0
        return _NONE + named + who + _FIT[self.fit] + sum_ - (0.4 if self.far else 0.0) - self.doubts - _AGAINST * len(self.against)

    @property
    def bookable(self) -> bool:
        """Two signals of their own, the amount among them; a part or too much only where text and payer agree."""
        if self.against or self.chance or self.fit == "short":
            return False
        if self.fit in SURE_FITS:
            if self.common and not self.typo and self.partly < NEAR:
                return self.reference >= NEAR
            return self.reference >= NEAR or self.payer >= LIKELY
        if self.fit == "part named" and self.reference >= EXACT:
            return True
        return self.reference >= NEAR and self.payer >= LIKELY and self.fit not in ("late", "far over")


def confidences(options: Sequence[Option]) -> list[float]:
    """That an option is the right one, among all of them and none."""
    odds = [exp(min(option.evidence, 30.0)) for option in options]
    whole = 1.0 + sum(odds)
    return [each / whole for each in odds]

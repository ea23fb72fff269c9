"""What became of every line, by class: right, suggested, missed, wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from billcli.core.matching.facts import Decision
from tests.reconcile.world import Truth

RIGHT, SUGGESTED, MISSED, WRONG = "right", "suggested", "missed", "wrong"
DOES = ("book", "refund", "return")


@dataclass(frozen=True)
class Score:
    """Counts by class; holds are right where nothing was booked."""

    classes: dict[str, Counter[str]]
    holds: frozenset[str]

    def total(self, holds: bool) -> Counter[str]:
        whole: Counter[str] = Counter()
        for name, counts in self.classes.items():
            if (name in self.holds) == holds:
                whole.update(counts)
        return whole

    @property
    def through(self) -> float:
        """The share of receivable lines that were booked right."""
        counts = self.total(False)
        return counts[RIGHT] / max(1, sum(counts.values()))

    @property
    def wrong(self) -> int:
        return self.total(False)[WRONG] + self.total(True)[WRONG]

    @property
    def precision(self) -> float:
        right = self.total(False)[RIGHT]
        return right / max(1, right + self.wrong)

    @property
    def per_thousand(self) -> float:
        lines = sum(sum(counts.values()) for counts in self.classes.values())
        return 1000 * self.wrong / max(1, lines)


def judge(decision: Decision, truth: Truth) -> str:
    """One line's mark."""
    if truth.outcome == "hold":
        return WRONG if decision.outcome in DOES else RIGHT
    cash = {each.document: each.amount for each in decision.allocations}
    if decision.outcome in DOES:
        if decision.outcome != truth.outcome:
            return WRONG
        return RIGHT if truth.outcome == "return" or cash == truth.allocations else WRONG
    wanted = {document for document in truth.allocations if document}
    for candidate in decision.candidates:
        if {each.document for each in candidate.allocations if each.document} == wanted:
            return SUGGESTED
    return MISSED


def score(decisions: Sequence[Decision], truth: dict[str, Truth]) -> Score:
    classes: dict[str, Counter[str]] = {}
    for decision in decisions:
        known = truth[decision.line.id]
        classes.setdefault(known.case, Counter())[judge(decision, known)] += 1
    return Score(classes, frozenset(known.case for known in truth.values() if known.outcome == "hold"))


def table(found: Score) -> str:
    rows = [f"{'class':42} {'lines':>6} {'right':>6} {'sugg.':>6} {'missed':>6} {'wrong':>6}"]
    for holds in (False, True):
        rows.append("-- to hold: right is that nothing is booked" if holds else "-- to book")
        for name, counts in sorted(found.classes.items()):
            if (name in found.holds) == holds:
                rows.append(_row(name, counts))
        rows.append(_row("all to hold" if holds else "all to book", found.total(holds)))
    rows.append(
        f"straight through {found.through:.1%}, precision {found.precision:.2%}, wrong per 1,000 lines {found.per_thousand:.2f}, "
        f"wrong on lines to hold {found.total(True)[WRONG]}"
    )
    return "\n".join(rows)


def _row(name: str, counts: Counter[str]) -> str:
    return f"{name:42} {sum(counts.values()):6} {counts[RIGHT]:6} {counts[SUGGESTED]:6} {counts[MISSED]:6} {counts[WRONG]:6}"

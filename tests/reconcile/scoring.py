"""What became of every line, by class: right, suggested, missed, wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from billcli.core.matching.facts import Allocation, Decision
from tests.reconcile.second.documents import Truth as SecondTruth
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


def judge(decision: Decision, truth: Truth | SecondTruth) -> str:
    """One line's mark."""
    if isinstance(truth, SecondTruth):
        return _judge_second(decision, truth)
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


def _judge_second(decision: Decision, truth: SecondTruth) -> str:
    """What moves money outside the right outcomes, or with another allocation, is wrong; what may wait is right where it waits."""
    if decision.outcome in DOES:
        if decision.outcome not in truth.outcomes:
            return WRONG
        if decision.outcome == "book":
            same = truth.allocations is not None and _shares(decision.allocations) == _shares(truth.allocations)
            return RIGHT if same else WRONG
        return RIGHT if not truth.payment or decision.payment == truth.payment else WRONG
    if decision.outcome in truth.outcomes:
        return RIGHT
    if not holds(truth) and decision.outcome in ("ignore", "seen"):
        return WRONG
    if truth.allocations is not None:
        wanted = _shares(truth.allocations)
        if any(_shares(each.allocations) == wanted for each in decision.candidates):
            return SUGGESTED
    elif truth.payment and decision.payment == truth.payment:
        return SUGGESTED
    return MISSED


def _shares(allocations: Iterable[Allocation]) -> frozenset[Allocation]:
    """Money on account is none of a document: it follows from the rest."""
    return frozenset(each for each in allocations if each.document)


def holds(truth: Truth | SecondTruth) -> bool:
    """Whether no money may move on this line."""
    if isinstance(truth, SecondTruth):
        return not truth.outcomes.intersection(DOES)
    return truth.outcome == "hold"


def name(truth: Truth | SecondTruth) -> str:
    """The class of the line."""
    return truth.cls if isinstance(truth, SecondTruth) else truth.case


def score(decisions: Sequence[Decision], truth: Mapping[str, Truth] | Mapping[str, SecondTruth]) -> Score:
    classes: dict[str, Counter[str]] = {}
    for decision in decisions:
        known = truth[decision.line.id]
        classes.setdefault(name(known), Counter())[judge(decision, known)] += 1
    return Score(classes, frozenset(name(known) for known in truth.values() if holds(known)))


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

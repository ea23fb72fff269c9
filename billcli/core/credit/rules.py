"""The settings of scoring, light, as the index keeps them; a ledger that says nothing has these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

PARTS = ("on_time", "days_late", "disputes", "part_payments")
"""The parts of the score, in the order in which they are shown."""


class GradeRule(NamedTuple):
    """A grade and what its customers get; amounts and percentages as decimal text, the days of the discount counted from the issue."""

    grade: str
    at_least: float
    terms: str | None = None
    limit_months: str | None = None
    limit_least: str | None = None
    limit_most: str | None = None
    discount: str | None = None
    deposit: str | None = None
    dunning: str | None = None
    discount_days: int = 10

    @property
    def advises(self) -> bool:
        """Whether anything follows from it."""
        return any(each is not None for each in self[2:9])


GRADES = (GradeRule("A", 85), GradeRule("B", 70), GradeRule("C", 55), GradeRule("D", 40), GradeRule("E", 0))


class Rules(NamedTuple):
    """``weights`` by part, in percent; ``half_life`` in days; ``shrinkage`` in invoices."""

    weights: Mapping[str, float]
    half_life: int = 180
    shrinkage: float = 2.0
    grades: Sequence[GradeRule] = GRADES
    apply: bool = False
    limit: str = "warn"
    overdue_limit: str | None = None
    overdue_days: int = 0

    @property
    def work(self) -> bool:
        """Whether a score can be computed from them; ``check`` says what stands against it."""
        return self.half_life > 0 and abs(sum(self.weights.values()) - 100.0) < 1e-9


USUAL = Rules({"on_time": 50.0, "days_late": 35.0, "disputes": 15.0, "part_payments": 0.0})


def rules_text(credit: Any) -> str:
    """The settings as the index keeps them: what was said, as text."""
    return json.dumps(credit.model_dump(exclude_unset=True, exclude_none=True), default=lambda value: format(value, "f"), sort_keys=True)


def rules_of(text: str | None) -> Rules:
    """The settings the index keeps, with the usual ones for what was not said."""
    if not text:
        return USUAL
    said: dict[str, Any] = json.loads(text)
    weights = {**USUAL.weights, **{name: float(value) for name, value in said.get("weights", {}).items()}}
    grades = [GradeRule(**{**each, "at_least": float(each["at_least"])}) for each in said.get("grades", ())]
    return USUAL._replace(
        weights=weights,
        half_life=said.get("half_life", USUAL.half_life),
        shrinkage=float(said.get("shrinkage", USUAL.shrinkage)),
        grades=tuple(sorted(grades, key=lambda each: -each.at_least)) or GRADES,
        apply=said.get("apply", False),
        limit=said.get("limit", USUAL.limit),
        overdue_limit=said.get("overdue_limit"),
        overdue_days=said.get("overdue_days", 0),
    )


def grade_of(score: float, rules: Rules) -> GradeRule:
    """The highest grade whose bound the score reaches; the lowest where it reaches none."""
    return next((each for each in rules.grades if score >= each.at_least), rules.grades[-1])

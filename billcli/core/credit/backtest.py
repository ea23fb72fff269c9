"""The score held to what came: each invoice after a day judged by what was known before it, beside plain guesses.

Probabilities are fitted anew on the first of each month, to invoices whose outcome was known by then; nothing is fitted to what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from math import exp
from typing import Any, NamedTuple

from billcli.core.credit import calibration, measures
from billcli.core.credit.rules import Rules, grade_of
from billcli.core.report import Column, Report, View, table_data

FEWEST = 30
"""A figure on fewer late invoices, or fewer on time, would be chance."""


class Tested(NamedTuple):
    """An invoice with what each way of guessing said of its customer before it was issued, from 0 (late) to 100.

    ``days`` is by how many it was late, as known at the end; ``known_on`` the day from which that is known, days as ordinals.
    """

    issued_on: int
    due_on: int
    days: int
    known_on: int
    score: float
    on_time: float
    last: float

    def late(self, horizon: int, day: int) -> bool:
        """As known at the end of a day."""
        return self.days > horizon or self.known_on > day


def last_value(days: float) -> float:
    """The last paid invoice as a guess of the next."""
    return 100.0 * exp(-days / 10.0)


GUESSES: tuple[tuple[str, Callable[[Tested], float]], ...] = (
    ("score", lambda each: each.score),
    ("on-time ratio", lambda each: each.on_time),
    ("last invoice", lambda each: each.last),
    ("base rate", lambda _: 50.0),
)
"""Every way of guessing by its name; the score first, the others to be beaten."""

_COLUMNS = (
    Column("late", "Late >", "count"), Column("predictor", "Predictor"), Column("invoices", "Invoices", "count"),
    Column("late_invoices", "Late", "count"), Column("auc", "AUC", "number"), Column("auc_low", "from", "number"),
    Column("auc_high", "to", "number"), Column("brier", "Brier", "number"), Column("calibration_error", "Calibration", "number"),
    Column("calibration_limit", "true < 90 %", "number"),
)  # fmt: skip


class Judged(NamedTuple):
    """The invoices tested for one horizon, with the probability that each guess gave."""

    tested: Sequence[Tested]
    late: Sequence[bool]
    chances: Sequence[Sequence[float]]


def judged(every: Sequence[Tested], split: int, day: int, horizon: int) -> Judged:
    """Those issued after ``split`` whose outcome is known on ``day``."""
    known = [each for each in every if each.due_on + horizon < day]
    tested = [each for each in known if each.issued_on > split]
    chances = []
    for _, value in GUESSES:
        curves: dict[int, calibration.Curve] = {}
        column = []
        for each in tested:
            month = date.fromordinal(each.issued_on).replace(day=1).toordinal() - 1
            curve = curves.get(month)
            if curve is None:
                curve = curves[month] = calibration.fit(
                    ((value(one), one.late(horizon, month)) for one in _seen(known, month, horizon)), horizon
                )
            column.append(curve.probability(value(each)))
        chances.append(column)
    return Judged(tested, [each.late(horizon, day) for each in tested], chances)


def _seen(known: Sequence[Tested], day: int, horizon: int) -> Sequence[Tested]:
    """The invoices of a year whose outcome was known on a day; where they are few, all before."""
    before = [each for each in known if each.due_on + horizon < day]
    year = [each for each in before if each.due_on + horizon >= day - calibration.WINDOW]
    return year if len(year) >= calibration.FEWEST else before


def backtest_view(every: Sequence[Tested], split: int, day: date, horizons: Sequence[int], rules: Rules, part: int) -> View:
    """The figures of each horizon with enough late invoices, and the first of them by grade; of ``part`` invoices one was taken."""
    rows: list[tuple[Any, ...]] = []
    missing: list[str] = []
    grades: Report | None = None
    graded = None
    for horizon in horizons:
        found = judged(every, split, day.toordinal(), horizon)
        late = sum(found.late)
        if min(late, len(found.late) - late) < FEWEST:
            short, word = (late, "late") if late <= len(found.late) - late else (len(found.late) - late, "on time")
            missing.append(f"late > {horizon}: {short} of {len(found.late)} invoices {word}; fewer than {FEWEST} say nothing")
            continue
        rows += _rows(found, horizon)
        if grades is None:
            grades, graded = _by_grade(found, horizon, rules, day), horizon
    predictors = Report("predictors", day, _COLUMNS, rows)
    tested = [each for each in every if each.issued_on > split and each.due_on < day.toordinal()]
    fields = [
        ("Tested", f"{len(tested)} invoices issued after {date.fromordinal(split)} and due before {day}"),
        *([("Sample", f"one invoice in {part}")] if part > 1 else []),
        *(("Not shown", each) for each in missing),
    ]  # fmt: skip
    data = {
        "split_on": date.fromordinal(split), "tested": len(tested), "sample": part, "not_shown": missing,
        "predictors": table_data(predictors), "grades": table_data(grades) if grades else [], "grades_late": graded,
    }  # fmt: skip
    notes = ("AUC: 0.5 is chance, 1 perfect, with its 95 % interval. Calibration: mean gap between forecast and share late; where all",
             "forecasts are true it stays below the last column nine times in ten.")  # fmt: skip
    tables = [("Predictors", predictors._replace(notes=notes))] + ([(f"By grade, late > {graded}", grades)] if grades else [])
    return View("credit backtest", "", day, fields, tables, data)


def _rows(found: Judged, horizon: int) -> list[tuple[Any, ...]]:
    rows = []
    for (name, value), chances in zip(GUESSES, found.chances, strict=True):
        area = measures.area([-value(each) for each in found.tested], found.late)
        gap = measures.calibration(chances, found.late)
        assert area is not None
        rows.append((
            horizon, name, len(found.late), sum(found.late), *(round(each, 3) for each in area),
            *(round(each, 4) for each in (measures.brier(chances, found.late), gap.error, gap.limit)),
        ))  # fmt: skip
    return rows


def _by_grade(found: Judged, horizon: int, rules: Rules, day: date) -> Report:
    columns = (
        Column("grade", "Grade"), Column("invoices", "Invoices", "count"), Column("late_share", "Late", "number"),
        Column("forecast", "Forecast", "number"), Column("days_late", "Days late", "number"),
    )  # fmt: skip
    mine: dict[str, list[tuple[Tested, bool, float]]] = {each.grade: [] for each in rules.grades}
    for each, late, chance in zip(found.tested, found.late, found.chances[0], strict=True):
        mine[grade_of(each.score, rules).grade].append((each, late, chance))
    rows = [
        (
            grade, len(some), *(round(mean, 3) for mean in (_mean([late for _, late, _ in some]), _mean([chance for *_, chance in some]))),
            round(_mean([each.days for each, *_ in some]), 1),
        )
        for grade, some in mine.items() if some
    ]  # fmt: skip
    return Report(f"grades, late > {horizon}", day, columns, rows)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)

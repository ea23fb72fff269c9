"""Scores as a report, and one score taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.core.credit.calibration import Curve
from billcli.core.credit.course import State
from billcli.core.credit.rules import PARTS, GradeRule, Rules, grade_of
from billcli.core.credit.score import ALL, Features, Issued, contributions, days_late, score
from billcli.core.report import Column, Report, View, counted, table_data
from billcli.model.category_names import NONE
from billcli.model.money import Money

NAMES = {
    "on_time": "Paid on time",
    "days_late": "Days late",
    "disputes": "Disputes and broken promises",
    "part_payments": "Paid in parts",
}


class Scored(NamedTuple):
    """A customer with its score on a day."""

    customer: str
    name: str
    features: Features
    score: float
    grade: GradeRule
    probability: float


def scored(customer: str, name: str, features: Features, rules: Rules, curve: Curve) -> Scored:
    found = score(features.shares, rules)
    return Scored(customer, name, features, found, grade_of(found, rules), round(curve.probability(found), 3))


def pool_words(pool: tuple[str, str]) -> str:
    return "all customers" if pool == ALL else f'{pool[0]} "{pool[1]}"'


def percent(share: float | None) -> str | None:
    """For people: ``83 %``; for less than one in a hundred ``<1 %``."""
    if share is None:
        return None
    return "<1 %" if 0 < share < 0.005 else f"{share * 100:.0f} %"


_COLUMNS = (
    Column("customer", "Customer"),
    Column("name", "Name", "prose", minor=True),
    Column("score", "Score", "number"),
    Column("grade", "Grade"),
    Column("probability", "P(late)", "number"),
    Column("invoices", "Invoices", "count"),
    Column("overdue", "Overdue", "count", minor=True),
    Column("on_time", "On time", "number"),
    Column("days_late", "Days late", "number"),
    Column("disputes", "Disputed", "number", minor=True),
    Column("usual", "Beside", minor=True),
    Column("terms", "Terms", minor=True),
    Column("deposit", "Deposit", "number", minor=True),
    Column("discount", "Discount", "number", minor=True),
    Column("dunning", "Reminders", minor=True),
)


def score_report(rows: Sequence[Scored], as_of: date, rules: Rules, curve: Curve, notes: Sequence[str] = ()) -> Report:
    """A row per customer, the lowest score first. ``usual`` names the group that says what is usual; own figures stand in the others."""
    ordered = sorted(rows, key=lambda each: (each.score, each.customer))
    advised = any(each.advises for each in rules.grades)
    columns = _COLUMNS if advised else _COLUMNS[:11]
    cells = []
    for each in ordered:
        raw, advice = each.features.raw, each.grade
        cells.append((
            each.customer, each.name, each.score, advice.grade, each.probability, each.features.invoices, each.features.overdue,
            _rounded(raw["on_time"], 3), _rounded(raw["days_late"], 1), _rounded(raw["disputes"], 3), pool_words(each.features.pool),
            *((advice.terms, advice.deposit, advice.discount, advice.dunning) if advised else ()),
        ))  # fmt: skip
    return Report("credit score", as_of, columns, cells, (), (*notes, curve_words(curve)))


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def curve_words(curve: Curve) -> str:
    """What the probabilities rest on."""
    if not curve.invoices:
        return "P(late): no invoice has fallen due yet; as usual elsewhere"
    return f"P(late): fitted to {counted(curve.invoices, 'invoice')} whose due date has passed, {curve.late} of them late"


def group_report(rows: Sequence[Scored], labels: Mapping[str, tuple[str, ...]], keys: Sequence[str], as_of: date, rules: Rules) -> Report:
    """A row per group: how many customers, their average score, and how many have each grade. ``labels`` are the groups by customer."""
    grades = [each.grade for each in rules.grades]
    columns = (
        *(Column(key, key.capitalize()) for key in keys), Column("customers", "Customers", "count"), Column("score", "Score", "number"),
        Column("probability", "P(late)", "number"), *(Column(grade, grade, "count", "grades") for grade in grades),
    )  # fmt: skip
    groups: dict[tuple[str, ...], list[Scored]] = {}
    for each in rows:
        groups.setdefault(labels[each.customer], []).append(each)
    cells = []
    for group, mine in sorted(groups.items(), key=lambda each: [(word == NONE, word) for word in each[0]]):
        averages = (round(sum(each.score for each in mine) / len(mine), 1), round(sum(each.probability for each in mine) / len(mine), 3))
        counts = [sum(each.grade.grade == grade for each in mine) for grade in grades]
        cells.append((*group, len(mine), *averages, *counts))
    return Report("credit score", as_of, columns, cells)


class Behind(NamedTuple):
    """An invoice behind a score; ``weight`` is what it counts beside the newest of its customer."""

    invoice: Issued
    state: State
    payments: int
    weight: float
    troubled: bool


_SHOWN = 15
"""So many invoices in a table for a person; a program gets all."""


def explain_view(
    found: Scored,
    behind: Sequence[Behind],
    rules: Rules,
    curve: Curve,
    as_of: date,
    extra: Sequence[tuple[str, Any]],
    follows: Sequence[tuple[str, str | None, str | None, str]],
) -> View:
    """The score with its parts, what each gives, what follows from the grade, and the invoices the score comes from."""
    features = found.features
    parts = _parts(features, rules)
    given = _follows(follows, found.grade.grade, rules, as_of)
    invoices = _invoices(sorted(behind, key=lambda each: (-each.weight, each.invoice.number)), features.day, as_of)
    first = date.fromordinal(features.first) if features.first else None
    fields = [
        ("Customer", found.customer), ("Name", found.name), ("Score", f"{found.score} of 100"),
        ("Grade", f"{found.grade.grade} (from {found.grade.at_least:g})"),
        ("Pays late", f"{percent(found.probability)} likely; {curve_words(curve).removeprefix('P(late): ')}"),
        ("Known", f"{counted(features.invoices, 'invoice')}, {features.overdue} of them overdue" if features.invoices else "nothing yet"),
        *([("First invoice", first)] if first else []),
        *([("Last paid", f"{features.last} days late" if features.last else "on time")] if features.last is not None else []),
        ("Beside", f"{rules.shrinkage:g} invoices as usual for {pool_words(features.pool)}"),
        *extra,
    ]  # fmt: skip
    data = {
        "customer": found.customer, "name": found.name, "score": found.score, "grade": found.grade.grade, "probability": found.probability,
        "invoices": features.invoices, "overdue": features.overdue, "first": first, "last_days_late": features.last,
        "usual_of": pool_words(features.pool), "half_life": rules.half_life, "shrinkage": rules.shrinkage,
        "calibration": {"at_zero": round(curve.at_zero, 6), "slope": round(curve.slope, 6), "invoices": curve.invoices, "late": curve.late},
        "parts": table_data(parts), "follows": table_data(given), "behind": table_data(invoices),
        **{name.lower().replace(" ", "_"): value for name, value in extra},
    }  # fmt: skip
    left = len(invoices.rows) - _SHOWN
    notes = (f"and {counted(left, 'invoice')} more; --format json has them all",) if left > 0 else ()
    shown = invoices._replace(rows=invoices.rows[:_SHOWN], notes=notes)
    tables = [("Parts of the score", parts), *([("What follows", given)] if follows else []), ("Invoices behind it", shown)]
    return View("credit explain", found.customer, as_of, fields, tables, data)


def _follows(follows: Sequence[tuple[str, str | None, str | None, str]], grade: str, rules: Rules, as_of: date) -> Report:
    columns = (
        Column("what", "What"), Column("by_grade", f"By grade {grade}"), Column("holds", "Holds"), Column("source", "From", "prose"),
    )  # fmt: skip
    rows = [(what, given, holds, source or ("advice only" if given else None)) for what, given, holds, source in follows]
    note = "what the customer or a group of it says stands above the grade" if rules.apply else 'advice: "apply: true" makes it hold'
    return Report("follows", as_of, columns, rows, (), (note,))


def _parts(features: Features, rules: Rules) -> Report:
    columns = (
        Column("part", "Part"), Column("own", "Own", "number"), Column("usual", "Usual", "number"), Column("used", "Used", "number"),
        Column("value", "Value", "number"), Column("weight", "Weight", "number"), Column("points", "Points", "number"),
    )  # fmt: skip
    rows = []
    for name, (value, weight, points) in contributions(features.shares, rules).items():
        places = 1 if name == "days_late" else 3
        raw = features.raw[name]
        own = None if raw is None else round(raw, places)
        rows.append((
            NAMES[name], own, round(features.usual[name], places), round(features.shares[name], places), round(value, 3), round(weight, 1),
            round(points, 2),
        ))  # fmt: skip
    return Report("parts", date.fromordinal(max(1, features.day)), columns, rows)


def _invoices(behind: Sequence[Behind], day: int, as_of: date) -> Report:
    columns = (
        Column("number", "Invoice"), Column("issued_on", "Issued", "day", minor=True), Column("due_on", "Due", "day"),
        Column("currency", "Cur"), Column("gross", "Gross", "money"), Column("state", "State"), Column("days_late", "Days late", "count"),
        Column("weight", "Weight", "number"), Column("disputed", "Disputed", minor=True),
        Column("payments", "Payments", "count", minor=True),
    )  # fmt: skip
    rows = []
    for invoice, state, payments, weight, troubled in behind:
        days = days_late(state, day)
        word = "unpaid" if state.word == "open" else "late" if days else "on time"
        days_ = (date.fromordinal(invoice.issued_on), date.fromordinal(invoice.due_on))
        money = (invoice.currency, Money(invoice.gross, invoice.currency))
        rows.append((invoice.number, *days_, *money, word, days, round(weight, 3), troubled or None, payments))
    return Report("behind", as_of, columns, rows)


__all__ = ["PARTS", "Behind", "Scored", "explain_view", "group_report", "score_report", "scored"]

"""Scores over real ledgers: against a computation of their own from the rows, and the law that nothing later is seen."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support import bill, done, make_ledger

TODAY = "2026-06-30"


class Line(NamedTuple):
    """An invoice of the generated books; ``paid`` is None where it never was."""

    number: str
    customer: str
    issued: date
    due: date
    currency: str
    cents: int
    paid: date | None


def _lines(seed: int, count: int) -> list[Line]:
    """Customers who differ in how late they pay; a year and a half of invoices in two currencies."""
    chance = random.Random(seed)
    habit = {f"c{at:02}": chance.choice([-5, 0, 3, 8, 20]) for at in range(20)}
    found = []
    for at in range(count):
        customer = chance.choice(sorted(habit))
        issued = date(2025, 1, 1) + timedelta(chance.randrange(500))
        due = issued + timedelta(30)
        paid = due + timedelta(habit[customer] + chance.randint(-6, 6))
        never = chance.random() < 0.04 or paid > date.fromisoformat(TODAY)
        currency = "USD" if customer == "c03" and chance.random() < 0.5 else "EUR"
        found.append(
            Line(f"R{at:04}", customer, issued, due, currency, chance.randint(1000, 900_000), None if never else max(paid, issued))
        )
    return found


def _ledger(root: Path, lines: Sequence[Line]) -> Path:
    """The lines imported as a bookkeeper would."""
    root.mkdir()
    make_ledger(root)
    customers, invoices, payments = (
        root.parent / f"{root.name}-c.csv",
        root.parent / f"{root.name}-i.csv",
        root.parent / f"{root.name}-p.csv",
    )
    names = sorted({f"c{at:02}" for at in range(20)})
    _csv(customers, "id,name", ([each, each.upper()] for each in names))
    _csv(
        invoices,
        "number,customer,issued_on,due_on,currency,gross",
        ([each.number, each.customer, each.issued, each.due, each.currency, f"{each.cents / 100:.2f}"] for each in lines),
    )
    _csv(
        payments,
        "external_id,customer,received_on,amount,currency,invoice",
        ([each.number, each.customer, each.paid, f"{each.cents / 100:.2f}", each.currency, each.number] for each in lines if each.paid),
    )
    done("customer", "import", str(customers), "--yes", "-q", cwd=root, at=TODAY)
    done("invoice", "import", str(invoices), "--yes", "-q", cwd=root, at=TODAY)
    done("payment", "import", str(payments), "--yes", "-q", cwd=root, at=TODAY)
    return root


def _csv(path: Path, head: str, rows: Any) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head.split(","))
        writer.writerows(rows)


def _scores(lines: Sequence[Line], day: date) -> dict[str, float]:
    """The formula, straight from the rows."""

    def half(newest: date, issued: date) -> float:
        return float(0.5 ** ((newest - issued).days / 180))

    def paid(each: Line) -> bool:
        return each.paid is not None and each.paid <= day

    def late(each: Line) -> int:
        end = each.paid if paid(each) and each.paid else day
        return max(0, min(90, (end - each.due).days))

    past = [each for each in lines if each.issued <= day]
    every = [each for each in past if paid(each)]
    newest = max((each.issued for each in every), default=day)
    weights = [half(newest, each.issued) for each in every]
    total = sum(weights) + 2
    usual_time = (sum(w for w, each in zip(weights, every, strict=True) if not late(each)) + 2 * 0.65) / total
    usual_days = (sum(w * late(each) for w, each in zip(weights, every, strict=True)) + 2 * 5.0) / total
    usual_trouble = 2 * 0.05 / total
    found = {}
    for customer in [f"c{at:02}" for at in range(20)]:
        mine = [each for each in past if each.customer == customer and (paid(each) or each.due < day)]
        last = max((each.issued for each in mine), default=day)
        weigh = {each.number: half(last, each.issued) if paid(each) else 1.0 for each in mine}
        own = sum(weigh.values())
        on_time = (sum(weigh[each.number] for each in mine if not late(each)) + 2 * usual_time) / (own + 2)
        amounts = days = 0.0
        for currency in {each.currency for each in mine}:
            those = [each for each in mine if each.currency == currency]
            mean = sum(each.cents for each in those) / len(those)
            amounts += sum(weigh[each.number] * each.cents / mean for each in those)
            days += sum(weigh[each.number] * each.cents / mean * late(each) for each in those)
        average = (days + 2 * usual_days) / (amounts + 2)
        found[customer] = 50 * on_time + 35 * exp(-average / 10) + 15 * (1 - 2 * usual_trouble / (own + 2))
    return found


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return _lines(3, 700)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, lines: list[Line]) -> Path:
    return _ledger(tmp_path_factory.mktemp("credit") / "all", lines)


def _rows(root: Path, *words: str) -> Any:
    return done("credit", *words, "--format", "json", cwd=root, at=TODAY).json["rows"]


@pytest.mark.parametrize("day", ["2024-12-31", "2025-02-10", "2025-07-31", "2025-12-31", "2026-06-30"])
def test_every_score_equals_a_computation_of_its_own(ledger: Path, lines: list[Line], day: str) -> None:
    found = {each["customer"]: each["score"] for each in _rows(ledger, "score", "--as-of", day)}
    expected = _scores(lines, date.fromisoformat(day))
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, abs=0.051)


@pytest.mark.parametrize("day", ["2025-04-30", "2025-10-15"])
def test_law_the_score_as_of_a_day_is_the_same_with_everything_after_it_deleted(
    tmp_path: Path, ledger: Path, lines: list[Line], day: str
) -> None:
    until = date.fromisoformat(day)
    kept = [each._replace(paid=each.paid if each.paid and each.paid <= until else None) for each in lines if each.issued <= until]
    past = _ledger(tmp_path / "past", kept)
    assert _rows(past, "score", "--as-of", day) == _rows(ledger, "score", "--as-of", day)
    assert _rows(past, "explain", "c03", "--as-of", day) == _rows(ledger, "explain", "c03", "--as-of", day)


def test_the_parts_of_an_explanation_come_to_the_score(ledger: Path) -> None:
    [found] = _rows(ledger, "explain", "c03")
    assert sum(each["points"] for each in found["parts"]) == pytest.approx(found["score"], abs=0.2)
    assert len(found["behind"]) == found["invoices"]
    assert {each["currency"] for each in found["behind"]} == {"EUR", "USD"}


def _judge(lines: Sequence[Line], split: date) -> Iterator[tuple[float, bool]]:
    """Each invoice after a day with the score that its customer had the day before it, and whether it was late."""
    known: dict[date, dict[str, float]] = {}
    for each in lines:
        if each.issued > split and each.due < date.fromisoformat(TODAY):
            before = each.issued - timedelta(1)
            if before not in known:
                known[before] = _scores(lines, before)
            yield round(known[before][each.customer], 1), each.paid is None or each.paid > each.due


def test_the_area_of_a_back_test_equals_a_count_of_pairs(ledger: Path, lines: list[Line]) -> None:
    [found] = _rows(ledger, "backtest", "--split-on", "2025-11-30", "--late", "0")
    seen = [*_judge(lines, date(2025, 11, 30))]
    bad = [score for score, late in seen if late]
    good = [score for score, late in seen if not late]
    assert (found["tested"], found["predictors"][0]["late_invoices"]) == (len(seen), len(bad))
    pairs = sum((b < g) + 0.5 * (b == g) for b in bad for g in good) / (len(bad) * len(good))
    assert found["predictors"][0]["auc"] == pytest.approx(pairs, abs=0.003)
    assert sum(each["invoices"] for each in found["grades"]) == len(seen)


def _curve(seen: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Logistic regression on one variable by plain gradient steps, with two invoices each supposed at five scores."""
    points = [(round(score), float(late), 1.0) for score, late in seen]
    for score in (10, 30, 50, 70, 90):
        chance = 1 / (1 + exp(-(3.5 - 0.07 * score)))
        points += [(score, 1.0, 2 * chance), (score, 0.0, 2 * (1 - chance))]
    a, b = 0.0, 0.0
    for _ in range(60):
        ga = gb = haa = hab = hbb = 0.0
        for score, late, weight in points:
            p = 1 / (1 + exp(-(a + b * score)))
            ga, gb = ga + weight * (late - p), gb + weight * (late - p) * score
            curve = weight * p * (1 - p)
            haa, hab, hbb = haa + curve, hab + curve * score, hbb + curve * score * score
        det = haa * hbb - hab * hab
        a, b = a + (hbb * ga - hab * gb) / det, b + (haa * gb - hab * ga) / det
    return a, b


def test_brier_and_calibration_of_a_back_test_equal_a_computation_of_their_own(ledger: Path, lines: list[Line]) -> None:
    """Every month a curve on what fell due in the year before it, as known by then; then the mean squared error and the tenths."""
    [found] = _rows(ledger, "backtest", "--split-on", "2025-11-30", "--late", "0")
    scores: dict[date, dict[str, float]] = {}

    def score(each: Line) -> float:
        before = each.issued - timedelta(1)
        if before not in scores:
            scores[before] = _scores(lines, before)
        return round(scores[before][each.customer], 1)

    curves: dict[date, tuple[float, float]] = {}
    chances: list[tuple[float, bool]] = []
    for each in lines:
        if not (each.issued > date(2025, 11, 30) and each.due < date.fromisoformat(TODAY)):
            continue
        month = each.issued.replace(day=1) - timedelta(1)
        if month not in curves:
            year = [one for one in lines if month - timedelta(365) <= one.due < month]
            curves[month] = _curve([(score(one), one.paid is None or one.paid > min(one.due, month)) for one in year])
        a, b = curves[month]
        chances.append((1 / (1 + exp(-(a + b * score(each)))), each.paid is None or each.paid > each.due))
    squares = sum((chance - late) ** 2 for chance, late in chances) / len(chances)
    tenths: dict[int, float] = {}
    for chance, late in chances:
        tenths[int(chance * 10)] = tenths.get(int(chance * 10), 0.0) + late - chance
    first = found["predictors"][0]
    assert first["brier"] == pytest.approx(squares, abs=0.0005)
    assert first["calibration_error"] == pytest.approx(sum(map(abs, tenths.values())) / len(chances), abs=0.005)


def test_a_back_test_beats_chance_and_its_probabilities_hold(ledger: Path) -> None:
    [found] = _rows(ledger, "backtest", "--late", "0")
    score, ratio, last, base = found["predictors"]
    assert score["auc"] > 0.8 > last["auc"] or score["auc"] > last["auc"] > base["auc"] == 0.5
    assert score["brier"] < base["brier"]
    assert ratio["predictor"] == "on-time ratio"


def test_a_horizon_with_few_late_invoices_is_not_shown_and_says_why(ledger: Path) -> None:
    [found] = _rows(ledger, "backtest", "--split", "0.85", "--late", "60")
    assert found["predictors"] == []
    assert "fewer than 30 say nothing" in found["not_shown"][0]


def test_grades_are_those_of_the_first_horizon_that_is_shown(ledger: Path) -> None:
    [found] = _rows(ledger, "backtest", "--late", "89", "--late", "0")
    assert ({each["late"] for each in found["predictors"]}, found["grades_late"]) == ({0}, 0)
    shown = done("credit", "backtest", "--late", "89", "--late", "0", cwd=ledger, at=TODAY).out
    assert ("By grade, late > 0" in shown, "By grade, late > 89" in shown) == (True, False)


def test_disputes_and_broken_promises_count_from_their_day_on(tmp_path: Path) -> None:
    lines = [Line(f"R{at}", "c00", date(2026, 1, 1 + at), date(2026, 2, 1 + at), "EUR", 10_000, date(2026, 2, 1)) for at in range(4)]
    open_ = Line("R9", "c00", date(2026, 3, 1), date(2026, 3, 31), "EUR", 10_000, None)
    root = _ledger(tmp_path / "holds", [*lines, open_])
    hold = ("--reason", "told", "--yes", "-q")
    done("hold", "new", "--kind", "dispute", "-i", "R9", *hold, cwd=root, at="2026-04-05")
    made = done(
        "hold", "new", "--kind", "promise", "-c", "c00", "--until", "2026-05-01", *hold, "--format", "json", cwd=root, at="2026-04-20"
    )

    def disputed(day: str) -> float:
        return float(_rows(root, "score", "c00", "--as-of", day)[0]["disputes"])

    assert disputed("2026-04-04") == 0.0
    assert disputed("2026-04-05") == pytest.approx(1 / (1 + sum(0.5 ** ((59 - at) / 180) for at in range(4))), abs=0.002)
    assert disputed("2026-05-01") == disputed("2026-04-05")
    assert disputed("2026-05-02") > disputed("2026-05-01")
    done("hold", "release", made.json["id"], "--outcome", "kept", "--yes", "-q", cwd=root, at="2026-05-20")
    assert disputed("2026-05-19") > disputed("2026-05-20") == disputed("2026-05-01")


def test_a_customer_without_history_and_a_day_before_the_first_document(ledger: Path) -> None:
    done("customer", "add", "--name", "Neu", "--id", "neu", "--yes", "-q", cwd=ledger, at=TODAY)
    [row] = _rows(ledger, "score", "neu")
    assert (row["invoices"], row["on_time"], row["days_late"]) == (0, None, None)
    assert 0 < row["score"] < 100
    said = done("credit", "score", "neu", "--as-of", "2020-01-01", cwd=ledger, at=TODAY)
    assert "nothing was invoiced by 2020-01-01; the first invoice is of 2025-01-0" in said.out
    assert bill("credit", "backtest", "--as-of", "2020-01-01", cwd=ledger, at=TODAY).code == 1


def test_history_of_a_merged_customer_goes_to_its_successor(tmp_path: Path) -> None:
    lines = [Line(f"R{at}", "c00", date(2026, 1, 1 + at), date(2026, 2, 1 + at), "EUR", 10_000, date(2026, 2, 1)) for at in range(4)]
    root = _ledger(tmp_path / "merged", lines)
    done("customer", "merge", "c00", "--into", "c01", "--reason", "bought", "--yes", "-q", cwd=root, at=TODAY)
    assert {each["customer"]: each["invoices"] for each in _rows(root, "score") if each["invoices"]} == {"c01": 4}


def test_usual_in_a_group_and_settings_of_the_ledger(tmp_path: Path) -> None:
    root = make_ledger(tmp_path)
    text = (root / "ledger.yaml").read_text()
    grades = "".join(
        f"    - grade: {name}\n      at_least: {least}\n      deposit: {50 - least // 2}\n" for name, least in (("A", 60), ("E", 0))
    )
    (root / "ledger.yaml").write_text(text.replace("git:", f"credit:\n  half_life: 90\n  grades:\n{grades}git:"))
    done("customer", "add", "--name", "Neu", "--id", "neu", "--yes", "-q", cwd=root, at=TODAY)
    [row] = _rows(root, "score")
    assert (row["score"], row["grade"], row["deposit"]) == (68.0, "A", "20")
    assert json.loads(done("check", "--format", "json", cwd=root, at=TODAY).out)["diagnostics"] == []

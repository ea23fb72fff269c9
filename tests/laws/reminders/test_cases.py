"""Stories worked out by hand: the clerk tells them as they must be, and so does bill."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.laws.reminders.cases import CASES, Case
from tests.laws.reminders.clerk import Clerk, MissingRate, half_up
from tests.laws.reminders.judge import differences, stops_told_otherwise
from tests.laws.reminders.rates import Rates, rates_of
from tests.laws.reminders.scene import Scene, lines, stopped


def told(story: str) -> list[tuple[date, str, list[str]]]:
    """(day, step, []) or (day, "", what a run must say)."""
    found: list[tuple[date, str, list[str]]] = []
    for line in story.splitlines():
        if not line[:4].isdigit():
            found[-1][2].append(line)
            continue
        on, rest = date.fromisoformat(line[:10]), line[11:]
        if rest.startswith("->"):
            found.append((on, "", [rest[3:]] if rest[3:] else []))
        else:
            found.append((on, rest, []))
    return found


def step(scene: Scene, on: date, words: str) -> None:
    word, *more = words.split()
    if word in ("reverse", "undo"):
        payment = next(each for each, data in Clerk(scene.root).payments.items() if data["customer"] == more[0])
        if word == "undo":
            scene.do(on, f"payment allocate {payment} --undo --reason wrong")
        else:
            scene.do(on, f'payment reverse {payment} --reason "no funds" --bank-charge {more[1]}')
    elif word == "release":
        hold = next(each["id"] for each in Clerk(scene.root).holds if each["customer"] == more[0])
        scene.do(on, f"hold release {hold}{' --outcome ' + more[1] if more[1:] else ''}")
    elif word == "import":
        name, customer, issued_on, due_on, gross = more
        file = scene.root.parent / "old.csv"
        file.write_text(f"number,customer,issued_on,due_on,currency,gross\n{name},{customer},{issued_on},{due_on},EUR,{gross}\n")
        scene.do(on, f"invoice import {file}")
    else:
        scene.do(on, words)


def tell(case: Case, folder: Path, *, product: bool) -> None:
    scene = Scene(folder / "books", case.dunning, case.files, product=product)
    for on, words, expected in told(case.story):
        if words:
            step(scene, on, words)
            continue
        found = Clerk(scene.root).expected(on)
        said = [*lines(found.notices), *stopped(found)]
        assert said == expected, "\n".join([case.name, *scene.told, f"{on}  a run"])
        wrong = stops_told_otherwise(scene, on, found) if product and found.stopped else []
        did = scene.run(on)
        if product:
            assert wrong == [], "\n".join([case.name, *scene.told])
            assert lines(did) == lines(found.notices), "\n".join([case.name, *scene.told])
            assert differences(found.notices, did) == [], "\n".join([case.name, *scene.told])


def marked(at: int, case: Case) -> object:
    """Every second story is told on each run of the suite, all of them by the long one."""
    return pytest.param(case, marks=pytest.mark.long) if at % 2 else case


@pytest.mark.parametrize("case", [marked(at, each) for at, each in enumerate(CASES)], ids=[each.name for each in CASES])
def test_it_happens_as_worked_out_by_hand(case: Case, tmp_path: Path) -> None:
    """The clerk on the files that bill writes, and bill itself."""
    tell(case, tmp_path, product=True)


def run_up(rates: Rates, principal: int, first: date, days: int) -> Fraction:
    found = Fraction(0)
    for at in range(first.toordinal(), first.toordinal() + days):
        now = date.fromordinal(at)
        found += principal * rates.on(now, first) / 100 / rates.year(now)
    return found


OWN = {"regime": "own", "rates": [{"since": "2000-01-01", "rate": "10"}]}


@pytest.mark.parametrize(
    ("rule", "principal", "first", "days", "expected"),
    [
        ({"regime": "de-b2b"}, 119000, "2026-05-16", 91, 3084),
        ({"regime": "de-b2b"}, 500000, "2025-11-01", 120, 16882),
        ({"regime": "own", "rates": [{"since": "2000-01-01", "rate": "12.25"}]}, 500000, "2025-08-01", 101, 16949),
        ({"regime": "uk"}, 1000000, "2025-12-01", 62, 20808),
        ({"regime": "uk", "mode": "floating"}, 1000000, "2025-12-01", 62, 20384),
        ({"regime": "eu"}, 119000, "2026-02-01", 30, 993),
        ({"regime": "eu"}, 119000, "2026-07-10", 60, 2034),
        ({"regime": "cn-lpr"}, 10000000, "2025-06-01", 60, 73973),
        ({"regime": "cn-lpr", "basis": "360"}, 10000000, "2025-06-01", 60, 75000),
        ({"regime": "cn-sme"}, 10000000, "2026-06-01", 60, 300000),
        ({"regime": "us"}, 100000, "2026-06-01", 45, 2219),
        (OWN, 100000, "2027-01-01", 366, 10027),
        ({**OWN, "basis": "actual"}, 100000, "2028-01-01", 366, 10000),
        ({"regime": "uk"}, 1000000, "2026-03-01", 1, 322),
    ],
)  # fmt: skip
def test_interest_of_the_worked_examples(rule: dict[str, object], principal: int, first: str, days: int, expected: int) -> None:
    assert half_up(run_up(rates_of(rule), principal, date.fromisoformat(first), days)) == expected


@pytest.mark.parametrize(("regime", "at"), [("de-b2b", "2027-01-01"), ("de-b2b", "2016-06-30"), ("eu", "2025-12-31"), ("uk", "2023-12-31")])
def test_a_day_without_a_published_rate_is_an_error(regime: str, at: str) -> None:
    with pytest.raises(MissingRate):
        rates_of({"regime": regime}).on(date.fromisoformat(at), date.fromisoformat(at))

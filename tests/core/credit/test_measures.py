"""The curve and the figures of a back-test, against other ways to the same number."""

from __future__ import annotations

import random
from math import exp, log

import pytest

from billcli.core.credit.calibration import fit
from billcli.core.credit.measures import area, brier, calibration


def test_area_is_the_share_of_pairs_in_the_right_order() -> None:
    chance = random.Random(5)
    late = [chance.random() < 0.3 for _ in range(200)]
    values = [round(chance.gauss(1.0 if each else 0.0, 1.0), 1) for each in late]
    bad = [value for value, each in zip(values, late, strict=True) if each]
    good = [value for value, each in zip(values, late, strict=True) if not each]
    pairs = sum((b > g) + 0.5 * (b == g) for b in bad for g in good) / (len(bad) * len(good))
    found = area(values, late)
    assert found is not None
    assert found.value == pytest.approx(pairs)
    assert found.low < pairs < found.high


def test_the_interval_holds_what_resampling_gives() -> None:
    chance = random.Random(6)
    late = [chance.random() < 0.4 for _ in range(300)]
    values = [chance.gauss(1.2 if each else 0.0, 1.0) for each in late]
    found = area(values, late)
    assert found is not None
    again = []
    for _ in range(400):
        taken = [chance.randrange(300) for _ in range(300)]
        drawn = area([values[at] for at in taken], [late[at] for at in taken])
        assert drawn is not None
        again.append(drawn.value)
    again.sort()
    assert found.low == pytest.approx(again[10], abs=0.012)
    assert found.high == pytest.approx(again[389], abs=0.012)


def test_area_of_one_kind_alone_is_none() -> None:
    assert area([1.0, 2.0], [True, True]) is None


def test_brier_and_calibration_by_hand() -> None:
    chances, late = [0.9, 0.9, 0.2, 0.2], [True, False, False, False]
    assert brier(chances, late) == pytest.approx((0.01 + 0.81 + 0.04 + 0.04) / 4)
    assert calibration(chances, late).error == pytest.approx((abs(1 - 1.8) + 0.4) / 4)


def test_true_forecasts_stay_below_the_limit_nine_times_in_ten() -> None:
    chance = random.Random(7)
    chances = [chance.random() ** 1.5 for _ in range(500)]
    below = 0
    for _ in range(1000):
        found = calibration(chances, [chance.random() < each for each in chances])
        below += found.error < found.limit
    assert 870 <= below <= 930


def test_the_curve_is_found_again_where_there_is_one() -> None:
    chance = random.Random(8)
    seen = []
    for _ in range(20_000):
        score = chance.uniform(0, 100)
        seen.append((score, chance.random() < 1 / (1 + exp(-(2.0 - 0.05 * score)))))
    found = fit(seen)
    assert found.at_zero == pytest.approx(2.0, abs=0.1)
    assert found.slope == pytest.approx(-0.05, abs=0.002)


def test_the_curve_never_rises_and_never_runs_away() -> None:
    upside_down = fit([(90.0, True)] * 40 + [(10.0, False)] * 40)
    assert upside_down.slope == 0.0
    assert upside_down.probability(10) == upside_down.probability(90)
    parted = fit([(90.0, False)] * 400 + [(10.0, True)] * 400)
    assert 0.0 < parted.probability(100) < 0.05 < 0.9 < parted.probability(0) < 1.0


def test_without_invoices_the_curve_is_the_usual_one() -> None:
    found = fit([])
    assert log(found.probability(50) / (1 - found.probability(50))) == pytest.approx(3.5 - 0.07 * 50, abs=1e-6)
    assert (found.invoices, found.late) == (0, 0)
    assert fit([], 15).probability(50) < found.probability(50)

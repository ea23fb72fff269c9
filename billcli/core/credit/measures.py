"""How good a forecast was: does it tell late from on time, and are its probabilities true."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sqrt
from typing import NamedTuple

BINS = 10
"""Tenths of probability, for the calibration error."""

_95 = 1.959963984540054
_90 = 1.2815515655446004


class Area(NamedTuple):
    """The area under the ROC curve and its 95 % interval."""

    value: float
    low: float
    high: float


def area(values: Sequence[float], late: Sequence[bool]) -> Area | None:
    """How often a late invoice has the higher value than one on time, ties half; the interval by DeLong. None where all are alike."""
    bad = [value for value, each in zip(values, late, strict=True) if each]
    good = [value for value, each in zip(values, late, strict=True) if not each]
    if not bad or not good:
        return None
    every, in_bad, in_good = _midranks(bad + good), _midranks(bad), _midranks(good)
    of_bad = [(every[at] - in_bad[at]) / len(good) for at in range(len(bad))]
    of_good = [1.0 - (every[len(bad) + at] - in_good[at]) / len(bad) for at in range(len(good))]
    value = sum(of_bad) / len(of_bad)
    spread = _95 * sqrt(_variance(of_bad) / len(bad) + _variance(of_good) / len(good))
    return Area(value, max(0.0, value - spread), min(1.0, value + spread))


def _midranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for each in order[at:end]:
            ranks[each] = (at + 1 + end) / 2
        at = end
    return ranks


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((each - mean) ** 2 for each in values) / (len(values) - 1) if len(values) > 1 else 0.0


def brier(chances: Sequence[float], late: Sequence[bool]) -> float:
    """The mean squared difference between what was said and what came; 0 is perfect."""
    return sum((chance - each) ** 2 for chance, each in zip(chances, late, strict=True)) / len(late)


class Calibration(NamedTuple):
    """``error`` is the mean difference between forecast and share in tenths of probability, each by its size.

    ``limit`` is what a forecast whose every probability is true stays below nine times in ten, with as many invoices.
    """

    error: float
    limit: float


def calibration(chances: Sequence[float], late: Sequence[bool]) -> Calibration:
    """``limit`` takes each tenth's difference for normal, its absolute value then being half-normal."""
    bins: dict[int, list[float]] = {}
    for chance, each in zip(chances, late, strict=True):
        found = bins.setdefault(min(BINS - 1, int(chance * BINS)), [0.0, 0.0])
        found[0] += each - chance
        found[1] += chance * (1.0 - chance)
    count = len(late)
    mean = sum(sqrt(2 * spread / pi) for _, spread in bins.values())
    spread = sqrt(sum((1 - 2 / pi) * each for _, each in bins.values()))
    return Calibration(sum(abs(gap) for gap, _ in bins.values()) / count, (mean + _90 * spread) / count)

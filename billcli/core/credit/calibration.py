"""From a score to the probability that the next invoice is paid late, fitted to what the ledger has seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp
from typing import NamedTuple

WINDOW = 365
"""The invoices of the last year tell; what was usual before has changed since."""

FEWEST = 30
"""So many of them at least, else all of the past."""

MOST = 4000
"""More than that many change nothing in a curve; of more, every so-manieth is taken."""

_USUAL = (3.5, -0.07)
"""Where nothing is known: about one in twenty at 90, half at 50, nineteen in twenty at 10 (``late > 0``)."""

_SUPPOSED = (10, 30, 50, 70, 90)
"""Scores at which two invoices each are supposed to have gone as usual, so that no fit runs away."""


class Curve(NamedTuple):
    """``1 / (1 + exp(-(at_zero + slope · score)))``; ``slope`` is never above 0."""

    at_zero: float
    slope: float
    invoices: int
    late: int

    def probability(self, score: float) -> float:
        return _logistic(self.at_zero + self.slope * score)


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x)) if x >= 0 else exp(x) / (1.0 + exp(x))


def fit(seen: Iterable[tuple[float, bool]], horizon: int = 0) -> Curve:
    """A logistic curve on one variable by Newton's method. ``seen`` are (score, paid late); ``horizon`` is the days that count as late.

    Scores are rounded to whole points first: a hundred sums instead of a hundred thousand terms, the same on every machine.
    """
    counts: dict[int, list[float]] = {}
    invoices = late = 0
    for score, is_late in seen:
        invoices += 1
        late += is_late
        found = counts.setdefault(round(score), [0.0, 0.0])
        found[0] += 1
        found[1] += is_late
    usual = (_USUAL[0] - horizon / 6, _USUAL[1])
    for score in _SUPPOSED:
        found = counts.setdefault(score, [0.0, 0.0])
        found[0] += 2
        found[1] += 2 * _logistic(usual[0] + usual[1] * score)
    at_zero, slope = _newton(counts, *usual)
    if slope > 0:  # here the score says nothing; all get the same
        total, those = (sum(each[at] for each in counts.values()) for at in (0, 1))
        return Curve(_logit(those / total), 0.0, invoices, late)
    return Curve(at_zero, slope, invoices, late)


def _logit(p: float) -> float:
    from math import log

    return log(p / (1.0 - p))


def _newton(counts: Mapping[int, list[float]], at_zero: float, slope: float) -> tuple[float, float]:
    """Maximises the likelihood, which has one top; a step that would lower it is halved."""
    ordered = sorted(counts.items())
    best = _likelihood(ordered, at_zero, slope)
    for _ in range(100):
        g0 = g1 = h00 = h01 = h11 = 0.0
        for score, (count, late) in ordered:
            p = _logistic(at_zero + slope * score)
            rest, curve = late - count * p, count * p * (1.0 - p)
            g0 += rest
            g1 += rest * score
            h00 += curve
            h01 += curve * score
            h11 += curve * score * score
        det = h00 * h11 - h01 * h01
        if det <= 1e-12:
            break
        step = ((h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det)
        size = 1.0
        while size > 1e-6:
            tried = (at_zero + size * step[0], slope + size * step[1])
            reached = _likelihood(ordered, *tried)
            if reached >= best:
                break
            size /= 2
        else:
            break
        moved = max(abs(tried[0] - at_zero), 100 * abs(tried[1] - slope))
        (at_zero, slope), best = tried, reached
        if moved < 1e-10:
            break
    return at_zero, slope


def _likelihood(ordered: Iterable[tuple[int, list[float]]], at_zero: float, slope: float) -> float:
    from math import log1p

    total = 0.0
    for score, (count, late) in ordered:
        x = at_zero + slope * score
        soft = x + log1p(exp(-x)) if x > 0 else log1p(exp(x))
        total += late * x - count * soft
    return total

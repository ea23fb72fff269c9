"""Yearly rates of late-payment interest by regime, copied from the published tables; a day without a rate is an error."""

from __future__ import annotations

from calendar import isleap
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from tests.laws.reminders.reader import day

BASE = [
    ("2016-07-01", "-0.88"), ("2023-01-01", "1.62"), ("2023-07-01", "3.12"), ("2024-01-01", "3.62"), ("2024-07-01", "3.37"),
    ("2025-01-01", "2.27"), ("2025-07-01", "1.27"), ("2026-01-01", "1.27"), ("2026-07-01", "1.52"),
]  # fmt: skip
"""The German Basiszinssatz."""
ECB = [("2026-01-01", "2.15"), ("2026-07-01", "2.40")]
BANK_RATE = [
    ("2024-01-01", "5.25"), ("2024-07-01", "5.25"), ("2025-01-01", "4.75"), ("2025-07-01", "4.25"), ("2026-01-01", "3.75"),
    ("2026-07-01", "3.75"),
]  # fmt: skip
LPR = [("2024-10-21", "3.10"), ("2025-05-20", "3.00")]
HALF_YEARLY_UNTIL = date(2026, 12, 31)
"""The next rate is published for the day after."""

# name: table, factor, points on top, until, mode
REGIMES: dict[str, tuple[list[tuple[str, str]], str, str, date, str]] = {
    "de-b2b": (BASE, "1", "9", HALF_YEARLY_UNTIL, "floating"),
    "de-consumer": (BASE, "1", "5", HALF_YEARLY_UNTIL, "floating"),
    "eu": (ECB, "1", "8", HALF_YEARLY_UNTIL, "floating"),
    "uk": (BANK_RATE, "1", "8", HALF_YEARLY_UNTIL, "fixed_at_start"),
    "cn-lpr": (LPR, "1.5", "0", date.max, "floating"),
    "cn-sme": ([("0001-01-01", "18.25")], "1", "0", date.max, "floating"),
    "us": ([("0001-01-01", "18")], "1", "0", date.max, "floating"),
}


class MissingRate(Exception):
    pass


class Rates(NamedTuple):
    table: list[tuple[date, Fraction]]
    until: date
    mode: str
    basis: str

    def on(self, at: date, begun: date) -> Fraction:
        """Percent a year on a day, of a debt whose interest began on another."""
        asked = begun if self.mode == "fixed_at_start" else at
        known = [rate for since, rate in self.table if since <= asked]
        if not known or asked > self.until:
            raise MissingRate(asked)
        return known[-1]

    def year(self, at: date) -> int:
        if self.basis == "actual":
            return 366 if isleap(at.year) else 365
        return int(self.basis)


def rates_of(rule: dict[str, Any]) -> Rates:
    basis = rule.get("basis", "365")
    if rule["regime"] == "own":
        table = sorted((day(each["since"]), Fraction(each["rate"])) for each in rule.get("rates") or ())
        return Rates(table, date.max, rule.get("mode") or "floating", basis)
    published, factor, points, until, mode = REGIMES[rule["regime"]]
    rates = [(day(since), Fraction(rate) * Fraction(factor) + Fraction(points)) for since, rate in published]
    return Rates(rates, until, rule.get("mode") or mode, basis)

"""Invoices that come out by themselves: periods worked out by hand, and random templates against bill."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.laws.reminders.periods import net, periods

# template, until: the periods as "begins..ends due" in short
PERIODS: list[tuple[str, dict[str, Any], str, list[str]]] = [
    ("the 31st is kept", {"every": "month", "starts_on": "2026-01-31"}, "2026-04-30",
     ["01-31..02-27", "02-28..03-30", "03-31..04-29", "04-30..05-30"]),
    ("the 31st in a leap year", {"every": "month", "starts_on": "2028-01-31"}, "2028-03-31",
     ["01-31..02-28", "02-29..03-30", "03-31..04-29"]),
    ("quarters from 30 November", {"every": "quarter", "starts_on": "2025-11-30"}, "2026-05-30",
     ["11-30..02-27", "02-28..05-29", "05-30..08-29"]),
    ("a leap day each year", {"every": "year", "starts_on": "2024-02-29"}, "2028-02-29",
     ["02-29..02-27", "02-28..02-27", "02-28..02-27", "02-28..02-28", "02-29..02-27"]),
    ("every two weeks", {"every": "2 weeks", "starts_on": "2026-01-05"}, "2026-02-02", ["01-05..01-18", "01-19..02-01", "02-02..02-15"]),
    ("not before its first day", {"every": "month", "starts_on": "2026-01-31"}, "2026-01-30", []),
    ("behind the period, on the day after its last", {"every": "month", "starts_on": "2026-01-01", "in_advance": "false"}, "2026-02-28",
     ["01-01..01-31"]),
    ("behind, one day later", {"every": "month", "starts_on": "2026-01-01", "in_advance": "false"}, "2026-03-01",
     ["01-01..01-31", "02-01..02-28"]),
    ("nothing begins after its end", {"every": "month", "starts_on": "2026-01-01", "ends_on": "2026-03-01"}, "2026-12-31",
     ["01-01..01-31", "02-01..02-28", "03-01..03-01"]),
    ("a first part up to the anchor", {"every": "month", "starts_on": "2026-01-15", "anchor_on": "2026-02-01"}, "2026-02-01",
     ["01-15..01-31", "02-01..02-28"]),
    ("a first part up to an anchor at the end of the month", {"every": "month", "starts_on": "2026-03-10", "anchor_on": "2026-03-31"},
     "2026-05-01", ["03-10..03-30", "03-31..04-29", "04-30..05-30"]),
]  # fmt: skip


@pytest.mark.parametrize(("template", "until", "expected"), [each[1:] for each in PERIODS], ids=[each[0] for each in PERIODS])
def test_periods_follow_from_the_anchor(template: dict[str, Any], until: str, expected: list[str]) -> None:
    assert [f"{each.begins:%m-%d}..{each.ends:%m-%d}" for each in periods(template, date.fromisoformat(until))] == expected


@pytest.mark.parametrize(
    ("template", "line", "expected"),
    [
        # 15 to 31 January are 17 of 31 days
        ({"starts_on": "2026-01-15", "anchor_on": "2026-02-01", "prorate": "true"}, {"unit_price": "310"}, ["170", "310"]),
        ({"starts_on": "2026-01-15", "anchor_on": "2026-02-01"}, {"unit_price": "310"}, ["310", "310"]),
        # 10 to 30 March are 21 of the 31 days from 28 February to 30 March
        ({"starts_on": "2026-03-10", "anchor_on": "2026-03-31", "prorate": "true"}, {"unit_price": "31"}, ["21", "31"]),
        (
            {"starts_on": "2026-01-15"},
            {"unit_price": "100", "prices": [{"since": "2026-02-15", "unit_price": "110"}, {"since": "2026-02-16", "unit_price": "120"}]},
            ["100", "110", "120"],
        ),
    ],
)  # fmt: skip
def test_prices_and_parts(template: dict[str, Any], line: dict[str, Any], expected: list[str]) -> None:
    whole = {"every": "month", **template, "lines": [{"quantity": "1", **line}]}
    found = [net(whole, each) for each in periods(whole, date(2026, 12, 31))]
    assert found[: len(expected)] == [Fraction(each) for each in expected]

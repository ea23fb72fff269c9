"""Disputes and promises over an amount: what of the open instalments they are about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from billcli.core.aging import OpenPart
from billcli.core.reports.expected import Expectation, open_items
from tests.support import done, make_ledger

JANUARY, FEBRUARY, UNTIL, LATER = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 10), date(2026, 3, 20)


def part(number: str, due_on: date, open_: int, currency: str = "EUR") -> OpenPart:
    return OpenPart("c", currency, number, due_on, 0, open_)


def said(kind: str, amount: int | None, *, invoice: str = "", until: date | None = None, currency: str = "EUR") -> Expectation:
    return Expectation(kind, "c", invoice, until, currency if amount is not None else "", amount)


@pytest.mark.parametrize(
    ("holds", "disputed", "promised"),
    [
        ([], {}, {}),
        ([said("dispute", None, invoice="a")], {JANUARY: 60, FEBRUARY: 40}, {}),
        ([said("dispute", 30, invoice="a")], {FEBRUARY: 30}, {}),
        ([said("dispute", 70, invoice="a")], {JANUARY: 30, FEBRUARY: 40}, {}),
        ([said("dispute", 70, invoice="a"), said("dispute", 70, invoice="a")], {JANUARY: 60, FEBRUARY: 40}, {}),
        ([said("promise", 70, invoice="a", until=UNTIL)], {}, {JANUARY: 60, FEBRUARY: 10}),
        ([said("promise", 999, until=UNTIL)], {}, {JANUARY: 60, FEBRUARY: 40}),
        ([said("promise", 20, until=UNTIL, currency="USD")], {}, {}),
        ([said("dispute", 20, invoice="a", currency="USD")], {}, {}),
        (
            [said("dispute", 50, invoice="a"), said("promise", 70, invoice="a", until=UNTIL)],
            {JANUARY: 10, FEBRUARY: 40}, {JANUARY: 60, FEBRUARY: 10},
        ),
    ],
)  # fmt: skip
def test_an_amount_counts_once_and_for_no_more_than_is_open(
    holds: list[Expectation], disputed: dict[date, int], promised: dict[date, int]
) -> None:
    """60 due in January and 40 in February: promised money fills the first, so what is disputed is the last."""
    items = open_items([part("a", JANUARY, 60), part("a", FEBRUARY, 40)], holds)
    assert sum(each.open for each in items) == 100
    for wanted, found in ((disputed, [each for each in items if each.held]), (promised, [each for each in items if each.promised])):
        sums: dict[date, int] = {}
        for each in found:
            sums[each.due_on] = sums.get(each.due_on, 0) + each.open
        assert sums == wanted


def test_amounts_are_promised_by_their_days_and_what_is_left_by_what_was_said_of_everything() -> None:
    holds = [
        said("promise", None, until=LATER), said("promise", 30, invoice="a", until=LATER), said("promise", 20, invoice="a", until=UNTIL),
    ]  # fmt: skip
    items = open_items([part("a", JANUARY, 60), part("b", FEBRUARY, 5)], holds)
    assert [(each.number, each.open, each.promised) for each in items] == [
        ("a", 20, UNTIL),
        ("a", 30, LATER),
        ("a", 10, LATER),
        ("b", 5, LATER),
    ]


def test_what_came_of_a_promised_amount_is_promised_no_more(tmp_path: Path) -> None:
    root = make_ledger(tmp_path)
    done("customer", "add", "--name", "Nordwind GmbH", "--id", "nordwind", "--yes", cwd=root, at="2026-01-02")
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;95;vat-20", "--yes", cwd=root, at="2026-01-10")
    invoice = "INV-2026-0001"
    words = ("--invoice", invoice, "--until", "2026-03-31", "--amount", "500", "--reason", "said so")
    done("hold", "new", "--kind", "promise", *words, "--yes", cwd=root, at="2026-02-01")
    done(
        "hold",
        "new",
        "--kind",
        "dispute",
        "--invoice",
        invoice,
        "--amount",
        "40",
        "--reason",
        "lamp",
        "--yes",
        cwd=root,
        at="2026-02-02",
    )

    def seen(day: str) -> tuple[str, str]:
        (euro,) = done("report", "overview", "--format", "json", cwd=root, at=day).json["rows"][0]["currencies"]
        return euro["promised"], euro["disputed"]

    assert seen("2026-02-02") == ("500.00", "40.00")
    done("payment", "add", "-c", "nordwind", "--amount", "200", "-i", invoice, "--yes", cwd=root, at="2026-02-10")
    assert seen("2026-02-10") == ("300.00", "40.00")
    done("payment", "add", "-c", "nordwind", "--amount", "300", "-i", invoice, "--yes", cwd=root, at="2026-02-20")
    assert seen("2026-02-20") == ("0.00", "40.00")
    (row,) = [
        each
        for each in done("report", "cash-forecast", "--format", "json", cwd=root, at="2026-02-20").json["rows"]
        if each["week"] == "disputed"
    ]
    assert row["expected"] == "40.00"

"""What the scorer takes for right and for wrong in the second family, whose truth may allow several outcomes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Candidate, Decision
from tests.reconcile import scoring
from tests.reconcile.second.documents import BOOK, EITHER, HOLD, Truth

LINE = BankLine(id="1", row=1, booked_on=date(2026, 3, 1), amount=1000, currency="EUR")
ONE, OTHER = Allocation("A", 1000), Allocation("B", 1000)


@pytest.mark.parametrize(
    ("outcomes", "outcome", "allocations", "mark"),
    [
        (BOOK, "book", (ONE,), scoring.RIGHT),
        (BOOK, "book", (OTHER,), scoring.WRONG),
        (BOOK, "book", (Allocation("A", 980, fee=20),), scoring.WRONG),
        (BOOK, "suggest", (ONE,), scoring.SUGGESTED),
        (BOOK, "suggest", (OTHER,), scoring.MISSED),
        (BOOK, "ignore", (), scoring.WRONG),
        (EITHER, "suggest", (), scoring.RIGHT),
        (EITHER, "book", (OTHER,), scoring.WRONG),
        (HOLD, "book", (ONE,), scoring.WRONG),
        (HOLD, "open", (), scoring.RIGHT),
        (HOLD, "refund", (), scoring.WRONG),
    ],
)
def test_mark(outcomes: frozenset[str], outcome: Any, allocations: tuple[Allocation, ...], mark: str) -> None:
    candidates = () if outcome == "book" or not allocations else (Candidate("c", allocations, 0.5, ()),)
    decision = Decision(LINE, outcome, 0.9, (), "c", allocations if outcome == "book" else (), candidates)
    assert scoring.judge(decision, Truth("a class", outcomes, frozenset({ONE}))) == mark


def test_a_return_is_right_for_its_own_payment() -> None:
    truth = Truth("a class", frozenset({"return"}), None, "P1")
    marks = [scoring.judge(Decision(LINE, "return", 0.9, (), payment=name), truth) for name in ("P1", "P2")]
    assert marks == [scoring.RIGHT, scoring.WRONG]

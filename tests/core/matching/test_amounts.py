"""How an amount fits documents."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billcli.core.matching.amounts import Fit, facts, fit
from billcli.core.matching.facts import Allocation, Item, Limits
from tests.core.matching.desk import credit, inv, line

OPEN = inv("INV-1", "nordwind", 100000)
SKONTO = inv("INV-2", "nordwind", 50000, discount=1000, discount_until=date(2026, 3, 24))


def fitted(amount: int, *documents: Item, text: str = "", **more: Any) -> Fit:
    found = fit(documents, facts(line(amount, text, **more), Limits()))
    assert found
    return found


@pytest.mark.parametrize(
    ("amount", "documents", "text", "kind"),
    [
        (100000, (OPEN,), "", "exact"),
        (150000, (OPEN, SKONTO), "", "exact"),
        (90000, (OPEN, credit("CN-1", "nordwind", 10000)), "", "exact"),
        (49000, (SKONTO,), "", "discount"),
        (49001, (SKONTO,), "", "discount"),
        (149000, (OPEN, SKONTO), "", "discount"),
        (99997, (OPEN,), "", "cents"),
        (100003, (OPEN,), "", "cents"),
        (98500, (OPEN,), "CHGS EUR 15,00", "fee"),
        (95500, (OPEN,), "less wire fee 45.00", "fee"),
        (98500, (OPEN,), "our bank charges", "fee"),
        (98500, (OPEN,), "", "fee?"),
        (98500, (OPEN,), "Teilzahlung", "part named"),
        (60000, (OPEN,), "", "part"),
        (148500, (OPEN, SKONTO), "", "short"),
        (110000, (OPEN,), "", "over"),
        (500000, (OPEN,), "", "far over"),
    ],
)
def test_kinds_of_fit(amount: int, documents: tuple[Item, ...], text: str, kind: str) -> None:
    found = fitted(amount, *documents, text=text)
    assert found.kind == kind
    if kind != "short":
        assert sum(each.amount for each in found.allocations) == amount


def test_discount_only_inside_its_window() -> None:
    assert fitted(49000, SKONTO, on=date(2026, 3, 24)).kind == "discount"
    late = fitted(49000, SKONTO, on=date(2026, 3, 25))
    assert (late.kind, late.because) == ("late", "INV-2 less its discount, but the discount ended on 2026-03-24; 10.00 EUR stay open")


def test_day_of_the_money_decides_over_the_discount() -> None:
    assert fitted(49000, SKONTO, on=date(2026, 3, 26), value_on=date(2026, 3, 24)).kind == "discount"


def test_discount_and_charge_together() -> None:
    found = fitted(48500, SKONTO, fee=500)
    assert found.allocations == (Allocation("INV-2", 48500, discount=1000, fee=500),)


def test_rest_of_what_came_is_on_account() -> None:
    assert fitted(110000, OPEN).allocations == (Allocation("INV-1", 100000), Allocation("", 10000))
    assert fitted(99997, OPEN).allocations == (Allocation("INV-1", 99997, write_off=3),)


def test_charge_is_borne_by_the_largest() -> None:
    found = fitted(148500, OPEN, SKONTO, fee=1500)
    assert found.allocations == (Allocation("INV-1", 98500, fee=1500), Allocation("INV-2", 50000))


def test_credit_notes_alone_take_no_money() -> None:
    assert fit([credit("CN-1", "nordwind", 10000)], facts(line(10000), Limits())) is None

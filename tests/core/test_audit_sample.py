"""Samples: the same for the same seed, whatever the order; by amount each minor unit has one chance."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.core.audit.sample import Unit, by_amount, by_number
from billcli.errors import BillError


def unit(n: int, amount: int, currency: str = "EUR") -> Unit:
    return Unit("invoice", f"INV-{n:04d}", date(2026, 3, 1), "a", currency, amount, f"invoices/2026/03/INV-{n:04d}.yaml")


AMOUNTS = st.lists(st.integers(0, 5000), max_size=30)


@settings(max_examples=40, deadline=None)
@given(AMOUNTS, st.integers(1, 12), st.text(max_size=5))
def test_a_sample_hangs_on_the_seed_and_the_documents_alone(amounts: list[int], size: int, seed: str) -> None:
    units = [unit(n, amount) for n, amount in enumerate(amounts)]
    turned = [*reversed(units)]
    for choose in (by_number, by_amount):
        chosen = choose(units, seed, size)
        assert chosen == choose(turned, seed, size)
        assert len({each.unit.name for each in chosen}) == len(chosen)
    assert len(by_number(units, seed, size)) == min(size, len(units))


@settings(max_examples=40, deadline=None)
@given(AMOUNTS, st.integers(1, 12), st.text(max_size=5))
def test_by_amount_hits_as_often_as_asked_and_never_misses_what_is_as_large_as_the_distance(
    amounts: list[int], size: int, seed: str
) -> None:  # fmt: skip
    total = sum(amounts)
    chosen = {each.unit.name: each.hits for each in by_amount([unit(n, amount) for n, amount in enumerate(amounts)], seed, size)}
    assert sum(chosen.values()) == (size if total else 0)
    for n, amount in enumerate(amounts):
        hits = chosen.get(f"INV-{n:04d}", 0)
        assert (amount * size) // total <= hits <= -(-amount * size // total) if total else hits == 0


def test_currencies_never_add_up_in_a_sample() -> None:
    with pytest.raises(BillError, match="EUR, USD"):
        by_amount([unit(1, 5), unit(2, 5, "USD")], "x", 1)


def test_the_order_of_a_seed_is_that_of_its_hashes_for_good() -> None:
    chosen = by_number([unit(n, 1) for n in range(1, 10)], "2026", 3)
    assert [each.unit.name for each in chosen] == ["INV-0001", "INV-0006", "INV-0007"]

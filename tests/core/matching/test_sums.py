"""Which amounts come to a sum."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from billcli.core.matching.sums import proves, proves_all, subsets


@given(st.lists(st.integers(-500, 2000), min_size=1, max_size=9), st.integers(1, 4000))
def test_the_same_as_trying_all(values: list[int], target: int) -> None:
    known = [
        chosen
        for size in range(1, len(values) + 1)
        for chosen in combinations(range(len(values)), size)
        if sum(values[at] for at in chosen) == target
    ]
    found = subsets(values, target, 10_000) if max(1, sum(map(abs, values))) * 10 > 2 ** len(values) else known
    assert sorted(found) == sorted(known)


def test_thirty_large_amounts() -> None:
    values = [10**9 + 7919 * at * at * at + 104729 * at for at in range(30)]
    assert subsets(values, values[3] + values[11] + values[28]) == [(3, 11, 28)]


def test_many_small_amounts_only_in_pairs_triples_and_all() -> None:
    values = [100 + at for at in range(40)]
    assert subsets(values, sum(values)) == [tuple(range(40))]
    assert subsets(values, 201) == [(0, 1)]


def test_a_sum_out_of_many_proves_nothing() -> None:
    assert proves([123456, 98765, 45678, 23456], (0, 1, 3))
    assert not proves([100 + at for at in range(25)], range(5))
    assert not proves([10_000 + 7919 * at for at in range(28)], range(4))


def test_round_amounts_prove_little() -> None:
    assert proves([9900, 14900, 25050, 4975], (0, 1))
    assert not proves([50000, 150000, 100000, 25000], (0, 1))


def test_whole_of_round_amounts_proves_little() -> None:
    assert proves_all([123456, 98765])
    assert proves_all([4900, 9900])
    assert proves_all([50000])
    assert not proves_all([50000, 150000])

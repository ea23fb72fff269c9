"""Which of a customer's documents come to an amount: whole cents, all of them, and how much that proves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb, gcd

_HALF = 15
_DOUBT = 0.001
_ROUND = 0.05
_HOPELESS = 10
_WAYS = 4
"""As many amounts are whole for a payer: all, all that is due, with and without what is due to its group."""


def subsets(values: Sequence[int], target: int, most: int = 3) -> list[tuple[int, ...]]:
    """Up to ``most`` sets of positions whose values come to the target, the smallest sets first; values may be negative.

    Beyond what can prove anything only pairs and triples are looked for: thirty amounts have a thousand million sums, so that any is met.
    """
    count = len(values)
    if not count:
        return []
    if count <= 2 * _HALF and meant(values, 0) < _HOPELESS:
        return _meet(values, target, most)
    return _few(values, target, most)


def meant(values: Sequence[int], size: int) -> float:
    """How many sets of up to that many values are expected to come to an amount by chance; all sizes where it is 0."""
    sizes = sorted(map(abs, values), reverse=True)
    reach = sum(sizes[:size] if size else sizes)
    if not reach:
        return 1e9
    count = len(values)
    sets = 2**count - 1 if not size else sum(comb(count, each) for each in range(1, size + 1))
    return sets / reach


def proves(values: Sequence[int], chosen: Sequence[int]) -> bool:
    """Whether that a sum of these positions comes to an amount is more than chance; round amounts soon come to any round one."""
    grain = gcd(*(values[at] for at in chosen))
    by_chance = meant(values, len(chosen))
    return by_chance <= _DOUBT and by_chance * grain <= _ROUND


def proves_all(values: Sequence[int]) -> bool:
    """Whether that all of them come to an amount is more than chance: of round amounts the whole is round as well."""
    return len(values) < 2 or gcd(*values) * _WAYS <= _ROUND * abs(sum(values))


def _meet(values: Sequence[int], target: int, most: int) -> list[tuple[int, ...]]:
    half = len(values) // 2
    left, right = _sums(values[:half]), _sums(values[half:])
    wanted = set(left)
    hits = [(target - total, total) for total in set(right) if target - total in wanted]
    if not hits:
        return []
    by_left: dict[int, list[int]] = {}
    by_right: dict[int, list[int]] = {}
    needed_left, needed_right = {a for a, _ in hits}, {b for _, b in hits}
    for mask, total in enumerate(left):
        if total in needed_left:
            by_left.setdefault(total, []).append(mask)
    for mask, total in enumerate(right):
        if total in needed_right:
            by_right.setdefault(total, []).append(mask)
    found = []
    for a, b in hits:
        for one in by_left[a]:
            for other in by_right[b]:
                mask = one | other << half
                if mask:
                    found.append(tuple(at for at in range(len(values)) if mask >> at & 1))
                if len(found) > 2000:
                    break
    found.sort(key=lambda each: (len(each), each))
    return found[:most]


def _sums(values: Sequence[int]) -> list[int]:
    """The sum of every set, by its mask."""
    sums = [0]
    for value in values:
        sums += [each + value for each in sums]
    return sums


def _few(values: Sequence[int], target: int, most: int) -> list[tuple[int, ...]]:
    where: dict[int, list[int]] = {}
    for at, value in enumerate(values):
        where.setdefault(value, []).append(at)
    found: list[tuple[int, ...]] = [(at,) for at in where.get(target, ())]
    for a, value in enumerate(values):
        found += [(a, b) for b in where.get(target - value, ()) if b > a]
    if len(values) <= 60:
        for a, b in combinations(range(len(values)), 2):
            found += [(a, b, c) for c in where.get(target - values[a] - values[b], ()) if c > b]
            if len(found) > 200:
                break
    if sum(values) == target:
        found.append(tuple(range(len(values))))
    return sorted(set(found), key=lambda each: (len(each), each))[:most]

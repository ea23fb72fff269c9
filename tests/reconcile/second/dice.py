"""Chance from a seed, the same on every version of Python: only ``Random.random`` is promised to stay, so all else is made from it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A source of chance that gives the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._next = random.Random(seed).random

    def below(self, n: int) -> int:
        return int(self._next() * n)

    def between(self, least: int, most: int) -> int:
        return least + self.below(most - least + 1)

    def chance(self, share: float) -> bool:
        return self._next() < share

    def pick(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def weighted(self, of: Sequence[tuple[T, int]]) -> T:
        left = self.below(sum(weight for _, weight in of))
        for what, weight in of:
            left -= weight
            if left < 0:
                return what
        return of[-1][0]

    def shuffled(self, of: Sequence[T]) -> list[T]:
        out = list(of)
        for at in range(len(out) - 1, 0, -1):
            other = self.below(at + 1)
            out[at], out[other] = out[other], out[at]
        return out

    def digits(self, count: int) -> str:
        """Digits of which the first is not 0."""
        return str(self.between(1, 9)) + "".join(str(self.below(10)) for _ in range(count - 1))

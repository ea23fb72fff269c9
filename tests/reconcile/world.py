"""A ledger and a messy statement over known truth, from a seed."""

from __future__ import annotations

from random import Random

from tests.reconcile.booking import Booking
from tests.reconcile.ground import STYLES, Knobs, Made, Truth, knobs
from tests.reconcile.holding import Holding

__all__ = ["STYLES", "Knobs", "Made", "Truth", "make"]


class World(Booking, Holding):
    """All classes."""


BOOKS: dict[str, float] = {
    "exact": 16,
    "structured": 10,
    "mangled": 12,
    "typo": 3,
    "by_name": 14,
    "history": 4,
    "parent": 3,
    "listed": 5,
    "ranged": 2,
    "summed": 4,
    "balance": 2,
    "net_of_credit": 3,
    "part": 3,
    "discounted": 4,
    "charged": 3,
    "cents": 2,
    "over": 2,
    "payout": 1,
    "refund": 2,
    "returned": 2,
    "equals": 1,
}
HOLDS: dict[str, float] = {
    "unrelated": 4,
    "twice": 2,
    "two_customers": 1,
    "two_sums": 2,
    "typo_other": 1.5,
    "contradiction": 1.5,
    "on_account": 2,
    "short_list": 1.5,
    "known_line": 1,
    "other_currency": 0.5,
    "paid_before": 2,
    "shared_word": 1,
    "look_alikes": 0.7,
    "list_beyond": 1.5,
    "returned_of_two": 0.7,
}


def make(count: int, seed: int, chosen: Knobs | None = None) -> Made:
    """About that many lines of every class; the seed also picks how the ledger looks, unless that is given."""
    random = Random(seed)
    world = World(random, count, chosen or knobs(random))
    weights = {name: weight * random.uniform(0.5, 1.6) for name, weight in (BOOKS | HOLDS).items()}
    for name in weights:
        getattr(world, name)()
    names, values = list(weights), list(weights.values())
    while len(world.rows) < count:
        getattr(world, random.choices(names, values)[0])()
    while len(world.docs) < count * (1 + world.knobs.idle) * 0.9:
        world.invoice(world.customer())
    return world.write()

"""The score: what is known of a customer on a day, and the plain formula on it.

    score = 100 · Σ weight · part / Σ weight, with the parts
    on_time        share of its invoices paid by their due date
    days_late      exp(-days late / 10), of the average invoice; days count by amount, in each currency for itself
    disputes       1 - share of its invoices disputed, or promised and not paid as promised
    part_payments  1 - share of its invoices paid in several parts; weight 0 unless the ledger says otherwise

An invoice counts half where it was issued ``half_life`` days before the customer's newest, one that is overdue and unpaid in full.
To each sum come ``shrinkage`` invoices that are as usual in the customer's group, else in the ledger: thin history says little.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import exp
from typing import NamedTuple

from billcli.core.credit.course import CAP, SETTLED, State
from billcli.core.credit.rules import PARTS, Rules

ALL = ("", "")
"""The pool of everybody."""

ENOUGH = 30
"""A group says what is usual in it once so many of its invoices are paid."""

SCALE = 10.0
"""After so many days late the part ``days_late`` has fallen to 1/e."""

START = {"on_time": 0.65, "days_late": 5.0, "disputes": 0.05, "part_payments": 0.1}
"""What is usual where nothing is known at all."""


class Issued(NamedTuple):
    """An invoice as the history needs it; days are ordinals, ``gross`` minor units."""

    number: str
    customer: str
    currency: str
    issued_on: int
    due_on: int
    gross: int


class Happened(NamedTuple):
    """From ``day`` on an invoice stands so; ``payments`` is in how many it was paid."""

    day: int
    invoice: Issued
    state: State
    payments: int = 1


class Sums:
    """Sums over paid invoices, each with the weight that it has on the last day: of one customer, or of a group.

    ``days`` are days late, ``newest`` is the day of the newest of them.
    """

    __slots__ = ("count", "days", "disputes", "key", "newest", "on_time", "part_payments", "weight")

    def __init__(self, key: tuple[str, str]) -> None:
        self.key = key
        self.count = self.newest = 0
        self.weight = self.on_time = self.days = self.disputes = self.part_payments = 0.0


class Account:
    """What is known of one customer: its own sums and those of its groups, the one to be preferred first; and its invoices.

    ``open`` are those that are, with how they stand, ``closed`` the others in the order in which they were; one that is open again, such
    as by a payment that bounced, is as if it had never been closed. ``money`` is by currency: Σ weight·gross, Σ weight·gross·days late,
    Σ gross, and how many. ``broken`` are promises on no invoice.
    """

    __slots__ = ("broken", "closed", "first", "money", "open", "own", "pools", "sums")

    def __init__(self, pools: tuple[Sums, ...]) -> None:
        self.own = Sums(ALL)
        self.pools = pools
        self.sums = (self.own, *pools)
        self.open: dict[str, tuple[Issued, State]] = {}
        self.closed: dict[str, Happened] = {}
        self.first = 0
        self.broken = 0.0
        self.money: dict[str, list[float]] = {}


class Features(NamedTuple):
    """What is known of a customer on a day: ``shares`` by part (days late as days), as they are and, in ``raw``, of its own history alone.

    ``invoices`` are the settled and the overdue ones, ``overdue`` of them the unpaid; ``last`` is by how many days the last paid one was
    late, ``pool`` the group that says what is usual, ``usual`` what that is.
    """

    day: int
    invoices: int
    overdue: int
    first: int
    last: int | None
    weight: float
    shares: Mapping[str, float]
    raw: Mapping[str, float | None]
    usual: Mapping[str, float]
    pool: tuple[str, str]


def decay(days: int, half_life: int) -> float:
    """What is left of a weight after so many days; kept within what a float can hold."""
    return float(2.0 ** max(-1000.0, min(1000.0, -days / half_life)))


def usual(pool: Sums, scale: float, rules: Rules) -> dict[str, float]:
    """The averages of a pool, with as many invoices of ``START`` as are added to a customer's own."""
    more = rules.shrinkage or 1.0
    weight = pool.weight * scale + more
    sums = (pool.on_time, pool.days, pool.disputes, pool.part_payments)
    return {name: (each * scale + more * START[name]) / weight for name, each in zip(PARTS, sums, strict=True)}


def features(account: Account, day: int, last_day: int, rules: Rules, troubled: Collection[str]) -> Features:
    """What is known of a customer at the end of a day, from an account in which no more has happened.

    Its sums hold weights as of ``last_day``; ``troubled`` are the invoices disputed or with a broken promise.
    """
    late = [each for each in account.open.values() if day > each[1].due or each[1].worst > 0]
    newest = max([account.own.newest, *(invoice.issued_on for invoice, _ in late)]) or day
    scale = decay(newest - last_day, rules.half_life)
    own = account.own.weight * scale + len(late)
    disputes = account.own.disputes * scale + sum(each.number in troubled for each, _ in late) + account.broken * scale
    amounts, days = _by_amount(account, late, day, scale)
    pool = next(each for each in account.pools if each.count >= ENOUGH or each.key == ALL)
    normal = usual(pool, decay(pool.newest - last_day, rules.half_life), rules)
    more = rules.shrinkage
    sums = (account.own.on_time * scale, days, min(disputes, own), account.own.part_payments * scale)
    shares, raw = {}, {}
    for name, total, weight in zip(PARTS, sums, (own, amounts, own, own), strict=True):
        shares[name] = (total + more * normal[name]) / (weight + more) if weight + more else normal[name]
        raw[name] = total / weight if weight else None
    return Features(day, account.own.count + len(late), len(late), account.first, _last(account), own, shares, raw, normal, pool.key)


def _last(account: Account) -> int | None:
    """By how many days the last paid invoice was late."""
    return next((min(CAP, each.state.worst) for each in reversed(account.closed.values()) if each.state.word == SETTLED), None)


def _by_amount(account: Account, late: Collection[tuple[Issued, State]], day: int, scale: float) -> tuple[float, float]:
    """Σ weight and Σ weight·days late, an invoice of the average amount of its currency weighing as one."""
    sums = {currency: [each[0] * scale, each[1] * scale, each[2], each[3]] for currency, each in account.money.items()}
    for invoice, state in late:
        found = sums.setdefault(invoice.currency, [0.0, 0.0, 0.0, 0.0])
        found[0] += invoice.gross
        found[1] += invoice.gross * days_late(state, day)
        found[2] += invoice.gross
        found[3] += 1
    amounts = days = 0.0
    for weight, late_days, gross, count in sums.values():
        if count:
            amounts += weight * count / gross
            days += late_days * count / gross
    return amounts, days


def days_late(state: State, day: int) -> int:
    """By how many days an invoice that is open, or was paid, counts as late on a day; never less than 0."""
    running = day - state.due if state.word == "open" else 0
    return max(0, min(CAP, max(running, state.worst)))


def contributions(shares: Mapping[str, float], rules: Rules) -> dict[str, tuple[float, float, float]]:
    """By part: its value from 0 to 1, its weight in percent, and the points it gives."""
    total = sum(rules.weights.values())
    found = {}
    for name in PARTS:
        value = shares[name] if name == "on_time" else exp(-shares[name] / SCALE) if name == "days_late" else 1.0 - shares[name]
        weight = 100.0 * rules.weights[name] / total
        found[name] = (value, weight, value * weight)
    return found


def score(shares: Mapping[str, float], rules: Rules) -> float:
    """0 to 100, one decimal."""
    return round(min(100.0, max(0.0, sum(points for _, _, points in contributions(shares, rules).values()))), 1)

"""Whether a statement adds up: each balance from the one before, and the closing balance from the opening one."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from billcli.core.bank import BankLine


class Chain(NamedTuple):
    """``lines`` the oldest first where that is plain; ``broken`` is the line at which the balances part, ``should`` what it is to be."""

    lines: list[BankLine]
    opening: int | None = None
    closing: int | None = None
    verified: bool = False
    broken: BankLine | None = None
    should: int | None = None


def chain(lines: Sequence[BankLine]) -> Chain:
    """The running balance followed: in the file's order, against it, or, where lines of a day are shuffled, as a whole."""
    upwards = _plainly_newest_first(lines)
    orders = [list(lines), list(reversed(lines))]
    if upwards:
        orders.reverse()
    known = sum(line.balance is not None for line in lines)
    if not known:
        return Chain(orders[0])
    breaks = [_break(order) for order in orders]
    for order, at in zip(orders, breaks, strict=True):
        if at is None:
            opening, closing = _ends(order)
            return Chain(order, opening, closing, known > 1)
    if known == len(lines) and (ends := _whole(lines)):
        return Chain(orders[0], *ends, True)
    at = breaks[0]
    assert at is not None
    return Chain(orders[0], broken=orders[0][at], should=_expected(orders[0], at))


def _plainly_newest_first(lines: Sequence[BankLine]) -> bool:
    pairs = list(itertools.pairwise(lines))
    return any(a.booked_on > b.booked_on for a, b in pairs) and not any(a.booked_on < b.booked_on for a, b in pairs)


def _break(lines: Sequence[BankLine]) -> int | None:
    """The first line whose balance is not the last known one and what came since."""
    before, since = None, 0
    for at, line in enumerate(lines):
        since += line.amount
        if line.balance is not None:
            if before is not None and before + since != line.balance:
                return at
            before, since = line.balance, 0
    return None


def _expected(lines: Sequence[BankLine], at: int) -> int:
    before, since = 0, 0
    for line in lines[: at + 1]:
        since += line.amount
        if line.balance is not None and line is not lines[at]:
            before, since = line.balance, 0
    return before + since


def _ends(lines: Sequence[BankLine]) -> tuple[int, int]:
    """Opening and closing balance of lines that follow each other."""
    total, opening = 0, None
    closing = 0
    for line in lines:
        total += line.amount
        if line.balance is not None and opening is None:
            opening = line.balance - total
    assert opening is not None
    closing = opening + total
    return opening, closing


def _whole(lines: Sequence[BankLine]) -> tuple[int | None, int | None] | None:
    """Opening and closing balance where the lines follow each other in some order: each balance but one is what another starts from."""
    after = Counter(line.balance for line in lines if line.balance is not None)
    before = Counter(line.balance - line.amount for line in lines if line.balance is not None)
    last, first = list((after - before).elements()), list((before - after).elements())
    if not last and not first:
        return None, None  # they go round: any of them may be the first
    return (first[0], last[0]) if len(last) == len(first) == 1 else None

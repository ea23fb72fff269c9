"""A family of statements with their truth, for judging whoever matches bank lines to open invoices.

Written from the list of cases alone, without knowledge of any matcher. A company in Germany sells to customers in nineteen countries; its
books and one statement of five months are told day by day: each scenario issues its documents, waits, and writes its lines. What is right
for a line is what a bookkeeper would do who has the books and the line and nothing else; each scenario's docstring says why.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Books, Confirmed, Item, Party, Settled
from tests.reconcile.second import amounts, doubts, events, holds, payers, plain, returns, several
from tests.reconcile.second.desk import Desk
from tests.reconcile.second.dice import Dice
from tests.reconcile.second.documents import FIRST, Again, Doc, Truth
from tests.reconcile.second.people import People

__all__ = ["SHARES", "Case", "Truth", "family"]

Scenario = Callable[[Desk], Iterator[int]]


@dataclass(frozen=True)
class Case:
    """``lines`` are in the order of time; ``truth`` is by the line's id."""

    books: Books
    lines: list[BankLine]
    truth: dict[str, Truth]


SHARES: dict[Scenario, float] = {
    plain.exact_reference: 19,
    plain.structured_reference: 8,
    plain.paid_by_another: 0.4,
    plain.name_and_amount: 8,
    plain.account_and_amount: 5,
    plain.mangled_reference: 6,
    plain.typo: 1.5,
    plain.name_variant: 3.5,
    plain.order_number: 0.5,
    payers.ultimate_debtor: 0.5,
    payers.shared_account: 0.5,
    plain.second_payment: 1.2,
    payers.history_by_account: 1.4,
    payers.history_by_name: 1.2,
    payers.stale_history: 0.4,
    payers.outranked_history: 0.4,
    payers.parent_with_reference: 1,
    payers.parent_without_reference: 0.8,
    several.listed: 3.5,
    several.listed_apart: 0.5,
    several.in_a_row: 1.3,
    several.unique_sum: 1.6,
    several.with_credit_note: 1.4,
    several.whole_account: 0.5,
    amounts.part: 1.8,
    amounts.rest: 0.6,
    amounts.part_and_rest: 0.6,
    amounts.discount_with_reference: 2,
    amounts.discount_without_reference: 1,
    amounts.discount_too_late: 0.6,
    amounts.fee: 1.8,
    amounts.cents: 1,
    amounts.overpayment: 1.2,
    amounts.paid_early: 0.4,
    events.payout: 0.8,
    events.payout_without_report: 0.4,
    events.refund: 1,
    returns.returned: 1,
    returns.returned_unnamed: 0.5,
    returns.returned_with_charges: 0.4,
    returns.chargeback: 0.5,
    returns.return_of_equals: 0.4,
    events.seen: 1,
    events.by_rule: 1,
    holds.unrelated: 3.2,
    holds.own_transfer: 0.8,
    holds.duplicate: 1.4,
    holds.paid_and_again: 0.5,
    holds.two_customers: 1,
    holds.two_sums: 1,
    doubts.typo_of_another: 0.8,
    doubts.contradiction: 1.2,
    doubts.on_account: 1,
    doubts.short_of_listed: 1,
    doubts.other_currency: 0.5,
    holds.refused: 0.5,
    holds.conflicting_history: 0.4,
    doubts.bad_check_digit: 0.4,
    doubts.amount_only: 0.5,
    doubts.late_discount_unnamed: 0.4,
    doubts.settled_number: 0.4,
}
"""Of a hundred lines, about; a scenario of two lines counts by both."""

_TWO_LINES = (amounts.part_and_rest, holds.paid_and_again)
_DAYS = 150
_TRIES = 100
"""Then it is told as the plainest line: in a handful of lines not every scenario finds its place."""
_EARLY = (several.whole_account,)
"""Needs a customer of whom nothing is in doubt."""


def family(seed: int, lines: int) -> Case:
    """``lines`` lines with the books they are to be judged by, the same for the same ``seed``."""
    dice = Dice(seed)
    people = People(dice, max(24, lines // 10))
    desk = Desk(dice, people, lines)
    _tell(desk, _chosen(dice, lines), lines)
    return Case(_books(desk), desk.lines, desk.truth)


def _chosen(dice: Dice, lines: int) -> list[Scenario]:
    """Which scenarios: whole numbers by largest remainder, what is missing or too much taken from the plainest."""
    total = sum(SHARES.values())
    out: list[Scenario] = []
    for scenario, share in SHARES.items():
        count = int(share / total * lines + (0.5 if lines >= 300 else dice.below(1000) / 1000))
        if scenario in _TWO_LINES:
            count = count * 2 // 3 if lines >= 1000 else (count + 1) // 2
        out += [scenario] * (count or int(lines >= 400))
    size = sum(2 if one in _TWO_LINES else 1 for one in out)
    while size > lines:
        gone = plain.exact_reference if plain.exact_reference in out else dice.pick(out)
        out.remove(gone)
        size -= 2 if gone in _TWO_LINES else 1
    return out + [plain.exact_reference] * (lines - size)


@dataclass
class _Story:
    scenario: Scenario
    tried: int
    steps: Iterator[int]
    docs: list[Doc]
    lines: int = 0


def _tell(desk: Desk, scenarios: list[Scenario], lines: int) -> None:
    """Let everything happen in the order of its days; what meets an accident is undone and begins again."""
    dice = desk.dice

    def begin(scenario: Scenario, tried: int = 0) -> _Story:
        return _Story(scenario, tried, scenario(desk), [])

    told = scenarios + [events.past] * (lines * 3 // 10) + [events.unpaid] * (lines * 17 // 100)
    heap = [(dice.below(_DAYS // 3 if scenario in _EARLY else _DAYS), turn, begin(scenario)) for turn, scenario in enumerate(told)]
    heapq.heapify(heap)
    turn = len(heap)
    while heap:
        day, _, story = heapq.heappop(heap)
        desk.day, desk.mine, before = FIRST + timedelta(days=day), story.docs, len(desk.lines)
        try:
            wait = next(story.steps)
        except StopIteration:
            continue
        except Again:
            if story.lines or (story.tried >= _TRIES and story.scenario in SHARES):
                desk.withdraw([] if story.lines else story.docs)
                story = begin(plain.exact_reference)
            else:
                desk.withdraw(story.docs)
                story = begin(story.scenario, story.tried + 1)
                day += story.tried % 8 == 0
        else:
            story.lines += len(desk.lines) - before
            day += wait
            weekday = (FIRST + timedelta(days=day)).isoweekday()
            day += max(0, 8 - weekday) if weekday > 5 else 0
        heapq.heappush(heap, (day, turn, story))
        turn += 1


def _books(desk: Desk) -> Books:
    dice = desk.dice
    items = [
        Item(
            doc.number,
            doc.kind,
            doc.customer.id,
            doc.currency,
            doc.issued,
            doc.due,
            doc.gross,
            doc.start,
            doc.references,
            doc.until,
            doc.discount,
            doc.last_paid,
        )
        for doc in desk.docs
        if doc.start and not doc.withdrawn
    ]
    settled = [
        Settled(doc.number, doc.customer.id, doc.currency, doc.gross, doc.settled, doc.references)
        for doc in desk.docs
        if doc.settled and not doc.withdrawn
    ]
    parties = [
        Party(one.id, (one.name, *one.aliases), (one.account,) if one.account_known else (), one.parent.id if one.parent else "")
        for one in desk.people.all
    ]
    own = [
        Confirmed(one.name, one.account, one.id, dice.between(1, 20), FIRST - timedelta(days=dice.between(3, 200)))
        for one in desk.people.all[::7]
    ]
    return Books(
        items=dice.shuffled(items),
        settled=dice.shuffled(settled),
        parties=parties,
        payments=desk.payments,
        refunds=desk.refunds,
        confirmed=dice.shuffled([*desk.confirmed, *own]),
        refused=frozenset(desk.refused),
        seen=desk.seen,
        own_accounts=frozenset(holds.OWN_ACCOUNTS),
        rules=events.RULES,
        payouts=dice.shuffled(desk.payouts),
    )

"""What holds for every batch, tried on generated ledgers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import TypeVar

import pytest

from billcli.core.matching.facts import Books, Item
from billcli.core.matching.solve import decide
from tests.reconcile import scoring
from tests.reconcile.world import Made, make

T = TypeVar("T")
SEEDS = [901, 902, 903]


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest) -> Made:
    return make(250, request.param)


def shuffled(books: Books, seed: int) -> Books:
    random = Random(seed)

    def mixed(rows: Sequence[T]) -> list[T]:
        return random.sample(list(rows), len(rows))

    return replace(
        books,
        items=mixed(books.items),
        settled=mixed(books.settled),
        parties=mixed(books.parties),
        payments=mixed(books.payments),
        confirmed=mixed(books.confirmed),
        payouts=mixed(books.payouts),
    )


def test_order_of_the_books_does_not_matter(made: Made) -> None:
    assert decide(made.lines, shuffled(made.books, 1)) == decide(made.lines, shuffled(made.books, 2)) == decide(made.lines, made.books)


def test_line_already_seen_changes_nothing(made: Made) -> None:
    before = decide(made.lines, made.books)
    booked = next(each.line for each in before if each.outcome == "book")
    again = booked._replace(id="known")
    after = decide([*made.lines, again], replace(made.books, seen={**made.books.seen, "known": "decided before"}))
    assert after[:-1] == before
    assert after[-1].outcome == "seen"


def test_nothing_is_settled_beyond_what_is_open(made: Made) -> None:
    used: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    for decision in sorted(decide(made.lines, made.books), key=lambda each: each.line.booked_on):
        for each in decision.allocations:
            used[each.document] += abs(each.amount) + each.discount + each.write_off + each.fee
        if decision.outcome == "return":
            opened.update(made.truth[decision.line.id].allocations.keys())
    for item in made.books.items:
        assert used[item.document] <= item.open * (1 + opened[item.document]), item


def test_allocations_add_up_to_the_line(made: Made) -> None:
    for decision in decide(made.lines, made.books):
        if decision.outcome == "book":
            assert sum(each.amount for each in decision.allocations) == decision.line.amount
            assert all(each.discount >= 0 and each.write_off >= 0 and each.fee >= 0 for each in decision.allocations)
        elif decision.outcome != "refund":
            assert not decision.allocations
        for candidate in decision.candidates:
            assert not candidate.allocations or sum(each.amount for each in candidate.allocations) == decision.line.amount


def test_every_decision_says_why(made: Made) -> None:
    for decision in decide(made.lines, made.books):
        assert decision.because, decision
        assert len(decision.candidates) <= 3
        assert 0 <= decision.confidence <= 1


def test_unrelated_open_document_makes_no_wrong_booking(made: Made) -> None:
    random = Random(7)
    amounts = [abs(line.amount) for line in made.lines if line.amount]
    extra = [
        Item(f"ZZ-{at:05d}", "invoice", f"stranger-{at}", made.lines[0].currency, date(2026, 1, 1), date(2026, 2, 1), amount, amount)
        for at, amount in enumerate(random.sample(amounts, 60))
    ]
    before = {each.line.id: scoring.judge(each, made.truth[each.line.id]) for each in decide(made.lines, made.books)}
    for each in decide(made.lines, replace(made.books, items=[*made.books.items, *extra])):
        if before[each.line.id] != scoring.WRONG:
            assert scoring.judge(each, made.truth[each.line.id]) != scoring.WRONG, each


def test_currencies_never_mix(made: Made) -> None:
    currencies = {item.document: item.currency for item in made.books.items}
    for decision in decide(made.lines, made.books):
        for candidate in decision.candidates:
            assert {currencies[each.document] for each in candidate.allocations if each.document} <= {decision.line.currency}
        assert {currencies[each.document] for each in decision.allocations if each.document} <= {decision.line.currency}

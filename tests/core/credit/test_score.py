"""The formula by hand, the course of invoices from day to day, and laws of the score."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

import pytest

from billcli.core.credit.course import CAP, GONE, OPEN, SETTLED, Row, State, course, state_at
from billcli.core.credit.history import History, Trouble
from billcli.core.credit.rules import USUAL, Rules, grade_of, rules_of
from billcli.core.credit.score import Features, Happened, Issued, contributions, score

ALONE = USUAL._replace(shrinkage=0.0)
"""Without the usual invoices: only what the customer did."""


@dataclass(frozen=True)
class Given:
    """An invoice of a test: issued, due, paid (0 for never), amount."""

    issued: int
    due: int
    paid: int
    gross: int = 10_000
    currency: str = "EUR"
    disputed: bool = False
    payments: int = 1


def seen(given: Sequence[Given], day: int, rules: Rules = ALONE, more: Sequence[Trouble] = ()) -> Features:
    """What is known on a day of the only customer, with these invoices."""
    issued, happened = [], []
    troubles = [*more]
    for at, each in enumerate(given):
        invoice = Issued(f"I{at:04}", "c", each.currency, each.issued, each.due, each.gross)
        issued.append(invoice)
        if each.paid and each.paid <= day:
            happened.append(Happened(each.paid, invoice, State(SETTLED, 0, max(0, each.paid - each.due)), each.payments))
        if each.disputed:
            troubles.append(Trouble(each.issued, invoice.number, "c", 1))
    history = History(rules, day, {})
    history.run(sorted(issued, key=lambda each: each.issued_on), sorted([*happened, *troubles], key=lambda each: each.day))
    return history.features("c", day)


def points(given: Sequence[Given], day: int, rules: Rules = ALONE) -> float:
    return score(seen(given, day, rules).shares, rules)


def test_two_invoices_of_one_day_by_hand() -> None:
    """One on time, one ten days late: half on time, 5 days late on average, no dispute."""
    found = seen([Given(1000, 1030, 1030), Given(1000, 1030, 1040)], 1100)
    assert found.shares == {"on_time": 0.5, "days_late": 5.0, "disputes": 0.0, "part_payments": 0.0}
    assert score(found.shares, ALONE) == round(50 * 0.5 + 35 * exp(-0.5) + 15, 1)


def test_days_late_count_by_amount_and_on_time_by_number() -> None:
    found = seen([Given(1000, 1030, 1030, 30_000), Given(1000, 1030, 1040, 10_000)], 1100)
    assert found.shares["on_time"] == 0.5
    assert found.shares["days_late"] == pytest.approx(2.5)


def test_amounts_weigh_within_their_currency_and_are_never_added_across() -> None:
    """1,000,000 yen late weigh no more beside 100.00 euros on time than 1 yen would: each currency has its own average."""
    few = seen([Given(1000, 1030, 1030), Given(1000, 1030, 1040, 1, "JPY")], 1100)
    many = seen([Given(1000, 1030, 1030), Given(1000, 1030, 1040, 1_000_000, "JPY")], 1100)
    assert few.shares == pytest.approx(many.shares)
    assert few.shares["days_late"] == pytest.approx(5.0)


def test_an_invoice_half_a_life_older_weighs_half() -> None:
    found = seen([Given(1000, 1030, 1050), Given(1180, 1210, 1210)], 1300)
    assert found.shares["on_time"] == pytest.approx(2 / 3)
    assert found.shares["days_late"] == pytest.approx(20 / 3)


def test_time_alone_changes_nothing_where_nothing_is_open() -> None:
    given = [Given(1000, 1030, 1050), Given(1180, 1210, 1210)]
    assert points(given, 1300) == points(given, 9000)


def test_what_is_not_due_says_nothing_and_what_is_overdue_counts_in_full() -> None:
    paid = Given(1000, 1030, 1030)
    assert points([paid, Given(1000, 1200, 0)], 1200) == points([paid], 1200)
    found = seen([paid, Given(1000, 1030, 0)], 1035)
    assert (found.invoices, found.overdue) == (2, 1)
    assert found.shares["days_late"] == pytest.approx(2.5)


def test_nothing_counts_as_later_than_the_cap() -> None:
    assert seen([Given(1000, 1030, 0)], 5000).shares["days_late"] == CAP


def test_disputes_and_broken_promises_are_one_part() -> None:
    clean, disputed = Given(1000, 1030, 1030), Given(1000, 1030, 1030, disputed=True)
    assert seen([clean, disputed], 1100).shares["disputes"] == 0.5
    promise = Trouble(1050, "", "c", 1)
    assert 0.4 < seen([clean, clean], 1100, more=[promise]).shares["disputes"] < 0.7
    again = Trouble(1051, "I0000", "c", 1), Trouble(1060, "I0000", "c", -1)
    assert seen([clean, clean], 1100, more=again).shares["disputes"] == 0.0


def test_without_history_a_customer_is_as_usual() -> None:
    nothing = seen([], 1000, USUAL)
    assert nothing.invoices == 0
    assert nothing.shares == pytest.approx({"on_time": 0.65, "days_late": 5.0, "disputes": 0.05, "part_payments": 0.1})


def test_a_group_with_history_says_what_is_usual_in_it() -> None:
    """Thirty paid invoices of the segment, all late, against many on time elsewhere."""
    issued = [Issued(f"A{at}", "bad", "EUR", 1000, 1010, 100) for at in range(30)]
    issued += [Issued(f"B{at}", "good", "EUR", 1000, 1010, 100) for at in range(300)]
    happened = [
        Happened(1030 if each.customer == "bad" else 1010, each, State(SETTLED, 0, 20 if each.customer == "bad" else 0)) for each in issued
    ]
    groups = {"bad": [("segment", "x")], "new": [("segment", "x")], "good": [("segment", "y")], "other": [("segment", "z")]}
    history = History(USUAL, 1100, groups)
    history.run(issued, sorted(happened, key=lambda each: each.day))
    new, other = history.features("new", 1100), history.features("other", 1100)
    assert (new.pool, other.pool) == (("segment", "x"), ("", ""))
    assert new.shares["on_time"] < 0.1 < 0.8 < other.shares["on_time"]


def test_weights_of_the_ledger_are_used() -> None:
    rules = rules_of('{"weights": {"on_time": "100", "days_late": "0", "disputes": "0"}, "half_life": 90}')
    assert rules.half_life == 90
    assert score({"on_time": 0.5, "days_late": 30.0, "disputes": 1.0, "part_payments": 0.0}, rules) == 50.0
    assert sum(each[2] for each in contributions({"on_time": 1, "days_late": 0, "disputes": 0, "part_payments": 0}, USUAL).values()) == 100


@pytest.mark.parametrize(
    ("points_", "grade"), [(100.0, "A"), (85.0, "A"), (84.9, "B"), (70, "B"), (55, "C"), (40, "D"), (39.9, "E"), (0, "E")]
)
def test_grades_begin_at_their_bounds(points_: float, grade: str) -> None:
    assert grade_of(points_, USUAL).grade == grade


def _histories() -> Iterator[tuple[random.Random, list[Given]]]:
    for seed in range(120):
        chance = random.Random(seed)
        given = []
        for _ in range(chance.randint(1, 12)):
            issued = 1000 + chance.randint(0, 500)
            due = issued + chance.choice([0, 14, 30])
            paid = chance.choice([0, due, due - chance.randint(0, 5), due + chance.randint(1, 120)])
            given.append(Given(issued, due, max(paid, issued) if paid else 0, chance.randint(1, 10**6), chance.choice(["EUR", "USD"])))
        yield chance, given


def test_law_an_invoice_paid_later_never_raises_the_score() -> None:
    for chance, given in _histories():
        for rules in (ALONE, USUAL):
            paid = [at for at, each in enumerate(given) if each.paid]
            if paid:
                at = chance.choice(paid)
                later = [*given]
                later[at] = Given(
                    given[at].issued, given[at].due, given[at].paid + chance.randint(1, 60), given[at].gross, given[at].currency
                )
                assert points(later, 3000, rules) <= points(given, 3000, rules)


def test_law_a_dispute_never_raises_the_score() -> None:
    for _, given in _histories():
        disputed = [replace(given[0], disputed=True), *given[1:]]
        assert points(disputed, 3000, USUAL) <= points(given, 3000, USUAL)


def test_law_one_more_invoice_later_than_the_average_never_raises_the_score() -> None:
    for chance, given in _histories():
        average = seen(given, 3000).shares["days_late"]
        issued = max(each.issued for each in given)
        more = Given(issued, issued + 30, issued + 30 + int(average) + 1 + chance.randint(0, 30))
        assert points([*given, more], 3000) <= points(given, 3000)


PARTS = [(1030, 600), (1060, 400)]


@pytest.mark.parametrize(
    ("rows", "day", "state"),
    [
        ([], 1000, State(OPEN, 1030, 0)),
        ([Row("payment", 600, 1035, 1032, None)], 1040, State(OPEN, 1060, 2)),
        ([Row("payment", 600, 1035, 1032, None)], 1034, State(OPEN, 1030, 0)),
        ([Row("payment", 1000, 1035, 1030, None)], 1040, State(SETTLED, 0, 0)),
        ([Row("payment", 600, 1030, 1030, None), Row("payment", 400, 1070, 1070, None)], 1080, State(SETTLED, 0, 10)),
        ([Row("payment", 1000, 1030, 1030, 1050)], 1049, State(SETTLED, 0, 0)),
        ([Row("payment", 1000, 1030, 1030, 1050)], 1050, State(OPEN, 1030, 0)),
        ([Row("credit", 600, 1040, 1040, None), Row("payment", 400, 1060, 1060, None)], 1070, State(SETTLED, 0, 0)),
        ([Row("credit", 1000, 1040, 1040, None)], 1070, State(GONE, 0, 0)),
        ([Row("void", 1000, 1040, 1040, None)], 1070, State(GONE, 0, 0)),
        ([Row("opening", 1000, 1040, 1040, None)], 1070, State(GONE, 0, 0)),
        ([Row("write_off", 1000, 1040, 1040, None, bad_debt=True)], 1070, State(OPEN, 1030, 0)),
        ([Row("payment", 999, 1030, 1030, None), Row("write_off", 1, 1030, 1030, None)], 1070, State(SETTLED, 0, 0)),
    ],
)
def test_how_an_invoice_in_two_parts_stands(rows: list[Row], day: int, state: State) -> None:
    assert state_at(PARTS, rows, day) == state


def test_a_payment_that_bounces_opens_the_invoice_again() -> None:
    rows = [Row("payment", 1000, 1030, 1030, 1050), Row("payment", 1000, 1080, 1080, None)]
    assert course(1000, [(1040, 1000)], rows, 2000) == [
        (1030, State(SETTLED, 0, 0)),
        (1050, State(OPEN, 1040, 0)),
        (1080, State(SETTLED, 0, 40)),
    ]
    assert course(1000, [(1040, 1000)], rows, 1060)[-1] == (1050, State(OPEN, 1040, 0))


def test_a_payment_that_bounced_leaves_nothing_behind() -> None:
    """Neither what the older invoice weighs, nor which was paid last, in the customer's own sums or in those of its pools."""
    first, second = Issued("I1", "c", "EUR", 1000, 1030, 10_000), Issued("I2", "c", "EUR", 1055, 1200, 10_000)
    other = Issued("I3", "d", "EUR", 1010, 1040, 10_000)
    paid = [Happened(1035, first, State(SETTLED, 0, 5)), Happened(1040, other, State(SETTLED, 0, 0))]
    bounced = [Happened(1060, second, State(SETTLED, 0, 0)), Happened(1061, second, State(OPEN, 1200, 0))]
    seen = []
    for happened in (paid, [*paid, *bounced]):
        history = History(USUAL, 1100, {"c": [("size", "small")], "d": [("size", "small")]})
        history.run([first, other, second], happened)
        features = history.features("c", 1100)
        newest = [pool.newest for pool in history.pools.values()]
        seen.append((score(features.shares, USUAL), features.last, {name: round(each, 9) for name, each in features.usual.items()}, newest))
    assert seen[0] == seen[1]
    assert seen[0][1] == 5

"""A small bench: every class is there, nothing is booked wrongly, most is booked."""

from __future__ import annotations

import pytest

from billcli.core.matching.solve import decide
from tests.reconcile import scoring
from tests.reconcile.world import STYLES, Knobs, make

CLASSES = {
    "exact reference",
    "structured reference",
    "mangled reference",
    "typo, payer and amount agree",
    "payer known by account",
    "payer known by name",
    "parent pays, with reference",
    "parent pays, without reference",
    "several invoices listed",
    "a range of invoices",
    "one unique sum, without reference",
    "balance of the account",
    "net of a credit note, both named",
    "net of a credit note, invoice named",
    "net of a credit note, without reference",
    "part payment by reference",
    "rest of a part payment",
    "discount, with reference",
    "discount, without reference",
    "fee deducted, named",
    "fee deducted, in its field",
    "fee deducted, not named",
    "cents of rounding",
    "overpayment by reference",
    "payout with its report",
    "refund against a credit note",
    "returned direct debit",
    "returned payment of earlier",
    "unrelated money",
    "the same payment twice",
    "the same payment twice, paid earlier",
    "two customers equally likely",
    "two sums equally likely",
    "a typo that is another's number",
    "reference against payer",
    "reference against payer and amount",
    "money on account",
    "a list, and the sum is short",
    "a line already seen",
    "another currency",
    "a word that several share",
    "look-alikes, a later line names one",
    "a list, and the money is beyond one of it",
    "a return of one of two equal payments",
    "second of two, names it",
    *(f"name ({how}) and amount" for how in ("plain", "form", "umlaut", "kana", "pinyin", "cut", "order", "misspelt")),
}


@pytest.mark.parametrize("style", sorted(STYLES))
def test_nothing_wrong_in_any_style_of_numbers(style: str) -> None:
    made = make(300, 7000 + len(style), Knobs(style))
    found = scoring.score(decide(made.lines, made.books), made.truth)
    assert found.wrong == 0, scoring.table(found)
    assert found.through >= 0.9, scoring.table(found)


def test_every_class_is_there() -> None:
    assert {known.case for known in make(2000, 11).truth.values()} >= CLASSES


def test_the_same_seed_makes_the_same() -> None:
    assert make(100, 5) == make(100, 5)

"""What an exceeding credit note takes back, in part too, and what a bounce brings back of the credit that came from the invoice."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.core.facts import CreditNoteFact, Draw, InvoiceFact, Settlement
from billcli.core.plan import Append, Change, Set
from billcli.core.take_back import Granted, NoteUse, Returned, granted_rows, returning_credit, take_back, taken_words
from tests.core.master import D, settings

ISSUED = date(2026, 3, 1)
CREDITED = date(2026, 3, 20)
PATHS = {("payment", "p"): "payments/p.yaml", ("payment", "q"): "payments/q.yaml", ("write-off", "w"): "write-offs/w.yaml"}


def row(kind: str, amount: int, at: int = 0, *, source: str = "p", day: int = 5, ended_on: date | None = None, of: str = "A") -> Settlement:
    source_kind = {"w": "write-off", "CN-1": "credit-note", "CN-2": "credit-note", "CN-9": "credit-note"}.get(source, "payment")
    on = date(2026, 3, day)
    return Settlement(of, kind, amount, on, on, source_kind, source, ended_on, f"allocations[{at}].amount")


ALL = [
    row("write_off", 100, source="w", day=9),
    row("payment", 9_000),
    row("bank_charge", 300, 1),
    row("discount", 200, 2),
    row("discount", 50, 2, source="q", day=6),
    row("discount", 999, 3, ended_on=date(2026, 3, 7)),
    row("credit", 400, source="CN-1"),
]


def test_discount_goes_first_then_bank_charge_then_write_off_and_of_each_the_last() -> None:
    found = [(each.path, each.row.field, each.row.at, each.row.amount) for each in granted_rows(ALL, PATHS)]
    assert found == [
        ("payments/q.yaml", "allocations", 2, 50),
        ("payments/p.yaml", "allocations", 2, 200),
        ("payments/p.yaml", "allocations", 1, 300),
        ("write-offs/w.yaml", "allocations", 0, 100),
    ]


def taken(amount: int) -> list[Change]:
    return take_back(granted_rows(ALL, PATHS), amount, CREDITED, "CN-1", "EUR")


def test_a_row_taken_back_whole_ends_with_the_note_as_its_reason() -> None:
    reason = "taken back by CN-1"
    ends = (Set(("allocations", 2, "ended_on"), CREDITED), Set(("allocations", 2, "reason"), reason))
    assert taken(50) == [Change("payments/q.yaml", "payment", ends)]


def test_a_row_taken_back_in_part_ends_and_its_remainder_begins_the_same_day() -> None:
    (whole, part) = taken(51)
    assert (whole.path, part.path) == ("payments/q.yaml", "payments/p.yaml")
    assert part.edits[2:] == (
        Append(("allocations",), {"invoice": "A", "kind": "discount", "amount": D("1.99"), "on": CREDITED}),
    )  # fmt: skip


def test_all_of_it_is_one_change_per_file() -> None:
    assert [(each.path, each.kind, len(each.edits)) for each in taken(650)] == [
        ("payments/q.yaml", "payment", 2), ("payments/p.yaml", "payment", 4), ("write-offs/w.yaml", "write-off", 2),
    ]  # fmt: skip


def test_the_remainder_of_a_write_off_has_no_kind() -> None:
    assert taken(560)[-1].edits[2] == Append(("allocations",), {"invoice": "A", "amount": D("0.90"), "on": CREDITED})


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (120, ["1.20 EUR early-payment discount"]),
        (250, ["2.50 EUR early-payment discount"]),
        (650, ["2.50 EUR early-payment discount", "3.00 EUR bank charge", "1.00 EUR write-off"]),
    ],
)
def test_a_person_is_told_what_is_taken_back(amount: int, words: list[str]) -> None:
    assert taken_words(granted_rows(ALL, PATHS), amount, "EUR") == words


def test_more_than_was_granted_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        taken(651)


def test_nothing_taken_back_changes_nothing() -> None:
    empty: list[Granted] = []
    assert take_back(empty, 0, CREDITED, "CN-1", "EUR") == []


# a bounce

INVOICE = InvoiceFact(
    "A", "nordwind", "sales", ISSUED, date(2026, 3, 31), 1, "EUR", 10_000, 0, 10_000, None, None, None, None,
    "A", 1, 0, None, "", "", None, None, 1,
)  # fmt: skip
BOUNCED = date(2026, 4, 2)


def note(number: str, gross: int, *rows: Settlement, day: int = 20, refunded: int = 0) -> NoteUse:
    fact = CreditNoteFact(
        number, "nordwind", date(2026, 3, day), "EUR", gross, 0, gross, "A", None, "too many", "CN-", 1, 0, None, "", "", None, None
    )
    draws = [Draw("r", "credit-note", number, refunded, date(2026, 3, day), None, "draws[0].amount")] if refunded else []
    return NoteUse(fact, rows, draws, f"credit-notes/{number}.yaml")


def back(rows: list[Settlement], *notes: NoteUse, on: date = BOUNCED, closed: str | None = None, wholly: bool = False) -> list[Returned]:
    ledger = settings(closed_through=closed) if closed else settings()
    returned, changes = returning_credit(INVOICE, rows, notes, on, ledger, wholly=wholly)
    assert [(each.path, each.kind) for each in changes] == [(f"credit-notes/{each.note}.yaml", "credit-note") for each in returned]
    return returned


def test_unapplied_credit_returns_to_the_invoice_that_was_never_paid() -> None:
    assert back([], note("CN-1", 3_000)) == [Returned("CN-1", "A", 3_000, BOUNCED)]


def test_credit_that_other_money_still_covers_stays() -> None:
    assert back([row("payment", 3_000)], note("CN-1", 3_000)) == []
    assert back([row("payment", 2_000)], note("CN-1", 3_000)) == [Returned("CN-1", "A", 1_000, BOUNCED)]
    assert back([row("opening", 2_000)], note("CN-1", 3_000)) == [Returned("CN-1", "A", 1_000, BOUNCED)]


def test_after_a_bounce_all_that_is_unapplied_returns_as_far_as_the_invoice_is_open() -> None:
    assert back([row("payment", 3_000)], note("CN-1", 3_000), wholly=True) == [Returned("CN-1", "A", 3_000, BOUNCED)]
    left = INVOICE.gross - 1_000
    assert back([row("payment", left)], note("CN-1", 3_000), wholly=True) == [Returned("CN-1", "A", 1_000, BOUNCED)]
    assert back([row("payment", INVOICE.gross)], note("CN-1", 3_000), wholly=True) == []


def test_credit_from_elsewhere_covers_it_as_money_does() -> None:
    assert back([row("credit", 3_000, source="CN-9")], note("CN-1", 3_000)) == []


def test_what_was_used_elsewhere_or_refunded_stays_there() -> None:
    used = row("credit", 1_200, source="CN-1", day=21, of="B")
    assert back([], note("CN-1", 3_000, used)) == [Returned("CN-1", "A", 1_800, BOUNCED)]
    assert back([], note("CN-1", 3_000, refunded=2_999)) == [Returned("CN-1", "A", 1, BOUNCED)]
    assert back([], note("CN-1", 3_000, refunded=3_000)) == []


def test_what_is_applied_to_the_invoice_already_does_not_return_again() -> None:
    own = row("credit", 3_000, source="CN-1", day=20)
    assert back([own], note("CN-1", 3_000, own)) == []


def test_the_last_note_returns_first_and_no_more_than_is_open() -> None:
    notes = note("CN-1", 3_000), note("CN-2", 2_000, day=22)
    assert back([row("payment", 2_500)], *notes) == [
        Returned("CN-2", "A", 2_000, BOUNCED), Returned("CN-1", "A", 500, BOUNCED),
    ]  # fmt: skip


def test_it_returns_no_earlier_than_the_note_and_the_open_period() -> None:
    assert back([], note("CN-1", 3_000), on=date(2026, 3, 10)) == [Returned("CN-1", "A", 3_000, CREDITED)]
    assert back([], note("CN-1", 3_000), closed="2026-04-30") == [Returned("CN-1", "A", 3_000, date(2026, 5, 1))]

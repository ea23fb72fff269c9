"""What each kind of change is called, and what it does to receivables: before + every effect = after."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billcli.core.difference import Change, Field, Side, fields_changed, money_changes, sums
from billcli.core.facts import CreditNoteFact, Draw, InvoiceFact, PaymentFact, RefundFact, Settlement

DAY = date(2026, 3, 31)
EARLY, LATE = date(2026, 3, 10), date(2026, 4, 2)


def made(kind: Any, **values: Any) -> Any:
    """A fact with nothing but these fields."""
    return kind(*(values.get(name) for name in kind._fields))


def invoice(gross: int = 1000, issued_on: date = EARLY, number: str = "I") -> InvoiceFact:
    found: InvoiceFact = made(InvoiceFact, number=number, customer="c", issued_on=issued_on, currency="EUR", gross=gross)
    return found


def note(gross: int = 300, voided_on: date | None = None) -> CreditNoteFact:
    found: CreditNoteFact = made(
        CreditNoteFact, number="N", customer="c", issued_on=EARLY, currency="EUR", gross=gross, voided_on=voided_on
    )
    return found


def payment(amount: int = 400, booked_on: date = EARLY, reversed_on: date | None = None) -> PaymentFact:
    found: PaymentFact = made(
        PaymentFact, id="P", customer="c", booked_on=booked_on, currency="EUR", amount=amount, reversed_on=reversed_on
    )
    return found


def refund(reversed_on: date | None = None) -> RefundFact:
    found: RefundFact = made(RefundFact, id="R", customer="c", booked_on=EARLY, currency="EUR", amount=50, reversed_on=reversed_on)
    return found


def row(kind: str, amount: int, source: str = "payment", name: str = "P", ended_on: date | None = None) -> Settlement:
    return Settlement("I", kind, amount, EARLY, EARLY, source, name, ended_on, "allocations[0]")


def draw(amount: int = 50, ended_on: date | None = None) -> Draw:
    return Draw("R", "payment", "P", amount, EARLY, ended_on, "draws[0]")


def side(*facts: Any) -> Side:
    def of(kind: Any, key: str) -> dict[str, Any]:
        return {getattr(each, key): each for each in facts if isinstance(each, kind)}

    return Side(
        of(InvoiceFact, "number"), of(CreditNoteFact, "number"), of(PaymentFact, "id"), of(RefundFact, "id"),
        [each for each in facts if isinstance(each, Settlement)], [each for each in facts if isinstance(each, Draw)],
    )  # fmt: skip


Told = list[tuple[str, str, str, int | None, int]]


def told(changes: list[Change]) -> Told:
    return [(each.what, each.group, each.document, each.amount, each.effect) for each in changes]


WRITTEN_OFF = ("write_off", 200, "write-off", "W")
CASES: dict[str, tuple[Side, Side, Told]] = {
    "issued": (side(), side(invoice()), [("issued", "issued", "I", 1000, 1000)]),
    "issued later": (side(), side(invoice(issued_on=LATE)), [("issued", "issued", "I", 1000, 0)]),
    "vanished": (side(invoice()), side(), [("removed", "undone", "I", 1000, -1000)]),
    "gross by hand": (side(invoice()), side(invoice(900)), [("changed by hand", "by_hand", "I", 100, -100)]),
    "day by hand": (side(invoice(issued_on=LATE)), side(invoice()), [("changed by hand", "by_hand", "I", 1000, 1000)]),
    "void": (side(invoice()), side(invoice(), row("void", 1000, "invoice", "I")), [("voided", "voided", "I", 1000, -1000)]),
    "no longer void": (
        side(invoice(), row("void", 1000, "invoice", "I")), side(invoice()), [("no longer void", "undone", "I", 1000, 1000)],
    ),
    "settled before": (side(), side(invoice(), row("opening", 250, "invoice", "I")), [
        ("issued", "issued", "I", 1000, 1000), ("settled before", "settled_before", "I", 250, -250),
    ]),
    "credited": (side(invoice()), side(invoice(), note(), row("credit", 300, "credit-note", "N")), [
        ("credited", "credited", "N", 300, -300), ("credit applied", "", "N", 300, 0),
    ]),
    "credit note void": (side(note()), side(note(voided_on=EARLY)), [("credit note voided", "undone", "N", 300, 300)]),
    "void from a later day": (side(note()), side(note(voided_on=LATE)), []),
    "paid, with a discount and a charge": (
        side(invoice()), side(invoice(), payment(), row("payment", 400), row("discount", 20), row("bank_charge", 5)), [
            ("paid", "paid", "P", 400, -400), ("bank charge", "charged", "P", 5, -5), ("discount", "discounted", "P", 20, -20),
            ("allocated", "", "P", 400, 0),
        ]),
    "paid later": (side(), side(payment(booked_on=LATE)), [("paid", "paid", "P", 400, 0)]),
    "match undone": (
        side(invoice(), payment(), row("payment", 400)), side(invoice(), payment(), row("payment", 400, ended_on=DAY)),
        [("allocation undone", "", "P", 400, 0)],
    ),
    "payment reversed": (
        side(invoice(), payment(), row("payment", 400), row("discount", 20)),
        side(invoice(), payment(reversed_on=DAY), row("payment", 400, ended_on=DAY), row("discount", 20, ended_on=DAY)),
        [("payment reversed", "undone", "P", 400, 400), ("discount taken back", "undone", "P", 20, 20),
         ("allocation undone", "", "P", 400, 0)],
    ),
    "payment vanished": (
        side(invoice(), payment(), row("payment", 400), row("discount", 20)), side(invoice()),
        [("removed", "undone", "P", 400, 400), ("discount taken back", "undone", "P", 20, 20), ("allocation undone", "", "P", 400, 0)],
    ),
    "the invoice of a payment vanished": (
        side(invoice(), payment(), row("payment", 400), row("discount", 20)), side(payment(), row("payment", 400), row("discount", 20)),
        [("removed", "undone", "I", 1000, -1000), ("removed", "undone", "P", 20, 20), ("removed", "undone", "P", 400, 400)],
    ),
    "amount of a payment by hand": (side(payment()), side(payment(500)), [("changed by hand", "by_hand", "P", 100, -100)]),
    "a reversal taken out by hand": (side(payment(reversed_on=EARLY)), side(payment()), [("changed by hand", "by_hand", "P", 400, -400)]),
    "refunded": (side(payment()), side(payment(), refund(), draw()), [("refunded", "refunded", "R", 50, 50)]),
    "refund reversed": (
        side(payment(), refund(), draw()), side(payment(), refund(DAY), draw(ended_on=DAY)), [("refund reversed", "undone", "R", 50, -50)],
    ),
    "refund vanished": (side(payment(), refund(), draw()), side(payment()), [("removed", "undone", "R", 50, -50)]),
    "what was refunded vanished": (
        side(payment(), refund(), draw()), side(refund(), draw()),
        [("removed", "undone", "P", 400, 400), ("changed by hand", "by_hand", "R", 50, -50)],
    ),
    "written off": (side(invoice()), side(invoice(), row(*WRITTEN_OFF)), [("written off", "written_off", "W", 200, -200)]),
    "recovered": (
        side(invoice(), row(*WRITTEN_OFF)), side(invoice(), row(*WRITTEN_OFF, ended_on=EARLY)),
        [("write-off taken back", "undone", "W", 200, 200)],
    ),
    "nothing": (side(invoice(), payment(), row("payment", 400)), side(invoice(), payment(), row("payment", 400)), []),
}  # fmt: skip


def receivables(found: Side) -> int:
    """Open less unapplied on the day, added up in another way: of documents one by one."""

    def counts(each: Any) -> bool:
        return each.booked_on <= DAY and (each.ended_on is None or each.ended_on > DAY)

    rows, draws = [each for each in found.rows if counts(each)], [each for each in found.draws if counts(each)]
    total = 0
    for each in found.invoices.values():
        if each.issued_on <= DAY:
            total += each.gross - sum(one.amount for one in rows if one.invoice == each.number)
    free = {("payment", each.id): (each.amount, each.booked_on, each.reversed_on) for each in found.payments.values()}
    free |= {("credit-note", each.number): (each.gross, each.issued_on, each.voided_on) for each in found.notes.values()}
    for (kind, name), (amount, begun, ended) in free.items():
        if begun <= DAY:
            used = sum(one.amount for one in rows if (one.source_kind, one.source) == (kind, name) and one.kind in ("payment", "credit"))
            used += sum(one.amount for one in draws if (one.source_kind, one.source) == (kind, name))
            total -= (0 if ended and ended <= DAY else amount) - used
    return total


@pytest.mark.parametrize("name", CASES)
def test_each_change_has_its_word_its_column_and_its_effect(name: str) -> None:
    before, after, expected = CASES[name]
    changes = money_changes(before, after, DAY, {})
    assert told(changes) == expected
    assert sum(each.effect for each in changes) == receivables(after) - receivables(before)
    (found,) = sums(changes, {"EUR": receivables(before)}, {"EUR": receivables(after)})
    assert found.holds


@pytest.mark.parametrize("name", CASES)
def test_the_other_way_round_has_the_opposite_effect(name: str) -> None:
    before, after, _ = CASES[name]
    forth, back = money_changes(before, after, DAY, {}), money_changes(after, before, DAY, {})
    assert sum(each.effect for each in back) == -sum(each.effect for each in forth)


def test_fields_that_no_command_changes_stand_with_the_change_or_alone() -> None:
    fields = (Field("totals.gross", "10.00", "9.00"),)
    by_hand = {("invoice", "I"): fields}
    (change,) = money_changes(side(invoice()), side(invoice(900)), DAY, by_hand)
    assert (change.what, change.effect, change.fields) == ("changed by hand", -100, fields)
    (change,) = money_changes(side(invoice()), side(invoice()), DAY, by_hand)
    assert (change.what, change.group, change.customer, change.effect, change.fields) == ("changed by hand", "by_hand", "c", 0, fields)
    both = money_changes(side(payment()), side(payment(500, reversed_on=DAY)), DAY, {("payment", "P"): fields})
    assert [(each.what, each.fields) for each in both] == [("changed by hand", fields)]


def test_sums_that_do_not_come_out_are_told() -> None:
    (found,) = sums(money_changes(side(), side(invoice()), DAY, {}), {"EUR": 0}, {"EUR": 999})
    assert not found.holds


def test_fields_are_told_by_place_and_those_that_lead_money_elsewhere_are_loud() -> None:
    old = {"name": "A", "ibans": ("DE1", "DE2"), "contacts": ({"role": "billing", "email": "a@a.example"},), "tags": (), "terms": None}
    new = {"name": "B", "ibans": ("DE1",), "contacts": ({"role": "billing", "email": "b@a.example"},), "tags": ("vip",), "terms": "net 30"}
    assert fields_changed(old, new) == (
        Field("name", "A", "B"), Field("ibans", "DE1, DE2", "DE1", loud=True),
        Field("contacts[0].email", "a@a.example", "b@a.example", loud=True),
        Field("tags", "", "vip"), Field("terms", "", "net 30"),
    )  # fmt: skip
    assert fields_changed(old, old) == ()

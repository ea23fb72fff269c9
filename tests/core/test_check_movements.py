"""What a payment, a refund, a write-off and a credit note must fulfil by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from billcli.core.checks.documents import check_document
from billcli.diagnostics import dotted
from billcli.model.payment import Payment
from billcli.model.refund import Refund
from billcli.model.write_off import WriteOff

PAYMENT = {"id": "p", "customer": "c", "received_on": "2026-04-10", "on": "2026-04-10", "amount": "100.00", "currency": "EUR"}
REFUND = {
    "id": "r", "customer": "c", "paid_on": "2026-04-10", "on": "2026-04-10", "amount": "100.00", "currency": "EUR", "reason": "paid twice",
}  # fmt: skip
WRITE_OFF = {
    "id": "w", "customer": "c", "kind": "bad-debt", "on": "2026-04-10", "amount": "100.00", "currency": "EUR", "reason": "insolvent",
    "approved_by": "A. Berg",
}  # fmt: skip


def row(amount: str, on: str = "2026-04-10", ended_on: str | None = None, kind: str = "payment", invoice: str = "I-1") -> dict[str, Any]:
    found = {"invoice": invoice, "kind": kind, "amount": amount, "on": on}
    return {**found, "ended_on": ended_on} if ended_on else found


def written_off(amount: str, on: str = "2026-04-10", ended_on: str | None = None, invoice: str = "I-1") -> dict[str, Any]:
    return {key: value for key, value in row(amount, on, ended_on, invoice=invoice).items() if key != "kind"}


def drawn(amount: str, on: str = "2026-04-10", ended_on: str | None = None, **source: str) -> dict[str, Any]:
    found = {**(source or {"payment": "p"}), "amount": amount, "on": on}
    return {**found, "ended_on": ended_on} if ended_on else found


def told(kind: str, entity: Any) -> list[tuple[str, str]]:
    return [(each.code, dotted(each.path)) for each in check_document(kind, entity)]


def payment(*rows: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    return told("payment", Payment.model_validate({**PAYMENT, "allocations": rows, **changes}))


def refund(*draws: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    return told("refund", Refund.model_validate({**REFUND, "draws": draws, **changes}))


def write_off(*rows: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    return told("write-off", WriteOff.model_validate({**WRITE_OFF, "allocations": rows, **changes}))


BOUNCED = {"on": "2026-05-04", "reason": "bounced"}


@pytest.mark.parametrize(
    ("rows", "changes", "expected"),
    [
        ([row("100.00")], {}, []),
        ([row("98.00"), row("2.00", kind="discount")], {}, []),
        ([row("95.00"), row("5.00", kind="bank_charge")], {"fee": "5.00"}, []),
        ([row("95.00"), row("5.00", kind="bank_charge")], {}, [("E507", "allocations[1].amount")]),
        ([row("95.00"), row("5.01", kind="bank_charge")], {"fee": "5.00"}, [("E507", "allocations[1].amount")]),
        # a charge that went to another invoice counts once
        (
            [
                row("95.00", ended_on="2026-04-12"), row("5.00", kind="bank_charge", ended_on="2026-04-12"),
                row("95.00", on="2026-04-12", invoice="I-2"), row("5.00", on="2026-04-12", kind="bank_charge", invoice="I-2"),
            ], {"fee": "5.00"}, [],
        ),
        ([row("2.00", kind="discount")], {}, [("E508", "allocations[0].kind")]),
        ([row("98.00", invoice="I-2"), row("2.00", kind="discount")], {}, [("E508", "allocations[1].kind")]),
        ([row("98.00", on="2026-04-12"), row("2.00", kind="write_off")], {}, [("E508", "allocations[1].kind")]),
        ([row("98.00", ended_on="2026-04-12"), row("2.00", kind="discount")], {}, [("E508", "allocations[1].kind")]),
        ([row("98.00", ended_on="2026-04-12"), row("2.00", kind="discount", ended_on="2026-04-12")], {}, []),
        # what is left of the money carries what came with it
        ([row("98.00", ended_on="2026-04-12"), row("2.00", kind="discount"), row("50.00", on="2026-04-12")], {}, []),
        ([row("100.00", on="2026-04-09")], {}, [("E504", "allocations[0].on")]),
        ([row("100.00", ended_on="2026-04-09")], {}, [("E504", "allocations[0].ended_on")]),
        ([], {"on": "2026-04-09"}, [("E504", "on")]),
        ([], {"amount": "0.00"}, [("E205", "amount")]),
        ([], {"fee": "5"}, [("E211", "fee")]),
        ([], {"received": {"amount": "110.00", "currency": "USD"}}, []),
        ([], {"received": {"amount": "15000", "currency": "JPY"}}, []),
        ([], {"received": {"amount": "15000.00", "currency": "JPY"}}, [("E211", "received.amount")]),
        ([], {"received": {"amount": "100.00", "currency": "EUR"}}, [("E220", "received.currency")]),
        ([row("100.00", ended_on="2026-05-04")], {"reversed": BOUNCED}, []),
        ([row("100.00")], {"reversed": BOUNCED}, [("E506", "allocations[0].amount")]),
        ([row("100.00", ended_on="2026-05-05")], {"reversed": BOUNCED}, [("E506", "allocations[0].amount")]),
        ([row("100.00", on="2026-05-06")], {"reversed": BOUNCED}, [("E506", "allocations[0].amount")]),
        ([row("100.00", on="2026-05-06", ended_on="2026-05-06")], {"reversed": BOUNCED}, []),
        ([], {"reversed": {**BOUNCED, "on": "2026-04-09"}}, [("E504", "reversed.on")]),
        ([], {"reversed": {**BOUNCED, "value_on": "2026-04-09"}}, [("E504", "reversed.value_on")]),
        ([], {"reversed": {**BOUNCED, "bank_charge": "7.5"}}, [("E211", "reversed.bank_charge")]),
    ],
)  # fmt: skip
def test_payment(rows: list[dict[str, Any]], changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert payment(*rows, **changes) == expected


@pytest.mark.parametrize(
    ("draws", "changes", "expected"),
    [
        ([drawn("100.00")], {}, []),
        ([drawn("60.00"), drawn("40.00", credit_note="C-1")], {}, []),
        ([drawn("60.00"), drawn("39.99", credit_note="C-1")], {}, [("E404", "amount")]),
        ([], {}, [("E404", "amount")]),
        # taken of one payment first, then of another
        ([drawn("100.00", ended_on="2026-04-20"), drawn("100.00", on="2026-04-20", payment="q")], {}, []),
        ([drawn("100.00", ended_on="2026-04-20")], {}, [("E404", "amount")]),
        ([drawn("100.00", payment="p", credit_note="C-1")], {}, [("E220", "draws[0].credit_note")]),
        ([{"amount": "100.00", "on": "2026-04-10"}], {}, [("E202", "draws[0]")]),
        ([drawn("100.00", on="2026-04-09")], {}, [("E504", "draws[0].on")]),
        ([drawn("100.00")], {"on": "2026-04-09"}, [("E504", "on")]),
        ([drawn("0.00")], {"amount": "0.00"}, [("E205", "amount")]),
        ([drawn("100")], {}, [("E211", "draws[0].amount")]),
        ([drawn("100.00")], {"reversed": BOUNCED}, [("E506", "draws[0].amount")]),
        ([drawn("100.00", ended_on="2026-05-04")], {"reversed": BOUNCED}, []),
        ([drawn("100.00", ended_on="2026-04-10")], {"reversed": {**BOUNCED, "on": "2026-04-10"}}, []),
        # what came back had been drawn, all of it and until then
        ([drawn("100.00", ended_on="2026-05-04")], {"reversed": BOUNCED, "amount": "150.00"}, [("E404", "amount")]),
        ([drawn("99.00", ended_on="2026-04-10")], {"reversed": {**BOUNCED, "on": "2026-04-10"}}, [("E404", "amount")]),
        ([drawn("100.00", ended_on="2026-05-04")] * 2, {"reversed": BOUNCED}, [("E404", "amount")]),
        ([drawn("100.00", ended_on="2026-05-03")], {"reversed": BOUNCED}, [("E404", "amount")]),
        # drawn on every day since it was paid
        ([drawn("100.00", on="2026-04-11")], {}, [("E404", "amount")]),
        ([drawn("100.00", ended_on="2026-04-20"), drawn("100.00", on="2026-04-21", payment="q")], {}, [("E404", "amount")]),
    ],
)
def test_refund(draws: list[dict[str, Any]], changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert refund(*draws, **changes) == expected


@pytest.mark.parametrize(
    ("rows", "changes", "expected"),
    [
        ([written_off("100.00")], {}, []),
        ([written_off("60.00"), written_off("40.00", invoice="I-2")], {}, []),
        ([written_off("100.01")], {}, [("E404", "amount")]),
        # taken back by a credit note: the row ends, and what is left of it begins on that day, even on the first
        ([written_off("100.00", ended_on="2026-04-20"), written_off("30.00", on="2026-04-20")], {}, []),
        ([written_off("100.00", ended_on="2026-04-10"), written_off("30.00")], {}, []),
        ([written_off("100.00", ended_on="2026-04-20"), written_off("30.00", on="2026-04-21")], {}, [("E404", "amount")]),
        ([written_off("100.00", ended_on="2026-04-10"), written_off("70.00", ended_on="2026-04-10"), written_off("30.00")], {}, []),
        # what is left of a row is never more than it was
        ([written_off("100.00", ended_on="2026-04-20"), written_off("100.01", on="2026-04-20")], {}, [("E404", "allocations[1].amount")]),
        ([written_off("100.00")], {"approved_by": None}, [("E202", "kind")]),
        ([written_off("100.00")], {"approved_by": None, "kind": "small-difference"}, []),
        ([written_off("100.00", on="2026-04-09")], {}, [("E504", "allocations[0].on")]),
        ([written_off("0.00")], {"amount": "0.00"}, [("E205", "amount")]),
        ([written_off("100.0")], {}, [("E211", "allocations[0].amount")]),
    ],
)
def test_write_off(rows: list[dict[str, Any]], changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert write_off(*rows, **changes) == expected

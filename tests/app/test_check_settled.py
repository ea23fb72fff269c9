"""What documents must fulfil together when money and credit meet: the smallest books that break each rule, and those that keep it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import bill, make_ledger

DAY = "2026-06-30"
CUSTOMERS = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
--- customers/suedwind.yaml
schema: customer/1
id: suedwind
name: Südwind GmbH
"""
PARTIES = """\
issued_by:
  name: Fjord Consulting AS
issued_to:
  name: Nordwind Handels GmbH
lines:
  - description: Consulting
    quantity: 1
    unit_price: {gross}
totals:
  net: {gross}.00
  tax: 0.00
  gross: {gross}.00
imported:
  source: old books
  external_id: {number}
"""


def invoice(number: str = "I-1", gross: int = 100, on: str = "2026-03-02", also: str = "", currency: str = "EUR") -> str:
    head = f"--- invoices/2026/{on[5:7]}/{number}.yaml\nschema: invoice/1\nnumber: {number}\ntype: service\ncustomer: nordwind\n"
    due = f"instalments:\n  - due_on: 2026-06-01\n    amount: {gross}.00\n"
    return f"{head}issued_on: {on}\ncurrency: {currency}\n{PARTIES.format(gross=gross, number=number)}{due}{also}"


def note(
    *applied: str, number: str = "C-1", on: str = "2026-04-01", customer: str = "nordwind", corrects: str = "I-1", also: str = ""
) -> str:  # fmt: skip
    head = f"--- credit-notes/2026/{on[5:7]}/{number}.yaml\nschema: credit-note/1\nnumber: {number}\ncustomer: {customer}\n"
    about = f"corrects: {corrects}\n" if corrects else ""
    parties = PARTIES.format(gross=100, number=number)
    return f"{head}issued_on: {on}\ncurrency: EUR\n{about}reason: returned\n{parties}{rows('applied', applied)}{also}"


def payment(
    *allocations: str, id_: str = "p", amount: int = 100, on: str = "2026-04-01", customer: str = "nordwind", also: str = ""
) -> str:  # fmt: skip
    head = f"--- payments/2026/{on[5:7]}/{id_}.yaml\nschema: payment/1\nid: {id_}\ncustomer: {customer}\nreceived_on: {on}\n"
    return f'{head}"on": {on}\namount: {amount}.00\ncurrency: EUR\n{rows("allocations", allocations)}{also}'


def refund(*draws: str, amount: int = 100, currency: str = "EUR") -> str:
    head = "--- refunds/2026/04/r.yaml\nschema: refund/1\nid: r\ncustomer: nordwind\npaid_on: 2026-04-10\n"
    return f'{head}"on": 2026-04-10\namount: {amount}.00\ncurrency: {currency}\nreason: paid twice\n{rows("draws", draws)}'


def draft(on: str) -> str:
    lines = "lines:\n  - description: Work\n    quantity: 1\n    unit_price: 1\n"
    return f"--- drafts/d.yaml\nschema: draft/1\nid: d\ncustomer: nordwind\nissued_on: {on}\n{lines}"


HOLD = """
--- holds/2026/04/h.yaml
schema: hold/1
id: h
kind: manual
customer: suedwind
invoice: I-1
"on": 2026-04-01
reason: ask
"""


def rows(field: str, given: tuple[str, ...]) -> str:
    """``I-1 100 2026-04-01 2026-05-01 kind=discount``: what it names, how much, from when and until when, and other keys."""
    text = ""
    for each in given:
        name, amount, on, *rest = each.split()
        key, _, value = name.rpartition("=")
        text += f'  - {key or "invoice"}: {value}\n    amount: {amount}.00\n    "on": {on}\n'
        text += "".join(f"    {part.replace('=', ': ')}\n" if "=" in part else f"    ended_on: {part}\n" for part in rest)
    return f"{field}:\n{text}" if text else ""


def told(root: Path, *documents: str) -> list[str]:
    """``CODE file path`` of each finding, by plain check."""
    make_ledger(root, CUSTOMERS + "".join(documents))
    found = bill("check", "--format", "json", cwd=root, at=DAY).json["diagnostics"]
    return [f"{each['code']} {each['file'].rpartition('/')[2]} {each['path']}" for each in found]


VOID = 'void:\n  "on": 2026-05-01\n  reason: typed twice\n'
REVERSED = 'reversed:\n  "on": 2026-05-01\n  reason: bounced\n'
DISCOUNT = "discount:\n  until: 2026-04-10\n  percent: 2\n"

CASES = {
    "void with a live payment": ([invoice(also=VOID), payment("I-1 100 2026-04-01")], ["E502 I-1.yaml void.on"]),
    "void with a payment that ended": ([invoice(also=VOID), payment("I-1 100 2026-04-01 2026-04-20")], []),
    "credit note void while it is used": ([invoice(), note("I-1 100 2026-04-01", also=VOID)], ["E501 C-1.yaml void.on"]),
    "credit note void once it is free": ([invoice(), note("I-1 100 2026-04-01 2026-05-01", also=VOID)], []),
    "a refund takes what is unapplied": (
        [invoice(gross=60), payment("I-1 60 2026-04-01"), refund("payment=p 40 2026-04-10", amount=40)], [],
    ),
    "a refund takes more than is unapplied": (
        [invoice(gross=60), payment("I-1 60 2026-04-01"), refund("payment=p 41 2026-04-10", amount=41)], ["E501 p.yaml amount"],
    ),
    "a refund takes more credit than there is": (
        [invoice(), payment("I-1 100 2026-04-01"), note(), refund("credit_note=C-1 101 2026-04-10", amount=101)],
        ["E501 C-1.yaml totals.gross"],
    ),
    "a refund before the money came": ([payment(on="2026-04-11"), refund("payment=p 100 2026-04-10")], ["E504 r.yaml draws[0].on"]),
    "a refund to somebody else": ([payment(customer="suedwind"), refund("payment=p 100 2026-04-10")], ["E308 r.yaml draws[0].payment"]),
    "a refund in another currency": ([payment(), refund("payment=p 100 2026-04-10", currency="USD")], ["E309 r.yaml draws[0].payment"]),
    "a refund of nobody's money": ([refund("payment=p 100 2026-04-10")], ["E305 r.yaml draws[0].payment"]),
    "a credit note on an invoice of somebody else": ([invoice(), note("I-1 100 2026-04-01", customer="suedwind")],
        ["E308 C-1.yaml corrects", "E308 C-1.yaml applied[0].invoice"]),
    "a credit note before its invoice": (
        [invoice(on="2026-04-02"), note("I-1 100 2026-04-02")], ["E504 C-1.yaml issued_on"],
    ),
    "money for somebody else by agreement": (
        [invoice(), payment("I-1 100 2026-04-01", customer="suedwind", also="for_others: [nordwind]\n")], [],
    ),
    "a hold on somebody else's invoice": (
        [invoice(), HOLD],
        ["E308 h.yaml invoice"],
    ),
    "the discount of the terms": ([invoice(also=DISCOUNT), payment("I-1 98 2026-04-01", "I-1 2 2026-04-01 kind=discount", amount=98)], []),
    "a discount beyond the terms": (
        [invoice(also=DISCOUNT), payment("I-1 97 2026-04-01", "I-1 3 2026-04-01 kind=discount", amount=97)],
        ["E505 p.yaml allocations[1].amount"],
    ),
    "a discount twice": (
        [
            invoice(also=DISCOUNT), payment("I-1 48 2026-04-01", "I-1 2 2026-04-01 kind=discount", amount=48),
            payment("I-1 48 2026-04-02", "I-1 2 2026-04-02 kind=discount", amount=48, id_="q", on="2026-04-02"),
        ], ["E505 q.yaml allocations[1].amount"],
    ),
    "a discount taken back and given again": (
        [
            invoice(also=DISCOUNT), payment("I-1 48 2026-04-01 2026-04-02", "I-1 2 2026-04-01 2026-04-02 kind=discount", amount=48),
            payment("I-1 98 2026-04-02", "I-1 2 2026-04-02 kind=discount", amount=98, id_="q", on="2026-04-02"),
        ], [],
    ),
    "a discount nobody offered": (
        [invoice(), payment("I-1 98 2026-04-01", "I-1 2 2026-04-01 kind=discount", amount=98)], ["E505 p.yaml allocations[1].amount"],
    ),
    "credit from a paid invoice": ([invoice(), payment("I-1 100 2026-03-10", on="2026-03-10"), note()], []),
    "credit from an invoice whose money bounced": (
        [invoice(), payment("I-1 100 2026-03-10 2026-05-01", on="2026-03-10", also=REVERSED), note()], ["W510 C-1.yaml corrects"],
    ),
    "credit that went back when the money bounced": (
        [invoice(), payment("I-1 100 2026-03-10 2026-05-01", on="2026-03-10", also=REVERSED), note("I-1 100 2026-05-01")], [],
    ),
    "credit for what other credit paid": (
        [invoice(), invoice("I-2"), payment("I-2 100 2026-03-10", on="2026-03-10"),
         note("I-1 100 2026-04-01", number="C-2", corrects="I-2"),
         note()],
        [],
    ),
    "credit that belongs to no invoice": ([note(corrects="")], []),
    "a refund of money that bounced": ([payment(also=REVERSED), refund("payment=p 100 2026-04-10")], ["W511 r.yaml draws[0].payment"]),
    "a refund that came back when the money bounced": ([payment(also=REVERSED), refund("payment=p 100 2026-04-10 2026-05-01")],
        ["E404 r.yaml amount"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_rule(case: str, tmp_path: Path) -> None:
    documents, expected = CASES[case]
    assert told(tmp_path, *documents) == expected


STRICT = {
    "a late discount": (
        [invoice(also=DISCOUNT), payment("I-1 98 2026-04-11", "I-1 2 2026-04-11 kind=discount", amount=98, on="2026-04-11")],
        ["W523 allocations[1].amount"],
    ),
    "a discount on its last day": (
        [invoice(also=DISCOUNT), payment("I-1 98 2026-04-10", "I-1 2 2026-04-10 kind=discount", amount=98, on="2026-04-10")], [],
    ),
    "a high bank charge": (
        [invoice(), payment("I-1 49 2026-04-01", "I-1 51 2026-04-01 kind=bank_charge", amount=49, also="fee: 51.00\n")],
        ["W523 allocations[1].amount"],
    ),
    "a small difference that is not": (
        [invoice(), payment("I-1 98 2026-04-01", "I-1 2 2026-04-01 kind=write_off", amount=98)], ["W523 allocations[1].amount"],
    ),
    "two payments told apart": ([payment(also="external_id: a\n"), payment(id_="q", also="external_id: b\n")], []),
    "one of two payments reversed": ([payment(also=REVERSED), payment(id_="q")], []),
    "two of three payments alike": ([payment(also="external_id: a\n"), payment(id_="q")], ["W522 id"]),
    "unused money in another currency": ([invoice(currency="USD", also=""), payment(on="2026-03-10")], []),
    "unused money of somebody else": ([invoice(), payment(on="2026-03-10", customer="suedwind")], []),
    "unused credit": ([invoice("I-2"), note(corrects="", on="2026-03-10")], ["W524 totals.gross"]),
    "money unused for a while": ([invoice(), payment(on="2026-04-10")], []),
    "a row to come": ([invoice(), payment("I-1 100 2026-07-01")], ["W520 allocations[0].on"]),
    "an end to come": ([invoice(), payment("I-1 100 2026-04-01 2026-07-01")], ["W520 allocations[0].ended_on"]),
    "a void to come": ([invoice(also='void:\n  "on": 2026-07-01\n  reason: typed twice\n')], ["W520 void.on"]),
    "a draft whose day is long past": (
        [draft("2026-04-30")],
        ["W512 issued_on"],
    ),
    "a draft whose day is not long past": (
        [draft("2026-05-01")],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STRICT)
def test_strict_tells_it_and_plain_check_does_not(case: str, tmp_path: Path) -> None:
    documents, expected = STRICT[case]
    make_ledger(tmp_path, CUSTOMERS + "".join(documents))
    assert bill("check", cwd=tmp_path, at=DAY) == (0, "", "")
    found = bill("check", "--strict", "--format", "json", cwd=tmp_path, at=DAY)
    assert [f"{each['code']} {each['path']}" for each in found.json["diagnostics"]] == expected
    assert found.code == (1 if expected else 0)


def test_days_of_grace_and_limits_are_those_of_the_ledger(tmp_path: Path) -> None:
    documents, _ = STRICT["a late discount"]
    make_ledger(tmp_path, CUSTOMERS + "".join(documents))
    with (tmp_path / "ledger.yaml").open("a", encoding="utf-8") as file:
        file.write("settlement:\n  discount_grace_days: 1\n")
    assert bill("check", "--strict", cwd=tmp_path, at=DAY) == (0, "", "")

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from billcli.core.checks.documents import check_document
from billcli.core.project import project
from billcli.index.bulk import TABLES, row_of
from billcli.store.plain import plain
from billcli.store.read import read_with_authority
from tests.store.mutations import mutated, seeds

SEEDS = [(path, text) for path, text in seeds() if path.startswith(("invoices/", "payments/"))]
INVOICE = """\
schema: invoice/1
number: R-{n}
type: service
customer: nord
issued_on: 2026-03-14
currency: {currency}
terms: "2% 10, net 30"
reference: RF73
service_period:
  begins_on: 2026-03-01
  ends_on: 2026-03-14
remark: Thank you
prices: net
rounding: document
issued_by:
  name: Fjord Consulting AS
issued_to:
  name: Nordwind Köln
  address:
    country: "NO"
lines:
  - item: hour
    description: "Büro: März"
    category: consulting
    quantity: {quantity}
    unit: hour
    unit_price: {price}
    tax: vat
  - description: Stamps
    quantity: 2
    unit_price: {stamps}
    tax: none
  - description: Book
    category: consulting
    quantity: 1
    unit_price: {stamps}
taxes:
  - code: vat
    category: S
    rate: {rate}
    base: {base}
    amount: {tax}
instalments:
  - due_on: 2026-03-30
    amount: {stamps}
  - due_on: 2026-04-30
    amount: {rest}
discount:
  until: 2026-03-24
  percent: 2.5
totals:
  net: {net}
  tax: {tax}
  gross: {gross}
external_id: e-1
notes: by phone
tags:
  - new
  - "{n}"
{classification}imported:
  source: old
  external_id: x-1
seal: v1:{seal}
"""
CLASSIFICATIONS = (
    "", "classification:\n  category: solar\n", "classification:\n  tags:\n    - large\n    - new\n",
    'classification:\n  category: consulting\n  tags:\n    - "007"\n    - Köln Büro\n', 'classification:\n  category: "büro: 1"\n',
)  # fmt: skip
PAYMENT = """\
schema: payment/1
id: "2026-03-14-nord-7f3a9c21"
customer: nord
received_on: 2026-03-13
"on": 2026-03-14
amount: 95.10
currency: EUR
fee: 0.00
method: transfer
payer_name: Nordwind
payer_iban: DE89370400440532013000
reference: "invoice: 1"
external_id: e-1
policy: oldest due
allocations:
  - invoice: R-1
    kind: payment
    amount: 50.00
    "on": 2026-03-14
    ended_on: 2026-03-20
    reason: mistake
    external_id: e-2
  - invoice: R-2
    amount: 45.10
    "on": 2026-03-15
tags:
  - new
imported:
  source: old
  external_id: x-1
"""
PAYMENT_PATH = "payments/2026/03/2026-03-14-nord-7f3a9c21.yaml"


def invoice(random: Random) -> tuple[str, str]:
    """One whose figures add up, to the cent where half a cent is rounded, in a currency with some decimals or none."""
    currency, places = random.choice((("EUR", 2), ("JPY", 0), ("KWD", 3)))
    unit = 10**places

    def said(minor: int) -> str:
        return f"{minor // unit}.{minor % unit:0{places}d}" if places else str(minor)

    quantity, price = random.randrange(1, 99), random.randrange(1, 9999)
    rate = random.choice((0, 5, 19, 20))
    base = (quantity * price * unit * 2 + 1000) // 2000  # tenths and hundredths
    tax = (base * rate * 2 + 100) // 200
    stamps = random.randrange(1, 500)
    net = base + 3 * stamps
    gross = net + tax
    n = random.randrange(1, 10**6)
    text = INVOICE.format(
        n=n, currency=currency, quantity=f"{quantity // 10}.{quantity % 10}", price=f"{price // 100}.{price % 100:02d}", rate=rate,
        stamps=said(stamps), base=said(base), tax=said(tax), rest=said(gross - stamps), net=said(net), gross=said(gross), seal="0" * 64,
        classification=random.choice(CLASSIFICATIONS),
    )  # fmt: skip
    return f"invoices/2026/03/R-{n}.yaml", text


def assert_law(raw: bytes, path: str) -> bool:
    """What needs no model is what the authority, the checks and the projection come to. Whether it did."""
    found = plain(raw, path)
    if found is None:
        return False
    kind, entity, problems = read_with_authority(raw, path)
    assert kind is not None
    assert not problems
    assert not check_document(kind.name, entity)
    assert found[0] == kind.name
    assert [(TABLES[fact], values) for fact, values in found[1]] == [row_of(fact) for fact in project(kind.name, entity)]
    return True


def without(text: str, random: Random) -> str:
    """The text without some line or other: most fields may be missing."""
    lines = text.split("\n")
    for _ in range(random.randrange(3)):
        del lines[random.randrange(len(lines))]
    return "\n".join(lines)


def fuzz(numbers: Iterable[int]) -> int:
    """How many of so many documents needed no model."""
    held = 0
    for number in numbers:
        random = Random(number)
        path, text = random.choice((random.choice(SEEDS), invoice(random), (PAYMENT_PATH, PAYMENT)))
        held += assert_law(without(text, random).encode() if random.randrange(2) else mutated(text, random), path)
    return held


def test_every_invoice_and_payment_of_ours_is_what_the_checks_and_the_projection_say() -> None:
    held = [assert_law(text.encode(), path) for path, text in SEEDS]
    assert sum(held) > len(held) // 3


def test_each_field_that_may_stand_there_needs_no_model() -> None:
    for number in range(60):
        path, text = invoice(Random(number))
        assert assert_law(text.encode(), path)
    assert assert_law(PAYMENT.encode(), PAYMENT_PATH)
    assert assert_law(PAYMENT.encode(), "payments/2026/03.yaml#2026-03-14-nord-7f3a9c21")


def test_each_form_of_a_classification_needs_no_model() -> None:
    seen = dict.fromkeys(CLASSIFICATIONS, 0)
    for number in range(60):
        path, text = invoice(Random(number))
        seen[max((block for block in CLASSIFICATIONS if block in text), key=len)] += assert_law(text.encode(), path)
    assert all(seen.values())


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("  category: solar\n", "  category: a|b\n"), ("  category: solar\n", "  category: null\n"), ("  category: solar\n", "  cat: x\n"),
        ("  category: solar\n", "  tags:\n"), ("  category: solar\n", "  tags:\n  - low\n"), ("  category: solar\n", "  category: {}\n"),
        ("  category: solar\n", "  tags:\n    - a\n  category: solar\n"), ("  category: solar\n", "  category: solar\n    - a\n"),
    ],
)  # fmt: skip
def test_classification_of_another_form_is_left_to_the_checks(was: str, now: str) -> None:
    path, text = next(each for each in map(invoice, map(Random, range(60))) if CLASSIFICATIONS[1] in each[1])
    assert plain(text.encode(), path) is not None
    assert plain(text.replace(was, now).encode(), path) is None


def test_changed_documents_are_what_the_checks_and_the_projection_say() -> None:
    assert fuzz(range(1000)) > 200


@pytest.mark.long
def test_many_changed_documents_are_what_the_checks_and_the_projection_say() -> None:
    assert fuzz(range(10_000, 60_000)) > 10_000


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("45.10", "45.1"), ("amount: 95.10", "amount: 0.00"), ("received_on: 2026-03-13", "received_on: 2026-03-15"),
        ('"on": 2026-03-15', '"on": 2026-03-13'), ("ended_on: 2026-03-20", "ended_on: 2026-03-13"), ("kind: payment", "kind: discount"),
        ("EUR", "XXX"), ("EUR", "JPY"), ("DE89370400440532013000", "DE88370400440532013000"), ("nord\n", "con\n"), ("-nord-", "-south-"),
        ("method: transfer", "method: a: b"), ("method: transfer", "method: null"), ("method: transfer", 'method: "a\u200bb"'),
        ("  - new", "  - a|b"), ("policy: oldest due", "policy: newest"), ("2026-03-13", "2026-02-30"),
        ("id: x-1\n", "id: x-1\nx:\n  a: b\n"),
    ],
)  # fmt: skip
def test_what_may_be_wrong_is_left_to_the_checks(was: str, now: str) -> None:
    assert was in PAYMENT
    assert plain(PAYMENT.replace(was, now).encode(), PAYMENT_PATH) is None

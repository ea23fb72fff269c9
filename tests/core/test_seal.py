from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billcli.core.seal import CONTENT, UNSEALED, content, digest, hash_of, hashes, seal
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.party import Party
from billcli.model.payment import Payment
from billcli.model.types import Entity
from tests.store.mutations import any_document

INVOICE: dict[str, Any] = {
    "number": "INV-2026-0042",
    "type": "service",
    "customer": "nordwind",
    "issued_on": "2026-03-14",
    "currency": "EUR",
    "terms": "net 30",
    "issued_by": {"name": "Fjord Consulting AS"},
    "issued_to": {"name": "Nördwind 北京", "address": {"city": "Köln", "country": "DE"}},
    "lines": [{"description": "Consulting", "quantity": "12.5", "unit_price": "95.10", "tax": "vat-20"}],
    "taxes": [{"code": "vat-20", "category": "S", "rate": "20", "base": "1188.75", "amount": "237.75"}],
    "instalments": [{"due_on": "2026-04-13", "amount": "1426.50"}],
    "totals": {"net": "1188.75", "tax": "237.75", "gross": "1426.50"},
}
LATER: dict[str, Any] = {
    "seal": "v1:00",
    "void": {"on": "2026-03-15", "reason": "twice"},
    "notes": "called",
    "tags": ["late"],
    "classification": {"category": "b"},
    "x": {"mine": ["1"]},
}
FROZEN: dict[str, Any] = {
    "number": "INV-2026-0043",
    "type": "sales",
    "customer": "sudwind",
    "issued_on": "2026-03-15",
    "currency": "USD",
    "terms": "net 31",
    "reference": "RF73",
    "buyer_reference": "PO-1",
    "contact": "Jörg Thießen",
    "delivered_on": "2026-03-10",
    "service_period": {"begins_on": "2026-03-01", "ends_on": "2026-03-10"},
    "remark": "With thanks",
    "adjustments": [{"kind": "discount", "percent": "5", "amount": "59.44"}],
    "prices": "net",
    "rounding": "document",
    "issued_by": {"name": "Fjord Consulting"},
    "issued_to": {"name": "Nördwind 北京"},
    "lines": [{"description": "Consulting", "quantity": "12.50", "unit_price": "95.10", "tax": "vat-20"}],
    "taxes": [],
    "instalments": [{"due_on": "2026-04-14", "amount": "1426.50"}],
    "discount": {"until": "2026-03-24", "percent": "2"},
    "totals": {"net": "1188.75", "tax": "237.75", "gross": "1426.51"},
    "external_id": "shop-1",
    "imported": {"source": "shop", "external_id": "1"},
}


def test_digest_and_seal_never_change() -> None:
    invoice = Invoice.model_validate(INVOICE)
    assert digest(invoice) == "3dcdd5c33dc68f4137c60fea6d87deb889791a9dfa03672b0884f5dec6f5d897"
    assert content(invoice) == "2805d5b7db4d83056514088d7947ad2782221bd6621a5853affc318e4a11ded4"
    assert seal(digest(invoice), "") == "v1:6747910e188aec4cd033bf08cddd38825218271b61d8082ded6ee9d0b7208741"
    assert seal(digest(invoice), seal("0", "")) != seal(digest(invoice), "")


def by_the_book(entity: Entity, without: frozenset[str]) -> str:
    """The hash as the module's docstring has it, word for word."""

    def plain(value: Any) -> Any:
        match value:
            case dict():
                return {key: plain(each) for key, each in value.items()}
            case list() | tuple():
                return [plain(each) for each in value]
            case Decimal():
                return format(value, "f")
            case date():
                return value.isoformat()
            case _:
                return str(value)

    data = entity.model_dump(exclude_unset=True, exclude_none=True, exclude=set(without))
    text = json.dumps(plain(data), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_digest_and_content_of_every_document_are_the_hashes_of_its_json() -> None:
    entities = [entity for number in range(800) if (entity := any_document(number)) is not None]
    assert len({type(entity) for entity in entities}) > 7
    for entity in entities:
        assert hashes(entity) == (by_the_book(entity, UNSEALED), by_the_book(entity, CONTENT))


def test_equal_parties_of_different_documents_do_not_share_a_hash() -> None:
    for name in ('Fjord "AS"', "Fjord\u0007", "北京", "\U0001f600", "a\\b"):
        party = Party.model_construct(name=name)
        invoice = Invoice.model_validate(INVOICE).model_copy(update={"issued_by": party})
        assert digest(invoice) == by_the_book(invoice, UNSEALED)


def test_digest_can_be_recomputed_from_the_text_of_the_file() -> None:
    text = json.dumps(INVOICE, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert digest(Invoice.model_validate(INVOICE)) == expected
    assert seal(expected, "v1:before") == "v1:" + hashlib.sha256(f"{expected}\nv1:before".encode()).hexdigest()


@pytest.mark.parametrize("field", LATER)
def test_what_may_be_added_later_leaves_the_digest_alone(field: str) -> None:
    added = Invoice.model_validate(INVOICE | {field: LATER[field]})
    assert digest(added) == digest(Invoice.model_validate(INVOICE))
    assert content(added) == content(Invoice.model_validate(INVOICE))


@pytest.mark.parametrize("field", FROZEN)
def test_any_other_change_changes_the_digest(field: str) -> None:
    assert digest(Invoice.model_validate(INVOICE | {field: FROZEN[field]})) != digest(Invoice.model_validate(INVOICE))


def test_every_field_of_an_invoice_is_frozen_or_may_be_added_later() -> None:
    assert set(Invoice.model_fields) == set(FROZEN) | set(LATER)
    assert set(LATER) <= UNSEALED


@pytest.mark.parametrize("field", FROZEN)
def test_content_ignores_number_and_day_and_what_follows_from_them(field: str) -> None:
    same = content(Invoice.model_validate(INVOICE | {field: FROZEN[field]})) == content(Invoice.model_validate(INVOICE))
    assert same is (field in CONTENT)
    assert {"number", "issued_on", "instalments", "reference"} <= CONTENT


def test_document_built_by_code_has_the_digest_of_the_one_read_from_its_file() -> None:
    read = Invoice.model_validate(INVOICE)
    built = Invoice.model_validate(read.model_dump(exclude_unset=True) | {"terms": "net 30", "discount": None})
    assert digest(built) == digest(read)


def test_applications_of_a_credit_note_stand_outside_its_digest() -> None:
    note = {key: INVOICE[key] for key in ("customer", "issued_on", "currency", "issued_by", "issued_to", "lines", "taxes", "totals")}
    note |= {"number": "CN-1", "reason": "returned"}
    applied = note | {"applied": [{"invoice": "INV-1", "amount": "1.00", "on": "2026-03-20"}]}
    assert digest(CreditNote.model_validate(applied)) == digest(CreditNote.model_validate(note))


def test_content_of_a_payment_ignores_its_id_and_book_date_but_not_the_money() -> None:
    payment = {
        "id": "p-1",
        "customer": "nordwind",
        "received_on": "2026-04-17",
        "on": "2026-04-17",
        "amount": "10.00",
        "currency": "EUR",
    }
    same = content(Payment.model_validate(payment))
    assert content(Payment.model_validate(payment | {"id": "p-2", "on": "2026-04-18"})) == same
    assert content(Payment.model_validate(payment | {"reversed": {"on": "2026-04-20", "reason": "bounced"}})) == same
    assert content(Payment.model_validate(payment | {"amount": "10.01"})) != same
    assert content(Payment.model_validate(payment | {"received_on": "2026-04-18"})) != same


def test_hash_is_that_of_the_parts_in_whatever_order() -> None:
    assert hash_of(['"b":"1"', '"a":"2"']) == hash_of(['"a":"2"', '"b":"1"']) == hashlib.sha256(b'{"a":"2","b":"1"}').hexdigest()

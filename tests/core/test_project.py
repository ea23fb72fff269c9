from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

import pytest

from billcli.core.facts import (
    CreditLineFact,
    CreditNoteFact,
    CustomerFact,
    DraftFact,
    Fact,
    InstalmentFact,
    InvoiceFact,
    Name,
    PaymentFact,
    Reference,
    Setting,
    Settlement,
)  # fmt: skip
from billcli.core.project import project
from billcli.model.category import Categories
from billcli.model.credit_note import CreditNote
from billcli.model.customer import Customer
from billcli.model.invoice import Draft, Invoice
from billcli.model.item import Items
from billcli.model.payment import Payment
from billcli.model.settings import Settings

F = TypeVar("F")
PARTIES: dict[str, Any] = {"issued_by": {"name": "Fjord"}, "issued_to": {"name": "Nordwind"}}
LINE: dict[str, Any] = {
    "description": "Work",
    "quantity": "1",
    "unit_price": "100",
    "tax": "vat-20",
    "category": "consulting",
}
TOTALS = {"net": "100.00", "tax": "20.00", "gross": "120.00"}


def invoice(**fields: Any) -> list[Fact]:
    base = {
        "number": "INV-2026-0042", "type": "service", "customer": "nordwind", "issued_on": "2026-03-14",
        "currency": "EUR", **PARTIES,
        "lines": [LINE], "instalments": [{"due_on": "2026-04-13", "amount": "120.00"}], "totals": TOTALS,
    }  # fmt: skip
    return project("invoice", Invoice.model_validate(base | fields))


def credit_note(**fields: Any) -> list[Fact]:
    base = {
        "number": "CN-2026-0001", "customer": "nordwind", "issued_on": "2026-03-20", "currency": "EUR",
        "reason": "returned", **PARTIES,
        "lines": [LINE], "totals": TOTALS,
    }  # fmt: skip
    return project("credit-note", CreditNote.model_validate(base | fields))


def payment(**fields: Any) -> list[Fact]:
    base = {
        "id": "p-1",
        "customer": "nordwind",
        "received_on": "2026-04-17",
        "on": "2026-04-18",
        "amount": "100.00",
        "currency": "EUR",
    }
    return project("payment", Payment.model_validate(base | fields))


def only(kind: type[F], facts: list[Fact]) -> list[F]:
    return [fact for fact in facts if isinstance(fact, kind)]


def use(invoice: str, amount: str, on: str, ended_on: str | None = None) -> dict[str, str]:
    return {"invoice": invoice, "amount": amount, "on": on} | ({"ended_on": ended_on} if ended_on else {})


def test_invoice_gives_its_figures_in_minor_units_and_its_number_split() -> None:
    (fact,) = only(InvoiceFact, invoice())
    assert (fact.net, fact.tax, fact.gross, fact.head, fact.n, fact.lines) == (10000, 2000, 12000, "INV-2026-", 42, 1)
    assert (fact.due_on, fact.parts, fact.imported, fact.voided_on) == (date(2026, 4, 13), 1, 0, None)
    assert only(Settlement, invoice()) == []


def test_invoice_in_a_currency_without_decimals_counts_whole_units() -> None:
    totals = {"net": "100", "tax": "20", "gross": "120"}
    facts = invoice(currency="JPY", totals=totals, instalments=[{"due_on": "2026-04-13", "amount": "120"}])
    assert only(InvoiceFact, facts)[0].gross == 120


def test_only_several_instalments_are_rows_of_their_own() -> None:
    assert only(InstalmentFact, invoice()) == []
    parts = [{"due_on": "2026-04-13", "amount": "60.00"}, {"due_on": "2026-05-13", "amount": "60.00"}]
    facts = invoice(instalments=parts)
    assert [(part.due_on.month, part.amount) for part in only(InstalmentFact, facts)] == [(4, 6000), (5, 6000)]
    assert only(InvoiceFact, facts)[0].parts == 2


def test_void_settles_the_whole_gross_from_its_day_on() -> None:
    facts = invoice(void={"on": "2026-03-16", "reason": "twice"})
    (row,) = only(Settlement, facts)
    day = date(2026, 3, 16)
    assert row == Settlement("INV-2026-0042", "void", 12000, day, day, "invoice", "INV-2026-0042", None, "void.on")
    assert only(InvoiceFact, facts)[0].voided_on == day


@pytest.mark.parametrize(
    ("cut_over", "day"),
    [(None, date(2026, 3, 14)), ("2026-01-01", date(2026, 3, 14)), ("2026-06-30", date(2026, 6, 30))],
)
def test_opening_counts_from_the_cut_over_but_never_before_the_issue(cut_over: str | None, day: date) -> None:
    facts = invoice(imported={"source": "old", "external_id": "7", "settled_before": "50.00", "cut_over": cut_over})
    (row,) = only(Settlement, facts)
    assert row == Settlement("INV-2026-0042", "opening", 5000, day, day, "invoice", "INV-2026-0042", None, "imported.settled_before")
    (fact,) = only(InvoiceFact, facts)
    assert (fact.imported, fact.external_id) == (1, "7")


@pytest.mark.parametrize("settled", [None, "0.00"])
def test_nothing_settled_before_makes_no_row(settled: str | None) -> None:
    assert only(Settlement, invoice(imported={"source": "old", "external_id": "7", "settled_before": settled})) == []


def test_allocation_is_a_row_dated_in_the_books_and_valued_on_the_day_of_the_money() -> None:
    facts = payment(allocations=[use("INV-1", "60.00", "2026-04-18"), use("INV-2", "30.00", "2026-04-20")])
    first, second = only(Settlement, facts)
    assert first == Settlement(
        "INV-1", "payment", 6000, date(2026, 4, 18), date(2026, 4, 17), "payment", "p-1", None, "allocations[0].amount"
    )
    assert (second.invoice, second.place) == ("INV-2", "allocations[1].amount")


def test_ended_allocation_gives_its_amount_back() -> None:
    facts = payment(allocations=[use("INV-1", "60.00", "2026-04-18", "2026-05-02")])
    assert only(Settlement, facts)[0].ended_on == date(2026, 5, 2)


def test_reversed_payment_says_from_which_day() -> None:
    ended = [use("INV-1", "60.00", "2026-04-18", "2026-05-02")]
    (fact,) = only(PaymentFact, payment(allocations=ended, reversed={"on": "2026-05-02", "reason": "bounced"}))
    assert fact.reversed_on == date(2026, 5, 2)


def test_credit_note_applied_is_valued_on_its_day_of_issue() -> None:
    facts = credit_note(applied=[use("INV-1", "60.00", "2026-04-01")])
    assert only(Settlement, facts) == [
        Settlement(
            "INV-1",
            "credit",
            6000,
            date(2026, 4, 1),
            date(2026, 3, 20),
            "credit-note",
            "CN-2026-0001",
            None,
            "applied[0].amount",
        )
    ]
    (fact,) = only(CreditNoteFact, facts)
    assert fact.gross == 12000
    assert (fact.head, fact.n) == ("CN-2026-", 1)


def test_void_credit_note_says_from_which_day() -> None:
    (fact,) = only(CreditNoteFact, credit_note(void={"on": "2026-03-25", "reason": "wrong customer"}))
    assert fact.voided_on == date(2026, 3, 25)


def test_credit_lines_name_the_corrected_invoices_lines() -> None:
    lines = [LINE | {"invoice_line": "2", "quantity": "0.5"}, LINE]
    assert only(CreditLineFact, credit_note(corrects="INV-1", lines=lines)) == [CreditLineFact("CN-2026-0001", "INV-1", 2, "0.5")]
    assert only(CreditLineFact, credit_note(lines=lines)) == []


def test_reference_stands_once_at_its_first_place() -> None:
    lines = [LINE, LINE | {"category": "travel"}, LINE]
    found = only(Reference, invoice(lines=lines, tags=["late", "eu"]))
    assert found == [
        Reference("customer", "nordwind", "customer"),
        Reference("category", "consulting", "lines[0].category"),
        Reference("category", "travel", "lines[1].category"),
        Reference("tag", "late", "tags[0]"),
        Reference("tag", "eu", "tags[1]"),
    ]


def test_credit_note_and_payment_refer_to_the_invoices_they_settle() -> None:
    note = only(Reference, credit_note(corrects="INV-1", applied=[use("INV-2", "1.00", "2026-04-01")]))
    assert [(each.name, each.place) for each in note if each.kind == "invoice"] == [
        ("INV-1", "corrects"),
        ("INV-2", "applied[0].invoice"),
    ]
    paid = only(Reference, payment(allocations=[use("INV-3", "1.00", "2026-04-18")]))
    assert ("INV-3", "allocations[0].invoice") in [(each.name, each.place) for each in paid]


def test_draft_refers_to_tax_and_item_because_nothing_is_frozen_yet() -> None:
    draft = Draft.model_validate({"id": "d-1", "customer": "nordwind", "lines": [LINE | {"item": "hour"}]})
    facts = project("draft", draft)
    assert only(DraftFact, facts) == [DraftFact("d-1", "nordwind", 1, None, None, only(DraftFact, facts)[0].content)]
    assert {each.kind for each in only(Reference, facts)} == {"customer", "category", "tax", "item"}


def test_customer_is_found_by_alias_iban_and_mailbox() -> None:
    customer = Customer.model_validate({
        "id": "nordwind", "name": "Nordwind", "aliases": ["NW"], "ibans": ["NO93 8601 1117 947"], "parent": "group",
        "contacts": [{"role": "billing", "email": "a@b.co"}, {"role": "legal", "name": "B"}], "credit_limit": "5000.00",
        "address": {"country": "DE"}, "groups": {"region": "eu"},
    })  # fmt: skip
    facts = project("customer", customer)
    (fact,) = only(CustomerFact, facts)
    assert fact.also == "NW\nNO9386011117947\na@b.co"
    assert (fact.credit_limit, fact.country, fact.region, fact.size) == ("5000.00", "DE", "eu", None)
    assert only(Reference, facts) == [
        Reference("customer", "group", "parent"),
        Reference("region", "eu", "groups.region"),
    ]


def test_ledger_gives_settings_and_tax_codes_with_the_one_built_in() -> None:
    settings = Settings.model_validate({
        "company": {"name": "Fjord"}, "currency": "EUR", "timezone": "Europe/Oslo", "closed_through": "2026-01-31",
        "tax": "vat-20",
        "sequences": [{"name": "main", "kind": "invoice", "pattern": "INV-{year}-{n}"}],
        "tax_codes": [{"code": "vat-20", "category": "S", "rate": "20"}],
    })  # fmt: skip
    facts = project("ledger", settings)
    assert only(Name, facts) == [Name("tax", "none"), Name("tax", "vat-20")]
    assert Setting("closed_through", "2026-01-31") in facts
    assert Setting("sequence invoice main", "INV-{year}-{n}") in facts
    assert only(Reference, facts) == [Reference("tax", "vat-20", "tax")]


def test_vocabularies_give_names_and_refer_to_tax_codes() -> None:
    categories = Categories.model_validate({
        "groups": {"region": [{"name": "eu", "tax": "vat-20"}]}, "revenue": [{"name": "consulting", "tax": "vat-7"}],
        "tags": [{"name": "late"}],
    })  # fmt: skip
    facts = project("categories", categories)
    assert only(Name, facts) == [Name("region", "eu"), Name("category", "consulting"), Name("tag", "late")]
    assert [each.place for each in only(Reference, facts)] == ["groups.region[0].tax", "revenue[0].tax"]
    item = {"id": "hour", "description": "Hour", "unit_price": "95.10", "tax": "vat-20", "category": "consulting"}
    facts = project("items", Items.model_validate({"items": [item]}))
    assert only(Name, facts) == [Name("item", "hour")]
    assert [each.kind for each in only(Reference, facts)] == ["tax", "category"]

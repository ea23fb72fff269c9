"""In whatever order the files of one set of books are imported, the books come out the same on every day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billcli.core.facts import CreditNoteFact, InvoiceFact, PaymentFact, Settlement
from billcli.core.imports import documents, payments
from billcli.core.imports.accept import Known, accept
from billcli.core.imports.cells import Formats, Row, layout
from billcli.core.imports.issue import Issuing, Rules
from billcli.core.imports.settle import invoiced
from billcli.core.plan import Append, Change, Set
from billcli.core.project import project
from billcli.core.settlement import balance, invoice_changes, lowest, source_changes
from billcli.model.category import Categories
from billcli.model.credit_note import CreditNote
from billcli.model.customer import Customer
from billcli.model.invoice import Invoice
from billcli.model.mapping import ImportMapping
from billcli.model.party import Party
from billcli.model.payment import Payment
from billcli.model.settings import Sequence as Numbers
from billcli.model.settings import Settings

START = date(2026, 1, 1)
DAYS = 16
SETTINGS = Settings(
    company=Party(name="Fjord Consulting AS"), currency="EUR", timezone="Europe/Oslo",
    sequences=tuple(Numbers(name=kind, kind=kind, pattern=kind + "-{n}") for kind in ("invoice", "credit-note")),
)  # fmt: skip
MAPPING = ImportMapping()


def day(n: int) -> date:
    return START + timedelta(days=n)


def text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


@dataclass
class Shelf:
    """A ledger without a disk: documents by path, and what a plan does to them."""

    documents: dict[str, Any] = field(default_factory=dict)

    def facts(self, kind: type[Any]) -> list[Any]:
        words: dict[Any, str] = {Invoice: "invoice", CreditNote: "credit-note", Payment: "payment"}
        return [fact for each in self.documents.values() for fact in project(words[type(each)], each) if isinstance(fact, kind)]

    def change(self, edited: Sequence[Change]) -> None:
        for each in edited:
            note = self.documents[each.path]
            data = note.model_dump(exclude_none=True, exclude_unset=True)
            data["applied"] = [dict(row) for row in data["applied"]]
            for edit in each.edits:
                match edit:
                    case Set(("applied", int(at), str(name)), value):
                        data["applied"][at][name] = value
                    case Append(("applied",), value):
                        data["applied"].append(value)
                    case _:
                        raise AssertionError(edit)
            self.documents[each.path] = CreditNote.model_validate(data)

    def invoices(self, numbers: set[str]) -> dict[str, Any]:
        rows = self.facts(Settlement)
        notes = {fact.number: (fact, f"cn/{fact.number}") for fact in self.facts(CreditNoteFact)}
        return {
            fact.number: invoiced(fact, [row for row in rows if row.invoice == fact.number], notes, None)
            for fact in self.facts(InvoiceFact)
            if fact.number in numbers
        }

    def import_documents(self, rows: Sequence[Mapping[str, str]]) -> None:
        header = Row(1, list(documents.NOUN.fields))
        table = [Row(at, [row.get(name, "") for name in header.cells]) for at, row in enumerate(rows, 2)]
        found, faults = layout(documents.NOUN, header, MAPPING)
        parsed = documents.said_documents(table, [], found, MAPPING, Formats(MAPPING))
        assert not (faults or parsed.faults), parsed.faults
        issuing = Issuing(Rules(SETTINGS, Categories(), day(99), "x", None, False), {"a": Customer(id="a", name="A")}, found.fields)
        wanted = {said.get("corrects") for said in parsed.documents}
        credited: dict[str, int] = {}
        for fact in self.facts(CreditNoteFact):
            credited[fact.corrects] = credited.get(fact.corrects, 0) + fact.gross
        none: dict[str, Any] = {"invoice": {}, "credit-note": {}}
        accepted = accept(parsed.documents, issuing, Known(none, none, none, self.invoices(wanted), credited, ["a"]))
        assert not accepted.faults, accepted.faults
        self.documents |= {f"inv/{each.number}": each for each in accepted.invoices}
        self.documents |= {f"cn/{each.number}": each for each in accepted.credit_notes}
        self.change(accepted.edited)

    def import_payments(self, rows: Sequence[Mapping[str, str]]) -> None:
        header = Row(1, list(payments.NOUN.fields))
        table = [Row(at, [row.get(name, "") for name in header.cells]) for at, row in enumerate(rows, 2)]
        found, faults = layout(payments.NOUN, header, MAPPING)
        parsed = payments.said_payments(table, [], found, MAPPING, Formats(MAPPING))
        assert not (faults or parsed.faults), parsed.faults
        invoices = self.invoices({wish.invoice for said in parsed.payments for wish in said.wishes})
        rules = payments.PaymentRules(SETTINGS, day(99), "x", {"a": "EUR"}, {"a": frozenset("a")}, invoices)
        done = payments.allocate_all(parsed.payments, rules, set())
        assert not done.faults, done.faults
        self.documents |= {f"pay/{each.id}": each for each in done.payments}
        self.change(done.edited)

    def balances(self) -> dict[str, list[int]]:
        """What is open or free of each document on each day; never below zero, and of an invoice never above its gross."""
        rows = self.facts(Settlement)
        changes = {}
        for fact in self.facts(InvoiceFact):
            changes[fact.number] = invoice_changes(fact.issued_on, fact.gross, [row for row in rows if row.invoice == fact.number])
        for fact in self.facts(CreditNoteFact):
            changes[fact.number] = source_changes(fact.issued_on, fact.gross, [row for row in rows if row.source == fact.number])
        for fact in self.facts(PaymentFact):
            mine = [row for row in rows if row.source == fact.id]
            changes[str(fact.external_id)] = source_changes(fact.booked_on, fact.amount, mine)
        assert all(lowest(each)[0] == 0 for each in changes.values())
        return {name: [balance(each, day(n)) for n in range(DAYS)] for name, each in sorted(changes.items())}


File = tuple[str, list[dict[str, str]]]


@st.composite
def files(draw: st.DrawFn) -> tuple[list[dict[str, str]], list[File]]:
    """Invoices, and files of credit notes and payments that stay within them.

    Payments that take what fits stand in one file: what fits depends on who comes first, and within a file the day of the money decides.
    """
    days = st.integers(min_value=0, max_value=DAYS - 2)
    invoices, notes, named, fitting = [], [], [], []
    for i in range(draw(st.integers(1, 3))):
        issued, gross = draw(days), draw(st.integers(1, 60))
        head = {"customer": "a", "currency": "EUR"}
        invoices.append({**head, "number": f"I{i}", "kind": "invoice", "issued_on": str(day(issued)), "gross": text(gross)})
        left = gross
        for n in range(draw(st.integers(0, 3))):
            amount = draw(st.integers(0, left))
            if amount:
                left -= amount
                on = draw(st.integers(issued, DAYS - 1))
                notes.append({**head, "number": f"C{i}{n}", "kind": "credit-note", "issued_on": str(day(on)), "gross": text(amount),
                              "corrects": f"I{i}"})  # fmt: skip
        left = gross
        for n in range(draw(st.integers(0, 3))):
            paid = draw(st.integers(1, 80))
            used = draw(st.none() | st.integers(1, max(1, min(left, paid)))) if left else None
            row = {**head, "external_id": f"P{i}{n}", "received_on": str(day(draw(days))), "amount": text(paid), "invoice": f"I{i}"}
            if used is None:
                fitting.append(row)
            else:
                left -= used
                named.append({**row, "allocated": text(used)})
    cut = draw(st.integers(0, len(notes)))
    found: list[File] = [("documents", notes[:cut]), ("documents", notes[cut:])]
    if fitting:
        found.append(("payments", named + fitting))
    else:
        cut = draw(st.integers(0, len(named)))
        found += [("payments", named[:cut]), ("payments", named[cut:])]
    return invoices, [(kind, rows) for kind, rows in found if rows]


def imported(invoices: list[dict[str, str]], order: Sequence[File]) -> dict[str, list[int]]:
    shelf = Shelf()
    shelf.import_documents(invoices)
    for kind, rows in order:
        (shelf.import_documents if kind == "documents" else shelf.import_payments)(rows)
    return shelf.balances()


@given(files(), st.data())
def test_order_of_files_never_matters(found: tuple[list[dict[str, str]], list[File]], data: st.DataObject) -> None:
    invoices, rest = found
    one, other = imported(invoices, rest), imported(invoices, data.draw(st.permutations(rest)))
    assert one == other


@given(files(), st.data())
def test_order_of_rows_never_matters(found: tuple[list[dict[str, str]], list[File]], data: st.DataObject) -> None:
    invoices, rest = found
    mixed = [(kind, data.draw(st.permutations(rows))) for kind, rows in rest]
    assert imported(invoices, rest) == imported(data.draw(st.permutations(invoices)), mixed)


NOTE = {"number": "C", "kind": "credit-note", "customer": "a", "issued_on": "2026-01-10", "gross": "30.00", "corrects": "I"}
INVOICE = {"number": "I", "kind": "invoice", "customer": "a", "issued_on": "2026-01-01", "gross": "100.00"}
PAYMENT = {"external_id": "P", "customer": "a", "received_on": "2026-01-05", "amount": "100.00", "invoice": "I"}


def test_payment_takes_back_what_a_later_credit_note_was_given_and_it_becomes_credit() -> None:
    shelf = Shelf()
    shelf.import_documents([INVOICE, NOTE])
    assert shelf.balances()["I"][8:10] == [10000, 7000]
    shelf.import_payments([PAYMENT])
    found = shelf.balances()
    assert found["I"][3:] == [10000] + [0] * 12
    assert found["C"][8:10] == [0, 3000]
    (row,) = shelf.documents["cn/C"].applied
    assert (row.on, row.ended_on, row.reason) == (day(9), day(9), "made room for x")


def test_credit_note_keeps_what_the_payment_leaves() -> None:
    shelf = Shelf()
    shelf.import_documents([INVOICE, NOTE])
    shelf.import_payments([{**PAYMENT, "amount": "80.00"}])
    first, second = shelf.documents["cn/C"].applied
    assert (str(first.amount), first.ended_on) == ("30.00", day(9))
    assert (str(second.amount), second.on, second.ended_on) == ("20.00", day(9), None)
    assert shelf.balances()["C"][9:] == [1000] * 7


def test_earlier_credit_note_of_a_later_file_comes_first() -> None:
    shelf = Shelf()
    shelf.import_documents([INVOICE])
    shelf.import_payments([{**PAYMENT, "amount": "60.00"}])
    shelf.import_documents([NOTE])
    shelf.import_documents([{**NOTE, "number": "B", "issued_on": "2026-01-08"}])
    found = shelf.balances()
    assert (found["B"][-1], found["C"][-1], found["I"][-1]) == (0, 2000, 0)

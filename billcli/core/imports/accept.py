"""Which of the documents that a table says go into the books, which are there already, and what speaks against the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.imports.cells import Fault, Hints
from billcli.core.imports.documents import SaidDocument
from billcli.core.imports.issue import Issuing
from billcli.core.imports.settle import Claim, Invoiced, moved, shares
from billcli.core.plan import Change as Edited
from billcli.core.project import project
from billcli.core.rows import row_data
from billcli.core.settlement import invoice_changes
from billcli.model.credit_note import Application, CreditNote
from billcli.model.invoice import Invoice
from billcli.model.money import Money
from billcli.model.sequence import split_number
from billcli.model.values import quoted

_NO_CUSTOMER = "import customers first, or let a mapping create_customers"


class Issued(NamedTuple):
    """The numbers of one head that bill gave itself."""

    first: int
    last: str


class Known(NamedTuple):
    """What the books hold of the names in the table; numbers in ``taken`` without case, by kind."""

    taken: Mapping[str, Mapping[str, str]]
    external: Mapping[str, Mapping[str, str]]
    issued: Mapping[str, Mapping[str, Issued]]
    targets: Mapping[str, Invoiced]
    credited: Mapping[str, int]
    customers: Sequence[str]


class Accepted(NamedTuple):
    """``there`` are documents whose number is in the books; whether they say the same is still to be compared."""

    invoices: list[Invoice]
    credit_notes: list[CreditNote]
    edited: list[Edited]
    there: list[SaidDocument]
    faults: list[Fault]


def accept(documents: Sequence[SaidDocument], issuing: Issuing, known: Known) -> Accepted:
    """Makes every document that is new and has nothing against it."""
    invoices: list[Invoice] = []
    notes: list[tuple[SaidDocument, CreditNote]] = []
    there: list[SaidDocument] = []
    faults: list[Fault] = []
    external: dict[tuple[str, str], SaidDocument] = {}
    hints = Hints(known.customers, _NO_CUSTOMER)
    for said in documents:
        found = _names(said, issuing, known, external, hints)
        if found is None:
            there.append(said)
            continue
        entity, more = (None, found + issuing.against(said)) if found else issuing.document(said)
        faults += more
        if isinstance(entity, Invoice):
            invoices.append(entity)
        elif entity is not None:
            notes.append((said, entity))
    targets = {**known.targets, **_new_targets(invoices, {said.get("corrects") for said, _ in notes})}
    good = _within_caps(notes, targets, known, faults)
    made, edited = _applied(good, targets, issuing.rules.source)
    return Accepted(invoices, made, edited, there, faults)


def also_wrong(faulty: Sequence[SaidDocument], issuing: Issuing, known: Known) -> list[Fault]:
    """What else speaks against documents that have a fault already, so that all of it is told at once."""
    faults: list[Fault] = []
    external: dict[tuple[str, str], SaidDocument] = {}
    hints = Hints(known.customers, _NO_CUSTOMER)
    for said in faulty:
        faults += _names(said, issuing, known, external, hints) or []
        faults += issuing.against(said)
    return faults


def _names(
    said: SaidDocument, issuing: Issuing, known: Known, external: dict[tuple[str, str], SaidDocument], hints: Hints
) -> list[Fault] | None:
    """Faults of a document's number, external id and customer; None where the number is in the books."""
    faults = []
    if (number := known.taken[said.kind].get(said.number.casefold())) is not None:
        if number == said.number:
            return None
        message = f"{quoted(said.number)} is there already as {quoted(number)}"
        faults.append(said.fault("number", "E402", message, "numbers that differ only by case are one file on some machines"))
    if (number := known.external[said.kind].get(said.external_id)) is not None:
        message = f"the external id {quoted(said.external_id)} belongs to {number} already"
        faults.append(said.fault("external_id", "E409", message, f'look at it: "bill show {number}"'))
    other = external.setdefault((said.kind, said.external_id), said)
    if other is not said:
        message = f"the external id {quoted(said.external_id)} stands on line {other.rows[0].line} too"
        faults.append(said.fault("external_id", "E409", message, "each document has one of its own"))
    split = split_number(said.number)
    own = known.issued[said.kind].get(split.head)
    if own is not None and split.n is not None and split.n >= own.first:
        message = f"{quoted(said.number)} lies among the numbers that bill gives itself: {own.last} is the last so far"
        faults.append(said.fault("number", "E706", message, "import older numbers, or change the sequence in ledger.yaml first"))
    customer = said.get("customer")
    if customer is not None and customer not in issuing.customers:
        faults.append(said.fault("customer", "E204", f"the customer {quoted(customer)} does not exist", hints.of(customer)))
    return faults


def _new_targets(invoices: Sequence[Invoice], wanted: set[Any]) -> dict[str, Invoiced]:
    found = {}
    for invoice in invoices:
        if invoice.number in wanted:
            facts = project("invoice", invoice)
            fact = next(each for each in facts if isinstance(each, InvoiceFact))
            found[invoice.number] = Invoiced(fact, [each for each in facts if isinstance(each, Settlement)], [])
    return found


def _within_caps(
    notes: Sequence[tuple[SaidDocument, CreditNote]], targets: Mapping[str, Invoiced], known: Known, faults: list[Fault]
) -> list[CreditNote]:
    """The credit notes that stay within what they correct, earlier ones first."""
    credited = dict(known.credited)
    good = []
    for said, note in sorted(notes, key=lambda each: (each[1].issued_on, each[1].number)):
        target = targets.get(note.corrects) if note.corrects else None
        if note.corrects and target is None:
            hint = "it may be a bad row too; leave corrects empty where the invoice is not imported"
            faults.append(said.fault("corrects", "E305", f"the invoice {quoted(note.corrects)} does not exist", hint))
            continue
        if target is not None:
            if fault := _against(said, note, target.fact, credited.get(target.fact.number, 0)):
                faults.append(fault)
                continue
            credited[target.fact.number] = credited.get(target.fact.number, 0) + _gross(note)
        good.append(note)
    return good


def _against(said: SaidDocument, note: CreditNote, invoice: InvoiceFact, before: int) -> Fault | None:
    if invoice.customer != note.customer:
        message = f"{invoice.number} belongs to {invoice.customer}, the credit note to {note.customer}"
        return said.fault("corrects", "E308", message, "a credit note goes to whom the invoice went")
    if invoice.currency != note.currency:
        message = f"{invoice.number} is in {invoice.currency}, the credit note in {note.currency}"
        return said.fault("corrects", "E309", message, "currencies never mix")
    if invoice.voided_on:
        return said.fault("corrects", "E305", f"{invoice.number} is void", "nothing is left to credit")
    if note.issued_on < invoice.issued_on:
        message = f"{invoice.number} was issued on {invoice.issued_on}, after {note.issued_on}"
        return said.fault("issued_on", "E504", message, "check both days, and which invoice it corrects")
    left = invoice.gross - before
    if _gross(note) > left:
        message = f"{note.totals.gross} is more than can still be credited on {invoice.number}: {Money(left, invoice.currency)}"
        return said.fault("gross", "E503", message, "all credit notes together are at most the invoice")
    return None


def _gross(note: CreditNote) -> int:
    return Money.of(note.totals.gross, note.currency).minor


def _applied(notes: Sequence[CreditNote], targets: Mapping[str, Invoiced], source: str) -> tuple[list[CreditNote], list[Edited]]:
    """Credit notes with what they take of their invoices, and the edits of earlier imported ones that make room."""
    by_invoice: dict[str, list[CreditNote]] = {}
    for note in notes:
        if note.corrects:
            by_invoice.setdefault(note.corrects, []).append(note)
    used: dict[str, int] = {}
    edited: list[Edited] = []
    for number, here in by_invoice.items():
        target = targets[number]
        changes = invoice_changes(target.fact.issued_on, target.fact.gross, target.stay)
        given, kept = shares(target, changes, [Claim(note.number, note.issued_on, _gross(note)) for note in here])
        used |= given
        edited += moved(kept, target.fact, source)
    made = []
    for note in notes:
        if amount := used.get(note.number, 0):
            assert note.corrects
            row = row_data(note.corrects, "credit", amount, note.issued_on, note.currency)
            note = note.model_copy(update={"applied": (Application.model_validate(row),)})
        made.append(note)
    return made, edited


def external_ids(documents: Sequence[SaidDocument], kind: str) -> list[str]:
    return [said.external_id for said in documents if said.kind == kind]


def numbers(documents: Sequence[SaidDocument], kind: str) -> list[str]:
    return [said.number for said in documents if said.kind == kind]

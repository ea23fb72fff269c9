"""``invoice import``: invoices and credit notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billcli.app.books import Books
from billcli.app.imports.customers import creates, customers_of, relied_on
from billcli.app.imports.file import Import, ImportOptions, Outcome, counted, first_lines, prepare
from billcli.core import seal
from billcli.core.document import document_data, path_of
from billcli.core.imports import documents as rules
from billcli.core.imports.accept import Accepted, Known, accept, also_wrong, external_ids, numbers
from billcli.core.imports.cells import Fault
from billcli.core.imports.issue import CUT_OVER_HINT, SETTLED_WITHOUT_DAY, Issuing, Rules, differences
from billcli.core.imports.settle import Invoiced, invoiced
from billcli.core.plan import Create
from billcli.errors import UsageError
from billcli.index import find, import_queries, queries
from billcli.model.credit_note import CreditNote
from billcli.model.invoice import Invoice
from billcli.model.money import Money
from billcli.model.sequence import split_number


def prepare_documents(options: ImportOptions) -> Import:
    """Invoices and credit notes from a table. Raises ``BillError``.

    What an exported list calls open is of the day of the export; it is read where ``cut_over`` says that the books begin there.
    """
    noun = rules.NOUN._replace(beside={}) if options.cut_over else rules.NOUN
    return prepare(noun, options, "invoice import", _make)


def _make(books: Books, this: Import) -> Outcome:
    if this.options.cut_over and this.options.cut_over > books.today:
        raise UsageError(f"--cut-over {this.options.cut_over} is in the future")
    if this.parsed is None:
        this.parsed = rules.said_documents(this.watched(), this.table.odd, this.layout, this.mapping, this.formats)
    parsed: rules.Parsed = this.parsed
    faults = [*parsed.faults, *_without_cut_over(parsed.documents, this)]
    said = [*parsed.documents, *parsed.faulty]
    there, new, more, warnings = customers_of(books, this, said)
    faults += more
    good = this.without(parsed.documents, faults, parsed.rows_of)
    settings = books.settings()
    held = Rules(settings, books.categories(), books.today, this.source, this.options.cut_over, this.mapping.allow_zero_totals)
    issuing = Issuing(held, {**there, **new}, this.layout.fields)
    known = _known(books, said, settings.closed_through)
    accepted = accept(good, issuing, known)
    faults += also_wrong(parsed.faulty, issuing, known)
    different = _different(books, accepted.there, issuing)
    faults += [*accepted.faults, *different]
    every: list[Invoice | CreditNote] = [*accepted.invoices, *accepted.credit_notes]
    used = {each.customer for each in every}
    customers = [each for name, each in new.items() if name in used]
    corrected = [each.corrects for each in accepted.credit_notes if each.corrects]
    relies_on = [path_of("customers", name) for name in sorted(used & set(there))]
    relies_on += find.paths(books.index, "invoice", corrected).values()
    counts = {
        "documents": len(accepted.invoices) + len(accepted.credit_notes), "invoices": len(accepted.invoices),
        "credit_notes": len(accepted.credit_notes), "customers": len(customers), "already_there": len(accepted.there) - len(different),
    }  # fmt: skip
    totals = {"invoices": sums_of(accepted.invoices), "credit_notes": sums_of(accepted.credit_notes)}
    made = [*_creates(accepted.invoices, rules.INVOICE), *_creates(accepted.credit_notes, rules.CREDIT_NOTE)]
    return Outcome(
        [*creates(customers), *made, *accepted.edited],
        _summary(this, accepted, counts, totals),
        counts,
        totals,
        relied_on(books, relies_on),
        [*warnings, *_beyond(books, accepted.invoices)],
        faults,
        parsed.rows_of,
    )


def _without_cut_over(documents: Iterable[rules.SaidDocument], this: Import) -> list[Fault]:
    """What was settled before counts from the day the old books were closed, so that day must be said."""
    if this.options.cut_over is not None:
        return []
    return [said.fault("settled_before", "E202", SETTLED_WITHOUT_DAY, CUT_OVER_HINT) for said in documents if said.get("settled_before")]


def _known(books: Books, documents: Sequence[rules.SaidDocument], closed_through: Any) -> Known:
    """What the books hold of all names in the table, asked at once."""
    index = books.index
    taken, external, issued = {}, {}, {}
    for kind in (rules.INVOICE, rules.CREDIT_NOTE):
        named = numbers(documents, kind)
        taken[kind] = find.taken(index, kind, named)
        found = find.by_external_id(index, kind, external_ids(documents, kind))
        external[kind] = {external_id: number for external_id, (number, _) in found.items()}
        issued[kind] = import_queries.issued(index, kind, list({split_number(number).head for number in named}))
    corrected = [said.get("corrects") for said in documents if said.get("corrects")]
    return Known(
        taken,
        external,
        issued,
        invoiced_of(books, corrected, closed_through),
        import_queries.credited(index, corrected),
        find.keys(index, "customer"),
    )


def invoiced_of(books: Books, wanted: Iterable[str], closed_through: Any) -> dict[str, Invoiced]:
    """These invoices with the rows on them, those apart that imported credit notes would give up."""
    facts = queries.invoices(books.index, list(dict.fromkeys(wanted)))
    rows = queries.settlements_of(books.index, list(facts))
    sources = {row.source for found in rows.values() for row in found if row.source_kind == "credit-note"}
    notes = import_queries.credit_notes(books.index, sorted(sources))
    return {number: invoiced(fact, rows[number], notes, closed_through) for number, fact in facts.items()}


def _different(books: Books, there: Sequence[rules.SaidDocument], issuing: Issuing) -> list[Fault]:
    """A fault for each document whose number is in the books with another content."""
    faults = []
    notes = import_queries.credit_notes(books.index, numbers(there, rules.CREDIT_NOTE))
    stored: dict[str, dict[str, Any]] = {
        rules.INVOICE: {**queries.invoices(books.index, numbers(there, rules.INVOICE))},
        rules.CREDIT_NOTE: {number: fact for number, (fact, _) in notes.items()},
    }
    for said in there:
        fact = stored[said.kind][said.number]
        if "external_id" in said.head and said.external_id not in (fact.external_id, said.number):
            found = [f"external_id is {fact.external_id} there"]
        elif _same(said, fact, issuing):
            continue
        else:
            there_now = books.invoice(said.number) if said.kind == rules.INVOICE else books.credit_note(said.number)
            found = differences(there_now, said, issuing.rules.cut_over)
        if found:
            message = f"{said.number} is there already and says something else: {', '.join(found)}"
            faults.append(said.fault("number", "E705", message, f'look at it: "bill show {said.number}"'))
    return faults


def _same(said: rules.SaidDocument, fact: Any, issuing: Issuing) -> bool:
    """Whether the rows would make the very document that is there, source and all; if not, what they say has to be compared."""
    if said.get("customer") not in issuing.customers:
        return False
    made, _ = issuing.document(said)
    return made is not None and seal.digest(made) == fact.digest


def _creates(documents: Iterable[Invoice | CreditNote], kind: str) -> list[Create]:
    folder = {rules.INVOICE: "invoices", rules.CREDIT_NOTE: "credit-notes"}[kind]
    return [Create(path_of(folder, each.number, each.issued_on), kind, document_data(each)) for each in documents]


def _beyond(books: Books, invoices: Iterable[Invoice]) -> list[str]:
    """Which credit limits these invoices exceed, with what is open of each."""
    from billcli.app.credit_limit import beyond_by

    open_ = []
    for each in invoices:
        before = each.imported.settled_before if each.imported else None
        left = Money.of(each.totals.gross, each.currency).minor - (Money.of(before, each.currency).minor if before else 0)
        open_.append((each.customer, each.currency, left))
    return beyond_by(books, open_) if open_ else []


def sums_of(documents: Iterable[Invoice | CreditNote]) -> dict[str, str]:
    """Gross by currency."""
    sums: dict[str, int] = {}
    for each in documents:
        sums[each.currency] = sums.get(each.currency, 0) + Money.of(each.totals.gross, each.currency).minor
    return {currency: Money(amount, currency).text() for currency, amount in sorted(sums.items())}


def _settled(invoices: Iterable[Invoice]) -> dict[str, str]:
    """What was settled in the old books, by currency."""
    sums: dict[str, int] = {}
    for each in invoices:
        if each.imported and (amount := each.imported.settled_before):
            sums[each.currency] = sums.get(each.currency, 0) + Money.of(amount, each.currency).minor
    return {currency: Money(amount, currency).text() for currency, amount in sorted(sums.items())}


def _summary(this: Import, accepted: Accepted, counts: Mapping[str, int], totals: Mapping[str, Mapping[str, str]]) -> list[str]:
    lines = []
    if counts["documents"]:
        invoices, notes = counted(counts["invoices"], "invoice", "invoices"), counted(counts["credit_notes"], "credit note", "credit notes")
        both = [words for words, key in ((invoices, "invoices"), (notes, "credit_notes")) if counts[key]]
        lines.append(f"{' and '.join(both)} of {this.source}")
        lines += [f"{word} {amount} {currency}" for word, key in (("invoices", "invoices"), ("credit notes", "credit_notes"))
                  for currency, amount in totals[key].items()]  # fmt: skip
        lines += [
            f"settled before {this.options.cut_over}: {amount} {currency}" for currency, amount in _settled(accepted.invoices).items()
        ]
    if counts["customers"]:
        lines.append(f"with {counted(counts['customers'], 'new customer', 'new customers')}")
    if accepted.edited:
        lines.append(f"{counted(len(accepted.edited), 'earlier credit note makes', 'earlier credit notes make')} room")
    if counts["already_there"]:
        lines.append(f"{counts['already_there']} already there")
    every: list[Invoice | CreditNote] = [*accepted.invoices, *accepted.credit_notes]
    shown = sorted(every, key=lambda each: (each.issued_on, each.number))
    return lines + first_lines([f"{each.number}  {each.issued_on}  {each.customer}  {each.totals.gross} {each.currency}" for each in shown])

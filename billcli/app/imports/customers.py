"""``customer import``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from billcli.app.books import Books
from billcli.app.imports.file import Import, ImportOptions, Outcome, counted, first_lines, prepare
from billcli.core.document import document_data, path_of
from billcli.core.imports import customers as rules
from billcli.core.imports.cells import Fault
from billcli.core.plan import Create
from billcli.core.tags import refusal
from billcli.errors import UsageError
from billcli.index import dimension_queries, queries
from billcli.model.customer import Customer


def prepare_customers(options: ImportOptions) -> Import:
    """Customers from a table. Raises ``BillError``."""
    found = prepare(rules.NOUN, options, "customer import", _make)
    if found.mapping.create_customers is not None:
        raise UsageError("create_customers: belongs to tables of documents", "under fields: stand the customers' own columns")
    return found


def _make(books: Books, this: Import) -> Outcome:
    words = words_of(books)
    facts = queries.customers(books.index)
    said: list[rules.SaidCustomer] = []
    faults: list[Fault] = []
    for row in this.watched():
        each, found = rules.said_customer(row, this.layout.fields, this.formats, this.mapping.lists, words)
        faults += found
        if not found:
            said.append(each)
    wanted = {each.id.casefold() for each in said}
    there = {fact.id.casefold(): books.customer(fact.id) for fact in facts if fact.id.casefold() in wanted}
    new, known, more, warnings = rules.check_customers(said, there, {fact.id: fact.parent for fact in facts})
    made = [rules.customer_entity(each.values, words.currency) for each in new]
    summary = [counted(len(made), "customer", "customers") + f" of {this.source}"] if made or not known else []
    summary += first_lines([f"{each.id}: {each.name}" for each in made])
    if known:
        summary.append(f"{len(known)} already there")
    return Outcome(
        creates(made), summary, {"customers": len(made), "already_there": len(known)}, {}, relied_on(books, []),
        warnings, [*this.table.odd, *faults, *more], {},
    )  # fmt: skip


def words_of(books: Books) -> rules.Words:
    tags = dimension_queries.tags(books.index)
    refused = {each.name: why for each in tags if (why := refusal(each, "customer", books.today))}
    return rules.Words(books.declared(), queries.settings(books.index)["currency"], refused)


def creates(customers: Iterable[Customer]) -> list[Create]:
    return [Create(path_of("customers", each.id), "customer", document_data(each)) for each in customers]


def relied_on(books: Books, also: Iterable[str]) -> list[str]:
    """The files that every import is computed from, and those it names itself; only what is there."""
    wanted = ["ledger.yaml", "categories.yaml", *also]
    there = queries.hashes(books.index, wanted)
    return [path for path in dict.fromkeys(wanted) if path in there]


class Named(NamedTuple):
    """The customers that documents name: those that are there, those the mapping makes, what speaks against rows, and warnings."""

    there: dict[str, Customer]
    new: dict[str, Customer]
    faults: list[Fault]
    warnings: list[str]


def customers_of(books: Books, this: Import, documents: Sequence[Any]) -> Named:
    """Reads each customer that is there once, and makes the others where the mapping says so."""
    facts = {fact.id: fact for fact in queries.customers(books.index)}
    documents = [document for document in documents if "customer" in document.head]
    ids = {document.get("customer") for document in documents}
    there = {name: books.customer(name) for name in sorted(ids & set(facts))}
    creates, unnamed = this.layout.creates, this.layout.unnamed
    if creates is None or unnamed is None:
        return Named(there, {}, [], [])
    source = (this.mapping.fields or {}).get("customer")
    words = words_of(books)
    making = rules.Making(creates, unnamed, bool(source and source.make_id), this.formats, this.mapping.lists, words)
    made = rules.made_customers(documents, making, {name.casefold(): fact for name, fact in facts.items()})
    new = {name: rules.customer_entity(each.values, words.currency) for name, each in made.customers.items()}
    return Named(there, new, made.faults, made.warnings)

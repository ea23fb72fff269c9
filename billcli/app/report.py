"""Use cases of reports: facts from the index, decisions from ``core``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import starmap
from typing import TYPE_CHECKING

from billcli.app.books import Books
from billcli.app.hold_state import live_plans
from billcli.app.open_parts import parts_of
from billcli.core import aging
from billcli.core.report import Report
from billcli.errors import BillError, UsageError
from billcli.index import balances, queries
from billcli.model.category_names import DIMENSIONS
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.dimensions import Facets
    from billcli.core.dimensions import Dimension
    from billcli.core.facts import OpenInvoice
    from billcli.core.instalments import Agreed
    from billcli.core.where import Value, Where


def aging_report(books: Books, as_of: date, by: Sequence[str], basis: str, where: str | None = None) -> Report:
    """Who owes what on that day, and the proof that the report adds up to the books.

    ``by`` are dimensions, or ``customer`` or ``invoice`` alone.
    """
    if basis not in ("due", "issued", "original"):
        raise UsageError(f"--basis: {quoted(basis)} is not a basis", "use due, issued or original")
    wanted = tuple(by) or ("customer",)
    if "invoice" in wanted and len(wanted) > 1:
        raise UsageError("--by invoice goes with no other --by", "a row per invoice stands for nothing else")
    plans = live_plans(books, as_of)
    if where is not None or any(each not in ("customer", "invoice", *DIMENSIONS) for each in wanted):
        return _narrowed(books, as_of, wanted, basis, where, plans)
    alone: list[aging.OpenSum] = []
    if wanted == ("invoice",):
        invoices = balances.open_invoices(books.index, as_of)
    else:
        starts = aging.bucket_starts(as_of)
        alone = [*starmap(aging.OpenSum, balances.open_sums(books.index, as_of, plans, starts, issued=basis == "issued"))]
        invoices = balances.open_apart(books.index, as_of, plans)
    parts = parts_of(books, invoices, as_of, plans, basis)
    notes = _proved(books, as_of, [*alone, *parts], [*alone, *invoices])
    if wanted == ("invoice",):
        return aging.aging_by_invoice(parts, as_of, notes)
    unapplied = balances.unapplied(books.index, as_of)
    sums = [*alone, *aging.sums(parts)]
    if wanted == ("customer",):
        named = {customer: (customer, name or "") for customer, name in queries.customers_by(books.index, "name")}
        return aging.aging_by_group(sums, unapplied, as_of, "customer", named, notes)
    from billcli.app.dimensions import facets
    from billcli.core.dimensions import parse_dimensions

    dimensions = parse_dimensions(wanted)
    found = facets(books, wanted, as_of, ())
    groups = {
        customer: _of_customer(found, customer, dimensions)
        for customer in {*(each.customer for each in sums), *(each.customer for each in unapplied)}
    }
    grouped = ((groups[each.customer], each) for each in sums)
    return aging.aging_by_groups(
        grouped, ((groups[each.customer], each.currency, each.amount) for each in unapplied), as_of, _keys(dimensions), notes
    )


def _proved(
    books: Books, as_of: date, parts: Iterable[aging.OpenPart | aging.OpenSum], invoices: Iterable[OpenInvoice | aging.OpenSum]
) -> tuple[str, ...]:
    """The proof of everything, before anything is left out. Raises ``BillError`` where it fails."""
    proofs = aging.proofs(parts, invoices, balances.control_totals(books.index, as_of))
    broken = [proof.line().replace(" = ", " ≠ ", 1) for proof in proofs if not proof.holds]
    if broken:
        raise BillError("the report does not add up to the books: " + "; ".join(broken), '"bill check" looks for the reason')
    return tuple(proof.line() for proof in proofs) or (f"nothing was open on {as_of}",)


def _narrowed(books: Books, as_of: date, by: tuple[str, ...], basis: str, where: str | None, plans: Mapping[str, Agreed]) -> Report:
    """By dimensions of documents, or of what ``--where`` lets through: invoice by invoice.

    Unapplied credit is its customer's: it stands under no group of documents, and is left out where one is asked for.
    """
    from billcli.app.dimensions import facets, where_of
    from billcli.core.dimensions import ALL, DIMENSIONS_OF_CUSTOMERS, parse_dimensions
    from billcli.core.where import DAY, NUMBER, TEXT

    fields = {
        **dict.fromkeys((*ALL, "number"), TEXT), **dict.fromkeys(("open", "gross", "days_overdue"), NUMBER),
        **dict.fromkeys(("issued_on", "due_on"), DAY),
    }  # fmt: skip
    dimensions = () if by == ("invoice",) else parse_dimensions(by)
    asked = where_of(books, where, fields) if where is not None else None
    invoices = balances.open_invoices(books.index, as_of)
    parts = parts_of(books, invoices, as_of, plans, basis)
    notes = _proved(books, as_of, parts, invoices)
    names = {each.name for each in dimensions} | (asked.names if asked else frozenset())
    found = facets(books, names & {*ALL}, as_of, ("invoice",))
    unapplied = [*balances.unapplied(books.index, as_of)]
    if asked:
        of_customers = asked.only((*DIMENSIONS_OF_CUSTOMERS, "tag", "currency"))
        about_documents = asked.names - {*DIMENSIONS_OF_CUSTOMERS, "tag", "currency"}
        wholes = {each.number: each for each in invoices}
        parts = [each for each in parts if asked.matches(lambda name, each=each: _said(found, each, wholes[each.number], name))]  # type: ignore[misc]
        unapplied = [] if about_documents else [each for each in unapplied if _is_meant(of_customers, found, each)]
        notes = tuple(f"of all: {each}" for each in notes)
        if about_documents:
            notes = (*notes, "unapplied credit belongs to no invoice and is left out")
    if by == ("invoice",):
        return aging.aging_by_invoice(parts, as_of, notes)
    if by == ("customer",):
        named = {customer: (customer, name or "") for customer, name in queries.customers_by(books.index, "name")}
        return aging.aging_by_group(aging.sums(parts), unapplied, as_of, "customer", named, notes)
    grouped = zip((_of_document(found, each, dimensions) for each in parts), aging.sums(parts), strict=True)
    credit = ((_of_customer(found, each.customer, dimensions, each.currency), each.currency, each.amount) for each in unapplied)
    return aging.aging_by_groups(grouped, credit, as_of, _keys(dimensions), notes)


def _keys(dimensions: Sequence[Dimension]) -> list[str]:
    return [each.text for each in dimensions]


def _of_document(found: Facets, part: aging.OpenPart, dimensions: Sequence[Dimension]) -> tuple[str, ...]:
    from billcli.core.dimensions import label

    return tuple(label(found.of(part.customer, part.number, each.name), each) for each in dimensions)


def _of_customer(found: Facets, customer: str, dimensions: Sequence[Dimension], currency: str = "") -> tuple[str, ...]:
    """Of what belongs to the customer alone; it stands in no group of documents."""
    from billcli.core.dimensions import DIMENSIONS_OF_CUSTOMERS, label
    from billcli.model.category_names import NONE

    def group(each: Dimension) -> str:
        if each.name in (*DIMENSIONS_OF_CUSTOMERS, "tag"):
            return label(found.of_customer(customer, each.name), each)
        return currency if each.name == "currency" else NONE

    return tuple(group(each) for each in dimensions)


def _is_meant(where: Where, found: Facets, credit: balances.Unapplied) -> bool:
    return where.matches(lambda name: (credit.currency,) if name == "currency" else found.of_customer(credit.customer, name))


def _said(found: Facets, part: aging.OpenPart, invoice: OpenInvoice, name: str) -> Value:
    from billcli.model.money import Money

    match name:
        case "number":
            return (part.number,)
        case "open":
            return Money(part.open, part.currency)
        case "gross":
            return Money(invoice.gross, invoice.currency)
        case "days_overdue":
            return Decimal(max(part.overdue, 0))
        case "due_on":
            return part.due_on
        case "issued_on":
            return invoice.issued_on
        case _:
            return found.of(part.customer, part.number, name)

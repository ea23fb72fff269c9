"""The declared words and who uses them: tags, groups, categories, and customers that stand nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from billcli.app.books import Books
from billcli.app.dimensions import facets
from billcli.core.report import Column, Report
from billcli.index import balances, dimension_queries, find, queries
from billcli.model.category_names import DIMENSIONS
from billcli.model.money import Money
from billcli.model.values import BadValue, parse_email


def check_tags(books: Books, tags: Collection[str], kind: str, day: date) -> None:
    """Raises ``UsageError`` or ``BillError`` for tags that a document of that kind and day may not be given."""
    if tags:
        from billcli.core import tags as rules

        rules.check_tags(tags, dimension_queries.tags(books.index), kind, day)


def tag_list(books: Books, as_of: date) -> Report:
    """Every declared tag with what is said of it and how many files say it themselves; ``tag_report`` counts what rules give too."""
    columns = (
        Column("tag", "Tag"), Column("description", "Description", "prose"), Column("owner", "Owner"),
        Column("expires_on", "Expires", "day"),
        Column("use", "On", "list"), Column("count", "Written", "count"),
    )  # fmt: skip
    counts = dimension_queries.word_counts(books.index, "tag")
    rows = [
        (each.name, each.description, each.owner, each.expires_on, each.uses.split(), counts.get(each.name, 0))
        for each in dimension_queries.tags(books.index)
    ]
    return Report("tags", as_of, columns, rows)


def tag_audit(books: Books, as_of: date) -> Report:
    """Tags that nobody has, that nobody declared, that have expired, or that stand where they may not; and on what."""
    columns = (
        Column("tag", "Tag"), Column("finding", "Finding"), Column("owner", "Owner"), Column("expires_on", "Expires", "day"),
        Column("count", "Count", "count"), Column("on", "On", "list"),
    )  # fmt: skip
    declared = {each.name: each for each in dimension_queries.tags(books.index)}
    uses = dimension_queries.tag_uses(books.index)
    rows: list[tuple[Any, ...]] = []

    def found(tag: str, finding: str, files: list[str]) -> None:
        fact = declared.get(tag)
        rows.append((tag, finding, fact.owner if fact else None, fact.expires_on if fact else None, len(files), files))

    for tag in sorted({*declared, *uses}):
        files = [path for _, path in uses.get(tag, ())]
        if tag not in declared:
            found(tag, "not declared", files)
        elif not files:
            found(tag, "unused", [])
    for finding, listed in (
        ("expired", [each[:3] for each in dimension_queries.expired_tags(books.index, as_of.isoformat())]),
        ("misplaced", [each[:3] for each in dimension_queries.misplaced_tags(books.index)]),
    ):
        by_tag: defaultdict[str, list[str]] = defaultdict(list)
        for path, _, tag in listed:
            by_tag[tag].append(path)
        for tag in sorted(by_tag):
            found(tag, finding, list(dict.fromkeys(by_tag[tag])))
    return Report("tag-audit", as_of, columns, sorted(rows, key=lambda row: (row[0], row[1])))


def tag_report(books: Books, as_of: date) -> Report:
    """By tag and currency: the customers and invoices that have it, what is open of these and what they came to, net of credit notes.

    An invoice has its own tags, those of its customer, and those of rules; one with two tags counts under both.
    """
    columns = (
        Column("tag", "Tag"), Column("customers", "Customers", "count"), Column("currency", "Cur"), Column("count", "Invoices", "count"),
        Column("open", "Open", "money"), Column("revenue", "Revenue", "money"),
    )  # fmt: skip
    stands = facets(books, ["tag"], as_of)
    having: defaultdict[str, set[str]] = defaultdict(set)
    for customer in find.keys(books.index, "customer"):
        for tag in filter(None, stands.of_customer(customer, "tag")):
            having[tag].add(customer)
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    opens = {each.number: each.open for each in balances.open_invoices(books.index, as_of)}
    until = as_of.isoformat()
    for kind, sign in (("invoice", 1), ("credit-note", -1)):
        for number, customer, currency, net, issued_on, voided_on in dimension_queries.columns(
            books.index, kind, ["customer", "currency", "net", "issued_on", "voided_on"]
        ):
            if issued_on > until or (voided_on and voided_on <= until):
                continue
            for tag in filter(None, stands.of(customer, number, "tag")):
                mine = sums[tag, currency]
                mine[0] += sign == 1
                mine[1] += opens.get(number, 0)
                mine[2] += sign * net
    rows: list[tuple[Any, ...]] = []
    for tag in sorted({*queries.names(books.index, "tag"), *having, *(tag for tag, _ in sums)}):
        of_tag = sorted((currency, each) for (name, currency), each in sums.items() if name == tag)
        for currency, (count, open_, net) in of_tag:
            rows.append((tag, len(having[tag]), currency, count, Money(open_, currency), Money(net, currency)))
        if not of_tag:
            rows.append((tag, len(having[tag]), None, 0, None, None))
    return Report(
        "tag-report", as_of, columns, rows, (), ("what has two tags counts under both, so these amounts do not add up to a whole",)
    )


def category_list(books: Books, as_of: date) -> Report:
    """Every word that ``categories.yaml`` declares, how many use it, and what it says besides."""
    columns = (
        Column("kind", "Kind"),
        Column("name", "Name"),
        Column("count", "Count", "count"),
        Column("description", "Description", "prose"),
    )
    declared = books.categories()
    rows: list[tuple[str, str, int, str | None]] = []
    for dimension in DIMENSIONS:
        counts = dimension_queries.word_counts(books.index, dimension)
        said = {each.name: each.description for each in getattr(declared.groups, dimension)}
        rows += [(dimension, name, counts.get(name, 0), said.get(name)) for name in queries.names(books.index, dimension)]
    counts = dimension_queries.word_counts(books.index, "category")
    rows += [("category", each.name, counts.get(each.name, 0), each.description) for each in declared.revenue]
    tags = dimension_queries.word_counts(books.index, "tag")
    rows += [("tag", each.name, tags.get(each.name, 0), each.description) for each in declared.tags]
    bands = facets(books, ["band"], as_of, ("invoice",))
    numbers = dimension_queries.columns(books.index, "invoice", ["currency"])
    for band in declared.bands:
        count = sum(1 for number, currency in numbers if currency == band.currency and bands.of_document(number, "band") == (band.name,))
        rows.append(("band", band.name, count, f"from {format(band.starts, 'f')} {band.currency}"))
    return Report("categories", as_of, columns, rows)


def _is_mail(text: str) -> bool:
    """Aliases stand in the same text, and may have an @ in them."""
    try:
        parse_email(text)
    except BadValue:
        return False
    return True


def customer_audit(books: Books, as_of: date) -> Report:
    """Customers that get invoices and lack a group in a dimension that has groups, an address, a tax id, terms, mail or invoices."""
    from billcli.core.active import is_active

    columns = (Column("customer", "Customer"), Column("name", "Name", "prose"), Column("lacks", "Lacks", "list"))
    dimensions = [each for each in DIMENSIONS if queries.names(books.index, each)]
    stands = facets(books, dimensions, as_of, ())
    counts = dimension_queries.invoice_counts(books.index, as_of.isoformat())
    rows = []
    for each in queries.customers(books.index):
        if not is_active(each, as_of):
            continue
        lacks = [name for name in dimensions if stands.of_customer(each.id, name) == ("",)]
        lacks += ["address"] if each.country is None else []
        lacks += ["tax id"] if each.tax_id is None else []
        lacks += ["own terms"] if each.terms is None else []
        lacks += ["mail"] if not any(map(_is_mail, each.also.split("\n"))) else []
        lacks += ["invoices"] if not counts.get(each.id) else []
        if lacks:
            rows.append((each.id, each.name, lacks))
    notes = () if rows else ("nothing is missing",)
    return Report("customer-audit", as_of, columns, rows, (), notes)

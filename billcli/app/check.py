"""``bill check``: every problem of every file, and of all files together, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby

from billcli.app.books import Books
from billcli.app.refresh import overlaid
from billcli.core.checks import books as rules
from billcli.diagnostics import Diagnostic
from billcli.index import check_queries, queries

_VOCABULARY = {"customer": ("customers", "id"), "invoice": ("invoices", "number")}


def check(books: Books) -> list[Diagnostic]:
    """All findings in the order of files and lines."""
    found = [*queries.problems(books.index)]
    unreadable = {each.file for each in found if each.severity == "error"}
    across = [each for rule in CHECKS.values() for each in rule(books)]
    kept = [each for each in across if not _follows(each, unreadable)]
    return sorted([*found, *_located(books, kept)], key=Diagnostic.sort_key)


def _follows(finding: Diagnostic, unreadable: set[str]) -> bool:
    """Whether a finding only says again that another file cannot be read: its names would be missing everywhere."""
    if finding.code in ("E204", "E305") and finding.label.startswith("no file "):
        return finding.label.removeprefix("no file ") in unreadable
    return finding.code in ("E301", "E302", "E303", "E304") and bool(unreadable & {"ledger.yaml", "categories.yaml"})


def _located(books: Books, found: list[Diagnostic]) -> Iterator[Diagnostic]:
    from billcli.store.read import locate_all

    for file, group in groupby(sorted(found, key=lambda each: each.file), key=lambda each: each.file):
        try:
            yield from locate_all(overlaid(books.root, file), list(group))
        except FileNotFoundError:
            yield from (each for each in found if each.file == file)


def _references(books: Books) -> Iterator[Diagnostic]:
    def known(kind: str) -> list[str]:
        if kind in _VOCABULARY:
            return [name for _, name in queries.keys(books.index, *_VOCABULARY[kind])]
        return queries.names(books.index, kind)

    return rules.check_references(check_queries.missing(books.index), known)


def _sequences(books: Books) -> Iterator[Diagnostic]:
    settings = queries.settings(books.index)
    for kind in ("invoice", "credit-note"):
        patterns = [value for name, value in settings.items() if name.startswith(f"sequence {kind} ")]
        yield from rules.check_sequences(check_queries.numbered(books.index, kind), patterns, settings.get("order") == "strict")


def _crossings(books: Books) -> Iterator[Diagnostic]:
    return rules.check_crossings(check_queries.crossings(books.index), lambda customer: queries.relatives(books.index, customer))


def _credit(books: Books) -> Iterator[Diagnostic]:
    invoices = check_queries.credited(books.index)
    yield from rules.check_credit_caps(invoices)
    for each in invoices:
        if each.by_line:
            sold = {at: line.quantity for at, line in enumerate(books.invoice(each.number).lines, 1)}
            credited: dict[int, Decimal] = {}
            for _, line, quantity in queries.credited_quantities(books.index, each.number):
                credited[line] = credited.get(line, Decimal(0)) + Decimal(quantity)
            yield from rules.check_line_caps(each.number, sold, credited, each.last_file)


CHECKS: dict[str, Callable[[Books], Iterator[Diagnostic]]] = {
    "references": _references,
    "twice": lambda books: rules.check_twice(check_queries.twice(books.index)),
    "sequences": _sequences,
    "balances": lambda books: rules.check_balances(check_queries.overdrawn(books.index)),
    "crossings": _crossings,
    "credit": _credit,
    "parents": lambda books: rules.check_parents(check_queries.parents(books.index)),
    "trail": lambda books: rules.check_trail(check_queries.gone(books.index), check_queries.audit_gaps(books.index)),
}
"""Every check across documents by name; a new one is a function from the books to diagnostics and a row here."""

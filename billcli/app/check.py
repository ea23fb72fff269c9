"""``bill check``: every problem of every file, and of all files together, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import groupby

from billcli.app.books import Books
from billcli.app.lost import Lost, lost
from billcli.app.refresh import overlaid
from billcli.core.checks import books as rules
from billcli.diagnostics import Diagnostic, Path
from billcli.index import check_queries, queries
from billcli.store.layout import KINDS

_VOCABULARY = {"customer": ("customers", "id"), "invoice": ("invoices", "number")}


def check(books: Books) -> list[Diagnostic]:
    """All findings in the order of files and lines."""
    found = [*queries.problems(books.index)]
    without = lost(found, queries.unreadable(books.index), check_queries.kept_out(books.index), check_queries.gone(books.index))
    across = [each for rule in CHECKS.values() for each in rule(books, without)]
    return sorted([*found, *_located(books, across)], key=Diagnostic.sort_key)


def _located(books: Books, found: list[Diagnostic]) -> Iterator[Diagnostic]:
    from billcli.store.read import locate_all

    for file, group in groupby(sorted(found, key=lambda each: each.file), key=lambda each: each.file):
        together = list(group)
        try:
            raw = overlaid(books.root, file)
        except OSError:
            yield from together  # the file is what is missing, or another finding says why it cannot be read
        else:
            yield from locate_all(raw, together)


def _references(books: Books, without: Lost) -> Iterator[Diagnostic]:
    def known(kind: str) -> list[str]:
        if kind in _VOCABULARY:
            return [name for _, name in queries.keys(books.index, *_VOCABULARY[kind])]
        return queries.names(books.index, kind)

    return rules.check_references((each for each in check_queries.missing(books.index) if not without.name(each.kind, each.name)), known)


def _twice(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return rules.check_twice(each for each in check_queries.twice(books.index) if each.file not in without.twins)


def _sequences(books: Books, without: Lost) -> Iterator[Diagnostic]:
    settings = queries.settings(books.index)
    for kind in ("invoice", "credit-note"):
        patterns = [value for name, value in settings.items() if name.startswith(f"sequence {kind} ")]
        elsewhere = None if without.within(KINDS[kind].folder) else without.names
        documents = check_queries.numbered(books.index, kind)
        yield from rules.check_sequences(documents, patterns, strict=settings.get("order") == "strict", elsewhere=elsewhere)


def _balances(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return rules.check_balances(check_queries.overdrawn(books.index))


def _crossings(books: Books, without: Lost) -> Iterator[Diagnostic]:
    related = None if without.any_of("customers") else lambda customer: queries.relatives(books.index, customer)
    return rules.check_crossings(check_queries.crossings(books.index), related)


def _credit(books: Books, without: Lost) -> Iterator[Diagnostic]:
    invoices = check_queries.credited(books.index)
    yield from rules.check_credit_caps(invoices)
    for each in invoices:
        if each.by_line:
            sold = {at: line.quantity for at, line in enumerate(books.invoice(each.number).lines, 1)}
            credited: dict[int, Decimal] = {}
            last: dict[int, str] = {}
            for note, line, quantity in sorted(queries.credited_quantities(books.index, each.number)):
                credited[line] = credited.get(line, Decimal(0)) + Decimal(quantity)
                last[line] = note
            yield from rules.check_line_caps(each.number, sold, credited, partial(_place, books, last))


def _place(books: Books, last: Mapping[int, str], line: int) -> tuple[str, Path]:
    """Where the last credit note that takes back a line of the invoice does so."""
    at = max(at for at, each in enumerate(books.credit_note(last[line]).lines) if each.invoice_line == line)
    return books.path("credit-note", last[line]), ("lines", at, "quantity")


def _parents(books: Books, without: Lost) -> Iterator[Diagnostic]:
    return rules.check_parents(check_queries.parents(books.index))


def _trail(books: Books, without: Lost) -> Iterator[Diagnostic]:
    gaps = [each for each in check_queries.audit_gaps(books.index) if each.file.rpartition("/")[0] not in without.broken_trails]
    return rules.check_trail(without.gone, gaps)


CHECKS: dict[str, Callable[[Books, Lost], Iterator[Diagnostic]]] = {
    "references": _references,
    "twice": _twice,
    "sequences": _sequences,
    "balances": _balances,
    "crossings": _crossings,
    "credit": _credit,
    "parents": _parents,
    "trail": _trail,
}
"""Every check across documents by name; a new one is a function from the books, and what is not in them, to diagnostics."""

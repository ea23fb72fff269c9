"""``bill audit numbers``: the completeness of every sequence, from the facts that ``bill check`` goes by."""

from __future__ import annotations

from collections.abc import Sequence

from billcli.app.books import Books
from billcli.app.lost import lost
from billcli.core.audit.numbers import Series, all_series
from billcli.index import audit_queries, check_queries, queries
from billcli.store.layout import KINDS


def series(books: Books) -> Sequence[Series]:
    """Of invoices and credit notes, by sequence and period."""
    index, settings = books.index, queries.settings(books.index)
    without = lost([*queries.problems(index)], queries.unreadable(index), check_queries.kept_out(index), check_queries.gone(index))
    twice = {each.name.casefold() for each in check_queries.twice(index) if each.key == "number" and each.file not in without.twins}
    found: list[Series] = []
    for kind in ("invoice", "credit-note"):
        head = f"sequence {kind} "
        patterns = {name.removeprefix(head): value for name, value in settings.items() if name.startswith(head)}
        folder = KINDS[kind].folder
        elsewhere = (
            None if without.within(folder) else {name: file for name, file in without.names.items() if file.startswith(f"{folder}/")}
        )
        documents = [*check_queries.numbered(index, kind)]
        doubled = {each.number for each in documents if each.number.casefold() in twice}
        found += all_series(kind, documents, patterns, audit_queries.void_numbers(index, kind), doubled, elsewhere)
    return found

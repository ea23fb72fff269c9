"""What was sold in a time by revenue category: what a line says, else what is said of its document."""

from __future__ import annotations

from collections.abc import Mapping

from billcli.app.books import Books
from billcli.app.dimensions import has_rules
from billcli.core.dimensions import label
from billcli.core.money import split
from billcli.core.reports.table import Figure
from billcli.core.reports.window import Window
from billcli.index import report_queries
from billcli.index.report_queries import Grain


def sold_by_category(books: Books, over: Window, grain: Grain) -> list[Figure]:
    """Net amounts of lines, each document named, so that it counts once however many of its categories come together.

    A line without a category is of that of its document, which stands under ``classification:`` or comes from ``rules.yaml``. A credit
    note over an amount says of no line what it takes back: it is shared over the categories of the invoice that it corrects.
    """
    facts = report_queries.sold(books.index, over, grain._replace(customer=True, document=True))
    if all(each.category for each in facts):
        return facts
    said = _said(books, over)
    corrects = report_queries.corrects(books.index)
    blank = {corrects.get(each.number, "") for each in facts if not each.category and each.what == "credit" and each.number not in said}
    invoices = report_queries.categories_of(books.index, sorted(blank - {""}))
    found = []
    for each in facts:
        if each.category:
            found.append(each)
        elif each.number in said:
            found.append(each._replace(category=said[each.number]))
        else:
            found += _shared(each, invoices.get(corrects.get(each.number, ""), {}), said.get(corrects.get(each.number, ""), ""))
    return found


def _shared(figure: Figure, categories: Mapping[str, int], otherwise: str) -> list[Figure]:
    """By what each category comes to in the invoice, to the cent."""
    weights: dict[str, int] = {}
    for category, base in categories.items():
        if base > 0:
            weights[category or otherwise] = weights.get(category or otherwise, 0) + base
    if not weights:
        return [figure._replace(category=otherwise)]
    sign = -1 if figure.amount < 0 else 1
    parts = zip(weights, split(abs(figure.amount), list(weights.values())), strict=True)
    return [figure._replace(category=category, amount=sign * part) for category, part in parts]


def _said(books: Books, over: Window) -> dict[str, str]:
    """By invoice and credit note the category that was written under ``classification:``, or that the rules give."""
    found: dict[str, str] = {}
    if has_rules(books):
        from billcli.app.classified import derived

        for kind in ("invoice", "credit-note"):
            found |= {number: label(words) for number, words in derived(books, over.known, "category", kind).items()}
    return found | report_queries.classified(books.index)

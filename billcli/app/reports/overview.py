"""The overview: the reports of one day, each in a few figures."""

from __future__ import annotations

from datetime import date

from billcli.app.books import Books
from billcli.app.open_parts import open_parts
from billcli.app.reports.asked import Asked
from billcli.app.reports.money import dso_report, overdue_trend_report
from billcli.core.report import Report, View
from billcli.core.reports.expected import open_items
from billcli.core.reports.overview import Seen, overview
from billcli.core.reports.window import Window
from billcli.index import balances, bank_queries, queries, report_work_queries

MONTHS = 6


def overview_view(books: Books, as_of: date, known: tuple[Report, Report] | None = None) -> View:
    """How receivables stand on that day, and the commands that come next; ``known`` are DSO and trend where they are made already."""
    parts = open_parts(books, as_of)
    unapplied: dict[str, int] = {}
    for each in balances.unapplied(books.index, as_of):
        unapplied[each.currency] = unapplied.get(each.currency, 0) + each.amount
    kinds = queries.kinds(books.index)
    today = as_of >= books.clock_day()
    seen = Seen(
        parts, open_items(parts, report_work_queries.expectations(books.index, as_of)), unapplied,
        {customer: name or "" for customer, name in queries.customers_by(books.index, "name")},
        *(known or (dso_report(books, as_of, Asked()), overdue_trend_report(books, as_of, Asked(), MONTHS))),
        report_work_queries.refused_deliveries(books.index) if today else {},
        _open_lines(books, as_of, today) if kinds.get("bank-statement") else 0,
        kinds.get("draft", 0) if today else 0, today,
    )  # fmt: skip
    return overview(queries.settings(books.index).get("company", ""), as_of, seen)


def _open_lines(books: Books, as_of: date, today: bool) -> int:
    """Bank lines nobody has decided on, of an earlier day those that were booked by then and open at its end."""
    if today:
        return bank_queries.count_open(books.index)
    found = report_work_queries.bank_lines(books.index, Window(date.min, as_of, as_of))
    return sum(each.pieces for each in found if each.what == "open")

"""Reports on what is done about receivables: reminders, the bank, tax, and the money that is to come."""

from __future__ import annotations

from datetime import date

from billcli.app.books import Books
from billcli.app.open_parts import open_parts
from billcli.app.reports.asked import Asked, Scope, asked_for
from billcli.core.report import Report
from billcli.core.reports import dunning, expected, forecast, reconciled, tax
from billcli.core.reports.window import Window, window
from billcli.errors import UsageError
from billcli.index import report_queries, report_work_queries


def dunning_report(books: Books, as_of: date, asked: Asked, within: int) -> Report:
    if not 1 <= within <= 365:
        raise UsageError(f"--within: {within} days", "from 1 to 365")

    def make(scope: Scope) -> Report:
        unsent = report_work_queries.not_gone(books.index, scope.over)
        return dunning.dunning(report_work_queries.reminded(books.index, scope.over, within), scope.cut, scope.over, within, unsent)

    return asked_for(books, as_of, asked, make, "dunning", ("asked", "paid", "share"))


def tax_report(books: Books, as_of: date, asked: Asked) -> Report:
    def make(scope: Scope) -> Report:
        reductions = report_work_queries.reductions(books.index, scope.over)
        codes = report_work_queries.tax_codes(books.index, sorted({each.number for each in reductions})) if reductions else {}
        facts = [*report_work_queries.taxed(books.index, scope.over, scope.flows), *tax.reduced(reductions, codes)]
        return tax.tax_summary(facts, scope.cut, scope.over)

    return asked_for(books, as_of, asked, make, "tax", ("base", "tax"), default=("month",))


def reconciliation_report(books: Books, as_of: date, asked: Asked) -> Report:
    """By time alone: a bank line belongs to no customer before it is booked."""
    if asked.where:
        raise UsageError("--where means nothing here", "a bank line belongs to no customer before it is booked")

    def make(scope: Scope) -> Report:
        return reconciled.reconciled(report_work_queries.bank_lines(books.index, scope.over), scope.cut, scope.over)

    return asked_for(
        books, as_of, asked, make, "reconciliation", ("lines", "decided", "by_machine"), known=("month", "quarter", "year", "currency")
    )


def cash_forecast_report(books: Books, as_of: date, asked: Asked, weeks: int) -> Report:
    if not 1 <= weeks <= 104:
        raise UsageError(f"--weeks: {weeks} weeks cannot be shown", "from 1 to 104")
    if asked.compare:
        raise UsageError("--compare means nothing here", "a forecast looks ahead; run it again with an earlier --as-of")

    def make(scope: Scope) -> Report:
        habits = forecast.habits(report_queries.paid(books.index, _last_year(as_of)))
        items = expected.open_items(open_parts(books, as_of), report_work_queries.expectations(books.index, as_of))
        return forecast.cash_forecast(items, scope.cut, as_of, habits, weeks)

    return asked_for(books, as_of, asked, make, "cash-forecast")


def _last_year(as_of: date) -> Window:
    """The time whose payments make a habit: the twelve months up to the day."""
    return window(None, as_of)

"""Reports on sales, receivables and what became of them."""

from __future__ import annotations

from datetime import date, timedelta

from billcli.app.books import Books
from billcli.app.reports.asked import Asked, Scope, asked_for
from billcli.app.reports.balances import open_figures, overdue_by_day, unapplied_figures
from billcli.app.reports.categories import sold_by_category
from billcli.core.dates import month_ends
from billcli.core.report import Report
from billcli.core.reports import allowances, collection, days, dso, revenue, trend
from billcli.core.reports.table import Figure
from billcli.core.reports.window import Window
from billcli.errors import UsageError
from billcli.index import queries, report_queries
from billcli.model.values import quoted


def dso_report(books: Books, as_of: date, asked: Asked) -> Report:
    def make(scope: Scope) -> Report:
        over = scope.starting().as_then()
        inside = report_queries.sales(books.index, over, scope.flows._replace(month=True))
        earlier = Window(scope.first, over.first - timedelta(days=1), over.known)
        older = report_queries.sales(books.index, earlier, scope.flows._replace(month=True)) if scope.first < over.first else []
        owed = open_figures(books, over.last, scope.balances, "owed")
        facts = [
            *inside,
            *(each._replace(what=f"{each.what}_before") for each in older),
            *owed,
            *unapplied_figures(books, over.last, "unapplied"),
        ]
        return dso.dso(facts, scope.cut, over)

    return asked_for(books, as_of, asked, make, "dso", ("owed", "sales", "dso", "countback"), unapplied=True)


def cei_report(books: Books, as_of: date, asked: Asked) -> Report:
    def make(scope: Scope) -> Report:
        over = scope.over.as_then()
        facts = [
            *open_figures(books, over.first - timedelta(days=1), scope.balances, "opening"),
            *open_figures(books, over.last, scope.balances, "closing", "not_due"),
            *report_queries.issued(books.index, over, scope.flows),
            *report_queries.relief(books.index, over, scope.flows),
        ]
        return collection.cei(facts, scope.cut, over)

    return asked_for(books, as_of, asked, make, "cei", ("cei",))


def turnover_report(books: Books, as_of: date, asked: Asked) -> Report:
    def make(scope: Scope) -> Report:
        over = scope.starting().as_then()
        opening = over.first - timedelta(days=1)
        facts = [
            *report_queries.sales(books.index, over, scope.flows),
            *open_figures(books, opening, scope.balances, "opening"),
            *unapplied_figures(books, opening, "opening_unapplied"),
            *open_figures(books, over.last, scope.balances, "closing"),
            *unapplied_figures(books, over.last, "closing_unapplied"),
        ]
        return collection.turnover(facts, scope.cut, over)

    return asked_for(books, as_of, asked, make, "turnover", ("sales", "average", "turnover", "days"), unapplied=True)


def days_report(books: Books, as_of: date, asked: Asked, measure: str) -> Report:
    """``measure`` is to-pay or late."""

    def make(scope: Scope) -> Report:
        facts = report_queries.paid(books.index, scope.over)
        return (days.days_to_pay if measure == "to-pay" else days.days_late)(facts, scope.cut, scope.over)

    return asked_for(
        books, as_of, asked, make, f"days-{measure}", ("weighted", "mean", "median", *(("on_time",) if measure == "late" else ()))
    )


def revenue_report(books: Books, as_of: date, asked: Asked) -> Report:
    def make(scope: Scope) -> Report:
        return revenue.revenue(_net_sales(scope), scope.cut, scope.over)

    return asked_for(books, as_of, asked, make, "revenue", ("invoiced", "credited", "revenue"), default=("month",), lines=True)


def _net_sales(scope: Scope) -> list[Figure]:
    """By line where a revenue category is asked for, else by document."""
    if scope.by_line:
        return sold_by_category(scope.books, scope.over, scope.flows)
    return report_queries.net_sales(scope.books.index, scope.over, scope.flows)


def customers_report(books: Books, as_of: date, asked: Asked, top: int, of: str) -> Report:
    if of not in ("revenue", "owed"):
        raise UsageError(f"--of: {quoted(of)} is nothing to rank by", "use revenue or owed")
    if top < 0:
        raise UsageError(f"--top: {top} is below zero", "0 shows everybody")
    if asked.compare:
        raise UsageError("--compare means nothing here", 'use "bill report revenue --by customer --compare year"')
    names = {customer: name or "" for customer, name in queries.customers_by(books.index, "name")}

    def make(scope: Scope) -> Report:
        if of == "revenue":
            facts = _net_sales(scope)
        else:
            facts = [
                *open_figures(books, scope.over.last, scope.balances, "owed"),
                *unapplied_figures(books, scope.over.last, "unapplied"),
            ]
        return revenue.customers(facts, scope.cut, scope.over, top, of, names)

    return asked_for(books, as_of, asked, make, "customers", default=("customer",), lines=of == "revenue", unapplied=of == "owed")


def overdue_trend_report(books: Books, as_of: date, asked: Asked, months: int) -> Report:
    if not 1 <= months <= 120:
        raise UsageError(f"--months: {months} month ends cannot be shown", "from 1 to 120")
    if asked.compare:
        raise UsageError("--compare means nothing here", "a trend is a comparison already; --months 24 goes back further")

    def make(scope: Scope) -> Report:
        ends = [day for day in month_ends(as_of, months) if day >= scope.first] or [as_of]
        return trend.overdue_trend(overdue_by_day(books, ends, scope.balances, scope.cut), scope.cut, ends)

    return asked_for(books, as_of, asked, make, "overdue-trend")


def discounts_report(books: Books, as_of: date, asked: Asked) -> Report:
    def make(scope: Scope) -> Report:
        facts = [
            *report_queries.discounts(books.index, scope.over, scope.flows),
            *report_queries.sales(books.index, scope.over, scope.flows),
        ]
        return allowances.discounts(facts, scope.cut, scope.over)

    return asked_for(books, as_of, asked, make, "discounts", ("given", "net", "share"))


def bad_debt_report(books: Books, as_of: date, asked: Asked) -> Report:
    def make(scope: Scope) -> Report:
        facts = [*report_queries.losses(books.index, scope.over, scope.flows), *report_queries.sales(books.index, scope.over, scope.flows)]
        return allowances.bad_debt(facts, scope.cut, scope.over)

    return asked_for(books, as_of, asked, make, "bad-debt", ("written_off", "recovered", "net", "share"))

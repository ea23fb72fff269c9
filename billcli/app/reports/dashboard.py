"""The dashboard: every report of a day on one page, and where that page is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date

from billcli.app.books import Books
from billcli.app.report import aging_report
from billcli.app.reports import money, work
from billcli.app.reports.asked import Asked
from billcli.app.reports.overview import overview_view
from billcli.core.report import Bars, Report, View
from billcli.errors import BillError

_NOW = Asked()


class Dashboard:
    """What stands on the page: the overview, the reports with title and whether they stand open, the charts."""

    def __init__(self, books: Books, as_of: date) -> None:
        self.view: View = overview_view(books, as_of)
        aging = aging_report(books, as_of, ("customer",), "due")
        trend = money.overdue_trend_report(books, as_of, _NOW, 12)
        forecast = work.cash_forecast_report(books, as_of, _NOW, 13)
        self.tables: Sequence[tuple[str, Report, bool]] = (
            ("Open by days overdue", aging, True),
            ("Largest customers by revenue", money.customers_report(books, as_of, _NOW, 10, "revenue"), True),
            ("Cash forecast", forecast, True),
            ("Owed and overdue at the ends of months", trend, True),
            ("Revenue by month", money.revenue_report(books, as_of, _NOW), True),
            ("Days sales outstanding", money.dso_report(books, as_of, _NOW), True),
            ("Days to pay", money.days_report(books, as_of, _NOW, "to-pay"), True),
            ("Days late", money.days_report(books, as_of, _NOW, "late"), True),
            ("Collection effectiveness", money.cei_report(books, as_of, _NOW), True),
            ("Receivables turnover", money.turnover_report(books, as_of, _NOW), True),
            ("Reminders", work.dunning_report(books, as_of, _NOW, 14), False),
            ("Discounts", money.discounts_report(books, as_of, _NOW), False),
            ("Bad debt", money.bad_debt_report(books, as_of, _NOW), False),
            ("Tax", work.tax_report(books, as_of, _NOW), False),
            ("Bank lines", work.reconciliation_report(books, as_of, _NOW), False),
        )
        self.charts: Sequence[Bars] = (*self.view.charts[: len(self.view.data["currencies"])], *trend.charts, *forecast.charts)


def write_dashboard(books: Books, as_of: date, out: str, render: Callable[[Dashboard], bytes], mark: bytes) -> str:
    """Writes the page into a folder as ``index.html``, or to a file named ``….html``; the path. Replaces a page of ours alone."""
    path = out if out.endswith((".html", ".htm")) else os.path.join(out, "index.html")
    folder = os.path.dirname(path) or "."
    try:
        if os.path.lexists(path):
            with open(path, "rb") as file:
                if mark not in file.read(4096):
                    raise BillError(f"{path} is there and is no page of bill", "name another place with --out; nothing is replaced")
        os.makedirs(folder, exist_ok=True)
        raw = render(Dashboard(books, as_of))
        beside = f"{path}.{os.getpid()}.new"
        try:
            with open(beside, "xb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except OSError:
            if os.path.exists(beside):
                os.unlink(beside)
            raise
    except OSError as error:
        raise BillError(f"{path} cannot be written: {error.strerror}", "name a place with --out that can be") from error
    return path

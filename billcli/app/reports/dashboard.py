"""The dashboard: every report of a day on one page, and where that page is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta

from billcli.app.books import Books
from billcli.app.report import aging_report
from billcli.app.reports import money, work
from billcli.app.reports.asked import Asked
from billcli.app.reports.overview import overview_view
from billcli.core.reports.dashboard import Dashboard, Section, beyond_top, sheet, shortened
from billcli.errors import BillError
from billcli.store.outfile import put

_NOW = Asked()
_MONTHS, _WEEKS, _TOP, _WITHIN = 12, 13, 10, 14
_BEFORE = timedelta(weeks=4)


def dashboard(books: Books, as_of: date) -> Dashboard:
    """What stands on the page; the ledger's own currency first."""
    settings = books.settings()
    aging = aging_report(books, as_of, ("customer",), "due")
    earlier = aging_report(books, max(date.min + _BEFORE, as_of) - _BEFORE, ("customer",), "due")
    trend = money.overdue_trend_report(books, as_of, _NOW, _MONTHS)
    dso = money.dso_report(books, as_of, _NOW)
    view = overview_view(books, as_of, (dso, trend))
    forecast = work.cash_forecast_report(books, as_of, _NOW, _WEEKS)
    sections = (
        shortened(Section(
            "Open by days overdue",
            "Open invoices by days past their due dates, as they stood that day; total = sum of the five, less what is unapplied "
            "(payments and credit notes that settle nothing yet).", aging,
        )),
        Section(
            "Cash forecast",
            "Open instalments in the week their money is expected: due date + the customer's median of days late over twelve months; a "
            "live promise on its own day. Low and high: all as slow as their slowest quarter, as fast as their fastest. What is overdue "
            "beyond its habit, or disputed, is expected in no week.",
            forecast, opened=False,
        ),
        Section(
            "Owed and overdue at the ends of months",
            "Open invoices on the day, as the books stood then, and the part past its due date.", trend, opened=False,
        ),
        Section(
            "Revenue by month", "Invoices less credit notes, without tax, by day of issue; void ones do not count.",
            money.revenue_report(books, as_of, _NOW), opened=False,
        ),
        beyond_top(Section(
            "Largest customers by revenue", "Share of revenue without tax in the time; cumulative is the running sum of shares.",
            money.customers_report(books, as_of, _NOW, _TOP, "revenue"), bar="revenue",
        )),
        Section(
            "Days sales outstanding",
            "DSO = owed / sales × days. Countback takes whole months of sales off what is owed, the last first, and counts their days.",
            dso, opened=False,
        ),
        Section(
            "Days to pay", "From issue to the money that closed the invoice, of invoices paid in the time; weighted by the money.",
            money.days_report(books, as_of, _NOW, "to-pay"), opened=False,
        ),
        Section(
            "Days late", "From the due date to the money that closed the invoice; below zero is early.",
            money.days_report(books, as_of, _NOW, "late"), opened=False,
        ),
        Section(
            "Collection effectiveness",
            "CEI = (opening + billed − closing) / (opening + billed − closing not due) × 100: of what could be collected, the part "
            "that was.",
            money.cei_report(books, as_of, _NOW), opened=False,
        ),
        Section(
            "Receivables turnover", "Sales / average of what was owed before and at the end; days = days of the time / turnover.",
            money.turnover_report(books, as_of, _NOW), opened=False,
        ),
        Section(
            "Reminders", f"Of what the notices of each level asked for, the part that came within {_WITHIN} days.",
            work.dunning_report(books, as_of, _NOW, _WITHIN), opened=False,
        ),
        Section(
            "Discounts", "Early-payment discounts given less those taken back, with tax; share of sales.",
            money.discounts_report(books, as_of, _NOW), opened=False,
        ),
        Section(
            "Bad debt", "Written off less recovered, with tax; share of sales. Small differences stand apart.",
            money.bad_debt_report(books, as_of, _NOW), opened=False,
        ),
        Section(
            "Tax", "Base and tax by tax point: invoices, less credit notes, less what reduced them later. It is no tax return.",
            work.tax_report(books, as_of, _NOW), opened=False,
        ),
        Section(
            "Bank lines", "Lines of the time by who decided on them; each line counts once.",
            work.reconciliation_report(books, as_of, _NOW), opened=False,
        ),
    )  # fmt: skip
    figures = sorted(view.data["currencies"], key=lambda each: (each["currency"] != settings.currency, each["currency"]))
    return Dashboard(
        view.data["company"], as_of, settings.language, settings.company.address.country if settings.company.address else None,
        [sheet(each, aging, earlier, trend, forecast) for each in figures], view.data["next"], sections,
    )  # fmt: skip


def write_dashboard(books: Books, as_of: date, out: str, render: Callable[[Dashboard], bytes], mark: bytes) -> str:
    """Writes the page into a folder as ``index.html``, or to a file named ``….html``; the path. Replaces a page of ours alone."""
    path = out if out.endswith((".html", ".htm")) else os.path.join(out, "index.html")
    folder = os.path.dirname(path) or "."
    _check_place(books, path, folder, mark)
    raw = render(dashboard(books, as_of))
    try:
        put(path, raw)
    except OSError as error:
        raise BillError(f"{path} cannot be written: {error.strerror}", "name a place with --out that can be") from error
    return path


def _check_place(books: Books, path: str, folder: str, mark: bytes) -> None:
    """Before any work is done. A folder may be a link; a page that is one is not followed. Raises ``BillError``."""
    from billcli.store.layout import FOLDERS, OTHER_FOLDERS

    if not folder or not path.strip():
        raise BillError("--out is empty", "name a folder, such as dashboard")
    if os.path.lexists(folder) and not os.path.isdir(folder):
        why = "is a link to nothing" if os.path.islink(folder) and not os.path.exists(folder) else "is a file, no folder"
        raise BillError(f"{folder} {why}", "name a folder with --out, or a file whose name ends with .html")
    first, *below = os.path.relpath(os.path.realpath(folder), os.path.realpath(books.root)).split(os.sep)
    if first in FOLDERS or first in OTHER_FOLDERS or (first.startswith(".") and first not in (os.curdir, os.pardir)):
        raise BillError(f"{os.path.join(first, *below)} belongs to the ledger", "name a folder of your own with --out, such as dashboard")
    try:
        if os.path.islink(path):
            raise BillError(f"{path} is a link", "name another place with --out; nothing is replaced")
        if os.path.isdir(path):
            raise BillError(f"{path} is a folder", "name another place with --out; nothing is replaced")
        if os.path.exists(path):
            with open(path, "rb") as file:
                if mark not in file.read(4096):
                    raise BillError(f"{path} is there and is no page of bill", "name another place with --out; nothing is replaced")
    except OSError as error:
        raise BillError(f"{path} cannot be read: {error.strerror}", "name a place with --out that can be") from error

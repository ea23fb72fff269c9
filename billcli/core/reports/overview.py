"""Monday morning on one screen: what is owed, what is wrong, who it is, whether it gets better, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from billcli.core.aging import BUCKETS, OpenPart, aging_charts, bucket
from billcli.core.report import Column, Report, View, counted
from billcli.core.reports.forecast import OpenItem
from billcli.core.reports.table import percent
from billcli.model.money import Money

DEBTORS = 5


class Seen(NamedTuple):
    """What the overview is made of. ``unapplied`` by currency in minor units, ``deliveries`` by state, ``bank`` counts open lines."""

    parts: Sequence[OpenPart]
    items: Sequence[OpenItem]
    unapplied: Mapping[str, int]
    names: Mapping[str, str]
    dso: Report
    trend: Report
    deliveries: Mapping[str, int]
    bank: int
    drafts: int


def overview(company: str, as_of: date, seen: Seen) -> View:
    """One view; every currency stands for itself. ``data`` has the same figures for a program."""
    currencies = sorted({*(each.currency for each in seen.parts), *(each for each, amount in seen.unapplied.items() if amount)})
    figures = [_figures(currency, as_of, seen) for currency in currencies]
    aging, debtors = _aging(currencies, as_of, seen.parts), _debtors(currencies, as_of, seen)
    fields: list[tuple[str, Any]] = [("Company", company), ("As of", f"{as_of}, {as_of:%A}")]
    for each in figures:
        fields += _lines(each)
    waiting = [f"{number} {state or 'waiting'}" for state, number in sorted(seen.deliveries.items())]
    fields += [("Deliveries", ", ".join(waiting))] if waiting else []
    fields += [("Bank", f"{counted(seen.bank, 'line')} open")] if seen.bank else []
    if not figures:
        fields.append(("Owed", "nothing"))
    steps = _next(figures, seen)
    fields.append(("Next", "\n".join(steps)))
    data = {
        "company": company, "currencies": figures, "aging": _rows(aging), "debtors": _rows(debtors), "trend": _rows(seen.trend),
        "deliveries": dict(seen.deliveries), "bank_lines_open": seen.bank, "drafts": seen.drafts, "next": steps,
    }  # fmt: skip
    tables = [("Open by days overdue", aging), ("Largest debtors", debtors), ("Trend", seen.trend._replace(charts=()))]
    return View("overview", company, as_of, fields, tables, data, (*aging_charts(aging.columns, aging.rows), *seen.trend.charts))


def _figures(currency: str, as_of: date, seen: Seen) -> dict[str, Any]:
    parts = [each for each in seen.parts if each.currency == currency]
    items = [each for each in seen.items if each.currency == currency]
    week_ends = as_of + timedelta(days=6 - as_of.weekday())

    def money(amount: int) -> Money:
        return Money(amount, currency)

    owed, overdue = sum(each.open for each in parts), sum(each.open for each in parts if each.overdue > 0)
    dso = next((row for row in seen.dso.rows if row[0] == currency), None)
    return {
        "currency": currency,
        "owed": money(owed),
        "overdue": money(overdue),
        "overdue_share": percent(overdue, owed) if owed > 0 else None,
        "overdue_invoices": len({each.number for each in parts if each.overdue > 0}),
        "due_this_week": money(sum(each.open for each in parts if as_of <= each.due_on <= week_ends)),
        "promised": money(sum(each.open for each in items if each.promised)),
        "disputed": money(sum(each.open for each in items if each.held)),
        "unapplied": money(seen.unapplied.get(currency, 0)),
        "dso": dso[4] if dso else None,
        "countback": dso[5] if dso else None,
    }


def _lines(each: Mapping[str, Any]) -> list[tuple[str, Any]]:
    currency = each["currency"]
    share = f" ({each['overdue_share']} %, {counted(each['overdue_invoices'], 'invoice')})" if each["overdue"].minor else ""
    lines = [(f"Owed {currency}", f"{each['owed'].text()}, of it overdue {each['overdue'].text()}{share}")]
    said = [
        f"{word} {each[key].text()}"
        for key, word in (
            ("due_this_week", "due this week"),
            ("promised", "promised"),
            ("disputed", "disputed"),
            ("unapplied", "unapplied"),
        )
        if each[key].minor
    ]
    lines += [("", ", ".join(said))] if said else []
    days = [f"{word} {each[key]} days" for key, word in (("dso", "DSO"), ("countback", "countback")) if each[key] is not None]
    return [*lines, *([("", ", ".join(days))] if days else [])]


def _aging(currencies: Sequence[str], as_of: date, parts: Sequence[OpenPart]) -> Report:
    columns = (Column("currency", "Cur"), *(Column(name, name.capitalize(), "money", "buckets") for name in BUCKETS))
    sums = {currency: dict.fromkeys(BUCKETS, 0) for currency in currencies}
    for part in parts:
        sums[part.currency][bucket(part.overdue)] += part.open
    rows = [(currency, *(Money(amount, currency) for amount in found.values())) for currency, found in sums.items()]
    return Report("aging", as_of, columns, rows)


def _debtors(currencies: Sequence[str], as_of: date, seen: Seen) -> Report:
    """By what is overdue, the most first, then by what is open."""
    columns = (
        Column("customer", "Customer"), Column("name", "Name", "prose", minor=True), Column("currency", "Cur"),
        Column("open", "Open", "money"), Column("overdue", "Overdue", "money"), Column("days_overdue", "Oldest", "count"),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for currency in currencies:
        found: dict[str, list[int]] = {}
        for part in seen.parts:
            if part.currency == currency:
                cells = found.setdefault(part.customer, [0, 0, 0])
                cells[0] += part.open
                if part.overdue > 0:
                    cells[1] += part.open
                    cells[2] = max(cells[2], part.overdue)
        most = sorted(found.items(), key=lambda each: (-each[1][1], -each[1][0], each[0]))[:DEBTORS]
        for customer, (open_, overdue, days) in most:
            rows.append((customer, seen.names.get(customer, ""), currency, Money(open_, currency), Money(overdue, currency), days))
    return Report("debtors", as_of, columns, rows)


def _rows(report: Report) -> list[dict[str, Any]]:
    return [dict(zip((column.key for column in report.columns), row, strict=True)) for row in report.rows]


def _next(figures: Sequence[Mapping[str, Any]], seen: Seen) -> list[str]:
    """Commands, the most urgent first."""
    steps = []
    if any(state in seen.deliveries for state in ("refused", "in-doubt", "sending", "data")):
        steps.append("bill outbox list    deliveries did not go through, or nobody knows")
    if seen.bank:
        steps.append("bill reconcile review    bank lines wait for a decision")
    if any(each["unapplied"].minor for each in figures):
        steps.append("bill payment list --unapplied    money settles nothing yet")
    if any(each["overdue"].minor for each in figures):
        steps.append("bill remind preview    invoices are overdue")
    if any(each["disputed"].minor for each in figures):
        steps.append("bill hold list --live --kind dispute    disputes wait for an answer")
    if seen.drafts:
        steps.append(f"bill draft list    {counted(seen.drafts, 'draft')} not issued yet")
    return steps or ["nothing that cannot wait"]

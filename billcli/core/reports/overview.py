"""Monday morning on one screen: what is owed, what is wrong, who it is, whether it gets better, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from billcli.core.aging import BUCKETS, OpenPart, bucket
from billcli.core.report import Column, Report, View, counted
from billcli.core.reports.forecast import OpenItem
from billcli.core.reports.table import percent
from billcli.model.money import Money

DEBTORS = 5
_STEPS_SHOWN = 6
"""Of commands that come next; for all to stand on one screen, two less for every further currency with a line of its own."""
_UNKNOWN = ("Left out", "drafts and deliveries: how they stood on an earlier day is not known")


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
    today: bool = True
    """Whether drafts and deliveries are those of the day: no book says how they stood on an earlier one."""


def overview(company: str, as_of: date, seen: Seen) -> View:
    """One view; every currency stands for itself. ``data`` has the same figures for a program."""
    currencies = sorted({*(each.currency for each in seen.parts), *(each for each, amount in seen.unapplied.items() if amount)})
    figures = [_figures(currency, as_of, seen) for currency in currencies]
    aging, debtors = _aging(currencies, as_of, seen.parts), _debtors(currencies, as_of, seen)
    waiting = ", ".join(f"{number} {(state or 'waiting').replace('-', ' ')}" for state, number in sorted(seen.deliveries.items()))
    following = _next(figures, seen, waiting)
    fields = [("Company", company), ("As of", f"{as_of}, {as_of:%A}"), *(line for each in figures for line in _lines(each))]
    fields += [("Deliveries", waiting)] if waiting else []
    fields += [("Bank", f"{counted(seen.bank, 'line')} open")] if seen.bank else []
    fields += [] if figures else [("Owed", "nothing")]
    fields += [] if seen.today else [_UNKNOWN]
    fields.append(("Next", "\n".join(following)))
    also = [said for each in figures if (said := _also(each))]
    brief = [
        (as_of.strftime("%A"), f"{as_of}, {company}{'' if seen.today else ' (without drafts and deliveries)'}"),
        *([("Deliveries", waiting)] if waiting and not any(waiting in each for each in following) else []),
        *([("Also", "\n".join(also))] if also else []),
    ]
    brief += [each for each in fields if each[0] == "Owed"]
    brief.append(("Next", "\n".join(following[: max(_STEPS_SHOWN - 2 * max(len(also) - 1, 0), 2)])))
    data = {
        "company": company, "currencies": figures, "aging": _rows(aging), "debtors": _rows(debtors), "trend": _rows(seen.trend),
        "deliveries": dict(seen.deliveries) if seen.today else None,
        "bank_lines_open": seen.bank, "drafts": seen.drafts if seen.today else None, "next": following,
    }  # fmt: skip
    tables = [("", _balances(figures, as_of, seen.trend)), ("", aging._replace(columns=_LATE)), ("", _shortly(debtors, len(figures)))]
    return View("overview", company, as_of, fields, tables, data, brief=brief)


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


_LATE = (
    Column("currency", "Cur"), Column("not due", "Not due", "money"),
    *(Column(name, f"{name} days", "money") for name in BUCKETS[1:]),
)  # fmt: skip
"""Of the table for people: what the figures are is told in the heads alone, for all of it to stand on one screen."""


def _balances(figures: Sequence[Mapping[str, Any]], as_of: date, trend: Report) -> Report:
    """A line per currency; beside what is overdue, how it went at the ends of the months."""
    columns = (
        Column("currency", "Cur"), Column("owed", "Owed", "money"), Column("overdue", "Overdue", "money"),
        Column("share", "%", "ratio"), Column("trend", "Trend", minor=True),
        Column("week", "Due this week", "money"), Column("dso", "DSO", "ratio", minor=True),
        Column("countback", "Countback", "ratio", minor=True),
    )  # fmt: skip
    rows = [
        (
            each["currency"],
            each["owed"],
            each["overdue"],
            each["overdue_share"],
            steps([late.minor for _, currency, _, late, _ in trend.rows if currency == each["currency"]]),
            each["due_this_week"],
            each["dso"],
            each["countback"],
        )
        for each in figures
    ]
    return Report("overview", as_of, columns, rows)


def steps(amounts: Sequence[int]) -> str:
    """One character each, the higher the more; nothing is a point."""
    largest = max(amounts, default=0)
    return "".join(_STEPS[(each * len(_STEPS) - 1) // largest] if each > 0 else "." for each in amounts)


_STEPS = "▁▂▃▄▅▆▇"


def _lines(each: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A field per figure."""
    amounts = ("owed", "overdue", "due_this_week", "promised", "disputed", "unapplied")
    said = [(name.replace("_", " ").capitalize(), each[name].text()) for name in amounts]
    said += [("DSO", each["dso"]), ("Countback", each["countback"])]
    return [(f"{name} {each['currency']}", "n/a" if value is None else value) for name, value in said]


def _also(each: Mapping[str, Any]) -> str:
    said = [f"{word} {each[word].text()}" for word in ("promised", "disputed", "unapplied") if each[word].minor]
    return f"{each['currency']} {', '.join(said)}" if said else ""


def _shortly(debtors: Report, currencies: int) -> Report:
    """The first of each currency, fewer where there are more of them; how much of it is late and for how long."""
    size = max(DEBTORS - 2 * (currencies - 1), 1)
    kept = [0, 1, 2, 4, 5]
    columns = [debtors.columns[at] for at in kept]
    columns[0], columns[4] = Column("customer", "Most overdue"), Column("days_overdue", "Days", "count")
    rows: list[tuple[Any, ...]] = []
    for currency in dict.fromkeys(row[2] for row in debtors.rows):
        rows += [tuple(row[at] for at in kept) for row in debtors.rows if row[2] == currency and row[4].minor > 0][:size]
    return debtors._replace(columns=tuple(columns), rows=rows)


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


def _next(figures: Sequence[Mapping[str, Any]], seen: Seen, deliveries: str) -> list[str]:
    """Commands, the most urgent first."""
    steps = []
    if any(state in seen.deliveries for state in ("refused", "in-doubt", "sending", "data")):
        steps.append(f"bill outbox list    {deliveries}")
    if seen.bank:
        steps.append(f"bill reconcile review    {counted(seen.bank, 'bank line')} without a decision")
    if any(each["unapplied"].minor for each in figures):
        steps.append("bill payment list --unapplied    money settles nothing yet")
    if any(each["overdue"].minor for each in figures):
        steps.append("bill remind preview    invoices are overdue")
    if any(each["disputed"].minor for each in figures):
        steps.append("bill hold list --live --kind dispute    disputes wait for an answer")
    if seen.drafts:
        steps.append(f"bill draft list    {counted(seen.drafts, 'draft')} not issued yet")
    return steps or ["nothing that cannot wait"]

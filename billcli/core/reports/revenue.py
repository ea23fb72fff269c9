"""What was sold, net of what was credited, and how much of it hangs on few customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billcli.core.report import Column, Report, counted
from billcli.core.reports.table import Cut, Figure, Say, count, money, percent, ratio, table, total
from billcli.core.reports.window import Window

COLUMNS = (
    Column("invoices", "Invoices", "count"),
    Column("invoiced", "Invoiced", "money"),
    Column("credited", "Credited", "money"),
    Column("revenue", "Revenue", "money"),
)


def revenue(facts: Iterable[Figure], cut: Cut, over: Window) -> Report:
    """Net amounts (before tax) of invoices less those of credit notes, each by its day of issue; void ones do not count.

    Income from contracts as it was invoiced: nothing is deferred to the time a service is rendered in (IFRS 15 may differ).
    ``facts``: ``sale`` and ``credit``, net of tax. By revenue category an invoice with lines of two counts in both.
    """

    def make(mine: Sequence[Figure], currency: str, _: Say) -> Sequence[Any]:
        sold, credited = total(mine, "sale"), total(mine, "credit")
        return (count(mine, "sale"), *(money(each, currency) for each in (sold, credited, sold - credited)))

    return table("revenue", over.last, cut, facts, COLUMNS, make, (f"issued from {over}",))


def customers(facts: Iterable[Figure], cut: Cut, over: Window, top: int, of: str, names: Mapping[str, str]) -> Report:
    """Who makes up revenue (net, as above) or what is owed, the largest first, each with its share and the running sum of shares.

    The Herfindahl-Hirschman index is the sum of the squared percentages: 10,000 for a single customer; US antitrust guidelines
    (2023) call more than 1,800 highly concentrated. What is below zero counts in the total, but has no share of what stands above it.
    """
    found: dict[str, dict[tuple[str, ...], int]] = {}
    for fact in facts:
        for group in cut.groups(fact):
            mine = found.setdefault(fact.currency, {})
            mine[group] = mine.get(group, 0) + (-fact.amount if fact.what in ("credit", "unapplied") else fact.amount)
    heads, named = tuple(Column(each, each.capitalize()) for each in cut.dimensions), cut.dimensions == ("customer",)
    columns = (
        *heads,
        *((Column("name", "Name", "prose", minor=True),) if named else ()),
        Column("currency", "Cur"),
        Column("rank", "Rank", "count"),
        Column(of, of.capitalize(), "money"),
        Column("share", "Share %", "ratio"),
        Column("cumulative", "Cumulative %", "ratio"),
    )
    rows: list[tuple[Any, ...]] = []
    totals: list[tuple[Any, ...]] = []
    notes = [f"issued from {over}" if of == "revenue" else f"open on {over.last}, less what is unapplied"]
    blank = ("total", *[""] * (len(heads) - 1 + named))
    for currency, groups in sorted(found.items()):
        ordered = sorted(((group, amount) for group, amount in groups.items() if amount), key=lambda each: (-each[1], each[0]))
        if not ordered:
            continue
        positive, below = (sum(each for _, each in ordered if (each > 0) == above) for above in (True, False))
        shown = ordered[:top] if top else ordered
        running = 0
        for at, (group, amount) in enumerate(shown):
            running += max(amount, 0)
            own = amount > 0
            rows.append(
                (
                    *group,
                    *([names.get(group[0], "")] if named else ()),
                    currency,
                    at + 1,
                    money(amount, currency),
                    percent(amount, positive) if own else None,
                    percent(running, positive) if own else None,
                )
            )
        if heads:
            whole = percent(positive, positive) if positive else None
            totals.append((*blank, currency, len(ordered), money(positive + below, currency), whole, whole))
        left = f", {counted(len(ordered) - len(shown), 'more row')}" if len(ordered) > len(shown) else ""
        if below:
            less = f"{counted(sum(each < 0 for _, each in ordered), 'row')} below zero, {money(below, currency).text()} in all"
            notes.append(f"{currency}  {less}: shares are of {money(positive, currency).text()}")
        if not positive:
            notes.append(f"n/a for {currency}: nothing is above zero, so there are no shares")
            continue
        index = ratio(sum(amount * amount for _, amount in ordered if amount > 0), positive * positive, places=0, times=10_000)
        notes.append(f"{currency}  Herfindahl-Hirschman index {index} of 10000{left}")
    return Report("customers", over.last, columns, rows, totals, tuple(notes))

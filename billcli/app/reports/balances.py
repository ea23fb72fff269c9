"""What was open on a day, for reports: the figures of the aging report of that day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate, starmap

from billcli.app.books import Books
from billcli.app.hold_state import live_plans
from billcli.app.open_parts import open_parts, parts_of
from billcli.core import aging
from billcli.core.facts import OpenInvoice
from billcli.core.instalments import Agreed
from billcli.core.reports.table import Cut, Figure
from billcli.index import balances, report_queries
from billcli.index.report_queries import Grain


def open_sums(books: Books, day: date, grain: Grain) -> Iterator[tuple[str, str, str, int, int]]:
    """(customer, number or empty, currency, bucket with 0 for not due, open)."""
    if grain.document:
        for part in open_parts(books, day):
            yield part.customer, part.number, part.currency, aging.place(part.overdue), part.open
        return
    plans = live_plans(books, day)
    yield from ((each.customer, "", each.currency, each.bucket, each.open) for each in _alone(books, day, plans))
    parts = parts_of(books, balances.open_apart(books.index, day, plans), day, plans)
    yield from ((part.customer, "", part.currency, aging.place(part.overdue), part.open) for part in parts)


def _alone(books: Books, day: date, plans: Iterable[str]) -> Iterator[aging.OpenSum]:
    return starmap(aging.OpenSum, balances.open_sums(books.index, day, [*plans], aging.bucket_starts(day)))


def open_figures(books: Books, day: date, grain: Grain, owed: str, not_due: str | None = None) -> list[Figure]:
    """What was open on that day under the name ``owed``; what of it was not due yet again under ``not_due``."""
    found = []
    for customer, number, currency, bucket, open_ in open_sums(books, day, grain):
        found.append(Figure(owed, customer, number, "", currency, open_))
        if not_due and bucket == 0:
            found.append(Figure(not_due, customer, number, "", currency, open_))
    return found


def unapplied_figures(books: Books, day: date, what: str) -> list[Figure]:
    """Money and credit that settled nothing on that day."""
    return [Figure(what, each.customer, "", "", each.currency, each.amount) for each in balances.unapplied(books.index, day)]


def overdue_by_day(books: Books, days: list[date], grain: Grain, cut: Cut) -> list[Figure]:
    """``owed`` and ``overdue`` of each of these days, the oldest first, in one pass over the books; ``month`` is the day.

    Of what stands in one group of the cut one figure stands for all. Invoices with several instalments, or with a plan on one of the
    days, are looked at day by day, for settlements fill the oldest instalment first.
    """
    plans = {day: live_plans(books, day) for day in days}
    planned = {number for each in plans.values() for number in each}
    apart = sorted({*report_queries.in_parts(books.index), *planned})
    sums: dict[tuple[Sequence[tuple[str, ...]], str], tuple[Figure, list[int], list[int]]] = {}
    mine: dict[tuple[str, str], tuple[Figure, list[int], list[int]]] = {}
    for change in report_queries.overdue_changes(books.index, days, grain, planned):
        whose = (change.number or change.customer, change.currency)
        found = mine.get(whose)
        if found is None:
            figure = Figure("owed", change.customer, change.number, "", change.currency, 0)
            key = (tuple(cut.groups(figure)), change.currency)
            found = mine[whose] = sums.setdefault(key, (figure, [0] * (len(days) + 1), [0] * (len(days) + 1)))
        found[1][change.owed_from] += change.amount
        found[2][change.overdue_from] += change.amount
    figures = []
    for figure, *both in sums.values():
        for what, amounts in zip(("owed", "overdue"), both, strict=True):
            for day, amount in zip(days, accumulate(amounts), strict=False):
                figures.append(figure._replace(what=what, month=day.isoformat(), amount=amount))
    for day in days if apart else ():
        figures += _apart(books, apart, day, plans[day], grain)
    return figures


def _apart(books: Books, numbers: list[str], day: date, plans: dict[str, Agreed], grain: Grain) -> list[Figure]:
    invoices = [
        OpenInvoice(customer, currency, number, date.fromisoformat(issued), date.fromisoformat(due), parts, gross, open_)
        for customer, currency, number, issued, due, parts, gross, open_ in report_queries.open_of(books.index, numbers, day)
    ]
    found = []
    for part in parts_of(books, invoices, day, plans):
        number = part.number if grain.document else ""
        found.append(Figure("owed", part.customer, number, day.isoformat(), part.currency, part.open))
        if part.overdue > 0:
            found.append(Figure("overdue", part.customer, number, day.isoformat(), part.currency, part.open))
    return found

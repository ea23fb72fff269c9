"""Templates as they stand on a day: listed, shown, and what would come out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

from billcli.app.books import Books
from billcli.app.recurring import (
    Due,
    Left,
    Standings,
    all_standings,
    as_issued,
    chosen,
    due_now,
    not_made,
    standing_of,
    thrown_away,
)
from billcli.core.facts import RecurringDocument
from billcli.core.recurring import Period, due_on, due_periods, newest_due, periods
from billcli.core.report import Column, Report, View, currency_totals, table_data
from billcli.errors import BillError, UsageError
from billcli.index import queries, recurring_queries
from billcli.model.money import Money

_LIST = (
    Column("template", "Template"),
    Column("customer", "Customer"),
    Column("every", "Every"),
    Column("period", "Next", "day"),
    Column("issue_on", "Issue", "day", minor=True),
    Column("last_made", "Last made"),
    Column("last_document", "As", minor=True),
    Column("currency", "Cur"),
    Column("gross", "Gross", "money"),
    Column("missed", "Missed", "count"),
    Column("state", "State"),
    Column("note", "Note", "prose", minor=True),
)


def recurring_list(books: Books, customer: str | None, as_of: date) -> Report:
    """A row per template: its next period with what that would come to, the last one it made, and how many it missed."""
    if customer:
        books.path("customer", customer)
    rows = []
    for each in all_standings(books):
        fact = recurring_queries.template(books.index, each.template if isinstance(each, Left) else each.template.id)
        if fact is not None and customer in (None, fact.customer):
            head = (fact.id, fact.customer, fact.every)
            if isinstance(each, Left):
                rows.append((*head, None, None, None, None, None, None, 0, "stopped", each.reason))
            else:
                rows.append((*head, *_row(books, each, as_of)))
    return Report("recurring", as_of, _LIST, rows)


def _row(books: Books, standing: Standings, as_of: date) -> tuple[Any, ...]:
    following = next(_next(books, standing), None)
    last = max(standing.made.items(), default=None)
    issue_on = max(due_on(following, standing.rhythm), as_of) if following else None
    currency, gross, note = _figures(books, standing, following, issue_on) if following and issue_on else (None, None, None)
    missed = len(_missed(books, standing, as_of))
    if void := [each.name for _, each in sorted(standing.made.items()) if each.voided_on and each.voided_on <= as_of]:
        note = "; ".join(filter(None, (note, f"void, and not made again by itself: {', '.join(void)}")))
    made = (last[0], last[1].name) if last else (None, None)
    return (following.begins_on if following else None, issue_on, *made, currency, gross, missed, state(standing, following, as_of), note)


def state(standing: Standings, following: Period | None, as_of: date) -> str:
    if following is None:
        return "ended"
    return "not begun" if as_of < standing.rhythm.starts_on and not standing.made else "active"


def _missed(books: Books, standing: Standings, as_of: date) -> list[Period]:
    """Due and not made, though a later one is due already."""
    newest = newest_due(standing.rhythm, as_of)
    return [each for each in not_made(books, standing, as_of) if each.begins_on != newest]


def _next(books: Books, standing: Standings) -> Iterator[Period]:
    """The periods that were not made, the oldest first."""
    for each in periods(standing.rhythm):
        if each.begins_on not in standing.made and not thrown_away(books, standing.template.id, [each.begins_on]):
            yield each


def _figures(books: Books, standing: Standings, period: Period, day: date) -> tuple[str | None, Money | None, str | None]:
    try:
        invoice = as_issued(books, standing.template, period, day)
    except BillError as error:
        return None, None, error.message
    return invoice.currency, Money.of(invoice.totals.gross, invoice.currency), None


_PREVIEW = (
    Column("template", "Template"),
    Column("customer", "Customer"),
    Column("period", "Period", "day"),
    Column("until", "Until", "day"),
    Column("issue_on", "Issue", "day"),
    Column("kind", "As", minor=True),
    Column("mail", "Mail", minor=True),
    Column("currency", "Cur"),
    Column("net", "Net", "money", minor=True),
    Column("gross", "Gross", "money"),
    Column("note", "Note", "prose", minor=True),
)


def preview(books: Books, ids: Sequence[str], until: date | None) -> Report:
    """What a run today would make and leave; with ``until`` all that is due by then, each on the day it is due."""
    today = books.today
    if until and until < today:
        raise UsageError(f"--until {until} is before {today}", "to look at another day say --as-of")
    due, left = _due_until(books, ids, until) if until else due_now(books, ids, today)
    rows: list[tuple[Any, ...]] = []
    for each in due:
        template, period, day = each.template, each.period, max(each.due_on, today)
        head = (template.id, template.customer, period.begins_on, period.ends_on, day, _kind(template.issue), template.mail)
        try:
            invoice = as_issued(books, template, period, day)
        except BillError as error:
            rows.append((*head, None, None, None, error.message))
            continue
        sums = (Money.of(amount, invoice.currency) for amount in (invoice.totals.net, invoice.totals.gross))
        rows.append((*head, invoice.currency, *sums, f"missed since {each.due_on}" if each.due_on < day else None))
    for other in left:
        fact = recurring_queries.template(books.index, other.template)
        rows.append((other.template, fact.customer if fact else None, other.begins_on, *(None,) * 7, other.reason))
    return Report("recurring preview", today, _PREVIEW, rows, currency_totals(_PREVIEW, [row for row in rows if row[7]]))


def _kind(issue: str) -> str:
    return "draft" if issue == "draft" else "invoice"


def _due_until(books: Books, ids: Sequence[str], until: date) -> tuple[list[Due], list[Left]]:
    made = recurring_queries.documents(books.index)
    due: list[Due] = []
    left: list[Left] = []
    for name in chosen(books, ids):
        try:
            standing = standing_of(books, name, made)
        except BillError as error:
            left.append(Left(name, None, error.message, error.hint))
        else:
            due += [Due(standing.template, each, due_on(each, standing.rhythm)) for each in not_made(books, standing, until)]
    return sorted(due, key=lambda each: (each.due_on, each.template.id)), left


_LINES = (
    Column("description", "Description", "prose"),
    Column("item", "Item", minor=True),
    Column("quantity", "Quantity", "number"),
    Column("unit_price", "Price", "number"),
    Column("adjustments", "Adjusted", minor=True),
    Column("tax", "Tax"),
)
_PRICES = (Column("line", "Line", "count"), Column("since", "Since", "day"), Column("unit_price", "Price", "number"))
_MADE = (
    Column("period", "Period", "day"),
    Column("until", "Until", "day"),
    Column("document", "Document"),
    Column("issued_on", "Issued", "day"),
    Column("currency", "Cur"),
    Column("gross", "Gross", "money"),
    Column("state", "State"),
)
_SHOWN = 3


def recurring_view(books: Books, template_id: str, as_of: date) -> View:
    """The template with what it made by that day and its next periods."""
    from billcli.core.document import document_data
    from billcli.core.views import adjusted

    template = books.recurring(template_id)
    customer = queries.customer(books.index, template.customer)
    data = document_data(template)
    said = [
        ("Template" if key == "id" else key.replace("_", " ").capitalize(), _shown(value))
        for key, value in data.items()
        if not isinstance(value, tuple | dict)
    ]
    fields: list[tuple[str, Any]] = [*said[:2], ("Name", customer.name if customer else None), *said[2:]]
    currency = template.currency or books.settings().currency
    lines = [
        (line.description, line.item, format(line.quantity, "f"), format(line.unit_price, "f") if line.unit_price is not None else None,
         ", ".join(adjusted(each, currency) for each in line.adjustments) or None, line.tax)
        for line in template.lines
    ]  # fmt: skip
    prices = [(at, each.since, format(each.unit_price, "f")) for at, line in enumerate(template.lines, 1) for each in line.prices]
    tables = [("Lines", Report("lines", as_of, _LINES, lines)), ("Prices", Report("prices", as_of, _PRICES, prices))]
    try:
        standing = standing_of(books, template_id, recurring_queries.documents(books.index))
    except BillError as error:
        return View("recurring", template_id, as_of, [*fields, ("Stopped", error.message)], tables, {**data, "state": "stopped"})
    following = [*islice(_next(books, standing), _SHOWN)]
    now = state(standing, following[0] if following else None, as_of)
    made = _made_table(books, standing, as_of)
    coming = _next_table(books, standing, following, as_of)
    tables += [("Made", made), ("Next", coming)]
    derived = {"state": now, "made": table_data(made), "next": table_data(coming)}
    return View("recurring", template_id, as_of, [*fields, ("State", now)], tables, {**data, **derived})


def _shown(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _made_table(books: Books, standing: Standings, as_of: date) -> Report:
    """Each period that has a document, or had a draft that was thrown away, the newest first."""
    facts = queries.invoices(books.index, [each.name for each in standing.made.values() if each.kind == "invoice"])
    rows = []
    for period in due_periods(standing.rhythm, max([as_of, *(day + timedelta(days=400) for day in standing.made)])):
        found = standing.made.get(period.begins_on)
        if found:
            rows.append(_made_row(period, found, facts.get(found.name)))
    without = [each.begins_on for each in due_periods(standing.rhythm, as_of) if each.begins_on not in standing.made]
    gone = thrown_away(books, standing.template.id, without)
    ends = {each.begins_on: each.ends_on for each in due_periods(standing.rhythm, as_of)} if gone else {}
    rows += [(day, ends[day], None, None, None, None, "draft thrown away") for day in gone]
    return Report("made", as_of, _MADE, sorted(rows, key=lambda row: row[0], reverse=True))


def _made_row(period: Period, found: RecurringDocument, fact: Any) -> tuple[Any, ...]:
    head = (period.begins_on, period.ends_on, found.name, found.issued_on)
    if fact is None:
        return (*head, None, None, "draft")
    return (*head, fact.currency, Money(fact.gross, fact.currency), "void" if found.voided_on else "issued")


def _next_table(books: Books, standing: Standings, following: Sequence[Period], as_of: date) -> Report:
    columns = (_MADE[0], _MADE[1], Column("issue_on", "Issue", "day"), *_MADE[4:6], Column("note", "Note", "prose"))
    rows = []
    for period in following:
        day = max(due_on(period, standing.rhythm), as_of)
        rows.append((period.begins_on, period.ends_on, day, *_figures(books, standing, period, day)))
    return Report("next", as_of, columns, rows)

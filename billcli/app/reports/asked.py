"""What a report is asked: over which time, of whom, grouped by what; and how fine the facts must be for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.app.books import Books
from billcli.app.dimensions import facets, where_of
from billcli.core.dimensions import ALL, DIMENSIONS_OF_CUSTOMERS, PERIODS, Dimension, label, parse_dimensions, period
from billcli.core.report import Report
from billcli.core.reports.table import Cut
from billcli.core.reports.window import Window, before, window
from billcli.core.where import NUMBER, TEXT, Value
from billcli.errors import UsageError
from billcli.index import report_queries
from billcli.index.report_queries import Grain
from billcli.model.money import Money

_AMOUNTS = ("gross", "net", "tax")
_FIELDS = {**dict.fromkeys((*ALL, "number"), TEXT), **dict.fromkeys(_AMOUNTS, NUMBER)}
"""What ``--where`` may ask for in a report; amounts and numbers are those of the invoice or credit note."""
_OF_INVOICES = frozenset(("number", "type", "state", "band", "category", "tag", *_AMOUNTS))
"""What a credit note has of the invoice that it corrects."""


class Asked(NamedTuple):
    """As typed: ``--by``, ``--where``, ``--period``, ``--compare``."""

    by: Sequence[str] = ()
    where: str | None = None
    period: str | None = None
    compare: str | None = None


class Scope(NamedTuple):
    """The time, the way to group, and how fine facts of movements and of balances must be for it."""

    books: Books
    over: Window
    cut: Cut
    flows: Grain
    balances: Grain
    first: date
    by_line: bool

    def starting(self) -> Window:
        """The time without the days before the books begin: nothing could be sold then."""
        return self.over._replace(first=min(max(self.over.first, self.first), self.over.last))


Source = Callable[[Scope], Report]


def asked_for(
    books: Books,
    as_of: date,
    asked: Asked,
    make: Source,
    name: str,
    values: Sequence[str] = (),
    *,
    known: Sequence[str] = ALL,
    default: Sequence[str] = (),
    lines: bool = False,
    unapplied: bool = False,
) -> Report:
    """The report over its time, and beside the time it is compared with, if any; empty where the books had not begun.

    ``values`` are the columns that are compared, ``known`` the dimensions there are, ``default`` those of a report nobody asked to group.
    With ``lines`` the revenue category is that of lines, not of whole documents; ``unapplied`` says that what is unapplied is in it.
    """
    over = window(asked.period, as_of)
    texts = asked.by or (() if asked.compare else default)
    dimensions = [each for each in parse_dimensions(texts, known) if each.name != "currency"]  # every row is of one as it is
    if asked.compare and (timed := next((each.text for each in dimensions if each.text in PERIODS), None)):
        raise UsageError(f"--compare and --by {timed}: every {timed} would be compared with another one", "leave one of the two out")
    first = report_queries.first_day(books.index)
    cut, names, by_line, about_documents = _cut(books, dimensions, asked.where, as_of, lines=lines)
    if first is None or first > as_of:
        return _nothing_yet(make(_scope(books, over, cut, names, as_of, by_line)), first, as_of)
    report = make(_scope(books, over, cut, names, first, by_line))._replace(name=name)
    if unapplied and about_documents:
        report = report._replace(notes=(*report.notes, "unapplied credit belongs to no invoice and is left out"))
    if asked.compare:
        from billcli.core.reports.comparison import compared

        earlier = before(over, asked.period, asked.compare)
        if first > earlier.last:
            report = report._replace(notes=(*report.notes, f"the books begin on {first}: nothing is known of the time before"))
        report = compared(report, make(_scope(books, earlier, cut, names, first, by_line)), values, str(earlier))
    return report


def _nothing_yet(shape: Report, first: date | None, as_of: date) -> Report:
    """The columns without a row, and why."""
    why = f"the books begin on {first}; nothing is known on {as_of}" if first else "nothing has been issued or paid yet"
    return shape._replace(rows=[], totals=[], notes=(why,), as_of=as_of)


def _scope(books: Books, over: Window, cut: Cut, names: frozenset[str], first: date, by_line: bool) -> Scope:
    customer = bool(names & frozenset(DIMENSIONS_OF_CUSTOMERS))
    document = bool(names - frozenset((*DIMENSIONS_OF_CUSTOMERS, *PERIODS, "currency")))
    month = bool(names & frozenset(PERIODS))
    return Scope(books, over, cut, Grain(customer, document, month), Grain(customer, document or month), first, by_line)


class _Narrowed(NamedTuple):
    """How to group, the names that grouping and choosing look up, whether by line, and whether documents of some kind alone are chosen."""

    cut: Cut
    names: frozenset[str]
    by_line: bool
    about_documents: bool


def _cut(books: Books, dimensions: Sequence[Dimension], where: str | None, as_of: date, *, lines: bool) -> _Narrowed:
    """A credit note counts where the invoice does that it corrects: under its number, type, state, amount band, amounts and tags, and
    where its own lines say no category under that of the invoice, too; only its days are its own.
    """
    chosen = where_of(books, where, _FIELDS) if where is not None else None
    asked = chosen.names if chosen else frozenset()
    names = frozenset((*(each.name for each in dimensions), *asked))
    by_line = lines and "category" in names
    if by_line:
        names -= {"category"}
    found = facets(books, names - {"number", *_AMOUNTS}, as_of)
    amounts = {name: report_queries.amounts(books.index, name) for name in _AMOUNTS if name in names}
    corrects = report_queries.corrects(books.index) if names & _OF_INVOICES else {}

    def values(fact: Any, name: str) -> tuple[str, ...]:
        if name == "currency":
            return (fact.currency,)
        if name in PERIODS and fact.month:
            return (period(name, date.fromisoformat(f"{fact.month}-01")),)
        if name == "category" and (own := getattr(fact, "category", None)) is not None:
            return (own,)
        number = corrects.get(fact.number, fact.number)
        if name == "number":
            return tuple({fact.number, number})
        if name == "tag" and number != fact.number:
            both = (*found.of(fact.customer, fact.number, name), *found.of(fact.customer, number, name))
            return tuple(dict.fromkeys(filter(None, both))) or ("",)
        if name == "category":
            own = found.of(fact.customer, fact.number, name)
            return own if any(own) else found.of(fact.customer, number, name)
        return found.of(fact.customer, number, name)

    def value(fact: Any, name: str) -> Value:
        if name not in amounts:
            return values(fact, name)
        minor = amounts[name].get(corrects.get(fact.number, fact.number))
        return Money(minor, fact.currency) if minor is not None else None

    def groups(fact: Any) -> Sequence[tuple[str, ...]]:
        if chosen is not None and not chosen.matches(lambda name: value(fact, name)):
            return ()
        return (tuple([label(values(fact, each.name), each) for each in dimensions]),)

    about_documents = bool(asked - {*DIMENSIONS_OF_CUSTOMERS, "tag", "currency"})
    return _Narrowed(Cut(tuple(each.text for each in dimensions), groups), names, by_line, about_documents)

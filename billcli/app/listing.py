"""``--where`` and ``--by`` on any list: rows that fit, or sums of them by dimension. What is grouped comes to what was listed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billcli.app.books import Books
from billcli.app.dimensions import Facets, facets, where_of
from billcli.core.dimensions import (
    ALL,
    DIMENSIONS_OF_CUSTOMERS,
    DIMENSIONS_OF_DOCUMENTS,
    Dimension,
    bands_of,
    label,
    parse_dimensions,
)  # fmt: skip
from billcli.core.hold_state import OUTCOMES
from billcli.core.report import Column, Report
from billcli.core.states import STATES
from billcli.core.where import DAY, NUMBER, TEXT, Value
from billcli.index import dimension_queries, find
from billcli.model.category_names import NONE
from billcli.model.money import Money

_PERIODS = ("month", "quarter", "year")
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "invoice": DIMENSIONS_OF_DOCUMENTS,
    "credit-note": tuple(each for each in DIMENSIONS_OF_DOCUMENTS if each != "state"),
    "payment": ("band", *_PERIODS, "currency", "tag"),
    "refund": ("band", *_PERIODS, "currency", "tag"),
    "hold": ("kind", "state", *_PERIODS, "currency", "tag"),
    "draft": ("category", "currency", "tag"),
    "customer": ("currency", "tag"),
    "write-off": ("kind", "band", *_PERIODS, "currency", "tag"),
    "recurring": ("state", "every", "category", "currency", "tag"),
    "reminder": ("state", "level", *_PERIODS, "currency", "tag"),
    "reminding": ("level", "channel", "currency", "tag"),
    "delivery": ("kind", "state", *_PERIODS, "tag"),
}
"""Which dimensions of documents a list of this kind knows; it knows all of customers."""

_NOTICES = ("sent", "in doubt", "deferred", "planned", "refused", "dropped", "without delivery")
_SAID: Mapping[tuple[str, str], Collection[str]] = {
    ("invoice", "hold"): OUTCOMES,
    ("credit-note", "kind"): ("return", "goodwill", "correction"),
    ("hold", "kind"): OUTCOMES,
    ("hold", "state"): ("live", "kept", "broken", "behind", "expired", "released"),
    ("write-off", "kind"): ("bad-debt", "small-difference"),
    ("recurring", "state"): ("not begun", "active", "ended", "stopped"),
    ("reminder", "state"): _NOTICES,
    ("reminding", "state"): ("goes", "stopped"),
    ("reminding", "channel"): ("mail", "letter"),
    ("delivery", "state"): ("planned", "deferred", "refused", "in doubt", "sent", "dropped"),
    ("delivery", "kind"): ("invoice", "credit-note", "reminder", "statement", "confirmation"),
}
"""The words of a list's own columns."""

_BY_CUSTOMER = ("customer", "reminding")
"""Kinds whose rows are no documents with tags and days of their own: they stand where their customer stands."""

_SORTS = {"money": NUMBER, "count": NUMBER, "number": NUMBER, "day": DAY}
Row = Sequence[Any]
Getter = Callable[[Row], Value]


def listed(books: Books, found: Report, kind: str, by: Sequence[str], where: str | None, as_of: date) -> Report:
    """Raises ``UsageError`` for names and words that this list does not know."""
    known = dimensions_of(found, kind)
    dimensions = parse_dimensions(by, known)
    fields = {**dict.fromkeys(known, TEXT), **{each.key: _SORTS.get(each.kind, TEXT) for each in found.columns}}
    asked = where_of(books, where, fields, _words(books, found, kind)) if where is not None else None
    names = {each.name for each in dimensions} | (asked.names if asked else frozenset())
    getters = _Getters(books, found, kind, names, as_of)
    rows: Sequence[Row] = found.rows
    if asked:
        given = {name: getters.of(name) for name in asked.names}
        found = found._replace(notes=tuple(f"of all: {each}" for each in found.notes))
        rows = [row for row in rows if asked.matches(lambda name, row=row: given[name](row))]  # type: ignore[misc]  # bound at once
    summed = [row for row in rows if row[0] == "goes"] if kind == "reminding" else rows
    if dimensions:
        return _grouped(books, found, summed, dimensions, [getters.of(each.name) for each in dimensions])
    return found._replace(rows=rows, totals=_totals(found.columns, summed) if found.totals else ())


def _words(books: Books, found: Report, kind: str) -> dict[str, Callable[[], Collection[str]] | None]:
    """What the list's own columns may say: declared words, and what else stands there now."""

    def words(at: int, declared: Collection[str]) -> Callable[[], Collection[str]]:
        cell = _cell(at, found.columns[at])
        return lambda: dict.fromkeys((*declared, *(each for row in found.rows for each in _texts(cell(row)))))

    own: dict[str, Callable[[], Collection[str]] | None] = {} if kind == "invoice" else {"state": None}
    for at, column in enumerate(found.columns):
        if (kind, column.key) in _SAID:
            own[column.key] = words(at, _SAID[kind, column.key])
        elif at == 0 and kind in find.TABLES and kind != "customer":
            own[column.key] = lambda: dict.fromkeys(find.keys(books.index, kind))
    return own


def dimensions_of(found: Report, kind: str) -> list[str]:
    """What this list can be grouped by: a state, a currency and what no other list has, where it is a column here."""
    own = {each.key for each in found.columns} | ({"currency"} if _currency(found.columns) is not None else set())
    elsewhere = frozenset(ALL) - {"state", "currency"}
    return [each for each in (*DIMENSIONS_OF_CUSTOMERS, *_OF_KIND[kind]) if each in elsewhere or each in own]


class _Getters:
    """How each name is looked up in a row: in a column of its own, else where its customer or document stands."""

    def __init__(self, books: Books, found: Report, kind: str, names: Iterable[str], as_of: date) -> None:
        self._books = books
        self._columns = {each.key: (at, each) for at, each in enumerate(found.columns)}
        if (at := _currency(found.columns)) is not None:
            self._columns.setdefault("currency", (at, Column("currency", "Cur")))
        self._customer = self._columns["customer"][0]
        self._kind = kind
        outside = [name for name in names if name in ALL and not self._is_own(name)]
        kinds = () if kind in _BY_CUSTOMER else (kind,)
        self._facets: Facets = facets(books, outside, as_of, kinds)

    def _is_own(self, name: str) -> bool:
        if name == "band":
            return "gross" in self._columns
        groups_of_customers = self._kind == "customer" and name in DIMENSIONS_OF_CUSTOMERS
        return name in self._columns and (name not in DIMENSIONS_OF_CUSTOMERS or name == "customer") and not groups_of_customers

    def of(self, name: str) -> Getter:
        if name == "band" and self._is_own(name):
            return self._band()
        if self._is_own(name):
            return _cell(*self._columns[name])
        at = self._customer
        if self._kind in _BY_CUSTOMER or name in DIMENSIONS_OF_CUSTOMERS:
            of_customer = self._facets.of_customer
            return lambda row: of_customer(row[at], name)
        of = self._facets.of
        return lambda row: of(row[at], row[0], name)

    def _band(self) -> Getter:
        bands = bands_of(dimension_queries.bands(self._books.index))
        at = self._columns["gross"][0]
        return lambda row: (bands.of(row[at].minor, row[at].currency),) if row[at] is not None else ("",)


def _cell(at: int, column: Column) -> Getter:
    match column.kind:
        case "money":
            return lambda row: row[at]
        case "count" | "number":
            return lambda row: Decimal(str(row[at])) if row[at] is not None else None
        case "day":
            return lambda row: row[at]
        case "list":
            return lambda row: tuple(row[at]) or ("",)
        case _:
            return lambda row: tuple(row[at]) or ("",) if isinstance(row[at], list) else (_said(row[at]),)


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) and not isinstance(value, Money) else ()


def _said(cell: Any) -> str:
    if cell is None or isinstance(cell, bool):
        return {None: "", True: "yes", False: "no"}[cell]
    return str(cell)


def _currency(columns: Sequence[Column]) -> int | None:
    return next((at for at, each in enumerate(columns) if each.key.endswith("currency")), None)


def _grouped(books: Books, found: Report, rows: Iterable[Row], dimensions: Sequence[Dimension], getters: Sequence[Getter]) -> Report:
    """A row per group and currency: how many there are, and the sum of each amount. A list without currencies has groups alone."""
    at_currency = _currency(found.columns)
    currency = () if at_currency is None else (Column("currency", "Cur"),)
    amounts = [(at, each) for at, each in enumerate(found.columns) if each.kind == "money"]
    sums: dict[tuple[Any, ...], list[int]] = {}
    labels: dict[tuple[int, Any], str] = {}
    for row in rows:
        key = []
        for at, (dimension, get) in enumerate(zip(dimensions, getters, strict=True)):
            said = get(row)
            if (group := labels.get((at, said))) is None:
                group = labels[at, said] = label(
                    said if isinstance(said, tuple) and not isinstance(said, Money) else ("" if said is None else str(said),), dimension
                )
            key.append(group)
        mine = sums.setdefault((*key, (at_currency is not None and row[at_currency]) or ""), [0] * (len(amounts) + 1))
        mine[0] += 1
        for nth, (at, _) in enumerate(amounts, 1):
            if row[at] is not None:
                mine[nth] += row[at].minor
    shown = [at for at, each in enumerate(dimensions) if each.name != "currency"]
    columns = (
        *(Column(dimensions[at].text, dimensions[at].text.capitalize()) for at in shown), *currency,
        Column("count", "Count", "count"), *(each._replace(minor=False) for _, each in amounts),
    )  # fmt: skip
    rank = _ranks(books, dimensions)
    ordered = sorted(sums.items(), key=lambda each: ([rank(at, each[0][at]) for at in range(len(dimensions))], each[0][-1]))
    grouped = []
    for group_of, counts in ordered:
        money = (Money(each, group_of[-1]) if group_of[-1] else None for each in counts[1:])
        grouped.append((*(group_of[at] for at in shown), *(group_of[-1] for _ in currency), counts[0], *money))
    return Report(found.name, found.as_of, columns, grouped, _totals(columns, grouped), found.notes)


def _ranks(books: Books, dimensions: Sequence[Dimension]) -> Callable[[int, str], tuple[bool, int, str]]:
    """The order of groups: bands by amount, states as an invoice goes through them, the rest by name, and none last."""
    orders: list[Mapping[str, int]] = []
    for each in dimensions:
        if each.name == "band":
            orders.append(bands_of(dimension_queries.bands(books.index)).ranks())
        else:
            orders.append({state: at for at, state in enumerate(STATES)} if each.name == "state" else {})
    return lambda at, group: (group == NONE, orders[at].get(group, 0), group)


def _totals(columns: Sequence[Column], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """One row per currency with the sum of each amount, and how many there are where that is a column."""
    at_currency = _currency(columns)
    if at_currency is None:
        return []
    totals = []
    for currency in sorted({row[at_currency] for row in rows if row[at_currency]}):
        mine = [row for row in rows if row[at_currency] == currency]
        if not any(row[at] is not None for row in mine for at, column in enumerate(columns) if column.kind == "money"):
            continue
        cells: list[Any] = [None] * len(columns)
        cells[0] = "total"
        cells[at_currency] = currency
        for at, column in enumerate(columns):
            if column.kind == "money":
                cells[at] = Money(sum(row[at].minor for row in mine if row[at] is not None), currency)
            elif column.key == "count":
                cells[at] = sum(row[at] for row in mine)
        totals.append(tuple(cells))
    return totals

"""A report as a value. Renderers turn it into a table, JSON or CSV; nothing here knows how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from billcli.model.money import Money


class Column(NamedTuple):
    """``key`` is the field of JSON and CSV, ``title`` the head of the table. Columns of one ``group`` nest under it in JSON.

    The kind ``prose`` is text that may go over several lines. A narrow terminal leaves out ``minor`` columns, the last one first.
    """

    key: str
    title: str
    kind: str = "text"
    group: str = ""
    minor: bool = False


class Bar(NamedTuple):
    """One bar: its label, how long it is, and what stands behind it. ``part`` of it is drawn in a second colour."""

    label: str
    value: int
    text: str
    part: int = 0
    alarm: bool = False


class Bars(NamedTuple):
    """A chart for a terminal and for the dashboard; every figure in it stands in a table, too. ``key`` says what the colours mean."""

    title: str
    rows: Sequence[Bar]
    key: str = ""


class Report(NamedTuple):
    """``rows`` and ``totals`` hold a cell per column: text, ``date``, ``Money``, ``int``, a list of texts, or None.

    ``notes`` are said below a table and left out of CSV and JSON; ``proof`` too, and a proof that fails is an error of ours. ``charts``
    are for a terminal.
    """

    name: str
    as_of: date
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    totals: Sequence[Sequence[Any]] = ()
    notes: tuple[str, ...] = ()
    charts: tuple[Bars, ...] = ()


def currency_totals(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """One row per currency with the sum of each column of money; the first column says so."""
    at_currency = next(at for at, column in enumerate(columns) if column.key.endswith("currency"))
    totals = []
    for currency in sorted({row[at_currency] for row in rows}):
        mine = [row for row in rows if row[at_currency] == currency]
        cells: list[Any] = [None] * len(columns)
        cells[0], cells[at_currency] = "total", currency
        for at, column in enumerate(columns):
            if column.kind == "money":
                cells[at] = Money(sum(row[at].minor for row in mine), currency)
        totals.append(tuple(cells))
    return totals


def counted(number: int, word: str) -> str:
    """``1 draft``, ``2 drafts``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def table_data(report: Report) -> list[dict[str, Any]]:
    """The rows of a table below a document, for a program."""
    return [dict(zip((column.key for column in report.columns), row, strict=True)) for row in report.rows]


class View(NamedTuple):
    """One document with what is derived of it: ``fields`` for people, ``data`` for programs, ``tables`` below.

    Where the tables tell most of it already, ``brief`` are the fields that stand above them.
    """

    kind: str
    key: str
    as_of: date
    fields: Sequence[tuple[str, Any]]
    tables: Sequence[tuple[str, Report]]
    data: dict[str, Any]
    charts: tuple[Bars, ...] = ()
    brief: Sequence[tuple[str, Any]] = ()

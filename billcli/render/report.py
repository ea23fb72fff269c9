"""Reports and views as tables, JSON and CSV. JSON and CSV are interfaces: keys are only ever added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billcli.core.report import Bars, Column, Report, View
from billcli.model.money import Money
from billcli.render.text import json_text, padded, safe, width

_RIGHT = frozenset(("money", "count", "number", "ratio"))

_PROSE = 16
"""What is prose may be broken into lines of that width."""


def rendered(report: Report, form: str, *, terminal: bool) -> str:
    """The report as ``table``, ``json`` or ``csv``; colours only for a terminal."""
    match form:
        case "json":
            return as_json(report)
        case "csv":
            return as_csv(report) if not terminal else _shown(as_csv(report))
        case _:
            return as_table(report, terminal=terminal)


def as_json(report: Report) -> str:
    """``{"report", "schema", "as_of", "rows", "totals"}``; amounts are texts, days ISO 8601."""
    body = {
        "report": report.name,
        "schema": 1,
        "as_of": report.as_of.isoformat(),
        "rows": [_object(report.columns, row) for row in report.rows],
        "totals": [_object(report.columns, row, leave_out_empty=True) for row in report.totals],
    }
    return json_text(body)


def _object(columns: Sequence[Column], row: Sequence[Any], *, leave_out_empty: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, cell in zip(columns, row, strict=True):
        if leave_out_empty and (cell is None or cell == "total"):
            continue
        if column.group:
            found.setdefault(column.group, {})[column.key] = plain(cell)
        else:
            found[column.key] = plain(cell)
    return found


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case Money():
            return value.text()
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case Mapping():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [f"{each.text()} {each.currency}" if isinstance(each, Money) else plain(each) for each in value]
        case _:
            return value


def as_csv(report: Report) -> str:
    """A header of keys, the rows, no totals. Texts that a spreadsheet would compute get a ``'`` in front."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.key for column in report.columns])
    for row in report.rows:
        writer.writerow([_cell_csv(cell) for cell in row])
    return out.getvalue()


def _shown(text: str) -> str:
    """A program gets the characters themselves; a terminal would obey them."""
    return "\n".join(safe(line) for line in text.split("\n"))


def _cell_csv(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _harmless(value)
        case Money():
            return value.text()
        case list() | tuple():
            return _harmless("|".join(str(each) for each in value))
        case _:
            return str(plain(value))


def _harmless(text: str) -> str:
    """OWASP's rule against formulas in cells, full-width signs and leading space included."""
    bare = text.lstrip("'")  # one that begins as ours do gets another, or it would lose its own on the way back
    start = bare.lstrip()[:1] or bare[:1]
    return "'" + text if start and start in "=+-@\t\r\n\0＝＋－＠" else text


def as_table(report: Report, *, terminal: bool) -> str:
    """Aligned columns; columns that are empty throughout are left out, except amounts."""
    shown = [at for at, column in enumerate(report.columns) if _is_shown(report, at, column)]
    columns = [report.columns[at] for at in shown]
    rows = [[cell_text(row[at], report.columns[at].kind) for at in shown] for row in report.rows]
    totals = [[cell_text(row[at], report.columns[at].kind) for at in shown] for row in report.totals]
    notes = "".join(f"{safe(note)}\n" for note in report.notes)
    if terminal:
        return _rich_table(columns, rows, totals) + notes + _charts(report.charts)
    return _plain_table(columns, rows, totals) + notes


def is_right(column: Column) -> bool:
    """Whether its cells are figures that stand below one another."""
    return column.kind in _RIGHT


def _is_shown(report: Report, at: int, column: Column) -> bool:
    return column.kind in _RIGHT or not report.rows or any(row[at] not in (None, "", []) for row in report.rows)


def cell_text(value: Any, kind: str) -> str:
    """A cell for a person."""
    match value:
        case Money():
            return value.text()
        case None:
            return "n/a" if kind == "ratio" else ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return safe(", ".join(str(each) for each in value))
        case _:
            return safe(str(value))


def _plain_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], totals: Sequence[Sequence[str]]) -> str:
    every = [[column.title for column in columns], *rows, *totals]
    widths = [max(map(width, cells)) for cells in zip(*every, strict=True)]
    aligned = [
        [padded(cell, size, right=column.kind in _RIGHT) for cell in cells]
        for cells, column, size in zip(zip(*every, strict=True), columns, widths, strict=True)
    ]
    lines = ["  ".join(cells).rstrip() for cells in zip(*aligned, strict=True)]
    rule = "  ".join("-" * each for each in widths)
    lines.insert(1, rule)
    if totals:
        lines.insert(-len(totals), rule)
    return "".join(f"{line}\n" for line in lines)


def _rich_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], totals: Sequence[Sequence[str]]) -> str:
    """As wide as the terminal allows; an id or an amount is never cut off, so a very narrow one breaks the lines instead."""
    from rich.console import Console

    size = Console().width
    shown = list(range(len(columns)))
    minor = [at for at in shown if columns[at].minor]
    while True:
        table, need = _made(columns, rows, totals, shown, padding=1)
        if need > size:
            table, need = _made(columns, rows, totals, shown, padding=0)
        if need <= size or not minor:
            break
        shown.remove(minor.pop())
    console = Console(markup=False, highlight=False, width=max(size, need))
    with console.capture() as captured:
        console.print(table)
    left_out = ", ".join(column.title for at, column in enumerate(columns) if at not in shown)
    return captured.get() + (f"(no room for: {left_out})\n" if left_out else "")


def _made(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], totals: Sequence[Sequence[str]], shown: Sequence[int], padding: int
) -> tuple[Any, int]:
    """The table of these columns and the least width it needs."""
    from rich import box
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, padding))
    for at in shown:
        column, widest = columns[at], max(width(line[at]) for line in [[each.title for each in columns], *rows, *totals])
        prose = column.kind == "prose"
        least = min(widest, _PROSE) if prose else widest  # without it Rich takes the longest word, and cuts what has several
        justify = "right" if column.kind in _RIGHT else "left"
        table.add_column(Text(column.title), justify=justify, no_wrap=not prose, overflow="fold", min_width=least)  # type: ignore[arg-type]  # a literal
    for row in rows:
        table.add_row(*(Text(row[at]) for at in shown))
    if totals:
        table.add_section()
        for row in totals:
            table.add_row(*(Text(row[at]) for at in shown), style="bold")
    wide = Console(width=10_000)
    return table, Measurement.get(wide, wide.options, table).minimum


def rendered_view(view: View, form: str, *, terminal: bool) -> str:
    """One document; CSV has its fields as ``field,value`` rows."""
    if form == "json":
        body = {
            "report": view.kind,
            "schema": 1,
            "as_of": view.as_of.isoformat(),
            "rows": [plain(view.data)],
            "totals": [],
        }
        return json_text(body)
    if form == "csv":
        columns = (Column("field", "Field"), Column("value", "Value"))
        return rendered(
            Report(view.kind, view.as_of, columns, [(name, str(value)) for name, value in view.fields]), form, terminal=terminal
        )
    above = view.brief or view.fields
    size = max(width(name) for name, _ in above)
    broken = _broken_to(size + 2) if terminal else lambda text: [text]
    lines = []
    for name, value in above:
        first, *more = [piece for each in str(value).split("\n") for piece in broken(safe(each))]
        lines += [f"{padded(name, size)}  {first}", *(f"{' ' * size}  {each}" for each in more)]
    text = "".join(f"{line.rstrip()}\n" for line in lines)
    for title, table in view.tables:
        if table.rows:
            shown = as_table(table, terminal=terminal)
            text += f"\n{title}\n" + shown if title else f"\n{_without_margins(shown)}"
    return text + (_charts(view.charts) if terminal else "")


def _without_margins(table: str) -> str:
    """Without the empty lines that Rich puts above and below."""
    lines = table.split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "".join(f"{line}\n" for line in lines)


def _charts(charts: Sequence[Bars]) -> str:
    if not charts:
        return ""
    from billcli.render.chart import chart

    return "".join(f"\n{chart(each)}" for each in charts)


def _broken_to(indent: int) -> Callable[[str], list[str]]:
    """Breaks a text between words for a terminal that many columns narrower; one with no room left gets it whole."""
    from rich.console import Console
    from rich.text import Text

    console = Console(markup=False, highlight=False)
    room = console.width - indent
    return lambda text: [line.plain.rstrip() for line in Text(text).wrap(console, room)] or [""] if room >= _PROSE else [text]

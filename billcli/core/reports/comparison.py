"""Two reports of the same form side by side: what a figure was before, and by how much it changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from billcli.core.report import Column, Report
from billcli.model.money import Money


def compared(now: Report, then: Report, values: Sequence[str], label: str) -> Report:
    """Each of ``values`` gets a column with what it was and one with the change, blank where one of the two is not known.

    Rows meet by their texts (groups and currency); a row that is only in one of the two is shown, too.
    """
    keys = tuple(at for at, column in enumerate(now.columns) if column.kind == "text")
    at_value = {at for at, column in enumerate(now.columns) if column.key in values}
    columns: list[Column] = []
    for at, column in enumerate(now.columns):
        columns.append(column)
        if at in at_value:
            columns += [
                Column(f"{column.key}_before", f"{column.title} before", column.kind),
                Column(f"{column.key}_change", "Change", column.kind),
            ]
    return now._replace(
        columns=tuple(columns),
        rows=_beside(now.rows, then.rows, keys, at_value),
        totals=_beside(now.totals, then.totals, keys, at_value),
        notes=(*now.notes, f"before: {label}", *(f"before: {note}" for note in then.notes if note.startswith("n/a"))),
    )


def _beside(now: Sequence[Sequence[Any]], then: Sequence[Sequence[Any]], keys: tuple[int, ...], values: set[int]) -> list[tuple[Any, ...]]:
    earlier = {tuple(row[at] for at in keys): row for row in then}
    found = []
    for row in now:
        old = earlier.pop(tuple(row[at] for at in keys), None)
        found.append(_joined(row, old, values))
    for old in earlier.values():
        gone = [_zero(cell) if at in values else cell if at in keys else _zero(cell) for at, cell in enumerate(old)]
        found.append(_joined(gone, old, values))
    return sorted(found, key=lambda row: tuple(str(row[at]) for at in range(len(keys)))) if earlier else found


def _zero(cell: Any) -> Any:
    """Nothing of money and of what is counted; of a ratio nothing is known."""
    return Money(0, cell.currency) if isinstance(cell, Money) else 0 if isinstance(cell, int) else None


def _joined(row: Sequence[Any], old: Sequence[Any] | None, values: set[int]) -> tuple[Any, ...]:
    cells: list[Any] = []
    for at, cell in enumerate(row):
        cells.append(cell)
        if at in values:
            was = old[at] if old is not None else _zero(cell)
            cells += [was, _change(cell, was)]
    return tuple(cells)


def _change(now: Any, was: Any) -> Any:
    if now is None or was is None:
        return None
    if isinstance(now, Money):
        return Money(now.minor - was.minor, now.currency)
    return Decimal(now) - Decimal(was) if isinstance(now, Decimal) else now - was

"""How much of what the bank reported is decided, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from billcli.core.report import Column, Report
from billcli.core.reports.table import Cut, Figure, Say, count, money, percent, table, total
from billcli.core.reports.window import Window

WHO = ("bill", "rule", "person", "open")

COLUMNS = (
    Column("lines", "Lines", "count"),
    *(Column(each, f"By {each}" if each != "open" else "Open", "count") for each in WHO),
    Column("decided", "Decided %", "ratio"),
    Column("by_machine", "By itself %", "ratio"),
    Column("moved", "Moved", "money"),
    Column("open_amount", "Open amount", "money"),
)


def reconciled(facts: Iterable[Figure], cut: Cut, over: Window) -> Report:
    """Bank lines booked in the time, each once however many statements hold it, by who decided on it as of the last day.

    ``bill`` matched it on its own, a ``rule`` of the ledger did, a ``person`` did, or it is ``open``. Amounts count in and out alike.
    ``facts``: a kind of ``WHO`` each.
    """

    def make(mine: Sequence[Figure], currency: str, _: Say) -> Sequence[Any]:
        counts = [count(mine, each) for each in WHO]
        lines = sum(counts)
        rates = (percent(lines - counts[3], lines), percent(counts[0] + counts[1], lines))
        return (lines, *counts, *rates, money(total(mine, *WHO), currency), money(total(mine, "open"), currency))

    return table("reconciliation", over.last, cut, facts, COLUMNS, make, (f"lines booked from {over}",))

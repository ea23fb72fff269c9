"""The results as tables for people and as JSON; nothing in them names the machine or a place on it."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from billcli import __version__
from tests.bench.rows import Figure, Ratio, Row

SCHEMA = 1


class Results(NamedTuple):
    """All that one run found."""

    machine: Mapping[str, str]
    versions: Mapping[str, str]
    missed: Sequence[str]
    left_out: Sequence[str]
    agreed: Sequence[Mapping[str, Any]]
    rows: Sequence[Row]
    figures: Sequence[Figure]
    busy: bool
    """Whether other work ran when this run began."""


def machine() -> dict[str, str]:
    """What a reader needs to judge seconds by."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    kernel = re.match(r"\d+(?:\.\d+)*", platform.release())
    return {
        "cores": str(cores),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / (1 << 30):.0f} GiB",
        "system": f"{platform.system()} {kernel[0] if kernel else ''} {platform.machine()}".replace("  ", " "),
        "python": platform.python_version(),
    }


def versions(peers: Mapping[str, str]) -> dict[str, str]:
    return {"bill": __version__, **peers}


def _value(row: Row, name: str, what: str) -> float:
    return float(next(getattr(each, what) for each in row.measured if each.name == name))


def ratio(row: Row, each: Ratio, what: str) -> float:
    """How many times the one is of the other."""
    return _value(row, each.of, what) / _value(row, each.to, what)


def judged(found: Results, each: Ratio) -> str:
    """What a goal is on: wall time, CPU time or peak memory. With a second core at work only wall tells."""
    return ("cpu" if found.busy else "wall") if each.what == "time" else each.what


def reached(row: Row, each: Ratio, what: str) -> bool | None:
    return None if each.limit is None else ratio(row, each, what) <= each.limit


def as_json(found: Results) -> dict[str, Any]:
    rows = [
        {
            "id": row.id, "title": row.title, "invoices": row.invoices,
            "measured": [
                {"name": each.name, "ours": each.ours, "wall_s": each.wall, "cpu_s": each.cpu, "peak_mib": each.peak, "runs": each.runs}
                for each in row.measured
            ],
            "ratios": [
                {
                    "of": each.of, "to": each.to, **{what: ratio(row, each, what) for what in ("wall", "cpu", "peak")},
                    "goal": each.limit, "further": each.further,
                    "goal_on": judged(found, each), "reached": reached(row, each, judged(found, each)),
                }
                for each in row.ratios
            ],
        }
        for row in found.rows
    ]  # fmt: skip
    figures = [each._asdict() for each in found.figures]
    return {
        "bench": SCHEMA, "machine": found.machine, "versions": found.versions, "missed": found.missed, "left_out": found.left_out,
        "agreed": found.agreed, "rows": rows, "figures": figures,
    }  # fmt: skip


def as_text(found: Results) -> str:
    """Markdown whose columns stand in line, so that it reads on a terminal too."""
    parts = [_about(found)]
    goals = [(row, each) for row in found.rows for each in row.ratios]
    if goals:
        heads = ["work", "invoices", "ratio", "wall", "CPU", "peak memory", "goal", ""]
        parts.append(_table(heads, [_ratio_cells(row, each, judged(found, each)) for row, each in goals]))
    if found.rows:
        heads = ["work", "invoices", "command", "wall s", "CPU s", "peak MiB", "runs"]
        parts.append(_table(heads, [cells for row in found.rows for cells in _measured_cells(row)]))
    if found.figures:
        heads = ["in git", "invoices", "one file each", "two years folded"]
        parts.append(_table(heads, [_figure_cells(each) for each in found.figures]))
    return "\n".join(parts)


def _about(found: Results) -> str:
    tools = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    lines = [
        f"{found.machine['cores']} cores, {found.machine['memory']}, {found.machine['system']}, Python {found.machine['python']}.",
        f"Versions: {tools}.",
        "Medians of whole processes that ran in turn, output into a pipe.",
    ]
    if "load" in found.machine:
        said = "other work ran, so goals on time are held to CPU time" if found.busy else "goals on time are held to wall time"
        lines.append(f"Load average from {found.machine['load']}: {said}.")
    if found.missed:
        lines.append(f"Not found, so not measured: {', '.join(found.missed)}.")
    lines += [f"Left out: {each}." for each in found.left_out]
    for each in found.agreed:
        lines.append(f"On {each['invoices']:,} invoices {', '.join(each['tools'])} say the same of {each['customers']} customers.")
    return "\n".join(lines) + "\n"


_WORDS = {"wall": "wall", "cpu": "CPU", "peak": "memory"}


def _ratio_cells(row: Row, each: Ratio, on: str) -> list[str]:
    goal, verdict = "", ""
    if each.limit is not None:
        goal = f"{_WORDS[on]} ≤ {each.limit:g}x" + (f", then {each.further:g}x" if each.further is not None else "")
        verdict = "reached" if reached(row, each, on) else "not reached"
        if reached(row, each, on) and each.further is not None and ratio(row, each, on) > each.further:
            verdict = "reached, not yet the further one"
    cells = ["–" if each.what == "peak" and what != "peak" else _times(ratio(row, each, what)) for what in ("wall", "cpu", "peak")]
    return [row.title, _count(row.invoices), f"{each.of} / {each.to}", *cells, goal, verdict]


def _measured_cells(row: Row) -> Iterable[list[str]]:
    for each in row.measured:
        yield [row.title, _count(row.invoices), each.name, f"{each.wall:.3f}", f"{each.cpu:.3f}", f"{each.peak:.0f}", str(each.runs)]


def _figure_cells(each: Figure) -> list[str]:
    return [each.title, _count(each.invoices), _amount(each.before, each.unit), _amount(each.after, each.unit)]


def _amount(value: int | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value / (1 << 20):,.1f} MiB" if unit == "bytes" else f"{value:,}"


def _times(value: float) -> str:
    return f"{value:.3f}x" if value < 0.1 else f"{value:.2f}x"


def _count(invoices: int | None) -> str:
    return "" if invoices is None else f"{invoices:,}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(3, *(len(row[at]) for row in (heads, *rows))) for at in range(len(heads))]
    lines = [_line(heads, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *(_line(row, widths) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)) + " |"


def tell(text: str) -> None:
    """How far the run is, to standard error."""
    print(text, file=sys.stderr, flush=True)

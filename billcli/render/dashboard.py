"""One static page with the reports of a day: no remote asset, every text escaped, charts inline, and one script of ours that sorts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from billcli import __version__
from billcli.core.report import Bars, Report, View
from billcli.render.report import cell_text, is_right

GENERATOR = b'<meta name="generator" content="bill '
"""Stands in every page of ours: what does not have it is nobody's to replace."""

# The page's only script. It holds no data, and the policy of the page allows this very text alone, by its hash.
_SCRIPT = """
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement, at = head.cellIndex, body = head.closest("table").tBodies[0];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const number = head.classList.contains("right");
    const value = (row) => row.cells[at].textContent;
    const order = (a, b) => number ? (parseFloat(value(a)) || 0) - (parseFloat(value(b)) || 0) : value(a).localeCompare(value(b));
    const rows = [...body.rows].sort(order);
    if (down) rows.reverse();
    body.append(...rows);
  });
}
"""

_WIDTH = 330


def page(view: View, tables: Sequence[tuple[str, Report, bool]], charts: Sequence[Bars]) -> bytes:
    """The page of an overview; each report with its title and whether it stands open."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(Path(__file__).with_name("dashboard.html").read_text(encoding="utf-8"))
    digest = b64encode(sha256(_SCRIPT.encode()).digest()).decode()
    text = template.render(
        version=__version__, company=view.data["company"], as_of=view.as_of.isoformat(), script=Markup(_SCRIPT),  # noqa: S704  # our own text, no data
        script_hash=f"sha256-{digest}", currencies=[_card(each) for each in view.data["currencies"]],
        next=[step.split("    ", 1) if "    " in step else ("", step) for step in view.data["next"]],
        charts=[_drawn(each) for each in charts if any(bar.value > 0 for bar in each.rows)],
        tables=[_table(title, report, opened) for title, report, opened in tables],
    )  # fmt: skip
    return text.encode()


def _card(figures: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: cell_text(value, "ratio") for key, value in figures.items()}
    return {**said, "overdue_share": figures["overdue_share"], "is_late": figures["overdue"].minor > 0}


def _drawn(bars: Bars) -> dict[str, Any]:
    largest = max(bar.value for bar in bars.rows)

    def wide(value: int) -> int:
        return max(value * _WIDTH // largest, 1) if value > 0 else 0

    rows = [
        {"label": bar.label, "text": bar.text, "alarm": bar.alarm, "width": wide(bar.value), "part": wide(bar.part)} for bar in bars.rows
    ]
    return {"title": bars.title, "key": bars.key, "rows": rows}


def _table(title: str, report: Report, opened: bool) -> dict[str, Any]:
    columns = [{"key": each.key, "title": each.title, "right": is_right(each)} for each in report.columns]
    css = ["right" if is_right(each) else "prose" if each.kind == "prose" else "" for each in report.columns]

    def cells(rows: Sequence[Sequence[Any]]) -> list[list[dict[str, str]]]:
        return [
            [{"text": cell_text(cell, column.kind), "css": mark} for cell, column, mark in zip(row, report.columns, css, strict=True)]
            for row in rows
        ]

    rows, totals = cells(report.rows), cells(report.totals)
    return {
        "name": report.name, "title": title, "open": opened, "columns": columns, "rows": rows, "totals": totals, "notes": report.notes,
    }  # fmt: skip

"""One static page with the reports of a day: no remote asset, every text escaped, charts inline, and one script of ours that sorts."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from billcli import __version__
from billcli.core.report import Column, Report, counted
from billcli.core.reports.dashboard import Dashboard, Section, Sheet
from billcli.model.money import Money
from billcli.render import drawn
from billcli.render.report import cell_text, is_right, plain

GENERATOR = b'<meta name="generator" content="bill '
"""Stands in every page of ours: what does not have it is nobody's to replace."""

# The page's only script. It holds no data, and the policy of the page allows this very text alone, by its hash.
_SCRIPT = """
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement, at = head.cellIndex, body = head.closest("table").tBodies[0];
    const number = head.classList.contains("right"), before = head.getAttribute("aria-sort");
    const down = before ? before === "ascending" : number;
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => {
      const cell = row.cells[at], figure = cell.querySelector("data");
      return number ? (figure ? parseFloat(figure.value) : NaN) : cell.textContent;
    };
    const order = (a, b) => {
      const left = value(a), right = value(b);
      if (!number) return down ? right.localeCompare(left) : left.localeCompare(right);
      if (isNaN(left) || isNaN(right)) return isNaN(left) - isNaN(right);
      return down ? right - left : left - right;
    };
    body.append(...[...body.rows].sort(order));
  });
}
const closed = [];
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details:not([open])")) { each.open = true; closed.push(each); }
});
addEventListener("afterprint", () => { for (const each of closed.splice(0)) each.open = false; });
"""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SMALL = 8
"""Rows that are printed on one page together."""


def page(shown: Dashboard) -> bytes:
    """The page; its words are English, its numbers as the ledger's language writes them."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    here = Path(__file__)
    template = environment.from_string(here.with_name("dashboard.html").read_text(encoding="utf-8"))
    style = here.with_name("dashboard.css").read_text(encoding="utf-8")
    words = _Words(shown.language, shown.country)
    full = [each for each in shown.sections if each.report.rows]
    why = [note for each in shown.sections for note in each.report.notes if not each.report.rows]
    nothing = max(why, key=why.count, default="")  # most reports say that the books have not begun
    text = template.render(
        version=__version__, company=cell_text(shown.company, "text"), as_of=shown.as_of.isoformat(), said_day=_said(shown.as_of),
        script=Markup(_SCRIPT), script_hash=_hash(_SCRIPT), style=Markup(style), style_hash=_hash(style),  # noqa: S704  # our own texts, no data
        width=drawn.WIDTH, sheets=[_sheet(each, shown.as_of, words) for each in shown.sheets],
        next=[_step(each) for each in shown.next], sections=[_table(each, words) for each in full],
        left_out=", ".join(each.title for each in shown.sections if full and not each.report.rows),
        nothing=_sentence("" if full else nothing),
    )  # fmt: skip
    return text.lstrip().encode()


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _said(day: date) -> str:
    return f"{_DAYS[day.weekday()]}, {_long(day)}"


def _long(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else "Nothing is owed."


def _step(step: str) -> tuple[str, str]:
    """A command and what it is for."""
    command, gap, why = step.partition("    ")
    return (command, _sentence(why)) if gap else ("", _sentence(command))


class _Words:
    """How the ledger's language writes numbers; below zero stands a minus sign, no hyphen."""

    def __init__(self, language: str | None, country: str | None) -> None:
        from billcli.render.languages import amount, locale_of

        locale = locale_of(language, language or "en", country)
        self._say: Callable[[str], str] = lambda text: amount(text, locale).replace("-", "\u2212")

    def number(self, value: Decimal | int) -> str:
        return self._say(format(value, "f") if isinstance(value, Decimal) else str(value))

    def money(self, amount: Money) -> str:
        return self._say(amount.text())

    def whole(self, amount: Money) -> str:
        """Without decimals, for a chart; the table has them. Small change keeps them."""
        if abs(amount.amount) < 10:
            return self.money(amount)
        return self._say(str(amount.amount.quantize(Decimal(1), ROUND_HALF_UP)))

    def note(self, text: str) -> str:
        """The figures in a sentence; days have no points in them."""
        return re.sub(r"(?<![\w.-])-?\d+\.\d+(?![\w.])", lambda found: self._say(found[0]), cell_text(text, "text"))

    def cell(self, value: Any, kind: str) -> str:
        match value:
            case bool():
                return cell_text(value, kind)
            case Money():
                return self.money(value)
            case Decimal() | int():
                return self.number(value)
            case str() if _is_figure(value, kind):
                return self._say(value)
            case _:
                return cell_text(value, kind)


def _is_figure(value: object, kind: str) -> bool:
    return kind in ("ratio", "number", "count") and isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdecimal()


def _sheet(sheet: Sheet, as_of: date, words: _Words) -> dict[str, Any]:
    return {
        "currency": sheet.currency,
        "figures": _figures(sheet, as_of, words),
        "aside": [
            {"key": key, "title": key.capitalize(), "value": sheet.figures[key].text(), "text": words.money(sheet.figures[key])}
            for key in ("promised", "disputed", "unapplied")
        ],
        "aging": drawn.bars(sheet.aging, words.money),
        "trend": drawn.columns(sheet.trend, words.whole),
        "weeks": drawn.band(sheet.weeks, words.whole),
        "apart": _apart(sheet, words),
        "short": [_short(each, words) for each in (sheet.debtors, sheet.worse)],
    }


def _figures(sheet: Sheet, as_of: date, words: _Words) -> list[dict[str, Any]]:
    figures, before, soon = sheet.figures, sheet.before, sheet.soon

    def since(now: Money, then: Money | None) -> list[str]:
        if before is None or then is None:
            return []
        change = now.minor - then.minor
        day = _long(before.on)
        if not change:
            return [f"as on {day}"]
        return [f"{words.money(Money(abs(change), now.currency))} {'more' if change > 0 else 'less'} than on {day}"]

    def card(key: str, title: str, value: Any, notes: Sequence[str], unit: str = sheet.currency, css: str = "") -> dict[str, Any]:
        known = value is not None
        return {
            "key": key, "title": title, "css": css, "notes": notes, "unit": unit,
            "value": str(plain(value)) if known else None, "text": words.cell(value, "ratio") if known else "n/a",
        }  # fmt: skip

    late: Money = figures["overdue"]
    share = (
        [f"{words.cell(figures['overdue_share'], 'ratio')} % of what is owed, {counted(figures['overdue_invoices'], 'invoice')}"]
        if late.minor > 0
        else []
    )
    cards = [
        card(
            "overdue",
            "Overdue",
            late,
            [*share, *since(late, before.overdue if before else None)],
            css="first late" if late.minor > 0 else "first",
        ),
        card("owed", "Owed", figures["owed"], since(figures["owed"], before.owed if before else None)),
    ]
    if soon:
        between = [f"between {words.money(soon.low)} and {words.money(soon.high)}"] if soon.low != soon.high else []
        cards.append(card("expected", f"Expected by {_long(soon.until)}", soon.expected, between))
    sunday = date.fromordinal(min(as_of.toordinal() + 6 - as_of.weekday(), date.max.toordinal()))
    cards.append(card("due_this_week", "Due this week", figures["due_this_week"], [f"up to Sunday, {_long(sunday)}"]))
    back = [f"countback {words.cell(figures['countback'], 'ratio')} days"] if figures["countback"] is not None else []
    cards.append(card("dso", "Days sales outstanding", figures["dso"], back, unit="days"))
    return cards


def _apart(sheet: Sheet, words: _Words) -> str:
    """What the forecast does not show."""
    said = {
        "overdue": "overdue beyond any habit and expected in no week",
        "disputed": "disputed",
        "later": "later",
    }
    return "; ".join(
        f"{words.money(sheet.aside[key])} {what}" for key, what in said.items() if key in sheet.aside and sheet.aside[key].minor
    )


def _short(section: Section, words: _Words) -> dict[str, Any]:
    """A table whose customers are told by their names; ids below."""
    whole = _table(section, words)
    for rows in (whole["rows"], whole["rest"], whole["totals"]):
        for row in rows:
            customer, name = row[:2]
            row[:2] = [
                {
                    **customer,
                    **({"text": name["text"], "also": customer["text"]} if name["text"] else {}),
                    "css": "prose",
                    "bar": name["bar"],
                }
            ]
    whole["columns"][:2] = [{**whole["columns"][0], "css": "prose"}]
    return whole


def _table(section: Section, words: _Words) -> dict[str, Any]:
    report = section.report
    css = ["right" if is_right(each) else "prose" if each.kind == "prose" else "" for each in report.columns]
    columns = [{"key": each.key, "title": each.title, "css": mark} for each, mark in zip(report.columns, css, strict=True)]

    def cells(rows: Sequence[Sequence[Any]]) -> list[list[dict[str, Any]]]:
        return [[_cell(cell, column, mark, words) for cell, column, mark in zip(row, report.columns, css, strict=True)] for row in rows]

    rows = cells(report.rows)
    if section.bar:
        _draw(section, rows)
    return {
        "name": report.name, "title": section.title, "means": section.means, "open": section.opened, "columns": columns, "rows": rows,
        "rest": _blank(cells(section.rest)), "totals": _blank(cells(report.totals)), "small": len(rows) <= _SMALL,
        "notes": [words.note(each) for each in report.notes],
    }  # fmt: skip


def _cell(value: Any, column: Column, css: str, words: _Words) -> dict[str, Any]:
    figure = (
        isinstance(value, Money | Decimal) or (isinstance(value, int) and not isinstance(value, bool)) or _is_figure(value, column.kind)
    )
    none = isinstance(value, Money) and not value.minor
    return {
        "text": words.cell(value, column.kind), "value": str(plain(value)) if figure else None, "css": f"{css} zero" if none else css,
        "free": column.kind in ("text", "prose"), "also": "", "bar": 0, "late": True,
    }  # fmt: skip


def _blank(rows: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """A sum says nothing where there is nothing to sum."""
    return [[{**cell, "text": ""} if cell["text"] == "n/a" else cell for cell in row] for row in rows]


def _draw(section: Section, rows: list[list[dict[str, Any]]]) -> None:
    """The bar of a row stands under the name, in proportion to the longest of its currency."""
    report: Report = section.report
    named = next((at for at, column in enumerate(report.columns) if column.kind == "prose"), None)
    of = next(at for at, column in enumerate(report.columns) if column.key == section.bar)
    if named is None:
        return
    most: dict[str, int] = {}
    for row in report.rows:
        most[row[of].currency] = max(most.get(row[of].currency, 0), row[of].minor)
    for row, cells in zip(report.rows, rows, strict=True):
        cells[named] |= {"bar": drawn.share_of(row[of].minor, most[row[of].currency]), "late": section.bar != "revenue"}

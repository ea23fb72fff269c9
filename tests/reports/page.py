"""The dashboard as a program reads it: its tables with the figures that machines are given, its headline figures, every tag."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

VOID = frozenset(("meta", "br", "hr", "img", "input", "link", "base", "embed", "source"))


class Table:
    """``body``, ``rest`` and ``totals`` are rows of cells by the key of their column; ``heads`` are the attributes of every ``th``."""

    def __init__(self, name: str, currency: str) -> None:
        self.name, self.currency, self.caption = name, currency, ""
        self.keys: list[str] = []
        self.heads: list[dict[str, str | None]] = []
        self.body: list[dict[str, str]] = []
        self.rest: list[dict[str, str]] = []
        self.totals: list[dict[str, str]] = []


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.figures: dict[tuple[str, str], str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "title": [], "h1": [], "h2": [], "summary": []}
        self._open: list[str] = []
        self._currency, self._part = "", ""
        self._cells: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)
        if tag in self.texts:
            self.texts[tag].append("")
        match tag:
            case "section":
                self._currency = found.get("data-currency") or ""
            case "table":
                self.tables.append(Table(found["data-report"] or "", self._currency))
            case "thead" | "tbody":
                self._part = tag
            case "tr":
                self._cells, self._row = [], found.get("class") or self._part
            case "th" | "td":
                self._cells.append("")
                if tag == "th":
                    self.tables[-1].heads.append(found)
                if "data-key" in found:
                    self.tables[-1].keys.append(found["data-key"] or "")
            case "data":
                self._figure = found["value"] or ""
                if "data-figure" in found:
                    self.figures[self._currency, found["data-figure"] or ""] = self._figure
                else:
                    self._cells[-1] = self._figure

    def handle_endtag(self, tag: str) -> None:
        assert self._open, tag
        assert self._open.pop() == tag, tag
        if tag == "tr" and self._row != "thead":
            rows = {"tbody": self.tables[-1].body, "rest": self.tables[-1].rest, "total": self.tables[-1].totals}[self._row]
            rows.append(dict(zip(self.tables[-1].keys, self._cells, strict=True)))

    def handle_data(self, data: str) -> None:
        for tag in self.texts.keys() & set(self._open):
            self.texts[tag][-1] += data
        if "caption" in self._open:
            self.tables[-1].caption += data
        if self._open and ("td" in self._open or "th" in self._open) and not {"data", "small", "button"} & set(self._open):
            self._cells[-1] += data

    def table(self, name: str, currency: str = "") -> Table:
        (found,) = [each for each in self.tables if (each.name, each.currency) == (name, currency)]
        return found


def flat(row: dict[str, Any]) -> dict[str, str]:
    """A row of a report in JSON as the page has it."""
    found: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= value
        else:
            found[key] = "" if value is None and key in ("until", "name") else "n/a" if value is None else str(value)
    return found

"""The dashboard: its figures are those of the reports, it loads nothing, and no name in the books becomes markup."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from billcli.core.report import Bar, Bars
from billcli.render.chart import bar, chart
from tests.reports.written import write
from tests.support import bill, done, make_ledger

REPORTS = (
    "aging", "customers", "cash-forecast", "overdue-trend", "revenue", "dso", "days-to-pay", "days-late", "cei", "turnover", "dunning",
    "discounts", "bad-debt", "tax", "reconciliation",
)  # fmt: skip


class Page(HTMLParser):
    """The tables by report, as lists of cells by key; every tag with its attributes; texts of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[dict[str, str]]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._name, self._keys, self._cells, self._part = "", list[str](), list[str](), ""
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self._inside.append(tag)
        if tag == "table":
            self._name, self._keys = found["data-report"] or "", []
            self.tables[self._name] = []
        elif tag == "th":
            self._keys.append(found["data-key"] or "")
        elif tag in ("tbody", "tfoot", "thead"):
            self._part = tag
        elif tag == "tr":
            self._cells = []
        elif tag == "td":
            self._cells.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        if tag == "tr" and self._part == "tbody":
            self.tables[self._name].append(dict(zip(self._keys, self._cells, strict=True)))

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "td":
            self._cells[-1] += data
        if self._inside and self._inside[-1] == "script":
            self.scripts.append(data)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("ledger"), 4)


@pytest.fixture(scope="module")
def page(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    out = tmp_path_factory.mktemp("out") / "site"
    ran = done("report", "html", "--out", str(out), "--as-of", "2026-06-30", cwd=ledger)
    assert ran.out == f"{out}/index.html\n"
    return Page((out / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", REPORTS)
def test_figures_of_the_dashboard_equal_the_json_reports(ledger: Path, page: Page, name: str) -> None:
    rows = done("report", name, "--as-of", "2026-06-30", "--format", "json", cwd=ledger).json["rows"]
    assert rows
    assert page.tables[name] == [_flat(row) for row in rows]


def _flat(row: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= value
        else:
            found[key] = "" if value is None and key in ("until", "name") else "n/a" if value is None else str(value)
    return found


def test_page_loads_nothing_and_runs_the_one_script_that_its_policy_names(page: Page) -> None:
    policy = next(
        attrs["content"] or "" for tag, attrs in page.tags if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    (script,) = page.scripts
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    assert f"script-src 'sha256-{digest}'" in policy
    named = {(tag, name) for tag, attrs in page.tags for name in attrs}
    assert not [
        each for each in named if each[1] in ("src", "href", "srcset", "action", "poster", "xlink:href") or each[1].startswith("on")
    ]
    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "form"}


def test_charts_are_drawn_inline_with_their_figures_beside_them(page: Page) -> None:
    drawn = [attrs["aria-label"] or "" for tag, attrs in page.tags if tag == "svg"]
    assert [each for each in drawn if each.startswith("Open by days overdue")]
    assert [each for each in drawn if each.startswith("Owed at the ends of months")]
    assert [each for each in drawn if each.startswith("Expected by week")]


def test_names_in_the_books_never_become_markup(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "ledger")
    evil = '<script>alert(1)</script><img src=x onerror=alert(2)> & "{{ 7 * 7 }}"'
    text = (root / "ledger.yaml").read_text().replace("name: Fjord Consulting AS", "name: 'A </title><script>x</script>'")
    (root / "ledger.yaml").write_text(text)
    done("customer", "add", "--name", evil, "--id", "evil", "--yes", cwd=root, at="2026-01-02")
    done("invoice", "new", "-c", "evil", "-l", "Work;1;100;vat-20", "--yes", cwd=root, at="2026-01-10")
    done("report", "html", "--out", str(tmp_path / "page.html"), "--as-of", "2026-03-31", cwd=root)
    raw = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert raw.count("<script>") == 1
    assert "<img" not in raw
    (row,) = Page(raw).tables["customers"]
    assert row["name"] == evil


def test_a_file_that_is_no_page_of_ours_is_never_replaced(ledger: Path, tmp_path: Path) -> None:
    mine = tmp_path / "index.html"
    mine.write_text("<p>my own")
    ran = bill("report", "html", "--out", str(tmp_path), "--as-of", "2026-06-30", cwd=ledger)
    assert ran.code == 1
    assert "is no page of bill" in ran.err
    assert mine.read_text() == "<p>my own"
    mine.unlink()
    for day in ("2026-05-31", "2026-06-30"):
        done("report", "html", "--out", str(tmp_path), "--as-of", day, cwd=ledger)
        assert f"receivables on {day}" in mine.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]


def test_same_books_and_day_give_the_same_bytes(ledger: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        done("report", "html", "--out", str(tmp_path / name), "--as-of", "2026-06-30", cwd=ledger)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_place_that_cannot_be_written_is_said(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = bill("report", "html", "--out", str(tmp_path / "file" / "below"), "--as-of", "2026-06-30", cwd=ledger)
    assert ran.code == 1
    assert "cannot be written" in ran.err


def test_bars_are_in_proportion_and_something_is_always_seen() -> None:
    assert bar(50, 100, 10) == "█████"
    assert bar(1, 1000, 10) == "▏"
    assert bar(0, 100, 10) == bar(-5, 100, 10) == ""
    assert len(bar(100, 100, 10)) == 10


def test_chart_has_a_line_per_bar_with_its_text_and_nothing_of_a_name_is_markup() -> None:
    shown = chart(Bars("Owed", [Bar("[red]a", 100, "1.00", 40), Bar("b", 50, "0.50", alarm=True)]))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert plain[0] == "Owed"
    assert plain[1].startswith("[red]a  █")
    assert plain[1].endswith("  1.00")
    assert plain[2].count("█") * 2 in (plain[1].count("█"), plain[1].count("█") + 1)


@pytest.mark.parametrize("name", ["aging", "overdue-trend", "cash-forecast", "overview"])
def test_into_a_pipe_goes_no_chart(ledger: Path, name: str) -> None:
    assert "█" not in done("report", name, "--as-of", "2026-06-30", cwd=ledger).out

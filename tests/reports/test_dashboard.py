"""The dashboard: its figures are those of the reports, it loads nothing, and no name in the books becomes markup."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from unittest import mock

import pytest

from billcli.core.report import Bar, Bars
from billcli.core.reports.overview import steps
from billcli.render.chart import bar, chart
from billcli.render.text import width
from tests.reports.page import Page, flat
from tests.reports.written import CURRENCIES, write
from tests.support import bill, done, make_ledger

DAY = "2026-06-30"
BUCKETS = ("not due", "1-30", "31-60", "61-90", "over 90")
REPORTS = (
    "aging", "customers", "cash-forecast", "overdue-trend", "revenue", "dso", "days-to-pay", "days-late", "cei", "turnover", "dunning",
    "discounts", "bad-debt", "tax", "reconciliation",
)  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("ledger"), 4, currencies=CURRENCIES[:-1])


@pytest.fixture(scope="module")
def page(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Page:
    out = tmp_path_factory.mktemp("out") / "site"
    ran = done("report", "html", "--out", str(out), "--as-of", "2026-06-30", cwd=ledger)
    assert ran.out == f"{out}/index.html\n"
    return Page((out / "index.html").read_text(encoding="utf-8"))


def rows_of(ledger: Path, *words: str) -> list[dict[str, str]]:
    return [flat(row) for row in done("report", *words, "--format", "json", cwd=ledger).json["rows"]]


@pytest.mark.parametrize("name", REPORTS)
def test_figures_of_the_dashboard_equal_the_json_reports(ledger: Path, page: Page, name: str) -> None:
    rows = rows_of(ledger, name, "--as-of", DAY)
    table = page.table(name)
    assert rows
    assert not table.rest  # nine customers: nobody is left out
    if name == "aging":  # who is the most overdue comes first, and the currency of the ledger
        late = [sum(Decimal(row[key]) for key in BUCKETS[1:]) for row in table.body if row["currency"] == "EUR"]
        assert late == sorted(late, reverse=True)
        assert sorted(map(str, table.body)) == sorted(map(str, rows))
    else:
        assert table.body == rows


def test_headline_figures_equal_the_overview_and_the_forecast(ledger: Path, page: Page) -> None:
    (view,) = done("report", "overview", "--as-of", DAY, "--format", "json", cwd=ledger).json["rows"]
    assert {each["currency"] for each in view["currencies"]} == {"EUR", "USD", "JPY"}
    weeks = [row for row in rows_of(ledger, "cash-forecast", "--as-of", DAY) if row["until"]]
    for each in view["currencies"]:
        shown = {key: value for (currency, key), value in page.figures.items() if currency == each["currency"]}
        fourth = [row for row in weeks if row["currency"] == each["currency"]][3]
        assert shown == {
            "expected": fourth["cumulative"],
            **{key: each[key] for key in ("overdue", "owed", "due_this_week", "dso", "promised", "disputed", "unapplied")},
        }


def test_who_owes_most_and_who_got_worse_come_from_the_aging_of_two_days(ledger: Path, page: Page) -> None:
    def overdue(day: str) -> dict[tuple[str, str], Decimal]:
        return {
            (row["customer"], row["currency"]): sum((Decimal(row[key]) for key in BUCKETS[1:]), Decimal())
            for row in rows_of(ledger, "aging", "--as-of", day)
        }

    now, then = overdue(DAY), overdue("2026-06-02")
    grown = 0
    for currency in ("EUR", "USD", "JPY"):
        debtors = page.table("debtors", currency)
        assert {Decimal(row["overdue"]) for row in debtors.body[:1]} == {max(late for (_, own), late in now.items() if own == currency)}
        (total,) = debtors.totals
        assert total["overdue"] == page.figures[currency, "overdue"]
        assert total["open"] == page.figures[currency, "owed"]
        expected = sorted(
            (late - then.get(key, Decimal()) for key, late in now.items() if key[1] == currency and late > then.get(key, 0)), reverse=True
        )
        table = [each for each in page.tables if (each.name, each.currency) == ("worse", currency)]
        assert [Decimal(row["change"]) for each in table for row in each.body] == expected[:8]
        grown += len(expected)
    assert grown


def test_page_loads_nothing_and_runs_the_one_script_that_its_policy_names(page: Page) -> None:
    policy = next(
        attrs["content"] or "" for tag, attrs in page.tags if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )
    digests = {tag: b64encode(sha256(page.texts[tag][0].encode()).digest()).decode() for tag in ("script", "style")}
    assert len(page.texts["script"]) == len(page.texts["style"]) == 1
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'; base-uri 'none'; "
        "form-action 'none'"
    )
    named = {(tag, name) for tag, attrs in page.tags for name in attrs}
    assert not [
        each
        for each in named
        if each[1] in ("src", "href", "srcset", "action", "poster", "xlink:href", "style") or each[1].startswith("on")
    ]
    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "form"}
    assert "url(" not in page.texts["style"][0]
    assert "@import" not in page.texts["style"][0]


def test_script_and_style_are_the_same_whatever_the_books_hold(page: Page, tmp_path: Path) -> None:
    done("report", "html", "--out", str(tmp_path / "page.html"), cwd=make_ledger(tmp_path / "ledger"), at="2026-03-31")
    other = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert (other.texts["script"], other.texts["style"]) == (page.texts["script"], page.texts["style"])


def test_every_table_has_a_caption_and_every_head_a_scope(page: Page) -> None:
    assert len(page.tables) > len(REPORTS)
    for table in page.tables:
        assert table.caption
        assert {head.get("scope") for head in table.heads if "data-key" in head} == {"col"}
        assert {head.get("scope") for head in table.heads if "data-key" not in head} == {"row"}


def test_charts_are_drawn_inline_and_have_a_name(page: Page) -> None:
    drawn = {attrs["aria-label"] or "" for tag, attrs in page.tags if tag == "svg" and attrs.get("role") == "img"}
    for currency in ("EUR", "USD", "JPY"):
        for what in ("open by days past the due date", "owed and overdue at the ends of months"):
            assert f"{currency}: {what}" in drawn
    assert "EUR: cash expected by the end of each week" in drawn


def test_page_says_whose_it_is_and_of_which_day(page: Page) -> None:
    assert page.texts["title"] == ["Fjord Consulting AS: receivables on 2026-06-30"]
    assert page.texts["h1"] == ["Fjord Consulting AS"]
    assert ("time", {"datetime": "2026-06-30"}) in page.tags
    assert page.texts["h2"][:3] == ["EUR", "JPY", "USD"]  # the currency of the ledger comes first


def test_what_is_not_shown_stands_in_one_row_and_everything_adds_up(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "ledger")
    for at in range(20):
        done("customer", "add", "--name", f"Customer {at}", "--id", f"c{at}", "--yes", cwd=root, at="2026-01-02")
        done("invoice", "new", "-c", f"c{at}", "-l", f"Work;1;{100 + at};vat-20", "--yes", cwd=root, at="2026-02-08")
    done("report", "html", "--out", str(tmp_path / "page.html"), "--as-of", "2026-03-31", cwd=root)
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    for name, currency, shown, keys in (
        ("aging", "", 15, ("1-30", "total")),
        ("customers", "", 10, ("revenue",)),
        ("debtors", "EUR", 8, ("overdue", "open")),
        ("worse", "EUR", 8, ("before", "now", "change")),
    ):
        table = page.table(name, currency)
        assert len(table.body) == shown
        (rest,), (total,) = table.rest, table.totals
        assert rest["customer"] == f"… and {20 - shown} more customers"
        for key in keys:
            assert sum(Decimal(row[key]) for row in [*table.body, rest]) == Decimal(total[key])


def test_new_ledger_says_that_there_is_nothing_yet(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "ledger")
    done("report", "html", "--out", str(tmp_path / "page.html"), cwd=root, at="2026-03-31")
    raw = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(raw)
    assert not page.tables
    assert "<p>Nothing has been issued or paid yet.</p>" in raw
    assert "Nothing that cannot wait." in raw


@pytest.mark.parametrize(("language", "shown"), [("en", "1,234,567.80"), ("de", "1.234.567,80"), ("fr", "1\u202f234\u202f567,80")])
def test_numbers_are_written_as_the_ledger_s_language_writes_them(tmp_path: Path, language: str, shown: str) -> None:
    root = make_ledger(tmp_path / "ledger")
    with (root / "ledger.yaml").open("a") as file:
        file.write(f"language: {language}\n")
    done("customer", "add", "--name", "Somebody", "--id", "somebody", "--yes", cwd=root, at="2026-01-02")
    done("invoice", "new", "-c", "somebody", "-l", "Work;1;1028806.5;vat-20", "--yes", cwd=root, at="2026-01-10")
    done("report", "html", "--out", str(tmp_path / "page.html"), cwd=root, at="2026-03-31")
    raw = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f'<data data-figure="overdue" value="1234567.80">{shown}</data>' in raw


def test_names_in_the_books_never_become_markup(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "ledger")
    evil = '</script><script>alert(1)</script></svg><img src=x onerror=alert(2)> & "{{ 7 * 7 }}"'
    text = (root / "ledger.yaml").read_text().replace("name: Fjord Consulting AS", "name: 'A </title><script>x</script>'")
    (root / "ledger.yaml").write_text(text)
    done("customer", "add", "--name", evil, "--id", "evil", "--yes", cwd=root, at="2026-01-02")
    done("customer", "add", "--name", "\u05d0\u05d1\u05d2", "--id", "hebrew", "--yes", cwd=root, at="2026-01-02")
    for customer in ("evil", "hebrew"):
        done("invoice", "new", "-c", customer, "-l", "Work;1;100;vat-20", "--yes", cwd=root, at="2026-01-10")
    done("report", "html", "--out", str(tmp_path / "page.html"), "--as-of", "2026-03-31", cwd=root)
    raw = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert raw.count("<script>") == raw.count("</script>") == 1
    assert "<img" not in raw
    page = Page(raw)
    assert evil in [row["name"] for row in page.table("customers").body]
    assert evil in [row["customer"] for row in page.table("debtors", "EUR").body]
    assert page.texts["title"] == ["A </title><script>x</script>: receivables on 2026-03-31"]
    assert "<bdi>\u05d0\u05d1\u05d2</bdi>" in raw  # written from right to left, it turns nothing around it


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


def refused(ledger: Path, out: Path, said: str) -> None:
    ran = bill("report", "html", "--out", str(out), "--as-of", DAY, cwd=ledger)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert "hint: name" in ran.err


def test_a_folder_is_made_and_what_else_is_in_it_stays(ledger: Path, tmp_path: Path) -> None:
    below = tmp_path / "new" / "below"
    done("report", "html", "--out", str(below), "--as-of", DAY, cwd=ledger)
    (below / "notes.txt").write_text("mine")
    (tmp_path / "link").symlink_to(below)
    done("report", "html", "--out", str(tmp_path / "link"), "--as-of", DAY, cwd=ledger)  # a folder may be a link
    assert sorted(each.name for each in below.iterdir()) == ["index.html", "notes.txt"]
    assert (below / "notes.txt").read_text() == "mine"


def test_a_file_is_no_folder_and_links_to_pages_are_not_followed(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    refused(ledger, tmp_path / "file", "is a file, no folder")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    refused(ledger, tmp_path / "nowhere", "is a link to nothing")
    real = tmp_path / "real.html"
    done("report", "html", "--out", str(real), "--as-of", DAY, cwd=ledger)
    before = real.read_bytes()
    (tmp_path / "linked.html").symlink_to(real)
    refused(ledger, tmp_path / "linked.html", "is a link")
    assert real.read_bytes() == before
    (tmp_path / "folder.html").mkdir()
    refused(ledger, tmp_path / "folder.html", "is a folder")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder.html", "linked.html", "nowhere", "real.html"]


def test_folders_of_the_books_take_no_page_but_others_beside_them_do(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "books")
    done("customer", "add", "--name", "Somebody", "--id", "somebody", "--yes", cwd=root, at="2026-01-02")
    done("invoice", "new", "-c", "somebody", "-l", "Work;1;100;vat-20", "--yes", cwd=root, at="2026-01-10")
    for folder in ("invoices", "payments/2026", "audit", ".bill", ".git/hooks", "customers/../invoices"):
        refused(root, root / folder, "belongs to the ledger")
    (tmp_path / "aside").symlink_to(root / "invoices")
    refused(root, tmp_path / "aside", "belongs to the ledger")
    before = done("check", "--as-of", DAY, "--format", "json", cwd=root).out
    done("report", "html", "--out", "dashboard", "--as-of", DAY, cwd=root)
    assert done("check", "--as-of", DAY, "--format", "json", cwd=root).out == before


def test_a_place_below_a_file_is_said(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(ledger, tmp_path / "file" / "below", "cannot be written: Not a directory")


def test_a_folder_that_may_not_be_written_is_said_and_left_as_it_was(ledger: Path, tmp_path: Path) -> None:
    with mock.patch("billcli.store.fs.rename", side_effect=PermissionError(13, "Permission denied")):
        refused(ledger, tmp_path, "cannot be written: Permission denied")
    assert not [*tmp_path.iterdir()]


def test_a_disk_that_is_full_leaves_the_page_before_as_it_was(ledger: Path, tmp_path: Path) -> None:
    done("report", "html", "--out", str(tmp_path), "--as-of", "2026-05-31", cwd=ledger)
    before = (tmp_path / "index.html").read_bytes()
    with mock.patch("os.fsync", side_effect=OSError(28, "No space left on device")):
        refused(ledger, tmp_path, "cannot be written: No space left on device")
    assert (tmp_path / "index.html").read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]


def test_same_books_and_day_give_the_same_bytes(ledger: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        done("report", "html", "--out", str(tmp_path / name), "--as-of", "2026-06-30", cwd=ledger)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_bars_are_in_proportion_and_something_is_always_seen() -> None:
    assert bar(50, 100, 10) == "█████"
    assert bar(1, 1000, 10) == "▏"
    assert bar(0, 100, 10) == bar(-5, 100, 10) == ""
    assert len(bar(100, 100, 10)) == 10


def drawn(bars: Bars, columns: int) -> list[str]:
    with mock.patch.dict(os.environ, {"COLUMNS": str(columns)}):
        return re.sub(r"\x1b\[[0-9;]*m", "", chart(bars)).splitlines()


def test_chart_has_a_line_per_bar_with_its_text_and_nothing_of_a_name_is_markup() -> None:
    plain = drawn(Bars("Owed", [Bar("[red]a", 100, "1.00"), Bar("b", 50, "0.50", alarm=True)]), 80)
    assert plain[0] == "Owed"
    assert plain[1].startswith("[red]a  █")
    assert plain[1].endswith("█  1.00")
    assert plain[2].count("█") * 2 == plain[1].count("█")


def test_part_of_a_bar_is_told_without_colours() -> None:
    plain = drawn(Bars("Owed", [Bar("a", 100, "1.00", 40), Bar("b", 100, "1.00", 100), Bar("c", 50, "0.50")], "key"), 80)
    assert plain[0] == "Owed  (key)"
    assert plain[1] == f"a  {'█' * 24}{'░' * 36}  1.00"
    assert plain[2] == f"b  {'█' * 60}  1.00"
    assert plain[3] == f"c  {'░' * 30}  0.50"


def test_chart_of_odd_amounts() -> None:
    assert chart(Bars("Owed", [])) == chart(Bars("Owed", [Bar("a", 0, "0.00"), Bar("b", -5, "-0.05")])) == ""
    plain = drawn(Bars("Owed", [Bar("a", 10**12, "10000000000.00"), Bar("b", 1, "0.01"), Bar("c", 0, "0.00"), Bar("d", -5, "-0.05")]), 60)
    assert plain[2:] == ["b  ▏  0.01", "c  0.00", "d  -0.05"]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_of_a_chart_is_wider_than_the_terminal(columns: int) -> None:
    rows = [Bar("青岛海洋仪器", 100, "100.00, overdue 40.00", 40), Bar("a", 7, "7.00, overdue 0.00")]
    plain = drawn(Bars("Owed", rows), columns)
    assert max(map(width, plain)) <= columns
    assert len(plain) == (5 if columns == 40 else 3)  # with no room beside the figures a bar stands below them


def test_overview_is_one_screen_of_a_small_terminal(ledger: Path) -> None:
    lines = done("report", "overview", "--as-of", DAY, cwd=ledger, env={"COLUMNS": "80"}).out.splitlines()
    assert len(lines) <= 24
    assert max(map(width, lines)) <= 80
    (view,) = done("report", "overview", "--as-of", DAY, "--format", "json", cwd=ledger).json["rows"]
    for each in view["currencies"]:
        (row,) = [line.split() for line in lines if line.startswith(f"{each['currency']} ") and "▇" in line]
        assert row[1:4] == [each["owed"], each["overdue"], each["overdue_share"]]
        assert len(row[4]) == len([each for each in view["trend"] if each["currency"] == row[0]])
        assert row[5:] == [each["due_this_week"], each["dso"], each["countback"]]


def test_steps_are_the_higher_the_more() -> None:
    assert steps([0, 1, 50, 100]) == ".▁▄▇"
    assert steps([0, 0]) == ".."
    assert steps([]) == ""


@pytest.mark.parametrize("name", ["aging", "overdue-trend", "cash-forecast", "overview"])
def test_into_a_pipe_goes_no_chart(ledger: Path, name: str) -> None:
    assert "█" not in done("report", name, "--as-of", "2026-06-30", cwd=ledger).out

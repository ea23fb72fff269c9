"""What reports say of the same ledger when they are asked in several ways: by dimension, of some documents, of an earlier day."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support import PROJECT, done, make_ledger

DAY = "2026-09-21"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tmp_path_factory.mktemp("demo")
    shutil.copytree(PROJECT / "ledgers" / "demo", root, dirs_exist_ok=True)
    return root


@pytest.fixture(scope="module")
def credited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invoice of 1000.00 with a tag and two categories, and a credit note over an amount of 500.00 on it."""
    root = make_ledger(tmp_path_factory.mktemp("credited"))
    words = "schema: categories/1\nrevenue:\n  - name: goods\n  - name: work\ntags:\n  - name: vip\n"
    (root / "categories.yaml").write_text(words, encoding="utf-8")
    done("customer", "add", "--name", "Nordwind GmbH", "--id", "nordwind", "--yes", cwd=root, at="2026-01-02")
    lines = ("-l", "Lamp;1;750;vat-20;goods", "-l", "Work;1;250;vat-20;work")
    done("invoice", "new", "-c", "nordwind", *lines, "--tag", "vip", "--yes", cwd=root, at="2026-01-10")
    done("credit-note", "new", "-i", "INV-2026-0001", "--amount", "600", "--reason", "scratched", "--yes", cwd=root, at="2026-02-03")
    return root


def rows(root: Path, *words: str, day: str = DAY) -> list[dict[str, Any]]:
    found = done("report", *words, "--as-of", day, "--format", "json", cwd=root).json["rows"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("where", ["tag=vip", "type=sales", "number=INV-2026-0001", "gross>1000", "state=open,overdue,'partly paid'"])
def test_a_credit_note_counts_where_the_invoice_does_that_it_corrects(credited: Path, where: str) -> None:
    (row,) = rows(credited, "revenue", "--by", "currency", "--where", where, day="2026-02-10")
    assert (row["invoiced"], row["credited"], row["revenue"]) == ("1000.00", "500.00", "500.00")


@pytest.mark.parametrize("by", ["tag", "type", "state"])
def test_a_credit_note_makes_no_group_of_its_own(credited: Path, by: str) -> None:
    (row,) = rows(credited, "revenue", "--by", by, day="2026-02-10")
    assert row["revenue"] == "500.00"


def test_a_credit_note_over_an_amount_is_shared_over_the_categories_of_its_invoice(credited: Path) -> None:
    found = rows(credited, "revenue", "--by", "category", day="2026-02-10")
    assert {row["category"]: (row["credited"], row["revenue"]) for row in found} == {
        "goods": ("375.00", "375.00"),
        "work": ("125.00", "125.00"),
    }
    said = done("report", "revenue", "--by", "category", "--as-of", "2026-02-10", "--format", "json", cwd=credited).json
    assert [row["invoices"] for row in found] == [1, 1]
    assert [row["invoices"] for row in said["totals"]] == [1]


def test_who_has_credit_counts_in_the_total_of_what_is_owed(demo: Path) -> None:
    """Nobody's credit may make what all owe look larger than dso and aging say."""
    said = done("report", "customers", "--of", "owed", "--top", "0", "--as-of", DAY, "--format", "json", cwd=demo).json
    owed = {row["currency"]: row["owed"] for row in rows(demo, "dso")}
    assert {row["currency"]: row["owed"] for row in said["totals"]} == owed
    for currency, total in owed.items():
        assert sum(Decimal(row["owed"]) for row in said["rows"] if row["currency"] == currency) == Decimal(total)
    below = [row for row in said["rows"] if Decimal(row["owed"]) < 0]
    assert below
    assert all(row["share"] is None and row["cumulative"] is None for row in below)


@pytest.mark.parametrize("name", [("dso",), ("turnover",), ("customers", "--of", "owed")])
def test_that_unapplied_credit_is_left_out_is_said(demo: Path, name: tuple[str, ...]) -> None:
    words = ("report", *name, "--as-of", DAY)
    said = "unapplied credit belongs to no invoice and is left out"
    assert said in done(*words, "--where", "type=sales,service", cwd=demo).out
    assert said not in done(*words, "--where", "country=DE", cwd=demo).out


def test_customers_by_currency_is_a_row_of_each(demo: Path) -> None:
    found = rows(demo, "customers", "--by", "currency")
    assert [(row["currency"], row["rank"], row["share"]) for row in found] == [("EUR", 1, "100.0"), ("NOK", 1, "100.0")]


@pytest.mark.parametrize("by", ["month", "quarter", "year"])
def test_a_trend_by_time_stands_under_the_time_of_issue(demo: Path, by: str) -> None:
    found = rows(demo, "overdue-trend", "--by", "type", "--by", by)
    assert {len(row[by]) for row in found} == {{"month": 7, "quarter": 7, "year": 4}[by]}
    assert {len(row["on"]) for row in found} == {10}


def test_no_report_has_two_columns_of_one_name(demo: Path) -> None:
    heads = done("report", "tax", "--by", "category", "--as-of", DAY, "--format", "csv", cwd=demo).out.splitlines()[0].split(",")
    assert len(heads) == len(set(heads))
    assert heads[:3] == ["category", "tax_category", "rate"]


def test_of_an_earlier_day_the_overview_leaves_out_what_no_book_says(demo: Path) -> None:
    def seen(*words: str) -> tuple[dict[str, Any], str]:
        (row,) = done("report", "overview", *words, "--format", "json", cwd=demo, at=DAY).json["rows"]
        return row, done("report", "overview", *words, cwd=demo, at=DAY).out

    today, shown = seen()
    assert today["drafts"] > 0
    assert "without drafts" not in shown
    before, shown = seen("--as-of", "2026-03-02")
    assert (before["drafts"], before["deliveries"]) == (None, None)
    assert "(without drafts and deliveries)" in shown.splitlines()[0]
    assert not any(word in step for step in before["next"] for word in ("draft", "outbox"))


def test_bank_lines_of_the_overview_are_those_open_on_that_day(demo: Path) -> None:
    for day in ("2026-03-02", "2026-06-30", "2026-09-14"):
        (row,) = done("report", "overview", "--as-of", day, "--format", "json", cwd=demo, at=DAY).json["rows"]
        reconciled = rows(demo, "reconciliation", "--period", f"2000-01-01..{day}", day=day)
        assert row["bank_lines_open"] == sum(each["open"] for each in reconciled)


def test_a_note_brings_no_control_characters_to_a_terminal() -> None:
    from datetime import date

    from billcli.core.report import Column, Report
    from billcli.render.report import as_table

    shown = as_table(Report("x", date(2026, 1, 1), (Column("a", "A"),), [("b",)], notes=("rule \u202egnp\x1b[31m",)), terminal=False)
    assert "\u202e" not in shown
    assert "\x1b" not in shown

"""What reports say of the same thing must come to the same, over a ledger with everything that can happen to an invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.reports.written import write
from tests.support import done

DAY = "2026-03-31"
DOCUMENT = ("type", "state", "band", "month", "quarter", "year", "currency", "category", "tag")
"""The dimensions of documents."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("ledger"), 7)


def rows(root: Path, *words: str) -> list[dict[str, Any]]:
    ran = done(*words, "--as-of", DAY, "--format", "json", cwd=root)
    assert ran.err == ""
    found = ran.json["rows"]
    assert isinstance(found, list)
    return found


def summed(found: Iterable[Mapping[str, Any]], *names: str, by: str = "currency") -> dict[str, tuple[Decimal, ...]]:
    """Σ of each of these columns by currency, without what is nothing in all of them."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(names))
    for row in found:
        for at, name in enumerate(names):
            sums[row[by]][at] += Decimal(row[name])
    return {key: tuple(each) for key, each in sums.items() if any(each)}


@pytest.mark.parametrize("by", DOCUMENT)
def test_trend_by_any_dimension_of_documents_adds_up_to_the_trend(root: Path, by: str) -> None:
    whole = rows(root, "report", "overdue-trend")
    parts = rows(root, "report", "overdue-trend", "--by", by)
    for on in {row["on"] for row in whole}:
        mine, theirs = ([row for row in found if row["on"] == on] for found in (parts, whole))
        assert summed(mine, "owed", "overdue") == summed(theirs, "owed", "overdue")


def test_what_is_open_is_one_sum_wherever_it_stands(root: Path) -> None:
    aging = rows(root, "report", "aging")
    flat = [{**row, "open": sum(Decimal(each) for each in row["buckets"].values())} for row in aging]
    opened = summed(flat, "open")
    listed = rows(root, "invoice", "list", "--where", "open!=0")
    overview = rows(root, "report", "overview")[0]
    assert len(opened) == 4
    assert summed(listed, "open") == opened
    assert summed(overview["currencies"], "owed") == opened
    assert summed(rows(root, "report", "cash-forecast"), "due") == opened
    assert summed(rows(root, "report", "cash-forecast"), "expected") == opened
    assert summed([row for row in rows(root, "report", "overdue-trend") if row["on"] == DAY], "owed") == opened
    assert summed(rows(root, "report", "cei"), "closing") == opened
    assert summed(rows(root, "report", "aging", "--by", "invoice"), "open") == opened


def test_what_is_overdue_is_one_sum_wherever_it_stands(root: Path) -> None:
    late = summed([row for row in rows(root, "report", "aging", "--by", "invoice") if row["bucket"] != "not due"], "open")
    overview = rows(root, "report", "overview")[0]
    assert summed(overview["currencies"], "overdue") == late
    assert summed([row for row in rows(root, "report", "overdue-trend") if row["on"] == DAY], "overdue") == late


def test_what_is_owed_less_what_is_unapplied_is_one_sum_wherever_it_stands(root: Path) -> None:
    total = summed(rows(root, "report", "aging"), "total")
    assert summed(rows(root, "report", "dso"), "owed") == total
    assert summed(rows(root, "report", "turnover"), "closing") == total
    overview = rows(root, "report", "overview")[0]["currencies"]
    assert {row["currency"]: (Decimal(row["owed"]) - Decimal(row["unapplied"]),) for row in overview} == total


@pytest.mark.parametrize("by", ["customer", "region", *DOCUMENT])
def test_revenue_by_any_dimension_is_issued_less_credited(root: Path, by: str) -> None:
    words = ("--period", "2025")
    whole = summed(rows(root, "report", "revenue", "--by", "currency", *words), "invoiced", "credited", "revenue")
    assert summed(rows(root, "report", "revenue", "--by", by, *words), "invoiced", "credited", "revenue") == whole
    assert all(invoiced - credited == revenue for invoiced, credited, revenue in whole.values())


def test_sales_are_the_same_in_every_report(root: Path) -> None:
    words = ("--period", "2026-Q1")
    sales = summed(rows(root, "report", "turnover", *words), "sales")
    for name in ("dso", "discounts", "bad-debt"):
        assert summed(rows(root, "report", name, *words), "sales") == sales


def test_tax_is_what_the_documents_say_less_what_lowered_it(root: Path) -> None:
    found = rows(root, "report", "tax", "--period", "2025")
    sums = summed(found, "invoiced_tax", "credited_tax", "reduced_tax", "tax", "invoiced_base", "credited_base", "reduced_base", "base")
    for invoiced, credited, lowered, tax, *base in sums.values():
        assert invoiced - credited - lowered == tax
        assert base[0] - base[1] - base[2] == base[3]
    for by in ("customer", "type", "quarter", "tag"):
        parts = summed(rows(root, "report", "tax", "--period", "2025", "--by", by), "tax", "base")
        assert parts == {currency: (each[3], each[7]) for currency, each in sums.items()}


def test_a_year_is_its_quarters_and_its_months(root: Path) -> None:
    for name, column in (("revenue", "revenue"), ("tax", "tax"), ("discounts", "net"), ("bad-debt", "net")):
        grouped = ("--by", "currency") if name == "revenue" else ()
        year = summed(rows(root, "report", name, "--period", "2025", *grouped), column)
        for parts in ([f"2025-Q{at}" for at in range(1, 5)], [f"2025-{at:02d}" for at in range(1, 13)]):
            found = [row for part in parts for row in rows(root, "report", name, "--period", part, *grouped)]
            assert summed(found, column) == year


@pytest.mark.parametrize("name", ["dso", "cei", "turnover", "discounts", "bad-debt", "tax", "revenue", "days-late", "dunning", "customers"])
def test_no_row_is_of_two_currencies(root: Path, name: str) -> None:
    """A sum across currencies would be nobody's money: every row names one, and totals are by currency."""
    ran = done("report", name, "--by", "region", "--as-of", DAY, "--format", "json", cwd=root).json
    found = {row["currency"] for row in ran["rows"]}
    assert found <= {"EUR", "JPY", "KWD", "USD"}
    assert len(found) == 4 or (name == "dunning" and len(found) > 1)  # not every one has been reminded
    assert len(ran["totals"]) == len(
        {tuple(str(row.get(each)) for each in ("currency", "tax_category", "rate", "level")) for row in ran["totals"]}
    )

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

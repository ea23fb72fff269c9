from __future__ import annotations

import sys
from pathlib import Path
from unittest import mock

import pytest

from billcli.core import calendars
from tests.support import bill, done, make_ledger, tree


def test_terms_are_shown_without_a_ledger(tmp_path: Path) -> None:
    ran = done("terms", "show", "2% 10, net 30", "--amount", "1190", "--format", "json", cwd=tmp_path, at="2026-11-21")
    assert ran.err == ""
    early, whole = ran.json["rows"]
    assert early == {
        "kind": "discount", "due_on": "2026-12-01", "weekday": "Tuesday", "percent": "2", "currency": "EUR", "amount": "23.80",
        "cash": "1166.20",
    }  # fmt: skip
    assert (whole["due_on"], whole["percent"], whole["amount"], whole["cash"]) == ("2026-12-21", "100", "1190.00", None)
    assert tree(tmp_path) == {}


def test_a_ledger_that_is_named_must_be_there(tmp_path: Path) -> None:
    ran = bill("terms", "show", "net 30", cwd=tmp_path, env={"BILL_LEDGER": str(tmp_path)})
    assert (ran.code, ran.out) == (2, "")
    assert "is no ledger" in ran.err


def test_a_ledger_gives_its_currency_and_its_day(tmp_path: Path) -> None:
    root = make_ledger(tmp_path / "books")
    (root / "ledger.yaml").write_text((root / "ledger.yaml").read_text().replace("EUR", "JPY").replace("Europe/Oslo", "Asia/Tokyo"))
    ran = done("terms", "show", "1/3 now, rest net 1", "--amount", "100", "--format", "json", cwd=root, at="2026-11-21T20:00")
    assert [(row["due_on"], row["currency"], row["amount"]) for row in ran.json["rows"]] == [
        ("2026-11-22", "JPY", "33"), ("2026-11-23", "JPY", "67"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["ledger.yaml", "categories.yaml", "customers/nordwind.yaml", "drafts/nordwind-00000001.yaml"])
def test_terms_are_read_wherever_a_file_has_them(tmp_path: Path, path: str) -> None:
    """
    --- categories.yaml
    schema: categories/1
    groups:
      size:
        - name: large
          terms: net 30
    --- customers/nordwind.yaml
    schema: customer/1
    id: nordwind
    name: Nordwind GmbH
    terms: net 30
    --- drafts/nordwind-00000001.yaml
    schema: draft/1
    id: nordwind-00000001
    customer: nordwind
    terms: net 30
    lines:
      - description: Work
        quantity: 1
        unit_price: 10.00
    """
    root = make_ledger(tmp_path, test_terms_are_read_wherever_a_file_has_them.__doc__)
    file = root / path
    good = file.read_text()
    for text in ("2% 10, 30% now, rest net 60, modified following DE-BE", "Day 10 next month cutoff 25", "eom + 30"):
        file.write_text(good.replace("terms: net 30", f"terms: {text}"))
        done("check", cwd=root)
    file.write_text(good.replace("terms: net 30", "terms: net 30 eom"))
    ran = bill("check", "--format", "json", cwd=root)
    assert [(each["code"], each["file"], each["path"].split(".")[-1]) for each in ran.json["diagnostics"]] == [("E214", path, "terms")]


def test_the_same_request_on_a_later_day_is_the_same_though_its_days_would_differ(tmp_path: Path) -> None:
    root = make_ledger(tmp_path)
    done("customer", "add", "--name", "Nordwind GmbH", "--id", "nordwind", "--yes", cwd=root, at="2026-03-01")
    words = ("invoice", "new", "-c", "nordwind", "-l", "Work;1;100", "--terms", "2% 10, 1/3 now, rest eom", "--external-id", "a", "--yes")
    first = done(*words, cwd=root, at="2026-03-14")
    before = tree(root)
    assert done(*words, cwd=root, at="2026-03-17").out == first.out
    assert tree(root) == before


def test_an_import_without_the_package_stops_instead_of_refusing_every_row(tmp_path: Path) -> None:
    """
    --- customers/nordwind.yaml
    schema: customer/1
    id: nordwind
    name: Nordwind GmbH
    terms: net 30, following DE
    --- old.csv
    number,customer,issued_on,gross
    A-1,nordwind,2026-05-01,100.00
    A-2,nordwind,2026-05-02,100.00
    """
    root = make_ledger(tmp_path, test_an_import_without_the_package_stops_instead_of_refusing_every_row.__doc__)
    words = ("invoice", "import", "old.csv", "--rejects", "bad.csv", "--yes")
    calendars._country.cache_clear()
    with mock.patch.dict(sys.modules, {"holidays": None}):
        ran = bill(*words, cwd=root, at="2026-06-30")
    assert ran.code == 1
    assert ran.err.startswith('bill: the calendar "DE" needs the package holidays\n')
    assert 'pip install "billcli[calendars]"' in ran.err
    assert not (root / "invoices").exists()
    done(*words, cwd=root, at="2026-06-30")
    assert "due_on: 2026-06-01" in (root / "invoices/2026/05/A-1.yaml").read_text()
    assert "due_on: 2026-06-01" in (root / "invoices/2026/05/A-2.yaml").read_text()

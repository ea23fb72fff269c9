"""Where customers and documents stand, as the index says it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from billcli.app.books import open_books
from billcli.app.context import Context, now
from billcli.app.dimensions import facets, where_of
from billcli.core.dimensions import ALL
from billcli.errors import UsageError
from tests.support import done, make_ledger

CATEGORIES = """\
schema: categories/1
groups:
  region:
    - name: germany/bavaria/munich
    - name: norway
  segment:
    - name: public
revenue:
  - name: consulting
  - name: training
tags:
  - name: vip
  - name: watch
bands:
  - name: small
    from: 0.00
    currency: EUR
  - name: large
    from: 1000.00
    currency: EUR
"""
DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_ledger(tmp_path_factory.mktemp("facets"))
    (root / "categories.yaml").write_text(CATEGORIES)
    env = {"BILL_LEDGER": str(root)}
    add = ("customer", "add", "--yes", "--name")
    done(*add, "Nordwind", "--region", "germany/bavaria", "--tag", "vip", "--country", "DE", at="2026-01-02", env=env)
    done(*add, "Fjord", "--segment", "public", at="2026-01-02", env=env)
    new = ("invoice", "new", "--yes")
    done(*new, "-c", "nordwind", "-l", "Course;1;900;vat-20;training", "--tag", "watch", at="2026-01-10", env=env)
    done(*new, "-c", "nordwind", "-l", "A;1;100;vat-20;training", "-l", "B;1;1;vat-20;consulting", at="2026-04-10", env=env)
    done(*new, "-c", "fjord", "-l", "Course;1;100;vat-20", at="2026-05-10", env=env)
    done("credit-note", "new", "-i", "INV-2026-0001", "--reason", "less", "--line", "1:1", "--yes", at="2026-05-11", env=env)
    return root


def test_each_document_stands_where_it_says(root: Path) -> None:
    names = ("region", "segment", "country", "tag", "category", "band", "month", "quarter", "year", "currency", "type", "state")
    with open_books(Context(str(root), "2026-06-30", now())) as books:
        found = facets(books, names, DAY)
        assert found.of_customer("nordwind", "region") == ("germany/bavaria",)
        assert found.of_customer("fjord", "region") == ("",)
        assert found.of_customer("nordwind", "country") == ("DE",)
        assert found.of_customer("nordwind", "customer") == ("nordwind",)
        assert found.of_document("INV-2026-0001", "tag") == ("watch",)
        assert found.of("nordwind", "INV-2026-0001", "tag") == ("watch", "vip")
        assert found.of("fjord", "INV-2026-0003", "tag") == ("",)
        assert found.of_document("INV-2026-0002", "category") == ("training", "consulting")
        assert found.of_document("INV-2026-0003", "category") == ("",)
        assert [found.of_document(f"INV-2026-000{n}", "band") for n in (1, 2, 3)] == [("large",), ("small",), ("small",)]
        assert found.of_document("INV-2026-0002", "quarter") == ("2026-Q2",)
        assert found.of_document("CN-2026-0001", "month") == ("2026-05",)
        assert found.of_document("CN-2026-0001", "type") == found.of_document("INV-2026-0001", "type")
        assert found.of_document("CN-2026-0001", "category") == ("training",)
        assert found.of_document("INV-2026-0001", "state") == ("credited",)
        assert found.of_document("INV-2026-0003", "state") == ("overdue",)
        assert found.of("fjord", "INV-2026-0003", "segment") == ("public",)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("segment=publik", 'there is no segment "publik"', 'did you mean "public"?'),
        ("tag=vipp", 'there is no tag "vipp"', 'did you mean "vip"?'),
        ("region=germani", 'there is no region "germani"', 'did you mean "germany"?'),
        ("band=huge", 'there is no band "huge"', "large, small"),
        ("state=late", 'there is no state "late"', "open"),
        ("customer=nordwnd", 'there is no customer "nordwnd"', 'did you mean "nordwind"?'),
        ("country=ZZ", 'there is no country "ZZ"', ""),
    ],
)
def test_word_that_nobody_declared_is_an_error_and_no_empty_list(root: Path, text: str, message: str, hint: str) -> None:
    with open_books(Context(str(root), "2026-06-30", now())) as books, pytest.raises(UsageError) as told:
        where_of(books, text)
    assert message in told.value.message
    assert hint in told.value.hint


def test_region_above_a_declared_one_is_declared_with_it(root: Path) -> None:
    with open_books(Context(str(root), "2026-06-30", now())) as books:
        assert where_of(books, "region=germany").matches(lambda _: ("germany/bavaria",))
    assert done("check", env={"BILL_LEDGER": str(root)}, at="2026-06-30").code == 0


def test_grade_is_that_of_the_score_on_the_day_and_of_a_merged_customer_that_of_the_other(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    done("customer", "add", "--yes", "--name", "Old", "--id", "old", at="2026-01-02", env=env)
    done("invoice", "new", "--yes", "-c", "old", "-l", "Course;1;77;vat-20", at="2026-05-12", env=env)
    done("customer", "merge", "old", "--into", "fjord", "--reason", "one house", "--yes", at="2026-06-30", env=env)
    for day in ("2026-03-01", "2026-06-30", "2026-09-30"):
        scored = {
            row["customer"]: row["grade"] for row in done("credit", "score", "--as-of", day, "--format", "json", env=env).json["rows"]
        }
        assert {"nordwind", "fjord"} <= {*scored}
        scored["old"] = scored["fjord"]
        rows = done("invoice", "list", "--by", "customer", "--by", "grade", "--as-of", day, "--format", "json", env=env).json["rows"]
        assert rows
        assert all(row["grade"] == scored[row["customer"]] for row in rows)
        for grade in set(scored.values()):
            found = done("invoice", "list", "--where", f"grade={grade}", "--as-of", day, "--format", "json", env=env).json["rows"]
            every = done("invoice", "list", "--as-of", day, "--format", "json", env=env).json["rows"]
            assert [row["number"] for row in found] == [row["number"] for row in every if scored[row["customer"]] == grade]


def test_nobody_is_scored_where_nobody_asks_for_grades(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[date] = []

    def grades(_: object, day: date) -> dict[str, str]:
        asked.append(day)
        return {}

    monkeypatch.setattr("billcli.app.credit.grades", grades)
    with open_books(Context(str(root), "2026-06-30", now())) as books:
        facets(books, [each for each in ALL if each != "grade"], DAY)
        assert not asked
        facets(books, ["grade"], DAY)
        facets(books, ["grade", "size"], DAY)
        assert asked == [DAY]

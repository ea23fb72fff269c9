"""What a grade gives: terms, deposit, discount and reminders; what a person says stands above it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support import LEDGER, bill, done, make_ledger

GRADES = """credit:
  apply: {apply}
  grades:
    - grade: A
      at_least: 65
      discount: 2
      dunning: gentle
    - grade: E
      at_least: 0
      deposit: 50
      dunning: strict
dunning:
  policy: gentle
  unsent: remind
  policies:
    - name: gentle
      levels:
        - level: 1
          days: 20
    - name: strict
      levels:
        - level: 1
          days: 1
"""
TODAY = "2026-06-30"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two customers: one has paid five invoices in time, the other none; nothing is applied yet."""
    root = tmp_path_factory.mktemp("year")
    make_ledger(
        root,
        "\n--- customers/good.yaml\nschema: customer/1\nid: good\nname: Good AS\n"
        "--- customers/bad.yaml\nschema: customer/1\nid: bad\nname: Bad AS\n",
    )
    (root / "ledger.yaml").write_text(LEDGER.replace("git:", GRADES.format(apply="false") + "git:"), encoding="utf-8")
    for month in range(1, 6):
        number = _new(root, "good", at=f"2026-0{month}-01").out.strip()
        _new(root, "bad", at=f"2026-0{month}-02")
        done("payment", "add", "-c", "good", "-a", "100", "-i", number, "--yes", "-q", cwd=root, at=f"2026-0{month}-20")
    return root


def _ledger(root: Path, year: Path, *, apply: bool = True, more: str = "") -> Path:
    shutil.copytree(year, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".bill"))
    if apply:
        (root / "ledger.yaml").write_text((root / "ledger.yaml").read_text().replace("apply: false", "apply: true"))
    if more:
        (root / "customers/bad.yaml").write_text((root / "customers/bad.yaml").read_text() + more)
    return root


def _new(root: Path, customer: str, *more: str, at: str = TODAY) -> Any:
    return done("invoice", "new", "-c", customer, "-l", "Work;1;100", *more, "--yes", cwd=root, at=at)


def _last(root: Path) -> dict[str, Any]:
    number = done("invoice", "list", "--format", "json", cwd=root, at=TODAY).json["rows"][-1]["number"]
    [row] = done("show", number, "--format", "json", cwd=root, at=TODAY).json["rows"]
    return dict(row)


def _explained(root: Path, customer: str) -> dict[str, tuple[str | None, str | None, str | None]]:
    [row] = done("credit", "explain", customer, "--format", "json", cwd=root, at=TODAY).json["rows"]
    return {each["what"]: (each["by_grade"], each["holds"], each["source"]) for each in row["follows"]}


def test_terms_take_the_discount_and_the_deposit_of_the_grade(tmp_path: Path, year: Path) -> None:
    root = _ledger(tmp_path, year)
    said = _new(root, "good")
    assert "terms 2% 10, net 30 (from grade A)" in said.err
    assert _last(root)["discount"] == {"until": "2026-07-10", "percent": "2"}
    said = _new(root, "bad")
    assert "terms 50% now, rest net 30 (from grade E)" in said.err
    assert [each["amount"] for each in _last(root)["instalments"]] == ["50.00", "50.00"]
    assert done("check", "--format", "json", cwd=root, at=TODAY).json["diagnostics"] == []


@pytest.mark.parametrize("where", ["customer", "group", "document"])
def test_what_a_person_says_stands_above_the_grade_and_the_deposit_is_advice(tmp_path: Path, year: Path, where: str) -> None:
    more = {"customer": "terms: net 14\n", "group": "groups:\n  size: small\n", "document": ""}[where]
    if where == "group":
        (tmp_path / "categories.yaml").write_text("schema: categories/1\ngroups:\n  size:\n    - name: small\n      terms: net 14\n")
    root = _ledger(tmp_path, year, more=more)
    said = _new(root, "bad", *(("--terms", "net 14") if where == "document" else ()))
    assert "due 2026-07-14" in said.err
    assert "advice for grade E: a deposit of 50 %; the terms net 14 ask for less at once" in said.err


def test_without_apply_all_of_it_is_advice(tmp_path: Path, year: Path) -> None:
    root = _ledger(tmp_path, year, apply=False)
    said = _new(root, "bad")
    assert "due 2026-07-30" in said.err
    assert "advice for grade E: a deposit of 50 %" in said.err
    assert _explained(root, "bad") == {
        "Terms": ("50% now, rest net 30", "net 30", "company"),
        "Reminders": ("strict", "gentle", "company"),
        "Deposit": ("50 %", None, "advice only"),
        "Credit limit": (None, None, None),
    }


def test_an_explanation_says_what_is_applied_and_by_whom(tmp_path: Path, year: Path) -> None:
    root = _ledger(tmp_path, year, more="dunning: never\n")
    assert _explained(root, "bad") == {
        "Terms": ("50% now, rest net 30", "50% now, rest net 30", "grade E"),
        "Reminders": ("strict", "never", "customer"),
        "Deposit": ("50 %", "50 %", "grade E"),
        "Credit limit": (None, None, None),
    }


def _levels(root: Path, day: str) -> dict[str, str]:
    rows = done("remind", "preview", "--format", "json", cwd=root, at=day).json["rows"]
    return {each["customer"]: each["policy"] for each in rows if each.get("policy")}


def test_reminders_follow_the_grade_only_where_nobody_names_a_policy(tmp_path: Path, year: Path) -> None:
    contact = "contacts:\n  - role: billing\n    email: bad@bad.example\n"
    for name, more, policy in (
        ("grade", "", "strict (grade E)"),
        ("customer", "dunning: gentle\n", "gentle (customer)"),
        ("group", "groups:\n  size: small\n", "gentle (size \"small\")"),
    ):  # fmt: skip
        root = tmp_path / name
        root.mkdir()
        if name == "group":
            (root / "categories.yaml").write_text("schema: categories/1\ngroups:\n  size:\n    - name: small\n      dunning: gentle\n")
        _ledger(root, year, more=contact + more)
        assert _levels(root, TODAY) == {"bad": policy}
    (tmp_path / "grade" / "ledger.yaml").write_text((tmp_path / "grade" / "ledger.yaml").read_text().replace("apply: true", "apply: false"))
    assert _levels(tmp_path / "grade", TODAY) == {"bad": "gentle (company)"}


def test_what_recurs_takes_the_terms_of_the_grade_on_the_day_it_is_made(tmp_path: Path, year: Path) -> None:
    root = _ledger(tmp_path, year)
    (root / "recurring").mkdir()
    lines = "lines:\n  - description: Hosting\n    quantity: 1\n    unit_price: 60\n    tax: none\n"
    for name, customer, more in (("a", "good", ""), ("b", "bad", ""), ("c", "bad", "terms: net 7\n")):
        head = f"schema: recurring/1\nid: {name}\ncustomer: {customer}\nevery: month\nstarts_on: 2026-06-30\n{more}"
        (root / "recurring" / f"{name}.yaml").write_text(head + lines)
    done("outbox", "here", "--yes", "-q", cwd=root, at=TODAY)
    done("recurring", "run", "--yes", "-q", cwd=root, at=TODAY)
    made = [each.read_text() for each in sorted((root / "invoices/2026/06").glob("*.yaml"))]
    assert [next(line for line in text.splitlines() if line.startswith("terms:")) for text in made] == [
        'terms: "2% 10, net 30"', 'terms: "50% now, rest net 30"', "terms: net 7",
    ]  # fmt: skip


def test_a_retry_of_an_invoice_answers_the_same_after_the_grade_has_changed(tmp_path: Path, year: Path) -> None:
    root = _ledger(tmp_path, year)
    first = _new(root, "good", "--external-id", "order-1", "--format", "json")
    for at in range(1, 4):
        _new(root, "good", at=f"2026-07-0{at}")
    late = "2026-12-31"
    assert _explained_on(root, "good", late) != "A"
    again = _new(root, "good", "--external-id", "order-1", "--format", "json", at=late)
    assert again.json["number"] == first.json["number"]


def _explained_on(root: Path, customer: str, day: str) -> str:
    [row] = done("credit", "explain", customer, "--format", "json", cwd=root, at=day).json["rows"]
    return str(row["grade"])


def test_a_grade_that_names_no_policy_of_reminders_is_named(tmp_path: Path, year: Path) -> None:
    root = _ledger(tmp_path, year)
    (root / "ledger.yaml").write_text((root / "ledger.yaml").read_text().replace("dunning: strict", "dunning: strikt"))
    [found] = bill("check", "--format", "json", cwd=root, at=TODAY).json["diagnostics"]
    assert (found["code"], found["message"]) == ("E710", 'credit.grades[1].dunning: there is no policy of reminders "strikt"')
    assert found["hint"] == 'did you mean "strict"?'

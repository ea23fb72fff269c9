"""Credit limits: what counts, what blocks, and what lets through."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billcli.core.credit.limit import formula
from billcli.core.credit.rules import GradeRule
from tests.support import LEDGER, bill, done, make_ledger

TODAY = "2026-03-31"


def _ledger(root: Path, credit: str, customers: str = "credit_limit: 1000.00\n") -> Path:
    make_ledger(root, f"\n--- customers/nordwind.yaml\nschema: customer/1\nid: nordwind\nname: Nordwind GmbH\n{customers}")
    (root / "ledger.yaml").write_text(LEDGER.replace("git:", f"{credit}git:"), encoding="utf-8")
    return root


def _new(root: Path, amount: str, *more: str, at: str = TODAY) -> Any:
    return bill("invoice", "new", "-c", "nordwind", "-l", f"Work;1;{amount}", "--yes", *more, cwd=root, at=at)


def _rows(root: Path, *words: str) -> Any:
    return done("credit", "limit", *words, "--format", "json", cwd=root, at=TODAY).json["rows"]


def test_exactly_the_limit_goes_out_and_a_cent_more_does_not(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    assert _new(root, "1000.01").code == 1
    assert _new(root, "1000.00").code == 0
    assert [each.name for each in (root / "invoices").rglob("*.yaml")] == ["INV-2026-0001.yaml"]


def test_off_says_nothing_anywhere(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: off\n")
    ran = _new(root, "5000")
    assert (ran.code, "credit limit" in ran.err) == (0, False)
    assert done("check", "--format", "json", cwd=root, at=TODAY).json["diagnostics"] == []


def test_a_draft_that_is_issued_counts_once(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    assert _new(root, "900", "--draft", "-q").code == 0
    [draft] = [path.stem for path in (root / "drafts").glob("*.yaml")]
    assert _new(root, "200").code == 1
    assert bill("invoice", "issue", draft, "--yes", "-q", cwd=root, at=TODAY).code == 0


def test_an_override_counts_on_its_days_alone_and_check_repeats_what_is_left(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    words = ("--override", "3000", "--until", "2026-04-10", "--approved-by", "Ada", "--reason", "fair", "--yes", "-q")
    done("credit", "limit", "nordwind", *words, cwd=root, at=TODAY)
    assert _new(root, "2500").code == 0
    assert bill("check", cwd=root, at="2026-04-10").code == 0
    after = bill("check", "--format", "json", cwd=root, at="2026-04-11")
    assert (after.code, [each["code"] for each in after.json["diagnostics"]]) == (1, ["E711"])
    assert _new(root, "1", at="2026-04-11").code == 1


def test_an_override_lets_through_what_the_overdue_limit_keeps_back(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n  overdue_limit: 100.00\n  overdue_days: 30\n", "")
    assert _new(root, "100.01", at="2026-01-01").code == 0
    assert _new(root, "1", at="2026-03-02").code == 0  # due on 31 January: 30 days overdue are allowed
    kept = _new(root, "1", at="2026-03-03")
    assert (kept.code, "beyond the overdue limit of 100.00 EUR" in kept.err) == (1, True)
    words = ("--override", "3000", "--until", "2026-04-10", "--approved-by", "Ada", "--reason", "fair", "--yes", "-q")
    done("credit", "limit", "nordwind", *words, cwd=root, at="2026-03-03")
    assert _new(root, "1", at="2026-03-03").code == 0


def test_other_currencies_never_add_to_a_limit(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    assert _new(root, "900").code == 0
    kept = _new(root, "5000", "--currency", "USD")
    assert (kept.code, "nordwind has its credit limit in EUR, which says nothing about 5000.00 USD" in kept.err) == (1, True)
    words = ("--override", "1000", "--until", TODAY, "--approved-by", "Ada", "--reason", "paid in advance", "--yes", "-q")
    done("credit", "limit", "nordwind", *words, cwd=root, at=TODAY)
    told = _new(root, "5000", "--currency", "USD")
    assert (told.code, "which says nothing about 5000.00 USD" in told.err) == (0, True)
    [row] = _rows(root, "nordwind")
    assert (row["currency"], row["open"], row["exposure"], row["left"]) == ("EUR", "900.00", "900.00", "100.00")
    [problem] = done("check", "--format", "json", cwd=root, at="2026-04-01").json["diagnostics"]
    assert problem["code"] == "W712"
    assert problem["message"] == "nordwind comes to 5000.00 USD too, which its credit limit in EUR does not count"
    assert problem["message"] in done("credit", "limit", cwd=root, at="2026-04-01").out


def _template(root: Path, name: str, price: int, more: str = "", customer: str = "nordwind") -> None:
    (root / "recurring").mkdir(exist_ok=True)
    head = f"schema: recurring/1\nid: {name}\ncustomer: {customer}\nevery: month\nstarts_on: 2026-03-31\n{more}"
    (root / "recurring" / f"{name}.yaml").write_text(
        f"{head}lines:\n  - description: Hosting {{month}}\n    quantity: 1\n    unit_price: {price}\n    tax: none\n"
    )


def test_what_one_run_makes_adds_up_and_the_next_periods_with_it(tmp_path: Path) -> None:
    """Three templates of 300 that end with this period, within 1000 only as long as nothing counts twice; a fourth does not fit."""
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    for name in ("a", "b", "c"):
        _template(root, name, 300, "ends_on: 2026-04-29\n")
    done("outbox", "here", "--yes", "-q", cwd=root, at=TODAY)
    assert [row["exposure"] for row in _rows(root, "nordwind")] == ["900.00"]
    done("recurring", "run", "--yes", "-q", cwd=root, at=TODAY)
    assert [(row["open"], row["recurring"]) for row in _rows(root, "nordwind")] == [("900.00", "0.00")]
    _template(root, "d", 60, "ends_on: 2026-04-29\n")
    _template(root, "e", 60, "ends_on: 2026-04-29\n")
    kept = bill("recurring", "run", "--yes", cwd=root, at=TODAY)
    assert (kept.code, kept.err.count("beyond the credit limit of 1000.00 EUR")) == (3, 1)
    assert [row["open"] for row in _rows(root, "nordwind")] == ["960.00"]


def test_templates_that_are_due_together_do_not_keep_each_other_back(tmp_path: Path) -> None:
    """One of the two goes out, the one that is due first, and the other once that is paid."""
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    _template(root, "a", 600, "ends_on: 2026-04-29\n")
    _template(root, "b", 700, "ends_on: 2026-04-29\n")
    done("outbox", "here", "--yes", "-q", cwd=root, at=TODAY)
    first = bill("recurring", "run", "--yes", cwd=root, at=TODAY)
    assert (first.code, "left: b from" in first.err, "left: a from" in first.err) == (3, True, False)
    done("payment", "add", "-c", "nordwind", "--amount", "600", "--received-on", TODAY, "--yes", "-q", cwd=root, at=TODAY)
    done("recurring", "run", "--yes", "-q", cwd=root, at=TODAY)
    assert [(row["open"], row["exposure"]) for row in _rows(root, "nordwind")] == [("1300.00", "700.00")]


def test_a_period_that_is_due_and_not_made_is_what_comes_next(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    _template(root, "a", 600, "ends_on: 2026-04-29\n")
    for day in (TODAY, "2026-04-04"):
        [row] = done("credit", "limit", "--as-of", day, "--format", "json", cwd=root, at="2026-04-04").json["rows"]
        assert row["recurring"] == "600.00"
    done("outbox", "here", "--yes", "-q", cwd=root, at="2026-04-04")
    done("recurring", "run", "--yes", "-q", cwd=root, at="2026-04-04")
    for day, (opened, coming) in {"2026-04-03": ("0.00", "600.00"), "2026-04-04": ("600.00", "0.00")}.items():
        [row] = done("credit", "limit", "--as-of", day, "--format", "json", cwd=root, at="2026-04-05").json["rows"]
        assert (row["open"], row["recurring"]) == (opened, coming), day


def test_a_past_day_says_that_what_is_prepared_is_that_of_now(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "")
    words = "drafts and templates are those that there are now, not those of 2026-03-01"
    assert words not in done("credit", "limit", "--as-of", "2026-03-01", cwd=root, at=TODAY).out
    assert _new(root, "200", "--draft", "-q").code == 0
    assert words in done("credit", "limit", "--as-of", "2026-03-01", cwd=root, at=TODAY).out
    assert "there are now" not in done("credit", "limit", cwd=root, at=TODAY).out


@pytest.mark.parametrize(("said", "blocked"), [("block", 1), ("warn", 0)])
def test_an_overdue_limit_is_repeated_by_check_and_shown_beside_the_limits(tmp_path: Path, said: str, blocked: int) -> None:
    root = _ledger(tmp_path, f"credit:\n  limit: {said}\n  overdue_limit: 100.00\n", customers="")
    _new(root, "500", at="2026-01-05")
    assert bill("check", cwd=root, at="2026-02-01").code == 0
    ran, refused = bill("check", "--format", "json", cwd=root, at=TODAY), _new(root, "10")
    words = "nordwind has 500.00 EUR overdue, beyond the overdue limit of 100.00 EUR"
    assert (ran.code, [(each["code"], each["message"]) for each in ran.json["diagnostics"]]) == (0, [("W712", words)])
    assert (refused.code, words in refused.err) == (blocked, True)
    [row] = _rows(root)
    assert (row["state"], row["limit"], row["overdue"]) == ("overdue", None, "500.00")
    assert words in done("credit", "limit", cwd=root, at=TODAY).out


def test_what_a_plan_has_put_off_is_not_overdue_as_in_the_aging_report(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n  overdue_limit: 100.00\n", customers="")
    _new(root, "500", at="2026-01-05")
    assert _new(root, "10").code == 1
    parts = ("--instalment", "2026-03-15:300", "--instalment", "2026-04-30:200")
    done("hold", "new", "--kind", "plan", "-i", "INV-2026-0001", *parts, "--reason", "agreed", "--yes", "-q", cwd=root, at="2026-03-01")
    [row] = _rows(root, "nordwind")
    aged = done("report", "aging", "--format", "json", cwd=root, at=TODAY).json["rows"]
    assert (row["overdue"], [(each["buckets"]["not due"], each["buckets"]["1-30"]) for each in aged]) == ("300.00", [("200.00", "300.00")])
    done("payment", "add", "-c", "nordwind", "-a", "300", "-i", "INV-2026-0001", "--yes", "-q", cwd=root, at=TODAY)
    assert _rows(root, "nordwind")[0]["overdue"] == "0.00"
    assert _new(root, "10").code == 0


def test_a_limit_by_grade_is_in_the_currency_that_the_region_gives_and_no_error_of_the_books(tmp_path: Path) -> None:
    """The score changes with the calendar, and books that were right yesterday are right today."""
    grades = "  grades:\n    - {grade: A, at_least: 0, limit_months: 1}\n"
    root = _ledger(tmp_path, f"credit:\n  limit: block\n  apply: true\n{grades}", customers="")
    (root / "categories.yaml").write_text("schema: categories/1\ngroups:\n  region:\n    - name: norway\n      currency: NOK\n")
    done("customer", "edit", "nordwind", "--set", "groups.region=norway", "--yes", "-q", cwd=root, at=TODAY)
    assert _new(root, "1200").code == 0
    [row] = _rows(root)
    assert (row["currency"], row["limit"], row["source"], row["state"]) == ("NOK", "100.00", "grade A", "over")
    ran, refused = bill("check", "--format", "json", cwd=root, at=TODAY), _new(root, "10")
    assert (ran.code, [each["code"] for each in ran.json["diagnostics"]]) == (0, ["W712"])
    assert (refused.code, "beyond the credit limit of 100.00 NOK" in refused.err) == (1, True)


def test_a_draft_that_comes_to_nothing_is_told_where_its_limit_is_asked(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "")
    assert _new(root, "200", "--draft", "-q").code == 0
    [draft] = (root / "drafts").glob("*.yaml")
    draft.write_text(draft.read_text().replace("unit_price: 200", "unit_price: 0"))
    made = _new(root, "10")
    assert (made.code, f"draft {draft.stem} is left out" in made.err) == (0, True)


def test_periods_that_are_caught_up_in_one_run_add_up(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    _template(root, "a", 400)
    done("outbox", "here", "--yes", "-q", cwd=root, at=TODAY)
    run = bill("recurring", "run", "--catch-up", "9", "--yes", cwd=root, at="2026-06-30")
    assert (run.code, len([*(root / "invoices").rglob("*.yaml")])) == (3, 2)
    assert [row["open"] for row in done("credit", "limit", "--format", "json", cwd=root, at="2026-06-30").json["rows"]] == ["800.00"]


def test_the_invoices_of_those_below_add_up_against_the_limit_of_their_parent_in_one_run(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    for name in ("north", "south"):
        done("customer", "add", "--name", name, "--id", name, "--parent", "nordwind", "--yes", "-q", cwd=root, at=TODAY)
        _template(root, name, 700, "ends_on: 2026-04-29\n", name)
    done("outbox", "here", "--yes", "-q", cwd=root, at=TODAY)
    assert [row["exposure"] for row in _rows(root, "nordwind")] == ["0.00", "1400.00"]
    run = bill("recurring", "run", "--yes", cwd=root, at=TODAY)
    assert (run.code, "nordwind and 2 below it come to 1400.00 EUR" in run.err) == (3, True)


def test_a_draft_of_the_same_name_as_a_template_counts_all_the_same(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    assert _new(root, "900", "--draft", "-q").code == 0
    [draft] = (root / "drafts").glob("*.yaml")
    _template(root, draft.stem, 200, "ends_on: 2026-04-29\n")
    assert bill("invoice", "issue", draft.stem, "--yes", "-q", cwd=root, at=TODAY).code == 1


def test_an_import_tells_which_limits_its_invoices_exceed_together(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    table = tmp_path / "old.csv"
    head = "number,customer,issued_on,due_on,currency,gross\n"
    table.write_text(head + "".join(f"OLD-{at},nordwind,2026-01-0{at},2026-02-01,EUR,400.00\n" for at in range(1, 4)))
    told = done("invoice", "import", str(table), "--yes", cwd=root, at=TODAY)
    assert "warning: nordwind comes to 1200.00 EUR (open 1200.00), beyond the credit limit of 1000.00 EUR (from customer)" in told.err
    assert _new(root, "1").code == 1
    assert bill("check", cwd=root, at=TODAY).code == 1


def test_what_a_merged_customer_owes_counts_for_its_successor(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    done("customer", "add", "--name", "Old", "--id", "old", "--yes", "-q", cwd=root, at=TODAY)
    done("invoice", "new", "-c", "old", "-l", "Work;1;900", "--yes", "-q", cwd=root, at=TODAY)
    done("customer", "merge", "old", "--into", "nordwind", "--reason", "bought", "--yes", "-q", cwd=root, at=TODAY)
    assert [row["open"] for row in _rows(root, "nordwind")] == ["900.00"] == [row["open"] for row in _rows(root)]
    assert _new(root, "101").code == 1
    assert _new(root, "100").code == 0


def test_a_limit_of_a_region_holds_for_the_regions_below_it(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n", "groups:\n  region: de/by\n")
    text = "schema: categories/1\ngroups:\n  region:\n    - name: de\n      credit_limit: 200.00\n    - name: de/by\n"
    (root / "categories.yaml").write_text(text)
    assert 'from region "de"' in _new(root, "201").err
    assert [row["source"] for row in _rows(root)] == ['region "de"']


def test_parents_in_a_circle_are_told_by_check_and_end_no_command(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n", "credit_limit: 1000.00\nparent: sued\n")
    (root / "customers/sued.yaml").write_text("schema: customer/1\nid: sued\nname: Sued\nparent: nordwind\n")
    assert _new(root, "1001").code == 1
    assert [row["exposure"] for row in _rows(root, "nordwind")] == ["0.00", "0.00"]
    assert [each["code"] for each in bill("check", "--format", "json", cwd=root, at=TODAY).json["diagnostics"]] != []
    assert len(done("credit", "score", "--format", "json", cwd=root, at=TODAY).json["rows"]) == 2


def test_a_list_of_all_says_what_each_alone_says(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "")
    done(
        "customer",
        "add",
        "--name",
        "Sued",
        "--id",
        "sued",
        "--credit-limit",
        "50",
        "--parent",
        "nordwind",
        "--yes",
        "-q",
        cwd=root,
        at=TODAY,
    )
    _new(root, "700")
    bill("invoice", "new", "-c", "sued", "-l", "Work;1;600", "--yes", cwd=root, at=TODAY)
    bill("payment", "add", "-c", "sued", "-a", "90", "--yes", cwd=root, at=TODAY)
    every = _rows(root)
    assert every == [*_rows(root, "nordwind"), *_rows(root, "sued")]
    assert [(each["customer"], each["family"], each["exposure"], each["state"]) for each in every] == [
        ("nordwind", 0, "700.00", "within"), ("nordwind", 1, "1210.00", "over"), ("sued", 0, "510.00", "over"),
    ]  # fmt: skip


def test_what_recurs_stays_within_the_limit_and_counts_once(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n")
    lines = "lines:\n  - description: Hosting {month}\n    quantity: 1\n    unit_price: 600\n    tax: none\n"
    (root / "recurring").mkdir()
    head = "schema: recurring/1\nid: hosting\ncustomer: nordwind\nevery: month\nstarts_on: 2026-03-31\n"
    (root / "recurring" / "hosting.yaml").write_text(head + lines)
    done("outbox", "here", "--yes", "-q", cwd=root, at=TODAY)
    assert [row["recurring"] for row in _rows(root, "nordwind")] == ["600.00"]
    assert _new(root, "500").code == 1
    done("recurring", "run", "--yes", "-q", cwd=root, at=TODAY)
    assert [(row["open"], row["recurring"], row["state"]) for row in _rows(root, "nordwind")] == [("600.00", "600.00", "over")]
    kept = bill("recurring", "run", "--yes", cwd=root, at="2026-04-30")
    assert (kept.code, "beyond the credit limit of 1000.00 EUR" in kept.out + kept.err) == (3, True)
    assert len([*(root / "invoices").rglob("*.yaml")]) == 1


def test_a_limit_of_a_group_holds_for_its_customers(tmp_path: Path) -> None:
    root = _ledger(tmp_path, "credit:\n  limit: block\n", "groups:\n  size: small\n")
    (root / "categories.yaml").write_text("schema: categories/1\ngroups:\n  size:\n    - name: small\n      credit_limit: 200.00\n")
    assert 'from size "small"' in _new(root, "201").err
    assert _new(root, "200").code == 0


@pytest.mark.parametrize(
    ("rule", "turnover", "limit"),
    [
        (GradeRule("A", 85, limit_months="2"), 1_200_000, "2000.00"),
        (GradeRule("A", 85, limit_months="2"), 1_234_567, "2057.00"),
        (GradeRule("A", 85, limit_months="2", limit_most="1500.00"), 1_200_000, "1500.00"),
        (GradeRule("A", 85, limit_months="2", limit_least="2500.00"), 1_200_000, "2500.00"),
        (GradeRule("A", 85, limit_months="2", limit_least="500.00"), 0, "500.00"),
        (GradeRule("A", 85, limit_months="2", limit_least="500.00"), -100_000, "500.00"),
        (GradeRule("A", 85, limit_months="2"), 0, None),
        (GradeRule("A", 85, limit_months="2"), -100_000, None),
        (GradeRule("A", 85, limit_least="500.00"), 1_200_000, "500.00"),
        (GradeRule("A", 85), 1_200_000, None),
        (GradeRule("E", 0, limit_months="0"), 1_200_000, "0.00"),
    ],
)
def test_the_limit_of_a_grade(rule: GradeRule, turnover: int, limit: str | None) -> None:
    assert formula(rule, turnover, "EUR") == (None if limit is None else Decimal(limit))

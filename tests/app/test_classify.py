"""Rules on a ledger: derived on read, written once, sealed documents untouched, and every bad rule told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger

CATEGORIES = """\
schema: categories/1
groups:
  region:
    - name: germany
      terms: net 20
    - name: germany/bavaria
  segment:
    - name: key
    - name: home
    - name: slow
revenue:
  - name: solar
tags:
  - name: vip
  - name: large
"""
RULES = """\
schema: rules/1
classify:
  - name: Who buys much
    when:
      revenue: 1500..
    set:
      segment: key
  - name: Who pays late
    when:
      days_late: 10..
      invoices: 1..
    set:
      segment: slow
  - name: From Germany
    when:
      region: germany
    set:
      segment: home
  - name: Large ones of key customers
    when:
      segment: key
      gross: 1000..
    set:
      tag: large
  - name: Solar
    when:
      text: solar
    set:
      category: solar
"""
DAY = "2026-06-30"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "l")
    (root / "categories.yaml").write_text(CATEGORIES)
    env = {"BILL_LEDGER": str(root)}
    for name, region in (("much", None), ("late", None), ("near", "germany/bavaria"), ("said", "germany")):
        done("customer", "add", "--yes", "--id", name, "--name", name, *(("--region", region) if region else ()), at="2026-01-01", env=env)
    done("customer", "edit", "said", "--set", "groups.segment=slow", "--yes", at="2026-01-01", env=env)
    done("invoice", "new", "--yes", "-c", "much", "-l", "Solar roof;1;1600;vat-20", at="2026-02-01", env=env)
    done("invoice", "new", "--yes", "-c", "much", "-l", "Travel;1;10;vat-20", at="2026-02-02", env=env)
    done("invoice", "new", "--yes", "-c", "late", "-l", "Travel;1;100;vat-20", at="2026-02-03", env=env)
    done("invoice", "new", "--yes", "-c", "near", "-l", "Solar lamp;1;100;vat-20", at="2026-02-04", env=env)
    done("payment", "add", "--yes", "-c", "late", "-a", "120", "-i", "INV-2026-0003", at="2026-04-01", env=env)
    (root / "rules.yaml").write_text(RULES)
    return root


def segments(root: Path, day: str = DAY) -> dict[str, str]:
    rows = done("customer", "list", "--all", "--as-of", day, "--format", "json", env={"BILL_LEDGER": str(root)}).json["rows"]
    return {row["customer"]: row["segment"] for row in rows}


def test_rules_hold_on_read_by_what_was_known_on_the_day(root: Path) -> None:
    assert segments(root) == {"much": "key", "late": "slow", "near": "home", "said": "slow"}
    assert segments(root, "2026-01-31") == {"much": None, "late": None, "near": "home", "said": "slow"}


def test_revenue_counts_twelve_months_and_takes_credit_notes_off(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    assert segments(root, "2027-01-31")["much"] == "key"
    assert segments(root, "2027-02-02")["much"] is None
    done("credit-note", "new", "-i", "INV-2026-0001", "--reason", "less", "--line", "1:0.5", "--yes", at="2026-05-01", env=env)
    assert segments(root)["much"] is None


def test_grouped_sums_come_to_the_whole_with_rules_too(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    whole = done("report", "aging", "--as-of", DAY, "--format", "json", env=env).json["totals"][0]
    for words in (["--by", "segment"], ["--by", "tag", "--by", "category"], ["--by", "segment", "--by", "month"]):
        found = done("report", "aging", "--as-of", DAY, *words, "--format", "json", env=env).json
        assert (found["totals"][0]["total"], found["totals"][0]["buckets"]) == (whole["total"], whole["buckets"])
        assert sum(Decimal(row["total"]) for row in found["rows"]) == Decimal(whole["total"])
    rows = done("invoice", "list", "--where", "segment=key category=solar tag=large", "--as-of", DAY, "--format", "json", env=env).json[
        "rows"
    ]
    assert [row["number"] for row in rows] == ["INV-2026-0001"]


def test_written_once_a_second_time_changes_nothing_and_seals_hold(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    before = segments(root)
    files = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    done("classify", "--write", "--dry-run", at=DAY, env=env)
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == files
    done("classify", "--write", "--yes", at=DAY, env=env)
    invoice = (root / "invoices/2026/02/INV-2026-0001.yaml").read_text()
    assert "classification:\n  category: solar\n  tags:\n    - large\n" in invoice
    assert "segment: key" in (root / "customers/much.yaml").read_text()
    assert "segment: slow" in (root / "customers/said.yaml").read_text()
    assert done("check", at=DAY, env=env).out == ""
    written = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    assert "nothing to do" in done("classify", "--write", "--yes", at=DAY, env=env).err
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == written
    (root / "rules.yaml").unlink()
    assert segments(root) == before
    rows = done("invoice", "list", "--where", "category=solar tag=large", "--as-of", DAY, "--format", "json", env=env).json["rows"]
    assert [row["number"] for row in rows] == ["INV-2026-0001"]


def test_rule_of_invoices_is_one_of_credit_notes(root: Path) -> None:
    """Else the revenue of a category would be what was sold in it less what was taken back of all others."""
    env = {"BILL_LEDGER": str(root)}
    for number, share in (("INV-2026-0001", "1"), ("INV-2026-0002", "0.5")):
        done("credit-note", "new", "-i", number, "--reason", "less", "--line", f"1:{share}", "--yes", at="2026-05-01", env=env)
    note = root / "credit-notes/2026/05/CN-2026-0001.yaml"
    rows = done("credit-note", "list", "--by", "category", "--as-of", DAY, "--format", "json", env=env).json["rows"]
    assert {row["category"]: row["count"] for row in rows} == {"solar": 1, "(none)": 1}
    told = done("classify", "--explain", "CN-2026-0001", "--as-of", DAY, "--format", "json", env=env).json["rows"]
    assert ("category", "solar", "Solar", "decides") in {tuple(row.values()) for row in told}
    seal = next(line for line in note.read_text().splitlines() if line.startswith("seal:"))
    done("classify", "--write", "--where", "currency=EUR", "--yes", at=DAY, env=env)
    assert "classification:\n  category: solar\n" in note.read_text()
    assert seal in note.read_text()
    assert done("check", at=DAY, env=env).out == ""
    assert "nothing to do" in done("classify", "--write", "--yes", at=DAY, env=env).err
    (root / "rules.yaml").unlink()
    rows = done("credit-note", "list", "--where", "category=solar", "--as-of", DAY, "--format", "json", env=env).json["rows"]
    assert [row["number"] for row in rows] == ["CN-2026-0001"]
    assert done("classify", "--explain", "CN-2026-0001", "--as-of", DAY, env=env).out.count("stands on the credit note") == 1


def test_credit_notes_of_a_closed_period_stay_as_they_are(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    done("credit-note", "new", "-i", "INV-2026-0001", "--reason", "less", "--line", "1:1", "--yes", at="2026-05-01", env=env)
    done("close", "--through", "2026-05-31", "--yes", at=DAY, env=env)
    before = {path: path.read_bytes() for folder in ("invoices", "credit-notes") for path in (root / folder).rglob("*.yaml")}
    assert "documents of the closed period stay as they are" in done("classify", "--write", "--yes", at=DAY, env=env).err
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("    use:\n      - customer\n", 'the tag "large" may not stand on an invoice'),
        ("    expires: 2026-01-31\n", 'the tag "large" expired on 2026-01-31'),
    ],
)
def test_tag_is_not_written_where_it_may_not_stand(root: Path, tag: str, said: str) -> None:
    env = {"BILL_LEDGER": str(root)}
    words = CATEGORIES.replace("  - name: large\n", f"  - name: large\n{tag}")
    assert words != CATEGORIES
    (root / "categories.yaml").write_text(words)
    ran = done("classify", "--write", "--yes", at=DAY, env=env)
    assert f"warning: {said}; not written once" in ran.err
    assert "tags:" not in (root / "invoices/2026/02/INV-2026-0001.yaml").read_text()
    told = bill("check", at=DAY, env=env).out
    assert "--> rules.yaml:" in told
    assert ("error[E726]" in told) == ("use:" in tag)


def test_only_what_where_asks_for_is_written(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    done("classify", "--write", "--where", "customer=near", "--yes", at=DAY, env=env)
    assert "segment: home" in (root / "customers/near.yaml").read_text()
    assert "segment" not in (root / "customers/much.yaml").read_text()
    assert "classification" not in (root / "invoices/2026/02/INV-2026-0001.yaml").read_text()
    assert "classification" in (root / "invoices/2026/02/INV-2026-0004.yaml").read_text()


def test_invoices_of_a_closed_period_stay_as_they_are(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    done("close", "--through", "2026-02-28", "--yes", at=DAY, env=env)
    before = (root / "invoices/2026/02/INV-2026-0001.yaml").read_bytes()
    told = done("classify", "--write", "--yes", at=DAY, env=env)
    assert "closed period stay as they are" in told.err
    assert (root / "invoices/2026/02/INV-2026-0001.yaml").read_bytes() == before


def test_region_above_gives_its_defaults_to_those_below(root: Path) -> None:
    shown = done("customer", "show", "near", "--format", "json", at=DAY, env={"BILL_LEDGER": str(root)}).json["rows"][0]
    assert shown["defaults"]["terms"] == {"value": "net 20", "from": 'region "germany"'}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("segment: home", "segment: hom", "E304"),
        ("tag: large", "tag: larg", "E303"),
        ("category: solar", "category: sola", "E302"),
        ("region: germany", "region: norway", "E304"),
        ("tag: large", "segment: key", "E722"),
        ("gross: 1000..", "gross: 1000..10", "E723"),
        ("gross: 1000..", "gross: -..", "E723"),
        ("text: solar", r"text_matches: (a)\1", "E724"),
        ("text: solar", "text_matches: '(['", "E724"),
        ("name: Solar", "name: From Germany", "E402"),
        ("text: solar", "words: solar", "E201"),
    ],
)
def test_bad_rule_is_told_with_its_place(root: Path, old: str, new: str, code: str) -> None:
    (root / "rules.yaml").write_text(RULES.replace(old, new))
    ran = bill("check", at=DAY, env={"BILL_LEDGER": str(root)})
    assert ran.code == 1
    assert f"[{code}]" in ran.out
    assert "--> rules.yaml:" in ran.out


@pytest.mark.parametrize("pattern", ["(a+)+$", "(l|ll)+x$", "(.*)*z", "([a-z]+)*[0-9]$"])
def test_pattern_that_explodes_elsewhere_is_searched_for_in_no_time(root: Path, pattern: str) -> None:
    """With ``re`` a name of 1,000 letters and one of these would keep the command for longer than anybody lives."""
    customer = root / "customers/much.yaml"
    customer.write_text(customer.read_text().replace("name: much", f"name: {'al' * 450}"))
    (root / "rules.yaml").write_text(RULES.replace("revenue: 1500..", f"name_matches: {pattern}"))
    assert bill("classify", at=DAY, env={"BILL_LEDGER": str(root)}).code == 0


def test_days_late_is_what_the_report_says(tmp_path: Path) -> None:
    """An invoice in two parts, each paid on its day, is not late; what came early takes off from what came late."""
    root = make_ledger(tmp_path / "l")
    env = {"BILL_LEDGER": str(root)}
    (root / "categories.yaml").write_text(CATEGORIES)
    for name in ("parts", "mixed"):
        done("customer", "add", "--yes", "--id", name, "--name", name, at="2026-01-01", env=env)
    done("invoice", "new", "--yes", "-c", "parts", "-l", "W;1;100;vat-20", "--terms", "50% now, rest net 60", at="2026-01-05", env=env)
    for day in ("2026-01-05", "2026-03-06"):
        done("payment", "add", "--yes", "-c", "parts", "-a", "60", "-i", "INV-2026-0001", at=day, env=env)
    for number, day in (("INV-2026-0002", "2026-01-26"), ("INV-2026-0003", "2026-03-26")):
        done("invoice", "new", "--yes", "-c", "mixed", "-l", "W;1;100;vat-20", "--terms", "net 30", at="2026-01-10", env=env)
        done("payment", "add", "--yes", "-c", "mixed", "-a", "120", "-i", number, at=day, env=env)
    words = ("report", "days-late", "--by", "customer", "--as-of", DAY, "--format", "json")
    said = {row["customer"]: row["mean"] for row in done(*words, env=env).json["rows"]}
    assert said == {"parts": "0.0", "mixed": "15.5"}
    for span, wanted in (("0..0", ["parts"]), ("15.5..15.5", ["mixed"]), ("10..", ["mixed"])):
        (root / "rules.yaml").write_text(
            f"schema: rules/1\nclassify:\n  - name: L\n    when:\n      days_late: {span}\n    set:\n      tag: vip\n"
        )
        rows = done("classify", "--as-of", DAY, "--format", "json", env=env).json["rows"]
        assert [row["id"] for row in rows] == wanted

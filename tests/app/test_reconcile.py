from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger, tree

CUSTOMERS = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
--- customers/kreis.yaml
schema: customer/1
id: kreis
name: Kreis Nordfriesland
--- rules.yaml
schema: rules/1
bank:
  - name: salaries
    text: "^Gehalt"
    ignore: wages
"""
HEAD = "id,date,amount,currency,payer,text,iban,kind\n"
L1 = "L1,2026-03-20,1200.00,EUR,Nordwind,Invoice INV-2026-0001,,\n"
L2 = "L2,2026-03-21,600.00,EUR,Kreis,thanks,,\n"
L3 = "L3,2026-03-22,-3000.00,EUR,Bob,Gehalt March,,\n"
L4 = "L4,2026-03-23,50.00,EUR,Somebody,?,,\n"
DAY = "2026-03-31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two open invoices, 1200.00 of nordwind and 600.00 of kreis."""
    made = make_ledger(tmp_path / "books", CUSTOMERS)
    issue(made)
    return made


def issue(root: Path) -> None:
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=root, at="2026-03-14")
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;5;100;vat-20", "--yes", cwd=root, at="2026-03-14")


def file(root: Path, text: str, name: str = "s.csv") -> str:
    path = root.parent / name
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def books_of(root: Path) -> dict[str, bytes]:
    """What the books say, without who wrote it when."""
    kept = {"payments", "reconciliations", "bank", "refunds", "credit-notes", "ledger.yaml"}
    return {path: raw for path, raw in tree(root).items() if path.split("/")[0] in kept}


def test_certain_lines_are_booked_and_the_rest_is_open(root: Path) -> None:
    ran = bill("reconcile", file(root, HEAD + L1 + L2 + L3 + L4), "--yes", "--format", "json", cwd=root, at=DAY)
    assert ran.code == 3
    assert [(row["line"], row["decision"]) for row in ran.json["rows"]] == [
        ("L1", "book"), ("L2", "suggest"), ("L3", "ignore"), ("L4", "open"),
    ]  # fmt: skip
    [payment] = bill("payment", "list", "--format", "json", cwd=root, at=DAY).json["rows"]
    assert (payment["customer"], payment["amount"], payment["unapplied"]) == ("nordwind", "1200.00", "0.00")
    assert bill("check", cwd=root, at=DAY).code == 0


def test_a_row_for_a_program_has_exactly_the_agreed_keys(root: Path) -> None:
    ran = done("reconcile", file(root, HEAD + L1 + L2), "--dry-run", "--format", "json", cwd=root, at=DAY)
    row, other = ran.json["rows"]
    assert list(row) == [
        "line", "date", "amount", "currency", "payer", "text", "decision", "confidence", "because", "allocations", "candidates",
    ]  # fmt: skip
    assert row["allocations"] == [
        {"document": "INV-2026-0001", "amount": "1200.00", "discount": "0.00", "write_off": "0.00", "fee": "0.00"}
    ]
    assert set(other["candidates"][0]) == {"allocations", "confidence", "because"}


def test_a_dry_run_writes_nothing(root: Path) -> None:
    before = tree(root)
    done("reconcile", file(root, HEAD + L1 + L2), "--dry-run", cwd=root, at=DAY)
    assert tree(root) == before


def test_twice_is_once(root: Path) -> None:
    path = file(root, HEAD + L1 + L3)
    assert bill("reconcile", path, "--yes", cwd=root, at=DAY).code == 0
    before = books_of(root)
    again = bill("reconcile", path, "--yes", "--format", "json", cwd=root, at=DAY)
    assert [row["decision"] for row in again.json["rows"]] == ["seen", "seen"]
    assert again.code == 0
    assert books_of(root) == before


def test_the_original_is_kept_to_the_byte(root: Path) -> None:
    raw = (HEAD + L1).replace("\n", "\r\n").encode()
    path = root.parent / "from the bank.csv"
    path.write_bytes(raw)
    bill("reconcile", str(path), "--yes", cwd=root, at=DAY)
    [kept] = (root / "bank/main/originals").iterdir()
    assert kept.name == f"{hashlib.sha256(raw).hexdigest()[:8]}-from-the-bank.csv"
    assert kept.read_bytes() == raw


def test_files_that_overlap_give_the_same_lines_and_payments_in_any_order(tmp_path: Path) -> None:
    payments, lines = [], []
    for name, order in (("one", (0, 1, 2)), ("two", (2, 1, 0)), ("three", (1, 0, 2))):
        root = make_ledger(tmp_path / name / "books", CUSTOMERS)
        issue(root)
        paths = [
            file(root, HEAD + L1 + L2, "a.csv"),
            file(root, HEAD + L2 + L3 + L4, "b.csv"),
            file(root, HEAD + L4 + L3 + L1, "c.csv"),
        ]
        for at in order:
            bill("reconcile", paths[at], "--yes", cwd=root, at=DAY)
        payments.append({path: raw for path, raw in tree(root).items() if path.startswith("payments/")})
        status = bill("reconcile", "status", "--format", "json", cwd=root, at=DAY).json["rows"]
        lines.append([(row["account"], row["lines"], row["open"]) for row in status])
    assert payments[0] == payments[1] == payments[2]
    assert lines[0] == lines[1] == lines[2] == [("main", 4, 2)]


def test_two_clones_that_import_one_file_write_the_same(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        root = make_ledger(tmp_path / name / "books", CUSTOMERS)
        issue(root)
        bill("reconcile", file(root, HEAD + L1 + L2 + L3), "--yes", cwd=root, at=DAY, env={"BILL_CLONE": name * 2})
        found.append(books_of(root))
    assert found[0] == found[1]


def test_a_line_whose_amount_changed_is_refused(root: Path) -> None:
    bill("reconcile", file(root, HEAD + L1), "--yes", cwd=root, at=DAY)
    before = tree(root)
    ran = bill("reconcile", file(root, HEAD + L1.replace("1200.00", "1300.00"), "t.csv"), "--yes", cwd=root, at=DAY)
    assert ran.code == 1
    assert "has that id over 1300.00 EUR" in ran.err
    assert tree(root) == before


def test_another_currency_than_the_account_has_is_refused(root: Path) -> None:
    bill("reconcile", file(root, HEAD + L1), "--yes", cwd=root, at=DAY)
    before = tree(root)
    ran = bill("reconcile", file(root, HEAD + L2.replace("EUR", "USD"), "t.csv"), "--yes", cwd=root, at=DAY)
    assert (ran.code, "is in USD, and no account of ledger.yaml is" in ran.err) == (1, True)
    assert tree(root) == before


def test_a_bank_day_in_a_closed_period_is_booked_on_the_first_open_day(root: Path) -> None:
    done("close", "--through", "2026-03-31", "--yes", cwd=root, at="2026-04-02")
    ran = bill("reconcile", file(root, HEAD + L1), "--yes", cwd=root, at="2026-04-02")
    assert "1 payment of days in a closed period booked on 2026-04-01" in ran.err
    [path] = (path for path in tree(root) if path.startswith("payments/"))
    assert path.startswith("payments/2026/04/2026-03-20-nordwind-")


def test_a_line_that_came_in_another_format_is_not_booked_under_a_second_id(root: Path) -> None:
    """The bank's own id in one file, ours in the other: the same money must not pay two invoices."""
    from unittest import mock

    from billcli.banks import read as reader

    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=root, at="2026-03-15")
    assert bill("reconcile", file(root, HEAD + L1), "--yes", cwd=root, at=DAY).code == 0
    other = file(root, HEAD + L1.replace("L1", "BANK-7").replace("INV-2026-0001", "INV-2026-0003"), "t.csv")
    plain = reader.read

    def as_camt(*words: object) -> object:
        return [each._replace(format="camt.053") for each in plain(*words)]  # type: ignore[arg-type]

    with mock.patch.object(reader, "read", as_camt):
        ran = bill("reconcile", other, "--yes", "--format", "json", cwd=root, at=DAY)
    [row] = ran.json["rows"]
    assert (ran.code, row["decision"]) == (3, "suggest")
    assert "it may be the line L1" in row["because"][-1]


def test_ids_that_no_file_can_hold_are_made_plain(root: Path) -> None:
    ran = bill("reconcile", file(root, HEAD + L1.replace("L1", '"L1\t"')), "--yes", "--format", "json", cwd=root, at=DAY)
    assert [row["line"] for row in ran.json["rows"]] == ["L1"]


def test_what_does_not_add_up_is_refused_whole(root: Path) -> None:
    from unittest import mock

    from billcli.banks import read as reader

    plain = reader.read

    def short(*words: object) -> object:
        return [each._replace(opening=0, closing=5) for each in plain(*words)]  # type: ignore[arg-type]

    before = tree(root)
    with mock.patch.object(reader, "read", short):
        ran = bill("reconcile", file(root, HEAD + L1), "--yes", cwd=root, at=DAY)
    assert (ran.code, "s.csv does not add up" in ran.err) == (1, True)
    assert tree(root) == before

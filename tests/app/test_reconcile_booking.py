"""What is booked of a decision, whatever matcher took it: the rules of settlement have the last word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Books, Decision
from tests.history import git
from tests.support import LEDGER, bill, done, make_ledger, tree

BOOKS = f"""
--- ledger.yaml
{LEDGER.replace("  commit: false", "  commit: true")}--- customers/holding.yaml
schema: customer/1
id: holding
name: Holding AG
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
parent: holding
terms: 2% 10, net 30
--- customers/kreis.yaml
schema: customer/1
id: kreis
name: Kreis Nordfriesland
"""
HEAD = "id,date,amount,currency,payer,text,iban,kind,account\n"
DAY = "2026-03-31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """1200.00 of nordwind with 2 % until 2026-03-24; 600.00 of kreis, and a credit note of theirs over 60.00."""
    made = make_ledger(tmp_path / "books", BOOKS.replace("commit: true", "commit: false"))
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;5;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    done("credit-note", "new", "-c", "kreis", "-l", "Goodwill;1;50;vat-20", "--reason", "late", "--yes", cwd=made, at="2026-03-15")
    return made


def booked(
    root: Path, line: str, *allocations: Allocation, outcome: str = "book", customer: str = "", payment: str = ""
) -> list[tuple[str, str]]:
    """Imports one line on which the matcher decides so; gives decision and reasons of each row."""

    def decide(lines: Sequence[BankLine], books: Books) -> list[Decision]:
        return [Decision(each, outcome, 0.99, ("said",), customer, allocations, payment=payment) for each in lines]  # type: ignore[arg-type]

    path = root.parent / "s.csv"
    path.write_text(f"{HEAD}{line}\n", encoding="utf-8")
    with mock.patch("billcli.core.matching.solve.decide", decide):
        ran = bill("reconcile", str(path), "--yes", "--format", "json", cwd=root, at=DAY)
    assert ran.code in (0, 3), ran.err
    assert bill("check", cwd=root, at=DAY).code == 0
    return [(row["decision"], "; ".join(row["because"])) for row in ran.json["rows"]]


def opens(root: Path) -> dict[str, str]:
    return {row["number"]: row["open"] for row in bill("invoice", "list", "--format", "json", cwd=root, at=DAY).json["rows"]}


def payments(root: Path) -> list[tuple[str, str, str]]:
    rows = bill("payment", "list", "--format", "json", cwd=root, at=DAY).json["rows"]
    return sorted((row["customer"], row["amount"], row["unapplied"]) for row in rows)


def test_a_discount_is_granted_inside_its_window(root: Path) -> None:
    assert booked(root, "L1,2026-03-20,1176.00,EUR,N,t,,,", Allocation("INV-2026-0001", 117600, discount=2400)) == [("book", "said")]
    assert opens(root)["INV-2026-0001"] == "0.00"


def test_a_discount_that_is_late_books_nothing(root: Path) -> None:
    [(decision, because)] = booked(root, "L1,2026-03-30,1176.00,EUR,N,t,,,", Allocation("INV-2026-0001", 117600, discount=2400))
    assert decision == "suggest"
    assert "6 days after 2026-03-24" in because
    assert payments(root) == []


def test_a_fee_and_cents_of_rounding_close_the_invoice(root: Path) -> None:
    assert booked(root, "L1,2026-03-30,585.00,EUR,K,t,,,", Allocation("INV-2026-0002", 58500, fee=1500))[0][0] == "book"
    assert booked(root, "L2,2026-03-30,1199.98,EUR,N,t,,,", Allocation("INV-2026-0001", 119998, write_off=2))[0][0] == "book"
    assert opens(root) == {"INV-2026-0001": "0.00", "INV-2026-0002": "0.00"}


def test_a_credit_note_is_netted(root: Path) -> None:
    line = "L1,2026-03-30,540.00,EUR,K,t,,,"
    assert booked(root, line, Allocation("INV-2026-0002", 60000), Allocation("CN-2026-0001", -6000))[0][0] == "book"
    assert opens(root)["INV-2026-0002"] == "0.00"
    assert payments(root) == [("kreis", "540.00", "0.00")]
    done("reconcile", "undo", "L1", "--reason", "no", "--yes", cwd=root, at=DAY)
    assert opens(root)["INV-2026-0002"] == "600.00"
    assert bill("check", cwd=root, at=DAY).code == 0


def test_a_parent_pays_for_its_subsidiary_with_one_payment_of_its_own(root: Path) -> None:
    assert booked(root, "L1,2026-03-30,1300.00,EUR,H,t,,,", Allocation("INV-2026-0001", 120000), customer="holding")[0][0] == "book"
    assert payments(root) == [("holding", "1300.00", "100.00")]


def test_one_line_over_unrelated_customers_is_a_payment_of_each(root: Path) -> None:
    line = "L1,2026-03-30,1800.00,EUR,PSP,t,,,"
    assert booked(root, line, Allocation("INV-2026-0001", 120000), Allocation("INV-2026-0002", 60000))[0][0] == "book"
    assert payments(root) == [("kreis", "600.00", "0.00"), ("nordwind", "1200.00", "0.00")]


def test_more_than_is_open_books_nothing(root: Path) -> None:
    [(decision, because)] = booked(root, "L1,2026-03-30,700.00,EUR,K,t,,,", Allocation("INV-2026-0002", 70000))
    assert (decision, "has 600.00 EUR open" in because) == ("suggest", True)
    assert payments(root) == []


def test_money_of_tomorrow_books_nothing(root: Path) -> None:
    [(decision, because)] = booked(root, "L1,2026-04-01,600.00,EUR,K,t,,,", Allocation("INV-2026-0002", 60000))
    assert (decision, "is in the future" in because) == ("suggest", True)


def test_another_currency_books_nothing(root: Path) -> None:
    [(decision, because)] = booked(root, "L1,2026-03-30,600.00,USD,K,t,,,", Allocation("INV-2026-0002", 60000))
    assert decision == "suggest"
    assert "INV-2026-0002 is in EUR, the line in USD" in because


def test_money_on_account_stays_the_customers(root: Path) -> None:
    assert booked(root, "L1,2026-03-30,70.00,EUR,K,t,,,", Allocation("", 7000), customer="kreis")[0][0] == "book"
    assert payments(root) == [("kreis", "70.00", "70.00")]


def test_a_refund_draws_on_the_credit_note_and_is_undone_with_its_line(root: Path) -> None:
    assert booked(root, "L1,2026-03-30,-60.00,EUR,K,t,,,", outcome="refund", customer="kreis", payment="CN-2026-0001")[0][0] == "refund"
    [row] = bill("refund", "list", "--format", "json", cwd=root, at=DAY).json["rows"]
    assert (row["customer"], row["amount"]) == ("kreis", "60.00")
    done("reconcile", "undo", "L1", "--reason", "no", "--yes", cwd=root, at=DAY)
    assert bill("check", cwd=root, at=DAY).code == 0


def test_a_refund_that_was_recorded_before_is_only_shown_by_its_line(root: Path) -> None:
    words = ("refund", "new", "-c", "kreis", "--credit-note", "CN-2026-0001", "--paid-on", "2026-03-29", "--reason", "late", "--yes")
    name = done(*words, cwd=root, at=DAY).out.strip()
    assert booked(root, "L1,2026-03-30,-60.00,EUR,K,t,,,", outcome="refund", customer="kreis", payment=name)[0][0] == "refund"
    assert len(bill("refund", "list", "--format", "json", cwd=root, at=DAY).json["rows"]) == 1


def test_a_return_with_the_banks_charge_leaves_the_charge_as_a_claim(root: Path) -> None:
    booked(root, "L1,2026-03-20,600.00,EUR,K,t,,,", Allocation("INV-2026-0002", 60000))
    [path] = (Path(path) for path in tree(root) if path.startswith("payments/"))
    assert booked(root, "R1,2026-03-25,-603.50,EUR,K,t,,,", outcome="return", payment=path.stem)[0][0] == "return"
    assert opens(root)["INV-2026-0002"] == "600.00"
    assert b"bank_charge: 3.50" in tree(root)[str(path)]


def test_lines_of_two_accounts_with_one_id_are_two_lines(root: Path) -> None:
    path = root.parent / "s.csv"
    rows = "1,2026-03-30,600.00,EUR,K,INV-2026-0002,,,DE1\n1,2026-03-30,1200.00,EUR,N,INV-2026-0001,,,DE2\n"
    path.write_text(HEAD + rows, encoding="utf-8")
    ran = bill("reconcile", str(path), "--yes", "--format", "json", cwd=root, at=DAY)
    assert [row["decision"] for row in ran.json["rows"]] == ["book", "book"]
    both = bill("reconcile", "undo", "1", "--reason", "no", "--yes", cwd=root, at=DAY)
    assert (both.code, "several accounts have a line" in both.err) == (2, True)


def test_two_clones_import_one_file_and_git_merges_them(tmp_path: Path) -> None:
    """Each desk imports and books the same statement; the merge has every line once, and the books are right."""
    one = make_ledger(tmp_path / "one", BOOKS)

    (one / ".gitattributes").write_text("* text=auto eol=lf\naudit/**/*.jsonl merge=union\nbank/*/originals/** -text\n", encoding="utf-8")
    (one / ".gitignore").write_text(".bill/\n", encoding="utf-8")
    git(one, "init", "-q", "-b", "main")
    git(one, "add", "-A")
    git(one, "commit", "-qm", "begin")
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;5;100;vat-20", "--yes", cwd=one, at="2026-03-14")
    two = tmp_path / "two"
    git(tmp_path, "clone", "-q", str(one), str(two))
    path = tmp_path / "s.csv"
    path.write_bytes(f"{HEAD}L1,2026-03-30,600.00,EUR,K,INV-2026-0002 INV-2026-0001,,,\n".replace("\n", "\r\n").encode())
    for desk in (one, two):
        bill("reconcile", str(path), "--yes", cwd=desk, at=DAY)
    git(one, "pull", "-q", "--no-rebase", "--no-edit", str(two), "main")
    assert bill("check", cwd=one, at=DAY).code == 0
    again = bill("reconcile", str(path), "--yes", "--format", "json", cwd=one, at=DAY)
    assert [row["decision"] for row in again.json["rows"]] == ["seen"]
    assert payments(one) == [("kreis", "600.00", "0.00")]
    [original] = (raw for name, raw in tree(one).items() if "/originals/" in name)
    assert original == path.read_bytes()

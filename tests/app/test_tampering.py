"""What people can do to the files by hand, and what must then be named or refused."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import bill, bill_process

DAY = "2026-06-20"


@pytest.fixture
def books(tmp_path: Path) -> Path:
    root = tmp_path / "books"
    assert bill("init", str(root), "--name", "Fjord", "--currency", "EUR", "--country", "NO", "--no-git", at="2026-05-01").code == 0
    assert bill("customer", "add", "--id", "a", "--name", "Aaaa", "--yes", cwd=root, at="2026-05-01").code == 0
    for amount in ("101", "102", "103"):
        assert bill("invoice", "new", "-c", "a", "-l", f"A;1;{amount}", "--yes", cwd=root, at="2026-06-01").code == 0
    return root


def invoice(books: Path, n: int) -> Path:
    return books / f"invoices/2026/06/INV-2026-{n:04d}.yaml"


def codes(books: Path) -> set[str]:
    return set(re.findall(r"error\[(E\d+)\]", bill("check", "--format", "short", cwd=books, at=DAY).out))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_number_of_a_vanished_invoice_is_not_given_again_and_no_figure_leaves_it_out(books: Path, n: int) -> None:
    invoice(books, n).unlink()
    assert "E408" in codes(books)
    for words in (("invoice", "new", "-c", "a", "-l", "Z;1;7", "--yes"), ("report", "aging"), ("invoice", "list")):
        ran = bill(*words, cwd=books, at=DAY)
        assert (ran.code, f"INV-2026-{n:04d} was issued, but" in ran.err) == (1, True)


@pytest.mark.parametrize("n", [2, 3])
def test_an_issued_invoice_made_to_look_imported_is_named(books: Path, n: int) -> None:
    text = invoice(books, n).read_text()
    text = re.sub(r"^seal: .*\n", "", text, flags=re.MULTILINE).replace(f"10{n}", "2") + "imported:\n  source: x\n  external_id: x\n"
    invoice(books, n).write_text(text)
    assert "E403" in codes(books)


def test_one_number_in_two_months_is_named_and_nothing_is_computed(books: Path) -> None:
    other = books / "invoices/2026/05/INV-2026-0002.yaml"
    other.parent.mkdir()
    other.write_text(invoice(books, 2).read_text().replace("issued_on: 2026-06-01", "issued_on: 2026-05-30"))
    assert "E402" in codes(books)
    for words in (("payment", "add", "-c", "a", "-a", "5", "--yes"), ("report", "aging")):
        ran = bill(*words, cwd=books, at=DAY)
        assert (ran.code, "INV-2026-0002 stands in" in ran.err) == (1, True)


def test_a_void_invoice_is_not_credited(books: Path) -> None:
    with invoice(books, 3).open("a") as file:
        file.write("void:\n  on: 2026-06-02\n  reason: twice\n")
    assert codes(books) == set()
    ran = bill("credit-note", "new", "-i", "INV-2026-0003", "--reason", "r", "--yes", cwd=books, at=DAY)
    assert (ran.code, "INV-2026-0003 is void" in ran.err) == (1, True)


def test_a_void_before_the_day_of_issue_is_named(books: Path) -> None:
    with invoice(books, 3).open("a") as file:
        file.write("void:\n  on: 2026-05-02\n  reason: twice\n")
    assert codes(books) == {"E504"}


def test_an_invoice_that_vanishes_is_missed_though_a_credit_note_has_its_number(books: Path) -> None:
    sales = "number,kind,customer,issued_on,description,quantity,unit_price\n1001,{},a,2026-05-30,X,1,50\n"
    for kind in ("invoice", "credit-note"):
        (books / f"{kind}.csv").write_text(sales.format(kind))
        assert bill("invoice", "import", f"{kind}.csv", "--yes", cwd=books, at=DAY).code == 0
    (books / "invoices/2026/05/1001.yaml").unlink()
    assert "E408" in codes(books)


def test_an_invoice_is_not_shown_as_of_a_day_before_it_was_issued(books: Path) -> None:
    ran = bill("show", "INV-2026-0001", "--as-of", "2026-05-31", cwd=books, at=DAY)
    assert (ran.code, "was issued on 2026-06-01" in ran.err) == (1, True)


def test_an_amount_goes_to_the_tax_rates_that_have_something_left(books: Path) -> None:
    ledger = books / "ledger.yaml"
    codes_ = "".join(f"  - code: v{rate}\n    category: S\n    rate: {rate}\n" for rate in (19, 7))
    ledger.write_text(ledger.read_text().replace("tax_codes: []", f"tax_codes:\n{codes_}", 1))
    ok = ["invoice", "new", "-c", "a", "-l", "A;1;100;v19", "-l", "B;1;100;v7"]
    assert bill(*ok, "--yes", cwd=books, at=DAY).code == 0
    for choice in (["--line", "1"], ["--amount", "107"]):
        assert bill("credit-note", "new", "-i", "INV-2026-0004", "--reason", "r", *choice, "--yes", cwd=books, at=DAY).code == 0
    text = (books / "credit-notes/2026/06/CN-2026-0002.yaml").read_text()
    assert "code: v7\n    category: S\n    rate: 7\n    base: 100.00\n    amount: 7.00" in text
    assert "v19" not in text


KILL = """#!/bin/sh
case "$*" in *{at}*) {first}; kill -9 $PPID; sleep 5;; *) exec {git} "$@";; esac
"""


@pytest.mark.parametrize(("at", "first"), [("is-inside-work-tree", ":"), ("update-ref", '{git} "$@"'), ("write-tree", ":")])
def test_a_kill_around_the_commit_leaves_nothing_for_the_user_to_undo(tmp_path: Path, at: str, first: str) -> None:
    git = shutil.which("git")
    assert git
    root = tmp_path / "books"
    assert bill("init", str(root), "--name", "Fjord", "--currency", "EUR", "--country", "NO", at="2026-05-01").code == 0
    assert bill("customer", "add", "--id", "a", "--name", "Aaaa", "--yes", cwd=root, at="2026-05-01").code == 0
    shim = tmp_path / "shim"
    shim.mkdir()
    (shim / "git").write_text(KILL.format(at=at, first=first.format(git=git), git=git))
    (shim / "git").chmod(0o755)
    killed = bill_process("payment", "add", "-c", "a", "-a", "50", "--yes", cwd=root, at=DAY, env={"PATH": f"{shim}:/usr/bin:/bin"})
    assert killed.code != 0
    assert bill("payment", "add", "-c", "a", "-a", "60", "--yes", cwd=root, at=DAY).code == 0
    assert subprocess.run([git, "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True).stdout == ""
    clone = tmp_path / "clone"
    subprocess.run([git, "clone", "--quiet", str(root), str(clone)], check=True)
    assert bill("check", str(clone), at=DAY).code == 0
    assert len(list((clone / "payments").rglob("*.yaml"))) == len(list((root / "payments").rglob("*.yaml")))

"""Ways in which money could come twice, or get lost, between a statement and the books."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support import Ran, bill, done, make_ledger, tree

BOOKS = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
--- customers/kreis.yaml
schema: customer/1
id: kreis
name: Kreis Nordfriesland
"""
HEAD = "id,date,amount,currency,payer,text,iban,kind\n"
PAID = "L1,2026-03-20,1200.00,EUR,Nordwind Handels GmbH,INV-2026-0001,,\n"
BACK = "L2,2026-03-25,-1200.00,EUR,Nordwind Handels GmbH,return INV-2026-0001,,return\n"
DAY = "2026-03-31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """1200.00 of nordwind and 600.00 of kreis are open; a credit note of kreis over 60.00 is free."""
    made = make_ledger(tmp_path / "books", BOOKS)
    done("invoice", "new", "-c", "nordwind", "-l", "Consulting;10;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;5;100;vat-20", "--yes", cwd=made, at="2026-03-14")
    done("credit-note", "new", "-c", "kreis", "-l", "Goodwill;1;50;vat-20", "--reason", "late", "--yes", cwd=made, at="2026-03-15")
    return made


def reconciled(root: Path, text: str, *more: str, at: str = DAY, name: str = "s.csv") -> Ran:
    path = root.parent / name
    path.write_text(HEAD + text, encoding="utf-8", newline="")
    return bill("reconcile", str(path), "--yes", *more, cwd=root, at=at)


def applied(root: Path, *lines: str) -> Ran:
    path = root.parent / "p.yaml"
    path.write_text("schema: proposal/1\nas_of: 2026-03-31\nlines:\n" + "".join(lines), encoding="utf-8")
    return bill("reconcile", "apply", str(path), "--yes", cwd=root, at=DAY)


def entry(line: str, day: str, amount: str, decision: str, *more: str) -> str:
    head = f"  - line: {line}\n    account: main\n    date: {day}\n    amount: {amount}\n    currency: EUR\n    decision: {decision}\n"
    return head + "".join(f"    {each}\n" for each in more)


def undone(root: Path, what: str) -> Ran:
    return bill("reconcile", "undo", what, "--reason", "wrong", "--yes", cwd=root, at=DAY)


def balance(root: Path, customer: str) -> str:
    rows = bill("report", "aging", "--as-of", DAY, "--format", "json", cwd=root, at=DAY).json["rows"]
    return next((str(row["total"]) for row in rows if row["customer"] == customer), "0.00")


def statement(root: Path) -> str:
    return next(Path(path).stem for path in tree(root) if path.startswith("bank/") and path.endswith(".yaml"))


def test_a_payment_that_came_back_is_not_brought_back_to_life_by_undoing_its_statement(root: Path) -> None:
    assert reconciled(root, PAID + BACK).code == 0
    ran = undone(root, statement(root))
    assert (ran.code, "undo that one first" in ran.err) == (1, True)
    assert undone(root, "main:L2").code == 0
    assert undone(root, statement(root)).code == 0
    assert balance(root, "nordwind") == "1200.00"
    assert bill("check", cwd=root, at=DAY).code == 0


def test_a_line_whose_payment_another_line_took_back_is_not_opened_alone(root: Path) -> None:
    assert reconciled(root, PAID + BACK).code == 0
    assert undone(root, "L1").code == 1
    assert balance(root, "nordwind") == "1200.00"


@pytest.mark.parametrize("typed", ["p", "s"])
def test_a_document_that_is_named_twice_is_not_settled_twice_in_the_review(root: Path, typed: str) -> None:
    reconciled(root, "L1,2026-03-20,1200.00,EUR,Unknown,none,,\n")
    answers = f"{typed}\nINV-2026-0002:600 INV-2026-0002:600\nq\n"
    ran = bill("reconcile", "review", cwd=root, at=DAY, stdin=answers)
    assert "INV-2026-0002 is named twice" in ran.err
    assert balance(root, "kreis") == "540.00"
    assert bill("check", cwd=root, at=DAY).code == 0


def test_a_document_that_is_named_twice_in_a_proposal_is_refused(root: Path) -> None:
    reconciled(root, "L1,2026-03-20,1200.00,EUR,Unknown,none,,\n")
    twice = ("allocations:", *("  - document: INV-2026-0002", "    amount: 600.00") * 2)
    ran = applied(root, entry("L1", "2026-03-20", "1200.00", "book", "customer: kreis", *twice))
    assert (ran.code, "INV-2026-0002 is named twice" in ran.err) == (1, True)


def test_a_refund_that_was_undone_can_be_booked_again(root: Path) -> None:
    reconciled(root, "L5,2026-03-25,-60.00,EUR,Kreis Nordfriesland,refund,,\n")
    undone(root, "L5")
    for _ in range(2):
        assert applied(root, entry("L5", "2026-03-25", "-60.00", "refund", "payment: CN-2026-0001", "customer: kreis")).code == 0
        assert balance(root, "kreis") == "600.00"
        assert undone(root, "L5").code == 0
        assert balance(root, "kreis") == "540.00"


NETTED = ("allocations:", "  - document: INV-2026-0002", "    amount: 600.00", "  - document: CN-2026-0001", "    amount: -60.00")


@pytest.mark.parametrize("turned", [False, True])
def test_a_credit_note_is_not_netted_and_paid_back_in_one_proposal(root: Path, turned: bool) -> None:
    reconciled(root, "L4,2026-03-20,540.00,EUR,Unknown,none,,\nL5,2026-03-25,-60.00,EUR,Unknown,refund,,\n")
    undone(root, "L5")
    lines = [
        entry("L4", "2026-03-20", "540.00", "book", "customer: kreis", *NETTED),
        entry("L5", "2026-03-25", "-60.00", "refund", "payment: CN-2026-0001"),
    ]
    ran = applied(root, *(reversed(lines) if turned else lines))
    assert (ran.code, "draws on CN-2026-0001" in ran.err) == (1, True)
    assert applied(root, lines[0]).code == 0
    assert bill("check", cwd=root, at=DAY).code == 0


@pytest.mark.parametrize("turned", [False, True])
def test_a_payment_is_not_paid_back_and_returned_in_one_proposal(root: Path, turned: bool) -> None:
    rows = ("L1,2026-03-20,300.00,EUR,Unknown,none,,", "L2,2026-03-25,-300.00,EUR,Unknown,a,,", "L3,2026-03-26,-300.00,EUR,Unknown,b,,")
    reconciled(root, "\n".join(rows) + "\n")
    undone(root, statement(root))
    assert applied(root, entry("L1", "2026-03-20", "300.00", "book", "customer: kreis")).code == 0
    [payment] = [Path(path).stem for path in tree(root) if path.startswith("payments/")]
    lines = [
        entry("L2", "2026-03-25", "-300.00", "refund", f"payment: {payment}"),
        entry("L3", "2026-03-26", "-300.00", "return", f"payment: {payment}"),
    ]
    assert applied(root, *(reversed(lines) if turned else lines)).code == 1
    assert applied(root, lines[0]).code == 0
    assert applied(root, lines[1]).code == 1


def test_a_cell_beyond_all_measure_is_no_bug(root: Path) -> None:
    assert reconciled(root, f"L1,2026-03-20,1.00,EUR,Unknown,{'t' * 200_000},,\n").code in (1, 3)


def test_a_part_of_a_payment_that_goes_back_is_a_refund_of_its_credit(root: Path) -> None:
    reconciled(root, "L1,2026-03-20,700.00,EUR,Unknown,none,,\nL2,2026-03-25,-100.00,EUR,Unknown,a,,\n")
    undone(root, "L2")
    answers = "p\nINV-2026-0002\nq\n"
    assert bill("reconcile", "review", cwd=root, at=DAY, stdin=answers).code == 3
    [payment] = [Path(path).stem for path in tree(root) if path.startswith("payments/")]
    assert bill("reconcile", "review", cwd=root, at=DAY, stdin=f"r\n{payment}\nq\n").code == 0
    assert balance(root, "kreis") == "-60.00"
    assert undone(root, "L1").code == 1
    assert undone(root, "L2").code == 0
    assert balance(root, "kreis") == "-160.00"


MT940 = """:20:STARTUMSE
:25:10020030/1234567
:28C:00001/001
:60F:C260327EUR0,00
:61:2603280328DR600,00NRTINONREF
:86:109?00RETOURE?20Rueckgabe Lastschrift?32Kreis Nordfriesland
:62F:D260328EUR600,00
-
"""


@pytest.mark.parametrize("together", [False, True])
def test_one_return_in_two_formats_takes_one_payment_back(root: Path, together: bool) -> None:
    done("invoice", "new", "-c", "kreis", "-l", "Consulting;5;100;vat-20", "--yes", cwd=root, at="2026-03-14")
    rows = [f"A{at},2026-03-2{at},600.00,EUR,Kreis Nordfriesland,INV-2026-000{at},,\n" for at in (2, 3)]
    assert reconciled(root, "".join(rows), name="paid.csv").code == 0
    back = root.parent / "m.sta"
    back.write_text(MT940, encoding="utf-8")
    row = "B1,2026-03-28,-600.00,EUR,Kreis Nordfriesland,Rueckgabe Lastschrift,,return\n"
    assert reconciled(root, row, *((str(back), "--account", "main") if together else ())).code == 3
    assert bill("reconcile", str(back), "--yes", "--account", "main", cwd=root, at=DAY).code == 3
    payment = next(Path(path).stem for path in sorted(tree(root)) if path.startswith("payments/"))
    bill("reconcile", "review", cwd=root, at=DAY, stdin=f"r\n{payment}\nq\n")
    ran = bill("reconcile", "--yes", cwd=root, at=DAY)
    assert (ran.code, "which came in a file of another format" in ran.out) == (3, True)
    assert balance(root, "kreis") == "540.00"


def test_an_id_that_the_bank_gives_again_for_the_same_amount_is_no_line_that_was_seen(root: Path) -> None:
    assert reconciled(root, "1,2026-03-01,600.00,EUR,Somebody,rent,,\n", name="february.csv").code == 3
    ran = reconciled(root, "1,2026-03-30,600.00,EUR,Kreis Nordfriesland,INV-2026-0002,,\n", name="march.csv")
    assert (ran.code, "its ids begin anew in each file" in ran.err) == (1, True)
    ran = reconciled(root, "1,2026-03-01,600.00,EUR,Kreis Nordfriesland,INV-2026-0002,,\n", name="afternoon.csv")
    assert ran.code == 1
    assert reconciled(root, "1,2026-03-02,600.00,EUR,SOMEBODY ELSE,rent march,,\n", name="again.csv").code == 3


def test_what_two_clones_decided_otherwise_is_undone_in_both_and_decided_anew(root: Path) -> None:
    reconciled(root, "L1,2026-03-20,600.00,EUR,Unknown,none,,\n")
    other = root.parent / "other"
    shutil.copytree(root, other)
    for clone, customer in ((root, "kreis"), (other, "nordwind")):
        assert bill("reconcile", "review", cwd=clone, at=DAY, stdin=f"a\n{customer}\n").code == 0
    for kind in ("payments", "reconciliations"):
        shutil.copytree(other / kind, root / kind, dirs_exist_ok=True)
    told = bill("check", cwd=root, at=DAY)
    assert (told.code, '"bill reconcile undo L1" takes both back' in told.out + told.err) == (1, True)
    assert undone(root, "L1").code == 0
    assert [balance(root, each) for each in ("kreis", "nordwind")] == ["540.00", "1200.00"]
    assert bill("check", cwd=root, at=DAY).code == 0
    assert bill("reconcile", "review", cwd=root, at=DAY, stdin="a\nkreis\n").code == 0
    assert [balance(root, each) for each in ("kreis", "nordwind")] == ["-60.00", "1200.00"]
    assert bill("check", cwd=root, at=DAY).code == 0


def test_what_two_clones_booked_on_two_days_is_undone_in_both(root: Path) -> None:
    other = root.parent / "other"
    shutil.copytree(root, other)
    assert reconciled(root, PAID, at="2026-03-28").code == 0
    assert bill("reconcile", str(root.parent / "s.csv"), "--yes", cwd=other, at="2026-03-30").code == 0
    for kind in ("bank", "payments", "reconciliations"):
        shutil.copytree(other / kind, root / kind, dirs_exist_ok=True)
    assert bill("check", cwd=root, at=DAY).code == 0
    assert undone(root, "L1").code == 0
    assert balance(root, "nordwind") == "1200.00"
    assert bill("reconcile", "--yes", cwd=root, at=DAY).code == 3  # the line is open
    assert bill("check", cwd=root, at=DAY).code == 0

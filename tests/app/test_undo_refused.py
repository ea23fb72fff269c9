"""What ``bill undo`` does not take back, and says so; and where it finds the bytes of before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from billcli.store import former
from tests.history import begin, commit
from tests.support import LEDGER, Ran, bill, documents, make_ledger, tree

DAY = "2026-04-17"
BOOKS = """
--- customers/nord.yaml
schema: customer/1
id: nord
name: Nord GmbH
"""
TABLES = {
    "old.csv": "number,customer,issued_on,currency,gross\nOLD-1,nord,2026-04-01,EUR,10.00\n",
    "line.csv": "id,date,amount,currency,payer,text,iban,kind\nL1,2026-04-10,10.00,EUR,Nord GmbH,OLD-1,,\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return make_ledger(tmp_path / "books", BOOKS)


def run(root: Path, words: str, at: str = DAY, clone: str = "0123abcd") -> Ran:
    (root / ".bill" / "clone").unlink(missing_ok=True)  # which working copy it is, each time
    named = {f"{{{folder}}}": path.stem for folder in ("payments", "drafts") for path in sorted((root / folder).rglob("*.yaml"))}
    return bill(*(named.get(each, each) for each in words.split()), cwd=root, at=at, env={"BILL_CLONE": clone})


def do(root: Path, words: str, at: str = DAY, clone: str = "0123abcd") -> int:
    """Does it; the number of its entry."""
    ran = run(root, f"{words} --yes", at, clone)
    assert ran.code in (0, 3), ran
    files = sorted((root / "audit" / clone).glob("*.jsonl"))
    return int(json.loads(files[-1].read_text().splitlines()[-1])["seq"])


def refused(root: Path, entry: object, *, clone: str = "0123abcd") -> str:
    before = tree(root)
    ran = run(root, f"undo {entry} --yes", clone=clone)
    assert ran.code == 1, ran
    assert tree(root) == before
    return ran.err


@pytest.mark.parametrize(
    ("made", "then", "said"),
    [
        ("customer add --id anna --name Anna", "invoice new -c anna --line Work;1;1 --draft", '"bill draft delete anna-'),
        ("customer add --id anna --name Anna", "customer edit nord --set parent=anna", '"bill customer edit nord"'),
        ("customer add --id anna --name Anna", "recurring new -c anna --id rent --every month -l Rent;1;1", '"bill recurring end rent"'),
        ("customer add --id anna --name Anna", "hold new --kind manual -c anna --reason wait", '"bill hold release'),
        ("invoice import ../old.csv", "payment add -c nord -a 10 --invoice OLD-1", '"bill payment reverse'),
        ("invoice import ../old.csv", "credit-note new -i OLD-1 --amount 1 --reason less", '"bill credit-note void'),
        ("invoice import ../old.csv", "hold new --kind dispute -i OLD-1 --reason broken", '"bill hold release'),
        ("invoice import ../old.csv", "write-off new --reason Gone --approved-by A --invoice OLD-1", '"bill write-off reverse'),
        ("payment add -c nord -a 10", "refund new -c nord --reason Twice --amount 3", '"bill refund reverse'),
        ("invoice import ../old.csv", "reconcile import ../line.csv", "OLD-1"),
        ("payment add -c nord -a 10", "payment reverse {payments} --reason bounced", '"bill undo 2" first, or "bill payment reverse'),
        ("customer edit nord --set name=Nord-AG", "customer tag nord --add x", '"bill undo 2" first'),
    ],
)  # fmt: skip
def test_what_later_work_is_built_upon_stays_and_the_way_out_is_named(root: Path, made: str, then: str, said: str) -> None:
    (root / "categories.yaml").write_text("schema: categories/1\ntags:\n  - name: x\n", encoding="utf-8")
    entry = do(root, made)
    do(root, then)
    err = refused(root, entry)
    assert "was built upon" in err
    assert said in err


def test_what_counts_in_a_closed_period_stays(root: Path) -> None:
    entry = do(root, "payment add -c nord -a 10 --received-on 2026-03-20")
    do(root, "close --through 2026-03-31")
    err = refused(root, entry)
    assert "the books are closed through 2026-03-31" in err
    assert '"bill payment reverse 2026-03-20-nord-' in err


def test_a_later_row_of_a_folded_document_goes_again_byte_for_byte(root: Path) -> None:
    do(root, "invoice new -c nord --line Work;1;10", at="2026-03-02")
    do(root, "payment add -c nord -a 10", at="2026-03-03")
    payment = next((root / "payments").rglob("*.yaml")).stem
    do(root, "close --through 2026-03-31")
    do(root, "fold 2026-03")
    before = documents(root)
    entry = do(root, f"payment allocate {payment} --invoice INV-2026-0001")
    do(root, "unfold 2026-03")
    single = documents(root)
    do(root, "fold 2026-03")
    do(root, f"undo {entry}")
    assert documents(root) == before
    do(root, "undo")
    do(root, "unfold 2026-03")
    assert documents(root) == single
    assert run(root, "check").code == 0


def test_a_document_that_would_go_is_taken_out_of_its_folded_file_first(root: Path) -> None:
    entry = do(root, "payment add -c nord -a 10", at="2026-03-03")
    payment = next((root / "payments").rglob("*.yaml")).stem
    do(root, "close --through 2026-03-31")
    do(root, "fold 2026-03")
    said = refused(root, entry)
    assert f"{payment} stands in payments/2026/03.yaml" in said
    assert '"bill unfold 2026-03" gives it a file of its own' in said


def test_a_persons_bytes_are_not_overwritten(root: Path) -> None:
    entry = do(root, "customer edit nord --set name=Nord-AG")
    file = root / "customers" / "nord.yaml"
    file.write_text(file.read_text() + "# mine\n", encoding="utf-8")
    assert "customers/nord.yaml was changed by hand since" in refused(root, entry)
    do(root, "customer add --id anna --name Anna")
    assert "customers/nord.yaml was changed by hand since" in refused(root, entry), "also once the trail knows of it"


def test_an_entry_is_undone_once_and_its_undo_can_be_undone(root: Path) -> None:
    first = do(root, "customer add --id anna --name Anna")
    undo = do(root, "undo")
    assert f"entry {first} is undone already by entry {undo}" in refused(root, first)
    do(root, f"undo {undo}")
    assert (root / "customers" / "anna.yaml").is_file()
    again = do(root, f"undo {first}")
    assert f"entry {first} is undone already by entry {again}" in refused(root, first)
    assert not (root / "customers" / "anna.yaml").exists()


def test_money_that_comes_back_beside_the_same_money_is_told(root: Path) -> None:
    do(root, "invoice import ../old.csv")
    do(root, "reconcile ../line.csv --account main")
    undo = do(root, "undo")
    do(root, "payment add -c nord -a 10 --received-on 2026-04-10")
    ran = run(root, f"undo {undo} --yes")
    assert ran.code == 0
    assert "has its customer, day and amount" in ran.err
    assert "customer, day and amount" not in run(root, "undo --yes").err


def test_another_working_copys_entry_is_named_with_it(root: Path) -> None:
    do(root, "customer add --id anna --name Anna", clone="aaaa0000")
    do(root, "customer add --id bea --name Bea", clone="aaaa0000")
    said = refused(root, "")
    assert "this working copy has written nothing yet" in said
    assert '"bill undo aaaa0000:2"' in said
    assert "another working copy has one: aaaa0000:1" in refused(root, "1")
    assert 'the last one of "aaaa0000" is 2\n' in refused(root, "aaaa0000:9")
    assert 'there is none of "zz"; "bill audit log" shows them all\n' in refused(root, "zz:1")
    assert 'there is none here; "bill audit log" shows them all\n' in refused(root, "9")
    assert run(root, "undo aaaa0000:1 --yes").code == 0
    assert not (root / "customers" / "anna.yaml").exists()
    assert "aaaa0000:1 is undone already by entry 1\n" in refused(root, "aaaa0000:1")
    assert "entry 1 is undone already by entry 0123abcd:1\n" in refused(root, "1", clone="aaaa0000")


def test_bytes_that_nobody_has_kept_are_not_made_up(root: Path) -> None:
    entry = do(root, "customer edit nord --set name=Nord-AG")
    shutil.rmtree(root / former.FOLDER)
    assert "customers/nord.yaml as it was before entry 1 is neither kept in .bill/former nor in git" in refused(root, entry)


def test_git_has_the_bytes_that_bill_no_longer_keeps(root: Path) -> None:
    (root / "ledger.yaml").write_text(LEDGER.replace("commit: false", "commit: true"), encoding="utf-8")
    begin(root)
    commit(root)
    do(root, "invoice new -c nord --line Work;1;10", at="2026-03-02")
    do(root, "payment add -c nord -a 10", at="2026-03-03")
    payment = next((root / "payments").rglob("*.yaml")).stem
    do(root, "close --through 2026-03-31")
    do(root, "fold 2026-03")
    before = documents(root)
    do(root, "customer edit nord --set name=Nord-AG")
    entry = do(root, f"payment allocate {payment} --invoice INV-2026-0001")
    shutil.rmtree(root / former.FOLDER)
    do(root, f"undo {entry}")
    do(root, f"undo {entry - 1}")
    assert documents(root) == before


def test_no_more_is_kept_than_the_bounds_say(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(former, "COMMANDS", 3)
    entries = [do(root, f"customer edit nord --set name=N{at}") for at in range(5)]
    folder = root / former.FOLDER
    assert len(list(folder.iterdir())) == 3
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(former, "BYTES", 100)
    do(root, "customer edit nord --set name=Last")
    assert [path.name.partition("-")[0] for path in folder.iterdir()] == ["00000006"]
    do(root, "undo")
    assert "neither kept" in refused(root, entries[1]) or "was built upon" in refused(root, entries[1])

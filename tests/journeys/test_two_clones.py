"""Two desks, one ledger: two clones of one repository work apart and are put together by real git, in both directions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support import LEDGER, Ran, bill, make_ledger

DAY = "2026-04-17"
SERIES = LEDGER.replace("tax_codes:", "  - name: desk-b\n    kind: invoice\n    pattern: INV-B-{year}-{n}\ntax_codes:")
BOOKS = f"""
--- ledger.yaml
{SERIES}
--- .gitattributes
* text=auto eol=lf
audit/**/*.jsonl merge=union
bank/*/originals/** -text
--- .gitignore
.bill/
--- customers/nord.yaml
schema: customer/1
id: nord
name: Nord GmbH
--- customers/sued.yaml
schema: customer/1
id: sued
name: Süd AG
terms: net 14
"""


class Desk:
    """One clone: what is done there, and its git."""

    def __init__(self, root: Path, clone: str) -> None:
        self.root = root
        self.clone = clone

    def try_(self, *words: str, at: str = DAY) -> Ran:
        return bill(*words, cwd=self.root, at=at, env={"BILL_CLONE": self.clone, "BILL_ACTOR": self.clone[:4]})

    def do(self, words: str, *more: str, at: str = DAY) -> str:
        ran = self.try_(*words.split(), *more, "--yes", at=at)
        assert ran.code in (0, 3), ran
        return ran.out.strip()

    def invoice(self, customer: str, price: int, *more: str, at: str = DAY) -> str:
        return self.do(f"invoice new -c {customer} --line Work;1;{price}", *more, at=at)

    def git(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == code, f"git {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "work", "--allow-empty")

    def push(self) -> None:
        self.commit()
        self.git("push", "-q", "origin", "HEAD:main")

    def pull(self, *, conflict: str = "", how: str = "--no-rebase") -> str:
        """Takes in the other's work; ``conflict`` is the one path that git cannot merge."""
        said = self.git("pull", "-q", "--no-edit", how, "origin", "main", code=1 if conflict else 0)
        assert self.conflicts() == ([conflict] if conflict else [])
        return said

    def conflicts(self) -> list[str]:
        return self.git("diff", "--name-only", "--diff-filter=U").split()

    def check(self) -> list[str]:
        ran = self.try_("check", "--format", "json")
        return [each["code"] for each in ran.json["diagnostics"]]

    def open(self) -> dict[str, Decimal]:
        """What is open of each invoice."""
        rows = self.try_("invoice", "list", "--format", "json").json["rows"]
        return {str(row["number"]): Decimal(row["open"]) for row in rows}

    def owed(self) -> Decimal:
        totals = self.try_("report", "aging", "--format", "json").json["totals"]
        return sum((Decimal(row["total"]) for row in totals), Decimal(0))

    def entries(self) -> int:
        return sum(len(path.read_text().splitlines()) for path in self.root.glob("audit/*/*.jsonl"))


Desks = tuple[Desk, Desk]


@pytest.fixture(scope="module")
def seed(room: Path) -> Path:
    """A bare repository with a ledger that has one invoice."""
    first = Desk(make_ledger(room / "first", BOOKS), "f1f1f1f1")
    first.invoice("nord", 10, at="2026-03-02")
    first.git("init", "-q", "-b", "main")
    for key, value in (("user.name", "a"), ("user.email", "a@b.example")):
        first.git("config", key, value)
    first.commit()
    subprocess.run(["git", "clone", "-q", "--bare", str(first.root), str(room / "seed.git")], check=True)
    return room / "seed.git"


@pytest.fixture
def desks(seed: Path, tmp_path: Path) -> Desks:
    subprocess.run(["cp", "-r", str(seed), str(tmp_path / "main.git")], check=True)
    made = []
    for name, clone in (("a", "aaaaaaaa"), ("b", "bbbbbbbb")):
        subprocess.run(["git", "clone", "-q", "main.git", name], cwd=tmp_path, check=True)
        made.append(Desk(tmp_path / name, clone))
        for key, value in (("user.name", name), ("user.email", f"{name}@b.example")):
            made[-1].git("config", key, value)
    return made[0], made[1]


def together(first: Desk, second: Desk, *, how: str = "--no-rebase") -> None:
    """The first is pushed, the second takes it in, and the first that: both hold the same."""
    first.push()
    second.commit()
    second.pull(how=how)
    second.git("push", "-q", "origin", "HEAD:main")
    first.pull()
    assert first.open() == second.open()
    assert first.check() == second.check() == []


def statement(desk: Desk, name: str, lines: str) -> Path:
    path = desk.root.parent / name
    path.write_text("id,date,amount,currency,payer,text,iban,kind\n" + lines, encoding="utf-8")
    return path


def work_of_a(desk: Desk) -> None:
    desk.invoice("nord", 100)
    desk.do("payment add -c nord -a 10 --invoice INV-2026-0001")
    desk.do("customer edit nord --set name=Nord-AG")
    desk.do(f"reconcile import {statement(desk, 'a.csv', 'L1,2026-04-17,100.00,EUR,Nord,INV-2026-0002,,')}")


def work_of_b(desk: Desk) -> None:
    desk.invoice("sued", 70, "--series", "desk-b")
    desk.do("customer edit sued --set name=Sued-AG")
    desk.do("hold new --kind manual -c sued --reason wait")
    desk.do(f"reconcile import {statement(desk, 'b.csv', 'L2,2026-04-17,20.00,EUR,Sued,INV-B-2026-0001,,')}")


@pytest.mark.parametrize(("order", "how"), [((0, 1), "--no-rebase"), ((1, 0), "--rebase")])
def test_two_series_different_customers_and_statements_merge_clean(desks: Desks, order: tuple[int, int], how: str) -> None:
    a, b = desks
    work_of_a(a)
    work_of_b(b)
    owed = a.owed() + b.owed() - Decimal(10)  # the one invoice that both knew
    entries = a.entries() + b.entries() - 1
    together(desks[order[0]], desks[order[1]], how=how)
    for desk in desks:
        assert desk.owed() == owed
        assert desk.entries() == entries
        assert desk.open() == {"INV-2026-0001": 0, "INV-2026-0002": 0, "INV-B-2026-0001": 50}
    a.invoice("nord", 1)
    b.invoice("sued", 1, "--series", "desk-b")
    together(b, a)
    assert set(a.open()) >= {"INV-2026-0003", "INV-B-2026-0002"}


def seals(desk: Desk) -> dict[str, str]:
    return {path.stem: path.read_text().rpartition("seal: ")[2].strip() for path in desk.root.glob("invoices/*/*/*.yaml")}


PATH = "invoices/2026/04/INV-2026-0002.yaml"


@pytest.mark.parametrize(("mine", "theirs", "ours"), [(1, 1, False), (1, 3, False), (1, 3, True), (2, 2, True), (3, 1, False)])
def test_one_series_conflicts_by_path_and_renumber_settles_it(desks: Desks, mine: int, theirs: int, ours: bool) -> None:
    a, b = desks
    for n in range(theirs):
        a.invoice("nord", 100 + n)
    for n in range(mine):
        b.invoice("sued", 200 + n)
    owed = a.owed() + b.owed() - 10
    a.push()
    b.commit()
    kept = seals(a if ours else b)
    b.git("pull", "-q", "--no-edit", "--no-rebase", "origin", "main", code=1)
    assert b.conflicts() == [f"invoices/2026/04/INV-2026-{n + 2:04}.yaml" for n in range(min(mine, theirs))]
    assert set(b.check()) == {"E113"}
    ran = b.try_("renumber", *(["--ours"] if ours else []), "--reason", "both desks took it", "--yes")
    assert ran.code == 0, ran
    assert b.check() == []
    b.git("add", "-A")
    b.git("commit", "-qm", "merged")
    b.git("push", "-q", "origin", "HEAD:main")
    a.pull()
    for desk in desks:
        assert desk.check() == []
        assert desk.owed() == owed
        assert sorted(desk.open()) == [f"INV-2026-{n:04}" for n in range(1, mine + theirs + 2)]
    assert kept.items() <= seals(a).items()
    references = [path.read_text() for path in sorted(a.root.glob("invoices/2026/04/*.yaml"))]
    assert all(f"INV2026{n:04}\n" in text for n, text in enumerate(references, 2)), "references follow the number"
    assert a.invoice("nord", 1) == f"INV-2026-{mine + theirs + 2:04}"
    assert a.check() == []


def test_a_rebase_stops_at_each_number_and_renumber_settles_each(desks: Desks) -> None:
    a, b = desks
    a.invoice("nord", 100)
    a.push()
    for n in range(2):
        b.invoice("sued", 200 + n)
        b.commit()
    stops = 0
    b.git("pull", "-q", "--rebase", "origin", "main", code=1)
    while b.conflicts():
        stops += 1
        ran = b.try_("renumber", "--reason", "both desks took it", "--yes")
        assert ran.code == 0, ran
        b.git("add", "-A")
        b.git("-c", "core.editor=true", "rebase", "--continue", code=0 if stops == 2 else 1)
    assert stops == 2
    assert b.check() == []
    assert sorted(b.open().values()) == [10, 100, 200, 201]
    b.git("push", "-q", "origin", "HEAD:main")
    a.pull()
    assert a.check() == []


def settled(desk: Desk) -> Callable[[str], Ran]:
    return lambda words: desk.try_(*words.split(), "--reason", "both desks took it", "--yes")


def test_what_was_paid_or_sent_keeps_its_number(desks: Desks) -> None:
    a, b = desks
    number = a.invoice("nord", 100)
    a.do(f"payment add -c nord -a 100 --invoice {number}")
    a.push()
    b.invoice("sued", 200)
    b.commit()
    b.git("pull", "-q", "--no-edit", "--no-rebase", "origin", "main", code=1)
    refused = settled(b)("renumber")
    assert refused.code == 1
    assert "goes by INV-2026-0002 of nord" in refused.err
    assert settled(b)("renumber --ours").code == 0
    assert b.check() == []
    assert b.open() == {"INV-2026-0001": 10, "INV-2026-0002": 0, "INV-2026-0003": 200}


def test_money_of_another_customer_keeps_the_number_of_what_it_paid(desks: Desks) -> None:
    """The payer has the other document of that number: their money would pay it instead, and the paid invoice would be owed again."""
    a, b = desks
    number = a.invoice("nord", 300)
    a.push()
    b.invoice("sued", 200)
    b.do(f"payment add -c nord -a 200 --invoice {number} --for-other")
    b.commit()
    b.git("pull", "-q", "--no-edit", "--no-rebase", "origin", "main", code=1)
    refused = settled(b)("renumber --ours")
    assert refused.code == 1
    assert "goes by INV-2026-0002 of sued" in refused.err


def test_money_of_a_relative_keeps_the_number_of_what_it_paid(desks: Desks) -> None:
    a, b = desks
    a.do("customer edit sued --set parent=nord")
    a.push()
    b.pull()
    number = a.invoice("nord", 300, at="2026-05-02")
    a.push()
    b.invoice("sued", 200)
    b.do(f"payment add -c nord -a 200 --invoice {number}")
    b.commit()
    b.pull()
    moves = "invoices/2026/04/INV-2026-0002.yaml"
    refused = b.try_("renumber", moves, "--reason", "both", "--yes", at="2026-05-02")
    assert refused.code == 1
    assert "goes by INV-2026-0002 of sued" in refused.err


def test_a_finding_is_not_left_to_the_other_document_of_its_number(desks: Desks) -> None:
    """It says a number and no customer, so nobody knows which of the two it is about."""
    a, b = desks
    number = a.invoice("nord", 300)
    a.push()
    b.invoice("sued", 200)
    b.do(f"finding new {number} --text odd --by Ann")
    b.commit()
    b.git("pull", "-q", "--no-edit", "--no-rebase", "origin", "main", code=1)
    refused = settled(b)("renumber --ours")
    assert refused.code == 1
    assert "-INV-2026-0002-" in refused.err


def test_what_went_out_sealed_upon_a_document_that_would_move_is_not_sealed_anew(desks: Desks) -> None:
    a, b = desks
    for n in range(2):
        a.invoice("nord", 100 + n)
    a.do("invoice send INV-2026-0003 --by-hand post")
    a.push()
    b.invoice("sued", 200)
    b.commit()
    b.git("pull", "-q", "--no-edit", "--no-rebase", "origin", "main", code=1)
    refused = settled(b)("renumber")
    assert refused.code == 1
    assert "INV-2026-0003 follows one that would move, and went out sealed so" in refused.err
    assert settled(b)("renumber --ours").code == 0
    assert b.check() == []
    assert b.open() == {"INV-2026-0001": 10, "INV-2026-0002": 100, "INV-2026-0003": 101, "INV-2026-0004": 200}


def test_the_same_number_in_two_months_merges_and_check_names_it(desks: Desks) -> None:
    a, b = desks
    a.invoice("nord", 100, at="2026-03-30")
    a.push()
    b.invoice("sued", 200)
    b.commit()
    b.pull()
    assert "E402" in b.check()
    assert b.try_("invoice", "list").code == 1
    asked = settled(b)("renumber")
    assert asked.code == 2
    assert "bill renumber invoices/2026/04/INV-2026-0002.yaml" in asked.err
    assert settled(b)("renumber invoices/2026/04/INV-2026-0002.yaml").code == 0
    assert b.check() == []
    assert b.open() == {"INV-2026-0001": 10, "INV-2026-0002": 100, "INV-2026-0003": 200}
    assert settled(b)("renumber INV-2026-0003").code == 1


def test_the_same_customer_changed_on_both_sides_conflicts_by_path(desks: Desks) -> None:
    a, b = desks
    a.do("customer edit nord --set name=Nord-AG")
    b.do("customer edit nord --set name=Nord-SE")
    a.push()
    b.commit()
    b.pull(conflict="customers/nord.yaml")
    assert b.check() == ["E113"]
    assert settled(b)("renumber").code == 1
    b.git("checkout", "-q", "--theirs", "customers/nord.yaml")
    b.git("add", "-A")
    b.git("commit", "-qm", "merged")
    assert b.check() == []


def test_one_statement_reconciled_on_both_sides_counts_once_or_is_named(desks: Desks) -> None:
    lines = "L1,2026-04-16,10.00,EUR,Nord,INV-2026-0001,,"
    for desk in desks:
        desk.do(f"reconcile import {statement(desk, 'same.csv', lines)}")
    a, b = desks
    a.push()
    b.commit()
    b.pull()
    assert b.owed() == 0
    assert b.check() == []


def remindable(desk: Desk) -> None:
    mail = (
        "mail:\n  name: Fjord\n  address: b@fjord.example\nsender: aaaaaaaa\ndunning:\n  unsent: remind\n  policies:\n    - name: usual\n"
    )
    levels = "      levels:\n        - level: 1\n          days: 5\ngit:"
    (desk.root / "ledger.yaml").write_text(SERIES.replace("git:", mail + levels), encoding="utf-8")
    (desk.root / "customers/nord.yaml").write_text(
        "schema: customer/1\nid: nord\nname: Nord GmbH\ncontacts:\n  - role: billing\n    email: ap@nord.example\n", encoding="utf-8"
    )
    desk.push()


def test_a_line_of_overlapping_statements_taken_on_two_days_counts_once(desks: Desks) -> None:
    a, b = desks
    line = "L1,2026-04-16,10.00,EUR,Nord,INV-2026-0001,,\n"
    a.do(f"reconcile import {statement(a, 'a.csv', line)}")
    b.do(f"reconcile import {statement(b, 'b.csv', line + 'L2,2026-04-18,1.00,EUR,Nobody,who knows,,')}", at="2026-04-18")
    together(a, b)
    assert b.owed() == 0
    b.do("reconcile undo L1 --reason twice", at="2026-04-19")
    assert b.owed() == 10
    b.do("undo", at="2026-04-19")
    assert b.owed() == 0
    assert b.check() == []


def test_notices_planned_on_both_sides_conflict_by_path(desks: Desks) -> None:
    a, b = desks
    remindable(a)
    b.pull()
    a.do("remind run --later", at="2026-04-17T09:00")
    b.do("remind run --later", at="2026-04-17T10:00")
    a.push()
    b.commit()
    b.git("pull", "-q", "--no-edit", "--no-rebase", "origin", "main", code=1)
    conflicts = b.conflicts()
    assert conflicts
    assert all(path.startswith(("deliveries/", "reminders/")) for path in conflicts)
    b.git("checkout", "-q", "--theirs", "--", *conflicts)
    b.git("add", "-A")
    b.git("commit", "-qm", "merged")
    assert b.check() == []


def test_a_payment_recorded_on_both_sides_is_named_where_it_is_too_much(desks: Desks) -> None:
    a, b = desks
    a.do("payment add -c nord -a 10 --invoice INV-2026-0001 --received-on 2026-04-15")
    b.do("payment add -c nord -a 10 --invoice INV-2026-0001 --received-on 2026-04-16")
    a.push()
    b.commit()
    b.pull()
    assert b.check() == ["E502"]
    b.do("undo --reason twice")
    assert b.check() == []
    assert b.owed() == 0
    together(b, a)


def test_only_the_named_clone_hands_over_and_its_reminders_merge(desks: Desks) -> None:
    a, b = desks
    remindable(a)
    b.pull()
    refused = b.try_("remind", "run", "--yes")
    assert refused.code == 1, refused
    assert "aaaaaaaa" in refused.err
    a.do("remind run --later")
    b.do("payment add -c nord -a 10 --invoice INV-2026-0001")
    together(a, b)
    assert json.loads(a.try_("outbox", "list", "--format", "json").out)["rows"]

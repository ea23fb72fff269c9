"""The write path among others: one writer at a time, a plan that still holds, git beside what a person has staged."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from billcli.app.context import Context
from billcli.app.invoice import plan_new
from billcli.app.write import carry_out, preview
from billcli.core.invoice import InvoiceRequest
from billcli.core.lines import typed_line
from billcli.errors import ChangedMeanwhile
from billcli.store import git as store_git
from tests.faults.rig import Fault, disk
from tests.support import PROJECT, bill, environment

DAY = "2026-06-20"
NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BILL_ACTOR", "tester")
    root = tmp_path / "books"
    assert bill("init", str(root), "--name", "Fjord", "--currency", "EUR", "--country", "NO", at=DAY).code == 0
    assert bill("customer", "add", "--id", "a", "--name", "Aaaa", "--yes", cwd=root, at=DAY).code == 0
    return root


def git(books: Path, *words: str) -> str:
    identity = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com")
    return subprocess.run(["git", *identity, *words], cwd=books, capture_output=True, text=True, check=True).stdout


def issue(books: Path, amount: str = "100") -> None:
    ran = bill("invoice", "new", "-c", "a", "-l", f"A;1;{amount}", "--yes", cwd=books, at=DAY)
    assert ran.code == 0, ran.err


def test_a_command_that_finds_the_ledger_held_names_the_holder_and_changes_nothing(books: Path) -> None:
    with (books / ".bill/lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(json.dumps({"pid": 4711, "command": "invoice import"}) + " " * 40)
        lock.flush()
        ran = bill("payment", "add", "-c", "a", "-a", "5", "--yes", cwd=books, at=DAY, env={"BILL_WAIT": "0"})
    assert (ran.code, '"bill invoice import", process 4711' in ran.err) == (4, True)
    assert not (books / "payments").exists()


def test_writers_at_once_take_numbers_without_a_gap_or_a_double(books: Path) -> None:
    command = [sys.executable, "-m", "billcli", "invoice", "new", "-c", "a", "-l", "A;1;1", "--yes", "--quiet"]
    env = {**environment(DAY, {"BILL_WAIT": "120"}), "PYTHONPATH": str(PROJECT)}
    writers = [subprocess.Popen(command, cwd=books, env=env, stderr=subprocess.PIPE) for _ in range(6)]
    reports = [bill("report", "aging", cwd=books, at=DAY) for _ in range(4)]
    assert [writer.communicate()[1] for writer in writers] == [b""] * 6
    assert [ran.code for ran in reports] == [0] * 4
    assert sorted(path.stem for path in (books / "invoices").rglob("*.yaml")) == [f"INV-2026-{n:04d}" for n in range(1, 7)]
    assert bill("check", cwd=books, at=DAY).code == 0
    assert git(books, "status", "--porcelain") == ""


def planned(books: Path) -> tuple[Context, object]:
    return Context(str(books), None, NOW), plan_new(InvoiceRequest("a", (typed_line("A;1;100"),)), draft=False)


def test_a_plan_of_which_only_the_number_changed_goes_through(books: Path) -> None:
    context, planner = planned(books)
    shown = preview(context, planner)  # type: ignore[arg-type]  # a planner
    issue(books)
    done = carry_out(context, planner, shown)  # type: ignore[arg-type]  # a planner
    assert (shown.result["number"], done.plan.result["number"]) == ("INV-2026-0001", "INV-2026-0002")


def test_a_plan_that_would_be_another_one_now_is_not_carried_out(books: Path) -> None:
    context, planner = planned(books)
    shown = preview(context, planner)  # type: ignore[arg-type]  # a planner
    assert bill("customer", "edit", "a", "--set", "terms=net 7", "--yes", cwd=books, at=DAY).code == 0
    with pytest.raises(ChangedMeanwhile):
        carry_out(context, planner, shown)  # type: ignore[arg-type]  # a planner
    assert not (books / "invoices").exists()


def test_change_is_made_and_committed_though_files_change_while_the_index_is_brought_along(
    books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: object) -> None:
        raise ChangedMeanwhile("the ledger was changed while it was read")

    context, planner = planned(books)
    monkeypatch.setattr("billcli.app.update.walk_some", meanwhile)
    done = carry_out(context, planner, None)  # type: ignore[arg-type]  # a planner
    monkeypatch.undo()
    assert done.created == ("invoices/2026/06/INV-2026-0001.yaml",)
    assert git(books, "status", "--porcelain") == ""
    assert "INV-2026-0001" in bill("invoice", "list", cwd=books, at=DAY).out


def test_what_a_person_has_staged_is_neither_committed_nor_lost(books: Path) -> None:
    (books / "README").write_text("mine\n")
    (books / "items.yaml").write_text((books / "items.yaml").read_text() + "# mine\n")
    git(books, "add", "README", "items.yaml")
    issue(books)
    assert set(git(books, "show", "--name-only", "--format=", "HEAD").split()) == {
        "invoices/2026/06/INV-2026-0001.yaml",
        *(str(path.relative_to(books)) for path in (books / "audit").rglob("*.jsonl")),
    }
    assert git(books, "status", "--porcelain").splitlines() == ["A  README", "M  items.yaml"]


def test_hooks_do_not_run(books: Path) -> None:
    hook = books / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\ntouch ran; exit 1\n")
    hook.chmod(0o755)
    issue(books)
    assert not (books / "ran").exists()
    assert git(books, "status", "--porcelain") == ""


def test_during_a_merge_the_change_is_made_and_the_next_command_commits_it(books: Path) -> None:
    (books / ".git/MERGE_HEAD").write_text(git(books, "rev-parse", "HEAD"))
    ran = bill("invoice", "new", "-c", "a", "-l", "A;1;100", "--yes", cwd=books, at=DAY)
    assert (ran.code, "a merge or rebase is under way" in ran.err) == (3, True)
    (books / ".git/MERGE_HEAD").unlink()
    issue(books, "5")
    assert git(books, "status", "--porcelain") == ""
    assert len(git(books, "ls-files", "invoices").split()) == 2


def test_a_hand_edit_is_noted_once_and_stays_the_persons_to_commit(books: Path) -> None:
    customer = books / "customers/a.yaml"
    customer.write_text(customer.read_text() + "notes: mine\n")
    issue(books)
    issue(books, "5")
    [trail] = (books / "audit").rglob("*.jsonl")
    noted = [
        entry["seq"]
        for line in trail.read_text().splitlines()
        for entry in [json.loads(line)]
        for f in entry["files"]
        if f.get("by") == "hand"
    ]
    assert len(noted) == 1
    assert git(books, "status", "--porcelain") == " M customers/a.yaml\n"


def test_a_lock_that_a_killed_git_left_on_an_index_of_our_own_is_nobodys(books: Path) -> None:
    issue(books)
    (books / ".bill/git-index.lock").write_bytes(b"")
    issue(books, "5")
    assert git(books, "status", "--porcelain") == ""


def test_what_a_killed_command_wrote_is_committed_by_the_next_one_of_another_month(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("billcli.app.write.bring_along", killed)
    assert bill("invoice", "new", "-c", "a", "-l", "A;1;7", "--yes", cwd=books, at=DAY).code == 130
    monkeypatch.undo()
    assert len(git(books, "status", "--porcelain", "-uall").splitlines()) == 2, "the invoice, and the trail of the month"
    assert bill("invoice", "new", "-c", "a", "-l", "A;1;5", "--yes", cwd=books, at="2026-07-01").code == 0
    assert git(books, "status", "--porcelain") == ""


def test_a_disk_that_fails_while_paths_are_noted_for_git_loses_none_that_were(books: Path) -> None:
    (books / ".git/MERGE_HEAD").write_text(git(books, "rev-parse", "HEAD"))
    assert bill("invoice", "new", "-c", "a", "-l", "A;1;100", "--yes", cwd=books, at=DAY).code == 3
    (books / ".git/MERGE_HEAD").unlink()
    before = store_git.waiting(str(books))
    with disk(Fault("ENOSPC", 2)), pytest.raises(OSError, match="No space"):
        store_git.note(str(books), ["customers/a.yaml"])
    assert store_git.waiting(str(books)) == before
    assert len(before) == 2


def test_what_stands_in_the_way_of_gits_commit_is_said_in_words(books: Path) -> None:
    (books / ".bill/git-base.new").mkdir()
    ran = bill("invoice", "new", "-c", "a", "-l", "A;1;100", "--yes", cwd=books, at=DAY)
    assert (ran.code, "git has not committed it: what bill keeps for git in .bill cannot be written: Is a directory" in ran.err) == (
        3,
        True,
    )
    (books / ".bill/git-base.new").rmdir()
    issue(books, "5")
    assert git(books, "status", "--porcelain") == ""

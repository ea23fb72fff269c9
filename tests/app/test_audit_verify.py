"""``bill audit verify``: what is done to the trail, to issued documents and to git, and the first bad place that is then named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from billcli.core import seal as seals
from billcli.store.audit import entry_hash
from billcli.store.read import read
from tests.history import git
from tests.support import bill, done

ENV = {"BILL_CLONE": "7e57c10e"}
TRAIL = "audit/7e57c10e/2026-03.jsonl"
DAY = "2026-03-20"


def written(root: Path, *words: str, env: dict[str, str] | None = None, at: str = DAY) -> None:
    done(*words, "--yes", "--quiet", cwd=root, at=at, env={**ENV, **(env or {})})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three invoices and a payment, a commit each: entries 1 to 6."""
    root = tmp_path_factory.mktemp("audit") / "books"
    done("init", str(root), "--name", "Fjord", "--currency", "EUR", "--country", "NO", at="2026-03-01", env=ENV)
    written(root, "customer", "add", "--id", "a", "--name", "Aaaa", at="2026-03-01")
    for amount in ("101", "102", "103"):
        written(root, "invoice", "new", "-c", "a", "-l", f"A;1;{amount}", at="2026-03-02")
    written(root, "payment", "add", "-c", "a", "-a", "50", "-i", "INV-2026-0001", at="2026-03-10")
    return root


@pytest.fixture
def books(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "books", symlinks=True)
    return tmp_path / "books"


class Told(NamedTuple):
    """The exit code, the answer, and each problem as (kind, line, entry, commit, what)."""

    code: int
    answer: dict[str, Any]
    problems: list[tuple[str, int | None, int | None, str, str]]


def verified(root: Path, *words: str) -> Told:
    ran = bill("audit", "verify", *words, "--format", "json", cwd=root, at=DAY)
    assert ran.code in (0, 1), ran.err
    answer = ran.json["rows"][0]
    problems = [(each["kind"], each["line"], each["seq"], each["commit"], each["message"]) for each in answer["problems"]]
    assert answer["first"] == (answer["problems"][0] if problems else None)
    assert ran.code == bool(problems)
    return Told(ran.code, answer, problems)


def committed(root: Path, message: str = "by hand") -> str:
    """All that was changed, as a commit; how it is named in an answer."""
    git(root, "add", "-A")
    git(root, "commit", "-qm", message)
    return said(root)


def said(root: Path, rev: str = "HEAD") -> str:
    return f"commit {git(root, 'rev-parse', rev)[:10]} of "


def rechained(lines: Sequence[str]) -> str:
    """Entries with hashes and seqs that fit one another, as somebody who knows the method writes them."""
    made, prev = [], ""
    for seq, line in enumerate(lines, 1):
        entry = {**json.loads(line), "seq": seq, "prev": prev}
        entry = {**{key: value for key, value in entry.items() if key != "hash"}}
        prev = entry_hash(entry)
        made.append(json.dumps({**entry, "hash": prev}, ensure_ascii=False))
    return "\n".join(made) + "\n"


def test_untouched_books_are_clean_and_show_their_head(books: Path) -> None:
    told = verified(books, "--git")
    assert (told.code, told.answer["verdict"], told.answer["entries"], told.answer["sealed"]) == (0, "clean", 6, 3)
    assert told.answer["git"]["commits"] == 6
    assert told.answer["by_hand"] == []
    last = json.loads((books / TRAIL).read_text().splitlines()[-1])
    assert [(each["clone"], each["hash"]) for each in told.answer["heads"]] == [("7e57c10e", last["hash"])]
    assert verified(books, "--expect", f"7e57c10e:{last['hash']}", "--expect", f"7e57c10e:{last['prev'][:16]}").code == 0


Edit = Callable[[list[str]], list[str]]


@pytest.mark.parametrize(
    ("edit", "line", "seq", "what"),
    [
        (lambda each: [*each[:2], each[2].replace("invoice new", "invoice old"), *each[3:]], 3, 3, "entry 3 was changed"),
        (lambda each: [*each[:2], *each[3:]], 3, 3, "entry 3 was taken away"),
        (lambda each: [*each[:2], each[3], each[2], *each[4:]], 3, 4, "entry 4 was moved up"),
        (lambda each: [*each[:2], each[4], *each[2:]], 3, 5, "entry 5 was moved up"),
        (lambda each: each[:-1], 6, 6, "entry 6 was cut off the end"),
        (lambda each: each[:3], 4, 4, "entry 4 and all behind it, to entry 6, was cut off the end"),
        (lambda each: rechained([line.replace("tester", "nobody") for line in each]).splitlines(), 1, 1, "entry 1 was changed"),
    ],
)
def test_what_a_commit_did_to_the_trail_is_found_also_when_a_later_one_took_it_back(
    books: Path, edit: Edit, line: int, seq: int, what: str
) -> None:  # fmt: skip
    file = books / TRAIL
    before = file.read_text()
    file.write_text("".join(f"{each}\n" for each in edit(before.splitlines())))
    commit = committed(books)
    file.write_text(before)
    committed(books, "back")
    assert verified(books).code == 0
    first = verified(books, "--git").problems[0]
    assert first[:3] == ("history", line, seq)
    assert first[3].startswith(commit)
    assert what in first[4]


def test_what_lies_in_the_folder_is_held_against_the_last_commit(books: Path) -> None:
    file = books / TRAIL
    whole = file.read_text()
    file.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    by_itself = verified(books)
    assert (by_itself.code, [each["file"][:9] for each in by_itself.answer["by_hand"]]) == (0, ["payments/"])  # an end that is cut off
    told = verified(books, "--git")
    assert told.problems == [("history", 6, 6, "the working tree", "entry 6 was cut off the end; the trail is only ever added to")]
    head = json.loads(whole.splitlines()[-1])["hash"]
    assert verified(books, "--expect", f"7e57c10e:{head}").problems[0][0] == "head"
    file.write_text("".join(whole.splitlines(keepends=True)[:-2]))
    assert "INV-2026-0003 is sealed, but no entry of the audit trail tells of it" in verified(books).problems[0][4]


def test_a_trail_written_anew_as_a_whole_shows_only_against_git_or_a_head_that_was_noted(books: Path) -> None:
    file = books / TRAIL
    lines = file.read_text().splitlines()
    file.write_text(rechained([line.replace("tester", "nobody") for line in lines]))
    assert verified(books).code == 0
    assert verified(books, "--expect", f"7e57c10e:{json.loads(lines[3])['hash']}").problems[0][0] == "head"
    assert verified(books, "--git").problems[0][:4] == ("history", 1, 1, "the working tree")


def test_an_entry_forged_as_an_arm_of_its_own_is_told_and_git_names_it(books: Path) -> None:
    file = books / TRAIL
    lines = file.read_text().splitlines()
    forged = {key: value for key, value in json.loads(lines[3]).items() if key != "hash"} | {"actor": "nobody"}
    lines.insert(3, json.dumps({**forged, "hash": entry_hash(forged)}, ensure_ascii=False))
    file.write_text("".join(f"{each}\n" for each in lines))
    by_itself = verified(books)
    assert (by_itself.code, by_itself.answer["forks"]) == (0, [{"clone": "7e57c10e", "seq": 3, "arms": 2}])
    commit = committed(books)
    first = verified(books, "--git").problems[0]
    assert (first[:3], first[3].startswith(commit), "entry 4 has a line put in before it" in first[4]) == (("history", 4, 4), True, True)


def test_a_commit_written_anew_in_the_middle_is_named_though_all_behind_it_say_what_they_said(books: Path) -> None:
    commits = git(books, "rev-list", "--reverse", "HEAD").split()
    git(books, "checkout", "-q", commits[3])
    file = books / TRAIL
    file.write_text(file.read_text().replace("invoice new", "invoice old"))
    git(books, "commit", "-qa", "--amend", "-m", "anew")
    parent = git(books, "rev-parse", "HEAD")
    anew = said(books)
    for each in commits[4:]:
        parent = git(books, "commit-tree", f"{each}^{{tree}}", "-p", parent, "-m", "again")
    git(books, "checkout", "-q", "main")
    git(books, "reset", "-q", "--hard", parent)
    assert verified(books).code == 0
    problems = verified(books, "--git").problems
    assert problems[0][:3] == ("history", 3, 3)
    assert problems[0][3].startswith(anew)
    assert len(problems) == 2  # and the commit behind it, which says what was said before


def test_history_that_git_is_told_to_show_instead_of_the_true_one_is_not_looked_at(books: Path) -> None:
    clean = git(books, "rev-parse", "HEAD")
    file = books / TRAIL
    before = file.read_text()
    file.write_text(before.replace("invoice new", "invoice old"))
    commit = committed(books)
    bad = git(books, "rev-parse", "HEAD")
    file.write_text(before)
    committed(books, "back")
    git(books, "replace", bad, git(books, "commit-tree", f"{clean}^{{tree}}", "-p", clean, "-m", "nothing to see"))
    assert verified(books, "--git").problems[0][3].startswith(commit)


def test_a_merge_keeps_the_trails_of_two_clones_or_is_named(books: Path) -> None:
    git(books, "checkout", "-q", "-b", "other")
    written(books, "customer", "add", "--id", "b", "--name", "Bbbb", env={"BILL_CLONE": "0000000b"})
    git(books, "checkout", "-q", "main")
    (books / ".bill/clone").unlink()  # here another working copy goes on
    written(books, "payment", "add", "-c", "a", "-a", "7")
    main = git(books, "rev-parse", "main")
    git(books, "merge", "-q", "--no-edit", "other")
    merged = verified(books, "--git")
    assert (merged.code, merged.answer["git"]["commits"], len(merged.answer["heads"])) == (0, 9, 2)
    git(books, "reset", "-q", "--hard", main)
    git(books, "merge", "-q", "--no-edit", "-s", "ours", "other")
    dropped = verified(books, "--git").problems
    assert [(each[0], each[4].partition(";")[0]) for each in dropped] == [("history", "the whole file was taken away")]
    assert dropped[0][3].startswith(said(books))


def test_arms_of_one_clone_fork_its_chain_and_a_merge_that_drops_one_is_named(books: Path) -> None:
    git(books, "checkout", "-q", "-b", "other")
    written(books, "customer", "add", "--id", "b", "--name", "Bbbb")
    git(books, "checkout", "-q", "main")
    written(books, "payment", "add", "-c", "a", "-a", "7")
    main = git(books, "rev-parse", "main")
    git(books, "merge", "-q", "--no-edit", "other")
    merged = verified(books, "--git")
    assert (merged.code, [each["arms"] for each in merged.answer["forks"]], len(merged.answer["heads"])) == (0, [2], 2)
    git(books, "reset", "-q", "--hard", main)
    git(books, "merge", "-q", "--no-commit", "other")
    git(books, "checkout", "-q", main, "--", TRAIL)
    committed(books, "merged by hand")
    problems = verified(books, "--git").problems
    assert problems[0][:3] == ("history", 7, 7)
    assert "entry 7 was dropped by the merge" in problems[0][4]


def resealed(books: Path, n: int, old: str, new: str) -> None:
    """An invoice with another content and a seal made for it, as somebody who knows the method writes it."""
    path = f"invoices/2026/03/INV-2026-{n:04d}.yaml"
    file = books / path
    text = file.read_text().replace(old, new)
    before = re.search("^seal: (.*)$", (books / f"invoices/2026/03/INV-2026-{n - 1:04d}.yaml").read_text(), re.MULTILINE)
    entity = read(text.encode(), path).entity
    assert before and entity
    made = seals.seal(seals.digest(entity), before[1].strip('"'))
    file.write_text(re.sub("^seal: .*$", f"seal: {made}", text, flags=re.MULTILINE))


def test_an_invoice_changed_and_sealed_anew_is_found_in_git_alone(books: Path) -> None:
    resealed(books, 3, "103", "13")
    assert verified(books).code == 0
    seen = verified(books, "--git").problems
    assert [(each[0], each[3], each[4]) for each in seen] == [
        ("document", "the working tree", "INV-2026-0003 was changed under its seal; it was issued before")
    ]
    commit = committed(books)
    problems = verified(books, "--git").problems
    assert (len(problems), problems[0][0], problems[0][3].startswith(commit)) == (1, "document", True)


def test_a_changed_invoice_is_named_by_its_seal_and_by_the_commit(books: Path) -> None:
    file = books / "invoices/2026/03/INV-2026-0002.yaml"
    file.write_text(file.read_text().replace("description: A", "description: B"))
    first = verified(books).answer["first"]
    assert (first["kind"], first["code"], first["file"]) == ("seal", "E403", "invoices/2026/03/INV-2026-0002.yaml")
    committed(books)
    assert [each[0] for each in verified(books, "--git").problems] == ["document", "seal"]


def test_the_last_invoice_taken_away_with_its_entry_is_found_in_git_alone(books: Path) -> None:
    (books / "invoices/2026/03/INV-2026-0003.yaml").unlink()
    file = books / TRAIL
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:4]))
    commit = committed(books)
    assert verified(books).code == 0
    assert bill("audit", "numbers", cwd=books, at=DAY).code == 0
    told = verified(books, "--git").problems
    assert [(each[0], each[3].startswith(commit)) for each in told] == [("history", True), ("document", True)]
    assert "INV-2026-0003 is gone" in told[1][4]
    assert verified(books, "--git", "--since", "HEAD").code == 0


def test_folding_voiding_and_tagging_change_nothing_under_a_seal(books: Path) -> None:
    written(books, "invoice", "void", "INV-2026-0003", "--reason", "twice", at="2026-03-12")
    written(books, "close", "--through", "2026-03-31", at="2026-04-02")
    written(books, "fold", "2026-03", at="2026-04-02")
    written(books, "unfold", "2026-03", at="2026-04-03")
    written(books, "fold", "2026-03", at="2026-04-03")
    assert verified(books, "--git").problems == []


def test_a_number_that_two_branches_took_and_one_gave_up_is_no_loss(books: Path) -> None:
    git(books, "checkout", "-q", "-b", "other")
    written(books, "invoice", "new", "-c", "a", "-l", "Theirs;1;7", env={"BILL_CLONE": "0000000b"})
    git(books, "checkout", "-q", "main")
    (books / ".bill/clone").unlink()
    written(books, "invoice", "new", "-c", "a", "-l", "Ours;1;8")
    with pytest.raises(AssertionError):
        git(books, "merge", "-q", "--no-edit", "other")
    ran = bill("renumber", "--reason", "two desks", "--yes", cwd=books, at=DAY, env=ENV)
    assert (ran.code, (books / "invoices/2026/03/INV-2026-0005.yaml").exists()) in ((0, True), (3, True)), ran.err
    committed(books, "merged")
    assert verified(books, "--git").problems == []
    later = books / "invoices/2026/03/INV-2026-0005.yaml"
    later.write_text(later.read_text().replace("Theirs", "Nobody's"))
    assert "document" in [each[0] for each in verified(books, "--git").problems]


def test_an_import_that_was_taken_back_is_no_loss_and_one_that_was_deleted_is(books: Path) -> None:
    (books.parent / "old.csv").write_text("number,customer,issued_on,currency,gross\nOLD-1,a,2026-03-03,EUR,30.00\n")
    imported = books / "invoices/2026/03/OLD-1.yaml"
    written(books, "invoice", "import", str(books.parent / "old.csv"))
    written(books, "undo")
    assert not imported.exists()
    assert verified(books, "--git").problems == []
    imported.write_bytes(git(books, "show", f"HEAD~1:{imported.relative_to(books)}").replace("30.00", "31.00").encode() + b"\n")
    committed(books)
    imported.unlink()
    gone = committed(books)
    [(kind, *_, commit, message)] = [each for each in verified(books, "--git").problems if each[3]]
    assert (kind, message) == ("document", "OLD-1 is gone, or cannot be read any more; it was issued before")
    assert commit.startswith(gone)


def test_what_a_person_changed_is_listed_and_is_no_error(books: Path) -> None:
    customer = books / "customers/a.yaml"
    customer.write_text(customer.read_text() + "notes: called\n")
    rows = verified(books, "--git").answer["by_hand"]
    assert [(each["file"], each["state"], each["last_command"], each["noted"], each["git"]) for each in rows] == [
        ("customers/a.yaml", "changed", "customer add", "", "not committed")
    ]
    commit = committed(books)
    told = verified(books, "--git")
    assert told.code == 0
    assert told.answer["by_hand"][0]["git"].startswith(commit)
    written(books, "payment", "add", "-c", "a", "-a", "7")
    assert verified(books).answer["by_hand"][0]["noted"] == "2026-03-20T09:00:00Z"


def test_a_hand_that_bill_wrote_upon_stays_told(books: Path) -> None:
    """Else an amount could be raised by hand, and the next allocation of the payment would cover it up."""
    payment = next((books / "payments").rglob("*.yaml"))
    payment.write_text(payment.read_text().replace("\namount: 50.00", "\namount: 90.00"))
    written(books, "payment", "allocate", payment.stem, "--policy", "oldest-due")
    [row] = verified(books).answer["by_hand"]
    assert (row["state"], row["last_command"], row["noted"]) == ("built upon", "payment allocate", "2026-03-20T09:00:00Z")


def test_a_hand_in_a_folded_file_is_committed_where_the_file_is(books: Path) -> None:
    written(books, "close", "--through", "2026-03-31", at="2026-04-02")
    written(books, "fold", "2026-03", at="2026-04-02")
    folded = books / "payments/2026/03.yaml"
    folded.write_text(folded.read_text().replace("\namount: 50.00", "\namount: 51.00"))
    rows = verified(books, "--git").answer["by_hand"]
    assert {(each["file"].partition("#")[0], each["git"]) for each in rows} == {("payments/2026/03.yaml", "not committed")}
    commit = committed(books)
    assert all(each["git"].startswith(commit) for each in verified(books, "--git").answer["by_hand"])


def test_a_shallow_clone_says_how_far_it_goes(books: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{books}", "shallow")
    told = verified(tmp_path / "shallow", "--git")
    assert (told.code, told.answer["git"]["commits"], told.answer["git"]["shallow"]) == (0, 2, True)
    shown = bill("audit", "verify", "--git", cwd=tmp_path / "shallow", at=DAY).out
    assert "this clone is shallow, so nothing is known of what was before" in shown


def test_books_that_came_from_another_folder_are_proved_from_there_on_only(books: Path) -> None:
    """Whoever moves the folder can write all of it anew in the same commit: git is asked about this folder alone."""
    (books / "moved").mkdir()
    for each in git(books, "ls-files").splitlines():
        if not each.startswith(".git"):
            (books / "moved" / each).parent.mkdir(parents=True, exist_ok=True)
            git(books, "mv", each, f"moved/{each}")
    moved = committed(books)
    answer = verified(books / "moved", "--git").answer["git"]
    assert (answer["commits"], answer["stood"]) == (1, 6)
    assert answer["said"].startswith(moved)
    told = bill("audit", "verify", "--git", cwd=books / "moved", at=DAY).out
    assert "6 entries stood in the trail by then, of which git proves nothing here" in told


def test_nothing_that_the_repository_names_is_run(books: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.x.textconv",
        "core.sshCommand",
    ):
        git(books, "config", name, str(trap))
    (books / ".git/info/attributes").write_text("* filter=x diff=x\n")
    (books / ".git/hooks/post-index-change").write_text(trap.read_text())
    assert verified(books, "--git").code == 0
    assert not (tmp_path / "sprung").exists()


def test_an_object_that_git_has_lost_is_named(books: Path) -> None:
    blob = git(books, "rev-parse", f"HEAD~2:{TRAIL}")
    (books / ".git/objects" / blob[:2] / blob[2:]).unlink()
    problems = verified(books, "--git").problems
    assert [each[0] for each in problems] == ["history", "history"]  # in its commit, and in the one behind it
    assert all(f"git has no readable object {blob[:10]}" in each[4] for each in problems)


@pytest.mark.parametrize("since", ["nothing", "--all", "HEAD:ledger.yaml"])
def test_a_revision_that_git_does_not_know_is_refused(books: Path, since: str) -> None:
    ran = bill("audit", "verify", "--git", f"--since={since}", cwd=books, at=DAY)
    assert (ran.code, "is no commit that git knows" in ran.err) == (2, True)


def test_a_ledger_below_the_top_of_its_repository_is_looked_at_all_the_same(template: Path, tmp_path: Path) -> None:
    root = tmp_path / "house" / "books"
    shutil.copytree(template, root, ignore=shutil.ignore_patterns(".git"))
    git(root.parent, "init", "-q", "-b", "main")
    committed(root.parent, "all")
    file = root / TRAIL
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    commit = committed(root.parent)
    first = verified(root, "--git").problems[0]
    assert (first[:3], first[3].startswith(commit)) == (("history", 6, 6), True)


def test_a_repository_without_a_commit_is_told_as_one(books: Path) -> None:
    shutil.rmtree(books / ".git")
    git(books, "init", "-q")
    ran = bill("audit", "verify", "--git", cwd=books, at=DAY)
    assert (ran.code, "git cannot be asked: nothing is committed yet" in ran.err) == (1, True)


@pytest.mark.parametrize("path", ["a\0b", ".git/config", "../outside"])
def test_an_entry_about_a_file_that_no_command_writes_is_named_and_not_undone(books: Path, path: str) -> None:
    lines = (books / TRAIL).read_text().splitlines()
    last = json.loads(lines[-1])
    last["files"] = [{"path": path, "old": None, "new": "a" * 64}]
    (books / TRAIL).write_text(rechained([*lines[:-1], json.dumps(last)]))
    assert ("chain", len(lines), "a line that is no audit entry") in [(each[0], each[1], each[4]) for each in verified(books).problems]
    assert bill("undo", f"7e57c10e:{len(lines)}", "--yes", cwd=books, at=DAY, env=ENV).code == 1

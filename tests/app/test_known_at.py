"""``--known-at``: the books as git has them at a commit, without a checkout."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.written import commands
from tests.history import begin, checkout, commit, git
from tests.support import Ran, bill, done, tree

DAY = "2026-10-13"
BANK = """\
id,date,amount,currency,payer,text
A1,2026-10-03,1758.05,EUR,Müller & Söhne Mühlenwerke KG,INV-2026-0027
A2,2026-10-04,77.00,EUR,Somebody,?
"""

ARGUMENTS = {
    "explain": ["INV-2026-0002"],
    "show": ["mueller"],
    "customer show": ["mueller"],
    "invoice show": ["INV-2026-0027"],
    "draft show": ["<draft list>"],
    "credit-note show": ["<credit-note list>"],
    "recurring show": ["<recurring list>"],
    "payment show": ["<payment list>"],
    "reconcile customer": ["mueller", "<their.csv>"],
    "statement": ["mueller"],
    "outbox show": ["<outbox list>"],
    "hold show": ["<hold list>"],
    "remind show": ["<remind list>"],
    "refund show": ["<refund list>"],
    "write-off show": ["<write-off list>"],
    "credit explain": ["mueller"],
    "audit sample": ["--seed", "7", "--size", "3"],
    "report html": ["--out", "<out>"],
}
"""What commands must be told; of "<… list>" the first that is listed."""

LOOKING = [path for path, command in commands() if any(each.name == "known_at" for each in command.params)]


def run(root: Path, *words: str) -> Ran:
    return bill("--ledger", str(root), *words, at=DAY)


def write(root: Path, *words: str, on: str = DAY) -> None:
    ran = bill("--ledger", str(root), *words, "--yes", at=on)
    assert ran.code in (0, 3), ran.err


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, then a fortnight of work and a fold: four commits."""
    root = tmp_path_factory.mktemp("known") / "books"
    done("demo", str(root))
    begin(root)
    commit(root, at="2026-10-01T12:00:00+0200")
    (root / "inbox").mkdir()
    (root / "inbox/july.csv").write_text(BANK, encoding="utf-8")
    write(root, "reconcile", str(root / "inbox/july.csv"), "--account", "main")
    write(root, "remind", "run", "--later")
    write(root, "hold", "new", "--kind", "dispute", "-i", "INV-2026-0017", "--reason", "late")
    write(root, "invoice", "new", "-c", "mueller", "--line", "Flour;3;40;none")
    commit(root, at="2026-10-13T23:30:00+0200")
    write(root, "invoice", "void", "INV-2026-0038", "--reason", "twice")
    write(root, "payment", "add", "-c", "nordwind", "-a", "919.59", "-i", "INV-2026-0029")
    write(root, "customer", "edit", "mueller", "--set", "name=Müller Mühlen KG")
    commit(root, at="2026-10-14T00:30:00+0200")
    write(root, "fold", "2026-03")
    commit(root, at="2026-10-20T09:00:00+0200")
    return root


def words_of(path: str, root: Path, folder: Path) -> list[str]:
    found = []
    for each in ARGUMENTS.get(path, []):
        if each.endswith(" list>"):
            rows = done("--ledger", str(root), *each[1:-1].split(), "--format", "json", at=DAY).json["rows"]
            assert rows, f"{each} is empty: it proves nothing"
            each = str(next(iter(rows[0].values())))
        elif each == "<their.csv>":
            each = str(folder / "their.csv")
            Path(each).write_text("Invoice;Date;Amount\nINV-2026-0027;2026-05-20;1758.05\n", encoding="utf-8")
        elif each == "<out>":
            each = str(folder / "out")
        found.append(each)
    return [*path.split(), *found]


def test_every_report_is_that_of_a_checkout_of_the_commit(books: Path, tmp_path: Path) -> None:
    then = checkout(books, "HEAD~2", tmp_path / "then")
    assert len(LOOKING) > 50
    watched = ("customer list", "report aging", "invoice list", "report tax", "hold list")
    differ = set()
    for path in LOOKING:
        words = words_of(path, then, tmp_path)
        form = [] if path == "report html" else ["--format", "json"]
        known = run(books, *words, "--known-at", "HEAD~2", *form)
        if path == "report html":
            known = known._replace(out=(tmp_path / "out/index.html").read_text(encoding="utf-8"))
        told = run(then, *words, *form)
        if path == "report html":
            told = told._replace(out=(tmp_path / "out/index.html").read_text(encoding="utf-8"))
        assert (known.code, known.out) == (told.code, told.out), (path, known.err, told.err)
        assert known.code == 0, (path, known.err)
        if path in watched and run(books, *words, *form).out != known.out:
            differ.add(path)
    assert differ == {*watched} - {"hold list"}, "what was done since must show, or nothing is compared"


@pytest.mark.parametrize("revision", ["HEAD", "HEAD~1", "HEAD~3"])
def test_aging_of_any_day_is_that_of_the_commit(books: Path, tmp_path: Path, revision: str) -> None:
    then = checkout(books, revision, tmp_path / "then")
    for day in ("2026-02-28", "2026-10-05", "2026-10-13"):
        words = ["report", "aging", "--as-of", day, "--by", "invoice", "--format", "json"]
        assert run(books, *words, "--known-at", revision).out == run(then, *words).out


def test_a_day_is_its_last_commit_by_the_clock_of_the_ledger(books: Path) -> None:
    """23:30 in Berlin is still the 13th, 00:30 is the 14th, though it is 22:30 of the 13th in UTC."""
    known = {
        day: run(books, "report", "aging", "--known-at", day, "--as-of", DAY, "--format", "json").out
        for day in ("2026-10-01", "2026-10-13", "2026-10-14", "2027-01-01")
    }
    for day, revision in zip(known, ("HEAD~3", "HEAD~2", "HEAD~1", "HEAD"), strict=True):
        assert known[day] == run(books, "report", "aging", "--known-at", revision, "--as-of", DAY, "--format", "json").out, day
    early = run(books, "report", "aging", "--known-at", "2026-09-30")
    assert (early.code, early.err) == (1, "bill: no commit is as old as 2026-09-30\n  hint: the books were not in git yet\n")


def test_the_ledger_and_its_history_stay_as_they_are(books: Path) -> None:
    before = tree(books)
    state = git(books, "status", "--porcelain"), git(books, "for-each-ref"), git(books, "count-objects", "-v")
    assert run(books, "report", "aging", "--known-at", "HEAD~1").code == 0
    assert (git(books, "status", "--porcelain"), git(books, "for-each-ref"), git(books, "count-objects", "-v")) == state
    assert tree(books) == before


def test_what_is_not_committed_is_not_known(books: Path, tmp_path: Path) -> None:
    other = checkout(books, "HEAD", tmp_path / "other")
    known = run(other, "report", "aging", "--known-at", "HEAD", "--format", "json").out
    write(other, "payment", "add", "-c", "nordwind", "-a", "100", "--again")
    assert run(other, "report", "aging", "--format", "json").out != known
    assert run(other, "report", "aging", "--known-at", "HEAD", "--format", "json").out == known


def test_a_ledger_in_a_folder_of_the_repository(books: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    begin(home)
    (home / "README").write_text("not yet\n")
    commit(home)
    shutil.copytree(
        checkout(books, "HEAD~2", tmp_path / "then"), home / "finance/die Bücher", ignore=shutil.ignore_patterns(".git", ".bill")
    )
    commit(home)
    within = home / "finance/die Bücher"
    known = run(within, "report", "aging", "--format", "json").out
    write(within, "payment", "add", "-c", "nordwind", "-a", "100", "--again")
    assert run(within, "report", "aging", "--known-at", "HEAD", "--format", "json").out == known
    early = run(within, "report", "aging", "--known-at", "HEAD~1")
    assert (early.code, early.err) == (
        1,
        "bill: at HEAD~1 this folder holds no ledger\n  hint: it was not there yet; name a later commit\n",
    )


def test_requests_that_cannot_be_met(books: Path, tmp_path: Path) -> None:
    def refused(root: Path, revision: str, **env: str) -> tuple[int, str]:
        ran = bill("--ledger", str(root), "report", "aging", "--known-at", revision, at=DAY, env=env)
        return ran.code, ran.err

    log = 'name a branch, a tag or a commit, as "git log --oneline" shows them'
    for word in ("nope", "--all", "-1", "HEAD~99", "HEAD:ledger.yaml", "", "a\nb"):
        code, said = refused(books, word) if not word.startswith("-") else refused(books, f"{word}")
        assert code in (1, 2), word
        assert "no commit" in said or "requires an argument" in said, said
    assert refused(books, "nope") == (1, f'bill: git knows no commit "nope"\n  hint: {log}\n')
    plain = tmp_path / "plain"
    done("demo", str(plain))
    assert refused(plain, "HEAD", GIT_CEILING_DIRECTORIES=str(tmp_path)) == (
        1,
        'bill: the ledger is in no git repository, so nothing tells how it was\n  hint: "git init" begins one; bill commits from then on\n',
    )  # fmt: skip
    assert refused(books, "HEAD", PATH=str(tmp_path)) == (
        1, "bill: git is not installed, and only git knows how the books were\n  hint: install git\n",
    )  # fmt: skip
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{books}", str(shallow))
    hint = 'this clone holds only the newest commits; "git fetch --unshallow" brings the others'
    assert refused(shallow, "HEAD~1") == (1, f'bill: git knows no commit "HEAD~1"\n  hint: {hint}\n')
    assert refused(shallow, "2026-10-02")[1].endswith(f"{hint}\n")
    assert refused(shallow, "HEAD") == (0, "")


def test_nothing_is_written_from_there(books: Path, tmp_path: Path) -> None:
    for words in (["statement", "mueller", "--pdf", "--out", str(tmp_path / "x")], ["statement", "mueller", "--mail", "--yes"]):
        ran = run(books, *words, "--known-at", "HEAD")
        assert (ran.code, ran.err.splitlines()[0]) == (
            2,
            "bill: --known-at shows how the books were; nothing is written or sent from there",
        )


def test_nothing_that_the_repository_names_is_run_and_no_link_is_followed(books: Path, tmp_path: Path) -> None:
    """Reliability, row 16: hooks, filters, fsmonitor, a pager, aliases, textconv, ssh and signature checks of somebody's repository."""
    root = checkout(books, "HEAD", tmp_path / "hostile")
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {sprung}\ncat\n')
    trap.chmod(0o755)
    (root / ".gitattributes").write_text("*.yaml filter=evil diff=evil\n")
    (root / "customers/link.yaml").symlink_to("/etc/passwd")
    git(root, "add", ".gitattributes", "customers/link.yaml")
    git(root, "commit", "--quiet", "-m", "trap")
    for name in (
        "filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.evil.command", "core.fsmonitor", "core.pager", "core.editor",
        "core.sshCommand", "gpg.program", "credential.helper", "core.askPass", "alias.rev-parse", "alias.ls-tree", "diff.external",
    ):  # fmt: skip
        git(root, "config", name, f"!{trap}" if name.startswith("alias") else str(trap))
    git(root, "config", "log.showSignature", "true")
    git(root, "config", "core.hooksPath", str(tmp_path))
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        os.link(trap, tmp_path / hook)
    assert run(root, "report", "aging", "--known-at", "HEAD~1").code == 0
    linked = run(root, "report", "aging", "--known-at", "HEAD")
    assert linked.code == 1
    assert "at HEAD: customers/link.yaml" in linked.err
    assert "root:" not in linked.err
    run(root, "diff")
    run(root, "diff", "HEAD~1...HEAD")
    os.link(trap, root / "git")
    ran = bill("diff", "HEAD~1", cwd=root, at=DAY, env={"PATH": f".:{os.environ['PATH']}"})
    assert ran.code in (0, 1), ran.err
    assert not sprung.exists(), sprung.read_text()


def test_an_index_of_a_commit_that_is_damaged_or_came_with_the_folder_is_not_believed(books: Path, tmp_path: Path) -> None:
    root = checkout(books, "HEAD", tmp_path / "other")
    words = ["report", "aging", "--known-at", "HEAD~1", "--format", "json"]
    right = run(root, *words)
    kept = root / ".bill/known"
    (name,) = os.listdir(kept)
    (kept / name).write_bytes(b"SQLite format 3\0" + bytes(5000))
    assert run(root, *words) == right
    wrong = kept / name
    assert run(root, "report", "aging", "--known-at", "HEAD~3").code == 0
    other = next(each for each in kept.iterdir() if each.name != name)
    shutil.copy(other, wrong)
    moved = shutil.copytree(root, tmp_path / "moved", symlinks=True)
    assert run(moved, *words) == right


def test_a_few_indexes_are_kept(books: Path, tmp_path: Path) -> None:
    root = checkout(books, "HEAD", tmp_path / "other")
    for at in range(7):
        (root / "customers/aalborg.yaml").write_text((root / "customers/aalborg.yaml").read_text() + f"# {at}\n")
        commit(root)
        assert run(root, "customer", "list", "--known-at", "HEAD").code == 0
    assert len(os.listdir(root / ".bill/known")) == 4


def differing(root: Path, *words: str) -> dict[tuple[str, str], list[str]]:
    """The documents of each kind of change, beside that of money alone."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in run(root, "diff", *words, "--format", "json").json["rows"]:
        found.setdefault((row["change"], row["kind"]), []).append(row["document"])
    return found


def test_what_a_fortnight_of_work_is_called(books: Path) -> None:
    work = differing(books, "HEAD~3..HEAD~2")
    count = {key: len(documents) for key, documents in work.items()}
    assert count.pop(("reminder", "reminder")) == count.pop(("delivery", "delivery")) > 1
    assert count == {
        ("issued", "invoice"): 1, ("paid", "payment"): 1, ("allocated", "payment"): 1, ("bank statement", "bank-statement"): 1,
        ("reconciled", "bank-line"): 1, ("hold: dispute", "hold"): 1, ("changed", "ledger"): 1,
    }  # fmt: skip
    assert work["reconciled", "bank-line"] == ["A1"]
    assert {key: len(documents) for key, documents in differing(books, "HEAD~2..HEAD~3").items()} == {
        ("removed", "invoice"): 1, ("removed", "payment"): 1, ("allocation undone", "payment"): 1, ("removed", "bank-statement"): 1,
        ("bank line undone", "bank-line"): 1, ("removed", "hold"): 1, ("removed", "reminder"): len(work["reminder", "reminder"]),
        ("removed", "delivery"): len(work["delivery", "delivery"]), ("changed", "ledger"): 1,
    }  # fmt: skip
    assert differing(books, "HEAD~2..HEAD~1") == {
        ("voided", "invoice"): ["INV-2026-0038"], ("paid", "payment"): ["2026-10-13-nordwind-7f50d6c4"],
        ("allocated", "payment"): ["2026-10-13-nordwind-7f50d6c4"], ("changed", "customer"): ["mueller"],
    }  # fmt: skip


def test_folding_a_month_changes_nothing(books: Path) -> None:
    assert differing(books, "HEAD~1..HEAD") == {}


def test_hand_edits_of_settings_drafts_and_issued_documents(books: Path, tmp_path: Path) -> None:
    root = checkout(books, "HEAD", tmp_path / "other")

    def edit(path: str, old: str, new: str) -> None:
        text = (root / path).read_text("utf-8")
        assert old in text, path
        (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    edit("ledger.yaml", "iban: DE89370400440532013000", "iban: NO9386011117947")
    edit("invoices/2026/05/INV-2026-0025.yaml", "customer: aalborg", "customer: mueller")
    edit("invoices/2026/06/INV-2026-0029.yaml", "seal:", "notes: late again\nseal:")
    (draft,) = sorted((root / "drafts").iterdir())[:1]
    draft.unlink()
    (root / "customers/neu.yaml").write_text("schema: customer/1\nid: neu\nname: Neu\n", encoding="utf-8")
    found = run(root, "diff", "--format", "json").json
    rows = {(row["change"], row["kind"], row["document"]): row for row in found["rows"]}
    assert set(rows) == {
        ("changed", "ledger", "ledger"), ("changed by hand", "invoice", "INV-2026-0025"), ("changed", "invoice", "INV-2026-0029"),
        ("removed", "draft", draft.stem), ("added", "customer", "neu"),
    }  # fmt: skip
    assert rows["changed", "ledger", "ledger"]["fields"] == [
        {"field": "company.iban", "old": "DE89370400440532013000", "new": "NO9386011117947", "loud": True}
    ]
    assert "\nattention: ledger ledger: company.iban: DE89370400440532013000 → NO9386011117947\n" in run(root, "diff").out
    moved = {each["customer"]: each["moved"] for each in found["aging"]}
    assert set(moved) == {"mueller", "aalborg"}

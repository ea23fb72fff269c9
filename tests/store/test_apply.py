"""A plan carried out on files: what was seen must still be there, and the trail names what changed and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from billcli.core.plan import Change, Create, CreateBytes, CreateText, Join, Plan, Remove, Revert, Set, Step
from billcli.errors import BillError, ChangedMeanwhile
from billcli.store import fs
from billcli.store.apply import Applied, apply
from billcli.store.audit import FileRecord
from billcli.store.payee import payee_mark

AT = datetime(2026, 6, 20, 9, tzinfo=UTC)
MONTH = "holds/2026/03"
ONE = "schema: hold/1\nid: one\nkind: manual\ncustomer: a\non: 2026-03-01\nreason: x\n"
TWO = ONE.replace("one", "two")
FOLDED = f"{ONE}---\n{TWO}"
OLD_ONE, OLD_TWO = (each.replace("-03-", "-02-") for each in (ONE, TWO))
CUSTOMER = "schema: customer/1\nid: a\nname: Aaaa\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    held = {"customers/a.yaml": CUSTOMER, f"{MONTH}/one.yaml": ONE, f"{MONTH}/two.yaml": TWO}
    for path, text in {**held, "holds/2026/02.yaml": f"{OLD_ONE}---\n{OLD_TWO}"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def seen(root: Path, *paths: str) -> dict[str, str]:
    return {path: fs.sha256((root / path).read_bytes()) for path in paths}


def applied(root: Path, hashes: dict[str, str], *steps: Step, relies_on: Sequence[str] = (), **how: Any) -> Applied:
    return apply(str(root), Plan("test", steps, ("tried",), relies_on=tuple(relies_on)), hashes, how.pop("by_hand", ()), AT, **how)


def trail(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in (root / "audit").rglob("*.jsonl") for line in file.read_text().splitlines()]


def files(root: Path) -> list[tuple[str, str | None, str | None]]:
    """What the trail says of each file: path, old, new."""
    return [(each["path"], each["old"], each["new"]) for entry in trail(root) for each in entry["files"]]


NEW = CreateText("README", "hello\n")
GONE = "customers/a.yaml was changed meanwhile; nothing was changed"


def test_each_kind_of_step_leaves_its_bytes_and_its_line_in_the_trail(root: Path) -> None:
    (root / ".gitignore").write_text("old\n")
    before = seen(root, ".gitignore", "customers/a.yaml", f"{MONTH}/one.yaml")
    steps = (
        Create("customers/b.yaml", "customer", {"id": "b", "name": "Bbbb"}),
        NEW,
        CreateText(".gitignore", "new\n", replace=True),
        CreateBytes("evidence.pdf", b"%PDF"),
        Change("customers/a.yaml", "customer", (Set(("name",), "Anna"),)),
        Remove(f"{MONTH}/one.yaml"),
    )
    done = applied(root, before, *steps)
    new = {
        "customers/b.yaml": "schema: customer/1\nid: b\nname: Bbbb\n", "README": "hello\n", ".gitignore": "new\n", "evidence.pdf": "%PDF",
        "customers/a.yaml": CUSTOMER.replace("Aaaa", "Anna"),
    }  # fmt: skip
    assert {path: (root / path).read_text() for path in new} == new
    assert not (root / MONTH / "one.yaml").exists()
    assert (root / MONTH / "two.yaml").exists()
    assert done.paths[:-1] == tuple(step.path for step in steps)
    assert (root / done.paths[-1]).is_file()
    expected = [(step.path, before.get(step.path), fs.sha256(new[step.path].encode()) if step.path in new else None) for step in steps]
    assert files(root) == expected


@pytest.mark.parametrize("step", [NEW, Change("customers/a.yaml", "customer", (Set(("name",), "Anna"),)), Remove("customers/a.yaml")])
def test_what_was_relied_on_or_is_to_change_must_be_as_it_was_seen(root: Path, step: Step) -> None:
    hashes = seen(root, "customers/a.yaml")
    (root / "customers/a.yaml").write_text(CUSTOMER + "notes: mine\n")
    with pytest.raises(ChangedMeanwhile) as caught:
        applied(root, hashes, step, relies_on=["customers/a.yaml"])
    assert (caught.value.message, caught.value.hint) == (GONE, "look at it, and run the command again")
    (root / "customers/a.yaml").unlink()
    with pytest.raises(ChangedMeanwhile, match=r"customers/a\.yaml was changed meanwhile"):
        applied(root, hashes, NEW, relies_on=["customers/a.yaml"])
    with pytest.raises(ChangedMeanwhile):
        applied(root, {}, NEW, relies_on=["customers/none.yaml"])
    with pytest.raises(ChangedMeanwhile):
        applied(root, {}, NEW, relies_on=[f"{MONTH}/one.yaml"])
    assert not (root / "README").exists()
    assert trail(root) == []


def test_a_document_in_a_folded_file_is_relied_on_and_changed_by_itself(root: Path) -> None:
    one, two = (f"holds/2026/02.yaml#{name}" for name in ("one", "two"))
    hashes = {one: fs.sha256(OLD_ONE.encode()), two: fs.sha256(OLD_TWO.encode())}
    changes = [Change(each, "hold", (Set(("reason",), f"of {each[-3:]}"),)) for each in (one, two)]
    applied(root, hashes, changes[0], relies_on=[two])
    changed = OLD_ONE.replace("reason: x", "reason: of one")
    assert (root / "holds/2026/02.yaml").read_text() == f"{changed}---\n{OLD_TWO}"
    whole = [fs.sha256(f"{each}---\n{OLD_TWO}".encode()) for each in (OLD_ONE, changed)]
    assert files(root) == [("holds/2026/02.yaml", *whole), (one, hashes[one], fs.sha256(changed.encode()))]
    with pytest.raises(ChangedMeanwhile):
        applied(root, hashes, changes[0])
    with pytest.raises(ChangedMeanwhile):
        applied(root, hashes, NEW, relies_on=[one])
    hashes[one] = fs.sha256(changed.encode())
    applied(root, hashes, *changes)
    assert (root / "holds/2026/02.yaml").read_text() == f"{changed}---\n{OLD_TWO.replace('reason: x', 'reason: of two')}"
    text = CreateText(one, OLD_ONE, replace=True)
    applied(root, hashes, text)
    assert (root / "holds/2026/02.yaml").read_text().startswith(OLD_ONE)


def test_folding_moves_documents_byte_for_byte_and_the_trail_says_nothing_of_it(root: Path) -> None:
    sources = [f"{MONTH}/one.yaml", f"{MONTH}/two.yaml"]
    applied(root, seen(root, *sources), Join(f"{MONTH}.yaml", tuple(sources)), *map(Remove, sources))
    assert (root / f"{MONTH}.yaml").read_text() == FOLDED
    assert not (root / MONTH).exists(), "a folder that is empty then goes"
    assert [path for path, *_ in files(root)] == [f"{MONTH}.yaml"]
    back = [f"{MONTH}.yaml#one", f"{MONTH}.yaml#two"]
    hashes = {**seen(root, f"{MONTH}.yaml"), back[0]: fs.sha256(ONE.encode()), back[1]: fs.sha256(TWO.encode())}
    joins = [Join(f"{MONTH}/{path[-3:]}.yaml", (path,)) for path in back]
    applied(root, hashes, *joins, Remove(f"{MONTH}.yaml"))
    assert [(root / path).read_text() for path in sources] == [ONE, TWO]
    assert [path for path, *_ in files(root)[1:]] == [f"{MONTH}.yaml"]
    assert (root / "holds/2026").is_dir()


def test_a_folder_stays_where_something_is_left_or_nothing_was_folded(root: Path) -> None:
    applied(root, seen(root, f"{MONTH}/one.yaml", f"{MONTH}/two.yaml"), Remove(f"{MONTH}/one.yaml"), Remove(f"{MONTH}/two.yaml"))
    assert (root / MONTH).is_dir()


def test_a_source_that_changed_is_not_folded(root: Path) -> None:
    hashes = seen(root, f"{MONTH}/one.yaml")
    (root / f"{MONTH}/one.yaml").write_text(ONE + "# mine\n")
    with pytest.raises(ChangedMeanwhile):
        applied(root, hashes, Join(f"{MONTH}.yaml", (f"{MONTH}/one.yaml",)))


def test_nothing_is_written_that_could_not_be_read_again(root: Path) -> None:
    with pytest.raises(BillError, match=r"customers/a\.yaml would not be readable: ") as caught:
        applied(root, seen(root, "customers/a.yaml"), Change("customers/a.yaml", "customer", (Set(("nmae",), "x"),)))
    assert (len(caught.value.diagnostics), (root / "customers/a.yaml").read_text()) == (1, CUSTOMER)


def test_of_several_faults_the_first_is_told_and_all_are_given(root: Path) -> None:
    edits = (Set(("nmae",), "x"), Set(("emial",), "x"))
    with pytest.raises(BillError) as caught:
        applied(root, seen(root, "customers/a.yaml"), Change("customers/a.yaml", "customer", edits))
    first, _ = caught.value.diagnostics
    assert (caught.value.message, caught.value.hint) == (f"customers/a.yaml would not be readable: {first.message}", first.hint)


def test_what_is_taken_back_gets_the_bytes_it_had_alone_and_in_a_folded_file(root: Path) -> None:
    one, two = "holds/2026/02.yaml#one", "holds/2026/02.yaml#two"
    hashes = {**seen(root, f"{MONTH}/one.yaml"), **{each: fs.sha256(text.encode()) for each, text in ((one, OLD_ONE), (two, OLD_TWO))}}
    changed = ONE.replace("reason: x", "reason: y")
    here = f"{MONTH}/one.yaml"
    applied(root, hashes, Revert(here, hashes[here], changed.encode()), Revert(one, hashes[one], OLD_ONE.replace("x", "y").encode()))
    assert (root / here).read_text() == changed
    assert (root / "holds/2026/02.yaml").read_text() == f"{OLD_ONE.replace('x', 'y')}---\n{OLD_TWO}"


def test_what_a_person_wrote_is_marked_with_its_accounts_where_it_still_stands(root: Path) -> None:
    text = CUSTOMER + "contacts: [{role: billing, email: a@example.com}]\n"
    (root / "customers/a.yaml").write_text(text)
    (root / "README").write_text(text)
    new = fs.sha256(text.encode())
    records = [
        ("customers/a.yaml", new),
        ("customers/a.yaml", "0" * 64),
        ("customers/gone.yaml", new),
        ("README", new),
        ("customers/b.yaml", None),
    ]
    by_hand = [FileRecord(path, None, then, by="hand") for path, then in records]
    applied(root, {}, CreateText("x", "x\n"), by_hand=by_hand)
    marks = [each.get("payee", "") for each in trail(root)[0]["files"]]
    assert marks == [payee_mark(text.encode(), "customers/a.yaml"), "", "", "", "", ""]
    assert marks[0]


def test_every_path_is_noted_before_the_first_is_written_and_progress_told_for_each(root: Path) -> None:
    noted: list[Sequence[str]] = []
    steps = [0]

    def note(paths: Sequence[str]) -> None:
        assert not (root / "README").exists()
        noted.append(paths)

    def progress() -> None:
        steps[0] += 1

    done = applied(root, {}, NEW, note=note, progress=progress)
    assert (noted, steps) == ([list(done.paths)], [2 * len(done.paths)])


def test_a_working_copy_that_cannot_be_named_changes_nothing(root: Path) -> None:
    (root / ".bill/clone").mkdir(parents=True)
    with pytest.raises(BillError, match=r"could not be written: .*; nothing was changed"):
        applied(root, {}, NEW)
    assert not (root / "README").exists()

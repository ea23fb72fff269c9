from __future__ import annotations

import errno
import itertools
import json
import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billcli.errors import BillError, ChangedMeanwhile, NeedsPerson
from billcli.store import carry, former, fs, journal
from billcli.store.journal import FileChange
from tests.faults.rig import Fault, disk
from tests.support import tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        path = tmp_path / "customers" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{name}\n")
    return tmp_path


def sha(text: str) -> str:
    return fs.sha256(text.encode())


def change(path: str, old: str | None, new: str | None) -> FileChange:
    return FileChange(path, sha(old) if old is not None else None, new.encode() if new is not None else None)


CHANGES = [
    change("customers/a.yaml", "a\n", "A\n"),
    change("invoices/2026/01/i.yaml", None, "i\n"),
    change("customers/b.yaml", "b\n", None),
]
NEW = {"customers/a.yaml": b"A\n", "customers/c.yaml": b"c\n", "invoices/2026/01/i.yaml": b"i\n"}


def left(root: Path) -> set[str]:
    folder = root / carry.FOLDER
    return set(os.listdir(folder)) if folder.is_dir() else set()


def kept(root: Path) -> dict[str, bytes]:
    folder = root / carry.KEPT
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def interrupted(root: Path, changes: list[FileChange] | None = None, carried_out: int = 0) -> None:
    """Leaves what a kill leaves after the commit point and so many entries."""
    count = 0

    def stop(kind: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        if kind in ("renameat2", "rename") and args[0 if kind == "rename" else 1] != "manifest":
            count += 1
            if count > carried_out:
                raise KeyboardInterrupt

    with disk(before=stop), pytest.raises(NeedsPerson, match="recorded in the journal"):
        journal.commit(str(root), changes or CHANGES)
    assert "commit" in left(root)


def test_changes_are_made_and_only_the_mark_is_left(root: Path) -> None:
    journal.commit(str(root), CHANGES)
    assert tree(root) == NEW
    assert left(root) == {"done"}
    assert journal.recover(str(root)) == []


def test_replaced_file_keeps_its_mode_and_a_new_one_follows_the_umask(root: Path) -> None:
    os.chmod(root / "customers/a.yaml", 0o640)
    before = os.umask(0o026)
    try:
        journal.commit(str(root), CHANGES)
    finally:
        os.umask(before)
    assert stat.S_IMODE((root / "customers/a.yaml").stat().st_mode) == 0o640
    assert stat.S_IMODE((root / "invoices/2026/01/i.yaml").stat().st_mode) == 0o640
    assert stat.S_IMODE((root / carry.FOLDER).stat().st_mode) == 0o700


def spoil(name: str) -> Callable[[Path], object]:
    return {
        "changed": lambda root: (root / "customers/a.yaml").write_text("x\n"),
        "gone": lambda root: (root / "customers/a.yaml").unlink(),
        "removed already": lambda root: (root / "customers/b.yaml").unlink(),
        "appeared": lambda root: ((root / "invoices/2026/01").mkdir(parents=True), (root / "invoices/2026/01/i.yaml").write_text("x\n")),
        "a link": lambda root: ((root / "customers/a.yaml").unlink(), (root / "customers/a.yaml").symlink_to("c.yaml")),
        "a folder": lambda root: ((root / "customers/a.yaml").unlink(), (root / "customers/a.yaml").mkdir()),
        "a file for a folder": lambda root: (root / "invoices").write_text("x\n"),
        "a link for a folder": lambda root: (root / "invoices").symlink_to("customers"),
    }[name]


@pytest.mark.parametrize(
    "name", ["changed", "gone", "removed already", "appeared", "a link", "a folder", "a file for a folder", "a link for a folder"]
)
def test_file_that_is_not_as_planned_stops_everything(root: Path, name: str) -> None:
    spoil(name)(root)
    before = tree(root)
    with pytest.raises((ChangedMeanwhile, BillError), match="nothing was changed"):
        journal.commit(str(root), CHANGES)
    assert tree(root) == before
    assert left(root) == set()


@pytest.mark.parametrize("carried_out", [0, 1, 2])
def test_next_command_finishes_an_interrupted_change(root: Path, carried_out: int) -> None:
    interrupted(root, carried_out=carried_out)
    assert sorted(journal.recover(str(root))) == sorted(each.path for each in CHANGES)
    assert tree(root) == NEW
    assert left(root) == {"done"}


@pytest.mark.parametrize(
    ("path", "text"), [("customers/a.yaml", "edited\n"), ("invoices/2026/01/i.yaml", "edited\n"), ("customers/b.yaml", "again\n")]
)
def test_edit_of_what_was_carried_out_already_stays_and_the_rest_is_finished(root: Path, path: str, text: str) -> None:
    interrupted(root, carried_out=3)
    (root / path).write_text(text)
    journal.recover(str(root))
    assert tree(root) == {**NEW, path: text.encode()}
    assert left(root) == {"done"}


@pytest.mark.parametrize("carried_out", [0, 1, 2])
@pytest.mark.parametrize("path", ["customers/b.yaml", "invoices/2026/01/i.yaml"])
def test_edit_of_what_was_not_carried_out_takes_the_whole_change_back(root: Path, path: str, carried_out: int) -> None:
    before = tree(root)
    interrupted(root, [CHANGES[0], *(each for each in CHANGES[1:] if each.path != path), change(path, *_text(path))], carried_out)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("by hand\n")
    with pytest.raises(ChangedMeanwhile, match=f"interrupted, and {path} .* taken back, and this command changed nothing$"):
        journal.recover(str(root))
    assert tree(root) == {**before, path: b"by hand\n"}
    assert left(root) == {"done"}
    assert kept(root) == {}
    journal.recover(str(root))


def _text(path: str) -> tuple[str | None, str | None]:
    return ("b\n", "B\n") if path.endswith("b.yaml") else (None, "i\n")


@pytest.mark.parametrize("entries", [1, 2, 3])
@pytest.mark.parametrize("call", range(9))
def test_reader_that_meets_a_commit_on_its_way_sees_all_of_it(root: Path, monkeypatch: pytest.MonkeyPatch, call: int, entries: int) -> None:
    """Another process carries out so many entries, or all and then a change of its own, between two of the reader's looks."""
    interrupted(root)
    calls = 0
    look = carry.hash_of

    def looked(at: str, path: str) -> str | None:
        nonlocal calls
        found = look(at, path)
        if calls == call:
            monkeypatch.setattr(carry, "hash_of", look)
            pending = journal.pending(str(root))
            assert pending is not None
            if entries < len(CHANGES):
                carry._carry_out_all(str(root), pending[:entries], lambda: None)
            else:
                journal.recover(str(root))
                journal.commit(str(root), [change("customers/d.yaml", None, "d\n")])
            monkeypatch.setattr(carry, "hash_of", looked)
        calls += 1
        return found

    monkeypatch.setattr(carry, "hash_of", looked)
    waiting = journal.waiting(str(root))
    seen = {**{name: raw for name, raw in tree(root).items() if not name.startswith(".bill/")}, **waiting}
    seen.pop("customers/d.yaml", None)
    assert {name: raw for name, raw in seen.items() if raw is not None} == NEW


@pytest.mark.parametrize("damage", [lambda path: path.write_text("?"), lambda path: path.unlink()], ids=["damaged", "lost"])
@pytest.mark.parametrize("stage", ["st0", "st1"])
def test_staged_file_that_is_damaged_or_lost_takes_the_whole_change_back(root: Path, stage: str, damage: Callable[[Path], object]) -> None:
    before = tree(root)
    interrupted(root)
    damage(root / carry.FOLDER / stage)
    with pytest.raises(ChangedMeanwhile, match="its staged copy was changed"):
        journal.recover(str(root))
    assert tree(root) == before


def test_edits_on_both_sides_of_an_interruption_are_both_kept(root: Path) -> None:
    interrupted(root, carried_out=1)
    (root / "customers/a.yaml").write_text("edited\n")
    (root / "customers/b.yaml").write_text("by hand\n")
    with pytest.raises(ChangedMeanwhile, match=r"another version is kept in \.bill/kept/customers!a\.yaml-"):
        journal.recover(str(root))
    assert tree(root) == {"customers/a.yaml": b"edited\n", "customers/b.yaml": b"by hand\n", "customers/c.yaml": b"c\n"}
    assert list(kept(root).values()) == [b"a\n"]


def test_save_through_a_file_held_open_is_kept_aside_and_told(root: Path) -> None:
    editor = os.open(root / "customers/a.yaml", os.O_WRONLY)

    def save(kind: str, args: tuple[Any, ...]) -> None:
        if kind == "renameat2" and args[1] == "st1":
            os.pwrite(editor, b"late", 0)

    with disk(before=save), pytest.raises(NeedsPerson, match="the change is made, but somebody was writing the same file; another"):
        journal.commit(str(root), CHANGES)
    os.close(editor)
    assert (tree(root), left(root)) == (NEW, {"done"})
    assert list(kept(root).values()) == [b"late"]


@given(st.data())
def test_damaged_commit_is_refused_and_nothing_is_touched(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("damaged")
    (root / "customers").mkdir()
    for name in ("a", "b", "c"):
        (root / f"customers/{name}.yaml").write_text(f"{name}\n")
    interrupted(root)
    commit = root / carry.COMMIT
    good = commit.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    bad = data.draw(st.sampled_from([good[:at], good[:at] + b"\x00" + good[at + 1 :], good[:at] + good[at + 1 :], b""]))
    assume(good[at:].strip() != b"" and bad.replace(b" ", b"") != good.replace(b" ", b""))
    commit.write_bytes(bad)
    before, staged = tree(root), left(root)
    with pytest.raises(BillError, match=r"is damaged|has format") as caught:
        journal.recover(str(root))
    assert caught.value.exit_code == 1
    assert (tree(root), left(root)) == (before, staged)


@pytest.mark.parametrize("files", [[], [["x", None, None]], 7, None])
def test_newer_journal_is_refused_whatever_it_holds(root: Path, files: object) -> None:
    (root / carry.FOLDER).mkdir(parents=True)
    (root / carry.COMMIT).write_text(json.dumps({"format": 2, "files": files, "more": True}))
    with pytest.raises(BillError, match="the journal has format 2; this bill knows 1"):
        journal.recover(str(root))
    assert left(root) == {"commit"}


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        (".git/hooks/post-checkout", "st0"), (".GIT/config", "st0"), (".bill/clone", "st0"), ("a", "../../outside"), ("a", "st0/../x"),
        ("a/../b", "st0"), ("/a", "st0"), ("a\0b", "st0"), ("a\ud800", "st0"), (7, "st0"),
    ],
)  # fmt: skip
def test_journal_that_came_with_somebody_elses_folder_is_refused(root: Path, path: Any, stage: str) -> None:
    entries = [carry.Entry("ours", None, sha("x"), f"{carry.FOLDER}/st0"), carry.Entry(path, None, sha("x"), f"{carry.FOLDER}/{stage}")]
    (root / carry.FOLDER).mkdir(parents=True)
    (root / carry.FOLDER / "st0").write_text("x")
    body = {"format": 1, "sha256": journal._checksum(entries), "files": [list(each) for each in entries]}
    (root / carry.COMMIT).write_text(json.dumps(body))
    with pytest.raises(BillError, match="is damaged"):
        journal.recover(str(root))


def test_what_never_reached_the_commit_point_is_discarded(root: Path) -> None:
    folder = root / carry.FOLDER
    folder.mkdir(parents=True)
    for name in ("st0", "st1.out", "manifest"):
        (folder / name).write_text("rest")
    before = tree(root)
    assert journal.recover(str(root)) == []
    assert tree(root) == before
    assert left(root) == set()
    journal.commit(str(root), CHANGES)


def test_file_on_another_file_system_is_refused_before_anything_is_done(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(root)
    monkeypatch.setattr(fs, "device", lambda root, path: 2 if path.startswith("invoices") else 1)
    with pytest.raises(BillError, match=r"invoices/2026/01/i.yaml is on another file system than .bill; nothing was changed"):
        journal.commit(str(root), CHANGES)
    assert tree(root) == before


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EINVAL, errno.ENOTSUP])
def test_change_is_made_where_two_names_cannot_be_exchanged(root: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def missing(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fs, "_renameat2", missing)
    journal.commit(str(root), CHANGES)
    assert tree(root) == NEW
    assert left(root) == {"done"}


def test_interruption_at_every_third_call_is_told_truly(root: Path) -> None:
    calls: list[str] = []
    with disk(before=lambda kind, args: calls.append(kind)):
        journal.commit(str(root), CHANGES)
    back = [
        change("customers/a.yaml", "A\n", "a\n"),
        change("invoices/2026/01/i.yaml", "i\n", None),
        change("customers/b.yaml", None, "b\n"),
    ]
    journal.commit(str(root), back)
    old = tree(root)
    ends = set()
    for at in range(1, len(calls) + 1, 3):
        count = 0

        def stop(kind: str, args: tuple[Any, ...]) -> None:
            nonlocal count
            count += 1
            if count == at:  # noqa: B023  # used before the next round
                raise KeyboardInterrupt

        with disk(before=stop):
            try:
                journal.commit(str(root), CHANGES)
                end = "made"
            except KeyboardInterrupt:
                end = "later" if "commit" in left(root) else "nothing"
            except NeedsPerson as error:
                end = "made" if "the change is made" in error.message else "later"
        assert end != "nothing" or ("commit" not in left(root) and tree(root) == old)
        assert end != "made" or tree(root) == NEW
        journal.recover(str(root))
        assert tree(root) == (old if end == "nothing" else NEW)
        if end != "nothing":
            journal.commit(str(root), back)
        ends.add(end)
    assert ends >= {"nothing", "later"}


BACK = [change("customers/a.yaml", "A\n", "a\n"), change("invoices/2026/01/i.yaml", "i\n", None), change("customers/b.yaml", None, "b\n")]
_DISK = os.strerror(errno.EIO)
TOLD = {
    f"the change is recorded in the journal, but while it was carried out the disk failed: {_DISK}": (
        "reports show it already; the next writing command finishes the change"
    ),
    f"the change is made, but while {carry.FOLDER} was tidied the disk failed: {_DISK}": "the next writing command does the rest",
    f"what an earlier command left cannot be finished: {_DISK}; this command changed nothing": "free the disk and try again",
}
"""Where a person is needed: what is said, and the hint."""


def test_a_disk_that_fails_at_any_call_is_told_truly(root: Path) -> None:
    old, told = tree(root), set()
    for at in itertools.count(1):
        said: BillError | None = None
        with disk(Fault("EIO", at)) as made:
            try:
                journal.commit(str(root), CHANGES)
            except BillError as error:
                said = error
        if said is None:
            assert tree(root) == NEW
        elif isinstance(said, NeedsPerson):
            assert said.hint == TOLD[said.message]
        else:
            assert said.message.endswith(f"{_DISK}; nothing was changed")
            assert (tree(root), left(root) <= {"manifest", "st0", "st1", "done"}) == (old, True)
        told.add("" if said is None else said.message)
        journal.recover(str(root))
        assert tree(root) in ((NEW,) if said is None or "made" in said.message or "recorded" in said.message else (old, NEW))
        if tree(root) == NEW:
            journal.commit(str(root), BACK)
        if not made.struck:
            break
    assert next(iter(TOLD)) in told, told


def test_a_disk_that_fails_while_an_earlier_change_is_finished_leaves_it_to_the_next_command(root: Path) -> None:
    told = set()
    for at in itertools.count(1):
        interrupted(root)
        with disk(Fault("EIO", at)) as made:
            try:
                assert journal.recover(str(root)) == [each.path for each in CHANGES]
            except NeedsPerson as error:
                assert error.hint == TOLD[error.message]
                told.add(error.message)
        journal.recover(str(root))
        assert tree(root) == NEW
        journal.commit(str(root), BACK)
        if not made.struck:
            break
    assert len(told) == 1


def test_a_folder_that_cannot_be_closed_is_told_with_what_the_disk_said(root: Path) -> None:
    with disk(Fault("EIO", 3, reads=True)) as made, pytest.raises(OSError, match=_DISK):
        fs.names(str(root), "customers")
    assert made.calls == ["open", "open", "close", "close"]


def test_a_folder_that_cannot_be_tidied_is_told_before_anything_is_done(root: Path) -> None:
    journal.commit(str(root), CHANGES)
    (root / carry.FOLDER / "st7").mkdir()
    with pytest.raises(BillError, match=r"cannot be tidied: .*; nothing was changed"):
        journal.recover(str(root))


@pytest.mark.parametrize("field", [0, 1, 2, 3])
def test_one_letter_of_a_commit_that_is_another_is_damage(root: Path, field: int) -> None:
    interrupted(root)
    commit = root / carry.COMMIT
    body = json.loads(commit.read_text())
    body["files"][0][field] = body["files"][0][field][:-1] + "x"
    commit.write_text(json.dumps(body))
    with pytest.raises(BillError, match="is damaged"):
        journal.recover(str(root))


def test_state_tells_when_a_commit_began_or_ended(root: Path) -> None:
    seen = [journal.state(str(root))]
    deeds: list[Callable[[], None]] = [*(partial(journal.commit, str(root), each) for each in (CHANGES, BACK)), partial(interrupted, root)]
    for deed in deeds:
        assert journal.state(str(root)) == seen[-1]
        deed()
        seen.append(journal.state(str(root)))
    assert len({repr(each) for each in seen}) == 4
    os.symlink("nowhere", root / "link")
    assert journal._stamp(str(root), "link") is not None, "a link is not followed"


@pytest.mark.parametrize("moving", [0, 5])
def test_a_reader_gives_up_on_a_commit_that_stands_still_and_not_on_one_that_moves(
    root: Path, monkeypatch: pytest.MonkeyPatch, moving: int
) -> None:
    interrupted(root)
    (root / carry.FOLDER / "st0").write_text("other")
    looks, states = [0], itertools.count()

    def look(*_: object) -> None:
        looks[0] += 1
        raise ChangedMeanwhile("it was changed")

    monkeypatch.setattr(journal, "overlay", look)
    monkeypatch.setattr(journal, "state", lambda _: next(states) if looks[0] < moving else -1)
    with pytest.raises(ChangedMeanwhile):
        journal.waiting(str(root))
    assert looks[0] == moving + journal.SETTLED + 1


def test_edit_between_the_last_look_and_the_exchange_takes_the_change_back(root: Path) -> None:
    before, calls = tree(root), itertools.count()

    def edit(kind: str, args: tuple[Any, ...]) -> None:
        if kind == "renameat2" and args[1] == "st0" and next(calls) == 0:
            (root / "customers/a.yaml").write_text("by hand\n")

    with disk(before=edit), pytest.raises(ChangedMeanwhile) as caught:
        journal.commit(str(root), CHANGES)
    assert caught.value.message == "customers/a.yaml was changed meanwhile; nothing was changed"
    assert (tree(root), left(root)) == ({**before, "customers/a.yaml": b"by hand\n"}, {"done"})


def test_save_through_a_file_held_open_while_an_earlier_change_is_finished_is_kept_aside_and_told(root: Path) -> None:
    interrupted(root)
    editor = os.open(root / "customers/a.yaml", os.O_WRONLY)

    def save(kind: str, args: tuple[Any, ...]) -> None:
        if kind == "renameat2" and args[1] == "st1":
            os.pwrite(editor, b"late", 0)

    with disk(before=save), pytest.raises(NeedsPerson, match="interrupted command is finished, but somebody was writing the same file; an"):
        journal.recover(str(root))
    os.close(editor)
    assert (tree(root), left(root), list(kept(root).values())) == (NEW, {"done"}, [b"late"])
    assert former.find(str(root), {sha("b\n")}) == {}, "a change that a person has to look at is not taken back by a command"


REPLACED = {sha("a\n"): b"a\n", sha("b\n"): b"b\n"}


def put_aside(root: Path) -> dict[str, bytes]:
    folder = root / former.FOLDER
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else {}


@pytest.mark.parametrize("carried_out", [None, 0, 1, 2, 3])
def test_what_was_replaced_or_taken_away_is_put_aside_by_whoever_finishes(root: Path, carried_out: int | None) -> None:
    if carried_out is None:
        journal.commit(str(root), CHANGES)
    else:
        interrupted(root, carried_out=carried_out)
        journal.recover(str(root))
    assert put_aside(root) == REPLACED
    journal.recover(str(root))
    assert (put_aside(root), left(root)) == (REPLACED, {"done"})


def test_a_kill_before_the_tidying_up_leaves_it_to_the_next_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(NeedsPerson) as caught:
        patched.setattr(former, "keep", stop)
        journal.commit(str(root), CHANGES)
    assert caught.value.message == f"the change is made, but while {carry.FOLDER} was tidied somebody interrupted"
    assert (tree(root), put_aside(root)) == (NEW, {})
    assert journal.recover(str(root)) == []
    assert (put_aside(root), left(root)) == (REPLACED, {"done"})


def test_what_cannot_be_put_aside_keeps_no_change_from_being_made(root: Path) -> None:
    (root / former.FOLDER).parent.mkdir()
    (root / former.FOLDER).write_text("in the way")
    journal.commit(str(root), CHANGES)
    assert (tree(root), left(root)) == (NEW, {"done"})


def test_neither_the_trail_nor_what_is_folded_or_unfolded_is_put_aside(root: Path) -> None:
    month = "holds/2026/03"
    alone = {f"{month}/one.yaml": "one\n", f"{month}/two.yaml": "two\n", "audit/x.jsonl": "line\n", "same": "same\n"}
    for path, text in alone.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    same = change("same", "same\n", "same\n")
    gone = [change(f"{month}/{each}.yaml", f"{each}\n", None) for each in ("one", "two")]
    journal.commit(str(root), [*gone, change(f"{month}.yaml", None, "all\n"), change("audit/x.jsonl", "line\n", "lines\n"), same])
    assert put_aside(root) == {}
    back = [change(f"{month}/{each}.yaml", None, f"{each}\n") for each in ("one", "two")]
    journal.commit(str(root), [change(f"{month}.yaml", "all\n", None), *back])
    assert put_aside(root) == {}
    journal.commit(str(root), [*gone, change("holds/2026/04.yaml", None, "all\n")])
    assert sorted(put_aside(root).values()) == [b"one\n", b"two\n"]


def test_a_reader_of_a_change_that_cannot_be_finished_is_told(root: Path) -> None:
    interrupted(root)
    assert journal.waiting(str(root)) == {"customers/a.yaml": b"A\n", "invoices/2026/01/i.yaml": b"i\n", "customers/b.yaml": None}
    (root / "customers/b.yaml").write_text("by hand\n")
    with pytest.raises(ChangedMeanwhile, match=r"a command was interrupted, and customers/b\.yaml or its staged copy was changed"):
        journal.waiting(str(root))


def test_all_that_is_staged_is_on_the_disk_before_it_is_committed_and_all_that_is_moved_before_it_is_done(root: Path) -> None:
    journal.commit(str(root), CHANGES)
    with disk() as made:
        journal.commit(str(root), [change("customers/a.yaml", "A\n", "a\n")])
    staged, manifest = "create write fsync fchmod fsync", "create write fsync"
    carried_out = "fsync renameat2 fsync rename fsync"
    assert " ".join(made.calls[4:-2]) == f"{staged} {manifest} fsync rename {carried_out}"


@pytest.mark.parametrize(("name", "said"), [("gone", "a.yaml is gone"), ("changed", "a.yaml was changed"), ("appeared", "i.yaml appeared")])
def test_what_is_not_as_planned_is_told(root: Path, name: str, said: str) -> None:
    spoil(name)(root)
    with pytest.raises(ChangedMeanwhile, match=rf"/{said}.*; nothing was changed$"):
        journal.commit(str(root), CHANGES)


def test_what_cannot_be_read_before_the_commit_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, _DISK)

    monkeypatch.setattr(journal, "hash_of", fail)
    with pytest.raises(BillError, match=f"customers/a.yaml could not be read: {_DISK}; nothing was changed"):
        journal.commit(str(root), CHANGES)
    assert left(root) == set()


def test_what_is_staged_is_nobody_elses_to_read_until_it_has_the_mode_of_the_file(root: Path) -> None:
    modes = []

    def look(kind: str, args: tuple[Any, ...]) -> None:
        if kind == "fchmod":
            modes.append(stat.S_IMODE(os.stat(root / carry.FOLDER / "st0").st_mode))

    os.chmod(root / "customers/a.yaml", 0o644)
    with disk(before=look):
        journal.commit(str(root), CHANGES)
    assert modes == [0o600]


@pytest.mark.parametrize("readable", [True, False])
def test_a_commit_point_that_was_passed_though_the_disk_says_no_is_looked_at(
    root: Path, monkeypatch: pytest.MonkeyPatch, readable: bool
) -> None:
    rename, read = fs.rename, fs.read_if_there

    def renamed(at: str, old: str, new: str, **how: bool) -> None:
        rename(at, old, new, **how)
        if new == carry.COMMIT:
            raise OSError(errno.EIO, _DISK)

    def read_(at: str, path: str) -> bytes | None:
        if path == carry.COMMIT and not readable:
            raise OSError(errno.EIO, _DISK)
        return read(at, path)

    with monkeypatch.context() as patched:
        patched.setattr(fs, "rename", renamed)
        patched.setattr(fs, "read_if_there", read_)
        if readable:
            journal.commit(str(root), CHANGES)
        else:
            with pytest.raises(NeedsPerson, match=f"the disk failed at the commit point: {_DISK}"):
                journal.commit(str(root), CHANGES)
    if not readable:
        journal.recover(str(root))
    assert tree(root) == NEW

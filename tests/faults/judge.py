"""What a ledger, and what was written beside it, may look like after a fault: held to the promises, command by command.

A reader sees all old or all new and writes nothing; what the command said is true; the next command finishes or forgets, and leaves
exactly the bytes it would have left without the fault; the books check clean, and nothing is left lying about.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tests.faults.commands import CLONE, COMMANDS, Row, Typed
from tests.faults.rig import DIED, HALVES, WRITES, Fault, Trace, disk, hashes, run, seen

CHECK = Typed(Row("check"))
_DISPOSABLE = ("index.sqlite", "index.sqlite-journal", "lock", "mail-lock", "place", "clone", ".gitignore", "journal/done")
_OWN = "books/.bill/"
Files = dict[str, bytes]


class Case(NamedTuple):
    """A command, and every tree that it may leave: before it, after it, and each of them after the next command."""

    name: str
    row: Row
    base: Path
    work: Path
    calls: list[str]
    clean: Trace
    before: Seen
    after: Seen
    old_then: Files
    new_then: Files
    judged: dict[str, bool]

    @property
    def old(self) -> Files:
        return self.before.files

    @property
    def new(self) -> Files:
        return self.after.files


class Seen(NamedTuple):
    """A world at a moment: its files, what bill keeps for itself without what it may lose at any time, and all folders."""

    files: Files
    private: Files
    folders: set[str]


def look(folder: Path) -> Seen:
    found = Seen({}, {}, set())
    for place, folders, names in os.walk(folder):
        inside = os.path.relpath(place, folder)
        found.folders.update(os.path.normpath(f"{inside}/{name}") for name in folders if name != ".bill")
        at = f"{inside}/".removeprefix("./")
        for name in names:
            path = at + name
            if "/.bill/" not in path:
                found.files[path] = Path(place, name).read_bytes()
            elif path.startswith(_OWN) and path.removeprefix(_OWN) not in _DISPOSABLE:
                found.private[path.removeprefix(_OWN)] = Path(place, name).read_bytes()
    return found


def everything(folder: Path) -> Files:
    return look(folder).files


def restore(base: Path, work: Path) -> None:
    """Makes ``work`` like ``base`` again."""
    put_back(_begun(base), work)


def put_back(wanted: Seen, work: Path) -> None:
    """Makes it so again and touches no more than it must: the index still knows the rest."""
    found, files = look(work), _with_own(wanted)
    there = _with_own(found)
    for name in sorted(found.folders - wanted.folders):
        shutil.rmtree(work / name, ignore_errors=True)
    for name in there.keys() - files.keys():
        (work / name).unlink(missing_ok=True)
    for name, raw in files.items():
        if there.get(name) != raw:
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(raw)


def _with_own(seen: Seen) -> Files:
    return seen.files | {_OWN + name: raw for name, raw in seen.private.items()}


@cache
def _begun(base: Path) -> Seen:
    return look(base)


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> set[str]:
    """The names where two trees differ; few words where a comparison fails, for there is much in a world."""
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def ledger(files: Files) -> Files:
    return {path.removeprefix("books/"): raw for path, raw in files.items() if path.startswith("books/")}


@cache
def case(base: Path, name: str) -> Case:
    row, work = COMMANDS[name], base.parent / "work"
    old_then = _old_then(base, _clone(row))
    _settled(row, base, work)
    before = look(work)
    _alone(row, work)
    there = run(Typed(row), work, Fault("none", 0))  # where the children come from, everything is imported and typeset
    made = everything(work)
    restore(base, work)
    _alone(row, work)
    clean = run(Typed(row), work)
    after = look(work)
    assert clean.ran.code in (0, 3), clean.ran
    assert differing(after.files, before.files)
    same = there == clean  # said in few words: there is much in them
    assert same, "a second run did something else"
    assert not differing(made, after.files), "a second run gave something else"
    new_then = _then(row, work)
    restore(base, work)
    return Case(name, row, base, work, clean.calls, clean, before, after, old_then, new_then, {})


def _settled(row: Row, base: Path, work: Path) -> None:
    """As it was, and with the id of this working copy, which the first writing command gives."""
    restore(base, work)
    _alone(row, work)
    if not (work / _OWN / "clone").exists():
        run(next_command(row), work)
        restore(base, work)


def _clone(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(each for each in row.env if each[0] == "BILL_CLONE")


@cache
def _old_then(base: Path, clone: tuple[tuple[str, str], ...]) -> Files:
    """What the next command makes of the world as it was; it is the same next command for most."""
    work, row = base.parent / "work", Row("", env=clone)
    restore(base, work)
    _alone(row, work)
    return _then(row, work)


def next_command(row: Row) -> Typed:
    """Somebody's next command in that working copy."""
    return Typed(Row("customer add --id zoe --name Zoe --yes", env=_clone(row)))


def _alone(row: Row, work: Path) -> None:
    """A row that names a working copy of its own is typed in a new one, and the next one's in that of the others again."""
    clone = work / _OWN / "clone"
    if "BILL_CLONE" in dict(row.env) or (clone.exists() and CLONE not in clone.read_text()):
        clone.unlink(missing_ok=True)


def _then(row: Row, work: Path) -> Files:
    ran = run(next_command(row), work).ran
    assert ran.code == 0, ran
    ran = run(CHECK, work).ran
    assert ran.code == 0, ran
    return everything(work)


def points(calls: list[str], kind: str) -> list[int]:
    """Which calls a fault can befall."""
    return [at for at, call in enumerate(calls, 1) if kind not in HALVES or call == "write"]


def pairs(calls: list[str], kind: str, turn: int) -> list[int]:
    """One call of every kind, another for another command and another fault."""
    by_call: dict[str, list[int]] = {}
    for at in points(calls, kind):
        by_call.setdefault(calls[at - 1], []).append(at)
    return [found[turn % len(found)] for found in by_call.values()]


def strike(found: Case, fault: Fault) -> Trace:
    """The command with that fault, and what is left of it held to the promises."""
    _alone(found.row, found.work)
    trace = run(Typed(found.row), found.work, fault)
    assert trace.struck
    hold(found, trace)
    return trace


def hold(found: Case, trace: Trace) -> None:
    """Holds what a command left, and what it said, to the promises; the world is then as before again."""
    left = look(found.work)
    if found.row.once and left == found.before:
        _said(found, trace, new=found.old == found.new)
        return
    if left == found.before and trace.ran.code != 0:
        return
    if left == found.after:
        _said(found, trace, new=True)
    else:
        key = _key(found, trace, left)
        if key not in found.judged:
            found.judged[key] = held(found, trace, left.files)
        if found.row.once:
            _said(found, trace, new=found.judged[key])
    restore(found.base, found.work)


def _key(found: Case, trace: Trace, left: Seen) -> str:
    """States with one key need to be judged once. What is staged and not committed is thrown away, whatever its bytes."""
    own: object = sorted(left.private.items())
    if not differing(left.files, found.old) and "journal/commit" not in left.private:
        own = sorted(left.private)
    return sha256(repr((sorted(left.files.items()), own, trace.ran.code == DIED)).encode()).hexdigest()


def _said(found: Case, trace: Trace, *, new: bool) -> None:
    """Exit code and words tell what became of the ledger."""
    ran = trace.ran
    if ran.code == DIED:
        return
    assert ran.code in (0, 1, 3, 4), ran
    if ledger(found.old) == ledger(found.new):
        assert new or ran.code != 0, ran
        return
    announced = "the change is made" in ran.err or "finishes the change" in ran.err
    assert new is (ran.code == 0 or announced or ran == found.clean.ran), ran
    assert not announced or ran.code == 3, ran


def held(found: Case, trace: Trace, now: Files) -> bool:
    """Holds what is there to the promises; whether the command became new."""
    return (_at_once if found.row.once else _in_steps)(found, trace, now)


def _at_once(found: Case, trace: Trace, now: Files) -> bool:
    """Whether one transaction became new; raises where it is neither that nor as before."""
    row, work = found.row, found.work
    shown = seen(work / "books")
    assert not differing(everything(work), now), "a reader wrote"
    old, new = hashes(ledger(found.old)), hashes(ledger(found.new))
    mixed = shown not in (old, new)
    assert not mixed, f"a reader saw a mixture: not old in {differing(shown, old)}, not new in {differing(shown, new)}"
    assert run(next_command(row), work).ran.code == 0
    then = everything(work)
    became_new = not differing(ledger(then), ledger(found.new_then))
    assert became_new or not differing(ledger(then), ledger(found.old_then)), "neither all old nor all new"
    assert not differing(shown, new if became_new else old), "a reader saw what did not come"
    assert not differing(seen(work / "books"), hashes(ledger(then))), (
        "the index is not as the books are, which in these bytes were found right before"
    )
    assert not [name for name in look(work).private if name.startswith(("journal/", "kept/"))]
    if found.row.beside:
        return _judged_beside(found, trace, then, new=became_new)
    assert not differing(then, found.new_then if became_new else found.old_then), "something is left lying about"
    return became_new


def _judged_beside(found: Case, trace: Trace, then: Files, *, new: bool) -> bool:
    """Whole files or none beside the ledger, and none of ours that no one asked for once the command is run again."""
    there, wanted = beside(then), beside(found.new)
    _no_half_file(trace, there, wanted)
    only = ledger(found.old) == ledger(found.new)
    ran = run(Typed(found.row), found.work).ran
    assert ran.code in (0, 1, 3, 4), ran
    assert not differing(beside(everything(found.work)), wanted), ran
    return there == wanted if only else new


def beside(files: Files) -> Files:
    return {path: raw for path, raw in files.items() if not path.startswith("books/")}


def _no_half_file(trace: Trace, there: Files, wanted: Files) -> None:
    """What is there is as it should be; what a kill left bears a name of its own, and readers of a Maildir clear ``tmp``."""
    others = {name for name in differing(there, wanted) & there.keys() if trace.ran.code != DIED or name in wanted}
    assert not [name for name in others if not name.startswith("post/tmp/")]


def _in_steps(found: Case, trace: Trace, now: Files) -> bool:
    """What takes several transactions is whole after each, and done to the end by the same command."""
    row, work = found.row, found.work
    assert trace.ran.code in (0, 1, 3, 4, 5, DIED), trace.ran
    seen(work / "books")
    assert not differing(everything(work), now), "a reader wrote"
    assert run(CHECK, work).ran.code == 0
    _no_half_file(trace, beside(now), beside(found.new))
    ran = run(Typed(found.row), work).ran
    if found.row.beside == "post":
        ran = run(Typed(COMMANDS["run"]), work).ran
    assert ran.code in (0, 3), ran
    assert run(next_command(row), work).ran.code == 0
    assert run(CHECK, work).ran.code == 0
    return True


def interrupted(found: Case) -> list[Seen]:
    """What kills behind the commit point leave: every state that differs."""
    states: list[Seen] = []
    for at in points(found.calls, "die"):
        restore(found.base, found.work)
        _alone(found.row, found.work)
        assert run(Typed(found.row), found.work, Fault("die", at)).struck
        left = look(found.work)
        if "journal/commit" in left.private and left not in states:
            states.append(left)
    restore(found.base, found.work)
    assert states
    return states


def recovery(found: Case, left: Seen) -> list[str]:
    """The calls with which the next command finishes what was left."""
    put_back(left, found.work)
    ended = []

    def before(_kind: str, _args: object) -> None:
        ended.append(not os.access(found.work / _OWN / "journal/commit", os.F_OK))

    with disk(before=before, within=found.work) as made:
        next_command(found.row)(found.work)
    calls = [kind for kind, over in zip(made.seen, ended, strict=True) if not over and kind in WRITES]
    restore(found.base, found.work)
    return calls


def strike_again(found: Case, left: Seen, fault: Fault) -> bool:
    """A fault in the next command while it finishes what was left: the one after it finishes that."""
    put_back(left, found.work)
    trace = run(next_command(found.row), found.work, fault)
    now = everything(found.work)
    shown = seen(found.work / "books")
    assert not differing(everything(found.work), now), "a reader wrote"
    assert trace.ran.code in (0, 1, 3, DIED), trace.ran
    done = "books/customers/zoe.yaml" in now
    assert not differing(shown, hashes(ledger(found.new_then if done else found.new))), "a reader saw a mixture"
    assert done is (trace.ran.code == 0) or trace.ran.code == DIED, trace.ran
    if not done:
        ran = run(next_command(found.row), found.work).ran
        assert ran.code == 0, ran
    left = look(found.work)
    assert not differing(left.files, found.new_then), "not all new"
    assert not [name for name in left.private if name.startswith(("journal/", "kept/"))]
    assert not differing(seen(found.work / "books"), hashes(ledger(left.files)))
    restore(found.base, found.work)
    return trace.struck

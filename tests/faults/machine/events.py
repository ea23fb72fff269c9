"""What happens to a ledger from outside: a command dies or its disk fails, a person edits files, branches part and are merged."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from billcli.store import journal
from billcli.store.lock import writer_lock
from tests.faults.machine import deeds
from tests.faults.machine.ground import HERE, THERE, Ground
from tests.faults.rig import DIED, Fault, disk, hashes, in_child
from tests.laws import world
from tests.laws.histories import Command, Drawn, Told, command
from tests.laws.model import Refused
from tests.laws.world import index_of, values
from tests.support import Ran, tree
from tests.support import documents as documents_below


def told_words(words: list[str]) -> list[str]:
    return [*words, "--yes", "--format", "json"]


# the disk


def crash(ground: Ground, wanted: Command, fault: Fault) -> None:
    """The command dies at some call: a reader sees all old or all new, the next command finishes or forgets, and then it is run again."""
    words = told_words(wanted.words)
    old = tree(ground.root)
    twin, answer = _twin(ground, words)
    new = tree(twin)
    died = in_child(lambda: _struck(ground, words, fault))
    ground.noted(f"{fault.kind} at {fault.at} of: bill {' '.join(wanted.words)}", DIED if died is None else 0)
    shown = seen(ground)
    assert shown in (shown_of(old), shown_of(new)), ground.told(f"a reader saw a mixture: {changed(shown_of(old), shown)}")
    recover(ground)
    after = tree(ground.root)
    assert after in (old, new), ground.told(f"neither all old nor all new: {changed(old, after)} beside {changed(old, new)}")
    assert shown == shown_of(after), ground.told("a reader saw what did not come")
    if after == old:
        ground.run(wanted)
        return
    then = copy.deepcopy(ground.books)
    assert wanted.predict is not None
    try:
        wanted.predict(then, answer)
    except Refused as why:
        raise AssertionError(ground.told(f"accepted by a command that died, though: {why}")) from None
    ground.books = then
    if "--external-id" in wanted.words:
        ground.repeatable.append(wanted.words)
        ground.repeat(wanted.words)


def fails(ground: Ground, wanted: Command, fault: Fault) -> None:
    """A call fails: what the command says of the change is true. Then it is run again, if it was not made."""
    words = told_words(wanted.words)
    old = tree(ground.root)
    twin, answer = _twin(ground, words)
    new = tree(twin)
    with disk(fault):
        ran = ground.call(words)
    ground.noted(f"{fault.kind} at {fault.at} of: bill {' '.join(wanted.words)}", ran.code)
    announced = "the change is made" in ran.err or "finishes the change" in ran.err
    recover(ground)
    after = tree(ground.root)
    assert after in (old, new), ground.told(f"neither all old nor all new: {changed(old, after)}")
    if old != new:
        assert (after == new) is (ran.code == 0 or announced), ground.told(ran)
    if after == old:
        ground.run(wanted)
    else:
        then = copy.deepcopy(ground.books)
        assert wanted.predict is not None
        wanted.predict(then, answer)
        ground.books = then


def interrupted(ground: Ground, deed: deeds.Deed, fault: Fault) -> None:
    """The same of a deed that the model does not foresee: it learns what came of it. Mail that was begun is in doubt, or goes again."""
    words = [*deed.words, *(["--yes"] if deed.yes else []), "--format", "json"]
    died = in_child(lambda: _struck(ground, words, fault, deed.env))
    ground.noted(f"{fault.kind} at {fault.at} of: bill {' '.join(deed.words)}", DIED if died is None else died[0])
    before = seen(ground)
    recover(ground)
    assert seen(ground) == before, ground.told("a reader saw what did not come")
    if deed.words[:2] == ["outbox", "resolve"] and "--resend" in deed.words:
        ground.resent[deeds.message_id_of(ground, deed.words[2])] += 1
    if deed.words[:2] == ["reconcile", "import"] and len(deed.words) > 4:
        ran = ground.call(words, deed.env)
        assert ran.code in (0, 1, 3), ground.told(ran)
        ground.noted(f"again, {' '.join(deed.words)}", ran.code)
        if ran.code != 1:
            ground.tell_bank(*ground.coming)
    ground.relearn()
    ground.forget()


def _twin(ground: Ground, words: list[str]) -> tuple[Path, Told]:
    """A copy of the ledger in which nothing befalls the command."""
    twin = ground.folder / "twin"
    shutil.rmtree(twin, ignore_errors=True)
    shutil.copytree(ground.root, twin, symlinks=True)
    root, ground.root = ground.root, twin
    try:
        ran = ground.call(words)
        return twin, ground.answer(ran)
    finally:
        ground.root = root


def _struck(ground: Ground, words: list[str], fault: Fault, env: Any = None) -> Ran:
    with disk(fault):
        return ground.call(words, env)


def recover(ground: Ground) -> None:
    """What the next command that writes does before anything else."""
    with writer_lock(str(ground.root), "test", 5):
        journal.recover(str(ground.root))


def seen(ground: Ground) -> dict[str, str]:
    with index_of(ground.root) as index:
        return dict(index.execute("SELECT path, hash FROM files").fetchall())


def shown_of(files: dict[str, bytes]) -> dict[str, str]:
    """What a reader must see of a tree; profiles of banks are read when they are used."""
    return {path: each for path, each in hashes(files).items() if not path.startswith("bank/profiles/")}


def changed(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return sorted(path for path in {*old, *new} if old.get(path) != new.get(path))


# people


def edit_well(ground: Ground, d: Drawn) -> None:
    """An edit that says nothing wrong: a comment, a note, the line ends of another system. It stays as the person wrote it."""
    files = [path for path in documents(ground) if not path.stem.isdigit() and not path.stem.startswith("OLD")]
    if not files:
        return
    path = d.one(files)
    raw = path.read_bytes()
    match d.one(["comment", "note", "line ends", "blank"]):
        case "comment":
            new = b"# by hand\n" + raw if d.odds(2) else raw + b"# by hand \xc3\xa9\n"
        case "note" if b"\nnotes:" not in raw and b"\nstates:" not in raw and path.parent.name != "recurring":
            new = raw + b"notes: by hand\n"
        case "line ends":
            new = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        case _:
            new = raw + b"\n"
    path.write_bytes(new)
    ground.by_hand.add(str(path.relative_to(ground.root)))
    ground.noted(f"edit {path.relative_to(ground.root)} by hand: {new[:12]!r}… {new[-24:]!r}")


def edit_badly(ground: Ground, d: Drawn) -> None:
    """A file is ruined: check names it, no command crashes or makes it worse, and put back it is as if nothing had been."""
    files = documents(ground)
    if not files:
        return
    path = d.one(files)
    raw = path.read_bytes()
    name = str(path.relative_to(ground.root))
    kind = d.one(["torn", "tab", "unknown key", "conflict", "twice", "latin", "gone", "figure"])
    sealed = name.startswith(("invoices/", "credit-notes/")) and not path.stem.startswith(("OLD", "OC"))
    new: bytes | None = _ruined(raw, kind)
    if kind in ("gone", "figure") and (not sealed or new == raw):
        return
    path.unlink() if new is None else path.write_bytes(new)
    ground.noted(f"{kind}: {name}")
    before = tree(ground.root)
    checked = ground.call(["check", "--format", "json"])
    assert checked.code == 1, ground.told(f"{kind} in {name}: check says {checked}")
    where = {each["file"] for each in checked.json["diagnostics"] if each["severity"] == "error"}
    if kind != "gone":
        assert name in where, ground.told(f"{kind} in {name}: check names {where}")
    else:
        assert path.stem.isdigit() or path.stem in checked.out, ground.told(f"{name} is gone: check says {checked.out}")
    for words in (["report", "aging"], ["invoice", "list", "--format", "json"], ["statement", "head"], []):
        assert ground.call(words).code in (0, 1, 3), ground.told(words)
    assert tree(ground.root) == before, ground.told("a reader wrote")
    ran = ground.call(["customer", "edit", "other", "--set", f"notes={kind}", "--yes"])
    assert ran.code in (0, 1), ground.told(ran)
    assert ran.code == 0 or tree(ground.root) == before, ground.told("a refused command changed files")
    if name == "customers/other.yaml":
        assert ran.code == 1, ground.told(ran)
    assert (path.read_bytes() if path.exists() else None) == new, ground.told("bytes of a person are gone")
    path.write_bytes(raw)
    ground.noted("put back")


def _ruined(raw: bytes, kind: str) -> bytes | None:
    match kind:
        case "torn":
            return raw[: len(raw) // 2] + b'\n"open'
        case "tab":
            return raw + b"\tnotes: x\n"
        case "unknown key":
            return raw + b"colour: blue\n"
        case "conflict":
            return b"<<<<<<< HEAD\n" + raw + b"=======\n" + raw + b">>>>>>> side\n"
        case "twice":
            return raw + b"schema: invoice/1\n"
        case "latin":
            return raw + b"notes: caf\xe9\n"
        case "gone":
            return None
    at = raw.find(b"gross: ")
    digit = raw[at + 7 : at + 8]
    return raw[: at + 7] + (b"9" if digit != b"9" else b"8") + raw[at + 8 :] if at > 0 else raw


def save_meanwhile(ground: Ground, d: Drawn) -> None:
    """A person saves the file that a command is about to change, at any of its calls: the person's bytes are never lost."""
    path = ground.root / "customers/other.yaml"
    raw = path.read_bytes()
    hand = raw + f"# saved {d.whole(1, 9)}\n".encode()
    at, count = d.whole(1, 60), 0
    in_place = d.odds(2)

    def before(kind: str, args: tuple[Any, ...]) -> None:
        nonlocal count
        count += 1
        if count == at:
            _save(path, hand, in_place=in_place)

    with disk(before=before):
        ran = ground.call(["customer", "edit", "other", "--set", f"notes={d.whole(1000, 9999)}", "--yes"])
    ground.noted(f"saved at {at} of an edit of customers/other.yaml", ran.code)
    now = path.read_bytes()
    assert ran.code in (0, 1, 4), ground.told(ran)
    if count >= at:
        ground.by_hand.add("customers/other.yaml")
        assert now.endswith(hand[-9:]) or b"# saved" in now, ground.told(f"a person's line is gone: {now!r} {ran}")
        assert ran.code == 0 or now == hand, ground.told(ran)
    recover(ground)


def _save(path: Path, data: bytes, *, in_place: bool) -> None:
    if in_place:
        path.write_bytes(data)
    else:
        beside = path.with_name("4913")
        beside.write_bytes(data)
        beside.rename(path)


def documents(ground: Ground) -> list[Path]:
    folders = ("customers", "drafts", "invoices", "credit-notes", "payments", "refunds", "write-offs", "recurring", "holds")
    return sorted(path for folder in folders for path in ground.root.glob(f"{folder}/**/*.yaml"))


def lose_index(ground: Ground, d: Drawn) -> None:
    for path in (ground.root / ".bill").glob("index.sqlite*"):
        path.unlink()
    if d.odds(3) and (ground.root / ".bill").is_dir():
        (ground.root / ".bill/index.sqlite").write_bytes(b"SQLite format 3\0" + bytes(d.whole(0, 5000)))
    ground.noted("the index is gone")


def undo(ground: Ground, d: Drawn, work: Callable[[Drawn], None], *, back: bool) -> None:
    """The last command is taken back: the documents are what they were before it, or it is refused and nothing changes; or forth again."""
    recover(ground)
    before, known = documents_below(ground.root), ground.snapshot()
    work(d)
    after = documents_below(ground.root)
    if after == before:
        return
    whole = tree(ground.root)
    ran = ground.call(["undo", "--reason", "Slip", "--yes"])
    ground.noted("undo", ran.code)
    assert ran.code in (0, 1), ground.told(ran)
    if ran.code == 1:
        assert tree(ground.root) == whole, ground.told("a refused command changed files")
        return
    assert documents_below(ground.root) == before, ground.told(f"not as before: {changed(before, documents_below(ground.root))}")
    ground.counts["undone"] += 1
    if back:
        ran = ground.call(["undo", "--reason", "Right after all", "--yes"])
        ground.noted("undo of that", ran.code)
        assert ran.code in (0, 1), ground.told(ran)
        assert documents_below(ground.root) == (before if ran.code else after), ground.told("neither as before nor as after")
    if documents_below(ground.root) == before:
        ground.back_to(known)
    ground.relearn()
    ground.forget()


# branches


def part_and_merge(ground: Ground, d: Drawn, work: Callable[[Drawn], None], *, clone: bool) -> None:
    """Work aside and here, then merge: what conflicts does so by path, what merges is clean or named by check."""
    settle(ground)
    begun = ground.snapshot()
    side = _aside(ground, d, work, clone=clone)
    ground.back_to(begun)
    ground.forget()
    for _ in range(d.whole(0, 3)):
        work(d)
    settle(ground)
    mine, known = tree(ground.root), ground.snapshot()
    head = ground.git("rev-parse", "HEAD").strip()
    ground.git("merge", "-q", "--no-edit", side, ok=False)
    unmerged = [line for line in ground.git("diff", "--name-only", "--diff-filter=U").splitlines() if line]
    ground.noted(f"merge {side}: {', '.join(unmerged) or 'merged'}")
    if unmerged:
        _conflicting(ground, unmerged)
        ground.git("merge", "--abort")
        assert tree(ground.root) == mine, ground.told("the merge left something behind")
    else:
        assert not (ground.root / ".git/MERGE_HEAD").exists(), ground.told("the merge stopped")
        if _merged(ground):
            for account, lines in side_lines.get(id(ground), {}).items():
                known_lines = ground.lines.setdefault(account, lines.copy())
                for row, times in lines.items():
                    known_lines[row] = max(known_lines[row], times)
            ground.git("branch", "-q", "-D", "side", ok=False)
            return
        ground.git("reset", "-q", "--hard", head)
        assert tree(ground.root) == mine, ground.told("going back left something behind")
    ground.back_to(known)
    ground.relearn()
    ground.forget()
    ground.git("branch", "-q", "-D", "side", ok=False)


side_lines: dict[int, dict[str, Any]] = {}
"""What the bank told on the other side, by ledger."""


def settle(ground: Ground) -> None:
    recover(ground)
    ground.keep()


def _aside(ground: Ground, d: Drawn, work: Callable[[Drawn], None], *, clone: bool) -> str:
    """Works there; returns what is to be merged."""
    root = ground.root
    if clone:
        other = ground.folder / "other"
        shutil.rmtree(other, ignore_errors=True)
        ground.git("clone", "-q", str(root), str(other))
        ground.root, ground.clone = other, THERE
    else:
        ground.git("checkout", "-q", "-b", "side")
    ground.noted("in another clone" if clone else "on a branch")
    ground.forget()
    for _ in range(d.whole(1, 4)):
        work(d)
    settle(ground)
    side_lines[id(ground)] = copy.deepcopy(ground.lines)
    if clone:
        ground.root, ground.clone = root, HERE
        ground.git("fetch", "-q", str(ground.folder / "other"), "main:side")
    else:
        ground.git("checkout", "-q", "main")
    ground.noted("back")
    return "side"


def _conflicting(ground: Ground, unmerged: list[str]) -> None:
    """Each path of a conflict is named by check, as long as it stands there."""
    checked = ground.call(["check", "--format", "json"])
    assert checked.code == 1, ground.told(checked)
    where = {each["file"] for each in checked.json["diagnostics"] if each["severity"] == "error"}
    for path in unmerged:
        assert path in where or not (ground.root / path).exists(), ground.told(f"{path} is in conflict; check names {where}")
    before = tree(ground.root)
    for words in (["invoice", "list"], ["report", "aging"], ["customer", "edit", "other", "--set", "notes=x", "--dry-run"]):
        assert ground.call(words).code in (0, 1), ground.told(words)
    assert tree(ground.root) == before, ground.told("a reader wrote")


def _merged(ground: Ground) -> bool:
    """Whether check has nothing against it; it must where a balance is not what it can be, a number twice or missing."""
    checked = ground.call(["check", "--format", "json"])
    with index_of(ground.root) as index:
        found = world.facts(index)
    wrong = [name for name, each in found.open.items() if not all(0 <= at <= found.invoices[name].gross for at in values(each))]
    reversed_ = {name for name, each in found.sources.items() if getattr(each, "reversed_on", None)}
    wrong += [name for name, each in found.free.items() if any(at < 0 for at in values(each)) and name not in reversed_]
    if wrong:
        assert checked.code == 1, ground.told(f"merged, and check has nothing against {wrong}")
    if checked.code == 1:
        codes = sorted({each["code"] for each in checked.json["diagnostics"] if each["severity"] == "error"})
        ground.counts[f"merge named: {' '.join(codes)}"] += 1
        ground.noted(f"check names {codes}")
        return False
    assert checked.code == 0, ground.told(checked)
    ground.counts["merge clean"] += 1
    ground.relearn()
    ground.forget()
    return True


def any_command(ground: Ground, d: Drawn) -> Command:
    return command(d, ground.books)

"""Power that goes while a command works: a file system of its own whose disk is a file, and that file as it was at that moment.

Nothing reaches the file unless somebody syncs: ext4 commits every five minutes here. In the second mode a neighbour's ``fsync`` comes
right before the cut, which brings to the disk what the file system knows of names and sizes, and nothing of anybody's bytes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from billcli.errors import BillError
from billcli.store import git
from tests.faults.commands import Row, Typed, typed
from tests.faults.judge import CHECK, Case, everything, held
from tests.faults.mounts import ext4, mounted, sh
from tests.faults.rig import DIED, REAL, WRITES, Trace, disk, run
from tests.support import Ran

MODES = ("plain", "neighbour")
_SIZE = 48 << 20
_LIVE = "loop,commit=300,noauto_da_alloc,noatime"


class Cut(NamedTuple):
    """What the disk held when the power went, before the ``at``-th call; 0 for after the end."""

    at: int
    image: Path


class Cuts(NamedTuple):
    cuts: list[Cut]
    ran: Ran


def laid_out(world: Path, folder: Path) -> Path:
    """A disk with that world on it, safe."""
    image = ext4(folder / "base.img", _SIZE)
    with mounted(str(image), folder / "live", "ext4", "loop") as place:
        shutil.copytree(world, place / "world", symlinks=True)
        assert run(CHECK, place / "world").ran.code == 0
    return image


def cuts(found: Case, base: Path, mode: str, folder: Path, *, fsync: bool = True) -> Cuts:
    """The disks that a power cut before each call of the command would leave, and the one after its end."""
    if mode == "plain":
        return _one_run(found, base, folder, fsync=fsync)
    calls: list[int] = []
    _work(found, base, folder, calls.append, fsync=fsync)
    runs = [_neighbour(found, base, folder, at, fsync=fsync) for at in calls]
    return Cuts([cut for each in runs for cut in each.cuts], runs[-1].ran)


def _one_run(found: Case, base: Path, folder: Path, *, fsync: bool) -> Cuts:
    made: list[Cut] = []
    ran = _work(found, base, folder, lambda at: made.append(_taken(folder, at)), fsync=fsync)
    return Cuts(made, ran)


def _neighbour(found: Case, base: Path, folder: Path, wanted: int, *, fsync: bool) -> Cuts:
    made: list[Cut] = []

    def cut(at: int) -> None:
        if at == wanted:
            made.append(_taken_beside_a_neighbour(folder, at))

    ran = _work(found, base, folder, cut, fsync=fsync)
    return Cuts(made, ran)


_FSYNC = os.fsync


def _work(found: Case, base: Path, folder: Path, cut: Callable[[int], None], *, fsync: bool) -> Ran:
    """Runs the command on a fresh disk; ``cut`` is called before each of its calls with the number, and at the end with 0."""
    image = _copied(base, folder / "live.img")
    made = 0

    def before(kind: str, _args: tuple[Any, ...]) -> None:
        nonlocal made
        if kind in WRITES:
            made += 1
            cut(made)

    with mounted(str(image), folder / "live", "ext4", _LIVE) as place, mock.patch.dict(REAL, {} if fsync else {"fsync": _no_fsync}):
        with disk(before=before, within=place / "world"):
            ran = Typed(found.row)(place / "world")
        cut(0)
    return ran


def _no_fsync(fd: int) -> None:
    """The canary: a product that leaves it out."""


def _taken_beside_a_neighbour(folder: Path, at: int) -> Cut:
    fd = os.open(folder / "live" / "neighbour", os.O_CREAT | os.O_WRONLY)
    _FSYNC(fd)
    os.close(fd)
    return _taken(folder, at)


def _taken(folder: Path, at: int) -> Cut:
    image = _copied(folder / "live.img", folder / "cut.img")
    name = sha256(image.read_bytes()).hexdigest()
    return Cut(at, image.rename(folder / f"cut-{name}.img"))


def _copied(source: Path, target: Path) -> Path:
    sh("cp", "--sparse=always", str(source), str(target))
    return target


def after(found: Case, cut: Cut, folder: Path, ran: Ran) -> str:
    """Turns the machine on again: what promise is broken, or nothing."""
    image = _copied(cut.image, folder / "again.img")
    with mounted(str(image), folder / "again", "ext4", "loop") as place:
        works = found._replace(work=place / "world")
        trace = Trace(Ran(DIED, "", ""), [], True)
        try:
            new = held(works, trace, everything(works.work))
        except (AssertionError, BillError, OSError) as error:
            said = str(error).partition("\n")[0][:300] or traceback.format_exc()[-600:]
            return f"{found.name}, cut at {cut.at or 'the end'}: {said}"
        if cut.at == 0 and ran.code == found.clean.ran.code and not new:
            return f"{found.name}: it said that it was done, and after the cut nothing of it is there"
    return ""


def git_cuts(row: Row, base: Path, mode: str, folder: Path) -> list[Cut]:
    """The disks that a power cut before each call of git would leave, and the one after the command's end."""
    take = _taken if mode == "plain" else _taken_beside_a_neighbour
    calls: list[int] = []
    _work_in_git(row, base, folder, calls.append)
    made: list[Cut] = []
    for wanted in calls:
        _work_in_git(row, base, folder, lambda at, wanted=wanted: made.append(take(folder, at)) if at == wanted else None)  # type: ignore[misc]
    return made


def _work_in_git(row: Row, base: Path, folder: Path, cut: Callable[[int], None]) -> None:
    image = _copied(base, folder / "live.img")
    call, made = git._git, 0

    def counted(*args: Any, **options: Any) -> str:
        nonlocal made
        made += 1
        cut(made)
        return call(*args, **options)

    with mounted(str(image), folder / "live", "ext4", _LIVE) as place:
        with mock.patch.object(git, "_git", counted):
            ran = Typed(row)(place / "world")
        assert ran.code == 0, ran
        cut(0)


def after_git(cut: Cut, folder: Path) -> str:
    """What is broken once the machine is on again, or nothing: the next command commits, and git finds its repository whole."""
    image = _copied(cut.image, folder / "again.img")
    with mounted(str(image), folder / "again", "ext4", "loop") as place:
        ran = typed(place / "world", Row("customer add --id zoe --name Zoe --yes"))
        if ran.code != 0 and "index.lock" not in ran.err:  # git's own lock on the index, which it leaves whenever it is killed
            return str(ran)
        checked = subprocess.run(["git", "-C", str(place / "world/books"), "fsck"], capture_output=True, text=True, check=False)
        if checked.returncode or "error" in checked.stderr:
            return checked.stderr[:300]
        listed = subprocess.run(
            ["git", "-C", str(place / "world/books"), "ls-tree", "-r", "--name-only", "HEAD"], capture_output=True, text=True, check=False
        )
        return "" if "customers/zoe.yaml" in listed.stdout else "the next command's file is in no commit"

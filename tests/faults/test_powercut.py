"""The power goes at any moment of a command: all old or all new, what was said to be done is done, and the index is made anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.commands import COMMANDS, world
from tests.faults.counts import tally
from tests.faults.judge import CHECK, case
from tests.faults.mounts import need, sh
from tests.faults.powercut import MODES, after, after_git, cuts, git_cuts, laid_out
from tests.faults.rig import copy, run
from tests.support import papers_known

pytestmark = pytest.mark.long
TRIED = (
    "invoice issue", "customer merge", "fold", "unfold", "reconcile import", "init", "demo", "customer import", "invoice pdf",
    "report html", "run",
)  # fmt: skip


@pytest.fixture(scope="module")
def disks(room: Path) -> Iterator[tuple[Path, Path]]:
    """The world whose commands are tried, and a disk with it."""
    need("mkfs.ext4", "mount", "umount")
    with papers_known():
        world(room / "base")
        assert run(CHECK, room / "base").ran.code == 0
        shutil.copytree(room / "base", room / "work")
        yield room / "base", laid_out(room / "base", room)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", TRIED, ids=lambda name: name.replace(" ", "-"))
def test_power_cut_at_any_moment_leaves_all_old_or_all_new(disks: tuple[Path, Path], name: str, mode: str) -> None:
    base, image = disks
    found = case(base, name)
    made = cuts(found, image, mode, base.parent)
    assert (made.ran.code, made.ran.out) == (found.clean.ran.code, found.clean.ran.out)
    judged: dict[Path, str] = {}
    with tally(f"power cut, {mode}") as counted:
        for cut in made.cuts:
            counted.point()
            if cut.at == 0 or cut.image not in judged:
                judged[cut.image] = after(found, cut, base.parent, made.ran)
                if broken := judged[cut.image]:
                    counted.violated(broken)
    for each in judged:
        each.unlink()


@pytest.mark.parametrize("mode", MODES)
def test_program_without_fsync_is_found_out(disks: tuple[Path, Path], mode: str) -> None:
    base, image = disks
    found = case(base, "invoice issue")
    made = cuts(found, image, mode, base.parent, fsync=False)
    broken = [told for cut in made.cuts for told in [after(found, cut, base.parent, made.ran)] if told]
    print(f"canary, {mode}: {len(broken)} of {len(made.cuts)} cuts break a promise")
    assert broken


@pytest.fixture(scope="module")
def in_git(disks: tuple[Path, Path]) -> Path:
    """A disk with the same world, whose ledger commits to git."""
    base, _ = disks
    world = copy(base, base.parent / "in-git")
    books = world / "books"
    settings = (books / "ledger.yaml").read_text()
    (books / "ledger.yaml").write_text(settings.replace("commit: false", "commit: true"))
    (books / ".gitignore").write_text(".bill/\n")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "Begin")):
        sh("git", "-C", str(books), "-c", "user.name=x", "-c", "user.email=x@x.example", "-c", "core.fsync=all", *words)
    (base.parent / "git").mkdir()
    return laid_out(world, base.parent / "git")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["invoice issue", "fold"], ids=lambda name: name.replace(" ", "-"))
def test_power_cut_between_any_two_calls_of_git_leaves_a_repository_that_works(in_git: Path, name: str, mode: str) -> None:
    with tally(f"power cut in git, {mode}") as counted:
        for cut in git_cuts(COMMANDS[name], in_git, mode, in_git.parent):
            counted.point()
            if broken := after_git(cut, in_git.parent):
                counted.violated(f"{name}, {mode}, call {cut.at}: {broken}")

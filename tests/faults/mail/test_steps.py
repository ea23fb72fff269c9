"""The steps of a child: each is counted, any of them can be its last, and a power cut takes what was not on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from billcli.store.append import append_state
from tests.faults.mail.steps import KINDS, Blow, Steps
from tests.faults.rig import in_child

PATH = "deliveries/a.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "deliveries").mkdir()
    (tmp_path / PATH).write_bytes(b"id: a\n")
    return tmp_path


def stepped(work: Callable[[], object], blow: Blow | None = None, canary: str | None = None) -> list[str] | None:
    def child() -> list[str]:
        steps = Steps(blow, canary)
        steps.take_up()
        work()
        return steps.made

    made: list[str] | None = in_child(child)
    return made


def states(root: Path) -> Callable[[], None]:
    def work() -> None:
        for word in ("sending", "data", "sent"):
            append_state(str(root), PATH, f"2026-02-02T09:00:00Z {word}")

    return work


def line(word: str) -> bytes:
    return f'  - "2026-02-02T09:00:00Z {word}"\n'.encode()


ALL = b"id: a\nstates:\n" + line("sending") + line("data") + line("sent")


def test_steps_are_counted(root: Path) -> None:
    assert stepped(states(root)) == ["write", "fsync"] * 3
    assert (root / PATH).read_bytes() == ALL


@pytest.mark.parametrize("at", [3, 4])
@pytest.mark.parametrize("kind", ["die", "torn", "cut"])
def test_death_at_a_step_leaves_what_the_steps_before_it_did(root: Path, kind: str, at: int) -> None:
    assert stepped(states(root), Blow(kind, at)) is None
    left = (root / PATH).read_bytes()
    before = b"id: a\nstates:\n" + line("sending")
    assert left.startswith(before)
    whole = line("data")
    assert left.removeprefix(before) == {("torn", 3): whole[: len(whole) // 2], ("die", 4): whole, ("torn", 4): whole}.get((kind, at), b"")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("E")])
def test_error_at_a_step_is_one_that_the_caller_sees(root: Path, kind: str) -> None:
    def work() -> None:
        with pytest.raises(OSError, match=os.strerror({"EIO": 5, "ENOSPC": 28}[kind])):
            states(root)()

    assert stepped(work, Blow(kind, 3)) == ["write", "fsync", "write", "ftruncate", "fsync"]


def test_power_cut_takes_what_a_product_did_not_bring_to_the_disk(root: Path) -> None:
    assert stepped(states(root), Blow("cut", 5), "no fsync") is None
    assert (root / PATH).read_bytes() == b"id: a\n"


def test_state_that_is_too_late_comes_with_the_next_one(root: Path) -> None:
    seen: list[Any] = []

    def work() -> None:
        for word in ("sending", "data", "sent"):
            append_state(str(root), PATH, f"2026-02-02T09:00:00Z {word}")
            seen.append((root / PATH).read_bytes().count(b"Z "))
        assert seen == [1, 1, 3]

    stepped(work, None, "state too late")
    assert (root / PATH).read_bytes() == ALL

"""What a rig reached is told whatever comes, and a rig that missed a point or broke a promise fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.counts import FILE, record, table, tally


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FILE, str(tmp_path / "figures"))
    return tmp_path / "figures"


def test_figures_of_one_rig_add_up(file: Path) -> None:
    record("sweep", 1000, 1000)
    record("power cut", 7, 7)
    record("sweep", 200, 200)
    assert table(file) == [
        "rig            points         hit  violations",
        "power cut           7           7           0",
        "sweep           1,200       1,200           0",
    ]


def test_no_rig_gives_no_table(file: Path) -> None:
    assert table(file) == []


def test_point_that_was_missed_fails_the_rig(file: Path) -> None:
    with pytest.raises(AssertionError, match="sweep: 1 of 2 points hit"), tally("sweep") as counted:
        counted.point()
        counted.point(hit=False)
    assert table(file)[1].split() == ["sweep", "2", "1", "0"]


def test_rig_without_a_point_fails(file: Path) -> None:
    with pytest.raises(AssertionError, match="sweep: 0 of 0 points hit"), tally("sweep"):
        pass


def test_broken_promises_are_gathered_and_fail_the_rig(file: Path) -> None:
    with pytest.raises(AssertionError, match="lost\ntwice"), tally("sweep") as counted:
        for what in ("lost", "twice"):
            counted.point()
            counted.violated(what)
    assert table(file)[1].split() == ["sweep", "2", "2", "2"]


def test_rig_that_stops_counts_as_a_broken_promise(file: Path) -> None:
    with pytest.raises(ValueError, match="no money"), tally("sweep") as counted:
        counted.point()
        raise ValueError("no money")
    assert table(file)[1].split() == ["sweep", "1", "1", "1"]

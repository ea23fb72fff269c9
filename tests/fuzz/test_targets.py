"""A few inputs for every target, the same on every run; ``make fuzz`` makes a million."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from billcli.errors import BillError
from tests.fuzz.__main__ import main
from tests.fuzz.engine import run
from tests.fuzz.law import Broken, Target, judge
from tests.fuzz.registry import MODULES, target

_A_LOOK = {
    "papers": 1, "letters": 3, "index": 2, "ledger": 2, "statement": 4, "given": 10, "journal": 30, "memories": 40, "documents": 60, "tables": 40,
}  # fmt: skip
"""Inputs of targets that take their time."""

_USUAL = 100


@pytest.fixture(autouse=True, scope="module")
def _from_the_first_on(room: Path) -> Iterator[None]:
    """Else the authority alone reads the first documents of each kind; and what the targets make goes with the tests."""
    with mock.patch("billcli.store.read._FEW", 0), mock.patch("tempfile.tempdir", str(room)):
        yield


@pytest.mark.parametrize("name", MODULES)
def test_what_is_read_is_read_or_refused_in_words(name: str) -> None:
    tried = run(target(name), _A_LOOK.get(name, _USUAL), seed=8)
    assert not tried.faults, "\n".join(f"{key}\n{trace}\n{data!r}" for key, (trace, data) in tried.faults.items())
    assert tried.inputs == _A_LOOK.get(name, _USUAL)
    assert tried.outcomes["read"]


@pytest.mark.long
def test_fifty_thousand_inputs_of_every_sort() -> None:
    assert main(["--inputs", "50000", "--seed", "2"]) == 0


def test_the_whole_run_makes_a_million() -> None:
    assert sum(math.floor(1000 * target(name).inputs) for name in MODULES) >= 1_000_000


def _target(read: object, seconds: float = 3) -> Target:
    return Target("x", 1, read, lambda: [b"x"], lambda _, raw: raw, seconds=seconds)  # type: ignore[arg-type]


def _raises(error: Exception) -> object:
    def read(_: bytes) -> None:
        raise error

    return read


def test_the_law_names_what_breaks_it() -> None:
    """A rig that finds nothing must be one that would."""
    count = iter(range(100))
    for read, error in (
        (_raises(ValueError("x")), ValueError), (_raises(RecursionError()), RecursionError), (_raises(MemoryError()), MemoryError),
        (_raises(BillError("")), AssertionError), (_raises(BillError("x" * 5000)), AssertionError),
        (lambda _: next(count), Broken),
    ):  # fmt: skip
        with pytest.raises(error):
            for data in (b"%d" % at for at in range(40)):
                judge(_target(read), data)
    with pytest.raises(Broken, match="seconds of computing time"):
        judge(_target(lambda _: sum(range(1_000_000)), seconds=0.001), b"x")
    assert judge(_target(_raises(BillError("no"))), b"x") == "refused"
    assert judge(_target(lambda raw: raw), b"x") == "read"

"""Runs commands as whole processes in turn, A B C A B C, and gives the medians of what they used."""

from __future__ import annotations

import marshal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import NamedTuple

_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class Contestant(NamedTuple):
    """One command of a comparison; ``before`` puts things in place and is not measured."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ours: bool = False
    before: Callable[[], None] | None = None
    cpus: Sequence[int] = ()


class Measured(NamedTuple):
    """Medians over the runs: seconds, and MiB."""

    name: str
    ours: bool
    wall: float
    cpu: float
    peak: float
    runs: int


class Broken(Exception):
    """A command ended otherwise than it must; its figures would say nothing."""


class Runner:
    """The small process that starts the others."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("runner.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._errors = tempfile.NamedTemporaryFile(prefix="bill-bench-", suffix=".stderr")  # noqa: SIM115 - closed with the runner

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate()
        self._errors.close()

    def run(self, each: Contestant) -> tuple[float, float, float]:
        """Wall and CPU seconds, and peak MiB. Raises ``Broken``."""
        if each.before:
            each.before()
        into, out = self._process.stdin, self._process.stdout
        assert into is not None and out is not None
        marshal.dump((list(each.argv), dict(each.env), list(each.cpus), self._errors.name), into)
        into.flush()
        wall, cpu, peak, code, _ = marshal.load(out)
        if code != 0:
            said = Path(self._errors.name).read_text("utf-8", "replace").strip().splitlines()
            raise Broken(f"{each.name}: exit {code}" + "".join(f"\n  {line}" for line in said[-5:]))
        return wall, cpu, peak * _PEAK_UNIT / (1 << 20)

    def compare(self, contestants: Sequence[Contestant], rounds: int, seconds: float) -> list[Measured]:
        """As many rounds as fit into the time, one at least; a first one that is quick only warms up."""
        began = time.monotonic()
        found: list[list[tuple[float, float, float]]] = [[] for _ in contestants]
        for turn in range(rounds + 1):
            if turn and found[0] and (time.monotonic() - began) * (turn + 1) / turn > seconds:
                break
            for each, runs in zip(contestants, found, strict=True):
                runs.append(self.run(each))
            if turn == 0 and time.monotonic() - began < seconds / 4:
                found = [[] for _ in contestants]
                continue
            if len(found[0]) == rounds:
                break
        return [_medians(each, runs) for each, runs in zip(contestants, found, strict=True)]


def _medians(each: Contestant, runs: Sequence[tuple[float, float, float]]) -> Measured:
    wall, cpu, peak = (median(run[at] for run in runs) for at in range(3))
    return Measured(each.name, each.ours, wall, cpu, peak, len(runs))

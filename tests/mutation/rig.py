"""Each slip in a forked copy of a warm process: the tests that come by its line run there, the quickest first, until one fails.

What a slip is tried with is bounded, so a killed one is surely killed, and one that survived may have met too few tests.
"""

from __future__ import annotations

import functools
import gc
import os
import resource
import shutil
import signal
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FunctionType
from typing import NamedTuple

import pytest
from coverage import Coverage

from tests.mutation.operators import Mutant, code_of
from tests.support import PROJECT

_SECONDS = 4.0
"""Tests that took the processor so long before meet a slip at the most."""

_PATIENCE = 300


class Tried(NamedTuple):
    """``how``: killed, survived, timeout, or not reached by any test."""

    mutant: Mutant
    how: str
    tests: int


class Rig:
    """A plugin of pytest: in the place of the loop over the tests it runs them once, sees who comes by where, and then tries the slips."""

    def __init__(self, files: Sequence[str], wanted: Callable[[], Iterator[Mutant]], told: Callable[[Tried], None]) -> None:
        self.files = [str(PROJECT / each) for each in files]
        self.wanted = wanted
        self.told = told
        self.failed: list[str] = []
        self._took: dict[str, float] = defaultdict(float)
        self._inside = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from hypothesis import settings  # pytest wants to be the first

        settings.register_profile("few", settings.get_profile("default"), max_examples=20)
        settings.load_profile("few")
        coverage = Coverage(data_file=None, include=self.files, messages=False)
        coverage.start()
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            coverage.switch_context(item.nodeid)
            before = sum(os.times()[:4])
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            self._took[item.nodeid] = sum(os.times()[:4]) - before
        coverage.stop()
        for nodeid in self.failed:
            print(f"left out, it fails without any slip: {nodeid}", flush=True)
        data = coverage.get_data()
        came = {file: data.contexts_by_lineno(file) for file in self.files}
        items = {item.nodeid: item for item in session.items}
        order = {name: at for at, name in enumerate(items)}
        functions, caches = _functions(set(self.files))
        base: Path = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        for mutant in self.wanted():
            file = str(PROJECT / mutant.module)
            names = sorted(
                (each for each in came[file].get(mutant.lineno, ()) if each and each not in self.failed),
                key=lambda name: (self._took[name], name),
            )
            chosen: list[str] = []
            seconds = 0.0
            for name in names:
                seconds += self._took[name]
                if seconds > _SECONDS and chosen:
                    break
                chosen.append(name)
            chosen.sort(key=order.__getitem__)
            how = "not reached"
            if chosen:
                how = self._tried(mutant, [items[name] for name in chosen], functions, caches, min(seconds, _SECONDS))
            for each in (*Path(tempfile.gettempdir()).iterdir(), *base.iterdir()):
                if each not in base.parents:
                    shutil.rmtree(each, ignore_errors=True)
            self.told(Tried(mutant, how, len(chosen)))
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
            if self._inside:
                os._exit(1)

    def _tried(
        self, mutant: Mutant, items: list[pytest.Item], functions: dict[str, list[FunctionType]], caches: list[object], seconds: float
    ) -> str:
        child = os.fork()
        if child == 0:
            self._inside = True
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CPU, (int(3 * seconds) + 8, int(3 * seconds) + 9))
            try:
                _slip(mutant, functions, caches)
                for item, following in zip(items, [*items[1:], None], strict=True):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except BaseException:  # noqa: BLE001  # whatever it is, somebody noticed
                os._exit(1)
            os._exit(0)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                _end(child)
                code = os.waitstatus_to_exitcode(status)
                return "survived" if code == 0 else "timeout" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "killed"
            time.sleep(0.01)
        _end(child)
        os.waitpid(child, 0)
        return "timeout"


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _slip(mutant: Mutant, functions: dict[str, list[FunctionType]], caches: Sequence[object]) -> None:
    file = str(PROJECT / mutant.module)
    changed = code_of(Path(file).read_text(), mutant, file)
    for each in functions[f"{file}:{mutant.function}"]:
        each.__code__ = changed
    for cache in caches:
        cache.cache_clear()  # type: ignore[attr-defined]


def _functions(files: set[str]) -> tuple[dict[str, list[FunctionType]], list[object]]:
    """The functions of these files, wherever they are held, and every cache."""
    gc.unfreeze()
    held = gc.get_objects()
    caches = [each for each in held if isinstance(each, functools._lru_cache_wrapper)]
    found: dict[str, list[FunctionType]] = defaultdict(list)
    for each in held:
        if isinstance(each, FunctionType) and each.__code__.co_filename in files:
            found[f"{each.__code__.co_filename}:{each.__code__.co_qualname}"].append(each)
    gc.freeze()
    return found, list(caches)

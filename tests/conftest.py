"""How much hypothesis tries: the same few cases on every run, or many with ``--hypothesis-profile=long``; and ledgers from docstrings."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.faults import counts
from tests.support import folder_in_memory, index_begun, make_ledger

settings.register_profile("default", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("default"), derandomize=False, max_examples=5000)
settings.load_profile("default")


_MEMORY = "/dev/shm"
_ENOUGH = 4 << 30
"""Bytes; a run needs a quarter of it."""


def _memory_serves() -> bool:
    """Whether there is room for the tests' folders in memory, from where programs can be started too."""
    if not os.access(_MEMORY, os.W_OK) or os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(_MEMORY).free > _ENOUGH


# Commands wait for the disk as long as they work. What is about files as such keeps to it: see tmp_path.
if _memory_serves():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    if request.path.parent.name not in ("store", "index"):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="bill-") as folder:
        yield Path(folder)


def pytest_configure(config: pytest.Config) -> None:
    """One file for the figures of all rigs, unless ``make faults`` has named one; the workers find it in their environment."""
    if counts.FILE not in os.environ:
        with tempfile.NamedTemporaryFile(prefix="bill-figures-", delete=False) as file:
            os.environ[counts.FILE] = file.name
        config.add_cleanup(Path(file.name).unlink)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if lines := counts.table(Path(os.environ[counts.FILE])):
        terminalreporter.section("faults: points that exist, that were hit, and promises broken")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: the collector need not go through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _index_begun(request: pytest.FixtureRequest) -> Iterator[None]:
    """Most tests find the index begun; where it matters who makes it, commands make their own."""
    if request.path.parent.name == "index" or request.path.name in ("test_together.py", "test_reading.py"):
        yield
        return
    with index_begun():
        yield


@pytest.fixture
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The ledger in the test's docstring, its files split by ``--- customers/x.yaml`` lines."""
    return make_ledger(tmp_path / "books", request.function.__doc__)


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder for one module's ledgers, of which there are many."""
    with folder_in_memory() as folder:
        yield folder

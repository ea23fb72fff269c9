"""How much hypothesis tries: the same few cases on every run, or many with ``--hypothesis-profile=long``; and ledgers from docstrings."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

from billcli.index import connection
from tests.support import folder_in_memory, make_ledger

settings.register_profile("default", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("default"), derandomize=False, max_examples=5000)
settings.load_profile("default")


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: the collector need not go through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _index_begun(request: pytest.FixtureRequest) -> Iterator[None]:
    """A new ledger finds an index that the program made, with nothing in it yet: its 140 tables and indexes take longer than most tests.

    Where it matters who makes the index, commands make their own.
    """
    if request.path.parent.name == "index" or request.path.name in ("test_together.py", "test_reading.py"):
        yield
        return
    empty = _empty()
    open_index = connection.open_index

    def opened(path: str | None) -> connection.Connection:
        if path is not None and not os.path.lexists(path):
            with suppress(OSError):
                _begin(path, empty)
        return open_index(path)

    with mock.patch.object(connection, "open_index", opened):
        yield


@cache
def _empty() -> bytes:
    made = connection.open_index(None)
    with closing(made):
        return made.serialize()


def _begin(path: str, data: bytes) -> None:
    """The file is there as a whole or not at all, since others may look for it at the same time."""
    file = os.open(os.path.dirname(path), os.O_TMPFILE | os.O_WRONLY, 0o644)
    try:
        os.write(file, data)
        os.link(f"/proc/self/fd/{file}", path, follow_symlinks=True)
    finally:
        os.close(file)


@pytest.fixture
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The ledger in the test's docstring, its files split by ``--- customers/x.yaml`` lines."""
    return make_ledger(tmp_path / "books", request.function.__doc__)


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder for one module's ledgers, of which there are many."""
    with folder_in_memory() as folder:
        yield folder

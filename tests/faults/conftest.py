"""Faults need many copies of a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import folder_in_memory


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder for one module's ledgers."""
    with folder_in_memory() as folder:
        yield folder

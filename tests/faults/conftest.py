"""Faults need many copies of a ledger: they stand in memory where the system has such a place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder for one module's ledgers."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(prefix="bill-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)

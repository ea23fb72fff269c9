"""Every layout that bill brings, on a sample of its own with invented names and figures.

``UPDATE_EXPECTED=1 pytest tests/banks/test_layouts.py`` writes what is read now beside each sample: read the diff.
"""

from __future__ import annotations

import os

import pytest

from tests.banks.shown import SAMPLES, as_text, shipped, understood


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.csv")))
def test_sample_reads_as_expected(name: str) -> None:
    found = as_text(understood((SAMPLES / f"{name}.csv").read_bytes()))
    expected = SAMPLES / f"{name}.txt"
    if os.environ.get("UPDATE_EXPECTED"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_every_layout_has_a_sample_that_it_reads() -> None:
    read_by = {understood(path.read_bytes())[0].format.removeprefix("csv:") for path in SAMPLES.glob("*.csv")}
    assert read_by == set(shipped())


def test_no_two_layouts_ask_for_the_same_header() -> None:
    signatures = [frozenset(map(str.casefold, each.header)) | set(each.without) for each in shipped().values() if each.header]
    assert len(set(signatures)) == len(signatures)

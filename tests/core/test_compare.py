from __future__ import annotations

from datetime import date

import pytest

from billcli.core.compare import Closed, Ours, Theirs, compared, key

DAY = date(2026, 3, 31)
OLD = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("INV-2026-0001", "inv 2026 1", True), ("INV-2026-0001", "INV2026-1", True), ("INV-1", "INV-12", False),
        ("INV-20-26", "INV-202-6", False),
        ("RE 100", "RE 10 0", False), ("发票-007", "发票7", True),
    ],
)  # fmt: skip
def test_a_number_is_known_however_it_is_written(one: str, other: str, same: bool) -> None:
    assert (key(one) == key(other)) is same


def state(ours: list[Ours], theirs: list[Theirs], closed: dict[str, Closed] | None = None) -> list[tuple[str, str]]:
    return [(each.document, each.state) for each in compared(ours, theirs, closed or {}, DAY)]


def test_each_document_is_agreed_or_told_why_not() -> None:
    ours = [Ours("A-1", 100, OLD, 100), Ours("A-2", 50, OLD, 50), Ours("A-3", 70, OLD, 70), Ours("A-4", 10, date(2026, 3, 30), 10)]
    theirs = [Theirs(2, "A-1", 100, None), Theirs(3, "A-3", 75, None), Theirs(4, "A-9", 5, None)]
    assert state(ours, theirs) == [
        ("A-1", "agreed"),
        ("A-2", "missing there"),
        ("A-3", "amount"),
        ("A-4", "timing"),
        ("A-9", "missing here"),
    ]


def test_what_is_settled_here_and_still_open_there_is_a_matter_of_days() -> None:
    assert state([], [Theirs(2, "A-1", 100, None)], {"A-1": Closed("A-1", 100, OLD)}) == [("A-1", "timing")]
    assert state([Ours("A-2", 40, OLD, 100)], [Theirs(2, "A-2", 100, None)]) == [("A-2", "timing")]


def test_rows_of_one_number_are_added_up() -> None:
    assert state([Ours("A-1", 100, OLD, 100)], [Theirs(2, "A-1", 120, None), Theirs(3, "A 1", -20, None)]) == [("A-1", "agreed")]

"""What bill remembers of mail beside the books survives what a crash left of a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from billcli.store import outbox

FIRST, SECOND = (
    outbox.Hand(f"2026-03-14T09:00:0{n}Z", f"R-{n}-invoice-00000000", 0, (outbox.Entry("invoice", f"R-{n}", "-", "a@b.example"),))
    for n in (1, 2)
)


@pytest.mark.parametrize("left", [b"handed\t2026-03-14T09:00", b"\0" * 40, b"handed\0\0"])
def test_line_after_one_that_a_crash_left_half_is_remembered(tmp_path: Path, left: bytes) -> None:
    outbox.note_handed(str(tmp_path), FIRST)
    with (tmp_path / ".bill/outbox/handed").open("ab") as file:
        file.write(left)
    assert outbox.handed(str(tmp_path)) == {FIRST.delivery: [FIRST]}
    outbox.note_handed(str(tmp_path), SECOND)
    assert outbox.handed(str(tmp_path)) == {each.delivery: [each] for each in (FIRST, SECOND)}

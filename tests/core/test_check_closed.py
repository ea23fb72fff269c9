"""Which changes of a closed period are told: by the order of entries within a clone, by the clock between clones."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.core.checks.closed import check_closed
from billcli.core.checks.facts import Closing, Touched

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)
FIRST = Closing("a", 5, "2026-04-02T09:00:00Z", MARCH)
SECOND = Closing("a", 12, "2026-05-02T09:00:00Z", APRIL)
MIDDLE = Closing("a", 8, "2026-04-16T09:00:00Z", date(2026, 4, 15))
MID_APRIL = "payments/2026/04/2026-04-10-nordwind-7f3a9c21.yaml"
FILE = "payments/2026/03/p.yaml"


def touched(
    clone: str, seq: int, at: str, day: date | None = date(2026, 3, 20), *, gone: bool = False, file: str = FILE,
    born: tuple[str, int, str] | None = None,
) -> Touched:  # fmt: skip
    return Touched(file, clone, seq, at, made=False, by_hand=True, gone=gone, day=day, born=born)


@pytest.mark.parametrize(
    ("each", "closings", "told"),
    [
        (touched("", 0, ""), [FIRST], True),
        (touched("", 0, "", date(2026, 4, 1)), [FIRST], False),
        (touched("a", 5, "2026-04-02T09:00:00Z"), [FIRST], False),
        (touched("a", 6, "2026-04-02T09:00:00Z"), [FIRST], True),
        (touched("b", 2, "2026-04-02T08:59:59Z"), [FIRST], False),
        (touched("b", 2, "2026-04-02T09:00:01Z"), [FIRST], True),
        (touched("a", 6, "2026-04-03T09:00:00Z"), [FIRST, SECOND], False),
        (touched("a", 13, "2026-05-03T09:00:00Z"), [FIRST, SECOND], True),
        (touched("a", 13, "2026-05-03T09:00:00Z", date(2026, 4, 20)), [FIRST, SECOND], True),
        # gone: the month of its folder is the month of its date
        (touched("", 0, "", None, gone=True), [FIRST], True),
        (touched("", 0, "", None, gone=True, file="payments/2026/04/p.yaml"), [FIRST], False),
        (touched("", 0, "", None, gone=True, file="payments/2026/13/p.yaml"), [FIRST], False),
        (touched("", 0, "", None, gone=True, file="invoices/2026/03/I-1.yaml"), [FIRST], True),
        # gone, and there before a close within the month of its folder
        (touched("", 0, "", None, gone=True, file=MID_APRIL, born=("a", 7, "2026-04-11T09:00:00Z")), [FIRST, MIDDLE], True),
        (touched("", 0, "", None, gone=True, file=MID_APRIL, born=("a", 9, "2026-04-16T09:00:00Z")), [FIRST, MIDDLE], False),
        (touched("", 0, "", None, gone=True, file=MID_APRIL.replace("04-10", "04-20"), born=("a", 7, "")), [FIRST, MIDDLE], False),
        (
            touched("", 0, "", None, gone=True, file=MID_APRIL.replace("04-10", "03-10"), born=("a", 7, "")),
            [FIRST, MIDDLE],
            False,
        ),
        (touched("", 0, "", None, gone=True, file="payments/2026/04/p.yaml", born=("a", 7, "")), [FIRST, MIDDLE], False),
        # cannot be read: another finding says so
        (touched("", 0, "", None), [FIRST], False),
    ],
)
def test_what_came_after_the_last_close_of_its_day_is_told(each: Touched, closings: list[Closing], told: bool) -> None:
    found = list(check_closed([each, each], closings, APRIL))
    assert [finding.file for finding in found] == ([each.file] if told else [])


def test_a_period_opened_again_by_hand_is_open() -> None:
    assert list(check_closed([touched("", 0, "")], [FIRST], date(2026, 2, 28))) == []


@pytest.mark.parametrize(("by_hand", "how"), [(True, "was changed by hand"), (False, "was added")])
def test_whose_change_it_was_is_told(by_hand: bool, how: str) -> None:
    (found,) = check_closed([touched("", 0, "")._replace(by_hand=by_hand)], [FIRST], APRIL)
    assert found.message == f"2026-03-20 lies in a closed period, and the file {how} after the books were closed through 2026-03-31"

from __future__ import annotations

from datetime import date

import pytest

from billcli.core.states import invoice_state

DUE = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("open_", "credited", "voided_on", "as_of", "expected"),
    [
        (100, 0, None, DUE, "open"),
        (60, 0, None, DUE, "partly paid"),
        (60, 0, None, date(2026, 4, 1), "overdue"),
        (0, 0, None, date(2026, 4, 1), "paid"),
        (0, 40, None, date(2026, 4, 1), "paid"),
        (0, 100, None, date(2026, 4, 1), "credited"),
        (0, 0, DUE, DUE, "void"),
        (100, 0, date(2026, 4, 2), date(2026, 4, 1), "overdue"),
    ],
)
def test_state_of_an_invoice_over_one_hundred(open_: int, credited: int, voided_on: date | None, as_of: date, expected: str) -> None:
    assert invoice_state(100, open_, credited, DUE, voided_on, as_of) == expected


def test_an_invoice_over_nothing_is_paid() -> None:
    assert invoice_state(0, 0, 0, DUE, None, date(2026, 5, 1)) == "paid"


@pytest.mark.parametrize(
    ("open_", "credited", "written_off", "expected"),
    [
        (0, 0, 100, "written off"),
        (0, 60, 40, "written off"),
        (0, 0, 1, "written off"),
        (0, 100, 0, "credited"),
        (10, 0, 90, "overdue"),
    ],
)
def test_what_was_given_up_as_bad_debt_says_so_once_nothing_is_open(open_: int, credited: int, written_off: int, expected: str) -> None:
    assert invoice_state(100, open_, credited, DUE, None, date(2026, 4, 1), written_off) == expected

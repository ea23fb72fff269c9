from __future__ import annotations

from datetime import date

import pytest

from billcli.core.states import invoice_state, oldest_open_due

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


def test_the_oldest_instalment_with_something_open_is_the_one_that_is_due() -> None:
    parts = [(date(2026, 1, 31), 0), (date(2026, 2, 28), 5), (date(2026, 3, 31), 9)]
    assert oldest_open_due(parts, date(2026, 1, 31)) == date(2026, 2, 28)
    assert oldest_open_due([(date(2026, 1, 31), 0)], date(2026, 1, 31)) == date(2026, 1, 31)

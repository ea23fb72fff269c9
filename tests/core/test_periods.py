from __future__ import annotations

from datetime import date

import pytest

from billcli.core.periods import period_days
from billcli.model.values import BadValue


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_period_has_its_first_and_last_day(text: str, first: date, last: date) -> None:
    assert period_days(text) == (first, last)


@pytest.mark.parametrize("text", ["26", "2026-13", "2026-00", "2026-Q5", "2026-1", "1899", "", "2026-03-01"])
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(BadValue):
        period_days(text)

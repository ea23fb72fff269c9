from __future__ import annotations

from calendar import monthrange
from datetime import date

import pytest

from billcli.core.dates import days_later, month_days, month_end, month_ends, months_later


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024, 2999])
def test_months_have_the_days_of_the_calendar(year: int) -> None:
    days = [monthrange(year, month)[1] for month in range(1, 13)]
    assert [month_days(year, month) for month in range(1, 13)] == days
    assert [month_end(year, month) for month in range(1, 13)] == [date(year, month, day) for month, day in enumerate(days, 1)]


def test_months_later_keeps_to_the_last_day_of_a_short_month() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert months_later(date(2025, 12, 31), 12) == months_later(date(2027, 12, 31), -12) == date(2026, 12, 31)


def test_month_ends_come_before_the_day_itself() -> None:
    assert month_ends(date(2026, 3, 31), 2) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert month_ends(date(2026, 3, 5), 1) == [date(2026, 2, 28), date(2026, 3, 5)]


def test_days_later_stays_within_the_calendar() -> None:
    assert days_later(date(2026, 2, 28), 1) == date(2026, 3, 1)
    assert days_later(date(2026, 3, 1), -1) == date(2026, 2, 28)
    assert (days_later(date(2026, 1, 1), 10**7), days_later(date(2026, 1, 1), -(10**7))) == (date.max, date.min)

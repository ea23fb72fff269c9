"""Credit settings that contradict themselves are named."""

from __future__ import annotations

import pytest

from billcli.core.checks.credit import check_credit_settings
from billcli.model.settings import Settings

GRADES = [{"grade": "A", "at_least": "60"}, {"grade": "B", "at_least": "0"}]


@pytest.mark.parametrize(
    ("credit", "words"),
    [
        ({}, None),
        ({"grades": GRADES, "weights": {"on_time": "60", "days_late": "25"}}, None),
        ({"weights": {"on_time": "60"}}, "the weights come to 110, not to 100"),
        ({"half_life": "29"}, "29 days are too short"),
        ({"grades": GRADES[:1]}, "no grade for a score below 60"),
        ({"grades": [*GRADES, {"grade": "B", "at_least": "20"}]}, "B stands twice"),
        ({"grades": [*GRADES, {"grade": "C", "at_least": "20"}]}, "B begins at 0, below C"),
        ({"grades": [{"grade": "A", "at_least": "0", "limit_least": "5.00", "limit_most": "4.00"}]}, "5.00 is more than limit_most, 4.00"),
        ({"overdue_limit": "5"}, "5 has 0 decimals; EUR has 2"),
    ],
)
def test_what_cannot_work_is_said(credit: dict[str, object], words: str | None) -> None:
    settings = Settings.model_validate(
        {"company": {"name": "Fjord"}, "currency": "EUR", "timezone": "Europe/Oslo", "sequences": (), "credit": credit}
    )
    found = [each.message for each in check_credit_settings(settings)]
    assert (not found) if words is None else any(words in each for each in found), found

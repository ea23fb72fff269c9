"""Credit settings that contradict themselves are named."""

from __future__ import annotations

import re

import pytest

from billcli.core.checks.credit import check_credit_settings
from billcli.model.settings import Settings
from billcli.store.read import read
from tests.support import PROJECT

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


def test_the_settings_on_the_page_can_be_copied() -> None:
    """What ``bill explain credit`` shows is understood, and nothing speaks against it."""
    text = (PROJECT / "billcli/explain/credit.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    head = "schema: ledger/1\ncompany:\n  name: F\ncurrency: EUR\ntimezone: UTC\nsequences: []\n"
    policies = (
        "dunning:\n  policies:\n    - {name: gentle, levels: [{level: 1, days: 9}]}\n    - {name: strict, levels: [{level: 1, days: 1}]}\n"
    )
    found = read((head + block + policies).encode(), "ledger.yaml")
    assert isinstance(found.entity, Settings), found.problems
    assert [*check_credit_settings(found.entity)] == []

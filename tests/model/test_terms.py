from __future__ import annotations

from datetime import date

import pytest

from billcli.model.terms import parse_terms, terms_text
from billcli.model.values import BadValue


@pytest.mark.parametrize(
    ("text", "issued_on", "due_on"),
    [
        ("net 30", date(2026, 3, 14), date(2026, 4, 13)), ("net 0", date(2026, 3, 14), date(2026, 3, 14)),
        ("on receipt", date(2026, 3, 14), date(2026, 3, 14)), ("net 1", date(2024, 2, 28), date(2024, 2, 29)),
        ("net 14", date(2026, 12, 25), date(2027, 1, 8)), ("net 999", date(2999, 12, 31), date(3002, 9, 26)),
    ],
)  # fmt: skip
def test_due_date_counts_days_from_the_day_of_issue(text: str, issued_on: date, due_on: date) -> None:
    assert parse_terms(text).due_on(issued_on) == due_on
    assert terms_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "net",
        "net30",
        "Net 30",
        "net 30 days",
        "net 1000",
        "net -1",
        "net 30\n",
        " net 30",
        "net ３０",
        "on Receipt",
        "soon",
    ],
)
def test_terms_that_are_not_understood_are_refused(text: str) -> None:
    with pytest.raises(BadValue) as caught:
        terms_text(text)
    assert caught.value.code == "E214"
    assert "net 30" in caught.value.hint

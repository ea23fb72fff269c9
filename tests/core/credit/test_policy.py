"""What follows from a grade: its terms with discount and deposit."""

from __future__ import annotations

from typing import Any

import pytest

from billcli.core.credit.policy import deposit_missing, terms_of
from billcli.core.credit.rules import GradeRule


def grade(**more: Any) -> GradeRule:
    return GradeRule("A", 85.0)._replace(**more)


@pytest.mark.parametrize(
    ("rule", "company", "terms"),
    [
        (grade(), "net 30", None),
        (grade(discount="0", deposit="0"), "net 30", None),
        (grade(terms="net 45"), "net 30", "net 45"),
        (grade(discount="2"), "net 30", "2% 10, net 30"),
        (grade(discount="2.5", discount_days=8, terms="net 45"), "net 30", "2.5% 8, net 45"),
        (grade(discount="2", terms="3% 14, net 45"), "net 30", "3% 14, net 45"),
        (grade(deposit="50"), "net 30", "50% now, rest net 30"),
        (grade(deposit="50"), "net 30, following NO", "50% now, rest net 30, following NO"),
        (grade(deposit="30"), "2% 10, eom then net 10", "2% 10, 30% now, rest eom then net 10"),
        (grade(deposit="30", discount="1"), "net 30", "1% 10, 30% now, rest net 30"),
        (grade(deposit="100"), "net 30", "now"),
        (grade(deposit="50"), "on receipt", "on receipt"),
        (grade(deposit="50", terms="20% now, rest net 60"), "net 30", "20% now, rest net 60"),
        (grade(deposit="50", terms="100% net 60"), "net 30", "100% net 60"),
        (grade(discount="2"), "by 2026-12-31", "2% 10, by 2026-12-31"),
    ],
)
def test_the_terms_of_a_grade(rule: GradeRule, company: str, terms: str | None) -> None:
    assert terms_of(rule, company) == terms


@pytest.mark.parametrize(
    ("deposit", "terms", "missing"),
    [
        ("50", "net 30", "50"),
        ("50", "50% now, rest net 30", None),
        ("50", "1/3 now, rest net 30", "50"),
        ("33.333333", "1/3 now, rest net 30", None),
        ("50", "now", None),
        ("0", "net 30", None),
        (None, "net 30", None),
    ],
)
def test_a_deposit_is_missing_where_less_is_due_at_once(deposit: str | None, terms: str, missing: str | None) -> None:
    assert deposit_missing(grade(deposit=deposit), terms) == missing

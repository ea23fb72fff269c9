from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.app.wording import language
from billcli.core.recurring import Period
from billcli.core.recurring_texts import PLACEHOLDERS, check_placeholders, filled, period_name, values
from billcli.model.values import BadValue


def period(first: str, last: str) -> Period:
    days = date.fromisoformat(first), date.fromisoformat(last)
    return Period(*days, *days)


@pytest.mark.parametrize(
    ("code", "first", "last", "expected"),
    [
        ("en", "2026-03-01", "2026-03-31", "March 2026"),
        ("de", "2026-03-01", "2026-03-31", "März 2026"),
        ("zh-CN", "2026-03-01", "2026-03-31", "2026年3月"),
        ("en", "2026-04-01", "2026-06-30", "Q2 2026"),
        ("de", "2026-04-01", "2026-06-30", "Q2 2026"),
        ("zh-CN", "2026-04-01", "2026-06-30", "2026年第2季度"),
        ("en", "2024-01-01", "2024-12-31", "2024"),
        ("en", "2026-02-01", "2026-04-30", "1 Feb – 30 Apr 2026"),
        ("de", "2026-01-17", "2026-01-31", "17.–31. Jan. 2026"),
        ("zh-CN", "2025-12-17", "2026-01-16", "2025年12月17日至2026年1月16日"),
        ("xx", "2026-03-01", "2026-03-31", "March 2026"),
        (None, "2026-03-01", "2026-03-31", "March 2026"),
    ],
)
def test_a_period_has_its_name_in_the_language_of_the_customer(code: str | None, first: str, last: str, expected: str) -> None:
    assert period_name(period(first, last), language(code)) == expected


def test_every_placeholder_is_filled() -> None:
    said = values(period("2026-03-15", "2026-04-14"), language("de"))
    assert set(said) == set(PLACEHOLDERS)
    text = filled("{{Wartung}} {month} {year}: {from} bis {until} ({period})", said)
    assert text == "{Wartung} März 2026: 15. März 2026 bis 14. April 2026 (15. März – 14. Apr. 2026)"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("Hosting {monat}", '"{monat}" stands for nothing', 'did you mean "month"?'),
        ("Hosting {}", '"{}" stands for nothing', "known: {period}, {from}, {until}, {month}, {year}"),
        ("Hosting { period }", '"{ period }" stands for nothing', 'did you mean "period"?'),
        ("Hosting {period", 'a "{" that nothing closes', "write {{ where a brace is meant"),
        ("Hosting period}", 'a "}" that closes nothing', "write }} where a brace is meant"),
        ("{period.__class__}", '"{period.__class__}" stands for nothing', ""),
        ("{year:>99999999}", '"{year:>99999999}" stands for nothing', ""),
    ],
)
def test_anything_else_in_braces_is_an_error_that_names_it(text: str, message: str, hint: str) -> None:
    with pytest.raises(BadValue) as found:
        check_placeholders(text)
    assert found.value.code == "E693"
    assert found.value.message.endswith(message)
    assert hint in found.value.hint


@given(st.text(max_size=60))
def test_doubled_braces_give_any_text_back(text: str) -> None:
    assert filled(text.replace("{", "{{").replace("}", "}}"), {}) == text


def test_english_days_are_written_as_on_paper_with_the_month_first_only_for_a_company_in_the_united_states() -> None:
    few = period("2026-02-01", "2026-04-30")
    assert period_name(few, language("en", "DE")) == "1 Feb – 30 Apr 2026"
    assert period_name(few, language("en", "US")) == "Feb 1 – Apr 30, 2026"
    assert language("en", "DE").day(few.begins_on) == "1 February 2026"

from __future__ import annotations

import sys
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core import calendars
from billcli.core.calendars import Calendars, MissingPackage
from billcli.core.checks.documents import check_document
from billcli.core.due_dates import Discount, Due, printed, schedule, shares
from billcli.errors import BillError
from billcli.model.calendar import Calendar
from billcli.model.money import Money
from billcli.model.terms import LONGEST, Net, Part, Terms, parse_terms
from tests.core.master import D, settings

NONE = Calendars()


def day(text: str) -> date:
    return date.fromisoformat(text)


def due(text: str, issued_on: str, gross: int = 100_000, declared: Calendars = NONE) -> list[tuple[str, int]]:
    return [(str(on), amount) for on, amount in schedule(parse_terms(text), day(issued_on), gross, declared).instalments]


def test_early_payment_within_ten_days_ends_on_the_tenth() -> None:
    """2/10 net 30, as the trade writes it: the last row of the table of domain."""
    found = schedule(parse_terms("2% 10, net 30"), day("2026-11-21"), 119_000, NONE)
    assert found.discount == Discount(day("2026-12-01"), D(2))
    assert found.instalments == (Due(day("2026-12-21"), 119_000),)


def test_the_last_instalment_takes_the_rest() -> None:
    thirds = "1/3 now, 1/3 net 30, 1/3 net 60"
    assert due(thirds, "2026-11-21", 100_000) == [("2026-11-21", 33_333), ("2026-12-21", 33_333), ("2027-01-20", 33_334)]


@pytest.mark.parametrize(
    ("text", "gross", "amounts"),
    [
        ("30% now, 70% net 60", 100_001, [30_000, 70_001]),
        ("50% now, 50% net 30", 1001, [501, 500]),  # half-up
        ("50% now, 50% net 30", 1, [1]),  # half-up takes all; what is left is no part
        ("1/3 now, 1/3 net 30, 1/3 net 60", 1, [1]),
        ("1/3 now, 1/3 net 30, 1/3 net 60", 2, [1, 1]),
        ("1/2 now, 1/4 net 1, 1/4 net 2", 3, [2, 1]),  # 1.5 up to 2, 0.75 up to 1, and nothing is left
        ("0.000001% now, rest net 30", 100_000, [100_000]),
    ],
)
def test_each_part_is_rounded_half_up_and_parts_of_nothing_are_left_out(text: str, gross: int, amounts: list[int]) -> None:
    assert [amount for _, amount in due(text, "2026-03-14", gross)] == amounts


def test_parts_stand_in_the_order_of_their_dates_though_the_last_written_takes_the_rest() -> None:
    assert due("1/3 net 60, 1/3 net 30, 1/3 now", "2026-03-14", 100) == [("2026-03-14", 34), ("2026-04-13", 33), ("2026-05-13", 33)]


def test_parts_due_on_one_day_are_one_instalment() -> None:
    assert due("30% now, 30% net 17, rest eom", "2026-03-14", 1000) == [("2026-03-14", 300), ("2026-03-31", 700)]
    assert shares(parse_terms("30% now, 30% net 17, rest eom"), day("2026-03-14"), NONE) == {
        day("2026-03-14"): Fraction(3, 10), day("2026-03-31"): Fraction(7, 10),
    }  # fmt: skip


def test_nothing_to_pay_is_one_instalment_over_nothing() -> None:
    assert due("30% now, rest net 30", "2026-03-14", 0) == [("2026-04-13", 0)]


SOME_SHARES = st.lists(st.fractions(min_value=0, max_value=1, max_denominator=999).filter(bool), min_size=1, max_size=8)


@given(
    SOME_SHARES,
    st.lists(st.integers(0, 40), min_size=8, max_size=8),
    st.integers(1, 10**15),
    st.sampled_from(["JPY", "EUR", "KWD"]),
)
def test_instalments_add_up_to_the_gross(weights: list[Fraction], days: list[int], gross: int, currency: str) -> None:
    whole = sum(weights)
    terms = Terms(tuple(Part(weight / whole, Net(net)) for weight, net in zip(weights, days, strict=False)))
    issued_on = day("2026-03-14")
    found = schedule(terms, issued_on, gross, NONE).instalments
    assert sum(each.amount for each in found) == gross
    assert all(each.amount > 0 for each in found)
    assert [each.due_on for each in found] == sorted({each.due_on for each in found})
    assert found[0].due_on >= issued_on
    assert sum((Money(each.amount, currency).amount for each in found), Decimal(0)) == Money(gross, currency).amount


@given(SOME_SHARES, st.integers(1, 10**15))
def test_no_part_but_the_last_is_further_than_half_a_cent_from_its_share(weights: list[Fraction], gross: int) -> None:
    whole = sum(weights)
    terms = Terms(tuple(Part(weight / whole, Net(at)) for at, weight in enumerate(weights)))
    amounts = {each.due_on: each.amount for each in schedule(terms, day("2026-03-14"), gross, NONE).instalments}
    left = gross
    for at, part in enumerate(terms.parts[:-1]):
        amount = amounts.get(day("2026-03-14") + timedelta(at), 0)
        assert abs(amount - part.share * gross) <= Fraction(1, 2) or amount == left
        left -= amount


def test_printed_fields_are_those_of_a_document() -> None:
    fields = printed("2% 10, 30% now, rest net 60", day("2026-03-14"), 1_001, "JPY", NONE)
    assert fields["instalments"] == ({"due_on": day("2026-03-14"), "amount": D(300)}, {"due_on": day("2026-05-13"), "amount": D(701)})
    assert fields["discount"] == {"until": day("2026-03-24"), "percent": D(2)}
    assert printed("net 30", day("2026-03-14"), 1_001, "KWD", NONE) == {
        "instalments": ({"due_on": day("2026-04-13"), "amount": D("1.001")},), "discount": None,
    }  # fmt: skip


# days that cannot be


def test_a_fixed_day_before_the_issue_is_refused() -> None:
    assert due("by 2026-03-14", "2026-03-14") == [("2026-03-14", 100_000)]
    with pytest.raises(BillError, match="due by 2026-03-13, before the day of issue, 2026-03-14"):
        due("30% now, 70% by 2026-03-13", "2026-03-14")


def test_days_that_no_file_can_hold_are_refused() -> None:
    with pytest.raises(BillError, match="the terms reach 3000-01-30, beyond the year 2999"):
        due("net 30", "2999-12-31")
    with pytest.raises(BillError, match="the terms reach 3000-01-10, beyond the year 2999"):
        due("2% 10, by 2999-12-31", "2999-12-31")


# working days


@pytest.mark.parametrize(
    ("due_on", "shift", "expected"),
    [
        ("2026-05-31", "following DE", "2026-06-01"),
        ("2026-05-31", "preceding DE", "2026-05-29"),
        ("2026-05-31", "modified following DE", "2026-05-29"),
        ("2026-05-30", "modified following DE", "2026-05-29"),
        ("2026-05-23", "modified following DE", "2026-05-26"),  # Whit Monday between
        ("2026-12-25", "following DE", "2026-12-28"),
        ("2026-12-25", "following de", "2026-12-28"),
        ("2026-03-06", "following DE", "2026-03-06"),
        ("2027-03-08", "following DE", "2027-03-08"),
        ("2027-03-08", "following DE-BE", "2027-03-09"),  # Women's Day in Berlin alone
        ("2026-10-01", "following CN", "2026-10-08"),
        ("2026-10-10", "following CN", "2026-10-10"),  # a Saturday, worked
        ("2026-10-11", "preceding CN", "2026-10-10"),
        # beyond the years announced: the festivals that can be computed, then weekends
        ("2029-10-01", "following CN", "2029-10-04"),
        ("2150-12-25", "following DE", "2150-12-25"),
        ("2150-12-26", "following DE", "2150-12-28"),
    ],
)
def test_due_dates_move_to_a_working_day(due_on: str, shift: str, expected: str) -> None:
    assert due(f"by {due_on}, {shift}", "2026-01-02") == [(expected, 100_000)]


def test_the_last_day_of_a_discount_does_not_move() -> None:
    found = schedule(parse_terms("2% 10, net 30, following DE"), day("2026-05-21"), 1, NONE)
    assert found == ((Due(day("2026-06-22"), 1),), Discount(day("2026-05-31"), D(2)))


def test_a_shift_backwards_ends_at_the_day_of_issue() -> None:
    assert due("on receipt, preceding DE", "2026-05-31") == [("2026-05-31", 100_000)]
    assert due("on receipt, modified following DE", "2026-05-31") == [("2026-05-31", 100_000)]


def test_parts_that_move_to_one_day_are_one_instalment() -> None:
    assert due("40% by 2026-05-30, 40% by 2026-05-31, rest net 60, following DE", "2026-05-01", 100) == [
        ("2026-06-01", 80),
        ("2026-06-30", 20),
    ]


PLANT = Calendar.model_validate(
    {"name": "Plant", "country": "DE-BE", "holidays": ["2026-12-28", "2026-12-24"], "workdays": ["2026-12-27", "2026-12-25"]}
)
PLAIN = Calendar.model_validate({"name": "plain", "holidays": ["2026-03-16"]})


@pytest.mark.parametrize(
    ("due_on", "calendar", "expected"),
    [
        ("2026-12-24", "plant", "2026-12-25"),  # own holiday, own work day on a holiday of the country
        ("2026-12-26", "PLANT", "2026-12-27"),  # Saturday and Boxing Day; own work day on a Sunday
        ("2026-12-28", "plant", "2026-12-29"),
        ("2027-03-08", "plant", "2027-03-09"),  # the country's own
        ("2026-03-14", "plain", "2026-03-17"),  # without a country: Saturday, Sunday and what it says
        ("2026-12-25", "plain", "2026-12-25"),
    ],
)
def test_what_a_declared_calendar_says_goes_before_the_country(due_on: str, calendar: str, expected: str) -> None:
    assert due(f"by {due_on}, following {calendar}", "2026-01-02", declared=Calendars([PLANT, PLAIN])) == [(expected, 100_000)]


def test_a_declared_calendar_hides_a_country_of_its_name() -> None:
    own = Calendars([Calendar.model_validate({"name": "DE"})])
    assert due("by 2026-12-25, following DE", "2026-01-02", declared=own) == [("2026-12-25", 100_000)]


@pytest.mark.parametrize(
    ("calendar", "hint"),
    [
        ("plnt", 'did you mean "Plant"?'),
        ("QQ", "declare it under calendars: in ledger.yaml, or name a country such as DE or DE-BE"),
        ("DE-QQ", "declare it under calendars: in ledger.yaml, or name a country such as DE or DE-BE"),
        ("Germany", "declare it under calendars: in ledger.yaml, or name a country such as DE or DE-BE"),
    ],
)
def test_a_calendar_that_does_not_exist_is_refused(calendar: str, hint: str) -> None:
    with pytest.raises(BillError) as caught:
        due(f"net 30, following {calendar}", "2026-01-02", declared=Calendars([PLANT]))
    assert (caught.value.message, caught.value.hint) == (f'there is no calendar "{calendar}"', hint)


def test_a_country_without_its_package_names_the_extra() -> None:
    calendars._country.cache_clear()
    with mock.patch.dict(sys.modules, {"holidays": None}), pytest.raises(MissingPackage) as caught:
        due("net 30, following DE", "2026-01-02")
    assert caught.value.message == 'the calendar "DE" needs the package holidays'
    assert 'pip install "billcli[calendars]"' in caught.value.hint
    with mock.patch.dict(sys.modules, {"holidays": None}):
        assert due("by 2026-03-14, following plain", "2026-01-02", declared=Calendars([PLAIN])) == [("2026-03-17", 100_000)]


def test_a_calendar_without_working_days_is_refused_and_not_searched_for_ever() -> None:
    class Never:
        def is_working_day(self, calendar: str, day: date) -> bool:
            return False

    with pytest.raises(BillError, match='the calendar "never" has no working day within a year of 2026-02-01'):
        schedule(parse_terms("net 30, following never"), day("2026-01-02"), 1, Never())


def test_check_finds_calendars_that_contradict_themselves() -> None:
    said = settings(
        calendars=[
            {"name": "plant", "holidays": ["2026-12-24"], "workdays": ["2026-12-24"]},
            {"name": "Plant"},
        ]
    )
    found = [(each.code, each.message) for each in check_document("ledger", said)]
    assert ("E402", "calendars[0].workdays: 2026-12-24 is among its holidays too") in found
    assert any(code == "E402" and message.startswith("calendars[1].name") for code, message in found)


@pytest.mark.parametrize("country", ["Germany", "de", "QQ", "DE-", "DE-BE-1"])
def test_the_country_of_a_calendar_is_a_code(country: str) -> None:
    with pytest.raises(ValueError, match="is not a country"):
        Calendar.model_validate({"name": "plant", "country": country})


def test_terms_as_long_as_they_may_be_are_understood() -> None:
    text = ", ".join(f"1/23 net {each}" for each in range(10, 33))
    assert len(text) <= LONGEST
    assert len(due(text, "2026-01-02")) == 23

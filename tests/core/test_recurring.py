from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.recurring import (
    Every,
    Period,
    Rhythm,
    begins_a_period,
    caught_up,
    draft_id,
    due_on,
    due_periods,
    external_id,
    misfit,
    newest_due,
    parse_every,
    period_of,
    periods,
)
from billcli.core.recurring_invoice import part_of
from billcli.model.values import BadValue

DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def rhythm(every: str, starts: str, anchor: str = "", ends: str = "", *, in_advance: bool = True) -> Rhythm:
    return Rhythm(parse_every(every), day(anchor or starts), day(starts), day(ends) if ends else None, in_advance)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("week", Every(0, 7)),
        ("1 week", Every(0, 7)),
        ("2 weeks", Every(0, 14)),
        ("13 weeks", Every(0, 91)),
        ("month", Every(1, 0)),
        ("3 months", Every(3, 0)),
        ("quarter", Every(3, 0)),
        ("2 quarters", Every(6, 0)),
        ("year", Every(12, 0)),
        ("10 years", Every(120, 0)),
    ],
)
def test_every_says_how_long_a_period_is(text: str, expected: Every) -> None:
    assert parse_every(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "monthly", "day", "30 days", "0 months", "-1 months", "1.5 months", "months", "02 weeks", "2  weeks", " month", "month ", "2weeks",
     "11 years", "121 months", "999999999999 weeks", "٣ months", "2 Months", "weeks 2", "a month", "1 1 month"],
)  # fmt: skip
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(BadValue, match="is no period") as found:
        parse_every(text)
    assert found.value.code == "E690"


@pytest.mark.parametrize(
    ("every", "starts", "anchor", "expected"),
    [
        ("month", "2025-12-31", "", ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("month", "2024-01-30", "", ["2024-01-30", "2024-02-29", "2024-03-30"]),
        ("month", "2026-11-15", "", ["2026-11-15", "2026-12-15", "2027-01-15"]),
        ("year", "2024-02-29", "", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("quarter", "2025-11-30", "", ["2025-11-30", "2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30"]),
        ("quarter", "2026-02-10", "2026-04-01", ["2026-02-10", "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"]),
        ("2 weeks", "2025-12-22", "", ["2025-12-22", "2026-01-05", "2026-01-19"]),
        ("week", "2026-12-30", "2026-12-28", ["2026-12-30", "2027-01-04", "2027-01-11"]),
        ("month", "2026-01-17", "2026-02-01", ["2026-01-17", "2026-02-01", "2026-03-01"]),
        ("month", "2026-01-17", "2026-04-01", ["2026-01-17", "2026-02-01", "2026-03-01"]),
        ("month", "2026-01-17", "2025-05-31", ["2026-01-17", "2026-01-31", "2026-02-28", "2026-03-31"]),
        ("month", "2026-02-01", "2026-02-01", ["2026-02-01", "2026-03-01"]),
        ("3 months", "2026-01-31", "", ["2026-01-31", "2026-04-30", "2026-07-31"]),
    ],
)
def test_first_days_keep_to_the_anchor(every: str, starts: str, anchor: str, expected: list[str]) -> None:
    found = islice(periods(rhythm(every, starts, anchor)), len(expected))
    assert [str(each.begins_on) for each in found] == expected


def test_a_part_at_the_start_and_at_the_end_belongs_to_a_full_period() -> None:
    first, second, last = periods(rhythm("month", "2026-01-17", "2026-02-01", "2026-03-10"))
    assert first == Period(day("2026-01-17"), day("2026-01-31"), day("2026-01-01"), day("2026-01-31"))
    assert (first.is_part, first.days, first.full_days) == (True, 15, 31)
    assert (second.is_part, second.days) == (False, 28)
    assert (last.days, last.full_days, last.ends_on) == (10, 31, day("2026-03-10"))


def test_an_end_on_the_last_day_of_a_period_leaves_it_whole() -> None:
    *_, last = periods(rhythm("month", "2026-01-01", ends="2026-03-31"))
    assert not last.is_part
    assert [*periods(rhythm("month", "2026-01-01", ends="2025-12-31"))] == []


def test_in_advance_is_due_on_the_first_day_and_in_arrears_after_the_last() -> None:
    ahead, after = rhythm("month", "2026-01-31"), rhythm("month", "2026-01-31", in_advance=False)
    assert [str(due_on(each, ahead)) for each in islice(periods(ahead), 3)] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert [str(due_on(each, after)) for each in islice(periods(after), 3)] == ["2026-02-28", "2026-03-31", "2026-04-30"]
    assert [str(each.begins_on) for each in due_periods(after, day("2026-03-30"))] == ["2026-01-31"]
    assert newest_due(ahead, day("2026-01-30")) is None
    assert newest_due(ahead, day("2026-03-30")) == day("2026-02-28")


def test_a_day_begins_a_period_or_does_not() -> None:
    found = rhythm("month", "2026-01-17", "2026-01-31", "2026-02-10")
    assert [str(each) for each in (day("2026-01-01") + DAY * n for n in range(100)) if begins_a_period(found, each)] == [
        "2026-01-17", "2026-01-31", "2026-02-28", "2026-03-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("found", "begins_on", "ends_on", "why"),
    [
        (rhythm("month", "2026-01-01"), "2026-03-01", "2026-03-31", ""),
        (rhythm("month", "2026-01-01"), "2026-03-01", "", ""),
        (rhythm("month", "2026-01-17", "2026-02-01"), "2026-01-17", "2026-01-31", ""),
        (rhythm("month", "2026-01-01", ends="2026-03-10"), "2026-03-01", "2026-03-10", ""),
        (rhythm("month", "2026-01-01", ends="2026-03-05"), "2026-03-01", "2026-03-10", ""),
        (rhythm("month", "2026-01-01", ends="2026-02-28"), "2026-03-01", "2026-03-31", ""),
        (rhythm("month", "2026-01-01"), "2026-03-15", "2026-04-14", "none begins then any more"),
        (rhythm("month", "2026-01-01"), "2026-01-01", "2026-03-31", "that period ends on 2026-01-31 now"),
        (rhythm("month", "2026-01-15", "2026-02-01"), "2026-01-15", "2026-02-14", "that period ends on 2026-01-31 now"),
        (rhythm("quarter", "2026-01-01"), "2026-01-01", "2026-01-31", "that period goes on through 2026-03-31 now"),
        (rhythm("month", "2026-01-01"), "2026-03-01", "2026-03-10", "that period goes on through 2026-03-31 now"),
        (rhythm("month", "2026-01-01", ends="2026-03-20"), "2026-03-01", "2026-03-10", "that period goes on through 2026-03-20 now"),
    ],
)
def test_what_was_made_fits_the_rhythm_by_both_its_days(found: Rhythm, begins_on: str, ends_on: str, why: str) -> None:
    said = misfit(found, day(begins_on), day(ends_on) if ends_on else None)
    assert (said or "").endswith(why)
    assert bool(said) == bool(why)


A, B, C, E = (Period(day(f"2026-0{n}-01"), day(f"2026-0{n}-28"), day(f"2026-0{n}-01"), day(f"2026-0{n}-28")) for n in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("missing", "newest", "catch_up", "expected"),
    [
        ([], "2026-04-01", 3, []),
        ([E], "2026-04-01", 3, [E]),
        ([B, C, E], "2026-04-01", 2, [B, C, E]),
        ([A, B, C, E], "2026-04-01", 2, [A, B]),
        ([A, B, C], "2026-04-01", 2, [A, B]),
        ([A, B], "2026-04-01", 2, [A, B]),
        ([A, B, E], "2026-04-01", 0, [E]),
        ([A, B], "2026-04-01", 0, []),
    ],
)
def test_missed_periods_come_first_and_within_their_bound(
    missing: list[Period], newest: str, catch_up: int, expected: list[Period]
) -> None:
    assert caught_up(missing, day(newest), catch_up) == expected


def test_a_period_has_one_name() -> None:
    assert external_id("hosting", day("2026-01-31")) == "recurring:hosting@2026-01-31"
    assert period_of("recurring:hosting@2026-01-31") == ("hosting", day("2026-01-31"))
    for other in ("order-4711", "recurring:hosting", "recurring:@2026-01-31", "recurring:hosting@2026-02-30", "recurring:hosting@20260131"):
        assert period_of(other) is None
    assert draft_id("hosting", day("2026-01-31")) == "hosting-2026-01-31"
    long = [draft_id("a" * 60 + end, day("2026-01-31")) for end in "xy"]
    assert len(set(long)) == 2
    assert max(map(len, long)) <= 64


days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
everies = st.one_of(
    st.builds(lambda n: f"{n} weeks", st.integers(1, 120)),
    st.builds(lambda n: f"{n} months", st.integers(1, 120)),
    st.sampled_from(["month", "quarter", "year", "week"]),
)


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    starts = draw(days)
    anchor = starts + timedelta(days=draw(st.integers(-800, 800)))
    ends = draw(st.none() | st.builds(lambda n: starts + timedelta(days=n), st.integers(0, 3000)))
    return Rhythm(parse_every(draw(everies)), anchor, starts, ends, draw(st.booleans()))


@given(rhythms())
def test_periods_tile_time_without_gap_or_overlap(found: Rhythm) -> None:
    every = [*islice(periods(found), 60)]
    assert every[0].begins_on == found.starts_on
    for earlier, each in pairwise(every):
        assert each.begins_on == earlier.ends_on + DAY
        assert due_on(each, found) > due_on(earlier, found)
    for each in every:
        assert each.full_begins_on <= each.begins_on <= each.ends_on <= each.full_ends_on
        assert begins_a_period(found, each.begins_on)
        assert misfit(found, each.begins_on, each.ends_on) is None
    assert sum(each.is_part for each in every[1:-1]) == 0
    if found.ends_on and len(every) < 60:
        assert every[-1].ends_on == found.ends_on


@given(rhythms(), st.integers(1, 28))
def test_a_day_that_each_month_has_stays_the_first_day_of_all(found: Rhythm, first: int) -> None:
    kept = found._replace(every=parse_every("month"), anchor=found.anchor.replace(day=first))
    assert {each.begins_on.day for each in islice(periods(kept), 1, 40)} <= {first}


@given(st.integers(0, 10**12), days, st.sampled_from(["month", "2 weeks", "quarter", "year"]), st.data())
def test_parts_of_a_period_add_up_to_the_whole_however_it_is_cut(amount: int, starts: date, every: str, data: st.DataObject) -> None:
    whole = next(periods(Rhythm(parse_every(every), starts, starts)))
    inner = [whole.begins_on + DAY * n for n in range(1, whole.days)]
    cuts = sorted(data.draw(st.sets(st.sampled_from(inner), max_size=6)))
    edges = [whole.begins_on, *cuts, whole.ends_on + DAY]
    parts = [Period(first, after - DAY, whole.begins_on, whole.ends_on) for first, after in pairwise(edges)]
    assert sum(part_of(amount, each) for each in parts) == amount
    for each in parts:
        assert abs(part_of(amount, each) * whole.days - amount * each.days) <= whole.days, "never more than one unit from its share"


@given(rhythms(), st.integers(0, 700), st.integers(0, 6), st.data())
def test_running_every_day_makes_what_one_run_at_the_end_makes(found: Rhythm, length: int, catch_up: int, data: st.DataObject) -> None:
    """Once the last run has caught up; nothing is made twice on the way, nor by a second run on a day."""
    last = found.starts_on + timedelta(days=length)
    outages = data.draw(st.sets(st.integers(0, length), max_size=10))
    daily: set[date] = set()

    def run(made: set[date], on: date, most: int) -> list[date]:
        missing = [each for each in due_periods(found, on) if each.begins_on not in made]
        now = [each.begins_on for each in caught_up(missing, newest_due(found, on), most)]
        assert not made.intersection(now)
        assert len(now) <= most + 1
        made.update(now)
        return now

    for n in range(0, length + 1, 5):
        on = found.starts_on + timedelta(days=n)
        if n not in outages:
            run(daily, on, catch_up)
    at_the_end: set[date] = set()
    while run(at_the_end, last, max(catch_up, 1)):
        pass
    while run(daily, last, max(catch_up, 1)):
        pass
    assert daily == at_the_end == {each.begins_on for each in due_periods(found, last)}
    assert run(daily, last, catch_up) == []

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billcli.model.sequence import SplitNumber, check_pattern, head_for, head_matches, number_for, split_number
from billcli.model.values import BadValue, parse_id

PATTERNS = (
    "INV-{year}-{n}",
    "{year}/{n}".replace("/", "_"),
    "INV-B-{year}-{month}-{n}",
    "{n}",
    "R.{n:1}",
    "X-{year}.{month}_{n:9}",
    "CN{n:6}",
)
LITERAL = st.text(alphabet="ABCxyz0123._-", max_size=8)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31))


@st.composite
def patterns(draw: st.DrawFn) -> str:
    period = draw(st.sampled_from(["", "{year}", "{year}-{month}", "{month}.{year}", "{year}{month}"]))
    pattern = draw(LITERAL) + period + draw(LITERAL) + draw(st.sampled_from(["{n}", "{n:1}", "{n:3}", "{n:9}"]))
    try:
        return check_pattern(pattern)
    except BadValue:
        assume(False)
        raise


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_ends_in_the_counter(pattern: str) -> None:
    assert check_pattern(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "does not end with {n}"), ("INV", "does not end with {n}"), ("INV-{year}", "does not end with {n}"),
        ("{n}-INV", "does not end with {n}"), ("{n}-{n}", "does not end with {n}"),
        ("INV-{n}}", "does not end with {n}"),
        ("{n}{year}", "does not end with {n}"), ("INV-{n} ", "does not end with {n}"),
        ("INV-{day}-{n}", "holds {day}"), ("INV-{}{n}", "holds {}"), ("INV-{n:0}", "holds {n:0}"),
        ("INV-{n:10}", "holds {n:10}"),
        ("INV-{N}", "holds {N}"), ("{year:2}-{n}", "holds {year:2}"),
        ("INV-{month}-{n}", "{month} without {year}"),
        ("INV-{year}{n}", "a digit right before {n}"), ("{year}-{month}{n}", "a digit right before {n}"),
        ("A1{n}", "a digit right before {n}"),
        ("../{n}", "cannot be file names"), ("a b-{n}", "cannot be file names"), ("-{n}", "cannot be file names"),
        ("É{n}", "cannot be file names"), ("com{n:1}", "cannot be file names"), ("con.{n}", "cannot be file names"),
        ("{{year}}-{n}", "cannot be file names"), ("IN{V-{n}", "cannot be file names"),
        ("x" * 63 + "{n}", "cannot be file names"),
    ],
)  # fmt: skip
def test_pattern_that_cannot_work_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(BadValue) as caught:
        check_pattern(pattern)
    assert caught.value.code == "E219"
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("pattern", "n", "number"),
    [
        ("INV-{year}-{n}", 42, "INV-2026-0042"), ("INV-{year}-{n}", 12345, "INV-2026-12345"), ("R{n:1}", 7, "R7"),
        ("R{n:6}", 7, "R000007"), ("{year}-{month}-{n:2}", 3, "2026-03-03"), ("{n}", 1, "0001"),
    ],
)  # fmt: skip
def test_number_is_head_and_counter(pattern: str, n: int, number: str) -> None:
    assert number_for(pattern, date(2026, 3, 14), n) == number


@pytest.mark.parametrize(
    ("number", "split"),
    [
        ("INV-2026-0042", SplitNumber("INV-2026-", 42, 4)), ("0001", SplitNumber("", 1, 4)),
        ("A", SplitNumber("A", None, 0)),
        ("7-A", SplitNumber("7-A", None, 0)), ("A-" + "1" * 15, SplitNumber("A-", int("1" * 15), 15)),
        ("A-" + "1" * 16, SplitNumber("A-" + "1" * 16, None, 0)), ("", SplitNumber("", None, 0)),
        ("A-٣", SplitNumber("A-٣", None, 0)),
    ],
)  # fmt: skip
def test_number_splits_before_its_last_digits(number: str, split: SplitNumber) -> None:
    assert split_number(number) == split


@given(patterns(), DAYS, st.integers(min_value=1, max_value=10**15 - 1))
def test_split_undoes_number_for(pattern: str, day: date, n: int) -> None:
    number = number_for(pattern, day, n)
    split = split_number(number)
    assert (split.head, split.n) == (head_for(pattern, day), n)
    assert head_matches(pattern, split.head)
    assert parse_id(number) == number


@given(patterns(), DAYS, DAYS)
def test_head_is_the_period_of_the_pattern(pattern: str, one: date, other: date) -> None:
    same_year = "{year}" not in pattern or one.year == other.year
    same_month = "{month}" not in pattern or one.month == other.month
    assert (head_for(pattern, one) == head_for(pattern, other)) is (same_year and same_month)


@pytest.mark.parametrize("head", ["INV-2026-13-", "INV-26-01-", "INV-2026-01", "inv-2026-01-", "INV-２０２６-01-", "INV-2026-01-\n", ""])
def test_head_of_another_pattern_does_not_match(head: str) -> None:
    assert not head_matches("INV-{year}-{month}-{n}", head)

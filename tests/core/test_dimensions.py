"""Dimensions by name and level, regions as paths, periods, and the bands of amounts."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.core.dimensions import Dimension, ancestors, bands_of, is_within, label, parse_dimension, parse_dimensions, period
from billcli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [("segment", Dimension("segment")), ("region", Dimension("region")), ("region:1", Dimension("region", 1)), ("tag", Dimension("tag"))],
)
def test_dimension_is_read_with_its_level(text: str, expected: Dimension) -> None:
    assert parse_dimension(text) == expected
    assert expected.text == text


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("segmnt", "segmnt", 'did you mean "segment"?'),
        ("qqq", "qqq", "use one of: customer, industry"),
        ("segment:1", "segment:1", "a level is of the regions alone"),
        ("region:0", "region:0", "a level is of the regions alone"),
        ("region:x", "region:x", "a level is of the regions alone"),
        ("", '""', "use one of"),
    ],
)
def test_what_is_no_dimension_is_told_with_the_nearest(text: str, word: str, hint: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_dimension(text)
    assert word in told.value.message
    assert hint in told.value.hint


def test_no_dimension_twice_and_two_at_most() -> None:
    assert parse_dimensions(["region:1", "region"]) == (Dimension("region", 1), Dimension("region"))
    with pytest.raises(UsageError, match="twice"):
        parse_dimensions(["size", "size"])
    with pytest.raises(UsageError, match="3 times"):
        parse_dimensions(["size", "segment", "region"])


def test_region_is_a_path() -> None:
    assert ancestors("germany/bavaria/munich") == ("germany", "germany/bavaria", "germany/bavaria/munich")
    assert is_within("germany/bavaria", "germany")
    assert is_within("germany", "germany")
    assert not is_within("germany-east", "germany")
    assert not is_within("germany", "germany/bavaria")
    assert Dimension("region", 1).value("germany/bavaria/munich") == "germany"
    assert Dimension("region", 2).value("germany") == "germany"


def test_label_of_several_values_is_one_group() -> None:
    assert label(("b", "a")) == "a + b"
    assert label(("",)) == label(()) == "(none)"
    assert label(("germany/bavaria", "germany/saxony"), Dimension("region", 1)) == "germany"


@pytest.mark.parametrize(
    ("day", "quarter"), [("2026-01-31", "2026-Q1"), ("2026-03-31", "2026-Q1"), ("2026-04-01", "2026-Q2"), ("2026-12-31", "2026-Q4")]
)
def test_periods(day: str, quarter: str) -> None:
    found = date.fromisoformat(day)
    assert (period("month", found), period("quarter", found), period("year", found)) == (day[:7], quarter, day[:4])


def test_band_begins_with_its_amount_in_its_own_currency() -> None:
    bands = bands_of([("large", "EUR", 1_000_000), ("small", "EUR", 10_000), ("large", "NOK", 5_000_000)])
    assert [bands.of(each, "EUR") for each in (9_999, 10_000, 999_999, 1_000_000)] == ["", "small", "small", "large"]
    assert bands.of(5_000_000, "NOK") == "large"
    assert bands.of(5_000_000, "SEK") == ""
    assert bands.ranks() == {"small": 0, "large": 1}

"""What ``--where`` takes, whom it lets through, and what it says of the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billcli.core.where import Value, parse_where
from billcli.errors import UsageError

ONE: dict[str, Value] = {
    "size": ("large",),
    "segment": ("",),
    "region": ("germany/bavaria",),
    "tag": ("vip", "watch"),
    "name": ("Müller & Söhne",),
    "gross": Decimal("1190.00"),
    "days_overdue": Decimal(12),
    "issued_on": date(2026, 3, 14),
    "due_on": None,
    "state": ("partly paid",),
    "grade": ("C",),
}


@pytest.mark.parametrize(
    "text",
    [
        "size=large", "size!=small", "size=small,large", "size!=small,medium", "segment=", "segment=(none)", "segment!=public",
        "region=germany", "region=germany/bavaria", "region!=norway", "region=norway,germany", "tag=vip", "tag=watch", "tag!=other",
        "name~müller", 'name~"& söhne"', "name~x,SÖHNE", "gross=1190", "gross>1189.99", "gross>=1190", "gross<1190.01", "gross<=1190",
        "gross!=5", "days_overdue>10", "issued_on>=2026-03-14", "issued_on<2026-04-01", "issued_on=2026-03-14", "due_on!=2026-01-01",
        'state="partly paid"', "state='partly paid','overdue'", "size=large tag=vip   gross>1000 region=germany/bavaria",
        "grade=C", "grade<=C", "grade<D", "grade>B", "grade>=C", "grade=A,C", "grade!=A",
    ],
)  # fmt: skip
def test_fits(text: str) -> None:
    assert parse_where(text).matches(ONE.__getitem__)


@pytest.mark.parametrize(
    "text",
    [
        "size=small", "size!=large", "size!=small,large", "segment=public", "segment!=(none)", "region=germany/saxony", "region=germ",
        "region!=germany", "region=germany/bavaria/munich", "tag=other", "tag!=vip", "tag!=vip,other", "name~mueller", "gross>1190",
        "gross<1190", "gross!=1190", "gross=-1190", "issued_on>2026-03-14", "due_on>2026-01-01", "due_on=2026-01-01",
        "size=large gross>2000", "grade<C", "grade>C", "grade<A", "grade>E", "grade>=D", "grade<=B", "grade!=C",
    ],
)  # fmt: skip
def test_fits_not(text: str) -> None:
    assert not parse_where(text).matches(ONE.__getitem__)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("siz=large", 'nothing here is called "siz"', 'did you mean "size"?'),
        ("zzz=1", 'nothing here is called "zzz"', "use one of: customer"),
        ("grade<F", "compares with no grade", "A, B, C, D, E"),
        ("grade<=A,B", "compares with no grade", "A, B, C, D, E"),
        ("grade<", "compares with no grade", "A, B, C, D, E"),
        ("size>large", "size is a word", "compare it with = or !="),
        ("gross~1", "gross is a number", "compare it with"),
        ("issued_on~2026", "issued_on is a day", "compare it with"),
        ("gross>1,000.00", "several values", "digits with a point"),
        ("gross>", '"" is not an amount', ""),
        ("gross>1e3", "1e3", ""),
        ("issued_on>2026-02-30", "not a day of the calendar", ""),
        ("large", '"large" is no condition', "write a name"),
        ("=large", '"=large" is no condition', "write a name"),
        ('name="Müller', "does not end", "close it"),
        ("   ", "the text is empty", "such as"),
    ],
)
def test_what_cannot_be_asked_is_said(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_where(text)
    assert message in told.value.message
    assert hint in told.value.hint


def test_names_and_the_conditions_of_some_of_them() -> None:
    where = parse_where("size=large gross>10 tag=vip")
    assert where.names == {"size", "gross", "tag"}
    assert [each.name for each in where.only(["gross", "due_on"]).conditions] == ["gross"]

"""What ``--where`` takes, whom it lets through, and what it says of the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billcli.core.where import Value, parse_where
from billcli.errors import UsageError
from billcli.model.money import Money

ONE: dict[str, Value] = {
    "size": ("large",),
    "segment": ("",),
    "region": ("germany/bavaria",),
    "tag": ("vip", "watch"),
    "name": ("Müller & Söhne",),
    "gross": Money(119000, "EUR"),
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
        "gross!=5",
        "gross>1000EUR", "gross>EUR1000", 'gross<"1200 EUR"', "gross>1000eur", "gross!=1190NOK", "gross!=5 gross>0",
        "gross>-5", "gross>=0", "name~Mu\u0308ller", "segment=''",
        "days_overdue>10", "issued_on>=2026-03-14", "issued_on<2026-04-01", "issued_on=2026-03-14", "due_on!=2026-01-01",
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
        "gross<1190", "gross!=1190",
        "gross>5NOK", "gross=1190NOK", "gross!=1190EUR", "gross<0", "due_on<2026-01-01",
        "gross=-1190", "issued_on>2026-03-14", "due_on>2026-01-01", "due_on=2026-01-01",
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
        ("gross>$5", '--where: gross: "$5" is not an amount', "write digits with a point, such as -1250.00"),
        ("gross>5€", '--where: gross: "5€" is not an amount', "write digits with a point, such as -1250.00"),
        ("gross>1,000", '--where: gross is given several values: "gross>1,000"', "one number or day; write digits with a point: 1250.00"),
        ("gross>", '--where: gross: "" is not an amount', "write digits with a point, such as -1250.00"),
        ("gross>EUR", '--where: gross: "" is not an amount', "write digits with a point, such as -1250.00"),
        ("gross>1e3", '--where: gross: "1e3" is not an amount', "write digits with a point, such as -1250.00"),
        ("issued_on>2026-3-1", '--where: issued_on: "2026-3-1" is not a date', "write year-month-day, such as 2026-03-14"),
        ("issued_on>", '--where: issued_on: "" is not a date', "write year-month-day, such as 2026-03-14"),
        ("issued_on>2026-02-30", '--where: issued_on: "2026-02-30" is not a day of the calendar', ""),
        ("=x", '--where: "=x" is no condition', "write a name, one of = != > >= < <= ~ and a value: gross>1000"),
        ("size", '--where: "size" is no condition', "write a name, one of = != > >= < <= ~ and a value: gross>1000"),
        ('tag="vip', "--where: a quote in", "close it where the value ends"),
        ("", "--where: the text is empty", "such as"),
        ("   ", "--where: the text is empty", "such as"),
        ("Region=germany", '--where: nothing here is called "Region"', 'did you mean "region"?'),
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


YEN = {**ONE, "gross": Money(2000, "JPY"), "size": ("small",)}


def test_amount_without_a_currency_is_compared_in_one_currency_alone() -> None:
    """A thousand yen are no thousand euros; which list it is and in which order it comes makes no difference."""
    for rows in ((ONE, YEN), (YEN, ONE)):
        where = parse_where("gross>1000")
        assert where.matches(rows[0].__getitem__)
        with pytest.raises(UsageError) as told:
            where.matches(rows[1].__getitem__)
        before, after = (row["gross"].currency for row in rows)  # type: ignore[union-attr]
        assert told.value.message == f"--where: gross>1000 says no currency, and what it is asked of is in {before} and {after}"
        assert told.value.hint == f"write gross>1000{before}, or add currency={before}"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("gross>1000EUR", [True, False]), ("gross>1000JPY", [False, True]), ("gross>0", [True, True]), ("gross!=0", [True, True]),
        ("gross>1000 size=large", [True, False]), ("gross>5000 size=small", [False, False]), ("gross<5000JPY", [False, True]),
    ],
)  # fmt: skip
def test_amount_is_compared_with_what_is_in_its_currency_and_with_what_else_fits(text: str, fits: list[bool]) -> None:
    where = parse_where(text)
    assert [where.matches(row.__getitem__) for row in (ONE, YEN)] == fits


def test_number_that_is_no_money_is_in_no_currency() -> None:
    with pytest.raises(UsageError) as told:
        parse_where("days_overdue>3EUR").matches(ONE.__getitem__)
    assert told.value.message == "--where: days_overdue is no amount of money, and so in no EUR"


def test_values_in_any_script_and_with_any_signs_in_quotes() -> None:
    row: dict[str, Value] = {"tag": ("東京 = 大阪",), "segment": ('a"b',), "name": ("株式会社東京水質研究所",)}
    for text in ("tag='東京 = 大阪'", "tag!=東京", "name~東京水質", "segment='a\"b'", "name~'株式会社' tag~大阪"):
        assert parse_where(text).matches(row.__getitem__), text

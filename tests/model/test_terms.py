from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcli.model.terms import EarlyPayment, Part, Shift, Terms, parse_terms, percent_text, terms_text
from billcli.model.values import BadValue
from tests.support import PROJECT


def due_on(text: str, issued_on: str) -> str:
    [part] = parse_terms(text).parts
    return part.due.on(date.fromisoformat(issued_on)).isoformat()


@pytest.mark.parametrize(
    ("text", "issued_on", "expected"),
    [
        ("net 30", "2026-03-14", "2026-04-13"),
        ("net 0", "2026-03-14", "2026-03-14"),
        ("net 1", "2024-02-28", "2024-02-29"),
        ("net 14", "2026-12-25", "2027-01-08"),
        ("net 999", "2026-03-14", "2028-12-07"),
        ("on receipt", "2026-03-14", "2026-03-14"),
        ("now", "2026-03-14", "2026-03-14"),
        ("prepaid", "2026-03-14", "2026-03-14"),
        ("by 2026-12-31", "2026-03-14", "2026-12-31"),
        # the table of the trade: days of short months, leap years, both readings of "30 days end of month", cut-off days
        ("net 30", "2026-01-31", "2026-03-02"),
        ("net 30", "2028-01-31", "2028-03-01"),
        ("1 month", "2026-01-31", "2026-02-28"),
        ("1 month", "2028-01-31", "2028-02-29"),
        ("eom", "2026-02-10", "2026-02-28"),
        ("eom", "2028-02-10", "2028-02-29"),
        ("net 30 then eom", "2026-01-15", "2026-02-28"),
        ("net 30 then eom", "2026-01-31", "2026-03-31"),
        ("eom then net 30", "2026-01-15", "2026-03-02"),
        ("eom then net 30", "2026-01-31", "2026-03-02"),
        ("eom + 30", "2026-01-31", "2026-03-02"),
        ("net 45 then eom", "2026-03-20", "2026-05-31"),
        ("eom then net 45", "2026-03-20", "2026-05-15"),
        ("day 15 next month", "2026-01-20", "2026-02-15"),
        ("day 31 next month", "2026-01-20", "2026-02-28"),
        ("day 10 next month cutoff 25", "2026-01-25", "2026-02-10"),
        ("day 10 next month cutoff 25", "2026-01-26", "2026-03-10"),
        # across the year, and what the table leaves out
        ("eom", "2026-02-28", "2026-02-28"),
        ("eom", "2026-12-31", "2026-12-31"),
        ("net 1 then eom", "2026-12-31", "2027-01-31"),
        ("day 15 next month", "2026-12-20", "2027-01-15"),
        ("day 10 next month cutoff 25", "2026-11-26", "2027-01-10"),
        ("day 30 next month cutoff 20", "2026-12-21", "2027-02-28"),
        ("2 months", "2026-12-31", "2027-02-28"),
        ("12 months", "2028-02-29", "2029-02-28"),
        ("99 months", "2026-03-14", "2034-06-14"),
    ],
)
def test_due_date_of_one_part(text: str, issued_on: str, expected: str) -> None:
    assert due_on(text, issued_on) == expected
    assert terms_text(text) == text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("NET 30", "net 30"),
        ("net   30", "net 30"),
        ("On  Receipt", "on receipt"),
        ("EOM+30", "eom then net 30"),
        ("2% 10 ,net 30", "2% 10, net 30"),
        ("2%  10  ,  Net 30", "2% 10, net 30"),
        ("30% NOW,Rest net 60", "30% now, rest net 60"),
        ("day 10 next month cut-off 25", "day 10 next month cutoff 25"),
        ("2 month", "2 months"),
        ("net 30,Modified  Following DE", "net 30, modified following DE"),
    ],
)
def test_case_and_spaces_do_not_matter_and_the_text_stays_as_it_was(written: str, plain: str) -> None:
    assert parse_terms(written) == parse_terms(plain)
    assert terms_text(written) == written


def shares(text: str) -> list[Fraction]:
    return [part.share for part in parse_terms(text).parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net 30", ["1"]),
        ("100% net 30", ["1"]),
        ("30% now, 70% net 60", ["3/10", "7/10"]),
        ("30% now, rest net 60", ["3/10", "7/10"]),
        ("1/3 now, 1/3 net 30, 1/3 net 60", ["1/3", "1/3", "1/3"]),
        ("1/3 now, 1/3 net 30, rest net 60", ["1/3", "1/3", "1/3"]),
        ("50% now, 1/4 net 30, rest eom", ["1/2", "1/4", "1/4"]),
        ("33.333333% now, 33.333333% net 30, 33.333334% net 60", ["0.33333333", "0.33333333", "0.33333334"]),
        ("70% net 60, 30% by 2026-12-31", ["7/10", "3/10"]),
    ],
)
def test_shares_of_parts(text: str, expected: list[str]) -> None:
    assert shares(text) == [Fraction(each) for each in expected]


def test_discount_parts_and_shift_go_together() -> None:
    terms = parse_terms("2.5% 10, 30% now, rest net 60, modified following DE-BE")
    now, later = terms.parts
    assert terms == Terms((now, later), EarlyPayment(Decimal("2.5"), 10), Shift("modified following", "DE-BE"))
    assert (now.share, later) == (Fraction(3, 10), Part(Fraction(7, 10), parse_terms("net 60").parts[0].due))


NOT_UNDERSTOOD = "are not payment terms that bill understands"
EXAMPLES = 'such as "net 30", "eom", "2% 10, net 30" or "30% now, rest net 60"; "bill explain E214" has them all'
READINGS = 'write "eom then net 30" (issued on 2026-01-15, due on 2026-03-02) or "net 30 then eom" (due on 2026-02-28)'
SHORT = 'for 2 percent off within 10 days write "2% 10, net 30"'
NET_30 = 'for 30 days after the day of issue write "net 30"'
ADD_UP = 'they come to 100 % together; the last part may be the "rest"'
MONTH = "days are 1 to 31; 31 stands for the last day of a shorter month"

REFUSED = [
    ("", f'"" {NOT_UNDERSTOOD}', EXAMPLES),
    ("soon", f'"soon" {NOT_UNDERSTOOD}', EXAMPLES),
    ("net", f'"net" {NOT_UNDERSTOOD}', EXAMPLES),
    ("net -1", f'"net -1" {NOT_UNDERSTOOD}', EXAMPLES),
    ("net 030", f'"net 030" {NOT_UNDERSTOOD}', EXAMPLES),
    ("net ３０", f'"net ３０" {NOT_UNDERSTOOD}', EXAMPLES),
    ("net\t30", f'"net\\u0009 30" {NOT_UNDERSTOOD}'.replace(" 30", "30"), EXAMPLES),
    ("net\u00a030", f'"net\\u00a030" {NOT_UNDERSTOOD}', EXAMPLES),
    ("on\u017freceipt", f'"on\u017freceipt" {NOT_UNDERSTOOD}', EXAMPLES),
    (" net 30", '" net 30" has spaces before or after it', "leave them out"),
    ("net 30\n", '"net 30\\u000a" has spaces before or after it', "leave them out"),
    ("net 30,", f'"net 30," {NOT_UNDERSTOOD}', "a comma stands between two clauses"),
    (",", f'"," {NOT_UNDERSTOOD}', EXAMPLES),
    ("x" * 301, f'"{"x" * 80}…" are too long for payment terms', "at most 300 characters; the rest can stand under notes:"),
    # days that do not say from when
    ("30", f'"30" {NOT_UNDERSTOOD}', NET_30),
    ("30 days", f'"30 days" {NOT_UNDERSTOOD}', NET_30),
    ("net30", f'"net30" {NOT_UNDERSTOOD}', NET_30),
    ("net 30 days", f'"net 30 days" {NOT_UNDERSTOOD}', NET_30),
    ("net 1 Month", f'"net 1 Month" {NOT_UNDERSTOOD}', 'write "1 month"'),
    # two readings
    ("net 30 eom", '"net 30 eom" can be read in two ways', READINGS),
    ("NET 30  EOM", '"NET 30  EOM" can be read in two ways', READINGS),
    ("30 days eom", '"30 days eom" can be read in two ways', READINGS),
    ("30 days end of month", '"30 days end of month" can be read in two ways', READINGS),
    ("eom 30", '"eom 30" can be read in two ways', READINGS),
    ("eom net 30", '"eom net 30" can be read in two ways', READINGS),
    ("net 30, eom", '"net 30, eom" can be read in two ways', READINGS),
    ("eom, net 30", '"eom, net 30" can be read in two ways', READINGS),
    ("2% 10, net 30 eom", '"2% 10, net 30 eom" can be read in two ways', READINGS),
    ("30% now, 70% net 30 eom", '"net 30 eom" can be read in two ways', READINGS),
    ("2/10 net 30", '"2/10 net 30" can be read as a fraction', SHORT),
    ("2/10, n/30", '"2/10, n/30" can be read as a fraction', SHORT),
    # numbers out of range
    ("net 1000", '"net 1000" counts more than 999 days', 'write the day itself, such as "by 2031-12-31"'),
    ("eom + 1000", '"eom + 1000" counts more than 999 days', 'write the day itself, such as "by 2031-12-31"'),
    ("2% 1000, net 30", '"2% 1000" counts more than 999 days', 'write the day itself, such as "by 2031-12-31"'),
    ("0 months", '"0 months" is outside 1 to 99 months', 'for the day of issue write "now"'),
    ("100 months", '"100 months" is outside 1 to 99 months', 'for the day of issue write "now"'),
    ("day 0 next month", '"day 0 next month": no month has a day 0', MONTH),
    ("day 32 next month", '"day 32 next month": no month has a day 32', MONTH),
    ("day 5 next month cutoff 32", '"day 5 next month cutoff 32": no month has a day 32', MONTH),
    ("by 2026-02-30", '"2026-02-30" is not a day of the calendar', "the month or the day is too high or zero"),
    ("by Friday", '"Friday" is not a date', "write year-month-day, such as 2026-03-14"),
    # discounts
    ("2% 10", '"2% 10" does not say when the invoice is due', 'add it, such as "2% 10, net 30"'),
    ("0% 10, net 30", '"0% 10" takes nothing off', "leave it out where there is no discount"),
    ("100.5% 10, net 30", '"100.5% 10" takes off more than the whole', "a discount is at most 100 %"),
    ("2.1234567% 10, net 30", '"2.1234567% 10" has more than six decimals', "round it, or write a fraction such as 1/3"),
    ("net 30, 2% 10", '"2% 10" is an early-payment discount', 'it stands in front: "2% 10, net 30"'),
    ("2 % 10, net 30", f'"2 % 10" {NOT_UNDERSTOOD}', 'write the percent sign next to the number, such as "2%"'),
    (
        "3% 5, 2% 10, net 30",
        '"3% 5, 2% 10, net 30" has more than one early-payment discount',
        'bill grants one, such as "2% 10, net 30"',
    ),
    # parts
    ("30% now, 80% net 60", 'the parts of "30% now, 80% net 60" add up to 110 %', ADD_UP),
    ("30% now, 69.999999% net 60", 'the parts of "30% now, 69.999999% net 60" add up to 99.999999 %', ADD_UP),
    ("1/3 now, 1/3 net 30", 'the parts of "1/3 now, 1/3 net 30" add up to 2/3 of the whole', ADD_UP),
    ("50% net 30", 'the parts of "50% net 30" add up to 50 %', ADD_UP),
    ("70% now, 50% eom, rest net 60", 'the parts of "70% now, 50% eom, rest net 60" add up to 120 %', ADD_UP),
    (
        "100% now, rest net 60",
        '"rest net 60" is nothing: the parts before it come to 100 %',
        "leave it out, or make the others smaller",
    ),
    ("rest now, 30% net 60", '"rest now" stands before other parts', "the rest is the last part"),
    ("0% now, 100% net 60", '"0% now" is a part of nothing', "leave it out"),
    ("30% now, net 60", '"net 60" does not say which part is due then', 'such as "30% now, rest net 60"'),
    ("1/0 now, rest net 60", f'"1/0 now" {NOT_UNDERSTOOD}', EXAMPLES),
    # working days
    ("net 30, following", '"following" does not say by which calendar', 'such as "following DE"'),
    ("following DE", '"following DE" does not say when the invoice is due', 'such as "net 30, following DE"'),
    ("net 30 following DE", f'"net 30 following DE" {NOT_UNDERSTOOD}', EXAMPLES),
    (
        "following DE, net 30",
        '"following DE" moves due dates to a working day',
        'it stands last, such as "net 30, following DE"',
    ),
    (
        "net 30, following DE, preceding DE",
        '"following DE" moves due dates to a working day',
        'bill takes one such clause, such as "net 30, following DE"',
    ),
]


@pytest.mark.parametrize(("text", "message", "hint"), REFUSED, ids=[text[:40] for text, _, _ in REFUSED])
def test_terms_that_cannot_be_are_refused_with_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(BadValue) as caught:
        terms_text(text)
    assert (caught.value.code, caught.value.message, caught.value.hint) == ("E214", message, hint)


WORDS = st.sampled_from(
    [
        "net", "now", "eom", "then", "+", "day", "next", "month", "months", "cutoff", "by", "prepaid", "on receipt", "rest", "following",
        "modified", "preceding", "DE", ",", "%", "2%", "33.3%", "1/3", "2/10", "0", "1", "10", "25", "30", "31", "999", "2026-12-31",
        "days", "end of", "n/30", "\u0663", "，", "½",
    ]
)  # fmt: skip


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40) | st.text("0123456789%/, netomrsy+-.", max_size=30))
@example("1/1 now")
@example("999999999% now, rest net 1")
def test_any_text_is_understood_or_refused_by_its_code(text: str) -> None:
    try:
        terms = parse_terms(text)
    except BadValue as bad:
        assert bad.code == "E214"
        assert bad.message
        assert bad.hint
    else:
        assert sum(part.share for part in terms.parts) == 1
        assert all(part.share > 0 for part in terms.parts)
        assert all(part.due.on(date(2026, 1, 31)) >= date(1900, 1, 1) for part in terms.parts)


def test_every_form_of_the_page_on_the_code_is_understood() -> None:
    page = (PROJECT / "billcli" / "explain" / "E214.md").read_text(encoding="utf-8")
    forms = [
        each
        for each in page.replace("\n", " ").split("`")[1::2]
        if each.startswith(("net ", "eom", "day ", "by ", "1 ", "30% ", "1/3 ", "2% "))
    ]
    assert len(forms) > 12
    for form in forms:
        if form != "net 30 eom":
            parse_terms(form)


@pytest.mark.parametrize(
    ("share", "text"),
    [("1", "100"), ("3/10", "30"), ("1/3", "33.333333"), ("2/3", "66.666667"), ("0.00000001", "0.000001"), ("0.123", "12.3")],
)
def test_percent_text_has_what_is_needed_and_at_most_six_decimals(share: str, text: str) -> None:
    assert percent_text(Fraction(share)) == text

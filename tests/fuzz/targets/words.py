"""Short texts: amounts, dates and names, payment terms, conditions, patterns, what payers write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from billcli.core import payment_references
from billcli.core.bank import BankLine
from billcli.core.customer import customer_id
from billcli.core.lines import TypedLine, typed_line
from billcli.core.matching import names, text
from billcli.core.matching.references import Reader
from billcli.core.where import DAY, FIELDS, NUMBER, parse_where
from billcli.model import linear, sequence, values
from billcli.model.money import Money
from billcli.model.terms import parse_terms, terms_text
from tests.fuzz.changes import bytewise, one_of, spliced
from tests.fuzz.law import Target


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


# values

_PARSERS: tuple[Callable[[str], Any], ...] = (
    values.parse_amount, values.parse_signed, values.parse_quantity, values.parse_price, values.parse_percent, values.parse_day,
    values.parse_id, values.parse_currency, values.parse_country, values.parse_language, values.parse_email, values.parse_iban,
    values.parse_text, values.parse_notes, values.parse_label, sequence.check_pattern, sequence.split_number, customer_id, typed_line,
    payment_references.structured, payment_references.normal, names.name, text.clean, text.flat,
)  # fmt: skip


def _read_value(data: bytes) -> Any:
    """The first byte says as what it is read."""
    parse = _PARSERS[(data[0] if data else 0) % len(_PARSERS)]
    found = parse(_text(data[1:]))
    if isinstance(found, Decimal):
        assert found.is_finite()
        assert abs(found) < 10**12
        assert parse(format(found, "f")) == found
    if isinstance(found, date):
        assert parse(found.isoformat()) == found
    return vars(found) if isinstance(found, TypedLine) else found


@cache
def _values() -> list[bytes]:
    said = (
        "1250.00", "-12.5", "0", "2026-03-14", "INV-2026-0042", "EUR", "DE", "de", "a@b.example", "DE89370400440532013000", "Köln GmbH",
        "INV-{year}-{n:5}", "Work;1;95.10;vat-20;consulting", '"a;b";2', "RF18539007547034", "210000000003139471430009017", "+++090/9337/55493+++",
        "北京海洋", "Müller & Söhne AG", "nord/wind", "12345678901",
    )  # fmt: skip
    return [bytes((at,)) + each.encode() for at in range(len(_PARSERS)) for each in said]


# terms

_TERMS = (
    "net 30", "2% 10, net 30", "30% now, 70% net 60", "net 30 eom", "eom 15", "net 14 next business day DE", "2/10 net 30", "due on receipt",
    "50% net 30, 50% net 60", "2% 10 eom, net 30 eom", "NET  30", "15 th of next month", "1/3 net 30, 1/3 net 60, 1/3 net 90",
)  # fmt: skip


def _read_terms(data: bytes) -> Any:
    found = parse_terms(_text(data))
    again = parse_terms(terms_text(_text(data)))
    assert again == found
    return found


# conditions

_WHERE = (
    "size=large tag=vip gross>1000 region=germany/bavaria", "gross>1000EUR", "grade<=C", "name~nord", "issued_on>=2026-03-01", "tag!=a,b",
    'name="Nord wind"', "month=2026-03", "quarter=2026-Q1 open>0", "days_overdue>30", "customer='(none)'", "paid_on<2026-01-01",
)  # fmt: skip


def _value_of(name: str, turn: int) -> Any:
    sort = FIELDS[name]
    if sort == NUMBER:
        return (Money(100000, "EUR"), Money(5, "JPY"), Decimal(3), None)[turn]
    if sort == DAY:
        return (date(2026, 3, 14), None, date(1999, 12, 31), date(2026, 3, 14))[turn]
    return (("large", "germany/bavaria"), (), ("2026-03",), None)[turn]


def _read_where(data: bytes) -> Any:
    found = parse_where(_text(data))
    return [found.matches(lambda name, turn=turn: _value_of(name, turn)) for turn in range(4)]  # type: ignore[misc]


# patterns

_PATTERNS = (
    r"solar|wind", r"\bag\b", r"^müller", r"inv-\d{4}$", r"gmbh( & co)?", r"[^a-z ]+", r"(a+)+$", r"(?:aa?a?)+b", r"a{0,9}b*?", r"(?i)x",
    r"(?<n>a)\1", r"[[:alpha:]]", r"\w+@\w+\.[a-z]{2,4}", r"(?=a)b", r"\x41\u00e4\N{DIGIT ONE}", r"[\d\-\]]", "海洋",
)  # fmt: skip
_WAYS = 200


def _read_pattern(data: bytes) -> Any:
    """A pattern, and on the next line what it is looked for in. What ``re`` can be trusted with, ``re`` is asked too."""
    said, _, subject = _text(data).partition("\n")
    try:
        found = linear.Linear(said)
    except linear.TooHard as hard:
        assert str(hard)
        return str(hard)[:200]
    subject = subject[:2000]
    at_once = found.search_at_once(subject)
    assert found.search(subject) == at_once
    if len(subject) < 40 and linear._ways(linear.tree_of(said)) < _WAYS:
        assert (re.search(said, subject, re.IGNORECASE) is not None) == at_once
    return at_once


# what payers write

_NOTES = (
    "INV-2026-0042", "Rechnung 2026-0042 vom 14.3.", "INV 2026 0042, 0043 und 45-47", "RF18539007547034", "KUNDE NORDWIND INV-2026-\n0042",
    "/EREF/NOTPROVIDED/REMI/INV20260042", "INV-2026-0041 bis 0049", "210000000003139471430009017", "+++090/9337/55493+++", "Nr.0042/2026 1.426,50 EUR",
    "VS 20260042 KS 0308", "DE89370400440532013000", "inv-2026-00042", "2026/0042", "42",
)  # fmt: skip


@cache
def _payments() -> Reader:
    reader = Reader({"INV-2026-0041": "nordwind", "INV-2026-0042": "nordwind", "INV-2026-0043": "fremd", "CN-2026-0001": "nordwind"})
    reader.add("INV-2026-0042", ["RF18539007547034"])
    return reader


def _read_note(data: bytes) -> Any:
    said, _, marked = _text(data).partition("\0")
    references = tuple(each for each in marked.split("\0") if each)
    line = BankLine("1", 1, date(2026, 3, 14), 142650, "EUR", payer=said[:80], text=said, references=references, end_to_end=said[-20:])
    found = _payments().read(line)
    cleaned = text.clean(said)
    return found, text.groups(cleaned), text.amounts(cleaned, 2), names.similarity(names.name(said[:80]), names.name("Nordwind GmbH"))


def _seeds(said: Sequence[str], more: Sequence[str] = ("",)) -> Callable[[], list[bytes]]:
    return lambda: [f"{each}{also}".encode() for each in said for also in more]


def _target(name: str, inputs: float, read: Callable[[bytes], Any], seeds: Callable[[], list[bytes]], words: Sequence[bytes]) -> Target:
    change = one_of(bytewise(words), bytewise(words), spliced(seeds))
    return Target(name, inputs, read, seeds, change, most=600, seconds=1.0)


TARGETS = (
    _target("values", 240, _read_value, _values, [b"EUR", b"2026-", b"0.00", b"{n}", b"{year}", b"{month}", b"%", b"RF", b"@", b"/"]),
    _target("terms", 190, _read_terms, _seeds(_TERMS), [b"net ", b"% ", b" eom", b"now", b"/", b" days", b"next business day", b"100%", b"33.333333%"]),
    _target("where", 130, _read_where, _seeds(_WHERE), [*(each.encode() for each in FIELDS), b"=", b"!=", b">=", b"<", b"~", b"EUR", b"(none)"]),
    _target("patterns", 50, _read_pattern, _seeds(_PATTERNS, ("\nNordwind AG inv-2026", "\naaab", "\n")),
            [b"(?:", b")+", b"{2,5}", b"[^", b"]", b"\\b", b"\\d", b"$", b"^", b"|", b"\n", b"(?i)", b"(?P<a>", b"\\1", b".*"]),
    _target("notes", 12, _read_note, _seeds(_NOTES), [b"INV-", b"2026", b"0042", b"-", b"/", b"\n", b" bis ", b"RF", b"\0", b", ", b"EUR"]),
)  # fmt: skip

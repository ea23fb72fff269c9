"""OFX: SGML and XML, bank and card, several accounts in a file, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.banks.ofx import read_ofx
from billcli.banks.structured import Refused
from billcli.core.bank import BankLine
from tests.support import PROJECT

SAMPLES = PROJECT / "tests" / "banks" / "samples"
HEAD = "OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n"


def statement(*transactions: str, unit: str = "EUR") -> bytes:
    inside = "\n".join(f"<STMTTRN>{each}</STMTTRN>" for each in transactions)
    return f"{HEAD}<OFX><STMTRS><CURDEF>{unit}<BANKACCTFROM><ACCTID>1</BANKACCTFROM>\n{inside}\n</STMTRS></OFX>\n".encode()


def one(more: str = "", amount: str = "10.00", day: str = "20260305") -> BankLine:
    ((line,),) = [each.lines for each in read_ofx(statement(f"<DTPOSTED>{day}<TRNAMT>{amount}{more}"), "x.ofx")]
    return line


def told(raw: bytes) -> list[tuple[str, int, str]]:
    with pytest.raises(Refused) as refused:
        read_ofx(raw, "bank.ofx")
    assert all(each.file == "bank.ofx" and each.hint for each in refused.value.diagnostics)
    return [(each.code, each.span.line if each.span else 0, each.message) for each in refused.value.diagnostics]


def test_two_accounts_whose_ids_repeat_and_a_charset_that_lies() -> None:
    euro, dollar = read_ofx((SAMPLES / "two-accounts.ofx").read_bytes(), "two-accounts.ofx")
    assert (euro.account, euro.currency, euro.closing, euro.encoding, euro.format) == ("532013000", "EUR", 243400, "cp1252", "ofx")
    assert (euro.from_on, euro.until_on) == (date(2026, 3, 1), date(2026, 3, 31))
    assert [(line.row, line.amount, line.payer, line.text, line.kind) for line in euro.lines] == [
        (17, 142650, "Müller & Söhne", "INV-2026-0042", ""),
        (18, -250, "Account fee", "Account fee", "fee"),
        (25, 1000, "Erle KG", "on account", ""),
    ]
    assert (euro.lines[0].bank_id, euro.lines[0].id, dollar.lines[0].id) == ("1", "532013000-1", "532013001-1")
    assert (dollar.account, dollar.currency, dollar.closing) == ("532013001", "USD", None)


def test_card_statement_in_xml() -> None:
    (read,) = read_ofx((SAMPLES / "card.ofx").read_bytes(), "card.ofx")
    assert (read.account, read.currency, read.closing, read.format) == ("4111XXXX1111", "NOK", -1234500, "ofx2")
    assert [(line.amount, line.text, line.value_on) for line in read.lines] == [
        (120000, "INV 88 Furu\noverføring", None),
        (-9900, "tea & <cake>", date(2026, 5, 22)),
    ]
    assert [each.reason for each in read.skipped] == [
        "corrects a line of an earlier file (DELETE A1): look at that one",
        "pending: not booked yet",
    ]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("-1.234.567,8", -123456780),
        ("+5", 500),
        ("-.50", -50),
        ("12,5", 1250),
        ("1234.500", 123450),
    ],
)
def test_amounts_with_point_or_comma(text: str, amount: int) -> None:
    assert one(amount=text).amount == amount


@pytest.mark.parametrize(
    "text", ["20260305", "20260305120000", "20260305120000.000", "20260305120000[0:GMT]", "20260305120000.000[-5:EST]"]
)
def test_day_is_the_one_the_bank_wrote(text: str) -> None:
    assert one(day=text).booked_on == date(2026, 3, 5)


def test_id_that_repeats_within_an_account_is_none() -> None:
    (read,) = read_ofx(statement(*(f"<DTPOSTED>20260305<TRNAMT>{each}<FITID>7" for each in (1, 2))), "x.ofx")
    assert len({line.id for line in read.lines}) == 2
    assert not any(line.id.startswith("1-") for line in read.lines)


def test_block_that_is_left_open_ends_with_the_next_one() -> None:
    raw = statement("<DTPOSTED>20260305<TRNAMT>1<NAME>A", "<DTPOSTED>20260306<TRNAMT>2<NAME>B").replace(
        b"</STMTTRN>\n<STMTTRN>", b"\n<STMTTRN>"
    )
    assert [(line.amount, line.payer) for line in read_ofx(raw, "x.ofx")[0].lines] == [(100, "A"), (200, "B")]


@pytest.mark.parametrize(
    ("raw", "code", "line", "part"),
    [
        (statement("<DTPOSTED>20260305<TRNAMT>1.005"), "E652", 6, '"1.005" is finer than EUR allows'),
        (statement("<DTPOSTED>20260305<TRNAMT>1,234"), "E652", 6, '"1,234" is finer than EUR allows'),
        (statement("<DTPOSTED>20260305<TRNAMT>(1)"), "E652", 6, '"(1)" is not an amount'),
        (statement("<DTPOSTED>20260305"), "E652", 6, "it has no TRNAMT"),
        (statement("<TRNAMT>1"), "E652", 6, "it has no DTPOSTED"),
        (statement("<DTPOSTED>20260230<TRNAMT>1"), "E652", 6, "is not a day of the calendar"),
        (statement("<DTPOSTED>5 March<TRNAMT>1"), "E652", 6, "is not a day such as 20260314"),
        (statement("<DTPOSTED>20260305<TRNAMT>1<CURRENCY><CURSYM>USD</CURRENCY>"), "E654", 6, "it is in USD, the account in EUR"),
        (statement(unit="EEK"), "E652", 5, '"EEK" is not a currency'),
        (statement().replace(b"</OFX>", b""), "E650", 8, "the file ends before </OFX>"),
        (statement().replace(b"STMTRS", b"OTHERS"), "E650", 5, "there is no bank or card statement in it"),
        (statement().replace(b"<OFX>", b'<!DOCTYPE a [<!ENTITY b "c">]><OFX>'), "E651", 5, "DOCTYPE"),
        (statement().replace(b"EUR", b"E\0R"), "E650", 5, "the control character U+0000"),
        (b"Date,Amount\n", "E650", 0, "there is no <OFX> in it"),
        (b" \n", "E650", 0, "the file is empty"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(raw: bytes, code: str, line: int, part: str) -> None:
    ((found, at, message),) = told(raw)
    assert (found, at) == (code, line)
    assert part in message


def test_terminal_escapes_do_not_get_through() -> None:
    assert one("<NAME>a&#27;[31mb\x1b[/]").payer == "a[31mb\ufffd[/]"

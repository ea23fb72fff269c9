"""MT940 and MT942: German, Dutch and free field 86, several statements in a file, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.banks.mt940 import read_mt940
from billcli.banks.mt940_details import details
from billcli.banks.structured import Refused
from billcli.core.bank import BankLine, BankStatement
from tests.support import PROJECT

SAMPLES = PROJECT / "tests" / "banks" / "samples"


def sample(name: str) -> list[BankStatement]:
    return read_mt940((SAMPLES / name).read_bytes(), name)


def statement(*fields: str, opening: str = "C260301EUR0,00", closing: str = "C260331EUR10,00") -> bytes:
    return "\n".join((":20:A", ":25:DE89370400440532013000", ":28C:1", f":60F:{opening}", *fields, f":62F:{closing}", "-", "")).encode()


def one(*fields: str, closing: str = "C260331EUR10,00") -> BankLine:
    ((line,),) = [each.lines for each in read_mt940(statement(*fields, closing=closing), "x.sta")]
    return line


def told(raw: bytes) -> list[tuple[str, int, str]]:
    with pytest.raises(Refused) as refused:
        read_mt940(raw, "bank.sta")
    assert all(each.file == "bank.sta" and each.hint for each in refused.value.diagnostics)
    return [(each.code, each.span.line if each.span else 0, each.message) for each in refused.value.diagnostics]


def test_several_statements_of_a_file_each_add_up() -> None:
    read = sample("german.sta")
    assert [(each.number, each.opening, each.closing, each.verified) for each in read] == [
        ("00003/001", 100000, 135121, "balances"),
        ("00003/002", 135121, 135621, "balances"),
    ]
    assert {(each.account, each.currency, each.encoding, each.format) for each in read} == {
        ("37040044/0532013000", "EUR", "cp1252", "mt940")
    }


def test_german_details_with_breaks_in_words_and_keywords() -> None:
    line = sample("german.sta")[0].lines[0]
    assert line.text == "Rechnung INV-2026-00\n42 vom 01.03.2026 Köln"
    assert (line.payer, line.iban) == ("Nordwind Handelsgesellschaft mbH", "DE02120300000000202051")
    assert (line.ultimate, line.end_to_end, line.references) == ("Nordwind Logistik Kehl KG", "E-2026-7", ("KND4711",))
    assert (line.row, line.bank_id, line.booked_on, line.value_on) == (5, "B0001", date(2026, 3, 5), date(2026, 3, 5))


def test_returned_debit_and_marks_of_reversal() -> None:
    first, second = sample("german.sta")
    returned, reversed_credit = first.lines[1:3]
    assert (returned.amount, returned.kind, returned.returned, returned.text) == (-7530, "return", "INV-2026-0011", "insufficient funds")
    assert (reversed_credit.amount, reversed_credit.kind) == (-100000, "return")
    assert [(line.amount, line.kind) for line in second.lines] == [(500, "return")]


def test_entry_day_of_the_new_year_and_free_text() -> None:
    line = sample("german.sta")[0].lines[3]
    assert (line.value_on, line.booked_on, line.text) == (date(2025, 12, 31), date(2026, 1, 2), "free words\nin two lines")


def test_dutch_details_envelope_and_currency_behind_the_iban() -> None:
    (read,) = sample("dutch.sta")
    assert (read.account, read.opening, read.closing, read.verified) == ("NL91ABNA0417164300", -1000, 27200, "balances")
    first, second, third = read.lines
    assert (first.payer, first.iban, first.end_to_end) == ("VAN DIJK BV", "NL91ABNA0417164300", "E-99")
    assert (first.text, first.bank_id) == ("Factuur INV-2026-\n0077", "26040200001")
    assert (second.payer, second.references, second.end_to_end) == ("DE BOER", ("RF18539007547034",), "")
    assert (third.payer, third.ultimate, third.kind, third.returned) == ("J JANSEN", "K JANSEN", "return", "E-5")


def test_interim_report_without_balances_and_what_is_only_expected() -> None:
    (read,) = sample("interim.942")
    assert (read.format, read.currency, read.opening, read.verified) == ("mt942", "EUR", None, "")
    assert [(line.amount, line.text) for line in read.lines] == [(10000, "INV-2026-0080")]
    assert [(each.row, each.reason) for each in read.skipped] == [(8, "expected: not booked yet")]


def test_totals_of_an_interim_report_are_held_against_its_lines() -> None:
    raw = (SAMPLES / "interim.942").read_bytes().replace(b":90C:1EUR100,00", b":90C:2EUR150,00")
    assert told(raw) == [("E653", 11, "the report counts 2 lines of together 150,00, but there are 1 of together 100.00")]


@pytest.mark.parametrize(
    ("field", "amount"),
    [
        (":61:260305C10,00NMSCNONREF", 1000),
        (":61:2603050305CR10,NTRFREF12//BANK1", 1000),
        (":61:260305    C10N166NONREF", 1000),
        (":61:2603050305CN10,0", 1000),
        (":61:260305RD10,00S   X", 1000),
        (":61:260305C000000000010,00N102EREF            ", 1000),
    ],
)
def test_forms_of_a_statement_line(field: str, amount: int) -> None:
    assert one(field).amount == amount


def test_value_date_of_30_february_is_the_last_of_february() -> None:
    line = one(":61:2602300302C10,00N024NONREF")
    assert (line.value_on, line.booked_on) == (date(2026, 2, 28), date(2026, 3, 2))


def test_account_beside_the_line_and_what_follows_it() -> None:
    assert one(":61:260305C10,00N102EREF", "NL70ABNA0987654321").iban == "NL70ABNA0987654321"
    assert one(":61:260305C10,00NTRFNONREF", "J MARECHAL", ":86:word").text == "word\nJ MARECHAL"
    assert one(":61:260305C10,00NTRFINV-2026-7", ":86:word").text == "word\nINV-2026-7"
    assert one(":61:260305C10,00NTRFRF18539007547034", ":86:word").references == ("RF18539007547034",)


def test_words_after_the_closing_balance_belong_to_no_line() -> None:
    assert read_mt940(statement(":61:260305C10,00NTRFNONREF").replace(b"\n-\n", b"\n:86:end\n-\n"), "x")[0].lines[0].text == ""


def test_bank_specific_field_stands_in_for_details() -> None:
    assert one(":61:260305C10,00S   X", ":NS:15Elm Bank", "16lep").text == "Elm Bank\nlep"


def test_equal_lines_of_two_pages_stay_two() -> None:
    page = statement(":61:260305C10,00NTRFNONREF", ":86:same")
    again = page.replace(b":60F:C260301EUR0,00", b":60M:C260331EUR10,00").replace(b"EUR10,00\n-", b"EUR20,00\n-")
    ids = [line.id for each in read_mt940(page + again, "x.sta") for line in each.lines]
    assert len(set(ids)) == 2
    assert [line.id for line in read_mt940(page, "x.sta")[0].lines] == ids[:1]


@pytest.mark.parametrize(
    ("lines", "payer", "text"),
    [
        (["166?00X?20SVWZ+one?21two?32Ab", "c?33De"], "Abc De", "one\ntwo"),
        (["166?00X"], "", "X"),
        (["000>10098>20 HUUR>21 KANTOOR"], "", "HUUR\n KANTOOR".replace("\n ", "\n")),
        (["911^20zaplata^32Jan"], "Jan", "zaplata"),
        (["/TRTP/IDEAL/REMI/a/b 12/34/NAME/K"], "K", "a/b 12/34"),
        (["/REMI/cut in the w", "ord/NA", "ME/Lee"], "Lee", "cut in the w\nord"),
        (["20% of 12?5"], "", "20% of 12?5"),
        ([""], "", ""),
    ],
)
def test_field_86(lines: list[str], payer: str, text: str) -> None:
    said = details(lines)
    assert (said.payer, said.text) == (payer, text)


@pytest.mark.parametrize(
    ("raw", "code", "line", "part"),
    [
        (statement(":61:260305C9,00NTRFNONREF"), "E653", 6, "opening balance 0.00 and 1 line of together 9.00 make 9.00 EUR"),
        (statement(":61:260305X10,00NTRFNONREF"), "E652", 5, "is no statement line"),
        (statement(":61:260305C10,005NTRFNONREF"), "E652", 5, "finer than EUR allows"),
        (statement(":61:260332C10,00NTRFNONREF"), "E652", 5, '"260332" is not a day'),
        (statement(":61:2603051350C10,00NTRFNONREF"), "E652", 5, '"1350" is not a day'),
        (statement(opening="C260301EUR1.234,56"), "E652", 4, "is no balance"),
        (statement(opening="C260301EEK1,00"), "E652", 4, '"EEK" is not a currency'),
        (statement(":61:260305C10,00NTRFNONREF", closing="C260331USD10,00"), "E654", 6, "an account in EUR is in USD"),
        (b"\n".join(statement(":61:260305C10,00NTRFNONREF").split(b"\n")[:5]), "E650", 4, "an opening balance and no closing one"),
        (statement()[:40] + b"\0", "E650", 4, "the control character U+0000"),
        (b":20:A\n:61:260305C10,00NTRFNONREF\n", "E652", 2, "no balance says in which currency"),
        (b"Date;Amount\n1;2\n", "E650", 0, "there is no statement in it"),
        (b"", "E650", 0, "the file is empty"),
        (b"\xff\xfe\x00", "E650", 1, "not UTF-16"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(raw: bytes, code: str, line: int, part: str) -> None:
    found = told(raw)
    assert (found[0][0], found[0][1]) == (code, line)
    assert part in found[0][2]


def test_terminal_escapes_do_not_get_through() -> None:
    assert one(":61:260305C10,00NTRFNONREF", ":86:a\x1b[31mb [/]").text == "a\ufffd[31mb [/]"


def test_old_files_in_the_code_page_of_dos() -> None:
    (read,) = read_mt940(statement(":61:260305C10,00NTRFNONREF", ":86:Müller").decode().encode("cp850"), "x.sta")
    assert (read.encoding, read.lines[0].text) == ("cp850", "Müller")

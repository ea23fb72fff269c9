"""What is refused, with its place and what to do, and what is made harmless."""

from __future__ import annotations

import pytest

from billcli.banks.encoding import LIMIT
from billcli.banks.read import Options
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError, UsageError
from tests.banks.shown import SAMPLES, shipped, understood

HEAD = "date,amount,currency,balance,payer,text\n"


def refused(raw: bytes | str, options: Options = Options()) -> list[Diagnostic]:  # noqa: B008  # a tuple
    with pytest.raises(BillError) as caught:
        understood(raw, options)
    assert caught.value.diagnostics
    return list(caught.value.diagnostics)


def places(found: list[Diagnostic]) -> list[tuple[str, int, int]]:
    return [(each.code, each.span.line if each.span else 0, each.span.column if each.span else 0) for each in found]


def test_missing_row_breaks_the_running_balance_at_the_row_after_it() -> None:
    rows = ["2026-03-02,10.00,EUR,110.00,A,x\n", "2026-03-03,20.00,EUR,130.00,A,y\n", "2026-03-04,30.00,EUR,160.00,A,z\n"]
    assert understood(HEAD + "".join(rows))[0].verified == "running balance"
    assert places(refused(HEAD + rows[0] + rows[2])) == [("E629", 3, 22)]


def test_shuffled_rows_add_up_as_a_whole_and_a_changed_one_among_them_does_not() -> None:
    rows = ["2026-03-03,20.00,EUR,130.00,A,y\n", "2026-03-04,30.00,EUR,160.00,A,z\n", "2026-03-02,10.00,EUR,110.00,A,x\n"]
    [found] = understood(HEAD + "".join(rows))
    assert (found.verified, found.opening, found.closing) == ("running balance", 10000, 16000)
    assert refused(HEAD + "".join(rows).replace("20.00", "21.00"))[0].code == "E629"


def test_opening_balance_and_rows_must_give_the_closing_one() -> None:
    raw = (SAMPLES / "bank-of-america.csv").read_text()
    without = raw.replace("Running Bal.\n", "Running Bal.\n").replace('"33,901.25"', "").replace('"32,901.25"\n', '"32,901.25"\n')
    changed = without.replace('"32,901.25","', '"32,901.20","').replace('DES:INV-2026-0042","32,901.25"', 'DES:INV-2026-0042","32,901.20"')
    assert {each.code for each in refused(changed)} == {"E629"}


def test_file_cut_off_within_a_row() -> None:
    found = refused("date,amount,currency,payer,text\n2026-03-02,10.00,EUR,A,x\n2026-03-03,20.0")
    assert places(found) == [("E630", 3, 1)]
    assert "cut off" in found[0].hint


def test_utf8_cut_off_within_a_character_is_not_read_in_another_encoding() -> None:
    raw = "date,amount,currency,text\n2026-03-02,10.00,EUR,Käthe Größ für Ü".encode()[:-1]
    assert places(refused(raw)) == [("E625", 2, 1)]


def test_wrong_encoding_said_by_a_person_is_refused_where_it_does_not_fit() -> None:
    raw = "date,amount,currency,text\n2026-03-02,10.00,EUR,Käthe\n".encode("cp1252")
    assert places(refused(raw, Options(encoding="utf-8"))) == [("E625", 2, 1)]
    assert understood(raw)[0].lines[0].text == "Käthe"


def test_one_file_with_two_orders_of_dates_names_both_rows() -> None:
    [found] = refused("date,amount,currency,text\n03/04/2026,1.50,EUR,a\n25/03/2026,1.50,EUR,b\n03/26/2026,1.50,EUR,c\n")
    assert (found.code, found.span and found.span.line) == ("E627", 4)
    assert '"25/03/2026" on line 3' in found.message


def test_a_number_above_twelve_decides_for_all_rows_of_the_file() -> None:
    [found] = understood("date,amount,currency,text\n03/04/2026,1.50,EUR,a\n03/25/2026,1.50,EUR,b\n")
    assert [str(each.booked_on) for each in found.lines] == ["2026-03-04", "2026-03-25"]


def test_dates_that_could_be_two_are_asked_for_and_then_read() -> None:
    raw = "date,amount,currency,text\n03/04/2026,1.50,EUR,a\n05/04/2026,1.50,EUR,b\n"
    assert "--date-order" in refused(raw)[0].hint
    assert str(understood(raw, Options(date_order="dmy"))[0].lines[0].booked_on) == "2026-04-03"
    assert str(understood(raw, Options(date_order="mdy"))[0].lines[0].booked_on) == "2026-03-04"


def test_dates_that_run_against_the_layout_are_not_read_by_it() -> None:
    raw = (SAMPLES / "chase.csv").read_text()
    for there, here in (("03/25/2026", "05/04/2026"), ("03/24/2026", "06/03/2026"), ("03/02/2026", "04/02/2026")):
        raw = raw.replace(there, here)
    assert refused(raw)[0].code == "E627"


def test_german_amount_is_never_read_as_a_small_one() -> None:
    [found] = understood("date;amount;currency;text\n02.03.2026;1.234,56;EUR;a\n13.03.2026;1.234;EUR;b\n")
    assert [each.amount for each in found.lines] == [123456, 123400]


def test_amount_that_could_be_two_is_asked_for_unless_the_balances_tell() -> None:
    raw = "date;amount;currency;text\n02.03.2026;1.234;EUR;a\n13.03.2026;500;EUR;b\n"
    assert places(refused(raw)) == [("E628", 2, 12)]
    assert understood(raw, Options(decimal=","))[0].lines[0].amount == 123400
    assert refused(raw, Options(decimal="."))[0].code == "E628"
    told = "date;amount;currency;balance;text\n02.03.2026;1.234;EUR;2.234;a\n13.03.2026;500;EUR;2.734;b\n"
    assert understood(told)[0].lines[0].amount == 123400


def test_amounts_of_one_file_with_two_decimal_marks_name_both() -> None:
    [found] = refused("date;amount;currency;text\n02.03.2026;1.234,56;EUR;a\n13.03.2026;12.50;EUR;b\n")
    assert (found.code, found.span and found.span.line) == ("E628", 2)
    assert '"12.50" on line 3' in found.message


@pytest.mark.parametrize(("currency", "text", "minor"), [("EUR", "12.345", None), ("JPY", "12.5", None), ("KWD", "12.345", 12345)])
def test_more_decimals_than_the_currency_has_are_refused(currency: str, text: str, minor: int | None) -> None:
    raw = f"date,amount,currency,text\n2026-03-02,{text},{currency},a\n2026-03-03,7,{currency},b\n"
    if minor is None:
        assert refused(raw, Options(decimal="."))[0].code == "E628"
    else:
        assert understood(raw, Options(decimal="."))[0].lines[0].amount == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("(85.00)", -8500), ("($85.00)", -8500), ("-$76.00", -7600), ("+$327.49", 32749), ("- $21.59", -2159), ("£12.50", 1250),
        ("12.50-", -1250), ("12.50 CR", 1250), ("12.50 DR", -1250), ("1'234.50", 123450), ("1 234.50", 123450), ("−12.50", -1250),
        ('="12.50"', 1250), ("1,23,456.50", 12345650), (".50", 50), ("EUR 12.50", 1250), ("12.5", 1250), ("12.500000", 1250),
    ],
)  # fmt: skip
def test_amount_in_the_manners_of_banks(text: str, minor: int) -> None:
    quoted = '"' + text.replace('"', '""') + '"'
    assert understood(f"date,amount,currency,text\n2026-03-02,{quoted},EUR,a\n2026-03-03,7.25,EUR,b\n")[0].lines[0].amount == minor


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "1,23.45", "--5", "(5", "5)", "1e5", "٣.٥٠", "12..5", "-(5.00)", "nan", "0x10"])
def test_amount_that_is_none_is_refused(text: str) -> None:
    assert refused(f'date,amount,currency,text\n2026-03-02,"{text}",EUR,a\n2026-03-03,7.25,EUR,b\n')[0].code == "E628"


def test_quote_that_is_never_closed_is_named_where_it_was_opened() -> None:
    head = "date,amount,currency,text\n"
    assert places(refused(head + '2026-03-02,1.50,EUR,"a\n2026-03-03,2.50,EUR,b\n')) == [("E625", 2, 21)]
    assert places(refused(head + '2026-03-02,1.50,EUR,"a\n2026-03-03,2.50,EUR,"b"\n2026-03-04,2.50,EUR,c\n')) == [("E625", 2, 21)]


def test_nul_and_utf16_without_a_mark_are_refused_with_their_line() -> None:
    assert places(refused("date,amount,currency,text\n2026-03-02,1.50,EUR,a\0b\n")) == [("E625", 2, 1)]
    assert refused("date,amount,currency,text\n2026-03-02,1.50,EUR,é\n".encode("utf-16-le"))[0].code == "E625"
    assert understood("date,amount,currency,text\n2026-03-02,1.50,EUR,é\n".encode("utf-16"))[0].lines[0].text == "é"


def test_more_bytes_than_a_statement_has_are_refused_before_they_are_looked_at() -> None:
    assert "MB" in refused(b"a" * (LIMIT + 1))[0].message


@pytest.mark.parametrize("raw", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_empty_file_is_refused_and_a_header_alone_is_a_statement_without_lines(raw: bytes) -> None:
    assert refused(raw)[0].code == "E625"
    assert understood("date,amount,currency,text\n")[0].lines == ()


def test_escapes_hidden_characters_and_markup_are_text_and_nothing_more() -> None:
    said = '\x1b[31mA\u202eB,"[red]x[/] &amp;amp; \x07y z"'
    [found] = understood(f"date,amount,currency,payer,text\n2026-03-02,1.50,EUR,{said}\n")
    assert (found.lines[0].payer, found.lines[0].text) == ("[31mAB", "[red]x[/] & y z")


def test_break_within_a_text_is_kept_as_a_line_end() -> None:
    [found] = understood('date,amount,currency,text\r\n2026-03-02,1.50,EUR,"INV-2026-\r\n0042"\r\n')
    assert found.lines[0].text == "INV-2026-\n0042"


def test_unknown_status_direction_and_currency_are_asked_for() -> None:
    revolut = (SAMPLES / "revolut.csv").read_text()
    assert refused(revolut.replace("REVERTED", "FROZEN"))[0].code == "E631"
    ing = (SAMPLES / "ing-nl.csv").read_text()
    assert refused(ing.replace('"Bij"', '"Erbij"'))[0].code == "E631"
    assert refused("date,amount,text\n2026-03-02,1.50,a\n")[0].code == "E631"
    assert understood("date,amount,text\n2026-03-02,1.50,a\n", Options(currency="SEK"))[0].currency == "SEK"


def test_amount_beside_income_and_expense_must_be_the_same() -> None:
    kbc = (SAMPLES / "kbc.csv").read_text()
    assert refused(kbc.replace(";1.190,00;       ;BE68", ";1.191,00;       ;BE68"))[0].code == "E629"


def test_same_id_twice_is_set_aside_when_all_is_the_same_and_refused_when_not() -> None:
    head, row = "id,date,amount,currency,text\n", "A1,2026-03-02,1.50,EUR,a\n"
    [found] = understood(head + row + row)
    assert ([each.id for each in found.lines], [each.reason for each in found.skipped]) == (["A1"], ["the same as line 2"])
    monzo = (SAMPLES / "monzo.csv").read_text()
    assert refused(monzo.replace("tx_0000Aa2", "tx_0000Aa1"))[0].code == "E629"


def test_no_layout_and_no_plain_header_is_refused_with_the_way_out() -> None:
    [found] = refused("Wann;Wieviel;Wer\n02.03.2026;1,50;A\n")
    assert found.code == "E626"
    assert "bill bank profile" in found.hint
    assert refused("date,amount,total amount,betrag\n2026-03-02,1.50,2,3\n")[0].code == "E626"


def test_profile_that_is_not_there_or_does_not_fit() -> None:
    with pytest.raises(UsageError, match="no profile"):
        understood("date,amount\n", Options(profile="kbx"))
    assert refused("date,amount,currency\n2026-03-02,1.50,EUR\n", Options(profile="kbc"))[0].code == "E626"


def test_user_profile_takes_the_place_of_a_shipped_one_with_the_same_header() -> None:
    from billcli.banks.read import read

    mine = shipped()["bunq"].model_copy(update={"currency": "USD"})
    [found] = read((SAMPLES / "bunq.csv").read_bytes(), "x", {"mine": mine, **shipped()})
    assert (found.format, found.currency) == ("csv:mine", "USD")


def test_all_problems_of_a_file_are_told_at_once_up_to_a_number() -> None:
    rows = "".join(f"2026-03-{day:02d},x,EUR,a\n" for day in range(1, 31))
    assert len(refused("date,amount,currency,text\n" + rows)) == 20

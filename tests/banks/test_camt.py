"""CAMT: what an entry becomes, by samples of versions 2 and 8 and by small statements."""

from __future__ import annotations

from datetime import date

import pytest

from billcli.banks.camt import read_camt
from billcli.banks.structured import Refused
from billcli.core.bank import BankLine, BankStatement
from tests.support import PROJECT

SAMPLES = PROJECT / "tests" / "banks" / "samples"


def sample(name: str) -> BankStatement:
    (found,) = read_camt((SAMPLES / name).read_bytes(), name)
    return found


def wrapped(inside: str, message: str = "BkToCstmrStmt", part: str = "Stmt", version: str = "camt.053.001.08") -> bytes:
    head = f'<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{message}><{part}>'
    return f"{head}<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\n{inside}\n</{part}></{message}></Document>\n".encode()


def entry(amount: str = "10.00", sign: str = "CRDT", details: str = "", unit: str = "EUR", day: str = "2026-03-05", more: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="{unit}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt>{more}'
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def balance(code: str, amount: str, sign: str = "CRDT", unit: str = "EUR") -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f'<Bal>{kind}<Amt Ccy="{unit}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-03-01</Dt></Dt></Bal>'


def one(details: str, **more: str) -> BankLine:
    ((line,),) = [each.lines for each in read_camt(wrapped(entry(details=details, **more)), "x.xml")]
    return line


def told(raw: bytes) -> list[tuple[str, int, str]]:
    with pytest.raises(Refused) as refused:
        read_camt(raw, "bank.xml")
    assert all(each.file == "bank.xml" and each.hint for each in refused.value.diagnostics)
    return [(each.code, each.span.line if each.span else 0, each.message) for each in refused.value.diagnostics]


def test_statement_of_version_8_and_its_balances() -> None:
    read = sample("camt053-v8.xml")
    assert (read.account, read.currency, read.number, read.format) == ("DE89370400440532013000", "EUR", "3", "camt.053")
    assert (read.opening, read.closing, read.verified) == (100000, 346620, "balances")
    assert (read.from_on, read.until_on) == (date(2026, 3, 1), date(2026, 3, 31))
    assert [line.amount for line in read.lines] == [142650, 10000, 20000, 50000, -7530, 98500, 33000, -100000]
    assert [(each.row, each.reason) for each in read.skipped] == [(112, "pending: not booked yet")]


def test_payer_ultimate_debtor_purpose_and_reference() -> None:
    line = sample("camt053-v8.xml").lines[0]
    assert (line.payer, line.iban, line.ultimate) == ("Nordwind Handels GmbH", "DE02120300000000202051", "Nordwind Logistik KG")
    assert line.text == "INV-2026-00\n42 consulting in March\nINV-2026-0042"
    assert (line.references, line.end_to_end, line.bank_id, line.id) == (("RF73INV20260042",), "", "B0001", "B0001")
    assert (line.row, line.booked_on, line.value_on) == (19, date(2026, 3, 5), date(2026, 3, 6))


def test_batch_whose_amounts_add_up_is_one_line_each() -> None:
    first, second = sample("camt053-v8.xml").lines[1:3]
    assert (first.id, first.payer, first.end_to_end, first.booked_on) == ("T0002A", "Adler AG", "E-17", date(2026, 3, 9))
    assert (second.id, second.payer, second.text) == ("B0002-2", "Birke e.K.", "INV-2026-0018")


def test_batch_without_amounts_stays_one_line_with_all_texts() -> None:
    line = sample("camt053-v8.xml").lines[3]
    assert (line.amount, line.payer, line.text) == (50000, "Clearing House", "part one\npart two")


def test_batch_that_does_not_add_up_stays_one_line() -> None:
    details = "".join(f'<TxDtls><Amt Ccy="EUR">{each}</Amt></TxDtls>' for each in ("4.00", "7.00"))
    assert one(details).amount == 1000


def test_batch_of_both_directions_keeps_the_sign_of_each() -> None:
    details = "".join(
        f'<TxDtls><Amt Ccy="EUR">{each}</Amt><CdtDbtInd>{sign}</CdtDbtInd></TxDtls>' for each, sign in (("14.00", "CRDT"), ("4.00", "DBIT"))
    )
    (read,) = read_camt(wrapped(entry(details=details)), "x.xml")
    assert [line.amount for line in read.lines] == [1400, -400]


def test_returned_debit_names_its_debtor_and_what_comes_back() -> None:
    line = sample("camt053-v8.xml").lines[4]
    assert (line.kind, line.payer, line.returned, line.text) == ("return", "Eiche OHG", "INV-2026-0011", "insufficient funds")


def test_fee_kept_on_the_way_and_amount_before_an_exchange() -> None:
    fee, exchanged = sample("camt053-v8.xml").lines[5:7]
    assert (fee.amount, fee.fee) == (98500, 1500)
    assert (exchanged.original, exchanged.fee, exchanged.iban) == ((36000, "USD"), 0, "123456-7")


def test_reversal_goes_the_way_the_entry_says() -> None:
    line = sample("camt053-v8.xml").lines[7]
    assert (line.amount, line.kind, line.text) == (-100000, "return", "Reversal of 16 March")


def test_notification_of_version_2_with_prefixes_and_latin_1() -> None:
    read = sample("camt054-v2.xml")
    assert (read.format, read.account, read.currency, read.encoding) == ("camt.054", "01-2345-6", "CHF", "iso-8859-1")
    assert [(line.amount, line.payer) for line in read.lines] == [(1050, "Zürich Möbel"), (1950, "")]
    assert read.lines[0].references == ("210000000003139471430009017",)


def test_charge_beside_the_amount_is_no_fee() -> None:
    charge = '<Rcrd><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>{}</Rcrd>'
    assert one(f"<TxDtls><Chrgs>{charge.format('')}</Chrgs></TxDtls>").fee == 100
    assert one(f"<TxDtls><Chrgs>{charge.format('<ChrgInclInd>false</ChrgInclInd>')}</Chrgs></TxDtls>").fee == 0
    assert one('<TxDtls><Chrgs><Amt Ccy="EUR">2.00</Amt></Chrgs></TxDtls>').fee == 200


def test_bank_charges_are_a_kind() -> None:
    assert one("", sign="DBIT", more="<BkTxCd><Domn><Fmly><SubFmlyCd>CHRG</SubFmlyCd></Fmly></Domn></BkTxCd>").kind == "fee"


def test_other_side_is_the_one_that_is_not_our_account() -> None:
    parties = (
        "<TxDtls><RltdPties><Dbtr><Nm>Us</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>Supplier</Nm></Cdtr><CdtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></CdtrAcct></RltdPties></TxDtls>"
    )
    assert one(parties).payer == "Supplier"
    assert one(parties, sign="DBIT").payer == "Supplier"


def test_interim_report_that_is_a_part_of_the_day_is_not_held_against_its_balances() -> None:
    inside = balance("PRCD", "5.00") + balance("ITBD", "100.00") + entry()
    (read,) = read_camt(wrapped(inside, "BkToCstmrAcctRpt", "Rpt", "camt.052.001.08"), "x.xml")
    assert (read.format, read.opening, read.verified) == ("camt.052", None, "")
    (read,) = read_camt(wrapped(balance("PRCD", "5.00") + balance("ITBD", "15.00") + entry(), "BkToCstmrAcctRpt", "Rpt"), "x.xml")
    assert (read.opening, read.closing, read.verified) == (500, 1500, "balances")


def test_newest_first_is_turned_round() -> None:
    (read,) = read_camt(wrapped(entry("1.00", day="2026-03-09") + entry("2.00", day="2026-03-05")), "x.xml")
    assert [line.amount for line in read.lines] == [200, 100]


def test_equal_entries_stay_two_and_an_id_for_several_is_none() -> None:
    (read,) = read_camt(wrapped(entry() + entry()), "x.xml")
    assert len({line.id for line in read.lines}) == 2
    repeated = "<AcctSvcrRef>SAME</AcctSvcrRef>"
    (read,) = read_camt(wrapped(entry(more=repeated) + entry("3.00", more=repeated)), "x.xml")
    assert len({line.id for line in read.lines}) == 2
    assert {line.bank_id for line in read.lines} == {"SAME"}


def test_statement_that_does_not_add_up_is_refused_but_can_be_shown() -> None:
    raw = wrapped(balance("OPBD", "1.00") + "\n" + balance("CLBD", "12.00") + entry())
    with pytest.raises(Refused) as refused:
        read_camt(raw, "bank.xml")
    (why,) = refused.value.diagnostics
    assert (why.code, why.span and why.span.line) == ("E653", 4)
    assert why.message == "opening balance 1.00 and 1 line of together 10.00 make 11.00 EUR, but the closing balance is 12.00"
    assert [line.amount for line in refused.value.understood[0].lines] == [1000]


def test_balance_in_another_currency_proves_nothing() -> None:
    (read,) = read_camt(wrapped(balance("OPBD", "1.00") + balance("CLBD", "27.00", "DBIT", "SEK") + entry()), "x.xml")
    assert (read.opening, read.closing, read.verified) == (100, None, "")
    assert [each.text for each in read.skipped] == ["CLBD -27.00 SEK"]


@pytest.mark.parametrize(
    ("inside", "code", "part"),
    [
        (entry("1.005"), "E652", '"1.005" is finer than EUR allows (2 decimals)'),
        (entry("1,00"), "E652", '"1,00" is not an amount'),
        (entry("-1.00"), "E652", '"-1.00" is not an amount'),
        (entry("1e5"), "E652", '"1e5" is not an amount'),
        (entry("１.00"), "E652", "is not an amount"),
        (entry("9999999999999.00"), "E652", "is too large"),
        (entry(unit="EEK"), "E652", '"EEK" is not a currency'),
        (entry(unit=""), "E652", "no amount with a currency"),
        (entry(sign="UP"), "E652", '"UP" is neither CRDT nor DBIT'),
        (entry(day="2026-02-30"), "E652", '"2026-02-30" is not a day'),
        (entry(day=""), "E652", "neither a booking date nor a value date"),
        (entry() + "\n" + entry(unit="USD"), "E654", "an entry of the account in EUR is in USD"),
        (balance("OPBD", "x"), "E652", 'balance: "x" is not an amount'),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(inside: str, code: str, part: str) -> None:
    ((found, line, message),) = told(wrapped(inside))
    assert found == code
    assert line == (4 if code == "E654" else 3)
    assert part in message


def test_every_fault_is_told_at_once() -> None:
    every = told(wrapped("\n".join(entry(amount) for amount in ("1.005", "x", "2.00", "y"))))
    assert [line for _, line, _ in every] == [3, 4, 6]


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (b"", "the file is empty"),
        (b"<Document/>", "there is no bank statement in <Document>"),
        (wrapped(entry())[:-60], "the file ends before its XML does"),
        (wrapped(entry()).replace(b"10.00", b"10\x0000"), "the control character U+0000"),
        (wrapped(entry()).replace(b"camt.053.001.08", b"pain.001.001.03"), "which is not that of camt.053"),
        (b'<Document xmlns="urn:x"><CstmrCdtTrfInitn/></Document>', "there is no bank statement in <Document>"),
        (b"<Document><BkToCstmrStmt></BkToCstmrStmt></Document>", "the camt.053 message holds no statement"),
        (b'<?xml version="1.0" encoding="no-such-code"?><Document/>', "encoding"),
        (wrapped(entry(more="<AddtlNtryInf>\u00fc</AddtlNtryInf>")).decode().encode("latin-1"), "this is no XML: not well-formed"),
        (wrapped(entry(more="<AddtlNtryInf>&nbsp;</AddtlNtryInf>")), "undefined entity"),
        (b"<a>" * 100_000, "deep in each other"),
        (wrapped("<Ntry>" + "<a>" * 100_000), "deep in each other"),
        (wrapped(entry(more="".join(f"<a{n}/>" for n in range(20_000)))), "kinds of elements"),
        (b"a,b\n1,2\n", "this is no XML"),
    ],
)
def test_a_file_that_is_no_statement_is_refused(raw: bytes, part: str) -> None:
    ((code, _, message),) = told(raw)
    assert code == "E650"
    assert part in message


BILLION = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
EXTERNAL = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BILLION, EXTERNAL, b"<!DOCTYPE Document>", b'<!DOCTYPE a SYSTEM "http://bank.example/x.dtd">'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_is_refused_before_anything_of_it_is_read(doctype: bytes, encoding: str) -> None:
    raw = wrapped(entry()).replace(b'<?xml version="1.0"?>\n', doctype).decode().encode(encoding)
    ((code, line, _),) = told(raw)
    assert (code, line) == ("E651", 1)


def test_statement_in_utf_16_reads_like_any_other() -> None:
    (read,) = read_camt(wrapped(entry()).decode().encode("utf-16"), "x.xml")
    assert [line.amount for line in read.lines] == [1000]


def test_terminal_escapes_and_hidden_characters_do_not_get_through() -> None:
    line = one("<TxDtls><RmtInf><Ustrd>a&#x9b;31mb\u202ec\u200bd\u2028e [red] [/]</Ustrd></RmtInf></TxDtls>")
    assert line.text == "a\ufffd31mbcd\ne [red] [/]"


def test_many_entries_are_not_held_in_memory() -> None:
    import tracemalloc

    raw = wrapped((entry(day="2026-03-05", more="<X><Y>" + "z" * 5000 + "</Y></X>") + "\n") * 2000)
    tracemalloc.start()
    read_camt(raw, "x.xml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(raw) / 2


def test_a_file_beyond_the_limit_is_refused_unread() -> None:
    from billcli.banks import structured

    class Long(bytes):
        def __len__(self) -> int:
            return structured.MAX_BYTES * 2

    assert told(Long(b"<"))[0][2] == "the file has 200 MB; at most 100 are read"

"""Tables that are imported: what must be refused, and at which cell; what must be read. And bank statements."""

from __future__ import annotations

from tests.fuzz.bad.case import Case, bad, good

INVOICES = "number,customer,issued_on,currency,gross,description\n"
_ROW = "A1,nordwind,2026-03-14,EUR,100.00,Work\n"
PAYMENTS = "external_id,customer,received_on,amount,currency\n"
CUSTOMERS = "id,name,country,email\n"


def _amount(text: str) -> str:
    return f"{PAYMENTS}p1,nordwind,2026-03-14,«{text},EUR\n"


FORM = [
    bad("an empty file", "", "E701", "the file is empty"),
    bad("line ends alone", "\n\n\n", "E701", "the file is empty"),
    bad("a quote that is not closed", f'{PAYMENTS}p1,nordwind,2026-03-14,«"5.00,EUR\np1,nordwind,2026-03-15,6.00,EUR\n', "E701", "never closed"),
    bad("a quote that is not closed, in the header", 'external_id,customer,«"received_on,amount\np1,nordwind,2026-03-14,5.00\n', "E701", "never closed"),
    bad("a text after a quote", f'{PAYMENTS}p1,nordwind,2026-03-14,"5"«00,EUR\n', "E701"),
    bad("a quote within quotes", f'{INVOICES}A1,nordwind,2026-03-14,EUR,100.00,"12"« nails"\n', "E701"),
    bad("too few cells", f"{PAYMENTS}«p1,nordwind,2026-03-14,5.00\n", "E703", "the row has 4 cells; the header has 5"),
    bad("too many cells", f"{PAYMENTS}«p1,nordwind,2026-03-14,5.00,EUR,x\n", "E703", "the row has 6 cells"),
    bad("a decimal comma without quotes", f"{PAYMENTS}«p1,nordwind,2026-03-14,5,00,EUR\n", "E703"),
    bad("a NUL", f"{PAYMENTS}p1,nordwind,2026-03-14,5«\0.00,EUR\n", "E701", "U+0000"),
    bad("an escape", f"{PAYMENTS}p1,nordwind,2026-03-14,«5\x1b[31m.00,EUR\n", "E205"),
    Case("Latin-1", f"{CUSTOMERS}mueller,M\xfcller,DE,\n".encode("latin-1"), "E701", 2, 10, "byte 0xfc is not utf-8"),
    Case("UTF-16", PAYMENTS.encode("utf-16"), "E701", 1, 1, "the file is utf-16"),
    Case("UTF-16 without a mark", PAYMENTS.encode("utf-16-le"), "E701", 1, 2, "U+0000"),
    Case("a cut character", f"{CUSTOMERS}mueller,M".encode() + b"\xc3", "E701", 2, 10, "byte 0xc3"),
    Case("a workbook", b"PK\x03\x04\x14\0\x06\0" + bytes(40), "E701", 1, 1, "an Excel workbook"),
    bad("a long cell", f"{PAYMENTS}p1,nordwind,2026-03-14,{'5' * 131_073},EUR\n", "E701", "131072"),
    bad("a long cell that is an amount", _amount("5" * 131_000), "E205"),
    bad("a conflict", f"{PAYMENTS}«<<<<<<< HEAD\n{_ROW}=======\n>>>>>>> b\n", "E703"),
    bad("semicolons", PAYMENTS.replace(",", ";") + "p1;nordwind;2026-03-14;5.00;EUR\n", "E702"),
    bad("tabs", PAYMENTS.replace(",", "\t"), "E702"),
    bad("a column twice", "external_id,customer,received_on,amount,«amount\np1,nordwind,2026-03-14,5.00,6.00\n", "E702", "stands twice"),
    bad("a column twice, but for blanks", "external_id,customer,received_on,amount,« amount\np1,nordwind,2026-03-14,5.00,6.00\n", "E702", "stands twice"),
    bad("two names of one field", "external_id,customer,received_on,amount,«customer\np1,n,2026-03-14,5.00,m\n", "E702"),
    bad("a misspelt column", "external_id,customer,received_on,«amuont\np1,nordwind,2026-03-14,5.00\n", "E702", 'did you mean "amount"'),
    bad("a column without a name", "external_id,customer,received_on,amount,«\np1,nordwind,2026-03-14,5.00,x\n", "E702", "column 5 has no name"),
    bad("no header", "p1,nordwind,2026-03-14,5.00,EUR\n", "E702"),
    bad("a missing column", "customer,received_on\np1,nordwind,2026-03-14\n", "E702", "amount"),
    bad("a header with a zero-width space", "external_id,customer,received_on,«amo\u200bunt\np1,nordwind,2026-03-14,5.00\n", "E702"),
    bad("a header with Cyrillic", "external_id,customer,received_on,«\u0430mount\np1,nordwind,2026-03-14,5.00\n", "E702"),
    bad("a header with an escape", "external_id,customer,received_on,amount,«\x1b]8;;http://evil\x07\np1,nordwind,2026-03-14,5.00,x\n", "E702"),
    bad("a long header", f"external_id,customer,received_on,amount,«{'h' * 3000}\np1,nordwind,2026-03-14,5.00,x\n", "E702"),
]  # fmt: skip

_BAD_AMOUNTS = {
    "a decimal comma": '"5,00"', "points and a comma": '"1.234,56"', "commas and a point": '"1,234.56"', "an exponent": "1e3", "NaN": "NaN",
    "infinity": "inf", "an underscore": "1_000", "Arabic digits": "٥٠", "full width": "５.00", "nothing": "", "a blank": '" "', "letters": "abc",
    "a currency": "5 EUR", "a sign": "€5", "a formula": "=1+1", "a formula in quotes": '"=SUM(A1:A9)"', "a plus sign": "+5", "a minus sign": "-5.00",
    "parentheses": "(5.00)", "a trailing minus": "5.00-", "minus nothing": "-0", "a percent sign": "5%", "too many decimals": "5.001",
    "too much": "1000000000000.00", "zeros first": "005.00", "a long dash": "−5.00", "no digit before the point": ".5", "no digit after it": "5.",
    "hexadecimal": "0x10", "six thousand digits": "9" * 6000, "Excel's error": "#VALUE!", "Excel's hashes": "#######", "nothing at all": "0", "a date": "2026-03-14",
}  # fmt: skip
_CODES = {"nothing": "E202", "a blank": "E202", "too many decimals": "E211"}
AMOUNTS = [bad(f"amount: {name}", _amount(text), _CODES.get(name, "E205")) for name, text in _BAD_AMOUNTS.items()]

_BAD_DAYS = {
    "30 February": "2026-02-30", "month 13": "2026-13-01", "German": "14.03.2026", "American": "03/14/2026", "two digits": "26-03-14", "no dashes": "20260314",
    "a time": "2026-03-14 09:00", "Excel's number": "46095", "an epoch": "1773446400", "words": "today", "nothing": "", "Arabic digits": "٢٠٢٦-٠٣-١٤",
    "the year 0": "0000-00-00", "long ago": "0206-03-14", "a formula": "=TODAY()", "a week": "2026-W11",
}  # fmt: skip
DAYS = [
    bad(f"day: {name}", f"{PAYMENTS}p1,nordwind,«{text},5.00,EUR\n", "E202" if not text else "E206") for name, text in _BAD_DAYS.items()
]  # fmt: skip

_BAD_IDS = (
    "a/b", "../x", "..", ".", "con", "CON", "nul.txt", "Lpt1", "a" * 65, "a b", "-x", "ä", "a.", "a\\b", "a:b", "北京", "a\x00b".replace("\0", "*"), "~", "a\u200bb",
    "a|b", "COM1.yaml", "\u202ea", "_x", ".git",
)  # fmt: skip
IDS = [bad(f"id: {ascii(name)[:20]}", f"{CUSTOMERS}«{name},Neu GmbH,DE,\n", "E207") for name in _BAD_IDS]

CELLS = [
    bad("a currency that is none", f"{PAYMENTS}p1,nordwind,2026-03-14,5.00,«EURO\n", "E210"),
    bad("a currency in small letters", f"{PAYMENTS}p1,nordwind,2026-03-14,5.00,«eur\n", "E210"),
    bad("a customer that is none", f"{PAYMENTS}p1,«nordwnid,2026-03-14,5.00,EUR\n", "E204"),
    bad("no customer", f"{PAYMENTS}p1,«,2026-03-14,5.00,EUR\n", "E202"),
    bad("a country that is none", f"{CUSTOMERS}neu,Neu GmbH,«UK,\n", "E217"),
    bad("an address that is no e-mail", f"{CUSTOMERS}neu,Neu GmbH,DE,«nobody\n", "E218"),
    bad("two e-mail addresses", f'{CUSTOMERS}neu,Neu GmbH,DE,«"a@x.example,b@x.example"\n', "E218"),
    bad("an e-mail address with a line end", f'{CUSTOMERS}neu,Neu GmbH,DE,«"a@x.example\nBcc: b@x.example"\n', "E218"),
    bad("no name", f"{CUSTOMERS}neu,«,DE,\n", "E202"),
    bad("a name with a line end", f'{CUSTOMERS}neu,«"Neu\nGmbH",DE,\n', "E208"),
    bad("a name with an escape", f"{CUSTOMERS}neu,«Neu\x1b[31m,DE,\n", "E208"),
    bad("a long name", f"{CUSTOMERS}neu,«{'N' * 3000},DE,\n", "E208"),
    bad("a customer twice", f"{CUSTOMERS}neu,Neu GmbH,DE,\n«neu,Neue AG,DE,\n", "E402"),
    bad("a customer twice in another case", f"{CUSTOMERS}neu,Neu GmbH,DE,\n«NEU,Neue AG,DE,\n", "E402"),
]  # fmt: skip

GOOD = [
    good("a byte order mark", "\ufeff" + PAYMENTS + "p1,nordwind,2026-03-14,5.00,EUR\n"),
    good("line ends of Windows", PAYMENTS.replace("\n", "\r\n") + "p1,nordwind,2026-03-14,5.00,EUR\r\n"),
    good("line ends of old Macintosh", PAYMENTS.replace("\n", "\r") + "p1,nordwind,2026-03-14,5.00,EUR\r"),
    good("no line end at the end", PAYMENTS + "p1,nordwind,2026-03-14,5.00,EUR"),
    good("empty lines", PAYMENTS + "\n\np1,nordwind,2026-03-14,5.00,EUR\n\n"),
    good("everything in quotes", '"external_id","customer","received_on","amount","currency"\n"p1","nordwind","2026-03-14","5.00","EUR"\n'),
    good("columns in another order", "amount,customer,currency,external_id,received_on\n5.00,nordwind,EUR,p1,2026-03-14\n"),
    good("blanks around names", "external_id, customer , received_on , amount , currency\np1,nordwind,2026-03-14,5.00,EUR\n"),
    good("fewer decimals", PAYMENTS + "p1,nordwind,2026-03-14,5,EUR\n"),
    good("a header alone", PAYMENTS),
]  # fmt: skip

FILES = [*FORM, *AMOUNTS, *DAYS, *IDS, *CELLS]

# bank statements

CAMT = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-03-14</Dt></BookgDt><AcctSvcrRef>1</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
_LAUGHS = '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'


def _camt(old: str, new: str) -> str:
    assert old in CAMT
    return CAMT.replace(old, new, 1)


STA = """\
:20:STARTUMS
:25:37040044/532013000
:28C:3/1
:60F:C260301EUR1000,00
:61:2603140314C5,00NTRFNONREF
:86:166?20INV-2026-0042?32NORDWIND
:62F:C260331EUR1005,00
-
"""


def _sta(old: str, new: str) -> str:
    assert old in STA
    return STA.replace(old, new, 1)


OFX = """\
OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:UTF-8

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260314<TRNAMT>5.00<FITID>1<NAME>NORDWIND</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>5.00<DTASOF>20260331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def _ofx(old: str, new: str) -> str:
    assert old in OFX
    return OFX.replace(old, new, 1)


CSV = """\
Date,Payee,Amount,Balance
2026-03-14,NORDWIND,5.00,105.00
2026-03-15,SUEDWIND,7.25,112.25
2026-03-28,WESTWIND,-1.00,111.25
"""


def _csv(old: str, new: str) -> str:
    assert old in CSV
    return CSV.replace(old, new, 1)


STATEMENTS = [
    bad("an entity of a file", CAMT.replace("<Document", '«<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<Document', 1).replace("<Id>1<", "<Id>&x;<"), "E651", "DOCTYPE"),
    bad("an entity of the network", CAMT.replace("<Document", '«<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">\n<Document', 1), "E651"),
    bad("a DOCTYPE alone", CAMT.replace("<Document", "«<!DOCTYPE Document>\n<Document", 1), "E651"),
    bad("billion laughs", CAMT.replace("<Document", f"«{_LAUGHS}\n<Document", 1).replace("<Id>1<", "<Id>&c;<"), "E651"),
    bad("an entity of parameters", CAMT.replace("<Document", '«<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]>\n<Document', 1), "E651"),
    bad("an unknown entity", _camt("<Id>1<", "<Id>«&nosuch;<"), "E650"),
    bad("another encoding than it says", _camt("UTF-8", "UTF-16"), "E650"),
    bad("an encoding that is none", _camt("UTF-8", "KLINGON"), "E650"),
    Case("Latin-1 that says UTF-8", _camt("<Id>1<", "<Id>M\xfc<").encode("latin-1"), "E650", 3),
    bad("a NUL", _camt("<Id>1<", "<Id>«\0<"), "E650"),
    bad("a character that XML has not", _camt("<Id>1<", "<Id>«&#0;<"), "E650"),
    bad("an element that is not closed", CAMT.replace("</Stmt></", "</«"), "E650"),
    bad("cut in the middle", CAMT[:300], "E650"),
    bad("two documents", CAMT + "«" + CAMT.partition("\n")[2], "E650"),
    bad("another kind of XML", '<?xml version="1.0"?>\n<html><body/></html>\n', "E650"),
    bad("an empty element", '<?xml version="1.0"?>\n<Document/>\n', "E650"),
    bad("nested too deeply", '<?xml version="1.0"?>\n' + "<a>" * 50_000, "E650"),
    bad("a huge text", _camt("<Id>1<", "<Id>" + "x" * 5_000_000 + "<").replace("</Ntry>", "", 1), "E650"),
    bad("an amount with a comma", _camt(">5.00<", ">5,00<"), "E652"),
    bad("an amount with an exponent", _camt(">5.00<", ">1e3<"), "E652"),
    bad("an amount that is none", _camt(">5.00<", ">NaN<"), "E652"),
    bad("an amount that is empty", _camt(">5.00<", "><"), "E652"),
    bad("too many decimals", _camt(">5.00<", ">5.001<"), "E652"),
    bad("a currency that is none", _camt('Ccy="EUR"', 'Ccy="EURO"'), "E652"),
    bad("another currency than the account's", _camt('Ccy="EUR"', 'Ccy="USD"'), "E654"),
    bad("neither in nor out", _camt("CRDT", "BOTH"), "E652"),
    bad("30 February", _camt("2026-03-14", "2026-02-30"), "E652"),
    bad("no day", _camt("<BookgDt><Dt>2026-03-14</Dt></BookgDt>", ""), "E652"),
    bad("no amount", _camt('<Amt Ccy="EUR">5.00</Amt>', ""), "E652"),
    bad("MT940: no amount", _sta("C5,00N", "CN"), "E652"),
    bad("MT940: 30 February", _sta(":61:2603140314", ":61:2602300230"), "E652"),
    bad("MT940: neither in nor out", _sta("0314C5", "0314X5"), "E652"),
    bad("MT940: thousands or decimals", _sta("C5,00N", "C5.000N"), "E652", "thousands or three decimals"),
    bad("OFX: thousands or decimals", _ofx("<TRNAMT>5.00", "<TRNAMT>1,000"), "E652", "thousands or three decimals"),
    bad("MT940: balances that do not follow", _sta("1005,00", "1006,00"), "E653"),
    bad("MT940: no closing balance", _sta(":62F:C260331EUR1005,00\n", ""), "E650"),
    bad("MT940: cut in the middle", STA[:90], "E650"),
    bad("MT940: a currency that is none", STA.replace("EUR", "XXX"), "E652"),
    bad("MT940: balances in two currencies", _sta(":62F:C260331EUR", ":62F:C260331USD"), "E654"),
    bad("OFX: 30 February", _ofx("<DTPOSTED>20260314", "<DTPOSTED>20260230"), "E652"),
    bad("OFX: no amount", _ofx("<TRNAMT>5.00", ""), "E652"),
    bad("OFX: an amount that is none", _ofx("<TRNAMT>5.00", "<TRNAMT>five"), "E652"),
    bad("OFX: an amount with an exponent", _ofx("<TRNAMT>5.00", "<TRNAMT>1e3"), "E652"),
    bad("OFX: a currency that is none", _ofx("<CURDEF>EUR", "<CURDEF>EURO"), "E652"),
    bad("OFX: cut in the middle", OFX[:330], "E650"),
    bad("OFX: a DOCTYPE", _ofx("<OFX>", '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><OFX>'), "E651"),
    bad("OFX: a header alone", OFX.partition("\n\n")[0] + "\n\n", "E650"),
    bad("CSV: an empty file", "", "E62"),
    bad("CSV: no layout that fits", "a,b\n1,2\n", "E626"),
    bad("CSV: a text", "hello\n", "E626"),
    bad("CSV: a web page", "<html><body>Please log in</body></html>\n", "E650"),
    bad("CSV: a PDF", "«%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "E625", "the file is a PDF"),
    bad("CSV: a quote that is not closed", _csv("NORDWIND", '«"NORDWIND'), "E625", "never closed"),
    bad("CSV: too few cells", _csv("2026-03-15,SUEDWIND,7.25,112.25", "2026-03-15,SUEDWIND,7.25"), "E630"),
    bad("CSV: a NUL", _csv("NORDWIND", "NORD\0WIND"), "E62"),
    bad("CSV: an empty amount", _csv(",5.00,", ",«,"), "E628"),
    bad("CSV: an amount that is none", _csv(",5.00,", ",«abc,"), "E628"),
    bad("CSV: an exponent", _csv(",5.00,", ",«1e3,"), "E628"),
    bad("CSV: an underscore", _csv(",5.00,", ",«1_000,"), "E628"),
    bad("CSV: NaN", _csv(",5.00,", ",«NaN,"), "E628"),
    bad("CSV: Excel's error", _csv(",5.00,", ",«#VALUE!,"), "E628"),
    bad("CSV: a formula", _csv(",5.00,", ",«=1+4,"), "E628"),
    bad("CSV: mixed decimal marks", _csv(",5.00,105.00", ',«"5,00",105.00'), "E628"),
    bad("CSV: a decimal comma without quotes", _csv(",5.00,", ",5,00,"), "E630"),
    bad("CSV: 30 February", _csv("2026-03-14", "«2026-02-30"), "E627"),
    bad("CSV: no day", _csv("2026-03-14", "«"), "E627"),
    bad("CSV: days that can be read both ways", CSV.replace("2026-03-14", "«03/04/2026").replace("2026-03-15", "04/05/2026").replace("2026-03-28", "05/06/2026"), "E627"),
    bad("CSV: a row was taken out", _csv("2026-03-15,SUEDWIND,7.25,112.25\n", ""), "E629"),
    bad("CSV: an amount was changed", _csv(",7.25,", ",7.26,"), "E629"),
    bad("CSV: a column twice", _csv("Payee,Amount", "Amount,Amount"), "E62"),
    bad("CSV: a long cell", _csv("NORDWIND", "N" * 131_073), "E62"),
]  # fmt: skip

GOOD_STATEMENTS = [
    good("CAMT", CAMT), good("CAMT with a byte order mark", "\ufeff" + CAMT), good("CAMT with line ends of Windows", CAMT.replace("\n", "\r\n")),
    good("CAMT in UTF-16", CAMT.replace("UTF-8", "UTF-16"), "utf-16"), good("CAMT in Latin-1", _camt("UTF-8", "ISO-8859-1").replace("<Id>1<", "<Id>M\xfc<"), "latin-1"),
    good("MT940", STA), good("MT940 with line ends of Windows", STA.replace("\n", "\r\n")), good("MT940 with a byte order mark", "\ufeff" + STA),
    good("OFX", OFX), good("OFX with line ends of Windows", OFX.replace("\n", "\r\n")),
    good("CSV", CSV), good("CSV with a byte order mark", "\ufeff" + CSV), good("CSV with line ends of Windows", CSV.replace("\n", "\r\n")),
    good("CSV with line ends of old Macintosh", CSV.replace("\n", "\r")), good("CSV in UTF-16", CSV, "utf-16"), good("CSV without a line end", CSV.rstrip("\n")),
    good("CSV with semicolons", CSV.replace(",", ";")), good("CSV with tabs", CSV.replace(",", "\t")),
]  # fmt: skip

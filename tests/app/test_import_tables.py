"""Files of other programs: encodings, delimiters, date and number formats, mappings, and what is no table at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from billcli.core.imports.cells import Formats
from billcli.model.mapping import ImportMapping
from billcli.model.values import BadValue, parse_amount, parse_day, parse_quantity
from billcli.store.read import read_loose
from tests.support import PROJECT, Ran, bill, make_ledger, tree

TODAY = "2026-06-30"
CUSTOMER = """
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
"""
HEAD = "number,customer,issued_on,gross\n"


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return make_ledger(tmp_path / "books", CUSTOMER)


def run(books: Path, noun: str, raw: bytes | str, *words: str, mapping: str = "") -> Ran:
    here = books.parent
    (here / "rows.csv").write_bytes(raw.encode() if isinstance(raw, str) else raw)
    if mapping:
        (here / "map.yaml").write_text(mapping, encoding="utf-8")
        words = ("--mapping", "map.yaml", *words)
    return bill(noun, "import", "rows.csv", *words, "--yes", cwd=here, at=TODAY, env={"BILL_LEDGER": str(books)})


def taken(books: Path, raw: bytes | str, mapping: str = "", noun: str = "invoice") -> Any:
    ran = run(books, noun, raw, "--format", "json", mapping=mapping)
    assert ran.code == 0, ran.err
    assert bill("check", str(books), at=TODAY) == Ran(0, "", "")
    return ran.json


def dates_of(formats: str) -> str:
    return "dates:\n" + "".join(f"  - {each}\n" for each in formats.split(", "))


def mapping_of(text: str) -> ImportMapping:
    entity, problems = read_loose(text.encode(), "map.yaml", ImportMapping, {})
    assert isinstance(entity, ImportMapping), problems
    return entity


# no table


@pytest.mark.parametrize(
    ("raw", "line", "column", "message"),
    [
        (b"", 1, 1, "the file is empty"),
        (b"\n\n", 1, 1, "the file is empty"),
        (b"\xef\xbb\xbf", 1, 1, "the file is empty"),
        (HEAD.encode() + b'A-1,nordwind,2026-03-04,"1\n\n,,\n', 2, 25, "a quote is opened here and never closed"),
        (HEAD.encode() + b'"A\n1",nordwind,2026-03-04,"1\n', 3, 24, "a quote is opened here and never closed"),
        (HEAD.encode() + b'A-1,"nord"wind,2026-03-04,1\n', 2, 11, "something stands between a closing quote and the delimiter"),
        (HEAD.encode() + b"A-1,nordwind,2026-03-04,1\nA-2,\0,,\n", 3, 5, "the control character U+0000"),
        (HEAD.encode() + b"A-1,M\xfcller,2026-03-04,1\n", 2, 6, "byte 0xfc is not utf-8"),
        (HEAD.encode("utf-16"), 1, 1, "the file is utf-16, not utf-8"),
        (b"PK\x03\x04\0\0", 1, 1, "the file is an Excel workbook"),
    ],
)
def test_what_is_no_table_is_refused_at_its_place_also_with_rejects(books: Path, raw: bytes, line: int, column: int, message: str) -> None:
    before = tree(books)
    for words in ((), ("--rejects", "bad.csv")):
        ran = run(books, "invoice", raw, *words)
        assert (ran.code, ran.out) == (1, "")
        assert f"error[E701]: {message}\n  --> rows.csv:{line}:{column}\n" in ran.err
        assert "= hint: " in ran.err
    assert tree(books) == before
    assert not (books.parent / "bad.csv").exists()


@pytest.mark.parametrize(
    ("header", "messages"),
    [
        ("number,customer,issued_on,gross,number", ['column 5, number: the column "number" stands twice; it is also column 1']),
        ("number,custmer,issued_on,gros", ['"custmer" is no field of a table of invoices', '"gros" is no field of a table of invoices']),
        (
            "number,customer,issued_on",
            ['the header has no column "gross" or "quantity"', 'the header has no column "gross" or "unit_price"'],
        ),
        ("customer,gross", ['the header has no column "number"', 'the header has no column "issued_on"']),
        ("number,customer,issued_on,gross,", ["column 5: column 5 has no name"]),
        ("Number,customer,issued_on,gross", ['column 1, Number: "Number" is no field']),
    ],
)
def test_header_that_does_not_fit_is_told_as_a_whole(books: Path, header: str, messages: list[str]) -> None:
    ran = run(books, "invoice", f"{header}\n")
    assert (ran.code, ran.err.count("error[E702]"), ran.err.count("= hint: ")) == (1, len(messages), len(messages))
    assert all(message in ran.err for message in messages)


def test_header_alone_is_nothing_to_import(books: Path) -> None:
    ran = run(books, "invoice", HEAD)
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing to import\n")


def test_row_of_several_lines_is_told_by_the_line_it_starts_on(books: Path) -> None:
    rows = 'number,customer,issued_on,description,quantity,unit_price\nA-1,nordwind,2026-03-04,"two\nlines",1,x\n\nA-2,nordwind,nie,y,1,1\n'
    ran = run(books, "invoice", rows)
    assert [line for line in ran.err.splitlines() if line.startswith("  -->")] == [
        "  --> rows.csv:2:25",
        "  --> rows.csv:2:1",
        "  --> rows.csv:5:14",
    ]
    assert '"two\\u000alines" contains the control character U+000A' in ran.err


@pytest.mark.parametrize(
    "raw",
    [
        "\ufeff" + HEAD + "A-1,nordwind,2026-03-04,1\n",
        (HEAD + "A-1,nordwind,2026-03-04,1").replace("\n", "\r\n"),
        HEAD + "\n A-1 , nordwind ,2026-03-04, 1\n\n",
    ],
)
def test_mark_at_the_start_line_ends_of_windows_and_blank_lines_are_fine(books: Path, raw: str) -> None:
    assert taken(books, raw)["totals"]["invoices"] == {"EUR": "1.00"}


# formats


@pytest.mark.parametrize(
    ("numbers", "text", "value"),
    [
        ("", "1250.5", "1250.5"),
        ("decimal: ','", "1250,5", "1250.5"),
        ("decimal: ','\n  thousands: .", "1.250,50", "1250.50"),
        ("decimal: ','\n  thousands: .", "1250,50", "1250.50"),
        ("thousands: ','", "-1,234,567.89", "-1234567.89"),
        ('thousands: "\'"', "1'250.00", "1250.00"),
        ("minus: trailing", "12.50-", "-12.50"),
        ("minus: parentheses", "(12.50)", "-12.50"),
        ("decimal: ','\n  thousands: ' '", "1 250,00", "1250.00"),
    ],
)
def test_number_is_read_by_its_format(numbers: str, text: str, value: str) -> None:
    mapping = mapping_of(f"numbers:\n  {numbers}\n" if numbers else "lists: '|'\n")
    assert str(Formats(mapping).read(parse_quantity, text)) == value


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ("", "1,000.00"), ("", "1e5"), ("", "1_000"), ("", "NaN"), ("", "-0"), ("", "１２.５"), ("", "1.234,5"), ("", "+1"), ("", ".5"),
        ("", "5."), ("", "007"), ("", "0x10"), ("", "1 000"), ("", "--1"), ("", "12345678901234567.89"), ("", "(1)"), ("", "1-"), ("", "²"),
        ("thousands: ','", "1,00"), ("thousands: ','", "1,2345"), ("thousands: ','", ",100"), ("thousands: ','", "1234,567"),
        ("decimal: ','\n  thousands: .", "1,250.00"), ("decimal: ','", "1.5"), ("minus: trailing", "-1"), ("minus: parentheses", "(1"),
        ("minus: parentheses", "-1"),
    ],
)  # fmt: skip
def test_number_that_is_none_is_never_guessed(numbers: str, text: str) -> None:
    mapping = mapping_of(f"numbers:\n  {numbers}\n" if numbers else "lists: '|'\n")
    for parse in (parse_quantity, parse_amount):
        with pytest.raises(BadValue) as bad:
            Formats(mapping).read(parse, text)
        assert f'"{text}"' in bad.value.message


@pytest.mark.parametrize(
    ("dates", "text", "value"),
    [
        ("YYYY-MM-DD", "2026-03-04", "2026-03-04"),
        ("DD.MM.YYYY", "04.03.2026", "2026-03-04"),
        ("M/D/YYYY", "3/4/2026", "2026-03-04"),
        ("M/D/YYYY", "12/31/2026", "2026-12-31"),
        ("D/M/YY", "4/3/26", "2026-03-04"),
        ("YYYY-MM-DD hh:mm:ss", "2026-03-04 08:26:00", "2026-03-04"),
        ("YYYY-MM-DDThh:mm:ssZ", "2026-03-04T08:26:00Z", "2026-03-04"),
        ("DD MMM YYYY", "04 Mar 2026", "2026-03-04"),
        ("YYYYMMDD", "20260304", "2026-03-04"),
        ("DD.MM.YYYY, YYYY-MM-DD", "2026-03-04", "2026-03-04"),
        ("M/D/YYYY, D/M/YYYY", "31/12/2026", "2026-12-31"),
        ("M/D/YYYY, D/M/YYYY", "3/3/2026", "2026-03-03"),
    ],
)
def test_date_is_read_by_its_format(dates: str, text: str, value: str) -> None:
    assert str(Formats(mapping_of(dates_of(dates))).read(parse_day, text)) == value


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        ("YYYY-MM-DD", "04.03.2026"), ("M/D/YYYY", "13/4/2026"), ("M/D/YYYY", "2/30/2026"), ("DD.MM.YYYY", "4.3.2026"),
        ("YYYY-MM-DD", "2026-3-4"), ("YYYY-MM-DD", "0"), ("YYYY-MM-DD", "26-1-1"), ("YYYY-MM-DD", "２０２６-03-04"),
        ("YYYY-MM-DD", "2026-03-04 "), ("DD MMM YYYY", "04 Mär 2026"), ("DD MMM YYYY", "04 Foo 2026"), ("YYYY-MM-DD", "1899-12-31"),
        ("M/D/YYYY, D/M/YYYY", "3/4/2026"), ("YYYY-MM-DD hh:mm:ss", "2026-03-04"),
    ],
)  # fmt: skip
def test_date_that_is_none_or_two_is_never_guessed(dates: str, text: str) -> None:
    with pytest.raises(BadValue) as bad:
        Formats(mapping_of(dates_of(dates))).read(parse_day, text)
    assert bad.value.code == "E206"
    assert f'"{text}"' in bad.value.message


# mappings

GERMAN = """
encoding: cp1252
delimiter: ";"
dates: [DD.MM.YYYY]
numbers:
  decimal: ","
  thousands: "."
fields:
  number:
    column: Beleg
    replace: {"/": "-"}
  external_id: Beleg
  kind:
    column: Art
    words: {RE: invoice, GU: credit-note}
  customer:
    column: Kunde
    make_id: true
  issued_on: Datum
  currency: {constant: EUR}
  description:
    column: Text
    fallback: [Artikel]
  quantity: Menge
  unit_price: Preis
  tax:
    column: Steuer
    words: {"20": vat-20, "0": ""}
credit_notes:
  equals: [never]
  column: Art
create_customers:
  name: Kunde
  country: Land
"""
SALES = """\
Beleg;Art;Kunde;Land;Datum;Artikel;Text;Menge;Preis;Steuer;Egal
2026/1;RE;Müller & Söhne;DE;04.03.2026;A1;Größe 7";1,5;1.234,56;20;x
2026/1;RE;Müller & Söhne;DE;04.03.2026;A2;;2;10;0;
2026/2;GU;Müller & Söhne;DE;05.03.2026;A2;"zurück; defekt";1;10,00;0;
"""


def test_file_of_a_german_program_comes_in_by_its_mapping(books: Path) -> None:
    found = taken(books, SALES.encode("cp1252"), GERMAN)
    assert found["counts"]["customers"] == 1
    assert found["totals"] == {"invoices": {"EUR": "2242.21"}, "credit_notes": {"EUR": "10.00"}}
    text = (books / "invoices/2026/03/2026-1.yaml").read_text(encoding="utf-8")
    assert 'description: "Größe 7\\""' in text
    assert "description: A2" in text
    assert "external_id: 2026/1" in text or 'external_id: "2026/1"' in text
    customer = (books / "customers/muller-sohne.yaml").read_text(encoding="utf-8")
    assert "name: Müller & Söhne" in customer or 'name: "Müller & Söhne"' in customer
    assert "country: DE" in customer
    assert "2 already there" in run(books, "invoice", SALES.encode("cp1252"), mapping=GERMAN).err


def test_rejected_rows_keep_encoding_and_delimiter_and_come_in_mended_with_the_same_mapping(books: Path) -> None:
    bad = SALES.replace("2026/2;GU", "2026/2;XX")
    ran = run(books, "invoice", bad.encode("cp1252"), "--rejects", "bad.csv", mapping=GERMAN)
    assert ran.code == 3
    kept = (books.parent / "bad.csv").read_bytes().decode("cp1252")
    assert kept.splitlines()[1].startswith('2026/2;XX;Müller & Söhne;DE;05.03.2026;A2;"zurück; defekt";1;10,00;0;;')
    assert taken(books, kept.replace("XX", "GU").encode("cp1252"), GERMAN)["counts"]["credit_notes"] == 1


def test_two_names_that_would_make_one_id_are_a_bad_row(books: Path) -> None:
    rows = SALES + "2026/3;RE;Muller Sohne;DE;04.03.2026;A1;x;1;1;0;x\n2026/4;RE;Nordwind;DE;04.03.2026;A1;x;1;1;0;x\n"
    ran = run(books, "invoice", rows.encode("cp1252"), mapping=GERMAN)
    assert ran.code == 1
    assert '"Muller Sohne" would have the id "muller-sohne", which "Müller & Söhne" has' in ran.err
    assert '"Nordwind" would have the id "nordwind", which "Nordwind Handels GmbH" has' in ran.err


def test_document_may_be_grouped_by_other_columns_and_numbered_by_several(books: Path) -> None:
    mapping = """
fields:
  number: {template: "{Shop}-{No}"}
  customer: {constant: nordwind}
  issued_on: Day
  description: What
  quantity: {constant: "1"}
  unit_price: {column: Price, drop_prefix: "€"}
group_by: [Shop, No]
"""
    rows = "Shop,No,Day,What,Price\nA,1,2026-03-04,x,€1\nB,1,2026-03-05,y,€2\nA,1,2026-03-04,z,€3.50\n"
    assert taken(books, rows, mapping)["created"] == ["invoices/2026/03/A-1.yaml", "invoices/2026/03/B-1.yaml"]


def test_with_single_rows_a_number_that_comes_twice_is_a_bad_row(books: Path) -> None:
    mapping = "single_rows: true\nfields: {number: No, customer: {constant: nordwind}, issued_on: Day, gross: Total}\n"
    ran = run(books, "invoice", "No,Day,Total\n1,2026-03-04,5\n1,2026-03-04,5\n", mapping=mapping)
    assert (ran.code, "error[E402]" in ran.err, "rows.csv:3:1" in ran.err) == (1, True, True)


def test_credit_notes_are_known_by_a_gross_below_zero(books: Path) -> None:
    mapping = "fields: {number: No, customer: {constant: nordwind}, issued_on: Day, gross: Total}\n"
    mapping += "credit_notes: {below_zero: true, negative: true}\n"
    found = taken(books, "No,Day,Total\n1,2026-03-04,5\n2,2026-03-04,-3\n", mapping)
    assert found["totals"] == {"invoices": {"EUR": "5.00"}, "credit_notes": {"EUR": "3.00"}}


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        ("fields: {numbr: No}", 1, 10, "E201"),
        ("fields:\n  number: {colum: No}", 2, 12, "E201"),
        ("fields:\n  number: {column: No, constant: x}", 2, 11, "E203"),
        ("fields:\n  number: [No]", 2, 11, "E203"),
        ("dates: [TT.MM.JJJJ]", 1, 9, "E209"),
        ("dates: [DD.MM]", 1, 9, "E209"),
        ("encoding: klingon", 1, 11, "E209"),
        ('delimiter: "::"', 1, 12, "E209"),
        ("numbers: {decimal: '.', thousands: '.'}", 1, 1, "E209"),
        ("numbers: {minus: under}", 1, 18, "E209"),
        ("credit_notes: {column: x}", 1, 1, "E202"),
        ("create_customers: {nmae: x}", 1, 20, "E201"),
        ("fields: {number: No\n", 1, 9, "E104"),
        ("", 1, 1, "E116"),
    ],
)
def test_mapping_that_cannot_be_used_is_told_at_its_place(books: Path, text: str, line: int, column: int, code: str) -> None:
    ran = run(books, "invoice", HEAD, mapping=text + "\n")
    assert ran.code == 1
    assert f"error[{code}]" in ran.err
    assert f"  --> map.yaml:{line}:{column}\n" in ran.err
    assert "bill: map.yaml cannot be used as a mapping" in ran.err


def test_column_that_a_mapping_names_and_the_file_has_not_is_told(books: Path) -> None:
    mapping = "fields: {number: No, customer: Kunde, issued_on: Day, gross: Total}\ngroup_by: [Shop]\n"
    ran = run(books, "invoice", "Nr,Kunde,Day,Total\n", mapping=mapping)
    assert ran.err.count("error[E702]") == 2
    assert 'the header has no column "No", from which the mapping takes number' in ran.err
    assert 'the header has no column "Shop", from which the mapping takes rows' in ran.err


# the layouts that mappings are shipped for

RETAIL = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
500001,10001A,PAPER STAR LIGHT ,6,2010-12-01 08:26:00,2.55,90001.0,United Kingdom
500001,10002,"TRAY, BAMBOO",8,2010-12-01 08:26:00,3.39,90001.0,United Kingdom
500002,10003,,2,2010-12-01 08:28:00,1.85,90002.0,EIRE
C500003,10001A,PAPER STAR LIGHT,-1,2010-12-02 09:41:00,2.55,90001.0,United Kingdom
500004,10004,lost,-30,2010-12-02 10:00:00,0.0,,United Kingdom
500005,POST,POSTAGE,1,2010-12-03 11:00:00,18.0,90003.0,Channel Islands
500005,10005,"RULER 7"" LONG",3,2010-12-03 11:01:00,0.42,90003.0,Channel Islands
500006,10006,OWL CLOCK,1,2010-12-03 12:00:00,12.75,,Bahrain
C500007,D,Discount,-1,2011-01-03 12:00:00,27.5,90003.0,Channel Islands
"""
RECEIVABLES = """\
countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,PaperlessBill,DaysToSettle,DaysLate
406,0001-AAAAA,3/3/2012,7000001,1/26/2013,2/25/2013,61.74,Yes,3/3/2013,Electronic,36,6
391,0002-BBBBB,1/26/2012,9000002,12/3/2012,1/2/2013,94,No,1/2/2013,Paper,30,0
406,0001-AAAAA,3/3/2012,15000003,2/1/2013,3/3/2013,7.5,No,4/1/2013,Electronic,59,29
"""


def totals(books: Path, noun: str) -> dict[str, str]:
    rows = bill(noun, "list", "--format", "json", cwd=books, at=TODAY).json["rows"]
    return {row["number"]: f"{row['customer']} {row['issued_on']} {row['gross']}" for row in rows}


def test_retail_layout_comes_in_by_the_shipped_mapping_to_the_cent(tmp_path: Path) -> None:
    books = make_ledger(tmp_path / "books", "")
    found = taken(books, RETAIL, (PROJECT / "ledgers" / "mappings" / "online-retail.yaml").read_text(encoding="utf-8"))
    assert found["counts"] | {"rows": 0} == {
        "rows": 0, "documents": 7, "invoices": 5, "credit_notes": 2, "customers": 4, "already_there": 0, "rejected_rows": 0,
    }  # fmt: skip
    sums = """
        SELECT InvoiceNo, concat_ws(' ', coalesce(replace(any_value(CustomerID), '.0', ''), 'walk-in'), min(InvoiceDate::DATE),
          CAST(abs(sum(Quantity::DECIMAL(18) * UnitPrice::DECIMAL(18, 2))) AS DECIMAL(18, 2)))
        FROM read_csv(?, all_varchar = true) GROUP BY InvoiceNo
    """
    independent = dict(duckdb.execute(sums, [str(tmp_path / "rows.csv")]).fetchall())
    assert totals(books, "invoice") | totals(books, "credit-note") == independent
    aging = bill("report", "aging", "--as-of", "2011-01-02", "--format", "json", cwd=books, at=TODAY).json
    assert {row["customer"]: (row["buckets"]["not due"], row["buckets"]["1-30"], row["unapplied"]) for row in aging["rows"]} == {
        "90001": ("0.00", "42.42", "2.55"), "90002": ("0.00", "3.70", "0.00"), "90003": ("19.26", "0.00", "0.00"),
        "walk-in": ("12.75", "0.00", "0.00"),
    }  # fmt: skip
    assert "country: IE" in (books / "customers/90002.yaml").read_text(encoding="utf-8")
    assert "name: Walk-in customers" in (books / "customers/walk-in.yaml").read_text(encoding="utf-8")
    assert "country" not in (books / "customers/walk-in.yaml").read_text(encoding="utf-8")


def test_receivables_layout_comes_in_with_its_settlements_by_the_shipped_mappings(tmp_path: Path) -> None:
    books = make_ledger(tmp_path / "books", "")
    (tmp_path / "rows.csv").write_text(RECEIVABLES, encoding="utf-8")
    env = {"BILL_LEDGER": str(books)}
    for noun, mapping in (("invoice", "receivables-invoices"), ("payment", "receivables-payments")):
        for words in ((), ("--quiet",)):
            assert bill(noun, "import", "rows.csv", "--mapping", mapping, "--yes", *words, cwd=tmp_path, at=TODAY, env=env).code == 0
    assert bill("check", str(books), at=TODAY) == Ran(0, "", "")
    rows = bill("report", "aging", "--by", "invoice", "--as-of", "2013-03-03", "--format", "json", cwd=books, at=TODAY).json["rows"]
    assert [(row["number"], row["due_on"], row["open"]) for row in rows] == [("15000003", "2013-03-03", "7.50")]
    rows = bill("report", "aging", "--as-of", "2013-01-01", "--format", "json", cwd=books, at=TODAY).json["rows"]
    assert [(row["customer"], row["total"]) for row in rows] == [("0002-BBBBB", "94.00")]


def test_example_mapping_reads_the_table_that_it_shows(tmp_path: Path) -> None:
    text = (PROJECT / "ledgers" / "mappings" / "example.yaml").read_text(encoding="utf-8")
    table = "".join(f"{line[4:]}\n" for line in text.splitlines() if line.startswith("#   ") and ";" in line)
    assert table.count("\n") == 4
    books = make_ledger(tmp_path / "books")
    ledger = (books / "ledger.yaml").read_text(encoding="utf-8").replace("code: vat-20", "code: vat-19").replace("rate: 20", "rate: 19")
    (books / "ledger.yaml").write_text(ledger, encoding="utf-8")
    found = taken(books, table.encode("cp1252"), text)
    assert found["totals"] == {"invoices": {"EUR": "4818.35"}, "credit_notes": {"EUR": "81.52"}}
    assert "reference: Rechnung 2026/117" in (books / "invoices/2026/03/2026-117.yaml").read_text(encoding="utf-8").replace('"', "")


@pytest.mark.parametrize("path", sorted((PROJECT / "ledgers" / "mappings").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_mapping_is_readable(path: Path) -> None:
    mapping_of(path.read_text(encoding="utf-8"))

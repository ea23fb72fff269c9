"""Importing tables into a ledger: what comes in, what is refused and where, what a second import does."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from billcli.store.read import read
from tests.support import Ran, bill, done, make_ledger, tree

TODAY = "2026-06-30"
BOOKS = """
--- ledger.yaml
schema: ledger/1
company:
  name: Fjord Consulting AS
currency: EUR
timezone: Europe/Oslo
terms: net 30
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{year}-{n}
  - name: credit-note
    kind: credit-note
    pattern: CN-{year}-{n}
tax_codes:
  - code: vat-20
    category: S
    rate: 20
closed_through: 2025-12-31
git:
  commit: false
--- categories.yaml
schema: categories/1
groups:
  segment:
    - name: public
      terms: net 60
revenue:
  - name: consulting
tags:
  - name: vip
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
address:
  street: Hafenstraße 1
  country: DE
groups:
  segment: public
--- customers/tochter.yaml
schema: customer/1
id: tochter
name: Nordwind Tochter
parent: nordwind
terms: on receipt
--- customers/fremd.yaml
schema: customer/1
id: fremd
name: Fremde AG
"""


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return make_ledger(tmp_path / "books", BOOKS)


def table(books: Path, text: str, name: str = "rows.csv") -> Path:
    path = books.parent / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def run(books: Path, noun: str, text: str | Path, *words: str, at: str = TODAY) -> Ran:
    path = text if isinstance(text, Path) else table(books, text)
    return bill(noun, "import", path.name, *words, cwd=books.parent, at=at, env={"BILL_LEDGER": str(books)})


def take(books: Path, noun: str, text: str | Path, *words: str) -> Ran:
    ran = run(books, noun, text, "--yes", *words)
    assert ran.code == 0, ran.err
    assert bill("check", str(books), at=TODAY) == Ran(0, "", "")
    return ran


def document(books: Path, path: str) -> Any:
    return read((books / path).read_bytes(), path).entity


def places(ran: Ran) -> list[tuple[str, int, str]]:
    """(code, line, what the caret is under) of each bad row said; each has a place in the file and a hint.

    The caret counts columns of a terminal, of which a wide digit takes two.
    """
    blocks = ("\n" + ran.err).split("\nerror[")[1:]
    found = []
    for block in blocks:
        _, _, _, shown, caret, *rest = block.splitlines()
        line, _, text = shown.partition(" | ")
        _, _, marks = caret.partition(" | ")
        assert rest[1].lstrip().startswith("= hint: "), block
        found.append((block[:4], int(line), text[len(marks) - len(marks.lstrip()) : len(marks)]))
    return found


# customers


def test_customers_come_in_with_everything_their_row_says(books: Path) -> None:
    rows = (
        "id,name,email,language,country,terms,credit_limit,parent,aliases,ibans,tags,industry,region,size,segment,street,city\n"
        "oslo,Oslo Maritime AS,faktura@oslo.example,nb,NO,net 14,1500,nordwind,Oslo M|OM,NO93 8601 1117 947,vip,,,,public,Storgata 1,Oslo\n"
    )
    take(books, "customer", rows)
    found = document(books, "customers/oslo.yaml")
    assert found.model_dump(exclude_none=True, exclude_unset=True, mode="json") == {
        "id": "oslo", "name": "Oslo Maritime AS", "aliases": ["Oslo M", "OM"], "language": "nb", "ibans": ["NO9386011117947"],
        "address": {"street": "Storgata 1", "city": "Oslo", "country": "NO"}, "terms": "net 14", "credit_limit": "1500.00",
        "contacts": [{"role": "billing", "email": "faktura@oslo.example"}], "parent": "nordwind", "groups": {"segment": "public"},
        "tags": ["vip"],
    }  # fmt: skip


def test_id_is_made_of_the_name_and_a_child_may_stand_above_its_parent(books: Path) -> None:
    take(books, "customer", "name,parent\nKleine Schwester,grosse-mutter\nGroße Mutter,\n北京公司,\n")
    made = {path.stem for path in (books / "customers").iterdir()} - {"nordwind", "tochter", "fremd"}
    assert made == {"kleine-schwester", "grosse-mutter", f"c-{sha256('北京公司'.encode()).hexdigest()[:8]}"}


def test_bad_customers_are_all_told_at_their_places(books: Path) -> None:
    rows = (
        "id,name,email,country,tags,segment,parent,credit_limit\n"
        "a,A,nobody,DE,,,,\n"
        "a/b,B,,XX,,,,\n"
        "c,C,,,vpi,privat,,\n"
        "d,D,,,,,niemand,\n"
        "e,E,,,,,d,12.345\n"
        ",,,,,,,\n"
        "g,G,,,,,h,\n"
        "h,H,,,,,g,\n"
        "nordwind,Andere GmbH,,,,,,\n"
        "Fremd,Fremde AG,,,,,,\n"
        "i,I,,,,,,\n"
        "I,II,,,,,,\n"
    )
    ran = run(books, "customer", rows, "--yes")
    assert ran.code == 1
    assert places(ran) == [
        ("E218", 2, "nobody"), ("E207", 3, "a/b"), ("E217", 3, "XX"), ("E303", 4, "vpi"), ("E304", 4, "privat"), ("E204", 5, "niemand"),
        ("E211", 6, "12.345"), ("E202", 7, ","), ("E306", 8, "h"), ("E306", 9, "g"), ("E705", 10, "nordwind"), ("E402", 11, "Fremd"),
        ("E402", 13, "I"),
    ]  # fmt: skip


def test_customers_export_comes_back_the_same_into_the_same_books_and_into_others(books: Path, tmp_path: Path) -> None:
    done("customer", "add", "--name", "=Formel & Sohn", "--id", "formel", "--terms", "net 14", "--tag", "vip", "--yes", cwd=books, at=TODAY)
    exported = bill("customer", "list", "--format", "csv", cwd=books, at=TODAY).out
    assert "'=Formel & Sohn" in exported
    before = tree(books)
    ran = take(books, "customer", exported)
    assert "4 already there" in ran.err
    assert tree(books) == before
    other = make_ledger(tmp_path / "other" / "books", BOOKS.split("--- customers/", maxsplit=1)[0])
    take(other, "customer", exported)
    assert document(other, "customers/formel.yaml").name == "=Formel & Sohn"
    assert document(other, "customers/nordwind.yaml").groups.segment == "public"


def test_rows_of_a_customer_that_say_the_same_are_one_customer(books: Path) -> None:
    ran = take(books, "customer", "customer,name,balance_currency,open\nnew,New,EUR,1.00\nnew,New,NOK,2.00\n", "--format", "json")
    assert ran.json["created"] == ["customers/new.yaml"]
    assert run(books, "customer", "id,name\nx,New\nx,Newer\n", "--yes").code == 1


def test_customer_that_differs_stays_as_it_is_and_that_is_said(books: Path) -> None:
    before = tree(books)
    ran = take(books, "customer", "id,name,terms,email\nnordwind,Nordwind Handels GmbH,net 99,neu@nordwind.example\n")
    assert "nordwind is there already and stays as it is, though its terms, email differ" in ran.err
    assert tree(books) == before


# documents

TWO = (
    "number,kind,customer,issued_on,description,quantity,unit_price,tax,category\n"
    'A-1,invoice,nordwind,2026-03-04,"Rope, 24 mm",400,6.85,vat-20,consulting\n'
    "A-2,invoice,tochter,2026-03-05,Net,1,99.99,,\n"
    "A-1,,,,Splicing,1.5,38.123456,vat-20,\n"
)


def test_rows_with_one_number_are_one_document_also_when_others_stand_between(books: Path) -> None:
    ran = take(books, "invoice", TWO, "--format", "json")
    found = document(books, "invoices/2026/03/A-1.yaml")
    assert [(line.description, str(line.quantity), str(line.unit_price), line.category) for line in found.lines] == [
        ("Rope, 24 mm", "400", "6.85", "consulting"), ("Splicing", "1.5", "38.123456", None)]  # fmt: skip
    assert [str(each) for each in (found.totals.net, found.totals.tax, found.totals.gross)] == ["2797.19", "559.44", "3356.63"]
    assert found.imported.model_dump(exclude_none=True) == {"source": "rows.csv", "external_id": "A-1"}
    assert (found.terms, str(found.instalments[0].due_on), found.seal, found.external_id) == ("net 60", "2026-05-03", None, None)
    assert (found.issued_to.address.street, found.issued_by.name) == ("Hafenstraße 1", "Fjord Consulting AS")
    assert document(books, "invoices/2026/03/A-2.yaml").terms == "on receipt"
    assert ran.json["created"] == ["invoices/2026/03/A-1.yaml", "invoices/2026/03/A-2.yaml"]
    assert ran.json["counts"] == {
        "rows": 3, "documents": 2, "invoices": 2, "credit_notes": 0, "customers": 0, "already_there": 0, "rejected_rows": 0,
    }  # fmt: skip
    assert ran.json["totals"] == {"invoices": {"EUR": "3456.62"}, "credit_notes": {}}


def test_second_import_changes_nothing_and_says_so(books: Path) -> None:
    take(books, "invoice", TWO)
    before = tree(books)
    assert "2 already there" in take(books, "invoice", TWO).err
    assert tree(books) == before


def test_second_import_still_knows_its_documents_after_the_master_data_changed(books: Path) -> None:
    take(books, "invoice", TWO)
    done("customer", "edit", "nordwind", "--set", "address.street=Neue Straße 2", "--set", "terms=net 7", "--yes", cwd=books, at=TODAY)
    text = (books / "ledger.yaml").read_text(encoding="utf-8").replace("rate: 20", "rate: 21")
    (books / "ledger.yaml").write_text(text, encoding="utf-8")
    before = tree(books)
    assert "2 already there" in take(books, "invoice", TWO, "--source", "elsewhere").err
    assert tree(books) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2026-03-05", "2026-03-06", "issued_on is 2026-03-05 there"),
        ("99.99", "99.98", "its lines are others"),
        ("tochter", "nordwind", "customer is tochter there"),
        ("Net,1", "Net,2", "its lines are others"),
        (",Net,", ",Netz,", "its lines are others"),
    ],
)
def test_number_that_is_there_and_says_something_else_is_a_bad_row(books: Path, old: str, new: str, said: str) -> None:
    take(books, "invoice", TWO)
    before = tree(books)
    ran = run(books, "invoice", TWO.replace(old, new), "--yes")
    assert (ran.code, places(ran)) == (1, [("E705", 3, "A-2")])
    assert said in ran.err
    assert tree(books) == before


def test_due_day_of_the_file_wins_over_terms(books: Path) -> None:
    take(books, "invoice", "number,customer,issued_on,due_on,terms,gross\nA-1,nordwind,2026-03-04,2026-03-31,net 10,120\n")
    found = document(books, "invoices/2026/03/A-1.yaml")
    assert (str(found.instalments[0].due_on), found.terms) == ("2026-03-31", "net 10")
    assert [(line.description, str(line.unit_price), line.tax) for line in found.lines] == [("Invoice A-1", "120", "none")]


def test_what_was_settled_before_counts_from_the_cut_over(books: Path) -> None:
    rows = "number,customer,issued_on,gross,settled_before\nA-1,nordwind,2026-01-04,100,30\nA-2,nordwind,2026-03-04,50,50.00\n"
    ran = run(books, "invoice", rows, "--yes")
    assert (ran.code, places(ran)) == (1, [("E202", 2, "30"), ("E202", 3, "50.00")])
    take(books, "invoice", rows, "--cut-over", "2026-02-01")
    open_on = {}
    for on in ("2026-01-31", "2026-02-01", "2026-03-03", "2026-03-04"):
        open_on[on] = [row["open"] for row in bill("invoice", "list", "--as-of", on, "--format", "json", cwd=books).json["rows"]]
    assert open_on == {"2026-01-31": ["100.00"], "2026-02-01": ["70.00"], "2026-03-03": ["70.00"], "2026-03-04": ["70.00", "0.00"]}
    assert "2 already there" in take(books, "invoice", rows, "--cut-over", "2026-02-01").err


def test_bad_documents_are_all_told_at_their_places(books: Path) -> None:
    rows = (
        "number,kind,customer,issued_on,currency,description,quantity,unit_price,tax,category,gross,corrects\n"
        "A-1,invoice,nordwnd,2026-03-04,EUR,Work,1,100,,,,\n"
        "A-2,rechnung,nordwind,2026-02-30,EUR,Work,1,100,,,,\n"
        "A-3,invoice,nordwind,2026-03-04,EURO,Work,1e5,1_000,,,,\n"
        "A-4,invoice,nordwind,2026-03-04,EUR,Work,-1,100,,,,\n"
        'A-5,invoice,nordwind,2026-03-04,EUR,Work,1,"1,000.00",,,,\n'
        "A-6,invoice,nordwind,2026-03-04,EUR,Work,1,100,vat-19,consultng,,\n"
        "A-7,invoice,nordwind,2026-03-04,EUR,Work,1,100,vat-20,,100,\n"
        "A-8,invoice,nordwind,2026-03-04,EUR,,,,,,12.345,\n"
        "A-9,invoice,nordwind,2026-03-04,EUR,,,,,,,\n"
        "B-1,invoice,nordwind,2025-12-31,EUR,,,,,,1,\n"
        "B-2,invoice,nordwind,2026-07-01,EUR,,,,,,1,\n"
        "B/3,invoice,nordwind,2026-03-04,EUR,,,,,,1,\n"
        ",invoice,nordwind,2026-03-04,EUR,,,,,,1,\n"
        "B-5,invoice,nordwind,2026-03-04,EUR,,,,,,0,\n"
        "B-6,invoice,nordwind,2026-03-04,EUR,,,,,,1,A-1\n"
        "B-7,credit-note,nordwind,2026-03-04,EUR,,,,,,1,A-1\n"
        "B-8,invoice,nordwind,,EUR,,,,,,１２.５,\n"
        "B-9,invoice,nordwind,2026-03-04,EUR,,,,,,NaN,\n"
        "b-9,invoice,nordwind,2026-03-04,EUR,,,,,,1,\n"
        "C-1,invoice,nordwind,2026-03-04,EUR,,,,,,-5,\n"
        "C-2,invoice,nordwind,2026-03-04,EUR,,,,,,1\n"
        "C-3,invoice,nordwind,2026-03-04,EUR,,,,,,1,,x\n"
    )
    before = tree(books)
    ran = run(books, "invoice", rows, "--yes")
    assert ran.code == 1
    assert tree(books) == before
    assert places(ran) == [
        ("E204", 2, "nordwnd"), ("E209", 3, "rechnung"), ("E206", 3, "2026-02-30"), ("E210", 4, "EURO"), ("E213", 4, "1e5"),
        ("E213", 4, "1_000"), ("E213", 5, "-1"), ("E213", 6, '"1,000.00"'), ("E301", 7, "vat-19"), ("E302", 7, "consultng"),
        ("E404", 8, "100"), ("E211", 9, "12.345"), ("E202", 10, "A-9"), ("E707", 11, "2025-12-31"), ("E707", 12, "2026-07-01"),
        ("E207", 13, "B/3"), ("E202", 14, ","), ("E205", 15, "0"), ("E209", 16, "A-1"), ("E305", 17, "A-1"), ("E205", 18, "１２.５,"),

        ("E205", 19, "NaN"), ("E402", 20, "b-9"), ("E205", 21, "-5"), ("E703", 22, "C-2,invoice,nordwind,2026-03-04,EUR,,,,,,1"),
        ("E703", 23, "C-3,invoice,nordwind,2026-03-04,EUR,,,,,,1,,x"),
    ]  # fmt: skip


def test_all_that_is_wrong_with_a_row_is_told_at_once(books: Path) -> None:
    rows = "number,customer,issued_on,description,quantity,unit_price,tax,category\nA-1,nordwnd,2027-03-04,Work,x,1,vat-19,consultng\n"
    found = [("E204", 2, "nordwnd"), ("E707", 2, "2027-03-04"), ("E213", 2, "x"), ("E301", 2, "vat-19"), ("E302", 2, "consultng")]
    assert places(run(books, "invoice", rows, "--yes")) == found
    assert places(run(books, "invoice", rows.replace(",x,", ",1,"), "--yes")) == [each for each in found if each[0] != "E213"]
    rows = "id,name,email,country,tags\na,A,nobody,XX,vpi\n"
    assert [code for code, _, _ in places(run(books, "customer", rows, "--yes"))] == ["E218", "E217", "E303"]
    rows = "external_id,customer,received_on,amount,invoice\np,nordwnd,2027-01-01,x,\np-2,nordwind,2026-13-01,1.001,A-9\n"
    assert [code for code, _, _ in places(run(books, "payment", rows, "--yes"))] == ["E204", "E707", "E205", "E206", "E211", "E305"]


def test_credit_note_is_applied_to_what_it_corrects_as_far_as_that_is_open(books: Path) -> None:
    take(books, "invoice", "number,customer,issued_on,gross\nA-1,nordwind,2026-03-04,100\n")
    done("payment", "add", "-c", "nordwind", "-a", "80", "-i", "A-1", "--received-on", "2026-03-20", "--yes", cwd=books, at=TODAY)
    head = "number,type,customer,issued_on,gross,corrects,reason\n"
    rows = head + "C-1,credit-note,nordwind,2026-03-10,30,A-1,x\nC-2,credit-note,nordwind,2026-03-11,5,,y\n"
    ran = take(books, "invoice", rows)
    assert "not read, since bill computes it or wrote it beside rejected rows: reason" in ran.err
    found = document(books, "credit-notes/2026/03/C-1.yaml")
    assert [(each.invoice, str(each.amount), str(each.on)) for each in found.applied] == [("A-1", "20.00", "2026-03-10")]
    assert (found.reason, found.corrects) == ("imported from rows.csv", "A-1")
    assert document(books, "credit-notes/2026/03/C-2.yaml").applied == ()
    assert bill("report", "aging", "--as-of", "2026-03-10", "--format", "json", cwd=books).json["totals"][0]["unapplied"] == "10.00"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("C-1,credit-note,tochter,EUR,2026-03-10,30,A-1", "E308"),
        ("C-1,credit-note,nordwind,USD,2026-03-10,30,A-1", "E309"),
        ("C-1,credit-note,nordwind,EUR,2026-03-03,30,A-1", "E504"),
        ("C-1,credit-note,nordwind,EUR,2026-03-10,100.01,A-1", "E503"),
        ("C-1,credit-note,nordwind,EUR,2026-03-10,30,A-9", "E305"),
    ],
)
def test_credit_note_that_cannot_correct_its_invoice_is_a_bad_row(books: Path, row: str, code: str) -> None:
    take(books, "invoice", "number,customer,issued_on,gross\nA-1,nordwind,2026-03-04,100\n")
    ran = run(books, "invoice", f"number,kind,customer,currency,issued_on,gross,corrects\n{row}\n", "--yes")
    assert (ran.code, [found for found, _, _ in places(ran)]) == (1, [code])


def test_credit_notes_together_stay_within_their_invoice_the_later_one_is_bad(books: Path) -> None:
    rows = (
        "number,kind,customer,issued_on,gross,corrects\n"
        "C-2,credit-note,nordwind,2026-03-12,60,A-1\n"
        "C-1,credit-note,nordwind,2026-03-11,60,A-1\n"
        "A-1,invoice,nordwind,2026-03-04,100,\n"
    )
    ran = run(books, "invoice", rows, "--yes")
    assert places(ran) == [("E503", 2, "60")]


def test_number_among_those_bill_gave_itself_is_refused(books: Path) -> None:
    for _ in range(2):
        done("invoice", "new", "-c", "fremd", "-l", "Work;1;10", "--issued-on", "2026-03-04", "--yes", cwd=books, at=TODAY)
    rows = "number,customer,issued_on,gross\n{},fremd,2026-03-01,10\n"
    for number in ("INV-2026-0003", "INV-2026-99", "INV-2026-01"):
        ran = run(books, "invoice", rows.format(number), "--yes")
        assert (ran.code, places(ran)) == (1, [("E706", 2, number)])
    take(books, "invoice", rows.format("INV-2025-0099"))


def test_bill_counts_on_from_the_highest_imported_number(books: Path) -> None:
    take(books, "invoice", "number,customer,issued_on,gross\nINV-2026-0041,fremd,2026-06-01,10\n")
    ran = done("invoice", "new", "-c", "fremd", "-l", "Work;1;10", "--issued-on", "2026-03-04", "--yes", cwd=books, at=TODAY)
    assert ran.out == "INV-2026-0042\n"
    assert bill("check", str(books), at=TODAY) == Ran(0, "", "")


def test_invoices_and_credit_notes_of_an_export_come_back_the_same(books: Path) -> None:
    done("invoice", "new", "-c", "fremd", "-l", "Work;1;10", "--type", "service", "--issued-on", "2026-03-04", "--yes", cwd=books, at=TODAY)
    done("credit-note", "new", "-i", "INV-2026-0001", "--reason", "too much", "--amount", "4", "--yes", cwd=books, at=TODAY)
    before = tree(books)
    for noun in ("invoice", "credit-note"):
        exported = bill(noun, "list", "--format", "csv", cwd=books, at=TODAY).out
        assert "1 already there" in take(books, "invoice", exported).err
    assert tree(books) == before


# rejects and dry runs


def test_rejected_rows_go_to_their_file_with_reasons_and_the_rest_comes_in(books: Path) -> None:
    rows = TWO.replace("1.5,38.123456", "viel,38.123456") + "A-3,invoice,tochter,2026-03-06,Work,1,100\n"
    table(books, rows)
    ran = run(books, "invoice", books.parent / "rows.csv", "--rejects", "bad.csv", "--yes")
    assert ran.code == 3
    assert "3 rows were not imported: see bad.csv, which has the reasons" in ran.err
    assert (books / "invoices/2026/03/A-2.yaml").exists()
    assert not (books / "invoices/2026/03/A-1.yaml").exists()
    text = (books.parent / "bad.csv").read_text(encoding="utf-8")
    found = list(csv.reader(io.StringIO(text)))
    header = ["number", "kind", "customer", "issued_on", "description", "quantity", "unit_price", "tax", "category"]
    assert found == [
        [*header, "reason"],
        ["A-1", "invoice", "nordwind", "2026-03-04", "Rope, 24 mm", "400", "6.85", "vat-20", "consulting",
         "line 4 of the same document cannot be taken"],
        ["A-1", "", "", "", "Splicing", "viel", "38.123456", "vat-20", "", 'column 6, quantity: "viel" is not a quantity'],
        ["A-3", "invoice", "tochter", "2026-03-06", "Work", "1", "100", "", "", "the row has 7 cells; the header has 9"],
    ]  # fmt: skip
    before = tree(books)
    again = run(books, "invoice", books.parent / "rows.csv", "--rejects", "bad.csv", "--yes")
    assert (again.code, tree(books)) == (3, before)
    mended = text.replace("viel", "1.5").replace("100,,,the row has 7 cells; the header has 9", "100,,,")
    take(books, "invoice", table(books, mended, "mended.csv"))
    assert (books / "invoices/2026/03/A-1.yaml").exists()
    assert (books / "invoices/2026/03/A-3.yaml").exists()


@pytest.mark.parametrize("odd", ["A-1,,,,Splicing, per eye,1.5,38,vat-20,", "A-1,,,,Splicing"])
def test_document_with_a_row_of_too_many_or_too_few_cells_is_bad_as_a_whole(books: Path, odd: str) -> None:
    ran = run(books, "invoice", f"{TWO}{odd}\n", "--rejects", "bad.csv", "--yes")
    assert ran.code == 3
    assert not (books / "invoices/2026/03/A-1.yaml").exists()
    assert (books / "invoices/2026/03/A-2.yaml").exists()
    assert [line.partition(",")[0] for line in (books.parent / "bad.csv").read_text(encoding="utf-8").splitlines()[1:]] == ["A-1"] * 3
    (books.parent / "bad.csv").unlink()
    rows = "external_id,customer,received_on,amount,invoice,allocated\np-1,nordwind,2026-03-10,10,,\np-1,,,,A-2\n"
    assert run(books, "payment", rows, "--rejects", "bad.csv", "--yes").code == 3
    assert not (books / "payments").exists()


def test_rejected_file_is_mended_in_place_and_rejects_again_without_a_second_reason(books: Path) -> None:
    run(books, "invoice", "number,customer,issued_on,gross\nA-1,nordwnd,2026-03-04,1\n", "--rejects", "bad.csv", "--yes")
    ran = run(books, "invoice", books.parent / "bad.csv", "--rejects", "worse.csv", "--yes")
    assert ran.code == 3
    assert (books.parent / "worse.csv").read_text(encoding="utf-8") == (books.parent / "bad.csv").read_text(encoding="utf-8")


def test_file_with_other_rejected_rows_is_never_replaced(books: Path) -> None:
    (books.parent / "bad.csv").write_text("number,reason\nA-0,never looked at\n", encoding="utf-8")
    before = tree(books)
    ran = run(books, "invoice", TWO + "A-3,invoice,nobody,2026-03-06,Work,1,100,,\n", "--rejects", "bad.csv", "--yes")
    assert ran.code == 2
    assert "bad.csv is there already and holds something else" in ran.err
    assert tree(books) == before
    assert (books.parent / "bad.csv").read_text(encoding="utf-8") == "number,reason\nA-0,never looked at\n"


def test_no_file_is_made_where_nothing_is_rejected(books: Path) -> None:
    take(books, "invoice", TWO, "--rejects", "bad.csv")
    assert not (books.parent / "bad.csv").exists()


def test_dry_run_shows_what_would_come_and_writes_nothing(books: Path) -> None:
    before = tree(books)
    ran = run(books, "invoice", TWO + "A-3,invoice,nobody,2026-03-06,Work,1,100,,\n", "--rejects", "bad.csv", "--dry-run")
    assert ran.code == 0
    assert tree(books) == before
    assert not (books.parent / "bad.csv").exists()
    assert ran.out == ""
    assert "2 invoices of rows.csv\ninvoices 3456.62 EUR\n  A-1  2026-03-04  nordwind  3356.63 EUR\n" in ran.err
    assert "dry run: nothing was written" in ran.err
    assert 'the customer "nobody" does not exist' in ran.err


def test_without_yes_and_without_a_terminal_nothing_is_written(books: Path) -> None:
    before = tree(books)
    ran = run(books, "invoice", TWO + "A-3,invoice,nobody,2026-03-06,Work,1,100,,\n", "--rejects", "bad.csv")
    assert (ran.code, tree(books)) == (3, before)
    assert not (books.parent / "bad.csv").exists()


def test_quiet_import_says_nothing(books: Path) -> None:
    assert run(books, "invoice", TWO, "--yes", "--quiet") == Ran(0, "", "")


# payments

OPEN = (
    "number,kind,customer,issued_on,gross,corrects\n"
    "A-1,invoice,nordwind,2026-03-01,100,\n"
    "A-2,invoice,tochter,2026-03-01,50,\n"
    "A-3,invoice,fremd,2026-03-01,70,\n"
    "C-1,credit-note,nordwind,2026-03-20,30,A-1\n"
)


def test_payments_are_allocated_and_the_rest_is_credit(books: Path) -> None:
    take(books, "invoice", OPEN)
    rows = (
        "external_id,customer,received_on,amount,currency,method,payer_name,payer_iban,invoice,allocated\n"
        "bank-1,nordwind,2026-03-10,160,EUR,transfer,NORDWIND,DE02 1203 0000 0000 2020 51,A-1,100\n"
        "bank-1,,,,,,,,A-2,\n"
        "bank-2,fremd,2026-02-10,80,,,,,A-3,\n"
        "bank-3,fremd,2026-03-11,5,,,,,,\n"
    )
    ran = take(books, "payment", rows, "--format", "json")
    assert ran.json["counts"] == {
        "rows": 4, "payments": 3, "customers": 0, "credit_notes_changed": 1, "already_there": 0, "rejected_rows": 0,
    }  # fmt: skip
    assert ran.json["totals"] == {"payments": {"EUR": "245.00"}, "allocated": {"EUR": "220.00"}}
    assert ran.json["changed"] == ["credit-notes/2026/03/C-1.yaml"]
    (path,) = [path for path in ran.json["created"] if "2026-03-10" in path]
    found = document(books, path)
    assert [(each.invoice, str(each.amount), str(each.on)) for each in found.allocations] == [
        ("A-1", "100.00", "2026-03-10"), ("A-2", "50.00", "2026-03-10")]  # fmt: skip
    assert (found.payer_iban, found.imported.source, found.external_id) == ("DE02120300000000202051", "rows.csv", "bank-1")
    (early,) = [path for path in ran.json["created"] if "2026-02-10" in path]
    assert [(str(each.amount), str(each.on)) for each in document(books, early).allocations] == [("70.00", "2026-03-01")]
    before = tree(books)
    assert "3 already there" in take(books, "payment", rows).err
    assert tree(books) == before
    unapplied = {row["payment"]: row["unapplied"] for row in bill("payment", "list", "--format", "json", cwd=books, at=TODAY).json["rows"]}
    assert sorted(unapplied.values()) == ["10.00", "10.00", "5.00"]
    (row,) = bill("credit-note", "list", "--format", "json", cwd=books, at=TODAY).json["rows"]
    assert row["unapplied"] == "30.00"


def test_credit_note_file_keeps_every_other_line_when_it_makes_room(books: Path) -> None:
    take(books, "invoice", OPEN)
    note = books / "credit-notes/2026/03/C-1.yaml"
    note.write_text(note.read_text(encoding="utf-8").replace("reason:", "# asked by phone\nreason:"), encoding="utf-8")
    before = note.read_text(encoding="utf-8").splitlines()
    take(books, "payment", "external_id,customer,received_on,amount,invoice\nb,nordwind,2026-03-10,90,A-1\n")
    after = note.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == [
        "    ended_on: 2026-03-20", "    reason: made room for rows.csv", "    amount: 10.00"]  # fmt: skip
    assert [line for line in before if line not in after] == []


def test_bad_payments_are_all_told_at_their_places(books: Path) -> None:
    take(books, "invoice", OPEN)
    rows = (
        "external_id,customer,received_on,amount,currency,payer_iban,invoice,allocated\n"
        "p-1,nobody,2026-03-10,10,,,,\n"
        "p-2,nordwind,2026-13-10,0,,,,\n"
        "p-3,nordwind,2026-07-01,10,,,,\n"
        "p-4,nordwind,2026-03-10,10,,DE03120300000000202051,,\n"
        "p-5,fremd,2026-03-10,10,,,A-1,\n"
        "p-6,nordwind,2026-03-10,10,USD,,A-1,\n"
        "p-7,nordwind,2026-03-10,10,,,A-9,\n"
        "p-8,nordwind,2026-03-10,10,,,A-1,11\n"
        "p-9,nordwind,2026-03-10,200,,,A-1,100.01\n"
        "q-1,nordwind,2026-03-10,10,,,,5\n"
        "q-2,nordwind,2026-03-10,10,,,A-1,1\n"
        "q-2,nordwind,2026-03-10,11,,,A-1,1\n"
        "q-3,nordwind,,10.005,,,,\n"
        "q-4,nordwind,2026-03-10,10.005,,,,\n"
        ",nordwind,2026-03-10,10,,,,\n"
    )
    before = tree(books)
    ran = run(books, "payment", rows, "--yes")
    assert ran.code == 1
    assert tree(books) == before
    assert places(ran) == [
        ("E204", 2, "nobody"), ("E206", 3, "2026-13-10"), ("E707", 4, "2026-07-01"), ("E215", 5, "DE03120300000000202051"),
        ("E308", 6, "A-1"), ("E309", 7, "A-1"), ("E305", 8, "A-9"), ("E501", 9, "11"), ("E502", 10, "100.01"), ("E202", 11, "5"),
        ("E704", 13, "11"), ("E402", 13, "A-1"), ("E202", 14, ","), ("E211", 14, "10.005"), ("E211", 15, "10.005"), ("E202", 16, ","),
    ]  # fmt: skip


def test_payment_that_is_there_and_says_something_else_is_a_bad_row(books: Path) -> None:
    take(books, "invoice", OPEN)
    rows = "external_id,customer,received_on,amount,invoice,allocated\nb-1,nordwind,2026-03-10,60,A-1,40\n"
    take(books, "payment", rows)
    ran = run(books, "payment", rows.replace("60", "61"), "--yes")
    assert (ran.code, places(ran)) == (1, [("E705", 2, "b-1")])
    assert "amount is 60.00 there" in ran.err
    assert "less is allocated to A-1 there" in run(books, "payment", rows.replace(",40", ",50"), "--yes").err


def test_payments_of_an_export_are_known_by_their_own_ids(books: Path) -> None:
    done("payment", "add", "-c", "nordwind", "-a", "60", "--received-on", "2026-03-10", "--yes", cwd=books, at=TODAY)
    before = tree(books)
    exported = bill("payment", "list", "--format", "csv", cwd=books, at=TODAY).out
    assert "1 already there" in take(books, "payment", exported).err
    assert tree(books) == before


def test_payment_that_the_bank_took_back_is_not_imported_as_money(books: Path) -> None:
    ran = run(books, "payment", "external_id,customer,received_on,amount,reversed_on\nb-1,nordwind,2026-03-10,60,2026-03-12\n", "--yes")
    assert (ran.code, places(ran)) == (1, [("E209", 2, "2026-03-12")])
    assert "the bank took this payment back on 2026-03-12" in ran.err


def test_money_received_in_a_closed_period_is_booked_on_the_first_open_day(books: Path) -> None:
    ran = run(books, "payment", "external_id,customer,received_on,amount\nb-1,nordwind,2025-12-20,60\n", "--yes")
    assert (ran.code, "1 payment of a day in a closed period is booked on 2026-01-01\n" in ran.err) == (0, True)
    (path,) = (books / "payments").rglob("*.yaml")
    found = document(books, str(path.relative_to(books)))
    assert (str(found.received_on), str(found.on)) == ("2025-12-20", "2026-01-01")


def test_credit_note_of_a_closed_period_makes_no_room(books: Path) -> None:
    take(books, "invoice", OPEN)
    text = (books / "ledger.yaml").read_text(encoding="utf-8").replace("closed_through: 2025-12-31", "closed_through: 2026-03-31")
    (books / "ledger.yaml").write_text(text, encoding="utf-8")
    rows = "external_id,customer,received_on,amount,invoice,allocated\nb-1,nordwind,2026-04-10,100,A-1,100\n"
    ran = run(books, "payment", rows, "--yes")
    assert (ran.code, places(ran)) == (1, [("E502", 2, "100")])
    ran = take(books, "payment", rows.replace(",100\n", ",\n"))
    assert "allocated 70.00 EUR" in ran.err


# the books as a whole


def test_import_is_one_audit_entry(books: Path) -> None:
    take(books, "invoice", OPEN)
    (trail,) = (books / "audit").rglob("*.jsonl")
    assert len(trail.read_text(encoding="utf-8").splitlines()) == 1
    assert '"command": "invoice import"' in trail.read_text(encoding="utf-8")


def test_no_file_and_no_ledger_are_usage_errors(books: Path, tmp_path: Path) -> None:
    assert run(books, "invoice", tmp_path / "none.csv", "--yes").code == 2
    assert run(books, "invoice", TWO, "--cut-over", "2026-08-01", "--yes").code == 2
    assert run(books, "invoice", TWO, "--mapping", "nosuch", "--yes").code == 2
    assert run(books, "invoice", TWO, "--rejects", str(tmp_path / "no" / "bad.csv"), "--yes").code == 0
    assert run(books, "invoice", "number,customer,issued_on,gross\nA-9,x,2026-03-01,1\n", "--rejects", "no/bad.csv", "--yes").code == 2

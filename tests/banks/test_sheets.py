"""Workbooks: cells as texts, and archives that are none or would fill the memory."""

from __future__ import annotations

import io
import sys
import zipfile

import pytest

from billcli.banks.sheets import is_workbook, rows
from billcli.banks.structured import Refused
from billcli.errors import BillError
from tests.support import PROJECT

SAMPLE = PROJECT / "tests" / "banks" / "samples" / "statement.xls"
TABLE = '<row r="1"><c r="A1" t="str"><v>Day</v></c><c r="B1" t="str"><v>Amount</v></c></row>'
CELLS = (
    '<row r="3"><c r="A3" s="1"><v>46086</v></c><c r="B3"><v>0.30000000000000004</v></c></row>'
    '<row r="4"><c r="A4" s="1"><v>46086.5</v></c><c r="B4"><v>-1250</v></c></row>'
)


def workbook(*sheets: str, **more: bytes) -> bytes:
    """As small as Excel reads: style 1 is a date."""
    kinds = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship Id="r" Type="{kinds}/officeDocument/2006/'
        'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" xmlns:r="{kinds}/officeDocument/2006/relationships"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, len(sheets) + 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{kinds}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        + f'<Relationship Id="rs" Type="{kinds}/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{kinds}/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>",
    }
    for n, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{kinds}/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>'
        )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, raw in more.items():
            archive.writestr(name, raw)
    return file.getvalue()


def told(raw: bytes) -> str:
    with pytest.raises(Refused) as refused:
        rows(raw, "bank.xlsx")
    (why,) = refused.value.diagnostics
    assert (why.code, why.file) == ("E650", "bank.xlsx")
    assert why.hint
    return why.message


def test_old_workbook() -> None:
    assert rows(SAMPLE.read_bytes(), "statement.xls") == [
        ["Date", "Payer", "Text", "Amount", "Balance"],
        ["2026-03-05", "Nordwind Handels GmbH", "INV-2026-0042", "1426.5", "2426.5"],
        ["2026-03-06", "Bank", "fee", "-0.3", "2426.2"],
    ]


def test_new_workbook_keeps_empty_rows_and_the_digits_that_excel_shows() -> None:
    assert rows(workbook(TABLE + CELLS), "x.xlsx") == [
        ["Day", "Amount"],
        ["", ""],
        ["2026-03-05", "0.3"],
        ["2026-03-05 12:00:00", "-1250"],
    ]


def test_sheet_of_notes_beside_the_table_is_passed_over() -> None:
    notes = '<row r="1"><c r="A1" t="str"><v>read me</v></c></row>'
    assert rows(workbook(notes, TABLE + CELLS), "x.xlsx")[0] == ["Day", "Amount"]


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (b"Date,Amount\n", "this is no Excel workbook"),
        (b"", "the file is empty"),
        (workbook(TABLE)[:200], "cannot be unpacked"),
        (SAMPLE.read_bytes()[:3000], "cannot be read"),
        (workbook(TABLE + CELLS, TABLE + CELLS), "2 sheets with a table (S1, S2)"),
        (workbook(TABLE), "no sheet with a table"),
        (workbook(TABLE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "spans more than 2000000 cells"),
        (workbook(TABLE, bomb=bytes(210 * 1024 * 1024)), "unpacks to more than 200 MB"),
        (workbook(TABLE).replace(b"xl/workbook.xml", b"xl/workbook.abc"), "this archive is no Excel workbook"),
        (workbook("<row"), "cannot be read"),
    ],
)
def test_what_is_no_statement_is_refused(raw: bytes, part: str) -> None:
    assert part in told(raw)


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(BillError) as refused:
        rows(workbook(TABLE + CELLS), "x.xlsx")
    assert refused.value.message == "x.xlsx is an Excel workbook; to read one, bill needs the package python-calamine"
    assert 'pip install "billcli[sheets]"' in refused.value.hint


def test_workbooks_are_known_by_their_first_bytes() -> None:
    assert is_workbook(workbook(TABLE))
    assert is_workbook(SAMPLE.read_bytes())
    assert not is_workbook(b"Date,Amount\n")

"""Statements that come as a spreadsheet."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from billcli.errors import BillError
from tests.banks.shown import SAMPLES, understood

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(rows: list[list[str | float]]) -> bytes:
    """The smallest .xlsx that a spreadsheet opens."""
    lines = []
    for row in rows:
        cells = [
            f"<c><v>{cell!r}</v></c>" if isinstance(cell, float) else f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row
        ]
        lines.append(f"<row>{''.join(cells)}</row>")
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        for name, text in parts.items():
            file.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return raw.getvalue()


def test_spreadsheet_reads_as_its_table_would() -> None:
    text = (SAMPLES / "ccb.csv").read_text(encoding="utf-8")
    rows: list[list[str | float]] = [
        ["中国建设银行个人活期账户全部交易明细"], ["账号：6217********0000"],
        ["序号", "摘要", "币别", "钞汇", "交易日期", "交易金额", "账户余额", "交易地点/附言", "对方账号与户名"],
        [1.0, "转账存入", "人民币元", "钞", "20260302", 1190.0, 2190.0, "INV-2026-0042", "6222000000000001/北京北风贸易有限公司"],
        [2.0, "消费", "人民币元", "钞", "20260331", -29.9, 2160.1, "文具店", ""],
    ]  # fmt: skip
    [sheet], [table] = understood(workbook(rows), name="x.xlsx"), understood(text)
    assert sheet.encoding == "spreadsheet"
    assert sheet._replace(encoding=table.encoding) == table


@pytest.mark.parametrize("raw", [b"PK\x03\x04 not a spreadsheet", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_damaged_spreadsheet_is_refused(raw: bytes) -> None:
    with pytest.raises(BillError) as caught:
        understood(raw)
    assert caught.value.diagnostics[0].code == "E650"


def test_spreadsheet_that_unpacks_to_more_than_any_statement_is_refused_unopened() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b" " * (201 * 1024 * 1024))
    with pytest.raises(BillError) as caught:
        understood(raw.getvalue())
    assert "unpacks" in caught.value.diagnostics[0].message

"""Statements that come as a spreadsheet only: the first sheet with anything in it as the lines of a table.

With the extra ``billcli[sheets]``: python-calamine reads both .xls and .xlsx, brings no dependencies and is loaded for such files alone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any

from billcli.banks.encoding import LIMIT
from billcli.banks.faults import Unreadable
from billcli.errors import UsageError

XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_sheet(raw: bytes) -> bool:
    return raw.startswith((XLSX, XLS))


def as_table(raw: bytes) -> bytes:
    """The rows as CSV in UTF-8, a line each. Raises ``Unreadable``, and ``UsageError`` where the extra is not installed."""
    _refuse_large(raw)
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise UsageError("a spreadsheet is read with an extra that is not installed", "pip install 'billcli[sheets]'") from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = (book.get_sheet_by_index(at).to_python(skip_empty_area=False) for at in range(len(book.sheet_names)))
        rows = next((rows for rows in sheets if any(cell != "" for row in rows for cell in row)), [])
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(f"the spreadsheet cannot be opened: {error}", "save it as CSV, or download it again") from None
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([[_text(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8")


def _refuse_large(raw: bytes) -> None:
    """A few bytes can unpack to many."""
    if not raw.startswith(XLSX):
        return
    try:
        size = sum(each.file_size for each in zipfile.ZipFile(io.BytesIO(raw)).infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable(f"the spreadsheet cannot be opened: {error}", "it may be cut off: download it again") from None
    if size > 4 * LIMIT:
        raise Unreadable(f"the spreadsheet unpacks to {size // 1024 // 1024} MB; no statement needs as many", "download a shorter period")


def _text(cell: Any) -> str:
    """A cell as it was typed: the shortest digits that mean the number in it, days in ISO form."""
    match cell:
        case bool() | None:
            return ""
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float() | int():
            return f"{cell!r}"
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case _:
            return " ".join(str(cell).split("\n"))

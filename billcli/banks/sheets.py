"""The cells of a workbook (xlsx, xls) as texts, for the reader of tables. The package python-calamine, an extra, knows the formats.

A number shows as many digits as Excel keeps, a date as ISO 8601. What unpacks to far more than it should is refused before it is unpacked.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from importlib.util import find_spec
from typing import Any

from billcli.banks.structured import check_size, refusal
from billcli.banks.workbook import SECONDS
from billcli.errors import BillError

MAX_UNPACKED = 200 * 1024 * 1024
MAX_CELLS = 2_000_000
"""Of the rectangle that a sheet's cells span: it is held in memory whole."""

_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb"""<(?:[A-Za-z0-9]+:)?(?:c|row)\s[^>]{0,400}?\br\s*=\s*["']([A-Za-z]{0,8})([0-9]{1,12})["']""")
_SAVE = "save the sheet as CSV, or download it again"


def is_workbook(raw: bytes) -> bool:
    """By the first bytes: a zip archive or the compound file of old Excel."""
    return raw.startswith((b"PK\x03\x04", _XLS))


def rows(raw: bytes, name: str) -> list[list[str]]:
    """The rows of the one sheet that has a table, row 1 first, empty ones too. Raises ``Refused``, or ``BillError`` without the extra."""
    check_size(raw, name)
    if not is_workbook(raw):
        raise refusal(name, "E650", "this is no Excel workbook", _SAVE)
    if not raw.startswith(_XLS):
        _check_archive(raw, name)
    if find_spec("python_calamine") is None:
        hint = 'install it: pip install "billcli[sheets]"; or save the sheet as CSV'
        raise BillError(f"{name} is an Excel workbook; to read one, bill needs the package python-calamine", hint)
    found = _in_a_process_of_its_own(raw)
    if found.get("password"):
        raise refusal(name, "E650", "the workbook is protected by a password", "save it without one, or as CSV")
    if "rows" not in found:
        raise refusal(name, "E650", f"the workbook cannot be read: {found.get('error') or 'it is damaged'}", _SAVE)
    names = found["names"]
    if len(names) != 1:
        what = f"{len(names)} sheets with a table ({', '.join(names)})" if names else "no sheet with a table"
        raise refusal(name, "E650", f"the workbook has {what}; a statement is one", "save the sheet of the statement as CSV")
    read: list[list[str]] = found["rows"]
    return read


def as_table(raw: bytes, name: str) -> bytes:
    """The same as CSV in UTF-8, a line for each row."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([[" ".join(cell.splitlines()) for cell in row] for row in rows(raw, name)])
    return out.getvalue().encode("utf-8")


def _in_a_process_of_its_own(raw: bytes) -> dict[str, Any]:
    """See ``workbook``. ``-P``: no module is taken from the folder one happens to stand in."""
    command = [sys.executable, "-P", "-m", "billcli.banks.workbook"]
    try:
        done = subprocess.run(command, input=raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=2 * SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"error": "it takes too long"}
    if done.returncode:
        return {}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _check_archive(raw: bytes, name: str) -> None:
    """Refuses what is no workbook, unpacks to too much, or spans more cells than any statement."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise refusal(name, "E650", "this archive is no Excel workbook", "unpack it and read what is in it")
            for member in archive.infolist():
                unpacked += member.file_size
                if unpacked > MAX_UNPACKED:
                    raise refusal(
                        name, "E650", f"the workbook unpacks to more than {MAX_UNPACKED // 1024 // 1024} MB", "download a shorter period"
                    )
                if member.filename.startswith("xl/worksheets/") and not member.is_dir() and _span(archive.read(member)) > MAX_CELLS:
                    raise refusal(name, "E650", f"a sheet of the workbook spans more than {MAX_CELLS} cells", _SAVE)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise refusal(
            name, "E650", f"the workbook cannot be unpacked: {_why(error)}", "it was cut off or damaged: download it again"
        ) from None


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _span(sheet: bytes) -> int:
    """Rows times columns up to the last cell."""
    last_row = last_column = 1
    for found in _CELL.finditer(sheet):
        last_row = max(last_row, int(found[2]))
        column = 0
        for letter in found[1].upper():
            column = column * 26 + letter - 64
        last_column = max(last_column, column)
    return last_row * last_column

"""CSV files: bytes to a header and rows that know their lines, strictly; and rejected rows back to bytes."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from billcli.core.imports.cells import REASON, Fault, Row
from billcli.core.quoting import behind_quote, cell_place, last_quote
from billcli.diagnostics import Diagnostic, Span
from billcli.errors import BillError, UsageError
from billcli.store.outfile import put
from billcli.store.text import BOM, MAX_SHOWN, span_at

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_WIDE_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Table(NamedTuple):
    """A whole file. ``odd`` rows have another number of cells than the header and are not among ``rows``."""

    file: str
    lines: Sequence[str]
    delimiter: str
    encoding: str
    header: Row
    rows: list[Row]
    odd: list[Fault]


def read_file(path: str) -> bytes:
    """Raises ``UsageError`` for a file that cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def read_table(raw: bytes, file: str, encoding: str, delimiter: str) -> Table:
    """Raises ``BillError`` where the text or its quotes leave it open what the rows are (E701)."""
    text = _decoded(raw, file, encoding)
    lines = list(io.StringIO(text, newline=""))
    records = _records(lines, file, delimiter)
    if not records:
        raise _unreadable(file, "the file is empty", 1, "", "its first line is the header")
    header, *rest = records
    width = len(header.cells)
    hint = "a text with the delimiter in it goes in double quotes"
    wrong = [row for row in rest if len(row.cells) != width]
    odd = [Fault(row, None, "E703", f"the row has {len(row.cells)} cells; the header has {width}", hint) for row in wrong]
    return Table(file, lines, delimiter, encoding, header, [row for row in rest if len(row.cells) == width], odd)


def _decoded(raw: bytes, file: str, encoding: str) -> str:
    if raw.startswith(_WORKBOOKS):
        raise _unreadable(file, "the file is an Excel workbook", 1, "", "save its sheet as CSV, in UTF-8")
    wide = next((name for mark, name in _WIDE_BOMS.items() if raw.startswith(mark)), None)
    if wide and not encoding.startswith(("utf-16", "utf-32")):
        raise _unreadable(file, f"the file is {wide}, not {encoding}", 1, "", f"a mapping with encoding: {wide} reads it")
    body = raw.removeprefix(BOM) if encoding == "utf-8" else raw
    try:
        text = body.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        what = body[error.start : error.start + 1].hex()
        hint = "a mapping with encoding: cp1252, gb18030 or the like may read it"
        at = len(body[: error.start].decode(encoding, "replace"))
        raise _at(file, f"byte 0x{what} is not {encoding}", body.decode(encoding, "replace"), at, hint) from None
    if (at := text.find("\0")) >= 0:
        raise _at(file, "the control character U+0000", text, at, "this is no table, or its encoding is another")
    return text


def _at(file: str, message: str, text: str, at: int, hint: str) -> BillError:
    span = span_at(text, at)
    return _unreadable(file, message, span.line, span.text, hint, span.column)


def _records(lines: Sequence[str], file: str, delimiter: str) -> list[Row]:
    """Every record with the line it starts on; blank lines hold none."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    found = []
    begun = 0
    try:
        for cells in reader:
            if cells:
                found.append(Row(begun + 1, cells))
            begun = reader.line_num
    except csv.Error as error:
        raise _broken(lines, file, delimiter, begun, reader.line_num, str(error)) from None
    return found


def _broken(lines: Sequence[str], file: str, delimiter: str, begun: int, reached: int, why: str) -> BillError:
    """The reason the record after line ``begun`` cannot be read, at the quote that is to blame where there is one."""
    if "unexpected end" in why:
        line, column = last_quote(lines, begun, delimiter)
        hint = 'a quote inside a text is doubled: ""'
        return _unreadable(file, "a quote is opened here and never closed", line, lines[line - 1], hint, column)
    if "field larger" in why:
        return _unreadable(file, "a cell of more than 131072 characters", begun + 1, lines[begun], "is a quote missing?")
    hint = 'a text that contains quotes stands in quotes as a whole, and each quote in it is doubled: ""'
    shown = lines[reached - 1]
    column = behind_quote(shown, delimiter, inside=reached > begun + 1)
    return _unreadable(file, "something stands between a closing quote and the delimiter", reached, shown, hint, column)


def _unreadable(file: str, message: str, line: int, text: str, hint: str, column: int = 1) -> BillError:
    shown = text.rstrip("\r\n") if len(text) <= MAX_SHOWN else ""
    problem = Diagnostic("E701", message, file, span=Span(line, column, 1, shown), hint=hint)
    return BillError(f"{file} cannot be read as a table", "", (problem,))


def diagnostics(table: Table, faults: Iterable[Fault]) -> list[Diagnostic]:
    """Faults with the place of their cell in the user's own line; all of one line together, in the order of lines."""
    found = []
    for fault in sorted(faults, key=order):
        message = fault.message if fault.column is None else f"{_column(table, fault.column)}: {fault.message}"
        found.append(Diagnostic(fault.code, message, table.file, span=_span(table, fault), hint=fault.hint))
    return found


def order(fault: Fault) -> tuple[int, int]:
    """By line and column."""
    return fault.row.line, -1 if fault.column is None else fault.column


def _column(table: Table, at: int) -> str:
    name = table.header.cells[at].strip() if at < len(table.header.cells) else ""
    shown = f"{name[:80]}…" if len(name) > 80 else name
    return f"column {at + 1}, {shown}" if name else f"column {at + 1}"


def _span(table: Table, fault: Fault) -> Span:
    line = table.lines[fault.row.line - 1].rstrip("\r\n")
    start, length = cell_place(line, fault.column, table.delimiter) if fault.column is not None else (0, len(line))
    return Span(fault.row.line, start + 1, max(1, length), line if len(line) <= MAX_SHOWN else "")


def rejected(table: Table, reasons: Sequence[tuple[Row, str]], at: int | None) -> bytes:
    """Rows with all their cells and why they were not taken, in the encoding and with the delimiter of the table they are from.

    The reason stands in a last column, or takes the place of column ``at``: that of a reason from before.
    """
    out = io.StringIO(newline="")
    plain = csv.writer(out, delimiter=table.delimiter, lineterminator="\n")
    careful = csv.writer(out, delimiter=table.delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    width = len(table.header.cells)
    for row, reason in [(table.header, REASON), *reasons]:
        cells = [*row.cells, *[""] * (width - len(row.cells))]
        if at is None:
            cells.insert(width, reason)
        else:
            cells[at] = reason
        (careful if any("\r" in cell for cell in cells) else plain).writerow(cells)  # the plain one would leave it without quotes
    return out.getvalue().encode(table.encoding, "backslashreplace")


def check_place(path: str, data: bytes | None = None) -> None:
    """Raises ``UsageError`` where a file stands at ``path`` that says something else: rows rejected before are not thrown away."""
    if not os.path.lexists(path):
        if not os.path.isdir(os.path.dirname(path) or "."):
            raise UsageError(f"{path}: there is no such folder")
        return
    there = read_file(path)
    if there and there != data:
        raise UsageError(f"{path} is there already and holds something else", "move it away, or name another file for the rejected rows")


def write_file(path: str, data: bytes) -> None:
    """The file whole and on the disk, or not at all."""
    check_place(path, data)
    if os.path.lexists(path) and read_file(path) == data:
        return
    put(path, data)

"""Bytes to rows: what a writer wrote comes back, and nothing but a reason comes of anything else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.imports.cells import Fault, Row
from billcli.errors import BillError, UsageError
from billcli.store.table import Table, diagnostics, read_table, rejected, write_file

CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
TABLES = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6))


def written(rows: list[list[str]], delimiter: str = ",", quoting: int = csv.QUOTE_ALL) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]  # its own constants
    return out.getvalue().encode()


@given(TABLES, st.sampled_from([",", ";", "|", "\t"]))
def test_what_was_written_comes_back_with_the_lines_it_starts_on(rows: list[list[str]], delimiter: str) -> None:
    table = read_table(written(rows, delimiter), "rows.csv", "utf-8", delimiter)
    assert [list(table.header.cells), *(list(row.cells) for row in table.rows)] == rows
    assert table.odd == []
    line = 1
    for row, cells in zip([table.header, *table.rows], rows, strict=True):
        assert row.line == line
        line += len(io.StringIO(",".join(cells) + ",", newline="").readlines())


@given(
    st.binary(max_size=60) | st.text(alphabet='a,"\n\r;\0\ufeff ', max_size=40).map(str.encode),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_any_bytes_give_a_table_or_a_reason_with_its_place(raw: bytes, encoding: str) -> None:
    try:
        table = read_table(raw, "rows.csv", encoding, ",")
    except BillError as error:
        (found,) = error.diagnostics
        assert found.code == "E701"
        assert found.span is not None
        assert found.span.line >= 1
        assert found.hint
    else:
        assert all(len(row.cells) == len(table.header.cells) for row in table.rows)
        every = [Fault(row, at, "E205", "x") for row in table.rows for at in range(len(row.cells))]
        assert len(diagnostics(table, [*every, *table.odd])) == len(every) + len(table.odd)


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("ab,cd,ef", ["ab", "cd", "ef"]),
        ('"a,b",c,""', ['"a,b"', "c", '""']),
        ('a"b,"c ""d"" , e",f', ['a"b', '"c ""d"" , e"', "f"]),
        ("北京,ü,", ["北京", "ü", ""]),
    ],
)
def test_place_of_a_cell_is_its_text_in_the_line(line: str, marked: list[str]) -> None:
    table = read_table(f"a,b,c\n{line}\n".encode(), "rows.csv", "utf-8", ",")
    for at, text in enumerate(marked):
        (found,) = diagnostics(table, [Fault(table.rows[0], at, "E205", "x")])
        assert found.span is not None
        start = found.span.column - 1
        assert (found.span.line, found.span.text[start : start + found.span.length] if text else "") == (2, text)
        assert found.message == f"column {at + 1}, {'abc'[at]}: x"


@given(TABLES.filter(lambda rows: len(rows) > 1))
def test_rejected_rows_keep_every_cell(rows: list[list[str]]) -> None:
    table = read_table(written(rows), "rows.csv", "utf-8", ",")
    raw = rejected(table, [(row, f"reason {row.line}") for row in table.rows], None)
    again = read_table(raw, "bad.csv", "utf-8", ",")
    assert [list(row.cells) for row in again.rows] == [
        [*cells, f"reason {row.line}"] for cells, row in zip(rows[1:], table.rows, strict=True)
    ]


def test_rejected_row_of_another_length_keeps_its_reason_in_its_column() -> None:
    table = Table("rows.csv", ["a,b\n", "1\n", "1,2,3\n"], ",", "utf-8", Row(1, ["a", "b"]), [], [])
    assert rejected(table, [(Row(2, ["1"]), "few"), (Row(3, ["1", "2", "3"]), "many")], None) == b"a,b,reason\n1,,few\n1,2,many,3\n"
    assert rejected(table, [(Row(2, ["1", "old"]), "new")], 1) == b"a,reason\n1,new\n"


def test_file_is_written_whole_and_never_over_something_else(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    for _ in range(2):
        write_file(str(path), b"a\n")
    assert path.read_bytes() == b"a\n"
    with pytest.raises(UsageError, match="holds something else"):
        write_file(str(path), b"b\n")
    path.write_bytes(b"")
    write_file(str(path), b"b\n")
    assert [each.name for each in tmp_path.iterdir()] == ["bad.csv"]
    with pytest.raises(UsageError, match="no such folder"):
        write_file(str(tmp_path / "none" / "bad.csv"), b"b\n")

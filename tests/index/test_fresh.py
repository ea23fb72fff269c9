"""Whatever happens to the files or to the index, it answers like one made anew."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.app import refresh
from billcli.index import connection as connections
from billcli.index import queries
from billcli.store import fs, scan
from tests.support import LEDGER, bill, make_ledger

DAYS = [date(2026, month, 15) for month in (1, 3, 4, 6)]
CUSTOMER = "schema: customer/1\nid: {id}\nname: Customer {n}\n"
INVOICE = """\
schema: invoice/1
number: {id}
type: sales
customer: a
issued_on: 2026-03-0{n}
currency: EUR
issued_by:
  name: Fjord
issued_to:
  name: Aaaa
lines:
  - description: x
    quantity: 1
    unit_price: {n}0
instalments:
  - due_on: 2026-03-31
    amount: {n}0.00
totals:
  net: {n}0.00
  tax: 0.00
  gross: {n}0.00
"""
PAYMENT = """\
schema: payment/1
id: {id}
customer: a
received_on: 2026-04-0{n}
on: 2026-04-0{n}
amount: {n}.00
currency: EUR
allocations:
  - invoice: INV-1
    amount: {n}.00
    on: 2026-04-0{n}
"""
FILES = {
    "customers/a.yaml": CUSTOMER, "customers/b.yaml": CUSTOMER,
    "invoices/2026/03/INV-1.yaml": INVOICE, "invoices/2026/03/INV-2.yaml": INVOICE,
    "payments/2026/04/p.yaml": PAYMENT, "payments/2026/04/q.yaml": PAYMENT,
}  # fmt: skip
PATHS = st.sampled_from(sorted(FILES))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), PATHS, st.integers(1, 9)),
        st.tuples(st.just("in place"), PATHS, st.integers(1, 9)),
        st.tuples(st.sampled_from(("delete", "break", "rename")), PATHS, st.just(0)),
        st.tuples(st.sampled_from(("forget", "damage", "cut", "foreign", "other version")), st.just(""), st.just(0)),
    ),
    min_size=1,
    max_size=12,
)


def answers(index: sqlite3.Connection) -> dict[str, Any]:
    """All rows but stamps and row ids, and what is asked of them."""
    paths = dict(index.execute("SELECT id, path FROM files").fetchall()) | {0: ""}
    found: dict[str, Any] = {}
    for (table,) in index.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'made_by'").fetchall():
        columns = [row[1] for row in index.execute(f"PRAGMA table_info({table})")]
        kept = [name for name in columns if name not in ("id", "size", "mtime_ns", "ctime_ns", "inode", "racy") or table != "files"]
        rows = index.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall()
        found[table] = sorted(repr([paths[cell] if name == "file" else cell for name, cell in zip(kept, row, strict=True)]) for row in rows)
    for day in DAYS:
        found[f"{day}"] = (
            sorted(queries.open_invoices(index, day)), sorted(queries.unapplied(index, day)), queries.control_totals(index, day)
        )  # fmt: skip
    return found


def made_anew(root: Path) -> dict[str, Any]:
    index = connections.open_index(None)
    try:
        return answers(refresh._bring_up_to_date(str(root), index, refresh.no_progress))
    finally:
        index.close()


@pytest.fixture(params=["fine stamps", "stamps of two seconds"])
def stamps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A file system that keeps the time to two seconds shows nothing of a quick second write of the same size."""
    if request.param != "fine stamps":

        def coarse(info: os.stat_result) -> fs.Stamp:
            two = 2_000_000_000
            return fs.Stamp(info.st_size, info.st_mtime_ns // two * two, info.st_ctime_ns // two * two, info.st_ino)

        monkeypatch.setattr(scan, "stamp", coarse)
    yield


def do(root: Path, step: str, path: str, n: int) -> None:
    index = root / ".bill/index.sqlite"
    file = root / path
    match step:
        case "write":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(FILES[path].format(id=file.stem, n=n))
        case "in place" if file.exists():
            before = file.stat()
            file.write_text(FILES[path].format(id=file.stem, n=n))
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        case "delete":
            file.unlink(missing_ok=True)
        case "break" if file.exists():
            file.write_text("schema: nothing/1\n")
        case "rename" if file.exists():
            file.rename(file.with_name(f"x-{file.name}"))
        case "forget":
            index.unlink(missing_ok=True)
        case "damage" if index.exists():
            raw = bytearray(index.read_bytes())
            raw[:100] = b"\xa5" * 100
            index.write_bytes(raw)
        case "cut" if index.exists():
            index.write_bytes(index.read_bytes()[:5000])
        case "foreign":
            index.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(index)) as other:
                other.execute("CREATE TABLE files (mine TEXT)")
                other.commit()
        case "other version" if index.exists():
            with contextlib.closing(sqlite3.connect(index)) as old:
                with contextlib.suppress(sqlite3.Error):
                    old.execute("UPDATE made_by SET mark = '1 0.0.1'")
                    old.execute("DELETE FROM invoices")
                old.commit()
        case _:
            pass


@settings(max_examples=25)
@given(steps=STEPS)
@pytest.mark.usefixtures("stamps")
def test_after_any_step_the_index_answers_like_one_made_anew(steps: list[tuple[str, str, int]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        root = make_ledger(folder / "books", "")
        for path in FILES:
            do(root, "write", path, 3)
        for step in [("", "", 0), *steps]:
            do(root, *step)
            with refresh.fresh_index(str(root)) as index:
                assert answers(index) == made_anew(root)
    finally:
        shutil.rmtree(folder)


def books(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "books", "")
    for path in FILES:
        do(root, "write", path, 3)
    return root


def test_two_readers_at_once_see_each_their_own_and_both_are_right(tmp_path: Path) -> None:
    root = books(tmp_path)
    with refresh.fresh_index(str(root)) as first:
        seen = answers(first)
        do(root, "write", "payments/2026/04/p.yaml", 7)
        with refresh.fresh_index(str(root)) as second:
            assert answers(second) == made_anew(root) != seen


def test_a_clock_that_was_set_back_hides_no_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = books(tmp_path)
    with refresh.fresh_index(str(root)):
        pass
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3_600_000_000_000)
    for n in (5, 6):
        do(root, "in place", "payments/2026/04/p.yaml", n)
        with refresh.fresh_index(str(root)) as index:
            assert answers(index) == made_anew(root)


def test_a_folder_that_cannot_be_written_gets_its_answers_from_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = books(tmp_path)
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    with refresh.fresh_index(str(root)) as index:
        assert answers(index) == made_anew(root)
    assert not (root / ".bill/index.sqlite").exists()


@pytest.mark.parametrize(("question", "index_name"), [(queries.OPEN, "invoices_open"), (queries.UNAPPLIED, "payments_unapplied")])
def test_what_is_open_today_is_read_from_the_partial_index_alone(tmp_path: Path, question: str, index_name: str) -> None:
    with refresh.fresh_index(str(books(tmp_path))) as index:
        plan = [row[3] for row in index.execute(f"EXPLAIN QUERY PLAN {question}", {"d": "2026-06-15"})]
    assert any(f"USING COVERING INDEX {index_name}" in step for step in plan)
    tables = ("invoices", "payments", "credit_notes", "settlements")
    assert not [step for step in plan if step in [f"SCAN {name}" for name in tables]]


def test_a_report_leaves_every_file_of_the_ledger_as_it_was(tmp_path: Path) -> None:
    root = books(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    assert bill("report", "aging", cwd=root, at="2026-06-15").code == 0
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == before
    assert LEDGER in (root / "ledger.yaml").read_text()

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from billcli.app.refresh import fresh_index
from billcli.errors import BillError, ChangedMeanwhile
from billcli.index import balances, connection, queries
from billcli.store import fs
from tests.faults.rig import in_child
from tests.index.ledgers import START, answers, customer, day, invoice, known, payment, rebuilt, rows
from tests.support import bill, make_ledger, tree

PAGE = 4096


@pytest.fixture
def root(tmp_path: Path) -> Path:
    ledger = make_ledger(tmp_path / "ledger")
    for path, text in {
        "customers/nord.yaml": customer("nord"),
        "invoices/2026/01/R-1.yaml": invoice("R-1", 90, START),
        "payments/2026/01/p-1.yaml": payment("p-1", 50, day(2), [("R-1", 40, day(3), None)]),
    }.items():
        (ledger / path).parent.mkdir(parents=True, exist_ok=True)
        (ledger / path).write_text(text)
    with fresh_index(str(ledger)):
        pass
    return ledger


def index_of(root: Path) -> Path:
    return root / ".bill/index.sqlite"


def pages(root: Path) -> int:
    return index_of(root).stat().st_size // PAGE


def overwrite(root: Path, page: int, data: bytes) -> None:
    with index_of(root).open("r+b") as file:
        file.seek(page * PAGE)
        file.write(data)


def replace(root: Path, old: bytes, new: bytes) -> None:
    raw = index_of(root).read_bytes()
    assert old in raw
    index_of(root).write_bytes(raw.replace(old, new))


def foreign(root: Path) -> None:
    connection.forget(str(index_of(root)))
    with sqlite3.connect(index_of(root)) as other:
        other.execute("CREATE TABLE diary (id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT)")
        other.execute("CREATE VIEW invoices AS SELECT * FROM diary")
    other.close()


def statement(sql: str) -> Callable[[Path], None]:
    def run(root: Path) -> None:
        with sqlite3.connect(index_of(root)) as index:
            index.execute(sql)
        index.close()

    return run


def in_its_place(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def run(root: Path) -> None:
        index_of(root).unlink()
        make(index_of(root))

    return run


DAMAGE: dict[str, Callable[[Path], Any]] = {
    "gone": lambda root: index_of(root).unlink(),
    "empty": lambda root: index_of(root).write_bytes(b""),
    "half": lambda root: os.truncate(index_of(root), index_of(root).stat().st_size // 2),
    "a byte short": lambda root: os.truncate(index_of(root), index_of(root).stat().st_size - 1),
    "no database": lambda root: index_of(root).write_bytes(os.urandom(3 * PAGE)),
    "text": lambda root: index_of(root).write_text("schema: customer/1\n"),
    "bad header": lambda root: overwrite(root, 0, b"?" * 16),
    "bad schema": lambda root: overwrite(root, 0, b"\x00" * PAGE),
    "somebody else's": foreign,
    "older": statement("UPDATE made_by SET mark = '1 0.0.1'"),
    "newer": statement("UPDATE made_by SET mark = '999 9.9.9'"),
    "a table less": statement("DROP TABLE settlements"),
    "an index less": statement("DROP INDEX invoices_open"),
    "a table more": statement("CREATE TABLE more (x)"),
    "another column": statement("ALTER TABLE invoices RENAME COLUMN gross TO total"),
    "a schema that is no text": lambda root: replace(root, b"CREATE TABLE invoices (", b"CREATE TABLE \xe0nvoices \xe0"),
    "no text": statement("UPDATE files SET hash = CAST(x'ff' AS TEXT)"),
    "a folder": in_its_place(Path.mkdir),
    "a dangling link": in_its_place(lambda path: path.symlink_to("nowhere")),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_answers_are_right_whatever_became_of_the_index(root: Path, damage: Callable[[Path], object]) -> None:
    expected = rebuilt(root)
    damage(root)
    assert answers_of(root) == expected[1]
    (root / "customers/syd.yaml").write_text(customer("syd"))
    assert answers_of(root) == rebuilt(root)[1]
    assert bill("--ledger", str(root), "report", "aging").code == 0


@pytest.mark.parametrize("name", ["a table less", "another column", "somebody else's", "older", "half"])
def test_damage_that_shows_only_when_something_is_asked_is_healed_by_the_next_command(root: Path, name: str) -> None:
    """Where no file has changed nothing is written to the index, and so nothing was there to notice it."""
    expected = rebuilt(root)
    with mock.patch("time.time_ns", lambda: day(99999).toordinal() * 10**18):  # long after anything was written
        assert known(root) == expected
        DAMAGE[name](root)
        ran = bill("--ledger", str(root), "report", "aging")
        assert ran.code == 0 or (ran.code, ran.err.splitlines()[0]) == (4, f"bill: {DAMAGED}")
        assert bill("--ledger", str(root), "report", "aging").code == 0
        assert known(root) == expected


def test_mistake_in_our_sql_is_ours_and_costs_no_index(root: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), fresh_index(str(root)) as index:
        index.execute("SELECT * FROM invoice")
    assert index_of(root).exists()


DAMAGED = "the index was damaged; it is deleted, and nothing was changed"


def answers_of(root: Path) -> dict[str, object]:
    return known(root)[1]


def test_damage_of_any_page_is_healed_at_the_latest_by_the_next_command(root: Path) -> None:
    expected = rebuilt(root)
    healed = 0
    for page in range(pages(root)):
        overwrite(root, page, (b"\x00", b"\x5a", b"\x0d")[page % 3] * PAGE)
        try:
            with fresh_index(str(root)) as index:
                assert (rows(index), answers(index)) == expected
        except ChangedMeanwhile as error:
            assert error.message == DAMAGED
            healed += 1
        assert known(root) == expected
    assert healed > 0


def test_index_is_made_once_and_used_from_then_on(root: Path) -> None:
    with mock.patch("billcli.app.reading.understand", side_effect=AssertionError("read again")):
        assert known(root)[1]["kinds"] == {"ledger": 1, "customer": 1, "invoice": 1, "payment": 1}


def test_link_in_its_place_leads_nowhere(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "somebody's.sqlite"
    with sqlite3.connect(other) as theirs:
        theirs.execute("CREATE TABLE diary (line TEXT)")
    theirs.close()
    before = other.read_bytes()
    index_of(root).unlink()
    index_of(root).symlink_to(other)
    assert known(root) == rebuilt(root)
    assert other.read_bytes() == before
    assert not index_of(root).is_symlink()


def test_index_that_came_with_a_cloned_folder_is_not_believed(root: Path, tmp_path: Path) -> None:
    """Rows of files that are not there would stand in every report; a planted journal could do worse."""
    with sqlite3.connect(index_of(root)) as planted:
        planted.execute("CREATE TEMP TABLE more AS SELECT * FROM invoices")
        planted.execute("UPDATE more SET file = 999, number = 'R-9'")
        planted.execute("INSERT INTO invoices SELECT * FROM more")
    planted.close()
    with fresh_index(str(root)) as index:
        assert len(balances.open_invoices(index, day(9))) == 2
    clone = shutil.copytree(root, tmp_path / "clone")
    (clone / ".bill/index.sqlite-journal").write_bytes(b"planted")
    assert known(clone) == rebuilt(clone)
    with fresh_index(str(clone)) as index:
        assert len(balances.open_invoices(index, day(9))) == 1


def test_reader_keeps_its_state_while_commands_go_on(root: Path) -> None:
    with mock.patch.object(connection, "_WRITE_WAIT_MS", 20), fresh_index(str(root)) as index:
        before = rows(index), answers(index)
        for _ in range(3):
            assert bill("--ledger", str(root), "payment", "add", "-c", "nord", "-a", "1", "--again", "--yes", at="2026-03-14").code == 0
        assert len(queries.payments(index, day(3650))) == 1
        assert (rows(index), answers(index)) == before
    assert len(known(root)[0]["payments"]) == 4
    assert known(root) == rebuilt(root)


@pytest.mark.parametrize("kind", ["IMMEDIATE", "EXCLUSIVE"])
def test_index_that_another_command_is_writing_keeps_nobody_waiting_for_ever(root: Path, kind: str) -> None:
    (root / "customers/syd.yaml").write_text(customer("syd"))
    other = sqlite3.connect(index_of(root), isolation_level=None)
    other.execute(f"BEGIN {kind}")
    with mock.patch.object(connection, "_WRITE_WAIT_MS", 20), mock.patch.object(connection, "_READ_WAIT", 0.02):
        assert known(root) == rebuilt(root)
    other.execute("ROLLBACK")
    other.close()
    assert known(root) == rebuilt(root)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL])
def test_disk_that_fails_under_a_query_is_no_bug_of_ours(root: Path, code: int) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    with pytest.raises(BillError, match="the index cannot be used: disk I/O error; nothing was changed"), fresh_index(str(root)):
        raise error


def test_private_folder_that_cannot_be_written_is_read_past(root: Path) -> None:
    os.chmod(root / ".bill", 0o555)
    (root / "customers/nord.yaml").write_text(customer("nord", "Other"))
    before = {path: path.stat().st_mtime_ns for path in (root / ".bill").rglob("*")}
    told = as_nobody(root, lambda: [known(root)[0], bill("--ledger", str(root), "check").code])
    os.chmod(root / ".bill", 0o700)
    assert {path: path.stat().st_mtime_ns for path in (root / ".bill").rglob("*")} == before
    assert told == [rebuilt(root)[0], 0]


def test_checkout_without_a_private_folder_that_cannot_be_written_is_read_and_left_alone(root: Path) -> None:
    expected = rebuilt(root)
    shutil.rmtree(root / ".bill")
    os.chmod(root, 0o555)
    told = as_nobody(root, lambda: [known(root)[0], bill("--ledger", str(root), "report", "aging").code])
    os.chmod(root, 0o755)
    assert told == [expected[0], 0]
    assert not (root / ".bill").exists()
    assert len(tree(root)) == 4


def as_nobody(root: Path, work: Callable[[], object]) -> object:
    """What the work gives when it is done without the rights of root, by somebody to whom the ledger belongs."""

    def without_rights() -> object:
        if os.getuid() == 0:
            for path in (root, *root.rglob("*")):
                os.chown(path, 65534, 65534)
            for path in root.parents[:-1]:
                os.chmod(path, path.stat().st_mode | 0o011)
            os.setresuid(65534, 65534, 65534)
        return work()

    return in_child(without_rights)


def test_file_that_could_not_be_read_is_looked_at_again_by_every_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that failed once must not leave a mark for as long as the file stays the same."""
    expected = rebuilt(root)
    real = fs._read

    def fail(fd: int, name: str, path: str, limit: int) -> bytes:
        if path == "invoices/2026/01/R-1.yaml":
            raise OSError(5, "Input/output error")
        return real(fd, name, path, limit)

    with monkeypatch.context() as broken:
        broken.setattr(fs, "_read", fail)
        broken.setattr("time.time_ns", lambda: day(99999).toordinal() * 10**18)  # long after anything was written
        (root / "invoices/2026/01/R-1.yaml").touch()
        with fresh_index(str(root)) as index:
            assert queries.unreadable(index)
    assert known(root) == expected

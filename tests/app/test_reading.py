from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from billcli.app import reading
from billcli.app.reading import Read, Wanted, read_all
from billcli.app.refresh import fresh_index
from billcli.errors import ChangedMeanwhile
from tests.index.ledgers import day, invoice
from tests.support import make_ledger, offspring

COUNT = 40


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Forty invoices; some are broken, one cannot be read, and one is gone since it was listed."""
    make_ledger(tmp_path)
    for n in range(COUNT):
        file = tmp_path / f"invoices/2026/01/R-{n}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = invoice(f"R-{n}", 100 + n, day(0))
        file.write_text(
            text.replace("currency: EUR", "currency: EURO") if n % 7 == 3 else text.replace("gross: 1", "gross: 2") if n % 7 == 4 else text
        )
    (tmp_path / "invoices/2026/01/R-8.yaml").unlink()
    (tmp_path / "invoices/2026/01/R-8.yaml").mkdir()
    (tmp_path / "invoices/2026/01/R-9.yaml").unlink()
    return tmp_path


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three processes, whatever the machine has; none is left over."""
    monkeypatch.setattr(reading, "MANY", COUNT)
    monkeypatch.setattr(reading, "_CHUNK", 3)
    monkeypatch.setattr(reading, "_cores", lambda: 3)
    before = offspring()
    yield
    assert offspring() <= before


def wanted() -> list[Wanted]:
    return [Wanted(f"invoices/2026/01/R-{n}.yaml", "") for n in range(COUNT)]


def alone(root: Path) -> list[Read]:
    return list(reading._alone(str(root), wanted()))


def test_several_processes_see_what_one_sees_in_the_same_order(root: Path) -> None:
    with read_all(str(root), wanted()) as found:
        together = list(found)
    assert together == alone(root)
    by_path = {each.path: each for each in together}
    assert "invoices/2026/01/R-9.yaml" not in by_path
    assert by_path["invoices/2026/01/R-8.yaml"].problem is not None
    assert sum(bool(each.understood and each.understood[2]) for each in together) > 5


def test_file_whose_hash_is_known_is_not_understood_again(root: Path) -> None:
    with read_all(str(root), [Wanted(each.path, each.hash) for each in alone(root)]) as found:
        assert all(each.understood is None for each in found)


def test_few_files_start_no_process(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_worker", None)
    with read_all(str(root), wanted()[:-1]) as found:
        assert list(found) == alone(root)[:-1]


def test_where_no_process_can_be_started_one_does_it_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", none)
    with read_all(str(root), wanted()) as found:
        assert list(found) == alone(root)


def test_what_a_process_left_undone_when_it_was_killed_is_done_all_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = alone(root)
    here, real = os.getpid(), reading.contributed

    def killed(raw: bytes, path: str) -> reading.Contributed:
        if os.getpid() != here and path.endswith("R-20.yaml"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(raw, path)

    monkeypatch.setattr(reading, "contributed", killed)
    with read_all(str(root), wanted()) as found:
        assert list(found) == expected


@pytest.fixture
def month(root: Path) -> Wanted:
    """One folded file of thirty documents, which several batches bring."""
    texts = [invoice(f"F-{n}", 100 + n, day(0)) for n in range(30)]
    (root / "invoices/2026/02.yaml").write_text("---\n".join(texts))
    return Wanted("invoices/2026/02.yaml", "")


def test_folded_file_is_read_by_another_process_too(root: Path, month: Wanted) -> None:
    expected = list(reading._alone(str(root), [month]))
    assert len(expected) == 31
    assert expected[0].parts[29].path == expected[30].path == "invoices/2026/02.yaml#F-29"
    with read_all(str(root), [*wanted(), month]) as found:
        assert sorted(map(repr, found)) == sorted(map(repr, [*alone(root), *expected]))


@pytest.mark.parametrize("changed", [False, True])
def test_process_killed_within_a_folded_file(root: Path, month: Wanted, monkeypatch: pytest.MonkeyPatch, *, changed: bool) -> None:
    expected = list(reading._alone(str(root), [month]))
    here, real = os.getpid(), reading.contributed

    def killed(raw: bytes, path: str) -> reading.Contributed:
        if os.getpid() != here and path.endswith("F-20"):
            if changed:
                (root / month.path).write_text(invoice("F-0", 1, day(0)))
            os.kill(os.getpid(), signal.SIGKILL)
        return real(raw, path)

    monkeypatch.setattr(reading, "contributed", killed)
    with read_all(str(root), [month, *wanted()]) as found:
        if changed:
            with pytest.raises(ChangedMeanwhile):
                list(found)
        else:
            assert list(found)[: len(expected)] == expected


def test_processes_end_when_the_one_that_reads_what_they_see_is_killed(root: Path) -> None:
    """They would wait for ever to be rid of it, each with its memory."""
    for month in range(2, 8):
        (root / f"invoices/2026/{month:02}.yaml").write_text("---\n".join(invoice(f"F-{month}-{n}", 100 + n, day(0)) for n in range(200)))
    months = [Wanted(f"invoices/2026/{month:02}.yaml", "") for month in range(2, 8)]
    ended, held = os.pipe()
    child = os.fork()
    if child == 0:
        with read_all(str(root), months) as found:
            next(found)
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(held)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert select.select([ended], [], [], 60) == ([ended], [], []), "somebody still holds the other end"
    assert os.read(ended, 1) == b""
    os.close(ended)


def test_bug_in_a_process_shows_where_it_is_told(root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    real = reading.contributed

    def bug(raw: bytes, path: str) -> reading.Contributed:
        if path.endswith("R-20.yaml"):
            raise ZeroDivisionError
        return real(raw, path)

    monkeypatch.setattr(reading, "contributed", bug)
    with pytest.raises(ZeroDivisionError), read_all(str(root), wanted()) as found:
        list(found)
    assert capfd.readouterr() == ("", "")


def test_interrupt_ends_the_other_processes_and_they_say_nothing(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), read_all(str(root), wanted()) as found:
        next(found)
        raise KeyboardInterrupt
    assert capfd.readouterr() == ("", "")


def test_index_is_the_same_whoever_read_the_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything() -> list[Any]:
        with fresh_index(str(root)) as index:
            return [
                index.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                for table in ("files", "invoices", "settlements", "refs", "problems")
            ]

    together = everything()
    (root / ".bill/index.sqlite").unlink()
    monkeypatch.setattr(reading, "_cores", lambda: 1)
    assert everything() == together

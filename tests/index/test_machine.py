"""Whatever happens to the files, the clock and the index itself: after each step it knows what a fresh one would know."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from billcli.app import reading
from billcli.app.refresh import fresh_index
from billcli.index import connection
from billcli.store import looks, scan
from billcli.store.fs import Stamp
from billcli.store.looks import Look, look, packed, unpacked
from tests.index.ledgers import START, answers, credit_note, customer, day, invoice, known, payment, rebuilt, rows
from tests.support import LEDGER, bill, folder_in_memory, make_ledger

DAYS = st.integers(0, 6).map(day)
AMOUNTS = st.integers(1, 9).map(lambda n: n * 10)
ROW = st.tuples(st.sampled_from(["R-1", "R-2", "R-3"]), AMOUNTS, DAYS, st.none() | DAYS)
ROWS = st.lists(ROW, max_size=3)


CLOSED = LEDGER + "closed_through: 2026-01-31\n"
FOLDED = ("invoices/2026/01.yaml", "payments/2026/01.yaml")


def any_invoice(number: str) -> st.SearchStrategy[str]:
    customers, currencies = st.sampled_from(["nord", "syd"]), st.sampled_from(["EUR", "EUR", "USD"])
    settled = st.sampled_from([0, 10])
    return st.builds(
        invoice, st.just(number), AMOUNTS, DAYS, customer=customers, currency=currencies, void=st.none() | DAYS, settled=settled
    )


VALID: dict[str, st.SearchStrategy[str]] = {
    "customers/nord.yaml": st.builds(customer, st.just("nord"), st.sampled_from(["Nord", "Nord AS"]), st.sampled_from([None, "syd"])),
    "customers/syd.yaml": st.builds(customer, st.just("syd"), st.just("Syd"), st.sampled_from([None, "nord"])),
    "invoices/2026/01/R-1.yaml": any_invoice("R-1"),
    "invoices/2026/01/R-2.yaml": any_invoice("R-2"),
    "invoices/2026/01/R-3.yaml": any_invoice("R-3"),
    "credit-notes/2026/01/C-1.yaml": st.builds(credit_note, st.just("C-1"), AMOUNTS, DAYS, ROWS, void=st.none() | DAYS),
    "payments/2026/01/p-1.yaml": st.builds(payment, st.just("p-1"), AMOUNTS, DAYS, ROWS, reversed_on=st.none() | DAYS),
    "payments/2026/01/p-2.yaml": st.builds(payment, st.just("p-2"), AMOUNTS, DAYS, ROWS, reversed_on=st.none() | DAYS),
    "ledger.yaml": st.sampled_from([LEDGER, LEDGER.replace("net 30", "net 14"), LEDGER + "order: warn\n", CLOSED]),
}  # fmt: skip
PLACES = [
    *VALID, "invoices/2026/02/R-1.yaml", "invoices/R-1.yaml", "customers/R-1.yaml", "payments/2026/01/P-1.yaml", "drafts/d.yaml",
    "nonsense.yaml", "customers/nord.yaml~", "customers/nord.txt", "drafts/a/b/c.yaml",
]  # fmt: skip
BROKEN = st.sampled_from(
    ["", "schema: invoice/1\n", "a: b: c\n", "\tx\n", "schema: customer/1\nid: nord\nname: &a Nord\n", "<<<<<<< HEAD\n"]
)
CONTENT = st.one_of(*VALID.values(), BROKEN)


HOUR = 3_600_000_000_000


def coarse_stamp(info: os.stat_result) -> Stamp:
    """As of a file system that counts in steps of two seconds."""
    step = 2_000_000_000
    return Stamp(info.st_size, info.st_mtime_ns // step * step, info.st_ctime_ns // step * step, info.st_ino)


def coarse_look(root: str) -> dict[str, bytes] | None:
    """The same, for the quick look."""
    seen = look(root)
    return seen and {folder: packed(_coarse(unpacked(each))) for folder, each in seen.items()}


def _coarse(each: Look) -> Look:
    step = 2_000_000_000
    stamps = [(size, mtime // step * step, ctime // step * step, inode, mode) for size, mtime, ctime, inode, mode in each.stamps]
    return each._replace(stamps=stamps)


class Ledger(RuleBasedStateMachine):
    """A small ledger; every rule is something that happens to it between two commands."""

    @initialize(cores=st.sampled_from([1, 2]))
    def begin(self, cores: int) -> None:
        self.patches, self.cores, self.folder = ExitStack(), ExitStack(), ExitStack()
        self.base = self.folder.enter_context(folder_in_memory())
        self.root = make_ledger(self.base / "ledger")
        self._file("customers/nord.yaml").write_text(customer("nord"))
        self._file("invoices/2026/01/R-1.yaml").write_text(invoice("R-1", 90, START))
        for name, value in {"_cores": lambda: cores, "MANY": 2, "_CHUNK": 1}.items():
            self.cores.enter_context(mock.patch.object(reading, name, value))
        self.record_a_payment()

    def teardown(self) -> None:
        if hasattr(self, "base"):
            self.patches.close()
            self.cores.close()
            self.folder.close()

    def _enter(self, patch: AbstractContextManager[object]) -> None:
        self.patches.close()
        self.patches = ExitStack()
        self.patches.enter_context(patch)

    def _tick(self) -> None:
        """Until the file system's clock moves on: with a clock of ours that runs ahead nothing looks written just now."""
        probe = self.base / "probe"
        probe.write_text("")
        before = probe.stat().st_ctime_ns
        while probe.stat().st_ctime_ns <= before:
            probe.write_text("")

    def _file(self, place: str) -> Path:
        path = self.root / place
        if path.parent.is_file():
            path.parent.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @rule(data=st.data())
    def write_a_valid_document(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(sorted(VALID)))
        self._file(place).write_text(data.draw(VALID[place]))

    @rule(place=st.sampled_from(PLACES), text=CONTENT)
    def write_anything_anywhere(self, place: str, text: str) -> None:
        if place != "ledger.yaml":
            self._file(place).write_text(text)

    @rule(data=st.data())
    def replace_by_rename(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(sorted(VALID)))
        (self.base / "new").write_text(data.draw(VALID[place]))
        (self.base / "new").rename(self._file(place))

    def _files(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file() and ".bill" not in path.parts)

    def _one(self, data: st.DataObject) -> Path:
        return data.draw(st.sampled_from(self._files()))

    @rule(data=st.data(), digit=st.sampled_from("123456789"), back=st.booleans())
    def change_a_digit_in_place(self, data: st.DataObject, digit: str, back: bool) -> None:
        path = self._one(data)
        before = path.stat()
        self._tick()
        at = path.read_text().find("00")
        if at > 0:
            with path.open("r+") as file:
                file.seek(at - 1)
                file.write(digit)
        if back:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @rule(data=st.data(), hours=st.sampled_from([-48, 0, 48]))
    def set_the_time_of_a_file(self, data: st.DataObject, hours: int) -> None:
        path = self._one(data)
        stamp = path.stat().st_mtime_ns + hours * HOUR
        os.utime(path, ns=(stamp, stamp))

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        path = self._one(data)
        if path.name != "ledger.yaml":
            path.unlink()

    @rule(data=st.data(), place=st.sampled_from(PLACES))
    def rename(self, data: st.DataObject, place: str) -> None:
        path = self._one(data)
        if "ledger.yaml" not in (path.name, place):
            path.rename(self._file(place))

    @rule(data=st.data())
    def swap_two_files(self, data: st.DataObject) -> None:
        one, other = self._one(data), self._one(data)
        if one != other and "ledger.yaml" not in (one.name, other.name):
            one.rename(self.base / "aside")
            other.rename(one)
            (self.base / "aside").rename(other)

    @rule(data=st.data())
    def remove_a_folder(self, data: st.DataObject) -> None:
        folder = self.root / data.draw(st.sampled_from(["customers", "invoices/2026", "payments", "audit"]))
        shutil.rmtree(folder, ignore_errors=True)

    @rule(hours=st.sampled_from([-1, 0, 1]), coarse=st.booleans())
    def set_the_clock(self, hours: int, coarse: bool) -> None:
        """The file system's clock may be as coarse as FAT's, but then ours must not run ahead of it."""
        real = time.time_ns
        self._enter(mock.patch.object(time, "time_ns", lambda: real() + hours * HOUR))
        if coarse and hours <= 0:
            self.patches.enter_context(mock.patch.object(scan, "stamp", coarse_stamp))
            self.patches.enter_context(mock.patch.object(looks, "look", coarse_look))

    @rule()
    def record_a_payment(self) -> None:
        words = ("payment", "add", "--customer", "nord", "--amount", "1", "--oldest-first", "--again", "--yes")
        assert bill("--ledger", str(self.root), *words, at="2026-03-14").code in (0, 1, 3)

    @rule(verb=st.sampled_from(["fold", "fold", "unfold"]), close=st.booleans())
    def fold_or_unfold(self, verb: str, close: bool) -> None:
        if close:
            self._file("ledger.yaml").write_text(CLOSED)
        assert bill("--ledger", str(self.root), verb, "2026-01", "--yes", at="2026-03-14").code in (0, 1, 3)

    @rule(data=st.data(), place=st.sampled_from(FOLDED))
    def write_a_folded_file_by_hand(self, data: st.DataObject, place: str) -> None:
        folder = place.removesuffix(".yaml")
        texts = [VALID[each] for each in VALID if each.startswith(folder)]
        chosen = data.draw(st.lists(st.one_of(*texts, BROKEN, CONTENT), max_size=4))
        mark = data.draw(st.sampled_from(["---\n", "---\n", "--- \n", "---\r\n", "--- # next\n", ""]))
        path = self._file(place)
        if not path.is_dir():
            path.write_bytes((data.draw(st.sampled_from(["", "---\n", "# by hand\n", "\ufeff"])) + mark.join(chosen)).encode())

    @rule(data=st.data())
    def change_the_order_in_a_folded_file(self, data: st.DataObject) -> None:
        for path in sorted(self.root.glob("*/2026/01.yaml")):
            parts = path.read_text().split("---\n")
            path.write_text("---\n".join(data.draw(st.permutations(parts))[: data.draw(st.integers(1, len(parts)))]))

    @rule(data=st.data(), to=st.sampled_from(["\r\n", "\n"]))
    def change_the_line_ends(self, data: st.DataObject, to: str) -> None:
        path = self._one(data)
        if path.suffix == ".yaml" and path.name != "ledger.yaml":
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", to.encode()))

    @rule(data=st.data())
    def cut_the_audit_trail(self, data: st.DataObject) -> None:
        trails = sorted(self.root.glob("audit/*/*.jsonl"))
        if trails:
            path = data.draw(st.sampled_from(trails))
            lines = path.read_bytes().splitlines(keepends=True)
            lines = lines[: data.draw(st.integers(0, len(lines)))] + lines[data.draw(st.integers(0, len(lines))) :]
            path.write_bytes(b"".join(lines))

    @rule()
    def delete_the_index(self) -> None:
        connection.forget(str(self.root / ".bill/index.sqlite"))

    @rule(data=st.data())
    def damage_the_index(self, data: st.DataObject) -> None:
        path = self.root / ".bill/index.sqlite"
        if not path.exists():
            return
        raw = path.read_bytes()
        page = 4096
        match data.draw(st.sampled_from(["random", "truncated", "empty", "a page", "longer", "text"])):
            case "random":
                path.write_bytes(data.draw(st.binary(min_size=1, max_size=3000)))
            case "truncated":
                path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
            case "empty":
                path.write_bytes(b"")
            case "a page":
                at = data.draw(st.integers(0, max(0, len(raw) // page - 1))) * page
                path.write_bytes(raw[:at] + data.draw(st.sampled_from([b"\x00", b"\xff", b"\x5a"])) * page + raw[at + page :])
            case "longer":
                path.write_bytes(raw + b"\x00" * data.draw(st.integers(1, 5000)))
            case "text":
                path.write_text("schema: customer/1\n")

    @rule(kind=st.sampled_from(["another mark", "no mark", "somebody else's", "without a table"]))
    def exchange_the_index(self, kind: str) -> None:
        path = self.root / ".bill/index.sqlite"
        if kind == "somebody else's" or not path.exists():
            connection.forget(str(path))
        with sqlite3.connect(path) as other:
            match kind:
                case "another mark":
                    other.execute("CREATE TABLE IF NOT EXISTS made_by (mark TEXT)")
                    other.execute("UPDATE made_by SET mark = '0 0.0.0'")
                case "no mark":
                    other.execute("DROP TABLE IF EXISTS made_by")
                case "without a table":
                    other.execute("DROP TABLE IF EXISTS settlements")
                case _:
                    other.execute("CREATE TABLE diary (id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT)")
                    other.execute("CREATE VIEW invoices AS SELECT * FROM diary")
        other.close()

    @rule(writable=st.booleans())
    def change_who_may_write(self, writable: bool) -> None:
        self._enter(mock.patch.object(os, "access", lambda path, mode: writable))

    @rule(data=st.data())
    def two_readers_and_a_change_between_them(self, data: st.DataObject) -> None:
        with mock.patch.object(connection, "_WRITE_WAIT_MS", 20), fresh_index(str(self.root)) as first:
            before = rows(first), answers(first)
            self.write_a_valid_document(data)
            with fresh_index(str(self.root)) as second:
                assert (rows(second), answers(second)) == rebuilt(self.root)
                assert (rows(first), answers(first)) == before

    @invariant()
    def the_index_knows_what_a_fresh_one_knows(self) -> None:
        if hasattr(self, "root"):
            assert known(self.root) == rebuilt(self.root)


Ledger.TestCase.settings = settings(max_examples=settings().max_examples // 10, stateful_step_count=12)
TestLedger = Ledger.TestCase

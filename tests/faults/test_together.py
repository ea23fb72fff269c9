"""Several commands at once on one ledger: every effect once, no number twice or left out, and no reader is ever wrong."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from billcli.app.books import Books
from billcli.app.context import Context
from billcli.app.customer import plan_edit
from billcli.app.invoice import plan_new
from billcli.app.write import Done, carry_out, preview
from billcli.core.invoice import InvoiceRequest
from billcli.core.lines import typed_line
from billcli.core.plan import Plan
from billcli.errors import ChangedMeanwhile
from billcli.store.lock import NAME, writer_lock
from tests.faults.rig import DAY, started, words
from tests.support import Ran, bill, bill_process, make_ledger, tree

PATIENT = {"BILL_WAIT": "120"}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "ledger")
    assert words("customer", "add", "--id", "nord", "--name", "Nordwind GmbH", "--yes")(root).code == 0
    return root


def repeat(times: int, *each: Callable[[int], tuple[str, ...]], root: Path) -> Callable[[], list[Ran]]:
    """A program that runs commands one after the other."""
    return lambda: [words(*make(n), env=PATIENT)(root) for n in range(times) for make in each]


@pytest.mark.parametrize(("writers", "times"), [(6, 5), pytest.param(8, 50, marks=pytest.mark.long)])
def test_every_command_of_every_process_has_its_effect_once(ledger: Path, tmp_path: Path, writers: int, times: int) -> None:
    """Two commands each time; every second process comes by another path to the same folder."""
    (tmp_path / "other").symlink_to(ledger)
    paths = (ledger, tmp_path / "other")
    invoice = ("invoice", "new", "--customer", "nord", "--line", "Work;1;10", "--yes")
    payment = ("payment", "add", "--customer", "nord", "--amount", "1", "--again", "--yes")
    at_work = [started(repeat(times, lambda n: invoice, lambda n: payment, root=paths[each % 2])) for each in range(writers)]
    reading = [
        started(repeat(times * writers // 2, lambda n: ("report", "aging", "--format", "json"), lambda n: ("check",), root=path))
        for path in paths
    ]
    wrote = [Ran(*each) for done in at_work for each in done()]
    read = [Ran(*each) for done in reading for each in done()]
    total = writers * times
    assert {each.code for each in wrote} == {0}, [each for each in wrote if each.code]
    assert {(each.code, each.err) for each in read} == {(0, "")}, [each for each in read if each.code or each.err]
    assert sorted(each.out for each in wrote[::2]) == [f"INV-2026-{n:04d}\n" for n in range(1, total + 1)]
    assert len({each.out for each in wrote[1::2]}) == total
    assert len(list(ledger.rglob("INV-*.yaml"))) == len(list((ledger / "payments").rglob("*.yaml"))) == total
    entries = [json.loads(line) for path in sorted(ledger.glob("audit/*/*.jsonl")) for line in path.read_text().splitlines()]
    assert [entry["seq"] for entry in entries] == list(range(1, 2 * total + 2))
    assert words("check")(ledger) == Ran(0, "", "")
    aging = bill("--ledger", str(ledger), "report", "aging", "--format", "json", at=DAY).json
    assert aging["rows"][0]["total"] == f"{10 * total - total}.00"
    print(f"{writers} writers × {2 * times} commands: {len(wrote)} effects of {2 * total}, {len(read)} answers to readers, none wrong")


def test_reader_never_sees_an_invoice_without_the_rest_of_its_command(ledger: Path) -> None:
    """Issuing takes the draft away in the same moment; both or neither are seen."""
    draft = ("invoice", "new", "--customer", "nord", "--line", "Work;1;10", "--draft", "--yes")

    def issue() -> list[Ran]:
        done = []
        for _ in range(12):
            made = words(*draft, env=PATIENT)(ledger)
            done += [made, words("invoice", "issue", made.out.strip(), "--yes", env=PATIENT)(ledger)]
        return done

    def look() -> list[int]:
        sums = []
        for _ in range(60):
            ran = bill("--ledger", str(ledger), at=DAY)
            assert ran.code == 0, ran
            counts = {word.rstrip("s"): int(count) for count, word in (each.split(" ", 1) for each in holds(ran.out).split(", "))}
            sums.append(counts["draft"] + counts["invoice"])
        return sums

    writer, readers = started(issue), [started(look) for _ in range(2)]
    assert {code for code, *_ in writer()} == {0}
    for reader in readers:
        sums = reader()
        assert sums == sorted(sums)


def holds(status: str) -> str:
    return next(line.split("Contents", 1)[1].strip() for line in status.splitlines() if line.startswith("Contents"))


def test_who_holds_the_ledger_is_named_and_nothing_is_changed(ledger: Path) -> None:
    before = tree(ledger)
    with writer_lock(str(ledger), "payment import", 0):
        ran = words("customer", "add", "--id", "a", "--name", "A", "--yes", env={"BILL_WAIT": "0"})(ledger)
    message = f'another command holds the ledger: "bill payment import", process {os.getpid()}; nothing was changed'
    assert ran == Ran(4, "", f"bill: {message}\n  hint: try again when it is done\n")
    assert tree(ledger) == before


def test_holder_gives_its_own_command(ledger: Path) -> None:
    words("customer", "add", "--id", "a", "--name", "A", "--yes")(ledger)
    assert json.loads((ledger / ".bill" / NAME).read_text()) == {"pid": os.getpid(), "command": "customer add"}


def test_lock_holds_through_another_path_to_the_same_folder(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(ledger)
    with writer_lock(str(ledger), "init", 0):
        ran = words("customer", "add", "--id", "a", "--name", "A", "--yes", env={"BILL_WAIT": "0"})(tmp_path / "other")
    assert ran.code == 4


def test_command_waits_for_the_one_before_it(ledger: Path, tmp_path: Path) -> None:
    def wait() -> Ran:
        while not (tmp_path / "go").exists():
            time.sleep(0.01)
        return words("customer", "add", "--id", "a", "--name", "A", "--yes", env=PATIENT)(ledger)

    waiting = started(wait)
    with writer_lock(str(ledger), "init", 0):
        (tmp_path / "go").touch()
        time.sleep(0.3)
        assert not (ledger / "customers/a.yaml").exists()
    assert waiting()[0] == 0
    assert (ledger / "customers/a.yaml").exists()


def test_killed_holder_frees_the_ledger_at_once_and_the_lock_stays_the_same_file(ledger: Path, tmp_path: Path) -> None:
    before = os.stat(ledger / ".bill" / NAME).st_ino
    held = tmp_path / "held"

    def hold() -> None:
        with writer_lock(str(ledger), "invoice import", 0):
            held.touch()
            time.sleep(60)

    holder = started(hold)
    while not held.exists():
        time.sleep(0.01)
    assert words("customer", "add", "--id", "a", "--name", "A", "--yes", env={"BILL_WAIT": "0"})(ledger).code == 4
    os.kill(holder.pid, signal.SIGKILL)
    assert holder() is None
    assert bill_process("--ledger", str(ledger), "customer", "add", "--id", "a", "--name", "A", "--yes", env={"BILL_WAIT": "0"}).code == 0
    assert os.stat(ledger / ".bill" / NAME).st_ino == before


def test_lock_is_not_handed_to_the_programs_that_a_command_starts(ledger: Path) -> None:
    with writer_lock(str(ledger), "init", 0):
        held = [fd for fd in map(int, os.listdir("/proc/self/fd")) if _path(fd).endswith(f".bill/{NAME}")]
        assert len(held) == 1
        assert not os.get_inheritable(held[0])


def _path(fd: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


def context(ledger: Path) -> Context:
    return Context(str(ledger), None, datetime(2026, 3, 14, 9, tzinfo=UTC))


def invoice(price: str = "10") -> Callable[[Books], Plan]:
    return plan_new(InvoiceRequest("nord", (typed_line(f"Work;1;{price}"),)), draft=False)


def done(ledger: Path, planner: Callable[[Books], Plan], shown: Plan | None = None) -> Done:
    return carry_out(context(ledger), planner, shown)


def test_what_was_agreed_to_goes_through_with_another_number(ledger: Path) -> None:
    shown = preview(context(ledger), invoice())
    assert done(ledger, invoice("99")).plan.result == {"number": "INV-2026-0001"}
    assert shown.result == {"number": "INV-2026-0001"}
    assert done(ledger, invoice(), shown).plan.result == {"number": "INV-2026-0002"}


CHANGES: dict[str, Callable[[Path], Any]] = {
    "terms": lambda root: done(root, plan_edit("nord", {"terms": "net 7"})),
    "name by hand": lambda root: (root / "customers/nord.yaml").write_text("schema: customer/1\nid: nord\nname: Other\n"),
    "ledger by hand": lambda root: (root / "ledger.yaml").write_text((root / "ledger.yaml").read_text().replace("net 30", "net 8")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_agreed_to_and_means_something_else_by_now_is_not_done(ledger: Path, change: Callable[[Path], Any]) -> None:
    shown = preview(context(ledger), invoice())
    change(ledger)
    before = tree(ledger)
    with pytest.raises(ChangedMeanwhile, match="the ledger changed since the preview; nothing was written"):
        done(ledger, invoice(), shown)
    assert tree(ledger) == before

"""Commands of several files meet a fault at every call they make: the ledger stays all old or becomes all new.

After each fault: a reader sees all old or all new and writes nothing; what the command said is true; the next command
finishes or forgets, and leaves exactly the bytes it would have left without the fault; the books check clean.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from billcli.app.books import Books
from billcli.app.context import Context, now
from billcli.app.write import carry_out
from billcli.core.plan import Change, Create, CreateText, Plan, Remove, Set
from billcli.errors import BillError
from billcli.index.queries import drafts
from tests.faults.rig import DAY, DIED, KINDS, Command, Fault, Trace, copy, files, hashes, journal, run, seen, words
from tests.support import Ran, environment, make_ledger, surroundings

NEXT = words("customer", "add", "--id", "zoe", "--name", "Zoe Zander", "--yes")
CHECK = words("check")
CLEAN = Ran(0, "", "")


def many(ledger: Path) -> Ran:
    """A plan that creates in new folders and in old ones, edits twice, removes, and writes a setting."""

    def planner(books: Books) -> Plan:
        draft = drafts(books.index)[0][0]
        line = {"description": "Work", "quantity": "1", "unit_price": "10", "tax": "none"}
        steps = (
            Create("customers/anna.yaml", "customer", {"id": "anna", "name": "Anna"}),
            Change("customers/nord.yaml", "customer", (Set(("name",), "Nord & Süd"),)),
            Remove(f"drafts/{draft}.yaml"),
            Create("drafts/anna-00000000.yaml", "draft", {"id": "anna-00000000", "customer": "anna", "lines": [line]}),
            Change("ledger.yaml", "ledger", (Set(("terms",), "net 10"),)),
            CreateText(".vscode/settings.json", "{}\n"),
        )
        return Plan("many", steps, ("many",), relies_on=("ledger.yaml",))

    with surroundings(environment(DAY, {"BILL_CLONE": "0123abcd"})):
        try:
            carry_out(Context(str(ledger), None, now()), planner, None)
        except BillError as error:
            return Ran(error.exit_code, "", f"{error.message}\n{error.hint}")
        except OSError as error:
            return Ran(1, "", str(error))
    return CLEAN


class Case(NamedTuple):
    """A command, and every tree it may leave: the one before, the one after, and each of them after the next command."""

    name: str
    base: Path
    command: Command
    calls: list[str]
    old: dict[str, bytes]
    new: dict[str, bytes]
    old_then: dict[str, bytes]
    new_then: dict[str, bytes]

    @property
    def work(self) -> Path:
        return self.base.parent / "work"


@pytest.fixture(scope="module")
def base(room: Path) -> Path:
    ledger = make_ledger(room / "base")
    for command in (
        words("customer", "add", "--id", "nord", "--name", "Nordwind GmbH", "--yes"),
        words("invoice", "new", "--customer", "nord", "--line", "Work;3;100", "--draft", "--yes"),
    ):
        assert run(command, ledger).ran.code == 0
    assert seen(ledger) == hashes(files(ledger))
    return ledger


CLOSED = "2026-02"


@pytest.fixture(scope="module")
def singles(base: Path) -> Path:
    """Three documents of a closed month."""
    ledger = copy(base, base.parent / "singles")
    for command in (
        words("invoice", "new", "--customer", "nord", "--line", "Work;1;10", "--issued-on", "2026-02-10", "--yes"),
        words("invoice", "new", "--customer", "nord", "--line", "Work;2;10", "--issued-on", "2026-02-11", "--yes"),
        words("payment", "add", "--customer", "nord", "--amount", "12", "--received-on", "2026-02-12", "--yes"),
        words("close", "--through", "2026-02-28", "--yes"),
    ):
        assert run(command, ledger).ran.code == 0
    return ledger


@pytest.fixture(scope="module")
def folded(singles: Path) -> Path:
    ledger = copy(singles, singles.parent / "folded")
    assert run(words("fold", CLOSED, "--yes"), ledger).ran.code == 0
    assert seen(ledger) == hashes(files(ledger))
    return ledger


@cache
def case(base: Path, name: str, *, exchange: bool = True, reads: bool = False) -> Case:
    draft = next(path.stem for path in (base / "drafts").iterdir())
    payment = next((path.stem for path in (base.parent / "singles").glob("payments/2026/02/*.yaml")), "")
    command = {
        "fold": words("fold", CLOSED, "--yes"),
        "unfold": words("unfold", CLOSED, "--yes"),
        "folded": words("payment", "allocate", payment, "--invoice", "INV-2026-0002", "--yes"),
        "issue": words("invoice", "issue", draft, "--yes"),
        "edit": words("customer", "edit", "nord", "--set", "terms=net 10", "--yes"),
        "many": many,
    }[name]
    work = copy(base, base.parent / "work")
    trace = run(command, work, Fault("none", 0, reads), exchange=exchange)
    assert trace.ran.code == 0, trace
    new = files(work)
    new_then = _then(work)
    old_then = _then(copy(base, work))
    assert len({frozenset(tree.items()) for tree in (files(base), new, new_then, old_then)}) == 4
    return Case(name, base, command, trace.calls, files(base), new, old_then, new_then)


def _then(work: Path) -> dict[str, bytes]:
    assert run(NEXT, work).ran.code == 0
    assert run(CHECK, work).ran == CLEAN
    return files(work)


def judge(case: Case, trace: Trace) -> bool:
    """Holds the ledger to its promise after a fault; returns whether it became new."""
    work, ran = case.work, trace.ran
    before = files(work)
    shown = seen(work)
    assert files(work) == before, "a reader wrote"
    assert shown in (hashes(case.old), hashes(case.new)), "a reader saw a mixture"
    assert ran.code in (0, 1, 3, 4, DIED), ran
    assert run(NEXT, work).ran.code == 0, run(NEXT, work).ran
    after = files(work)
    assert after in (case.old_then, case.new_then), "neither all old nor all new"
    new = after == case.new_then
    assert shown == hashes(case.new if new else case.old), "a reader saw what did not come"
    if ran.code != DIED:
        announced = "the change is made" in ran.err or "finishes the change" in ran.err
        assert new is (ran.code == 0 or announced), ran
        assert announced is (ran.code == 3), ran
    assert journal(work) == {}
    assert run(CHECK, work).ran == CLEAN
    return new


def points(calls: list[str], kind: str) -> list[int]:
    """Which calls a fault can befall."""
    halves = kind in ("torn", "short", "lie")
    return [at for at, call in enumerate(calls, 1) if not halves or call == "write"]


def _matrix() -> list[Any]:
    """Every command, fault and system; ``test_commands`` has one call of every kind of each command, so most of it is for the long run."""
    return [
        pytest.param(name, kind, exchange, id=f"{name}-{kind}{'' if exchange else '-no exchange'}", marks=[] if short else pytest.mark.long)
        for name in ("issue", "edit", "many")
        for kind in KINDS
        for exchange in (True, False)
        for short in [name == "many" and (not exchange) and kind == "die"]
    ]


@pytest.mark.parametrize(("name", "kind", "exchange"), _matrix())
def test_fault_at_any_call_leaves_all_old_or_all_new(base: Path, name: str, kind: str, exchange: bool) -> None:
    found = case(base, name, exchange=exchange)
    struck, became_new = 0, 0
    for at in points(found.calls, kind):
        trace = run(found.command, copy(base, found.work), Fault(kind, at), exchange=exchange)
        struck += trace.struck
        became_new += judge(found, trace)
    existing = len(points(found.calls, kind))
    print(f"{name}, {kind}: {struck} of {existing} calls hit, {existing - became_new} stayed old, {became_new} became new")
    assert struck == existing > 0
    assert became_new == existing if kind == "short" else became_new < existing
    assert became_new > 0 or kind in ("torn", "lie")


@pytest.mark.long
@pytest.mark.parametrize("kind", ["die", "EIO", "torn"])
@pytest.mark.parametrize("name", ["fold", "unfold", "folded"])
def test_fault_while_a_month_is_folded_or_a_folded_document_changes_leaves_all_old_or_all_new(
    singles: Path, folded: Path, name: str, kind: str
) -> None:
    found = case(singles if name == "fold" else folded, name)
    struck, became_new = 0, 0
    for at in points(found.calls, kind):
        trace = run(found.command, copy(found.base, found.work), Fault(kind, at))
        struck += trace.struck
        became_new += judge(found, trace)
    existing = len(points(found.calls, kind))
    print(f"{name}, {kind}: {struck} of {existing} calls hit, {existing - became_new} stayed old, {became_new} became new")
    assert struck == existing > became_new
    assert became_new > 0 or kind == "torn"


@pytest.mark.long
@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "no exchange"])
@pytest.mark.parametrize("name", ["issue", "many"])
def test_kill_inside_recovery_from_a_kill_leaves_all_old_or_all_new(base: Path, name: str, exchange: bool) -> None:
    found = case(base, name, exchange=exchange)
    states: dict[object, int] = {}
    for at in points(found.calls, "die"):
        assert run(found.command, copy(base, found.work), Fault("die", at), exchange=exchange).struck
        if "commit" in journal(found.work):
            states.setdefault((frozenset(files(found.work).items()), frozenset(journal(found.work).items())), at)
    struck = existing = 0
    for first in states.values():
        assert run(found.command, copy(base, found.work), Fault("die", first), exchange=exchange).struck
        left = copy(found.work, found.work.parent / "left")
        for second in range(1, 1 + len(run(NEXT, found.work, exchange=exchange).calls)):
            trace = run(NEXT, copy(left, found.work), Fault("die", second), exchange=exchange)
            struck, existing = struck + trace.struck, existing + 1
            if "customers/zoe.yaml" in files(found.work) or "commit" not in journal(found.work):
                break  # from here on it is a kill of the next command itself
            assert judge(found, trace)
    print(f"{name}: {struck} of {existing} kills inside recovery hit, from {len(states)} different states")
    assert struck == existing > len(states) > 3


@pytest.mark.long
@pytest.mark.parametrize("kind", ["EIO", "EACCES"])
@pytest.mark.parametrize("name", ["issue", "edit", "many"])
def test_error_at_any_call_that_looks_leaves_all_old_or_all_new(base: Path, name: str, kind: str) -> None:
    _looks(base, name, kind, 1)


@pytest.mark.parametrize("kind", ["EIO", pytest.param("EACCES", marks=pytest.mark.long)])
def test_error_at_every_fifteenth_call_that_looks_leaves_all_old_or_all_new(base: Path, kind: str) -> None:
    _looks(base, "issue", kind, 15)


def _looks(base: Path, name: str, kind: str, step: int) -> None:
    found = case(base, name, reads=True)
    every = [at for at in points(found.calls, kind) if at % step == 0]
    struck = 0
    for at in every:
        trace = run(found.command, copy(base, found.work), Fault(kind, at, reads=True))
        struck += trace.struck
        judge(found, trace)
    print(f"{name}, {kind} on reading calls too: {struck} of {len(every)} of {len(found.calls)} calls hit")
    assert struck == len(every) > 0

"""``bill diff`` over random histories: receivables before, and everything that it tells, come to receivables after."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.core.difference import GROUPS
from tests.history import begin, commit
from tests.laws.histories import START, Drawn, command, imported
from tests.laws.test_histories import world_of
from tests.laws.world import World
from tests.support import done

DAYS = (30, 60, 120)


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def owed(root: Path, as_of: str) -> dict[str, Decimal]:
    """What the aging report of the folder, as it is now, comes to by currency."""
    report = done("--ledger", str(root), "report", "aging", "--as-of", as_of, "--format", "json").json
    return {row["currency"]: Decimal(row["total"]) for row in report["totals"]}


def known(root: Path) -> dict[str, dict[str, Decimal]]:
    return {day(each): owed(root, day(each)) for each in DAYS}


def adds_up(root: Path, revisions: str, as_of: str, before: dict[str, Decimal], after: dict[str, Decimal]) -> Any:
    found = done("--ledger", str(root), "diff", revisions, "--as-of", as_of, "--format", "json").json
    effects: Counter[tuple[str, str]] = Counter()
    for row in found["rows"]:
        if row["effect"] is not None:
            effects[row["currency"], row["group"]] += Decimal(row["effect"])  # type: ignore[assignment]
    told = {total["currency"]: total for total in found["totals"]}
    for currency in {*before, *after, *told}:
        total = told.get(currency, dict.fromkeys(("before", "after", *GROUPS), "0"))
        assert Decimal(total["before"]) == before.get(currency, 0), (revisions, as_of, currency)
        assert Decimal(total["after"]) == after.get(currency, 0), (revisions, as_of, currency)
        assert Decimal(total["before"]) + sum(Decimal(total[group]) for group in GROUPS) == Decimal(total["after"])
        for group in GROUPS:
            assert Decimal(total[group]) == effects[currency, group], (revisions, as_of, currency, group)
    return found


def history(data: st.DataObject, most: int) -> None:
    d = Drawn(data.draw)
    with world_of(strict=False) as world:
        begin(world.root)
        states = [(commit(world.root), known(world.root))]
        for _ in range(3):
            work(world, d, most)
            states.append((commit(world.root), known(world.root)))
        for one, other in ((0, 1), (1, 2), (2, 3), (0, 3), (3, 1)):
            at = day(d.one(list(DAYS)))
            (was, before), (now, after) = states[one], states[other]
            adds_up(world.root, f"{was}..{now}", at, before[at], after[at])
        by_hand(world.root, random.Random(d.whole(0, 999)))  # the model knows nothing of it, so it comes last
        adds_up(world.root, states[2][0], day(DAYS[1]), states[2][1][day(DAYS[1])], owed(world.root, day(DAYS[1])))


def work(world: World, d: Drawn, most: int) -> None:
    for _ in range(d.whole(most // 2, most)):
        world.books.today += d.one([0, 1, 1, 3, 6])
        importing = world.books.invoices and d.odds(4)
        world.run(imported(d, world.books) if importing else command(d, world.books), tried=False)


def by_hand(root: Path, drawn: random.Random) -> None:
    """What no command does, and with the trail taken away nothing stands against: a document vanishes, an amount is another."""
    shutil.rmtree(root / "audit", ignore_errors=True)
    files = sorted(path for folder in ("payments", "credit-notes", "refunds") for path in (root / folder).rglob("*.yaml"))
    for path in drawn.sample(files, min(len(files), 1)):
        path.unlink()
    payments = sorted((root / "payments").rglob("*.yaml"))
    for path in drawn.sample(payments, min(len(payments), 1)):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        lines = [f"amount: {Decimal(line.split()[1]) + 7}\n" if line.startswith("amount:") else line for line in lines]
        path.write_text("".join(lines), encoding="utf-8")


@settings(max_examples=3)
@given(st.data())
def test_whatever_happened_between_two_commits_adds_up(data: st.DataObject) -> None:
    history(data, 9)


@pytest.mark.long
@settings(max_examples=200)
@given(st.data())
def test_whatever_happened_between_two_commits_of_long_histories_adds_up(data: st.DataObject) -> None:
    history(data, 20)

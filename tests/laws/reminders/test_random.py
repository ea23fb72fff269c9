"""Random books, day by day: what bill reminds of and claims is what the clerk worked out from the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.laws.reminders.clerk import Choices, Clerk
from tests.laws.reminders.judge import differences, explained, stops_told_otherwise
from tests.laws.reminders.laws import broken
from tests.laws.reminders.reader import minor
from tests.laws.reminders.worlds import World
from tests.support import documents as copied
from tests.support import folder_in_memory


def live(seed: int, steps: int, run: Callable[[World, date], None], *, product: bool = False) -> World:
    """A seed's days; ``run`` does what is due on each."""
    with folder_in_memory() as folder:
        world = World(seed, folder, product=product)
        for on in world.days(steps):
            world.today = on
            for _ in range(world.r.randint(0, 3)):
                world.happen()
            run(world, on)
        assert broken(world.scene.root) == [], world.told()
    return world


def by_the_clerk(world: World, on: date) -> None:
    expected = Clerk(world.scene.root).expected(on)
    world.count(expected)
    world.scene.run(on)
    if on.day % 4 == 0:
        balances_agree(world, on)


def balances_agree(world: World, on: date) -> None:
    """What the clerk takes for open, oldest due and unused is what bill reports."""
    clerk = Clerk(world.scene.root)
    said = world.scene.bill(on, "invoice", "list", "--format", "json").json["rows"]
    found = {each["number"]: (minor(each["open"], each["currency"]), each["due_on"]) for each in said if float(each["open"])}
    open_ = {name: clerk.open(name, on) for name in clerk.invoices if clerk.open(name, on)}
    assert {name: amount for name, (amount, _) in found.items()} == open_, world.told()
    for name, (_, due_on) in found.items():
        invoice = clerk.invoices[name]
        parts = clerk.parts(invoice, on, clerk.plan(invoice, on) or invoice.parts)
        assert due_on == str(next(when for when, left in parts if left > 0)), world.told()
    for each in world.scene.bill(on, "report", "aging", "--format", "json").json["rows"]:
        free = clerk.unapplied(each["customer"], each["currency"], on)
        assert minor(each["unapplied"], each["currency"]) == free, f"{each}\n{world.told()}"


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, raw in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(raw)


def by_bill(world: World, on: date) -> None:
    """The clerk decides first, then bill, on the same files; a second run of the day finds nothing."""
    scene, choices = world.scene, Choices()
    clerk = Clerk(scene.root, choices)
    expected = clerk.expected(on)
    world.count(expected)
    wrong = stops_told_otherwise(scene, on, expected)
    before = copied(scene.root)
    got = scene.run(on)
    wrong += differences(expected.notices, got)
    if wrong:
        with folder_in_memory() as folder:
            write(folder, before)
            others = explained(folder, on, got, choices)
        raise AssertionError("\n".join([world.told(), *wrong, f"as if {others}"]))
    assert scene.run(on) == [], f"a second run of the day\n{world.told()}"


def test_the_clerk_keeps_the_laws_and_knows_the_balances() -> None:
    live(1, 8, by_the_clerk)


@pytest.mark.parametrize("seed", [5])
def test_bill_decides_as_the_clerk_does(seed: int) -> None:
    live(seed, 8, by_bill, product=True)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1060))
def test_bill_decides_as_the_clerk_does_in_many_books(seed: int) -> None:
    live(seed, 30, by_bill, product=True)

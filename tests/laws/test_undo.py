"""Undo over random histories: what it takes back is as if it had never been, and what it refuses stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.histories import Drawn, command
from tests.laws.test_histories import MORE, world_of
from tests.laws.world import World, run
from tests.support import documents


def clean(world: World) -> None:
    checked = run(world.root, world.books.today, ["check"])
    assert checked.code == 0, world.told(checked)


def there_and_back(world: World, entry: str) -> bool:
    """Undoes an entry, and its undo; whether it could be done."""
    words = ["undo", *([entry] if entry else []), "--reason", "mistaken", "--yes", "--format", "json"]
    after = documents(world.root)
    ran = run(world.root, world.books.today, words)
    world.ran.append((world.books.today, words, ran.code))
    if ran.code:
        assert ran.code == 1, world.told(ran.err)
        assert "\n  hint: " in ran.err, world.told(f"no way out is named: {ran.err}")
        assert documents(world.root) == after, world.told("a refused undo changed files")
        return False
    clean(world)
    again = run(world.root, world.books.today, ["undo", "--reason", "not mistaken", "--yes"])
    closing = "closed_through would move on" in again.err
    assert again.code == (1 if closing else 0), world.told(again.err)
    assert closing or documents(world.root) == after, world.told("the undo of an undo is not what was")
    return True


def history(data: st.DataObject, most: int) -> None:
    d = Drawn(data.draw)
    with world_of(strict=d.odds(2)) as world:
        for _ in range(d.whole(most // 2, most)):
            world.books.today += d.one([0, 1, 1, 3, 6])
            before, books = documents(world.root), world.books
            if not world.run(command(d, world.books)):
                continue
            ran = run(world.root, world.books.today, ["undo", "--yes"])
            if ran.code:
                continue
            assert documents(world.root) == before, world.told("an undo left something")
            if d.odds(2):
                world.books = books
                world.repeatable = []  # their answers went with them
                world.hold()
            else:
                assert run(world.root, world.books.today, ["undo", "--yes"]).code == 0
                world.hold()
        entries = sum(len(path.read_text().splitlines()) for path in (world.root / "audit/0123abcd").glob("*.jsonl"))
        for _ in range(6):
            there_and_back(world, str(d.whole(1, entries or 1)))
        clean(world)


@settings(max_examples=3)
@given(st.data())
def test_what_is_undone_is_as_if_it_had_never_been(data: st.DataObject) -> None:
    history(data, 14)


@pytest.mark.long
@settings(max_examples=MORE)
@given(st.data())
def test_long_histories_with_undo(data: st.DataObject) -> None:
    history(data, 40)

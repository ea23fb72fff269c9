"""The laws of receivables over random histories of all commands.

Every history runs beside ``model.py``, which says what each command does and which must be refused; ``world.py`` has the laws that hold
after each of them.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from billcli.core.settlement import Change
from tests.laws import histories
from tests.laws.histories import END, FAMILY, OTHER, Command, Drawn, command, imported
from tests.laws.model import Books
from tests.laws.world import Facts, World, facts, index_of, running
from tests.support import folder_in_memory

MORE = 300


@contextmanager
def world_of(*, strict: bool) -> Iterator[World]:
    with folder_in_memory() as folder:
        world = World(folder / "books", strict=strict)
        world.books.today = 20
        yield world


def go_on(world: World, d: Drawn, most: int, *, imports: bool = False, folding: bool = False) -> None:
    """Commands day by day; the laws hold after each that is accepted."""
    for _ in range(d.whole(most // 2, most)):
        world.books.today += d.one([0, 1, 1, 3, 6])
        importing = imports and world.books.invoices and d.odds(4)
        if world.run(imported(d, world.books) if importing else command(d, world.books), tried=d.odds(8)):
            world.hold()
        if folding and d.odds(2):
            world.fold("unfold" if d.odds(4) else "fold")
            world.hold()


def history(data: st.DataObject, most: int, *, imports: bool = False, folding: bool = False) -> None:
    d = Drawn(data.draw)
    with world_of(strict=d.odds(2)) as world:
        if folding:
            world.books.today = 50
        go_on(world, d, most, imports=imports, folding=folding)
        world.finish()
        if folding:
            world.fold_and_unfold()
            world.finish()


@settings(max_examples=25)
@given(st.data())
def test_every_history_keeps_the_laws(data: st.DataObject) -> None:
    history(data, 20)


@settings(max_examples=10)
@given(st.data())
def test_imports_among_the_commands_keep_the_laws(data: st.DataObject) -> None:
    """Credit notes and payments of any day come late, into books that are closed by then."""
    history(data, 16, imports=True)


@settings(max_examples=6)
@given(st.data())
def test_closed_months_that_are_folded_and_unfolded_among_the_commands_keep_the_laws(data: st.DataObject) -> None:
    history(data, 16, imports=True, folding=True)


@pytest.mark.long
@settings(max_examples=MORE // 3)
@given(st.data())
def test_long_histories_with_folded_months_keep_the_laws(data: st.DataObject) -> None:
    history(data, 40, imports=True, folding=True)


@pytest.mark.long
@settings(max_examples=MORE)
@given(st.data())
def test_long_histories_keep_the_laws(data: st.DataObject) -> None:
    history(data, 45)


@pytest.mark.long
@settings(max_examples=MORE // 2)
@given(st.data())
def test_long_histories_with_imports_keep_the_laws(data: st.DataObject) -> None:
    history(data, 40, imports=True)


# order


def part(books: Books, customers: tuple[str, ...]) -> Books:
    """The books as if there were only these customers."""
    found = copy.deepcopy(books)
    found.invoices = {name: each for name, each in found.invoices.items() if each.customer in customers}
    found.sources = {name: each for name, each in found.sources.items() if each.customer in customers}
    found.draws = [each for each in found.draws if each.source in found.sources]
    found.refunds = {name: each for name, each in found.refunds.items() if any(drawn.refund == name for drawn in found.draws)}
    found.rows = [row for row in found.rows if row.invoice in found.invoices]
    found.write_offs = {name: day for name, day in found.write_offs.items() if any(row.source == name for row in found.rows)}
    return found


def figures(found: Facts, since: date = date.min) -> list[tuple[object, ...]]:
    """Every balance from a day on, by what the document is, not by its number: those are given in the order of the commands."""
    every = [("open", each.customer, each.currency, steps(found.open[name], since)) for name, each in found.invoices.items()]
    every += [("free", each.customer, each.currency, steps(found.free[name], since)) for name, each in found.sources.items()]
    return sorted(every)


def steps(changes: list[Change], since: date) -> list[tuple[date, int]]:
    """The days on which a balance is another than the day before."""
    found: list[tuple[date, int]] = []
    for on, at in running([change._replace(on=max(change.on, since)) for change in changes]):
        if at != (found[-1][1] if found else 0):
            found.append((on, at))
    return found


def after(world: World, folder: Path, *commands: Command) -> list[tuple[object, ...]]:
    """The figures of a copy of the ledger on which all of the commands are accepted."""
    other = copy.copy(world)
    other.root = shutil.copytree(world.root, folder)
    other.books, other.repeatable, other.ran = copy.deepcopy(world.books), [], [*world.ran]
    for each in commands:
        assume(other.run(each))
    with index_of(other.root) as index:
        return figures(facts(index))


def of(d: Drawn, books: Books, customers: tuple[str, ...]) -> Command:
    """A command that is about these customers only."""
    mine = part(books, customers)
    for _ in range(6):
        found = command(d, mine)
        words = found.words
        if words[0] != "close" and ("-c" not in words or words[words.index("-c") + 1] in customers):
            return found
    reject()


def commute(data: st.DataObject, most: int) -> None:
    d = Drawn(data.draw, apart=True)
    with world_of(strict=False) as world:
        go_on(world, d, most)
        pair = [of(d, world.books, each) for each in (FAMILY, (OTHER,))]
        assert after(world, world.root.parent / "one", *pair) == after(world, world.root.parent / "other", *reversed(pair)), world.told(
            pair
        )


@settings(max_examples=8)
@given(st.data())
def test_commands_of_unrelated_customers_may_come_in_any_order(data: st.DataObject) -> None:
    commute(data, 8)


@pytest.mark.long
@settings(max_examples=MORE)
@given(st.data())
def test_many_commands_of_unrelated_customers_may_come_in_any_order(data: st.DataObject) -> None:
    commute(data, 15)


@settings(max_examples=8)
@given(st.data())
def test_payments_to_different_invoices_may_come_in_any_order(data: st.DataObject) -> None:
    d = Drawn(data.draw)
    with world_of(strict=False) as world:
        go_on(world, d, 8)
        every = [number for number in histories.live(world.books) if world.books.open(number, END) > 0]
        assume(len(every) > 1)
        pair = [payment(d, world.books, number) for number in every[:2]]
        assert after(world, world.root.parent / "one", *pair) == after(world, world.root.parent / "other", *reversed(pair)), world.told(
            pair
        )


def payment(d: Drawn, books: Books, number: str) -> Command:
    """A payment of one invoice, of more or less than is open."""
    target, on = books.invoices[number], books.today - d.whole(0, 20)
    amount = max(books.open(number, END) + d.one([0, 0, -1, -2, 5]), 1)
    words = ["payment", "add", "-c", target.customer, "-a", histories.text(amount, target.currency), "--again", "-i", number]
    words += ["--received-on", histories.day(on).isoformat()]
    return Command(
        words, lambda then, told: then.payment(told.name, target.customer, target.currency, amount, on, [(number, None)], None)
    )  # fmt: skip


# undo


def undone(world: World, before: Books) -> Command | None:
    """What takes the last command back as if it had never been, given the books before it; None where that is not possible."""
    words, books = world.ran[-1][1], world.books
    rows = books.rows[len(before.rows) :]
    if any(row.ended < END for row in rows) or any(before.unpaid(row.invoice) > 0 for row in rows):
        return None
    match words[:2]:
        case ["write-off", "new"]:
            name, begun = next(iter(books.write_offs.keys() - before.write_offs.keys())), rows[0].on
            return Command(
                ["write-off", "reverse", name, "--reason", "No", "--on", histories.day(begun).isoformat()],
                lambda then, _: then.write_off_reverse(name, None, begun),
            )
        case ["refund", "new"]:
            refund = next(books.refunds[name] for name in books.refunds.keys() - before.refunds.keys())
            return Command(
                ["refund", "reverse", refund.name, "--reason", "No", "--on", histories.day(refund.paid).isoformat()],
                lambda then, _: then.refund_reverse(refund.name, refund.paid),
            )
        case ["payment", "allocate"] | ["credit-note", "apply"] if rows and "--undo" not in words:
            source = books.sources[words[2]]
            numbers = sorted({row.invoice for row in rows})
            if any(row.source == source.name and row.invoice in numbers for row in before.rows):
                return None
            named = [word for number in numbers for word in ("-i", number)]
            on = histories.day(source.received).isoformat()
            return Command(
                [*words[:2], source.name, "--undo", "--reason", "No", "--on", on, *named],
                lambda then, _: then.take_back(source.name, numbers, source.received),
            )
    return None


UNDOABLE = [histories.write_off, histories.refund, histories.allocate, histories.apply]


def undo(data: st.DataObject, most: int) -> None:
    d = Drawn(data.draw)
    with world_of(strict=False) as world:
        go_on(world, d, most)
        for _ in range(6):
            with index_of(world.root) as index:
                known = figures(facts(index))
            before, wanted = copy.deepcopy(world.books), d.one(UNDOABLE)(d, world.books)
            if wanted is not None and world.run(wanted) and (back := undone(world, before)) is not None:
                break
        else:
            reject()
        assert world.run(back), world.told("not taken back")
        world.hold()
        with index_of(world.root) as index:
            assert figures(facts(index)) == known, world.told("not as before")


@settings(max_examples=10)
@given(st.data())
def test_what_is_taken_back_from_its_day_on_was_never_there(data: st.DataObject) -> None:
    undo(data, 8)


@pytest.mark.long
@settings(max_examples=MORE)
@given(st.data())
def test_whatever_is_taken_back_from_its_day_on_was_never_there(data: st.DataObject) -> None:
    undo(data, 16)


def redo(data: st.DataObject, most: int) -> None:
    d = Drawn(data.draw)
    with world_of(strict=False) as world:
        go_on(world, d, most)
        books = world.books
        whole = [
            row
            for row in books.rows
            if row.ended > END and row.kind == "payment" and row.on <= books.today and redoable(books, row.source, row.invoice)
        ]
        assume(whole)
        row = d.one(whole)
        # where both have something left beside it, the new row may count from an earlier day than the old one ended
        full = books.open(row.invoice, END) == 0 or books.free(row.source, END) == 0
        since = date.min if full else histories.day(books.today)
        with index_of(world.root) as index:
            known = figures(facts(index), since)
        named = [(row.invoice, row.amount)]
        words = ["payment", "allocate", row.source]
        back = Command(
            [*words, "--undo", "--reason", "No", "-i", row.invoice], lambda then, _: then.take_back(row.source, [row.invoice], then.today)
        )
        again = Command(
            [*words, *histories.wished(named, books.invoices[row.invoice].currency), "--no-discount", "--for-other"],
            lambda then, _: then.allocate(row.source, named, None, discount=False, other=True),
        )
        for each in (back, again):
            assert world.run(each), world.told("not undone and done again")
            world.hold()
        with index_of(world.root) as index:
            assert figures(facts(index), since) == known, world.told("not as before")


def redoable(books: Books, source: str, number: str) -> bool:
    """One row of money alone, and nobody has credit because of it."""
    mine = [row for row in books.rows if (row.source, row.invoice) == (source, number) and row.ended > books.today]
    noted = any(each.corrects == number and books.free(each.name, END) > 0 for each in books.sources.values())
    return len(mine) == 1 and not noted and not books.sources[source].fee


@settings(max_examples=10)
@given(st.data())
def test_an_allocation_that_is_taken_back_and_made_again_changes_nothing(data: st.DataObject) -> None:
    redo(data, 8)


@pytest.mark.long
@settings(max_examples=MORE)
@given(st.data())
def test_any_allocation_that_is_taken_back_and_made_again_changes_nothing(data: st.DataObject) -> None:
    redo(data, 16)

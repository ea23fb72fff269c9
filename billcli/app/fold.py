"""The use cases of folding a closed month and of taking it apart again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from billcli.app.books import Books
from billcli.core import addresses
from billcli.core.plan import Plan
from billcli.errors import BillError
from billcli.index.folded import addresses_in, paths_in

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.fold import Month


def plan_fold(period: str) -> Planner:
    """Folds a month, or all months of a year."""

    def planner(books: Books) -> Plan:
        from billcli.core import fold

        wanted = fold.months_of(period)
        fold.check_closed(period, wanted, books.settings().closed_through)
        months = _months(books, wanted)
        for each in months:
            _check_over(books, each)
            _check_apart(books, each)
        return fold.plan_fold(period, months)

    return planner


def plan_unfold(period: str) -> Planner:
    """Takes the folded files of a month, or of a year, apart."""

    def planner(books: Books) -> Plan:
        from billcli.core import fold

        return fold.plan_unfold(period, _months(books, fold.months_of(period)))

    return planner


def _months(books: Books, wanted: Iterable[date]) -> list[Month]:
    """What there is of each kind in each month."""
    from billcli.core.fold import Month

    found = []
    for month in wanted:
        for folder in addresses.FOLDERS:
            file = f"{folder}/{month:%Y}/{month:%m}.yaml"
            inside, beside = addresses_in(books.index, file), paths_in(books.index, addresses.month_folder(file))
            if inside or beside:
                found.append(Month(file, tuple(inside), tuple(beside)))
    return found


def _check_over(books: Books, month: Month) -> None:
    """Raises ``BillError`` for a delivery that something may still happen to: states are added to files of their own alone."""
    if not month.file.startswith("deliveries/"):
        return
    from billcli.core.delivery import stands
    from billcli.index import delivery_queries

    waiting = {each.id: stands(each) for each in delivery_queries.waiting(books.index)}
    for path in month.beside:
        name = addresses.name_of(path)
        if name in waiting:
            hint = f'send it, or "bill outbox resolve {name}" with --sent or --drop'
            raise BillError(f"{path} cannot be folded: it is {waiting[name]}; nothing was changed", hint)


def _check_apart(books: Books, month: Month) -> None:
    """Raises ``BillError`` for a document that would not come back from the folded file byte for byte."""
    from billcli.store import fs
    from billcli.store.folded import why_apart

    with fs.reading(books.root) as read:
        for path in month.beside:
            try:
                raw = read(path, 0)
            except FileNotFoundError:
                raw = books.raw(path)  # what a killed command has not put there yet
            if why := why_apart(raw):
                raise BillError(f"{path} cannot be folded: {why}; nothing was changed", "mend it, and fold again")

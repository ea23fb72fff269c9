"""What changed in money between two states of the books: two commits, or a commit and the files as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import TypeVar

from billcli.app.books import Books, open_books
from billcli.app.context import Context
from billcli.app.known import commit_of, known_books
from billcli.app.refresh import Progress, no_progress
from billcli.app.report import aging_report
from billcli.core import addresses
from billcli.core.difference import Change, Difference, Field, Move, State, fields_changed, money_changes, sums
from billcli.errors import BillError, UsageError
from billcli.index import difference_queries as asked
from billcli.model.money import Money

_HERE = "the working tree"
_NOT_BY_HAND = {
    "invoice": {"void"}, "credit-note": {"applied", "void"}, "payment": {"allocations", "reversed"}, "refund": {"draws", "reversed"},
    "write-off": {"allocations"}, "hold": {"released"},
}  # fmt: skip
"""What a command changes of a document in money, by its first key; it is told by what it does."""
_BESIDE = frozenset(("notes", "tags", "classification", "for_others", "x", "policy"))
"""What anybody may write to an issued document: no figure hangs on it."""
_MONEY = frozenset(("invoice", "credit-note", "payment", "refund", "write-off"))
_BY_FACTS = frozenset(("bank-statement", "reconciliation", "reminder", "delivery"))
F = TypeVar("F")


def difference(context: Context, revisions: str | None, progress: Progress = no_progress) -> Difference:
    """Of ``A..B``, of ``A...B`` (from where B left A), of ``A`` and the working tree, or of HEAD and that."""
    one, other = _sides(context.root, revisions)
    with ExitStack() as both:
        before = both.enter_context(_books(context, one, progress))
        after = both.enter_context(_books(context._replace(as_of_text=None), other, progress))
        day = context.today(after.index)
        states = State(one or _HERE, _commit(before)), State(other or _HERE, _commit(after))
        return _difference(before, after, day, *states)


def _sides(root: str, revisions: str | None) -> tuple[str, str | None]:
    """What to compare; None for the working tree."""
    text = revisions if revisions is not None else "HEAD"
    for dots in ("...", ".."):
        one, found, other = text.partition(dots)
        if found:
            if ".." in other or other.startswith("."):
                raise UsageError(f'"{text}" names more than two commits', "A..B, or A...B for what B has changed since it left A")
            one, other = one or "HEAD", other or "HEAD"
            if dots == "..":
                return one, other
            from billcli.store.history import fork_of

            return fork_of(root, commit_of(root, one).id, commit_of(root, other).id), other
    if not text:
        raise UsageError("an empty text names no commit", 'such as HEAD~1, main..HEAD; "bill diff --help" shows more')
    return text, None


@contextmanager
def _books(context: Context, asked_for: str | None, progress: Progress) -> Iterator[Books]:
    opened = open_books(context, progress) if asked_for is None else known_books(context._replace(known_at=asked_for), progress)
    with opened as books:
        yield books


def _commit(books: Books) -> str:
    from billcli.app.known import KnownBooks

    return books.commit.id if isinstance(books, KnownBooks) else ""


def _difference(before: Books, after: Books, day: date, one: State, other: State) -> Difference:
    pairs = _differing(before, after)
    was, now = [old for old, _ in pairs if old], [new for _, new in pairs if new]
    fields = _fields(before, after, pairs)
    named = asked.Named(
        *(left | right for left, right in zip(asked.named_at(before.index, was), asked.named_at(after.index, now), strict=True))
    )
    by_hand = {key: told for key, told in fields.items() if key[0] in _MONEY and _is_by_hand(key[0], told)}
    changes = money_changes(asked.side(before.index, named), asked.side(after.index, named), day, by_hand)
    changes += _others(before, after, was, now)
    changes += _documents(before, after, pairs, fields, by_hand)
    owed, moves = _aging(before, after, day)
    names = {
        **asked.customer_names(before.index, [*{each.customer for each in changes}]),
        **asked.customer_names(after.index, [*{each.customer for each in changes}]),
    }
    found = Difference(day, one, other, sums(changes, *owed), changes, moves, names)
    for each in found.sums:
        if not each.holds:
            told = f"{Money(each.before, each.currency).text()} and the changes do not come to {Money(each.after, each.currency).text()}"
            raise BillError(f"the difference does not add up: {each.currency} {told}", '"bill check" looks for the reason')
    return found


def _differing(before: Books, after: Books) -> list[tuple[str, str]]:
    """The documents whose bytes are others, by where they stand before and after; empty where there is none. Folding changes none."""
    old, new = asked.every_hash(before.index), asked.every_hash(after.index)
    was = {addresses.alone(path): path for path in old if new.get(path) != old[path]}
    now = {addresses.alone(path): path for path in new if old.get(path) != new[path]}
    pairs = [(was.get(each, ""), now.get(each, "")) for each in sorted({*was, *now})]
    return [(one, other) for one, other in pairs if not one or not other or old[one] != new[other]]


def _fields(before: Books, after: Books, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Field, ...]]:
    """What differs in the documents that are there before and after, by kind and name."""
    from billcli.store.read import read

    kinds = asked.kinds_of(after.index, [new for _, new in pairs])
    both = [(old, new) for old, new in pairs if old and new and kinds[new] not in _BY_FACTS]
    found = {}
    raws = zip(before.raws([old for old, _ in both]), after.raws([new for _, new in both]), strict=True)
    for (old, new), (one, other) in zip(both, raws, strict=True):
        was, now = read(one, old).entity, read(other, new).entity
        if was is not None and now is not None and (told := fields_changed(was.model_dump(), now.model_dump())):
            found[kinds[new], addresses.name_of(new)] = told
    return found


def _first(field: Field) -> str:
    return field.place.partition(".")[0].partition("[")[0]


def _is_by_hand(kind: str, told: Sequence[Field]) -> bool:
    return any(_first(each) not in _NOT_BY_HAND[kind] | _BESIDE for each in told)


def _documents(
    before: Books,
    after: Books,
    pairs: Sequence[tuple[str, str]],
    fields: Mapping[tuple[str, str], tuple[Field, ...]],
    by_hand: Mapping[tuple[str, str], object],
) -> Iterator[Change]:
    """Customers, drafts, settings and whatever else has no money of its own; and what was written beside figures."""
    old = asked.kinds_of(before.index, [path for path, _ in pairs])
    new = asked.kinds_of(after.index, [path for _, path in pairs])
    for was, now in pairs:
        kind, name = new.get(now) or old[was], addresses.name_of(now or was)
        if kind in _BY_FACTS or (kind == "hold" and not (was and now)):
            continue
        customer = name if kind == "customer" else ""
        if was and now:
            told = tuple(each for each in fields.get((kind, name), ()) if _first(each) not in _NOT_BY_HAND.get(kind, ()))
            if told and (kind, name) not in by_hand:
                yield Change("changed", "", kind, name, customer, fields=told)
        elif kind not in _MONEY:
            yield Change("added" if now else "removed", "", kind, name, customer)


def _others(before: Books, after: Books, was: Sequence[str], now: Sequence[str]) -> Iterator[Change]:
    """Bank lines, holds, notices and mail."""
    old, new = asked.others(before.index, was), asked.others(after.index, now)
    yield from _bank(old, new)
    yield from _holds(old, new)
    yield from _sent(old, new)


def _bank(old: asked.Others, new: asked.Others) -> Iterator[Change]:
    """Statements, and what became of their lines."""
    for name, statement in sorted(new.statements.items()):
        if name not in old.statements:
            told = f"{statement.lines} lines"
            yield Change("bank statement", "", "bank-statement", name, "", statement.currency, statement.total, details=told)
        else:
            yield Change("changed by hand", "", "bank-statement", name)
    yield from _gone("bank-statement", old.statements, new.statements, lambda each: "")
    for key, each in sorted(new.decisions.items()):
        known = old.decisions.get(key)
        documents = ", ".join(each.documents.split("\n")) if each.documents else ""
        told = f"{each.decision}: {documents}" if documents else each.decision
        if each.undone_on and not (known and known.undone_on):
            what = "bank line undone"
        elif known is None or (known.undone_on and not each.undone_on):
            what = "reconciled"
        elif known._replace(at=0) != each._replace(at=0):
            what = "changed by hand"
        else:
            continue
        yield Change(what, "", "bank-line", each.line, each.customer or "", each.currency, each.amount, details=told)
    for key, each in sorted(old.decisions.items()):
        if key not in new.decisions:
            yield Change("bank line undone", "", "bank-line", each.line, each.customer or "", each.currency, each.amount, details="removed")


def _holds(old: asked.Others, new: asked.Others) -> Iterator[Change]:
    for name, hold in sorted(new.holds.items()):
        if name not in old.holds:
            yield Change(f"hold: {hold.kind}", "", "hold", name, hold.customer, details=hold.reason)
        elif hold.released_on and not old.holds[name].released_on:
            yield Change("hold released", "", "hold", name, hold.customer, details=hold.outcome or "")
    yield from _gone("hold", old.holds, new.holds, lambda each: each.customer)


def _sent(old: asked.Others, new: asked.Others) -> Iterator[Change]:
    """Notices, and the states of mail."""
    for name, notice in sorted(new.reminders.items()):
        if name not in old.reminders:
            yield Change("reminder", "", "reminder", name, notice.customer, notice.currency, notice.total, details=f"level {notice.level}")
        else:
            yield Change("changed by hand", "", "reminder", name, notice.customer)
    yield from _gone("reminder", old.reminders, new.reminders, lambda each: each.customer)
    for name, sent in sorted(new.deliveries.items()):
        earlier = old.deliveries[name].state if name in old.deliveries else ""
        if name not in old.deliveries or earlier != sent.state:
            yield Change("delivery", "", "delivery", name, sent.customer, details=sent.state or "planned")
    yield from _gone("delivery", old.deliveries, new.deliveries, lambda each: each.customer)


def _gone(kind: str, old: Mapping[str, F], new: Mapping[str, F], customer: Callable[[F], str]) -> Iterator[Change]:
    for name in sorted(old.keys() - new.keys()):
        yield Change("removed", "", kind, name, customer(old[name]))


def _aging(before: Books, after: Books, day: date) -> tuple[tuple[dict[str, int], dict[str, int]], list[Move]]:
    """Receivables by currency as the aging report has them, and the customers for whom it says something else."""
    tables = []
    for books in (before, after):
        rows = aging_report(books, day, ["customer"], "due").rows
        tables.append({(row[0], row[2]): (row[1], tuple(cell.minor for cell in row[3:])) for row in rows})
    was, now = tables
    none = ("", (0,) * 7)
    moves = []
    for key in sorted({*was, *now}):
        (old_name, old), (name, new) = was.get(key, none), now.get(key, none)
        if old != new:
            moves.append(Move(key[0], name or old_name, key[1], old[:-1], new[:-1]))
    totals: list[dict[str, int]] = [{}, {}]
    for total, table in zip(totals, tables, strict=True):
        for (_, currency), (_, cells) in table.items():
            total[currency] = total.get(currency, 0) + cells[-1]
    return (totals[0], totals[1]), moves

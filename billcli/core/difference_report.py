"""The difference of two states as reports and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from billcli.core.aging import BUCKETS
from billcli.core.difference import GROUPS, Change, Difference, Field, Move, Sums
from billcli.core.report import Column, Report
from billcli.model.money import Money

_PLACES = (*BUCKETS, "unapplied")

_COUNTED = {
    "issued": ("invoice issued", "invoices issued"),
    "credited": ("credited", "credited"),
    "paid": ("payment", "payments"),
    "refunded": ("refund", "refunds"),
    "discount": ("discount", "discounts"),
    "bank charge": ("bank charge", "bank charges"),
    "settled before": ("settled before", "settled before"),
    "payment reversed": ("payment reversed", "payments reversed"),
    "allocated": ("match", "matches"),
    "allocation undone": ("match undone", "matches undone"),
    "credit applied": ("credit applied", "credits applied"),
    "reconciled": ("bank line reconciled", "bank lines reconciled"),
    "bank line undone": ("bank line undone", "bank lines undone"),
    "bank statement": ("bank statement", "bank statements"),
    "reminder": ("reminder", "reminders"),
    "delivery": ("delivery", "deliveries"),
}
"""Of each kind of change what one is called, and several."""

_LEAVES = frozenset(("credited", "written_off", "voided", "undone", "by_hand", "settled_before"))
"""What else than money empties an aging bucket."""


def changes_report(found: Difference) -> Report:
    """A row per change."""
    columns = (
        Column("change", "Change"), Column("kind", "Kind"), Column("document", "Document"), Column("customer", "Customer"),
        Column("name", "Name", "prose", minor=True), Column("currency", "Cur"), Column("amount", "Amount", "money"),
        Column("effect", "Receivables", "money"), Column("details", "Details", "prose"), Column("fields", "Fields", "prose"),
    )  # fmt: skip
    rows = [
        (
            each.what, each.kind, each.document, each.customer, found.names.get(each.customer, ""), each.currency,
            Money(each.amount, each.currency) if each.amount is not None and each.currency else None,
            Money(each.effect, each.currency) if each.effect else None, each.details, [field_text(field) for field in each.fields],
        )
        for each in found.changes
    ]  # fmt: skip
    return Report("diff", found.day, columns, rows)


def sums_report(found: Difference) -> Report:
    """Receivables before, what changed them, and after, one below the other."""
    columns = (Column("currency", "Cur"), Column("what", "Receivables"), Column("amount", "Amount", "money"))
    rows: list[tuple[object, ...]] = []
    for each in found.sums:
        lines = [
            ("before", each.before),
            *((word_of(name), amount) for name, amount in each.groups.items() if amount),
            ("after", each.after),
        ]
        rows += [(each.currency, what, Money(amount, each.currency)) for what, amount in lines]
    return Report("diff", found.day, columns, rows)


def moves_report(found: Difference) -> Report:
    """A row per customer whose aging is another: each bucket as before → after."""
    columns = (
        Column("customer", "Customer"), Column("name", "Name", "prose", minor=True), Column("currency", "Cur"),
        *(Column(place, place.capitalize()) for place in _PLACES), Column("moved", "Moved", "prose"),
    )  # fmt: skip
    return Report(
        "diff",
        found.day,
        columns,
        [(each.customer, each.name, each.currency, *_cells(each), moved(each, found.changes)) for each in found.moves],
    )


def _cells(move: Move) -> Iterator[str]:
    for old, new in zip(move.before, move.after, strict=True):
        was, now = Money(old, move.currency).text(), Money(new, move.currency).text()
        yield f"{was} → {now}" if old != new else now if new else ""


def moved(move: Move, changes: Sequence[Change]) -> str:
    """``moved from 31-60 to paid``: which buckets have less than before, and where it went."""
    falls = [name for name, old, new in zip(BUCKETS, move.before, move.after, strict=False) if new < old]
    rises = [name for name, old, new in zip(BUCKETS, move.before, move.after, strict=False) if new > old]
    if falls and rises and sum(move.before[:-1]) == sum(move.after[:-1]):
        return f"moved from {_and(falls)} to {_and(rises)}"
    said = []
    if falls:
        groups = {each.group for each in changes if each.customer == move.customer and each.effect}
        done = "settled" if groups & _LEAVES else "paid"
        emptied = not any(move.after[BUCKETS.index(name)] for name in falls)
        said.append(f"moved from {_and(falls)} to {done}" if emptied else f"{done} part of {_and(falls)}")
    if rises:
        said.append(f"owes more in {_and(rises)}")
    if not said:
        old, new = (Money(amount, move.currency).text() for amount in (move.before[-1], move.after[-1]))
        said.append(f"has {new} unapplied, before {old}")
    return " and ".join(said)


def _and(buckets: Sequence[str]) -> str:
    return " and ".join(buckets)


def word_of(group: str) -> str:
    return {"by_hand": "changed by hand", "charged": "bank charges", "discounted": "discounts"}.get(group, group.replace("_", " "))


def counts(changes: Sequence[Change], currency: str) -> list[tuple[str, int]]:
    """How many changes of each kind, in words, and what they add to receivables; those of no currency with ``""``."""
    order = {group: at for at, group in enumerate(GROUPS)}
    kinds: dict[str, list[Change]] = {}
    for each in sorted(changes, key=lambda each: (order.get(each.group, len(order)), each.what)):
        if each.currency == currency:
            kinds.setdefault(each.what if each.currency else f"{each.kind.replace('-', ' ')} {each.what}", []).append(each)
    return [(_counted(what, len(some)), sum(each.effect for each in some)) for what, some in kinds.items()]


def _counted(what: str, number: int) -> str:
    one, many = _COUNTED.get(what, (what, what))
    return f"{number} {one if number == 1 else many}"


def loud(found: Difference) -> list[tuple[Change, Field]]:
    """Changes by which money or mail would go elsewhere."""
    return [(each, field) for each in found.changes for field in each.fields if field.loud]


def field_text(field: Field) -> str:
    return f"{field.place}: {field.old or '–'} → {field.new or '–'}"


def sums_data(each: Sums) -> dict[str, object]:
    """For a program: signed, so that before and the rest add up to after."""
    amounts = {"before": each.before, **each.groups, "after": each.after}
    return {"currency": each.currency, **{name: Money(amount, each.currency) for name, amount in amounts.items()}}


def move_data(each: Move, found: Difference) -> dict[str, object]:
    def buckets(amounts: Sequence[int]) -> dict[str, Money]:
        return {name: Money(amount, each.currency) for name, amount in zip(_PLACES, amounts, strict=True)}

    return {
        "customer": each.customer, "name": each.name, "currency": each.currency, "moved": moved(each, found.changes),
        "before": buckets(each.before), "after": buckets(each.after),
    }  # fmt: skip

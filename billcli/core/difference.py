"""What changed in money between two states of the books, both looked at from one day: before + every change = after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.facts import CreditNoteFact, Draw, InvoiceFact, PaymentFact, RefundFact, Settlement

GROUPS = (
    "issued", "credited", "paid", "refunded", "discounted", "charged", "written_off", "voided", "settled_before", "undone", "by_hand",
)  # fmt: skip
"""The columns between what was owed before and after, in their order. "undone" is whatever was taken back, or has vanished."""

_ROWS = {
    "discount": ("discount", "discounted", "discount taken back"),
    "bank_charge": ("bank charge", "charged", "bank charge taken back"),
    "write_off": ("written off", "written_off", "write-off taken back"),
    "opening": ("settled before", "settled_before", "settled before, taken back"),
    "void": ("voided", "voided", "no longer void"),
}
"""What a settlement is called, its column, and what it is called once it no longer counts."""


class Field(NamedTuple):
    """A field of a document, before and after. ``loud`` where money or mail would go elsewhere by it."""

    place: str
    old: str
    new: str
    loud: bool = False


class Change(NamedTuple):
    """One thing that changed. ``amount`` is what it is about, ``effect`` by how much receivables are other for it; minor units.

    ``group`` is its column in the sums, empty for what changes no balance. ``currency`` is empty where there is no amount.
    """

    what: str
    group: str
    kind: str
    document: str
    customer: str = ""
    currency: str = ""
    amount: int | None = None
    effect: int = 0
    details: str = ""
    fields: tuple[Field, ...] = ()


class Sums(NamedTuple):
    """Receivables of one currency, and what each column adds to them."""

    currency: str
    before: int
    groups: Mapping[str, int]
    after: int

    @property
    def holds(self) -> bool:
        return self.before + sum(self.groups.values()) == self.after


class Move(NamedTuple):
    """A customer's open amounts by aging bucket and what is unapplied, before and after."""

    customer: str
    name: str
    currency: str
    before: tuple[int, ...]
    after: tuple[int, ...]


class State(NamedTuple):
    """One side as it was asked for; ``commit`` is empty for the files as they are."""

    asked: str
    commit: str


class Difference(NamedTuple):
    """Every change, what they come to, and which customers stand in other aging buckets, all as of one day."""

    day: date
    before: State
    after: State
    sums: Sequence[Sums]
    changes: Sequence[Change]
    moves: Sequence[Move]
    names: Mapping[str, str]


class Side(NamedTuple):
    """One state, as far as changed documents and those they name go; by number or id."""

    invoices: Mapping[str, InvoiceFact]
    notes: Mapping[str, CreditNoteFact]
    payments: Mapping[str, PaymentFact]
    refunds: Mapping[str, RefundFact]
    rows: Sequence[Settlement]
    draws: Sequence[Draw]

    def has(self, kind: str, name: str) -> bool:
        return name in {"invoice": self.invoices, "credit-note": self.notes, "payment": self.payments, "refund": self.refunds}[kind]


class _Part(NamedTuple):
    """What something that counts on the day adds to receivables: keyed by kind, document, counterpart and sort of settlement."""

    kind: str
    name: str
    other: str
    sort: str
    currency: str


def _parts(side: Side, day: date) -> tuple[Counter[_Part], Counter[_Part]]:
    """The effects, and the amounts, of everything that counts at the end of the day."""
    effects: Counter[_Part] = Counter()
    amounts: Counter[_Part] = Counter()

    def put(part: _Part, effect: int, amount: int) -> None:
        effects[part] += effect
        amounts[part] += amount

    for invoice in side.invoices.values():
        if invoice.issued_on <= day:
            put(_Part("invoice", invoice.number, "", "", invoice.currency), invoice.gross, invoice.gross)
    for note in side.notes.values():
        if note.issued_on <= day and not _is_past(note.voided_on, day):
            put(_Part("credit-note", note.number, "", "", note.currency), -note.gross, note.gross)
    for payment in side.payments.values():
        if payment.booked_on <= day and not _is_past(payment.reversed_on, day):
            put(_Part("payment", payment.id, "", "", payment.currency), -payment.amount, payment.amount)
    for row in side.rows:
        if row.booked_on <= day and not _is_past(row.ended_on, day):
            for part, effect in _of_row(side, row, day):
                put(part, effect, row.amount if effect <= 0 else 0)
    for draw in side.draws:
        if draw.booked_on <= day and not _is_past(draw.ended_on, day) and (currency := _source(side, draw.source_kind, draw.source, day)):
            put(_Part("refund", draw.refund, "", "", currency), draw.amount, draw.amount)
    return effects, amounts


def _of_row(side: Side, row: Settlement, day: date) -> Iterator[tuple[_Part, int]]:
    """It lowers what is open of its invoice; money and credit lower what is unapplied, too, and so leave the sum as it is."""
    invoice = side.invoices.get(row.invoice)
    if invoice is not None and invoice.issued_on <= day:
        yield _Part(row.source_kind, row.source, row.invoice, row.kind, invoice.currency), -row.amount
    if row.kind in ("payment", "credit") and (currency := _source(side, row.source_kind, row.source, day)):
        yield _Part(row.source_kind, row.source, row.invoice, row.kind, currency), row.amount


def _source(side: Side, kind: str, name: str, day: date) -> str:
    """The currency of a payment or credit note that is in the books by then, else an empty text."""
    if kind == "payment":
        payment = side.payments.get(name)
        return payment.currency if payment and payment.booked_on <= day else ""
    note = side.notes.get(name)
    return note.currency if note and note.issued_on <= day else ""


def _is_past(ended: date | None, day: date) -> bool:
    return ended is not None and ended <= day


def money_changes(before: Side, after: Side, day: date, by_hand: Mapping[tuple[str, str], tuple[Field, ...]]) -> list[Change]:
    """Every change of something that counts in money. ``by_hand`` are the documents in which fields differ that no command changes."""
    (was, had), (now, has) = _parts(before, day), _parts(after, day)
    found = []
    for part in sorted({*was, *now}):
        if (effect := now[part] - was[part]) or has[part] != had[part]:
            found.append(_change(part, effect, has[part] - had[part], before, after, by_hand))
    told = {(each.kind, each.document) for each in found}
    found += [each for each in _without_effect(before, after, day) if (each.kind, each.document) not in told]
    told = {(each.kind, each.document) for each in found if each.group == "by_hand"}
    found += [
        Change("changed by hand", "by_hand", kind, name, _customer(after, kind, name), fields=fields)
        for (kind, name), fields in by_hand.items()
        if (kind, name) not in told
    ]
    return found


def _change(
    part: _Part, effect: int, amount: int, before: Side, after: Side, by_hand: Mapping[tuple[str, str], tuple[Field, ...]]
) -> Change:
    side = after if _has(after, part) else before
    customer = _customer(side, part.kind, part.name) or (side.invoices[part.other].customer if part.other in side.invoices else "")
    fields = by_hand.get((part.kind, part.name), ())

    def made(what: str, group: str, details: str = "") -> Change:
        told = details or (f"on {part.other}" if part.other and part.other != part.name else "")
        mine = fields if group == "by_hand" else ()
        return Change(what, group, part.kind, part.name, customer, part.currency, abs(amount), effect, told, mine)

    if part.sort in _ROWS:
        what, group, back = _ROWS[part.sort]
        if part.other not in after.invoices:
            return made("removed", "undone")
        return made(what, group) if effect < 0 else made(back, "undone")
    if part.sort:
        if effect:  # its invoice, or the money itself, has vanished or come back under it
            vanished = part.other not in after.invoices or not _has(after, part)
            return made("removed", "undone") if vanished else made("changed by hand", "by_hand")
        what = "allocated" if part.sort == "payment" else "credit applied"
        return made(what, "") if amount > 0 else made("allocation undone" if part.sort == "payment" else "credit taken back", "")
    if not _has(before, part):
        return made(*_NEW[part.kind])
    if not _has(after, part):
        return made("removed", "undone")
    if fields or (back_on := _ended(after, part)) is None or _ended(before, part) == back_on:
        return made("changed by hand", "by_hand")
    return made(_TAKEN_BACK[part.kind], "undone", f"on {back_on}")


_NEW = {
    "invoice": ("issued", "issued"),
    "credit-note": ("credited", "credited"),
    "payment": ("paid", "paid"),
    "refund": ("refunded", "refunded"),
}
_TAKEN_BACK = {"credit-note": "credit note voided", "payment": "payment reversed", "refund": "refund reversed"}


def _has(side: Side, part: _Part) -> bool:
    return part.kind not in _NEW or side.has(part.kind, part.name)


def _ended(side: Side, part: _Part) -> date | None:
    match part.kind:
        case "payment":
            return side.payments[part.name].reversed_on
        case "credit-note":
            return side.notes[part.name].voided_on
        case "refund":
            return side.refunds[part.name].reversed_on
        case _:
            return None


def _customer(side: Side, kind: str, name: str) -> str:
    match kind:
        case "invoice":
            return side.invoices[name].customer if name in side.invoices else ""
        case "credit-note":
            return side.notes[name].customer if name in side.notes else ""
        case "payment":
            return side.payments[name].customer if name in side.payments else ""
        case "refund":
            return side.refunds[name].customer if name in side.refunds else ""
        case _:
            return ""


def _without_effect(before: Side, after: Side, day: date) -> Iterator[Change]:
    """Documents that came or went and change nothing on that day, such as those of a later one."""
    for kind, old, new in (
        ("invoice", before.invoices, after.invoices), ("credit-note", before.notes, after.notes),
        ("payment", before.payments, after.payments), ("refund", before.refunds, after.refunds),
    ):  # fmt: skip
        every: Mapping[str, InvoiceFact | CreditNoteFact | PaymentFact | RefundFact] = {**old, **new}
        for name in sorted(old.keys() ^ new.keys()):
            fact = every[name]
            on = fact.issued_on if isinstance(fact, InvoiceFact | CreditNoteFact) else fact.booked_on
            amount = fact.gross if isinstance(fact, InvoiceFact | CreditNoteFact) else fact.amount
            what, group = _NEW[kind] if name in new else ("removed", "undone")
            later = f"counts from {on}" if on > day else ""
            yield Change(what, group, kind, name, fact.customer, fact.currency, amount, 0, later)


def sums(changes: Iterable[Change], before: Mapping[str, int], after: Mapping[str, int]) -> list[Sums]:
    """One per currency."""
    groups: dict[str, dict[str, int]] = {currency: dict.fromkeys(GROUPS, 0) for currency in sorted({*before, *after})}
    for each in changes:
        if each.effect:
            groups.setdefault(each.currency, dict.fromkeys(GROUPS, 0))[each.group] += each.effect
    return [Sums(currency, before.get(currency, 0), found, after.get(currency, 0)) for currency, found in groups.items()]


def fields_changed(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[Field, ...]:
    """The fields in which two documents differ, by their places."""
    was, now = dict(_flat("", old)), dict(_flat("", new))
    places = dict.fromkeys((*was, *now))
    return tuple(Field(each, was.get(each, ""), now.get(each, ""), _is_loud(each)) for each in places if was.get(each) != now.get(each))


def _flat(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(f"{place}.{key}" if place else str(key), each)
    elif isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        for at, each in enumerate(value):
            yield from _flat(f"{place}[{at}]", each)
    elif isinstance(value, list | tuple):
        if value:
            yield place, ", ".join(str(each) for each in value)
    elif value is not None:
        yield place, str(value)


_LOUD = frozenset(("iban", "ibans", "email", "bic", "payer_iban"))


def _is_loud(place: str) -> bool:
    return place.rpartition(".")[2].partition("[")[0] in _LOUD

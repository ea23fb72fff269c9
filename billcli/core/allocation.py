"""Which invoices money or credit settles, by how much and from which day.

Every row gets the first day from which the invoice and the money can both bear it at every later date, and which is not closed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.core.days import first_open_day
from billcli.core.early_payment import Offer, discount_offer, limit
from billcli.core.facts import InvoiceFact, Settlement
from billcli.core.money import split
from billcli.core.settlement import Change, first_day, invoice_changes, lasting
from billcli.errors import BillError
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.model.settings import Settings


class Wish(NamedTuple):
    """An invoice to settle; no amount means as much as fits. ``named`` by a person, so that taking nothing is an error."""

    invoice: str
    amount: int | None
    named: bool = True


class Target(NamedTuple):
    """An invoice that money can go to, with all its settlement rows."""

    invoice: InvoiceFact
    rows: Sequence[Settlement]

    @property
    def changes(self) -> list[Change]:
        return invoice_changes(self.invoice.issued_on, self.invoice.gross, self.rows)

    @property
    def open(self) -> int:
        """What is open once everything written counts."""
        return lasting(self.changes)


class Purse(NamedTuple):
    """A payment or a credit note that settles invoices; ``what`` is its name in messages.

    ``changes`` are its free amount, ``received_on`` the day of the money, ``not_before`` the first day on which it may count.
    ``fee`` is what banks kept; it settles as a bank charge, and with ``fee_waits`` may do so another time; ``fees`` is what there was
    of it at every date, where it was used before. With ``discount`` early-payment discounts are granted as the terms give them; with
    ``write_off_rest`` a small rest is written off.
    """

    what: str
    currency: str
    changes: Sequence[Change]
    received_on: date
    not_before: date
    kind: str = "payment"
    fee: int = 0
    fee_waits: bool = False
    fees: Sequence[Change] = ()
    discount: bool = False
    write_off_rest: bool = False


class AllocationRow(NamedTuple):
    """One settlement with its book date; minor units."""

    invoice: str
    amount: int
    on: date
    kind: str = "payment"


class Allocated(NamedTuple):
    """The rows, and what a person should know about them."""

    rows: list[AllocationRow]
    notes: list[str]


def allocate(purse: Purse, wishes: Sequence[Wish], targets: Mapping[str, Target], settings: Settings) -> Allocated:
    """Settles the invoices in the order of the wishes.

    Raises ``BillError`` where a named amount is more than the invoice or the money can bear, or the currencies differ.
    """
    found = _Allocation(purse, targets, settings)
    for wish in wishes:
        found.fits(targets[wish.invoice].invoice)
    whole = found.with_all_discounts(wishes)
    for wish in wishes:
        found.settle(wish._replace(amount=whole[wish.invoice]) if wish.invoice in whole else wish)
    if found.fee and not purse.fee_waits:
        left = Money(found.fee, purse.currency)
        raise BillError(f"{left} of the fee settle nothing", "name the invoice that the fee is missing on, with what came in for it")
    return Allocated(found.rows, found.notes)


class _Allocation:
    """The state of giving a purse away."""

    def __init__(self, purse: Purse, targets: Mapping[str, Target], settings: Settings) -> None:
        self.purse = purse
        self.targets = targets
        self.settings = settings
        self.fee = purse.fee
        self.rows: list[AllocationRow] = []
        self.notes: list[str] = []

    def fits(self, invoice: InvoiceFact) -> None:
        if invoice.currency != self.purse.currency:
            message = f"{invoice.number} is in {invoice.currency}, {self.purse.what} in {self.purse.currency}"
            raise BillError(message, "currencies never mix")
        if invoice.voided_on:
            raise BillError(f"{invoice.number} is void")

    def money(self) -> list[Change]:
        """What is free, less what was given away so far."""
        return [*self.purse.changes, *(Change(row.on, -row.amount) for row in self.rows if row.kind == self.purse.kind)]

    def fees(self) -> list[Change]:
        """What there is of the fee, less what settled as bank charges so far."""
        whole = self.purse.fees or [Change(date.min, self.purse.fee)]
        return [*whole, *(Change(row.on, -row.amount) for row in self.rows if row.kind == "bank_charge")]

    def offer(self, target: Target) -> Offer:
        if not self.purse.discount:
            return Offer(0)
        return discount_offer(target.invoice, target.rows, self.purse.received_on, self.settings.settlement)

    def tolerance(self) -> int:
        return limit(self.settings.settlement.discount_tolerance, self.purse.currency)

    def with_all_discounts(self, wishes: Sequence[Wish]) -> dict[str, int]:
        """The cash of each invoice where the money is exactly what all of them come to less their discounts; else nothing."""
        if len(wishes) < 2 or any(wish.amount is not None for wish in wishes):
            return {}
        targets = [self.targets[wish.invoice] for wish in wishes]
        offers = [self.offer(target).granted for target in targets]
        short = sum(target.open for target in targets) - lasting(self.money()) - self.fee
        if not any(offers) or abs(short - sum(offers)) > self.tolerance():
            return {}
        cash = [target.open - offer for target, offer in zip(targets, offers, strict=True)]
        last = max(at for at, offer in enumerate(offers) if offer)
        cash[last] -= short - sum(offers) + self.fee
        if not 0 < cash[last] <= targets[last].open:
            return {}
        return {target.invoice.number: amount for target, amount in zip(targets, cash, strict=True)}

    def settle(self, wish: Wish) -> None:
        target = self.targets[wish.invoice]
        owed, money = target.changes, self.money()
        open_, left = lasting(owed), lasting(money)
        cash = min(open_, left) if wish.amount is None else wish.amount
        self.bears(wish, cash, open_, left)
        if wish.named and left > cash == open_ and (lost := _written_off(target)):
            gone = Money(sum(row.amount for row in lost), self.purse.currency)
            self.notes.append(f"{gone} of {wish.invoice} are written off; to settle them too, first: {_recovery(lost)}")
        if cash <= 0:
            return
        parts = {self.purse.kind: cash, **self.granted(target, open_, cash)}
        total = sum(parts.values())
        not_before = first_open_day(self.settings, max(self.purse.not_before, target.invoice.issued_on))
        balances = [owed, _beside(total - cash, money)]
        if charge := parts["bank_charge"]:
            balances.append(_beside(total - charge, self.fees()))
        on = first_day(total, not_before, *balances)
        assert on is not None, "all balances bear the amount in the end"
        self.rows += [AllocationRow(wish.invoice, amount, on, kind) for kind, amount in parts.items() if amount]

    def bears(self, wish: Wish, cash: int, open_: int, left: int) -> None:
        currency, what = self.purse.currency, self.purse.what
        if cash > open_:
            message = f"{wish.invoice} has {Money(max(open_, 0), currency)} open, less than {Money(cash, currency)}"
            raise BillError(message, "what is not allocated stays as the customer's credit")
        if cash > left:
            raise BillError(f"{what} has {Money(left, currency)} left for {wish.invoice}, less than {Money(cash, currency)}")
        if cash <= 0 and wish.named:
            why = "nothing is open on it" if open_ <= 0 else f"{what} is used up"
            lost = _written_off(self.targets[wish.invoice]) if open_ <= 0 else []
            how = f'"bill show {wish.invoice}" tells how it was settled'
            hint = f"what was written off is not owed; first: {_recovery(lost)}" if lost else how
            raise BillError(f"{wish.invoice} takes nothing of it: {why}", hint)

    def granted(self, target: Target, open_: int, cash: int) -> dict[str, int]:
        """What settles the invoice beside the cash."""
        offer, rest = self.offer(target), open_ - cash
        fee = self.fee_on(rest, offer)
        self.fee -= fee
        parts = {"bank_charge": fee}
        rest -= fee
        fits = rest > 0 and self.fits_discount(rest, offer.amount)
        if fits and not offer.refused:
            parts["discount"] = rest
            rest = 0
        if rest and self.purse.write_off_rest:
            most = limit(self.settings.settlement.small_difference, self.purse.currency)
            if rest > most:
                left, allowed = Money(rest, self.purse.currency), Money(most, self.purse.currency)
                message = f"{left} are left open on {target.invoice.number}, more than the small difference of {allowed}"
                raise BillError(message, '"bill write-off new" writes off more, with a reason')
            parts["write_off"] = rest
        elif rest and (offer.granted or (fits and offer.refused)):
            shown, whole = (Money(amount, self.purse.currency) for amount in (rest, open_ - offer.amount))
            why = offer.refused or f"it is for the whole at once, {whole}"
            self.notes.append(f"no discount on {target.invoice.number}, so {shown} stay open: {why}")
        return parts

    def fee_on(self, rest: int, offer: Offer) -> int:
        """What of the fee belongs to an invoice: none where its discount alone is what is missing."""
        fee = min(self.fee, rest)
        alone = self.fits_discount(rest, offer.granted) and not self.fits_discount(rest - fee, offer.granted)
        return 0 if alone else fee

    def fits_discount(self, rest: int, discount: int) -> bool:
        return discount > 0 and abs(rest - discount) <= self.tolerance()


def _written_off(target: Target) -> list[Settlement]:
    """What nobody was going to pay: write-offs do not forgive, so they are taken back before money settles them."""
    return [row for row in target.rows if row.source_kind == "write-off" and row.ended_on is None]


def _recovery(lost: Sequence[Settlement]) -> str:
    return ", ".join(f'"bill write-off reverse {name} --reason …"' for name in dict.fromkeys(row.source for row in lost))


def _beside(amount: int, changes: Sequence[Change]) -> list[Change]:
    """A balance that need not bear that much of a total."""
    return [Change(date.min, amount), *changes]


def oldest_due(invoices: Sequence[InvoiceFact]) -> list[Wish]:
    """As much as fits on each, in the order given: the oldest due first."""
    return [Wish(each.number, None, named=False) for each in invoices]


def pro_rata(targets: Sequence[Target], free: int) -> list[Wish]:
    """Every invoice takes a share in proportion to what is open on it, by the largest remainder."""
    opens = [max(target.open, 0) for target in targets]
    parts = split(min(free, sum(opens)), opens)
    return [Wish(target.invoice.number, part, named=False) for target, part in zip(targets, parts, strict=True) if part]


def referenced(text: str, invoices: Sequence[InvoiceFact]) -> list[Wish]:
    """The invoices whose number or reference stands in a text as a whole: ``INV-1`` is not in ``INV-12``, nor in ``INV-1 2``.

    A reference may be written in groups, as ``RF71 2348 2311``.
    """
    return [
        Wish(each.number, None, named=False)
        for each in invoices
        if _stands_in(each.number, text) or (each.reference and _stands_in(each.reference, text, r"\s?"))
    ]


def _stands_in(word: str, text: str, between: str = "") -> bool:
    """Whole: no letter or digit beside it. A slash may part two numbers that begin with a letter; else it is a part of one."""
    spelt = between.join(map(re.escape, word))
    before = r"(?<![A-Za-z0-9]-)" if word[0].isalpha() else "(?<![A-Za-z0-9][-/])"
    return re.search(rf"(?<![A-Za-z0-9]){before}{spelt}(?![A-Za-z0-9])(?![-/][0-9])", text, re.IGNORECASE) is not None

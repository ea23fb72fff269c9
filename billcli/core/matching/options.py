"""The ways to settle a line that came in: what the text names, what the payer owes, what the amount alone would fit."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, log

from billcli.core.matching import amounts, sums
from billcli.core.matching.doubts import Doubts
from billcli.core.matching.facts import Item
from billcli.core.matching.named import WAYS, Seen
from billcli.core.matching.numbers import CHECKED, WEAK, Numbers
from billcli.core.matching.payers import LIKELY, MAYBE, Payer, Payers
from billcli.core.matching.references import Mention, mistyped
from billcli.core.matching.score import Option
from billcli.core.matching.state import State

_GROUP = 40
_FEW = 12


class Maker(Doubts):
    """Makes the options of one line."""

    def __init__(self, seen: Seen, state: State, payers: Payers, numbers: Numbers) -> None:
        super().__init__(seen, state, payers, numbers)
        self.found: dict[tuple[frozenset[str], str], Option] = {}

    def options(self) -> list[Option]:
        self._owing()
        for set_ in self.named.sets:
            self._by_text(set_)
        self._by_payer()
        if not self.found:
            self._by_amount()
        self._against_parts()
        fewest = min((option.many for option in self.found.values() if option.payer and option.fit in amounts.SURE_FITS), default=0.0)
        for key, option in list(self.found.items()):
            if option.many > fewest:
                self.found[key] = option._replace(doubts=option.doubts + 0.8 * (option.many - fewest))
        return sorted(self.found.values(), key=lambda option: (-option.evidence, sorted(option.documents), option.fit))

    def _against_parts(self) -> None:
        """A part or too much by the text's number is doubtful where the payer owes exactly that amount on another document."""
        exact = [
            option
            for option in self.found.values()
            if option.fit in amounts.SURE_FITS and option.payer >= LIKELY and not option.chance and len(option.documents) <= 3
        ]
        for key, option in list(self.found.items()):
            if option.fit in amounts.SURE_FITS:
                continue
            others = [other for other in exact if not option.documents & other.documents]
            if others:
                said = f"the amount is exactly what is open on {', '.join(sorted(others[0].documents))}"
                self.found[key] = option._replace(against=(*option.against, said))

    def _by_text(self, set_: tuple[Item, ...]) -> None:
        allowed = tuple(item for item in set_ if item.document not in self.barred)
        if not allowed:
            return
        self._add(allowed)
        if len(allowed) > 1:
            for item in allowed[:WAYS]:
                self._add((item,))
        self._completed(allowed)

    def _completed(self, base: tuple[Item, ...]) -> None:
        """What is named with what is not named but makes the sum whole: credit notes, or other invoices of the same customer."""
        customers = {item.customer for item in base}
        if len(customers) != 1:
            return
        total = sum(_signed(item) for item in base)
        missing = self.money.amount - total
        if not missing:
            return
        inside = {item.document for item in base}
        others = [item for item in self._owed(base[0].customer) if item.document not in inside]
        if missing < 0:
            others = [item for item in others if item.kind != "invoice"]
        if not others or len(others) > 40:
            return
        for chosen in sums.subsets([_signed(item) for item in others], missing, 2):
            if len(chosen) <= 3 or sums.proves([_signed(item) for item in others], chosen):
                self._add((*base, *(others[at] for at in chosen)))

    def _owed(self, customer: str) -> list[Item]:
        return [item for item in self.state.of(customer, self.line.currency, self.line.booked_on) if item.document not in self.barred]

    def _owing(self) -> None:
        """Customers who owe the very amount, and whose name the payer's resembles."""
        fits = self.state.by_amount.get((self.line.currency, self.money.amount), ())
        if not (self.line.payer or self.line.ultimate) or len(fits) > 50:
            return
        customers = {self.state.open[document].customer for document in fits} - self.seen.payers.keys()
        for customer in sorted(customers):
            if payer := self.payers.owing(self.line, customer):
                self.seen.payers[customer] = payer

    def _by_payer(self) -> None:
        for customer, payer in list(self.seen.payers.items())[:4]:
            own = self._owed(customer)
            self._of_customer(own, payer)
            if payer.weight >= LIKELY:
                family = self._family(customer)
                for other in family:
                    if other != customer:
                        self._of_customer(self._owed(other), payer)
                group = [item for other in family for item in self._owed(other)]
                if len(group) > len(own):
                    if self._all(group):
                        self._add(tuple(group), chance=not sums.proves_all([_signed(item) for item in group]))
                    if len(group) <= _FEW:
                        self._sums(group, doubt=True)

    def _family(self, customer: str) -> list[str]:
        """The payer's group; of a large one those who owe the very amount."""
        family = self.payers.family(customer)
        if len(family) <= _GROUP:
            return family
        fits = self.state.by_amount.get((self.line.currency, self.money.amount), ())
        owing = {self.state.open[document].customer for document in fits} if len(fits) <= _GROUP else {customer}
        return [other for other in family if other in owing]

    def _of_customer(self, owed: Sequence[Item], payer: Payer) -> None:
        amount = self.money.amount
        small, fee = self.money.limits.small_rest, self.money.limits.fee
        for item in owed:
            if item.kind != "invoice":
                continue
            off = item.open - amount
            if -small <= off <= small or 0 < off <= fee or (item.discount and abs(off - item.discount) <= 2):
                self._add((item,))
        if len(owed) < 2:
            return
        if self._all(owed):
            self._add(tuple(owed), chance=not sums.proves_all([_signed(item) for item in owed]))
        due = [item for item in owed if item.due_on <= self.line.booked_on or item.kind != "invoice"]
        if 1 < len(due) < len(owed) and self._all(due):
            self._add(tuple(due))
        weak = [
            item for item in owed if (shape := self.numbers.shapes.get(item.document)) and shape.last.lstrip("0") in self.seen.reading.runs
        ]
        if len(weak) > 1 and self._all(weak):
            self._add(tuple(weak))
        self._sums(owed)

    def _all(self, items: Sequence[Item]) -> bool:
        return sum(_signed(item) for item in items) == self.money.amount

    def _sums(self, owed: Sequence[Item], doubt: bool = False) -> None:
        """Sums of several: as they stand, with every discount taken that is allowed, and with one of them.

        With ``doubt``, over several customers of a group, they prove nothing by themselves, but leave others in doubt.
        """
        usable = [
            item
            for item in owed
            if item.kind != "invoice" or item.open <= self.money.amount or any(each.kind != "invoice" for each in owed)
        ]
        if len(usable) < 2:
            return
        plain = [_signed(item) for item in usable]
        offers = [amounts.may_deduct(item, self.money.on) for item in usable]
        allowed = [at for at, offer in enumerate(offers) if offer]
        taken: list[tuple[int, ...]] = [()] if not allowed else [(), tuple(allowed), *((at,) for at in allowed[:4] if len(allowed) > 1)]
        for less in taken:
            values = tuple(value - (offers[at] if at in less else 0) for at, value in enumerate(plain))
            for chosen in sums.subsets(values, self.money.amount, 3):
                if len(chosen) > 1:
                    many = max(0.0, log(comb(len(usable), len(chosen))) - 6) if len(chosen) < len(owed) else 0.0
                    self._add(
                        tuple(usable[at] for at in chosen),
                        many=many,
                        chance=doubt or not (sums.proves(values, chosen) if len(chosen) < len(owed) else sums.proves_all(values)),
                    )

    def _by_amount(self) -> None:
        fits = sorted(self.state.by_amount.get((self.line.currency, self.money.amount), ()))
        items = [self.state.open[document] for document in fits if document not in self.barred]
        for item in [item for item in items if item.issued_on <= self.line.booked_on and item.kind == "invoice"][:4]:
            self._add((item,))

    def _add(self, items: tuple[Item, ...], chance: bool = False, many: float = 0.0) -> None:
        fit = amounts.fit(items, self.money)
        if fit is None:
            return
        documents = frozenset(item.document for item in items)
        key = (documents, fit.kind)
        if key in self.found:
            return
        payer, far = self._payer(items)
        hits = [self.named.strength.get(item.document) for item in items]
        strong = [hit for hit in hits if hit]
        reference = min((hit.strength for hit in strong), default=0) if len(strong) == len(items) else 0
        typo, because = False, list[str]()
        because += dict.fromkeys(_stands(item, hit) for item, hit in zip(items, hits, strict=True) if hit)
        if not reference and not strong:
            runs = self.seen.reading.runs
            shapes = [self.numbers.shapes.get(item.document) for item in items]
            if all(shape and (shape.last.lstrip("0") or "0") in runs for shape in shapes):
                reference = WEAK
                because += [
                    f'"{shape.last.lstrip("0")}", the end of {item.document}, stands in the text'
                    for item, shape in zip(items, shapes, strict=True)
                    if shape
                ]
            elif len(items) == 1 and shapes[0] and not self.named.strength and (wrote := mistyped(self.seen.reading, shapes[0])):
                typo = True
                because.append(f'"{wrote}" in the text is {items[0].document} but for one character')
        if payer:
            because.append(
                payer.because + (f", which pays for {self.payers.called(items[0].customer)}" if payer.customer != items[0].customer else "")
            )
        because.append(fit.because)
        against, doubts = self._against(items, documents, payer, reference, typo)
        against = (*against, *self._left_out(items, documents, fit.kind, reference))
        invoices = {item.customer for item in items}
        customer = payer.customer if payer else items[0].customer if len(invoices) == 1 else ""
        if len(invoices) > 1 and (payer is None or any(not self.payers.related(payer.customer, each) for each in invoices)):
            against = (*against, "the documents are of customers who do not belong together")
        some = bool(strong) and len(strong) < len(items) and fit.kind in amounts.SURE_FITS
        partly = min(hit.strength for hit in strong) if some else 0
        self.found[key] = Option(
            customer,
            documents,
            fit.allocations,
            fit.kind,
            reference,
            payer.weight if payer else 0.0,
            bool(payer and payer.proof),
            tuple(because),
            against,
            typo,
            partly,
            chance and not reference and not partly,
            far and not reference,
            bool(payer and payer.weight >= LIKELY and not payer.alone),
            doubts,
            0.0 if reference or strong else many,
        )

    def _payer(self, items: Sequence[Item]) -> tuple[Payer | None, bool]:
        """The best evidence that the payer pays for these documents' customer; and whether it does so only as one of its group."""
        customer = items[0].customer
        own = self.seen.payers.get(customer)
        if own and own.weight >= LIKELY:
            return own, False
        for payer in self.seen.payers.values():
            if payer.customer != customer and self.payers.related(payer.customer, customer):
                if payer.weight >= LIKELY and (
                    self.payers.pays_for(payer.customer, customer) or any(item.document in self.named.strength for item in items)
                ):
                    return payer, True
                if own is None or payer.weight > own.weight:
                    return payer._replace(weight=min(payer.weight, MAYBE)), True
        return own, False


def _signed(item: Item) -> int:
    return item.open if item.kind == "invoice" else -item.open


def _stands(item: Item, mention: Mention) -> str:
    if mention.together:
        return f"the text names a range of {len(mention.documents)} documents up to {mention.wrote}"
    if mention.strength == CHECKED:
        return f"{item.document}'s payment reference {mention.wrote} stands in the text, its check digits right"
    flat_said = "".join(filter(str.isalnum, mention.wrote.upper()))
    if flat_said == "".join(filter(str.isalnum, item.document.upper())):
        return f"{item.document} stands in the text"
    how = f" ({mention.how})" if mention.how else ""
    return f'"{mention.wrote}"{how} in the text is {item.document}'

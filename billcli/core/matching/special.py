"""Lines that are no plain payment: seen before, own transfers, ruled out, paid twice, given back, sent back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Decision
from billcli.core.matching.named import Named, Seen
from billcli.core.matching.numbers import NEAR
from billcli.core.matching.outgoing import Outgoing
from billcli.core.matching.payers import LIKELY, account
from billcli.core.matching.score import Option
from billcli.core.matching.state import Money
from billcli.core.matching.text import flat
from billcli.model.money import Money as Sum

_SOON = 45


class Special(Outgoing):
    """Judges what is not a payment of open documents."""

    def before(self, seen: Seen, again: bool) -> Decision | None:
        """What is decided before any document is looked at."""
        line = seen.line
        if words := self.books.seen.get(line.id):
            return Decision(line, "seen", 1.0, (words,))
        if again:
            return Decision(line, "seen", 1.0, ("the same line stands further up",))
        rule = seen.rule
        if rule and rule.ignore:
            return Decision(line, "ignore", 1.0, (f'rule "{rule.name}" ({rule.where}): {rule.ignore}',))
        if not line.amount:
            return Decision(line, "ignore", 1.0, ("no money moved",))
        if line.iban and account(line.iban) in self.own:
            return Decision(line, "ignore", 1.0, (f"{line.iban} is an account of our own",))
        if line.kind in ("fee", "conversion"):
            words = "the bank's own charge" if line.kind == "fee" else "an exchange between balances of our own"
            return Decision(line, "ignore", 0.99, (words,))
        if line.amount < 0:
            return self.out(seen)
        if line.kind in ("return", "chargeback"):
            return self.back_in(seen)
        return None

    def note(self, decision: Decision, seen: Seen) -> None:
        """What the decision changes for the lines after it."""
        line = decision.line
        if decision.outcome == "refund":
            self.state.book(decision.allocations, line.booked_on)
            self.paid_out.add(decision.payment)
        elif decision.outcome == "return" and (money := self.state.known.get(decision.payment)):
            self.state.give_back(money, line.booked_on)
        elif line.amount > 0 and decision.outcome in ("suggest", "open", "duplicate"):
            documents = tuple(sorted({each for mention in seen.reading.mentions if mention.strength >= NEAR for each in mention.documents}))
            customer = decision.customer or next(iter(seen.payers), "")
            kept = Money(
                line.id,
                customer,
                line.booked_on,
                line.currency,
                line.amount,
                line.payer,
                line.iban,
                line.text,
                line.id,
                documents,
                batch=True,
            )
            self.held[line.currency, line.amount].append(kept)

    def repeated(self, seen: Seen, named: Named, best: Option | None) -> Decision | None:
        """A payment that came twice, or that is written down already."""
        line = seen.line
        if best is None:
            for mention in named.settled:
                for document in mention.documents:
                    if found := self._second(seen, document):
                        return found
        if best is not None and best.reference >= NEAR:
            if best.fit in ("part", "part named", "over"):
                return self._again(
                    seen, [money for document in sorted(best.documents) for money in self.state.paid.get(document, ())], 10, alike=True
                )
            return self._again(
                seen, [money for money in self._like(seen) if self.free.get(money.id) == line.amount and not money.line], 5, alike=False
            )
        earlier = list(self._like(seen))
        if best is not None:
            return self._again(seen, earlier, 3, alike=False) or self._again(seen, earlier, 10, alike=True)
        open_too = self.state.by_amount.get((line.currency, line.amount), ())
        if any(self.state.open[document].customer in seen.payers for document in open_too):
            return self._again(seen, earlier, 10, alike=True)
        return self._again(seen, earlier, _SOON, alike=False)

    def _second(self, seen: Seen, document: str) -> Decision | None:
        line = seen.line
        settled = self.state.settled.get(document)
        if settled is None or settled.currency != line.currency:
            return None
        paid = [money for money in self.state.paid.get(document, ()) if money.id not in self.state.returned]
        same = [money for money in paid if money.amount == line.amount]
        if settled.gross != line.amount and not same:
            return None
        words = f"{document} stands in the text and was settled on {settled.settled_on}"
        money = max(same or paid, key=lambda each: (each.on, each.id), default=None)
        if money is None:
            return Decision(line, "duplicate", 0.9, (words,), settled.customer)
        return self._twice(line, money, words)

    def _like(self, seen: Seen) -> Iterable[Money]:
        line = seen.line
        for customer, payer in seen.payers.items():
            if payer.weight >= LIKELY:
                yield from self.state.money.get((customer, line.currency, line.amount), ())

    def _again(self, seen: Seen, earlier: Sequence[Money], days: int, alike: bool) -> Decision | None:
        line = seen.line
        said = flat(line.text)
        for money in sorted(earlier, key=lambda each: (each.on, each.id), reverse=True):
            if money.amount != line.amount or money.id in self.state.returned or abs((line.booked_on - money.on).days) > days:
                continue
            if alike and (not said or flat(money.text) != said):
                continue
            return self._twice(line, money, "the same payer, amount" + (" and text" if alike else "") + f" as on {money.on}")
        return None

    def _twice(self, line: BankLine, money: Money, words: str) -> Decision:
        about = f"line {money.id}" if money.batch else f"payment {money.id}"
        by_hand = " (written down without a bank line: it may be this very money)" if not money.batch and not money.line else ""
        because = (words, f"{about} of {money.on} brought {Sum(money.amount, money.currency)}{by_hand}")
        return Decision(line, "duplicate", 0.95, because, money.customer, payment=money.id)

    def why_open(self, seen: Seen, named: Named) -> tuple[str, ...]:
        """Why nothing can be said of a line."""
        if named.foreign:
            return (f"the text names {', '.join(named.foreign[:3])}, which is in another currency: currencies never mix",)
        if named.later:
            return (f"the text names {', '.join(named.later[:3])}, which was issued later",)
        if named.settled:
            return (
                f'"{named.settled[0].wrote}" in the text is {named.settled[0].documents[0]}, which is not open, and the amount is not its',
            )
        if top := next(iter(seen.payers.values()), None):
            return (top.because, "against it: the amount fits nothing that is open")
        return ("neither text nor payer nor amount is known",)

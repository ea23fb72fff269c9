"""Money that goes out or comes back: refunds, returned debits, chargebacks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from billcli.core.bank import BankLine
from billcli.core.matching import names
from billcli.core.matching.facts import Allocation, Books, Candidate, Decision, Limits, PastPayment
from billcli.core.matching.named import Seen
from billcli.core.matching.numbers import NEAR
from billcli.core.matching.payers import LIKELY, Payers, account
from billcli.core.matching.state import Money, State
from billcli.core.matching.text import clean, flat
from billcli.model.money import Money as Sum

_RETURN = re.compile(
    r"R(?:Ü|UE)CK(?:LAST|GABE|BUCHUNG)|RETOURE|RETURN|REJECT|REVERS|CHARGE ?BACK|IMPAY|INSOLUT|DEVOLU|STORN|UNPAID|BOUNCE|"
    r"DISHONOU?R|REFUSED|TERUGBOEKING|R-TRANS|ZWROT|RETUR|退款|退票|退回"
)
_LATE = 75


class Outgoing:
    """Judges money that went out, and refunds that came back."""

    def __init__(self, books: Books, state: State, payers: Payers) -> None:
        self.books = books
        self.state = state
        self.payers = payers
        self.own = {account(number) for number in books.own_accounts}
        self.refunds = sorted(books.refunds)
        self.paid_out: set[str] = set()
        self.free = {past.id: past.free for past in books.payments}
        self.held: dict[tuple[str, int], list[Money]] = defaultdict(list)
        """Money of this batch that nothing was booked for, by currency and amount: it may come back as well."""
        self.doubtful: set[str] = set()
        """Payments of which one came back, and nobody knows which."""

    def out(self, seen: Seen) -> Decision:
        line = seen.line
        returned = line.kind in ("return", "chargeback") or bool(_RETURN.search(clean(line.text)))
        if returned and (found := self._returned(seen)):
            return found
        if found := self._refunded(seen):
            return found
        if not returned and line.kind != "payout" and (found := self._returned(seen)):
            return found
        if line.kind == "payout":
            return Decision(line, "ignore", 0.97, ("the provider pays out to our own account",))
        if returned:
            return Decision(line, "open", 0.0, ("money went back, and no payment of that amount is known to be the one",))
        top = next(iter(seen.payers.values()), None)
        if top is None and not any(mention.strength >= NEAR for mention in seen.reading.mentions):
            return Decision(line, "ignore", 0.9, ("money that went out, to nobody among the customers",))
        why = f"money went out to {self.payers.called(top.customer)}" if top else "money went out, and the text names a document"
        return Decision(line, "open", 0.0, (f"{why}, but nothing of that amount is owed back",))

    def _returned(self, seen: Seen) -> Decision | None:
        """The payment that a line takes back."""
        line = seen.line
        says = line.kind in ("return", "chargeback") or bool(_RETURN.search(clean(line.text)))
        limits = self.books.limits.get(line.currency, Limits())
        named = {document for mention in seen.reading.mentions if mention.strength >= NEAR for document in mention.documents}
        wanted = flat(line.returned)
        found: list[tuple[int, Money, tuple[str, ...]]] = []
        pool: dict[str, Money] = {}
        for charge in dict.fromkeys((0, line.fee)):
            pool.update((money.id, money) for money in self.state.by_size.get((line.currency, -line.amount - charge), ()))
        for document in sorted(named):
            pool.update((money.id, money) for money in self.state.paid.get(document, ()) if money.currency == line.currency)
        if says:
            for customer, payer in seen.payers.items():
                if payer.weight >= LIKELY:
                    pool.update(self._with_fee(customer, line, limits))
        for money in pool.values():
            over = -line.amount - money.amount
            if money.id in self.state.returned or not 0 <= over <= limits.fee or (over and not says) or money.on > line.booked_on:
                continue
            evidence, because = self._same(seen, money, named, wanted)
            if (line.booked_on - money.on).days > _LATE and not named.intersection(money.documents) and not wanted:
                continue
            if evidence >= (1 if says else 99):
                amount = f"{Sum(money.amount, money.currency)} came on {money.on}" + (
                    f", and {Sum(over, line.currency)} of charges" if over else ""
                )
                found.append((evidence, money, (amount, *because)))
        if not found:
            return None
        found.sort(key=lambda each: (-each[0], each[1].on, each[1].id), reverse=False)
        best = [each for each in found if each[0] == found[0][0]]
        money = best[-1][1]
        rivals = len(best) + self._held_too(seen, money, found[0][0], named, wanted)
        known = bool(wanted) or bool(named.intersection(money.documents))
        if rivals > 1 or (money.id in self.doubtful and not known):
            self.doubtful.update(each[1].id for each in best)
            words = f"{max(rivals, 2)} payments of {Sum(money.amount, money.currency)} could be the one that came back"
            return Decision(line, "suggest", 0.5, (words,), money.customer, payment=money.id)
        about = f"it takes back payment {money.id}" if not money.batch else f"it takes back what line {money.id} brought"
        return Decision(line, "return", 0.97, (about, *best[0][2]), money.customer, payment=money.id)

    def _held_too(self, seen: Seen, money: Money, evidence: int, named: set[str], wanted: str) -> int:
        """How many payments that wait for a person could as well be the one that came back."""
        waiting = self.held.get((money.currency, money.amount), ())
        near = (each for each in waiting if each.on <= seen.line.booked_on and each.id not in self.state.known)
        return sum(1 for each in near if self._same(seen, each, named, wanted)[0] >= evidence)

    def _with_fee(self, customer: str, line: BankLine, limits: Limits) -> Iterable[tuple[str, Money]]:
        for (owner, currency, amount), all_ in self.state.of_customer(customer):
            if currency == line.currency and owner == customer and 0 <= -line.amount - amount <= limits.fee:
                for money in all_:
                    yield money.id, money

    def _same(self, seen: Seen, money: Money, named: set[str], wanted: str) -> tuple[int, tuple[str, ...]]:
        """How much says that a line is about a payment."""
        line = seen.line
        evidence, because = 0, []
        if wanted and wanted in {flat(money.id), flat(money.line), flat(money.text), *map(flat, money.documents)}:
            evidence += 4
            because.append(f'the bank names "{line.returned}"')
        if shared := sorted(named.intersection(money.documents)):
            evidence += 3
            because.append(f"{', '.join(shared)} stands in the text")
        if line.iban and money.iban and account(line.iban) == account(money.iban):
            evidence += 2
            because.append("the account is the same")
        elif money.customer in seen.payers and seen.payers[money.customer].alone:
            evidence += 2
            because.append(seen.payers[money.customer].because.replace("the payer", "the name"))
        elif line.payer and money.payer and names.similarity(names.name(line.payer), names.name(money.payer)) >= LIKELY:
            evidence += 2
            because.append("the name is the same")
        said = flat(line.text)
        for part in (money.line, money.id, money.text):
            if len(flat(part)) >= 6 and flat(part) in said:
                evidence += 2
                because.append(f'"{part}" stands in the text')
                break
        return evidence, tuple(because)

    def _refunded(self, seen: Seen) -> Decision | None:
        """Money given back: a refund that is written down, a credit note, or what a payment has left."""
        line = seen.line
        amount = -line.amount
        named = {document for mention in seen.reading.mentions if mention.strength >= NEAR for document in mention.documents}
        said = flat(line.text)
        found: list[tuple[int, str, str, tuple[Allocation, ...], str]] = []

        def weigh(customer: str, documents: Iterable[str], id_: str) -> int:
            payer = seen.payers.get(customer)
            who = 2 if payer and payer.alone else 0
            other = next(iter(seen.payers.values()), None)
            if not who and other and other.weight >= LIKELY and not self.payers.related(other.customer, customer):
                return 0
            text = 3 if named.intersection(documents) or (len(flat(id_)) >= 5 and flat(id_) in said) else 0
            return who + text

        for past in self.refunds:
            if past.currency == line.currency and past.amount == amount and past.id not in self.paid_out and past.id not in seen.refused:
                evidence = weigh(past.customer, past.documents, past.id)
                if evidence:
                    found.append(
                        (evidence + 1, past.id, past.customer, self._drawn(past), f"{Sum(amount, line.currency)} is refund {past.id}")
                    )
        covered = {document for past in self.refunds for document in past.documents}
        customers = [customer for customer, payer in seen.payers.items() if payer.weight >= LIKELY]
        notes = {item.document: item for customer in customers for item in self.state.of(customer, line.currency, line.booked_on)}
        notes.update((document, self.state.open[document]) for document in sorted(named) if document in self.state.open)
        for item in notes.values():
            fits = item.kind == "credit-note" and item.open == amount and item.currency == line.currency
            if fits and item.document not in covered and item.document not in seen.refused:
                evidence = weigh(item.customer, (item.document,), item.document)
                words = f"{Sum(amount, line.currency)} is what credit note {item.document} has left"
                if evidence:
                    found.append((evidence, "", item.customer, (Allocation(item.document, -amount),), words))
        for customer in customers:
            for money in self._left(customer, line):
                words = f"{Sum(amount, line.currency)} is what payment {money.id} has left"
                if money.id not in covered and money.id not in self.paid_out:
                    found.append((weigh(customer, money.documents, money.id), money.id, customer, (), words))
        if not found:
            return None
        found.sort(key=lambda each: (-each[0], each[1], each[2], each[3]))
        evidence, id_, customer, drawn, words = found[0]
        who = seen.payers.get(customer)
        because = [words, *([who.because.replace("the payer", "the payee")] if who else [])]
        because += [f"{document} stands in the text" for document in sorted(named.intersection(each.document for each in drawn))]
        if len(found) > 1 and found[1][0] == evidence:
            because.append(f"against it: {found[1][4]} too")
            both = tuple(Candidate(each[2], each[3], 0.5, (each[4],)) for each in found[:3])
            return Decision(line, "suggest", 0.5, tuple(because), customer, (), both, id_)
        drawn_on = {each.document for each in drawn}
        others = [document for document in sorted(named) if document not in drawn_on and self._is_note(document)]
        if others and not (id_ and flat(id_) in said):
            told = (*because, f"against it: the text names {', '.join(others)}")
            return Decision(line, "suggest", 0.3, told, customer, (), (Candidate(customer, drawn, 0.3, told),), id_)
        option = Candidate(customer, drawn, 0.97, tuple(because))
        return Decision(line, "refund", 0.97, tuple(because), customer, drawn, (option,), id_)

    def _is_note(self, document: str) -> bool:
        item = self.state.items.get(document)
        return item is not None and item.kind == "credit-note"

    def _drawn(self, past: PastPayment) -> tuple[Allocation, ...]:
        notes = [
            document for document in past.documents if document in self.state.items and self.state.items[document].kind == "credit-note"
        ]
        return (Allocation(notes[0], -past.amount),) if len(notes) == 1 else ()

    def _left(self, customer: str, line: BankLine) -> Iterable[Money]:
        for (_, currency, _), all_ in self.state.of_customer(customer):
            if currency == line.currency:
                yield from (money for money in all_ if self.free.get(money.id) == -line.amount and money.on <= line.booked_on)

    def back_in(self, seen: Seen) -> Decision:
        """A refund that came back."""
        line = seen.line
        for past in self.refunds:
            if past.currency == line.currency and past.amount == line.amount and past.received_on <= line.booked_on:
                same = (
                    past.customer in seen.payers
                    or (line.iban and account(past.iban) == account(line.iban))
                    or flat(past.id) in flat(line.text + line.returned)
                )
                if same:
                    return Decision(
                        line,
                        "return",
                        0.95,
                        (f"refund {past.id} of {Sum(past.amount, past.currency)} came back",),
                        past.customer,
                        payment=past.id,
                    )
        return Decision(line, "open", 0.0, ("money that we sent came back, and no refund of that amount is known",))

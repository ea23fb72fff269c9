"""What is to become of every line of a batch: booked, suggested, left, or an outcome of its own.

Lines are judged in the order of time against what is open at that moment; nothing is concluded from what comes later. What a line without a
reference would take is left alone where a later line of somebody else names it and has its amount; when that one did not take it after all,
the line books what was certain at its moment and nothing else. Of equal lines the earlier takes the document.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from billcli.core.bank import BankLine
from billcli.core.matching import amounts, names
from billcli.core.matching.facts import Books, Candidate, Decision, Limits
from billcli.core.matching.named import Seen
from billcli.core.matching.numbers import NEAR
from billcli.core.matching.options import Maker
from billcli.core.matching.payers import LIKELY, Payers, account
from billcli.core.matching.payouts import Payouts
from billcli.core.matching.references import Reader
from billcli.core.matching.rules import Rules
from billcli.core.matching.score import CERTAIN, Option, confidences
from billcli.core.matching.special import Special
from billcli.core.matching.state import Money, State

_SHOWN = 3
_WORTH = 0.02


def decide(lines: Sequence[BankLine], books: Books) -> list[Decision]:
    """A decision for every line, in the order of the lines; the same for the same lines and books in whatever order the books are."""
    return _Batch(lines, books).decide()


def equal(one: Seen, other: Seen) -> bool:
    """Whether two lines bring the same amount from the same payer."""
    a, b = one.line, other.line
    if (a.amount, a.currency) != (b.amount, b.currency):
        return False
    if a.iban and b.iban:
        return account(a.iban) == account(b.iban)
    if a.payer and b.payer and names.name(a.payer).flat == names.name(b.payer).flat:
        return True
    likely = {customer for customer, payer in one.payers.items() if payer.weight >= LIKELY}
    return any(payer.weight >= LIKELY and customer in likely for customer, payer in other.payers.items())


class _Batch:
    def __init__(self, lines: Sequence[BankLine], books: Books) -> None:
        self.lines = lines
        self.books = books
        self.state = State(books)
        self.payers = Payers(books)
        customers = {item.document: item.customer for item in books.items} | {each.document: each.customer for each in books.settled}
        self.reader = Reader(customers)
        for item in sorted(books.items, key=lambda each: each.document):
            self.reader.add(item.document, item.references)
        for settled in sorted(books.settled, key=lambda each: each.document):
            self.reader.add(settled.document, settled.references)
        self.rules = Rules(books.rules)
        self.special = Special(books, self.state, self.payers)
        self.payouts = Payouts(books.payouts)
        self.refused: dict[str, set[str]] = defaultdict(set)
        for line, document in books.refused:
            self.refused[line].add(document)
        self.decided: dict[int, Decision] = {}
        self.undecided: dict[tuple[str, str, int], list[Seen]] = defaultdict(list)
        """Lines left to a person, by document that each may settle, currency and amount."""

    def decide(self) -> list[Decision]:
        order = sorted(range(len(self.lines)), key=lambda at: (self.lines[at].booked_on, at))
        seen = {at: self.see(self.lines[at]) for at in order}
        claims = self.claims(order, seen)
        waiting: dict[int, Decision] = {}
        ids: set[str] = set()
        for turn, at in enumerate(order):
            line = self.lines[at]
            before = self.special.before(seen[at], line.id in ids)
            ids.add(line.id)
            if before:
                self.settle(at, before, seen[at])
                continue
            decision = self.judge(seen[at])
            if decision.outcome == "book" and (taken := self.needed(decision, turn, claims, seen, at)):
                waiting[at] = decision
                decision = self.deferred(decision, taken)
            self.settle(at, decision, seen[at])
        for at, then in waiting.items():
            decision = self.judge(seen[at])
            if decision.outcome == "book" and decision.allocations == then.allocations:
                self.settle(at, decision, seen[at])
        return [self.decided[at] for at in range(len(self.lines))]

    def see(self, line: BankLine) -> Seen:
        limits = self.books.limits.get(line.currency, Limits())
        rule = self.rules.first(line)
        payers = self.payers.who(line, rule.customer if rule else "")
        return Seen(line, amounts.facts(line, limits), self.reader.read(line), payers, frozenset(self.refused.get(line.id, ())), rule)

    def claims(self, order: Sequence[int], seen: dict[int, Seen]) -> dict[str, list[tuple[int, int]]]:
        """The turns and places of the lines that name a document and whose amount is that of what they name."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for turn, at in enumerate(order):
            line = self.lines[at]
            if line.amount <= 0 or line.id in self.books.seen:
                continue
            named = {
                document: item
                for mention in seen[at].reading.mentions
                if mention.strength >= NEAR and (mention.together or len(mention.documents) == 1)
                for document in mention.documents
                if (item := self.state.open.get(document)) and item.currency == line.currency
            }
            fit = amounts.fit(list(named.values()), seen[at].money) if named else None
            if fit and fit.kind in amounts.SURE_FITS:
                for document in named.keys() - seen[at].refused:
                    found[document].append((turn, at))
        return found

    def needed(self, decision: Decision, turn: int, claims: dict[str, list[tuple[int, int]]], seen: dict[int, Seen], at: int) -> list[str]:
        """What a line without reference would take though a later one names it that is not its equal."""
        own = {document for mention in seen[at].reading.mentions for document in mention.documents}
        taken = []
        for each in decision.allocations:
            later = [other for when, other in claims.get(each.document, ()) if when > turn] if each.document not in own else []
            if later and not any(equal(seen[at], seen[other]) for other in later):
                taken.append(each.document)
        return taken

    def deferred(self, decision: Decision, taken: Sequence[str]) -> Decision:
        because = (*decision.because, f"against it: a later line names {', '.join(taken)}")
        option = Candidate(decision.customer, decision.allocations, 0.5, because)
        return Decision(decision.line, "suggest", 0.5, because, decision.customer, (), (option,))

    def judge(self, seen: Seen) -> Decision:
        line = seen.line
        customer = any(payer.weight >= LIKELY for payer in seen.payers.values())
        customer = customer or any(mention.strength >= NEAR for mention in seen.reading.mentions)
        if payout := self.payouts.decide(line, self.state, seen.refused, customer):
            return payout
        maker = Maker(seen, self.state, self.payers, self.reader.numbers)
        options = maker.options()
        sure = confidences(options)
        best = options[0] if options else None
        first = self.earlier(seen, best) if best is not None and best.bookable else None
        if best is not None and first is not None:
            said = f"line {first.id} of {first.booked_on}, from the same payer, may be the one that pays it"
            best = options[0] = best._replace(against=(*best.against, said))
        certain = best is not None and best.bookable and sure[0] >= CERTAIN
        repeated = self.special.repeated(seen, maker.named, best if certain else None)
        if repeated:
            candidates = self.candidates(options, sure)
            return repeated._replace(candidates=candidates)
        if certain and best is not None:
            return Decision(line, "book", round(sure[0], 3), best.because, best.customer, best.allocations)
        candidates = self.candidates(options, sure)
        if not candidates:
            return Decision(line, "open", 0.0, self.special.why_open(seen, maker.named))
        assert best is not None
        return Decision(
            line, "suggest", candidates[0].confidence, (*best.because, *self.why_not(options, sure)), best.customer, (), candidates
        )

    def earlier(self, seen: Seen, best: Option) -> BankLine | None:
        """An equal line that came before and still waits for a person to say whether it pays the very document."""
        if best.reference >= NEAR:
            return None
        for document in sorted(best.documents):
            for other in self.undecided.get((document, seen.line.currency, seen.line.amount), ()):
                if other.line.id != seen.line.id and equal(other, seen):
                    return other.line
        return None

    def candidates(self, options: Sequence[Option], sure: Sequence[float]) -> tuple[Candidate, ...]:
        found: list[Candidate] = []
        for option, confidence in zip(options, sure, strict=True):
            if self.worth(option, confidence) and len(found) < _SHOWN:
                because = (*option.because, *(f"against it: {each}" for each in option.against))
                found.append(Candidate(option.customer, option.allocations, round(confidence, 3), because))
        return tuple(found)

    def worth(self, option: Option, confidence: float) -> bool:
        """Whether a person should see it: likely enough, or so but for what speaks against it."""
        return bool(option.allocations) and (
            confidence >= _WORTH or (bool(option.against) and option.evidence + 6 * len(option.against) > 0)
        )

    def why_not(self, options: Sequence[Option], sure: Sequence[float]) -> tuple[str, ...]:
        best = options[0]
        if best.against:
            return tuple(f"against it: {each}" for each in best.against)
        if len(options) > 1 and sure[1] > sure[0] / 8:
            return (f"against it: {', '.join(sorted(options[1].documents)[:4])} would fit too",)
        if best.common and not best.reference:
            return ("against it: several customers share that name, and only the amount fits besides",)
        if best.chance:
            return ("against it: so many sums are possible that one of them fits by chance",)
        if not best.payer and not best.reference:
            return ("against it: only the amount fits, neither text nor payer",)
        return ("against it: not enough of it is sure",)

    def settle(self, at: int, decision: Decision, seen: Seen) -> None:
        self.decided[at] = decision
        line = decision.line
        if decision.outcome == "book":
            self.state.book(decision.allocations, line.value_on or line.booked_on)
            shares = tuple((each.document, each.amount) for each in decision.allocations if each.document)
            self.state.remember(
                Money(
                    line.id,
                    decision.customer,
                    line.booked_on,
                    line.currency,
                    line.amount,
                    line.payer,
                    line.iban,
                    line.text,
                    line.id,
                    tuple(document for document, _ in shares),
                    shares,
                    batch=True,
                )
            )
        else:
            self.special.note(decision, seen)
            for candidate in decision.candidates if line.amount > 0 and decision.outcome == "suggest" else ():
                for each in candidate.allocations:
                    if each.document:
                        self.undecided[each.document, line.currency, line.amount].append(seen)

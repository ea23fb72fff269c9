"""What is to become of every line of a batch: booked, suggested, left, or an outcome of its own.

Lines are judged in the order of time against what is open at that moment. What a line without a reference would take is left alone where a
later line of the batch names it and has its amount; the line is judged once more when that one has had its turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from billcli.core.bank import BankLine
from billcli.core.matching import amounts, special
from billcli.core.matching.facts import Books, Candidate, Decision, Limits
from billcli.core.matching.numbers import NEAR
from billcli.core.matching.options import Maker, Seen
from billcli.core.matching.payers import Payers
from billcli.core.matching.payouts import Payouts
from billcli.core.matching.references import Reader
from billcli.core.matching.score import CERTAIN, Option, confidences
from billcli.core.matching.state import Money, State

_SHOWN = 3
_WORTH = 0.02


def decide(lines: Sequence[BankLine], books: Books) -> list[Decision]:
    """A decision for every line, in the order of the lines; the same for the same lines and books in whatever order the books are."""
    return _Batch(lines, books).decide()


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
        self.rules = special.Rules(books.rules)
        self.special = special.Special(books, self.state, self.payers)
        self.payouts = Payouts(books.payouts)
        self.refused: dict[str, set[str]] = defaultdict(set)
        for line, document in books.refused:
            self.refused[line].add(document)
        self.decided: dict[int, Decision] = {}

    def decide(self) -> list[Decision]:
        order = sorted(range(len(self.lines)), key=lambda at: (self.lines[at].booked_on, at))
        seen = {at: self.see(self.lines[at]) for at in order}
        claims = self.claims(order, seen)
        waiting: list[int] = []
        ids: set[str] = set()
        for turn, at in enumerate(order):
            line = self.lines[at]
            before = self.special.before(seen[at], line.id in ids)
            ids.add(line.id)
            if before:
                self.settle(at, before, seen[at])
                continue
            decision = self.judge(seen[at])
            if decision.outcome == "book" and (taken := self.needed(decision, turn, claims, seen[at])):
                waiting.append(at)
                decision = self.deferred(decision, taken)
            self.settle(at, decision, seen[at])
        for at in waiting:
            decision = self.judge(seen[at])
            if decision.outcome == "book":
                self.settle(at, decision, seen[at])
        return [self.decided[at] for at in range(len(self.lines))]

    def see(self, line: BankLine) -> Seen:
        limits = self.books.limits.get(line.currency, Limits())
        rule = self.rules.first(line)
        payers = self.payers.who(line, rule.customer if rule else "")
        return Seen(line, amounts.facts(line, limits), self.reader.read(line), payers, frozenset(self.refused.get(line.id, ())), rule)

    def claims(self, order: Sequence[int], seen: dict[int, Seen]) -> dict[str, int]:
        """The last turn of a line that names a document and whose amount is that of what it names."""
        found: dict[str, int] = {}
        for turn, at in enumerate(order):
            if self.lines[at].amount <= 0:
                continue
            named = {
                document: item
                for mention in seen[at].reading.mentions
                if mention.strength >= NEAR and (mention.together or len(mention.documents) == 1)
                for document in mention.documents
                if (item := self.state.open.get(document)) and item.currency == self.lines[at].currency
            }
            fit = amounts.fit(list(named.values()), seen[at].money) if named else None
            if fit and fit.kind in amounts.SURE_FITS:
                found.update(dict.fromkeys(named, turn))
        return found

    def needed(self, decision: Decision, turn: int, claims: dict[str, int], seen: Seen) -> list[str]:
        """What a line without reference would take though a later one names it."""
        own = {document for mention in seen.reading.mentions for document in mention.documents}
        return [each.document for each in decision.allocations if claims.get(each.document, -1) > turn and each.document not in own]

    def deferred(self, decision: Decision, taken: Sequence[str]) -> Decision:
        because = (*decision.because, f"against it: a later line names {', '.join(taken)}")
        option = Candidate(decision.customer, decision.allocations, 0.5, because)
        return Decision(decision.line, "suggest", 0.5, because, decision.customer, (), (option,))

    def judge(self, seen: Seen) -> Decision:
        line = seen.line
        if payout := self.payouts.decide(line, self.state, seen.refused):
            return payout
        maker = Maker(seen, self.state, self.payers, self.reader.numbers)
        options = maker.options()
        sure = confidences(options)
        best = options[0] if options else None
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
            self.special.note(decision)

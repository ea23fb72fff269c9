"""Going through the open lines with a person: what is shown of each, and what an answer books. Every answer is written at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from billcli.app.amounts import minor_of
from billcli.app.books import Books, open_books
from billcli.app.context import Context
from billcli.app.reconcile.booking import Booking
from billcli.app.reconcile.decide import Spot, decide_all
from billcli.app.reconcile.show import documents_text
from billcli.app.reconcile.undo import plan_undo
from billcli.app.write import Done, carry_out
from billcli.core.matching.facts import Allocation, Candidate, Decision
from billcli.core.plan import Plan
from billcli.core.reconcile import Verdict
from billcli.errors import BillError
from billcli.index import balances, bank_queries, find, queries
from billcli.model.money import Money
from billcli.model.values import parse_text, quoted

_EAGER = 300
"""With so many open lines or fewer, all of them are matched anew after each answer: what a person says teaches."""


@dataclass
class Session:
    """The open lines in their order; ``at`` is the one that is shown."""

    context: Context
    account: str | None = None
    spots: list[Spot] = field(default_factory=list)
    decisions: dict[tuple[str, str], Decision] = field(default_factory=dict)
    at: int = 0
    answered: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Raises ``BillError`` where the ledger cannot be read."""
        with open_books(self.context) as books:
            known = bank_queries.open_lines(books.index, self.account)
            self.spots = [Spot(each.account, each.statement, each.line) for each in known]
            self._match(books)

    def _match(self, books: Books) -> None:
        if self.spots[self.at :]:
            rest = self.spots[self.at :]
            told = decide_all(books, books.settings(), rest)
            self.decisions |= {(spot.account, spot.line.id): decision for spot, decision in zip(rest, told, strict=True)}

    @property
    def spot(self) -> Spot | None:
        return self.spots[self.at] if self.at < len(self.spots) else None

    def candidates(self) -> list[Candidate]:
        """What may be accepted by its number: the certain allocation first, where rules alone kept it from being booked."""
        spot = self.spot
        decision = self.decisions.get((spot.account, spot.line.id)) if spot else None
        if decision is None:
            return []
        own = [Candidate(decision.customer, decision.allocations, decision.confidence, decision.because)] if decision.allocations else []
        return [*own, *decision.candidates][:3]

    def shown(self) -> list[str]:
        """The line and its candidates, as text."""
        spot = self.spot
        assert spot is not None
        line = spot.line
        decision = self.decisions.get((spot.account, spot.line.id))
        head = f"{self.at + 1} of {len(self.spots)}  {spot.account}  {line.booked_on}  {Money(line.amount, line.currency)}  {line.id}"
        found = [head]
        found += [f"  {name}: {' '.join(text.split())}" for name, text in _told(spot) if text]
        if decision and decision.because:
            found.append(f"  {_OUTCOME.get(decision.outcome, decision.outcome)}: {'; '.join(decision.because)}")
        for at, each in enumerate(self.candidates(), 1):
            whose = f"{each.customer}: " if each.customer else ""
            found.append(
                f"  {at}  {whose}{documents_text(each.allocations, line.currency)}  ({each.confidence:.2f}; {'; '.join(each.because)})"
            )
        return found

    # answers; each is one plan

    def accept(self, candidate: Candidate) -> Done:
        return self._write(self._verdict("book", candidate.customer, candidate.allocations, candidate.because, candidate.confidence))

    def pick(self, typed: str) -> Done:
        """Documents as typed: ``INV-1``, or ``INV-1:100 INV-2:50 CN-3:10``; without an amount as much as fits."""
        with open_books(self.context) as books:
            customer, allocations = chosen(books, self._spot().line.amount, self._spot().line.currency, typed)
        return self._write(self._verdict("book", customer, allocations))

    def on_account(self, customer: str) -> Done:
        with open_books(self.context) as books:
            books.path("customer", customer)
        return self._write(self._verdict("book", customer, ()))

    def ignore(self, reason: str) -> Done:
        from billcli.app.amounts import value_of

        return self._write(self._verdict("ignore", "", (), reason=value_of(parse_text, reason, "the reason")))

    def goes_back(self, typed: str) -> Done:
        """A payment that comes back, or a refund: of what is typed, else of what is proposed."""
        spot = self._spot()
        decision = self.decisions.get((spot.account, spot.line.id))
        name = typed or (decision.payment if decision else "")
        if not name:
            raise BillError("nothing is proposed that it could be of", "type the payment, the refund or the credit note")
        with open_books(self.context) as books:
            payment = queries.payment(books.index, name)
            there = queries.refund(books.index, name) or queries.credit_note(books.index, name)
        if payment is None and there is None:
            raise BillError(f"there is no payment, refund or credit note {quoted(name)}")
        whole = payment is not None and not payment.reversed_on and payment.amount <= -spot.line.amount
        comes_back = whole and (decision is None or decision.outcome != "refund")
        return self._write(self._verdict("return" if comes_back else "refund", "", ())._replace(payment=name))

    def names_documents(self, typed: str) -> bool:
        """Whether every word is the number of a document, with or without an amount."""
        words = [word.partition(":")[0] for word in typed.replace(",", " ").split()]
        with open_books(self.context) as books:
            invoices = queries.invoices(books.index, words)
            return bool(words) and all(word in invoices or queries.credit_note(books.index, word) for word in words)

    def still_open(self) -> int:
        with open_books(self.context) as books:
            return len(bank_queries.open_lines(books.index, self.account))

    def refuse(self) -> Done:
        """None of the documents that are proposed: they are not proposed for this line again, and the line stays open."""
        named = tuple(dict.fromkeys(row.document for each in self.candidates() for row in each.allocations if row.document))
        if not named:
            raise BillError("nothing is proposed that could be refused", "skip the line, or ignore it with a reason")
        spot = self._spot()
        done = self._write(self._verdict("refused", "", ())._replace(documents=named), stays=True)
        decision = self.decisions.get((spot.account, spot.line.id))
        if decision is not None:
            self.decisions[spot.account, spot.line.id] = decision._replace(
                allocations=(), candidates=(), because=("refused",), outcome="open"
            )
        return done

    def skip(self) -> None:
        self.at += 1

    def undo(self) -> Done:
        """Takes the last answer of this session back, and shows its line again."""
        if not self.answered:
            raise BillError("nothing was answered yet")
        at = self.answered[-1]
        spot = self.spots[at]
        done = carry_out(self.context, plan_undo(f"{spot.account}:{spot.line.id}", "undone in the review"), None)
        self.answered.pop()
        self.at = at
        return done

    def _spot(self) -> Spot:
        spot = self.spot
        if spot is None:
            raise BillError("no line is left")
        return spot

    def _verdict(
        self,
        decision: str,
        customer: str,
        allocations: Sequence[Allocation],
        because: Sequence[str] = (),
        confidence: float | None = None,
        reason: str = "",
    ) -> Verdict:
        spot = self._spot()
        return Verdict(
            spot.account,
            spot.statement,
            spot.line,
            decision,
            "person",
            customer,
            tuple(allocations),
            "",
            confidence,
            tuple(because),
            reason,
        )

    def _write(self, verdict: Verdict, *, stays: bool = False) -> Done:
        def planner(books: Books) -> Plan:
            key = (verdict.account, verdict.line.id)
            if key in bank_queries.decisions(books.index, [verdict.line.id]):
                raise BillError(f"the line {quoted(verdict.line.id)} was decided meanwhile")
            booking = Booking(books, books.settings())
            booking.prepare([verdict])
            made = booking.take(verdict)
            what = ", ".join(made.documents) or verdict.customer or verdict.reason or verdict.decision
            summary = f"line {verdict.line.id} over {Money(verdict.line.amount, verdict.line.currency)}: {verdict.decision}, {what}"
            return Plan("reconcile review", tuple(booking.steps()), (summary, *booking.words()), {}, booking.relies_on())

        done = carry_out(self.context, planner, None)
        if not stays:
            self.answered.append(self.at)
            self.at += 1
            if len(self.spots) - self.at <= _EAGER:
                with open_books(self.context) as books:
                    self._match(books)
        return done

    def looked_up(self, text: str) -> list[str]:
        """Open documents and customers that a text may mean, a few of them as lines."""
        with open_books(self.context) as books:
            hits = find.search(books.index, text)[:200]
            customers = {key for kind, key in hits if kind == "customer"}
            numbers = {key for kind, key in hits if kind == "invoice"}
            lines = [f"  customer {each}: {fact.name}" for each in sorted(customers) if (fact := queries.customer(books.index, each))][:5]
            for each in balances.open_invoices(books.index, books.today):
                if each.number in numbers or each.customer in customers:
                    lines.append(f"  {each.number}  {each.customer}  {Money(each.open, each.currency)} open, due {each.due_on}")
        return lines[:12] or [f"  nothing open has {quoted(text)} in its number or name"]


_OUTCOME = {
    "open": "open",
    "suggest": "proposed",
    "book": "certain",
    "duplicate": "paid twice?",
    "return": "comes back",
    "refund": "refund",
}


def _told(spot: Spot) -> list[tuple[str, str]]:
    line = spot.line
    out = "to" if line.amount < 0 else "from"
    return [
        (out, f"{line.payer} {line.iban}".strip()),
        ("for", line.ultimate),
        ("text", line.text),
        ("reference", " ".join(line.references)),
    ]


def chosen(books: Books, amount: int, currency: str, typed: str) -> tuple[str, tuple[Allocation, ...]]:
    """The allocations a person types. Raises ``BillError`` for a document that is not there or has nothing open."""
    left = amount
    found: list[Allocation] = []
    customer = ""
    for word in typed.replace(",", " ").split():
        name, sep, text = word.partition(":")
        note = queries.credit_note(books.index, name)
        if note is not None:
            free = (
                minor_of(text, currency, name)
                if sep
                else sum(each for fact, each in bank_queries.free_notes(books.index) if fact.number == name)
            )
            found.append(Allocation(name, -free))
            left += free
            continue
        books.path("invoice", name)
        fact = queries.invoice(books.index, name)
        assert fact is not None
        open_ = next((each for item, each, _ in bank_queries.items(books.index) if item.number == name), 0)
        wanted = minor_of(text, currency, name) if sep else min(open_, max(left, 0))
        if wanted <= 0:
            raise BillError(f"{name} takes nothing: nothing is open on it, or the line is used up", f'"bill show {name}" tells more')
        customer = customer or fact.customer
        found.append(Allocation(name, wanted))
        left -= wanted
    if not found:
        raise BillError("no document is named", "type its number, or several, each with :AMOUNT for a part")
    return customer, tuple(found)

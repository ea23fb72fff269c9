"""What was decided on lines, on its way to documents: payments, refunds, reversals, and the record of every decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from billcli.app import settling
from billcli.app.books import Books
from billcli.app.reconcile.decide import Spot, suggested
from billcli.core.bank import BankLine
from billcli.core.matching.facts import Decision
from billcli.core.plan import Change, Create, Step
from billcli.core.reconcile import Desk, Made, Note, Verdict, reconciliations
from billcli.core.report import counted
from billcli.errors import BillError
from billcli.index import bank_queries, find, queries
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.model.settings import Settings


class Row(NamedTuple):
    """A line with what is decided on it. ``booked`` where the plan writes it down."""

    account: str
    statement: str
    decision: Decision
    booked: bool = False


class Later(BillError):
    """It can be booked once what this very command books is there."""


class Booking:
    """The verdicts of one command on their way to documents."""

    def __init__(self, books: Books, settings: Settings) -> None:
        self.books = books
        self.settings = settings
        self.decided: list[tuple[Verdict, Made]] = []
        self.changes: list[Change] = []
        self.created: list[Create] = []
        self.reversed: set[str] = set()
        self.drawn: set[str] = set()
        self.again = False
        self._lines: list[str] = []
        self.desk = Desk(settings, books.today, {}, {}, (), lambda key: bank_queries.external_ids(books.index, key), self._related)
        self._families: dict[str, set[str]] = {}

    def _related(self, customer: str) -> set[str]:
        if customer not in self._families:
            self._families[customer] = queries.relatives(self.books.index, customer)
        return self._families[customer]

    def prepare(self, decisions: Iterable[Decision | Verdict]) -> None:
        """Loads every document that is named."""
        names = {each.document for decision in decisions for each in decision.allocations if each.document}
        self.desk.targets.update(settling.targets(self.books, sorted(names - self.desk.targets.keys())))
        for number in sorted(names - self.desk.targets.keys()):
            if (note := note_of(self.books, number)) is not None:
                self.desk.notes[number] = note
        if not self.desk.taken:
            self.desk.taken = set(find.in_use(self.books.index, "payment"))

    def row(self, spot: Spot, decision: Decision) -> Row:
        """Books what the matcher is certain of, as far as the rules of settlement allow it."""
        verdict = verdict_of(spot, decision)
        if verdict is None:
            return Row(spot.account, spot.statement, decision)
        try:
            self.take(verdict)
        except Later:
            self.again = True
            return Row(spot.account, spot.statement, decision)
        except BillError as error:
            return Row(spot.account, spot.statement, suggested(decision, error.message))
        return Row(spot.account, spot.statement, decision, booked=True)

    def take(self, verdict: Verdict) -> Made:
        """Raises ``BillError`` where it cannot be booked so; nothing of it is then."""
        match verdict.decision:
            case "book":
                self._ensure_unspent([each.document for each in verdict.allocations], self.drawn)
                found = self.desk.book(verdict)
            case "return":
                found = self._return(verdict)
            case "refund":
                found = self._refund(verdict)
            case _:
                found = Made()
        self.decided.append((verdict, found))
        return found

    def _return(self, verdict: Verdict) -> Made:
        from billcli.app.payment import plan_reverse
        from billcli.core.early_payment import limit

        line, payment = verdict.line, queries.payment(self.books.index, verdict.payment)
        if payment is None:
            raise Later("the payment that it returns is booked with this very command", "the next one takes it back")
        charge = -line.amount - payment.amount
        if payment.reversed_on or payment.id in self.reversed:
            raise BillError(f"{payment.id} was reversed already")
        if payment.currency != line.currency or not 0 <= charge <= limit(self.settings.settlement.bank_charge, line.currency):
            message = f"{Money(-line.amount, line.currency)} went out, and {payment.id} is over {Money(payment.amount, payment.currency)}"
            raise BillError(message, "a return takes all of a payment back, and perhaps the bank's charge")
        if payment.id in self.drawn or any(queries.draws_from(self.books.index, "payment", payment.id)):
            raise BillError(f"a refund draws on {payment.id}", "look at it first")
        reason = _reason(line) or "returned by the bank"
        amount = Money(charge, line.currency).text() if charge else None
        plan = plan_reverse(payment.id, reason, max(line.booked_on, payment.received_on), amount)(self.books)
        self.changes += [step for step in plan.steps if isinstance(step, Change)]
        self.reversed.add(payment.id)
        self.desk.reopen(payment.id, line.booked_on)
        self._lines += [text for text in plan.summary if "closed period" in text]
        documents = tuple(dict.fromkeys(row.invoice for row in queries.settlements_from(self.books.index, "payment", payment.id)))
        return Made(reversed=payment.id, customer=payment.customer, documents=documents)

    def _refund(self, verdict: Verdict) -> Made:
        from billcli.app.refund import RefundOptions, plan_new

        line = verdict.line
        if line.amount >= 0:
            raise BillError("no money went out with this line")
        there = queries.refund(self.books.index, verdict.payment) if verdict.payment else None
        if there is not None:
            if (there.amount, there.currency) != (-line.amount, line.currency):
                raise BillError(f"{there.id} is over {Money(there.amount, there.currency)}", "a line shows a refund whole")
            if bank_queries.booked_from(self.books.index, there.id) or there.id in self.drawn:
                raise BillError(f"another line of a bank shows {there.id} already")
            self.drawn.add(there.id)
            return Made(refund=there.id, customer=there.customer)
        sources = {each.document: -each.amount for each in verdict.allocations} or {verdict.payment: -line.amount}
        if sum(sources.values()) != -line.amount:
            raise BillError("what it draws on does not come to what went out")
        self._ensure_unspent(sources, {*self.drawn, *(name for name, rows in self.desk.used.items() if rows)})
        if lost := next((name for name in sources if name in self.reversed), None):
            raise BillError(f"{lost} comes back with another line", "what has gone back is not paid back again")
        notes = [name for name in sources if queries.credit_note(self.books.index, name)]
        payments = [name for name in sources if name not in notes]
        if lost := next((name for name in payments if queries.payment(self.books.index, name) is None), None):
            raise BillError(f"there is no credit note and no payment {lost}")
        customer = verdict.customer or self._owner(next(iter(sources)))
        options = RefundOptions(
            customer, _reason(line) or "paid back", Money(-line.amount, line.currency).text(),
            tuple(f"{name}:{Money(sources[name], line.currency).text()}" for name in payments),
            tuple(f"{name}:{Money(sources[name], line.currency).text()}" for name in notes), line.currency, line.booked_on, "transfer",
            external_id=self._refund_key(f"bank:{verdict.account}:{line.id}"[:900]),
        )  # fmt: skip
        plan = plan_new(options)(self.books)
        self.created += [step for step in plan.steps if isinstance(step, Create)]
        self.drawn |= sources.keys()
        return Made(refund=str(plan.result["id"]), customer=customer, documents=tuple(sources))

    @staticmethod
    def _ensure_unspent(names: Iterable[str], spends: set[str]) -> None:
        """Raises ``Later`` where another line of this command spends of the same credit: what is left of it is known afterwards."""
        if spent := next((name for name in names if name in spends), None):
            raise Later(f"another line of this very command draws on {spent}", "book the one first, then the other")

    def _refund_key(self, first: str) -> str:
        """One for each time that the line was booked, as payments have it: a refund that was undone answers for no other."""
        there = bank_queries.external_ids(self.books.index, first, "refunds")
        key, nth = first, 2
        while key in there:
            key, nth = f"{first}/{nth}", nth + 1
        return key

    def _owner(self, name: str) -> str:
        note = queries.credit_note(self.books.index, name)
        payment = queries.payment(self.books.index, name)
        return note.customer if note else payment.customer if payment else ""

    def steps(self) -> list[Step]:
        taken = bank_queries.reconciliation_ids(self.books.index)
        written = [
            Create(f"reconciliations/{each.on:%Y}/{each.on:%m}/{each.id}.yaml", "reconciliation", document_of(each))
            for each in reconciliations(self.decided, self.books.today, taken)
        ]
        return [*self.created, *_merged([*self.desk.steps(), *self.changes]), *written]

    def words(self) -> list[str]:
        """What a person should know besides the rows."""
        late = [made.moved_to for _, made in self.decided if made.moved_to]
        moved = [f"{counted(len(late), 'payment')} of days in a closed period booked on {max(late)}"] if late else []
        return [*moved, *self._lines]

    def relies_on(self) -> tuple[str, ...]:
        """The files that the figures came from."""
        invoices = sorted({row.invoice for each in self.desk.payments for row in each.allocations})
        return ("ledger.yaml", *sorted(find.paths(self.books.index, "invoice", invoices).values()))


def _merged(steps: Sequence[Create | Change]) -> list[Step]:
    changes = settling.merged([each for each in steps if isinstance(each, Change)])
    return [*(each for each in steps if isinstance(each, Create)), *changes]


def document_of(entity: object) -> dict[str, object]:
    from billcli.core.document import document_data
    from billcli.model.types import Entity

    assert isinstance(entity, Entity)
    return document_data(entity)


def _reason(line: BankLine) -> str:
    from billcli.core.bank_statement import text_of

    return text_of(line.text, 200) or text_of(line.kind) or ""


def note_of(books: Books, number: str) -> Note | None:
    fact = queries.credit_note(books.index, number)
    if fact is None or fact.voided_on:
        return None
    return Note(
        fact.number, fact.customer, fact.currency, fact.issued_on, settling.source_free(books, fact), settling.spendable(books, fact),
        fact.corrects, books.path("credit-note", number),
    )  # fmt: skip


def verdict_of(spot: Spot, decision: Decision) -> Verdict | None:
    """What is certain; None for what waits for a person."""
    ruled = "rule" if any("rules.yaml" in each for each in decision.because) else "bill"
    said = Verdict(
        spot.account, spot.statement, decision.line, "", ruled, decision.customer, decision.allocations, decision.payment,
        decision.confidence, decision.because,
    )  # fmt: skip
    match decision.outcome:
        case "book" if decision.allocations or decision.customer:
            return said._replace(decision="book")
        case "ignore":
            return said._replace(decision="ignore", reason=decision.because[0] if decision.because else "no receivable")
        case "return" if decision.payment:
            return said._replace(decision="return")
        case "refund" if decision.payment:
            return said._replace(decision="refund")
    return None

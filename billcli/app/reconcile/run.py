"""``bill reconcile FILE…``: statements come in, what is certain is booked, the rest waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcli.app import settling
from billcli.app.books import Books
from billcli.app.reconcile.files import File, Imported, imported, read_files, read_report
from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Candidate, Decision, PayoutItem
from billcli.core.plan import Change, Create, Plan, Step
from billcli.core.reconcile import Desk, Made, Note, Verdict, reconciliations
from billcli.core.report import counted
from billcli.errors import BillError
from billcli.index import bank_queries, find, queries
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.banks.read import Options
    from billcli.model.settings import Settings


class Row(NamedTuple):
    """A line with what is decided on it. ``booked`` where the plan writes it down."""

    account: str
    statement: str
    decision: Decision
    booked: bool = False


class Spot(NamedTuple):
    """A line with the account and the statement that it belongs to."""

    account: str
    statement: str
    line: BankLine


class Told(NamedTuple):
    """What a command shows: the rows of its files, and how many lines of them wait for a person."""

    rows: list[Row]
    open: int
    later: int
    """How many wait for what this very command books."""
    as_of: date


@dataclass
class Run:
    """One command; planning fills ``told``. Without files the lines that are open are looked at again."""

    paths: Sequence[str] = ()
    account: str | None = None
    report: str | None = None
    """A provider's report of payouts."""
    options: Options | None = None
    """What was said of the files where they do not say it themselves."""
    books_lines: bool = True
    """Whether what is certain is booked, or only proposed."""
    writes: bool = True
    """Whether the documents are wanted; a dry run shows the lines alone."""
    told: Told = field(default_factory=lambda: Told([], 0, 0, date.min))
    files: Sequence[File] | None = None

    def plan(self, books: Books) -> Plan:
        """Raises ``BillError``; nothing is booked of a file that cannot be taken whole."""
        settings = books.settings()
        if self.files is None:
            self.files = read_files(self.paths, books.root, self.options, settings.currency)
        brought = imported(books, self.files, self.account)
        spots, earlier = _spots(books, brought, self.account)
        payouts = read_report(self.report, settings.currency) if self.report is not None else []
        decided = decide_all(books, settings, [*earlier, *spots], payouts)
        twins = _twins(books, brought, [*earlier, *spots])
        decided = [
            _left_to_a_person(decision, twins[spot.account, spot.line.id]) if (spot.account, spot.line.id) in twins else decision
            for spot, decision in zip([*earlier, *spots], decided, strict=True)
        ]
        booking = Booking(books, settings)
        booking.desk.any_fee = bool(payouts)
        booking.prepare(decided)
        rows = [booking.row(spot, decision) for spot, decision in zip([*earlier, *spots], decided, strict=True)]
        old = rows[: len(earlier)]
        mine = [row for row in old if row.booked or not self.books_lines or not self.paths] + rows[len(earlier) :]
        waiting = sum(row.decision.outcome not in _DONE for row in mine)
        later = sum(row.decision.outcome in _DONE - {"seen"} and not row.booked for row in mine) if booking.again else 0
        self.told = Told(mine, waiting, later, books.today)
        return self._plan(books, brought, booking, mine)

    def _plan(self, books: Books, brought: Imported, booking: Booking, rows: Sequence[Row]) -> Plan:
        steps: list[Step] = [*brought.steps, *(booking.steps() if self.books_lines and self.writes else ())]
        summary = [*brought.notes, *(booking.words() if self.books_lines else ()), *_counts(rows)]
        result = {"open": self.told.open, "booked": len(booking.decided)}
        command = "reconcile" if steps else "nothing"
        said = tuple(summary) or ("no line of a statement is open",)
        return Plan(command, tuple(steps), said, result, booking.relies_on(), warnings=tuple(brought.warnings))


_DONE = frozenset(("book", "ignore", "seen", "return", "refund"))


def _spots(books: Books, brought: Imported, account: str | None) -> tuple[list[Spot], list[Spot]]:
    """The lines of the files in their order, and before them the open lines that their accounts have already."""
    ids = [line.id for taken in brought.taken for line in taken.lines]
    known = bank_queries.lines(books.index, ids)
    spots = []
    first: dict[tuple[str, str], str] = {}
    for taken in brought.taken:
        for line in taken.lines:
            key = (taken.account.id, line.id)
            there = known.get(key)
            statement = there.statement if there else first.setdefault(key, taken.statement)
            spots.append(Spot(taken.account.id, statement, line))
    mine = {(each.account, each.line.id) for each in spots}
    accounts = {taken.account.id for taken in brought.taken} or ({account} if account else None)
    waiting = bank_queries.open_lines(books.index)
    earlier = [
        Spot(each.account, each.statement, each.line)
        for each in waiting
        if (each.account, each.line.id) not in mine and (accounts is None or each.account in accounts)
    ]
    return spots, earlier


def decide_all(books: Books, settings: Settings, spots: Sequence[Spot], payouts: Sequence[PayoutItem] = ()) -> list[Decision]:
    """A decision for each line, in their order: those decided before are seen, and the others are solved together."""
    from billcli.app.reconcile.knowledge import knowledge
    from billcli.core.matching.solve import decide

    ids = [each.line.id for each in spots]
    known = bank_queries.decisions(books.index, ids)
    taken_back = bank_queries.taken_back(books.index, ids)
    found: dict[int, Decision] = {}
    met: set[tuple[str, str]] = set()
    fresh: list[int] = []
    for at, each in enumerate(spots):
        key = (each.account, each.line.id)
        if live := known.get(key):
            words = f"already decided on {live.booked_on}: {_PAST[live.decision]}"
            found[at] = Decision(each.line, "seen", 1.0, (words,), live.customer or "")
        elif key in met:
            found[at] = Decision(each.line, "seen", 1.0, ("it stands twice in the file",))
        else:
            fresh.append(at)
        met.add(key)
    if fresh:
        known_of = knowledge(books, settings, payouts)
        for group in _apart(spots, fresh):
            told = decide([spots[at].line for at in group], known_of)
            for at, decision in zip(group, told, strict=True):
                back = (spots[at].account, spots[at].line.id) in taken_back
                found[at] = _left_to_a_person(decision) if back else decision
    return [found[at] for at in range(len(spots))]


def _apart(spots: Sequence[Spot], which: Sequence[int]) -> list[Sequence[int]]:
    """All in one; account by account only where two of them have a line of the same id, which a matcher would take for one."""
    accounts: dict[str, str] = {}
    if all(accounts.setdefault(spots[at].line.id, spots[at].account) == spots[at].account for at in which):
        return [which]
    groups: dict[str, list[int]] = {}
    for at in which:
        groups.setdefault(spots[at].account, []).append(at)
    return list(groups.values())


_PAST = {"book": "booked", "return": "a payment came back", "refund": "a refund", "ignore": "no receivable", "refused": "refused"}


def _twins(books: Books, brought: Imported, spots: Sequence[Spot]) -> dict[tuple[str, str], str]:
    """Lines that the account may have under another id, from a file of another format: the words to say so.

    Of two such lines the one waits that comes after the other, or is open while the other is decided.
    """
    formats: dict[tuple[str, str], set[str]] = {}
    new: dict[tuple[str, date, int], list[str]] = {}
    for taken in brought.taken:
        for line in taken.lines:
            formats.setdefault((taken.account.id, line.id), set()).add(taken.said.format)
            new.setdefault((taken.account.id, line.booked_on, line.amount), []).append(line.id)
    for account in dict.fromkeys(each.account for each in spots):
        said = {taken.said.format for taken in brought.taken if taken.account.id == account}
        for name, day, amount, form in bank_queries.of_several_formats(books.index, account, said):
            formats.setdefault((account, name), set()).add(form)
            new.setdefault((account, day, amount), []).append(name)
    order = {(each.account, each.line.id): at for at, each in reversed(list(enumerate(spots)))}
    decided = bank_queries.decisions(books.index) if any(len(each) > 1 for each in new.values()) else {}
    found: dict[tuple[str, str], str] = {}
    for spot in spots:
        key = (spot.account, spot.line.id)
        for other in new.get((spot.account, spot.line.booked_on, spot.line.amount), ()):
            there = (spot.account, other)
            first = there in decided or order.get(there, -1) < order[key]
            if other != spot.line.id and first and not formats[there] & formats.get(key, set()):
                found[key] = f"it may be the line {other}, which came in a file of another format"
                break
    return found


def _left_to_a_person(decision: Decision, why: str = "a decision on it was taken back; a person decides") -> Decision:
    """What a person took back, or what may stand in the books already, is not booked by itself."""
    if decision.outcome not in ("book", "ignore", "return", "refund"):
        return decision
    return suggested(decision, why)


def suggested(decision: Decision, why: str) -> Decision:
    """The same as a proposal that nobody has agreed to."""
    own = (Candidate(decision.customer, decision.allocations, decision.confidence, decision.because),) if decision.allocations else ()
    candidates = (*own, *decision.candidates)[:3]
    return decision._replace(
        outcome="suggest" if candidates else "open", because=(*decision.because, why), allocations=(), candidates=candidates, payment=""
    )


def _counts(rows: Iterable[Row]) -> list[str]:
    """How many lines come to what, in one line."""
    found: dict[str, int] = {}
    for each in rows:
        found[each.decision.outcome] = found.get(each.decision.outcome, 0) + 1
    words = {
        "book": "booked", "return": "returned", "refund": "refunded", "ignore": "ignored", "seen": "seen before",
        "suggest": "to be looked at", "duplicate": "paid twice", "open": "open",
    }  # fmt: skip
    told = [f"{found[name]} {word}" for name, word in words.items() if name in found]
    return [f"{counted(sum(found.values()), 'line')}: {', '.join(told)}"] if told else []


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


def allocation_data(rows: Sequence[Allocation], currency: str) -> list[dict[str, str]]:
    """As programs have them."""
    return [
        {
            "document": each.document, "amount": Money(each.amount, currency).text(), "discount": Money(each.discount, currency).text(),
            "write_off": Money(each.write_off, currency).text(), "fee": Money(each.fee, currency).text(),
        }
        for each in rows
    ]  # fmt: skip


def row_data(row: Row) -> dict[str, object]:
    """A row as programs have it; ``amount`` is cash."""
    decision, line = row.decision, row.decision.line
    return {
        "line": line.id, "date": line.booked_on.isoformat(), "amount": Money(line.amount, line.currency).text(), "currency": line.currency,
        "payer": line.payer, "text": line.text, "decision": decision.outcome, "confidence": round(decision.confidence, 3),
        "because": list(decision.because), "allocations": allocation_data(decision.allocations, line.currency),
        "candidates": [
            {
                "allocations": allocation_data(each.allocations, line.currency), "confidence": round(each.confidence, 3),
                "because": list(each.because),
            }
            for each in decision.candidates
        ],
    }  # fmt: skip


def last_day(rows: Sequence[Row]) -> date | None:
    return max((each.decision.line.booked_on for each in rows), default=None)

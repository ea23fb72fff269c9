"""A ledger that commands run on in this process, beside the model of it; and the laws that hold after each of them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from billcli.app.refresh import fresh_index
from billcli.core.facts import CreditNoteFact, Draw, InvoiceFact, PaymentFact, Settlement
from billcli.core.settlement import Change, balance, by_day, invoice_changes, source_changes
from billcli.index import balances
from billcli.index.connection import Connection
from billcli.index.queries import facts_of
from billcli.model.credit_note import CreditNote
from billcli.model.money import Money
from billcli.store.read import read
from tests.laws.histories import CUSTOMERS, FAMILY, LEDGER, START, Command, Told, day
from tests.laws.model import NEVER, Books, Invoice, Refused, Row, Source
from tests.support import Ran, bill, documents, make_ledger, tree

MONTHS = ("2026-01", "2026-02", "2026-03")


def run(root: Path, today: int, words: list[str]) -> Ran:
    return bill(*words, cwd=root, at=day(today).isoformat(), env={"BILL_CLONE": "0123abcd"})


class Facts(NamedTuple):
    """All documents with their balances as changes, by number or id."""

    invoices: dict[str, InvoiceFact]
    sources: dict[str, PaymentFact | CreditNoteFact]
    rows: list[Settlement]
    draws: list[Draw]
    open: dict[str, list[Change]]
    free: dict[str, list[Change]]


def facts(index: Connection) -> Facts:
    invoices = {each.number: each for each in facts_of(index, InvoiceFact, "invoices", "", [])}
    payments = {each.id: each for each in facts_of(index, PaymentFact, "payments", "", [])}
    notes = {each.number: each for each in facts_of(index, CreditNoteFact, "credit_notes", "", [])}
    rows, draws = facts_of(index, Settlement, "settlements", "", []), facts_of(index, Draw, "draws", "", [])
    on: dict[str, list[Settlement]] = {}
    of: dict[str, list[Settlement]] = {}
    drawn: dict[str, list[Draw]] = {}
    for row in rows:
        on.setdefault(row.invoice, []).append(row)
        of.setdefault(row.source, []).append(row)
    for each in draws:
        drawn.setdefault(each.source, []).append(each)
    free = {
        **{
            name: source_changes(each.booked_on, each.amount, of.get(name, []), each.reversed_on, drawn.get(name, []))
            for name, each in payments.items()
        },
        **{
            name: source_changes(each.issued_on, each.gross, of.get(name, []), each.voided_on, drawn.get(name, []))
            for name, each in notes.items()
        },
    }
    owed = {name: invoice_changes(each.issued_on, each.gross, on.get(name, [])) for name, each in invoices.items()}
    return Facts(invoices, {**payments, **notes}, rows, draws, owed, free)


@contextmanager
def index_of(root: Path) -> Iterator[Connection]:
    with fresh_index(str(root)) as index:
        yield index


class World:
    """The ledger, the model of it, and what was known before the last command."""

    def __init__(self, root: Path, *, strict: bool) -> None:
        self.root = make_ledger(root, LEDGER.format(order="strict" if strict else "warn"))
        self.books = Books(frozenset(FAMILY), strict)
        self.ran: list[tuple[int, list[str], int]] = []
        self.through = -1
        self.known: dict[str, dict[date, int]] = {}
        self.figures: dict[date, list[object]] = {}
        self.found: set[object] = set()
        self.repeatable: list[list[str]] = []
        self.closings: list[tuple[int, dict[str, str]]] = []

    def call(self, words: list[str]) -> Ran:
        return run(self.root, self.books.today, words)

    def transcript(self) -> str:
        return "\n".join(f"{day(today)}  bill {' '.join(words)}   -> {code}" for today, words, code in self.ran)

    def told(self, what: object) -> str:
        return f"{what}\n{self.transcript()}"

    def run(self, command: Command, *, tried: bool = False) -> bool:
        """Runs it and holds it to the model; returns whether it was accepted. ``tried``: with ``--dry-run`` first."""
        before = tree(self.root)
        if command.predict is None:
            return self.take_in(command)
        if tried:
            dry = self.call([*command.words, "--dry-run"])
            assert tree(self.root) == before, self.told(f"a dry run changed files: {command.words}")
        ran = self.call([*command.words, "--yes", "--format", "json"])
        self.ran.append((self.books.today, command.words, ran.code))
        assert not tried or dry.code == ran.code, self.told(f"the dry run ended with {dry.code}")
        assert ran.code in (0, 1, 2, 3), self.told(ran.err)
        then = copy.deepcopy(self.books)
        try:
            command.predict(then, self.answer(ran))
        except AssertionError as wrong:
            raise AssertionError(self.told(f"{wrong}\n{ran.err}")) from None
        except Refused as why:
            assert ran.code != 0, self.told(f"accepted, though: {why}")
            assert tree(self.root) == before, self.told("a refused command changed files")
            return False
        assert ran.code == 0, self.told(f"refused: {ran.err}")
        if then.closed != self.books.closed:
            self.closings.append((then.closed, reports(self.root, then.closed)))
        self.books = then
        if "--external-id" in command.words:
            self.repeatable.append(command.words)
            self.repeat(command.words)
        return True

    def take_in(self, command: Command) -> bool:
        """Runs an import, a second time too, and makes the model know what came of it."""
        (self.root.parent / "rows.csv").write_text(command.table, encoding="utf-8")
        (self.root.parent / "bad.csv").unlink(missing_ok=True)
        before = tree(self.root)
        ran = self.call([*command.words, "--yes"])
        self.ran.append((self.books.today, [*command.words, command.table], ran.code))
        assert ran.code in (0, 1, 3), self.told(ran.err)
        after = tree(self.root)
        assert ran.code != 1 or after == before, self.told("a refused import changed files")
        self.call([*command.words, "--yes"])
        assert tree(self.root) == after, self.told("the same import changed files a second time")
        with index_of(self.root) as index:
            learn(self.books, facts(index))
        return after != before

    def fold(self, verb: str) -> None:
        """Folds or unfolds every month that is closed; the model knows nothing of it."""
        for month in MONTHS:
            ran = self.call([verb, month, "--yes"])
            self.ran.append((self.books.today, [verb, month], ran.code))
            closed = month < day(self.books.closed + 1).isoformat()[:7]
            assert ran.code == (0 if closed or verb == "unfold" else 1), self.told(ran.err)

    def fold_and_unfold(self) -> None:
        """Folding and unfolding changes no byte."""
        self.fold("unfold")
        single = documents(self.root)
        self.fold("fold")
        folded = documents(self.root)
        self.fold("unfold")
        assert documents(self.root) == single, self.told("unfolded files differ")
        self.fold("fold")
        assert documents(self.root) == folded, self.told("folded files differ")

    def repeat(self, words: list[str]) -> None:
        """The same command with the same external id is answered and changes nothing."""
        before = tree(self.root)
        ran = self.call([*words, "--yes"])
        assert ran.code == 0, self.told(f"{words} a second time: {ran.err}")
        assert tree(self.root) == before, self.told(f"{words} a second time changed files")

    def finish(self) -> None:
        """The laws that are dear, at the end of a history."""
        for words in self.repeatable:
            self.repeat(words)
        for told, known in self.closings:
            now = reports(self.root, told)
            changed = [key for key in known if known[key] != now[key]]
            assert not changed, self.told([f"{key}:\n{known[key]}\n{now[key]}" for key in changed])
        checked = self.call(["check", "--format", "json"])
        assert checked.code == 0, self.told(checked.out)

    def answer(self, ran: Ran) -> Told:
        if ran.code:
            return Told("?", None)
        name = ran.json.get("number") or ran.json.get("id") or ""
        noted = [path for path in ran.json["created"] if path.startswith("credit-notes/")]
        return Told(name, by_tax(self.root / noted[0], noted[0]) if noted else None)

    def hold(self) -> None:
        """The laws that are cheap, after an accepted command."""
        with index_of(self.root) as index:
            found = facts(index)
            self.as_the_model_says(found)
            self.within_bounds(found)
            self.past_is_kept(found)
            self.sql_agrees(index, found)
            self.as_of_is_unchanged(index, found)

    def as_the_model_says(self, found: Facts) -> None:
        days = sorted(
            {*self.books.days(), *((change.on - START).days for each in (*found.open.values(), *found.free.values()) for change in each)}
        )
        for curves, says in ((found.open, self.books.open), (found.free, self.books.free)):
            for name, changes in curves.items():
                got = [balance(changes, day(at)) for at in days]
                expected = [says(name, at) for at in days]
                assert got == expected, self.told(f"{name}: {[*zip(map(str, map(day, days)), got, expected, strict=True)]}")

    def within_bounds(self, found: Facts) -> None:
        bounced = {each.source for each in found.draws}
        for name, changes in found.open.items():
            assert all(0 <= at <= found.invoices[name].gross for at in values(changes)), self.told(name)
        for name, changes in found.free.items():
            reversed_on = getattr(found.sources[name], "reversed_on", None)
            for on, at in running(changes):
                refunded = reversed_on is not None and reversed_on <= on and name in bounced
                assert at >= 0 or refunded, self.told(f"{name} has {at} on {on}")
        for number, fact in found.invoices.items():
            notes = [
                each
                for each in found.sources.values()
                if isinstance(each, CreditNoteFact) and each.corrects == number and not each.voided_on
            ]
            assert sum(each.gross for each in notes) <= fact.gross, self.told(number)

    def past_is_kept(self, found: Facts) -> None:
        """No balance of a closed day is another than before."""
        through, self.through = self.through, self.books.closed
        known, self.known = self.known, self.until(found, self.through)
        now = self.until(found, through)
        assert now == known, self.told(
            [(name, known.get(name), now.get(name)) for name in {*now, *known} if now.get(name) != known.get(name)]
        )

    def until(self, found: Facts, through: int) -> dict[str, dict[date, int]]:
        """Every balance on every change date up to a day."""
        every = {
            **{f"open {name}": each for name, each in found.open.items()},
            **{f"free {name}": each for name, each in found.free.items()},
        }
        curves = {name: {on: at for on, at in running(changes) if on <= day(through)} for name, changes in every.items()}
        return {name: each for name, each in curves.items() if each}

    def as_of_is_unchanged(self, index: Connection, found: Facts) -> None:
        """Before the first date that the command wrote, every figure is what it was."""
        before, self.found = self.found, {*found.invoices.values(), *found.sources.values(), *found.rows, *found.draws}
        written = first_date(before, self.found)
        known, self.figures = self.figures, {}
        for at in self.looked_at():
            as_of = day(at)
            asked = (balances.open_invoices, balances.free_sources, balances.unapplied)
            figures: list[object] = [*(sorted(map(str, ask(index, as_of))) for ask in asked), balances.control_totals(index, as_of)]
            self.figures[as_of] = figures
            assert as_of >= written or known.get(as_of, figures) == figures, self.told(f"{as_of}: {known[as_of]} became {figures}")

    def looked_at(self) -> Iterable[int]:
        """The days whose figures are kept from one command to the next."""
        return range(0, self.books.today + 1, 10)

    def sql_agrees(self, index: Connection, found: Facts) -> None:
        every = {change.on for each in (*found.open.values(), *found.free.values()) for change in each}
        for as_of in sorted(every)[-6:]:
            opens = {name: balance(found.open[name], as_of) for name, each in found.invoices.items() if each.issued_on <= as_of}
            assert {each.number: each.open for each in balances.open_invoices(index, as_of)} == without_zero(opens), self.told(as_of)
            frees = {name: balance(changes, as_of) for name, changes in found.free.items() if began(found.sources[name]) <= as_of}
            assert {each.name: each.amount for each in balances.free_sources(index, as_of)} == without_zero(frees), self.told(as_of)


def first_date(before: set[object], after: set[object]) -> date:
    """The earliest date that differs: of what is new or gone; of what only ended, the earlier of both ends."""
    gone = {_unended(each): each for each in before - after}
    come = {_unended(each): each for each in after - before}
    days = [_dates(each)[0] for key, each in {**gone, **come}.items() if (key in gone) != (key in come)]
    for key in gone.keys() & come.keys():
        days += [ends for each in (gone[key], come[key]) if (ends := _dates(each)[1])]
    return min(days, default=date.max)


def _dates(each: object) -> tuple[date, date | None]:
    match each:
        case InvoiceFact() | CreditNoteFact():
            return each.issued_on, each.voided_on
        case PaymentFact():
            return each.booked_on, each.reversed_on
        case Settlement() | Draw():
            return each.booked_on, each.ended_on
    raise AssertionError(each)


def _unended(each: object) -> object:
    match each:
        case InvoiceFact() | CreditNoteFact():
            return each._replace(voided_on=None)
        case PaymentFact():
            return each._replace(reversed_on=None)
        case Settlement() | Draw():
            return each._replace(ended_on=None)
    raise AssertionError(each)


_REPORTS = (
    ["report", "aging"], ["report", "aging", "--by", "invoice"], ["invoice", "list"], ["payment", "list"], ["credit-note", "list"],
    ["refund", "list"], ["write-off", "list"],
)  # fmt: skip


def reports(root: Path, at: int) -> dict[str, str]:
    """What is told as of a day, to the letter."""
    as_of = day(at).isoformat()
    found = {" ".join(words): run(root, at, [*words, "--as-of", as_of, "--format", "json"]).out for words in _REPORTS}
    statement = run(root, at, ["statement", *CUSTOMERS, "--from", day(at - 12).isoformat(), "--to", as_of, "--format", "json"])
    return {**found, "statement": statement.out}


def by_tax(file: Path, path: str) -> dict[str, int]:
    """What a credit note came to of each tax code, with its tax."""
    note = read(file.read_bytes(), path).entity
    assert isinstance(note, CreditNote)
    found = {each.code: Money.of(each.base + each.amount, note.currency).minor for each in note.taxes}
    rest = Money.of(note.totals.gross, note.currency).minor - sum(found.values())
    return {**found, "none": rest} if rest else found


def learn(books: Books, found: Facts) -> None:
    """The model takes over what an import did."""

    def n(on: date | None) -> int:
        return NEVER if on is None else (on - START).days

    for each in found.invoices.values():
        if each.number not in books.invoices:
            books.invoices[each.number] = Invoice(
                each.number, each.customer, each.currency, each.gross, n(each.issued_on), n(each.due_on), imported=True
            )
    for name, source in found.sources.items():
        if name in books.sources:
            continue
        if isinstance(source, PaymentFact):
            on, received = n(source.booked_on), n(source.received_on)
            books.sources[name] = Source(name, source.customer, source.currency, source.amount, on, received)
        else:
            on = n(source.issued_on)
            books.sources[name] = Source(
                name, source.customer, source.currency, source.gross, on, on, True, source.corrects or "", imported=True
            )
    kept = [row for row in found.rows if row.kind != "void"]
    books.rows = [Row(row.invoice, row.kind, row.amount, n(row.booked_on), row.source, n(row.ended_on)) for row in kept]


def began(source: PaymentFact | CreditNoteFact) -> date:
    return source.booked_on if isinstance(source, PaymentFact) else source.issued_on


def running(changes: list[Change]) -> list[tuple[date, int]]:
    total, found = 0, []
    deltas = by_day(changes)
    for on in sorted(deltas):
        total += deltas[on]
        found.append((on, total))
    return found


def values(changes: list[Change]) -> list[int]:
    return [at for _, at in running(changes)]


def without_zero(totals: dict[str, int]) -> dict[str, int]:
    return {name: total for name, total in totals.items() if total}

"""What is owed and what is free on every day, in the plainest words: lists of rows, whole days and whole cents.

Written from the table of settlement kinds, not from the code. Days are whole numbers; a row counts at D if ``on <= D < ended``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

NEVER = 1_000_000
"""A day after everything."""

GRACE, TOLERANCE, SMALL, CHARGE = 3, 2, 100, 5000
"""The rules of the ledger that the histories run on; minor units of a currency with two decimals."""


CODES = {20: "vat-20", 7: "vat-7", 0: "none"}


class Refused(Exception):
    """The command must be refused."""


@dataclass
class Row:
    invoice: str
    kind: str
    amount: int
    on: int
    source: str
    ended: int = NEVER


@dataclass
class Drawn:
    refund: str
    source: str
    amount: int
    on: int
    ended: int = NEVER


@dataclass
class Invoice:
    number: str
    customer: str
    currency: str
    gross: int
    on: int
    due: int
    percent: int = 0
    until: int = NEVER
    lines: list[tuple[int, int, int]] = field(default_factory=list)
    """Quantity, price, percent of tax."""
    void: int = NEVER
    imported: bool = False


@dataclass
class Source:
    """A payment, or a credit note, on the invoice ``corrects`` if on any."""

    name: str
    customer: str
    currency: str
    amount: int
    on: int
    received: int
    note: bool = False
    corrects: str = ""
    fee: int = 0
    reference: str = ""
    quantities: dict[int, int] = field(default_factory=dict)
    by_tax: dict[str, int] = field(default_factory=dict)
    ended: int = NEVER
    imported: bool = False


@dataclass
class Refund:
    name: str
    on: int
    paid: int
    reversed: int = NEVER


Wishes = Sequence[tuple[str, int | None]]


@dataclass
class Books:
    """``family`` are the customers who may pay for each other."""

    family: frozenset[str]
    strict: bool
    today: int = 0
    closed: int = -1
    invoices: dict[str, Invoice] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    write_offs: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    draws: list[Drawn] = field(default_factory=list)
    year: Callable[[int], int] = lambda _: 0
    """Numbers and their order begin anew with each."""

    # figures

    def open(self, number: str, day: int) -> int:
        invoice = self.invoices[number]
        gross = invoice.gross if invoice.on <= day < invoice.void else 0
        return gross - sum(row.amount for row in self.rows if row.invoice == number and row.on <= day < row.ended)

    def free(self, name: str, day: int) -> int:
        source = self.sources[name]
        worth = source.amount if source.on <= day < source.ended else 0
        used = sum(
            row.amount for row in self.rows if row.source == name and row.kind in ("payment", "credit") and row.on <= day < row.ended
        )
        return worth - used - sum(each.amount for each in self.draws if each.source == name and each.on <= day < each.ended)

    def days(self) -> list[int]:
        """Every day on which anything changes."""
        dated: list[Source | Row | Drawn] = [*self.sources.values(), *self.rows, *self.draws]
        found = {each.on for each in (*self.invoices.values(), *dated)} | {each.ended for each in dated}
        found |= {each.void for each in self.invoices.values()}
        return sorted(found - {NEVER})

    def settled(self, number: str) -> list[Row]:
        """What settles an invoice for good."""
        return [row for row in self.rows if row.invoice == number and row.ended == NEVER]

    # days

    def open_day(self, day: int) -> int:
        return max(day, self.closed + 1)

    def first(self, start: int, bears: Callable[[int], bool]) -> int:
        """The first day from which it holds on every day."""
        found = NEVER
        for day in sorted({start, NEVER - 1, *(day for day in self.days() if day > start)}, reverse=True):
            if not bears(day):
                break
            found = day
        return found

    def not_later(self, *days: int) -> None:
        if any(day > self.today for day in days):
            raise Refused("in the future")

    def issuable(self, day: int, before: Iterable[int]) -> None:
        self.not_later(day)
        if day <= self.closed or (self.strict and any(day < each for each in before if self.year(each) == self.year(day))):
            raise Refused("closed, or out of order")

    # documents

    def invoice(
        self, number: str, customer: str, currency: str, lines: list[tuple[int, int, int]], terms: tuple[int, int, int], on: int
    ) -> None:
        self.issuable(on, [each.on for each in self.invoices.values() if not each.imported])
        percent, within, due = terms
        gross = sum(taxed(lines).values())
        until = on + within if percent else NEVER
        self.invoices[number] = Invoice(number, customer, currency, gross, on, on + due, percent, until, lines)

    def invoice_void(self, number: str, on: int) -> None:
        self.not_later(on)
        invoice = self.invoices[number]
        noted = any(each.corrects == number and each.ended == NEVER for each in self.sources.values())
        if on <= self.closed or invoice.void != NEVER or noted or self.settled(number) or on < self.last_event(number):
            raise Refused("settled, or in the past")
        invoice.void = on

    def last_event(self, number: str) -> int:
        rows = [row for row in self.rows if row.invoice == number and row.on < row.ended]
        ends = [row.ended for row in rows if row.ended != NEVER]
        return max([self.invoices[number].on, *(row.on for row in rows), *ends])

    # money

    def payment(
        self, name: str, customer: str, currency: str, amount: int, received: int, wishes: Wishes, policy: str | None,
        fee: int = 0, *, discount: bool = True, rest: bool = False, other: bool = False, reference: str = "",
    ) -> None:  # fmt: skip
        self.not_later(received)
        if fee > scaled(CHARGE, currency):
            raise Refused("fee")
        self.sources[name] = Source(name, customer, currency, amount, self.open_day(received), received, fee=fee, reference=reference)
        left, wished = self.settle(name, wishes, policy, self.open_day(received), fee, discount=discount, rest=rest, other=other)
        if left and wished:
            raise Refused("some of the fee settles nothing")

    def allocate(
        self, name: str, wishes: Wishes, policy: str | None, *, discount: bool = True, rest: bool = False, other: bool = False
    ) -> None:
        source = self.sources[name]
        if source.ended != NEVER or self.free(name, NEVER - 1) <= 0:
            raise Refused("nothing free")
        before = len(self.rows)
        charged = sum(row.amount for row in self.rows if row.source == name and row.kind == "bank_charge" and row.ended == NEVER)
        self.settle(name, wishes, policy, source.on, source.fee - charged, discount=discount, rest=rest, other=other)
        if len(self.rows) == before:
            raise Refused("nothing taken")

    def settle(
        self, name: str, wishes: Wishes, policy: str | None, start: int, fee: int, *, discount: bool, rest: bool, other: bool,
        kind: str = "payment",
    ) -> tuple[int, bool]:  # fmt: skip
        """Gives a source away; returns what is left of the fee, and whether there was anything to settle."""
        source, end = self.sources[name], NEVER - 1
        named = {number for number, _ in wishes}
        if policy == "oldest-due":
            wishes = [*wishes, *((number, None) for number in self.oldest_due({source.customer}, source.currency, named))]
        elif policy == "by-reference":
            if not source.reference:
                raise Refused("no reference")
            family = self.family if source.customer in self.family else {source.customer}
            more = [number for number in self.oldest_due(family, source.currency, named) if number in source.reference.split()]
            wishes = [*wishes, *((number, None) for number in more)]
        elif policy == "pro-rata":
            if any(amount is not None for _, amount in wishes):
                raise Refused("shares, and an amount")
            numbers = [number for number, _ in wishes] or self.oldest_due({source.customer}, source.currency, named)
            opens = [max(self.open(number, end), 0) for number in numbers]
            shares = shared(min(sum(opens), self.free(name, end)), opens)
            wishes = [(number, share) for number, share in zip(numbers, shares, strict=True) if share]
            named = set()
        for number, _ in wishes:
            invoice = self.invoices[number]
            related = {invoice.customer, source.customer} <= self.family or invoice.customer == source.customer
            if invoice.currency != source.currency or invoice.void != NEVER or not (related or other):
                raise Refused("not to this invoice")
        whole = self.with_all_discounts(name, wishes, fee) if discount else {}
        for number, amount in wishes:
            invoice = self.invoices[number]
            owed, left = self.open(number, end), self.free(name, end)
            cash = whole.get(number, min(owed, left) if amount is None else amount)
            if cash > owed or cash > left or (cash <= 0 and number in named):
                raise Refused("more than is there, or nothing")
            if cash <= 0:
                continue
            offer, possible = self.offer(number, source.received) if discount else (0, False)
            still = owed - cash

            def is_discount(missing: int, most: int = offer if possible else 0, near: int = scaled(TOLERANCE, source.currency)) -> bool:
                return most > 0 and abs(missing - most) <= near

            charge = min(fee, still)
            if is_discount(still) and not is_discount(still - charge):
                charge = 0
            fee, still = fee - charge, still - charge
            parts = {kind: cash, "bank_charge": charge}
            if still and is_discount(still):
                parts["discount"], still = still, 0
            if still and rest:
                if still > scaled(SMALL, source.currency):
                    raise Refused("no small difference")
                parts["write_off"] = still
            total = sum(parts.values())
            begin = self.open_day(max(start, invoice.on))

            def bears(day: int, number: str = number, total: int = total, cash: int = cash, charge: int = charge) -> bool:
                fits = not charge or self.charged(name, day) + charge <= source.fee
                return self.open(number, day) >= total and self.free(name, day) >= cash and fits

            on = self.first(begin, bears)
            self.rows += [Row(number, each, part, on, name) for each, part in parts.items() if part]
        return fee, bool(wishes)

    def oldest_due(self, customers: Collection[str], currency: str, but: Collection[str]) -> list[str]:
        mine = [each for each in self.invoices.values() if each.customer in customers and each.currency == currency]
        found = [(each.due, each.on, each.number) for each in mine if each.number not in but and self.open(each.number, NEVER - 1) > 0]
        return [number for _, _, number in sorted(found)]

    def charged(self, name: str, day: int) -> int:
        return sum(row.amount for row in self.rows if row.source == name and row.kind == "bank_charge" and row.on <= day < row.ended)

    def offer(self, number: str, received: int) -> tuple[int, bool]:
        """The early-payment discount of the terms, and whether this money may have it: in time, and nothing was paid before."""
        invoice = self.invoices[number]
        rows = self.settled(number)
        base = invoice.gross - sum(row.amount for row in rows if row.kind == "credit")
        amount = (base * invoice.percent * 2 + 100) // 200
        before = any(row.kind in ("payment", "opening", "bank_charge") for row in rows)
        return amount, bool(invoice.percent) and received <= invoice.until + GRACE and not before

    def with_all_discounts(self, name: str, wishes: Wishes, fee: int) -> dict[str, int]:
        """The cash of several invoices where the money is what all of them come to less their discounts; the last bears the cents."""
        if len(wishes) < 2 or any(amount is not None for _, amount in wishes):
            return {}
        source = self.sources[name]
        offers = {number: amount if possible else 0 for number, _ in wishes for amount, possible in [self.offer(number, source.received)]}
        opens = {number: self.open(number, NEVER - 1) for number in offers}
        short = sum(opens.values()) - self.free(name, NEVER - 1) - fee
        if not any(offers.values()) or abs(short - sum(offers.values())) > scaled(TOLERANCE, source.currency):
            return {}
        cash = {number: opens[number] - offers[number] for number in offers}
        last = [number for number in offers if offers[number]][-1]
        cash[last] -= short - sum(offers.values()) + fee
        return cash if cash[last] > 0 else {}

    def take_back(self, name: str, numbers: Sequence[str], on: int) -> None:
        """``allocate --undo`` and ``credit-note apply --undo``."""
        self.not_later(on)
        rows = [row for row in self.rows if row.source == name and row.ended == NEVER and (not numbers or row.invoice in numbers)]
        if not rows or {row.invoice for row in rows} < set(numbers) or on < self.sources[name].received:
            raise Refused("settles nothing there")
        self.end(rows, self.open_day(on))
        self.end_granted(name)
        for number in sorted({row.invoice for row in rows if row.invoice != self.sources[name].corrects}):
            self.return_credit(number, self.open_day(on), wholly=False)

    def end(self, rows: Iterable[Row], on: int) -> None:
        for row in rows:
            row.ended = min(row.ended, max(on, row.on))

    def end_granted(self, name: str) -> None:
        """What was granted with money ends with it at the latest."""
        for row in self.rows:
            if row.source == name and row.kind in ("discount", "bank_charge", "write_off"):
                cash = [each for each in self.rows if (each.source, each.invoice, each.kind) == (name, row.invoice, "payment")]
                days = sorted({row.on, *(each.ended for each in cash if each.ended > row.on)})
                alone = [day for day in days if not any(each.on <= day < each.ended for each in cash)]
                row.ended = min([row.ended, *alone])

    def reverse(self, name: str, on: int) -> None:
        """The bank took the money back; a row that was ended later than that day never counted so long."""
        self.not_later(on)
        source = self.sources[name]
        if source.ended != NEVER or on < source.received:
            raise Refused("reversed, or not yet come")
        source.ended = self.open_day(max(on, source.on))
        rows = [row for row in self.rows if row.source == name]
        alive = {row.invoice for row in rows if row.ended == NEVER}
        self.end(rows, source.ended)
        for number in sorted(alive):
            self.return_credit(number, source.ended, wholly=True)

    def return_credit(self, number: str, on: int, *, wholly: bool) -> None:
        """Credit that an invoice gave returns to it, the latest note first: after a bounce all, else what nobody paid for any more."""
        notes = [each for each in self.sources.values() if each.corrects == number and each.ended == NEVER]
        excess = self.unpaid(number)
        for note in sorted(notes, key=lambda each: (each.on, each.name), reverse=True):
            amount = min(NEVER if wholly else excess, self.free(note.name, NEVER - 1), self.open(number, NEVER - 1))
            if amount > 0:
                excess -= amount
                day = self.first(self.open_day(max(on, note.on)), self.both_bear(number, note.name, amount))
                self.rows.append(Row(number, "credit", amount, day, note.name))

    def both_bear(self, number: str, name: str, amount: int) -> Callable[[int], bool]:
        return lambda day: self.open(number, day) >= amount and self.free(name, day) >= amount

    def unpaid(self, number: str) -> int:
        """By how much the credit from an invoice exceeds what payment, opening and credit from elsewhere settled on it."""
        notes = {each.name: each for each in self.sources.values() if each.corrects == number and each.ended == NEVER}
        rows = self.settled(number)
        paid = sum(row.amount for row in rows if row.kind in ("payment", "opening", "credit") and row.source not in notes)
        return sum(each.amount for each in notes.values()) - sum(row.amount for row in rows if row.source in notes) - paid

    # credit

    def credit_note(
        self, name: str, number: str, on: int, amount: int | None, lines: Sequence[tuple[int, int | None]], *, rest: bool,
        took: dict[str, int] | None,
    ) -> None:  # fmt: skip
        """By amount, by lines, or all that is left. ``took`` is what the note came to of each tax code, None where it was refused."""
        invoice = self.invoices[number]
        notes = [each for each in self.sources.values() if each.corrects == number and each.ended == NEVER]
        self.issuable(on, [each.on for each in self.sources.values() if each.note and not each.imported])
        if invoice.void != NEVER or on < self.last_event(number) or (amount is None and not lines and not rest and notes):
            raise Refused("void, or in the past, or not said what")
        left = invoice.gross - sum(each.amount for each in notes)
        quantities: dict[int, int] = {}
        if amount is None:
            for k, asked in lines or [(k, None) for k in range(len(invoice.lines))]:
                there = invoice.lines[k][0] - sum(each.quantities.get(k, 0) for each in notes)
                quantities[k] = there if asked is None else asked
                if lines and ([each for each, _ in lines].count(k) > 1 or not 0 < quantities[k] <= there):
                    raise Refused("more than was sold")
        if left <= 0 or (amount or 0) > left:
            raise Refused("more than was invoiced")
        if took is None and lines and any(not each.quantities for each in notes):
            raise Refused("an amount was credited before, so it may not fit")
        assert took is not None, "refused, though it fits"
        whole = taxed(invoice.lines)
        for code, part in took.items() if invoice.lines else ():
            before = sum(each.by_tax.get(code, 0) for each in notes)
            assert 0 <= part <= whole[code] - before, f"more than was invoiced of {code}"
        gross = sum(took.values())
        assert amount in (None, gross) and 0 < gross <= left, "not what was asked"
        assert gross == left or not rest, "not all that is left"
        granted = [row for kind in ("discount", "bank_charge", "write_off") for row in self.latest(number, kind)]
        used = min(gross, self.open(number, NEVER - 1) + sum(row.amount for row in granted))
        back = used - self.open(number, NEVER - 1)
        for row in granted:
            taken = min(max(back, 0), row.amount)
            back -= taken
            if taken:
                self.end([row], on)
                if row.amount - taken:
                    self.rows.append(Row(number, row.kind, row.amount - taken, row.ended, row.source))
        self.sources[name] = Source(
            name, invoice.customer, invoice.currency, gross, on, on, True, number, quantities=quantities, by_tax=took
        )
        if used:
            self.rows.append(Row(number, "credit", used, on, name))

    def free_credit(self, name: str, customer: str, currency: str, amount: int, on: int) -> None:
        """Credit that corrects no invoice."""
        self.issuable(on, [each.on for each in self.sources.values() if each.note and not each.imported])
        self.sources[name] = Source(name, customer, currency, amount, on, on, True)

    def latest(self, number: str, kind: str) -> list[Row]:
        return sorted((row for row in self.settled(number) if row.kind == kind), key=lambda row: -row.on)

    def apply(self, name: str, wishes: Wishes, *, oldest: bool, other: bool) -> None:
        note = self.sources[name]
        if note.ended != NEVER or self.free(name, NEVER - 1) <= 0:
            raise Refused("nothing free")
        before, most = len(self.rows), self.spendable(name)
        policy = "oldest-due" if oldest else None
        self.settle(name, wishes, policy, max(self.today, note.on), 0, discount=False, rest=False, other=other, kind="credit")
        elsewhere = sum(row.amount for row in self.rows[before:] if row.invoice != note.corrects)
        if len(self.rows) == before or (elsewhere and elsewhere > most):
            raise Refused("nothing taken, or credit of an invoice that is not paid")

    def spendable(self, name: str) -> int:
        """Credit of an invoice that is not paid belongs to that invoice."""
        corrects = self.sources[name].corrects
        return self.free(name, NEVER - 1) - (max(self.unpaid(corrects), 0) if corrects else 0)

    def credit_note_void(self, name: str, on: int) -> None:
        self.not_later(on)
        note = self.sources[name]
        used: list[Row | Drawn] = [*self.rows, *self.draws]
        every = [(each.on, each.ended) for each in used if each.source == name and each.on < each.ended]
        events = [note.on, *(day for pair in every for day in pair if day != NEVER)]
        if on <= self.closed or note.ended != NEVER or on < max(events) or self.free(name, NEVER - 1) != note.amount:
            raise Refused("used, or in the past")
        note.ended = on

    # refunds and write-offs

    def refund(self, name: str, customer: str, currency: str, amount: int | None, named: Wishes, paid: int) -> None:
        self.not_later(paid)
        on = self.open_day(paid)
        wanted = list(named)
        if not named:
            mine = [each for each in self.sources.values() if (each.customer, each.currency) == (customer, currency)]
            keys = sorted((each.on, "credit-note" if each.note else "payment", each.name) for each in mine)
            wanted = [(each, None) for _, _, each in keys if self.free(each, NEVER - 1) > 0]
        left = amount
        for source, asked in wanted:
            kept = self.free(source, NEVER - 1) - self.spendable(source)
            days = [day for day in (on, *self.days(), NEVER - 1) if day >= on]
            always = max(min(self.free(source, day) - kept for day in days), 0)
            most = max(self.free(source, NEVER - 1) - kept, 0) if named else always
            part = asked if asked is not None else most if left is None else min(most, left)
            if part > always or (self.sources[source].currency, self.sources[source].customer) != (currency, customer):
                raise Refused("more than is free")
            if named and not part:
                raise Refused("named, though it gives nothing")
            if part:
                self.draws.append(Drawn(name, source, part, on))
                left = left - part if left is not None else None
        if left or not any(each.refund == name for each in self.draws):
            raise Refused("does not come to the amount")
        self.refunds[name] = Refund(name, on, paid)

    def refund_reverse(self, name: str, on: int) -> None:
        self.not_later(on)
        refund = self.refunds[name]
        if refund.reversed != NEVER or on < refund.paid:
            raise Refused("reversed, or not yet paid")
        refund.reversed = self.open_day(max(on, refund.on))
        for each in self.draws:
            if each.refund == name and each.ended == NEVER:
                each.ended = refund.reversed

    def write_off(self, name: str, wishes: Wishes, kind: str, on: int) -> None:
        self.not_later(on)
        day = self.open_day(on)
        first = self.invoices[wishes[0][0]]
        total = 0
        for number, asked in wishes:
            invoice, most = self.invoices[number], self.open(number, NEVER - 1)
            amount = most if asked is None else asked
            lasts = self.first(day, lambda at, number=number, amount=amount: self.open(number, at) >= amount)  # type: ignore[misc]
            same = (invoice.customer, invoice.currency) == (first.customer, first.currency)
            if not same or invoice.on > day or not 0 < amount <= most or lasts != day:
                raise Refused("more than is open")
            total += amount
            self.rows.append(Row(number, "write_off", amount, day, name))
        if kind == "small-difference" and total > scaled(SMALL, first.currency):
            raise Refused("no small difference")
        self.write_offs[name] = day

    def write_off_reverse(self, name: str, amount: int | None, on: int) -> None:
        """What came last goes first; what is left of a row goes on."""
        self.not_later(on)
        alive = [row for row in self.rows if row.source == name and row.ended == NEVER]
        left = sum(row.amount for row in alive) if amount is None else amount
        if not alive or left > sum(row.amount for row in alive) or on < self.write_offs[name]:
            raise Refused("more than is written off")
        for _, row in sorted(enumerate(alive), key=lambda each: (each[1].on, each[0]), reverse=True):
            taken = min(left, row.amount)
            left -= taken
            if taken:
                self.end([row], self.open_day(on))
                if row.amount - taken:
                    self.rows.append(Row(row.invoice, row.kind, row.amount - taken, row.ended, name))

    def close(self, through: int) -> None:
        if through >= self.today:
            raise Refused("not over")
        self.closed = max(self.closed, through)


def taxed(lines: Iterable[tuple[int, int, int]]) -> dict[str, int]:
    """What lines come to with tax, by tax code; each code's tax is rounded half up."""
    nets: dict[int, int] = {}
    for quantity, price, rate in lines:
        nets[rate] = nets.get(rate, 0) + quantity * price
    return {CODES[rate]: net + (net * rate * 2 + 100) // 200 for rate, net in nets.items()}


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """By the largest remainder, ties to the first."""
    whole = sum(weights)
    parts = [amount * weight // whole for weight in weights] if whole else [0 for _ in weights]
    rests = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % whole), at)) if whole else []
    for at in rests[: amount - sum(parts)]:
        parts[at] += 1
    return parts


def scaled(limit: int, currency: str) -> int:
    """A limit given with two decimals, rounded down for a currency without."""
    return limit if currency != "JPY" else limit // 100

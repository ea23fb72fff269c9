"""Random histories: commands drawn from what the books hold, most of them possible, each with what the model says it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple, Protocol, TypeVar

from hypothesis import strategies as st

from tests.laws.model import CODES, Books, Source

T = TypeVar("T")
START = date(2026, 1, 1)
FAMILY, OTHER = ("head", "branch"), "other"
CUSTOMERS = (*FAMILY, OTHER)
TERMS = {
    "net 10": (0, 0, 10),
    "2% 5, net 20": (2, 5, 20),
    "10% 8, net 10": (10, 8, 10),
    "on receipt": (0, 0, 0),
    "30% now, rest net 14": (0, 0, 0),
}  # fmt: skip
"""Percent, days of discount, days until the first part is due."""

LEDGER = """\
--- ledger.yaml
schema: ledger/1
company:
  name: Fjord Consulting AS
currency: EUR
timezone: Europe/Oslo
terms: net 10
order: {order}
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{{n}}
  - name: credit-note
    kind: credit-note
    pattern: CN-{{n}}
tax_codes:
  - code: vat-20
    category: S
    rate: 20
  - code: vat-7
    category: S
    rate: 7
settlement:
  discount_grace_days: 3
git:
  commit: false
--- customers/head.yaml
schema: customer/1
id: head
name: Head
--- customers/branch.yaml
schema: customer/1
id: branch
name: Branch
parent: head
--- customers/other.yaml
schema: customer/1
id: other
name: Other
"""


class Told(NamedTuple):
    """The number or id that a command answered, and what a credit note came to by tax code; None where it was refused."""

    name: str
    took: dict[str, int] | None


class Command(NamedTuple):
    """The words, and what the model makes of them, which raises ``Refused``; of an import the ``table``, which it only takes note of."""

    words: list[str]
    predict: Callable[[Books, Told], None] | None
    table: str = ""


class Draws(Protocol):
    """What hypothesis gives to draw with."""

    def __call__(self, strategy: st.SearchStrategy[T]) -> T: ...


class Drawn:
    """Short words for drawing. With ``apart`` nobody settles what another family owes."""

    def __init__(self, draw: Draws, *, apart: bool = False) -> None:
        self.draw = draw
        self.apart = apart
        self.keys = 0

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def whole(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def one(self, among: Sequence[T]) -> T:
        return self.draw(st.sampled_from(among))

    def odds(self, one_in: int) -> bool:
        return self.whole(1, one_in) == one_in

    def some(self, among: Sequence[T], most: int) -> list[T]:
        count = self.whole(0, min(most, len(among)))
        left = list(among)
        return [left.pop(self.whole(0, len(left) - 1)) for _ in range(count)]

    def amount(self, cap: int) -> int | None:
        """None, all, a part, now and then one more than there is."""
        kind = self.whole(0, 9)
        if kind <= 3 or cap <= 1:
            return None
        return cap if kind <= 5 else cap + 1 if kind == 6 else self.whole(1, cap)

    def before(self, books: Books, least: int = 0) -> int:
        """A day: today, or some day before; rarely tomorrow."""
        kind = self.whole(0, 11)
        if kind == 11:
            return books.today + 1
        return books.today if kind <= 3 else max(least, books.today - self.whole(0, 25))


def day(n: int) -> date:
    return START + timedelta(days=n)


def text(minor: int, currency: str) -> str:
    return str(minor) if currency == "JPY" else f"{minor // 100}.{minor % 100:02}"


def said(option: str, value: str | None) -> list[str]:
    return [] if value is None else [option, value]


def flag(option: str, *, given: bool) -> list[str]:
    return [option] if given else []


def on(option: str, books: Books, n: int) -> list[str]:
    return [] if n == books.today else [option, day(n).isoformat()]


def wished(wishes: Sequence[tuple[str, int | None]], currency: str, option: str = "--invoice") -> list[str]:
    return [
        word for name, amount in wishes for word in (option, name if amount is None else f"{name}:{text(amount, currency)}")
    ]  # fmt: skip


END = 999_999


def live(books: Books, currency: str | None = None) -> list[str]:
    """Invoices with something open, those with nothing behind them."""
    every = [each for each in books.invoices.values() if currency in (None, each.currency)]
    return [each.number for each in sorted(every, key=lambda each: books.open(each.number, END) <= 0)]


def fresh(books: Books, *, notes: bool) -> list[Source]:
    """Payments or credit notes with something free; all of them where there are none."""
    every = [each for each in books.sources.values() if each.note == notes]
    return [each for each in every if books.free(each.name, END) > 0] or every


def leaning(d: Drawn, among: Sequence[T]) -> T:
    """One of them, mostly of the first half."""
    return among[min(d.whole(0, len(among) - 1), d.whole(0, len(among) - 1))]


def wishes(d: Drawn, books: Books, payer: str, currency: str, left: int) -> list[tuple[str, int | None]]:
    """Invoices that the money can settle one after the other; now and then one that it cannot."""
    every = [number for number in live(books, currency) if related(books, payer, number) or d.odds(15)]
    found: list[tuple[str, int | None]] = []
    for number in d.some(every[:4], 3):
        owed = books.open(number, END)
        offer, _ = books.offer(number, books.today)
        cap = min(owed, left)
        if cap <= 0 and not d.odds(15):
            continue
        amount = cap - offer if d.odds(6) and 0 < offer < cap else d.amount(cap)
        left -= cap if amount is None else amount
        found.append((number, amount))
    return found


def related(books: Books, payer: str, number: str) -> bool:
    owner = books.invoices[number].customer
    return owner == payer or {owner, payer} <= books.family


def invoice(d: Drawn, books: Books) -> Command:
    customer, currency, terms = d.one(CUSTOMERS[:2] * 2 + CUSTOMERS[2:]), d.one(["EUR", "EUR", "EUR", "JPY"]), d.one(list(TERMS))
    lines = [(d.whole(1, 3), d.one([33, 50, 100, 250, 999]), d.one([20, 20, 7, 0])) for _ in range(d.whole(1, 2))]
    issued = d.before(books)
    typed = [f"--line=Work;{quantity};{text(price, currency)};{CODES[rate]}" for quantity, price, rate in lines]
    words = ["invoice", "new", "-c", customer, "--currency", currency, "--terms", terms, *typed, *on("--issued-on", books, issued)]
    return Command(words, lambda then, told: then.invoice(told.name, customer, currency, lines, TERMS[terms], issued))


def invoice_void(d: Drawn, books: Books) -> Command | None:
    if not books.invoices:
        return None
    untouched = [number for number in books.invoices if not books.settled(number)] or list(books.invoices)
    number, at = d.one(untouched if d.odds(4) else list(books.invoices)), d.before(books)
    return Command(["invoice", "void", number, "--reason", "Typo", *on("--on", books, at)], lambda then, _: then.invoice_void(number, at))


def payment(d: Drawn, books: Books) -> Command:
    number = leaning(d, live(books)) if books.invoices else None
    target = books.invoices[number] if number else None
    customer = d.one(CUSTOMERS) if target is None or d.odds(6) else target.customer
    currency = target.currency if target else d.one(["EUR", "JPY"])
    owed = books.open(target.number, END) if target else 0
    offer, _ = books.offer(target.number, books.today) if target else (0, False)
    amount = d.one([owed, owed, owed - offer, owed - offer, owed - offer - 1, owed + 100, owed // 2, d.whole(1, 900)])
    amount = amount if amount > 0 else d.whole(1, 900)
    fee = d.one([0, 0, 0, 0, 0, 1, 7])
    rest, discount = d.odds(6), not d.odds(6)
    if fee and amount > fee and d.odds(2):
        amount -= fee
    policy = d.one([None, None, "oldest-due", "manual", "by-reference", "pro-rata"])
    reference = " ".join(d.some(list(books.invoices), 2)) if policy == "by-reference" or d.odds(5) else ""
    wanted: list[tuple[str, int | None]] = []
    if target is not None and not d.odds(5):
        wanted = wishes(d, books, customer, currency, amount) if d.odds(2) else [(target.number, None)] if owed > 0 else []
    received, other = d.before(books), not d.apart and d.odds(5)
    words = [
        "payment", "add", "-c", customer, "-a", text(amount, currency), "--currency", currency, "--again", *wished(wanted, currency),
        *on("--received-on", books, received), *said("--policy", policy), *said("--fee", text(fee, currency) if fee else None),
        *flag("--write-off-rest", given=rest), *flag("--no-discount", given=not discount), *flag("--for-other", given=other),
        *said("--reference", reference or None),
    ]  # fmt: skip
    return Command(
        words,
        lambda then, told: then.payment(
            told.name,
            customer,
            currency,
            amount,
            received,
            wanted,
            policy,
            fee,
            discount=discount,
            rest=rest,
            other=other,
            reference=reference,
        ),
    )


def allocate(d: Drawn, books: Books) -> Command | None:
    if not (every := fresh(books, notes=False)):
        return None
    source = leaning(d, every)
    wanted = wishes(d, books, source.customer, source.currency, max(books.free(source.name, END), 1))
    policy = None if wanted and not d.odds(4) else d.one(["oldest-due", "oldest-due", "pro-rata", "by-reference"])
    rest, discount, other = d.odds(6), not d.odds(6), not d.apart and d.odds(3)
    words = [
        "payment", "allocate", source.name, *wished(wanted, source.currency), *said("--policy", policy),
        *flag("--write-off-rest", given=rest), *flag("--no-discount", given=not discount), *flag("--for-other", given=other),
    ]  # fmt: skip
    return Command(words, lambda then, _: then.allocate(source.name, wanted, policy, discount=discount, rest=rest, other=other))


def undo(d: Drawn, books: Books) -> Command | None:
    using = sorted({row.source for row in books.rows if row.ended > END and row.source in books.sources})
    if not using:
        return None
    name = d.one(using)
    settled = sorted({row.invoice for row in books.rows if row.source == name and row.ended > END})
    numbers, at = d.some(settled, 2), d.before(books)
    if d.odds(12):
        numbers = [d.one(list(books.invoices))]
    noun = ["credit-note", "apply"] if books.sources[name].note else ["payment", "allocate"]
    words = [*noun, name, "--undo", "--reason", "Mistake", *on("--on", books, at), *wished([(each, None) for each in numbers], "")]
    return Command(words, lambda then, _: then.take_back(name, numbers, at))


def reverse(d: Drawn, books: Books) -> Command | None:
    every = [each.name for each in books.sources.values() if not each.note]
    if not every:
        return None
    name = d.one([each for each in every if books.sources[each].ended > END] or every)
    at = d.before(books, books.sources[name].received - d.one([0, 0, 0, 1]))
    return Command(["payment", "reverse", name, "--reason", "Bounced", *on("--on", books, at)], lambda then, _: then.reverse(name, at))


def credit_note(d: Drawn, books: Books) -> Command | None:
    if not books.invoices:
        return None
    number = d.one(list(books.invoices))
    target = books.invoices[number]
    left = target.gross - sum(each.amount for each in books.sources.values() if each.corrects == number and each.ended > END)
    issued = d.one([books.today, books.today, d.before(books)])
    amount: int | None = None
    lines: list[tuple[int, int | None]] = []
    rest = False
    match d.whole(0, 5):
        case 0:
            rest = d.odds(2)
        case 1 | 2 if target.lines:
            lines = [(d.whole(0, len(target.lines) - 1), d.one([None, 1, 1, 2]))]
        case _:
            amount = d.amount(left) or max(left, 1)
    typed = [word for k, quantity in lines for word in ("--line", str(k + 1) if quantity is None else f"{k + 1}:{quantity}")]
    said_amount = text(amount, target.currency) if amount is not None else None
    words = [
        "credit-note",
        "new",
        "-i",
        number,
        "--reason",
        "Returned",
        *typed,
        *said("--amount", said_amount),
        *flag("--rest", given=rest),
    ]
    words += on("--issued-on", books, issued)
    return Command(words, lambda then, told: then.credit_note(told.name, number, issued, amount, lines, rest=rest, took=told.took))


def free_credit(d: Drawn, books: Books) -> Command:
    customer, currency, amount, issued = d.one(CUSTOMERS), d.one(["EUR", "JPY"]), d.whole(1, 500), d.before(books)
    words = [
        "credit-note",
        "new",
        "-c",
        customer,
        "--reason",
        "Goodwill",
        "--currency",
        currency,
        "-l",
        f"Goodwill;1;{text(amount, currency)};none",
    ]
    words += on("--issued-on", books, issued)
    return Command(words, lambda then, told: then.free_credit(told.name, customer, currency, amount, issued))


def apply(d: Drawn, books: Books) -> Command | None:
    if not (every := fresh(books, notes=True)):
        return None
    note = leaning(d, every)
    wanted = wishes(d, books, note.customer, note.currency, max(books.free(note.name, END), 1))
    oldest, other = not wanted or d.odds(4), not d.apart and d.odds(3)
    words = ["credit-note", "apply", note.name, *wished(wanted, note.currency), *flag("--oldest-first", given=oldest)]
    words += flag("--for-other", given=other)
    return Command(words, lambda then, _: then.apply(note.name, wanted, oldest=oldest, other=other))


def credit_note_void(d: Drawn, books: Books) -> Command | None:
    if not (every := fresh(books, notes=True)):
        return None
    whole = [each for each in every if each.amount == books.free(each.name, END)]
    note, at = d.one(whole or every), d.before(books)
    words = ["credit-note", "void", note.name, "--reason", "Twice", *on("--on", books, at)]
    return Command(words, lambda then, _: then.credit_note_void(note.name, at))


def refund(d: Drawn, books: Books) -> Command | None:
    every = [each for each in books.sources.values() if books.free(each.name, END) > 0]
    if not every:
        return None
    first = d.one(every)
    customer, currency, paid = first.customer, first.currency, d.before(books)
    mine = [each for each in every if (each.customer, each.currency) == (customer, currency)]
    amount: int | None = None
    named: list[tuple[str, int | None]] = []
    if d.odds(2):
        named = [
            (each.name, d.amount(books.free(each.name, END))) for each in [first, *d.some([each for each in mine if each != first], 1)]
        ]
    else:
        total = sum(books.free(each.name, END) for each in mine)
        amount = d.amount(total) or total
    words = [
        "refund", "new", "-c", customer, "--reason", "Paid twice", "--again", "--currency", currency, *on("--paid-on", books, paid),
        *said("--amount", text(amount, currency) if amount else None),
        *wished([each for each in named if not books.sources[each[0]].note], currency, "--payment"),
        *wished([each for each in named if books.sources[each[0]].note], currency, "--credit-note"),
    ]  # fmt: skip
    return Command(words, lambda then, told: then.refund(told.name, customer, currency, amount, named, paid))


def refund_reverse(d: Drawn, books: Books) -> Command | None:
    if not books.refunds:
        return None
    name = d.one([each.name for each in books.refunds.values() if each.reversed > END] or list(books.refunds))
    at = d.before(books, books.refunds[name].paid - d.one([0, 0, 0, 1]))
    return Command(
        ["refund", "reverse", name, "--reason", "Came back", *on("--on", books, at)], lambda then, _: then.refund_reverse(name, at)
    )


def write_off(d: Drawn, books: Books) -> Command | None:
    if not books.invoices:
        return None
    number = leaning(d, live(books))
    target = books.invoices[number]
    wanted = [(number, d.amount(books.open(number, END)))]
    if d.odds(4) and (more := [each for each in live(books, target.currency) if each != number]):
        wanted.append((d.one(more), None))
    kind, at = d.one(["bad-debt", "bad-debt", "small-difference"]), d.before(books)
    words = ["write-off", "new", "--kind", kind, "--reason", "Gone", "--approved-by", "A. Berg", *wished(wanted, target.currency)]
    return Command([*words, *on("--on", books, at)], lambda then, told: then.write_off(told.name, wanted, kind, at))


def write_off_reverse(d: Drawn, books: Books) -> Command | None:
    if not books.write_offs:
        return None
    name, at = d.one(list(books.write_offs)), d.before(books)
    rows = [row for row in books.rows if row.source == name]
    currency = books.invoices[rows[0].invoice].currency
    amount = d.amount(sum(row.amount for row in rows if row.ended > END))
    words = ["write-off", "reverse", name, "--reason", "Paid after all", *on("--on", books, at)]
    words += said("--amount", text(amount, currency) if amount is not None else None)
    return Command(words, lambda then, _: then.write_off_reverse(name, amount, at))


def close(d: Drawn, books: Books) -> Command:
    through = books.today - d.one([1, 3, 6, 10, 15])
    return Command(["close", "--through", day(through).isoformat()], lambda then, _: then.close(through))


def imported(d: Drawn, books: Books) -> Command:
    """A table of documents or payments from elsewhere, of any day, in a closed period too."""
    at, many = d.whole(0, 999), d.whole(1, 3)
    days = [day(d.before(books)).isoformat() for _ in range(many)]
    if d.odds(2):
        rows = [_payment_row(d, books, f"old-{at}-{n}", on) for n, on in enumerate(days)]
        table = "external_id,customer,received_on,amount,currency,invoice,allocated\n" + "\n".join(rows)
        return Command(["payment", "import", "../rows.csv", "--rejects", "../bad.csv"], None, table)
    rows = [_document_row(d, books, f"{at}-{n}", on) for n, on in enumerate(days)]
    table = "number,kind,customer,issued_on,currency,corrects,gross,settled_before,reason\n" + "\n".join(rows)
    cut = ["--cut-over", day(d.whole(0, books.today)).isoformat()] if d.odds(2) else []
    return Command(["invoice", "import", "../rows.csv", "--rejects", "../bad.csv", *cut], None, table)


def _payment_row(d: Drawn, books: Books, name: str, on: str) -> str:
    target = books.invoices[d.one(live(books))]
    amount = d.one([max(books.open(target.number, END), 1), target.gross, d.whole(1, 500)])
    part = text(d.whole(1, amount), target.currency) if d.odds(3) else ""
    return (
        f"{name},{target.customer},{on},{text(amount, target.currency)},{target.currency},{target.number if not d.odds(5) else ''},{part}"
    )


def _document_row(d: Drawn, books: Books, name: str, on: str) -> str:
    target = books.invoices[d.one(list(books.invoices))]
    if d.odds(2):
        amount = text(d.whole(1, max(target.gross, 2) // 2), target.currency)
        return f"OC-{name},credit-note,{target.customer},{on},{target.currency},{target.number},{amount},,Returned"
    gross = d.whole(1, 999)
    before = text(d.whole(1, gross), "EUR") if d.odds(3) else ""
    return f"OLD-{name},invoice,{d.one(CUSTOMERS)},{on},EUR,,{text(gross, 'EUR')},{before},"


KINDS: dict[Callable[[Drawn, Books], Command | None], int] = {
    invoice: 2, payment: 7, allocate: 4, undo: 4, reverse: 2, credit_note: 6, free_credit: 1, apply: 4, credit_note_void: 1, refund: 3,
    refund_reverse: 1, write_off: 3, write_off_reverse: 2, close: 1, invoice_void: 1,
}  # fmt: skip
_BAG = [kind for kind, weight in KINDS.items() for _ in range(weight)]


def command(d: Drawn, books: Books) -> Command:
    """A command that the books have something for."""
    early = not books.invoices or (len(books.invoices) < 3 and d.odds(2))
    found = invoice(d, books) if early else d.one(_BAG)(d, books) or payment(d, books)
    once = found.words[1] in ("new", "add", "allocate", "apply") and "--undo" not in found.words
    if once and d.odds(4):
        found = found._replace(words=[*found.words, "--external-id", d.key()])
    return found

"""What a generated ledger and its statement are made of, and how they are written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Literal

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Books, Confirmed, Item, Party, PastPayment, PayoutItem, Settled
from tests.reconcile import people, references
from tests.reconcile.people import Customer

START = date(2026, 1, 5)

STYLES: dict[str, Callable[[int, int], str]] = {
    "INV-2026-0042": lambda year, n: f"INV-{year}-{n:04d}",
    "RE2026/00042": lambda year, n: f"RE{year}/{n:05d}",
    "2026-00042": lambda year, n: f"{year}-{n:05d}",
    "100042": lambda _, n: f"{100000 + n}",
    "R-26-00042": lambda year, n: f"R-{year % 100}-{n:05d}",
    "F20260042": lambda year, n: f"F{year}{n:04d}",
    "INV-1": lambda _, n: f"INV-{n}",
    "SI/00042": lambda _, n: f"SI/{n:05d}",
}


@dataclass(eq=False)
class Doc:
    customer: Customer
    amount: int
    issued: date
    due: date
    credit: bool = False
    percent: int = 0
    until: date | None = None
    number: str = ""
    reference: str = ""
    kind: str = ""
    settled_on: date | None = None

    @property
    def discount(self) -> int:
        return (self.amount * self.percent + 50) // 100


@dataclass(eq=False)
class Row:
    """A line to be, with what is right for it."""

    case: str
    on: date
    amount: int
    expect: dict[Doc | None, int]
    outcome: str = "book"
    """What is right: book, refund, return; ``hold`` where booking anything is wrong."""
    payer: str = ""
    iban: str = ""
    text: Callable[[], str] = str
    marked: Callable[[], tuple[str, ...]] = tuple
    ultimate: str = ""
    kind: str = ""
    fee: int = 0
    lonely: Customer | None = None
    """Without reference: right only if nothing else of this customer comes to the amount."""
    takes: dict[Doc, int] = field(default_factory=dict)
    """What the line closes beyond its cash: discount, fee, rounding."""
    seen: bool = False
    id: str = ""


@dataclass
class Truth:
    case: str
    outcome: str
    allocations: dict[str, int]


@dataclass
class Made:
    lines: list[BankLine]
    books: Books
    truth: dict[str, Truth]


@dataclass(frozen=True)
class Knobs:
    """What may differ from one ledger to another."""

    style: str = "INV-2026-0042"
    round_prices: float = 0.3
    idle: float = 0.6
    """Open documents that nobody pays, for every line."""
    iban_share: float = 0.4
    """How often a line has the payer's account."""
    per_customer: float = 4.0
    currency: str = "EUR"


def knobs(random: Random) -> Knobs:
    return Knobs(
        random.choice(list(STYLES)),
        random.choice([0.05, 0.3, 0.6]),
        random.choice([0.2, 0.6, 1.0]),
        random.choice([0.0, 0.4, 0.8]),
        random.choice([2.0, 4.0, 8.0]),
        random.choice(["EUR", "EUR", "USD", "CHF"]),
    )


class Ground:
    """Makes cases, then numbers the documents in the order of issue, then writes the lines."""

    def __init__(self, random: Random, count: int, chosen: Knobs) -> None:
        self.random = random
        self.knobs = chosen
        taken: set[str] = set()
        size = max(30, int(count * 1.3 / chosen.per_customer))
        self.customers = [people.make(random, at, taken) for at in range(size)]
        for child in random.sample(self.customers, size // 10):
            parent = random.choice(self.customers)
            if parent is not child and parent.parent is None and not any(each.parent is child for each in self.customers):
                child.parent = parent
        self.taken = taken
        self.parents = {each.parent for each in self.customers if each.parent}
        self.docs: list[Doc] = []
        self.rows: list[Row] = []
        self.payments: list[PastPayment] = []
        self.late: list[Callable[[], PastPayment]] = []
        self.payouts: list[Callable[[], PayoutItem]] = []
        self.confirmed: list[Confirmed] = []
        self.serial = 0

    def day(self) -> date:
        return START + timedelta(days=self.random.randrange(150))

    def price(self) -> int:
        if self.random.random() < self.knobs.round_prices:
            return self.random.choice([4900, 9900, 10000, 14900, 25000, 50000, 75000, 99900, 120000, 150000, 250000])
        return self.random.randrange(1500, 900000)

    def odd(self) -> int:
        return self.random.randrange(2000, 900000)

    def customer(self, country: str = "") -> Customer:
        fits = [each for each in self.customers if each.country == country] if country else []
        return self.random.choice(fits or self.customers)

    def invoice(self, customer: Customer, issued: date | None = None, amount: int = 0, percent: int = 0) -> Doc:
        issued = issued or self.day()
        doc = Doc(
            customer, amount or self.price(), issued, issued + timedelta(days=self.random.choice([10, 14, 30, 30, 60])), percent=percent
        )
        if percent:
            doc.until = issued + timedelta(days=self.random.choice([8, 10, 14]))
        self.docs.append(doc)
        return doc

    def note(self, customer: Customer, issued: date, amount: int) -> Doc:
        doc = Doc(customer, amount, issued, issued, credit=True)
        self.docs.append(doc)
        return doc

    def after(self, *docs: Doc) -> date:
        last = max(doc.issued for doc in docs)
        return last + timedelta(days=self.random.randrange(2, 45))

    def account(self, customer: Customer) -> str:
        return customer.iban if self.random.random() < self.knobs.iban_share else ""

    def words(self, number: str) -> str:
        return self.random.choice(
            [
                f"Rechnung {number}",
                f"RG-NR {number}",
                f"{number}",
                f"Invoice {number}",
                f"inv no. {number} thank you",
                f"Zahlung {number} vielen Dank",
                f"REF {number}",
                f"Kd-Nr 48213 RNr {number}",
                f"facture {number}",
                f"{number} vom {self.day():%d.%m.%Y}",
                f"/INV/{number}",
                f"payment for {number} dated {self.day():%Y-%m-%d}",
                f"SVWZ+{number}",
                f"货款 {number}",
                f"Betaling faktura {number}",
                f"lasku {number}",
                f"Überweisung {number} EUR 1.250,00",
            ]
        )

    def idle_words(self) -> str:
        return self.random.choice(
            [
                "",
                "",
                "Zahlung",
                "payment",
                "Rechnung",
                "invoice",
                "Überweisung",
                "Vielen Dank",
                "thanks",
                "货款",
                "SEPA Gutschrift",
                "faktura",
                "Transfer",
            ]
        )

    def add(self, case: str, docs: list[Doc], text: Callable[[], str] | str, **more: object) -> Row:
        customer = docs[0].customer
        on = more.pop("on", None) or self.after(*docs)
        expect = {doc: -doc.amount if doc.credit else doc.amount for doc in docs}
        defaults = {
            "amount": sum(expect.values()),
            "expect": expect,
            "payer": people.plain(self.random, customer),
            "iban": self.account(customer),
            "text": text if callable(text) else (lambda: text),
        }
        row = Row(case, on, **{**defaults, **more})  # type: ignore[arg-type]
        self.rows.append(row)
        return row

    def write(self) -> Made:
        self.docs.sort(key=lambda doc: (doc.issued, doc.customer.id))
        style = STYLES[self.knobs.style]
        notes = STYLES["INV-2026-0042"]
        for at, doc in enumerate(self.docs, 1):
            doc.number = "CN" + notes(doc.issued.year, at)[3:] if doc.credit else style(doc.issued.year, at)
            body = f"{at + 730000}"
            if doc.kind:
                doc.reference = {
                    "RF": references.rf,
                    "QRR": references.qrr,
                    "KID": references.kid,
                    "viite": references.viite,
                    "OGM": references.ogm,
                }[doc.kind](body)
        self.numbers = {doc.number for doc in self.docs}
        self.rows.sort(key=lambda row: row.on)
        for at, row in enumerate(self.rows, 1):
            row.id = f"L{at:05d}"
        self.unique()
        lines = [
            BankLine(
                row.id,
                at,
                row.on,
                row.amount,
                "JPY" if row.kind == "other" else self.knobs.currency,
                payer=row.payer,
                iban=row.iban,
                text=row.text(),
                references=row.marked(),
                kind="return" if row.kind == "return" else "",
                fee=row.fee,
                ultimate=row.ultimate,
            )
            for at, row in enumerate(self.rows, 1)
        ]
        truth = {
            row.id: Truth(row.case, row.outcome, {doc.number if doc else "": amount for doc, amount in row.expect.items()})
            for row in self.rows
        }
        return Made(lines, self.books(), truth)

    def books(self) -> Books:
        currency = self.knobs.currency
        items, settled = [], []
        for doc in self.docs:
            refs = (doc.reference,) if doc.reference else ()
            if doc.settled_on:
                settled.append(Settled(doc.number, doc.customer.id, currency, doc.amount, doc.settled_on, refs))
                continue
            kind: Literal["invoice", "credit-note"] = "credit-note" if doc.credit else "invoice"
            discount = doc.discount if doc.percent else 0
            items.append(
                Item(doc.number, kind, doc.customer.id, currency, doc.issued, doc.due, doc.amount, doc.amount, refs, doc.until, discount)
            )
        parties = [
            Party(each.id, (each.name,), (each.iban,) if each.known_iban else (), each.parent.id if each.parent else "")
            for each in self.customers
        ]
        return Books(
            items,
            settled,
            parties,
            [make() for make in self.late],
            (),
            self.confirmed,
            frozenset(),
            {row.id: "imported before" for row in self.rows if row.seen},
            frozenset(),
            (),
            [make() for make in self.payouts],
        )

    def unique(self) -> None:
        """Where nothing but the payer and the amount speaks, the amount must fit one way only; else the line is one to hold."""
        left = {doc: doc.amount for doc in self.docs if not doc.settled_on}
        owed: dict[str, list[Doc]] = {}
        for doc in self.docs:
            owed.setdefault(doc.customer.id, []).append(doc)
            if doc.customer.parent:
                owed.setdefault(doc.customer.parent.id, []).append(doc)
        for row in self.rows:
            if row.lonely:
                others = [
                    doc for doc in owed.get(row.lonely.id, []) if left.get(doc, 0) > 0 and doc.issued <= row.on and doc not in row.expect
                ]
                if self.also(row, others, left):
                    row.case, row.outcome, row.expect = "two sums equally likely", "hold", {}
            if row.outcome in ("book", "refund"):
                for found, cash in row.expect.items():
                    if found:
                        left[found] -= abs(cash) + row.takes.get(found, 0)

    def also(self, row: Row, family: list[Doc], left: dict[Doc, int]) -> bool:
        """Whether other documents come to the amount too, and are not many more than those that were paid."""
        own = [(doc, left.get(doc, 0)) for doc in row.expect if doc]
        values = [(-left[doc] if doc.credit else left[doc], doc) for doc in family[:16]]
        values += [(left[doc] - doc.discount, doc) for doc in family[:16] if doc.percent]
        values += [(-amount if doc.credit else amount, doc) for doc, amount in own]
        mine = frozenset(doc for doc in row.expect if doc)
        for size in range(1, max(3, len(mine) + 2)):
            for chosen in combinations(values, size):
                if sum(value for value, _ in chosen) == row.amount and frozenset(doc for _, doc in chosen) != mine:
                    return True
        return False

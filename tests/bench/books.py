"""The same books three times from one seed: a ledger as ``bill`` writes it, a journal for hledger and ledger, and a beancount file.

``python -m tests.bench.books 1000 DIR`` writes ``DIR/ledger``, ``DIR/books.journal`` and ``DIR/books.beancount``. Everything goes
through in the order of its days and is forgotten at once, so a million invoices need no more memory than a thousand.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TextIO
from unittest import mock

from billcli import __version__
from billcli.app.schemas import schema_files
from billcli.core import addresses, seal
from billcli.core.allocation import AllocationRow
from billcli.core.document import document_data
from billcli.core.invoice import creditor_reference, printed_party
from billcli.core.payment import PaymentRequest, payment_document
from billcli.model.customer import Customer
from billcli.model.invoice import Invoice
from billcli.model.money import Money
from billcli.model.sequence import number_for
from billcli.store import audit, folded, fs
from billcli.store.layout import KINDS
from billcli.store.locate import private_folder
from billcli.store.write import document_text

FIRST = date(2024, 1, 1)
LAST = date(2026, 12, 31)
"""The day on which the books are looked at; what is paid later is open."""
CLOSED = date(2026, 11, 30)
"""Where the books are written folded: all but the last month."""
DAYS = (LAST - FIRST).days
CUSTOMERS = 1000
SEED = 7
CLONE = "be9c0001"
ACTOR = "bench"
CURRENCY = "EUR"
PATTERN = "INV-{year}-{n:6}"
FORMAT = 1
"""Raised when the books change, so that kept ones are made anew."""

_SALES = (
    ("consulting", "Senior engineer, sprint {}", "hour"),
    ("hosting", "Managed hosting, plan {}", "month"),
    ("training", "Workshop day {}", "day"),
    ("licences", "Licence seats, batch {}", "seat"),
    ("travel", "Travel: Lyon, trip {}", "trip"),
    ("support", "Support hours, ticket {}", "hour"),
)
_CITIES = (("24103", "Kiel", "DE"), ("69002", "Lyon", "FR"), ("0150", "Oslo", "NO"), ("20095", "Hamburg", "DE"))

_LEDGER = f"""\
schema: ledger/1
company:
  name: Fjord Consulting AS
  address:
    street: Kongens gate 1
    postal_code: "0153"
    city: Oslo
    country: NO
  tax_id: NO999999999MVA
  email: billing@fjord.example
currency: {CURRENCY}
timezone: UTC
terms: net 30
tax: vat-19
sequences:
  - name: invoice
    kind: invoice
    pattern: "{PATTERN}"
  - name: credit-note
    kind: credit-note
    pattern: "CN-{{year}}-{{n}}"
tax_codes:
  - code: vat-19
    category: S
    rate: 19
"""
_FIRST_FILES = {
    "ledger.yaml": _LEDGER,
    "categories.yaml": "schema: categories/1\nrevenue:\n" + "".join(f"  - name: {name}\n" for name, _, _ in _SALES),
    "items.yaml": "schema: items/1\nitems: []\n",
    ".gitignore": ".bill/\n",
    ".gitattributes": "* text=auto eol=lf\naudit/**/*.jsonl merge=union\n",
}


class Sold(NamedTuple):
    """A line of an invoice; the quantity in quarters, amounts in cents."""

    kind: int
    name: str
    quarters: int
    price: int
    amount: int


class Issued(NamedTuple):
    """An invoice, the ``n``-th of its year; amounts in cents."""

    on: date
    n: int
    customer: int
    lines: tuple[Sold, ...]
    net: int
    tax: int
    order: str

    @property
    def number(self) -> str:
        return number_for(PATTERN, self.on, self.n)

    @property
    def gross(self) -> int:
        return self.net + self.tax


class Paid(NamedTuple):
    """A payment of an invoice, all of it or a part."""

    on: date
    number: str
    customer: int
    amount: int


def movements(count: int, seed: int = SEED) -> Iterator[Issued | Paid]:
    """The invoices and about 0.9 times as many payments in the order of their days, an invoice before its payment."""
    chance = random.Random(seed)
    waiting: list[tuple[date, int, Paid]] = []
    year = n = 0
    for at in range(count):
        day = FIRST + timedelta(days=at * DAYS // count)
        while waiting and waiting[0][0] < day:
            yield heapq.heappop(waiting)[2]
        year, n = (year, n + 1) if day.year == year else (day.year, 1)
        invoice = _issued(chance, day, n)
        yield invoice
        fate, later = chance.random(), day + timedelta(days=chance.randrange(3, 75))
        if fate < 0.93 and later <= LAST:
            amount = invoice.gross if fate < 0.90 else invoice.gross // 2
            heapq.heappush(waiting, (later, at, Paid(later, invoice.number, invoice.customer, amount)))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _issued(chance: random.Random, day: date, n: int) -> Issued:
    customer, lines = chance.randrange(CUSTOMERS), []
    for _ in range(3):
        kind, quarters, price = chance.randrange(len(_SALES)), chance.randrange(1, 81), chance.randrange(1000, 25000)
        lines.append(Sold(kind, _SALES[kind][1].format(chance.randrange(1, 99)), quarters, price, (quarters * price + 2) // 4))
    net = sum(each.amount for each in lines)
    return Issued(day, n, customer, tuple(lines), net, (net * 19 + 50) // 100, f"PO-{chance.randrange(10000, 99999)}")


def customer_id(customer: int) -> str:
    return f"c{customer:04d}"


def account(customer: int) -> str:
    """Where what the customer owes stands in the peers' books."""
    return f"Assets:AR:C{customer:04d}"


def adopt(root: Path) -> None:
    """Makes this folder the working copy that wrote the trail, so that the next command goes on with its chain."""
    private_folder(str(root))
    with mock.patch.dict(os.environ, BILL_CLONE=CLONE):
        audit.clone_id(str(root))


class LedgerWriter:
    """``bill``'s own form: every document as ``bill`` writes it, sealed, and one entry of the audit trail for each.

    With ``closed`` the months up to that day are written as ``bill fold`` leaves them: a million documents take an hour as single files.
    """

    def __init__(self, root: Path, closed: date | None = None) -> None:
        self.root = root
        self._closed = closed
        self._months: dict[str, dict[str, bytes]] = {}
        self._folds: list[tuple[str, str]] = []
        self._folders: set[str] = set()
        self._seal = (0, "")
        self._seq, self._prev = 0, ""
        self._trail: tuple[str, TextIO | None] = ("", None)
        self._taken: tuple[date, set[str]] = (FIRST, set())
        started = FIRST - timedelta(days=1)
        files = {**_FIRST_FILES, **schema_files()}
        if closed:
            files["ledger.yaml"] += f"closed_through: {closed}\n"
        self._record(started, "init", [(path, self._write(path, text.encode())) for path, text in files.items()])
        self._company = KINDS["ledger"].model.model_validate(_parsed(_LEDGER)).model_dump(exclude_unset=True)["company"]
        self._parties = [self._customer(each, started) for each in range(CUSTOMERS)]

    def write(self, each: Issued | Paid) -> None:
        if isinstance(each, Issued):
            self._invoice(each)
        else:
            self._payment(each)

    def close(self) -> None:
        """After the last document."""
        self._fold(LAST)
        if self._folds:
            self._record(LAST, "fold", self._folds)
        if self._trail[1]:
            self._trail[1].close()
        adopt(self.root)

    def _customer(self, customer: int, day: date) -> dict[str, Any]:
        code, city, country = _CITIES[customer % len(_CITIES)]
        address = {"street": f"Havnegata {customer + 1}", "postal_code": code, "city": city, "country": country}
        made = Customer.model_validate({"id": customer_id(customer), "name": f"Customer {customer:04d} GmbH", "address": address})
        self._document(day, "customer add", "customer", document_data(made))
        return document_data(printed_party(made, None))

    def _invoice(self, each: Issued) -> None:
        fields = {
            "number": each.number, "type": "service", "customer": customer_id(each.customer), "issued_on": each.on, "currency": CURRENCY,
            "terms": "net 30", "reference": creditor_reference(each.number), "buyer_reference": each.order, "rounding": "document",
            "issued_by": self._company, "issued_to": self._parties[each.customer],
            "lines": tuple(
                {
                    "description": line.name, "category": _SALES[line.kind][0], "quantity": _quantity(line.quarters),
                    "unit": _SALES[line.kind][2], "unit_price": _cents(line.price), "tax": "vat-19",
                }
                for line in each.lines
            ),
            "taxes": ({"code": "vat-19", "category": "S", "rate": Decimal(19), "base": _cents(each.net), "amount": _cents(each.tax)},),
            "instalments": ({"due_on": each.on + timedelta(days=30), "amount": _cents(each.gross)},),
            "totals": {"net": _cents(each.net), "tax": _cents(each.tax), "gross": _cents(each.gross)},
        }  # fmt: skip
        year, before = self._seal
        digest = seal.digest(Invoice.model_validate(fields))
        self._seal = (each.on.year, seal.seal(digest, before if year == each.on.year else ""))
        self._document(each.on, "invoice new", "invoice", {**fields, "seal": self._seal[1]})

    def _payment(self, each: Paid) -> None:
        if self._taken[0] != each.on:
            self._taken = (each.on, set())
        rows = (AllocationRow(each.number, each.amount, each.on),)
        request = PaymentRequest(customer_id(each.customer), each.amount, CURRENCY, each.on, method="transfer")
        made = payment_document(request, rows, each.on, self._taken[1])
        self._taken[1].add(made.id)
        self._document(each.on, "payment add", "payment", document_data(made))

    def _document(self, day: date, command: str, kind: str, data: dict[str, Any]) -> None:
        path, raw = KINDS[kind].path(data), document_text(KINDS[kind].schema, data).encode()
        address = addresses.when_folded(path) if self._closed and day <= self._closed else None
        if address is None:
            self._write(path, raw)
        else:
            file = addresses.file_of(address)
            if file not in self._months:
                self._fold(day)
            self._months.setdefault(file, {})[addresses.name_of(address)] = raw
        self._record(day, command, [(path, fs.sha256(raw))])

    def _fold(self, day: date) -> None:
        """The months before that of this day are complete."""
        for file in [each for each in self._months if each[-12:-5] < f"{day:%Y/%m}"]:
            parts = self._months.pop(file)
            self._folds.append((file, self._write(file, folded.joined({name: parts[name] for name in sorted(parts)}, file))))

    def _write(self, path: str, raw: bytes) -> str:
        """The SHA-256 of the file as it now stands."""
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        with open(f"{self.root}/{folder}/{name}", "xb") as file:
            file.write(raw)
        return fs.sha256(raw)

    def _record(self, day: date, command: str, files: list[tuple[str, str]]) -> None:
        at = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        self._seq += 1
        entry: dict[str, Any] = {
            "seq": self._seq, "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "clone": CLONE, "actor": ACTOR, "version": __version__,
            "command": command, "files": [{"path": path, "old": None, "new": new} for path, new in files], "prev": self._prev,
        }  # fmt: skip
        entry["hash"] = self._prev = audit.entry_hash(entry)
        path, file = audit.trail_file(CLONE, at), self._trail[1]
        if path != self._trail[0] or file is None:
            if file:
                file.close()
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            file = open(self.root / path, "x", encoding="utf-8", newline="")  # noqa: SIM115 - open for a month of the books
            self._trail = (path, file)
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _parsed(text: str) -> Any:
    """The fields of a file of ours, as the reader gives them."""
    from billcli.store.read import read

    _, entity, problems = read(text.encode(), "ledger.yaml")
    assert entity is not None
    assert not problems, problems
    return entity.model_dump(exclude_unset=True)


def _cents(amount: int) -> Decimal:
    return Money(amount, CURRENCY).amount


def _quantity(quarters: int) -> Decimal:
    return Decimal(quarters * 25).scaleb(-2).normalize() + 0


class PeersWriter:
    """The journal that hledger and ledger read, and the beancount file."""

    def __init__(self, folder: Path) -> None:
        self._journal = open(folder / "books.journal", "x", encoding="utf-8", newline="")  # noqa: SIM115 - open to the end
        self._beancount = open(folder / "books.beancount", "x", encoding="utf-8", newline="")  # noqa: SIM115 - open to the end
        self._journal.write(f"commodity 1000.00 {CURRENCY}\n\n")
        self._beancount.write(f'option "operating_currency" "{CURRENCY}"\n')
        income = [f"Income:{name.title()}" for name, _, _ in _SALES]
        for name in [*map(account, range(CUSTOMERS)), "Assets:Bank", "Liabilities:VAT", *income]:
            self._journal.write(f"account {name}\n")
            self._beancount.write(f"{FIRST} open {name} {CURRENCY}\n")

    def write(self, each: Issued | Paid) -> None:
        owed = account(each.customer)
        if isinstance(each, Issued):
            posted = [(owed, each.gross), *((f"Income:{_SALES[line.kind][0].title()}", -line.amount) for line in each.lines)]
            posted.append(("Liabilities:VAT", -each.tax))
            told = "invoice"
        else:
            posted = [("Assets:Bank", each.amount), (owed, -each.amount)]
            told = "payment"
        lines = [f"{name}    {format(_cents(amount), 'f')} {CURRENCY}" for name, amount in posted]
        head = f"{each.on} * ({each.number}) Customer {each.customer:04d} GmbH | {told}"
        self._journal.write("\n" + "\n    ".join([head, *lines]) + "\n")
        head = f'{each.on} * "Customer {each.customer:04d} GmbH" "{told}" ^{each.number}'
        self._beancount.write("\n" + "\n  ".join([head, *lines]) + "\n")

    def close(self) -> None:
        self._journal.close()
        self._beancount.close()


def write(count: int, folder: Path, what: str = "all", *, closed: date | None = None) -> None:
    """Writes the books of so many invoices; ``what`` is ``ledger``, ``peers`` or ``all``."""
    folder.mkdir(parents=True, exist_ok=True)
    writers: list[LedgerWriter | PeersWriter] = []
    if what != "peers":
        writers.append(LedgerWriter(folder / "ledger", closed))
    if what != "ledger":
        writers.append(PeersWriter(folder))
    for each in movements(count):
        for writer in writers:
            writer.write(each)
    for writer in writers:
        writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.books", description="The same books for bill and its peers.")
    parser.add_argument("count", type=int, help="how many invoices")
    parser.add_argument("folder", type=Path, help="an empty or new folder")
    parser.add_argument("--what", choices=("all", "ledger", "peers"), default="all")
    parser.add_argument("--folded", action="store_true", help=f"the months up to {CLOSED} closed and folded")
    told = parser.parse_args()
    write(told.count, told.folder, told.what, closed=CLOSED if told.folded else None)


if __name__ == "__main__":
    main()

"""A ledger on which a story is told: commands on days, and runs of the reminders by the clerk or by bill itself."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from billcli.core.delivery import delivery_id, delivery_key
from tests.laws.reminders.clerk import Clerk, Expected, Item, Notice
from tests.laws.reminders.reader import DECIMALS, documents, minor, parsed
from tests.support import Ran, bill, make_ledger

CLONE = "0123abcd"

LEDGER = """\
schema: ledger/1
company:
  name: Fjord Consulting AS
  iban: DE89370400440532013000
  address:
    street: Storgata 1
    postal_code: "0155"
    city: Oslo
    country: "NO"
currency: EUR
timezone: Europe/Oslo
terms: net 30
order: warn
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{{year}}-{{n}}
  - name: credit-note
    kind: credit-note
    pattern: CN-{{year}}-{{n}}
settlement:
  discount_grace_days: 3
bank_accounts:
  - id: main
    number: DE89370400440532013000
    currency: EUR
dunning:
{dunning}
mail:
  address: billing@fjord.example
sender: "{clone}"
git:
  commit: false
"""


def text(amount: int, currency: str) -> str:
    places = DECIMALS.get(currency, 2)
    return f"{amount // 10**places}.{amount % 10**places:0{places}}" if places else str(amount)


def number(short: str) -> str:
    """``I3`` is the third invoice of 2026."""
    return f"INV-2026-{int(short[1:]):04}"


class Scene:
    """``product``: bill runs the reminders; else the clerk writes the files of what it expects, as if all had been handed over."""

    def __init__(self, root: Path, dunning: str, files: str = "", *, product: bool) -> None:
        body = "\n".join(f"  {line}" for line in dunning.rstrip("\n").split("\n"))
        self.root = make_ledger(root, "--- ledger.yaml\n" + LEDGER.format(dunning=body, clone=CLONE) + files)
        self.product = product
        self.mails = root.parent / "mails"
        self.told: list[str] = []
        self.written = 0

    def bill(self, on: date, *words: str) -> Ran:
        ran = bill(*words, cwd=self.root, at=on.isoformat(), env={"BILL_CLONE": CLONE, "BILL_SMTP_URL": f"maildir:{self.mails}"})
        self.told.append(f"{on}  bill {shlex.join(words)}   -> {ran.code}")
        return ran

    def do(self, on: date, line: str) -> None:
        """A step that must succeed: a command line without ``--yes``, or one of the words below; ``I1`` stands for a number."""
        words = shlex.split(line)
        if words[0] == "sent":
            self.sent(on, number(words[1]))
        elif words[0] == "statement":
            self.statement(on)
        elif words[0] == "deactivate":
            self.add_to(f"customers/{words[1]}.yaml", f"deactivated_on: {on}\n")
        elif words[0] == "approve":
            self.approve(on, words[1], int(words[2]), *words[3:])
        elif words[0] == "notice":
            self.notice_by_hand(on, words[1], words[2], [number(each) for each in words[4:]], int(words[3]))
        else:
            ran = self.bill(on, *(_named(word) for word in words), "--yes")
            assert ran.code == 0, f"{line}\n{ran.out}{ran.err}"

    # files written by hand, which is legitimate; their names are made as bill makes them

    def write(self, path: str, body: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, encoding="utf-8", newline="")
        self.told.append(f"            {path} by hand")

    def add_to(self, path: str, body: str) -> None:
        self.write(path, (self.root / path).read_text(encoding="utf-8") + body)

    def sent(self, on: date, name: str, word: str = "sent", kind: str = "invoice", channel: str = "hand") -> None:
        """A delivery that stands as ``word`` says."""
        customer = _customer_of(self.root, kind, name)
        key = delivery_key(kind, (name,), None, channel, None)
        name_of = delivery_id(kind, name, key)
        states = "" if word == "planned" else f"states:\n  - {on}T08:00:01Z {word} by hand\n"
        self.write(
            f"deliveries/{on:%Y}/{on:%m}/{name_of}.yaml",
            f'schema: delivery/1\nid: {name_of}\nkind: {kind}\ncustomer: {customer}\ndocuments:\n  - {_quoted(name)}\n"on": {on}\n'
            f"channel: {channel}\nplanned_at: {on}T08:00:00Z\n{states}",
        )

    def statement(self, on: date) -> None:
        """A bank statement whose last day is the day before."""
        file = self.root.parent / f"{on}.csv"
        file.write_text(f"Date,Amount,Currency,Text,Name\n{on - timedelta(days=1)},-5.00,EUR,fee {on},bank\n", encoding="utf-8")
        ran = self.bill(on, "reconcile", "import", str(file), "--account", "main", "--yes")
        assert ran.code == 0, ran.out + ran.err

    def approve(self, on: date, customer: str, level: int, invoice: str = "", until: str = "") -> None:
        name = f"{on}-{customer}-{len(self.told):08x}"
        about = f"invoice: {number(invoice)}\n" if invoice and invoice != "-" else ""
        end = f"until: {until}\n" if until else ""
        self.write(
            f"approvals/{on:%Y}/{on:%m}/{name}.yaml",
            f'schema: approval/1\nid: "{name}"\ncustomer: {customer}\n{about}level: {level}\n"on": {on}\n{end}approved_by: A. Berg\n',
        )

    def notice_by_hand(self, on: date, customer: str, word: str, invoices: Sequence[str], level: int) -> None:
        """A notice whose delivery stands as ``word`` says."""
        clerk = Clerk(self.root)
        items = tuple(
            Item(each, level, clerk.invoices[each].parts[0][0], clerk.open(each, on), clerk.open(each, on), 0, 0, 0) for each in invoices
        )
        total = sum(each.asked for each in items)
        self.put(on, Notice(customer, "EUR", level, "mail", items, (), 0, total, on + timedelta(days=10), ()), word)

    def put(self, on: date, notice: Notice, word: str = "sent") -> None:
        """The files of a notice that the clerk decided on."""
        self.written += 1
        name, currency = f"{on}-{notice.customer}-{self.written:08x}", notice.currency
        deadline = f"deadline: {notice.deadline}\n" if notice.deadline else ""
        clerk = Clerk(self.root)
        body = (
            f'schema: reminder/1\nid: "{name}"\ncustomer: {notice.customer}\ncurrency: {currency}\n"on": {on}\nlevel: {notice.level}\n'
            f"policy: standard\ntemplate: reminder-{notice.level}\nchannel: {notice.channel}\nlanguage: en\n{deadline}"
            f"issued_by:\n  name: Fjord Consulting AS\nissued_to:\n  name: {notice.customer}\nitems:\n"
        )
        for each in notice.items:
            invoice = clerk.invoices[each.invoice]
            body += (
                f"  - invoice: {each.invoice}\n    level: {each.level}\n    issued_on: {invoice.issued_on}\n    due_on: {each.due_on}\n"
                f"    gross: {text(invoice.gross, currency)}\n    open: {text(each.open, currency)}\n"
                f"    asked: {text(each.asked, currency)}\n"
            )
            for key, amount in (("fee", each.fee), ("interest", each.interest), ("interest_computed", each.computed)):
                body += f"    {key}: {text(amount, currency)}\n" if amount else ""
        if notice.charges:
            body += "charges:\n"
            body += "".join(f"  - payment: {_quoted(of)}\n    amount: {text(amount, currency)}\n" for of, amount in notice.charges)
        body += f"credit: {text(notice.credit, currency)}\n" if notice.credit else ""
        self.write(f"reminders/{on:%Y}/{on:%m}/{name}.yaml", body + f"total: {text(notice.total, currency)}\n")
        if word != "none":
            self.sent(on, name, word, "reminder")

    # runs

    def run(self, on: date) -> list[Notice]:
        """What goes out on that day; empty where nothing does."""
        if self.product:
            return self.run_by_bill(on)
        expected = Clerk(self.root).expected(on)
        for each in expected.notices:
            self.put(on, each)
        return expected.notices

    def run_by_bill(self, on: date) -> list[Notice]:
        before = {each["id"] for each in documents(self.root, "reminders")}
        with quick_papers():
            ran = self.bill(on, "remind", "run", "--yes")
        assert ran.code in (0, 3), f"{self.told[-1]}\n{ran.out}{ran.err}"
        new = [each for each in documents(self.root, "reminders") if each["id"] not in before]
        self.hand_over(on, {each["id"] for each in new})
        return [notice_of(each, self.recipients(each["id"])) for each in new]

    def deliveries(self, notice: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted((self.root / "deliveries").rglob("*.yaml")):
            if notice in path.name:
                yield path, parsed(path.read_text(encoding="utf-8"))

    def recipients(self, notice: str) -> tuple[str, ...]:
        return tuple(str(each["to"]) for _, each in self.deliveries(notice) if each.get("to"))

    def hand_over(self, on: date, notices: Iterable[str]) -> None:
        """A person does what bill leaves to one: letters, and mail where nothing is set up that takes it."""
        for notice in notices:
            for path, each in self.deliveries(notice):
                if not each.get("states"):
                    self.add_to(str(path.relative_to(self.root)), f"states:\n  - {on}T09:00:01Z sent by hand\n")

    def preview(self, on: date) -> list[dict[str, Any]]:
        ran = self.bill(on, "remind", "preview", "--format", "json")
        assert ran.code == 0, f"{self.told[-1]}\n{ran.out}{ran.err}"
        rows: list[dict[str, Any]] = ran.json["rows"]
        return rows


WORDS = (
    ("dispute", "disput"), ("promise", "promis"), ("plan", "plan"), ("manual", "hold"), ("manual", "held"), ("unsent", "sent"),
    ("statement", "statement"), ("address", "address"), ("deactivated", "deactivat"), ("approval", "approv"), ("approval", "consent"),
    ("approval", "agree"), ("credit", "credit"), ("minimum", "minimum"), ("minimum", "below"), ("minimum", "less than"),
    ("doubt", "nobody knows"), ("planned", "wait"), ("refused", "refused"),
)  # fmt: skip


def named(reason: str) -> set[str]:
    """Which stops a printed reason may mean."""
    return {stop for stop, word in WORDS if word in reason.lower()}


@contextmanager
def quick_papers() -> Iterator[None]:
    """Papers and letters without their looks: what stands in them is decided before."""
    from billcli.render import studio

    def made(_: object, jobs: Sequence[Any], *__: object, **___: object) -> list[Any]:
        return [b"%PDF-1.7 paper" if job.kind == "paper" else studio.Texts("subject", "text", "<p>text</p>") for job in jobs]

    with mock.patch.object(studio.Studio, "made", made):
        yield


def notice_of(data: Mapping[str, Any], to: tuple[str, ...] = ()) -> Notice:
    """A notice as bill wrote it down."""
    currency = data["currency"]

    def of(each: Mapping[str, Any], key: str) -> int:
        return minor(each.get(key) or "0", currency)

    items = tuple(
        Item(
            each["invoice"], int(each["level"]), date.fromisoformat(each["due_on"]), of(each, "open"), of(each, "asked"),
            of(each, "fee") + of(each, "fixed_sum"),
            of(each, "interest"), of(each, "interest_computed"),
        )
        for each in data["items"]
    )  # fmt: skip
    charges = tuple((each["payment"], of(each, "amount")) for each in data.get("charges") or ())
    deadline = date.fromisoformat(data["deadline"]) if data.get("deadline") else None
    return Notice(
        data["customer"], currency, int(data["level"]), data["channel"], items, charges, of(data, "credit"), of(data, "total"), deadline, to
    )


def lines(notices: Iterable[Notice]) -> list[str]:
    """``a EUR 1: I1/1 600.00 fee 40.00 interest 1.23, I2/0 5.00; charge 7.50; total 653.73``."""
    found = []
    for each in notices:
        items = ", ".join(_item(item, each.currency) for item in sorted(each.items))
        charge = sum(amount for _, amount in each.charges)
        charged = f"; charge {text(charge, each.currency)}" if charge else ""
        found.append(f"{each.customer} {each.currency} {each.level}: {items}{charged}; total {text(each.total, each.currency)}")
    return sorted(found)


def _item(item: Item, currency: str) -> str:
    said = f"{short(item.invoice)}/{item.level} {text(item.asked, currency)}"
    said += f" fee {text(item.fee, currency)}" if item.fee else ""
    said += f" interest {text(item.interest, currency)}" if item.interest else ""
    return said + (f" computed {text(item.computed, currency)}" if item.computed else "")


def stopped(expected: Expected) -> list[str]:
    return [f"{short(name)} stopped: {' '.join(sorted(reasons))}" for name, reasons in sorted(expected.stopped.items())]


def short(name: str) -> str:
    head, _, count = name.rpartition("-")
    return f"I{int(count)}" if head == "INV-2026" else name


def _named(word: str) -> str:
    head, colon, rest = word.partition(":")
    return number(head) + colon + rest if head[:1] == "I" and head[1:].isdigit() else word


def _customer_of(root: Path, kind: str, name: str) -> str:
    folder, key = ("invoices", "number") if kind == "invoice" else ("reminders", "id")
    return next(str(each["customer"]) for each in documents(root, folder) if each[key] == name)


def _quoted(name: str) -> str:
    return f'"{name}"' if name[:1].isdigit() else name

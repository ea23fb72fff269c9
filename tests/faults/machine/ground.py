"""A ledger with git, mail, reminders, a bank and recurring invoices, beside the model of ``tests/laws``; and what must always hold."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from billcli.core.facts import CreditNoteFact, PaymentFact, RefundFact, WriteOffFact
from billcli.index import queries
from billcli.index.queries import facts_of
from billcli.render.studio import Studio, Texts
from tests.delivery.post import Post, listening
from tests.faults.mail.cron import paper
from tests.laws import world
from tests.laws.histories import CUSTOMERS, START, Command, Told, day
from tests.laws.model import NEVER, Books, Drawn, Invoice, Refund, Refused, Row, Source
from tests.laws.world import Facts, World, index_of
from tests.support import Ran, bill, tree

HERE, THERE = "0123abcd", "89abcdef"
"""The working copy of the ledger, which hands mail over, and another."""

ZONE = ZoneInfo("Europe/Oslo")
LEDGER = f"""\
schema: ledger/1
company:
  name: Fjord Consulting AS
  address:
    country: "NO"
currency: EUR
timezone: Europe/Oslo
terms: net 10
order: {{order}}
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{{{{year}}}}-{{{{n}}}}
  - name: other
    kind: invoice
    pattern: OTHER-{{{{year}}}}-{{{{n}}}}
  - name: credit-note
    kind: credit-note
    pattern: CN-{{{{year}}}}-{{{{n}}}}
tax_codes:
  - code: vat-20
    category: S
    rate: 20
  - code: vat-7
    category: S
    rate: 7
settlement:
  discount_grace_days: 3
mail:
  address: billing@fjord.example
  max_per_customer: 50
dunning:
  policy: usual
  policies:
    - name: usual
      levels:
        - level: 1
          days: 3
        - level: 2
          days: 10
          gap: 5
          fee: 5.00
        - level: 3
          days: 20
          gap: 5
  unsent: remind
sender: {HERE}
git:
  commit: {{git}}
"""
CATEGORIES = """\
schema: categories/1
groups:
  segment:
    - name: public
    - name: private
revenue: []
tags:
  - name: watch
  - name: vip
"""
RULES = """\
schema: rules/1
classify:
  - name: big sums
    when:
      gross: 500..
    set:
      tag: vip
bank:
  - name: salaries
    text: "^Salary"
    direction: out
    ignore: wages
"""
_CUSTOMER = "contacts:\n  - role: billing\n    email: {name}@{name}.example\n  - role: dunning\n    email: late@{name}.example\n"
NUMBERING = (["invoice", "new"], ["credit-note", "new"])
_NUMBER = re.compile(r"(INV|OTHER|CN)-(\d{4})-(\d+)\Z")


class Ground(World):
    """``today`` of the model is the day of ``now`` in the ledger's time zone."""

    def __init__(self, folder: Path, begun: datetime, *, strict: bool, git: bool, smtp: bool) -> None:
        super().__init__(folder / "books", strict=strict)
        self.folder, self.uses_git, self.clone = folder, git, HERE
        self.now = begun
        self.latest = begun
        self.open = ExitStack()
        self.post = self.open.enter_context(listening(Post())) if smtp else None
        self.letters = folder / "letters"
        self.resent: Counter[str] = Counter()
        self.lines: dict[str, Counter[str]] = {}
        self.bank: dict[str, list[tuple[int, list[str]]]] = {}
        self.coming: tuple[str, list[str]] = ("", [])
        self.met: dict[tuple[str, str], Invoice | Source] = {}
        self.by_hand: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.books.year = lambda n: day(n).year
        self.at(begun)
        (self.root / "ledger.yaml").write_text(LEDGER.format(order="strict" if strict else "warn", git="true" if git else "false"))
        (self.root / "categories.yaml").write_text(CATEGORIES)
        (self.root / "rules.yaml").write_text(RULES)
        for name in CUSTOMERS:
            file = self.root / f"customers/{name}.yaml"
            file.write_text(file.read_text() + _CUSTOMER.format(name=name))
        if git:
            (self.root / ".gitignore").write_text(".bill/\n")
            (self.root / ".gitattributes").write_text("* text=auto eol=lf\naudit/**/*.jsonl merge=union\nbank/*/originals/** -text\n")
            self.git("init", "-q", "-b", "main")
            self.keep()

    def close(self) -> None:
        self.open.close()

    # time

    def at(self, now: datetime) -> None:
        self.now = now
        self.books.today = (now.astimezone(ZONE).date() - START).days

    def looked_at(self) -> Iterable[int]:
        today = self.books.today
        return range(max(0, today - 60), today + 1, 15)

    # commands

    def environment(self) -> dict[str, str]:
        where = f"smtp://127.0.0.1:{self.post.port}" if self.post else f"maildir:{self.letters}"
        return {"BILL_CLONE": self.clone, "BILL_SMTP_URL": where, "BILL_SMTP_TIMEOUT": "20", "BILL_CLOCK": "", **_NOBODY}

    def call(self, words: list[str], env: Mapping[str, str] | None = None) -> Ran:
        with mock.patch.object(Studio, "made", made):
            ran = bill(*words, cwd=self.root, at=self.now.strftime("%Y-%m-%dT%H:%M:%S"), env={**self.environment(), **(env or {})})
        assert ran.code != 70 and "Traceback" not in ran.err, self.told(f"{words}: {ran}")
        return ran

    def run(self, command: Command, *, tried: bool = False) -> bool:
        """Where the clock is behind the audit trail no number is given."""
        if command.predict is not None and command.words[:2] in NUMBERING and self.is_behind():
            command = command._replace(predict=_refused)
        return super().run(command, tried=tried)

    def is_behind(self) -> bool:
        """By the trail as anybody can read it."""
        files = sorted(self.root.glob(f"audit/{self.clone}/*.jsonl"))
        every = [json.loads(line)["at"] for file in files for line in file.read_text().splitlines()]
        return bool(every) and self.now < datetime.fromisoformat(max(every)) - timedelta(hours=1)

    def numbered(self) -> set[str]:
        return {number for number in (*self.books.invoices, *self.books.sources) if _NUMBER.match(number)}

    def noted(self, what: str, code: int = 0) -> None:
        """What is no command, in the transcript."""
        self.ran.append((self.books.today, [f"# {self.now:%H:%M}", what], code))

    def git(self, *words: str, ok: bool = True) -> str:
        ran = subprocess.run(["git", "-C", str(self.root), *words], capture_output=True, text=True, check=False, env=_GIT)
        assert ran.returncode == 0 or not ok, self.told(f"git {words}: {ran.stdout}{ran.stderr}")
        return ran.stdout

    def keep(self) -> None:
        """Commits whatever there is, as somebody does after an edit by hand."""
        if self.uses_git:
            self.git("add", "-A")
            self.git("commit", "-q", "--allow-empty", "-m", "By hand")
        self.by_hand.clear()

    # what the model learns

    def relearn(self) -> None:
        """The model takes over everything from the files, but for what it knows of a document beyond them."""
        with index_of(self.root) as index:
            found = world.facts(index)
            refunds, write_offs = facts_of(index, RefundFact, "refunds", "", []), facts_of(index, WriteOffFact, "write_offs", "", [])
            closed = queries.settings(index).get("closed_through")
        books = self.books
        books.closed = n(date.fromisoformat(closed)) if closed else -1
        books.invoices = {name: self._invoice(each) for name, each in found.invoices.items()}
        books.sources = {name: self._source(each) for name, each in found.sources.items()}
        books.refunds = {each.id: Refund(each.id, n(each.booked_on), n(each.paid_on), n(each.reversed_on)) for each in refunds}
        books.write_offs = {each.id: n(each.booked_on) for each in write_offs}
        kept = [row for row in found.rows if row.kind != "void"]
        books.rows = [Row(row.invoice, row.kind, row.amount, n(row.booked_on), row.source, n(row.ended_on)) for row in kept]
        books.draws = [Drawn(each.refund, each.source, each.amount, n(each.booked_on), n(each.ended_on)) for each in found.draws]

    def _invoice(self, fact: Any) -> Invoice:
        known = self.met.get((fact.number, fact.digest))
        lines = known.lines if isinstance(known, Invoice) else []
        percent = int(fact.discount_percent) if fact.discount_percent else 0
        apart = bool(fact.imported) or fact.number.startswith("OTHER-")
        return Invoice(
            fact.number, fact.customer, fact.currency, fact.gross, n(fact.issued_on), n(fact.due_on), percent, n(fact.discount_until),
            lines, n(fact.voided_on), imported=apart,
        )  # fmt: skip

    def _source(self, fact: PaymentFact | CreditNoteFact) -> Source:
        if isinstance(fact, PaymentFact):
            return Source(
                fact.id, fact.customer, fact.currency, fact.amount, n(fact.booked_on), n(fact.received_on), fee=fact.fee,
                reference=fact.reference or "", ended=n(fact.reversed_on),
            )  # fmt: skip
        known = self.met.get((fact.number, fact.digest))
        quantities, by_tax = (known.quantities, known.by_tax) if isinstance(known, Source) else ({}, {})
        on = n(fact.issued_on)
        return Source(
            fact.number, fact.customer, fact.currency, fact.gross, on, on, True, fact.corrects or "", quantities=quantities, by_tax=by_tax,
            ended=n(fact.voided_on), imported=bool(fact.imported),
        )  # fmt: skip

    def forget(self) -> None:
        """What was known of the days before: the books were set back, or those of somebody else came in."""
        self.known, self.figures, self.through, self.closings = {}, {}, -1, []
        with index_of(self.root) as index:
            found = world.facts(index)
        self.found = {*found.invoices.values(), *found.sources.values(), *found.rows, *found.draws}

    # what must hold

    def hold(self) -> None:
        super().hold()
        self.numbers_have_no_gaps()
        self.reports_agree()
        self.mail_goes_once()

    def as_the_model_says(self, found: Facts) -> None:
        super().as_the_model_says(found)
        for number, fact in found.invoices.items():
            self.met.setdefault((number, fact.digest), self.books.invoices[number])
        for name, source in found.sources.items():
            if isinstance(source, CreditNoteFact):
                self.met.setdefault((name, source.digest), self.books.sources[name])

    def numbers_have_no_gaps(self) -> None:
        """1 to n in each year, whatever ``check`` says of it."""
        found: dict[tuple[str, str], list[int]] = {}
        for number in (*self.books.invoices, *(name for name, each in self.books.sources.items() if each.note)):
            if parts := _NUMBER.match(number):
                found.setdefault((parts[1], parts[2]), []).append(int(parts[3]))
        for head, counted in found.items():
            assert sorted(counted) == list(range(1, len(counted) + 1)), self.told((head, sorted(counted)))

    def reports_agree(self) -> None:
        """Check is clean; what is told to a program is what the model says; and none of it writes."""
        before = tree(self.root)
        checked = self.call(["check", "--format", "json"])
        assert checked.code == 0, self.told(checked.out)
        listed = self.call(["invoice", "list", "--format", "json"])
        assert listed.code == 0, self.told(listed.err)
        today = self.books.today
        rows = listed.json["rows"]
        got = {row["number"]: minor(row["open"], row["currency"]) for row in rows}
        says = {number: self.books.open(number, today) for number, each in self.books.invoices.items() if each.on <= today}
        assert got == says, self.told({name: (got.get(name), says.get(name)) for name in {*got, *says} if got.get(name) != says.get(name)})
        aging = self.call(["report", "aging", "--format", "json"])
        assert aging.code == 0, self.told(aging.err)
        totals: Counter[str] = Counter()
        for row in aging.json["rows"]:
            totals[row["currency"]] += minor(row["total"], row["currency"])
        owed: Counter[str] = Counter()
        for number, amount in got.items():
            owed[self.books.invoices[number].currency] += amount
        for name, each in self.books.sources.items():
            owed[each.currency] -= self.books.free(name, today)
        assert +totals == +owed and -totals == -owed, self.told(f"aging {totals}, the model {owed}")
        assert tree(self.root) == before, self.told("a reader wrote")

    def mail_goes_once(self) -> None:
        """No message twice without a person's word; and what is said to be sent was."""
        taken = Counter(_message_id(each.content) for each in self.post.taken) if self.post else Counter[str]()
        for name, times in taken.items():
            assert times <= 1 + self.resent[name], self.told(f"{name} was handed over {times} times")
        for file in self.root.glob("deliveries/*/*/*.yaml"):
            text = file.read_text()
            states = [line.split(" ", 3)[2] for line in text.partition("\nstates:\n")[2].splitlines() if line.startswith("  - ")]
            if "sent" in states and "data" in states:
                message_id = next(line.split(" ", 1)[1].strip("<>\"'") for line in text.splitlines() if line.startswith("message_id: "))
                arrived = taken[message_id] if self.post else sum(1 for _ in self.letters.glob(f"*/{file.stem}*"))
                assert arrived, self.told(f"{file.name} is said to be sent")

    def finish(self) -> None:
        super().finish()
        if self.uses_git:
            left = {line[3:] for line in self.git("status", "--porcelain", "-uall").splitlines()}
            waiting = self.root / ".bill/git-pending"
            known = set(waiting.read_text().splitlines()) if waiting.exists() else set()
            assert left <= self.by_hand | known, self.told(f"git has not: {left - self.by_hand - known}")

    def tell_bank(self, account: str, rows: Iterable[str]) -> None:
        """A statement came: a line counts as often as it stands in one of them."""
        mine = self.lines.setdefault(account, Counter())
        for row, times in Counter(rows).items():
            mine[row] = max(mine[row], times)

    def bank_agrees(self) -> None:
        """Every line that the bank told is there as often as it came, however often and in whatever order it was told."""
        ran = self.call(["reconcile", "status", "--format", "json"])
        assert ran.code in (0, 3), self.told(ran.err)
        got: Counter[str] = Counter()
        for row in ran.json["rows"]:
            got[row["account"].split("-")[0]] += row["lines"]  # a file's second currency has an account of its own
        assert got == {name: mine.total() for name, mine in self.lines.items() if mine}, self.told(got)

    def snapshot(self) -> dict[str, Any]:
        """What is known beside the files, to go back to."""
        names = ("books", "lines", "by_hand", "repeatable", "latest")
        return {name: copy.deepcopy(getattr(self, name)) for name in names}

    def back_to(self, known: Mapping[str, Any]) -> None:
        today = self.books.today
        for name, each in known.items():
            setattr(self, name, copy.deepcopy(each))
        self.books.today = today


_NOBODY = {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in (("NAME", "Ada"), ("EMAIL", "ada@fjord.example"))}
_GIT = {
    "PATH": "/usr/bin:/bin:/usr/local/bin",
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    **_NOBODY,
}


def _refused(_: Books, __: Told) -> None:
    raise Refused("the clock is behind")


def made(_: Studio, jobs: Sequence[Any], progress: Any = None) -> list[bytes | Texts]:
    """In place of ``Studio.made``, which would start Python and typst for each command: a paper or a letter that is its data."""
    return [paper(job) if job.kind == "paper" else Texts(job.template, paper(job).decode(), "<p></p>") for job in jobs]


def n(on: date | None) -> int:
    return NEVER if on is None else (on - START).days


def minor(text: str, currency: str) -> int:
    return int(text) if currency == "JPY" else int(text.replace(".", ""))


def _message_id(raw: bytes) -> str:
    return next(line.split(b":", 1)[1].strip().decode() for line in raw.splitlines() if line.lower().startswith(b"message-id:")).strip("<>")


def instant(n: int, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day(n)}T{hour}").replace(tzinfo=UTC)


def chain(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(root.glob("audit/*/*.jsonl")) for line in file.read_text().splitlines()]


def later(now: datetime, days: int, hour: str) -> datetime:
    return datetime.fromisoformat(f"{(now + timedelta(days=days)).date()}T{hour}").replace(tzinfo=UTC)

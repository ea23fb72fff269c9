"""A ledger that sends, and a studio of a few lines in the place of the templates."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from billcli.render.results import Fault, Texts
from tests.support import LEDGER, Ran, bill, done, make_ledger

CLONE = "c10ec10e"
DAY = "2026-04-17"
MAIL = "mail:\n  name: Fjord Consulting\n  address: billing@fjord.example\n"
CUSTOMER = """\
schema: customer/1
id: {id}
name: {name}
contacts:
  - role: billing
    email: ap@{id}.example
"""


class Job(NamedTuple):
    kind: str
    template: str
    language: str
    data: dict[str, Any]


class Plain:
    """Stands for the templates: ``wording`` is what a letter says beside the number."""

    wording = "Please find attached"
    fault = ""
    jobs = 0

    def __init__(self, root: str) -> None:
        self.root = root

    def made(self, jobs: Sequence[Job], progress: Any = None) -> list[Any]:
        Plain.jobs += len(jobs)
        return [self._made(each) for each in jobs]

    def _made(self, job: Job) -> Any:
        what = str(job.data["what"])
        if Plain.fault and Plain.fault in what:
            return Fault("templates/mail/en/invoice.txt.j2", 3, "'custmer' is undefined")
        if job.kind == "paper":
            return b"%PDF-1.7 " + what.encode()
        return Texts(f"{job.template} {what}", f"{Plain.wording} {what}.\n.\n", f"<p>{Plain.wording} {what}</p>\n")


@contextmanager
def plain_studio() -> Iterator[type[Plain]]:
    studio, papers = ModuleType("billcli.render.studio"), ModuleType("billcli.app.papers")
    vars(studio).update(Job=Job, Texts=Texts, Fault=Fault, Studio=Plain)
    vars(papers).update(
        document_data=lambda books, kind, number: {"what": number, "document": {}},
        language_of=lambda document: "en",
        reminder_data=lambda books, notice: {"what": notice.id},
        statement_data=lambda books, customer, currency, since, until, kind: {"what": f"{customer} {kind} {since} {until} {currency}"},
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, module in (("render.studio", studio), ("app.papers", papers)):
            package, _, own = name.partition(".")
            patch.setitem(sys.modules, f"billcli.{name}", module)
            patch.setattr(import_module(f"billcli.{package}"), own, module, raising=False)
        Plain.wording, Plain.fault, Plain.jobs = "Please find attached", "", 0
        yield Plain


class Office:
    """A ledger whose invoices are mailed to a server on that port, or into a Maildir."""

    def __init__(self, root: Path, where: str, customers: Sequence[str] = ("nordwind",), settings: str = MAIL) -> None:
        self.root = make_ledger(root)
        (root / "ledger.yaml").write_text(f"{LEDGER.replace('git:', settings + 'sender: ' + CLONE + chr(10) + 'git:')}")
        for each in customers:
            (root / "customers").mkdir(exist_ok=True)
            (root / "customers" / f"{each}.yaml").write_text(CUSTOMER.format(id=each, name=each.title() + " GmbH"))
        self.env = {"BILL_SMTP_URL": where, "BILL_CLONE": CLONE, "BILL_SMTP_TIMEOUT": "20"}

    def bill(self, *words: str, at: str = DAY) -> Ran:
        return bill(*words, cwd=self.root, at=at, env=self.env)

    def done(self, *words: str, at: str = DAY) -> Ran:
        return done(*words, cwd=self.root, at=at, env=self.env)

    def invoice(self, customer: str = "nordwind", price: str = "100") -> str:
        ran = self.done("invoice", "new", "-c", customer, "-l", f"Work;1;{price}", "--yes")
        return ran.out.strip()

    def planned(self, *numbers: str) -> list[str]:
        """Delivery ids of invoices that were planned and wait."""
        return list(self.done("invoice", "send", *numbers, "--later", "--yes", "--format", "json").json["deliveries"])

    def states(self, delivery: str) -> list[str]:
        """The words of its state lines as the next command reads them."""
        return [str(each["state"]) for each in self.history(delivery)]

    def history(self, delivery: str) -> list[dict[str, Any]]:
        ran = self.done("outbox", "show", delivery, "--format", "json")
        return [{"state": line.split(" ")[1], "said": " ".join(line.split(" ")[2:])} for line in ran.json["rows"][0].get("states", ())]

    def stand(self, delivery: str) -> str:
        return str(self.done("outbox", "show", delivery, "--format", "json").json["rows"][0]["state"])

    def authors(self, delivery: str) -> list[tuple[str, str]]:
        """The commands whose audit entries name its file, and by whom it was changed."""
        lines = [json.loads(line) for file in sorted((self.root / "audit").rglob("*.jsonl")) for line in file.read_text().splitlines()]
        return [(each["command"], file.get("by", "bill")) for each in lines for file in each["files"] if delivery in file["path"]]

    def file(self, delivery: str) -> Path:
        return next((self.root / "deliveries").rglob(f"{delivery}.yaml"))

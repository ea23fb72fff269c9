"""A world in which every writing command has something to do, and a command line of each.

The world is a folder: the ledger ``books`` beside the files that commands are given and the places where they put what they make.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from billcli.cli.main import NOUNS, _commands
from tests.faults.rig import DAY
from tests.support import Ran, bill, make_ledger

CLONE = "0123abcd"
READ_ONLY = frozenset(
    (
        "audit log", "audit numbers", "audit sample", "audit verify", "bank read", "category list", "check", "ci", "completion",
        "credit backtest", "credit explain", "credit score", "credit-note list", "credit-note show", "customer audit", "customer list",
        "customer show", "diff", "doctor", "draft list", "draft show", "explain", "finding list", "hold list", "hold show",
        "invoice list", "invoice show", "outbox list", "outbox show", "payment list", "payment show", "reconcile customer",
        "reconcile status", "recurring list", "recurring preview", "recurring show", "refund list", "refund show", "remind list",
        "remind preview", "remind show", "report aging", "report bad-debt", "report cash-forecast", "report cei", "report customers",
        "report days-late", "report days-to-pay", "report discounts", "report dso", "report dunning", "report overdue-trend",
        "report overview", "report reconciliation", "report revenue", "report tax", "report turnover", "schema datasette", "schema views",
        "show", "tag audit", "tag list", "tag report", "template check", "template list", "terms show", "verify", "write-off list",
        "write-off show",
    )
)  # fmt: skip
"""Commands that write nothing, neither into a ledger nor beside it."""

APART = {
    "reconcile review": "asks a person line by line, and writes as reconcile apply does",
    "renumber": "works in books that no other command works in: see test_commands",
}
"""Commands that have no row, and why nothing is lost by that."""


class Row(NamedTuple):
    """A command line; ``@pattern`` in it stands for the name of the first file of the ledger that fits, without its ending.

    ``once``: what it writes is one transaction, so all old or all new. ``beside``: it writes outside the ledger as well, or only there.
    """

    words: str
    once: bool = True
    beside: str = ""
    env: tuple[tuple[str, str], ...] = ()


def _mailing(words: str) -> Row:
    return Row(words, once=False, beside="post", env=(("BILL_SMTP_URL", "maildir:@post"),))


def _editing(words: str, script: str) -> Row:
    return Row(words, env=(("EDITOR", f"sed -i {script}"),))


COMMANDS: dict[str, Row] = {
    "init": Row("init other --name Other --currency EUR --country DE --no-git", beside="other"),
    "demo": Row("demo demo", beside="demo"),
    "edit": _editing("edit nord --yes", "s/Nordwind/Nordwand/"),
    "schema write": Row("schema write --yes"),
    "customer add": Row("customer add --id anna --name Anna --yes"),
    "customer edit": Row('customer edit nord --set "terms=net 10" --yes'),
    "customer tag": Row("customer tag nord --add vip --yes"),
    "customer deactivate": Row("customer deactivate twin --reason gone --yes"),
    "customer activate": Row("customer activate idle --yes"),
    "customer merge": Row("customer merge twin --into nord --reason twice --yes"),
    "customer import": Row("customer import customers.csv --rejects later.csv --yes", beside="later.csv"),
    "invoice new": Row("invoice new -c nord -l Work;1;10;vat-20 --yes"),
    "invoice issue": Row("invoice issue @drafts/nord-* --yes"),
    "invoice duplicate": Row("invoice duplicate INV-2026-0002 --yes"),
    "invoice pdf": Row("invoice pdf INV-2026-0004 --out papers", once=False, beside="papers"),
    "invoice void": Row("invoice void INV-2026-0005 --reason typo --yes"),
    "invoice send": _mailing("invoice send INV-2026-0005 --yes"),
    "invoice import": Row("invoice import invoices.csv --rejects later.csv --yes", beside="later.csv"),
    "draft edit": _editing("draft edit @drafts/nord-* --yes", "s/quantity:.3/quantity:\\ 4/"),
    "draft delete": Row("draft delete @drafts/nord-* --yes"),
    "credit-note new": Row("credit-note new -i INV-2026-0004 --reason late --amount 5 --yes"),
    "credit-note send": _mailing("credit-note send CN-2026-0001 --yes"),
    "credit-note pdf": Row("credit-note pdf CN-2026-0001 --out papers", once=False, beside="papers"),
    "credit-note apply": Row("credit-note apply CN-2026-0001 -i INV-2026-0004:5 --yes"),
    "credit-note void": Row("credit-note void CN-2026-0001 --reason typo --yes"),
    "recurring new": Row("recurring new -c sued --every month --starts 2026-04-01 -l Care;1;40;none --id care --yes"),
    "recurring run": Row("recurring run --yes"),
    "recurring end": Row("recurring end hosting --on 2026-06-30 --reason cancelled --yes"),
    "payment add": Row("payment add -c nord -a 30 -i INV-2026-0004 --yes"),
    "payment allocate": Row("payment allocate @payments/2026/01.yaml -i INV-2026-0002:5 --yes"),
    "payment reverse": Row("payment reverse @payments/2026/02/*-nord-* --reason bounced --yes"),
    "payment import": Row("payment import payments.csv --rejects later.csv --yes", beside="later.csv"),
    "reconcile import": Row("reconcile import april.csv --yes"),
    "reconcile undo": Row("reconcile undo L1 --reason other --yes"),
    "reconcile apply": Row("reconcile apply proposal.yaml --yes"),
    "statement": Row("statement nord --pdf --out papers", beside="papers"),
    "outbox send": _mailing("outbox send"),
    "outbox resolve": Row("outbox resolve @deliveries/2026/03/INV-2026-0003-* --drop --reason posted --yes"),
    "outbox retry": Row("outbox retry @deliveries/2026/03/INV-2026-0002-* --yes"),
    "outbox pdf": Row("outbox pdf @deliveries/2026/03/INV-2026-0003-* --out papers", beside="papers"),
    "outbox here": Row("outbox here --yes", env=(("BILL_CLONE", "89abcdef"),)),
    "finding new": Row("finding new INV-2026-0004 --text odd --yes"),
    "finding close": Row("finding close @findings/2026/03/* --accept --reason small --yes"),
    "hold new": Row("hold new --kind promise -i INV-2026-0004 --until 2026-04-24 --reason phone --evidence letter.txt --yes"),
    "hold release": Row("hold release @holds/2026/*/*-sued-* --outcome rejected --reason talked --yes"),
    "remind run": _mailing("remind run --yes"),
    "remind approve": Row('remind approve nord --level 2 --by "Ada Berg" --until 2026-07-31 --yes'),
    "refund new": Row("refund new -c sued --amount 7 --reason twice --yes"),
    "refund reverse": Row("refund reverse @refunds/2026/03/* --reason bounced --yes"),
    "write-off new": Row('write-off new -i INV-2026-0004:9 --reason lost --approved-by "Ada Berg" --yes'),
    "write-off reverse": Row("write-off reverse @write-offs/2026/03/* --reason paid --yes"),
    "credit limit": Row("credit limit nord --override 5000 --until 2026-06-30 --approved-by Ada --reason fair --yes"),
    "classify": Row("classify --write --yes"),
    "report html": Row("report html --out page", beside="page"),
    "template copy": Row("template copy mail/de/words.j2 --yes"),
    "bank profile": Row("bank profile own.csv --save own --yes"),
    "close": Row("close --through 2026-03-10 --yes"),
    "run": _mailing("run --yes"),
    "fold": Row("fold 2026-02 --yes"),
    "unfold": Row("unfold 2026-01 --yes"),
    "undo": Row("undo --yes"),
}
"""By noun and verb. A new command that writes needs a row here: see ``test_commands``."""

_LEDGER = f"""\
--- ledger.yaml
schema: ledger/1
company:
  name: Fjord Consulting AS
  address:
    country: NO
currency: EUR
timezone: UTC
terms: net 14
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{{year}}-{{n}}
  - name: credit-note
    kind: credit-note
    pattern: CN-{{year}}-{{n}}
tax_codes:
  - code: vat-20
    category: S
    rate: 20
dunning:
  policy: steps
  unsent: remind
  policies:
    - name: steps
      levels:
        - level: 1
          days: 5
        - level: 2
          days: 60
          approval: true
mail:
  address: billing@fjord.example
sender: {CLONE}
git:
  commit: false
--- categories.yaml
schema: categories/1
groups:
  segment:
    - name: trade
tags:
  - name: vip
    owner: Ada
--- rules.yaml
schema: rules/1
classify:
  - name: Winds
    when:
      name_matches: wind
    set:
      segment: trade
--- customers/nord.yaml
schema: customer/1
id: nord
name: Nordwind GmbH
contacts:
  - role: billing
    email: ap@nord.example
--- customers/sued.yaml
schema: customer/1
id: sued
name: Südwind GmbH
contacts:
  - role: billing
    email: ap@sued.example
--- customers/twin.yaml
schema: customer/1
id: twin
name: Nordwind again
--- customers/idle.yaml
schema: customer/1
id: idle
name: Idle Ltd
"""
_BESIDE = {
    "letter.txt": "We shall pay.\n",
    "customers.csv": "id,name\nbert,Bert\n,\ncara,Cara\n",
    "invoices.csv": "number,customer,issued_on,due_on,currency,gross\nOLD-1,nord,2026-03-04,2026-03-20,EUR,50.00\n",
    "payments.csv": "external_id,customer,received_on,amount,currency\nP1,nord,2026-03-12,3.00,EUR\n",
    "march.csv": "id,date,amount,currency,payer,text\nL1,2026-03-02,33.00,EUR,Südwind GmbH,INV-2026-0007\n",
    "april.csv": "id,date,amount,currency,payer,text\nM1,2026-03-12,120.00,EUR,Nordwind GmbH,INV-2026-0004\n",
    "own.csv": (
        "Tag;Wer;Wofuer;Euro;Buchungsdatum\n1;Nordwind GmbH;INV-2026-0004;1.190,00;30.03.2026\n2;Papier;Bestellung 8;-29,90;31.03.2026\n"
    ),
}
_HISTORY = {
    "2026-01-10": ["invoice new -c nord -l Work;1;100;vat-20 --yes"],
    "2026-01-20": ["payment add -c nord -a 130 -i INV-2026-0001 --yes"],
    "2026-02-05": ["invoice new -c nord -l Work;2;100;vat-20 --yes", "invoice new -c sued -l Work;1;50;vat-20 --yes"],
    "2026-02-12": ["payment add -c nord -a 12 -i INV-2026-0002 --yes", "payment add -c sued -a 9 --yes"],
    "2026-03-01": ["close --through 2026-02-28 --yes", "fold 2026-01 --yes", "customer deactivate idle --reason gone --yes"],
    "2026-03-02": [
        "invoice new -c nord -l Work;3;100 --draft --yes", "invoice new -c nord -l Work;1;100;vat-20 --yes",
        "invoice new -c sued -l Work;1;80;vat-20 --yes", "invoice new -c nord -l Work;1;30;none --yes",
        "invoice new -c sued -l Work;1;33;none --yes", "payment add -c nord -a 30 -i INV-2026-0006 --yes",
        "credit-note new -i INV-2026-0006 --reason late --amount 10 --yes",
        "hold new --kind dispute -i INV-2026-0003 --reason letter --yes", "refund new -c sued --amount 2 --reason twice --yes",
        'write-off new -i INV-2026-0002:3 --reason lost --approved-by "Ada Berg" --yes',
        "recurring new -c nord --every month --starts 2026-03-01 -l Hosting;1;60;none --id hosting --yes",
        "reconcile import march.csv --yes --quiet", "invoice send INV-2026-0003 --later --yes",
        "invoice send INV-2026-0002 --later --yes", "finding new INV-2026-0002 --text odd --yes",
        "customer tag sued --add vip --yes",
    ],
    DAY: ["reconcile import april.csv --propose proposal.yaml --yes"],
}  # fmt: skip


def world(folder: Path) -> Path:
    """Builds it; the ledger is below."""
    books = make_ledger(folder / "books", _LEDGER)
    for name, text in _BESIDE.items():
        (folder / name).write_text(text)
    for day, lines in _HISTORY.items():
        for line in lines:
            ran = typed(folder, Row(line), at=day)
            assert ran.code in (0, 3), (line, ran)
    return books


def typed(folder: Path, row: Row, at: str = DAY) -> Ran:
    """Runs a command line in that world."""
    names = [_named(folder / "books", word[1:]) if word.startswith("@") else word for word in shlex.split(row.words)]
    return bill(
        "--ledger",
        "books",
        *names,
        cwd=folder,
        at=at,
        env={"BILL_CLONE": CLONE, **{name: said.replace("@", f"{folder}/") for name, said in row.env}},
    )


def _named(books: Path, pattern: str) -> str:
    found = sorted(books.glob(pattern))
    assert found, pattern
    path = found[0]
    if pattern.endswith(".yaml"):  # a folded file: its first document
        return next(line.split()[1].strip('"') for line in path.read_text().splitlines() if line.startswith("id:"))
    return path.stem


def tree_of_commands() -> Iterator[tuple[str, Any]]:
    """Every command by noun and verb, as Typer knows it."""
    for noun in NOUNS:
        found = _commands().resolve_command(None, [noun])[1]
        for verb, command in getattr(found, "commands", {"": found}).items():
            yield f"{noun} {verb}".strip(), command


@dataclass(frozen=True)
class Typed:
    """A row as a command of the rig, which gives it the world's folder."""

    row: Row
    at: str = DAY

    def __call__(self, folder: Path) -> Ran:
        return typed(folder, self.row, self.at)

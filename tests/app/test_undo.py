"""``bill undo``: every writing command is taken back byte for byte, or refused with the command to use instead."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest

from billcli.core import undo as core
from tests.cli.test_help import COMMANDS
from tests.outbox.office import plain_studio
from tests.support import LEDGER, Ran, bill, documents, make_ledger, tree

DAY = "2026-04-17"
CLONE = "0123abcd"
MAIL = f"""\
mail:
  name: Fjord
  address: b@fjord.example
sender: {CLONE}
dunning:
  unsent: remind
  policies:
    - name: usual
      levels:
        - level: 1
          days: 5
git:"""
BOOKS = f"""
--- ledger.yaml
{LEDGER.replace("git:", MAIL)}
--- categories.yaml
schema: categories/1
tags:
  - name: vip
  - name: old
--- rules.yaml
schema: rules/1
classify:
  - name: vips
    when:
      name_matches: Nord
    set:
      tag: vip
--- customers/nord.yaml
schema: customer/1
id: nord
name: Nord GmbH   # since 1998
tags:
  - old
contacts:
  - role: billing
    email: ap@nord.example
--- customers/twin.yaml
schema: customer/1
id: twin
name: Nord Twin
--- customers/left.yaml
schema: customer/1
id: left
name: Left Ltd
deactivated_on: 2026-03-01
--- recurring/care.yaml
schema: recurring/1
id: care
customer: twin
every: month
starts_on: 2026-04-01
lines:
  - description: Care
    quantity: 1
    unit_price: 60.00
--- statement.csv
id,date,amount,currency,payer,text,iban,kind
L1,2026-04-10,119.00,EUR,Nord,Invoice INV-2026-0002,,
L2,2026-04-11,7.00,EUR,Somebody,no idea,,
--- customers.csv
id,name
one,One
two,Two
--- old.csv
number,customer,issued_on,currency,gross
OLD-1,nord,2026-03-01,EUR,10.00
OLD-2,nord,2026-03-02,EUR,20.00
--- paid.csv
external_id,customer,received_on,amount,currency,invoice
p-1,nord,2026-04-01,10.00,EUR,INV-2026-0001
--- editor.sh
#!/bin/sh
grep -q ^sender "$1" && sed -i 's/^sender:.*/sender: c10ec10e/' "$1" || echo "notes: seen" >> "$1"
"""
"""Everything that commands work on; what is no document of the ledger lies beside them."""

WORK = ["--line", "Work;1;100;vat-20"]
SETUP = [
    ("2026-03-02", ["invoice", "new", "-c", "nord", *WORK]),
    ("2026-03-02", ["invoice", "new", "-c", "nord", "--line", "Work;1;119"]),
    ("2026-03-03", ["invoice", "new", "-c", "nord", *WORK]),
    ("2026-03-03", ["invoice", "new", "-c", "twin", *WORK]),
    ("2026-03-04", ["payment", "add", "-c", "nord", "-a", "50", "--external-id", "free"]),
    ("2026-03-05", ["payment", "add", "-c", "nord", "-a", "20", "--invoice", "INV-2026-0001", "--external-id", "used"]),
    ("2026-03-06", ["credit-note", "new", "-c", "nord", "--reason", "Goodwill", "-l", "Goodwill;1;5;none"]),
    ("2026-03-06", ["credit-note", "new", "-c", "nord", "--reason", "Goodwill", "-l", "Goodwill;1;5;none"]),
    ("2026-03-06", ["credit-note", "apply", "CN-2026-0002", "--invoice", "INV-2026-0003"]),
    ("2026-03-07", ["write-off", "new", "--reason", "Gone", "--approved-by", "A", "--invoice", "INV-2026-0003:10"]),
    ("2026-03-08", ["refund", "new", "-c", "nord", "--reason", "Twice", "--amount", "5"]),
    ("2026-03-09", ["hold", "new", "--kind", "manual", "-c", "twin", "--reason", "wait"]),
    ("2026-03-10", ["invoice", "new", "-c", "nord", *WORK, "--draft"]),
]  # fmt: skip


class Case(NamedTuple):
    """A command on the books, ``{kind}`` standing for the id of the one document of that kind; ``refused``: what ``undo`` says."""

    words: str
    refused: str = ""
    before: tuple[str, ...] = ()
    reason: bool = False


CREDIT = '"bill credit-note new --invoice'
VOID = '"bill invoice void'
SENT = "has left the house, or may have"

CASES = [
    Case("customer add --id anna --name Anna"),
    Case("customer edit nord --set terms='net 10'"),
    Case("customer tag nord --add vip --remove old"),
    Case("customer deactivate twin --reason gone"),
    Case("customer activate left --reason back"),
    Case("customer merge twin --into nord --reason same"),
    Case("customer import customers.csv"),
    Case("invoice new -c nord --line Work;1;100 --draft"),
    Case("invoice new -c nord --line Work;1;100", f"INV-2026-0005 was issued by entry .*{VOID} INV-2026-0005"),
    Case("invoice issue {drafts}", VOID),
    Case("invoice duplicate INV-2026-0001", VOID),
    Case("invoice void INV-2026-0004 --reason typo"),
    Case("invoice import old.csv"),
    Case("invoice pdf INV-2026-0001 --out out", SENT),
    Case("invoice send INV-2026-0001 --later"),
    Case("invoice send INV-2026-0001", SENT),
    Case("invoice send INV-2026-0001 --by-hand post", SENT),
    Case("draft edit {drafts} --reason new"),
    Case("draft delete {drafts}"),
    Case("credit-note new -i INV-2026-0003 --amount 1 --reason less", "credit-note apply CN-2026-0003 --undo .*credit-note void"),
    Case("credit-note new -c nord --reason less -l Less;1;5;none", '"bill credit-note void CN-2026-0003'),
    Case("credit-note apply CN-2026-0001 --invoice INV-2026-0001"),
    Case("credit-note apply CN-2026-0002 --undo --reason wrong"),
    Case("credit-note void CN-2026-0001 --reason wrong"),
    Case("credit-note send CN-2026-0001", SENT),
    Case("credit-note pdf CN-2026-0001 --out out", SENT),
    Case("payment add -c nord -a 30 --invoice INV-2026-0001"),
    Case("payment allocate {free} --invoice INV-2026-0001"),
    Case("payment allocate {used} --undo --reason wrong"),
    Case("payment reverse {used} --reason bounced"),
    Case("payment import paid.csv"),
    Case("refund new -c nord --reason Twice --amount 3"),
    Case("refund reverse {refunds} --reason back"),
    Case("write-off new --reason Gone --approved-by A --invoice INV-2026-0001"),
    Case("write-off reverse {write-offs} --reason paid"),
    Case("hold new --kind dispute -i INV-2026-0001 --reason broken --evidence ../letter.txt"),
    Case("hold release {holds}"),
    Case("finding new INV-2026-0001 --text wrong"),
    Case("finding close {findings} --accept --reason fine", before=("finding new INV-2026-0001 --text wrong",)),
    Case("reconcile import statement.csv"),
    Case("reconcile undo L1 --reason wrong", before=("reconcile import statement.csv",)),
    Case("reconcile apply proposal.yaml", before=("reconcile import statement.csv --propose proposal.yaml",)),
    Case("bank profile odd.csv --save odd"),
    Case("recurring new -c nord --id rent --every month --starts 2026-05-01 --line Rent;1;10"),
    Case("recurring end care --on 2026-06-30 --reason gone"),
    Case("recurring run", VOID),
    Case("remind approve nord --by A --level 3"),
    Case("remind run --later"),
    Case("remind run", SENT),
    Case("outbox resolve {INV} --drop --reason no", SENT, before=("invoice send INV-2026-0001 --later",)),
    Case("outbox retry {INV}", SENT, before=("invoice send INV-2026-0001 --later", "outbox resolve {INV} --drop --reason no")),
    Case("outbox here", before=("edit ledger.yaml",)),
    Case("statement nord --mail --later --to 2026-04-16"),
    Case("credit limit nord --override 500 --until 2026-05-01 --approved-by A --reason big"),
    Case("classify --write"),
    Case("template copy invoice --language en"),
    Case("schema write"),
    Case("close --through 2026-03-31", "the days up to 2026-03-31|all days up to 2026-03-31 would be open again.*--reason"),
    Case("close --through 2026-03-31", reason=True),
    Case("fold 2026-03", '"bill unfold 2026-03" turns it round', before=("close --through 2026-03-31",)),
    Case("unfold 2026-03", '"bill fold 2026-03" turns it round', before=("close --through 2026-03-31", "fold 2026-03")),
    Case("edit nord"),
]  # fmt: skip
ELSEWHERE = {
    "undo": "each case undoes its undo",
    "renumber": "it gives a number, which is never taken back: test_two_clones",
    "run": "its steps are recurring run, invoice send and remind run",
    "outbox run": "it only adds states",
    "reconcile review": "it writes what reconcile apply does",
}
"""Writing commands without a case of their own."""


def run(root: Path, words: str | list[str], at: str = DAY) -> Ran:
    env = {"BILL_CLONE": CLONE, "BILL_SMTP_URL": f"maildir:{root.parent}/box", "EDITOR": f"sh {root.parent}/editor.sh"}
    return bill(*(words if isinstance(words, list) else shell(words, root)), cwd=root, at=at, env=env)


def shell(words: str, root: Path) -> list[str]:
    """Names of documents and of files put in."""
    import shlex

    found = {
        folder: path.stem
        for folder in ("drafts", "refunds", "write-offs", "holds", "findings")
        for path in sorted((root / folder).rglob("*.yaml"))
    }
    for path in (root / "payments").rglob("*.yaml"):
        found |= {key: path.stem for key in ("free", "used") if f"external_id: {key}\n" in path.read_text()}
    found["INV"] = next((path.stem for path in (root / "deliveries").rglob("INV-*.yaml")), "")
    named = re.sub(r"\{([\w-]+)\}", lambda match: found[match[1]], words)
    return [re.sub(r"^(\w+\.csv)\Z", r"../\1", each) for each in shlex.split(named)]


def write(root: Path, words: str) -> Ran:
    ran = run(root, [*shell(words, root), *([] if " pdf " in words else ["--yes"])])
    assert ran.code in (0, 3), f"{words}: {ran}"
    return ran


@pytest.fixture
def studio(case: Case) -> Iterator[None]:
    """PDFs are made by the real one."""
    with nullcontext() if " pdf " in case.words else plain_studio():
        yield


@pytest.fixture(scope="module")
def base(room: Path) -> Path:
    root = make_ledger(room / "base" / "books", BOOKS)
    for name in ("statement.csv", "customers.csv", "old.csv", "paid.csv", "editor.sh"):
        (root / name).rename(root.parent / name)
    (root.parent / "odd.csv").write_text("Buchung;Betrag;Waehrung;Text\n01.04.2026;1,00;EUR;x\n02.04.2026;2,00;EUR;y\n", "utf-8")
    (root.parent / "letter.txt").write_text("not ordered\n", "utf-8")
    for at, words in SETUP:
        ran = run(root, [*words, "--yes"], at)
        assert ran.code == 0, ran
    assert run(root, "check").code == 0
    return root


@pytest.fixture
def books(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base.parent, tmp_path / "copy")) / "books"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.words)
@pytest.mark.usefixtures("studio")
def test_a_command_is_taken_back_byte_for_byte_or_refused_with_what_to_do_instead(books: Path, case: Case) -> None:
    for words in case.before:
        write(books, words)
    before = documents(books)
    write(books, case.words)
    after = tree(books)
    reason = ["--reason", "mistaken"] if case.reason else []
    ran = run(books, ["undo", "--yes", *reason])
    if case.refused:
        assert ran.code == 1
        assert re.search(case.refused, ran.err, re.DOTALL), ran.err
        assert tree(books) == after
        return
    assert ran.code == 0, ran.err
    assert documents(books) == before
    assert run(books, "check").code == 0
    assert run(books, ["undo", "--yes", *reason]).code == (1 if case.words.startswith("close") else 0)
    if not case.words.startswith("close"):
        assert documents(books) == {path: raw for path, raw in after.items() if not path.startswith("audit/")}


def test_every_writing_command_has_its_case() -> None:
    writing = {name for name, each in COMMANDS.items() if any("--yes" in param.opts for param in each.params)}
    told = {" ".join(words[:2] if " ".join(words[:2]) in COMMANDS else words[:1]) for words in (case.words.split() for case in CASES)}
    assert writing - told == ELSEWHERE.keys() & writing


def test_what_to_do_instead_is_a_command_there_is() -> None:
    named = re.findall(r'"bill ([a-z-]+(?: [a-z-]+\b)?)', " ".join((*core._FOLDER.values(), *core._COMMAND.values())))
    assert len(named) > 20
    assert [words for words in named if words not in COMMANDS and words.split()[0] not in ("edit", "reconcile")] == []

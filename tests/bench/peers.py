"""The tools that users know: which of them are here, their commands on the same books, and what they say each customer owes."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from billcli.core.report import counted
from tests.bench import books
from tests.bench.measure import Broken, Contestant
from tests.support import PROJECT

_QUERY = "SELECT account, sum(position) WHERE account ~ '^Assets:AR' GROUP BY account"
_WANTED = {"hledger": r"hledger (\d\S*)", "ledger": r"Ledger (3\S*)", "bean-check": r"(\d+\.\d\S*)", "bean-query": r"(\d+\.\d\S*)"}
"""Commands by how they name themselves; another program of the same name is not taken for them."""


class Tools(NamedTuple):
    """``bill`` and the peers found on the PATH, with their versions, and the environment that all of them get."""

    bill: tuple[str, ...]
    peers: Mapping[str, str]
    versions: Mapping[str, str]
    env: Mapping[str, str]

    @property
    def missed(self) -> list[str]:
        return [name for name in _WANTED if name not in self.peers]

    def ours(self, name: str, *words: str) -> Contestant:
        return Contestant(name, (*self.bill, *words), self.env, ours=True)

    def theirs(self, *words: str, name: str = "") -> list[Contestant]:
        """None where that peer is not here."""
        path = self.peers.get(words[0])
        return [Contestant(name or " ".join(words), (path, *words[1:]), self.env)] if path else []

    def said(self, *argv: str) -> str:
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, check=False, encoding="utf-8")
        if done.returncode:
            raise Broken(f"{Path(argv[0]).name} {' '.join(argv[1:])}: exit {done.returncode}\n{done.stdout[-500:]}{done.stderr[-500:]}")
        return done.stdout


def tools(env: Mapping[str, str]) -> Tools:
    """``bill`` is the command beside this Python, with this checkout's code."""
    python = Path(sys.executable)
    script = python.with_name("bill")
    bill = (str(script),) if script.exists() else (str(python), "-m", "billcli")
    where = subprocess.run(
        (str(python), "-c", "import billcli; print(billcli.__file__)"), env=env, cwd="/", capture_output=True, text=True, check=False
    )
    if not Path(where.stdout.strip()).is_relative_to(PROJECT):
        env = {**env, "PYTHONPATH": str(PROJECT)}
    peers, versions = {}, {}
    for name, pattern in _WANTED.items():
        if path := find(name, env):
            told = subprocess.run((path, "--version"), env=env, capture_output=True, text=True, check=False)
            if match := re.search(pattern, told.stdout + told.stderr):
                peers[name], versions[name] = path, match[1].rstrip(",")
    return Tools(bill, peers, versions, env)


def find(name: str, env: Mapping[str, str]) -> str | None:
    return shutil.which(name, path=env.get("PATH"))


def knows(found: Tools, *words: str) -> bool:
    """Whether ``bill`` has that command."""
    return subprocess.run((*found.bill, *words), env=found.env, capture_output=True, check=False).returncode == 0


def warm(found: Tools, folder: Path) -> list[Contestant]:
    """What is owed per customer, by each peer."""
    journal, beancount = str(folder / "books.journal"), str(folder / "books.beancount")
    return [
        *found.theirs("hledger", "-f", journal, "bal", "Assets:AR", name="hledger bal"),
        *found.theirs("ledger", "-f", journal, "bal", "^Assets:AR", name="ledger bal"),
        *found.theirs("bean-query", beancount, _QUERY, name="bean-query"),
    ]


def checks(found: Tools, folder: Path) -> list[Contestant]:
    """Reading and checking all of it; beancount without what it remembers of the last time."""
    return [
        *found.theirs("hledger", "-f", str(folder / "books.journal"), "check", name="hledger check"),
        *found.theirs("bean-check", "--no-cache", str(folder / "books.beancount"), name="bean-check"),
    ]


Owed = dict[str, Decimal]
"""What is owed by customer, those who owe nothing left out."""


def owed(found: Tools, folder: Path) -> dict[str, Owed]:
    """By tool: what each says that each customer owes."""
    answers = {"bill": bill_owes(found.said(*found.bill, "--ledger", str(folder / "ledger"), "report", "aging", "--format", "json"))}
    for each in warm(found, folder):
        path, *words = each.argv
        match each.name.split()[0]:
            case "hledger":
                answers["hledger"] = hledger_owes(found.said(path, *words, "--flat", "-N", "-O", "csv"))
            case "ledger":
                form = "%(account) %(quantity(scrub(display_total)))\n"
                answers["ledger"] = ledger_owes(found.said(path, *words, "--flat", "--no-total", "--format", form))
            case "bean-query":
                answers["beancount"] = beancount_owes(found.said(path, "-f", "csv", *words))
    return answers


def bill_owes(text: str) -> Owed:
    rows = json.loads(text)["rows"]
    return _owing((books.account(int(row["customer"].removeprefix("c"))), row["total"]) for row in rows)


def hledger_owes(text: str) -> Owed:
    return _owing((row["account"], row["balance"]) for row in csv.DictReader(io.StringIO(text)))


def ledger_owes(text: str) -> Owed:
    return _owing((line.split()[0], line.split()[1]) for line in text.splitlines() if line.strip())


def beancount_owes(text: str) -> Owed:
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    return _owing((row[0], row[1] or "0") for row in rows[1:] if row)


def _owing(rows: object) -> Owed:
    assert hasattr(rows, "__iter__")
    found = {name: Decimal(str(amount).split()[0].replace(",", "")) for name, amount in rows}
    return {name: amount for name, amount in found.items() if amount}


def differences(answers: Mapping[str, Owed]) -> Sequence[str]:
    """A line for each tool that answers otherwise than ``bill``, with the first customer on whom they differ."""
    ours, lines = answers["bill"], []
    for tool, theirs in answers.items():
        if apart := sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)):
            said = f"{theirs.get(apart[0], 0)} by {tool}, {ours.get(apart[0], 0)} by bill"
            lines.append(f"{tool} and bill differ on {counted(len(apart), 'customer')}: {apart[0]} owes {said}")
    return lines

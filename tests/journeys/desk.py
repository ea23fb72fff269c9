"""Somebody at work in a ledger for months, and the questions a bookkeeper asks at every month's end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.support import Ran, bill

Account = tuple[str, str]
"""A customer and a currency."""

BUCKETS = ("not due", "1-30", "31-60", "61-90", "over 90")


class Desk:
    """Every command is done on the day the desk has reached."""

    def __init__(self, root: Path, actor: str = "anna") -> None:
        self.root = root
        self.actor = actor
        self.day = ""
        self.currency = "EUR"
        self.kept: dict[str, Any] = {}

    def on(self, day: str) -> None:
        """The next day of work."""
        assert self.day <= day, "nobody works backwards"
        self.day = day

    def try_(self, *words: str, **env: str) -> Ran:
        return bill(*words, at=self.day, env={"BILL_LEDGER": str(self.root), "BILL_ACTOR": self.actor, **env})

    def do(self, *words: str, **env: str) -> str:
        """Gives the number or id that the command answers with."""
        ran = self.try_(*words, "--yes", **env)
        assert ran.code == 0, ran.err
        return ran.out.strip()

    def told(self, *words: str) -> str:
        """Does it, and gives what was said to the person."""
        ran = self.try_(*words, "--yes")
        assert ran.code == 0, ran.err
        return ran.err

    def refused(self, *words: str) -> str:
        """What is said where the rules of the books do not allow it; nothing changes."""
        ran = self.try_(*words, "--yes")
        assert ran.code == 1, ran.err
        return ran.err

    def ask(self, *words: str) -> Any:
        """A report or a document as JSON."""
        ran = self.try_(*words, "--format", "json")
        assert ran.code == 0, ran.err
        return ran.json

    def begin(self, name: str, currency: str, country: str, files: dict[str, str]) -> None:
        """A ledger without git; its settings are written by hand."""
        self.currency = currency
        ran = bill("init", str(self.root), "--name", name, "--currency", currency, "--country", country, "--no-git", at=self.day)
        assert ran.code == 0, ran.err
        for path, text in files.items():
            (self.root / path).write_text(text, encoding="utf-8")

    def replaces(self, path: str, old: str, new: str) -> None:
        """An edit by hand."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, text
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")

    def aging(self, as_of: str, *options: str) -> Any:
        return self.ask("report", "aging", "--as-of", as_of, *options)

    def owed(self, as_of: str) -> dict[str, str]:
        """Per customer, and currency if it is not the books' own, the buckets that hold something, then unapplied and total, as text."""
        found = {}
        for row in self.aging(as_of)["rows"]:
            held = [f"{name} {row['buckets'][name]}" for name in BUCKETS if Decimal(row["buckets"][name])]
            name = row["customer"] if row["currency"] == self.currency else f"{row['customer']} {row['currency']}"
            found[name] = ", ".join([*held, f"unapplied {row['unapplied']}", f"total {row['total']}"])
        return found

    def parts(self, as_of: str, *options: str) -> list[str]:
        """Every open instalment: invoice, due date, days overdue, open."""
        rows = self.aging(as_of, "--by", "invoice", *options)["rows"]
        return [f"{row['number']} {row['due_on']} {row['days_overdue']} {row['open']}" for row in rows]

    def open_(self, number: str) -> str:
        """What is open of an invoice today, with its state."""
        row = self.ask("invoice", "show", number)["rows"][0]
        return f"{row['open']} {row['state']}"

    def statement(self, since: str, until: str, *customers: str) -> list[str]:
        """The movements with the running balance, as one text each."""
        found = []
        for row in self.ask("statement", *customers, "--from", since, "--to", until)["rows"]:
            moved = f"+{row['debit']}" if row["debit"] else f"-{row['credit']}" if row["credit"] else ""
            amount = row["amount"] if row["balance"] is None else f"{moved} = {row['balance']}".strip()
            found.append(f"{row['date']} {row['kind']} {amount}")
        return found

    def items(self, as_of: str, *customers: str) -> list[str]:
        """The open items of a statement: kind, document, due date, what is open; what is only told has its amount."""
        rows = self.ask("statement", *customers, "--kind", "open", "--as-of", as_of)["rows"]
        return [" ".join(filter(None, (row["kind"], row["document"], row["due_on"], row["open"] or row["amount"]))) for row in rows]

    def month_ends(self, last: str) -> None:
        """The evening of a month's last day: nothing is wrong, and what the reports say now is kept, to be asked again later."""
        self.on(last)
        assert self.try_("check") == (0, "", "")
        self.kept[last] = self._reports(last, sorted(file.stem for file in self.root.glob("customers/*.yaml")))

    def closes(self, last: str) -> None:
        """Closes the books through a day; they say the same as before."""
        assert f"the books are closed through {last}" in self.told("close", "--through", last)
        assert self.try_("check") == (0, "", "")

    def _reports(self, last: str, customers: list[str]) -> Any:
        first = date.fromisoformat(last).replace(day=1).isoformat()
        return {
            "customers": customers,
            "aging": self.aging(last),
            "by invoice": self.aging(last, "--by", "invoice"),
            "activity": self.ask("statement", *customers, "--from", first, "--to", last),
            "open": self.ask("statement", *customers, "--kind", "open", "--as-of", last),
        }

    def past_stays(self, opening: Mapping[Account, Decimal] = MappingProxyType({})) -> None:
        """What was answered at each month's end is answered for it for ever, and each month begins where the one before it ended.

        ``opening`` is with what the accounts came into these books.
        """
        before = opening
        for last, then in self.kept.items():
            now = self._reports(last, then["customers"])
            for name, report in then.items():
                assert now[name] == report, f"{name} of {last}"
            closing = _accounts(then["activity"], before)
            aged = {(row["customer"], row["currency"]): Decimal(row["total"]) for row in then["aging"]["rows"]}
            assert {key: value for key, value in closing.items() if value} == {key: value for key, value in aged.items() if value}, last
            before = closing

    def audit(self) -> list[dict[str, Any]]:
        lines = [line for file in sorted(self.root.glob("audit/*/*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
        return [json.loads(line) for line in lines]


def _accounts(activity: Any, before: Mapping[Account, Decimal]) -> dict[Account, Decimal]:
    """The closing balance of every account, added up anew from the opening balance, which is the closing balance of ``before``."""
    running: dict[Account, Decimal] = {}
    closed: dict[Account, Decimal] = {}
    for row in activity["rows"]:
        key = (row["customer"], row["currency"])
        if row["kind"] == "opening balance":
            running[key] = Decimal(row["balance"])
            assert running[key] == before.get(key, 0), row
        elif row["kind"] == "closing balance":
            closed[key] = running[key]
            assert running[key] == Decimal(row["balance"]), row
        elif row["balance"] is not None:
            running[key] += Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
            assert running[key] == Decimal(row["balance"]), row
    assert {key for key, value in before.items() if value} <= set(closed), "an account that owes something has a statement"
    return closed

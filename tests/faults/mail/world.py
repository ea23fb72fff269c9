"""Small ledgers from a seed: what is due is known beforehand, whatever goes wrong. Every sixth is in git."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from tests.faults.mail.cron import CLONE, Deed, Desk, begun, call, cron
from tests.faults.mail.judge import Item, items_of
from tests.faults.mail.server import Server
from tests.faults.rig import copy
from tests.history import begin, commit
from tests.support import make_ledger

SENT_ON, PAID_ON, FIRST = "2026-01-05", "2026-01-20", "2026-02-02"
LEDGER = f"""\
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
dunning:
  policy: two-steps
  policies:
    - name: two-steps
      levels:
        - level: 1
          days: 3
        - level: 2
          days: 10
          gap: 5
          fee: 5.00
mail:
  address: billing@fjord.example
  send_since: 2026-01-01
  max_per_customer: 50
  give_up_days: 30
sender: {CLONE}
git:
  commit: false
"""


class World(NamedTuple):
    """A ledger as it stands in the morning of the first day, and what its customers are to get until the last."""

    seed: int
    root: Path
    due: frozenset[Item]
    open: dict[str, Decimal]
    """By customer, what is open on the last day."""
    payable: tuple[str, str, str] | None
    """An overdue invoice that may be paid on the second day: customer, number, amount."""
    steps: tuple[str, ...]
    """Those of the first day where nothing goes wrong."""
    parts: bool


def world(seed: int, folder: Path, server: Server) -> World:
    """The ledger of a seed, its first invoices sent and some of them paid."""
    dice = random.Random(seed)
    root = folder / f"world-{seed}"
    people: dict[str, tuple[str, ...]] = {}
    texts = [LEDGER]
    subscriber = ""
    for n in range(dice.randint(2, 4)):
        name = ("anna", "bergen", "chen", "dolores")[n]
        billing = [f"{name}@{name}.example"] + [f"second@{name}.example"] * (dice.random() < 0.3)
        dunning = [f"dunning@{name}.example"] * (dice.random() < 0.3)
        people[name] = (*billing, *dunning)
        roles = [("billing", to) for to in billing] + [("dunning", to) for to in dunning]
        contacts = "".join(f"  - role: {role}\n    email: {to}\n" for role, to in roles)
        texts.append(f"--- customers/{name}.yaml\nschema: customer/1\nid: {name}\nname: {name.title()} Ltd\ncontacts:\n{contacts}")
    if dice.random() < 0.4:
        texts.append("--- customers/mute.yaml\nschema: customer/1\nid: mute\nname: Mute Ltd\n")
        people["mute"] = ()
    if dice.random() < 0.6:
        subscriber = dice.choice([name for name in people if people[name]])
        texts.append(
            "--- recurring/support.yaml\nschema: recurring/1\nid: support\n"
            f"customer: {subscriber}\nevery: month\nstarts_on: {FIRST[:8]}01\nmail: true\n"
            "lines:\n  - description: Support {period}\n    quantity: 1\n    unit_price: 50\n    tax: none\n"
        )
    make_ledger(root, "".join(texts))
    if seed % 6 == 5:
        (root / ".gitignore").write_text(".bill/\n")
        (root / "ledger.yaml").write_text((root / "ledger.yaml").read_text().replace("commit: false", "commit: true"))
        begin(root)
        commit(root)
    open_: Counter[str] = Counter()
    due: set[Item] = set()
    overdue: list[tuple[str, str, int]] = []
    server.forget()
    desk = Desk(root, server, parts=bool(seed % 2))

    def issue(name: str, day: str) -> tuple[str, str, int]:
        amount = dice.randint(1, 90) * 10
        ran = call(desk, day, "invoice", "new", "--customer", name, "--line", f"Work;1;{amount};none", "--yes")
        assert ran.code == 0, ran
        open_[name] += amount
        due.update(Item("invoice", ran.out.strip(), "-", to) for to in people[name] if not to.startswith("dunning"))
        return name, ran.out.strip(), amount

    for name in people:
        overdue += [issue(name, SENT_ON) for _ in range(dice.randint(1, 2))]
    for ran in cron(desk, SENT_ON):
        assert ran.code in (0, 3), ran
    server.settle()
    sent = {item.document for item in due if item.recipient in {to for each in server.transactions if each.kept for to in each.recipients}}
    assert {item.document for item in due} == sent, "without faults everything is delivered"
    paid = overdue.pop() if len(overdue) > 2 else None
    if paid:
        pay(desk, PAID_ON, *paid)
        open_[paid[0]] -= paid[2]
    for name in people:
        for _ in range(dice.randint(0, 2)):
            issue(name, FIRST)
    due = {item for item in due if item not in sent_items(server)}
    if subscriber:
        open_[subscriber] += 50
        number = f"INV-2026-{sum(1 for _ in root.glob('invoices/*/*/*.yaml')) + 1:04d}"
        due.update(Item("invoice", number, "-", to) for to in people[subscriber] if not to.startswith("dunning"))
    payable = next(((name, number, str(amount)) for name, number, amount in overdue if people[name]), None) if dice.random() < 0.6 else None
    for name, number, _ in overdue:
        to_whom = [to for to in people[name] if to.startswith("dunning")] or people[name]
        due.update(Item("reminder", number, level, to) for level in ("1", "2") for to in to_whom)
    cron(desk._replace(ledger=copy(root, folder / "work")), FIRST)  # what this imports and reads, no child has to again
    told = begun(desk._replace(ledger=copy(root, folder / "work")), Deed(FIRST))()
    return World(
        seed, root, frozenset(due), {name: Decimal(amount) for name, amount in open_.items()}, payable, tuple(told["steps"]), desk.parts
    )


def sent_items(server: Server) -> set[Item]:
    return {item for each in server.transactions if each.kept for item in items_of(each)}


def pay(desk: Desk, day: str, name: str, number: str, amount: object) -> None:
    ran = call(desk, day, "payment", "add", "--customer", name, "--amount", str(amount), "--invoice", number, "--yes")
    assert ran.code == 0, ran

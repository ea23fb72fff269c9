"""Random books from a seed: customers, policies, documents, money that comes late, in parts, back; holds, consents, outages."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.laws.reminders.clerk import Clerk, Expected
from tests.laws.reminders.scene import Scene, text

START = date(2026, 1, 2)
TERMS = ["net 10", "net 10", "net 5", "30% now, rest net 14", "on receipt", "2% 5, net 20", "net 30"]
PRICES = ["3", "4.99", "12.50", "100", "100", "333.33", "1000", "1000", "7999.99"]


def dunning(r: Random) -> str:
    """A policy of one to five levels, and now and then a second."""
    said = ["policy: standard", f"unsent: {r.choice(['hold', 'remind', 'remind'])}"]
    if r.random() < 0.2:
        said.append(f"promise_grace: {r.randint(1, 4)}")
    if r.random() < 0.15:
        said.append(f"statement_age: {r.choice([14, 30])}")
    said += ["policies:", *_policy(r, "standard"), *_policy(r, "gentle")]
    if r.random() < 0.15:
        return "\n".join([*said, "interest:", f"  regime: {r.choice(['de-b2b', 'de-consumer', 'uk', 'cn-sme', 'us'])}"])
    said += ["interest:", "  regime: own", "  rates:"]
    since = date(2025, 1, 1)
    for _ in range(r.randint(1, 3)):
        said += [f"    - since: {since}", f"      rate: {r.choice(['8', '9.75', '10', '12.62', '18.25'])}"]
        since = START + timedelta(days=(since - START).days if since >= START else 0) + timedelta(days=r.randint(20, 60))
    said.append(f"  mode: {r.choice(['floating', 'floating', 'fixed_at_start'])}")
    said.append(f'  basis: "{r.choice(["365", "365", "360", "actual"])}"')
    return "\n".join([*said, f"  count_payment_day: {r.choice(['true', 'true', 'false'])}"])


def _policy(r: Random, name: str) -> list[str]:
    said = [f"  - name: {name}", "    levels:"]
    if r.random() < 0.6:
        said += ["      - level: 0", f"        days: -{r.randint(1, 5)}"]
    days = 0
    for level in range(1, r.randint(2, 5)):
        days += r.randint(1, 12)
        said += [f"      - level: {level}", f"        days: {days}"]
        if r.random() < 0.7:
            said.append(f"        gap: {r.randint(1, 10)}")
        if r.random() < 0.1:
            said.append("        channel: letter")
        if r.random() < 0.4:
            said.append(f"        fee: {r.choice(['5.00', '40.00', '2.50'])}")
        said.append(f"        interest: {r.choice(['none', 'shown', 'claimed', 'claimed'])}")
        if r.random() < 0.3:
            said.append(f"        approval: {r.choice(['true', 'false'])}")
    if r.random() < 0.5:
        said.append(f"    minimum: {r.choice(['5.00', '50.00', '0'])}")
    return said


def customers(r: Random) -> tuple[list[str], str]:
    names = ["ada", "bert", "cora", "dora"][: r.randint(2, 4)]
    said = ""
    for at, name in enumerate(names):
        said += f"--- customers/{name}.yaml\nschema: customer/1\nid: {name}\nname: {name.title()} AG\n"
        said += "address:\n  street: Weg 1\n  city: Kiel\n  country: DE\n"
        roles = (
            ["billing"]
            if at == 0
            else r.choice([["billing"], ["billing", "dunning"], ["dunning"], ["billing", "billing"], ["billing", "legal"], []])
        )
        if roles:
            said += "contacts:\n" + "".join(f"  - role: {role}\n    email: {role}{k}@{name}.example\n" for k, role in enumerate(roles))
        if r.random() < 0.3:
            said += f"dunning: {r.choice(['gentle', 'standard', 'never'])}\n"
        if r.random() < 0.3:
            said += f"groups:\n  size: {r.choice(['small', 'large'])}\n  segment: {r.choice(['public', 'trade'])}\n"
    said += "--- categories.yaml\nschema: categories/1\ngroups:\n  size:\n    - name: small\n      dunning: gentle\n    - name: large\n"
    return names, said + "  segment:\n    - name: public\n    - name: trade\n      dunning: standard\n"


class World:
    """One seed's books; every step is random, every run is judged by ``judge``."""

    def __init__(self, seed: int, folder: Path, *, product: bool = False) -> None:
        self.r = Random(seed)
        rules = dunning(self.r)
        self.names, files = customers(self.r)
        self.scene = Scene(folder / "books", rules, files, product=product)
        self.today = START
        self.hits: Counter[str] = Counter()
        self.keys = 0
        for _ in range(self.r.randint(3, 8)):
            self.invoice(Clerk(self.scene.root))
        self.sent(Clerk(self.scene.root))

    def told(self) -> str:
        return "\n".join(self.scene.told)

    # what happens

    def happen(self) -> None:
        r, clerk = self.r, Clerk(self.scene.root)
        kinds = [self.invoice, self.invoice, self.invoice, self.pay, self.hold, self.hold, self.rare, self.sent, self.sent, self.approve]
        r.choice(kinds)(clerk)

    def bill(self, *words: str) -> bool:
        ran = self.scene.bill(self.today, *words, "--yes")
        assert ran.code in (0, 1, 2, 3), f"{self.scene.told[-1]}\n{ran.out}{ran.err}"
        self.hits[" ".join(words[:2]) if ran.code == 0 else "refused"] += 1
        return ran.code == 0

    def open(self, clerk: Clerk) -> list[str]:
        return [name for name in sorted(clerk.invoices) if clerk.open(name, self.today) > 0]

    def invoice(self, _: Clerk) -> None:
        r = self.r
        currency = ["--currency", "USD"] if r.random() < 0.15 else []
        line = ["-l", f"work;{r.randint(1, 2)};{r.choice(PRICES)}"]
        if r.random() < 0.2:
            self.old(r.choice(self.names))
        else:
            self.bill("invoice", "new", "-c", r.choice(self.names), *line, "--terms", r.choice(TERMS), *currency)

    def old(self, customer: str) -> None:
        r = self.r
        self.keys += 1
        issued = self.today - timedelta(days=r.randint(0, 60))
        file = self.scene.root.parent / "old.csv"
        due_on, gross, before = issued + timedelta(days=14), r.choice(["90.00", "1500.00"]), r.choice(["", "10.00"])
        row = f"OLD-{self.keys},{customer},{issued},{due_on},EUR,{gross},{before}"
        file.write_text("number,customer,issued_on,due_on,currency,gross,settled_before\n" + row + "\n", encoding="utf-8")
        self.bill("invoice", "import", str(file))

    def pay(self, clerk: Clerk) -> None:
        r, on = self.r, self.today
        unpaid = self.open(clerk)
        if not unpaid or r.random() < 0.1:
            if r.random() < 0.5:
                return
            self.bill("payment", "add", "-c", r.choice(self.names), "-a", r.choice(["50", "1000"]), "--policy", "manual", "--again")
            return
        number = r.choice(unpaid)
        invoice, open_ = clerk.invoices[number], clerk.open(number, on)
        amount = r.choice([open_, max(open_ // 2, 1), max(open_ // 3, 1), max(open_ // 5, 1), open_ + 1000])
        back = ["--received-on", str(max(invoice.issued_on, on - timedelta(days=r.randint(0, 12))))] if r.random() < 0.5 else []
        aim = r.choice([["-i", number], ["-i", number], ["-i", number], ["--oldest-first"], ["--policy", "manual"]])
        said = text(amount, invoice.currency)
        self.bill("payment", "add", "-c", invoice.customer, "-a", said, "--currency", invoice.currency, "--again", *aim, *back)

    def hold(self, clerk: Clerk) -> None:
        r, on = self.r, self.today
        live = [each for each in clerk.holds if not each.get("released")]
        if live and r.random() < 0.35:
            self.bill("hold", "release", r.choice(live)["id"])
            return
        unpaid = self.open(clerk)
        if not unpaid:
            return
        number = r.choice(unpaid)
        invoice, open_ = clerk.invoices[number], clerk.open(number, on)
        until = ["--until", str(on + timedelta(days=r.randint(1, 20)))]
        part = ["--amount", text(max(open_ // r.randint(1, 3), 1), invoice.currency)] if r.random() < 0.7 else []
        kind = r.choice(["dispute", "dispute", "promise", "promise", "plan", "manual"])
        words = ["--kind", kind, "--reason", f"call {len(clerk.holds)}"]
        if kind == "dispute":
            self.bill("hold", "new", *words, "-i", number, *part, *(until if r.random() < 0.5 else []))
        elif kind == "promise":
            self.bill("hold", "new", *words, *r.choice([["-i", number], ["-c", invoice.customer]]), *part, *until)
        elif kind == "plan":
            first, second = on + timedelta(days=r.randint(1, 15)), on + timedelta(days=r.randint(16, 40))
            half = text(max(open_ // 2, 1), invoice.currency)
            self.bill("hold", "new", *words, "-i", number, "--instalment", f"{first}:{half}", "--instalment", str(second))
        else:
            about = r.choice([["-i", number], ["-c", invoice.customer]])
            self.bill("hold", "new", *words, *about, *(until if r.random() < 0.7 else []))

    def rare(self, clerk: Clerk) -> None:
        r = self.r
        unpaid = self.open(clerk)
        number = r.choice(unpaid) if unpaid else ""
        alive = [each for each in clerk.payments.values() if not each.get("reversed")]
        kind = r.choice(
            ["reverse", "reverse", "note", "note", "write", "void", "use", "undo", "deactivate", "refund", "statement", "statement"]
        )
        if kind == "reverse" and alive:
            charge = ["--bank-charge", r.choice(["7.50", "3.00"])] if r.random() < 0.7 else []
            self.bill("payment", "reverse", r.choice(alive)["id"], "--reason", "no funds", *charge)
        elif kind == "note" and unpaid:
            part = text(max(clerk.open(number, self.today) // 3, 1), clerk.invoices[number].currency)
            self.bill("credit-note", "new", "-i", number, "--reason", "wrong", *r.choice([["--amount", part], ["--rest"]]))
        elif kind == "write" and unpaid:
            self.bill("write-off", "new", "-i", number, "--reason", "poor", "--approved-by", "A. Berg")
        elif kind == "void" and unpaid:
            self.bill("invoice", "void", number, "--reason", "wrong")
        elif kind in ("use", "undo") and alive:
            words = ["--oldest-first"] if kind == "use" else ["--undo", "--reason", "wrong"]
            self.bill("payment", "allocate", r.choice(alive)["id"], *words)
        elif kind == "deactivate" and r.random() < 0.15:
            name = r.choice(self.names)
            if not clerk.customers[name].get("deactivated_on"):
                self.bill("customer", "deactivate", name)
        elif kind == "refund":
            self.bill("refund", "new", "-c", r.choice(self.names), "-a", "10", "--reason", "paid twice", "--again")
        elif kind == "statement" and not (self.scene.root.parent / f"{self.today}.csv").exists():
            self.scene.statement(self.today)
            self.hits["statement"] += 1

    def sent(self, clerk: Clerk) -> None:
        every = [each for each in sorted(clerk.invoices) if not clerk.invoices[each].imported and ("invoice", each) not in clerk.delivered]
        for number in every[: self.r.randint(2, 9)]:
            if clerk.invoices[number].void > self.today:
                self.scene.sent(self.today, number, self.r.choice(["sent", "sent", "sent", "in-doubt"]))
                self.hits["sent"] += 1

    def approve(self, clerk: Clerk) -> None:
        r = self.r
        name = r.choice(self.names)
        mine = [each.number for each in clerk.invoices.values() if each.customer == name and each.number.startswith("INV")]
        invoice = "I" + r.choice(mine)[-4:] if mine and r.random() < 0.5 else "-"
        until = str(self.today + timedelta(days=r.randint(0, 30))) if r.random() < 0.5 else ""
        self.scene.approve(self.today, name, r.randint(1, 5), invoice, until)
        self.hits["approve"] += 1

    # days

    def days(self, steps: int) -> list[date]:
        """Days to live through; an outage of some weeks is a long step."""
        found, on = [], START
        for _ in range(steps):
            on += timedelta(days=self.r.choice([1, 1, 1, 2, 3, 5]) if self.r.random() < 0.95 else self.r.randint(15, 45))
            found.append(on)
        return found

    def count(self, expected: Expected) -> None:
        for notice in expected.notices:
            for item in notice.items:
                self.hits[f"level {item.level}"] += 1
                self.hits["fee"] += bool(item.fee)
                self.hits["interest"] += bool(item.interest)
            self.hits["charge"] += len(notice.charges)
            self.hits["bundle"] += len(notice.items) > 1
            self.hits["credit told"] += bool(notice.credit)
        for reasons in expected.stopped.values():
            self.hits.update(f"stop {each}" for each in reasons)

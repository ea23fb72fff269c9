"""A ledger written file by file from a seed: what reports must get right, dense and in small. Nothing of ``billcli`` is used."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.support import LEDGER

FIRST, LAST = date(2024, 1, 1), date(2026, 6, 30)
CURRENCIES = (("EUR", 2), ("EUR", 2), ("EUR", 2), ("USD", 2), ("JPY", 0), ("KWD", 3))
CUSTOMERS = tuple(f"c{at:02d}" for at in range(9))
BANDS = (
    ("small", "0.00", "EUR"),
    ("large", "800.00", "EUR"),
    ("small", "0", "JPY"),
    ("middle", "50000", "JPY"),
    ("large", "500.00", "USD"),
    ("large", "40.000", "KWD"),
)
TAGS = ("vip", "export")
CATEGORIES = ("consulting", "goods", "training")
RATES = (("vat-20", "S", 20), ("vat-7", "S", 7), ("zero", "Z", 0))
_TAXES = """\
  - code: vat-7
    category: S
    rate: 7
  - code: zero
    category: Z
    rate: 0
"""
_PARTY = "  name: Somebody\n"


class Sold(NamedTuple):
    number: str
    customer: str
    currency: str
    places: int
    on: date
    due_on: date
    gross: int


def text(minor: int, places: int) -> str:
    if not places:
        return str(minor)
    sign, figures = "-" if minor < 0 else "", str(abs(minor)).zfill(places + 1)
    return f"{sign}{figures[:-places]}.{figures[-places:]}"


def half_up(top: int, bottom: int) -> int:
    return (2 * top + bottom) // (2 * bottom)


class Writer:
    def __init__(self, root: Path, seed: int, currencies: Sequence[tuple[str, int]]) -> None:
        self.root = root
        self.currencies = currencies
        self.chance = random.Random(seed)
        self.counts: dict[str, int] = {}
        self.reminders = 0
        self.holds = 0
        self.still: dict[tuple[str, str], tuple[str, int, date]] = {}
        """By customer and currency an older invoice on which something is still open: its number, how much, and since when."""

    def put(self, path: str, body: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body)

    def number(self, head: str, on: date) -> str:
        self.counts[f"{head}-{on.year}"] = n = self.counts.get(f"{head}-{on.year}", 0) + 1
        return f"{head}-{on.year}-{n:04d}"

    def document(self, lines: list[tuple[str, str, int]], places: int) -> tuple[str, int]:
        """Lines of (category, tax code, net) with their tax groups and totals, and the gross."""
        body = "lines:\n"
        for category, code, net in lines:
            body += "  - description: Work\n" + (f"    category: {category}\n" if category else "") + "    quantity: 1\n"
            body += f"    unit_price: {text(net, places)}\n    tax: {code}\n"
        body += "taxes:\n"
        tax = 0
        for code, category, rate in RATES:
            base = sum(net for _, own, net in lines if own == code)
            if base:
                tax += half_up(base * rate, 100)
                body += f"  - code: {code}\n    category: {category}\n    rate: {rate}\n    base: {text(base, places)}\n"
                body += f"    amount: {text(half_up(base * rate, 100), places)}\n"
        net = sum(net for _, _, net in lines)
        self.totals = f"totals:\n  net: {text(net, places)}\n  tax: {text(tax, places)}\n  gross: {text(net + tax, places)}\n"
        return body, net + tax

    def tags(self, often: float) -> str:
        found = [each for each in TAGS if self.chance.random() < often]
        return "tags:\n" + "".join(f"  - {each}\n" for each in found) if found else ""

    def lines(self) -> list[tuple[str, str, int]]:
        pick = self.chance.choice
        return [
            ("" if self.chance.random() < 0.2 else pick(CATEGORIES), pick(RATES)[0], self.chance.randrange(500, 90000))
            for _ in range(self.chance.randrange(1, 4))
        ]

    def invoice(self, on: date) -> None:
        chance = self.chance
        currency, places = chance.choice(self.currencies)
        customer, number = chance.choice(CUSTOMERS), self.number("INV", on)
        lines = self.lines()
        body, gross = self.document(lines, places)
        due = [on + timedelta(days=chance.choice((0, 14, 30)))]
        if chance.random() < 0.25:
            due.append(due[0] + timedelta(days=chance.choice((20, 45))))
        cut = [gross] if len(due) == 1 else [gross // 3, gross - gross // 3]
        parts = "".join(f"  - due_on: {day}\n    amount: {text(amount, places)}\n" for day, amount in zip(due, cut, strict=True))
        head = f"schema: invoice/1\nnumber: {number}\ntype: {chance.choice(('sales', 'service'))}\ncustomer: {customer}\n"
        head += f"issued_on: {on}\ncurrency: {currency}\n"
        fate = chance.random()
        if fate < 0.15:
            head += f"delivered_on: {on - timedelta(days=chance.randrange(0, 40))}\n"
        elif fate < 0.3:
            ends = on + timedelta(days=chance.randrange(-20, 20))
            head += f"service_period:\n  begins_on: {ends - timedelta(days=20)}\n  ends_on: {ends}\n"
        head += f"rounding: document\n{self.tags(0.3)}issued_by:\n{_PARTY}issued_to:\n{_PARTY}"
        offer = chance.random() < 0.3
        until = on + timedelta(days=10)
        end = f"discount:\n  until: {until}\n  percent: 2\n" if offer else ""
        end += self.totals
        void = on + timedelta(days=chance.randrange(0, 60))
        if chance.random() < 0.07 and void <= LAST:
            end += f"void:\n  on: {void}\n  reason: wrong\n"
            gross = 0
        if not any(category for category, _, _ in lines) and chance.random() < 0.6:
            end += f"classification:\n  category: {chance.choice(CATEGORIES)}\n"
        self.put(f"invoices/{on:%Y/%m}/{number}.yaml", head + body + f"instalments:\n{parts}" + end)
        if gross:
            self.life(Sold(number, customer, currency, places, on, due[-1], gross), until if offer else None)

    def life(self, sold: Sold, until: date | None) -> None:
        """What becomes of it, one thing after the other."""
        chance, left, day = self.chance, sold.gross, sold.on
        if chance.random() < 0.2:
            day += timedelta(days=chance.randrange(0, 25))
            left -= self.credit_note(sold, day, left)
        if until and chance.random() < 0.6 and left == sold.gross:
            day += timedelta(days=chance.randrange(1, 14))
            off = half_up(left * 2, 100)
            bounced = chance.random() < 0.15
            back = self.payment(sold, day, [("payment", left - off), ("discount", off)], bounced=bounced, kept=chance.choice((1, 1, 2)))
            if bounced or back == LAST:
                self.expectations(sold, day, left)
            return
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            day += timedelta(days=chance.randrange(1, 70))
            part = left if chance.random() < 0.7 else left // 2
            small = chance.randrange(1, 5) if part == left and chance.random() < 0.1 and left > 100 else 0
            if part > 0 and day <= LAST:
                rows = [("payment", part - small), *([("write_off", small)] if small else [])]
                bounced = chance.random() < 0.08
                back = self.payment(sold, day, rows, bounced=bounced, extra=chance.choice((0, 0, 0, 777)))
                left, day = (left, back) if bounced else (left - part, day)
        late = sold.due_on + timedelta(days=20)
        if left and late <= LAST and chance.random() < 0.6:
            self.reminder(sold, late, left)
        if left and chance.random() < 0.25:
            self.write_off(sold, day + timedelta(days=chance.randrange(20, 120)), left)
        elif left > 1000:
            self.expectations(sold, day, left)
            self.still[sold.customer, sold.currency] = (sold.number, left, day)

    def credit_note(self, sold: Sold, on: date, left: int) -> int:
        if on > LAST:
            return 0
        number = self.number("CN", on)
        net = max(left // self.chance.choice((3, 5)), 10)
        body, gross = self.document([(self.chance.choice((*CATEGORIES, "")), self.chance.choice(RATES)[0], net)], sold.places)
        used = min(gross, left) if self.chance.random() < 0.8 else 0
        rows = self.applied(sold.number, used, on, sold.places) if used else ""
        free = gross - used
        older, open_, since = self.still.get((sold.customer, sold.currency), ("", 0, LAST))
        if free > 4 and open_ > free and since <= on and self.chance.random() < 0.6:
            rows += self.applied(older, free // 2, on, sold.places)
            self.still[sold.customer, sold.currency] = (older, open_ - free // 2, on)
            free -= free // 2
        rows = f"applied:\n{rows}" if rows else ""
        void = on + timedelta(days=9)
        end = f"void:\n  on: {void}\n  reason: wrong\n" if not rows and void <= LAST and self.chance.random() < 0.5 else ""
        head = f"schema: credit-note/1\nnumber: {number}\ncustomer: {sold.customer}\nissued_on: {on}\ncurrency: {sold.currency}\n"
        head += f"corrects: {sold.number}\nreason: returned\nrounding: document\n{self.tags(0.2)}issued_by:\n{_PARTY}issued_to:\n{_PARTY}"
        self.put(f"credit-notes/{on:%Y/%m}/{number}.yaml", head + body + self.totals + rows + end)
        if free > 4 and not end and self.chance.random() < 0.5:
            self.refund(sold, on + timedelta(days=5), number, free - free // 3)
        return used

    def applied(self, invoice: str, amount: int, on: date, places: int) -> str:
        """Where a credit note goes to; now and then some of it is taken back later."""
        row = f"  - invoice: {invoice}\n    amount: {text(amount, places)}\n    on: {on}\n"
        ended = on + timedelta(days=self.chance.randrange(0, 30))
        if amount < 10 or ended > LAST or self.chance.random() < 0.8:
            return row
        rest = f"  - invoice: {invoice}\n    amount: {text(amount // 3, places)}\n    on: {ended}\n"
        return f"{row}    ended_on: {ended}\n    reason: too much\n{rest}"

    def refund(self, sold: Sold, on: date, note: str, amount: int) -> None:
        if on > LAST:
            return
        name = f"{on}-{sold.customer}-{self.chance.getrandbits(32):08x}"
        back = on + timedelta(days=self.chance.randrange(1, 60))
        bounced = back <= LAST and self.chance.random() < 0.3
        body = f"schema: refund/1\nid: {name}\ncustomer: {sold.customer}\npaid_on: {on}\non: {on}\namount: {text(amount, sold.places)}\n"
        body += f"currency: {sold.currency}\nmethod: transfer\nreason: asked for\ndraws:\n  - credit_note: {note}\n"
        body += f"    amount: {text(amount, sold.places)}\n    on: {on}\n"
        body += f"    ended_on: {back}\nreversed:\n  on: {back}\n  reason: account closed\n" if bounced else ""
        self.put(f"refunds/{on:%Y/%m}/{name}.yaml", body)

    def expectations(self, sold: Sold, on: date, left: int) -> None:
        """What is said of an invoice of which something is open: a dispute, promises, of all of it or of a part."""
        pick = self.chance.choice
        if on <= LAST and self.chance.random() < 0.6:
            self.hold(sold, "dispute", sold.number, on, pick((None, on + timedelta(days=400))), pick((None, left // 3, left // 2)))
            if self.chance.random() < 0.3:
                self.hold(sold, "dispute", sold.number, on + timedelta(days=1), None, left // 4)
        for at in range(pick((0, 1, 1, 2))):
            day = on + timedelta(days=3 * at)
            if day <= LAST:
                whose = sold.number if self.chance.random() < 0.8 else ""
                until = day + timedelta(days=self.chance.randrange(20, 700))
                self.hold(sold, "promise", whose, day, until, pick((None, left // 2, left // 3)) if whose else None)

    def hold(self, sold: Sold, kind: str, invoice: str, on: date, until: date | None, amount: int | None) -> None:
        self.holds += 1
        name = f"{on}-{sold.customer}-{self.holds:08x}"
        body = f"schema: hold/1\nid: {name}\nkind: {kind}\ncustomer: {sold.customer}\n"
        body += f"invoice: {invoice}\n" if invoice else ""
        body += f"on: {on}\n" + (f"until: {until}\n" if until else "")
        body += f"amount: {text(amount, sold.places)}\ncurrency: {sold.currency}\n" if amount else ""
        released = on + timedelta(days=self.chance.randrange(1, 300))
        body += "reason: said so\n"
        if released <= LAST and self.chance.random() < 0.3:
            body += f"released:\n  on: {released}\n  outcome: withdrawn\n"
        self.put(f"holds/{on:%Y/%m}/{name}.yaml", body)

    def payment(self, sold: Sold, on: date, rows: list[tuple[str, int]], *, bounced: bool, extra: int = 0, kept: int = 1) -> date:
        """Returns the day it came back, if it did. Of a discount all is ``kept``, or half of it, and the rest taken back later."""
        booked = on + timedelta(days=self.chance.choice((0, 0, 0, 3)))
        back = booked + timedelta(days=self.chance.randrange(0, 50))
        if booked > LAST or (bounced and back > LAST):
            return LAST
        name = f"{on}-{sold.customer}-{self.chance.getrandbits(32):08x}"
        cash = sum(amount for kind, amount in rows if kind == "payment") + extra
        body = f"schema: payment/1\nid: {name}\ncustomer: {sold.customer}\nreceived_on: {on}\non: {booked}\n"
        body += f"amount: {text(cash, sold.places)}\ncurrency: {sold.currency}\nallocations:\n"
        for kind, amount in rows:
            body += f"  - invoice: {sold.number}\n"
            body += f"    kind: {kind}\n" if kind != "payment" else ""
            body += f"    amount: {text(amount, sold.places)}\n    on: {booked}\n"
            body += f"    ended_on: {back}\n    reason: bounced\n" if bounced else ""
            if kind == "discount" and kept > 1 and not bounced and back <= LAST and amount >= kept:
                body += f"    ended_on: {back}\n    reason: in part\n  - invoice: {sold.number}\n    kind: discount\n"
                body += f"    amount: {text(amount // kept, sold.places)}\n    on: {back}\n"
        if bounced:
            body += f"reversed:\n  on: {back}\n  reason: bounced\n"
        self.put(f"payments/{booked:%Y/%m}/{name}.yaml", body)
        return back

    def write_off(self, sold: Sold, on: date, left: int) -> None:
        if on > LAST:
            return
        name = f"{on}-{sold.customer}-{self.chance.getrandbits(32):08x}"
        kind = "small-difference" if left < 2000 else "bad-debt"
        relief = "tax_relief: adjust\n" if self.chance.random() < 0.5 else ""
        ended = on + timedelta(days=self.chance.randrange(1, 90))
        back = f"    ended_on: {ended}\n    reason: paid after all\n" if ended <= LAST and self.chance.random() < 0.4 else ""
        body = f"schema: write-off/1\nid: {name}\ncustomer: {sold.customer}\nkind: {kind}\non: {on}\namount: {text(left, sold.places)}\n"
        body += f"currency: {sold.currency}\nreason: gone\napproved_by: Ada\n{relief}allocations:\n"
        body += f"  - invoice: {sold.number}\n    amount: {text(left, sold.places)}\n    on: {on}\n{back}"
        if back and left > 10 and self.chance.random() < 0.7:  # recovered in parts
            again, rest = ended + timedelta(days=self.chance.randrange(0, 20)), left - left // 4
            body += f"  - invoice: {sold.number}\n    amount: {text(rest, sold.places)}\n    on: {ended}\n"
            if again <= LAST:
                body += f"    ended_on: {again}\n    reason: more of it\n  - invoice: {sold.number}\n"
                body += f"    amount: {text(rest // 2, sold.places)}\n    on: {again}\n"
        self.put(f"write-offs/{on:%Y/%m}/{name}.yaml", body)

    def reminder(self, sold: Sold, on: date, left: int) -> None:
        self.reminders += 1
        name, amount = f"{on}-{sold.customer}-{self.reminders:08x}", text(left, sold.places)
        level = self.chance.randrange(1, 4)
        body = f"schema: reminder/1\nid: {name}\ncustomer: {sold.customer}\ncurrency: {sold.currency}\non: {on}\nlevel: {level}\n"
        body += f"policy: usual\ntemplate: reminder\nchannel: mail\nlanguage: en\nissued_by:\n{_PARTY}issued_to:\n{_PARTY}items:\n"
        body += f"  - invoice: {sold.number}\n    level: {level}\n    issued_on: {sold.on}\n    due_on: {sold.due_on}\n"
        body += f"    gross: {text(sold.gross, sold.places)}\n    open: {amount}\n    asked: {amount}\ntotal: {amount}\n"
        self.put(f"reminders/{on:%Y/%m}/{name}.yaml", body)
        for at in range(self.chance.choice((0, 1, 1, 1, 1, 2))):
            self.delivery(name, sold.customer, on, at)

    def delivery(self, reminder: str, customer: str, on: date, at: int) -> None:
        """How one of the addresses of a notice was reached, or was not."""
        word = self.chance.choice(("sent", "sent", "sent", "in-doubt", "refused", "deferred", "dropped"))
        went = on + timedelta(days=self.chance.choice((0, 0, 1, 6)))
        name = f"{reminder}-reminder-{at:08x}"
        body = (
            f"schema: delivery/1\nid: {name}\nkind: reminder\ncustomer: {customer}\ndocuments:\n  - {reminder}\non: {on}\nchannel: mail\n"
        )
        body += f"to: a{at}@example.com\nplanned_at: {on}T08:00:00Z\nstates:\n"
        body += f"  - {on}T08:00:01Z sending attempt 1\n  - {went}T09:00:00Z {word}\n"
        self.put(f"deliveries/{on:%Y/%m}/{name}.yaml", body)

    def bank(self) -> None:
        for half, (first, last) in enumerate(((date(2026, 1, 1), date(2026, 2, 20)), (date(2026, 2, 10), date(2026, 6, 30)))):
            lines = decisions = ""
            for at in range((last - first).days):
                day = first + timedelta(days=at)
                amount = ((day.toordinal() * 7919) % 90000) - 20000  # the same line whichever statement holds it
                lines += f"  - id: l{day:%Y%m%d}\n    booked_on: {day}\n    amount: {text(amount, 2)}\n"
                if half or day < date(2026, 2, 10):
                    by = ("bill", "rule", "person", "", "undone")[day.toordinal() % 5]
                    if by:
                        decisions += f"  - line: l{day:%Y%m%d}\n    decision: ignore\n    amount: {text(amount, 2)}\n"
                        decisions += f"    by: {by if by != 'undone' else 'bill'}\n"
                        decisions += "    undone:\n      on: 2026-06-15\n      reason: wrong\n" if by == "undone" else ""
            name = f"{last}-{half:08x}"
            body = f"schema: bank-statement/1\nid: {name}\naccount: main\ncurrency: EUR\nsource:\n  name: s.csv\n"
            body += f"  original: bank/main/originals/{half:08x}.csv\n  sha256: {half:064x}\nlines:\n{lines}"
            self.put(f"bank/main/{name}.yaml", body)
            said = f"2026-06-10-main-{half:08x}"
            body = f"schema: reconciliation/1\nid: {said}\naccount: main\nstatement: {name}\non: 2026-06-10\n"
            body += f"currency: EUR\ndecisions:\n{decisions}"
            self.put(f"reconciliations/2026/06/{said}.yaml", body)


def write(root: Path, seed: int, count: int = 220, currencies: Sequence[tuple[str, int]] = CURRENCIES) -> Path:
    """A ledger of so many invoices over two and a half years."""
    writer = Writer(root, seed, currencies)
    accounts = "bank_accounts:\n  - id: main\n    currency: EUR\n"
    writer.put("ledger.yaml", LEDGER.replace("    rate: 20\n", "    rate: 20\n" + _TAXES).replace("git:\n", accounts + "git:\n"))
    groups = "groups:\n  region:\n    - name: north\n    - name: south\n  segment:\n    - name: retail\n    - name: public\n"
    revenue = "revenue:\n" + "".join(f"  - name: {each}\n" for each in CATEGORIES)
    tags = "tags:\n" + "".join(f"  - name: {each}\n" for each in TAGS)
    bands = "bands:\n" + "".join(f"  - name: {name}\n    from: {starts}\n    currency: {currency}\n" for name, starts, currency in BANDS)
    writer.put("categories.yaml", f"schema: categories/1\n{groups}{revenue}{tags}{bands}")
    for at, each in enumerate(CUSTOMERS):
        region, segment = (("north", "retail"), ("south", "public"), ("north", "public"))[at % 3]
        own = f"groups:\n  region: {region}\n  segment: {segment}\n" if at % 4 else ""
        writer.put(f"customers/{each}.yaml", f"schema: customer/1\nid: {each}\nname: Customer {at}\n{own}{writer.tags(0.2)}")
    for day in sorted(writer.chance.randrange((LAST - FIRST).days) for _ in range(count)):
        writer.invoice(FIRST + timedelta(days=day))
    writer.bank()
    return root

"""The classes of lines where booking anything is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from billcli.core.matching.facts import PastPayment
from tests.reconcile import people
from tests.reconcile.ground import Ground, Row


class Holding(Ground):
    """Each makes lines that look like payments of something."""

    def hold(self, case: str, on: date, amount: int, payer: str, text: Callable[[], str] | str, iban: str = "", **more: object) -> Row:
        row = Row(case, on, amount, {}, "hold", payer, iban, text if callable(text) else (lambda: text), **more)  # type: ignore[arg-type]
        self.rows.append(row)
        return row

    def unrelated(self) -> None:
        kind = self.random.choice(["Gehalt", "Miete", "tax", "transfer", "insurance", "interest"])
        sign = 1 if kind in ("tax", "transfer", "interest", "insurance") else -1
        amount = self.random.choice([self.price(), self.odd(), self.random.choice(self.docs).amount if self.docs else self.odd()])
        who = {
            "Gehalt": "Anna Petersen",
            "Miete": "Hausverwaltung Kern",
            "tax": "Finanzamt Mitte",
            "transfer": "OWN COMPANY GMBH",
            "insurance": "Allgemeine Versicherung",
            "interest": "",
        }
        text = {
            "Gehalt": "Gehalt 03/2026",
            "Miete": "Miete April 2026 Objekt 1042",
            "tax": "UST-Erstattung 02/2026 StNr 27/123/45678",
            "transfer": "Umbuchung",
            "insurance": "Schaden 2026-771",
            "interest": "Zinsen",
        }
        self.hold("unrelated money", self.day(), sign * amount, who[kind], text[kind])

    def twice(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        named = self.random.random() < 0.7
        text = (lambda: f"Rechnung {doc.number}") if named else "Zahlung"
        first = self.add("first of two", [doc], text, lonely=None if named else doc.customer)
        self.hold(
            "the same payment twice", first.on + timedelta(days=self.random.randrange(0, 20)), doc.amount, first.payer, text, first.iban
        )

    def two_customers(self) -> None:
        amount = self.odd()
        one, other = self.customer(), self.customer()
        docs = [self.invoice(one, amount=amount), self.invoice(other, amount=amount)]
        self.hold(
            "two customers equally likely",
            self.after(*docs),
            amount,
            self.random.choice(["", "Konto 4711", "Onlinebanking"]),
            self.idle_words(),
        )

    def two_sums(self) -> None:
        customer = self.customer()
        a = self.odd()
        docs = [self.invoice(customer, amount=a), self.invoice(customer, amount=a)]
        amount = a
        if self.random.random() < 0.5:
            b, c = self.odd(), self.odd()
            docs += [self.invoice(customer, amount=b), self.invoice(customer, amount=c)]
            amount = a + b if self.random.random() < 0.5 else a + b + c
        self.hold(
            "two sums equally likely",
            self.after(*docs),
            amount,
            people.plain(self.random, customer),
            self.idle_words(),
            self.account(customer),
        )

    def typo_other(self) -> None:
        one = self.customer()
        other = one if self.random.random() < 0.4 else self.customer()
        a, b = self.invoice(one, amount=self.odd()), self.invoice(other, amount=self.odd())
        self.hold(
            "a typo that is another's number",
            self.after(a, b),
            a.amount,
            people.plain(self.random, one),
            lambda: f"Rechnung {b.number}",
            self.account(one),
        )

    def contradiction(self) -> None:
        one, other = self.customer(), self.customer()
        if one is other or one.parent is other or other.parent is one or (one.parent and one.parent is other.parent):
            return
        a, b = self.invoice(one, amount=self.odd()), self.invoice(other, amount=self.odd())
        same = self.random.random() < 0.3
        amount = b.amount if same else a.amount
        self.hold(
            "reference against payer and amount" if not same else "reference against payer",
            self.after(a, b),
            amount,
            people.plain(self.random, one),
            lambda: f"RNr {b.number}",
            self.account(one),
        )

    def on_account(self) -> None:
        customer = self.customer()
        for _ in range(self.random.randrange(3)):
            self.invoice(customer)
        amount = self.random.choice([100000, 200000, 500000, self.odd()])
        self.hold(
            "money on account",
            self.day() + timedelta(days=20),
            amount,
            people.plain(self.random, customer),
            self.random.choice(["Akonto", "on account", "Vorauszahlung", "Zahlung"]),
            self.account(customer),
            lonely=customer,
        )

    def short_list(self) -> None:
        customer = self.customer()
        docs = [self.invoice(customer, amount=self.odd() + 20000) for _ in range(self.random.randrange(2, 5))]
        short = self.random.choice([self.random.randrange(200, 15000), 1500, 2500])
        self.hold(
            "a list, and the sum is short",
            self.after(*docs),
            sum(doc.amount for doc in docs) - short,
            people.plain(self.random, customer),
            lambda: ", ".join(doc.number for doc in docs),
            self.account(customer),
        )

    def known_line(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        self.hold(
            "a line already seen",
            self.after(doc),
            doc.amount,
            people.plain(self.random, doc.customer),
            lambda: f"Rechnung {doc.number}",
            seen=True,
        )

    def other_currency(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        row = self.hold(
            "another currency", self.after(doc), doc.amount, people.plain(self.random, doc.customer), lambda: f"Rechnung {doc.number}"
        )
        row.kind = "other"

    def paid_before(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        doc.settled_on = self.after(doc)
        self.serial += 1
        serial = self.serial
        payer = people.plain(self.random, doc.customer)
        on = doc.settled_on
        self.late.append(
            lambda: PastPayment(
                f"p{serial}",
                doc.customer.id,
                on,
                self.knobs.currency,
                doc.amount,
                0,
                payer,
                "",
                f"Rechnung {doc.number}",
                f"b{serial}",
                (doc.number,),
            )
        )
        if self.random.random() < 0.6:
            self.hold(
                "the same payment twice, paid earlier",
                on + timedelta(days=self.random.randrange(1, 25)),
                doc.amount,
                payer,
                lambda: f"Rechnung {doc.number}",
            )
        else:
            row = self.hold("", on + timedelta(days=5), -doc.amount, payer, lambda: f"RUECKLASTSCHRIFT {doc.number}", kind="return")
            row.case, row.outcome, row.expect = "returned payment of earlier", "return", {doc: -doc.amount}

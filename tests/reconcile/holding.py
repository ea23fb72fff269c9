"""The classes of lines where booking anything is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from billcli.core.matching.facts import PastPayment
from tests.reconcile import people
from tests.reconcile.ground import Ground, Row
from tests.reconcile.people import Customer


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

    def alike(self) -> list[Customer]:
        found = people.alike(self.random, len(self.customers), self.taken)
        self.customers += found
        return found

    def shared_word(self) -> None:
        """Only the word that several begin with, and one of them owes the amount."""
        one = self.alike()[0]
        doc = self.invoice(one, amount=self.odd())
        self.hold("a word that several share", self.after(doc), doc.amount, one.name.split()[0].upper(), self.idle_words())

    def look_alikes(self) -> None:
        """Both owe the amount; a later line names one of them."""
        one, other, _ = self.alike()
        amount = self.odd()
        a, b = self.invoice(one, amount=amount), self.invoice(other, amount=amount)
        on = self.after(a, b)
        self.hold("look-alikes, a later line names one", on, amount, one.name.split()[0].upper(), self.idle_words())
        self.add("later line of a look-alike", [b], lambda: f"Rechnung {b.number}", on=on + timedelta(days=self.random.randrange(1, 20)))

    def list_beyond(self) -> None:
        """A list and money that is neither its sum nor that of one of it; the list may be shortened or broken by a line end."""
        customer = self.customer()
        docs = [self.invoice(customer, amount=self.odd() + 20000) for _ in range(2)]
        how, cut = self.random.randrange(4), self.random.random()
        if self.random.random() < 0.3:
            docs[1].settled_on = self.after(*docs)
        extra = self.random.choice([5000, 12345, docs[1].amount // 2, docs[1].amount + 777])

        def text() -> str:
            one, other = (doc.number for doc in docs)
            if how == 0:
                return f"{one}\n{other}"
            if how == 1:
                at = 1 + int(cut * (len(other) - 2))
                return f"Rechnungen {one}, {other[:at]}\n{other[at:]}"
            tail = other.replace("/", "-").split("-")[-1]
            return f"Rg {one}, {tail}" if how == 2 else f"{one} + {other}"

        settled = docs[1].settled_on
        on = settled + timedelta(days=3) if settled else self.after(*docs)
        payer = people.plain(self.random, customer)
        self.hold("a list, and the money is beyond one of it", on, docs[0].amount + extra, payer, text, self.account(customer))

    def returned_of_two(self) -> None:
        """Two equal payments, and one of them comes back without a word which."""
        customer, amount = self.customer(), self.odd()
        docs = [self.invoice(customer, amount=amount) for _ in range(2)]
        payer, account = people.plain(self.random, customer), self.account(customer)
        last = max(doc.issued for doc in docs)
        for at, doc in enumerate(docs):
            on = last + timedelta(days=2 + at)
            self.add("one of two equal payments", [doc], lambda doc=doc: f"Rechnung {doc.number}", on=on, payer=payer, iban=account)  # type: ignore[misc]
        self.hold("a return of one of two equal payments", last + timedelta(days=9), -amount, payer, "RETOURE", account, kind="return")

"""The classes of lines to book."""

from __future__ import annotations

from datetime import timedelta

from billcli.core.matching.facts import Confirmed, PayoutItem
from tests.reconcile import people, references
from tests.reconcile.ground import START, Doc, Ground, Row


class Booking(Ground):
    """Each makes documents, and the lines that settle them."""

    def exact(self) -> None:
        doc = self.invoice(self.customer())
        said = self.words("{}")
        more = {"payer": self.random.choice(["", "PAYMENTS DEPT", people.plain(self.random, doc.customer)])}
        self.add("exact reference", [doc], lambda: said.format(doc.number), **more)

    def structured(self) -> None:
        doc = self.invoice(self.customer())
        doc.kind = self.random.choice(["RF", "QRR", "KID", "viite", "OGM"])
        grouped = self.random.random()
        unknown = self.random.random() < 0.4

        def text() -> str:
            ref = doc.reference
            if doc.kind == "OGM" and grouped < 0.7:
                return f"+++{ref[:3]}/{ref[3:7]}/{ref[7:]}+++"
            if grouped < 0.3:
                return ref
            if doc.kind == "RF":
                return "Ref " + references.in_groups(ref, 4)
            return references.in_groups(ref, 5, from_right=True) if grouped < 0.6 else f"KID: {ref}"

        more = {"payer": "", "iban": ""} if unknown else {}
        if self.random.random() < 0.4:
            self.add("structured reference", [doc], "", marked=lambda: (doc.reference,), **more)
        else:
            self.add("structured reference", [doc], text, **more)

    def mangled(self) -> None:
        doc = self.invoice(self.customer())
        how = self.random.choice(["separators", "blanks", "prefix", "zeros", "break", "glued", "slash"])
        pick = self.random.random()

        def text() -> str:
            number = doc.number
            parts = [part for part in number.replace("/", "-").split("-") if part]
            if how == "separators":
                number = "".join(parts)
            elif how == "blanks":
                number = " ".join(parts)
            elif how == "slash":
                number = "/".join(parts)
            elif how == "prefix":
                tail = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-/")
                number = tail
            elif how == "zeros":
                number = "-".join(part.lstrip("0") if part.isdigit() else part for part in parts)
            elif how == "break":
                cut = 1 + int(pick * (len(number) - 2))
                return f"Zahlung Rechnung {number[:cut]}\n{number[cut:]} danke"
            elif how == "glued":
                return f"Rechnung{number}vom" if pick < 0.5 else f"RECHNUNGSNR{number}KUNDE"
            return f"Rg {number}" if pick < 0.6 else number

        self.add("mangled reference", [doc], text)

    def typo(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        where, other = self.random.random(), self.random.choice("123456789")
        row = self.add("typo, payer and amount agree", [doc], "", lonely=doc.customer)

        def text() -> str:
            digits = [at for at, char in enumerate(doc.number) if char.isdigit()][-4:]
            at = digits[int(where * len(digits))]
            for char in (other, *"9876543210"):
                wrong = doc.number[:at] + char + doc.number[at + 1 :]
                if wrong not in self.numbers:
                    return f"Rechnung {wrong}"
            wrong = doc.number[: digits[0]] + "O" + doc.number[digits[0] + 1 :]
            return f"Rechnung {wrong}"

        row.text = text

    def by_name(self) -> None:
        how = self.random.choice(["plain", "form", "umlaut", "kana", "pinyin", "cut", "order", "misspelt"])
        customer = self.customer({"kana": "jp", "pinyin": "cn"}.get(how, ""))
        fits = (how, customer.country) in (("kana", "jp"), ("pinyin", "cn"))
        if not fits and (how in ("kana", "pinyin") or customer.country in ("cn", "jp")):
            how = "plain"
        doc = self.invoice(customer)
        name = people.plain(self.random, customer)
        if how == "form":
            name = people.without_form(customer).upper()
        elif how == "umlaut":
            name = self.random.choice([people.ascii_name, people.bare_name])(customer.name)
        elif how == "kana":
            name = people.kana(customer.name)
        elif how == "pinyin":
            name = self.random.choice(
                [customer.latin.upper() + " YOUXIAN GONGSI", customer.latin.title() + " Co., Ltd.", customer.latin.replace(" ", "").upper()]
            )
        elif how == "cut":
            name = people.ascii_name(customer.name).upper()[: self.random.choice([16, 18, 22, 27, 35])]
        elif how == "order":
            parts = people.without_form(customer).split()
            self.random.shuffle(parts)
            name = " ".join(parts)
        elif how == "misspelt":
            name = people.misspelt(self.random, customer.name)
        self.add(f"name ({how}) and amount", [doc], self.idle_words(), payer=name, lonely=customer)

    def history(self) -> None:
        customer = self.customer()
        doc = self.invoice(customer)
        if self.random.random() < 0.5:
            iban = f"FR{self.random.randrange(10**22, 10**23)}"
            self.confirmed.append(Confirmed("", iban, customer.id, self.random.randrange(1, 6), START))
            self.add(
                "payer known by account",
                [doc],
                self.idle_words(),
                payer=self.random.choice(["", "HOLDING TREASURY", "M. Schmitz"]),
                iban=iban,
                lonely=customer,
            )
        else:
            office = self.random.choice(["Zahlstelle", "Shared Service", "Treasury", "Buchhaltung"])
            name = f"{office} {self.random.randrange(100, 9999)} {self.random.choice(['West', 'Ost', 'One'])}"
            self.confirmed.append(Confirmed(name, "", customer.id, self.random.randrange(1, 6), START))
            self.add("payer known by name", [doc], self.idle_words(), payer=name.upper(), iban="", lonely=customer)

    def parent(self) -> None:
        child = self.random.choice([each for each in self.customers if each.parent])
        assert child.parent is not None
        doc = self.invoice(child)
        more = {"payer": people.plain(self.random, child.parent), "iban": self.account(child.parent)}
        if self.random.random() < 0.5:
            said = self.words("{}")
            self.add("parent pays, with reference", [doc], lambda: said.format(doc.number), **more)
        else:
            self.add("parent pays, without reference", [doc], self.idle_words(), lonely=child.parent, **more)

    def listed(self) -> None:
        customer = self.customer()
        docs = [self.invoice(customer) for _ in range(self.random.randrange(2, 6))]
        how, glue = self.random.random(), self.random.choice([", ", " + ", " und ", "; ", " & ", "/ ", " ", ","])

        def text() -> str:
            numbers = [doc.number for doc in sorted(docs, key=lambda doc: doc.number)]
            if how < 0.6:
                return "Rechnungen " + glue.join(numbers)
            tails = [number.replace("/", "-").split("-")[-1] for number in numbers[1:]]
            return f"Rg {numbers[0]}" + "".join((", " if glue == " " else glue) + tail for tail in tails)

        self.add("several invoices listed", docs, text)

    def ranged(self) -> None:
        customer = self.customer()
        issued = self.day()
        docs = [self.invoice(customer, issued) for _ in range(self.random.randrange(3, 7))]
        word, short = self.random.choice([" to ", " bis ", "-", " - ", " – ", " thru "]), self.random.random() < 0.5

        def text() -> str:
            numbers = sorted((doc.number for doc in docs), key=lambda number: (len(number), number))
            last = numbers[-1].split("-")[-1].split("/")[-1]
            last = last if last.isdigit() else last[-4:]
            return f"Invoices {numbers[0]}{word}{last if short else numbers[-1]}"

        self.add("a range of invoices", docs, text)

    def summed(self) -> None:
        customer = self.customer()
        docs = [self.invoice(customer, amount=self.odd()) for _ in range(self.random.randrange(2, 5))]
        self.add("one unique sum, without reference", docs, self.idle_words(), lonely=customer)

    def balance(self) -> None:
        customer = self.customer()
        docs = [self.invoice(customer, amount=self.odd()) for _ in range(self.random.randrange(2, 6))]
        self.add(
            "balance of the account",
            docs,
            self.random.choice(["Saldenausgleich", "balance of account", "offene Posten", "statement"]),
            lonely=customer,
        )

    def net_of_credit(self) -> None:
        customer = self.customer()
        doc = self.invoice(customer, amount=self.odd())
        note = self.note(
            customer, doc.issued + timedelta(days=1), doc.amount // self.random.choice([3, 5, 10]) + self.random.randrange(1, 90)
        )
        how = self.random.random()
        said = self.words("{}")
        if how < 0.4:
            self.add("net of a credit note, both named", [doc, note], lambda: f"{doc.number} abzgl. Gutschrift {note.number}")
        elif how < 0.7:
            self.add("net of a credit note, invoice named", [doc, note], lambda: said.format(doc.number), lonely=customer)
        else:
            self.add("net of a credit note, without reference", [doc, note], self.idle_words(), lonely=customer)

    def part(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd() + 10000)
        first = int(doc.amount * self.random.uniform(0.2, 0.7)) if self.random.random() < 0.5 else doc.amount // 2 // 1000 * 1000
        words = self.random.choice(["Teilzahlung {}", "part payment {}", "{} 1. Rate", "{}", "Rechnung {}"])
        on = self.after(doc)
        self.add("part payment by reference", [doc], lambda: words.format(doc.number), amount=first, expect={doc: first}, on=on)
        rest = doc.amount - first
        later = on + timedelta(days=self.random.randrange(5, 30))
        again = self.random.choice(["Rest {}", "balance of {}", "{}"])
        self.add("rest of a part payment", [doc], lambda: again.format(doc.number), amount=rest, expect={doc: rest}, on=later)

    def discounted(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd(), percent=self.random.choice([2, 2, 3]))
        assert doc.until
        on = doc.issued + timedelta(days=self.random.randrange(1, (doc.until - doc.issued).days + 1))
        cash = doc.amount - doc.discount
        more = {"amount": cash, "expect": {doc: cash}, "takes": {doc: doc.discount}, "on": on}
        if self.random.random() < 0.6:
            said = self.random.choice(["{} abzgl. 2% Skonto", "{}", "Rechnung {} less discount"])
            self.add("discount, with reference", [doc], lambda: said.format(doc.number), **more)
        else:
            self.add("discount, without reference", [doc], self.idle_words(), lonely=doc.customer, **more)

    def charged(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd() + 60000)
        fee = self.random.choice([500, 750, 1000, 1250, 1500, 1780, 2000, 2500])
        cash = doc.amount - fee
        more = {"amount": cash, "expect": {doc: cash}, "takes": {doc: fee}}
        how = self.random.random()
        if how < 0.4:
            self.add("fee deducted, named", [doc], lambda: f"{doc.number} CHGS EUR {fee // 100},{fee % 100:02d}", **more)
        elif how < 0.6:
            self.add("fee deducted, in its field", [doc], lambda: f"{doc.number}", fee=fee, **more)
        else:
            self.add("fee deducted, not named", [doc], lambda: f"Payment {doc.number}", **more)

    def cents(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        off = self.random.randrange(1, 5)
        cash = doc.amount - off
        self.add("cents of rounding", [doc], lambda: f"Rechnung {doc.number}", amount=cash, expect={doc: cash}, takes={doc: off})

    def over(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        extra = self.random.choice([100, 1000, 1999, -(-doc.amount // 10000) * 10000 - doc.amount + 100])
        self.add(
            "overpayment by reference",
            [doc],
            lambda: f"Rechnung {doc.number}",
            amount=doc.amount + extra,
            expect={doc: doc.amount, None: extra},
        )

    def payout(self) -> None:
        docs = [self.invoice(self.customer()) for _ in range(self.random.randrange(2, 9))]
        self.serial += 1
        name, on = f"po_{self.random.randrange(16**8):08x}{self.serial}", self.after(*docs)
        fees = [doc.amount * 14 // 1000 + 25 for doc in docs]
        total = sum(doc.amount for doc in docs) - sum(fees) if self.random.random() < 0.5 else 0
        for doc, fee in zip(docs, fees, strict=True):
            self.payouts.append(lambda doc=doc, fee=fee: PayoutItem(name, on, total or doc.amount - fee, doc.number, doc.amount, fee))  # type: ignore[misc]
        expect: dict[Doc | None, int] = {doc: doc.amount - fee for doc, fee in zip(docs, fees, strict=True)}
        text = self.random.choice([f"STRIPE PAYOUT {name}", "STRIPE TECHNOLOGY EUROPE"])
        self.add(
            "payout with its report",
            docs,
            text,
            amount=sum(expect.values()),
            expect=expect,
            takes=dict(zip(docs, fees, strict=True)),
            payer="STRIPE",
            iban="",
            on=on + timedelta(days=self.random.randrange(9)),
        )

    def refund(self) -> None:
        customer = self.customer()
        note = self.note(customer, self.day(), self.odd())
        named = self.random.random() < 0.6
        self.add(
            "refund against a credit note",
            [note],
            (lambda: f"Erstattung {note.number}") if named else "Refund",
            amount=-note.amount,
            expect={note: -note.amount},
            outcome="refund",
            lonely=None if named else customer,
        )

    def returned(self) -> None:
        doc = self.invoice(self.customer(), amount=self.odd())
        first = self.add("direct debit", [doc], lambda: f"Lastschrift {doc.number}")
        back = self.add(
            "returned direct debit",
            [doc],
            lambda: self.random.choice(["RÜCKLASTSCHRIFT {}", "Retoure {} MD06", "RETURN {} AC04"]).format(doc.number),
            amount=-doc.amount - (0 if self.random.random() < 0.6 else 350),
            expect={doc: -doc.amount},
            outcome="return",
            on=first.on + timedelta(days=self.random.randrange(2, 9)),
        )
        back.kind = self.random.choice(["", "return"])
        back.payer, back.iban = first.payer, first.iban

    def equals(self) -> None:
        """Two lines alike in payer and amount for one document: the earlier takes it, though only the later names it."""
        doc = self.invoice(self.customer(), amount=self.odd())
        first = self.add("first of two, the later names it", [doc], self.idle_words(), lonely=doc.customer)
        again = Row("second of two, names it", first.on + timedelta(days=self.random.randrange(1, 20)), doc.amount, {}, "hold", first.payer)
        again.iban, again.text = first.iban, lambda: f"Rechnung {doc.number}"
        self.rows.append(again)

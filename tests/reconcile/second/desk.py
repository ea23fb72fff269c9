"""The books while the months go by: issuing, paying, and a plain check whether something else would fit a line by chance.

The check knows nothing of scores. It lists what a person could also take a line for, and a scenario that meets such a thing by
accident is begun again (``Again``), so that the truth stays one that everybody with these books would agree to.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Confirmed, PastPayment, PayoutItem
from tests.reconcile.second import references, texts
from tests.reconcile.second.dice import Dice
from tests.reconcile.second.documents import FIRST, Again, Doc, Truth
from tests.reconcile.second.people import Customer, People, account, as_banks_write, kin_of
from tests.reconcile.second.places import BY_CODE, FEES

_MOST_OPEN = 12


class Desk:
    def __init__(self, dice: Dice, people: People, expected: int) -> None:
        self.dice, self.people, self.few = dice, people, expected < 4000
        self.day = FIRST
        self.docs: list[Doc] = []
        self.mine: list[Doc] = []
        """Those of the scenario that is being told."""
        self.lines: list[BankLine] = []
        self.truth: dict[str, Truth] = {}
        self.payments: list[PastPayment] = []
        self.refunds: list[PastPayment] = []
        self.confirmed: list[Confirmed] = []
        self.refused: set[tuple[str, str]] = set()
        self.seen: dict[str, str] = {}
        self.payouts: list[PayoutItem] = []
        self.stems = frozenset(people.kin)
        self._numbers = references.Numbers(dice)
        self._open: dict[str, list[Doc]] = defaultdict(list)
        self._exact: dict[str, Doc] = {}
        self._loose: dict[str, list[Doc]] = defaultdict(list)
        self._counted = 0
        self._recent: dict[tuple[str, int], date] = {}

    # --- documents

    def customer(self, *, currency: str = "", codes: str = "") -> Customer:
        for _ in range(200):
            one = self.dice.pick(self.people.all)
            if (not currency or one.currency == currency) and (not codes or one.country.code in codes):
                return one
        raise Again

    def amount(self, customer: Customer, *, odd: bool = False) -> int:
        if not odd and self.dice.chance(0.3):
            return customer.price
        if self.dice.chance(0.6):
            return self.dice.between(40, 4000) * self.dice.pick((100, 119, 120, 121))
        return self.dice.between(1500, 900_000)

    def issue(
        self,
        customer: Customer,
        gross: int = 0,
        *,
        kind: Literal["invoice", "credit-note"] = "invoice",
        discount: bool | None = None,
        currency: str = "",
        scheme: str = "",
    ) -> Doc:
        dice = self.dice
        if not gross:
            gross = self.amount(customer)
        while self.day - self._recent.get((customer.id, gross), FIRST - timedelta(days=99)) < timedelta(days=8):
            gross += 1370
        scheme = "CN" if kind == "credit-note" else scheme or (customer.scheme if dice.chance(0.9) else "INV")
        doc = Doc(
            number=self._numbers.next(scheme, customer, self.day),
            kind=kind,
            customer=customer,
            currency=currency or customer.currency,
            issued=self.day,
            due=self.day + timedelta(days=dice.pick((10, 14, 30, 30, 45))),
            gross=gross,
            open=gross,
            start=gross,
        )
        if kind == "invoice":
            kinds = references.KINDS.get(customer.country.code, "RF")
            if kinds == "QRR" and doc.currency != "CHF":
                kinds = "RF"
            if kinds != "RF" or (customer.country.code not in {"US", "CN", "JP"} and dice.chance(0.3)):
                doc.reference, doc.reference_kind = references.structured(kinds, 1000 + len(self.docs)), kinds
            if dice.chance(0.15):
                doc.order = f"PO-{dice.digits(6)}"
            if discount or (discount is None and dice.chance(0.2)):
                doc.discount = (gross * dice.pick((2, 2, 3)) + 50) // 100
                doc.until = self.day + timedelta(days=dice.pick((8, 10, 14)) + dice.pick((0, 0, 3)))
        self.docs.append(doc)
        self.mine.append(doc)
        self._open[customer.id].append(doc)
        self._exact[doc.number] = doc
        for key in self._keys(doc):
            self._loose[key].append(doc)
        return doc

    def _keys(self, doc: Doc) -> list[str]:
        return [key for key in sorted({re.sub(r"[^A-Z0-9]", "", doc.number), re.sub(r"\D", "", doc.number)}) if len(key) >= 5]

    def withdraw(self, docs: Sequence[Doc]) -> None:
        """These and what paid them have never been; their numbers are left out, as those of drafts that were thrown away."""
        gone = {doc.number for doc in docs}
        for doc in docs:
            doc.withdrawn = True
            if doc in self._open[doc.customer.id]:
                self._open[doc.customer.id].remove(doc)
            del self._exact[doc.number]
            for key in self._keys(doc):
                self._loose[key].remove(doc)
        if any(doc.settled for doc in docs):
            self.payments = [one for one in self.payments if not gone.intersection(one.documents)]

    def lead(self, doc: Doc) -> int:
        """Days until a usual customer pays."""
        return max(3, (doc.due - self.day).days + self.dice.between(-9, 16))

    def settle(self, doc: Doc, *, payer: str = "", iban: str = "") -> PastPayment:
        """It was paid before this statement came: by a payment that is in the books."""
        self._counted += 1
        payment = PastPayment(
            id=f"{self.day}-{doc.customer.id}-{self._counted:05x}",
            customer=doc.customer.id,
            received_on=self.day,
            currency=doc.currency,
            amount=doc.open,
            free=0,
            payer=payer or as_banks_write(self.dice, doc.customer.name),
            iban=iban or self.iban(doc.customer, known=True),
            reference=self.dice.pick((doc.number, doc.number, doc.reference or doc.number, "")),
            line=f"old-{self._counted:06}",
            documents=(doc.number,),
        )
        self.payments.append(payment)
        self._recent[doc.customer.id, doc.open] = self.day
        doc.open = doc.start = 0
        doc.last_paid = doc.settled = self.day
        self._open[doc.customer.id].remove(doc)
        return payment

    def close(self, doc: Doc, *, start: bool) -> None:
        """It is used up: with ``start`` before the statement, else in the course of it."""
        doc.open = 0
        if start:
            doc.start, doc.settled = 0, self.day
        self._open[doc.customer.id].remove(doc)

    def iban(self, customer: Customer, *, known: bool) -> str:
        """What the statement shows as the account: with ``known`` the customer's own if the books have it, or nothing."""
        return customer.account if customer.account_known and (known or self.dice.chance(0.6)) else ""

    def other_account(self, code: str = "DE") -> str:
        return account(self.dice, BY_CODE[code])

    def next_id(self) -> str:
        return f"{self.day:%Y%m%d}-{len(self.lines) + 1:05}"

    # --- the plain check

    def open_of(self, customers: Iterable[Customer], currency: str) -> list[Doc]:
        return [doc for one in customers for doc in self._open[one.id] if doc.currency == currency]

    def fits(self, doc: Doc, amount: int) -> bool:
        """Whether anybody might take ``amount`` for what is due on the document, discounts a little late and usual charges included."""
        if doc.kind != "invoice":
            return False
        late = doc.until is not None and self.day <= doc.until + timedelta(days=14)
        short = doc.open - amount
        return abs(short) <= 5 or short in FEES.get(doc.currency, FEES[""]) or (late and abs(short - doc.discount) <= 5)

    def sums(self, docs: Sequence[Doc], amount: int) -> int:
        """In how many ways two or more of the documents, credit notes taken off, make up the amount; discounts in their window count
        too.
        """
        if len(docs) > _MOST_OPEN:
            raise Again
        found: dict[tuple[int, int], int] = {(0, 0): 1}
        for doc in docs:
            values = {-doc.open} if doc.kind == "credit-note" else {doc.open, doc.open - doc.deductible(self.day)}
            more = [((total + value, min(2, count + 1)), ways) for (total, count), ways in found.items() for value in values]
            for key, ways in more:
                found[key] = found.get(key, 0) + ways
        return sum(ways for (total, count), ways in found.items() if total == amount and count == 2)

    def only(self, customer: Customer, amount: int, currency: str, docs: Sequence[Doc], *, rested: bool = True) -> None:
        """Nothing else that this payer, or one who looks like it, owes is this amount, alone or as a sum, and it did not just pay
        the same.
        """
        alike = self.people.lookalikes(customer)
        if any(self.fits(doc, amount) for doc in self.open_of(alike, currency) if doc not in docs):
            raise Again
        near = [*self.people.groups[customer.top], *([customer.shares_account] if customer.shares_account else [])]
        ways = sum(self.sums(self.open_of([one], currency), amount) for one in near)
        mine = 1 if len(docs) > 1 else 0
        if ways != mine:
            raise Again
        if rested and any(self.day - self._recent.get((one.id, amount), FIRST - timedelta(days=99)) < timedelta(days=24) for one in alike):
            raise Again

    def names(self, text: str) -> tuple[set[str], set[str]]:
        """Documents that the text names: as they are written, and by any run of words or digits that make up a number."""
        exact: set[str] = set()
        loose: set[str] = set()
        for joined in {text.upper().replace("\n", " "), text.upper().replace("\n", "")}:
            parts: list[str] = []
            for token in re.findall(r"[A-Z0-9]+(?:[-/][A-Z0-9]+)*", joined):
                if token in self._exact:
                    exact.add(token)
                    parts.append("")
                else:
                    parts.extend(re.split(r"[-/]", token))
            for at in range(len(parts)):
                for to in range(at + 1, min(at + 4, len(parts)) + 1):
                    loose.update(doc.number for doc in self._loose.get("".join(parts[at:to]), ()) if all(parts[at:to]))
        return exact, loose

    def _misleads(self, text: str, customer: Customer | None, amount: int, named: Sequence[Doc], strict: bool) -> bool:
        exact, loose = self.names(text)
        mine = {doc.number for doc in named}
        if any(strict or not exact & mine or not _is_day(number) for number in exact - mine):
            return True
        others = [self._exact[number] for number in (exact | loose) - mine]
        if strict:
            return bool(others)
        kin = kin_of(customer.stem) if customer else ""
        return any(kin_of(doc.customer.stem) == kin or amount in {doc.open, doc.gross} for doc in others)

    # --- lines

    def emit(
        self,
        cls: str,
        outcomes: frozenset[str],
        *,
        customer: Customer | None,
        amount: int,
        currency: str,
        payload: str,
        payer: str | None = None,
        iban: str = "",
        country: str = "",
        must: Sequence[str] = (),
        named: Sequence[Doc] = (),
        strict: bool = True,
        whole: bool = False,
        allocations: Sequence[Allocation] | None = None,
        payment: str = "",
        plain: bool = False,
        **more: Any,
    ) -> BankLine:
        """Write the line and what is right for it; what is to be booked is booked. ``must`` has to come through in the text, and
        with ``whole`` all of it.
        """
        if not amount or any(not self._payable(one) for one in allocations or ()):
            raise Again
        dice = self.dice
        country = country or (customer.country.code if customer else "DE")
        if payer is None:
            assert customer
            payer = as_banks_write(dice, customer.name)
        for _ in range(12):
            text = texts.render(dice, country, payload, name=payer or "UNBEKANNT", iban=iban, day=self.day, plain=plain, out=amount < 0)
            wanted = [payload] if whole else must
            if all(texts.compact(one) in texts.compact(text) for one in wanted) and not self._misleads(
                text, customer, amount, named, strict
            ):
                break
        else:
            raise Again
        if "end_to_end" not in more and dice.chance(0.2):
            more["end_to_end"] = dice.pick(("NOTPROVIDED", "NOTPROVIDED", f"E2E{dice.digits(11)}", dice.digits(16)))
        line = BankLine(
            id=more.pop("id", "") or self.next_id(),
            row=len(self.lines) + 2,
            booked_on=self.day,
            amount=amount,
            currency=currency,
            value_on=self.day if dice.chance(0.7) else None,
            payer=payer,
            iban=iban,
            text=text,
            bank_id=dice.digits(12) if dice.chance(0.3) else "",
            **more,
        )
        self.lines.append(line)
        self.truth[line.id] = Truth(cls, outcomes, None if allocations is None else frozenset(allocations), payment)
        if customer:
            self._recent[customer.id, abs(amount)] = self.day
        if "book" in outcomes:
            for one in allocations or ():
                self._pay(one)
        return line

    def _payable(self, allocation: Allocation) -> bool:
        if not allocation.document:
            return allocation.amount > 0
        return (
            0
            < abs(allocation.amount) + allocation.discount + allocation.write_off + allocation.fee
            <= self._exact[allocation.document].open
        )

    def _pay(self, allocation: Allocation) -> None:
        if not allocation.document:
            return
        doc = self._exact[allocation.document]
        sign = -1 if doc.kind == "credit-note" else 1
        doc.open -= sign * allocation.amount + allocation.discount + allocation.write_off + allocation.fee
        assert 0 <= doc.open <= doc.gross, doc
        if not doc.open:
            self._open[doc.customer.id].remove(doc)


def _is_day(number: str) -> bool:
    """Beside a number in full, what reads as a day of this year is one, even if it is a number too."""
    return bool(re.fullmatch(r"202[56](0[1-9]|1[0-2])(0[1-9]|[12]\d|30)", number))

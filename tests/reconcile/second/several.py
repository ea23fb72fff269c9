"""One line for several documents: listed, as a range, unlisted with one possible sum, credit notes taken off, the whole account."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import BOOK, Again, Doc, all_of
from tests.reconcile.second.people import Customer
from tests.reconcile.second.plain import Steps, filler


def due(docs: Sequence[Doc]) -> int:
    return sum(all_of(doc).amount for doc in docs)


def some(desk: Desk, customer: Customer, count: int, *, scheme: str = "", odd: bool = False) -> list[Doc]:
    return [desk.issue(customer, desk.amount(customer, odd=odd), discount=False, scheme=scheme) for _ in range(count)]


def listing(desk: Desk, docs: Sequence[Doc]) -> tuple[str, list[str]]:
    """A list of numbers as people write it, and what of it has to come through: later numbers are often without what all share."""
    numbers = [doc.number for doc in docs]
    word = desk.dice.pick(docs[0].customer.country.invoice)
    prefix = re.match(r"(INV-\d{4}-|RE\d{4}/|\d{4}-)", numbers[0])
    if prefix and all(number.startswith(prefix[0]) for number in numbers) and len(docs) < 4 and desk.dice.chance(0.25):
        numbers = [numbers[0], *(number[len(prefix[0]) :] for number in numbers[1:])]
        if min(len(number) for number in numbers) < 3:
            raise Again
    return f"{word} {desk.dice.pick((', ', ' + ', ' / ', ' ', ' und ', '; ', ' & ')).join(numbers)}", numbers


def listed(desk: Desk) -> Steps:
    """All numbers are named and their open amounts add up to the line."""
    customer = desk.customer()
    docs = some(desk, customer, desk.dice.weighted(((2, 6), (3, 4), (4, 2), (6, 1))))
    yield desk.lead(docs[0])
    payload, must = listing(desk, docs)
    desk.emit(
        "several listed",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=False),
        amount=due(docs),
        currency=customer.currency,
        payload=payload,
        must=must,
        named=docs,
        strict=False,
        allocations=[all_of(doc) for doc in docs],
    )


def listed_apart(desk: Desk) -> Steps:
    """As listed, with the numbers of invoices from different months, one of which has a discount that is still allowed."""
    customer = desk.customer()
    first = desk.issue(customer, discount=False)
    yield desk.dice.between(5, 20)
    second = desk.issue(customer, discount=True)
    yield desk.dice.between(3, 7)
    off = second.deductible(desk.day)
    if off <= 5:
        raise Again
    payload, must = listing(desk, [first, second])
    one, two = all_of(first), all_of(second)
    desk.emit(
        "several listed with discount",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=False),
        amount=first.open + second.open - off,
        currency=customer.currency,
        payload=f"{payload} Skonto" if desk.dice.chance(0.3) else payload,
        must=must,
        named=[first, second],
        strict=False,
        allocations=[one, two._replace(amount=two.amount - off, discount=off)],
    )


def in_a_row(desk: Desk) -> Steps:
    """First and last number with all between them are this customer's, and together they are the line."""
    customer = desk.customer()
    docs = some(desk, customer, desk.dice.between(3, 6), scheme=desk.dice.pick(("INV", "RE", "dash", "own")))
    stem = re.sub(r"\d+$", "", docs[0].number)
    if any(not doc.number.startswith(stem) for doc in docs):
        raise Again
    yield desk.lead(docs[0])
    first, last = docs[0].number, docs[-1].number
    short = last[len(stem) :].lstrip("0")
    writing = desk.dice.pick(
        (
            f"{first} to {last}",
            f"{first} - {last}",
            f"{first} bis {last}",
            f"{first} t/m {last}",
            f"{first} a {last}",
            f"{first}-{short}",
            f"{first} bis {short}",
        )
    )
    word = desk.dice.pick(customer.country.invoice)
    desk.emit(
        "range",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=False),
        amount=due(docs),
        currency=customer.currency,
        payload=f"{word} {writing}",
        whole=True,
        named=docs,
        strict=False,
        allocations=[all_of(doc) for doc in docs],
    )


def unique_sum(desk: Desk) -> Steps:
    """The payer is known, nothing single fits, and of all its open documents just one choice adds up to the cent."""
    customer = desk.customer()
    docs = some(desk, customer, desk.dice.between(2, 4), odd=True)
    others = some(desk, customer, desk.dice.between(0, 2), odd=True)
    yield desk.lead(docs[0])
    if len(others) + len(docs) == len(desk.open_of([customer], customer.currency)) and desk.dice.chance(0.2):
        docs += others
    total = due(docs)
    desk.only(customer, total, customer.currency, docs)
    desk.emit(
        "unique sum",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=True),
        amount=total,
        currency=customer.currency,
        payload=filler(desk, customer),
        allocations=[all_of(doc) for doc in docs],
    )


def with_credit_note(desk: Desk) -> Steps:
    """Invoices less a credit note of the same customer: listed with it, or the only choice that gives this amount."""
    customer = desk.customer()
    docs = some(desk, customer, desk.dice.between(1, 2), odd=True)
    yield desk.dice.between(2, 8)
    credit = desk.issue(customer, max(500, docs[0].gross // desk.dice.pick((3, 4, 7)) + desk.dice.between(1, 60)), kind="credit-note")
    yield desk.dice.between(3, 12)
    docs.append(credit)
    total = due(docs)
    quotes = desk.dice.chance(0.55)
    if quotes:
        word = desk.dice.pick(customer.country.invoice)
        numbers = [doc.number for doc in docs[:-1]]
        less = desk.dice.pick(("abzgl. Gutschrift", "less credit note", "-", "./. GS", "minus"))
        payload = f"{word} {', '.join(numbers)} {less} {credit.number}"
        must = [*numbers, credit.number]
    else:
        payload, must = filler(desk, customer), []
        desk.only(customer, total, customer.currency, docs)
    desk.emit(
        "net of a credit note",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=True),
        amount=total,
        currency=customer.currency,
        payload=payload,
        must=must,
        named=docs if quotes else (),
        strict=not quotes,
        allocations=[all_of(doc) for doc in docs],
    )


def whole_account(desk: Desk) -> Steps:
    """The payer says that it settles all that is open, and the line is all that is open."""
    for _ in range(60):
        customer = desk.customer()
        if all(doc.free for doc in desk.open_of([customer], customer.currency)):
            break
    else:
        raise Again
    mine = some(desk, customer, 2, odd=True)
    yield desk.dice.between(3, 8)
    docs = desk.open_of([customer], customer.currency)
    if not 2 <= len(docs) <= 8 or any(doc.deductible(desk.day) or not (doc.free or doc in mine) for doc in docs):
        raise Again
    total = due(docs)
    desk.only(customer, total, customer.currency, docs)
    words = (
        "Saldoausgleich",
        "alle offenen Posten",
        "solde de tout compte",
        "balance of account",
        "clear account balance",
        "Kontoausgleich OP-Liste",
    )
    desk.emit(
        "balance of the account",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=True),
        amount=total,
        currency=customer.currency,
        payload=desk.dice.pick(words),
        whole=True,
        allocations=[all_of(doc) for doc in docs],
    )

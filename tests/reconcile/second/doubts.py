"""Money of a sale, it seems, but what the line says is too little, or speaks against itself: nothing may be booked."""

from __future__ import annotations

from typing import Any

from billcli.core.matching.facts import Allocation
from tests.reconcile.second import references
from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import HOLD, Again, Doc
from tests.reconcile.second.payers import stranger
from tests.reconcile.second.places import FEES
from tests.reconcile.second.plain import Steps, filler, quoting
from tests.reconcile.second.several import due, listing, some


def _contradicted(desk: Desk, cls: str, mine: Doc, other: Doc) -> None:
    if not mine.open or not other.open or desk.fits(other, mine.open):
        raise Again
    desk.only(mine.customer, mine.open, mine.currency, [mine], rested=False)
    desk.emit(
        cls,
        HOLD,
        customer=mine.customer,
        iban=desk.iban(mine.customer, known=True),
        amount=mine.open,
        currency=mine.currency,
        payload=quoting(desk, mine, other.number),
        must=[other.number],
        named=[other],
        strict=False,
    )


def typo_of_another(desk: Desk) -> Steps:
    """One digit off the invoice that payer and amount mean, and that is the number of another open one:
    which is wrong, only the payer knows.
    """
    mine = desk.issue(desk.customer(), scheme="INV", discount=False)
    other = desk.issue(desk.customer(currency=mine.currency) if desk.dice.chance(0.7) else mine.customer, scheme="INV", discount=False)
    if sum(a != b for a, b in zip(mine.number, other.number, strict=False)) != 1 or len(mine.number) != len(other.number):
        raise Again
    yield desk.lead(mine)
    _contradicted(desk, "typo that is another open number", mine, other)


def contradiction(desk: Desk) -> Steps:
    """The number is an open invoice's, but payer and exact amount are another's: the evidence speaks against itself."""
    mine = desk.issue(desk.customer(), discount=False)
    other = desk.issue(desk.customer(currency=mine.currency), discount=False)
    if other.customer in desk.people.lookalikes(mine.customer):
        raise Again
    yield desk.lead(mine)
    _contradicted(desk, "reference contradicts payer and amount", mine, other)


def on_account(desk: Desk) -> Steps:
    """The customer is known, the sum is round and fits nothing that is open: money of its account, and for what, it has not said."""
    customer = desk.customer()
    desk.issue(customer, discount=False)
    yield desk.dice.between(5, 25)
    amount = desk.dice.pick((20_000, 50_000, 100_000, 150_000, 250_000, 500_000)) + desk.dice.pick((0, 0, 0, 12_345))
    desk.only(customer, amount, customer.currency, [])
    words = desk.dice.pick(("Akonto", "a conto", "Abschlag", "Zahlung", "Vorauszahlung", "payment on account", "acompte", "Guthaben"))
    desk.emit(
        "on account without evidence",
        HOLD,
        customer=customer,
        iban=desk.iban(customer, known=True),
        amount=amount,
        currency=customer.currency,
        payload=words if desk.dice.chance(0.6) else filler(desk, customer),
        allocations=[Allocation("", amount)],
    )


def short_of_listed(desk: Desk) -> Steps:
    """Several are listed and the money is less, by no discount, no usual charge and no single one of them:
    which is paid short is a question to the payer.
    """
    customer = desk.customer()
    docs = some(desk, customer, desk.dice.between(2, 4))
    yield desk.lead(docs[0])
    short = desk.dice.pick((desk.dice.between(3100, 9900), desk.dice.between(10_000, 60_000), due(docs) // 10))
    total = due(docs) - short
    if short <= 3000 or total < max(doc.open for doc in docs) or short in FEES[""] or any(not doc.open for doc in docs):
        raise Again
    if any(short * 1000 // due(docs) in range(rate - 1, rate + 2) for rate in (10, 20, 30, 40, 50)):
        raise Again
    desk.only(customer, total, customer.currency, [], rested=False)
    payload, must = listing(desk, docs)
    desk.emit(
        "short of the listed invoices",
        HOLD,
        customer=customer,
        iban=desk.iban(customer, known=False),
        amount=total,
        currency=customer.currency,
        payload=payload,
        must=must,
        named=docs,
        strict=False,
    )


def other_currency(desk: Desk) -> Steps:
    """The number is right and the figure too, or it was changed at some rate, but the money is of another currency:
    currencies never mix.
    """
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    currency = desk.dice.pick([one for one in ("EUR", "USD", "CHF", "GBP") if one != doc.currency])
    exchanged = desk.dice.chance(0.4) and doc.currency != "JPY"
    amount = doc.open * desk.dice.between(83, 118) // 100 if exchanged else doc.open
    if any(desk.fits(one, amount) for one in desk.open_of(desk.people.lookalikes(doc.customer), currency)):
        raise Again
    more: dict[str, Any] = {"original": (doc.open, doc.currency)} if exchanged else {}
    desk.emit(
        "another currency",
        HOLD,
        customer=doc.customer,
        amount=amount,
        currency=currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        **more,
    )


def bad_check_digit(desk: Desk) -> Steps:
    """The check digit says that the reference is misread, and the payer is nobody we know: the amount is left as the only signal."""
    doc = desk.issue(desk.customer(codes="CH NO BE FI"), discount=False)
    if doc.reference_kind not in {"QRR", "KID", "OGM", "viite"}:
        raise Again
    yield desk.lead(doc)
    desk.emit(
        "check digit failed, payer unknown",
        HOLD,
        customer=doc.customer,
        payer=stranger(desk),
        iban=desk.other_account(doc.customer.country.code),
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        references=(references.broken(doc.reference),),
    )


def amount_only(desk: Desk) -> Steps:
    """The amount is that of an open invoice, but nobody knows the payer and nothing is quoted: one signal."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    desk.emit(
        "amount only",
        HOLD,
        customer=doc.customer,
        payer=stranger(desk),
        iban=desk.other_account() if desk.dice.chance(0.6) else "",
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
    )


def late_discount_unnamed(desk: Desk) -> Steps:
    """The payer is known and the amount would be an invoice less a discount that has run out: neither reference nor exact amount."""
    doc = desk.issue(desk.customer(), desk.dice.between(20_000, 900_000), discount=True)
    assert doc.until
    yield (doc.until - desk.day).days + desk.dice.between(2, 9)
    if desk.day <= doc.until or doc.discount <= 5 or doc.discount in FEES[""]:
        raise Again
    amount = doc.open - doc.discount
    desk.only(doc.customer, amount, doc.currency, [doc])
    desk.emit(
        "discount too late, no reference",
        HOLD,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=True),
        amount=amount,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
    )


def settled_number(desk: Desk) -> Steps:
    """The number quoted is that of an invoice paid weeks ago, and the amount is neither that one's nor any open one's."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.dice.between(8, 16)
    payment = desk.settle(doc)
    yield desk.dice.between(10, 40)
    amount = desk.dice.between(5000, 200_000)
    if abs(amount - payment.amount) < 6000:
        raise Again
    desk.only(doc.customer, amount, doc.currency, [])
    desk.emit(
        "number of a paid invoice, other amount",
        HOLD,
        customer=doc.customer,
        iban=payment.iban,
        amount=amount,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
    )

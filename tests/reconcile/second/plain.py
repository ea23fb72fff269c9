"""The lines that are most of every statement: one invoice, paid in full, with something that says which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reconcile.second import references
from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import BOOK, EITHER, Again, Doc, all_of
from tests.reconcile.second.people import Customer, as_banks_write, variant
from tests.reconcile.second.places import STRANGERS
from tests.reconcile.second.texts import boilerplate, in_words

Steps = Iterator[int]
"""A scenario yields the days until it goes on."""


def filler(desk: Desk, customer: Customer) -> str:
    """What people write who quote nothing."""
    words = desk.dice.pick(customer.country.filler)
    return f"{words} {boilerplate(desk.dice, desk.day)}" if desk.dice.chance(0.35) else words


def quoting(desk: Desk, doc: Doc, number: str = "") -> str:
    """What people write who quote a number: words before, other numbers before or after."""
    dice = desk.dice
    out = f"{dice.pick(doc.customer.country.invoice)} {number or doc.number}"
    if dice.chance(0.15):
        out = number or doc.number
    if dice.chance(0.3):
        out += f" {boilerplate(dice, desk.day, amount=in_words(doc.open, doc.currency, dice))}"
    elif dice.chance(0.12):
        out = f"{boilerplate(dice, desk.day)} {out}"
    return out


def exact_reference(desk: Desk) -> Steps:
    """Number and amount agree and the payer does not speak against it (some few are paid by a third person): two signals."""
    doc = desk.issue(desk.customer())
    yield desk.lead(doc)
    payer, iban = None, desk.iban(doc.customer, known=False)
    if desk.dice.chance(0.06):
        payer, iban = desk.dice.pick(STRANGERS), desk.other_account() if desk.dice.chance(0.5) else ""
    elif desk.dice.chance(0.05):
        payer = ""
    extra: dict[str, Any] = {"end_to_end": doc.number} if desk.dice.chance(0.1) else {}
    desk.emit(
        "exact reference",
        BOOK,
        customer=doc.customer,
        payer=payer,
        iban=iban,
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[all_of(doc)],
        **extra,
    )


def paid_by_another(desk: Desk) -> Steps:
    """Number and exact amount are right, the payer is another customer, who owes nothing like it:
    booking believes the number, asking the payer; both are right.
    """
    doc, other = desk.issue(desk.customer()), desk.customer()
    if other in desk.people.lookalikes(doc.customer):
        raise Again
    yield desk.lead(doc)
    if any(desk.fits(one, doc.open) for one in desk.open_of(desk.people.lookalikes(other), doc.currency)):
        raise Again
    desk.emit(
        "reference paid by another customer",
        EITHER,
        customer=doc.customer,
        payer=as_banks_write(desk.dice, other.name),
        iban=desk.iban(other, known=True),
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[all_of(doc)],
    )


def structured_reference(desk: Desk) -> Steps:
    """A reference with good check digits, or a variable symbol, and the exact amount: nobody writes those by accident."""
    doc = desk.issue(desk.customer())
    if not doc.reference:
        raise Again
    yield desk.lead(doc)
    dice = desk.dice
    written = references.as_written(dice, doc.reference_kind, doc.reference)
    marked = dice.chance(0.65)
    label = {"VS": "VS:", "KID": "KID ", "viite": "VIITE ", "RF": "", "QRR": "", "OGM": ""}[doc.reference_kind]
    if dice.chance(0.1) and doc.reference_kind != "VS":
        payer, iban = dice.pick(STRANGERS), ""
    else:
        payer, iban = None, desk.iban(doc.customer, known=False)
    payload = filler(desk, doc.customer) if marked else f"{label}{written}"
    desk.emit(
        "structured reference",
        BOOK,
        customer=doc.customer,
        payer=payer,
        iban=iban,
        amount=doc.open,
        currency=doc.currency,
        payload=payload,
        must=() if marked else [written],
        allocations=[all_of(doc)],
        references=(written,) if marked else (),
    )


def name_and_amount(desk: Desk) -> Steps:
    """The name is one customer's and nothing else of it, or of anybody whose name looks like it, has this amount:
    payer and amount agree.
    """
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    payload, payer = filler(desk, doc.customer), None
    whole = desk.dice.chance(0.06) and doc.customer.country.code not in {"CN", "JP"}
    if whole:
        payload, payer = f"{doc.customer.name} {payload}", ""
    iban = "" if doc.customer.account_known or desk.dice.chance(0.4) else doc.customer.account
    desk.emit(
        "name and amount",
        BOOK,
        customer=doc.customer,
        payer=payer,
        iban=iban,
        amount=doc.open,
        currency=doc.currency,
        payload=payload,
        whole=whole,
        allocations=[all_of(doc)],
    )


def account_and_amount(desk: Desk) -> Steps:
    """The account is in the master data of one customer and the amount is that of one of its invoices, whatever the name says."""
    customer = desk.customer()
    if not customer.account_known or customer.shares_account:
        raise Again
    doc = desk.issue(customer, discount=False)
    yield desk.lead(doc)
    desk.only(customer, doc.open, doc.currency, [doc])
    payer = desk.dice.pick(STRANGERS) if desk.dice.chance(0.3) else None
    desk.emit(
        "account and amount",
        BOOK,
        customer=customer,
        payer=payer,
        iban=customer.account,
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, customer),
        allocations=[all_of(doc)],
    )


def mangled_reference(desk: Desk) -> Steps:
    """The number is all there, only written otherwise; payer and amount are its own, and no other document is meant by it."""
    doc = desk.issue(desk.customer())
    yield desk.lead(doc)
    number = references.mangled(desk.dice, doc.number)
    if len([c for c in number if c.isdigit()]) < 5:
        desk.only(doc.customer, doc.open, doc.currency, [doc], rested=False)
    desk.emit(
        "mangled reference",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=True),
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc, number),
        must=[number],
        named=[doc],
        strict=False,
        allocations=[all_of(doc)],
        plain="\n" in number,
    )


def typo(desk: Desk) -> Steps:
    """One character is wrong, what stands there is no number of ours, and payer and amount agree on one invoice."""
    doc = desk.issue(desk.customer(), discount=False)
    number = references.misread(desk.dice, doc.number, few=desk.few)
    yield desk.lead(doc)
    exact, loose = desk.names(number)
    if not number or exact or loose - {doc.number}:
        raise Again
    desk.only(doc.customer, doc.open, doc.currency, [doc], rested=False)
    desk.emit(
        "typo in the reference",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=False),
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc, number),
        must=[number],
        named=[doc],
        strict=False,
        allocations=[all_of(doc)],
    )


def name_variant(desk: Desk) -> Steps:
    """The name in another form (legal form, umlauts, kana, pinyin, cut, turned round, misspelt) is still only one customer's, and
    the amount is its own.
    """
    doc = desk.issue(desk.customer(codes="CN JP") if desk.dice.chance(0.25) else desk.customer(), discount=False)
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    payer = variant(desk.dice, doc.customer, desk.stems)
    if payer.strip().lower() == doc.customer.name.lower():
        raise Again
    desk.emit(
        "name variant",
        BOOK,
        customer=doc.customer,
        payer=payer,
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[all_of(doc)],
    )


def order_number(desk: Desk) -> Steps:
    """The buyer's own order number stands on one invoice only, and its payer and amount agree."""
    doc = desk.issue(desk.customer())
    if not doc.order:
        raise Again
    yield desk.lead(doc)
    desk.emit(
        "buyer's order number",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=False),
        amount=doc.open,
        currency=doc.currency,
        payload=f"{desk.dice.pick(('Bestellung', 'order', 'Your ref', 'commande', ''))} {doc.order}".strip(),
        must=[doc.order],
        allocations=[all_of(doc)],
    )


def second_payment(desk: Desk) -> Steps:
    """A subscriber paid the same amount before, for the month before:
    this one quotes the next invoice, or comes a month later when just that one is open.
    """
    customer = desk.customer()
    first = desk.issue(customer, customer.price, discount=False)
    yield desk.dice.between(6, 14)
    desk.settle(first)
    quotes = desk.dice.chance(0.6)
    yield desk.dice.between(3, 12) if quotes else 10
    doc = desk.issue(customer, customer.price, discount=False)
    yield desk.dice.between(2, 8) if quotes else desk.dice.between(18, 22)
    if not quotes:
        desk.only(customer, doc.open, doc.currency, [doc])
    desk.emit(
        "honest second payment",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=True),
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc) if quotes else filler(desk, customer),
        must=[doc.number] if quotes else (),
        named=[doc],
        strict=False,
        allocations=[all_of(doc)],
    )

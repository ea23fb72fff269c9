"""The reference is right and the amount is not quite: parts, discounts, charges, cents, too much."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from billcli.core.matching.facts import Allocation
from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import BOOK, EITHER, Again, Doc
from tests.reconcile.second.places import FEES, ODD_FEES
from tests.reconcile.second.plain import Steps, filler, quoting
from tests.reconcile.second.texts import in_words

FEE_LIMIT = 3000


def _part(desk: Desk, doc: Doc) -> int:
    part = desk.dice.pick((doc.open // 2, doc.open // 3, doc.open // 100 * 40, doc.open * 3 // 4 // 10000 * 10000, 50000, 100000))
    rest = doc.open - part
    if part < 3000 or rest <= max(FEE_LIMIT, doc.gross // 10):
        raise Again
    desk.only(doc.customer, part, doc.currency, [doc], rested=False)
    return part


def part(desk: Desk, doc: Doc | None = None) -> Steps:
    """The number is quoted and the amount is a good deal less, by no discount and no charge:
    it lowers that invoice, and the rest stays open.
    """
    if not doc:
        doc = desk.issue(desk.customer(), desk.dice.between(30_000, 900_000), discount=False)
        yield desk.lead(doc)
    amount = _part(desk, doc)
    words = f"{desk.dice.pick(doc.customer.country.part)} " if desk.dice.chance(0.55) else ""
    desk.emit(
        "part payment by reference",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=False),
        amount=amount,
        currency=doc.currency,
        payload=words + quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, amount)],
    )


def rest(desk: Desk) -> Steps:
    """After a part the rest comes, with the number again: it closes the invoice."""
    doc = desk.issue(desk.customer(), desk.dice.between(30_000, 900_000), discount=False)
    yield desk.lead(doc)
    doc.open = doc.start = doc.open - _part(desk, doc)
    doc.last_paid = desk.day
    yield desk.dice.between(5, 25)
    _rest(desk, doc)


def part_and_rest(desk: Desk) -> Steps:
    """Both in one statement: the rest is judged by what is open after the part."""
    doc = desk.issue(desk.customer(), desk.dice.between(30_000, 900_000), discount=False)
    yield desk.lead(doc)
    yield from part(desk, doc)
    yield desk.dice.between(5, 25)
    _rest(desk, doc)


def _rest(desk: Desk, doc: Doc) -> None:
    words = desk.dice.pick(("Restzahlung ", "Rest ", "balance ", "solde ", "", "", "2. Rate "))
    desk.emit(
        "rest of a part payment",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=False),
        amount=doc.open,
        currency=doc.currency,
        payload=words + quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, doc.open)],
    )


def discount_with_reference(desk: Desk) -> Steps:
    """Number, payer, and the amount less just the discount that the terms still allow on this day."""
    doc = desk.issue(desk.customer(), discount=True)
    assert doc.until
    yield desk.dice.pick((desk.dice.between(2, 7), (doc.until - desk.day).days))
    off = doc.deductible(desk.day)
    if off <= 5 or not off:
        raise Again
    words = desk.dice.pick((" abzgl. Skonto", " -2% Skonto", " less discount", "", "", ""))
    desk.emit(
        "discount with reference",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=False),
        amount=doc.open - off,
        currency=doc.currency,
        payload=quoting(desk, doc) + words,
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, doc.open - off, discount=off)],
    )


def discount_without_reference(desk: Desk) -> Steps:
    """The payer is known and of its invoices just one, less the discount allowed on this day, is this amount."""
    doc = desk.issue(desk.customer(), discount=True)
    yield desk.dice.between(2, 7)
    off = doc.deductible(desk.day)
    if off <= 5:
        raise Again
    amount = doc.open - off
    desk.only(doc.customer, amount, doc.currency, [doc])
    desk.emit(
        "discount without reference",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=True),
        amount=amount,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[Allocation(doc.number, amount, discount=off)],
    )


def discount_too_late(desk: Desk) -> Steps:
    """Number and payer agree, the discount was taken some days too late:
    a part payment it is at any rate, and asking is right too; the discount is not given.
    """
    doc = desk.issue(desk.customer(), desk.dice.between(20_000, 900_000), discount=True)
    assert doc.until
    yield (doc.until - desk.day).days + desk.dice.between(1, 9)
    if desk.day <= doc.until or doc.discount in FEES[""]:
        raise Again
    amount = doc.open - doc.discount
    desk.only(doc.customer, amount, doc.currency, [doc], rested=False)
    desk.emit(
        "discount too late",
        EITHER,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=False),
        amount=amount,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, amount)],
    )


def fee(desk: Desk) -> Steps:
    """Number and payer agree, and what is missing is a bank's charge:
    a usual one on a transfer from another country, or an odd one that the bank states.
    """
    customer = desk.customer(codes="US CN JP GB CH NO PL CZ DK SE")
    doc = desk.issue(customer, desk.dice.between(40_000, 900_000), discount=False)
    yield desk.lead(doc)
    dice = desk.dice
    table = FEES.get(doc.currency, FEES[""])
    stated = dice.chance(0.5)
    kept = dice.pick(ODD_FEES.get(doc.currency, ODD_FEES[""]) if stated and dice.chance(0.7) else table)
    amount = doc.open - kept
    desk.only(customer, amount, doc.currency, [doc], rested=False)
    payload = quoting(desk, doc)
    more: dict[str, Any] = {}
    if stated and dice.chance(0.5):
        more["fee"] = kept
    elif stated:
        payload += " " + dice.pick(
            ("CHGS/{c}{a}", "/CHGS/{c}{a}/OCMT/{c}{b}", "Spesen {c} {a}", "less bank charges {c} {a}", "FRAIS {c} {a}")
        ).format(c=doc.currency, a=in_words(kept, doc.currency, dice), b=in_words(doc.open, doc.currency, dice))
    desk.emit(
        "bank fee deducted",
        BOOK,
        customer=customer,
        iban=desk.iban(customer, known=False),
        amount=amount,
        currency=doc.currency,
        payload=payload,
        must=[doc.number] if not stated or more else [payload],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, amount, fee=kept)],
        **more,
    )


def cents(desk: Desk) -> Steps:
    """Number and payer agree and one to five cents are missing: nobody asks for those."""
    doc = desk.issue(desk.customer(), discount=False)
    if doc.currency == "JPY":
        raise Again
    yield desk.lead(doc)
    off = desk.dice.between(1, 5)
    desk.emit(
        "cents of rounding",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=False),
        amount=doc.open - off,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, doc.open - off, write_off=off)],
    )


def overpayment(desk: Desk) -> Steps:
    """Number and payer agree, nothing else of the payer explains the rest: the invoice is paid, the rest stays on its account."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    dice = desk.dice
    over = dice.pick((doc.open, 10000 - doc.open % 10000 if doc.open % 10000 else 10000, 900, 2700, dice.between(300, 20000)))
    if over < 100:
        raise Again
    desk.only(doc.customer, doc.open + over, doc.currency, [doc], rested=False)
    others = [one for one in desk.open_of(desk.people.lookalikes(doc.customer), doc.currency) if one is not doc]
    if any(desk.fits(one, over) for one in others) or desk.sums(desk.open_of([doc.customer], doc.currency), over):
        raise Again
    desk.emit(
        "overpayment by reference",
        BOOK,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=True),
        amount=doc.open + over,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, doc.open), Allocation("", over)],
    )


def paid_early(desk: Desk) -> Steps:
    """The number is that of an invoice dated a day or two later, as when it was sent ahead:
    number, payer and amount agree, asking is right too.
    """
    doc = desk.issue(desk.customer(), discount=False)
    doc.issued += timedelta(days=desk.dice.between(1, 2))
    doc.due += timedelta(days=3)
    yield 0
    if desk.day >= doc.issued:
        raise Again
    desk.emit(
        "paid before the invoice's date",
        EITHER,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=True),
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[Allocation(doc.number, doc.open)],
    )

"""What was paid comes back: debits returned by the bank, card payments taken back."""

from __future__ import annotations

from billcli.core.matching.facts import PastPayment
from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import HOLD, Again, Doc
from tests.reconcile.second.places import PROVIDERS
from tests.reconcile.second.plain import Steps


def _paid_before(desk: Desk, doc: Doc) -> PastPayment:
    payment = desk.settle(doc)
    if any(one.customer == payment.customer and one.amount == payment.amount for one in desk.payments[:-1]):
        raise Again
    return payment


def returned(desk: Desk) -> Steps:
    """A debit comes back and the bank names it: that payment is undone."""
    return _returned(desk, names=True)


def returned_unnamed(desk: Desk) -> Steps:
    """A debit comes back, and the books have only one payment of this customer with this amount: that payment is undone."""
    return _returned(desk, names=False)


def _returned(desk: Desk, *, names: bool) -> Steps:
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.dice.between(8, 20)
    payment = _paid_before(desk, doc)
    yield desk.dice.between(2, 12)
    if any(one.customer == payment.customer and one.amount == payment.amount and one is not payment for one in desk.payments):
        raise Again
    dice = desk.dice
    reference = payment.reference or doc.number
    word = dice.pick(
        (
            "RÜCKLASTSCHRIFT",
            "Retoure SEPA Lastschrift",
            "RETURN DD",
            "Rueckbuchung",
            "REJET PRELEVEMENT",
            "storno inkaso",
            "unpaid direct debit",
        )
    )
    reason = dice.pick(("MANGELS DECKUNG", "AC04 Konto aufgelöst", "AM04", "MD06 WIDERSPRUCH", "MS03", "insufficient funds"))
    desk.emit(
        "returned debit" if names else "returned debit without reference",
        frozenset({"return"}),
        customer=doc.customer,
        amount=-payment.amount,
        currency=payment.currency,
        iban=payment.iban,
        payload=f"{word} {reference if names else ''} {reason}".replace("  ", " "),
        must=[reference] if names else (),
        named=[doc],
        strict=False,
        payment=payment.id,
        kind="return" if names or dice.chance(0.8) else "",
        returned=reference if names and dice.chance(0.7) else "",
    )


def returned_with_charges(desk: Desk) -> Steps:
    """The bank takes its own charge with what comes back, and names the payment and the charge:
    that payment comes back; a person may be asked about the charge.
    """
    doc = desk.issue(desk.customer(codes="DE AT"), discount=False)
    yield desk.dice.between(8, 20)
    payment = desk.settle(doc)
    yield desk.dice.between(2, 12)
    kept = desk.dice.pick((300, 350, 600, 810))
    desk.emit(
        "returned debit with charges",
        HOLD | {"return"},
        customer=doc.customer,
        amount=-payment.amount - kept,
        currency=payment.currency,
        iban=payment.iban,
        payload=f"RÜCKLASTSCHRIFT {doc.number} ENTGELT {kept // 100},{kept % 100:02} EUR",
        whole=True,
        named=[doc],
        strict=False,
        payment=payment.id,
        kind="return",
        returned=doc.number,
    )


def chargeback(desk: Desk) -> Steps:
    """A card payment is taken back and the provider names the document, whose only payment is known."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.dice.between(3, 12)
    payment = _paid_before(desk, doc)
    yield desk.dice.between(5, 30)
    desk.emit(
        "chargeback",
        frozenset({"return"}),
        customer=doc.customer,
        payer=desk.dice.pick(PROVIDERS),
        amount=-payment.amount,
        currency=payment.currency,
        payload=f"CHARGEBACK {desk.dice.pick(('DISPUTE', 'REASON 4853', 'CB'))} {doc.number}",
        must=[doc.number],
        named=[doc],
        strict=False,
        payment=payment.id,
        kind="chargeback",
        returned=doc.number if desk.dice.chance(0.7) else "",
    )


def return_of_equals(desk: Desk) -> Steps:
    """Two payments of the customer have the amount that comes back and nothing says which: undoing either is a guess."""
    customer = desk.customer()
    docs = [desk.issue(customer, customer.price, discount=False) for _ in range(2)]
    yield desk.dice.between(6, 12)
    for doc in docs:
        desk.settle(doc)
    yield desk.dice.between(2, 9)
    desk.emit(
        "return of one of two equal payments",
        HOLD,
        customer=customer,
        amount=-customer.price,
        currency=customer.currency,
        payload="RÜCKLASTSCHRIFT AC04",
        iban=desk.iban(customer, known=True),
        kind="return",
    )

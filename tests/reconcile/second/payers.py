"""Somebody else pays: known from what a person confirmed, a parent for its subsidiary, an agent, two with one account."""

from __future__ import annotations

from datetime import timedelta

from billcli.core.matching.facts import Confirmed
from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import BOOK, EITHER, Again, all_of
from tests.reconcile.second.people import Customer, as_banks_write
from tests.reconcile.second.places import AGENTS, STRANGERS
from tests.reconcile.second.plain import Steps, filler, quoting


def stranger(desk: Desk) -> str:
    """A payer's name that no customer has; the number makes it one person."""
    dice = desk.dice
    initials = "".join(dice.pick(of) for of in ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "aeiou", "bdfgklmnprstz", "aeiou"))
    return f"{dice.pick(STRANGERS)} {initials}"


def confirm(desk: Desk, name: str, iban: str, customer: Customer, *, times: int = 0, days: int = 0) -> None:
    until = desk.day - timedelta(days=days or desk.dice.between(10, 110))
    desk.confirmed.append(Confirmed(name, iban, customer.id, times or desk.dice.between(2, 9), until))


def history_by_account(desk: Desk) -> Steps:
    """A person said more than once, lately and never otherwise that this account pays for this customer, whose only such amount it is."""
    doc = desk.issue(desk.customer(), discount=False)
    payer, iban = stranger(desk), desk.other_account(doc.customer.country.code)
    confirm(desk, payer, iban, doc.customer)
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    name = as_banks_write(desk.dice, payer) if desk.dice.chance(0.6) else stranger(desk)
    desk.emit(
        "history by account",
        BOOK,
        customer=doc.customer,
        payer=name,
        iban=iban,
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[all_of(doc)],
    )


def history_by_name(desk: Desk) -> Steps:
    """The bank gives no account, but this unusual name was confirmed for this customer alone, whose only such amount it is."""
    doc = desk.issue(desk.customer(), discount=False)
    payer = stranger(desk)
    confirm(desk, payer, desk.other_account() if desk.dice.chance(0.5) else "", doc.customer)
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    desk.emit(
        "history by name",
        BOOK,
        customer=doc.customer,
        payer=as_banks_write(desk.dice, payer),
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[all_of(doc)],
    )


def stale_history(desk: Desk) -> Steps:
    """Confirmed once, more than two years ago: amount and memory agree, but who wants a person to look again is right too."""
    doc = desk.issue(desk.customer(), discount=False)
    payer, iban = stranger(desk), desk.other_account()
    confirm(desk, payer, iban, doc.customer, times=1, days=desk.dice.between(760, 1400))
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    desk.emit(
        "stale history",
        EITHER,
        customer=doc.customer,
        payer=payer,
        iban=iban,
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[all_of(doc)],
    )


def outranked_history(desk: Desk) -> Steps:
    """Once confirmed for another customer, but the line quotes an open number with its exact amount: an open document outranks memory."""
    doc, other = desk.issue(desk.customer()), desk.customer()
    if other.id in {one.id for one in desk.people.lookalikes(doc.customer)}:
        raise Again
    payer, iban = stranger(desk), desk.other_account()
    confirm(desk, payer, iban, other, times=1)
    yield desk.lead(doc)
    if any(desk.fits(one, doc.open) for one in desk.open_of(desk.people.lookalikes(other), doc.currency)):
        raise Again
    desk.emit(
        "open document outranks history",
        EITHER,
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
    )


def _child(desk: Desk) -> Customer:
    return desk.dice.pick([one for one in desk.people.all if one.parent])


def parent_with_reference(desk: Desk) -> Steps:
    """The parent pays and quotes the subsidiary's number with its exact amount: the number says whose it is."""
    doc = desk.issue(_child(desk))
    assert doc.customer.parent
    yield desk.lead(doc)
    desk.emit(
        "parent with reference",
        BOOK,
        customer=doc.customer,
        payer=as_banks_write(desk.dice, doc.customer.parent.name),
        iban=desk.iban(doc.customer.parent, known=True),
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc),
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[all_of(doc)],
    )


def parent_without_reference(desk: Desk) -> Steps:
    """The parent pays, and in the whole group one single open invoice has this amount:
    payer (by the relation in the books) and amount agree.
    """
    doc = desk.issue(_child(desk), discount=False)
    assert doc.customer.parent
    yield desk.lead(doc)
    desk.only(doc.customer.parent, doc.open, doc.currency, [doc])
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    desk.emit(
        "parent without reference",
        BOOK,
        customer=doc.customer,
        payer=as_banks_write(desk.dice, doc.customer.parent.name),
        iban=desk.iban(doc.customer.parent, known=True),
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[all_of(doc)],
    )


def shared_account(desk: Desk) -> Steps:
    """Two customers pay from one account; the name is the one's, and only that one has the amount: account, name and amount agree."""
    sharing = desk.people.sharing()
    doc = desk.issue(desk.dice.pick(sharing), discount=False)
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    desk.emit(
        "shared account",
        BOOK,
        customer=doc.customer,
        iban=doc.customer.account,
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[all_of(doc)],
    )


def ultimate_debtor(desk: Desk) -> Steps:
    """An agent pays and the bank names for whom: that customer, whose only invoice of this amount it is."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    desk.emit(
        "ultimate debtor",
        BOOK,
        customer=doc.customer,
        payer=desk.dice.pick(AGENTS),
        iban=desk.other_account("NL"),
        ultimate=doc.customer.name,
        amount=doc.open,
        currency=doc.currency,
        payload=filler(desk, doc.customer),
        allocations=[all_of(doc)],
    )

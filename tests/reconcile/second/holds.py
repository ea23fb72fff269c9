"""Lines of which nothing may be booked: whoever books here guesses."""

from __future__ import annotations

from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import BOOK, HOLD, Again, all_of
from tests.reconcile.second.payers import confirm, stranger
from tests.reconcile.second.people import as_banks_write, kin_of, two_letters
from tests.reconcile.second.plain import Steps, filler, quoting

OWN_ACCOUNTS = ("DE75512108001245126199", "DE02120300000000202051")
OWN_NAME = "Beispiel Handel GmbH"


def unrelated(desk: Desk) -> Steps:
    """Wages, rent, tax, interest, cards, suppliers:
    no customer, and what the line says is not about a sale, even where a number or an amount looks like ours.
    """
    yield 0
    dice, day = desk.dice, desk.day
    other = dice.pick(desk.docs) if desk.docs else None
    some_amount = other.open if other and other.open and other.currency == "EUR" and dice.chance(0.2) else dice.between(900, 700_000)
    theirs = f"RE{day.year}-{dice.digits(5)}"
    text, amount, payer, iban = dice.pick(
        (
            (f"Gehalt {day:%m.%Y}", -some_amount, "Erika Musterfrau", ""),
            (f"MIETE {day:%m/%Y} BUERO 2. OG OBJ {dice.digits(4)}", -some_amount, "Grundstuecksgesellschaft am Ring", ""),
            (f"Miete Stellplatz {dice.between(10, 60)} {day:%m %Y}", some_amount, "Zacharias Ullmann", ""),
            (
                f"ERSTATTG. UST {day.year - 1} STNR {dice.digits(3)}/{dice.digits(4)}/{dice.digits(4)}",
                some_amount,
                "FINANZAMT MITTE",
                "DE98100000000010001502",
            ),
            (f"STEUERGUTSCHRIFT ID {dice.digits(8)} {day.year - 1}", some_amount, "BUNDESKASSE IN HALLE", ""),
            (f"HABENZINSEN {day:%m.%Y} 0,35 %", dice.between(3, 9000), "Sparbank", ""),
            (f"KREDITKARTENABRECHNUNG {day:%d.%m} NR {dice.digits(4)}********{dice.digits(4)}", -some_amount, "", ""),
            (f"EC-UMSATZ TERMINAL {dice.digits(8)} KASSENSCHNITT {day:%d.%m.}", some_amount, "First Terminal Acquiring", ""),
            (f"Lieferantenrechnung {theirs} Danke", -some_amount, "Papierwerk Quedlinburg", ""),
            (f"Gutschrift Ihrer Retoure {theirs}", some_amount, "Papierwerk Quedlinburg", ""),
            (f"SCHADEN-NR {dice.digits(9)} ENTSCHAEDIGUNG", some_amount, "UNIVERSA VERSICHERUNG", ""),
            ("Arbeitsagentur Erstattung KUG", some_amount, "BUNDESAGENTUR", ""),
        )
    )
    desk.emit(
        "unrelated money",
        HOLD | {"ignore"},
        customer=None,
        payer=payer,
        iban=iban,
        amount=amount,
        currency="EUR",
        payload=text,
        whole=True,
    )


def own_transfer(desk: Desk) -> Steps:
    """The other side is an account of our own: no customer has paid."""
    yield 0
    amount = desk.dice.pick((500_000, -500_000, 1_000_000, desk.dice.between(100_000, 900_000)))
    desk.emit(
        "own transfer",
        HOLD | {"ignore"},
        customer=None,
        payer=OWN_NAME,
        iban=desk.dice.pick(OWN_ACCOUNTS),
        amount=amount,
        currency="EUR",
        payload=desk.dice.pick((f"Umbuchung {desk.day:%d.%m.%Y}", f"Eigenübertrag Liquidität {desk.day.year}", "interner Übertrag")),
        whole=True,
    )


def duplicate(desk: Desk) -> Steps:
    """The document is paid, the same payer sends the same amount again some days later, and nothing else of it is open with this amount."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    payer = as_banks_write(desk.dice, doc.customer.name)
    payment = desk.settle(doc, payer=payer)
    yield desk.dice.between(1, 15)
    desk.only(doc.customer, payment.amount, doc.currency, [], rested=False)
    if any(one.customer == payment.customer and one.amount == payment.amount and one is not payment for one in desk.payments):
        raise Again
    quotes = desk.dice.chance(0.6)
    desk.emit(
        "same payment twice",
        HOLD | {"duplicate"},
        customer=doc.customer,
        payer=payer,
        iban=payment.iban,
        amount=payment.amount,
        currency=doc.currency,
        payload=quoting(desk, doc) if quotes else filler(desk, doc.customer),
        must=[doc.number] if quotes else (),
        named=[doc],
        strict=False,
        payment=payment.id,
    )


def paid_and_again(desk: Desk) -> Steps:
    """Both in one statement: the first settles the invoice, the second finds nothing open."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    amount, payload, payer, iban = (
        doc.open,
        quoting(desk, doc),
        as_banks_write(desk.dice, doc.customer.name),
        desk.iban(doc.customer, known=True),
    )
    desk.only(doc.customer, amount, doc.currency, [doc], rested=False)
    desk.emit(
        "exact reference",
        BOOK,
        customer=doc.customer,
        payer=payer,
        iban=iban,
        amount=amount,
        currency=doc.currency,
        payload=payload,
        must=[doc.number],
        named=[doc],
        strict=False,
        allocations=[all_of(doc)],
    )
    yield desk.dice.between(1, 9)
    desk.emit(
        "same payment twice in the statement",
        HOLD | {"duplicate"},
        customer=doc.customer,
        payer=payer,
        iban=iban,
        amount=amount,
        currency=doc.currency,
        payload=payload,
        must=[doc.number],
        named=[doc],
        strict=False,
    )


def two_customers(desk: Desk) -> Steps:
    """The name as the bank cut it is that of two customers (or two share the account), and both have an invoice of this amount."""
    dice = desk.dice
    if dice.chance(0.3):
        one = dice.pick(desk.people.sharing())
        assert one.shares_account
        other, payer, iban = one.shares_account, dice.pick(("", stranger(desk))), one.account
    else:
        one = desk.customer()
        rest = [
            it
            for it in desk.people.kin[kin_of(one.stem)]
            if it is not one and it.currency == one.currency and bool(it.trade) == bool(one.trade)
        ]
        if not rest or one.country.code in {"CN", "JP"}:
            raise Again
        other, payer, iban = dice.pick(rest), two_letters(one.stem).upper(), ""
    amount = desk.amount(one)
    docs = [desk.issue(one, amount, discount=False), desk.issue(other, amount, discount=False)]
    yield desk.lead(docs[0])
    if docs[0].open != docs[1].open or not docs[0].open:
        raise Again
    desk.emit(
        "two customers equally likely",
        HOLD,
        customer=one,
        payer=payer,
        iban=iban,
        amount=docs[0].open,
        currency=one.currency,
        payload=filler(desk, one),
    )


def two_sums(desk: Desk) -> Steps:
    """Two choices among the customer's invoices give this amount, or two invoices have it, and the line says nothing: either is a guess."""
    customer = desk.customer()
    if desk.dice.chance(0.5):
        first, second, third = (desk.amount(customer, odd=True) for _ in range(3))
        total = first + second
        docs = [desk.issue(customer, gross, discount=False) for gross in (first, second, third, total - third) if gross > 500]
        if len(docs) < 4:
            raise Again
    else:
        docs = [desk.issue(customer, customer.price, discount=False) for _ in range(desk.dice.between(2, 3))]
        total = docs[0].open
    yield desk.lead(docs[0])
    ways = desk.sums(desk.open_of([customer], customer.currency), total) + sum(doc.open == total for doc in docs)
    if ways < 2 or any(not doc.open for doc in docs):
        raise Again
    desk.emit(
        "two sums equally likely",
        HOLD,
        customer=customer,
        iban=desk.iban(customer, known=True),
        amount=total,
        currency=customer.currency,
        payload=filler(desk, customer),
    )


def refused(desk: Desk) -> Steps:
    """A person has said that this line is not for this document; nothing else fits."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    desk.only(doc.customer, doc.open, doc.currency, [doc])
    quotes = desk.dice.chance(0.3)
    line = desk.emit(
        "refused by a person",
        HOLD,
        customer=doc.customer,
        iban=desk.iban(doc.customer, known=True),
        amount=doc.open,
        currency=doc.currency,
        payload=quoting(desk, doc) if quotes else filler(desk, doc.customer),
        must=[doc.number] if quotes else (),
        named=[doc],
        strict=False,
    )
    desk.refused.add((line.id, doc.number))


def conflicting_history(desk: Desk) -> Steps:
    """The payer was confirmed for two customers, and both have this amount open: memory speaks for either."""
    one = desk.customer()
    other = desk.customer(currency=one.currency)
    if other in desk.people.lookalikes(one):
        raise Again
    amount = desk.amount(one)
    docs = [desk.issue(one, amount, discount=False), desk.issue(other, amount, discount=False)]
    payer, iban = stranger(desk), desk.other_account()
    for customer in (one, other):
        confirm(desk, payer, iban, customer)
    yield desk.lead(docs[0])
    if docs[0].open != docs[1].open or not docs[0].open:
        raise Again
    desk.emit(
        "conflicting history",
        HOLD,
        customer=one,
        payer=payer,
        iban=iban,
        amount=docs[0].open,
        currency=one.currency,
        payload=filler(desk, one),
    )

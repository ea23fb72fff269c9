"""Lines that are no payment of one customer: payouts of providers, refunds, lines known before, rules."""

from __future__ import annotations

from datetime import timedelta

from billcli.core.matching.facts import Allocation, PastPayment, PayoutItem, Rule
from tests.reconcile.second.desk import Desk
from tests.reconcile.second.documents import HOLD, Again, Doc
from tests.reconcile.second.people import as_banks_write
from tests.reconcile.second.places import PROVIDERS
from tests.reconcile.second.plain import Steps, filler, quoting

RULES = (
    Rule(name="bank charges", where="rules.yaml:3", text=r"ENTGELTABSCHLUSS|KONTOFUEHRUNGSGEBUEHR", direction="out", ignore="bank charges"),
    Rule(name="payroll", where="rules.yaml:8", text=r"LOHN/GEHALT", direction="out", ignore="payroll"),
    Rule(name="interest", where="rules.yaml:13", text=r"ZINSABSCHLUSS", direction="in", ignore="interest"),
    Rule(name="petty", where="rules.yaml:18", text=r"CASHBACK", most=2000, currency="EUR", direction="in", ignore="card cashback"),
)


def _payout(desk: Desk, docs: list[Doc], provider: str) -> tuple[str, int, list[Allocation]]:
    """The provider's report on the documents. ``net`` is the item's own, or repeats the payout's:
    reports do either; gross and fee say it all.
    """
    key = f"po_{desk.dice.digits(10)}"
    fees = [doc.open * 29 // 1000 + (30 if doc.currency != "JPY" else 40) for doc in docs]
    total = sum(doc.open for doc in docs) - sum(fees)
    for doc, kept in zip(docs, fees, strict=True):
        net = doc.open - kept if provider.startswith(("Stripe", "Adyen")) else total
        desk.payouts.append(PayoutItem(key, desk.day - timedelta(days=1), net, doc.number, doc.open, kept, doc.currency))
    return key, total, [Allocation(doc.number, doc.open - kept, fee=kept) for doc, kept in zip(docs, fees, strict=True)]


def _sold(desk: Desk) -> list[Doc]:
    currency = desk.dice.pick(("EUR", "EUR", "EUR", "GBP", "USD", "CHF"))
    return [desk.issue(desk.customer(currency=currency), discount=False) for _ in range(desk.dice.between(2, 6))]


def payout(desk: Desk) -> Steps:
    """The report names this payout's documents, gross and fees, and they add up to the line: an exact list."""
    docs, provider = _sold(desk), desk.dice.pick(PROVIDERS)
    yield desk.dice.between(2, 7)
    if any(not doc.open for doc in docs):
        raise Again
    before = len(desk.payouts)
    key, total, allocations = _payout(desk, docs, provider)
    named = desk.dice.chance(0.8)
    try:
        desk.emit(
            "payout with report",
            frozenset({"book"}),
            customer=None,
            payer=provider,
            iban=desk.other_account("NL"),
            amount=total,
            currency=docs[0].currency,
            payload=f"{provider.split()[0].upper()} PAYOUT {key}" if named else f"{provider.split()[0].upper()} AUSZAHLUNG",
            must=[key] if named else (),
            allocations=allocations,
            kind="payout",
            end_to_end=key if not named or desk.dice.chance(0.4) else "",
        )
    except Again:
        del desk.payouts[before:]
        raise


def payout_without_report(desk: Desk) -> Steps:
    """A sum of many with charges taken off and nothing that says of what: there is no evidence for any document."""
    docs, provider = _sold(desk), desk.dice.pick(PROVIDERS)
    yield desk.dice.between(2, 7)
    total = sum(doc.open for doc in docs)
    total -= total * 29 // 1000 + 30 * len(docs)
    desk.emit(
        "payout without report",
        HOLD,
        customer=None,
        payer=provider,
        amount=total,
        currency=docs[0].currency,
        kind="payout",
        payload=f"{provider.split()[0].upper()} PAYOUT po_{desk.dice.digits(10)}",
        allocations=None,
    )


def refund(desk: Desk) -> Steps:
    """Money out to a customer, as much as the books say is owed back or was sent back on a credit note: that refund, and no other."""
    customer = desk.customer()
    credit = desk.issue(customer, kind="credit-note")
    yield desk.dice.between(1, 6)
    recorded = desk.dice.chance(0.6)
    amount = credit.open
    if any(one.customer == customer.id and one.amount == amount for one in desk.refunds):
        raise Again
    ident = f"refund-{desk.day}-{customer.id}-{len(desk.refunds):04}" if recorded else credit.number
    owed = PastPayment(
        ident,
        customer.id,
        desk.day,
        credit.currency,
        amount,
        0 if recorded else amount,
        customer.name,
        customer.account,
        credit.number,
        "",
        (credit.number,),
    )
    yield desk.dice.between(1, 4)
    if credit.open != amount:
        raise Again
    quotes = desk.dice.chance(0.7)
    desk.emit(
        "refund against a credit note",
        frozenset({"refund"}),
        customer=customer,
        amount=-amount,
        currency=credit.currency,
        iban=customer.account if desk.dice.chance(0.6) else "",
        payload=f"Gutschrift {credit.number}" if quotes else "Erstattung",
        must=[credit.number] if quotes else (),
        named=[credit],
        strict=False,
        payment=ident,
    )
    desk.refunds.append(owed)
    if recorded:
        desk.close(credit, start=True)
    else:
        desk.close(credit, start=False)


def seen(desk: Desk) -> Steps:
    """The line's id has been decided before: whatever it says, it is done."""
    doc = desk.issue(desk.customer(), discount=False)
    yield desk.lead(doc)
    amount = doc.open
    if not amount:
        raise Again
    ident = desk.next_id()
    line = desk.emit(
        "seen before",
        frozenset({"seen"}),
        customer=doc.customer,
        amount=amount,
        currency=doc.currency,
        iban=desk.iban(doc.customer, known=True),
        payload=quoting(desk, doc) if desk.dice.chance(0.7) else filler(desk, doc.customer),
        named=[doc],
        strict=False,
        id=ident,
    )
    desk.seen[line.id] = f"booked on {line.booked_on} to {doc.number}"
    payment = desk.settle(doc, payer=line.payer, iban=line.iban)
    desk.payments[-1] = payment._replace(line=line.id)


def by_rule(desk: Desk) -> Steps:
    """The first rule whose words, direction and bounds fit says that such lines are no receivables."""
    yield 0
    dice = desk.dice
    text, amount, payer = dice.pick(
        (
            (f"ENTGELTABSCHLUSS PER {desk.day:%d.%m.%Y}", -dice.between(390, 9900), "Hausbank"),
            (f"LOHN/GEHALT {desk.day:%m/%Y}", -dice.between(120_000, 480_000), "Karla Mustermann"),
            (f"ZINSABSCHLUSS PER {desk.day:%d.%m.%Y}", dice.between(12, 90_000), "Hausbank"),
            (f"CASHBACK KARTE {dice.digits(4)}", dice.between(100, 1999), "Kartenservice"),
        )
    )
    desk.emit(
        "ignored by rule",
        frozenset({"ignore"}),
        customer=None,
        payer=payer,
        amount=amount,
        currency="EUR",
        payload=text,
        whole=True,
        plain=True,
    )


def past(desk: Desk) -> Steps:
    """No line: an invoice that was paid before, by a payment in the books."""
    doc = desk.issue(desk.customer())
    yield desk.lead(doc)
    desk.settle(doc, payer=as_banks_write(desk.dice, doc.customer.name))


def unpaid(desk: Desk) -> Steps:
    """No line: an invoice that nobody pays."""
    desk.issue(desk.customer()).free = True
    yield 0

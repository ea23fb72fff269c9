"""What the matcher is told of the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from billcli.app import settling
from billcli.app.books import Books
from billcli.core.early_payment import discount_offer, limit
from billcli.core.matching.facts import Books as Knowledge
from billcli.core.matching.facts import Item, Limits, PastPayment, PayoutItem, Rule
from billcli.index import bank_queries, queries

if TYPE_CHECKING:
    from billcli.core.facts import InvoiceFact
    from billcli.model.settings import Settings


def knowledge(books: Books, settings: Settings, payouts: Sequence[PayoutItem] = ()) -> Knowledge:
    """All of it, by a few questions to the index."""
    index = books.index
    notes = _notes(books)
    currencies = {settings.currency, *(each.currency for each in settings.bank_accounts)}
    refunds = [*bank_queries.past_refunds(index), *(each for each in _owed_back(notes))]
    return Knowledge(
        items=[*_items(books, settings), *notes],
        settled=bank_queries.settled(index),
        parties=bank_queries.parties(index),
        payments=bank_queries.past_payments(index),
        refunds=refunds,
        confirmed=bank_queries.confirmed(index),
        refused=bank_queries.refused(index),
        own_accounts=frozenset(each.number for each in bank_queries.accounts(index) if each.number),
        rules=rules(books),
        payouts=payouts,
        limits={currency: _limits(settings, currency) for currency in currencies},
    )


def _limits(settings: Settings, currency: str) -> Limits:
    usual = Limits()
    small, fee = settings.settlement.small_difference, settings.settlement.bank_charge
    return Limits(min(usual.small_rest, limit(small, currency)), min(usual.fee, limit(fee, currency)))


def _items(books: Books, settings: Settings) -> list[Item]:
    found = bank_queries.items(books.index)
    terms = [fact.number for fact, _, _ in found if fact.discount_until]
    rows = queries.settlements_of(books.index, terms)
    grace = timedelta(days=settings.settlement.discount_grace_days)
    items = []
    for fact, open_, paid in found:
        offer, until = 0, None
        if fact.discount_until:
            until = fact.discount_until + grace
            offer = discount_offer(fact, rows[fact.number], fact.issued_on, settings.settlement).granted
        items.append(_item(fact, open_, offer, until if offer else None, paid))
    return items


def _item(fact: InvoiceFact, open_: int, discount: int, until: object, paid: object) -> Item:
    references = bank_queries.references(fact.reference, fact.buyer_reference, fact.external_id, bool(fact.imported))
    return Item(
        fact.number, "invoice", fact.customer, fact.currency, fact.issued_on, fact.due_on, fact.gross, open_, references,
        until, discount, paid,  # type: ignore[arg-type]
    )  # fmt: skip


def _notes(books: Books) -> list[Item]:
    items = []
    for fact, _ in bank_queries.free_notes(books.index):
        free = settling.spendable(books, fact)
        if free > 0:
            items.append(Item(fact.number, "credit-note", fact.customer, fact.currency, fact.issued_on, fact.issued_on, fact.gross, free))
    return items


def _owed_back(notes: Sequence[Item]) -> list[PastPayment]:
    """Credit that may go back to its customer: the document is what a refund would draw on."""
    return [
        PastPayment(each.document, each.customer, each.issued_on, each.currency, each.open, each.open, "", "", "", "", (each.document,))
        for each in notes
    ]


def rules(books: Books) -> list[Rule]:
    """The rules of ``rules.yaml`` in their order, each with its file and line."""
    from billcli.diagnostics import Diagnostic
    from billcli.model.rules import Rules
    from billcli.store.read import locate_all

    found = books.optional("rules.yaml", Rules)
    if found is None or not found.bank:
        return []
    raw = books.raw("rules.yaml")
    places = locate_all(raw, [Diagnostic("E209", "", "rules.yaml", ("bank", at, "name")) for at in range(len(found.bank))])
    made = []
    for rule, place in zip(found.bank, places, strict=True):
        currency = rule.currency or queries.settings(books.index).get("currency", "EUR")
        least, most = (limit(each, currency) if each is not None else None for each in (rule.least, rule.most))
        where = f"rules.yaml:{place.span.line}" if place.span else "rules.yaml"
        made.append(
            Rule(rule.name, where, rule.text or "", rule.payer or "", rule.iban or "", least, most, rule.currency or "",
                 rule.direction or "", rule.ignore or "", rule.customer or "", rule.category or "")  # type: ignore[arg-type]
        )  # fmt: skip
    return made

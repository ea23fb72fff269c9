"""What commands that settle invoices have in common: the invoices with their rows, and the documents around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from billcli.app.amounts import minor_of
from billcli.app.books import Books
from billcli.core.allocation import AllocationRow, Target, Wish, oldest_due, pro_rata, referenced
from billcli.core.facts import CreditNoteFact, PaymentFact, Settlement
from billcli.core.plan import Append, Change, Edit
from billcli.core.settlement import Change as BalanceChange
from billcli.core.settlement import counts, lasting, source_changes
from billcli.core.take_back import Granted, NoteUse, Returned, excess_credit, granted_rows, returning_credit
from billcli.errors import BillError, UsageError
from billcli.index import queries
from billcli.model.money import Money
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.core.early_payment import TaxShare
    from billcli.model.settings import Settings

POLICIES = {"manual": "manual", "by-reference": "by reference", "oldest-due": "oldest due", "pro-rata": "pro rata"}
"""The words of ``--policy`` and those of the files."""


def named_invoices(texts: Sequence[str]) -> list[tuple[str, str | None]]:
    """``N`` or ``N:AMOUNT`` as typed, each invoice once."""
    named = [text.partition(":") for text in texts]
    if len({number for number, _, _ in named}) != len(named):
        raise UsageError("--invoice names an invoice twice", "give one amount for it")
    return [(number, amount if sep else None) for number, sep, amount in named]


def wishes(books: Books, named: Sequence[tuple[str, str | None]], currency: str) -> tuple[Wish, ...]:
    """The named invoices as wishes. Raises ``BillError`` for one that does not exist."""
    for number, _ in named:
        books.path("invoice", number)
    return tuple(Wish(number, minor_of(text, currency, "--invoice") if text is not None else None) for number, text in named)


def targets(books: Books, numbers: Iterable[str]) -> dict[str, Target]:
    """Invoices with all their rows."""
    facts = queries.invoices(books.index, list(dict.fromkeys(numbers)))
    rows = queries.settlements_of(books.index, list(facts))
    return {number: Target(fact, rows[number]) for number, fact in facts.items()}


def others(books: Books, customer: str, found: Iterable[Target], *, allowed: bool) -> tuple[str, ...]:
    """Whose invoices are settled though they are not of the customer's family. Raises ``BillError`` where that is not ``allowed``."""
    family = queries.relatives(books.index, customer)
    foreign = {target.invoice.customer: target for target in found if target.invoice.customer not in family}
    if foreign and not allowed:
        target = min(foreign.values(), key=lambda each: each.invoice.number)
        message = f"{target.invoice.number} belongs to {target.invoice.customer}, who is not related to {customer}"
        raise BillError(message, "customers are related by parent: in their files; --for-other settles another's invoice all the same")
    return tuple(sorted(foreign))


def for_other_edits(document: Any, named: Iterable[str]) -> list[Edit]:
    """The edits that note whom a document settles for besides its own customer's family."""
    return [Append(("for_others",), each) for each in named if each not in document.for_others]


def chosen(
    books: Books,
    customer: str,
    currency: str,
    given: Sequence[Wish],
    policy: str | None,
    reference: str | None,
    changes: Sequence[BalanceChange],
) -> tuple[list[Wish], dict[str, Target]]:
    """The wishes of a person, then what the policy adds to them."""
    by_reference = policy == "by reference"
    family = sorted(queries.relatives(books.index, customer)) if by_reference else queries.merged_into(books.index, customer)
    open_ = queries.open_invoices_of(books.index, family, currency) if policy not in (None, "manual") else []
    others = [each for each in open_ if each.number not in {wish.invoice for wish in given}]
    found = targets(books, [*(wish.invoice for wish in given), *(each.number for each in others)])
    match policy:
        case "oldest due":
            more = oldest_due(others)
        case "by reference":
            more = referenced(reference or "", others)
        case "pro rata":
            if any(wish.amount is not None for wish in given):
                raise UsageError("--policy pro-rata shares by what is open", "name invoices without amounts, or take another policy")
            shared = [found[wish.invoice] for wish in given] or [found[each.number] for each in others]
            return pro_rata(shared, lasting(changes)), found
        case _:
            more = []
    return [*given, *more], found


def added_before(document: Any, field: str, given: Sequence[Wish], external_id: str | None) -> bool:
    """Whether rows of this external id are there already. Raises ``BillError`` where they say something else than what is asked."""
    rows = [each for each in getattr(document, field) if external_id and each.external_id == external_id]
    if not rows:
        return False
    have: dict[str, int] = {}
    for each in rows:
        if getattr(each, "kind", "payment") == "payment":
            have[each.invoice] = have.get(each.invoice, 0) + Money.of(each.amount, document.currency).minor
    if any(wish.invoice not in have or wish.amount not in (None, have[wish.invoice]) for wish in given):
        raise BillError(f"the external id {quoted(str(external_id))} belongs to rows of another invoice or amount")
    return True


def policy_of(text: str | None) -> str | None:
    """``--policy`` as it stands in files. Raises ``UsageError``."""
    if text is None:
        return None
    if text not in POLICIES:
        raise UsageError(f'--policy: "{text}" is not a policy', "use one of: " + ", ".join(POLICIES))
    return POLICIES[text]


def tax_of(books: Books, number: str, amount: int) -> list[TaxShare]:
    """What an amount with tax on an invoice holds of each tax code."""
    from billcli.core.early_payment import tax_shares
    from billcli.core.shares import taxed_by_code

    return tax_shares(taxed_by_code(books.invoice(number)), amount)


def discount_taxes(books: Books, rows: Iterable[AllocationRow]) -> dict[str, list[TaxShare]]:
    """The tax in the discounts among the rows, by invoice."""
    return {row.invoice: tax_of(books, row.invoice, row.amount) for row in rows if row.kind == "discount"}


def discounts_taken(books: Books, rows: Iterable[Settlement], as_of: date) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
    """The discounts that count on a day with their tax, by invoice: for a person, and for a program."""
    from billcli.core.early_payment import tax_words

    fields, data = [], []
    for row in rows:
        if row.kind == "discount" and counts(row, as_of):
            currency = books.invoice(row.invoice).currency
            shares = tax_of(books, row.invoice, row.amount)
            shown = ", ".join(each for each in (str(Money(row.amount, currency)), tax_words(shares, currency)) if each)
            fields.append((row.invoice, shown))
            taxes = [{"code": each.code, "gross": Money(each.gross, currency), "tax": Money(each.tax, currency)} for each in shares]
            data.append({"invoice": row.invoice, "amount": Money(row.amount, currency), "taxes": taxes})
    return fields, data


def granted(books: Books, rows: Sequence[Settlement]) -> list[Granted]:
    """What was granted on an invoice and can be taken back, given all its rows."""
    sources = {(row.source_kind, row.source) for row in rows if row.source_kind in ("payment", "write-off")}
    return granted_rows(rows, {(kind, name): books.path(kind, name) for kind, name in sources})


def note_uses(books: Books, number: str) -> list[NoteUse]:
    """The live credit notes that correct an invoice, with all that was done with them."""
    index = books.index
    uses = []
    for note in queries.credit_notes_for(index, number):
        rows = queries.settlements_from(index, "credit-note", note.number)
        draws = queries.draws_from(index, "credit-note", note.number)
        uses.append(NoteUse(note, rows, draws, books.path("credit-note", note.number)))
    return uses


def returning(
    books: Books,
    ended: Iterable[tuple[str, int]],
    source: str,
    on: date,
    settings: Settings,
    *,
    field: str = "allocations",
    wholly: bool = False,
) -> tuple[list[Returned], list[Change]]:
    """Credit that returns to its invoices when rows of a payment, or of a credit note, end.

    ``ended`` are (invoice, place in the document's list), which is its ``field``; ``wholly`` as ``returning_credit`` says it.
    """
    gone = set(ended)
    kind = "payment" if field == "allocations" else "credit-note"
    returned: list[Returned] = []
    changes: list[Change] = []
    for number, target in sorted(targets(books, [number for number, _ in gone]).items()):
        places = {f"{field}[{at}].amount" for invoice, at in gone if invoice == number}
        rows = [row for row in target.rows if not (row.source == source and row.source_kind == kind and row.place in places)]
        more, edits = returning_credit(target.invoice, rows, note_uses(books, number), on, settings, wholly=wholly)
        returned += more
        changes += edits
    return returned, merged(changes)


def merged(changes: Iterable[Change]) -> list[Change]:
    """One change per file: its edits in their order."""
    found: dict[str, Change] = {}
    for each in changes:
        before = found.get(each.path)
        found[each.path] = each._replace(edits=(*before.edits, *each.edits)) if before else each
    return list(found.values())


def source_free(books: Books, fact: PaymentFact | CreditNoteFact) -> list[BalanceChange]:
    """The free amount of a payment or a credit note, at every date."""
    kind, name = ("payment", fact.id) if isinstance(fact, PaymentFact) else ("credit-note", fact.number)
    rows, draws = queries.settlements_from(books.index, kind, name), queries.draws_from(books.index, kind, name)
    if isinstance(fact, PaymentFact):
        return source_changes(fact.booked_on, fact.amount, rows, fact.reversed_on, draws)
    return source_changes(fact.issued_on, fact.gross, rows, fact.voided_on, draws)


def spendable(books: Books, fact: CreditNoteFact) -> int:
    """What of a credit note's unapplied amount may be used elsewhere: credit for an invoice that is not paid belongs to that invoice."""
    free = lasting(source_free(books, fact))
    if fact.corrects is None:
        return free
    target = targets(books, [fact.corrects])[fact.corrects]
    return free - max(excess_credit(target.invoice, target.rows, note_uses(books, fact.corrects)), 0)

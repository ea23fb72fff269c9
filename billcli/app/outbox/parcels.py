"""Invoices, credit notes and statements as parcels, and the same again from a delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books
from billcli.app.outbox.parcel import Parcel
from billcli.core.delivery import reached
from billcli.errors import BillError, UsageError
from billcli.index import delivery_queries, queries
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.model.delivery import Delivery

_BILLING = ("billing",)
STATEMENTS = ("activity", "open", "confirmation")


class Sending(NamedTuple):
    """How a person wants documents sent: to one address instead of the contacts, once more, or by hand already."""

    to: str | None = None
    again: bool = False
    by_hand: str | None = None


def document_parcel(books: Books, kind: str, number: str, sending: Sending) -> Parcel:
    """An invoice or a credit note. Raises ``BillError`` for one that is void."""
    fact = _fact(books, kind, number)
    if fact.voided_on:
        raise BillError(f"{number} is void from {fact.voided_on} on", "what is void is not sent")
    about = _once_more(books, kind, number) if sending.again else None
    made = _document(books, kind, number, fact.customer, about)
    if sending.by_hand is not None:
        return made._replace(channel="hand", by_hand=sending.by_hand)
    return made._replace(to=(sending.to,) if sending.to else ())


def _fact(books: Books, kind: str, number: str) -> Any:
    books.path(kind, number)
    fact = queries.invoice(books.index, number) if kind == "invoice" else queries.credit_note(books.index, number)
    assert fact is not None
    return fact


def _once_more(books: Books, kind: str, number: str) -> str | None:
    """What tells another copy from the first, where there was one."""
    known = delivery_queries.deliveries_of(books.index, kind, [number]).get(number, ())
    copies = {each.about or "copy 1" for each in known if reached(each)}
    return f"copy {len(copies) + 1}" if copies else None


def _document(books: Books, kind: str, number: str, customer: str, about: str | None) -> Parcel:
    from billcli.app import papers
    from billcli.render.studio import Job

    data = papers.document_data(books, kind, number)
    language = papers.language_of(data["document"])  # that of its PDF, which issue has frozen
    jobs = (Job("paper", kind, language, data), f"{number}.pdf", Job("letter", kind, language, data))
    return Parcel(kind, (number,), about, customer, _BILLING, language, *jobs)


def statement_parcel(books: Books, customer: str, kind: str, since: date, until: date, currency: str | None) -> Parcel:
    """A statement of account, or with ``kind`` confirmation the letter that asks to confirm a balance."""
    from billcli.app import papers
    from billcli.app.wording import customer_language
    from billcli.render.studio import Job

    language = customer_language(books, books.customer(customer))
    data = papers.statement_data(books, customer, currency, since, until, kind)
    template = "confirmation" if kind == "confirmation" else "statement"
    about = " ".join(filter(None, (customer, kind, str(since), str(until), currency)))
    jobs = (Job("paper", template, language, data), f"{template}-{customer}-{until}.pdf", Job("letter", template, language, data))
    return Parcel(template, (), about, customer, _BILLING, language, *jobs)


def statement_parcels(
    books: Books, customers: Sequence[str], group: str | None, kind: str, since: date | None, until: date
) -> list[Parcel]:  # fmt: skip
    """Of the customers named, and of a group's; ``since`` is the first of January where left out. Raises ``UsageError``."""
    from billcli.app.statement import wanted_customers

    if kind not in STATEMENTS:
        raise UsageError(f"--kind: {quoted(kind)} is not a kind of statement", "use one of: " + ", ".join(STATEMENTS))
    if kind != "activity" and since is not None:
        raise UsageError("--from goes with --kind activity", "leave it out, and name the day with --to")
    first = since or until.replace(month=1, day=1)
    if first > until:
        raise UsageError(f"--from {first} is after {until}", "name the first day with --from and the last one with --to")
    return [statement_parcel(books, each, kind, first, until, None) for each in wanted_customers(books, customers, group)]


def again(books: Books, delivery: Delivery) -> Parcel:
    """The parcel that a delivery was packed from. Raises ``BillError`` where it cannot be told."""
    to = (delivery.to,) if delivery.to else ()
    if delivery.kind in ("invoice", "credit-note") and len(delivery.documents) == 1:
        number = delivery.documents[0]
        made = _document(books, delivery.kind, number, _fact(books, delivery.kind, number).customer, delivery.about)
    else:
        words = (delivery.about or "").split()
        if delivery.kind not in ("statement", "confirmation") or not 4 <= len(words) <= 5:
            raise BillError(f"{delivery.id} does not say what it was made from", "drop it, and send the document anew")
        days = [date.fromisoformat(each) for each in words[2:4]]
        made = statement_parcel(books, delivery.customer, words[1], days[0], days[1], words[4] if len(words) == 5 else None)
    return made._replace(channel=delivery.channel, to=to)


def parcels_of(books: Books, kind: str, numbers: Sequence[str], sending: Sending) -> list[Parcel]:
    return [document_parcel(books, kind, each, sending) for each in dict.fromkeys(numbers)]

"""A number that two documents claim: one keeps it, the other takes the next one, and the chain of seals is made right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.core import seal
from billcli.core.checks.facts import Numbered
from billcli.core.document import document_data, path_of, sealed
from billcli.core.invoice import creditor_reference
from billcli.errors import BillError
from billcli.model.sequence import head_for, number_for, split_number

if TYPE_CHECKING:
    from billcli.model.settings import Settings

FOLDERS = {"invoice": "invoices", "credit-note": "credit-notes"}


class Claim(NamedTuple):
    """Two documents of one kind and number; ``stays`` keeps it, ``moves`` takes the next one."""

    kind: str
    number: str
    stays: Any
    moves: Any

    @property
    def n(self) -> int:
        return split_number(self.number).n or 0


class Moved(NamedTuple):
    """The document under its new number, and what is different in it for a person."""

    claim: Claim
    document: Any
    path: str
    words: str


class Resealed(NamedTuple):
    """A document that follows one that moved: the same in all but the seal."""

    number: str
    file: str
    old: str
    new: str


def chain(standing: Iterable[Numbered], claims: Sequence[Claim]) -> list[Numbered]:
    """What is in the sequences of these claims once they are settled, without those that move; by head and counter."""
    claimed = {each.number for each in claims}
    heads = {split_number(each.number).head for each in claims}
    others = [each for each in standing if each.head in heads and each.number not in claimed]
    kept = [_numbered(each) for each in claims]
    return sorted([*others, *kept], key=lambda each: (each.head, each.n))


def _numbered(claim: Claim) -> Numbered:
    split, document = split_number(claim.number), claim.stays
    file = path_of(FOLDERS[claim.kind], claim.number, document.issued_on)
    imported = document.imported is not None
    return Numbered(file, claim.number, split.head, split.n or 0, document.issued_on, imported, seal.digest(document), document.seal)


def resealed(documents: Sequence[Numbered], claims: Sequence[Claim]) -> list[Resealed]:
    """Documents sealed upon one that moves, each with the seal that follows from what stands before it now.

    One that fitted neither was changed by somebody, and stays for ``bill check`` to name.
    """
    found: list[Resealed] = []
    former = {each.number: each.moves.seal or "" for each in claims}
    previous: Numbered | None = None
    now = ""
    for each in documents:
        follows = previous is not None and (previous.head, previous.n + 1) == (each.head, each.n)
        own = each.seal or ""
        if previous is not None and follows and previous.number in former and not each.imported:
            fits = seal.seal(each.digest, now)
            if own not in (fits, "") and own == seal.seal(each.digest, former[previous.number]):
                found.append(Resealed(each.number, each.file, own, fits))
                former.setdefault(each.number, own)
                own = fits
        previous, now = each, own
    return found


def moved(
    documents: Sequence[Numbered], seals: Mapping[str, str], claims: Sequence[Claim], settings: Settings, today: date, days: Any
) -> list[Moved]:
    """The documents that move, in the order of their old numbers, each behind the last one of its sequence and period.

    ``seals`` are the new seals of those that were sealed anew, ``days`` the calendars that due dates go by.
    """
    last: dict[str, tuple[int, date, str]] = {}
    for each in documents:
        issued = last.get(each.head, (0, each.issued_on, ""))
        sealed_as = issued[2] if each.imported else seals.get(each.number, each.seal or "")
        last[each.head] = (each.n, max(issued[1], each.issued_on), sealed_as)
    found = []
    for claim in sorted(claims, key=lambda each: (each.kind, split_number(each.number).head, each.n)):
        if claim.moves.imported is not None:
            raise BillError(
                f"{claim.number} was imported with its number, which is another program's to give", "take one of the two files out"
            )
        pattern = _pattern(settings, claim)
        day = max(claim.moves.issued_on, settings.closed_through + timedelta(days=1)) if settings.closed_through else claim.moves.issued_on
        n, latest, previous = last.get(head_for(pattern, day), (0, day, ""))
        if settings.order == "strict":
            day = max(day, latest)
        if day > today:
            raise BillError(f"{claim.number} would be issued on {day}, which is in the future", f"today is {today}")
        document = _under(claim, number_for(pattern, day, n + 1), day, previous, days)
        last[head_for(pattern, day)] = (n + 1, max(day, latest), document.seal)
        found.append(Moved(claim, document, path_of(FOLDERS[claim.kind], document.number, day), _words(claim, document)))
    return found


def _pattern(settings: Settings, claim: Claim) -> str:
    head = split_number(claim.number).head
    fitting = [each.pattern for each in settings.sequences if each.kind == claim.kind]
    for pattern in fitting:
        if head_for(pattern, claim.moves.issued_on) == head:
            return pattern
    raise BillError(f"{claim.number} comes from no sequence of ledger.yaml", "its numbers are another program's to give")


def _under(claim: Claim, number: str, day: date, previous: str, days: Any) -> Any:
    """The same document under another number, and of a later day where it must be; what follows from the two is made anew."""
    from billcli.core.due_dates import printed
    from billcli.model.money import Money

    document = claim.moves
    fields = {**document_data(document), "number": number, "issued_on": day}
    fields.pop("seal", None)
    if getattr(document, "reference", None) == creditor_reference(claim.number):
        fields["reference"] = creditor_reference(number)
    if day != document.issued_on and claim.kind == "invoice":
        gross = Money.of(document.totals.gross, document.currency).minor
        if document.terms:
            fields |= printed(document.terms, day, gross, document.currency, days)
    return sealed(type(document), fields, previous)


def _words(claim: Claim, document: Any) -> str:
    dated = f", issued on {document.issued_on} instead of {claim.moves.issued_on}" if document.issued_on != claim.moves.issued_on else ""
    return f"{claim.number} of {claim.moves.customer} becomes {document.number}{dated}"


def check_free(claim: Claim, users: Sequence[tuple[str, Collection[str]]], more: str) -> None:
    """Raises ``BillError`` where anything goes by the document that is to move: it was sent, paid, credited, reminded, or held back.

    ``users`` are files that name the number, with the customers whose document each may mean: what can only mean the one that stays
    goes by that one.
    """
    for file, customers in users:
        if claim.moves.customer in customers or claim.stays.customer not in customers:
            message = (
                f"{file} goes by {claim.number} of {claim.moves.customer}; its number stays with what was sent, paid, credited or reminded"
            )
            raise BillError(message, more)

"""What may be right but is worth a look; told by ``bill check --strict`` only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from billcli.core.checks.facts import Ahead, Early, LongTerms, PaidTwice, Promise, Unused
from billcli.diagnostics import Diagnostic, Path, undotted
from billcli.model.money import Money

EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL",
     "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip
EU_DAYS = 60
"""Directive 2011/7/EU, article 3(5): between enterprises, unless they agree otherwise expressly and it is not grossly unfair."""

UNUSED_DAYS = 90


def check_ahead(found: Iterable[Ahead], today: date) -> Iterator[Diagnostic]:
    """W520, once a document: the day of the document where that lies ahead, else of its first row that does."""
    told = set()
    for each in found:
        if each.file not in told:
            told.add(each.file)
            message = f"{each.place}: {each.day} is after {today}"
            yield Diagnostic("W520", message, each.file, undotted(each.place), hint="what has not happened is not in the books")


def check_early(found: Iterable[Early]) -> Iterator[Diagnostic]:
    """W521: a prepayment, or the wrong invoice."""
    for each in found:
        message = f"the money came on {each.value_on}; {each.invoice} was issued on {each.issued_on}"
        hint = "if it was no prepayment, the money may be meant for another invoice"
        yield Diagnostic("W521", message, each.file, (*undotted(each.place)[:-1], "invoice"), hint=hint)


def check_paid_twice(found: Iterable[PaidTwice]) -> Iterator[Diagnostic]:
    """W522: two payments that nothing tells apart."""
    for each in found:
        message = f"{each.payment} has the customer, day and amount of {each.first}"
        hint = "if the money came once, reverse or delete one; if twice, an external_id: on both says so"
        yield Diagnostic("W522", message, each.file, ("id",), hint=hint)


def check_unused(found: Iterable[Unused]) -> Iterator[Diagnostic]:
    """W524: the customer is dunned for what is paid."""
    for each in found:
        amount = Money(each.amount, each.currency)
        path: Path = ("amount",) if each.kind == "payment" else ("totals", "gross")
        message = f"{amount} of {each.name} settle nothing since {each.since}, while {each.invoice} of {each.customer} is open"
        yield Diagnostic("W524", message, each.file, path, hint="allocate it, or pay it back")


def check_promises(found: Iterable[Promise]) -> Iterator[Diagnostic]:
    """W525: kept or broken, somebody must say."""
    for each in found:
        message = f"until: {each.customer} promised to pay by {each.until}, and nobody wrote down whether it was kept"
        yield Diagnostic("W525", message, each.file, ("until",), hint=f'"bill hold release {each.id}" with the outcome kept or broken')


def check_long_terms(found: Iterable[LongTerms]) -> Iterator[Diagnostic]:
    """W526: once a customer, at the last invoice."""
    for each in found:
        message = f"{each.invoice} for {each.customer} ({each.country}) is due {each.days} days after its issue"
        hint = f"between enterprises of the EU more than {EU_DAYS} days must be agreed expressly, and not be grossly unfair"
        yield Diagnostic("W526", message, each.file, ("instalments", each.parts - 1, "due_on"), hint=hint)

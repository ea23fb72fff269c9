"""What a customer will owe by what is prepared: drafts, and the next invoice of a recurring template."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

from billcli.app.books import Books
from billcli.app.master import master
from billcli.core.facts import RecurringDocument
from billcli.core.recurring import Period, Rhythm, caught_up, due_on, due_periods, external_id, newest_due, periods, rhythm_of
from billcli.errors import BillError
from billcli.model.money import Money
from billcli.model.values import BadValue

Amount = tuple[str, str, int]
"""Customer, currency, gross in minor units."""


def draft_amount(books: Books, draft_id: str, day: date) -> Amount | str:
    """What a draft would come to, or why it comes to nothing yet."""
    from billcli.core.draft import as_issued

    draft = books.draft(draft_id)
    try:
        invoice = as_issued(draft, master(books, draft.customer), day)
    except BillError as error:
        return error.message
    return invoice.customer, invoice.currency, Money.of(invoice.totals.gross, invoice.currency).minor


def recurring_amount(
    books: Books, template: str, day: date, documents: Sequence[RecurringDocument], made: Collection[str] = ()
) -> Amount | str | None:
    """The same of the next invoice of a template; None where none follows.

    ``documents`` are what templates have made, ``made`` the external ids of what this command makes.
    """
    from billcli.app.recurring import as_issued, thrown_away
    from billcli.model.recurring import Recurring

    found = books.document(books.path("recurring", template), Recurring)
    try:
        rhythm = rhythm_of(found)
    except BadValue as bad:
        return bad.message
    there = {each.begins_on for each in documents if each.template == found.id and (each.issued_on is None or each.issued_on <= day)}

    def is_free(period: Period) -> bool:
        if period.begins_on in there or external_id(found.id, period.begins_on) in made:
            return False
        return not thrown_away(books, found.id, [period.begins_on])

    period = _following(rhythm, day, found.catch_up, is_free)
    if period is None:
        return None
    try:
        invoice = as_issued(books, found, period, max(day, due_on(period, rhythm)))
    except BillError as error:
        return error.message
    return invoice.customer, invoice.currency, Money.of(invoice.totals.gross, invoice.currency).minor


def _following(rhythm: Rhythm, day: date, catch_up: int, is_free: Callable[[Period], bool]) -> Period | None:
    """The first that a run of that day makes; where it makes none, the first that is not due yet."""
    waiting = caught_up([each for each in due_periods(rhythm, day) if is_free(each)], newest_due(rhythm, day), catch_up)
    if waiting:
        return waiting[0]
    return next((each for each in periods(rhythm) if due_on(each, rhythm) > day and is_free(each)), None)

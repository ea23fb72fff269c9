"""Recurring invoices: which periods are due and not made, and the plan that makes them all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books
from billcli.app.master import master as master_of
from billcli.app.sender import ensure_sender
from billcli.core.facts import RecurringDocument, Standing
from billcli.core.plan import Plan
from billcli.core.recurring import (
    FITTING_HINT,
    Period,
    Rhythm,
    caught_up,
    draft_id,
    due_on,
    due_periods,
    misfit,
    newest_due,
    period_of,
    rhythm_of,
)
from billcli.core.report import counted
from billcli.errors import BillError
from billcli.index import delivery_queries, dimension_queries, find, recurring_queries
from billcli.model.values import BadValue

if TYPE_CHECKING:
    from billcli.app.credit_limit import LimitCheck
    from billcli.app.write import Planner
    from billcli.core.invoice import Master
    from billcli.core.numbering import Given
    from billcli.model.invoice import Invoice
    from billcli.model.recurring import Recurring
    from billcli.model.settings import Settings

LIMIT = 200
"""The most documents one run makes, where nobody says otherwise."""

MAIL_DAYS = 62
"""How long after its issue an invoice of a template with ``mail: true`` is still mailed by itself, where nothing was sent of it yet.

Longer than a machine is usually off, or an address missing; what is older is told, and a person sends it.
"""


class Due(NamedTuple):
    """A period of a template that is due and not made."""

    template: Recurring
    period: Period
    due_on: date


class Left(NamedTuple):
    """A template that goes on later, from which period on, and why; ``begins_on`` is None where no period can be told."""

    template: str
    begins_on: date | None
    reason: str
    hint: str = ""

    @property
    def data(self) -> dict[str, str | None]:
        begins_on = str(self.begins_on) if self.begins_on else None
        return {"template": self.template, "period": begins_on, "reason": self.reason, "hint": self.hint}


class Standings(NamedTuple):
    """A template with its rhythm and what it has made, by the first days of the periods."""

    template: Recurring
    rhythm: Rhythm
    made: dict[date, RecurringDocument]


def standing_of(books: Books, template_id: str, made: Sequence[RecurringDocument]) -> Standings:
    """Raises ``BillError`` where the template has no rhythm, or another one than when it made what is there."""
    template = books.recurring(template_id)
    try:
        rhythm = rhythm_of(template)
    except BadValue as bad:
        raise BillError(f"every: {bad.message}", bad.hint) from None
    mine: dict[date, RecurringDocument] = {}
    for each in made:
        if each.template == template_id:
            mine.setdefault(each.begins_on, each)
    for each in sorted(mine.values(), key=lambda each: each.begins_on):
        if each.voided_on is None and (why := misfit(rhythm, each.begins_on, each.ends_on)):
            raise BillError(f"{each.name} was made {why}", FITTING_HINT)
    if not mine:
        _ensure_not_renamed(books, template, rhythm, made)
    return Standings(template, rhythm, mine)


def _ensure_not_renamed(books: Books, template: Recurring, rhythm: Rhythm, made: Sequence[RecurringDocument]) -> None:
    """Raises ``BillError`` where a template that is gone has made the customer documents for days of this one: it may be the same one."""
    known = set(find.keys(books.index, "recurring"))
    gone = [
        (each.ends_on or each.begins_on, each)
        for each in made
        if each.customer == template.customer and each.template not in known and each.voided_on is None
        if (each.ends_on or each.begins_on) >= rhythm.starts_on and each.begins_on <= (rhythm.ends_on or each.begins_on)
    ]
    if gone:
        last, document = max(gone, key=lambda each: (each[0], each[1].name))
        message = f"{document.name} was made for days through {last} by {document.template}, which is not there any more"
        after = last + timedelta(days=1)
        raise BillError(
            message, f"if this is {document.template} under a new name, give it back; else let it begin after that: starts_on: {after}"
        )


def not_made(books: Books, standing: Standings, day: date) -> list[Period]:
    """The periods that are due by the day, without invoice, draft, or a draft that somebody threw away."""
    name = standing.template.id
    every = [each for each in due_periods(standing.rhythm, day) if each.begins_on not in standing.made]
    thrown = thrown_away(books, name, [each.begins_on for each in every])
    return [each for each in every if each.begins_on not in thrown]


def thrown_away(books: Books, template_id: str, days: Iterable[date]) -> set[date]:
    """Of which of these periods, which have no document, there was a draft once: a person decided."""
    drafts = {f"drafts/{draft_id(template_id, day)}.yaml": day for day in days}
    return {drafts[path] for path in recurring_queries.known_to_the_trail(books.index, list(drafts))}


def chosen(books: Books, ids: Sequence[str]) -> list[str]:
    """These templates, or all. Raises ``BillError`` for one that is not there."""
    for each in ids:
        books.path("recurring", each)
    return list(dict.fromkeys(ids)) or find.keys(books.index, "recurring")


def due_now(books: Books, ids: Sequence[str], day: date, catch_up: int | None = None) -> tuple[list[Due], list[Left]]:
    """What a run on that day makes, the longest due first, and what it leaves for the next one or for a person."""
    made = recurring_queries.documents(books.index)
    due: list[Due] = []
    left: list[Left] = []
    for name in chosen(books, ids):
        try:
            standing = standing_of(books, name, made)
        except BillError as error:
            left.append(Left(name, None, error.message, error.hint))
            continue
        template = standing.template
        missing = not_made(books, standing, day)
        most = template.catch_up if catch_up is None else catch_up
        now = caught_up(missing, newest_due(standing.rhythm, day), most)
        due += [Due(template, each, due_on(each, standing.rhythm)) for each in now]
        if waiting := [each for each in missing if each not in now]:
            left.append(_waiting(name, waiting, most))
    return sorted(due, key=lambda each: (each.due_on, each.template.id, each.period.begins_on)), left


def _waiting(template: str, periods: Sequence[Period], most: int) -> Left:
    """Periods that are due and that this run does not make."""
    what, first = counted(len(periods), "more period" if most else "missed period"), periods[0].begins_on
    is_are = "is" if len(periods) == 1 else "are"
    if most:
        return Left(
            template, first, f"{what} {is_are} due; one run makes up for at most {most}", "the next run goes on, or say --catch-up N"
        )
    hint = f'"bill recurring run {template} --catch-up N" makes them; where they are not wanted, end it before them and begin a new one'
    return Left(template, first, f"{what} {is_are} due; catch_up is 0, so a person makes them", hint)


def request_of(books: Books, template: Recurring, period: Period) -> tuple[Any, Master]:
    """The invoice of a period as a request, in the words of the customer's language. Raises ``BillError``.

    Tags that have expired stay behind: a campaign that is over keeps no invoice from being issued.
    """
    from billcli.app.wording import customer_language, language
    from billcli.core.customer import check_vocabulary
    from billcli.core.recurring_invoice import request_for

    master = master_of(books, template.customer)
    check_vocabulary([("tag", tag) for tag in template.tags], books.declared())
    company = master.settings.company.address
    words = language(customer_language(books, master.customer), company.country if company else None)
    expired = {each.name for each in dimension_queries.tags(books.index) if each.expires_on and each.expires_on < books.today}
    lasting = template.model_copy(update={"tags": tuple(each for each in template.tags if each not in expired)}) if expired else template
    return request_for(lasting, master, period, words), master


def as_issued(books: Books, template: Recurring, period: Period, day: date) -> Invoice:
    """What the invoice of a period would be if it were issued on that day; its number is its external id. Raises ``BillError``."""
    from billcli.core.active import ensure_active
    from billcli.core.invoice import invoice_document
    from billcli.core.numbering import Given

    request, master = request_of(books, template, period)
    ensure_active(master.customer, day)
    return invoice_document(request, master, Given(draft_id(template.id, period.begins_on), "", ()), day)


class RunOptions(NamedTuple):
    """Which templates (none: all), the most documents in all, and how many missed periods of each, where that is not the template's."""

    ids: tuple[str, ...] = ()
    limit: int = LIMIT
    catch_up: int | None = None


def plan_run(options: RunOptions) -> Planner:
    """Makes what is due, in one plan. ``result`` has ``numbers``, ``drafts``, ``mail`` (numbers to be sent), and ``left`` with reasons."""

    def planner(books: Books) -> Plan:
        settings = books.settings()
        ensure_sender(books)
        due, left = due_now(books, options.ids, books.today, options.catch_up)
        making = _Making(books, settings, {each.template.id for each in due if each.template.issue != "draft"})
        stuck: set[str] = set()
        for at, each in enumerate(due):
            name = each.template.id
            if making.count == options.limit:
                rest = [other for other in due[at:] if other.template.id not in stuck]
                reason = f"{counted(len(rest), 'period')} of all templates wait; one run makes at most {options.limit} documents"
                left.append(Left(name, each.period.begins_on, reason, "the next run goes on, or say --limit N"))
                break
            if name in stuck:
                continue
            try:
                making.make(each)
            except BillError as error:
                stuck.add(name)
                left.append(Left(name, each.period.begins_on, error.message, error.hint))
        return making.plan(left)

    return planner


class _Making:
    """One plan of many documents: numbers and seals follow one another, and what cannot be made takes none."""

    def __init__(self, books: Books, settings: Settings, waiting: Collection[str]) -> None:
        self.books = books
        self.settings = settings
        self.plans: list[Plan] = []
        self.words: list[str] = []
        self.numbers: list[str] = []
        self.drafts: list[str] = []
        self.mail: list[str] = []
        self.used: list[str] = []
        self._standing: dict[str, Standing] = {}
        self._taken = find.in_use(books.index, "draft")
        self._waiting = waiting
        self._limits: LimitCheck | None = None

    @property
    def count(self) -> int:
        return len(self.plans)

    def make(self, due: Due) -> None:
        """Raises ``BillError`` where it cannot be."""
        from billcli.core.active import ensure_active

        template, period = due.template, due.period
        request, master = request_of(self.books, template, period)
        ensure_active(master.customer, self.books.today)
        if template.issue != "draft" and template.terms is None and self.settings.credit:
            from billcli.app.credit_policy import graded

            master = master._replace(graded=graded(self.books, master.customer, self.books.today, self.settings))
        plan = self._draft(due, request, master) if template.issue == "draft" else self._invoice(due, request, master)
        self.plans.append(plan)
        self.words.append(f"{plan.summary[0]}; {template.id}, {period.begins_on} to {period.ends_on}")
        self.used.append(self.books.path("recurring", template.id))

    def _draft(self, due: Due, request: Any, master: Master) -> Plan:
        from billcli.core.invoice import plan_draft

        name = draft_id(due.template.id, due.period.begins_on)
        if name.casefold() in self._taken:
            raise BillError(f"there is a draft {name} already that is none of this template", "give it another id")
        plan = plan_draft(request, master, self._taken, self.books.today, name)
        self.drafts.append(name)
        return plan

    def _invoice(self, due: Due, request: Any, master: Master) -> Plan:
        from billcli.app.credit_exposure import Source
        from billcli.app.credit_limit import LimitCheck
        from billcli.core.invoice import invoice_document, plan_issue
        from billcli.core.money import minor_units

        given, head, n = self._given(request.series)
        invoice = invoice_document(request, master, given, self.books.today)
        self._limits = self._limits or LimitCheck(self.books, self._waiting)
        source = Source("recurring", due.template.id, request.external_id)
        limits = self._limits(invoice.customer, invoice.currency, minor_units(invoice.totals.gross, invoice.currency), source)
        self._standing[head] = Standing(n, invoice.number, invoice.issued_on, invoice.seal or "")
        self.numbers.append(invoice.number)
        if due.template.mail:
            self.mail.append(invoice.number)
        return limits(plan_issue(invoice, given))

    def _given(self, series: str | None) -> tuple[Given, str, int]:
        from billcli.core.numbering import find_sequence, next_number
        from billcli.model.sequence import head_for

        today, index = self.books.today, self.books.index
        sequence = find_sequence(self.settings, "invoice", series)
        head = head_for(sequence.pattern, today)
        standing = self._standing.get(head) or find.sequence_end(index, "invoice", head)
        given = next_number(sequence, today, standing, self.settings, today)
        for other in find.taken(index, "invoice", [given.number]).values():
            message = f"the next number is {given.number}, and there is {other} already"
            raise BillError(message, "numbers that differ only by case are one file on some machines; give that document another number")
        return given, head, standing.highest + 1

    def plan(self, left: Sequence[Left]) -> Plan:
        made = [counted(len(each), word) for each, word in ((self.numbers, "recurring invoice"), (self.drafts, "recurring draft")) if each]
        summary = (" and ".join(made), *self.words) if made else ("no recurring invoice is due",) if not left else ()
        result: dict[str, Any] = {
            "numbers": self.numbers,
            "drafts": self.drafts,
            "mail": self.mail,
            "left": [each.data for each in left],
        }
        return Plan(
            command="recurring run",
            steps=tuple(step for each in self.plans for step in each.steps),
            summary=summary,
            result=result,
            relies_on=tuple(dict.fromkeys([*(path for each in self.plans for path in each.relies_on), *self.used])),
            given=tuple(text for each in self.plans for text in each.given if text not in self.drafts),
            warnings=tuple(dict.fromkeys(text for each in self.plans for text in each.warnings)),
        )


def mail_wanted(books: Books) -> list[str]:
    """Invoices of templates with ``mail: true`` of which nothing was ever planned to be sent, drafts that a person issued among them.

    Only those issued in the last ``MAIL_DAYS`` days: a template that is switched to mail does not send its past.
    """
    since = books.today - timedelta(days=MAIL_DAYS)
    fresh = [each.name for each in _to_mail(books) if each.issued_on and each.issued_on >= since]
    return delivery_queries.never_planned(books.index, fresh)


def mail_lapsed(books: Books) -> list[dict[str, Any]]:
    """Those that are too old to be mailed by themselves and not paid: the customer may never have seen them. As a run leaves them."""
    since = books.today - timedelta(days=MAIL_DAYS)
    old = {each.name: each for each in _to_mail(books) if each.issued_on and each.issued_on < since}
    return [
        {
            "documents": [name], "customer": old[name].customer, "there": False,
            "reason": f'not mailed, though issued on {old[name].issued_on} already: "bill invoice send {name}", or --by-hand how it went',
        }
        for name in delivery_queries.never_planned(books.index, list(old), unpaid=True)
    ]  # fmt: skip


def _to_mail(books: Books) -> Iterator[RecurringDocument]:
    mailing = {each.id for each in recurring_queries.templates(books.index) if each.mail}
    for each in recurring_queries.documents(books.index) if mailing else ():
        if each.template in mailing and each.issued_on and each.issued_on <= books.today and each.voided_on is None:
            yield each


def series_of(books: Books, external: str | None) -> str | None:
    """The sequence that the template of a draft names; drafts do not hold it."""
    named = period_of(external) if external else None
    if named is None or find.path_of(books.index, "recurring", named[0]) is None:
        return None
    return books.recurring(named[0]).series


def all_standings(books: Books) -> Iterator[Standings | Left]:
    """Every template with its rhythm, or why it has none."""
    made = recurring_queries.documents(books.index)
    for name in find.keys(books.index, "recurring"):
        try:
            yield standing_of(books, name, made)
        except BillError as error:
            yield Left(name, None, error.message, error.hint)

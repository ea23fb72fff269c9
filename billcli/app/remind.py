"""Use cases of reminders: what would go and what is stopped, planning notices, and looking at those that went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books
from billcli.app.dunning import Round, bank_charges, look
from billcli.core.dunning import tables
from billcli.core.dunning.assess import Account, Assessed, without
from billcli.core.dunning.policy import recipients
from billcli.core.dunning.stops import Stop
from billcli.core.plan import Create, Plan
from billcli.core.report import Report, View, counted
from billcli.errors import BillError
from billcli.index import queries, reminder_queries
from billcli.model.money import Money
from billcli.model.reminder import Reminder

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.dunning.notice import Claims, History, Printed
    from billcli.render.studio import Studio


class Wanted(NamedTuple):
    """Which customers; all where both are left out. ``limit`` bounds the notices of one run."""

    customers: tuple[str, ...] = ()
    group: str | None = None
    limit: int | None = None


PARTLY = "one recipient is left out: "

Fits = Callable[[Sequence[Reminder]], int]
"""How many of these notices nothing can bring to anybody."""


class Made(NamedTuple):
    """Notices that would go, what is stopped, and how many more there are than one run plans."""

    ready: tuple[tables.Ready, ...]
    stopped: tuple[Stop, ...]
    left: int


def _members(books: Books, wanted: Wanted) -> set[str] | None:
    for each in wanted.customers:
        books.path("customer", each)
    if wanted.group is None:
        return set(wanted.customers) or None
    from billcli.app.invoice import group_members

    return {*wanted.customers, *group_members(books, wanted.group)}


def made(books: Books, wanted: Wanted, today: date, known: date = date.max, fits: Fits | None = None) -> Made:
    """The notices of that day as documents; nothing is written. ``known`` as for ``dunning.accounts``.

    Those that ``fits`` cannot take, of some notices, take no place of what can go; nor does what cannot be computed. Who is left for the
    next run comes first there.
    """
    found = look(books, today, _members(books, wanted), known)
    going = sorted(((account, assessed) for account, assessed in found.found if assessed.chases), key=lambda each: each[1].turn)
    most = min(found.dunning.max_per_run, found.dunning.max_per_run if wanted.limit is None else wanted.limit)
    stopped = [stop for _, assessed in found.found for stop in assessed.stopped]
    ready: list[tables.Ready] = []
    at = taken = 0
    while at < len(going) and taken < most:
        batch = going[at : at + most - taken]
        at += len(batch)
        made_now, unmade = _ready(books, found, batch, today)
        ready += made_now
        stopped += unmade
        taken += len(made_now) - (fits([each.notice for each in made_now]) if fits and made_now else 0)
    return Made(tuple(ready), tuple(stopped), len(going) - at)


def _ready(books: Books, found: Round, going: Sequence[tuple[Account, Assessed]], today: date) -> tuple[list[tables.Ready], list[Stop]]:
    """The notices, and the invoices that are in none because what is claimed on them cannot be computed."""
    from billcli.core.dunning.notice import notice_of

    history = _history(books, going, today)
    charges = bank_charges(books, {account.customer for account, _ in going}, today)
    ready: list[tables.Ready] = []
    stopped: list[Stop] = []
    for account, first in going:
        claims, missing = _claims(first, found, history, today)
        assessed = without(account, found.dunning, first, missing, today) if missing else first
        stopped += assessed.stopped[len(first.stopped) :]
        if not assessed.chases:
            continue
        customer = books.customer(account.customer)
        due = charges.get((account.customer, account.currency), {})
        notice = notice_of(account, assessed, claims, due, _printed(books, customer), today)
        to = recipients(customer.contacts, notice.level) if notice.channel == "mail" else ["letter"]
        ready.append(tables.Ready(notice, assessed, to, account.chosen.level))
    return ready, stopped


def _claims(assessed: Assessed, found: Round, history: History, today: date) -> tuple[dict[str, Claims], dict[str, str]]:
    """By invoice what is claimed on it, or why that cannot be computed: a rate that nobody has published yet."""
    from billcli.core.dunning.notice import claims_on

    claims: dict[str, Claims] = {}
    missing: dict[str, str] = {}
    for each in assessed.chases:
        try:
            claims[each.debt.fact.number] = claims_on(each, found.regime, history, today)
        except BillError as error:
            missing[each.debt.fact.number] = f"{error.message}; {error.hint}" if error.hint else error.message
    return claims, missing


def _history(books: Books, going: Sequence[tuple[Account, Assessed]], today: date) -> History:
    from billcli.core.dunning.notice import History
    from billcli.index import hold_queries

    numbers = [each.debt.fact.number for _, assessed in going for each in assessed.chases]
    holds = {each.debt.fact.number: each.debt.holds for _, assessed in going for each in assessed.chases}
    plans = [hold.id for mine in holds.values() for hold in mine if hold.kind == "plan"]
    parts = hold_queries.plan_parts_of(books.index, plans) if plans else {}
    return History(queries.settlements_of(books.index, numbers), holds, parts)


def _printed(books: Books, customer: Any) -> Printed:
    from billcli.app.wording import customer_language
    from billcli.core.dunning.notice import Printed
    from billcli.core.invoice import printed_party

    language = customer_language(books, customer)
    return Printed(books.settings().company, printed_party(customer, language), language)


def preview_report(books: Books, wanted: Wanted, as_of: date, known: date = date.max) -> Report:
    """What a run on that day would do, or would have done with the notices ``known`` then."""
    found = made(books, wanted, as_of, known)
    notices = counted(len(found.ready), "notice")
    said = f"{notices} would go on {as_of}" + (f"; {len(found.stopped)} stopped, each with its reason" if found.stopped else "")
    more = (f"{counted(found.left, 'more notice')} would wait for the next run",) if found.left else ()
    return tables.preview_table(found.ready, found.stopped, as_of, (said, *more))


def notice_line(ready: tables.Ready) -> str:
    """``level 2 to nordwind <ap@nordwind.example>: INV-2026-0001, INV-2026-0004; 1320.00 EUR``."""
    notice = ready.notice
    names = ", ".join(each.invoice for each in notice.items[:3]) + (f" and {len(notice.items) - 3} more" if len(notice.items) > 3 else "")
    return f"level {notice.level} to {notice.customer} ({', '.join(ready.to)}): {names}; {Money.of(notice.total, notice.currency)}"


def stop_line(stop: Stop) -> str:
    about = stop.invoice or f"{stop.customer} {stop.currency}"
    return f"not reminded: {about}: {stop.reason}"


def plan_run(wanted: Wanted, studio: Studio, now: datetime) -> Planner:
    """The notices of today and their deliveries; run again the same day it plans nothing more.

    The result names every delivery of a notice that may be handed over, those that wait from earlier runs too.
    """

    def planner(books: Books) -> Plan:
        from billcli.app.remind_parcels import Ready, joined, packed
        from billcli.core.document import document_data, path_of

        parts: list[Ready] = []

        def fits(notices: Sequence[Reminder]) -> int:
            parts.append(packed(books, notices, studio, now))
            return len(parts[-1].left)

        found = made(books, wanted, books.today, fits=fits)
        parcels = joined(parts)
        going = [each for each in found.ready if each.notice.id not in parcels.left]
        unmade = {each.notice.id: each for each in found.ready if each.notice.id in parcels.left}
        steps = tuple(
            Create(path_of("reminders", each.notice.id, each.notice.on), "reminder", document_data(each.notice)) for each in going
        )
        customers = {each.notice.id: each.notice.customer for each in going}
        lines = [notice_line(each) for each in going]
        lines += [stop_line(each) for each in found.stopped]
        lines += [f"not reminded: {each.notice.customer}: {parcels.left[name]}" for name, each in unmade.items()]
        lines += [f"{name}: {PARTLY}{why}" for name, why in parcels.partly]
        if found.left:
            lines.append(f"{counted(found.left, 'more notice')} for the next run")
        head = f"{counted(len(going), 'reminder')} planned" if going else "no reminder is due"
        result = {
            "reminders": [each.notice.id for each in going],
            "deliveries": [*parcels.ids, *waiting(books, wanted)],
            "stopped": [stop_data(each) for each in found.stopped],
            "left": [
                {"documents": [name], "customer": each.notice.customer, "reason": parcels.left[name]} for name, each in unmade.items()
            ] + [_left(each) for each in found.stopped if each.person]
            + [{"documents": [name], "customer": customers[name], "reason": PARTLY + why} for name, why in parcels.partly],
        }  # fmt: skip
        return Plan("remind run", (*steps, *parcels.steps), (head, *lines), result, relies_on=("ledger.yaml",) if steps else ())

    return planner


def _left(stop: Stop) -> dict[str, Any]:
    return {"documents": [stop.invoice] if stop.invoice else [], "customer": stop.customer, "reason": stop.reason}


def waiting(books: Books, wanted: Wanted) -> list[str]:
    """Deliveries of earlier notices that nobody has handed over yet, and nothing keeps from going."""
    from billcli.core.delivery import stands
    from billcli.core.dunning.levels import WAITS
    from billcli.index import delivery_queries

    members = _members(books, wanted)
    return [
        each.id
        for each in delivery_queries.waiting(books.index)
        if each.kind == "reminder" and each.channel == "mail" and stands(each) in WAITS and (members is None or each.customer in members)
    ]


def stop_data(stop: Stop) -> dict[str, Any]:
    return {
        "customer": stop.customer, "currency": stop.currency, "invoice": stop.invoice, "level": stop.level,
        "amount": Money(stop.amount, stop.currency), "reason": stop.reason,
    }  # fmt: skip


def notices(books: Books, customer: str | None, invoice: str | None, as_of: date) -> Report:
    """Notices planned by that day with how they stand now."""
    for kind, name in (("customer", customer), ("invoice", invoice)):
        if name:
            books.path(kind, name)
    if invoice:
        found = [
            each
            for each in reminder_queries.reminders_about(books.index, [invoice], as_of)
            if customer is None or each.customer == customer
        ]
    else:
        found = reminder_queries.reminders(books.index, as_of, customer)
    ids = [each.id for each in found]
    return tables.notice_list(found, reminder_queries.items_of(books.index, ids), reminder_queries.deliveries_of(books.index, ids), as_of)


def reminder_view(books: Books, reminder_id: str, as_of: date) -> View:
    """A notice as it was sent: everything in it is frozen; how its deliveries stand is told as of now."""
    from billcli.core.document import document_data
    from billcli.core.dunning.levels import notice_stands

    notice = books.document(books.path("reminder", reminder_id), Reminder)
    deliveries = reminder_queries.deliveries_of(books.index, [reminder_id]).get(reminder_id, [])
    state = notice_stands(deliveries)
    fields: list[tuple[str, Any]] = [
        ("Notice", notice.id), ("Customer", f"{notice.issued_to.name} ({notice.customer})"), ("Day", notice.on), ("Level", notice.level),
        ("Policy", notice.policy), ("Letter", f"{notice.template}, {notice.language}, by {notice.channel}"),
        ("Until", notice.deadline), ("Credit", notice.credit and f"{format(notice.credit, 'f')} {notice.currency} unused"),
        ("Total", Money.of(notice.total, notice.currency)), ("Approved by", notice.approved_by), ("State", state),
        ("Notes", notice.notes),
    ]  # fmt: skip
    below = (
        ("Invoices", tables.item_table(notice)), ("Interest", tables.segment_table(notice)), ("Bank charges", tables.charge_table(notice)),
        ("Deliveries", tables.delivery_table(deliveries, as_of)),
    )  # fmt: skip
    data = {**document_data(notice), "state": state, "deliveries": [_delivery_data(each) for each in below[3][1].rows]}
    return View("reminder", reminder_id, as_of, [(name, value) for name, value in fields if value not in (None, "")], below, data)


def _delivery_data(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(("delivery", "channel", "to", "state", "at", "attempts", "said"), row, strict=True))


def levels_of(books: Books, number: str, currency: str, as_of: date) -> Report:
    """The notices about an invoice, for ``show`` and ``explain``."""
    found = reminder_queries.reminders_about(books.index, [number], as_of)
    ids = [each.id for each in found]
    items, deliveries = reminder_queries.items_of(books.index, ids), reminder_queries.deliveries_of(books.index, ids)
    rows = [(notice, item, deliveries.get(notice.id, ())) for notice in found for item in items[notice.id] if item.invoice == number]
    return tables.level_table(rows, currency, as_of)

"""New templates, and their end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books
from billcli.app.recurring import as_issued, not_made, standing_of
from billcli.app.repeated import answered, made_before
from billcli.core.plan import Change, Create, Plan, Set
from billcli.core.recurring import Rhythm, due_on, due_periods, periods, rhythm_of
from billcli.core.report import counted
from billcli.errors import BillError, UsageError
from billcli.index import find, recurring_queries
from billcli.model.values import quoted

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.core.invoice import Master
    from billcli.model.recurring import Recurring

_NO_TAX_SAID = "~"
"""A tax code that no line names; where it comes back, the line left it to the defaults."""


class NewOptions(NamedTuple):
    """As typed; ``said`` are fields of the template as they stand there, checked already."""

    customer: str
    lines: tuple[str, ...]
    said: dict[str, Any]
    discounts: tuple[str, ...] = ()
    charges: tuple[str, ...] = ()
    id: str | None = None
    external_id: str | None = None


def plan_new(given: NewOptions) -> Planner:
    """Keeps a template; it makes nothing by itself."""

    def planner(books: Books) -> Plan:
        from billcli.app.master import master as master_of
        from billcli.app.vocabulary import check_tags
        from billcli.core.active import ensure_active
        from billcli.core.document import document_data, path_of

        options = given._replace(said={"starts_on": books.today, **given.said})
        master = master_of(books, options.customer)
        template = _template(books, options, master)
        if made := made_before(books, "recurring", options.external_id):
            known = recurring_queries.template(books.index, made)
            return answered("recurring", made, options.external_id, same=known is not None and known.content == _content(template))
        _ensure_new(books, template, options)
        for kind in ("recurring", template.issue if template.issue == "draft" else "invoice"):
            check_tags(books, template.tags, kind, books.today)
        ensure_active(master.customer, books.today)
        rhythm = _rhythm(template)
        first = next(periods(rhythm))
        issue_on = max(due_on(first, rhythm), books.today)
        invoice = as_issued(books, template, first, issue_on)
        over = f"{format(invoice.totals.gross, 'f')} {invoice.currency}"
        what = f"{'draft' if template.issue == 'draft' else 'invoice'} over {over} for {first.begins_on} to {first.ends_on}"
        waiting = sum(1 for _ in due_periods(rhythm, books.today))
        warnings = (f"{counted(waiting, 'period')} {'is' if waiting == 1 else 'are'} due already",) if waiting > 1 else ()
        return Plan(
            command="recurring new",
            steps=(Create(path_of("recurring", template.id), "recurring", document_data(template)),),
            summary=(f"template {template.id} for {master.customer.name}, every {template.every}", f"  first: {what}, on {issue_on}"),
            result={"id": template.id},
            relies_on=(path_of("customers", template.customer), "ledger.yaml"),
            given=(template.id,),
            warnings=warnings,
        )

    return planner


def _rhythm(template: Recurring) -> Rhythm:
    """Raises ``UsageError`` where it has no period."""
    if template.ends_on and template.ends_on < template.starts_on:
        raise UsageError(f"--ends: {template.ends_on} is before {template.starts_on}, the day it starts", "one of the two is mistyped")
    return rhythm_of(template)


def _template(books: Books, options: NewOptions, master: Master) -> Recurring:
    from billcli.core.adjustments import TypedAdjustment, document_adjustment
    from billcli.core.document import content_id, made
    from billcli.core.invoice import currency_for
    from billcli.model.recurring import Recurring

    fields = {"customer": options.customer, **options.said}
    currency = currency_for(_currency_said(options), master)
    fields["lines"] = tuple(_line(text, master, currency) for text in options.lines)
    typed = [TypedAdjustment("discount", each) for each in options.discounts]
    typed += [TypedAdjustment("charge", each) for each in options.charges]
    fields["adjustments"] = tuple(document_adjustment(each, currency) for each in typed) or None
    fields["external_id"] = options.external_id
    template = made(Recurring, {"id": "new", **fields})
    name = options.id
    if name is None:
        plain = f"{options.customer[:40]}-{str(fields['every']).replace(' ', '-')}"
        taken = find.in_use(books.index, "recurring")
        name = plain if plain.casefold() not in taken else content_id(options.customer, _content(template), taken)
    return made(Recurring, {"id": name, **fields})


def _currency_said(options: NewOptions) -> Any:
    from billcli.core.invoice import InvoiceRequest

    return InvoiceRequest(customer=options.customer, currency=options.said.get("currency"))


def _content(template: Recurring) -> str:
    from billcli.core import seal

    return seal.content(template)


def _line(text: str, master: Master, currency: str) -> dict[str, Any]:
    """A typed line as a template keeps it: of an item only its name and the quantity, so that the price list goes on deciding."""
    from billcli.core.lines import resolve_line, typed_line

    line = resolve_line(typed_line(text), master.items, master.categories, currency, _NO_TAX_SAID)
    of_category = next((each.tax for each in master.categories.revenue if each.name == line.category), None)
    tax = line.tax if line.tax not in (_NO_TAX_SAID, of_category) else None
    own = {} if line.item else {"description": line.description, "category": line.category, "unit_price": line.unit_price, "tax": tax}
    fields = {"item": line.item, **own, "quantity": line.quantity, "adjustments": line.adjustments or None}
    return {key: value for key, value in fields.items() if value is not None}


def _ensure_new(books: Books, template: Recurring, options: NewOptions) -> None:
    """Raises ``BillError`` for an id that is taken, and for a template that says what another one says already."""
    if taken := find.taken(books.index, "recurring", [template.id]):
        raise BillError(f"there is a template {quoted(next(iter(taken.values())))} already", "give another --id")
    if options.id is None:
        for each in recurring_queries.templates(books.index):
            if each.customer == template.customer and each.content == _content(template):
                raise BillError(f"{each.id} says the same already", "with an --id of its own it is another one")


def plan_end(template_id: str, on: date, reason: str) -> Planner:
    """No period begins after that day, and the one it lies in ends there."""

    def planner(books: Books) -> Plan:
        path = books.path("recurring", template_id)
        template = books.recurring(template_id)
        if template.ends_on == on:
            return Plan("nothing", (), (f"{template_id} ends on {on} already; nothing to do",), {"id": template_id})
        if on < template.starts_on:
            hint = f"it starts on {template.starts_on}; what never made anything can be deleted: {path}"
            raise BillError(f"{template_id} cannot end on {on}, before it starts", hint)
        ended = template.model_copy(update={"ends_on": on})
        return Plan(
            command=f"recurring end {template_id}",
            steps=(Change(path, "recurring", (Set(("ends_on",), on),)),),
            summary=(f"{template_id} ends on {on}: {reason}", *_still_to_come(books, ended)),
            result={"id": template_id},
            relies_on=(path,),
            warnings=tuple(_beyond(books, template, on)),
            reason=reason,
        )

    return planner


def _beyond(books: Books, template: Recurring, on: date) -> list[str]:
    """What was made for days after the end; taking it back is a person's decision."""
    standing = standing_of(books, template.id, recurring_queries.documents(books.index))
    last = max(standing.made, default=on)
    whole = {each.begins_on: each.ends_on for each in due_periods(standing.rhythm._replace(in_advance=True), last)}
    over = [(each, whole.get(day, day)) for day, each in sorted(standing.made.items()) if whole.get(day, day) > on and not each.voided_on]
    return [f"{each.name} is for the days through {until}; credit what is not rendered" for each, until in over]


def _still_to_come(books: Books, ended: Recurring) -> list[str]:
    standing = standing_of(books, ended.id, recurring_queries.documents(books.index))._replace(rhythm=rhythm_of(ended), template=ended)
    rest = not_made(books, standing, date(2999, 12, 31))
    if not rest:
        return ["  nothing more comes of it"]
    part = f", the last one through {rest[-1].ends_on}"
    return [f"  still to come: {counted(len(rest), 'period')}, from {rest[0].begins_on}{part}"]

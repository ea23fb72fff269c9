"""What a single document must fulfil by itself: decimals of its currency, figures that add up, check digits of its parties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from billcli.core.checks.amounts import check_amounts
from billcli.core.checks.bank import check_accounts, check_reconciliation, check_statement
from billcli.core.checks.credit import check_credit_settings, check_overrides
from billcli.core.checks.deliveries import check_delivery
from billcli.core.checks.figures import check_draft_figures, check_figures
from billcli.core.checks.findings import check_finding
from billcli.core.checks.holds import check_hold
from billcli.core.checks.movements import check_applied, check_payment, check_refund, check_void, check_write_off
from billcli.core.checks.recurring import check_recurring
from billcli.core.checks.reminders import check_reminder
from billcli.core.dimensions import TREES, ancestors
from billcli.diagnostics import Diagnostic, Path, dotted, folded
from billcli.model.category import Categories
from billcli.model.credit_note import CreditNote
from billcli.model.customer import Customer
from billcli.model.invoice import Draft, Invoice, ServicePeriod, TaxGroup
from billcli.model.item import Items
from billcli.model.rules import Rules
from billcli.model.settings import EXEMPT, Settings, TaxCode


def check_document(kind: str, entity: Any) -> list[Diagnostic]:
    """All findings about one document; their file is filled in by the caller."""
    return list(_CHECKS[kind](entity)) if kind in _CHECKS else []


def _totals(totals: Any) -> list[tuple[Path, Decimal]]:
    return [(("totals", name), getattr(totals, name)) for name in ("net", "tax", "gross")]


def _taxes(taxes: tuple[TaxGroup, ...]) -> list[tuple[Path, Decimal]]:
    return [(("taxes", at, name), getattr(group, name)) for at, group in enumerate(taxes) for name in ("base", "amount")]


def _invoice(invoice: Invoice) -> Iterator[Diagnostic]:
    parts: list[tuple[Path, Decimal]] = [(("instalments", at, "amount"), each.amount) for at, each in enumerate(invoice.instalments)]
    settled = invoice.imported.settled_before if invoice.imported else None
    before: list[tuple[Path, Decimal]] = [(("imported", "settled_before"), settled)] if settled is not None else []
    yield from check_amounts([*_taxes(invoice.taxes), *parts, *_totals(invoice.totals), *before], invoice.currency)
    yield from _lines_present(invoice.lines)
    yield from _service_period(invoice.service_period)
    yield from check_figures(invoice)
    total = sum(amount for _, amount in parts)
    if total != invoice.totals.gross and total != invoice.totals.net + invoice.totals.tax:
        message = f"the instalments add up to {total}; the invoice is over {format(invoice.totals.gross, 'f')}"
        yield Diagnostic("E405", message, path=("instalments",), hint="what is due in parts is the whole, no more and no less")
    yield from check_void(invoice)
    for at, (earlier, each) in enumerate(pairwise(invoice.instalments), 1):
        if each.due_on < earlier.due_on:
            message = f"instalments[{at}].due_on: {each.due_on} stands behind {earlier.due_on}"
            yield Diagnostic("E405", message, path=("instalments", at, "due_on"), hint="the oldest due comes first")
    for at, each in enumerate(invoice.instalments):
        if each.due_on < invoice.issued_on:
            message = f"instalments[{at}].due_on: {each.due_on} is before {invoice.issued_on}, the day of issue"
            yield Diagnostic("E405", message, path=("instalments", at, "due_on"), hint="nothing is due before it is invoiced")
    if settled is not None and settled > invoice.totals.gross:
        message = f"imported.settled_before: {format(settled, 'f')} is more than the gross, {format(invoice.totals.gross, 'f')}"
        yield Diagnostic("E502", message, path=("imported", "settled_before"), hint="take the figure from the old books")


def _credit_note(note: CreditNote) -> Iterator[Diagnostic]:
    yield from check_amounts([*_taxes(note.taxes), *_totals(note.totals)], note.currency)
    yield from _lines_present(note.lines)
    yield from check_figures(note)
    yield from check_applied(note)


def _draft(draft: Draft) -> Iterator[Diagnostic]:
    yield from _lines_present(draft.lines)
    yield from _service_period(draft.service_period)
    yield from check_draft_figures(draft)


def _service_period(period: ServicePeriod | None) -> Iterator[Diagnostic]:
    if period and period.ends_on < period.begins_on:
        message = f"service_period.ends_on: {period.ends_on} is before {period.begins_on}, the day it begins"
        yield Diagnostic("E411", message, path=("service_period", "ends_on"), hint="one of the two is mistyped")


def _lines_present(lines: tuple[Any, ...]) -> Iterator[Diagnostic]:
    if not lines:
        yield Diagnostic("E404", "the document has no lines", path=("lines",), hint="write what is sold: description, quantity, unit_price")


def _customer(customer: Customer) -> Iterator[Diagnostic]:
    country = customer.address.country if customer.address else None
    yield from check_tax_id(customer.tax_id, country, ("tax_id",))
    if customer.credit_limit is not None and customer.currency:
        yield from check_amounts([(("credit_limit",), customer.credit_limit)], customer.currency)
    yield from check_overrides(customer)
    yield from _twice([each.role + (each.email or each.name or "") for each in customer.contacts], "contacts", "contact")
    yield from _twice(list(customer.tags), "tags", "tag")


def check_tax_id(tax_id: str | None, country: str | None, path: Path) -> Iterator[Diagnostic]:
    """E216 by the country's own check digits (python-stdnum); countries without a rule there pass."""
    if not tax_id or not country:
        return
    from stdnum import get_cc_module
    from stdnum.exceptions import ValidationError

    module = next((found for name in ("vat", "tin") if (found := get_cc_module(country.lower(), name))), None)
    if country == "CN":
        module = get_cc_module("cn", "uscc")
    if module is None:
        return
    try:
        module.validate(tax_id)
    except ValidationError:
        message = f'{dotted(path)}: "{tax_id}" is not a tax id of {country}'
        yield Diagnostic("E216", message, path=path, hint="check it digit by digit against the source")


def _ledger(settings: Settings) -> Iterator[Diagnostic]:
    address = settings.company.address
    yield from check_tax_id(settings.company.tax_id, address.country if address else None, ("company", "tax_id"))
    yield from _twice([code.code for code in settings.tax_codes], "tax_codes", "tax code", "code")
    yield from _twice([each.name for each in settings.sequences], "sequences", "sequence", "name")
    yield from _twice([each.pattern for each in settings.sequences], "sequences", "pattern", "pattern")
    yield from _twice([each.name.casefold() for each in settings.calendars], "calendars", "calendar", "name")
    for at, each in enumerate(settings.calendars):
        for day in sorted({*each.holidays} & {*each.workdays}):
            message = f"calendars[{at}].workdays: {day} is among its holidays too"
            yield Diagnostic("E402", message, path=("calendars", at, "workdays"), hint="a day is worked or it is not")
    yield from check_accounts(settings.bank_accounts)
    yield from check_credit_settings(settings)
    for kind in ("invoice", "credit-note"):
        if not any(each.kind == kind and each.name == kind for each in settings.sequences):
            message = f'sequences: none has the name and kind "{kind}"'
            yield Diagnostic("E202", message, path=("sequences",), hint=f"add one with name: {kind}, kind: {kind} and a pattern")
    for at, code in enumerate(settings.tax_codes):
        if code.code == "none":
            yield Diagnostic(
                "E209", f'tax_codes[{at}].code: "none" is built in', path=("tax_codes", at, "code"), hint="give it another name"
            )
        yield from _tax_code(code, ("tax_codes", at))


def _tax_code(code: TaxCode, at: Path) -> Iterator[Diagnostic]:
    """A rate on some day at least, each of its category, changes in the order of their days, and the reason of an exemption."""
    if code.rate is None and not code.rates:
        message = f'{dotted(at)}: the tax code "{code.code}" has no rate'
        yield Diagnostic("E202", message, path=at, hint="add rate:, or rates: with since: and rate: for each change")
    stated: list[tuple[Path, Decimal | None]] = [((*at, "rate"), code.rate)]
    stated += [((*at, "rates", nth, "rate"), each.rate) for nth, each in enumerate(code.rates)]
    for path, rate in stated:
        if rate and code.category != "S":
            message = f"{dotted(path)}: category {code.category} has the rate 0, not {format(rate, 'f')}"
            yield Diagnostic("E404", message, path=path, hint="only S, the standard category, has a rate")
    for nth, (earlier, each) in enumerate(pairwise(code.rates), 1):
        path = (*at, "rates", nth, "since")
        if each.since == earlier.since:
            message = f"{dotted(path)}: two rates since {each.since}"
            yield Diagnostic("E402", message, path=path, hint="one rate holds on a day; keep one of them")
        elif each.since < earlier.since:
            message = f"{dotted(path)}: {each.since} stands behind {earlier.since}"
            yield Diagnostic("E411", message, path=path, hint="the changes stand in the order of their days")
    if code.category in EXEMPT and code.exempt_reason is None:
        message = f'{dotted(at)}: the tax code "{code.code}" of category {code.category} gives no reason'
        yield Diagnostic("W410", message, path=at, hint="add exempt_reason: with the words that the law wants on the document")


def _categories(categories: Categories) -> Iterator[Diagnostic]:
    for dimension in type(categories.groups).model_fields:
        groups = getattr(categories.groups, dimension)
        for at in _repeats([each.name for each in groups]):
            path: Path = ("groups", dimension, at, "name")
            yield Diagnostic("E402", f'{dotted(path)}: the group "{groups[at].name}" stands twice', path=path, hint="keep one of them")
        yield from _alike([each.name for each in groups], ("groups", dimension), dimension, steps=dimension in TREES)
    yield from _alike([each.name for each in categories.revenue], ("revenue",), "category")
    yield from _alike([each.name for each in categories.tags], ("tags",), "tag")
    yield from _twice([each.name for each in categories.revenue], "revenue", "category", "name")
    yield from _twice([each.name for each in categories.tags], "tags", "tag", "name")
    yield from _regions(categories)
    yield from _bands(categories)


def _alike(names: Sequence[str], place: Path, what: str, *, steps: bool = False) -> Iterator[Diagnostic]:
    """Words that a reader takes for one, and that would part its sums in two; of a region each step of its path."""
    seen: dict[str, str] = {}
    for at, name in enumerate(names):
        for each in ancestors(name) if steps else (name,):
            before = seen.setdefault(folded(each), each)
            if before != each:
                path: Path = (*place, at, "name")
                message = f'{dotted(path)}: the {what} "{each}" differs from "{before}" only by case or by how Unicode writes it'
                yield Diagnostic("E402", message, path=path, hint="keep one of them, and write it so everywhere")
                break


def _regions(categories: Categories) -> Iterator[Diagnostic]:
    for at, each in enumerate(categories.groups.region):
        if any(not step or step != step.strip() for step in each.name.split("/")):
            message = f'groups.region[{at}].name: the region "{each.name}" has an empty step'
            hint = "write a name for each step, with no space around it: germany/bavaria/munich"
            yield Diagnostic("E720", message, path=("groups", "region", at, "name"), hint=hint)


def _bands(categories: Categories) -> Iterator[Diagnostic]:
    begun: dict[tuple[str, object], str] = {}
    for at, each in enumerate(categories.bands):
        yield from check_amounts([(("bands", at, "from"), each.starts)], each.currency)
        for key, field, what in (
            ((each.currency, each.starts), "from", f"begin at {format(each.starts, 'f')}"),
            ((each.currency, each.name), "name", f"are called {each.name}"),
        ):
            if key in begun:
                message = f"bands[{at}].{field}: two bands of {each.currency} {what}: the {begun[key]} one and this"
                yield Diagnostic("E721", message, path=("bands", at, field), hint="a band ends where the next one of its currency begins")
            else:
                begun[key] = _nth(at)


def _nth(at: int) -> str:
    return {0: "first", 1: "second", 2: "third"}.get(at, f"{at + 1}th")


def _items(items: Items) -> Iterator[Diagnostic]:
    yield from _twice([each.id for each in items.items], "items", "item", "id")


def _rules(rules: Rules) -> Iterator[Diagnostic]:
    yield from _twice([each.name for each in rules.classify], "classify", "rule", "name")


def _twice(names: list[str], field: str, what: str, key: str = "") -> Iterator[Diagnostic]:
    for at in _repeats(names):
        path: Path = (field, at, key) if key else (field, at)
        yield Diagnostic("E402", f'{dotted(path)}: the {what} "{names[at]}" stands twice', path=path, hint="keep one of them")


def _repeats(names: list[str]) -> list[int]:
    return [at for at, name in enumerate(names) if name in names[:at]]


_CHECKS: Mapping[str, Callable[[Any], Iterator[Diagnostic]]] = {
    "ledger": _ledger,
    "categories": _categories,
    "items": _items,
    "customer": _customer,
    "draft": _draft,
    "invoice": _invoice,
    "credit-note": _credit_note,
    "payment": check_payment,
    "refund": check_refund,
    "write-off": check_write_off,
    "hold": check_hold,
    "recurring": check_recurring,
    "reminder": check_reminder,
    "delivery": check_delivery,
    "finding": check_finding,
    "bank-statement": check_statement,
    "reconciliation": check_reconciliation,
    "rules": _rules,
}

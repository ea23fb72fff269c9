"""Documents to facts: what each kind of file contributes to the index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from billcli.core import seal
from billcli.core.dimensions import TREES, ancestors
from billcli.core.facts import (
    ApprovalFact,
    BandFact,
    BankAccountFact,
    BankBookingFact,
    BankDecisionFact,
    BankLineFact,
    BankStatementFact,
    CreditLineFact,
    CreditNoteFact,
    CustomerFact,
    DeliveredFact,
    DeliveryFact,
    DraftFact,
    Draw,
    EvidenceFact,
    Fact,
    FindingFact,
    HoldFact,
    InstalmentFact,
    InvoiceFact,
    Name,
    PaymentFact,
    PlanPart,
    RecurringFact,
    Reference,
    RefundFact,
    ReminderChargeFact,
    ReminderFact,
    ReminderItemFact,
    Setting,
    Settlement,
    TagFact,
    WriteOffFact,
)  # fmt: skip
from billcli.core.sold import sold_rows
from billcli.core.tax import tax_point
from billcli.diagnostics import Path, dotted
from billcli.model.bank_statement import Statement
from billcli.model.category import Categories
from billcli.model.category_names import DIMENSIONS
from billcli.model.credit_note import CreditNote
from billcli.model.customer import Customer
from billcli.model.delivery import Delivery, parse_state
from billcli.model.finding import Finding
from billcli.model.hold import Hold
from billcli.model.invoice import Draft, Invoice
from billcli.model.item import Items
from billcli.model.money import digits
from billcli.model.payment import Payment
from billcli.model.reconciliation import Reconciliation
from billcli.model.recurring import Recurring
from billcli.model.refund import Refund
from billcli.model.reminder import Approval, Reminder
from billcli.model.rules import ClassifyRule, Put, Rules, When
from billcli.model.rules import Span as ClassifySpan
from billcli.model.sequence import split_number
from billcli.model.settings import Settings
from billcli.model.write_off import WriteOff


def project(kind: str, entity: Any) -> list[Fact]:
    """All facts of one document. Its amounts must have the currency's decimals (``checks.documents`` says so first)."""
    return list(_PROJECTIONS[kind](entity))


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(digits(currency)))


def _references(found: Iterable[tuple[str, str | None, Path]]) -> Iterator[Reference]:
    """Each (kind, name) once, at its first place."""
    seen = set()
    for kind, name, path in found:
        if name is not None and (kind, name) not in seen:
            seen.add((kind, name))
            yield Reference(kind, name, dotted(path))


def _tags(tags: tuple[str, ...]) -> Iterator[tuple[str, str | None, Path]]:
    return (("tag", tag, ("tags", at)) for at, tag in enumerate(tags))


def _lines(lines: tuple[Any, ...], *, frozen: bool) -> Iterator[tuple[str, str | None, Path]]:
    for at, line in enumerate(lines):
        yield "category", line.category, ("lines", at, "category")
        if not frozen:
            yield "tax", line.tax, ("lines", at, "tax")
            yield "item", line.item, ("lines", at, "item")


def _ledger(settings: Settings) -> Iterator[Fact]:
    yield Setting("company", settings.company.name)
    yield Setting("currency", settings.currency)
    yield Setting("timezone", settings.timezone)
    yield Setting("terms", settings.terms)
    yield Setting("closed_through", settings.closed_through.isoformat() if settings.closed_through else "")
    yield Setting("order", settings.order)
    yield Setting("commit", "yes" if settings.git.commit else "no")
    if settings.credit:
        from billcli.core.credit.rules import rules_text

        yield Setting("credit", rules_text(settings.credit))
    for sequence in settings.sequences:
        yield Setting(f"sequence {sequence.kind} {sequence.name}", sequence.pattern)
    yield Name("tax", "none")
    yield from (Name("tax", code.code) for code in settings.tax_codes)
    yield from (BankAccountFact(each.id, each.number, each.currency) for each in settings.bank_accounts)
    yield from _references([("tax", settings.tax, ("tax",))])


def _categories(categories: Categories) -> Iterator[Fact]:
    for dimension in DIMENSIONS:
        groups = getattr(categories.groups, dimension)
        if dimension in TREES:
            yield from (Name(dimension, name) for name in dict.fromkeys(each for group in groups for each in ancestors(group.name)))
        else:
            yield from (Name(dimension, group.name) for group in groups)
        yield from (Name("limited_group", f"{dimension} {group.name}") for group in groups if group.credit_limit is not None)
        yield from _references(("tax", group.tax, ("groups", dimension, at, "tax")) for at, group in enumerate(groups))
    yield from (Name("category", category.name) for category in categories.revenue)
    yield from _references(("tax", each.tax, ("revenue", at, "tax")) for at, each in enumerate(categories.revenue))
    yield from (Name("tag", tag.name) for tag in categories.tags)
    yield from (TagFact(tag.name, tag.expires, " ".join(tag.use), tag.owner, tag.description) for tag in categories.tags)
    yield from (Name("band", name) for name in dict.fromkeys(band.name for band in categories.bands))
    yield from (BandFact(band.name, band.currency, _minor(band.starts, band.currency)) for band in categories.bands)


def _items(items: Items) -> Iterator[Fact]:
    yield from (Name("item", item.id) for item in items.items)
    yield from _references(("tax", item.tax, ("items", at, "tax")) for at, item in enumerate(items.items))
    yield from _references(("category", item.category, ("items", at, "category")) for at, item in enumerate(items.items))


def _customer(customer: Customer) -> Iterator[Fact]:
    groups = customer.groups
    dimensions = {name: getattr(groups, name) if groups else None for name in DIMENSIONS}
    also = [*customer.aliases, *customer.ibans, *(each.email for each in customer.contacts if each.email)]
    yield CustomerFact(
        id=customer.id, name=customer.name, currency=customer.currency, country=customer.address.country if customer.address else None,
        language=customer.language, terms=customer.terms, tax=customer.tax,
        credit_limit=format(customer.credit_limit, "f") if customer.credit_limit is not None else None, parent=customer.parent,
        tax_id=customer.tax_id, external_id=customer.external_id, deactivated_on=customer.deactivated_on, merged_into=customer.merged_into,
        dunning=customer.dunning,
        also="\n".join(also), **dimensions,
    )  # fmt: skip
    if customer.limit_overrides:
        yield Name("limit_override", customer.id)
    yield from _references([
        ("customer", customer.parent, ("parent",)), ("customer", customer.merged_into, ("merged_into",)), ("tax", customer.tax, ("tax",)),
        *((name, value, ("groups", name)) for name, value in dimensions.items()), *_tags(customer.tags),
    ])  # fmt: skip


def _until(document: Invoice | Draft) -> date | None:
    return document.service_period.ends_on if document.service_period else None


def _draft(draft: Draft) -> Iterator[Fact]:
    yield DraftFact(draft.id, draft.customer, len(draft.lines), draft.issued_on, draft.external_id, seal.content(draft), _until(draft))
    taxes = [("tax", each.tax, ("adjustments", at, "tax")) for at, each in enumerate(draft.adjustments)]
    yield from _references([("customer", draft.customer, ("customer",)), *_lines(draft.lines, frozen=False), *taxes, *_tags(draft.tags)])


def _invoice(invoice: Invoice) -> Iterator[Fact]:
    number, currency = invoice.number, invoice.currency
    hashes = seal.hashes(invoice)
    split = split_number(number)
    gross = _minor(invoice.totals.gross, currency)
    yield InvoiceFact(
        number=number, customer=invoice.customer, type=invoice.type, issued_on=invoice.issued_on,
        due_on=invoice.instalments[0].due_on if invoice.instalments else invoice.issued_on, parts=len(invoice.instalments),
        currency=currency, net=_minor(invoice.totals.net, currency), tax=_minor(invoice.totals.tax, currency), gross=gross,
        terms=invoice.terms, reference=invoice.reference, buyer_reference=invoice.buyer_reference,
        discount_until=invoice.discount.until if invoice.discount else None,
        discount_percent=format(invoice.discount.percent, "f") if invoice.discount else None, head=split.head, n=split.n,
        imported=int(invoice.imported is not None),
        external_id=invoice.imported.external_id if invoice.imported else invoice.external_id, content=hashes.content,
        digest=hashes.digest, seal=invoice.seal, voided_on=invoice.void.on if invoice.void else None, lines=len(invoice.lines),
        service_until=_until(invoice),
        said="\n".join(each.description for each in invoice.lines),
    )  # fmt: skip
    yield from sold_rows("invoice", number, tax_point(invoice, invoice.issued_on), invoice)
    if len(invoice.instalments) > 1:
        yield from (InstalmentFact(number, part.due_on, _minor(part.amount, currency)) for part in invoice.instalments)
    if invoice.imported and invoice.imported.settled_before:
        day = max(invoice.imported.cut_over or invoice.issued_on, invoice.issued_on)
        amount = _minor(invoice.imported.settled_before, currency)
        if amount:
            yield Settlement(number, "opening", amount, day, day, "invoice", number, None, "imported.settled_before")
    if invoice.void:
        yield Settlement(number, "void", gross, invoice.void.on, invoice.void.on, "invoice", number, None, "void.on")
    yield from _references(
        [("customer", invoice.customer, ("customer",)), *_lines(invoice.lines, frozen=True), *_tags(invoice.tags), *_classified(invoice)]
    )


def _credit_note(note: CreditNote) -> Iterator[Fact]:
    number, currency = note.number, note.currency
    hashes = seal.hashes(note)
    split = split_number(number)
    gross = _minor(note.totals.gross, currency)
    rows = [
        _row(each, "credit", currency, note.issued_on, ("credit-note", number), f"applied[{at}].amount")
        for at, each in enumerate(note.applied)
    ]  # fmt: skip
    yield CreditNoteFact(
        number=number, customer=note.customer, issued_on=note.issued_on, currency=currency, net=_minor(note.totals.net, currency),
        tax=_minor(note.totals.tax, currency), gross=gross, corrects=note.corrects, kind=note.kind, reason=note.reason,
        head=split.head, n=split.n, imported=int(note.imported is not None),
        external_id=note.imported.external_id if note.imported else note.external_id,
        content=hashes.content, digest=hashes.digest, seal=note.seal,
        voided_on=note.void.on if note.void else None, said="\n".join(each.description for each in note.lines),
    )  # fmt: skip
    yield from rows
    yield from sold_rows("credit-note", number, note.issued_on, note)
    yield from (Name("for_other", each) for each in note.for_others)
    if note.corrects:
        for line in note.lines:
            if line.invoice_line is not None:
                yield CreditLineFact(number, note.corrects, line.invoice_line, format(line.quantity, "f"))
    yield from _references([
        ("customer", note.customer, ("customer",)),
        *(("customer", each, ("for_others", at)) for at, each in enumerate(note.for_others)), ("invoice", note.corrects, ("corrects",)),
        *(("invoice", each.invoice, ("applied", at, "invoice")) for at, each in enumerate(note.applied)),
        *_lines(note.lines, frozen=True), *_tags(note.tags), *_classified(note),
    ])  # fmt: skip


def _payment(payment: Payment) -> Iterator[Fact]:
    currency = payment.currency
    rows = [
        _row(each, each.kind, currency, payment.received_on, ("payment", payment.id), f"allocations[{at}].amount")
        for at, each in enumerate(payment.allocations)
    ]  # fmt: skip
    yield PaymentFact(
        id=payment.id, customer=payment.customer, received_on=payment.received_on, booked_on=payment.on, currency=currency,
        amount=_minor(payment.amount, currency), fee=_minor(payment.fee, currency) if payment.fee else 0,
        method=payment.method, payer_name=payment.payer_name, reference=payment.reference, external_id=payment.external_id,
        content=seal.content(payment), reversed_on=payment.reversed.on if payment.reversed else None,
    )  # fmt: skip
    yield from rows
    yield from (Name("for_other", each) for each in payment.for_others)
    yield from _references([
        ("customer", payment.customer, ("customer",)),
        *(("customer", each, ("for_others", at)) for at, each in enumerate(payment.for_others)),
        *(("invoice", each.invoice, ("allocations", at, "invoice")) for at, each in enumerate(payment.allocations)),
        *_tags(payment.tags),
    ])  # fmt: skip


def _row(each: Any, kind: str, currency: str, value_on: date, source: tuple[str, str], place: str) -> Settlement:
    """An allocation or application as a settlement row."""
    return Settlement(each.invoice, kind, _minor(each.amount, currency), each.on, value_on, *source, each.ended_on, place)


def _refund(refund: Refund) -> Iterator[Fact]:
    currency = refund.currency
    yield RefundFact(
        id=refund.id, customer=refund.customer, paid_on=refund.paid_on, booked_on=refund.on, currency=currency,
        amount=_minor(refund.amount, currency), method=refund.method, external_id=refund.external_id, content=seal.content(refund),
        reversed_on=refund.reversed.on if refund.reversed else None,
    )  # fmt: skip
    for at, each in enumerate(refund.draws):
        kind, source = ("payment", each.payment) if each.payment else ("credit-note", each.credit_note)
        if source:
            yield Draw(refund.id, kind, source, _minor(each.amount, currency), each.on, each.ended_on, f"draws[{at}].amount")
    yield from _references([
        ("customer", refund.customer, ("customer",)),
        *(("payment", each.payment, ("draws", at, "payment")) for at, each in enumerate(refund.draws)),
        *(("credit-note", each.credit_note, ("draws", at, "credit_note")) for at, each in enumerate(refund.draws)),
        *_tags(refund.tags),
    ])  # fmt: skip


def _write_off(write_off: WriteOff) -> Iterator[Fact]:
    currency = write_off.currency
    yield WriteOffFact(
        id=write_off.id, customer=write_off.customer, kind=write_off.kind, booked_on=write_off.on, currency=currency,
        amount=_minor(write_off.amount, currency), reason=write_off.reason, approved_by=write_off.approved_by,
        tax_relief=write_off.tax_relief, external_id=write_off.external_id, content=seal.content(write_off),
    )  # fmt: skip
    for at, each in enumerate(write_off.allocations):
        yield _row(each, "write_off", currency, each.on, ("write-off", write_off.id), f"allocations[{at}].amount")
    yield from _references([
        ("customer", write_off.customer, ("customer",)),
        *(("invoice", each.invoice, ("allocations", at, "invoice")) for at, each in enumerate(write_off.allocations)),
        *_tags(write_off.tags),
    ])  # fmt: skip


def _hold(hold: Hold) -> Iterator[Fact]:
    amount = _minor(hold.amount, hold.currency) if hold.amount is not None and hold.currency else None
    yield HoldFact(
        id=hold.id, kind=hold.kind, customer=hold.customer, invoice=hold.invoice, booked_on=hold.on, until=hold.until,
        currency=hold.currency, amount=amount, reason=hold.reason, parts=len(hold.instalments),
        released_on=hold.released.on if hold.released else None, outcome=hold.released.outcome if hold.released else None,
        external_id=hold.external_id, content=seal.content(hold),
    )  # fmt: skip
    if hold.invoice and hold.currency:
        for part in hold.instalments:
            yield PlanPart(hold.id, hold.invoice, part.due_on, _minor(part.amount, hold.currency))
    for at, each in enumerate(hold.evidence):
        yield EvidenceFact(hold.id, each.file, each.sha256, f"evidence[{at}].file")
    references: list[tuple[str, str | None, Path]] = [("customer", hold.customer, ("customer",)), ("invoice", hold.invoice, ("invoice",))]
    yield from _references([*references, *_tags(hold.tags)])


def _classified(document: Invoice | CreditNote) -> Iterator[tuple[str, str | None, Path]]:
    if found := document.classification:
        yield "category", found.category, ("classification", "category")
        yield from (("tag", tag, ("classification", "tags", at)) for at, tag in enumerate(found.tags))


def _rules(rules: Rules) -> Iterator[Fact]:
    yield from _classifying(rules.classify)
    yield from _references(("customer", each.customer, ("bank", at, "customer")) for at, each in enumerate(rules.bank))
    yield from _references(("category", each.category, ("bank", at, "category")) for at, each in enumerate(rules.bank))


def _classifying(rules: tuple[ClassifyRule, ...]) -> Iterator[Fact]:
    """The rules as data, for lists that read no YAML, and every declared word that they name."""
    if rules:
        data = [{"name": each.name, "of": _about(each), "when": _plain(each.when), "set": _plain(each.set)} for each in rules]
        yield Setting("classify", json.dumps(data, ensure_ascii=False))
    named: list[tuple[str, str | None, Path]] = []
    for at, rule in enumerate(rules):
        for part, fields in (("when", rule.when), ("set", rule.set)):
            for kind in ("customer", "parent", *DIMENSIONS, "tag", "category"):
                said = getattr(fields, kind, None)
                words = (said,) if isinstance(said, str) else said or ()
                target = "customer" if kind == "parent" else kind
                named += [(target, word, ("classify", at, part, kind)) for word in words if word]
    yield from _references(named)


def _about(rule: ClassifyRule) -> str:
    return "invoice" if rule.of_invoices else "customer"


def _plain(fields: When | Put) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields:
        if isinstance(value, ClassifySpan):
            found[name] = [format(each, "f") if each is not None else None for each in value]
        elif value is not None:
            found[name] = value
    return found


def _bank_statement(statement: Statement) -> Iterator[Fact]:
    currency = statement.currency

    def minor(amount: Decimal | None) -> int | None:
        return None if amount is None else _minor(amount, currency)

    lines = [
        BankLineFact(
            statement=statement.id, account=statement.account, id=each.id, at=at, row=each.row or 0, booked_on=each.booked_on,
            value_on=each.value_on, amount=_minor(each.amount, currency), currency=currency, payer=each.payer or "", iban=each.iban or "",
            ultimate=each.ultimate or "", text=each.text or "", refs="\n".join(each.references), end_to_end=each.end_to_end or "",
            bank_id=each.bank_id or "", kind=each.kind or "", returned=each.returned or "", fee=minor(each.fee) or 0,
            original_amount=_minor(each.original.amount, each.original.currency) if each.original else None,
            original_currency=each.original.currency if each.original else None, balance=minor(each.balance),
        )
        for at, each in enumerate(statement.lines)
    ]  # fmt: skip
    days = [each.booked_on for each in lines]
    yield BankStatementFact(
        id=statement.id, account=statement.account, number=statement.number, currency=currency,
        from_on=statement.from_on or min(days, default=None), until=statement.until_on or max(days, default=None),
        opening=minor(statement.opening), closing=minor(statement.closing), lines=len(lines), total=sum(each.amount for each in lines),
        name=statement.source.name, original=statement.source.original, sha256=statement.source.sha256, format=statement.source.format,
    )  # fmt: skip
    yield from lines


def _reconciliation(said: Reconciliation) -> Iterator[Fact]:
    yield from _references(("customer", each.customer, ("decisions", at, "customer")) for at, each in enumerate(said.decisions))
    for at, each in enumerate(said.decisions):
        undone = each.undone.on if each.undone else None
        yield BankDecisionFact(
            reconciliation=said.id, statement=said.statement, account=said.account, line=each.line, decision=each.decision,
            booked_on=said.on, currency=said.currency, amount=_minor(each.amount, said.currency), customer=each.customer,
            documents="\n".join(each.documents), decided_by=each.by, reason=each.reason, undone_on=undone, at=at,
        )  # fmt: skip
        made = [("payment", name, f"decisions[{at}].payments[{n}]") for n, name in enumerate(each.payments)]
        made += [("refund", each.refund, f"decisions[{at}].refund")] if each.refund else []
        made += [("reversal", each.reversed, f"decisions[{at}].reversed")] if each.reversed else []
        for kind, name, place in made:
            yield BankBookingFact(said.account, each.line, at, kind, name, int(undone is not None), place)
            yield Reference("refund" if kind == "refund" else "payment", name, place)


def _recurring(template: Recurring) -> Iterator[Fact]:
    yield RecurringFact(
        id=template.id, customer=template.customer, every=template.every, starts_on=template.starts_on, ends_on=template.ends_on,
        issue=template.issue, mail=int(template.mail), external_id=template.external_id, content=seal.content(template),
    )  # fmt: skip
    taxes = [("tax", each.tax, ("adjustments", at, "tax")) for at, each in enumerate(template.adjustments)]
    lines = _lines(template.lines, frozen=False)
    yield from _references([("customer", template.customer, ("customer",)), *lines, *taxes, *_tags(template.tags)])


def _reminder(notice: Reminder) -> Iterator[Fact]:
    def minor(amount: Decimal | None) -> int:
        return 0 if amount is None else _minor(amount, notice.currency)

    yield ReminderFact(
        id=notice.id, customer=notice.customer, currency=notice.currency, booked_on=notice.on, level=notice.level, policy=notice.policy,
        channel=notice.channel, deadline=notice.deadline, total=minor(notice.total),
    )  # fmt: skip
    for at, each in enumerate(notice.items):
        yield ReminderItemFact(
            reminder=notice.id, invoice=each.invoice, level=each.level, due_on=each.due_on, open=minor(each.open), asked=minor(each.asked),
            fee=minor(each.fee), interest=minor(each.interest), computed=minor(each.interest_computed), place=f"items[{at}].invoice",
            fixed_sum=minor(each.fixed_sum),
        )  # fmt: skip
    for at, charge in enumerate(notice.charges):
        yield ReminderChargeFact(notice.id, charge.payment, minor(charge.amount), f"charges[{at}].payment")
    yield from _references([
        ("customer", notice.customer, ("customer",)),
        *(("invoice", each.invoice, ("items", at, "invoice")) for at, each in enumerate(notice.items)),
        *(("payment", each.payment, ("charges", at, "payment")) for at, each in enumerate(notice.charges)),
    ])  # fmt: skip


def _approval(approval: Approval) -> Iterator[Fact]:
    yield ApprovalFact(
        id=approval.id, customer=approval.customer, invoice=approval.invoice, level=approval.level, booked_on=approval.on,
        until=approval.until, approved_by=approval.approved_by, reason=approval.reason, external_id=approval.external_id,
        content=seal.content(approval),
    )  # fmt: skip
    yield from _references([("customer", approval.customer, ("customer",)), ("invoice", approval.invoice, ("invoice",))])


def _finding(finding: Finding) -> Iterator[Fact]:
    yield FindingFact(
        id=finding.id, document=finding.document, booked_on=finding.on, text=finding.text, found_by=finding.by, state=finding.state,
        correction=finding.correction, closed_on=finding.closed_on, reason=finding.reason, external_id=finding.external_id,
        content=seal.content(finding),
    )  # fmt: skip


_HELD = {"invoice": "invoice", "credit-note": "credit-note", "reminder": "reminder"}
"""What a delivery of each kind holds, where that is a document."""


def _delivery(delivery: Delivery) -> Iterator[Fact]:
    states = [parse_state(each) for each in delivery.states]
    last = states[-1] if states else None
    yield DeliveryFact(
        id=delivery.id, kind=delivery.kind, customer=delivery.customer, about=delivery.about, booked_on=delivery.on,
        channel=delivery.channel, recipient=delivery.to, planned_at=delivery.planned_at, message_id=delivery.message_id,
        subject=delivery.subject, message=delivery.sha256, state=last.word if last else "",
        state_at=f"{last.at:%Y-%m-%dT%H:%M:%SZ}" if last else "", said=last.said if last else "",
        attempts=sum(each.word == "sending" for each in states),
    )  # fmt: skip
    references: list[tuple[str, str | None, Path]] = [("customer", delivery.customer, ("customer",))]
    if kind := _HELD.get(delivery.kind):
        yield from (DeliveredFact(delivery.id, kind, name) for name in dict.fromkeys(delivery.documents))
        references += [(kind, name, ("documents", at)) for at, name in enumerate(delivery.documents)]
    yield from _references(references)


_PROJECTIONS: dict[str, Callable[[Any], Iterator[Fact]]] = {
    "ledger": _ledger,
    "categories": _categories,
    "items": _items,
    "customer": _customer,
    "draft": _draft,
    "invoice": _invoice,
    "credit-note": _credit_note,
    "payment": _payment,
    "refund": _refund,
    "write-off": _write_off,
    "hold": _hold,
    "recurring": _recurring,
    "reminder": _reminder,
    "approval": _approval,
    "delivery": _delivery,
    "finding": _finding,
    "rules": _rules,
    "bank-statement": _bank_statement,
    "reconciliation": _reconciliation,
}

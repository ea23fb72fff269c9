"""What documents must fulfil together: names declared, numbers unbroken, seals intact, nothing settled twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from billcli.core import addresses, seal
from billcli.core.audit import numbers
from billcli.core.audit.chain import Fault
from billcli.core.checks.facts import CreditedInvoice, Crossing, Gone, Missing, Numbered, Overdrawn, Twice
from billcli.core.recurring import PREFIX
from billcli.core.shares import NOTHING, Taxed
from billcli.diagnostics import Diagnostic, Path, did_you_mean, same_spelling, undotted
from billcli.model.money import Money
from billcli.model.sequence import head_matches, split_number

_MISSING = {
    "customer": ("E204", 'the customer "{name}" does not exist', "no file customers/{name}.yaml"),
    "invoice": ("E305", 'the invoice "{name}" does not exist', "no file {name}.yaml under invoices/"),
    "payment": ("E305", 'the payment "{name}" does not exist', "no file {name}.yaml under payments/"),
    "credit-note": ("E305", 'the credit note "{name}" does not exist', "no file {name}.yaml under credit-notes/"),
    "reminder": ("E305", 'the notice "{name}" does not exist', "no file {name}.yaml under reminders/"),
    "tax": ("E301", 'the tax code "{name}" does not exist', "not among tax_codes: in ledger.yaml"),
    "item": ("E305", 'the item "{name}" is not in the price list', "not in items.yaml"),
    "category": ("E302", 'the revenue category "{name}" is not declared', "not under revenue: in categories.yaml"),
    "tag": ("E303", 'the tag "{name}" is not declared', "not under tags: in categories.yaml"),
}


_MEND = {
    "customer": "mend the id, or add the customer", "invoice": "mend the number, or take the row out",
    "payment": "mend the id, or take the row out", "credit-note": "mend the number, or take the row out",
}  # fmt: skip


def check_references(missing: Iterable[Missing], known: Callable[[str], list[str]]) -> Iterator[Diagnostic]:
    """E204, E301-E305: every name that a document uses exists."""
    for each in missing:
        group = (
            "E304",
            f'the {each.kind} "{{name}}" is not declared',
            f"not under groups.{each.kind}: in categories.yaml",
        )
        code, message, label = _MISSING.get(each.kind, group)
        near = same_spelling if each.kind in ("invoice", "payment", "credit-note", "reminder") else did_you_mean
        hint = near(each.name, known(each.kind)) or _MEND.get(each.kind, "declare it there, or use a word that is")
        yield Diagnostic(
            code,
            message.format(name=each.name),
            each.file,
            undotted(each.place),
            None,
            label.format(name=each.name),
            hint,
        )


_TAKEN_TWICE = 'two branches may have taken it: "bill renumber FILE" gives the one that nobody has yet the next number'


def check_twice(twice: Iterable[Twice]) -> Iterator[Diagnostic]:
    """E402 and E409: a number, an id, an external id belongs to one document."""
    for each in twice:
        if each.key == "external_id":
            message = f'the external id "{each.name}" belongs to {each.first_file} already'
            hint = "one of the two was imported or recorded twice"
            if each.name.startswith(PREFIX):
                hint = "two working copies invoiced one period of a template; void one of the two"
            yield Diagnostic("E409", message, each.file, ("external_id",), hint=hint)
        else:
            message = f"{each.name} is also the {each.key} of {each.first_file}"
            yield Diagnostic(
                "E402",
                message,
                each.file,
                (each.key,),
                hint=_TAKEN_TWICE if each.key == "number" else "two branches may have taken it; give the later one a new id",
            )


def check_sequences(
    documents: Iterable[Numbered], patterns: Sequence[str], *, strict: bool, elsewhere: Mapping[str, str] | None
) -> Iterator[Diagnostic]:
    """E401, E403 and E407: from bill's first number on nothing is missing, dates do not go back, every seal follows from the one before.

    ``elsewhere`` are the files of numbers that cannot be read or are gone, which another finding says; None where nobody knows.
    """
    for head, group in groupby(documents, key=lambda each: each.head):
        known = {split.n: file for number, file in (elsewhere or {}).items() if (split := split_number(number)).head == head and split.n}
        every = list(group)
        issued = [each for each in every if not each.imported]
        yield from _disguised([each for each in every if each.imported], issued)
        if issued and elsewhere is not None and any(head_matches(pattern, head) for pattern in patterns):
            yield from _gaps([each for each in every if each.n >= issued[0].n], known)
        if strict:
            yield from _order(issued)
        yield from _seals(issued, from_the_first=elsewhere is not None and not known)


def _disguised(imported: Sequence[Numbered], issued: Sequence[Numbered]) -> Iterator[Diagnostic]:
    """An imported document has no seal and no number behind bill's first one; one that has was issued, and made to look imported."""
    for each in imported:
        if issued and each.n > issued[0].n:
            message = f"{each.number} says it was imported, but stands among the numbers that bill issued"
            yield Diagnostic("E403", message, each.file, ("imported",), hint='"git log" shows what changed')
        elif each.seal is not None:
            yield Diagnostic(
                "E403", f"{each.number} is sealed and says it was imported", each.file, ("imported",), hint='"git log" shows what changed'
            )


def _gaps(documents: Sequence[Numbered], known: Mapping[int, str]) -> Iterator[Diagnostic]:
    """``known`` numbers leave no gap, though their documents are not among these."""
    head, width = documents[0].head, len(documents[0].number) - len(documents[0].head)
    files = {**known, **{each.n: each.file for each in documents}}
    for run in numbers.missing(files, documents[0].n, documents[-1].n):
        what = f"{numbers.named(head, width, run)} {'is' if run.first == run.last else 'are'} missing"
        hint = "bring the file back; a void keeps its number"
        yield Diagnostic("E401", f"{what} before {head}{run.before:0{width}d}", files[run.before], ("number",), hint=hint)


def _order(issued: Sequence[Numbered]) -> Iterator[Diagnostic]:
    for before, each in pairwise(issued):
        if each.issued_on < before.issued_on:
            message = f"{each.number} is dated {each.issued_on}, before {before.number} of {before.issued_on}"
            yield Diagnostic("E407", message, each.file, ("issued_on",), hint='books that allow it say "order: warn" in ledger.yaml')


def _seals(issued: Sequence[Numbered], *, from_the_first: bool) -> Iterator[Diagnostic]:
    previous: Numbered | None = None
    for each in issued:
        follows = each.n == previous.n + 1 if previous else from_the_first
        expected = seal.seal(each.digest, previous.seal or "" if previous else "")
        if each.seal is None:
            yield Diagnostic(
                "E403",
                f"{each.number} has no seal",
                each.file,
                ("number",),
                hint="bill seals what it issues; bring the line back",
            )
        elif follows and each.seal != expected:
            first = previous is None and each.n > 1
            message = f"{each.number} is not as it was issued{', or what came before it is gone' if first else ''}: its seal does not fit"
            yield Diagnostic(
                "E403",
                message,
                each.file,
                ("seal",),
                label="made for another content",
                hint='"git log" shows what changed; correct it with a credit note',
            )
        previous = each


def check_balances(overdrawn: Iterable[Overdrawn]) -> Iterator[Diagnostic]:
    """E501 and E502: no balance is below zero on any day; what is void holds nothing."""
    for each in overdrawn:
        over = Money(-each.balance, each.currency)
        field: Path = ("amount",) if each.kind == "payment" else ("totals", "gross")
        void = each.voided_on is not None and each.day >= each.voided_on
        if each.kind == "invoice" and void:
            message = f"{each.name} is void from {each.voided_on} on, but {over} settle it still"
            hint = f'"bill show {each.name}" lists them; end them, or take the void away and credit the invoice'
            yield Diagnostic("E502", message, each.file, ("void", "on"), hint=hint)
        elif each.kind == "invoice":
            message = f"{each.name} is settled by {over} more than its amount, from {each.day} on"
            yield Diagnostic("E502", message, each.file, field, hint=f'"bill show {each.name}" lists its settlements')
        elif void:
            message = f"{each.name} is void from {each.voided_on} on, but {over} of it are used still"
            hint = "end its rows and what refunds draw of it, or take the void away"
            yield Diagnostic("E501", message, each.file, ("void", "on"), hint=hint)
        else:
            message = f"{each.name} is spent by {over} more than it holds, from {each.day} on"
            yield Diagnostic("E501", message, each.file, field, hint="lower one of its rows, or end it with ended_on:")


def check_crossings(crossings: Iterable[Crossing], related: Callable[[str], set[str]] | None) -> Iterator[Diagnostic]:
    """E309, E308 and E504: documents that belong together share currency and family, and nothing is used before it is there.

    ``related`` is None where customers cannot be read, so that nobody knows the families.
    """
    for each in crossings:
        row = undotted(each.place)[:-1]
        if each.currency != each.other_currency:
            message = f"{each.name} is in {each.other_currency}, this document in {each.currency}"
            yield Diagnostic("E309", message, each.file, (*row, each.key), hint=_MIXED[bool(row)])
        if each.customer != each.other_customer and related and each.other_customer not in related(each.customer):
            message = f"{each.name} belongs to {each.other_customer}, who is not related to {each.customer}"
            yield Diagnostic("E308", message, each.file, (*row, each.key), hint="customers are related by parent: in their files")
        if each.booked_on < each.since:
            yield _too_early(each, (*row, each.day_key))


_MIXED = ("currencies never mix; it has the currency of its invoice", "currencies never mix; take the row out")


def _too_early(each: Crossing, path: Path) -> Diagnostic:
    if each.source_kind == "refund":
        message = f"{each.name} counts from {each.since} on, after {each.booked_on}"
        return Diagnostic("E504", message, each.file, path, hint="money is paid back of what is there")
    message = f"{each.name} was issued on {each.since}, after {each.booked_on}"
    corrects = each.key == "corrects"
    hint = "an invoice is credited from its day of issue on" if corrects else "an invoice is settled from its day of issue on"
    return Diagnostic("E504", message, each.file, path, hint=hint)


def check_credit_caps(invoices: Iterable[CreditedInvoice]) -> Iterator[Diagnostic]:
    """E503 and E309: all credit notes on an invoice together are at most its gross, in its currency."""
    for each in invoices:
        if each.other_currency:
            yield Diagnostic(
                "E309",
                f"{each.number} is in {each.currency}; a credit note on it is not",
                each.last_file,
                ("currency",),
                hint="currencies never mix; a credit note has the currency of its invoice",
            )
        elif each.credited > each.gross:
            message = f"{each.number} over {Money(each.gross, each.currency)} is credited by {Money(each.credited, each.currency)} in all"
            yield Diagnostic("E503", message, each.last_file, ("totals", "gross"), hint="void or lower one of its credit notes")


def check_line_caps(
    number: str, sold: Mapping[int, Decimal], credited: Mapping[int, Decimal], place: Callable[[int], tuple[str, Path]]
) -> Iterator[Diagnostic]:
    """E503: no line is credited by more than was sold. ``place`` is where the last credit note takes a line back."""
    for line, quantity in sorted(credited.items()):
        if line not in sold:
            file, path = place(line)
            message = f"{number} has no line {line}; it has {len(sold)}"
            yield Diagnostic("E503", message, file, (*path[:-1], "invoice_line"), hint="lines count from 1 as they stand in the invoice")
        elif quantity > sold[line]:
            file, path = place(line)
            message = (
                f"line {line} of {number} has the quantity {format(sold[line], 'f')} and is credited by {format(quantity, 'f')} in all"
            )
            yield Diagnostic("E503", message, file, path, hint="void or lower one of its credit notes")


def check_tax_caps(invoice: CreditedInvoice, whole: Mapping[str, Taxed], credited: Mapping[str, Taxed]) -> Iterator[Diagnostic]:
    """E503: of no tax code more is credited than was invoiced, neither of its base nor of its tax."""
    for code, taken in sorted(credited.items()):
        sold = whole.get(code, NOTHING)
        if taken.base > sold.base or taken.tax > sold.tax:
            amounts = [Money(minor, invoice.currency).text() for minor in (sold.base, sold.tax, taken.base, taken.tax)]
            message = '{} has {} and tax {} at "{}"; {} and tax {} are credited in all'.format(
                invoice.number, *amounts[:2], code, *amounts[2:]
            )
            yield Diagnostic("E503", message, invoice.last_file, ("totals", "net"), hint="void or lower one of its credit notes")


def check_parents(parents: Mapping[str, tuple[str, str]], key: str = "parent", says: str = "its own parent") -> Iterator[Diagnostic]:
    """E306: going up by parent:, or on by merged_into:, ends somewhere. A circle is one finding, at the first of its customers."""
    for customer, (_, file) in sorted(parents.items()):
        circle = [customer]
        while (at := parents.get(circle[-1], ("",))[0]) and at not in circle:
            circle.append(at)
        if at == customer == min(circle):
            message = f"{customer} is {says}: {' → '.join([*circle, customer])}"
            yield Diagnostic("E306", message, file, (key,), hint=f"take {key}: away in {'one of them' if circle[1:] else 'this file'}")


def check_trail(gone: Iterable[Gone], faults: Iterable[Fault]) -> Iterator[Diagnostic]:
    """E408 and E601: what was issued is still there, and the audit trail is one chain without a hole."""
    for each in gone:
        where = addresses.file_of(each.file)
        message = f"{each.number} was issued, but {'its file is gone' if where == each.file else f'{where} holds it no longer'}"
        yield Diagnostic("E408", message, each.file, hint='bring it back from git; "git log -- FILE" shows when it went')
    for fault in faults:
        yield Diagnostic("E601", fault.message, fault.file, hint=fault.hint)

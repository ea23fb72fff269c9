"""Rows of a table as what they say of invoices and credit notes; nothing is looked up in the books yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.imports.cells import Fault, Field, Formats, Layout, Noun, Row
from billcli.model import values
from billcli.model.credit_note import CREDIT_KINDS
from billcli.model.mapping import CreditNoteRows, ImportMapping
from billcli.model.terms import terms_text
from billcli.model.values import BadValue, quoted

INVOICE, CREDIT_NOTE = "invoice", "credit-note"
_HEAD = ("kind", "type", "customer", "issued_on", "due_on", "currency", "terms", "reference", "corrects", "settled_before", "open",
         "gross", "external_id", "reason")  # fmt: skip
_LINE = ("description", "quantity", "unit_price", "tax", "category")
NOUN = Noun(
    "invoices",
    ("number", *_HEAD, *_LINE),
    ("number", "customer", "issued_on", ("gross", "quantity"), ("gross", "unit_price")),
    {},
    ("state", "days_overdue", "hold", "unapplied"),
    {"open": "state"},
)


def _kind(text: str) -> str:
    if text not in (INVOICE, CREDIT_NOTE, *CREDIT_KINDS):
        raise BadValue("E209", f"{quoted(text)} is no kind of document", f"write {INVOICE} or {CREDIT_NOTE}")
    return text


def _type(text: str) -> str:
    if text not in (INVOICE, CREDIT_NOTE, "sales", "service"):
        raise BadValue("E209", f"{quoted(text)} is no kind of document", f"write {INVOICE} or {CREDIT_NOTE}")
    return text


_PARSERS: dict[str, Callable[[str], Any]] = {
    "kind": _kind, "type": _type, "customer": values.parse_id, "issued_on": values.parse_day, "due_on": values.parse_day,
    "currency": values.parse_currency, "terms": terms_text, "reference": values.parse_text, "corrects": values.parse_id,
    "settled_before": values.parse_amount, "open": values.parse_amount, "gross": values.parse_amount, "external_id": values.parse_text,
    "reason": values.parse_text, "description": values.parse_text, "quantity": values.parse_quantity, "unit_price": values.parse_price,
    "tax": values.parse_label, "category": values.parse_label,
}  # fmt: skip


class Said(NamedTuple):
    """A value with the row and the column it is from."""

    value: Any
    row: Row
    column: int | None


class SaidLine(NamedTuple):
    """One position as the file has it; what it does not say is None."""

    row: Row
    description: str | None
    quantity: Decimal | None
    unit_price: Decimal | None
    tax: str | None
    category: str | None


@dataclass
class SaidDocument:
    """All rows of one number."""

    number: str
    number_column: int | None
    kind: str = INVOICE
    rows: list[Row] = field(default_factory=list)
    head: dict[str, Said] = field(default_factory=dict)
    lines: list[SaidLine] = field(default_factory=list)

    def get(self, name: str) -> Any:
        said = self.head.get(name)
        return said.value if said else None

    @property
    def external_id(self) -> str:
        return str(self.get("external_id") or self.number)

    def fault(self, name: str, code: str, message: str, hint: str = "") -> Fault:
        """A fault at the cell that gave a field, else at the number."""
        said = self.head.get(name)
        return Fault(said.row if said else self.rows[0], said.column if said else self.number_column, code, message, hint)


class Parsed(NamedTuple):
    """The documents of a table in the order of their first rows, those with a fault apart, and all faults."""

    documents: list[SaidDocument]
    faulty: list[SaidDocument]
    faults: list[Fault]
    rows_of: Mapping[int, SaidDocument]
    """The document of a row, by the row's line: with one bad row all of it is bad."""


def said_documents(rows: Iterable[Row], odd: Iterable[Fault], found: Layout, mapping: ImportMapping, formats: Formats) -> Parsed:
    """Rows grouped to documents. ``odd`` rows have too few or too many cells; a document that one of them names is bad."""
    return _Reading(found, mapping, formats).documents(rows, odd)


class _Reading:
    def __init__(self, found: Layout, mapping: ImportMapping, formats: Formats) -> None:
        self.squared = found.squared
        self.fields = found.fields
        self.number = found.fields["number"]
        self.head = [found.fields[name] for name in _HEAD if name in found.fields]
        self.line = {name: found.fields[name] for name in _LINE if name in found.fields}
        self.formats = formats
        self.mapping = mapping
        self.marked = _marked(mapping.credit_notes, found) if mapping.credit_notes else None
        self.group_ats = [found.positions[name] for name in mapping.group_by]
        self.exported_notes = not mapping.fields and "unapplied" in found.positions
        self.groups: dict[Any, SaidDocument] = {}
        self.faults: list[Fault] = []

    def documents(self, rows: Iterable[Row], odd: Iterable[Fault]) -> Parsed:
        rows_of: dict[int, SaidDocument] = {}
        for row in rows:
            document = self._group(row)
            if document is not None:
                rows_of[row.line] = document
                document.rows.append(row)
                self._read(row, document)
        for fault in odd:
            self.faults.append(fault)
            document = self.groups.get(self._key(self.squared(fault.row)))
            if document is not None:
                rows_of[fault.row.line] = document
                document.rows.append(fault.row)
        self._complete()
        bad = {id(rows_of[fault.row.line]) for fault in self.faults if fault.row.line in rows_of}
        every = self.groups.values()
        return Parsed([each for each in every if id(each) not in bad], [each for each in every if id(each) in bad], self.faults, rows_of)

    def _group(self, row: Row) -> SaidDocument | None:
        text = self.number.text(row.cells)
        if not text:
            self.faults.append(Fault(row, self.number.column, "E202", '"number" is missing', "every row of a document has its number"))
            return None
        try:
            number = self.formats.read(values.parse_id, text)
        except BadValue as bad:
            self.faults.append(Fault(row, self.number.column, bad.code, bad.message, bad.hint))
            return None
        document = self.groups.setdefault(self._key(row), SaidDocument(number, self.number.column))
        if document.number != number:
            message = f"the number is {quoted(number)} here and {quoted(document.number)} on line {document.rows[0].line}"
            self.faults.append(Fault(row, self.number.column, "E704", message, "the columns under group_by: are the same in both rows"))
        return document

    def _key(self, row: Row) -> Any:
        """What the rows of one document have in common."""
        if self.group_ats:
            return tuple(row.cells[at].strip() for at in self.group_ats)
        return row.line if self.mapping.single_rows else self.number.text(row.cells)

    def _read(self, row: Row, document: SaidDocument) -> None:
        kind = self._head(row, document)
        negative = kind == CREDIT_NOTE and self.mapping.credit_notes is not None and self.mapping.credit_notes.negative
        found = {name: self._value(row, cell) for name, cell in self.line.items()}
        if all(found.get(name) is None for name in ("quantity", "unit_price")):
            self._gross_alone(row, document, found)
            return
        quantity, price = found.get("quantity"), found.get("unit_price")
        for name in ("quantity", "unit_price", "description"):
            if found.get(name) is None and not self._faulty(row):
                column = self.line[name].column if name in self.line else None
                hint = "each line has a description, a quantity and a unit_price"
                self.faults.append(Fault(row, column, "E202", f'"{name}" is missing', hint))
        if quantity is not None and price is not None:
            quantity, price = self._signs(row, quantity, price, negative=negative)
        document.lines.append(SaidLine(row, found.get("description"), quantity, price, found.get("tax"), found.get("category")))

    def _faulty(self, row: Row) -> bool:
        return bool(self.faults) and self.faults[-1].row is row

    def _value(self, row: Row, cell: Field) -> Any:
        if not (text := cell.text(row.cells)):
            return None
        try:
            return self.formats.read(_PARSERS[cell.name], text)
        except BadValue as bad:
            self.faults.append(Fault(row, cell.column, bad.code, bad.message, bad.hint))
            return None

    def _head(self, row: Row, document: SaidDocument) -> str:
        """Reads what is said of the document as a whole; its rows must not contradict each other. Returns its kind."""
        head = document.head
        for cell in self.head:
            if (value := self._value(row, cell)) is None:
                continue
            before = head.get(cell.name)
            if before is None:
                head[cell.name] = Said(value, row, cell.column)
            elif before.value != value:
                message = f"{cell.name} is {quoted(_shown(value))} here and {quoted(_shown(before.value))} on line {before.row.line}"
                self.faults.append(Fault(row, cell.column, "E704", message, "rows with one number form one document"))
        kind = self._row_kind(row, document)
        if len(document.rows) == 1:
            document.kind = kind
        elif document.kind != kind:
            message = f"the row is of the kind {kind}; line {document.rows[0].line} of the same number is of the kind {document.kind}"
            self.faults.append(Fault(row, document.number_column, "E704", message, "rows with one number form one document"))
        return kind

    def _row_kind(self, row: Row, document: SaidDocument) -> str:
        kind, type_ = document.get("kind"), document.get("type")
        said = kind or (type_ if type_ in (INVOICE, CREDIT_NOTE) else None)
        if said:
            return CREDIT_NOTE if said in CREDIT_KINDS else str(said)
        if self.marked is not None:
            gross = document.get("gross")
            below = self.mapping.credit_notes is not None and self.mapping.credit_notes.below_zero and gross is not None and gross < 0
            marked = self.marked(row)
            if marked is None and len(document.rows) > 1:
                return document.kind
            return CREDIT_NOTE if below or marked else INVOICE
        return CREDIT_NOTE if self.exported_notes else INVOICE

    def _signs(self, row: Row, quantity: Decimal, price: Decimal, *, negative: bool) -> tuple[Decimal, Decimal]:
        """Both positive; of a credit note that the file writes with minus signs, one of them is below zero there."""
        if negative and (quantity < 0) != (price < 0):
            return abs(quantity), abs(price)
        if price < 0:
            self._below_zero(row, "unit_price")
        elif quantity < 0 and not (price == 0 and self.mapping.allow_negative_at_zero_price):
            self._below_zero(row, "quantity")
        elif negative and quantity and price:
            message = "the row of a credit note is not below zero, though the mapping says that they are"
            self.faults.append(Fault(row, self.line["quantity"].column, "E213", message, "what is charged stands on an invoice"))
        return quantity, price

    def _below_zero(self, row: Row, name: str) -> None:
        cell = self.line[name]
        message = f"{quoted(cell.text(row.cells))} is below zero"
        hint = "money that goes the other way is a document of its own: a credit note, with positive figures"
        self.faults.append(Fault(row, cell.column, "E213", message, hint))

    def _gross_alone(self, row: Row, document: SaidDocument, found: Mapping[str, Any]) -> None:
        gross = document.get("gross")
        if gross is None:
            if not self._faulty(row):
                message = "neither quantity and unit_price nor gross is given"
                self.faults.append(Fault(row, document.number_column, "E202", message, "a row has the one or the other"))
            return
        if document.lines:
            message = f"a gross alone makes a document of one line; line {document.lines[0].row.line} gives it one already"
            self.faults.append(Fault(row, document.number_column, "E402", message, "give quantity and unit_price on each row"))
            return
        if found.get("tax") not in (None, "none"):
            message, hint = "a gross alone is taken as it stands, without tax", "give quantity and unit_price, and the tax is computed"
            self.faults.append(Fault(row, self.line["tax"].column, "E301", message, hint))
        words = {INVOICE: "Invoice", CREDIT_NOTE: "Credit note"}
        description = found.get("description") or f"{words[document.kind]} {document.number}"
        document.lines.append(SaidLine(row, description, Decimal(1), None, None, found.get("category")))

    def _complete(self) -> None:
        faulty = {fault.row.line for fault in self.faults}
        by_number: dict[str, SaidDocument] = {}
        for document in self.groups.values():
            other = by_number.setdefault(document.number.casefold(), document)
            if other is not document and (other.kind == document.kind):
                message = f"{quoted(document.number)} stands on line {other.rows[0].line} too"
                hint = "each document has a number of its own, whatever the case of its letters"
                self.faults.append(Fault(document.rows[0], document.number_column, "E402", message, hint))
            if any(row.line in faulty for row in document.rows):
                continue
            for name in ("customer", "issued_on"):
                if name not in document.head:
                    cell = self.fields.get(name)
                    hint = "the first row of a document has it, or every one"
                    self.faults.append(Fault(document.rows[0], cell.column if cell else None, "E202", f'"{name}" is missing', hint))
            self.faults += _whole(document, negative=bool(self.mapping.credit_notes and self.mapping.credit_notes.negative))


def _whole(document: SaidDocument, *, negative: bool) -> list[Fault]:
    """What can be said once all rows are read; a gross that the file writes below zero becomes positive."""
    faults = []
    note = document.kind == CREDIT_NOTE
    gross = document.get("gross")
    if gross is not None:
        if note and negative and gross < 0:
            document.head["gross"] = document.head["gross"]._replace(value=-gross)
        elif gross < 0:
            hint = "money that goes the other way is a document of its own: a credit note, with positive figures"
            faults.append(document.fault("gross", "E205", f"{quoted(format(gross, 'f'))} is below zero", hint))
        elif note and negative and gross:
            message = "the gross of a credit note is not below zero, though the mapping says that they are"
            faults.append(document.fault("gross", "E205", message, "what is charged stands on an invoice"))
    for name, hint in (("settled_before", "leave it out where nothing was settled"), ("open", "leave it out where all of it is open")):
        amount = document.get(name)
        if amount is not None and (amount < 0 or note):
            why = "is below zero" if amount < 0 else "belongs to invoices; what is left of a credit note is imported as its whole amount"
            faults.append(document.fault(name, "E205", f"{quoted(format(amount, 'f'))} {why}", hint))
    if document.get("corrects") is not None and not note:
        faults.append(document.fault("corrects", "E209", "an invoice corrects none", "in kind, write credit-note"))
    if not note and document.get("due_on") is not None and document.get("issued_on") and document.get("due_on") < document.get("issued_on"):
        message = f"due on {document.get('due_on')}, before the day of issue, {document.get('issued_on')}"
        faults.append(document.fault("due_on", "E405", message, "check both days"))
    return faults


def _marked(rule: CreditNoteRows, found: Layout) -> Callable[[Row], bool | None]:
    """Whether a row's own cell says that it belongs to a credit note; None where the cell is empty."""
    if rule.column is None:
        text: Callable[[Sequence[str]], str] = found.fields["number"].text
    else:
        at = found.positions[rule.column]
        text = lambda cells: cells[at].strip()  # noqa: E731  # one of two ways to get the same text

    def marked(row: Row) -> bool | None:
        cell = text(row.cells)
        if not cell:
            return None
        return cell in rule.equals or bool(rule.begins_with and cell.startswith(rule.begins_with))

    return marked


def _shown(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)

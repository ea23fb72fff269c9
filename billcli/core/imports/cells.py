"""The cells of a table as values of fields: which column a field is read from, and how its text becomes a value or a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billcli.core.customer import customer_id
from billcli.diagnostics import did_you_mean
from billcli.model import values
from billcli.model.mapping import ImportMapping, Source, date_pattern
from billcli.model.values import BadValue, quoted

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_HARMED = re.compile(r"'(?='*\s*[=+\-@\t\r\n\0＝＋－＠])")
REASON = "reason"
"""The column that is added to rejected rows. Only an export of credit notes, which has ``unapplied`` too, gives it as a field."""

_HINTS, _COMPARED = 20, 5000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Row(NamedTuple):
    """A record of a table; ``line`` is the one it starts on, the header's is 1."""

    line: int
    cells: Sequence[str]


class Fault(NamedTuple):
    """Why a row cannot be taken; ``column`` counts from 0, None for the row as a whole."""

    row: Row
    column: int | None
    code: str
    message: str
    hint: str = ""


class Field(NamedTuple):
    """A field of a document and how its text is got from a row; ``column`` is the one to point at."""

    name: str
    column: int | None
    text: Callable[[Sequence[str]], str]


class Hints:
    """The nearest known name for unknown ones, for the first few of them: comparing thousands with thousands takes minutes."""

    def __init__(self, known: Sequence[str], otherwise: str) -> None:
        self._known = tuple(known) if len(known) <= _COMPARED else ()
        self._otherwise = otherwise
        self._found: dict[str, str] = {}

    def of(self, name: str) -> str:
        if name not in self._found and len(self._found) < _HINTS:
            self._found[name] = did_you_mean(name, self._known)
        return self._found.get(name, "") or self._otherwise


class Noun(NamedTuple):
    """What one kind of table may hold. ``also`` are other names of fields, ``derived`` columns of an export that bill computes itself.

    Each of ``required`` is a field, or several of which one must be there. ``beside`` are fields that are derived too in a table which has
    this other column, and so comes from an export.
    """

    name: str
    fields: tuple[str, ...]
    required: tuple[str | tuple[str, ...], ...]
    also: Mapping[str, str]
    derived: tuple[str, ...]
    beside: Mapping[str, str] = {}


class Layout(NamedTuple):
    """How the rows of one table are read. ``unnamed`` is the customer without what stands in where a row names none."""

    fields: Mapping[str, Field]
    creates: Mapping[str, Field] | None
    unnamed: Field | None
    warnings: tuple[str, ...]
    positions: Mapping[str, int]
    width: int

    def squared(self, row: Row) -> Row:
        """A row with as many cells as the header, to find out which document it would belong to."""
        return row._replace(cells=[*row.cells, *[""] * self.width])


# which column


def layout(noun: Noun, header: Row, mapping: ImportMapping) -> tuple[Layout, list[Fault]]:
    """Every field's place in the header; what does not fit is said at once (E702)."""
    names = [cell.strip() for cell in header.cells]
    faults = [*_twice(header, names)]
    positions = {name: at for at, name in reversed(list(enumerate(names))) if name}
    warnings: tuple[str, ...] = ()
    if not mapping.fields:
        found, warnings = _own(noun, header, names, faults)
    else:
        found = {name: _field(name, source, header, positions, faults) for name, source in mapping.fields.items()}
    creates = None
    if mapping.create_customers is not None:
        creates = {name: _field(name, source, header, positions, faults) for name, source in mapping.create_customers.items()}
    marks = mapping.credit_notes.column if mapping.credit_notes else None
    for name in (*mapping.group_by, *([marks] if marks else ())):
        _position(name, "rows", header, positions, faults)
    if not faults:
        faults += _missing(noun, header, found, mapping)
    unnamed = found.get("customer")
    if mapping.fields and "customer" in mapping.fields:
        unnamed = _field("customer", mapping.fields["customer"].model_copy(update={"empty": None}), header, positions, [])
    return Layout(found, creates, unnamed, warnings, positions, len(names)), faults


def unknown_fields(noun: Noun, customer_fields: Sequence[str], mapping: ImportMapping) -> list[tuple[tuple[str, str], str]]:
    """Paths in the mapping file that name no field, each with a hint."""
    known = {"fields": (mapping.fields, noun.fields), "create_customers": (mapping.create_customers, tuple(customer_fields))}
    return [
        ((key, name), did_you_mean(name, fields))
        for key, (sources, fields) in known.items()
        for name in sources or {}
        if name not in fields
    ]


def _twice(header: Row, names: list[str]) -> list[Fault]:
    faults = []
    for at, name in enumerate(names):
        if name and name in names[:at]:
            message = f"the column {quoted(name)} stands twice; it is also column {names.index(name) + 1}"
            faults.append(Fault(header, at, "E702", message, "rename or delete one of them"))
    return faults


def _own(noun: Noun, header: Row, names: list[str], faults: list[Fault]) -> tuple[dict[str, Field], tuple[str, ...]]:
    found: dict[str, Field] = {}
    read_over = []
    known = (*noun.fields, *noun.also, *noun.derived)
    for at, name in enumerate(names):
        field = noun.also.get(name, name)
        exported = name in noun.derived or noun.beside.get(name) in names
        if exported or (name == REASON and (REASON not in noun.fields or "unapplied" not in names)):
            read_over.append(name)
        elif field in noun.fields:
            if field in found and name not in names[:at]:
                faults.append(Fault(header, at, "E702", f"{quoted(name)} and {quoted(field)} are the same field", "keep one of them"))
            found[field] = Field(field, at, _plain_cell(at))
        else:
            hint = did_you_mean(name, known) if name else "give it a name, or delete the column"
            message = f"{quoted(name)} is no field of a table of {noun.name}" if name else f"column {at + 1} has no name"
            faults.append(Fault(header, at, "E702", message, hint or "the fields: " + ", ".join(noun.fields)))
    warnings = (f"not read, since bill computes it or wrote it beside rejected rows: {', '.join(read_over)}",) if read_over else ()
    return found, warnings


def _plain_cell(at: int) -> Callable[[Sequence[str]], str]:
    """A cell of a file in bill's own names; the mark that an export puts before a formula's first sign is taken off."""

    def text(cells: Sequence[str]) -> str:
        found = cells[at].strip()
        return found[1:].strip() if found.startswith("'") and _HARMED.match(found) else found

    return text


def _missing(noun: Noun, header: Row, found: Mapping[str, Field], mapping: ImportMapping) -> list[Fault]:
    faults = []
    for wanted in noun.required:
        choices = (wanted,) if isinstance(wanted, str) else wanted
        if not any(each in found for each in choices):
            where = "the mapping has no field" if mapping.fields else "the header has no column"
            hint = "the fields: " + ", ".join(noun.fields)
            faults.append(Fault(header, None, "E702", f"{where} {' or '.join(map(quoted, choices))}", hint))
    return faults


def _position(name: str, field: str, header: Row, positions: Mapping[str, int], faults: list[Fault]) -> int:
    if name not in positions:
        hint = did_you_mean(name, list(positions)) or "the columns: " + ", ".join(positions)
        faults.append(Fault(header, None, "E702", f"the header has no column {quoted(name)}, from which the mapping takes {field}", hint))
    return positions.get(name, 0)


def _field(name: str, source: Source, header: Row, positions: Mapping[str, int], faults: list[Fault]) -> Field:
    """A field read as a mapping says."""
    get, column = _origin(name, source, header, positions, faults)
    prefix, suffix = source.drop_prefix or "", source.drop_suffix or ""
    replace, words, make_id, empty = source.replace or {}, source.words or {}, source.make_id, source.empty or ""
    if not (prefix or suffix or replace or words or make_id or empty):
        return Field(name, column, get)

    def text(cells: Sequence[str]) -> str:
        found = get(cells).removeprefix(prefix).removesuffix(suffix)
        for old, new in replace.items():
            found = found.replace(old, new)
        found = words.get(found, found).strip()
        return (customer_id(found) if make_id and found else found) or empty

    return Field(name, column, text)


def _origin(
    name: str, source: Source, header: Row, positions: Mapping[str, int], faults: list[Fault]
) -> tuple[Callable[[Sequence[str]], str], int | None]:
    if source.column is not None:
        ats = [_position(each, name, header, positions, faults) for each in (source.column, *source.fallback)]
        first = ats[0]
        if len(ats) == 1:
            return lambda cells: cells[first].strip(), first
        return lambda cells: next((found for at in ats if (found := cells[at].strip())), ""), first
    if source.template is not None:
        parts = _PLACEHOLDER.split(source.template)
        ats = [_position(each, name, header, positions, faults) for each in parts[1::2]]
        return _template(parts[::2], ats), ats[0] if ats else None
    constant = source.constant or ""
    return lambda _: constant, None


def _template(texts: Sequence[str], ats: Sequence[int]) -> Callable[[Sequence[str]], str]:
    def text(cells: Sequence[str]) -> str:
        filled = [cells[at].strip() for at in ats]
        return "" if "" in filled else "".join(part for pair in zip(texts, [*filled, ""], strict=True) for part in pair)

    return text


# which value


class Formats:
    """Reads the texts of one table by its formats; the same text is read once."""

    def __init__(self, mapping: ImportMapping) -> None:
        self._dates = [(text, date_pattern(text)) for text in mapping.dates]
        numbers = mapping.numbers
        self._decimal, self._thousands = numbers.decimal, numbers.thousands
        mark, group = re.escape(numbers.decimal), re.escape(numbers.thousands or "")
        whole = f"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
        plain = f"({whole}(?:{mark}[0-9]+)?)"
        forms = {"leading": f"(-)?{plain}", "trailing": f"{plain}(-)?", "parentheses": rf"{plain}|\({plain}\)"}
        self._number = re.compile(f"(?:{forms[numbers.minus]})\\Z", re.ASCII)
        self._usual = (numbers.decimal, numbers.thousands, numbers.minus) == (".", None, "leading")
        self._seen: dict[tuple[Callable[[str], Any], str], Any] = {}
        self._kinds: dict[Callable[[str], Any], tuple[str, str]] = {
            values.parse_amount: ("E205", "an amount"),
            values.parse_quantity: ("E213", "a quantity"),
            values.parse_price: ("E213", "a unit price"),
        }

    def read(self, parse: Callable[[str], Any], text: str) -> Any:
        """The value of a text. Raises ``BadValue``. Numbers keep their sign, whatever the field says of it; ``Number`` tells."""
        key = (parse, text)
        if key not in self._seen:
            try:
                self._seen[key] = self._value(parse, text)
            except BadValue as bad:
                self._seen[key] = bad
        found = self._seen[key]
        if isinstance(found, BadValue):
            raise found
        return found

    def _value(self, parse: Callable[[str], Any], text: str) -> Any:
        if parse is values.parse_day:
            return self._day(text)
        return self._signed(parse, text) if parse in self._kinds else parse(text)

    def _day(self, text: str) -> date:
        """The one day that a text can mean. Two formats that read it as two days leave it open which is meant."""
        written = [_iso(match.groupdict(), text) for _, pattern in self._dates if (match := pattern.match(text))]
        days = [day for each in written if (day := _calendar(each))]
        if len(set(days)) > 1:
            found = " and as ".join(map(str, dict.fromkeys(days)))
            raise BadValue("E206", f"{quoted(text)} can be read as {found}", "leave only one of the two formats under dates:")
        if days:
            return days[0]
        if written:
            raise BadValue("E206", f"{quoted(text)} is not a day of the calendar", "check it where it comes from")
        forms = " or ".join(form for form, _ in self._dates)
        raise BadValue("E206", f"{quoted(text)} is not a date", f"it is to be written as {forms}; a mapping says so under dates:")

    def _signed(self, parse: Callable[[str], Any], text: str) -> Decimal:
        code, what = self._kinds[parse]
        match = self._number.match(text)
        if match is None:
            example = "1250.00" if self._usual else f"1{self._thousands or ''}250{self._decimal}00"
            raise BadValue(code, f"{quoted(text)} is not {what}", f"write digits such as {example}")
        digits = next(each for each in match.groups() if each and each != "-")
        plain = digits.replace(self._thousands, "") if self._thousands else digits
        plain = plain.replace(self._decimal, ".")
        try:
            found: Decimal = parse(plain)
        except BadValue as bad:
            raise BadValue(bad.code, bad.message.replace(quoted(plain), quoted(text)), bad.hint) from None
        if match.end() == len(digits):
            return found
        if not found:
            raise BadValue(code, f"{quoted(text)} is not {what}: nothing is never below zero")
        return -found


def _calendar(text: str) -> date | None:
    try:
        return values.parse_day(text)
    except BadValue:
        return None


def _iso(parts: Mapping[str, str | None], text: str) -> str:
    year = parts.get("year") or f"20{parts.get('short')}"
    month = parts.get("month") or ""
    if name := parts.get("name"):
        if name.lower() not in _MONTHS:
            raise BadValue("E206", f"{quoted(text)} is not a date: {quoted(name)} is no month", "Jan, Feb, Mar and so on")
        month = str(_MONTHS.index(name.lower()) + 1)
    return f"{year}-{month:>02}-{parts.get('day') or '':>02}"

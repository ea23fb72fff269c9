"""How somebody else's CSV file is read: columns to fields, date and number formats, which rows are credit notes."""

from __future__ import annotations

import codecs
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from billcli.model.types import Entity, Flag, Free, FromText, Text, custom_error, one_of
from billcli.model.values import BadValue, quoted

_TOKEN = re.compile(r"YYYY|YY|MMM|MM|M|DD|D|hh|mm|ss|[A-Za-z]")
_TOKENS = {
    "YYYY": "(?P<year>[0-9]{4})", "YY": "(?P<short>[0-9]{2})", "MMM": "(?P<name>[A-Za-z]{3})", "MM": "(?P<month>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})", "DD": "(?P<day>[0-9]{2})", "D": "(?P<day>[0-9]{1,2})", "hh": "[0-9]{2}", "mm": "[0-9]{2}",
    "ss": "[0-9]{2}", "T": "T", "Z": "Z",
}  # fmt: skip
_DELIMITERS = {",": ",", ";": ";", "|": "|", "tab": "\t"}


def date_pattern(text: str) -> re.Pattern[str]:
    """A date format such as ``DD.MM.YYYY`` or ``YYYY-MM-DD hh:mm:ss``; ``YY`` is 20YY, a time of day is read over."""
    found: list[str] = []
    pattern, at = "", 0
    for token in _TOKEN.finditer(text):
        if token[0] not in _TOKENS:
            raise BadValue("E209", f"{quoted(text)} is not a date format: {quoted(token[0])} means nothing", _DATE_HINT)
        pattern += re.escape(text[at : token.start()]) + _TOKENS[token[0]]
        found.append(token[0][:1])
        at = token.end()
    if any(found.count(part) != 1 for part in "YMD") or any(c.isdigit() for c in text):
        raise BadValue("E209", f"{quoted(text)} is not a date format", _DATE_HINT)
    return re.compile(pattern + re.escape(text[at:]) + r"\Z", re.ASCII)


_DATE_HINT = "write it with YYYY or YY, MM, M or MMM, DD or D, hh, mm, ss, such as DD.MM.YYYY"


def _date_format(text: str) -> str:
    date_pattern(text)
    return text


def _encoding(text: str) -> str:
    try:
        "a".encode(text)
        return codecs.lookup(text).name
    except (LookupError, UnicodeError):
        raise BadValue("E209", f"{quoted(text)} is not an encoding of text", "such as utf-8, cp1252, iso-8859-15 or gb18030") from None


def _delimiter(text: str) -> str:
    if text not in _DELIMITERS:
        raise BadValue("E209", f"{quoted(text)} is not a delimiter", 'use ",", ";", "|" or tab')
    return text


def _separator(text: str) -> str:
    if len(text) != 1 or text.isalnum() or text in '+-()"':
        raise BadValue("E209", f"{quoted(text)} does not separate digits", "give one sign")
    return text


DateFormat = Annotated[str, FromText(_date_format, str, {"type": "string"})]
Encoding = Annotated[str, FromText(_encoding, str, {"type": "string"})]
Delimiter = Annotated[str, FromText(_delimiter, str, {"type": "string", "enum": list(_DELIMITERS)})]
Separator = Annotated[str, FromText(_separator, str, {"type": "string"})]


class Source(Entity):
    """Where a field's text comes from, and what is done to it, in the order of the keys.

    ``template`` puts columns into a text, ``{Column}`` each; where one of them is empty, nothing comes of it. ``replace`` exchanges
    parts of the text, ``words`` the whole of it. ``make_id`` makes an id of a name as ``customer add`` does.
    ``empty`` stands in where nothing is there.
    """

    column: Text | None = None
    fallback: tuple[Text, ...] = ()
    template: Text | None = None
    constant: Text | None = None
    drop_prefix: Text | None = None
    drop_suffix: Text | None = None
    replace: dict[str, str] | None = None
    words: dict[str, str] | None = None
    make_id: Flag = False
    empty: Text | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        origins = [each for each in (self.column, self.template, self.constant) if each is not None]
        if len(origins) > 1 or not (origins or self.empty) or (self.fallback and not self.column):
            raise custom_error(
                BadValue("E203", "a field comes from one of column:, template: and constant:", "fallback: goes with column:")
            )
        return self


def _column_alone(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


FieldSource = Annotated[Source, BeforeValidator(_column_alone)]
"""``number: InvoiceNo`` is short for ``number: {column: InvoiceNo}``."""


class NumberFormat(Entity):
    """How amounts, prices and quantities are written. With ``thousands``, digits stand in groups of three or without any sign."""

    decimal: Separator = "."
    thousands: Separator | None = None
    minus: Annotated[str, one_of("leading", "trailing", "parentheses")] = "leading"

    @model_validator(mode="after")
    def _differ(self) -> NumberFormat:
        if self.decimal == self.thousands:
            raise custom_error(BadValue("E209", "decimal: and thousands: are the same sign"))
        return self


class CreditNoteRows(Entity):
    """Which rows belong to credit notes: by the beginning of a column (else of the number), by its whole text, or by a gross below zero.

    ``negative`` says that they hold negative quantities or amounts in the file; in a credit note of bill both are positive.
    """

    column: Text | None = None
    begins_with: tuple[Text, ...] = ()
    equals: tuple[Text, ...] = ()
    below_zero: Flag = False
    negative: Flag = False

    @model_validator(mode="after")
    def _some_rule(self) -> CreditNoteRows:
        if not (self.begins_with or self.equals or self.below_zero):
            raise custom_error(BadValue("E202", "no rule says which rows are credit notes", "begins_with:, equals: or below_zero:"))
        return self


class ImportMapping(Entity):
    """A mapping file. Where ``fields`` is left out, the header holds bill's own names.

    ``group_by`` names the columns that make rows one document, else its number does; with ``single_rows`` each row is a whole one, so
    that a number which comes twice is an error. ``create_customers`` holds the fields of customers that are not there yet.
    """

    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    dates: tuple[DateFormat, ...] = ("YYYY-MM-DD",)
    numbers: NumberFormat = NumberFormat()
    lists: Separator = "|"
    fields: dict[str, FieldSource] | None = None
    group_by: tuple[Text, ...] = ()
    single_rows: Flag = False
    credit_notes: CreditNoteRows | None = None
    allow_zero_totals: Flag = False
    allow_negative_at_zero_price: Flag = False
    create_customers: dict[str, FieldSource] | None = None
    x: Free | None = None

    @property
    def delimiter_sign(self) -> str:
        return _DELIMITERS[self.delimiter]

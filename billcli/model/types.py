"""Field types of the entities: each parses the text of a file with its function from ``values``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from billcli.diagnostics import did_you_mean
from billcli.model import values
from billcli.model.terms import terms_text


class Entity(BaseModel):
    """What a file, or a part of one, says. Unknown keys are errors; nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FromText:
    """Marks a field whose text is read by ``parse``; a value of ``kind`` made by code passes as it is."""

    def __init__(self, parse: Callable[[str], Any], kind: type, json_schema: JsonSchemaValue) -> None:
        self.parse = parse
        self.kind = kind
        self.json_schema = json_schema

    def validate(self, value: Any) -> Any:
        if not isinstance(value, str):
            if isinstance(value, self.kind):
                return value
            message = f"one value belongs here, not {_shape(value)}"
            raise PydanticCustomError("E203", "{message}", {"message": message, "hint": 'write it after the colon, as "key: value"'})
        try:
            return self.parse(value)
        except values.BadValue as bad:
            raise custom_error(bad) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return dict(self.json_schema)


def custom_error(bad: values.BadValue) -> PydanticCustomError:
    """The same finding in the form in which pydantic carries it, with its place, to the reader."""
    kind: Any = bad.code  # pydantic wants a literal; the code is the error's type
    return PydanticCustomError(kind, "{message}", {"message": bad.message, "hint": bad.hint})


def _shape(value: Any) -> str:
    match value:
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise values.BadValue("E209", f"{values.quoted(text)} is neither true nor false", "write one of the two")
    return text == "true"


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise values.BadValue("E213", f"{values.quoted(text)} is not a whole number", "write digits only, such as 2")
    return int(text)


def _days(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 4 or text == "-0":
        raise values.BadValue("E213", f"{values.quoted(text)} is not a number of days", "write digits, with a minus sign for days before")
    return int(text)


def one_of(*words: str) -> FromText:
    """A field that takes one of a few words."""

    def parse(text: str) -> str:
        if text not in words:
            hint = did_you_mean(text, words) or "use one of: " + ", ".join(words)
            raise values.BadValue("E209", f"{values.quoted(text)} is not allowed here", hint)
        return text

    return FromText(parse, str, {"type": "string", "enum": list(words)})


_NUMERIC: JsonSchemaValue = {"type": ["number", "string"], "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"}
_ID: JsonSchemaValue = {"type": ["string", "integer"], "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}
_STRING: JsonSchemaValue = {"type": "string", "minLength": 1}
_TERMS: JsonSchemaValue = {
    **_STRING,
    "description": 'Payment terms, such as "net 30", "2% 10, net 30" or "30% now, 70% net 60"; "bill explain E214" has every form.',
}

Amount = Annotated[Decimal, FromText(values.parse_amount, Decimal, _NUMERIC)]
Signed = Annotated[Decimal, FromText(values.parse_signed, Decimal, _NUMERIC)]
Quantity = Annotated[Decimal, FromText(values.parse_quantity, Decimal, _NUMERIC)]
Price = Annotated[Decimal, FromText(values.parse_price, Decimal, _NUMERIC)]
Percent = Annotated[Decimal, FromText(values.parse_percent, Decimal, _NUMERIC)]
Whole = Annotated[int, FromText(_whole, int, {"type": "integer", "minimum": 0})]
Days = Annotated[int, FromText(_days, int, {"type": "integer"})]
Flag = Annotated[bool, FromText(_flag, bool, {"type": "boolean"})]
Day = Annotated[date, FromText(values.parse_day, date, {"type": "string", "format": "date"})]
Id = Annotated[str, FromText(values.parse_id, str, _ID)]
Currency = Annotated[str, FromText(values.parse_currency, str, {"type": "string", "pattern": "^[A-Z]{3}$"})]
Country = Annotated[str, FromText(values.parse_country, str, {"type": "string", "pattern": "^[A-Z]{2}$"})]
Language = Annotated[str, FromText(values.parse_language, str, _STRING)]
Email = Annotated[str, FromText(values.parse_email, str, {"type": "string", "format": "email"})]
Iban = Annotated[str, FromText(values.parse_iban, str, _STRING)]
Text = Annotated[str, FromText(values.parse_text, str, _STRING)]
Notes = Annotated[str, FromText(values.parse_notes, str, _STRING)]
Label = Annotated[str, FromText(values.parse_label, str, _STRING)]
TermsText = Annotated[str, FromText(terms_text, str, _TERMS)]
Free = dict[str, Any]
"""What a user keeps under ``x:``; bill carries it and never looks inside."""

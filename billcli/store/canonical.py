"""Documents in the form that ``write`` gives them, read by one pattern per model: the first and fastest path of ``read``.

A pattern holds a model's fields in their order, each value plain or in double quotes where YAML leaves no doubt what it says; the fields'
own functions parse the values. Whatever else a file holds, and every value that its field refuses, is left to the authority (``parse``)
and to pydantic. The law: this answers None, or exactly what they answer.
"""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

from billcli.model.party import Party
from billcli.model.types import Entity, FromText
from billcli.model.values import BadValue, parse_notes
from billcli.store.layout import Kind
from billcli.store.text import MAX_BYTES, MAX_LARGE
from billcli.store.write import scalar

_PLAIN = r"-?[^\W_][\w .()+/,;@€£-]*(?::(?=\S)[\w .()+/,;@€£-]*)*(?<! )"
_UNSAFE = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
_QUOTED = rf'"(?:[^"\\{_UNSAFE}]|\\["\\n])*"'
_NULLS = frozenset(("null", "Null", "NULL"))
_EMPTY = " []\n"

_Reader = Callable[[str], Any]
_Field = tuple[str, str, _Reader, bool]
"""Name, the pattern of what follows its colon with one group, what reads that group, and whether it must be there."""


class _UnlikeError(Exception):
    """The text is not in the canonical form."""


def canonical(raw: bytes, kind: Kind) -> Entity | None:
    """The document, or None where only the authority can tell what the text says, or what is wrong with it."""
    shape, head = _document(kind)
    try:
        text = raw.decode()
        most = MAX_LARGE if kind.large else MAX_BYTES
        return shape.read(text, len(head)) if shape and text.startswith(head) and len(raw) <= most else None
    except (UnicodeDecodeError, _UnlikeError, BadValue):
        return None


def party_lines(text: str) -> Entity | None:
    """A party of a document by its lines, or None where only the authority can tell what they say."""
    shape = _shape(Party, "  ")
    try:
        return shape.read(text) if shape else None
    except (_UnlikeError, BadValue):
        return None


@cache
def _document(kind: Kind) -> tuple[_Shape | None, str]:
    return _shape(kind.model, ""), f"schema: {kind.schema}\n"


class _Shape:
    """A model as a pattern over its lines, with what reads each group of it; ``dash`` is the indent of the dashes of a list of them."""

    def __init__(self, model: type[Entity], indent: str, fields: list[_Field], dash: str | None) -> None:
        begin = indent if dash is None else f"(?:(?<=- )|{indent})"
        lines = "".join(f"(?:{begin}{scalar(name)}:{value}){'' if needed else '?'}" for name, value, _, needed in fields)
        self.pattern = re.compile(lines if dash is None else f"{dash}- {lines}")
        self.new = partial(model.__new__, model)
        self.fields = [(name, read) for name, _, read, _ in fields]
        self.defaults = {name: None if needed else model.model_fields[name].get_default() for name, _, _, needed in fields}

    def read(self, text: str, at: int = 0) -> Entity:
        """The entity that the rest of the text is."""
        found = self.pattern.match(text, at)
        if found is None or found.end() != len(text):
            raise _UnlikeError
        return self.entity(found)

    def read_all(self, text: str) -> tuple[Entity, ...]:
        """The entities of a list, whose text begins with the end of the line before."""
        if text == _EMPTY:
            return ()
        entities = []
        at, end, match = 1, len(text), self.pattern.match
        while at < end:
            found = match(text, at)
            if found is None:
                raise _UnlikeError
            entities.append(self.entity(found))
            at = found.end()
        return tuple(entities)

    def entity(self, found: re.Match[str]) -> Entity:
        given = {name: read(raw) for (name, read), raw in zip(self.fields, found.groups(), strict=True) if raw is not None}
        entity: Entity = self.new()
        # What model_construct does, without looking each field up.
        _set(entity, "__dict__", {**self.defaults, **given})
        _set(entity, "__pydantic_fields_set__", set(given))
        _set(entity, "__pydantic_extra__", None)
        _set(entity, "__pydantic_private__", None)
        return entity


_set = object.__setattr__


@cache
def _shape(model: type[Entity], indent: str, dash: str | None = None) -> _Shape | None:
    """None for a model that has rules beside those of its fields: only pydantic carries them out."""
    own = model.__pydantic_decorators__
    if own.validators or own.field_validators or own.root_validators or own.model_validators:
        return None
    fields: list[_Field] = []
    for name, field in model.model_fields.items():
        pattern, read = _value(field.annotation, tuple(field.metadata), indent + "  ")
        fields.append((name, pattern, read, field.is_required()))
    return _Shape(model, indent, fields, dash)


def _value(kind: Any, metadata: tuple[Any, ...], inside: str) -> tuple[str, _Reader]:
    """The pattern of a field's value and what reads it. What nothing here reads is left to the authority wherever it stands."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(each for each in typing.get_args(kind) if each is not types.NoneType)
    if typing.get_origin(kind) is typing.Annotated:
        kind, *found = typing.get_args(kind)
        metadata = (*metadata, *found)
    block = f"\n((?:{inside}.*\n)+)"
    listed = f"({re.escape(_EMPTY)}|\n(?:{inside}.*\n)+)"
    parse = _parse(metadata)
    if parse is parse_notes:
        literal = rf"\|-?\n{inside}[^\s{_UNSAFE}][^{_UNSAFE}]*\n(?:(?:{inside}[^\s{_UNSAFE}][^{_UNSAFE}]*)?\n)*"
        return f" ((?:{_PLAIN}|{_QUOTED})\n|{literal})", partial(_notes, inside)
    if parse:
        return f" ({_PLAIN}|{_QUOTED})\n", _scalar(parse)
    if typing.get_origin(kind) is tuple:
        return listed, _listed(typing.get_args(kind)[0], inside)
    if isinstance(kind, type) and issubclass(kind, Entity) and (shape := _shape(kind, inside)):
        return block, lru_cache(4096)(shape.read) if kind is Party else shape.read  # who stands on one document stands on many
    return block, _unread


def _parse(metadata: tuple[Any, ...]) -> _Reader | None:
    return next((each.parse for each in metadata if isinstance(each, FromText)), None)


def _listed(of: Any, inside: str) -> _Reader:
    """What reads a list whose entries are of that kind."""
    if typing.get_origin(of) is typing.Annotated and (parse := _parse(typing.get_args(of)[1:])):
        read, pattern = _scalar(parse), re.compile(f"{inside}- ({_PLAIN}|{_QUOTED})\n")
        return partial(_scalars, pattern, read)
    if isinstance(of, type) and issubclass(of, Entity) and (shape := _shape(of, f"{inside}  ", inside)):
        return shape.read_all
    return _unread


def _scalars(pattern: re.Pattern[str], read: _Reader, text: str) -> tuple[Any, ...]:
    if text == _EMPTY:
        return ()
    values = []
    at = 1
    while at < len(text):
        found = pattern.match(text, at)
        if found is None:
            raise _UnlikeError
        values.append(read(found[1]))
        at = found.end()
    return tuple(values)


@cache
def _scalar(parse: _Reader) -> _Reader:
    """The field's function on what the YAML says. Ledgers say the same things over and over, so answers are kept."""

    @lru_cache(512)
    def read(raw: str) -> Any:
        return parse(_said(raw))

    return read


def _said(raw: str) -> str:
    """The text that a plain or quoted scalar stands for."""
    if raw[0] == '"':
        text: str = json.loads(raw) if "\\" in raw else raw[1:-1]
        return text
    if raw in _NULLS:
        raise _UnlikeError
    return raw


def _notes(inside: str, raw: str) -> str:
    """A text in one line, or in a literal block, which ends in one line end or, after ``|-``, in none."""
    if raw[0] != "|":
        return parse_notes(_said(raw[:-1]))
    if raw.endswith("\n\n"):
        raise _UnlikeError
    head, _, body = raw.partition("\n")
    text = "\n".join(line.removeprefix(inside) for line in body.split("\n"))
    return parse_notes(text if head == "|" else text[:-1])


def _unread(_raw: str) -> Any:
    raise _UnlikeError

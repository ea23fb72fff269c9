"""The seal of an issued document: a hash over what was issued and the seal before it in its sequence and period.

v1: ``sha256(digest + "\\n" + previous seal)``, where ``digest`` is the SHA-256 of the document as JSON: keys sorted, no spaces,
UTF-8, every value as the text it has in the file, without the keys of ``UNSEALED``. The first seal of a period has an empty
previous seal. What may be added later (applications, a void, tags, notes) stands outside, so adding it breaks nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from billcli.model.party import Party
from billcli.model.types import Entity

UNSEALED = frozenset(("schema", "seal", "void", "reversed", "applied", "for_others", "notes", "tags", "classification", "x"))
CONTENT = frozenset((*UNSEALED, "number", "id", "reference", "issued_on", "on", "imported", "external_id", "instalments", "discount"))


class Hashes(NamedTuple):
    """SHA-256, in hex: ``digest`` of everything that is sealed; ``content`` of what a document is about, whatever number and day it got."""

    digest: str
    content: str


def hashes(entity: Entity) -> Hashes:
    """Both in one pass; the same request gives the same content."""
    parts = _fields(entity, _SEALED)
    return Hashes(hash_of(parts), hash_of([part for part in parts if part[: part.index(":")] not in _APART]))


def digest(entity: Entity) -> str:
    """That of everything that is sealed."""
    return hash_of(_fields(entity, _SEALED))


def content(entity: Entity) -> str:
    """That of what a document is about."""
    return hash_of(_fields(entity, _ABOUT))


def seal(document_digest: str, previous: str) -> str:
    """``v1:`` and 64 hex digits."""
    return "v1:" + hashlib.sha256(f"{document_digest}\n{previous}".encode()).hexdigest()


def hash_of(parts: list[str]) -> str:
    """That of an object with these ``"name":value``, in whatever order."""
    parts.sort()
    return hashlib.sha256(f"{{{','.join(parts)}}}".encode()).hexdigest()


def _fields(entity: Entity, names: Callable[[type[Entity]], tuple[str, ...]]) -> list[str]:
    """``"name":value`` of each of these fields that the file gives."""
    given, values = entity.model_fields_set, entity.__dict__
    return [
        f'"{name}":{_JSON.get(type(value), json_of)(value)}'
        for name in names(type(entity))
        if name in given and (value := values[name]) is not None
    ]


def _names(without: frozenset[str]) -> Callable[[type[Entity]], tuple[str, ...]]:
    """Gives the other fields of a model in the order of their names."""
    return cache(lambda model: tuple(sorted(set(model.model_fields) - without)))


_ALL, _SEALED, _ABOUT = _names(frozenset()), _names(UNSEALED), _names(CONTENT)
_APART = frozenset(f'"{name}"' for name in CONTENT)


def json_of(value: Any) -> str:
    match value:
        case Entity():
            return f"{{{','.join(_fields(value, _ALL))}}}"
        case tuple() | list():
            return f"[{','.join([_JSON.get(type(each), json_of)(each) for each in value])}]"
        case _:
            return encode_basestring(str(value))


_PARTIES: dict[int, tuple[Party, str]] = {}


def _party(party: Party) -> str:
    """The reader gives one object for the same lines; as long as it stands here no other one has its identity."""
    known = _PARTIES.get(id(party))
    if known is None:
        if len(_PARTIES) >= 4096:
            _PARTIES.clear()
        known = _PARTIES[id(party)] = (party, json_of(party))
    return known[1]


_JSON: Mapping[type, Callable[[Any], str]] = {
    str: encode_basestring,
    Decimal: '"{:f}"'.format,
    date: lambda day: f'"{day.isoformat()}"',
    Party: _party,
}

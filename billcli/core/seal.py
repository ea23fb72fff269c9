"""The seal of an issued document: a hash over what was issued and the seal before it in its sequence and period.

v1: ``sha256(digest + "\\n" + previous seal)``, where ``digest`` is the SHA-256 of the document as JSON: keys sorted, no spaces,
UTF-8, every value as the text it has in the file, without the keys of ``UNSEALED``. The first seal of a period has an empty
previous seal. What may be added later (applications, a void, tags, notes) stands outside, so adding it breaks nothing.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

from billcli.model.types import Entity

UNSEALED = frozenset(("schema", "seal", "void", "reversed", "applied", "for_others", "notes", "tags", "classification", "x"))
CONTENT = frozenset((*UNSEALED, "number", "id", "reference", "issued_on", "on", "imported", "external_id", "instalments", "discount"))


def digest(entity: Entity) -> str:
    """SHA-256, in hex, of everything that is sealed."""
    return _hash(entity, UNSEALED)


def content(entity: Entity) -> str:
    """SHA-256, in hex, of what a document is about, whatever number and day it got: the same request gives the same one."""
    return _hash(entity, CONTENT)


def seal(document_digest: str, previous: str) -> str:
    """``v1:`` and 64 hex digits."""
    return "v1:" + hashlib.sha256(f"{document_digest}\n{previous}".encode()).hexdigest()


def _hash(entity: Entity, without: frozenset[str]) -> str:
    data = entity.model_dump(exclude_unset=True, exclude_none=True, exclude=set(without))
    text = json.dumps(_plain(data), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            return str(value)

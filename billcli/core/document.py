"""What documents of every kind have in common: how one is made, the fields and the place of its file, its id, its seal."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import count
from typing import Any, TypeVar

from billcli.core import seal
from billcli.model.types import Entity

E = TypeVar("E", bound=Entity)


def made(model: type[E], fields: Mapping[str, Any]) -> E:
    """The entity of these fields, those that say nothing left out."""
    return model.model_validate({key: _dump(value) for key, value in fields.items() if value is not None})


def sealed(model: type[E], fields: Mapping[str, Any], previous: str) -> E:
    """The same with its seal."""
    return made(model, {**fields, "seal": seal.seal(seal.digest(made(model, fields)), previous)})


def _dump(value: Any) -> Any:
    if isinstance(value, Entity):
        return value.model_dump(exclude_none=True, exclude_unset=True)
    if isinstance(value, list | tuple):
        return tuple(_dump(each) for each in value)
    return value


def document_data(entity: Entity) -> dict[str, Any]:
    """The entity's fields in the order of the file; what was not said stays out."""
    data: dict[str, Any] = entity.model_dump(exclude_none=True, exclude_unset=True)
    return {key: value for key, value in data.items() if value != ()}


def path_of(folder: str, name: str, on: date | None = None) -> str:
    """The file of a document; with a day it stands in the folder of its month."""
    return f"{folder}/{on:%Y}/{on:%m}/{name}.yaml" if on else f"{folder}/{name}.yaml"


def content_id(stem: str, content_key: str, taken: Collection[str]) -> str:
    """``stem-`` and 8 hex digits of the content key and its occurrence number, the first that is not ``taken`` (without case)."""
    marks = (hashlib.sha256(f"{content_key}\n{occurrence}".encode()).hexdigest()[:8] for occurrence in count(1))
    return next(name for mark in marks if (name := f"{stem[:55]}-{mark}").casefold() not in taken)


def dated_id(on: date, customer: str, said: Iterable[object], taken: Collection[str]) -> str:
    """The id of what a customer's account holds from a day on; ``said`` is what makes it the same document."""
    return content_id(f"{on}-{customer}", hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest(), taken)

"""What a writing command is about to do: files to create, edit and remove, and how to say it.

``core`` computes a plan, the preview shows it, ``store.apply`` alone carries it out. Under the lock it is computed again;
if anything but a number given on the spot differs, nothing is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from billcli.diagnostics import Path


class Create(NamedTuple):
    """A new document; ``data`` in the order of the file, without its schema line."""

    path: str
    kind: str
    data: Mapping[str, Any]


class CreateText(NamedTuple):
    """A file that is no document: a setting of git or of editors. With ``replace`` it may be there already."""

    path: str
    text: str
    replace: bool = False


class CreateBytes(NamedTuple):
    """A new file as it came from elsewhere, such as evidence; bill never looks inside."""

    path: str
    data: bytes


class Set(NamedTuple):
    """Give the key at ``path`` this value, adding it at its place in the order of keys where it is missing."""

    path: Path
    value: Any


class Append(NamedTuple):
    """Add to the list at ``path``, which may be missing."""

    path: Path
    value: Any


class Drop(NamedTuple):
    """Take the key or the list's item at ``path`` away."""

    path: Path


Edit = Set | Append | Drop


class Change(NamedTuple):
    """Edits of one document; all other bytes of its file stay."""

    path: str
    kind: str
    edits: tuple[Edit, ...]


class Remove(NamedTuple):
    """A file that goes: a draft that became an invoice."""

    path: str


class Join(NamedTuple):
    """A file made of documents that stand elsewhere, byte for byte: a folded one of several, or one's own of one."""

    path: str
    sources: tuple[str, ...]


class Revert(NamedTuple):
    """A file, or a document of a folded one, that has the SHA-256 ``was`` (None: is not there) becomes these bytes, None to remove it."""

    path: str
    was: str | None
    then: bytes | None


Step = Create | CreateText | CreateBytes | Change | Remove | Join | Revert


@dataclass(frozen=True)
class Plan:
    """``relies_on`` are the files whose content the plan was computed from; ``given`` the texts that may differ under the lock."""

    command: str
    steps: tuple[Step, ...]
    summary: tuple[str, ...]
    result: Mapping[str, Any] = field(default_factory=dict)
    relies_on: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""

    def comparable(self) -> str:
        """The plan as text with the numbers given on the spot masked: equal texts mean the same decision."""
        text = repr([_unsealed(step) for step in self.steps]) + repr(self.summary)
        for at, given in enumerate(self.given):
            text = text.replace(given, f"<given {at}>")
        return text


def _unsealed(step: Step) -> Any:
    if isinstance(step, Create):
        return (step.path, step.kind, {key: value for key, value in step.data.items() if key != "seal"})
    if isinstance(step, Revert):
        return (step.path, step.was, hashlib.sha256(step.then).hexdigest() if step.then is not None else None)
    if isinstance(step, CreateBytes):
        return (step.path, hashlib.sha256(step.data).hexdigest())
    return step

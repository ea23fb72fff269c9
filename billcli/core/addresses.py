"""Where a document stands: in a file of its own, or in a folded one under an address such as ``invoices/2026/03.yaml#INV-2026-0042``.

A folded file holds the documents of one kind and month, one after the other between lines of ``---``.
"""

from __future__ import annotations

import re

from billcli.model.pattern import Pattern

FOLDERS = (
    "invoices",
    "credit-notes",
    "payments",
    "refunds",
    "write-offs",
    "holds",
    "reconciliations",
    "reminders",
    "approvals",
    "deliveries",
    "findings",
)
"""Of the kinds whose documents have a month."""

_MONTH = rf"(?:{'|'.join(FOLDERS)})/[0-9]{{4}}/(?:0[1-9]|1[0-2])"
_FOLDED = Pattern(rf"{_MONTH}\.yaml\Z", re.ASCII)
_ADDRESS = Pattern(rf"({_MONTH}\.yaml)#(.+)\Z", re.ASCII)
_ALONE = Pattern(rf"({_MONTH})/([^/]+)\.yaml\Z", re.ASCII)
NAMELESS = "~"
"""In the name of a document that does not say its number or id in a plain line of its own, or says that of another; no id holds it."""


def is_folded(path: str) -> bool:
    """Whether the file at this path holds a month's documents."""
    return _FOLDED.match(path) is not None


def is_address(path: str) -> bool:
    """Whether it means one document of a folded file."""
    return "#" in path and _ADDRESS.match(path) is not None


def address(file: str, name: str) -> str:
    return f"{file}#{name}"


def file_of(path: str) -> str:
    """The file to open, to write and to commit."""
    match = _ADDRESS.match(path) if "#" in path else None
    return match[1] if match else path


def name_of(path: str) -> str:
    """The number or id of the document that stands there, by the name it has in its folder or folded file."""
    match = _ADDRESS.match(path) if "#" in path else None
    return match[2] if match else path.rpartition("/")[2].removesuffix(".yaml")


def alone(path: str) -> str:
    """Where a document stands when it is not folded: the same for both forms, so the audit trail goes by it."""
    match = _ADDRESS.match(path) if "#" in path else None
    return f"{match[1].removesuffix('.yaml')}/{match[2]}.yaml" if match else path


def when_folded(path: str) -> str | None:
    """The address of a document that stands alone in the folder of its month; None for one that cannot be folded."""
    match = _ALONE.match(path)
    return f"{match[1]}.yaml#{match[2]}" if match else None


def month_folder(file: str) -> str:
    """The folder beside a folded file, where its documents stand when they are not folded."""
    return file.removesuffix(".yaml")


def month_of(path: str) -> str:
    """The month of a folded file, or of an address in one, as ``bill unfold`` takes it: ``2026-03``."""
    return "-".join(month_folder(file_of(path)).rsplit("/", 2)[1:])

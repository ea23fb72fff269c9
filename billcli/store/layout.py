"""Where each kind of document lives, how its file is named, and the order of its keys (that of the model's fields)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from billcli.model.category import Categories
from billcli.model.credit_note import CreditNote
from billcli.model.customer import Customer
from billcli.model.invoice import Draft, Invoice
from billcli.model.item import Items
from billcli.model.payment import Payment
from billcli.model.settings import Settings
from billcli.model.types import Entity


class Kind(NamedTuple):
    """``name`` is also the word of the schema line: ``schema: invoice/1``."""

    name: str
    model: type[Entity]
    folder: str
    key: str = ""
    dated: str = ""

    @property
    def schema(self) -> str:
        return f"{self.name}/1"

    def path(self, data: Mapping[str, object]) -> str:
        """Where a document with these fields belongs."""
        if not self.key:
            return f"{self.folder}.yaml"
        if not self.dated:
            return f"{self.folder}/{data[self.key]}.yaml"
        day = data[self.dated]
        assert isinstance(day, date)
        return f"{self.folder}/{day:%Y}/{day:%m}/{data[self.key]}.yaml"


KINDS = {
    kind.name: kind
    for kind in (
        Kind("ledger", Settings, "ledger"),
        Kind("categories", Categories, "categories"),
        Kind("items", Items, "items"),
        Kind("customer", Customer, "customers", "id"),
        Kind("draft", Draft, "drafts", "id"),
        Kind("invoice", Invoice, "invoices", "number", "issued_on"),
        Kind("credit-note", CreditNote, "credit-notes", "number", "issued_on"),
        Kind("payment", Payment, "payments", "id", "on"),
    )
}
SINGLE = {f"{kind.folder}.yaml": kind for kind in KINDS.values() if not kind.key}
FOLDERS = {kind.folder: kind for kind in KINDS.values() if kind.key}
OTHER_FOLDERS = frozenset(("audit", "schemas", "templates"))

_LEFTOVER = re.compile(r"(?:.*~|#.*#|\.#.*|.*\.(?:sw[a-p]|bak|orig|rej|tmp|part)|4913|\.DS_Store|Thumbs\.db|desktop\.ini)\Z", re.IGNORECASE)


def is_leftover(name: str) -> bool:
    """Whether an editor, a merge tool or a desktop left this file."""
    return _LEFTOVER.match(name) is not None


def kind_for(path: str) -> Kind | None:
    """The kind of document that may stand at this path, or None."""
    if path in SINGLE:
        return SINGLE[path]
    return FOLDERS.get(path.split("/", 1)[0]) if "/" in path else None

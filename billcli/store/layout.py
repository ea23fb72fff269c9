"""Where each kind of document lives, how its file is named, and the order of its keys (that of the model's fields)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from billcli.model.pattern import Pattern

if TYPE_CHECKING:
    from billcli.model.types import Entity


class Kind(NamedTuple):
    """``name`` is also the word of the schema line: ``schema: invoice/1``; ``entity`` is where its model stands."""

    name: str
    entity: str
    folder: str
    key: str = ""
    dated: str = ""
    below: str = ""
    """The field that names a folder of its own below ``folder``."""
    large: bool = False
    """Whether a document may have many thousands of entries."""

    @property
    def schema(self) -> str:
        return f"{self.name}/1"

    @property
    def model(self) -> type[Entity]:
        """Imported when first asked for: a report on an index that is up to date reads no document."""
        module, _, name = self.entity.partition(":")
        found: type[Entity] = getattr(import_module(module), name)
        return found

    def path(self, data: Mapping[str, object]) -> str:
        """Where a document with these fields belongs."""
        if not self.key:
            return f"{self.folder}.yaml"
        if self.below:
            return f"{self.folder}/{data[self.below]}/{data[self.key]}.yaml"
        if not self.dated:
            return f"{self.folder}/{data[self.key]}.yaml"
        day = data[self.dated]
        assert isinstance(day, date)
        return f"{self.folder}/{day:%Y}/{day:%m}/{data[self.key]}.yaml"


KINDS = {
    kind.name: kind
    for kind in (
        Kind("ledger", "billcli.model.settings:Settings", "ledger"),
        Kind("categories", "billcli.model.category:Categories", "categories"),
        Kind("items", "billcli.model.item:Items", "items"),
        Kind("rules", "billcli.model.rules:Rules", "rules"),
        Kind("customer", "billcli.model.customer:Customer", "customers", "id"),
        Kind("draft", "billcli.model.invoice:Draft", "drafts", "id"),
        Kind("invoice", "billcli.model.invoice:Invoice", "invoices", "number", "issued_on"),
        Kind("credit-note", "billcli.model.credit_note:CreditNote", "credit-notes", "number", "issued_on"),
        Kind("payment", "billcli.model.payment:Payment", "payments", "id", "on"),
        Kind("refund", "billcli.model.refund:Refund", "refunds", "id", "on"),
        Kind("write-off", "billcli.model.write_off:WriteOff", "write-offs", "id", "on"),
        Kind("hold", "billcli.model.hold:Hold", "holds", "id", "on"),
        Kind("recurring", "billcli.model.recurring:Recurring", "recurring", "id"),
        Kind("reminder", "billcli.model.reminder:Reminder", "reminders", "id", "on"),
        Kind("approval", "billcli.model.reminder:Approval", "approvals", "id", "on"),
        Kind("delivery", "billcli.model.delivery:Delivery", "deliveries", "id", "on"),
        Kind("finding", "billcli.model.finding:Finding", "findings", "id", "on"),
        Kind("bank-statement", "billcli.model.bank_statement:Statement", "bank", "id", below="account", large=True),
        Kind("reconciliation", "billcli.model.reconciliation:Reconciliation", "reconciliations", "id", "on", large=True),
    )
}
SINGLE = {f"{kind.folder}.yaml": kind for kind in KINDS.values() if not kind.key}
FOLDERS = {kind.folder: kind for kind in KINDS.values() if kind.key}
ORIGINALS = "originals"
"""The folder within an account's that keeps what the bank sent; bill looks at a file there only where a statement names it."""

PROFILES = "bank/profiles"
"""The folder of the user's own layouts of bank files; no account is called so."""

OTHER_FOLDERS = frozenset(("audit", "evidence", "schemas", "templates"))

_LEFTOVER = Pattern(
    r"""(?:.*~|\#.*\#|\.\#.*|4913|.*\.(?:sw[a-p]|bak|orig|rej|tmp|part)        # editors
    |.*\.sync-conflict-[0-9]{8}-.*|.*\(.*conflicted\ copy.*              # programs that sync folders
    |\.DS_Store|Thumbs\.db|desktop\.ini)\Z""",
    re.IGNORECASE | re.VERBOSE,
)


def is_leftover(name: str) -> bool:
    """Whether an editor, a merge tool or a desktop left this file."""
    return _LEFTOVER.match(name) is not None


def is_kept_apart(folder: str) -> bool:
    """Whether a folder within the data folders holds no documents: ``bank/<account>/originals``, and ``bank/profiles`` with layouts."""
    return folder == PROFILES or (folder.startswith("bank/") and folder.endswith(f"/{ORIGINALS}") and folder.count("/") == 2)


def kind_for(path: str) -> Kind | None:
    """The kind of document that may stand at this path, or None."""
    if path in SINGLE:
        return SINGLE[path]
    if is_kept_apart(path.rpartition("/")[0]):
        return None
    return FOLDERS.get(path.split("/", 1)[0]) if "/" in path else None

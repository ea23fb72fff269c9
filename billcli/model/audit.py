"""An entry of the audit trail: JSON lines, so numbers are numbers; everything else is the files' own text."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from billcli.model.values import is_in_ledger


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", strict=True)


def _in_ledger(path: str) -> str:
    if not is_in_ledger(path):
        raise ValueError("no command writes there")
    return path


class AuditFile(_Line):
    """What a command did to one file: SHA-256 before and after, null for no file; ``by`` is ``hand`` for an edit bill only found.

    ``payee`` marks the accounts and addresses that stand in it.
    """

    path: Annotated[str, AfterValidator(_in_ledger)]
    old: str | None
    new: str | None
    by: str | None = None
    payee: str | None = None


class AuditEntry(_Line):
    """One command of one clone; ``at`` is UTC, ``prev`` the hash of the entry before it, ``hash`` its own."""

    seq: int = Field(ge=1)
    at: str
    clone: str
    actor: str
    version: str
    command: str
    files: list[AuditFile]
    prev: str
    reason: str | None = None
    hash: str

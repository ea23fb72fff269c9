"""Where money and mail go, as a mark in the audit trail: whoever changes an IBAN or an address on the way changes the mark."""

from __future__ import annotations

from collections.abc import Iterable

from billcli.store import fs

_PATHS = ("customers/", "ledger.yaml")


def is_payee(path: str) -> bool:
    """Whether accounts and addresses stand in that file."""
    return path.startswith(_PATHS)


def payee_mark(raw: bytes | None, path: str) -> str:
    """Sixteen digits of accounts, then sixteen of mail addresses; nothing for any other file, or one that is not understood."""
    if raw is None or not is_payee(path):
        return ""
    from billcli.model.customer import Customer
    from billcli.model.settings import Settings
    from billcli.store.read import read

    entity = read(raw, path).entity
    if isinstance(entity, Customer):
        return f"{_digits(entity.ibans)}-{_digits(each.email for each in entity.contacts)}"
    if isinstance(entity, Settings):
        company, mail = entity.company, entity.mail
        return f"{_digits((company.iban, company.bic))}-{_digits((company.email, mail.address if mail else None))}"
    return ""


def _digits(found: Iterable[str | None]) -> str:
    return fs.sha256("\n".join(sorted(each for each in found if each)).encode())[:16]

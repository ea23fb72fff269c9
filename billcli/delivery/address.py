"""One mail address, as a server takes it. Nothing else may come near an envelope or a header."""

from __future__ import annotations

import re
from typing import NamedTuple

from billcli.model.values import BadValue, quoted

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*\Z")
"""RFC 5321 dot-string, with RFC 6531; quoted strings are legal and used by nobody but those who try something."""

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z", re.ASCII)


class Mailbox(NamedTuple):
    """``address`` has its domain in ASCII; one that ``needs_utf8`` only goes to a server with SMTPUTF8."""

    address: str
    needs_utf8: bool

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def mailbox(text: str) -> Mailbox:
    """Exactly one address, its domain in ASCII (IDNA). Raises ``BadValue``."""
    local, at, domain = text.rpartition("@")
    if not at or not text.isprintable() or len(text) > 254 or len(local.encode()) > 64 or not _LOCAL.match(local):
        raise _bad(text)
    try:
        plain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _bad(text) from None
    labels = plain.split(".")
    if len(plain) > 253 or len(labels) < 2 or not all(map(_LABEL.match, labels)) or labels[-1].isdigit():
        raise _bad(text)
    return Mailbox(f"{local}@{plain}", not local.isascii())


def _bad(text: str) -> BadValue:
    hint = "one address, such as billing@nordwind.example, without a name, quotes or a second one"
    return BadValue("E218", f"{quoted(text)} is not one e-mail address", hint)

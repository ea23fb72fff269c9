"""A message as the bytes that go out. The same delivery gives the same bytes, on every machine and however often it is built."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from typing import NamedTuple

from billcli.delivery.address import Mailbox, mailbox
from billcli.errors import BillError

_ID = re.compile(r"<[!-;=?-~]{1,500}>\Z", re.ASCII)
_LONGEST = 300
"""Characters of a subject or a name; a header line has 998 bytes at most (RFC 5322, 2.1.1)."""


_HEADERS = frozenset(
    (
        "message-id", "in-reply-to", "references", "from", "to", "reply-to", "subject", "date", "auto-submitted",
        "x-auto-response-suppress", "x-bill-key", "mime-version", "content-type",
    )
)  # fmt: skip


class Person(NamedTuple):
    """Whom a header names; ``name`` may be empty."""

    name: str
    address: str


class Content(NamedTuple):
    """``key`` tells what it is about; ``message_id`` and ``answers`` stand in angle brackets, the oldest of ``answers`` first."""

    key: str
    message_id: str
    at: datetime
    sender: Person
    to: Person
    subject: str
    text: str
    html: str
    attachments: Sequence[tuple[str, bytes]] = ()
    answers: Sequence[str] = ()
    reply_to: str | None = None


def message_bytes(content: Content) -> bytes:
    """The whole message with CRLF line ends. Raises ``BadValue`` for an address that is none, ``BillError`` for an id that is none."""
    sender, to = mailbox(content.sender.address), mailbox(content.to.address)
    message = EmailMessage(policy.SMTPUTF8 if sender.needs_utf8 or to.needs_utf8 else policy.SMTP)
    message["From"] = _named(content.sender.name, sender)
    message["To"] = _named(content.to.name, to)
    if content.reply_to:
        message["Reply-To"] = _named("", mailbox(content.reply_to))
    message["Subject"] = one_line(content.subject)
    message["Date"] = format_datetime(content.at)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["X-Bill-Key"] = one_line(content.key)
    message.set_content(_lines(content.text), cte=_encoding(content.text))
    message.add_alternative(_lines(content.html), subtype="html", cte=_encoding(content.html))
    message.make_mixed()
    for name, data in content.attachments:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=file_name(name))
    mark = hashlib.sha256(content.message_id.encode()).hexdigest()[:24]
    for at, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"=_{mark}_{at}")  # neither quoted-printable nor base64 can hold "=_"
    raw = _ids(content) + message.as_bytes()
    _ensure_as_meant(raw, sender, to)
    return raw


def one_line(text: str) -> str:
    """What may stand in a header: one line, nothing in it that does not show, or that the library would decode into line ends."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain.replace("=?", "= ?")[:_LONGEST].rstrip()


def file_name(text: str) -> str:
    """A name that is a plain file's on any system: no folders, no control characters, at most 100 bytes with its extension."""
    shown = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in text).strip(" .")
    stem, dot, extension = shown.rpartition(".")
    stem, extension = (stem, dot + extension) if stem and len(extension) <= 5 else (shown, "")
    while len((stem + extension).encode()) > 100:
        stem = stem[:-1]
    return stem + extension or "document.pdf"


def _named(name: str, box: Mailbox) -> Address:
    user, _, domain = box.address.rpartition("@")
    return Address(_name(name), user, domain)


def _name(name: str) -> str:
    """Short enough to stand on a line of its own: what is folded inside quotes may lose them on its way through a library."""
    shown = one_line(name)
    return shown if shown.isascii() and len(shown) <= 40 else "".join(" " if c in '()<>[]:;@\\,"' else c for c in shown)[:100].strip()


def _ids(content: Content) -> bytes:
    """Written here: the library encodes an id that is longer than a line, and then it is another one."""
    for each in (content.message_id, *content.answers):
        if not _ID.match(each):
            raise BillError(f"{each!r} is not a Message-ID")
    found = [f"Message-ID: {content.message_id}"]
    if content.answers:
        found += [f"In-Reply-To: {content.answers[-1]}", "References: " + "\r\n ".join(content.answers)]
    return "".join(f"{line}\r\n" for line in found).encode("ascii")


def _lines(text: str) -> str:
    """Line ends as one kind; a lone CR, a NUL or the like has no place in a mail."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c.isprintable() or c in "\n\t" or c >= "\u00a0")


def _encoding(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    return "base64" if sum(byte > 127 for byte in raw) * 3 > len(raw) else "quoted-printable"


def _ensure_as_meant(raw: bytes, sender: Mailbox, to: Mailbox) -> None:
    """A name must never become a second recipient, nor any text a header, whatever a library makes of it."""
    head = BytesHeaderParser(policy=policy.default).parsebytes(raw)
    if more := sorted({each.lower() for each in head} - _HEADERS):
        raise BillError(f"the message would have a header {more[0]!r}", "take out of the subject what looks like one")
    for name, box in (("From", sender), ("To", to)):
        found = [each.addr_spec for header in head.get_all(name, []) for each in header.addresses]
        if found != [box.address]:
            raise BillError(f"{name}: would not be {box.address} alone", "shorten or change the name that stands with it")

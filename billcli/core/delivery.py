"""The identity of what leaves the house, and how it stands: from its state lines alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from billcli.core.facts import DeliveryFact

if TYPE_CHECKING:
    from billcli.model.customer import Contact

PLANNED, DOUBT = "planned", "in doubt"

OVER = frozenset(("sent", "dropped"))
"""Nothing more happens to these by itself, nor has to."""

COUNTS = frozenset(("sent", DOUBT))
"""The recipient has it, or may have it."""


def delivery_key(kind: str, documents: Sequence[str], about: str | None, channel: str, recipient: str | None) -> str:
    """What is sent to whom, as text: equal keys are the same delivery, whoever plans it and when."""
    return "\n".join((kind, ",".join(documents), about or "", channel, folded(recipient or "")))


def folded(address: str) -> str:
    """Equal for equal addresses, however their domain is written (IDNA)."""
    local, at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            pass  # no server takes it
    return f"{local}{at}{domain}".lower()


def delivery_id(kind: str, stem: str, key: str) -> str:
    """``stem`` is the document, or the customer; the mark is that of the key."""
    return f"{stem[: 64 - len(kind) - 10]}-{kind}-{key_mark(key)}"


def key_mark(key: str) -> str:
    """How an id ends."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def reachable(contacts: Sequence[Contact], roles: Sequence[str]) -> list[Contact]:
    """All contacts of the first of these roles that has anybody with an address."""
    for role in roles:
        if found := [each for each in contacts if each.role == role and each.email]:
            return found
    return []


def message_id(key: str, company: str, sender: str) -> str:
    """The same for the same key, so that a receiving system can drop a second copy (RFC 5322, 3.6.4)."""
    mark = hashlib.sha256(f"{company}\n{sender}\n{key}".encode()).hexdigest()[:32]
    return f"<{mark}@{sender.rpartition('@')[2]}>"


def standing(word: str) -> str:
    """How a delivery stands whose last state line says ``word`` (empty where there is none), while nobody hands it over.

    Before ``data`` the server cannot have taken it, so beginning again is safe; after it nobody knows (RFC 1047).
    """
    return {"": PLANNED, "sending": PLANNED, "again": PLANNED, "data": DOUBT, "in-doubt": DOUBT}.get(word, word)


def stands(delivery: DeliveryFact) -> str:
    return standing(delivery.state)


def reached(delivery: DeliveryFact) -> bool:
    """Whether the recipient has it, or may have it. A PDF in a folder is no proof of that."""
    return delivery.channel != "file" and stands(delivery) in COUNTS


def whom(delivery: DeliveryFact) -> str:
    """Who gets it, for a person."""
    return delivery.recipient or {"file": "as a file", "hand": "by hand"}.get(delivery.channel, delivery.channel)


BACK_OFF = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6), timedelta(days=1))
"""How long a deferred message waits after its first try, its second, and so on."""

RESENT = "mail.in_doubt: resend"
SAFE = "a Maildir takes nothing twice"

MOVED = "address changed"
"""How what was said begins where the next run plans for another recipient."""

PERSON = "needs a person: "
"""How what was said begins where no further try helps."""


def instant(text: str) -> datetime:
    """An instant as deliveries write it."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def instant_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def next_try(delivery: DeliveryFact) -> datetime | None:
    """From when on it may be handed over again; None where it need not wait."""
    if delivery.state not in ("deferred", "data", "in-doubt"):
        return None
    return instant(delivery.state_at) + BACK_OFF[min(max(delivery.attempts, 1), len(BACK_OFF)) - 1]


def needs_person(delivery: DeliveryFact) -> bool:
    return delivery.state == "deferred" and delivery.said.startswith(PERSON)

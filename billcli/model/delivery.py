"""What left the house: one document or notice, to one recipient, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple

from billcli.model.types import Day, Email, Entity, Free, FromText, Id, Language, Notes, Text, one_of
from billcli.model.values import BadValue, parse_text, quoted

DeliveryKind = Annotated[str, one_of("invoice", "credit-note", "reminder", "statement", "confirmation")]
Channel = Annotated[str, one_of("mail", "file", "hand")]
"""By e-mail, as a PDF written into a folder, or handed over by a person in another way."""

WORDS = ("sending", "data", "sent", "deferred", "refused", "in-doubt", "dropped", "again")
"""What a state line says. ``sending`` stands before connecting, ``data`` right before the message itself goes out (RFC 5321, 4.1.1.4)."""


class State(NamedTuple):
    """One step, as it was written down: an instant in UTC, the word, and what the server, a person or bill said."""

    at: datetime
    word: str
    said: str


def parse_state(text: str) -> State:
    """``2026-04-17T08:00:00Z sent 250 2.0.0 queued as ABC``. Raises ``BadValue``."""
    instant, _, rest = parse_text(text).partition(" ")
    word, _, said = rest.partition(" ")
    try:
        at = datetime.strptime(instant, "%Y-%m-%dT%H:%M:%S%z") if instant.endswith("Z") and len(instant) == 20 else None
    except ValueError:
        at = None
    if at is None or word not in WORDS:
        hint = "an instant in UTC, one of " + ", ".join(WORDS) + ", and what was said; only bill adds such lines"
        raise BadValue("E209", f"{quoted(text)} is not a state of a delivery", hint)
    return State(at, word, said)


def state_text(state: State) -> str:
    """The line of a state; what was said is cut at 500 characters and keeps to one line."""
    said = " ".join("".join(c if c.isprintable() else " " for c in state.said).split())[:500]
    return f"{state.at:%Y-%m-%dT%H:%M:%SZ} {state.word} {said}".rstrip()


def _state(text: str) -> str:
    parse_state(text)
    return text


StateLine = Annotated[str, FromText(_state, str, {"type": "string"})]


class Attachment(Entity):
    """A file that went with it, by name and SHA-256; the same documents and templates give the same bytes again."""

    name: Text
    sha256: Text


class Delivery(Entity):
    """``deliveries/<year>/<month>/<id>.yaml``. The id comes from what is sent to whom, so nothing is planned twice.

    It is on the disk before anything leaves. Nothing in it changes afterwards but ``states``, which stays the last key: lines are
    only ever added, at the end of the file. Without a state it waits to be handed over.
    ``documents`` are numbers of invoices or credit notes, or the id of a reminder; ``about`` says what a statement is of.
    ``sha256`` is that of the whole message, ``planned_at`` its date. ``to_given``: a person named the address instead of the contacts.
    """

    id: Id
    kind: DeliveryKind
    customer: Id
    documents: tuple[Id, ...] = ()
    about: Text | None = None
    on: Day
    channel: Channel
    to: Email | None = None
    to_name: Text | None = None
    to_given: bool | None = None
    language: Language | None = None
    planned_at: Text
    message_id: Text | None = None
    in_reply_to: Text | None = None
    subject: Text | None = None
    text: Notes | None = None
    attachments: tuple[Attachment, ...] = ()
    sha256: Text | None = None
    x: Free | None = None
    states: tuple[StateLine, ...] = ()

"""From parcels to deliveries: whom they go to, what they say, and which of them exist already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from billcli.app.books import Books
from billcli.app.outbox import kept
from billcli.app.outbox.parcel import Left, Packed, Parcel
from billcli.app.refresh import Progress, no_progress
from billcli.core.delivery import COUNTS, OVER, delivery_id, delivery_key, instant, instant_text, message_id, reachable, reached, stands
from billcli.core.plan import Create
from billcli.errors import BillError
from billcli.index import delivery_queries
from billcli.model.delivery import Delivery, State, state_text
from billcli.model.values import BadValue

if TYPE_CHECKING:
    from billcli.model.customer import Customer
    from billcli.model.settings import Settings
    from billcli.render.studio import Fault, Job, Studio, Texts

_LONGEST = 20_000
"""Characters of the text of a letter: what a delivery may hold."""


class Recipient(NamedTuple):
    """``address`` is None where a person hands it over. ``person`` is who is greeted by name."""

    address: str | None
    name: str | None
    person: str | None = None
    given: bool = False
    """A person named the address."""


class Made(NamedTuple):
    """What the templates gave for a parcel."""

    paper: bytes | None
    letter: Texts | None


def pack(books: Books, parcels: Sequence[Parcel], studio: Studio, now: datetime, progress: Progress = no_progress) -> Packed:
    """One delivery for each recipient, without those that are there already. Changes nothing; message bytes are remembered for the
    moment when the plan is carried out. Raises ``BillError`` where the ledger does not say who sends.
    """
    settings = books.settings()
    if settings.mail is None and any(each.channel == "mail" for each in parcels):
        hint = 'add "mail:" with "address:" to ledger.yaml: "bill edit ledger.yaml"'
        raise BillError("ledger.yaml does not say from which address mail goes", hint)
    left: list[Left] = []
    there: list[str] = []
    wanted = []
    for parcel in parcels:
        some = _recipients(books, parcel, left)
        fresh, old = _parted(books, parcel, some)
        there += [each.id for each in old]
        left += [Left(parcel, _planned_before(each), there=True) for each in old]
        wanted += [(addressed(parcel, each.person), each) for each in fresh]
    deliveries: list[Delivery] = []
    for (parcel, recipient), made in zip(wanted, make([parcel for parcel, _ in wanted], studio, progress), strict=True):
        found = made if isinstance(made, str) else _delivery(books, settings, parcel, recipient, made, now)
        if isinstance(found, str):
            left.append(Left(parcel, found))
        else:
            deliveries.append(found)
    return Packed(tuple(map(_create, deliveries)), tuple(deliveries), tuple(left), tuple(there))


def _create(delivery: Delivery) -> Create:
    from billcli.core.document import document_data, path_of

    return Create(path_of("deliveries", delivery.id, delivery.on), "delivery", document_data(delivery))


# recipients


def _recipients(books: Books, parcel: Parcel, left: list[Left]) -> list[Recipient]:
    """Each address once, in the order of the contacts; one that no server would take is left, with the reason."""
    if parcel.channel == "hand":
        return [Recipient(None, None)]
    customer = books.customer(parcel.customer)
    found = [Recipient(each, customer.name, given=True) for each in parcel.to]
    contacts = reachable(customer.contacts, parcel.roles)
    found = found or [Recipient(each.email, each.name or customer.name, each.name) for each in contacts]
    if not found:
        left.append(Left(parcel, "no address"))
    good: dict[str, Recipient] = {}
    for each in found:
        try:
            good.setdefault(_plain(each.address or "").lower(), each)
        except BadValue as error:
            left.append(Left(parcel, f"address: {error.message}"))
    return [*good.values()]


def addressed(parcel: Parcel, person: str | None) -> Parcel:
    """The letter greets the person by name; the paper is the same for all."""
    if person is None or parcel.channel != "mail":
        return parcel
    return parcel._replace(letter=parcel.letter._replace(data={**parcel.letter.data, "contact_name": person}))


def person_at(customer: Customer, address: str | None) -> str | None:
    """Whose mailbox it is, among the customer's contacts."""
    return next((each.name for each in customer.contacts if each.name and each.email == address), None)


def _plain(address: str) -> str:
    from billcli.delivery.address import mailbox

    return mailbox(address).address


def key_of(parcel: Parcel, recipient: str | None) -> str:
    return delivery_key(parcel.kind, parcel.documents, parcel.about, parcel.channel, recipient)


def id_of(parcel: Parcel, recipient: str | None) -> str:
    return delivery_id(parcel.kind, parcel.documents[0] if parcel.documents else parcel.customer, key_of(parcel, recipient))


def _parted(books: Books, parcel: Parcel, some: Iterable[Recipient]) -> tuple[list[Recipient], list[Any]]:
    """Recipients that get it for the first time, and the deliveries of the others."""
    by_id = {id_of(parcel, each.address): each for each in some}
    known = delivery_queries.by_ids(books.index, [*by_id])
    return [each for name, each in by_id.items() if name not in known], [known[name] for name in by_id if name in known]


def _planned_before(delivery: Any) -> str:
    stand = stands(delivery)
    whom = f" to {delivery.recipient}" if delivery.recipient else ""
    if stand in OVER:
        return f"already {stand}{whom} on {delivery.state_at[:10]}"
    return f"waits already{whom}: {delivery.id}" if stand not in COUNTS else f"{stand}{whom}: {delivery.id}"


# what they say


def make(parcels: Sequence[Parcel], studio: Studio, progress: Progress = no_progress) -> list[Made | str]:
    """Paper and letter of each parcel, or why its templates give none; all in one go."""
    jobs: list[Job] = []
    for each in parcels:
        jobs += [each.paper] if each.paper else []
        jobs += [each.letter] if each.channel == "mail" else []
    results = iter(studio.made(jobs, progress) if jobs else ())
    return [_made(each, next(results) if each.paper else None, next(results) if each.channel == "mail" else None) for each in parcels]


def _made(parcel: Parcel, paper: bytes | Texts | Fault | None, letter: bytes | Texts | Fault | None) -> Made | str:
    from billcli.render.results import Fault

    for found in (paper, letter):
        if isinstance(found, Fault):
            return f"template: {found.told}"
    return Made(cast("bytes | None", paper), cast("Texts | None", letter))


def _delivery(
    books: Books, settings: Settings, parcel: Parcel, recipient: Recipient, made: Made, now: datetime
) -> Delivery | str:  # fmt: skip
    """The delivery, or why there can be none."""
    from billcli.core.document import made as entity

    fields = _fields(books, settings, parcel, recipient, made, books.today, instant_text(now))
    if isinstance(fields, str):
        return fields
    if recipient.address is None:
        said = (state_text(State(now, "sent", f"by hand: {parcel.by_hand}")),) if parcel.by_hand is not None else ()
        return entity(Delivery, {**fields, "states": said})
    raw = message_of(settings, fields, made)
    if isinstance(raw, str):
        return raw
    from billcli.store.fs import sha256

    kept.remember(fields["id"], raw)
    return entity(Delivery, {**fields, "sha256": sha256(raw)})


def _fields(
    books: Books, settings: Settings, parcel: Parcel, recipient: Recipient, made: Made, on: date, planned_at: str
) -> dict[str, Any] | str:
    from billcli.delivery.message import file_name, one_line

    key = key_of(parcel, recipient.address)
    fields: dict[str, Any] = {
        "id": id_of(parcel, recipient.address), "kind": parcel.kind, "customer": parcel.customer, "documents": parcel.documents,
        "about": parcel.about, "on": on, "channel": parcel.channel, "to": recipient.address,
        "to_name": one_line(recipient.name) if recipient.name else None, "language": parcel.language, "planned_at": planned_at,
    }  # fmt: skip
    if recipient.address is not None:
        assert settings.mail is not None
        fields["message_id"] = message_id(key, settings.company.name, _plain(settings.mail.address))
        fields["in_reply_to"] = _thread(books, parcel.threads)
        fields["to_given"] = recipient.given or None
    fields |= letter_fields(made, file_name(parcel.file_name))
    return _unfit(fields) if recipient.address is not None else fields


def letter_fields(made: Made, name: str) -> dict[str, Any]:
    """What a delivery keeps of paper and letter; ``name`` is that of the PDF."""
    from billcli.delivery.message import one_line
    from billcli.store.fs import sha256

    fields: dict[str, Any] = {"attachments": ()}
    if made.letter is not None:
        fields |= {"subject": one_line(made.letter.subject), "text": _text(made.letter.text)}
    if made.paper is not None:
        fields["attachments"] = ({"name": name, "sha256": sha256(made.paper)},)
    return fields


def _unfit(fields: dict[str, Any]) -> dict[str, Any] | str:
    """The fields, or what is wrong with the letter."""
    subject, text = fields["subject"], fields["text"]
    if not subject or not text:
        return f"template: the letter has no {'text' if subject else 'subject'}"
    if len(text) > _LONGEST:
        return f"template: the letter has {len(text)} characters; {_LONGEST} at most"
    return fields


def _text(text: str) -> str:
    """Lines without what does not show, as a file of the ledger can hold them."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(c for c in plain if c == "\n" or c.isprintable() or c == "\u00a0").strip("\n")


def _thread(books: Books, invoices: Sequence[str]) -> str | None:
    """The id of the mail with which the first of these invoices went out last."""
    sent = delivery_queries.deliveries_of(books.index, "invoice", list(invoices))
    for number in invoices:
        ids = [each.message_id for each in sent.get(number, ()) if reached(each) and each.message_id]
        if ids:
            return ids[-1]
    return None


def message_of(settings: Settings, fields: dict[str, Any], made: Made) -> bytes | str:
    """The bytes of the message that these fields of a delivery describe, or why there can be none."""
    from billcli.delivery.message import Content, Person, message_bytes

    mail, letter = settings.mail, made.letter
    assert mail is not None
    assert letter is not None
    attached = [(fields["attachments"][0]["name"], made.paper)] if made.paper is not None else []
    try:
        raw = message_bytes(
            Content(
                key="/".join(filter(None, (",".join(fields["documents"]) or fields["customer"], fields["kind"], fields["about"]))),
                message_id=fields["message_id"],
                at=instant(fields["planned_at"]),
                sender=Person(mail.name or settings.company.name, mail.address),
                to=Person(fields["to_name"] or "", fields["to"]),
                subject=fields["subject"],
                text=letter.text,
                html=letter.html,
                attachments=attached,
                answers=[fields["in_reply_to"]] if fields["in_reply_to"] else [],
                reply_to=mail.reply_to,
            )
        )
    except (BadValue, BillError) as error:
        return f"address: {error.message}" if isinstance(error, BadValue) else error.message
    if len(raw) > mail.max_mb * 1_000_000:
        return f"the message has {len(raw) / 1_000_000:.1f} MB; {mail.max_mb} at most (mail.max_mb in ledger.yaml)"
    return raw

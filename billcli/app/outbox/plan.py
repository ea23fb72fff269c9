"""Plans of what people do with the outbox: send documents, say what became of a delivery, make this the working copy that sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.app.outbox.pack import message_of, pack
from billcli.app.outbox.parcel import Packed, Parcel
from billcli.app.outbox.rebuild import SOURCES, made_again
from billcli.app.outbox.rechecks import moved, outdated
from billcli.core.delivery import DOUBT, OVER, stands
from billcli.core.facts import DeliveryFact
from billcli.core.plan import Append, Change, Create, Edit, Plan, Set
from billcli.errors import BillError, UsageError
from billcli.index import delivery_queries
from billcli.model.delivery import Delivery, State, state_text
from billcli.model.values import quoted
from billcli.store import audit, fs

if TYPE_CHECKING:
    from billcli.app.write import Planner
    from billcli.render.studio import Studio

MakeParcels = Callable[[Books], Sequence[Parcel]]


def plan_deliveries(command: str, parcels: MakeParcels, studio: Studio, now: datetime, *, reason: str = "") -> Planner:
    """Plans what these parcels come to. The result names all deliveries that are to be handed over, those planned before too."""

    def planner(books: Books) -> Plan:
        return delivery_plan(books, command, pack(books, parcels(books), studio, now), reason)

    return planner


def delivery_plan(books: Books, command: str, packed: Packed, reason: str = "") -> Plan:
    known = delivery_queries.by_ids(books.index, packed.there)
    waiting = [name for name in packed.there if stands(known[name]) not in OVER and stands(known[name]) != DOUBT]
    lines = [line for each in packed.deliveries for line in _told(each)]
    lines += [f"{'' if each.there else 'not sent: '}{_what(each.parcel)}: {each.reason}" for each in packed.left]
    head = f"{count} {'delivery' if count == 1 else 'deliveries'} planned" if (count := len(packed.deliveries)) else "nothing to plan"
    ids = [each.id for each in packed.deliveries]
    result = {
        "deliveries": [*ids, *waiting],
        "left": [each.data for each in packed.left],
    }
    return Plan(command, packed.steps, (head, *lines), result, ("ledger.yaml",) if packed.steps else (), reason=reason)


def _what(parcel: Parcel) -> str:
    return ", ".join(parcel.documents) or f"{parcel.kind} of {parcel.customer}"


def _told(delivery: Delivery) -> list[str]:
    what = ", ".join(delivery.documents) or f"{delivery.kind} {delivery.about}"
    if delivery.channel != "mail":
        return [f"  {delivery.id}: {what}, by hand"]
    whom = f"{delivery.to_name} <{delivery.to}>" if delivery.to_name else delivery.to
    attached = ", ".join(each.name for each in delivery.attachments) or "nothing attached"
    return [f"  {delivery.id}: to {whom}", f"    {delivery.subject} ({attached})"]


# what a person says of a delivery


def plan_resolve(delivery_id: str, word: str, reason: str, now: datetime) -> Planner:
    """``word`` is sent, resend or drop. Only where somebody has to decide, or something still waits."""

    def planner(books: Books) -> Plan:
        path, fact = _found(books, delivery_id)
        stand = stands(fact)
        went_by_hand = fact.channel == "hand" and stand == "dropped" and word == "sent"  # it had been posted when bill took it out
        if stand in OVER and not went_by_hand:
            raise BillError(f"{delivery_id} is {stand} since {fact.state_at}: nothing is open", _again_hint(fact))
        if word == "resend" and fact.channel != "mail":
            raise BillError(f"{delivery_id} goes by hand", "say that it went with --sent, or take it out with --drop")
        stale = outdated(books, fact) if word == "resend" or (word == "sent" and fact.channel == "hand") else None
        if stale and word == "resend":
            raise _stale(delivery_id, stale)
        said = f"said by {audit.actor()}: {reason}"
        state = State(now, {"sent": "sent", "resend": "again", "drop": "dropped"}[word], said)
        after = {"sent": "counts as sent", "resend": "is handed over once more by the next run", "drop": "is not sent any more"}[word]
        summary = (f"{delivery_id}, {stand} so far, {after}: {reason}",)
        edits: tuple[Edit, ...] = (Append(("states",), state_text(state)),)
        warnings = (f"{stale}: was this letter still to go?",) if stale else ()
        return Plan(
            "outbox resolve", (Change(path, "delivery", edits),), summary, {"id": delivery_id}, (path,), warnings=warnings, reason=reason
        )

    return planner


def _stale(delivery_id: str, why: str) -> BillError:
    return BillError(f"{delivery_id} must not go any more: {why}", f'take it out: "bill outbox resolve {delivery_id} --drop --reason …"')


def _again_hint(fact: Any) -> str:
    if fact.kind in ("invoice", "credit-note"):
        return f'"bill {fact.kind} send" with --again sends another copy'
    return ""


def plan_retry(ids: Sequence[str], studio: Studio, now: datetime) -> Planner:
    """Has deliveries that were refused, deferred or dropped tried again; a message that comes out otherwise now is planned so."""

    def planner(books: Books) -> Plan:
        changes: list[Change] = []
        made: list[Create] = []
        ids_after: list[str] = []
        lines: list[str] = []
        for each in dict.fromkeys(ids):
            path, fact = _found(books, each)
            stand = stands(fact)
            if stand == DOUBT:
                raise BillError(f"{each} is in doubt: the recipient may have it", f'"bill outbox resolve {each} --sent" or --resend')
            if stand == "sent" or fact.channel != "mail":
                raise BillError(f"{each} is {stand}, and goes by {fact.channel}: there is nothing to try again", _again_hint(fact))
            if stale := outdated(books, fact):
                raise _stale(each, stale)
            if now_to := moved(books, fact):
                drop, planned, told = _to_new_address(books, path, fact, now_to, studio, now)
                changes += drop
                made += planned.steps
                lines += told
                ids_after += [*(one.id for one in planned.deliveries), *planned.there]
                continue
            ids_after.append(each)
            anew = _anew(books, books.document(path, Delivery), studio)
            said = f"{audit.actor()}: retry" + (", planned anew" if anew else "")
            changes.append(Change(path, "delivery", (*anew, Append(("states",), state_text(State(now, "again", said))))))
            lines.append(f"{each} is tried again by the next run" + (", as its templates and data are now" if anew else ""))
        return Plan(
            "outbox retry", (*changes, *made), tuple(lines), {"deliveries": [*dict.fromkeys(ids_after)]},
            (*(each.path for each in changes), *(("ledger.yaml",) if made else ())),
        )  # fmt: skip

    return planner


def _to_new_address(
    books: Books, path: str, fact: DeliveryFact, why: str, studio: Studio, now: datetime
) -> tuple[list[Change], Packed, list[str]]:
    """Takes out a delivery whose recipient is no contact any more, and plans one for each of those who are."""
    parcel = SOURCES[fact.kind](books, books.document(path, Delivery))._replace(to=())
    packed = pack(books, [parcel], studio, now)
    if not packed.deliveries and not packed.there:
        raise BillError(f"{fact.id}: {packed.left[0].reason}", "name somebody in the customer's contacts")
    lines = [f"{fact.id} is dropped, {why}", *(line for each in packed.deliveries for line in _told(each))]
    lines += [f"  {each.reason}" for each in packed.left]
    if stands(fact) == "dropped":
        return [], packed, lines
    state = state_text(State(now, "dropped", f"{why}, {audit.actor()}: retry"))
    return [Change(path, "delivery", (Append(("states",), state),))], packed, lines


def _anew(books: Books, delivery: Delivery, studio: Studio) -> list[Edit]:
    """What changes in a delivery whose message comes out otherwise now; its key, id and Message-ID stay."""
    from billcli.app.outbox import kept
    from billcli.app.outbox.pack import letter_fields

    made = made_again(books, delivery, studio)
    if isinstance(made, str):
        raise BillError(f"{delivery.id}: {made}", "mend that first")
    fields = {**delivery.model_dump(), **letter_fields(made, delivery.attachments[0].name if delivery.attachments else "")}
    raw = message_of(books.settings(), fields, made)
    if isinstance(raw, str):
        raise BillError(f"{delivery.id}: {raw}", "mend that first")
    kept.remember(delivery.id, raw)
    if fs.sha256(raw) == delivery.sha256:
        return []
    return [
        Set(("subject",), fields["subject"]),
        Set(("text",), fields["text"]),
        *([Set(("attachments", 0, "sha256"), fields["attachments"][0]["sha256"])] if delivery.attachments else []),
        Set(("sha256",), fs.sha256(raw)),
    ]


def _found(books: Books, delivery_id: str) -> tuple[str, Any]:
    path = books.path("delivery", delivery_id)
    fact = delivery_queries.delivery(books.index, delivery_id)
    assert fact is not None
    return path, fact


def plan_here(books: Books) -> Plan:
    """Makes this working copy the one that hands mail over."""
    before, here = books.settings().sender, audit.clone_id(books.root)
    if before == here:
        return Plan("nothing", (), (f"mail goes from this working copy already ({here})",), {"id": here})
    warnings = (f"so far it went from {before}: see to it that nothing is sent there any more",) if before else ()
    summary = (f"mail goes from this working copy ({here}) from now on",)
    change = Change("ledger.yaml", "ledger", (Set(("sender",), here),))
    return Plan("outbox here", (change,), summary, {"id": here}, ("ledger.yaml",), warnings=warnings)


def check_word(*, sent: bool, resend: bool, drop: bool) -> str:
    """The one that was given. Raises ``UsageError``."""
    given = [word for word, is_given in (("sent", sent), ("resend", resend), ("drop", drop)) if is_given]
    if len(given) != 1:
        raise UsageError("say what became of it", "give one of --sent, --resend and --drop")
    return given[0]


def ensure_state(text: str | None) -> None:
    if text is not None and text not in STATES:
        raise UsageError(f"--state: {quoted(text)} is not a state", "use one of: " + ", ".join(STATES))


STATES = ("planned", "deferred", "refused", DOUBT, "sent", "dropped")

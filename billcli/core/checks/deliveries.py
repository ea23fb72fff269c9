"""What deliveries must fulfil: each key is handed over once, its id is that of its key, and its states follow one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from billcli.core.addresses import is_address
from billcli.core.delivery import DOUBT, delivery_key, key_mark, stands
from billcli.core.facts import DeliveryFact
from billcli.core.report import counted
from billcli.diagnostics import Diagnostic
from billcli.model.delivery import Delivery, parse_state

_MAY_FOLLOW = {
    "": {"sending", "deferred", "sent", "dropped", "again", "refused", "in-doubt"},
    "sending": {"sending", "data", "deferred", "refused", "dropped", "again", "sent", "in-doubt"},
    "data": {"sent", "deferred", "refused", "in-doubt", "again", "dropped"},
    "in-doubt": {"again", "sent", "dropped"},
    "deferred": {"sending", "deferred", "refused", "again", "sent", "dropped", "in-doubt"},
    "refused": {"again", "sent", "dropped"},
    "again": {"sending", "deferred", "refused", "again", "sent", "dropped", "in-doubt"},
    "dropped": {"again", "sent"},
    "sent": set(),
}
_HANDED = frozenset(("data", "in-doubt", "sent"))


def check_delivery(delivery: Delivery) -> Iterator[Diagnostic]:
    """E670 to E672 of one delivery by itself."""
    key = delivery_key(delivery.kind, delivery.documents, delivery.about, delivery.channel, delivery.to)
    if not delivery.id.endswith(f"-{key_mark(key)}"):
        message = f"the id of {delivery.id} is not that of what it sends to whom; its mark would be {key_mark(key)}"
        yield Diagnostic("E671", message, path=("id",), hint="somebody changed what it says; git has it as it was planned")
    before = ""
    for at, text in enumerate(delivery.states):
        word = parse_state(text).word
        if word in ("sending", "data") and before in _HANDED:
            message = f"{delivery.id} was handed over again though it was {DOUBT if before != 'sent' else 'sent'}, without a person's word"
            yield Diagnostic(
                "E670", message, path=("states", at), hint="the recipient may have it twice: look for what wrote this, and say sorry"
            )
        elif word not in _MAY_FOLLOW[before]:
            message = f'"{word}" does not follow "{before}"' if before else f'the states of a delivery do not begin with "{word}"'
            yield Diagnostic("E672", message, path=("states", at), hint="only bill adds states; git has the file as it was")
        before = word


def check_handed_twice(groups: Iterable[list[tuple[str, str]]]) -> Iterator[Diagnostic]:
    """E670: deliveries (file, id) of one key, all of which went out or may have."""
    for group in groups:
        first, *others = sorted(group)
        for file, name in others:
            message = f"{name} says the same to the same recipient as {first[1]}, and both went out"
            yield Diagnostic("E670", message, file, ("id",), hint="two working copies that send do this: see that one alone does")


def check_open(waiting: Iterable[tuple[str, DeliveryFact]], today: date, give_up_days: int, *, strict: bool) -> Iterator[Diagnostic]:
    """W673 to W676: what waits for a person, or too long. ``strict`` alone tells of what was refused and keeps nothing else from going."""
    for file, each in waiting:
        stand = stands(each)
        if stand == DOUBT:
            message = f"{each.id} is in doubt: {each.said or each.state}"
            hint = f'ask, or look into the server\'s log; then "bill outbox resolve {each.id}"'
            found = Diagnostic("W673", message, file, ("states",), hint=hint) if not strict else None
        elif stand == "refused":
            hint = f'look at the address; "bill outbox retry {each.id}", or "bill outbox resolve {each.id} --drop"'
            loud = each.kind in ("invoice", "reminder")  # no reminder goes of what the customer does not have
            found = Diagnostic("W674", f"{each.id} was refused: {each.said}", file, ("states",), hint=hint) if strict != loud else None
        else:
            found = _old(file, each, today, give_up_days) if not strict else None
        if found:
            yield found


def _old(file: str, each: DeliveryFact, today: date, give_up_days: int) -> Diagnostic | None:
    days = (today - each.booked_on).days
    if days > give_up_days:
        if each.channel == "mail":
            hint = '"bill outbox send" hands over what waits; is it run, and does the server take it?'
        else:
            hint = f'"bill outbox pdf {each.id}" writes what is to be posted, "bill outbox resolve {each.id} --sent" says that it went'
        return Diagnostic("W675", f"{each.id} waits for {counted(days, 'day')}", file, ("planned_at",), hint=hint)
    if is_address(file):
        message = f"{each.id} is {stands(each)}, and stands in a folded file: no state can be added there"
        hint = 'unfold the month, or say what became of it: "bill outbox resolve"'
        return Diagnostic("W676", message, file, ("id",), hint=hint)
    return None

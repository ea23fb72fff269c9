"""Notices made ready to be handed over: one delivery per recipient, on the disk before anything leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.core.delivery import delivery_id, delivery_key
from billcli.core.document import document_data, made, path_of
from billcli.core.dunning.policy import recipients
from billcli.core.plan import Create
from billcli.model.delivery import Delivery
from billcli.model.reminder import Reminder

if TYPE_CHECKING:
    from billcli.core.plan import Step


class Ready(NamedTuple):
    """The steps that write the deliveries, and by notice why one cannot go."""

    steps: tuple[Step, ...]
    left: Mapping[str, str]


def packed(books: Books, notices: Sequence[Reminder], now: datetime) -> Ready:
    """Letters wait until a person says that they went; mails until they are handed over."""
    steps: list[Step] = []
    left: dict[str, str] = {}
    for notice in notices:
        to = recipients(books.customer(notice.customer).contacts, notice.level) if notice.channel == "mail" else [None]
        if not to:
            left[notice.id] = "no address"
        for address in to:
            channel = "mail" if address else "hand"
            key = delivery_key("reminder", [notice.id], None, channel, address)
            fields = {
                "id": delivery_id("reminder", notice.id, key), "kind": "reminder", "customer": notice.customer, "documents": (notice.id,),
                "on": notice.on, "channel": channel, "to": address, "language": notice.language, "planned_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            }  # fmt: skip
            delivery = made(Delivery, fields)
            steps.append(Create(path_of("deliveries", delivery.id, notice.on), "delivery", document_data(delivery)))
    return Ready(tuple(steps), left)

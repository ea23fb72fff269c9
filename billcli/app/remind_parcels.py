"""Notices as parcels of the outbox, and the same again from a delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.core.dunning.policy import roles_for
from billcli.model.reminder import Reminder

if TYPE_CHECKING:
    from billcli.app.outbox import Parcel
    from billcli.core.plan import Step
    from billcli.model.delivery import Delivery
    from billcli.render.studio import Studio


class Ready(NamedTuple):
    """The steps that write the deliveries, their ids, and by notice why one cannot go; ``partly`` are those that not everybody gets."""

    steps: tuple[Step, ...]
    ids: tuple[str, ...]
    left: Mapping[str, str]
    partly: tuple[tuple[str, str], ...] = ()


def packed(books: Books, notices: Sequence[Reminder], studio: Studio, now: datetime) -> Ready:
    """Mails wait until they are handed over, letters until a person says that they went.

    A notice of which nothing can be made for anybody is left, with the reason; it is not written then, and no level is reached.
    """
    from billcli.app.outbox import pack

    found = pack(books, [parcel_of(books, each) for each in notices], studio, now)
    going = {name for each in found.deliveries for name in each.documents}
    left = {name: each.reason for each in found.left for name in each.parcel.documents if name not in going}
    partly = tuple((name, each.reason) for each in found.left for name in each.parcel.documents if name in going and not each.there)
    return Ready(found.steps, tuple(each.id for each in found.deliveries if each.channel == "mail"), left, partly)


def joined(parts: Sequence[Ready]) -> Ready:
    """Of several batches."""
    left = {name: why for each in parts for name, why in each.left.items()}
    steps = tuple(one for each in parts for one in each.steps)
    partly = tuple(one for each in parts for one in each.partly)
    return Ready(steps, tuple(one for each in parts for one in each.ids), left, partly)


def parcel_of(books: Books, notice: Reminder) -> Parcel:
    """Everything it shows stands in the notice; it answers the mails of its invoices."""
    from billcli.app import papers
    from billcli.app.outbox import Parcel
    from billcli.render.studio import Job

    data = papers.reminder_data(books, notice)
    paper, letter = Job("paper", "reminder", notice.language, data), Job("letter", notice.template, notice.language, data)
    return Parcel(
        "reminder", (notice.id,), None, notice.customer, roles_for(notice.level), notice.language, paper, f"{notice.id}.pdf", letter,
        threads=tuple(each.invoice for each in notice.items), channel="mail" if notice.channel == "mail" else "hand",
    )  # fmt: skip


def again(books: Books, delivery: Delivery) -> Parcel:
    """The parcel that a delivery was packed from."""
    notice = books.document(books.path("reminder", delivery.documents[0]), Reminder)
    return parcel_of(books, notice)._replace(channel=delivery.channel, to=(delivery.to,) if delivery.to else ())

"""A delivery's message made again from the books and the templates, where its bytes are gone or shall be looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from billcli.app.books import Books
from billcli.app.outbox.pack import Made, addressed, make, message_of, person_at
from billcli.app.outbox.parcel import Parcel
from billcli.model.delivery import Delivery

if TYPE_CHECKING:
    from billcli.render.studio import Studio

Source = Callable[[Books, Delivery], Parcel]


def _again(books: Books, delivery: Delivery) -> Parcel:
    from billcli.app.outbox.parcels import again

    return again(books, delivery)


def _notice(books: Books, delivery: Delivery) -> Parcel:
    from billcli.app.remind_parcels import again

    return again(books, delivery)


SOURCES: dict[str, Source] = {**dict.fromkeys(("invoice", "credit-note", "statement", "confirmation"), _again), "reminder": _notice}
"""By kind: the parcel that a delivery was packed from. Raises ``BillError`` where what it was made from is gone."""


def made_again(books: Books, delivery: Delivery, studio: Studio) -> Made | str:
    """Paper and letter as the books and templates give them now, or why they give none."""
    parcel = SOURCES[delivery.kind](books, delivery)
    return make([addressed(parcel, person_at(books.customer(delivery.customer), delivery.to))], studio)[0]


def message_again(books: Books, delivery: Delivery, studio: Studio) -> bytes | str:
    """The bytes as they come out now, or why there are none."""
    made = made_again(books, delivery, studio)
    if isinstance(made, str):
        return made
    return message_of(books.settings(), delivery.model_dump(), made)

"""The PDF of a delivery as a file: for what a person posts, or wants to look at."""

from __future__ import annotations

import os

from billcli.app.books import Books
from billcli.app.outbox.rebuild import made_again
from billcli.app.outbox.rechecks import outdated
from billcli.core.delivery import PLANNED, stands
from billcli.errors import BillError
from billcli.index import delivery_queries
from billcli.model.delivery import Delivery
from billcli.store.outfile import put


def write_pdf(books: Books, delivery_id: str, folder: str) -> tuple[str, str]:
    """Writes it below its own name; the path, and why a letter should not go any more.

    Raises ``BillError`` where it would not be the one that was planned.
    """
    from billcli.render.studio import Studio
    from billcli.store.fs import sha256

    delivery = books.document(books.path("delivery", delivery_id), Delivery)
    if not delivery.attachments:
        raise BillError(f"{delivery_id} has no PDF", f'"bill outbox show {delivery_id}" shows what it says')
    made = made_again(books, delivery, Studio(books.root))
    if isinstance(made, str) or made.paper is None:
        raise BillError(f"{delivery_id}: {made if isinstance(made, str) else 'there is no PDF to make'}")
    if sha256(made.paper) != delivery.attachments[0].sha256:
        hint = "the templates, the logo or the documents have changed since; git has them as they were"
        raise BillError(f"the PDF of {delivery_id} comes out otherwise than it was planned", hint)
    path = os.path.join(folder, delivery.attachments[0].name)
    try:
        put(path, made.paper, replace=False, private=True)
    except FileExistsError:
        raise BillError(f"{path} is there already; nothing was written", "take it away, or name another folder") from None
    fact = delivery_queries.delivery(books.index, delivery_id)
    if fact is None or fact.channel != "hand" or stands(fact) not in (PLANNED, "dropped"):
        return path, ""
    return path, outdated(books, fact) or ""

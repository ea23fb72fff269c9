"""Whether a document is on its way this very moment: asked by commands that take it out of the books."""

from __future__ import annotations

from billcli.app.books import Books
from billcli.errors import ChangedMeanwhile
from billcli.index import delivery_queries
from billcli.store.lock import MailBusy, mail_lock


def ensure_not_going(books: Books, kind: str, number: str) -> None:
    """Raises ``ChangedMeanwhile`` where a run hands it over now.

    A run asks whether it may go under the ledger lock, under which this is asked too, and writes ``sending`` before it lets go of it.
    Without a run that word is what a killed one left: the next one asks anew.
    """
    found = delivery_queries.deliveries_of(books.index, kind, [number]).get(number, [])
    begun = next((each for each in found if each.state in ("sending", "data")), None)
    if begun is None:
        return
    try:
        with mail_lock(books.root):
            pass
    except MailBusy:
        message = f"{number} is being handed over to {begun.recipient}; nothing was changed"
        raise ChangedMeanwhile(message, "try again when the run is done") from None

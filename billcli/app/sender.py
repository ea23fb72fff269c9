"""The one working copy in which things happen by themselves: it makes recurring invoices, reminds, and hands mail over."""

from __future__ import annotations

from billcli.app.books import Books, open_books
from billcli.app.context import Context
from billcli.errors import BillError, UsageError
from billcli.store.audit import clone_id, named_clone


def ensure_sender(books: Books) -> None:
    """Raises ``BillError`` in any working copy but the one that ``ledger.yaml`` names: two of them would do everything twice."""
    sender, here = books.settings().sender, _here(books.root)
    if sender is None:
        message = "ledger.yaml names no sender: recurring invoices, reminders and mail come from one working copy alone"
        raise BillError(message, f'"bill outbox here" makes it this one ({here})')
    if sender != here:
        message = f"recurring invoices, reminders and mail come from the working copy {sender}, and this one is {here}"
        raise BillError(message, 'run it there, or move it here with "bill outbox here"; nothing may run there any more then')


def _here(root: str) -> str:
    """This working copy's id, also where it cannot be kept: what only looks works in a folder that nobody may write to."""
    try:
        return clone_id(root)
    except OSError:
        return named_clone() or "without an id, since .bill cannot be written"


def ensure_today(context: Context) -> None:
    """Raises ``UsageError`` where ``--as-of`` names another day: what leaves the house by itself leaves it on the day it says."""
    if context.as_of_text is None:
        return
    with open_books(context, whole=False) as books:
        today = context._replace(as_of_text=None).today(books.index)
        if books.today != today:
            message = f"--as-of {books.today}: invoices, reminders and mail come out by themselves for today alone, {today}"
            raise UsageError(message, "look at another day with --dry-run")

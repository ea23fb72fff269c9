"""How the books stand, in a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billcli.app.books import Books
from billcli.app.report import aging_report
from billcli.core.report import View, counted
from billcli.errors import BillError
from billcli.index import bank_queries, queries


def status_view(books: Books, as_of: date) -> View:
    """Company, what there is, what is owed, and the commands that come next."""
    kinds = queries.kinds(books.index)
    name = queries.settings(books.index).get("company", "")
    fields: list[tuple[str, object]] = [("Ledger", f"{name} ({books.root})"), ("As of", as_of)]
    holds = [counted(kinds.get(kind, 0), kind.replace("-", " ")) for kind in ("customer", "draft", "invoice", "credit-note", "payment")]
    fields.append(("Contents", ", ".join(holds)))
    unreadable = len(queries.unreadable(books.index))
    if unreadable:
        fields.append(("Problems", f'{counted(unreadable, "file")} cannot be read; "bill check" shows every place'))
    else:
        try:
            report = aging_report(books, as_of, ("customer",), "due")
        except BillError as error:
            fields.append(("Problems", error.message))
        else:
            fields += [(f"Owed {total[2]}", _owed(total)) for total in report.totals]
    if line := _payees(books, as_of):
        fields.append(("Payees", line))
    waiting = bank_queries.count_open(books.index) if kinds.get("bank-statement") else 0
    if waiting:
        fields.append(("Bank", f"{counted(waiting, 'line')} open"))
    if kinds.get("delivery") and (line := _outbox(books)):
        fields.append(("Outbox", line))
    fields.append(("Next", "bill reconcile review" if waiting and not unreadable else _next(kinds, unreadable)))
    return View("status", name, as_of, fields, [], {})


def _payees(books: Books, as_of: date) -> str:
    """Whose accounts or addresses are others than some weeks ago: that is how payments and mail are led astray."""
    from billcli.core.payee import changes
    from billcli.index import payee_queries
    from billcli.store.payee import is_payee, payee_mark

    edited = [path for path, _, now in queries.edited_by_hand(books.index) if now is not None and is_payee(path)]
    now = {path: payee_mark(books.raw(path), path) for path in payee_queries.last(books.index, edited)}
    found = changes(payee_queries.recent(books.index, as_of, edited), now, as_of)
    said = [f"{each.what} of {_whose(each.path)} ({each.on or 'by hand, not in the audit trail yet'})" for each in found]
    more = f", and {len(said) - 5} more" if len(said) > 5 else ""
    return f"changed: {', '.join(said[:5])}{more}; ask on a way that you know from before" if said else ""


def _whose(path: str) -> str:
    return "your own company" if path == "ledger.yaml" else path.removeprefix("customers/").removesuffix(".yaml")


def _outbox(books: Books) -> str:
    from billcli.app.outbox.show import open_counts
    from billcli.index import delivery_queries

    return ", ".join(f"{number} {word}" for word, number in open_counts(delivery_queries.waiting(books.index)).items())


def _owed(total: Sequence[object]) -> str:
    """What is open and how much of that is overdue; credit not used yet stands apart, as it settles nothing."""
    from billcli.model.money import Money

    *buckets, unapplied, _ = [cell for cell in total if isinstance(cell, Money)]
    open_, overdue = (Money(sum(cell.minor for cell in cells), unapplied.currency).text() for cells in (buckets, buckets[1:]))
    return f"{open_}, of it overdue {overdue}" + (f"; unapplied {unapplied.text()}" if unapplied.minor else "")


def _next(kinds: dict[str, int], unreadable: int) -> str:
    if unreadable:
        return "bill check"
    if not kinds.get("customer"):
        return 'bill customer add --name "Nordwind Handels GmbH" --country DE'
    if not kinds.get("invoice"):
        return 'bill invoice new --customer ID --line "description;quantity;unit price"'
    return "bill report aging, bill invoice list --state overdue, bill check"

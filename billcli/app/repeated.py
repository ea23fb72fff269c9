"""A command that is run again with its external id: it gets its first answer, and nothing happens twice."""

from __future__ import annotations

from billcli.app.books import Books
from billcli.core.plan import Plan
from billcli.errors import BillError
from billcli.index import find
from billcli.model.values import quoted


def made_before(books: Books, kind: str, external_id: str | None) -> str | None:
    """The number or id of the document that this external id made; a retry is answered before dates and numbers are looked at."""
    if external_id is None:
        return None
    name, _ = find.by_external_id(books.index, kind, [external_id]).get(external_id, (None, ""))
    return name


def answered(kind: str, made: str, external_id: str | None, *, same: bool) -> Plan:
    """A plan that does nothing, where the document of the external id says the ``same``. Raises ``BillError`` where it does not."""
    if not same:
        message = f"the external id {quoted(external_id or '')} belongs to {made}, which says something else"
        raise BillError(message, f'look at it: "bill show {made}"')
    return Plan("nothing", (), (f"{made} is already there; nothing to do",), {find.TABLES[kind][1]: made})


def answered_by_content(books: Books, kind: str, made: str, external_id: str, content: str) -> Plan:
    """The same, where a document says the same by its content."""
    return answered(kind, made, external_id, same=find.by_external_id(books.index, kind, [external_id])[external_id][1] == content)

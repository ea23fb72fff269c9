"""What the documents that leave the house are made from: plain JSON of frozen documents, and how the ledger wants them to look.

Nothing is looked up that issue froze; amounts are decimal text, days ISO text. Mails are made from the same data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.errors import BillError
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.core.report import Report
    from billcli.model.reminder import Reminder
    from billcli.model.settings import Settings
    from billcli.model.types import Entity

DEFAULT_LANGUAGE = "en"

_UNSEEN = frozenset(("notes", "tags", "classification", "seal", "x", "external_id", "applied", "for_others", "imported"))
"""What is in a document's file and never on its paper: a note or a tag of later changes no byte of it."""


def invoice_data(books: Books, number: str) -> dict[str, Any]:
    return {"document": _shown(books.invoice(number)), **_house(books)}


def credit_note_data(books: Books, number: str) -> dict[str, Any]:
    return {"document": _shown(books.credit_note(number)), **_house(books)}


def document_data(books: Books, kind: str, number: str) -> dict[str, Any]:
    """Of an invoice or a credit note."""
    return invoice_data(books, number) if kind == "invoice" else credit_note_data(books, number)


def reminder_data(books: Books, reminder: Reminder) -> dict[str, Any]:
    """Everything shown stands in the reminder itself."""
    return {"reminder": _shown(reminder), **_house(books)}


def statement_data(books: Books, customer: str, currency: str | None, since: date | None, until: date, kind: str) -> dict[str, Any]:
    """``kind`` is activity, open or confirmation; one account for each currency, or only the one asked for.

    Raises ``BillError`` where the customer has no account in that currency.
    """
    from billcli.app.statement import statement_report

    activity = statement_report(books, [customer], None, since, until, "activity")
    open_ = _rows(statement_report(books, [customer], None, None, until, "open"))
    moved = _rows(activity)
    found = sorted({str(row["currency"]) for row in moved if row["kind"] == "opening balance"})
    if not (wanted := [each for each in found if currency in (None, each)]):
        raise BillError(f"{customer} has no account in {currency}", "it has one in " + ", ".join(found))
    settings = books.settings()
    said = {
        "kind": kind,
        "since": str(since or until.replace(month=1, day=1)),
        "until": str(until),
        "customer": customer,
        "issued_by": _plain(settings.company),
        "issued_to": {key: _plain(getattr(books.customer(customer), key)) for key in ("name", "address", "tax_id", "language")},
        "accounts": [_account(each, moved, open_) for each in wanted],
    }
    return {"statement": said, **_house(books)}


def language_of(document: Mapping[str, Any]) -> str:
    """That of the recipient as it was frozen, else of the sender, else English."""
    return document["issued_to"].get("language") or document["issued_by"].get("language") or DEFAULT_LANGUAGE


def _house(books: Books) -> dict[str, Any]:
    settings = books.settings()
    return {"printing": _plain(settings.printing), "sender": sender_of(settings)}


def sender_of(settings: Settings) -> dict[str, Any]:
    """Whose mail it is; without mail in ``ledger.yaml`` the company's own name and address."""
    mail = settings.mail
    name = (mail and mail.name) or settings.company.name
    return {"name": name, "address": mail.address if mail else settings.company.email}


def _shown(document: Entity) -> dict[str, Any]:
    return {key: _plain(value) for key, value in document if key not in _UNSEEN and value is not None}


def _plain(value: Any) -> Any:
    """As JSON; what is left out is not there."""
    from billcli.model.types import Entity

    match value:
        case Entity():
            return {key: _plain(each) for key, each in value if each is not None}
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(each) for each in value]
    return value


def _rows(report: Report) -> list[dict[str, Any]]:
    return [dict(zip((column.key for column in report.columns), row, strict=True)) for row in report.rows]


def _account(currency: str, moved: Sequence[Mapping[str, Any]], open_: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = [row for row in moved if row["currency"] == currency]
    balance = {row["kind"]: row["balance"].text() for row in mine if str(row["kind"]).endswith(" balance")}
    items = [_item(row) for row in open_ if row["currency"] == currency and row["open"] is not None]
    overdue = sum((Decimal(each["open"]) for each in items if each["days_overdue"]), Decimal(0))
    return {
        "currency": currency,
        "opening": balance["opening balance"],
        "closing": balance["closing balance"],
        "overdue": format(overdue, "f") if overdue else None,
        "movements": [_movement(row) for row in mine if row["balance"] is not None and not str(row["kind"]).endswith(" balance")],
        "items": items,
        "claims": [{"document": row["document"], "amount": row["amount"].text()} for row in mine if row["kind"] == "claim"],
    }


def _movement(row: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: row[key].text() if isinstance(row[key], Money) else None for key in ("debit", "credit", "balance")}
    return {"date": str(row["date"]), "kind": row["kind"], "document": row["document"], "invoice": row["invoice"], **texts}


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "document": row["document"],
        "date": str(row["date"]),
        "due_on": str(row["due_on"]) if row["due_on"] else None,
        "days_overdue": row["days_overdue"] or 0,
        "amount": row["amount"].text() if row["amount"] is not None else None,
        "open": row["open"].text(),
    }

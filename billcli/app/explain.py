"""What ``bill explain`` says: the page of a code or topic, else how a document of the ledger came to stand as it does."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcli.codes import CODES
from billcli.diagnostics import did_you_mean
from billcli.errors import UsageError
from billcli.model.values import quoted
from billcli.resources import shared

if TYPE_CHECKING:
    from billcli.app.books import Books
    from billcli.core.report import Report, View

TOPICS = {
    "audit": "what proves the books, and what cannot be proven",
    "classify": "where customers and documents belong, and how lists ask for it",
    "clones": "how two desks work on one ledger, and what to do where git cannot merge",
    "credit": "how customers are scored, and what a score does",
    "dunning": "how customers are reminded, and what stops a reminder",
    "mapping": "how a table of another tool is read",
    "reconcile": "what books itself of a bank statement, and what never does",
    "settlement": "what settles an invoice, from when, and how it is undone",
    "undo": "what can be taken back, and what is corrected instead",
}
"""Pages that belong to no code."""


def is_page(text: str) -> bool:
    """Whether it is a code or a topic; both are explained outside a ledger too."""
    return text.upper() in CODES or text.lower() in TOPICS


def explain(code: str) -> str:
    """The page of a code or topic, in Markdown. Raises ``UsageError`` for one there is not."""
    if not is_page(code):
        raise _unknown(code)
    name = code.lower() if code.lower() in TOPICS else code.upper()
    return shared("explain", f"{name}.md").read_text("utf-8")


def in_short(code: str) -> tuple[str, str, str]:
    """The title of a code, what its page says of it first, and the page."""
    page = explain(code)
    paragraph = page.split("\n\n")[1] if "\n\n" in page else CODES[code]
    return CODES[code], " ".join(paragraph.split()), page


def _unknown(text: str, also: str = "", lists: str = '"bill explain" lists them') -> UsageError:
    return UsageError(f"there is no code {quoted(text)}{also}", did_you_mean(text.upper(), list(CODES)) or lists)


def all_codes() -> list[tuple[str, str]]:
    return [*sorted(CODES.items()), *TOPICS.items()]


def explained(books: Books, text: str, as_of: date) -> Report | View:
    """What the ledger holds under that number, id or name. Raises ``UsageError`` where nothing fits."""
    from billcli.app.explain_document import explain_document

    found = explain_document(books, text, as_of)
    if found is None:
        lists = '"bill explain" lists the codes; "bill invoice list" and "bill customer list" show what there is'
        raise _unknown(text, ", and nothing in the ledger has it as its number, id or name", lists)
    return found

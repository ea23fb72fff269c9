"""Short ways to write bank lines and books."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Books, Decision, Item, Party, PastPayment, Settled
from billcli.core.matching.solve import decide

DAY = date(2026, 3, 20)


def inv(document: str, customer: str, open_: int, issued: date = date(2026, 3, 1), **more: Any) -> Item:
    """An open invoice in euros, due in 30 days."""
    gross = more.pop("gross", open_)
    currency = more.pop("currency", "EUR")
    return Item(document, "invoice", customer, currency, issued, more.pop("due", issued + timedelta(days=30)), gross, open_, **more)


def credit(document: str, customer: str, open_: int, issued: date = date(2026, 3, 2), **more: Any) -> Item:
    return Item(document, "credit-note", customer, more.pop("currency", "EUR"), issued, issued, open_, open_, **more)


def settled(document: str, customer: str, gross: int, on: date = date(2026, 3, 10), **more: Any) -> Settled:
    return Settled(document, customer, more.pop("currency", "EUR"), gross, on, **more)


def paid(id_: str, customer: str, amount: int, documents: tuple[str, ...] = (), on: date = date(2026, 3, 10), **more: Any) -> PastPayment:
    """A payment that came through the bank."""
    known: dict[str, Any] = {"currency": "EUR", "free": 0, "payer": "", "iban": "", "reference": "", "line": "bank-" + id_} | more
    return PastPayment(id_, customer, on, amount=amount, documents=documents, **known)


def line(amount: int, text: str = "", payer: str = "", on: date = DAY, **more: Any) -> BankLine:
    """A line whose id is its place, unless it has one."""
    return BankLine(more.pop("id", ""), 0, on, amount, more.pop("currency", "EUR"), payer=payer, text=text, **more)


PARTIES = (
    Party("nordwind", ("Nordwind Handels GmbH",), ("DE89370400440532013000",)),
    Party("suedwind", ("Südwind Logistik AG",), ("DE02120300000000202051",)),
    Party("mueller", ("Müller & Söhne GmbH & Co. KG", "Müller Bau")),
    Party("kanto", ("ヤマダショウジ株式会社",)),
    Party("huaxin", ("北京华信科技有限公司",)),
)


def books(*items: Item, **more: Any) -> Books:
    return Books(items=items, **({"parties": PARTIES} | more))


def judged(known: Books, *lines: BankLine) -> list[Decision]:
    return decide([each._replace(id=each.id or f"l{at}", row=at + 1) for at, each in enumerate(lines, 1)], known)


def judge(known: Books, one: BankLine) -> Decision:
    return judged(known, one)[0]


def booked(decision: Decision) -> dict[str, int]:
    """Cash by document of what is booked; with all else nothing."""
    return {each.document: each.amount for each in decision.allocations} if decision.outcome == "book" else {}

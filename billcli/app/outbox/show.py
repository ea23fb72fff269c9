"""The outbox as lists and views."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from billcli.app.books import Books
from billcli.app.outbox.plan import ensure_state
from billcli.core.delivery import DOUBT, next_try, reached, stands, whom
from billcli.core.facts import DeliveryFact
from billcli.core.report import Column, Report, View
from billcli.index import delivery_queries

_COLUMNS = (
    Column("id", "Delivery"),
    Column("kind", "Kind", minor=True),
    Column("customer", "Customer"),
    Column("to", "To"),
    Column("state", "State"),
    Column("at", "Since", minor=True),
    Column("attempts", "Tries", "count", minor=True),
    Column("said", "What was said", minor=True),
)


def outbox_list(books: Books, state: str | None, customer: str | None, as_of: date) -> Report:
    """Deliveries in the order in which they were planned; without a state those that are not over."""
    ensure_state(state)
    if customer:
        books.path("customer", customer)
    found = delivery_queries.deliveries(books.index, customer) if state or customer else delivery_queries.waiting(books.index)
    rows = [_row(each) for each in found if state is None or stands(each) == state]
    return Report("outbox", as_of, _COLUMNS, rows)


def _row(each: DeliveryFact) -> tuple[Any, ...]:
    return each.id, each.kind, each.customer, whom(each), stands(each), each.state_at or each.planned_at, each.attempts, each.said


def delivery_view(books: Books, delivery_id: str, as_of: date) -> View:
    """One delivery with all it went through: evidence of what was sent, to whom, when, and what the server said."""
    from billcli.core.document import document_data
    from billcli.model.delivery import Delivery, parse_state

    delivery = books.document(books.path("delivery", delivery_id), Delivery)
    fact = delivery_queries.delivery(books.index, delivery_id)
    assert fact is not None
    stand = stands(fact)
    again = next_try(fact) if stand == "deferred" else None
    fields: list[tuple[str, Any]] = [
        ("Delivery", delivery.id),
        ("Kind", delivery.kind),
        ("Customer", delivery.customer),
        ("Documents", ", ".join(delivery.documents) or None),
        ("About", delivery.about),
        ("State", stand),
        ("Next try", f"{again:%Y-%m-%dT%H:%M:%SZ}" if again else None),
        ("To", f"{delivery.to_name} <{delivery.to}>" if delivery.to_name and delivery.to else whom(fact)),
        ("Subject", delivery.subject),
        ("Message-ID", delivery.message_id),
        ("In reply to", delivery.in_reply_to),
        ("Planned", delivery.planned_at),
        ("Message", delivery.sha256),
    ]
    states = [parse_state(each) for each in delivery.states]
    history = [(f"{each.at:%Y-%m-%dT%H:%M:%SZ}", each.word, each.said) for each in states]
    columns = (Column("at", "At"), Column("state", "State"), Column("said", "What was said", "prose"))
    attached = Report(
        "attachments",
        as_of,
        (Column("name", "File"), Column("sha256", "SHA-256")),
        [(each.name, each.sha256) for each in delivery.attachments],
    )
    text = Report(
        "text", as_of, (Column("text", "Text"),), [(line,) for line in (delivery.text or "").split("\n")] if delivery.text else []
    )
    tables = [("States", Report("states", as_of, columns, history)), ("Attachments", attached), ("Text", text)]
    shown = [(name, value) for name, value in fields if value is not None]
    return View("delivery", delivery.id, as_of, shown, tables, {**document_data(delivery), "state": stand})


def sent_lines(books: Books, kind: str, number: str) -> list[str]:
    """To whom a document went and how each of its deliveries stands, one a line; of a PDF in a folder no more than that."""
    found = delivery_queries.deliveries_of(books.index, kind, [number]).get(number, [])
    days = [(each.state_at or each.planned_at)[:10] for each in found]
    how = ["written as a PDF" if each.channel == "file" else f"{stands(each)}, {whom(each)}" for each in found]
    return [f"{day} {said}" for day, said in zip(days, how, strict=True)]


def delivered(books: Books, kind: str, number: str) -> DeliveryFact | None:
    """A delivery with which somebody has a document, or may have it."""
    found = delivery_queries.deliveries_of(books.index, kind, [number]).get(number, [])
    return next((each for each in found if reached(each)), None)


def open_counts(deliveries: Sequence[DeliveryFact]) -> dict[str, int]:
    """How many are in doubt, refused, or wait."""
    counts = {DOUBT: 0, "refused": 0, "waiting": 0}
    for each in deliveries:
        stand = stands(each)
        counts[stand if stand in counts else "waiting"] += 1
    return {word: number for word, number in counts.items() if number}

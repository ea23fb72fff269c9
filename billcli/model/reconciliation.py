"""What was decided on bank lines. A line without a live decision is open; nothing else says so."""

from __future__ import annotations

from typing import Annotated

from billcli.model.types import Currency, Day, Entity, Free, Id, Quantity, Signed, Text, one_of

Verdict = Annotated[str, one_of("book", "return", "refund", "ignore", "refused")]
"""A payment was booked; the payment that it returns was reversed; money that went back; no receivable; a person said no to documents."""

By = Annotated[str, one_of("rule", "bill", "person")]
"""Who decided: only what a person did teaches the matcher."""


class Undone(Entity):
    """The decision counts no more, from that day."""

    on: Day
    reason: Text


class LineDecision(Entity):
    """On one line: what was made of it. ``amount`` is that of the line.

    ``payments`` and ``refund`` were booked from it; ``reversed`` is the payment that it took back. ``documents`` are those it settles;
    with ``refused`` those a person said no to, which leaves the line open.
    """

    line: Text
    decision: Verdict
    amount: Signed
    customer: Id | None = None
    payments: tuple[Id, ...] = ()
    refund: Id | None = None
    reversed: Id | None = None
    documents: tuple[Text, ...] = ()
    by: By
    confidence: Quantity | None = None
    because: tuple[Text, ...] = ()
    reason: Text | None = None
    undone: Undone | None = None


class Reconciliation(Entity):
    """``reconciliations/<year>/<month>/<id>.yaml``: the decisions of one command on lines of one statement.

    The id comes from what it says, so the same command in two clones makes one file. Nothing in it changes but ``undone``.
    """

    id: Id
    account: Id
    statement: Id
    on: Day
    currency: Currency
    decisions: tuple[LineDecision, ...]
    x: Free | None = None

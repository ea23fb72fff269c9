"""``rules.yaml``: what the company knows about lines of its bank, and how it classifies. The first rule that fits decides."""

from __future__ import annotations

import re
from decimal import Decimal
from re import _constants as ops  # type: ignore[attr-defined]  # the pattern as Python itself reads it
from typing import Annotated, Any, NamedTuple

from pydantic import model_validator

from billcli.model.category_names import DIMENSIONS, NONE
from billcli.model.linear import Linear, TooHard, compiled, tree_of
from billcli.model.types import Currency, Entity, Free, FromText, Id, Label, Signed, Text, custom_error, one_of
from billcli.model.values import BadValue, parse_signed, parse_text, quoted

_MOST = 4
"""So many parts of any length a pattern may have: with more, a long text takes too long."""


def _pattern(text: str) -> str:
    """A regular expression whose search ends soon on any text: nothing repeated within what is repeated, and no back reference."""
    parse_text(text)
    try:
        compiled(text)
        tree = tree_of(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadValue("E209", f"{quoted(text)} is not a regular expression: {error}", "plain words need no signs") from None
    if _repeats(tree, inside=False) > _MOST:
        raise BadValue("E209", f"{quoted(text)} has more than {_MOST} parts of any length", "leave out what the line need not have")
    return text


def _repeats(tree: Any, *, inside: bool) -> int:
    """How many parts without an end there are."""
    found = 0
    for op, argument in tree:
        if op in (ops.GROUPREF, ops.GROUPREF_EXISTS):
            raise BadValue("E209", "a regular expression here refers to no group", "write the words out")
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, getattr(ops, "POSSESSIVE_REPEAT", None)):
            _, most, below = argument
            endless = most == ops.MAXREPEAT or most > 100
            if endless and inside:
                raise BadValue("E209", "a regular expression here repeats nothing within what is repeated", 'such as "(a+)+"')
            found += endless + _repeats(below, inside=inside or most > 1)
        elif op is ops.SUBPATTERN:
            found += _repeats(argument[-1], inside=inside)
        elif op is ops.BRANCH:
            found += sum(_repeats(each, inside=inside) for each in argument[1])
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            found += _repeats(argument[1], inside=inside)
        elif op is getattr(ops, "ATOMIC_GROUP", None):
            found += _repeats(argument, inside=inside)
    return found


class BankRule(Entity):
    """What a line must have, all of it, and what becomes of it then: it is no receivable, or it is this customer's.

    ``text`` is a regular expression, searched in the line's text without regard to case; ``payer`` stands in the payer's name.
    ``least`` and ``most`` are amounts without a sign.
    """

    name: Text
    text: Annotated[str, FromText(_pattern, str, {"type": "string", "minLength": 1})] | None = None
    payer: Text | None = None
    iban: Text | None = None
    least: Signed | None = None
    most: Signed | None = None
    currency: Currency | None = None
    direction: Annotated[str, one_of("in", "out")] | None = None
    ignore: Text | None = None
    customer: Id | None = None
    category: Label | None = None

    @model_validator(mode="after")
    def _whole(self) -> BankRule:
        asked = (self.text, self.payer, self.iban, self.least, self.most, self.currency, self.direction)
        if all(each is None for each in asked):
            raise custom_error(BadValue("E202", f"the rule {quoted(self.name)} asks for nothing", "text:, payer:, iban:, least: or most:"))
        if self.ignore is None and self.customer is None and self.category is None:
            hint = "ignore: with the reason, customer: or category:"
            raise custom_error(BadValue("E202", f"the rule {quoted(self.name)} does not say what becomes of a line", hint))
        if self.ignore is not None and self.customer is not None:
            raise custom_error(BadValue("E220", f"the rule {quoted(self.name)} ignores and names a customer", "take one of the two"))
        return self


def _words(text: str) -> tuple[str, ...]:
    """``DE`` or ``DE, AT``: one of these; ``(none)`` is what has none."""
    parse_text(text)
    found = tuple(each.strip() for each in text.split(","))
    if not all(found):
        raise BadValue("E209", f"{quoted(text)} has an empty word", "write words with one comma between two of them: DE, AT")
    return tuple("" if each == NONE else each for each in found)


def _span(text: str) -> Span:
    """``1000..5000``, ``1000..``, ``..5000`` or ``1000``: both ends belong to it."""
    first, dots, last = text.partition("..")
    try:
        least, most = (parse_signed(each.strip()) if each.strip() else None for each in (first, last if dots else first))
    except BadValue:
        least = most = None
    if least is most is None or (least is not None and most is not None and most < least):
        raise BadValue("E723", f"{quoted(text)} is not a span of amounts", "write 1000..5000, 1000.. (at least) or ..5000 (at most)")
    return Span(least, most)


def _linear(text: str) -> str:
    """A regular expression that is searched for in one look at each character (``linear``)."""
    parse_text(text)
    try:
        Linear(text)
    except TooHard as bad:
        raise BadValue("E724", f"{quoted(text)} {bad}", "write the words out, or ask for a part of the text with name: or text:") from None
    return text


class Span(NamedTuple):
    """Both ends belong to it; None has no end there."""

    least: Decimal | None
    most: Decimal | None


Words = Annotated[tuple[str, ...], FromText(_words, tuple, {"type": "string", "minLength": 1})]
Spanned = Annotated[Span, FromText(_span, Span, {"type": ["number", "string"]})]
Searched = Annotated[str, FromText(_linear, str, {"type": "string", "minLength": 1})]


class When(Entity):
    """What must hold, all of it. Words are one of several; ``name``, ``tax_id`` and ``text`` are parts of the text, without regard to case.

    Spans of amounts are in ``currency``, else in the ledger's, and what is in another fits none. ``revenue`` is the net of the last
    twelve months, ``days_late`` the average of invoices paid off. ``text`` is that of an invoice's lines.
    """

    customer: Words | None = None
    name: Text | None = None
    name_matches: Searched | None = None
    country: Words | None = None
    currency: Words | None = None
    tax_id: Text | None = None
    tax_id_matches: Searched | None = None
    parent: Words | None = None
    industry: Words | None = None
    region: Words | None = None
    size: Words | None = None
    segment: Words | None = None
    tag: Words | None = None
    revenue: Spanned | None = None
    invoices: Spanned | None = None
    days_late: Spanned | None = None
    text: Text | None = None
    text_matches: Searched | None = None
    type: Words | None = None
    category: Words | None = None
    gross: Spanned | None = None
    net: Spanned | None = None


OF_DOCUMENTS = frozenset(("text", "text_matches", "type", "category", "gross", "net"))
"""What only an invoice says: a rule that asks for it is about invoices."""


class Put(Entity):
    """Where what fits belongs, unless it says so itself: groups of a customer, tags, the category of an invoice."""

    industry: Label | None = None
    region: Label | None = None
    size: Label | None = None
    segment: Label | None = None
    tag: Words | None = None
    category: Label | None = None


class ClassifyRule(Entity):
    """The first rule that sets a dimension decides it; tags add up."""

    name: Text
    when: When
    set: Put

    @property
    def of_invoices(self) -> bool:
        return self.set.category is not None or any(getattr(self.when, each) is not None for each in OF_DOCUMENTS)

    @model_validator(mode="after")
    def _whole(self) -> ClassifyRule:
        if not self.when.model_dump(exclude_none=True):
            raise custom_error(BadValue("E202", f"the rule {quoted(self.name)} asks for nothing", "when: country: DE"))
        put = self.set.model_dump(exclude_none=True)
        if not put:
            raise custom_error(BadValue("E202", f"the rule {quoted(self.name)} sets nothing", "set: a group, tag: or category:"))
        groups = [each for each in put if each in DIMENSIONS]
        if groups and self.of_invoices:
            why = f"the rule {quoted(self.name)} is about invoices and sets the {groups[0]}, which is the customer's"
            raise custom_error(BadValue("E722", why, "set tag: or category: there, or ask only for what customers say"))
        return self


class Rules(Entity):
    """The whole of ``rules.yaml``."""

    bank: tuple[BankRule, ...] = ()
    classify: tuple[ClassifyRule, ...] = ()
    x: Free | None = None

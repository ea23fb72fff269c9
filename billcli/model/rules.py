"""``rules.yaml``: what the company knows about lines of its bank that no document tells. The first rule that fits a line wins."""

from __future__ import annotations

import re
from re import _constants as ops  # type: ignore[attr-defined]  # the pattern as Python itself reads it
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Annotated, Any

from pydantic import model_validator

from billcli.model.types import Currency, Entity, Free, FromText, Id, Label, Signed, Text, custom_error, one_of
from billcli.model.values import BadValue, parse_text, quoted

_MOST = 4
"""So many parts of any length a pattern may have: with more, a long text takes too long."""


def _pattern(text: str) -> str:
    """A regular expression whose search ends soon on any text: nothing repeated within what is repeated, and no back reference."""
    parse_text(text)
    try:
        re.compile(text)
        tree = parser.parse(text)
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


class Rules(Entity):
    """The whole of ``rules.yaml``."""

    bank: tuple[BankRule, ...] = ()
    x: Free | None = None

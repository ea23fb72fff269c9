"""Which rules fit a document, for very many of them.

What a rule asks of the customer, of a line of text, of the type and currency, or of an amount is answered once for each of these, not
once for each document: as a set of rules, kept as the bits of a number. What fits in every one of these ways fits, but for what rules
set themselves, tags and categories; and where that is the same as before, so is what comes of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from billcli.core.classify import Rule, Value, Verdict, decide
from billcli.model.money import Money, digits

KIND, AMOUNTS, SET = frozenset(("type", "currency")), ("gross", "net"), frozenset(("tag", "category"))
_OF_DOCUMENT = KIND | SET | {*AMOUNTS, "text"}
_REMEMBERED = 50_000

Words = tuple[str, ...]


class Documents:
    """``of_customer`` says what a customer says under a name to a rule; ``currency`` is the ledger's, of amounts that name none."""

    def __init__(self, rules: Sequence[Rule], of_customer: Callable[[str, Rule, str], Value], currency: str) -> None:
        self._rules = rules
        self._of_customer = of_customer
        self._currency = currency
        self._customers: dict[str, int] = {}
        self._kinds: dict[tuple[str, str], int] = {}
        self._amounts: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        self._asked = [(at, condition) for at, each in enumerate(rules) for name, condition in each.conditions if name == "text"]
        self._lines: dict[str, int] = {}
        self._texts: dict[int, int] = {}
        self._left: dict[int, list[Rule]] = {}
        self._known: dict[tuple[int, Words, Words, Words], list[Verdict]] = {}

    def decide(
        self, customer: str, type_: str, currency: str, gross: int, net: int, text: str, explicit: Mapping[str, Words], tags: Words
    ) -> list[Verdict]:
        """What the rules come to for one document; ``tags`` are its customer's, amounts in minor units, ``text`` is a line each."""
        bits = self._by_customer(customer) & self._by_kind(type_, currency)
        for name, minor in zip(AMOUNTS, (gross, net), strict=True):
            bits = bits and bits & self._by_amount(name, currency, minor)
        bits = bits and bits & self._by_text(text)
        if not bits:
            return []
        key = (bits, explicit["tag"], explicit["category"], tags)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = decide(self._of(bits), explicit, lambda _, name: tags if name == "tag" else ())
        return known

    def _of(self, bits: int) -> list[Rule]:
        """These rules, asking only for what rules set."""
        if (found := self._left.get(bits)) is None:
            found = self._left[bits] = [
                each._replace(conditions=tuple(one for one in each.conditions if one[0] in SET))
                for at, each in enumerate(self._rules)
                if bits >> at & 1
            ]
        return found

    def _fitting(self, names: Iterable[str], says: Callable[[Rule, str], Value], *, but: bool = False) -> int:
        """The rules of which every condition about these names holds, or about all ``but`` these."""
        wanted = frozenset(names)
        found = 0
        for at, rule in enumerate(self._rules):
            asked = (condition for name, condition in rule.conditions if (name in wanted) is not but)
            if all(condition(lambda name, rule=rule: says(rule, name)) for condition in asked):  # type: ignore[misc]  # asked at once
                found |= 1 << at
        return found

    def _by_customer(self, customer: str) -> int:
        if (found := self._customers.get(customer)) is None:
            found = self._fitting(_OF_DOCUMENT, lambda rule, name: self._of_customer(customer, rule, name), but=True)
            self._customers[customer] = found
        return found

    def _by_kind(self, type_: str, currency: str) -> int:
        key = type_, currency
        if (found := self._kinds.get(key)) is None:
            found = self._kinds[key] = self._fitting(KIND, lambda _, name: (type_ if name == "type" else currency,))
        return found

    def _by_amount(self, name: str, currency: str, minor: int) -> int:
        """Between two neighbouring ends of spans every amount fits the same rules."""
        key = name, currency
        if (found := self._amounts.get(key)) is None:
            points = sorted({end for rule in self._rules for end in _ends(rule.when.get(name), currency)})
            found = self._amounts[key] = (
                points,
                [
                    self._fitting((name,), lambda rule, _, point=point: self._amount(rule, currency, point))  # type: ignore[misc]
                    for point in ((points[0] - 1, *points) if points else (0,))
                ],
            )
        points, fitting = found
        return fitting[bisect_right(points, minor)]

    def _amount(self, rule: Rule, currency: str, minor: int) -> Value:
        return Money(minor, currency).amount if currency in (rule.currency or (self._currency,)) else None

    def _by_text(self, text: str) -> int:
        """A rule may find one word in one line and another in the next."""
        lines = self._lines
        found = 0
        for line in text.split("\n"):
            if (of_line := lines.get(line)) is None:
                if len(lines) >= _REMEMBERED:
                    lines.clear()
                of_line = lines[line] = sum(1 << at for at, (_, holds) in enumerate(self._asked) if holds(lambda _, line=line: (line,)))  # type: ignore[misc]
            found |= of_line
        if (fitting := self._texts.get(found)) is None:
            missed = {rule for at, (rule, _) in enumerate(self._asked) if not found >> at & 1}
            fitting = self._texts[found] = sum(1 << at for at in range(len(self._rules)) if at not in missed)
        return fitting


def _ends(span: Sequence[str | None] | None, currency: str) -> list[int]:
    """The minor units from which an amount is no longer too small, and from which it is too large."""
    least, most = span or (None, None)
    shift = digits(currency)
    found = [int(Decimal(least).scaleb(shift).to_integral_value(ROUND_CEILING))] if least is not None else []
    return found + ([int(Decimal(most).scaleb(shift).to_integral_value(ROUND_FLOOR)) + 1] if most is not None else [])

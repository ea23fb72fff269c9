"""Rules that classify: what each says of one customer or invoice, which of them decides, and which lose.

Explicit values always win. The first rule that sets a dimension decides it, later ones lose; tags add up. A rule may ask for what
another has set, so the rules are gone through until nothing new comes of them: what has been written is then decided, and classifying
twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from billcli.core.dimensions import is_within
from billcli.model.category_names import DIMENSIONS

SPANS = frozenset(("revenue", "invoices", "days_late", "gross", "net"))
_TEXTS = 20_000
"""So many texts are remembered with what came of a pattern: lines of invoices repeat."""

_PARTS = frozenset(("name", "tax_id", "text"))
_MATCHES = {"name_matches": "name", "tax_id_matches": "tax_id", "text_matches": "text"}

Value = tuple[str, ...] | Decimal | None
Says = Callable[[str], Value]
"""What a customer or invoice says under a name: words, or an amount in the currency that the rules compare with, else None."""

Condition = Callable[[Callable[[str], Value]], bool]


class Rule(NamedTuple):
    """``of`` is customer or invoice; ``conditions`` stand with the name they ask for; ``sets`` are (dimension, value), a tag each."""

    name: str
    of: str
    asks: frozenset[str]
    conditions: tuple[tuple[str, Condition], ...]
    sets: tuple[tuple[str, str], ...]
    when: Mapping[str, Any]
    currency: tuple[str, ...]


class Verdict(NamedTuple):
    """What became of one thing that a rule would set: it ``decides``; what is written says the same
    (``stands``) or something else (``explicit``); the rule ``to`` has set the same (``agrees``) or something else (``loses``)."""

    rule: str
    dimension: str
    value: str
    outcome: str
    to: str = ""


def rules_of(data: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """From what the index keeps of ``rules.yaml``."""
    return [_rule(each) for each in data]


def _rule(data: Mapping[str, Any]) -> Rule:
    when, put = data["when"], data["set"]
    sets = [(name, put[name]) for name in (*DIMENSIONS, "category") if name in put]
    sets += [("tag", tag) for tag in put.get("tag", ())]
    asks = frozenset(_MATCHES.get(name, name) for name in when)
    conditions = tuple((_MATCHES.get(name, name), _condition(name, value)) for name, value in when.items())
    return Rule(data["name"], data["of"], asks, conditions, tuple(sets), when, tuple(when.get("currency", ())))


def _condition(name: str, value: Any) -> Condition:
    if name in SPANS:
        least, most = (Decimal(each) if each is not None else None for each in value)
        return lambda says: _within(says(name), least, most)
    if name in _MATCHES:
        from billcli.model.linear import Linear

        search, about = lru_cache(_TEXTS)(Linear(value).search), _MATCHES[name]
        return lambda says: any(search(each) for each in _texts(says(about)))
    if name in _PARTS:
        piece = value.casefold()
        return lambda says: any(piece in each.casefold() for each in _texts(says(name)))
    wanted = tuple(value)
    if name == "region":
        return lambda says: any(
            each == one or (one != "" and is_within(each, one)) for each in _texts(says(name)) or ("",) for one in wanted
        )
    words = frozenset(wanted)
    return lambda says: not words.isdisjoint(_texts(says(name)) or ("",))


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(each for each in value if each) if isinstance(value, tuple) else ()


def _within(value: Value, least: Decimal | None, most: Decimal | None) -> bool:
    if not isinstance(value, Decimal):
        return False
    return (least is None or value >= least) and (most is None or value <= most)


def decide(rules: Sequence[Rule], explicit: Mapping[str, tuple[str, ...]], says: Callable[[Rule, str], Value]) -> list[Verdict]:
    """What the rules come to for one customer or invoice that stands ``explicit``ly where it says.

    ``says`` is asked for what no rule sets, with the rule that asks.
    """
    state = {name: tuple(each for each in words if each) for name, words in explicit.items()}
    decided: dict[str, str] = {}
    found: list[Verdict] = []
    waiting = list(enumerate(rules))
    misses: list[tuple[int, Rule]] = []
    while waiting:
        at, rule = waiting.pop(0)
        if not _fires(rule, state, says):
            misses.append((at, rule))
            continue
        changed = set()
        for dimension, value in rule.sets:
            verdict = _verdict(rule, dimension, value, state, decided)
            if verdict.outcome == "decides":
                state[dimension] = (*state.get(dimension, ()), value)
                decided[f"tag {value}" if dimension == "tag" else dimension] = rule.name
                changed.add(dimension)
            found.append(verdict)
        if again := [each for each in misses if not changed.isdisjoint(each[1].asks)]:
            misses = [each for each in misses if changed.isdisjoint(each[1].asks)]
            waiting = sorted([*again, *waiting], key=itemgetter(0))
    return found


def _fires(rule: Rule, state: Mapping[str, tuple[str, ...]], says: Callable[[Rule, str], Value]) -> bool:
    def said(name: str) -> Value:
        if name in state and name != "tag":
            return state[name]
        if name == "tag":
            return (*state.get("tag", ()), *_texts(says(rule, "tag")))
        return says(rule, name)

    return all(condition(said) for _, condition in rule.conditions)


def _verdict(rule: Rule, dimension: str, value: str, state: Mapping[str, tuple[str, ...]], decided: Mapping[str, str]) -> Verdict:
    has = state.get(dimension, ())
    if dimension == "tag":
        if value not in has:
            return Verdict(rule.name, dimension, value, "decides")
        to = decided.get(f"tag {value}", "")
        return Verdict(rule.name, dimension, value, "agrees" if to else "stands", to)
    if not has:
        return Verdict(rule.name, dimension, value, "decides")
    to = decided.get(dimension, "")
    if not to:
        return Verdict(rule.name, dimension, value, "stands" if has == (value,) else "explicit")
    return Verdict(rule.name, dimension, value, "agrees" if has == (value,) else "loses", to)


def contradictions(rules: Sequence[Rule]) -> list[tuple[Rule, Rule, str]]:
    """(first, second, dimension) of rules that ask for the same and set a dimension to different values."""
    found = []
    for at, first in enumerate(rules):
        for second in rules[at + 1 :]:
            if first.of == second.of and first.when == second.when:
                mine = dict(each for each in first.sets if each[0] != "tag")
                found += [(first, second, name) for name, value in second.sets if name in mine and mine[name] != value]
    return found


class Account(NamedTuple):
    """How often a rule fired, decided something, was beaten by what is written, and lost to another rule, and to which."""

    fired: int
    decided: int
    explicit: int
    lost: int
    to: tuple[str, ...]


def accounts(rules: Sequence[Rule], every: Iterable[Sequence[Verdict]]) -> dict[str, Account]:
    """By rule, over all customers and invoices."""
    counts = {each.name: [0, 0, 0, 0] for each in rules}
    beaten: dict[str, dict[str, None]] = {each.name: {} for each in rules}
    for verdicts in every:
        fired = {each.rule for each in verdicts}
        for name in fired:
            counts[name][0] += 1
        for each in verdicts:
            at = {"decides": 1, "explicit": 2, "stands": 2}.get(each.outcome, 3)
            counts[each.rule][at] += 1
            if at == 3:
                beaten[each.rule][each.to] = None
    return {name: Account(each[0], each[1], each[2], each[3], tuple(beaten[name])) for name, each in counts.items()}

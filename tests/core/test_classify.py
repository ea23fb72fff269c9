"""Which rule decides, which lose, and that a second time nothing is left to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.core.classify import Rule, Value, Verdict, accounts, contradictions, decide, rules_of

NOTHING: dict[str, tuple[str, ...]] = {"industry": (), "region": (), "size": (), "segment": (), "tag": ()}


def rule(name: str, when: dict[str, Any], **put: Any) -> Rule:
    [made] = rules_of([{"name": name, "of": "customer", "when": when, "set": put}])
    return made


def decided(rules: list[Rule], explicit: dict[str, tuple[str, ...]] | None = None, **says: Value) -> list[Verdict]:
    return decide(rules, {**NOTHING, **(explicit or {})}, lambda _, name: says.get(name))


GERMAN = rule("german", {"country": ["DE"]}, segment="home", tag=["near"])
BIG = rule("big", {"revenue": ["1000", None]}, segment="key", tag=["vip", "near"])


def test_first_rule_decides_and_tags_add_up() -> None:
    found = decided([GERMAN, BIG], country=("DE",), revenue=Decimal(5000))
    assert found == [
        Verdict("german", "segment", "home", "decides"), Verdict("german", "tag", "near", "decides"),
        Verdict("big", "segment", "key", "loses", "german"),
        Verdict("big", "tag", "vip", "decides"), Verdict("big", "tag", "near", "agrees", "german"),
    ]  # fmt: skip


def test_order_of_the_rules_matters_as_said() -> None:
    found = decided([BIG, GERMAN], country=("DE",), revenue=Decimal(5000))
    assert [(each.rule, each.value) for each in found if each.outcome == "decides" and each.dimension == "segment"] == [("big", "key")]


def test_explicit_value_always_wins() -> None:
    found = decided([GERMAN, BIG], {"segment": ("public",), "tag": ("vip",)}, country=("DE",), revenue=Decimal(5000))
    assert [each.outcome for each in found] == ["explicit", "decides", "explicit", "stands", "agrees"]
    assert [each.outcome for each in decided([GERMAN], {"segment": ("home",)}, country=("DE",))] == ["stands", "decides"]


def test_rule_may_ask_for_what_a_later_one_sets() -> None:
    key = rule("key", {"segment": ["key"]}, tag=["vip"])
    found = decided([key, BIG], revenue=Decimal(1000))
    assert [(each.rule, each.dimension) for each in found][:1] == [("big", "segment")]
    assert ("key", "agrees") in {(each.rule, each.outcome) for each in found}


@pytest.mark.parametrize(
    ("when", "says", "fits"),
    [
        ({"name": "rederi"}, {"name": ("Kaskelot Rederi ApS",)}, True),
        ({"name": "rederi"}, {"name": ("Nordwind",)}, False),
        ({"name_matches": r"\bAG$"}, {"name": ("Nordwind AG",)}, True),
        ({"text": "solar"}, {"text": ("Travel", "Solar panels")}, True),
        ({"country": ["DE", "AT"]}, {"country": ("AT",)}, True),
        ({"country": [""]}, {"country": ("",)}, True),
        ({"country": ["DE"]}, {"country": ("",)}, False),
        ({"region": ["germany"]}, {}, False),
        ({"gross": ["10", "20"]}, {"gross": Decimal(20)}, True),
        ({"gross": ["10", "20"]}, {"gross": Decimal("20.01")}, False),
        ({"gross": [None, "20"]}, {"gross": None}, False),
        ({"days_late": ["5", None], "invoices": ["3", None]}, {"days_late": Decimal(6), "invoices": Decimal(2)}, False),
        ({"days_late": ["5", None], "invoices": ["3", None]}, {"days_late": Decimal(6), "invoices": Decimal(3)}, True),
    ],
)
def test_all_that_is_asked_must_hold(when: dict[str, Any], says: dict[str, Value], fits: bool) -> None:
    assert bool(decided([rule("one", when, size="large")], None, **says)) is fits


def test_region_below_the_one_asked_for_fits() -> None:
    german = rule("south", {"region": ["germany"]}, segment="home")
    assert decided([german], {"region": ("germany/bavaria",)})
    assert not decided([german], {"region": ("germany-east",)})


WORDS = st.sampled_from(("a", "b", ""))
DIMENSIONS = st.sampled_from(("industry", "size", "segment"))


@st.composite
def some_rules(draw: st.DrawFn) -> list[Rule]:
    made = []
    for at in range(draw(st.integers(1, 6))):
        when: dict[str, Any] = {draw(DIMENSIONS): [draw(WORDS)]} if draw(st.booleans()) else {"tag": [draw(WORDS)]}
        put: dict[str, Any] = (
            {draw(DIMENSIONS): draw(st.sampled_from(("a", "b")))} if draw(st.booleans()) else {"tag": [draw(st.sampled_from("ab"))]}
        )
        made.append(rule(f"r{at}", when, **put))
    return made


@given(some_rules(), st.dictionaries(DIMENSIONS, WORDS.map(lambda word: (word,) if word else ())))
def test_what_was_written_is_decided(rules: list[Rule], explicit: dict[str, tuple[str, ...]]) -> None:
    """Explicit values stay, one value a dimension, and classifying what has been written adds nothing."""
    first = [each for each in decided(rules, explicit) if each.outcome == "decides"]
    written = {**NOTHING, **explicit}
    for each in first:
        assert each.dimension == "tag" or not written[each.dimension]
        written[each.dimension] = (*written[each.dimension], each.value)
    assert all(len(words) <= 1 for name, words in written.items() if name != "tag")
    assert [each for each in decided(rules, written) if each.outcome == "decides"] == []


def test_rules_that_ask_for_the_same_and_set_something_else_contradict() -> None:
    other = rule("other", {"country": ["DE"]}, segment="abroad")
    assert [(a.name, b.name, name) for a, b, name in contradictions([GERMAN, BIG, other])] == [("german", "other", "segment")]


def test_accounts_tell_who_never_fits_and_who_always_loses() -> None:
    never = rule("never", {"country": ["FR"]}, segment="far")
    late = rule("late", {"country": ["DE"], "name": "x"}, segment="late")
    rules = [GERMAN, never, late]
    found = accounts(rules, [decided(rules, country=("DE",), name=("x",)), decided(rules, country=("DE",), name=("y",))])
    assert found["never"] == (0, 0, 0, 0, ())
    assert (found["german"].fired, found["german"].decided) == (2, 4)
    assert (found["late"].decided, found["late"].lost, found["late"].to) == (0, 1, ("german",))

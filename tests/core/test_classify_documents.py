"""Rules over very many documents give what they give to each of them by itself, gone through from the first rule after each that fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billcli.core.classify import Rule, Value, Verdict, _fires, _verdict, decide, rules_of
from billcli.core.classify_documents import Documents
from billcli.model.money import Money

WORDS = ("a", "b", "c")
SPANS = st.sampled_from([["1000", None], [None, "999.995"], ["10", "20"], ["10.005", "10.005"], ["0", "0"], ["1000", "1000"]])
WHEN = st.fixed_dictionaries(
    {},
    optional={
        "country": st.lists(st.sampled_from(("DE", "NO", "")), min_size=1, max_size=2),
        "region": st.lists(st.sampled_from(("x", "x/y", "")), min_size=1, max_size=1),
        "currency": st.lists(st.sampled_from(("EUR", "JPY")), min_size=1, max_size=2),
        "type": st.lists(st.sampled_from(("sales", "service")), min_size=1, max_size=1),
        "tag": st.lists(st.sampled_from((*WORDS, "")), min_size=1, max_size=2),
        "category": st.lists(st.sampled_from((*WORDS, "")), min_size=1, max_size=2),
        "text": st.sampled_from(("sol", "wind")), "text_matches": st.sampled_from(("solar|sea", "d$", "^w")), "gross": SPANS, "net": SPANS,
    },
)  # fmt: skip
SET = st.fixed_dictionaries(
    {}, optional={"category": st.sampled_from(WORDS), "tag": st.lists(st.sampled_from(WORDS), min_size=1, max_size=2)}
)
CUSTOMERS: dict[str, dict[str, tuple[str, ...]]] = {
    "one": {"country": ("DE",), "region": ("x/y",), "tag": ()},
    "two": {"country": ("NO",), "region": (), "tag": ("a",)},
}
MINORS = st.sampled_from((0, 999, 1000, 1001, 1999, 2000, 2001, 99999, 100000, 100001, -1000, 10, 20, 21))
DOCUMENT = st.tuples(
    st.sampled_from(("one", "two")), st.sampled_from(("sales", "service", "")), st.sampled_from(("EUR", "JPY", "NOK")), MINORS, MINORS,
    st.lists(st.sampled_from(("Solar roof", "wind", "sea", "")), max_size=3).map("\n".join),
    st.fixed_dictionaries({"tag": st.sampled_from(((), ("b",))), "category": st.sampled_from(((), ("c",)))}),
)  # fmt: skip


def plainly(rules: list[Rule], explicit: Mapping[str, tuple[str, ...]], says: Any) -> list[Verdict]:
    state, decided, found, waiting = dict(explicit), dict[str, str](), list[Verdict](), list(rules)
    while fired := next((each for each in waiting if _fires(each, state, says)), None):
        waiting.remove(fired)
        for dimension, value in fired.sets:
            verdict = _verdict(fired, dimension, value, state, decided)
            if verdict.outcome == "decides":
                state[dimension] = (*state.get(dimension, ()), value)
                decided[f"tag {value}" if dimension == "tag" else dimension] = fired.name
            found.append(verdict)
    return found


@given(st.lists(st.tuples(WHEN, SET), min_size=1, max_size=7), st.lists(DOCUMENT, min_size=1, max_size=6))
def test_what_comes_of_many_is_what_comes_of_each(made: list[Any], documents: list[Any]) -> None:
    rules = rules_of({"name": f"r{at}", "of": "invoice", "when": when, "set": put} for at, (when, put) in enumerate(made))
    sieve = Documents(rules, lambda customer, _, name: CUSTOMERS[customer][name], "EUR")
    for customer, type_, currency, gross, net, text, explicit in documents:

        def says(rule: Rule, name: str, customer: str = customer, type_: str = type_, currency: str = currency, gross: int = gross,
                 net: int = net, text: str = text) -> Value:  # fmt: skip
            match name:
                case "type":
                    return (type_,)
                case "currency":
                    return (currency,)
                case "gross" | "net":
                    fits = currency in (rule.currency or ("EUR",))
                    return Money(gross if name == "gross" else net, currency).amount if fits else None
                case "text":
                    return tuple(text.split("\n"))
                case _:
                    return CUSTOMERS[customer].get(name, ())

        wanted = plainly(rules, explicit, says)
        assert decide(rules, explicit, says) == wanted
        assert sieve.decide(customer, type_, currency, gross, net, text, explicit, CUSTOMERS[customer]["tag"]) == wanted

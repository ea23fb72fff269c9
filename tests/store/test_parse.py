from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.diagnostics import Path
from billcli.store.parse import MAX_DEPTH, Parsed, parse, span_of
from billcli.store.text import MAX_PROBLEMS, decode


def found(text: str) -> list[tuple[str, int, int]]:
    parsed = parse(text, "f.yaml")
    assert (parsed.data is None) is bool(parsed.problems)
    lines = text.split("\n")
    places = []
    for problem in parsed.problems:
        assert problem.span is not None
        assert problem.span.text == lines[problem.span.line - 1].removesuffix("\r")
        places.append((problem.code, problem.span.line, problem.span.column))
    return places


def nested(depth: int, opening: str, closing: str) -> str:
    return f"a: {opening * depth}1{closing * depth}\n"


@pytest.mark.parametrize(
    "text",
    [
        "95.10", "1e5", "1_000", "NO", "no", "off", "yes", "007", "0x1F", "1:30", ".inf", "2026-03-14", "true", "=",
        "NaN", "+5",
        "nordwind", "a:b", "http://x.example/#y", "a#b", "北京", "-1", "--", "-x", "?x", "1.", "nulls", "NULLs", "~x",
    ],
)  # fmt: skip
def test_scalar_stays_the_text_that_was_typed(text: str) -> None:
    assert parse(f"a: {text}\nb:\n  - {text}\n", "f.yaml").data == {"a": text, "b": [text]}


@pytest.mark.parametrize("text", ["95.10", "1e5", "NO", "off", "007", "0x1F", ".inf", "true", "=", "北京", "-1", "a b", "a#b", "~x"])
def test_scalar_in_brackets_stays_the_text_that_was_typed(text: str) -> None:
    assert parse(f"b: [{text}, {text}]\n", "f.yaml").data == {"b": [text, text]}


@pytest.mark.parametrize("text", ["a:b", "1:30", "http://x", "?x", "{", "]", "&a", "@a", "'"])
def test_text_that_reads_two_ways_in_brackets_is_refused(text: str) -> None:
    assert parse(f"b: [{text}]\n", "f.yaml").data is None


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 'it''s'\nb: \"x\\n\\u00e9\\t\"\n", {"a": "it's", "b": "x\né\t"}),
        ("a: |\n  one\n   two\n\nb: >-\n  one\n  two\n", {"a": "one\n two\n", "b": "one two"}),
        ("a: one\n  two\n", {"a": "one two"}),
        ("a:\n- 1\n- b: 2\n  c: [3, {d: 4}]\n", {"a": ["1", {"b": "2", "c": ["3", {"d": "4"}]}]}),
        ("# c\n---\na: 1 # d\n...\n", {"a": "1"}),
        ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", {"a": "1", "b": "x\ny\n"}),
        ('{"a": "1", "b": []}', {"a": "1", "b": []}),
        (
            "a: ''\nb: \"null\"\nx: {c: , d: ~, e: null}\n",
            {"a": "", "b": "null", "x": {"c": "", "d": "~", "e": "null"}},
        ),
        ("? a\n: 1\n", {"a": "1"}),
        ("1: a\nnull: b\n", {"1": "a", "null": "b"}),
    ],
)
def test_block_and_flow_forms_give_plain_data(text: str, data: object) -> None:
    assert parse(text, "f.yaml") == Parsed(data, parse(text, "f.yaml").places, [])  # type: ignore[arg-type]  # data is a table's


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", [("E105", 3, 1)]),
        ("a: 1\n'a': 2\n", [("E105", 2, 1)]),
        ("b:\n  - c: 1\n    c: 2\n", [("E105", 3, 5)]),
        ("a: {b: 1, b: 2, b: 3}\n", [("E105", 1, 11), ("E105", 1, 17)]),
        ("a: &x 1\nb: *x\n", [("E106", 1, 4), ("E106", 2, 4)]),
        ("&k a: 1\n", [("E106", 1, 1)]),
        ("a: &x [1]\nb: &y {c: 1}\n", [("E106", 1, 4), ("E106", 2, 4)]),
        ("*x : 1\n", [("E106", 1, 1), ("E203", 1, 1)]),
        ("a: !!str 1\nb: !foo 2\nc: ! 3\n", [("E107", 1, 4), ("E107", 2, 4), ("E107", 3, 4)]),
        ("!!str a: !!map {b: 1}\n", [("E107", 1, 1), ("E107", 1, 10)]),
        ("a: !!python/object/apply:os.system [x]\n", [("E107", 1, 4)]),
        ("a: !<tag:yaml.org,2002:int> 1\n", [("E107", 1, 4)]),
        ("a: 1\nb: !%ED%A0%80 1\n", [("E107", 2, 4)]),
        ("b: {c: 1}\na:\n  <<: {d: 1}\n", [("E108", 3, 3)]),
        ("a: 1\n---\nb: 2\n", [("E110", 2, 1)]),
        ("a: 1\n---\n", [("E110", 2, 1)]),
        ("a: 1\n...\n---\nb: 2\n", [("E110", 3, 1)]),
        ("", [("E116", 1, 1)]), ("# only a comment\n", [("E116", 1, 1)]), ("---\n", [("E116", 1, 1)]),
        ("\n\n", [("E116", 1, 1)]),
        ("a:\n", [("E117", 1, 1)]), ("a: ~\nb: 1\n", [("E117", 1, 1)]), ("b: 1\na: null # c\n", [("E117", 2, 1)]),
        ("a: [1, null]\n", [("E117", 1, 8)]), ("a:\n  - b: 1\n    c:\n  -\n", [("E117", 3, 5), ("E117", 4, 4)]),
        ("x:\n", [("E117", 1, 1)]),
        ("? a\n", [("E117", 1, 3)]),
        ("- a\n- b\n", [("E203", 1, 1)]), ("just words\n", [("E203", 1, 1)]), ("[]\n", [("E203", 1, 1)]),
        ("[a, b]: 1\n{c: 1}: 2\n", [("E203", 1, 1), ("E203", 2, 1)]), ("? - a\n: 1\n", [("E203", 1, 3)]),
        ("a: 1\na: 2\nb: !!str 3\nc: *d\ne:\n", [("E105", 2, 1), ("E107", 3, 4), ("E106", 4, 4), ("E117", 5, 1)]),
    ],
)  # fmt: skip
def test_each_refusal_has_its_code_and_place(text: str, places: list[tuple[str, int, int]]) -> None:
    assert found(text) == places


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: 1\nb: x: y\n", 2, 5),
        ("a: 1\nb: 'open\nc: 2\n", 2, 4),
        ('a: "open\n', 1, 4),
        ("a: [1, 2\nb: 3\n", 1, 4),
        ("a: 1\n  b: 2\n", 2, 4),
        ("a:\n  - 1\n b: 2\n", 3, 2),
        ("a: @x\n", 1, 4),
        ("a: `x`\n", 1, 4),
        ('a: "\\ud800"\n', 1, 7),
        ('a: "\\q"\n', 1, 5),
        ("a: 'x' y\n", 1, 8),
        ("a: [1]]\n", 1, 7),
        ("a: |3x\n", 1, 6),
        ("a: 1\n- b\n", 2, 1),
        ("a\nb: 1\n", 2, 2),
    ],
)
def test_text_that_is_not_yaml_is_one_error_at_its_place(text: str, line: int, column: int) -> None:
    (place,) = found(text)
    assert place == ("E104", line, column)


def test_errors_before_broken_yaml_are_told_with_it() -> None:
    assert [code for code, _, _ in found("a: &x 1\nb: 1\nb: 2\nc: [\n")] == ["E106", "E105", "E104"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!str 1\n", "the tag !!str"), ("a: !<tag:yaml.org,2002:int> 1\n", "the tag !!int"),
        ("a: !x 1\n", "the tag !x"),
        ("a: !x%1b[31m 1\n", "the tag !x\\u001b[31m"), ("a: &anchor 1\n", "the anchor &anchor"),
        ("a: *anchor\n", "the alias *anchor"), ("a: 1\na: 2\n", 'the key "a" stands twice; it is already on line 1'),
        ("a:\n  b: {c: }\n", '"c" has no value'),
        ('"\\e": 1\n"\\e": 2\n', 'the key "\\u001b" stands twice; it is already on line 1'),
        ("a: &" + "x" * 500 + " 1\n", "the anchor &" + "x" * 80 + "…"),
    ],
)  # fmt: skip
def test_message_shows_the_users_own_form_and_nothing_that_moves_the_terminal(text: str, message: str) -> None:
    assert [problem.message for problem in parse(text, "f.yaml").problems] == [message]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_nesting_is_limited_in_flow_form(opening: str, closing: str) -> None:
    assert found(nested(MAX_DEPTH - 1, opening, closing)) == []
    assert [code for code, _, _ in found(nested(MAX_DEPTH, opening, closing))] == ["E112"]


def test_nesting_is_limited_in_block_form() -> None:
    def mappings(depth: int) -> str:
        return "".join(f"{'  ' * at}a:\n" for at in range(depth - 1)) + "  " * (depth - 1) + "a: 1\n"

    assert found(mappings(MAX_DEPTH)) == []
    assert found(mappings(MAX_DEPTH + 1)) == [("E112", MAX_DEPTH + 1, 2 * MAX_DEPTH + 1)]
    assert found("a:\n" + "- " * (MAX_DEPTH - 1) + "1\n") == []
    assert [code for code, _, _ in found("a:\n" + "- " * MAX_DEPTH + "1\n")] == ["E112"]
    assert [code for code, _, _ in found("? " * 30 + "1\n")] == ["E112"]


HUGE = [
    "a: " + "[" * 4_000_000,
    "a: " + "[\n" * 2_000_000,
    "a: " + "{a: " * 1_000_000,
    "- " * 2_000_000,
    "? " * 2_000_000,
]
ERRORS = [
    "a:\n" + "- *a\n" * 100_000,
    "a:\n" + "- &b c\n" * 100_000,
    "a: 1\n" * 100_000,
    "a:\n" + "-\n" * 200_000,
    "[a]: 1\n" * 100_000,
]


@pytest.mark.parametrize("text", HUGE, ids=lambda text: repr(text[:8]))
def test_huge_nesting_is_refused_in_bounded_time(text: str) -> None:
    before = time.process_time()
    assert [problem.code for problem in parse(text, "f.yaml").problems] == ["E112"]
    assert time.process_time() - before < 5


@pytest.mark.parametrize("text", ERRORS, ids=lambda text: repr(text[:8]))
def test_file_full_of_errors_is_told_in_bounded_time(text: str) -> None:
    before = time.process_time()
    assert len(parse(text, "f.yaml").problems) == MAX_PROBLEMS
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("name",), "Nörd: x", "name"), (("tags",), "[a , b]", "tags"), (("tags", 1), "b", None),
        (("lines", 0, "q"), "12.5", '"q"'),
        (("lines", 0), '"q": 12.5', None), (("notes",), "|", "notes"), (("last",), "1", "last"),
    ],
)  # fmt: skip
def test_places_point_at_values_and_keys(path: Path, value: str, key: str | None) -> None:
    text = "name: 'Nörd: x'\ntags: [a , b] # c\nlines:\n  - \"q\": 12.5\n    r: 1\nnotes: |\n  x\nlast: 1"
    parsed = parse(text, "f.yaml")
    span = span_of(text, parsed.places[path])
    shown = span.text[span.column - 1 : span.column - 1 + span.length]
    assert shown.strip("'") == value
    if key:
        span = span_of(text, parsed.places[path], key=True)
        assert span.text[span.column - 1 : span.column - 1 + span.length] == key


@given(st.text(alphabet="ab:-?[]{},#&*!|>'\"% \n\\~<x0", max_size=80))
def test_any_text_is_data_or_problems_at_places_inside(text: str) -> None:
    if decode(text.encode(), "f.yaml").text is not None:
        found(text)

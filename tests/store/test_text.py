from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.diagnostics import Span
from billcli.store.text import BOM, MAX_BYTES, MAX_PROBLEMS, MAX_SHOWN, decode, span_at


def found(raw: bytes) -> list[tuple[str, int, int, str]]:
    decoded = decode(raw, "f.yaml")
    assert (decoded.text is None) is bool(decoded.problems)
    return [(each.code, *_place(each.span)) for each in decoded.problems]


def _place(span: Span | None) -> tuple[int, int, str]:
    assert span is not None
    return span.line, span.column, span.text


@pytest.mark.parametrize("text", ["a: 1\n", "a: 1", "", "a: 1\r\nb: 2\r\n", "n: Nördwind 北京 👩‍👧 \u00a0\u200b\n", "a: ''\n\n\n"])
def test_plain_text_passes_unchanged(text: str) -> None:
    assert decode(text.encode(), "f.yaml") == (text, [])


def test_byte_order_mark_is_taken_off() -> None:
    assert decode(BOM + b"a: 1\r\n", "f.yaml") == ("a: 1\r\n", [])


@pytest.mark.parametrize(
    ("raw", "code", "line", "column", "own_line"),
    [
        (b"a: 1\nname: caf\xe9 noir\nb: 2\n", "E101", 2, 10, "name: caf\ufffd noir"),
        (BOM + b"\xff", "E101", 1, 1, "\ufffd"),
        (b"n: \xed\xa0\x80\n", "E101", 1, 4, "n: \ufffd\ufffd\ufffd"),
        (b"n: \xc0\x80\n", "E101", 1, 4, "n: \ufffd\ufffd"),
        (b"a: 1\xf0\x9f", "E101", 1, 5, "a: 1\ufffd"),
        ("a: 1\n".encode("utf-16"), "E101", 1, 1, "\ufffd\ufffda\x00:\x00 \x001\x00"),
        (b"a: 1\n\tb: 2\n", "E103", 2, 1, "\tb: 2"),
        (b"a:\t1\n", "E103", 1, 3, "a:\t1"),
        (b"a: 1 # b\tc\n", "E103", 1, 9, "a: 1 # b\tc"),
        (b"a: x\x00y\n", "E102", 1, 5, "a: x\x00y"),
        (b"a: \x1b[31mred\n", "E102", 1, 4, "a: \x1b[31mred"),
        (b"a: x\x7f\n", "E102", 1, 5, "a: x\x7f"),
        (b"a: 1\rb: 2\n", "E102", 1, 5, "a: 1\rb: 2"),
        (b"a: 1\r\r\n", "E102", 1, 5, "a: 1\r"),
        (b"a: 1\r", "E102", 1, 5, "a: 1"),
        ("a: x\u0085y\n".encode(), "E102", 1, 5, "a: x\u0085y"),
        ("a: x\u2028y\n".encode(), "E102", 1, 5, "a: x\u2028y"),
        ("a: x\u2029y\n".encode(), "E102", 1, 5, "a: x\u2029y"),
        (BOM + BOM + b"a: 1\n", "E102", 1, 1, "\ufeffa: 1"),
        ("a: x\ufeffy\n".encode(), "E102", 1, 5, "a: x\ufeffy"),
        ("a: x\uffffy\n".encode(), "E102", 1, 5, "a: x\uffffy"),
        (b"%YAML 1.1\n---\na: no\n", "E109", 1, 1, "%YAML 1.1"),
        (b"a: 1\n%TAG ! !x\n", "E109", 2, 1, "%TAG ! !x"),
        (b"a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n", "E113", 2, 1, "<<<<<<< HEAD"),
        (b"a: 1\r\n=======\r\nb: 2\r\n>>>>>>> x\r\n", "E113", 4, 1, ">>>>>>> x"),
        (b"||||||| base\n", "E113", 1, 1, "||||||| base"),
    ],
)
def test_what_yaml_would_bend_is_refused_at_its_place(raw: bytes, code: str, line: int, column: int, own_line: str) -> None:
    assert found(raw) == [(code, line, column, own_line)]


@pytest.mark.parametrize("text", ["a: 1 # =======\n", "=======\n", "a: |\n  <<<<<<< not at the margin\n", "<<<<<<<<\n", "a: 1 %\n"])
def test_what_only_looks_like_a_marker_passes(text: str) -> None:
    assert decode(text.encode(), "f.yaml").text == text


def test_every_odd_character_of_a_file_is_told() -> None:
    assert found(b"a:\t1\nb: \x07\n%x\nc: 1\rd\n") == [
        ("E103", 1, 3, "a:\t1"),
        ("E102", 2, 4, "b: \x07"),
        ("E102", 4, 5, "c: 1\rd"),
        ("E109", 3, 1, "%x"),
    ]


def test_message_names_the_character() -> None:
    (problem,) = decode(b"a: \x1b\n", "f.yaml").problems
    assert problem.message == "the control character U+001B"


def test_file_over_the_limit_is_refused_unread() -> None:
    assert decode(b" " * MAX_BYTES, "f.yaml").problems == []
    (problem,) = decode(b"\xff" * (MAX_BYTES + 1), "f.yaml").problems
    assert (problem.code, problem.span) == ("E111", None)


@pytest.mark.parametrize("raw", [b"\t" * MAX_BYTES, b"\r" * MAX_BYTES, b"=======\n" * (MAX_BYTES // 8), b"%\n" * (MAX_BYTES // 2)])
def test_file_full_of_errors_takes_no_longer_than_a_large_one(raw: bytes) -> None:
    before = time.process_time()
    decoded = decode(raw, "f.yaml")
    assert time.process_time() - before < 5
    assert len(decoded.problems) <= MAX_PROBLEMS


@pytest.mark.parametrize(
    ("text", "index", "length", "span"),
    [
        ("a: 1\nb: 22\n", 8, 2, Span(2, 4, 2, "b: 22")), ("a: 1\r\nb: 22\r\n", 9, 99, Span(2, 4, 2, "b: 22")),
        ("a", 1, 1, Span(1, 2, 1, "a")), ("", 0, 5, Span(1, 1, 1, "")), ("a\n", 2, 1, Span(2, 1, 1, "")),
        ("北京: 1", 4, 1, Span(1, 5, 1, "北京: 1")),
    ],
)  # fmt: skip
def test_span_counts_lines_and_characters_from_one(text: str, index: int, length: int, span: Span) -> None:
    assert span_at(text, index, length) == span


def test_line_too_long_to_show_still_has_its_place() -> None:
    assert span_at("x" * MAX_SHOWN, 7) == Span(1, 8, 1, "x" * MAX_SHOWN)
    assert span_at("x" * (MAX_SHOWN + 1), 7) == Span(1, 8, 1, "")


@given(st.binary(max_size=60) | st.text(alphabet="a:\t\r\n\x85\u2028\ufeff%<=> é", max_size=60).map(str.encode))
def test_any_bytes_are_a_text_or_problems_at_places_inside(raw: bytes) -> None:
    decoded = decode(raw, "f.yaml")
    assert (decoded.text is None) is bool(decoded.problems)
    lines = raw.removeprefix(BOM).decode("utf-8", "replace").split("\n")
    for problem in decoded.problems:
        assert problem.span is not None
        assert problem.span.text == lines[problem.span.line - 1].removesuffix("\r")
        assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1

from __future__ import annotations

import json

import pytest

from billcli.diagnostics import Diagnostic, Span
from billcli.render.diagnostics import as_json, as_short, as_text
from billcli.render.text import width


def block(text: str, column: int, length: int) -> list[str]:
    """The excerpt and the caret line of a finding in that line."""
    lines = as_text([Diagnostic("E204", "m", "f.yaml", span=Span(3, column, length, text))]).splitlines()
    return lines[3:5]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("customer: nordwnd", "nordwnd"),
        ("name: 北京 Handel", "Handel"),
        ("name: 北京市 x", "京市"),
        ("Ü: é́ x", "x"),
        ("a\tb: c", "c"),
        ("ｆｕｌｌ: ｗｉｄｅ", "ｗｉｄｅ"),
        ("name: \u202egpj x", "x"),
        ("name: a\u200bZ", "Z"),
        ("e: \U0001f600 x", "x"),
    ],
)
def test_carets_stand_below_what_they_mean_in_any_script(text: str, word: str) -> None:
    shown, carets = block(text, text.index(word) + 1, len(word))
    start = len(carets) - len(carets.lstrip(" |"))
    before = shown[: shown.index(word)]
    assert width(before) == start
    assert carets.count("^") == width(word)


def test_far_right_of_a_long_line_is_shown_around_the_place() -> None:
    text = "x" * 500 + "HERE" + "y" * 500
    shown, carets = block(text, 501, 4)
    assert shown[carets.index("^") :][: carets.count("^")] == "HERE"
    assert len(shown) < 250


def test_long_stretch_is_marked_up_to_80_columns() -> None:
    assert block("z" * 300, 1, 300)[1].count("^") == 80


def test_label_and_hint_follow() -> None:
    found = Diagnostic("E204", "m", "f.yaml", span=Span(12, 3, 2, "a bc"), label="no such file", hint="look")
    assert as_text([found]).splitlines() == [
        "error[E204]: m", "  --> f.yaml:12:3", "    |", " 12 | a bc", "    |   ^^ no such file", "    |", "    = hint: look",
    ]  # fmt: skip


@pytest.mark.parametrize("span", [None, Span(1, 1, 1, ""), Span(7, 3000, 4, "")])
def test_no_excerpt_where_there_is_no_text(span: Span | None) -> None:
    lines = as_text([Diagnostic("E114", "m", "f.yaml", span=span, hint="look")]).splitlines()
    assert lines == ["error[E114]: m", "  --> f.yaml" + (f":{span.line}:{span.column}" if span else ""), "  = hint: look"]


def test_every_text_of_a_finding_is_harmless_in_every_form() -> None:
    evil = "\x1b]8;;x\x07\u202e[/]"
    found = [Diagnostic("E204", evil, evil, (evil,), Span(1, 1, 4, evil), evil, evil)]
    for text in (as_text(found), as_short(found), as_json(found)):
        assert not set(text) & set("\x1b\x07\u202e")
    assert json.loads(as_json(found))["diagnostics"][0]["message"] == evil

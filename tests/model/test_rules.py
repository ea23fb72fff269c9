from __future__ import annotations

import pytest

from billcli.app.reading import understand

RULE = """schema: rules/1
bank:
  - name: one
    text: {text}
    ignore: wages
"""


def codes(text: str) -> list[str]:
    return [each.code for each in understand(text.encode(), "rules.yaml")[2]]


@pytest.mark.parametrize("text", ['"^Salary"', '"rent|lease"', '"card .* fee"', '"(?:VISA|MC) [0-9]{4}"'])
def test_a_plain_pattern_is_taken(text: str) -> None:
    assert codes(RULE.format(text=text)) == []


def test_what_python_warns_of_is_taken_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    assert codes(RULE.format(text='"[[a]"')) == []
    assert not recwarn.list


@pytest.mark.parametrize("text", ['"("', '"(a+)+$"', '"(a|b*)*c"', r'"(x)\\1"', '".*a.*b.*c.*d.*e"', '"(a{1,500}){3}"'])
def test_a_pattern_that_may_take_for_ever_or_is_none_is_refused(text: str) -> None:
    assert codes(RULE.format(text=text)) == ["E209"]


def test_a_rule_asks_for_something_and_says_what_becomes_of_the_line() -> None:
    assert codes("schema: rules/1\nbank:\n  - name: one\n    ignore: x\n") == ["E202"]
    assert codes("schema: rules/1\nbank:\n  - name: one\n    payer: x\n") == ["E202"]
    assert codes("schema: rules/1\nbank:\n  - name: one\n    payer: x\n    ignore: y\n    customer: z\n") == ["E220"]

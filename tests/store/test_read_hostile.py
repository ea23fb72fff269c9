"""Files that somebody made to hurt, or a slip of the keyboard did."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.store.read import read
from billcli.store.text import MAX_PROBLEMS
from tests.store.test_read import AT, CUSTOMER, INVOICE, check_place, customer


@pytest.mark.parametrize(
    "lines",
    [[f"k{at}: 1" for at in range(100_000)], ["tags:", *["- 'a|b'"] * 100_000], ["contacts:", *["- k: 1"] * 100_000]],
    ids=["unknown keys", "bad values", "missing keys"],
)
def test_file_full_of_wrong_fields_is_told_in_bounded_time(lines: list[str]) -> None:
    text = customer(*lines)
    before = time.process_time()
    assert len(read(text.encode(), "customers/nordwind.yaml").problems) == MAX_PROBLEMS
    assert time.process_time() - before < 15


WORDS = [
    "&a ",
    "*a",
    "!!str ",
    "<<: ",
    "%",
    "\t",
    "\r",
    "\u2028",
    "\ufeff",
    "'",
    '"',
    "- ",
    "? ",
    ": ",
    "{",
    "]",
    "#",
    "|\n",
    "---\n",
    "\n",
    "²",
    "null",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([INVOICE, CUSTOMER]))
    for _ in range(draw(st.integers(min_value=1, max_value=4))):
        at = draw(st.integers(min_value=0, max_value=len(text)))
        cut = draw(st.integers(min_value=0, max_value=8))
        text = text[:at] + draw(st.sampled_from(WORDS) | st.text(max_size=4, alphabet=st.characters(codec="utf-8"))) + text[at + cut :]
    return text


@given(
    mutated() | st.text(alphabet=st.characters(codec="utf-8")),
    st.sampled_from([AT, "customers/nordwind.yaml", "ledger.yaml", "x"]),
)
def test_reading_any_text_gives_an_entity_or_problems_with_places(text: str, file: str) -> None:
    result = read(text.encode(), file)
    assert result.entity is not None or result.problems
    for problem in result.problems:
        check_place(problem, text)
        assert problem.message.isprintable()


@given(st.binary())
def test_reading_any_bytes_raises_nothing(raw: bytes) -> None:
    assert read(raw, AT).problems

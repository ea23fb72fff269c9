"""The linear search says what ``re`` says, and ends at once on what makes ``re`` hang."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.model.linear import Linear, TooHard

ATOMS = (
    "a", "b", ".", "[ab]", "[^a]", "[a-c]", "[^A-Z]", r"\d", r"\W", r"\w", r"\s", r"\b", r"\B", "^", "$", r"\A", r"\Z", "ä", "1",
    "i", "İ", "ı", "s", "()",
)  # fmt: skip


def patterns() -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(ATOMS),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda both: f"(?:{both[0]}|{both[1]})"),
            st.tuples(inner, st.sampled_from(("*", "+", "?", "{2}", "{1,3}", "*?", "{0,2}"))).map(lambda both: f"(?:{both[0]}){both[1]}"),
        ),
        max_leaves=6,
    )


@given(patterns(), st.text("abcä1 \n_-ABiİısſßK", max_size=12))
def test_it_finds_what_re_finds(pattern: str, text: str) -> None:
    wanted = re.search(pattern, text, re.IGNORECASE) is not None
    assert Linear(pattern).search(text) == wanted
    assert Linear(pattern).search_at_once(text) == wanted


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("solar|wind", "Windpark Nord", True), (r"\bag\b", "Nordwind AG", True), (r"\bag\b", "Nordag", False),
        ("^müller", "MÜLLER & Söhne", True),
        (r"inv-\d{4}", "see INV-2026", True), (r"inv-\d{4}$", "see INV-202", False), ("gmbh( & co)?", "X GmbH", True),
        ("[^a-z ]", "abc d", False),
        ("海洋", "青岛海洋仪器", True), ("", "", True), ("a{2,3}b", "ab", False),
    ],
)  # fmt: skip
def test_it_reads_the_usual_signs(pattern: str, text: str, found: bool) -> None:
    assert Linear(pattern).search(text) is Linear(pattern).search_at_once(text) is found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 5000 + "!"), ("(a|aa)+$", "a" * 5000 + "!"), ("(a|a)*b", "a" * 5000), ("(.*)*x", "y" * 5000),
        ("(a?){40}a{40}$", "a" * 39 + "!"), ("([a-z]+)*[0-9]", "z" * 5000), (".*.*.*.*.*.*x", "y" * 5000),
        (r"^(\w+\s?)*$", "word " * 900 + "!"),
        ("(x+x+)+y", "x" * 5000),
        ("(a|a)" * 60 + "b", "a" * 5000), ("a?" * 60 + "a" * 60 + "b", "a" * 2000), ("(a|b)*(a|b)*(a|b)*c", "ab" * 2500),
        ("(?:aa?a?)+b", "a" * 5000), ("a{0,300}a{0,300}a{0,300}b", "a" * 3000), ("(((a*)b*)c*)d", "abc" * 900),
    ],
)  # fmt: skip
def test_what_explodes_elsewhere_ends_here(pattern: str, text: str) -> None:
    """``re`` would need longer than anybody lives for most of these; that this test ends at all is the proof."""
    assert not Linear(pattern).search(text)


def test_text_of_more_signs_than_are_remembered_is_searched_to_its_end() -> None:
    signs = "".join(map(chr, range(0x4E00, 0x4E00 + 9000)))
    for pattern in ("(a*b?)+洋海", r"(a*b?)+洋海\b"):
        search = Linear(pattern).search_at_once
        assert search(signs + "洋海") and not search(signs + "海洋") and search(signs + "ab洋海")


def test_flags_that_change_nothing_here_may_stand() -> None:
    assert Linear("(?i)nord").search("NORD") and Linear("(?u)nord").search("NORD")
    assert Linear("(?x) n o r d  # a note").search("nord")


def test_what_python_warns_of_is_read_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    assert Linear("[[a]").search("[") and not recwarn.list


@pytest.mark.parametrize(
    "pattern", [r"(a)\1", "(?=a)b", "(?<!a)b", "(?>a+)b", "a++", "a{5000}", "(a{100}){100}", "((a{50}){50}){50}", "(", "[a", "(?i:a)",
    "(" * 240 + "a" + ")*" * 240, "(" * 9000 + "a" + ")" * 9000, "(" * 60 + "a" + ")" * 60,
    "(((" + "()" * 400 + "){1000}){1000}){1000}", "(?:(?:(?:^){1000}){1000}){1000}", "(?:(?:){1000}){1000}",
    "(?s)a.b", "(?m)^a", r"(?a)\w", "(?ism)a"]
)  # fmt: skip
def test_what_cannot_be_done_so_is_refused(pattern: str) -> None:
    with pytest.raises(TooHard):
        Linear(pattern)

"""Markdown of a difference: what somebody wrote is text in it, whatever it looks like."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from billcli.core.difference import Change, Difference, Field, Move, State, Sums
from billcli.render.difference import code, rendered_difference

DREADFUL = st.text(st.sampled_from("`|\\<>[]()*_#@!\n\r\t :a王\x1b\u202e\u2028~-&;"), max_size=30)


def markup(line: str) -> str:
    """What of a line is no code span, by the rule of CommonMark: a run of backticks, and the next one of the same length."""
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line)


@given(DREADFUL)
def test_any_text_stays_within_its_code_span(text: str) -> None:
    line = f"| x {code(text)} y |"
    assert markup(line) in ("| x  y |", "| x – y |")
    assert line.count("|") == 2, "a table's cells are cut at each of them before anything else is read"
    assert line.isprintable()


def changed(name: str, fields: int) -> Difference:
    told = tuple(Field(f"contacts[{at}].email", f"{name}@a.example", f"{name}@b.example", loud=True) for at in range(fields))
    changes = [Change("changed", "", "customer", name, name, fields=told)] * 200
    changes += [Change("paid", "paid", "payment", name, name, "EUR", 1234567, -1234567, name)]
    sums = [Sums("EUR", 5000000, {"paid": -1234567}, 3765433)]
    moves = [Move(name, name, "EUR", (0, 5000000, 0, 0, 0, 0), (0, 3765433, 0, 0, 0, 0))] * 30
    return Difference(date(2026, 3, 31), State(name, ""), State(name, ""), sums, changes, moves, {name: name})


@given(DREADFUL)
def test_no_name_becomes_markup_in_any_part_of_a_comment(name: str) -> None:
    plain, dreadful = (rendered_difference(changed(each, 1), "markdown", terminal=False) for each in ("plain", name or "x"))
    assert [markup(line) for line in plain.splitlines()] == [
        markup(line).replace("–", "") for line in dreadful.splitlines()
    ] or not name.strip()


def test_a_comment_has_room_for_whatever_changed() -> None:
    assert len(rendered_difference(changed("`" * 79, 30), "markdown", terminal=False)) < 65_536


def test_amounts_are_told_as_people_write_them() -> None:
    told = rendered_difference(changed("x", 0), "markdown", terminal=False)
    assert "- Receivables **−12,345.67 EUR** (50,000.00 → 37,654.33): 1 payment −12,345.67, customer `x` paid part of 1-30" in told


def test_a_terminal_obeys_nothing_of_a_csv_and_a_program_gets_the_characters_themselves() -> None:
    shown, piped = (rendered_difference(changed("\x1b[2J", 1), "csv", terminal=terminal) for terminal in (True, False))
    assert ("\x1b" in shown, "\\u001b[2J" in shown, "\x1b[2J" in piped) == (False, True, True)

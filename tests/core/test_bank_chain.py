from __future__ import annotations

from datetime import date

from billcli.core.bank_chain import breaks, marks
from billcli.core.facts import BankStatementFact


def statement(name: str, since: int, until: int, opening: int | None, closing: int | None) -> BankStatementFact:
    days = (date(2026, 4, since), date(2026, 4, until))
    return BankStatementFact(name, "main", None, "EUR", *days, opening, closing, 0, 0, "f", "o", "s", None)


def found(
    *statements: BankStatementFact, lines: dict[int, int], counts: dict[tuple[str, int], int] | None = None
) -> list[tuple[str, int, int]]:
    by_day = {date(2026, 4, day): amount for day, amount in lines.items()}
    on_day = {(name, date(2026, 4, day)): count for (name, day), count in (counts or {}).items()}
    return [(each.statement, each.expected, each.told) for each in breaks(marks(statements, on_day), by_day)]


def test_statements_that_follow_one_another_lead_on() -> None:
    assert found(statement("a", 1, 10, 0, 30), statement("b", 11, 20, 30, 25), lines={5: 30, 15: -5}) == []


def test_a_missing_statement_shows_between_its_neighbours() -> None:
    assert found(statement("a", 1, 10, 0, 30), statement("c", 21, 30, 80, 80), lines={5: 30}) == [("c", 30, 80)]


def test_statements_that_overlap_are_held_to_each_line_once() -> None:
    assert found(statement("a", 1, 15, 0, 30), statement("b", 10, 20, 10, 25), lines={5: 10, 12: 20, 18: -5}) == []


def test_a_day_that_was_not_over_is_told_by_the_statement_with_more_lines_of_it() -> None:
    early, late = statement("a", 1, 10, 0, 30), statement("b", 10, 20, 0, 45)
    assert found(early, late, lines={10: 35, 15: 10}, counts={("a", 10): 1, ("b", 10): 2}) == []


def test_statements_without_balances_say_nothing() -> None:
    assert found(statement("a", 1, 10, None, None), lines={5: 1}) == []

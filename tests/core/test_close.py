from __future__ import annotations

from datetime import date

import pytest

from billcli.core.close import Standing, check_through, plan_close
from billcli.core.plan import Change, Set
from billcli.errors import BillError
from tests.core.master import settings

TODAY = date(2026, 4, 2)
MARCH = date(2026, 3, 31)


def test_the_last_day_that_can_be_closed_is_yesterday() -> None:
    assert check_through(date(2026, 4, 1), settings(), TODAY) is None
    for day in (TODAY, date(2026, 4, 3)):
        with pytest.raises(BillError) as refused:
            check_through(day, settings(), TODAY)
        assert (refused.value.message, refused.value.hint) == (f"{day} is not over", "the latest possible day is 2026-04-01")


@pytest.mark.parametrize("day", [MARCH, date(2026, 3, 1)])
def test_what_is_closed_already_needs_nothing(day: date) -> None:
    plan = check_through(day, settings(closed_through="2026-03-31"), TODAY)
    assert plan is not None
    assert plan.steps == ()
    assert plan.summary[0] == "the books are closed through 2026-03-31 already; nothing to do"
    assert ("by hand" in plan.summary[-1]) is (day < MARCH)
    assert plan.result == {"closed_through": "2026-03-31"}


def test_closing_is_one_key_of_the_ledger_and_says_what_the_books_come_to() -> None:
    standings = [Standing("EUR", 120000, 5000), Standing("JPY", 0, 700)]
    plan = plan_close(MARCH, standings, ["d-1"], ["a warning of check"], settings(closed_through="2026-02-28"), "quarter")
    assert plan.steps == (Change("ledger.yaml", "ledger", (Set(("closed_through",), MARCH),)),)
    assert plan.command == "close --through 2026-03-31"
    assert plan.reason == "quarter"
    assert plan.relies_on == ("ledger.yaml",)
    assert plan.summary == (
        "the books are closed through 2026-03-31 (so far through 2026-02-28)",
        "  EUR on 2026-03-31: open 1200.00 - unapplied 50.00 = total 1150.00",
        "  JPY on 2026-03-31: open 0 - unapplied 700 = total -700",
    )
    assert plan.warnings == (
        "a warning of check",
        "the draft d-1 is meant for a day in the period; from now on it needs a later one",
    )
    assert plan.result == {
        "closed_through": "2026-03-31",
        "totals": [
            {"currency": "EUR", "open": "1200.00", "unapplied": "50.00", "total": "1150.00"},
            {"currency": "JPY", "open": "0", "unapplied": "700", "total": "-700"},
        ],
    }

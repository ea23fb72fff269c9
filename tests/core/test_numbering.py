from __future__ import annotations

from datetime import date

import pytest

from billcli.core.days import first_open_day
from billcli.core.facts import Standing
from billcli.core.numbering import Given, find_sequence, next_number
from billcli.errors import BillError, UsageError
from tests.core.master import settings

TODAY = date(2026, 4, 1)
FRESH = Standing(0, None, None, "")
USED = Standing(41, "INV-2026-0041", date(2026, 3, 14), "v1:abc")


def given(standing: Standing, issued_on: date, **changes: object) -> Given:
    ledger = settings(**changes)
    return next_number(find_sequence(ledger, "invoice", None), issued_on, standing, ledger, TODAY)


def test_the_first_number_of_a_period_is_one_and_has_no_seal_before_it() -> None:
    assert given(FRESH, date(2026, 1, 5)) == Given("INV-2026-0001", "", ())


def test_the_next_number_follows_the_highest_and_is_chained_to_the_last_seal() -> None:
    assert given(USED, date(2026, 3, 14)) == Given("INV-2026-0042", "v1:abc", ())


def test_imported_documents_count_for_the_highest_number_not_for_the_order_of_dates() -> None:
    assert given(Standing(900, None, None, ""), date(2026, 1, 1)).number == "INV-2026-0901"


def test_a_day_before_the_last_document_is_refused_with_the_earliest_possible_one() -> None:
    with pytest.raises(BillError) as refused:
        given(USED, date(2026, 3, 13))
    assert refused.value.hint == "the earliest possible day is 2026-03-14"


def test_with_order_warn_it_is_only_said() -> None:
    made = given(USED, date(2026, 3, 13), order="warn")
    assert made.number == "INV-2026-0042"
    assert len(made.warnings) == 1


def test_tomorrow_is_refused() -> None:
    with pytest.raises(BillError, match="2026-04-02 is in the future"):
        given(FRESH, date(2026, 4, 2))


def test_a_closed_period_is_refused_with_the_first_open_day() -> None:
    with pytest.raises(BillError) as refused:
        given(FRESH, date(2026, 2, 28), closed_through="2026-02-28")
    assert refused.value.hint == "the earliest possible day is 2026-03-01"


def test_a_series_of_its_own_has_numbers_of_its_own() -> None:
    assert find_sequence(settings(), "invoice", "invoice-b").pattern == "INV-B-{year}-{n}"
    with pytest.raises(UsageError, match='no sequence "credit-note" for the kind invoice'):
        find_sequence(settings(), "invoice", "credit-note")


def test_first_open_day_is_the_day_itself_unless_it_is_closed() -> None:
    ledger = settings(closed_through="2026-02-28")
    assert first_open_day(ledger, date(2026, 3, 5)) == date(2026, 3, 5)
    assert first_open_day(ledger, date(2026, 1, 5)) == date(2026, 3, 1)

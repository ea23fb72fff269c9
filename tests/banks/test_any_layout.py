"""Laws over all layouts: what is written reads back, and a line is called the same in every download."""

from __future__ import annotations

import random
from datetime import date

import pytest

from billcli.banks.read import Options
from billcli.core.bank import BankStatement
from tests.banks.shown import shipped, understood
from tests.banks.written import Known, form_for, lines_for, written

TRIES = 12


@pytest.mark.parametrize("name", sorted(shipped()))
def test_lines_written_in_a_layout_read_back_whatever_the_encoding_mark_and_order_of_dates(name: str) -> None:
    profile = shipped()[name]
    for seed in range(TRIES):
        dice = random.Random(f"{name} {seed}")
        form = form_for(profile, dice)
        lines = lines_for(profile, form, dice)
        raw = written(profile, form, lines)
        [found] = understood(raw, Options(currency=form.currency))
        assert found.format == f"csv:{name}", (form, raw)
        has_payer = bool(profile.columns.payer or profile.columns.payer_in)
        has_text = bool(profile.columns.text)
        expected = [Known(each.day, each.amount, each.payer if has_payer else "", each.text if has_text else "") for each in lines]
        told = [Known(each.booked_on, each.amount, each.payer, each.text) for each in found.lines]
        assert sorted(told) == sorted(expected), (form, raw)
        assert [each.booked_on for each in found.lines] == sorted(each.booked_on for each in found.lines)
        assert {each.currency for each in found.lines} == {form.currency}
        assert found.skipped == ()
        if profile.columns.balance and "balance" in profile.columns.model_fields_set:
            assert found.verified == "running balance"


HEADER = "date,amount,currency,payer,text\n"


def statement(rows: list[str]) -> BankStatement:
    [found] = understood(HEADER + "".join(rows))
    return found


def rows_with_twins(dice: random.Random) -> list[str]:
    """Rows of a month, some of them honestly equal."""
    rows = [f"{date(2026, 3, dice.randint(1, 28))},{dice.randint(1, 9)}.00,EUR,Payer {dice.randint(1, 3)},text\n" for _ in range(40)]
    return sorted(rows)


@pytest.mark.parametrize("seed", range(20))
def test_reordered_download_has_the_same_ids_and_equal_rows_stay_apart(seed: int) -> None:
    dice = random.Random(seed)
    rows = rows_with_twins(dice)
    ids = sorted(each.id for each in statement(rows).lines)
    assert len(set(ids)) == len(rows)
    dice.shuffle(rows)
    assert sorted(each.id for each in statement(rows).lines) == ids


@pytest.mark.parametrize("seed", range(20))
def test_overlapping_and_part_day_downloads_come_to_the_ids_of_the_whole(seed: int) -> None:
    dice = random.Random(seed)
    rows = rows_with_twins(dice)
    whole = {each.id for each in statement(rows).lines}
    cut = dice.randint(5, 35)
    part_of_a_day = {each.id for each in statement(rows[:cut]).lines}
    assert part_of_a_day <= whole
    day = rows[cut][:10]
    later = {each.id for each in statement([row for row in rows if row[:10] >= day]).lines}
    earlier = {each.id for each in statement([row for row in rows if row[:10] <= day]).lines}
    assert later | earlier == whole

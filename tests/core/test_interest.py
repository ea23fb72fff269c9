"""Late-payment interest: the worked examples of the laws, then what happens to a balance on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.app.interest_rates import regime_of, regimes
from billcli.core.facts import HoldFact, Settlement
from billcli.core.interest import Rate, Regime, Schedule, claimable, fixed_sum, interest, rate_on, stretches, with_own
from billcli.errors import BillError
from billcli.model.dunning import Interest, InterestRate

D = date.fromisoformat
FIRST = D("2020-01-01")


def own(rate: str, **rules: object) -> Regime:
    return Regime("own", (Rate(D("2000-01-01"), Decimal(rate), "contract"),), **rules)  # type: ignore[arg-type]


def law(name: str, **said: object) -> Regime:
    return regime_of(Interest(regime=name, **said))  # type: ignore[arg-type]


def row(amount: int, on: str, *, value: str | None = None, kind: str = "payment", ended: str | None = None) -> Settlement:
    source = {"credit": "credit-note", "write_off": "write-off"}.get(kind, "payment")
    return Settlement("INV-1", kind, amount, D(on), D(value or on), source, "P", D(ended) if ended else None, "allocations[0].amount")


def dispute(
    on: str, amount: int | None = None, until: str | None = None, released: str | None = None, outcome: str | None = None
) -> HoldFact:
    return HoldFact("H", "dispute", "c", "INV-1", D(on), D(until) if until else None, "EUR", amount, "why", 0,
                    D(released) if released else None, outcome, None, "")  # fmt: skip


def run(
    regime: Regime, gross: int, due: str, until: str, rows: Sequence[Settlement] = (), holds: Sequence[HoldFact] = (),
    agreed: Sequence[tuple[str, int]] = (), plans: Sequence[Schedule] = (),
) -> int:  # fmt: skip
    parts = [(D(day), amount) for day, amount in agreed] or [(D(due), gross)]
    schedules = [Schedule(FIRST, None, parts, gross), *plans]
    return interest(stretches(regime, schedules, gross, rows, holds, D(until)), regime.basis)


EXAMPLES = {
    "I1 DE: two base rates, rounded once": (law("de-b2b"), 1190_00, "2026-05-15", "2026-08-14", 30_84),
    "I2 DE: 120 days over a half-year with the same rate": (law("de-b2b"), 5000_00, "2025-10-31", "2026-02-28", 168_82),
    "I3 UK: 101 days": (law("uk"), 5000_00, "2025-07-31", "2025-11-09", 169_49),
    "I4 UK: the rate of the first day stays": (law("uk"), 10000_00, "2025-11-30", "2026-01-31", 208_08),
    "I4 were it floating": (law("uk", mode="floating"), 10000_00, "2025-11-30", "2026-01-31", 203_84),
    "I5 EU: first half-year": (law("eu"), 1190_00, "2026-03-31", "2026-04-30", 9_93),
    "I5 EU: second half-year": (law("eu"), 1190_00, "2026-06-30", "2026-08-29", 20_34),
    "I6 CN: LPR x 1.5, 365": (law("cn-lpr"), 100000_00, "2025-06-30", "2025-08-29", 739_73),
    "I6 CN: LPR x 1.5, 360": (law("cn-lpr", basis="360"), 100000_00, "2025-06-30", "2025-08-29", 750_00),
    "I7 CN: 0.05 % a day": (law("cn-sme"), 100000_00, "2026-03-31", "2026-05-30", 3000_00),
    "I8 US: 18 % a year, 45 days": (law("us"), 1000_00, "2026-03-31", "2026-05-15", 22_19),
    "I9 ACT/365 over a leap year": (own("10"), 1000_00, "2027-12-31", "2028-12-31", 100_27),
    "I9 ACT/ACT over a leap year": (own("10", basis="actual"), 1000_00, "2027-12-31", "2028-12-31", 100_00),
    "I10 UK: one day": (law("uk"), 10000_00, "2026-03-31", "2026-04-01", 3_22),
}


@pytest.mark.parametrize("case", EXAMPLES)
def test_the_examples_of_the_laws_come_out_to_the_cent(case: str) -> None:
    regime, gross, due, paid, expected = EXAMPLES[case]
    assert run(regime, gross, due, paid, [row(gross, paid)]) == expected


def test_nothing_runs_on_after_the_last_payment() -> None:
    assert run(law("de-b2b"), 1190_00, "2026-05-15", "2026-12-31", [row(1190_00, "2026-08-14")]) == 30_84


FIXED = [("de-b2b", "EUR", 1_00, 40_00), ("de-b2b", "GBP", 1_00, 0), ("de-consumer", "EUR", 1_00, 0), ("uk", "GBP", 999_99, 40_00),
         ("uk", "GBP", 1000_00, 70_00), ("uk", "GBP", 9999_99, 70_00), ("uk", "GBP", 10000_00, 100_00)]  # fmt: skip


@pytest.mark.parametrize(("name", "currency", "gross", "expected"), FIXED)
def test_the_fixed_sum_follows_the_gross(name: str, currency: str, gross: int, expected: int) -> None:
    assert fixed_sum(law(name), currency, gross) == expected


MOVES = {
    # 1,000.00 at 36.5 %: one euro a day
    "no day late": ("2026-03-10", [row(1000_00, "2026-03-10")], [], 0),
    "paid early": ("2026-03-31", [row(1000_00, "2026-03-01")], [], 0),
    "the day of payment counts": ("2026-03-31", [row(1000_00, "2026-03-11")], [], 1_00),
    "money counts by its own date": ("2026-03-31", [row(1000_00, "2026-03-25", value="2026-03-15")], [], 5_00),
    "a later allocation of earlier money": ("2026-03-31", [row(1000_00, "2026-03-25", value="2026-03-01")], [], 0),
    "a partial payment": ("2026-03-31", [row(500_00, "2026-03-20")], [], 15_50),
    "a credit note by its day in the books": ("2026-03-31", [row(500_00, "2026-03-20", value="2026-03-01", kind="credit")], [], 15_50),
    "a write-off": ("2026-03-31", [row(1000_00, "2026-03-20", kind="write_off")], [], 10_00),
    "a payment that bounced": ("2026-03-31", [row(1000_00, "2026-03-15", ended="2026-03-25")], [], 11_00),
    "one that bounced before it counted": ("2026-03-31", [row(1000_00, "2026-03-15", ended="2026-03-15")], [], 21_00),
    "a row that is not known yet": ("2026-03-20", [row(1000_00, "2026-03-25", value="2026-03-15")], [], 10_00),
    "a dispute over a part": ("2026-03-31", [], [dispute("2026-03-21", 500_00)], 10_00 + 5_50),
    "a dispute over all of it": ("2026-03-31", [], [dispute("2026-03-21")], 10_00),
    "a dispute with a last day": ("2026-03-31", [], [dispute("2026-03-21", until="2026-03-25")], 16_00),
    "a dispute that was right": ("2026-03-31", [], [dispute("2026-03-16", released="2026-03-26", outcome="upheld")], 11_00),
    "a dispute that was wrong": ("2026-03-31", [], [dispute("2026-03-16", released="2026-03-26", outcome="rejected")], 21_00),
    "one that is not known yet to be wrong": ("2026-03-25", [], [dispute("2026-03-16", released="2026-03-26", outcome="rejected")], 5_00),
}


@pytest.mark.parametrize("case", MOVES)
def test_what_moves_the_balance_moves_the_interest(case: str) -> None:
    until, rows, holds, expected = MOVES[case]
    assert run(own("36.5"), 1000_00, "2026-03-10", until, rows, holds) == expected


def test_without_the_day_of_payment() -> None:
    regime = own("36.5", count_payment_day=False)
    assert run(regime, 1000_00, "2026-03-10", "2026-03-31", [row(1000_00, "2026-03-20")]) == 9_00


def test_each_instalment_runs_from_its_own_day() -> None:
    agreed = [("2026-03-10", 500_00), ("2026-03-20", 500_00)]
    assert run(own("36.5"), 1000_00, "", "2026-03-30", agreed=agreed) == 10_00 + 5_00


def test_settlements_fill_the_oldest_instalment_first() -> None:
    agreed = [("2026-03-10", 500_00), ("2026-03-20", 500_00)]
    assert run(own("36.5"), 1000_00, "", "2026-03-30", [row(500_00, "2026-03-12")], agreed=agreed) == 1_00 + 5_00


def test_a_fixed_rate_is_that_of_each_instalments_first_day() -> None:
    agreed = [("2025-12-31", 5000_00), ("2026-01-10", 5000_00)]
    regime = Regime("own", (Rate(D("2025-01-01"), Decimal("7.3"), "a"), Rate(D("2026-01-01"), Decimal("3.65"), "b")), True)
    first = regime._replace(rates=(*regime.rates[:1], Rate(D("2026-01-02"), Decimal("3.65"), "b")))
    assert run(regime, 10000_00, "", "2026-01-20", agreed=agreed) == 10_00 + 5_00
    assert run(first, 10000_00, "", "2026-01-20", agreed=agreed) == 20_00 + 5_00


def test_a_plan_counts_from_its_day_until_it_is_released() -> None:
    plan = Schedule(D("2026-03-16"), None, [(D("2026-03-25"), 500_00), (D("2026-04-25"), 500_00)], 1000_00)
    assert run(own("36.5"), 1000_00, "2026-03-10", "2026-03-31", plans=[plan]) == 5_00 + 3_00
    ended = plan._replace(until=D("2026-03-21"))
    assert run(own("36.5"), 1000_00, "2026-03-10", "2026-03-31", plans=[ended]) == 5_00 + 11_00


def test_a_negative_base_rate_lowers_the_rate() -> None:
    assert rate_on(law("de-b2b"), D("2022-12-31")) == Decimal("8.12")
    assert rate_on(law("de-consumer"), D("2016-07-01")) == Decimal("4.12")


@pytest.mark.parametrize(
    ("name", "day"), [("de-b2b", "2016-06-30"), ("de-b2b", "2027-01-01"), ("uk", "2023-12-31"), ("cn-lpr", "2026-01-01")]
)
def test_a_day_without_a_rate_is_an_error_that_says_what_to_add(name: str, day: str) -> None:
    with pytest.raises(BillError) as raised:
        rate_on(law(name), D(day))
    assert name in str(raised.value) and day in str(raised.value)
    assert "dunning.interest.rates" in raised.value.hint


def test_days_behind_the_last_rate_are_not_computed_with_it() -> None:
    with pytest.raises(BillError, match="2027-01-01"):
        run(law("de-b2b"), 1000_00, "2026-12-20", "2027-01-10")
    assert run(law("de-b2b"), 1000_00, "2026-12-20", "2027-01-10", [row(1000_00, "2026-12-31")]) == 3_17


def test_a_rate_of_ones_own_goes_on_where_the_published_ones_end() -> None:
    added = law("de-b2b", rates=(InterestRate(since=D("2027-01-01"), rate=Decimal("10.77"), source="Bundesbank"),))
    assert rate_on(added, D("2027-06-30")) == Decimal("10.77")
    with pytest.raises(BillError, match="2027-07-01"):
        rate_on(added, D("2027-07-01"))


def test_of_the_same_day_the_rate_of_the_ledger_counts() -> None:
    shipped, mine = Rate(D("2026-01-01"), Decimal(1), "a"), Rate(D("2026-01-01"), Decimal(2), "b")
    assert with_own([shipped], [mine], half_years=False) == (mine,)


def test_every_shipped_table_can_be_read_and_is_in_order() -> None:
    assert {"de-b2b", "de-consumer", "eu", "uk", "cn-sme", "cn-lpr", "us", "own"} <= {*regimes()}
    for name in regimes():
        found = law(name)
        assert all(earlier.since < later.since for earlier, later in pairwise(found.rates))
        assert all(each.source for each in found.rates)


def test_an_unknown_regime_is_an_error() -> None:
    with pytest.raises(BillError, match="de-b2c"):
        law("de-b2c")


days = st.integers(0, 700).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[Settlement]]:
    gross = draw(st.integers(1, 10**9))
    left, rows = gross, []
    for day in sorted(draw(st.lists(days, max_size=5))):
        amount = draw(st.integers(0, left))
        left -= amount
        rows.append(row(amount, day.isoformat()))
    return gross, rows


@given(histories(), st.lists(days, min_size=1, max_size=6), days)
def test_staged_claims_come_to_what_is_computed_at_once(history: tuple[int, list[Settlement]], stages: list[date], due: date) -> None:
    gross, rows = history
    regime = Regime("own", (Rate(FIRST, Decimal("9.12"), "a"), Rate(D("2020-07-01"), Decimal("3.3"), "b")), basis="actual")

    def computed(day: date) -> int:
        return interest(stretches(regime, [Schedule(FIRST, None, [(due, gross)], gross)], gross, rows, (), day), "actual")

    claimed = 0
    for day in sorted(stages):
        claimed += claimable(computed(day), claimed)
    assert claimed == computed(max(stages))


@given(histories(), days, days)
def test_stretches_are_the_same_as_looking_day_by_day(history: tuple[int, list[Settlement]], due: date, until: date) -> None:
    gross, rows = history
    regime = own("9.12")
    total = sum(
        each.principal * each.days for each in stretches(regime, [Schedule(FIRST, None, [(due, gross)], gross)], gross, rows, (), until)
    )
    expected = 0
    for n in range(max((until - due).days, 0)):
        day = due + timedelta(days=n + 1)
        expected += gross - sum(each.amount for each in rows if each.booked_on < day and each.booked_on <= until)
    assert total == expected

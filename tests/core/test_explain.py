from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billcli.core import explain, explain_source
from billcli.core.defaults import Default
from billcli.core.explain_source import Debt, Source
from billcli.core.facts import Draw, HoldFact, InvoiceFact, Settlement
from billcli.core.instalments import Part
from billcli.model.settings import SettlementRules


def d(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def invoice(gross: int = 10000, on: str = "03-14", until: str | None = None) -> InvoiceFact:
    return InvoiceFact(
        "R-1", "nord", "sales", d(on), d("04-13"), 1, "EUR", gross, 0, gross, "net 30", None, d(until) if until else None,
        "2" if until else None, "R-", 1, 0, None, "", "", None, None, 1,
    )  # fmt: skip


def row(kind: str, amount: int, on: str, *, value: str = "", ended: str = "", source: str = "p-1", to: str = "R-1") -> Settlement:
    kind_of_source = {"credit": "credit-note", "write_off": "write-off"}.get(kind, "payment")
    return Settlement(to, kind, amount, d(on), d(value or on), kind_of_source, source, d(ended) if ended else None, f"{on}{kind}")


def part(due: str, amount: int, open_: int) -> Part:
    return Part(d(due), amount, open_)


@pytest.mark.parametrize(
    ("state", "parts", "rows", "says"),
    [
        ("overdue", [part("04-13", 10000, 4000)], [row("payment", 6000, "04-02")],
         "overdue: 40.00 of 100.00 EUR is open and was due on 2026-04-13, 12 days ago"),
        ("overdue", [part("04-24", 10000, 10000)], [], "overdue: 100.00 of 100.00 EUR is open and was due on 2026-04-24, 1 day ago"),
        ("overdue", [part("03-14", 3000, 0), part("04-13", 7000, 4000)], [row("payment", 6000, "04-02")],
         "overdue: of the 70.00 EUR due on 2026-04-13, 40.00 is open, 12 days after it; 40.00 of 100.00 EUR is open in all"),
        ("partly paid", [part("05-01", 10000, 4000)], [row("payment", 6000, "04-02")],
         "partly paid: 40.00 of 100.00 EUR is open; it is due on 2026-05-01, in 6 days"),
        ("open", [part("04-25", 10000, 10000)], [],
         "open: nothing is settled yet, all of 100.00 EUR is open; it is due on 2026-04-25, today"),
        ("paid", [part("04-13", 10000, 0)], [row("payment", 6000, "04-02"), row("payment", 4000, "04-09")],
         "paid: nothing is open since 2026-04-09"),
        ("credited", [part("04-13", 10000, 0)], [row("credit", 10000, "04-09", source="G-1")],
         "credited: G-1 took back all of it, the last of it on 2026-04-09"),
        ("written off", [part("04-13", 10000, 0)], [row("write_off", 10000, "04-20", source="w-1")],
         "written off: nothing is open since 2026-04-20; w-1 gave up what nobody paid"),
    ],
)  # fmt: skip
def test_state_is_told_with_the_figures_that_make_it(state: str, parts: list[Part], rows: list[Settlement], says: str) -> None:
    assert explain.because(invoice(), state, parts, rows, d("04-25"), "") == says


def test_void_invoice_tells_its_reason() -> None:
    fact = invoice()._replace(voided_on=d("03-20"))
    assert explain.because(fact, "void", [part("04-13", 10000, 0)], [], d("04-25"), "typo") == (
        "void: it counts no more since 2026-03-20: typo"
    )


def test_invoice_over_nothing_had_nothing_to_pay() -> None:
    assert explain.because(invoice(0), "paid", [part("04-13", 0, 0)], [], d("04-25"), "") == "paid: there was nothing to pay"


OFFER = "2 % for the whole paid by 2026-03-24"


@pytest.mark.parametrize(
    ("rows", "open_", "as_of", "grace", "says"),
    [
        ([], 10000, "03-20", 0, f"{OFFER}: 2.00 EUR can still be taken until 2026-03-24"),
        ([], 10000, "03-25", 3, f"{OFFER} and 3 days of grace: 2.00 EUR can still be taken until 2026-03-27"),
        ([], 10000, "03-25", 0, f"{OFFER}: 2.00 EUR not taken, no money came by 2026-03-24"),
        ([row("credit", 10000, "03-20", source="G-1")], 0, "03-22", 0, f"{OFFER}: no more, nothing is open"),
        ([row("payment", 9800, "03-24"), row("discount", 200, "03-24")], 0, "04-01", 0,
         f"{OFFER}: 2.00 EUR granted with p-1, money of 2026-03-24"),
        ([row("payment", 9800, "03-26"), row("discount", 200, "03-26")], 0, "04-01", 3,
         f"{OFFER} and 3 days of grace: 2.00 EUR granted with p-1, money of 2026-03-26, 2 days after it, within the grace"),
        ([row("discount", 200, "03-24", ended="04-01"), row("payment", 9800, "03-24", ended="04-01")], 10000, "04-02", 0,
         f"{OFFER}: 2.00 EUR granted with p-1, money of 2026-03-24, taken back on 2026-04-01"),
        ([row("payment", 9800, "03-31")], 200, "04-02", 0,
         f"{OFFER}: 2.00 EUR refused: the money came on 2026-03-31, 7 days after 2026-03-24 (p-1)"),
        ([row("payment", 5000, "03-20")], 5000, "04-02", 0,
         f"{OFFER}: 2.00 EUR not granted: p-1 paid 50.00 EUR on 2026-03-20, not the whole less the discount"),
        ([row("opening", 1000, "03-14", source="R-1"), row("payment", 8800, "03-20")], 200, "04-02", 0,
         f"{OFFER}: 2.00 EUR refused: a part was paid before, and the discount is for the whole at once (p-1)"),
    ],
)  # fmt: skip
def test_discount_tells_what_became_of_it(rows: list[Settlement], open_: int, as_of: str, grace: int, says: str) -> None:
    rules = SettlementRules(discount_grace_days=grace)
    assert explain.discount_outcome(invoice(until="03-24"), rows, open_, d(as_of), rules) == says


def test_invoice_without_discount_tells_nothing_of_one() -> None:
    assert explain.discount_outcome(invoice(), [], 10000, d("04-01"), SettlementRules()) == ""


def test_steps_of_one_day_raise_before_they_lower_and_never_pass_the_gross() -> None:
    """A row that ends and goes on with less: the running balance stays between nothing and the gross."""
    rows = [row("payment", 9800, "03-20"), row("discount", 200, "03-20", ended="04-01"), row("discount", 150, "04-01")]
    found = explain.steps(explain.invoice_events(invoice(), rows, {}, {}, {}), d("04-25"))
    assert [(step.delta, step.left) for step in found] == [(10000, 10000), (-9800, 200), (-200, 0), (200, 200), (-150, 50)]


def test_row_undone_on_its_own_day_is_told_and_moves_nothing() -> None:
    rows = [row("payment", 5000, "03-20", ended="03-20")]
    reasons = {("payment", "p-1", "03-20payment"): "mistake"}
    found = explain.steps(explain.invoice_events(invoice(), rows, {}, reasons, {}), d("04-25"))
    assert [(step.what, step.left) for step in found] == [
        ("issued", 10000),
        ("payment of 50.00 EUR, taken back the same day: mistake", 10000),
    ]


def test_write_off_taken_back_in_part_on_its_own_day_never_counts_more_than_it_is() -> None:
    rows = [row("write_off", 10000, "03-20", ended="03-20", source="w-1"), row("write_off", 6000, "03-20", source="w-1")]
    found = explain.steps(explain.write_off_events(rows, {}, {}, "EUR"), d("04-25"))
    assert [(step.what, step.left) for step in found] == [("100.00 EUR written off, taken back the same day", 0), ("written off", 6000)]


def test_what_is_dated_later_is_not_known() -> None:
    rows = [row("payment", 5000, "03-20", ended="04-01"), row("payment", 1000, "04-02")]
    assert explain.known(rows, d("03-25")) == [rows[0]._replace(ended_on=None)]


def source(rows: list[Settlement], *, booked: str = "03-10", value: str = "", draws: list[Draw] | None = None, ended: str = "") -> Source:
    return Source(
        "payment", "p-1", "nord", "EUR", 10000, d(value or booked), d(booked), d(ended) if ended else None, "no cover", rows, draws or []
    )


def test_row_is_dated_by_what_came_last_the_money_or_the_invoice() -> None:
    early, late = row("payment", 5000, "03-14"), row("payment", 5000, "03-20")
    debt = Debt(invoice(), [early])
    assert explain_source.why_that_day(early, source([early]), debt) == "the day R-1 was issued; the payment was there before"
    assert explain_source.why_that_day(late, source([late], booked="03-20"), debt) == "the day the money was received"
    closed = source([late], booked="03-20", value="02-26")
    assert "the money is of 2026-02-26, in a period that was closed" in explain_source.why_that_day(late, closed, debt)


def test_row_is_dated_by_the_first_day_both_sides_can_bear_it() -> None:
    """Another payment had settled the invoice until it bounced."""
    bounced, mine = row("payment", 10000, "03-15", ended="03-25", source="p-0"), row("payment", 6000, "03-25")
    debt = Debt(invoice(), [bounced, mine])
    assert explain_source.why_that_day(mine, source([mine]), debt) == (
        "the first day from which 60.00 is open on R-1 and free of the payment"
    )


def test_row_later_than_it_had_to_be_says_which_day_could_have_borne_it() -> None:
    mine = row("payment", 6000, "04-01")
    says = explain_source.why_that_day(mine, source([mine]), Debt(invoice(), [mine]))
    assert says == "dated when it was applied, or the days before were closed: 2026-03-14 could have borne it"


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (source([]), "nothing of the 100.00 EUR is used yet"),
        (source([row("payment", 10000, "03-14")]), "of 100.00 EUR, 100.00 settles invoices; all of it is used"),
        (source([row("payment", 4000, "03-14"), row("discount", 80, "03-14")]),
         "of 100.00 EUR, 40.00 settles invoices; 60.00 is left for later invoices or a refund"),
        (source([], draws=[Draw("r-1", "payment", "p-1", 3000, d("03-20"), None, "")], ended="03-25"),
         "the bank took it back on 2026-03-25: no cover; 30.00 EUR of it had been refunded and are owed to us"),
    ],
)  # fmt: skip
def test_unapplied_money_is_told_with_what_was_used(made: Source, says: str) -> None:
    assert explain_source.why_unapplied(made, d("04-25")) == says


def hold(kind: str, **fields: Any) -> HoldFact:
    base = HoldFact("h-1", kind, "nord", "R-1", d("03-20"), d("04-30"), "EUR", 4000, "broken", 2, None, None, None, "")
    return base._replace(**fields)


@pytest.mark.parametrize(
    ("fact", "state", "says"),
    [
        (hold("dispute"), "live", "keeps reminders back for R-1 for 40.00 EUR from 2026-03-20 up to and including 2026-04-30"),
        (hold("manual", invoice=None, until=None, amount=None), "live",
         "keeps reminders back for the invoices of nord from 2026-03-20 until it is released"),
        (hold("dispute", released_on=d("04-01"), outcome="upheld"), "released",
         "released on 2026-04-01: upheld; since then R-1 can be reminded again"),
        (hold("promise"), "kept", "kept: what was promised for 40.00 EUR has come"),
        (hold("promise"), "broken", "broken: what was promised for 40.00 EUR by 2026-04-30 has not come; R-1 can be reminded again"),
        (hold("dispute"), "expired", "its last day was 2026-04-30; since then R-1 can be reminded again"),
        (hold("plan", until=None), "behind",
         "its 2 instalments count for R-1 instead of those it was issued with, from 2026-03-20; it is behind"),
    ],
)  # fmt: skip
def test_hold_tells_what_it_does(fact: HoldFact, state: str, says: str) -> None:
    assert explain.hold_text(fact, state) == says


def test_default_that_lost_is_named_with_its_level() -> None:
    said = {"terms": [Default("net 30", "company"), Default("net 14", 'segment "public"')], "language": []}
    table = explain.default_table(said, None, d("04-25"))
    assert table.rows == [("terms", "net 14", 'segment "public"', "net 30 (company)")]
    own = explain.default_table(said, {"terms": "net 14", "language": ""}, d("04-25"))
    assert [row[-1] for row in own.rows] == ['the same as segment "public"']
    other = explain.default_table(said, {"terms": "net 7", "language": ""}, d("04-25"))
    assert [row[-1] for row in other.rows] == ["the document: it was given with it, or the default was another then"]

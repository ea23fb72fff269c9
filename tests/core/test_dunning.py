"""Who is due for which notice: levels by age and history, everything that stops one, and what a notice asks for and claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.core.dunning.assess import Account, Assessed, Debt, assess
from billcli.core.dunning.levels import Past, asked, counting, next_step, notice_stands, past_of
from billcli.core.dunning.notice import Claims, History, Printed, claims_on, notice_id, notice_of
from billcli.core.dunning.policy import chosen_policy, recipients, template_of
from billcli.core.dunning.recheck import meanwhile
from billcli.core.facts import (
    ApprovalFact,
    CustomerFact,
    DeliveryFact,
    HoldFact,
    InvoiceFact,
    PlanPart,
    ReminderFact,
    ReminderItemFact,
)
from billcli.core.instalments import Part
from billcli.core.interest import FixedSum, Rate, Regime
from billcli.errors import BillError
from billcli.model.category import Categories, Group, Groups
from billcli.model.customer import Contact
from billcli.model.dunning import Dunning, Level, Policy
from billcli.model.party import Party

D = date.fromisoformat
DUE = "2026-04-10"
LEVELS = (
    Level(level=0, days=-3),
    Level(level=1, days=5),
    Level(level=2, days=15, gap=7),
    Level(level=3, days=30, gap=10, fee=Decimal("2.50"), interest="claimed"),
)
POLICY = Policy(name="usual", levels=LEVELS)
DUNNING = Dunning(policies=(POLICY,))


def fact(number: str = "INV-1", gross: int = 1000_00, due: str = DUE, **more: Any) -> InvoiceFact:
    fields: dict[str, Any] = {
        **dict.fromkeys(InvoiceFact._fields), "number": number, "customer": "nordwind", "type": "service", "issued_on": D("2026-03-10"),
        "due_on": D(due), "parts": 1, "currency": "EUR", "net": gross, "tax": 0, "gross": gross, "imported": 0, "lines": 1,
    }  # fmt: skip
    return InvoiceFact(**{**fields, **more})


def debt(open_: int | None = None, *, number: str = "INV-1", due: str = DUE, gross: int = 1000_00, sent: bool = True,
         holds: Sequence[HoldFact] = (), past: Sequence[Past] = (), own: Sequence[tuple[str, int]] = (),
         plan: Sequence[tuple[str, int]] = ()) -> Debt:  # fmt: skip
    parts = [(D(day), amount) for day, amount in own] or [(D(due), gross)]
    agreed = [(D(day), amount) for day, amount in plan] or None
    return Debt(fact(number, gross, due), gross if open_ is None else open_, parts, agreed, sent, holds, past)


def past(
    level: int,
    on: str,
    stands: str = "sent",
    *,
    invoice: str = "INV-1",
    sent: str | None = None,
    fee: int = 0,
    interest: int = 0,
    fixed_sum: int = 0,
) -> Past:
    return Past(f"{on}-n-{level}", invoice, level, D(on), D(sent or on), stands, fee, interest, fixed_sum)


def hold(kind: str, on: str = "2026-04-01", *, until: str | None = None, amount: int | None = None, released: str | None = None,
         invoice: str | None = "INV-1") -> HoldFact:  # fmt: skip
    return HoldFact("H-1", kind, "nordwind", invoice, D(on), D(until) if until else None, "EUR", amount, "the reason", 0,
                    D(released) if released else None, None, None, "")  # fmt: skip


def account(*debts: Debt, said: str = "usual", **more: Any) -> Account:
    from billcli.core.dunning.policy import Chosen

    return Account("nordwind", "EUR", Chosen(POLICY if said != "never" else None, said, "company"), debts, **more)


def look(mine: Account, day: str, rules: Dunning = DUNNING) -> Assessed:
    return assess(mine, rules, D(day))


def levels_at(mine: Account, day: str) -> list[int]:
    return [each.level.level for each in look(mine, day).chases]


def reason(mine: Account, day: str, rules: Dunning = DUNNING) -> str:
    found = look(mine, day, rules)
    assert not found.chases
    assert len(found.stopped) == 1
    return found.stopped[0].reason


NEXT = {
    "nothing before the first level": ("2026-04-06", [], None),
    "before it is due": ("2026-04-07", [], 0),
    "not on the due day": ("2026-04-10", [], None),
    "not before the days of the level": ("2026-04-14", [], None),
    "the first level, the one before the due day passed over": ("2026-04-15", [], 1),
    "after weeks without a run the lowest one": ("2026-05-25", [], 1),
    "not twice": ("2026-04-16", [past(1, "2026-04-15")], None),
    "the next by its days": ("2026-04-25", [past(1, "2026-04-15")], 2),
    "not before its gap": ("2026-04-26", [past(1, "2026-04-20")], None),
    "by its gap": ("2026-04-27", [past(1, "2026-04-20")], 2),
    "by its gap since it was handed over": ("2026-04-29", [past(1, "2026-04-20", sent="2026-04-23")], None),
    "only what was handed over counts": ("2026-04-25", [past(1, "2026-04-15", "dropped")], 1),
    "none is left": ("2026-08-01", [past(3, "2026-05-15")], None),
    "a level that was put in later below is not sent afterwards": ("2026-08-01", [past(2, "2026-05-15")], 3),
}


@pytest.mark.parametrize("case", NEXT)
def test_next_level_follows_from_age_and_what_was_sent(case: str) -> None:
    day, before, expected = NEXT[case]
    step = next_step(LEVELS, counting(before), D(DUE), D(day))
    assert (step.level.level if step and step.day <= D(day) else None) == expected


PARTS = [Part(D("2026-04-01"), 300, 200), Part(D("2026-04-10"), 300, 300), Part(D("2026-05-10"), 300, 300)]
ASKED = [(-3, "2026-04-07", 0, 500), (-3, "2026-04-06", 0, 200), (0, "2026-04-10", 0, 500), (5, "2026-04-10", 0, 200),
         (5, "2026-04-11", 0, 500), (5, "2026-04-11", 150, 350), (5, "2026-04-11", 900, 0)]  # fmt: skip


@pytest.mark.parametrize(("days", "day", "disputed", "expected"), ASKED)
def test_asked_for_is_what_is_overdue_or_comes_due_and_not_disputed(days: int, day: str, disputed: int, expected: int) -> None:
    assert asked(Level(level=1, days=days), PARTS, D(day), disputed) == expected


def delivery(state: str, at: str = "", name: str = "d") -> DeliveryFact:
    return DeliveryFact(name, "reminder", "nordwind", None, D("2026-04-15"), "mail", "a@b.example", "", None, None, None, state, at, "", 1)


STANDS = [([], "without delivery"), (["", "sent"], "sent"), (["data", "refused"], "in doubt"), (["deferred", "refused"], "deferred"),
          (["refused", "dropped"], "refused"), (["dropped"], "dropped"), (["sending"], "planned")]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), STANDS)
def test_a_notice_to_several_has_reached_its_level_with_the_first_of_them(words: list[str], expected: str) -> None:
    assert notice_stands([delivery(word) for word in words]) == expected


def test_the_gap_counts_from_the_day_of_hand_over_as_far_as_it_is_known() -> None:
    notice = ReminderFact("R", "nordwind", "EUR", D("2026-04-15"), 1, "usual", "mail", None, 100)
    item = ReminderItemFact("R", "INV-1", 1, D(DUE), 100, 100, 0, 0, 0, "items[0].invoice")
    sent = [delivery("sent", "2026-04-18T09:00:00Z")]
    assert past_of(notice, [item], sent, D("2026-04-30"))[0].sent_on == D("2026-04-18")
    assert past_of(notice, [item], sent, D("2026-04-18"))[0].sent_on == D("2026-04-18")
    assert past_of(notice, [item], sent, D("2026-04-16"))[0].sent_on == D("2026-04-15")


def test_every_invoice_goes_at_a_level_of_its_own_the_oldest_first() -> None:
    mine = account(debt(number="INV-2", due="2026-04-20"), debt(past=[past(1, "2026-04-16")]))
    found = look(mine, "2026-04-27")
    assert [(each.debt.fact.number, each.level.level) for each in found.chases] == [("INV-1", 2), ("INV-2", 1)]
    assert found.level.level == 2


STOPPED: dict[str, tuple[Account, str, Dunning, str]] = {
    "dispute": (account(debt(holds=[hold("dispute")])), "2026-04-15", DUNNING, "in dispute: the reason"),
    "promise": (account(debt(holds=[hold("promise", until="2026-04-20")])), "2026-04-20", DUNNING, "promised until 2026-04-20"),
    "promise, days of grace": (account(debt(holds=[hold("promise", until="2026-04-18")])), "2026-04-20",
                               Dunning(policies=(POLICY,), promise_grace=2), "promised until 2026-04-18"),
    "manual": (account(debt(holds=[hold("manual")])), "2026-04-15", DUNNING, "held: the reason"),
    "manual on the customer": (account(debt(holds=[hold("manual", invoice=None)])), "2026-04-15", DUNNING, "held"),
    "plan, nothing missed": (account(debt(plan=[("2026-05-01", 500_00), ("2026-06-01", 500_00)], holds=[hold("plan")])), "2026-04-20",
                             DUNNING, "no instalment was missed; the next is due on 2026-05-01"),
    "never sent": (account(debt(sent=False)), "2026-04-15", DUNNING, "nobody is known to have sent it"),
    "waits": (account(debt(past=[past(1, "2026-04-15", "planned")])), "2026-04-16", DUNNING, "level 1 waits to be handed over"),
    "deferred": (account(debt(past=[past(1, "2026-04-15", "deferred")])), "2026-04-16", DUNNING, "level 1 waits"),
    "in doubt": (account(debt(past=[past(1, "2026-04-15", "in doubt")])), "2026-05-16", DUNNING, "nobody knows whether level 1 arrived"),
    "refused": (account(debt(past=[past(1, "2026-04-15", "refused")])), "2026-04-16", DUNNING, "level 1 was refused"),
    "consent": (account(debt(past=[past(2, "2026-04-25")])), "2026-05-20", DUNNING, "level 3 needs a person's consent"),
    "deactivated": (account(debt(), deactivated_on=D("2026-04-01")), "2026-04-15", DUNNING, "deactivated since 2026-04-01"),
    "no address": (account(debt(), reachable=lambda level: False), "2026-04-15", DUNNING, "no address"),
    "stale": (account(debt(), newest={"main": D("2026-04-01")}), "2026-04-15", Dunning(policies=(POLICY,), statement_age=3),
              "ends on 2026-04-01"),
    "one of two accounts stale": (account(debt(), newest={"a": D("2026-04-15"), "b": None}), "2026-04-15",
                                  Dunning(policies=(POLICY,), statement_age=3), "no statement of the account b"),
    "credit": (account(debt(), credit=1000_00), "2026-04-15", DUNNING, "1000.00 EUR of unused credit covers it"),
    "today": (account(debt(), notices={"R-1": D("2026-04-15")}), "2026-04-15", DUNNING, "a notice of today is there already: R-1"),
    "last level": (account(debt(past=[past(3, "2026-05-15")])), "2026-08-01", DUNNING, "the last level, 3, went on 2026-05-15"),
    "never": (account(debt(), said="never"), "2026-04-15", DUNNING, "never reminded, says company"),
}  # fmt: skip


@pytest.mark.parametrize("case", STOPPED)
def test_what_stops_a_notice_says_why(case: str) -> None:
    mine, day, rules, expected = STOPPED[case]
    assert expected in reason(mine, day, rules)


def test_below_the_minimum_of_the_policy() -> None:
    from billcli.core.dunning.policy import Chosen

    policy = Policy(name="usual", levels=LEVELS, minimum=Decimal(5))
    mine = Account("nordwind", "EUR", Chosen(policy, "usual", "company"), [debt(4_99)])
    assert reason(mine, "2026-04-15") == "4.99 EUR is below the minimum of 5.00 EUR"


GOES: dict[str, tuple[Account, str, Dunning]] = {
    "a dispute that has ended": (account(debt(holds=[hold("dispute", released="2026-04-15")])), "2026-04-15", DUNNING),
    "the day after a promise": (account(debt(holds=[hold("promise", until="2026-04-20")])), "2026-04-21", DUNNING),
    "never sent, and the ledger does not mind": (account(debt(sent=False)), "2026-04-15", Dunning(policies=(POLICY,), unsent="remind")),
    "a fresh statement": (account(debt(), newest={"main": D("2026-04-12")}), "2026-04-15", Dunning(policies=(POLICY,), statement_age=3)),
    "credit that does not cover it": (account(debt(), credit=999_99), "2026-04-15", DUNNING),
    "a notice of yesterday": (account(debt(), notices={"R-1": D("2026-04-14")}), "2026-04-15", DUNNING),
    "deactivated from tomorrow on": (account(debt(), deactivated_on=D("2026-04-16")), "2026-04-15", DUNNING),
}


@pytest.mark.parametrize("case", GOES)
def test_what_stops_no_longer(case: str) -> None:
    mine, day, rules = GOES[case]
    assert [each.level.level for each in look(mine, day, rules).chases] == [1]


def test_a_disputed_part_is_left_out() -> None:
    found = look(account(debt(holds=[hold("dispute", amount=300_00)])), "2026-04-15")
    assert [each.asked for each in found.chases] == [700_00]


def test_of_a_plan_only_the_missed_instalment_is_asked_for() -> None:
    found = look(account(debt(plan=[("2026-04-12", 400_00), ("2026-05-12", 600_00)], holds=[hold("plan")])), "2026-04-17")
    assert [(each.asked, each.due_on) for each in found.chases] == [(400_00, D("2026-04-12"))]


def test_one_stopped_invoice_does_not_hold_the_others_back() -> None:
    mine = account(debt(holds=[hold("dispute")]), debt(number="INV-2"))
    found = look(mine, "2026-04-15")
    assert [each.debt.fact.number for each in found.chases] == ["INV-2"]
    assert [each.invoice for each in found.stopped] == ["INV-1"]


def approval(
    level: int = 3, *, on: str = "2026-05-01", until: str | None = None, invoice: str | None = None, by: str = "Ada"
) -> ApprovalFact:
    return ApprovalFact("A", "nordwind", invoice, level, D(on), D(until) if until else None, by, None, None, "")


CONSENTS = [([approval()], True), ([approval(2)], False), ([approval(4)], True), ([approval(on="2026-05-21")], False),
            ([approval(until="2026-05-19")], False), ([approval(until="2026-05-20")], True), ([approval(invoice="INV-1")], True),
            ([approval(invoice="INV-9")], False)]  # fmt: skip


@pytest.mark.parametrize(("given_", "goes"), CONSENTS)
def test_level_three_needs_consent_for_that_day_and_invoice(given_: list[ApprovalFact], goes: bool) -> None:
    found = look(account(debt(past=[past(2, "2026-04-25")]), approvals=given_), "2026-05-20")
    assert bool(found.chases) is goes


# policies


def customer(**more: Any) -> CustomerFact:
    fields: dict[str, Any] = dict.fromkeys(CustomerFact._fields)
    return CustomerFact(**{**fields, "id": "nordwind", "name": "Nordwind", "also": "", **more})


TWO = Dunning(policy="usual", policies=(POLICY, Policy(name="patient", levels=LEVELS)))
GROUPS = Categories(groups=Groups(region=(Group(name="north", dunning="patient"),), segment=(Group(name="public", dunning="never"),)))
CHOSEN = [(customer(), "usual", "company"), (customer(region="north"), "patient", 'region "north"'),
          (customer(region="north", segment="public"), "never", 'segment "public"'),
          (customer(segment="public", dunning="usual"), "usual", "customer"), (customer(region="south"), "usual", "company")]  # fmt: skip


@pytest.mark.parametrize(("who", "name", "level"), CHOSEN)
def test_customer_before_group_before_ledger(who: CustomerFact, name: str, level: str) -> None:
    found = chosen_policy(TWO, GROUPS, who)
    assert (found.said, found.level, found.policy is None) == (name, level, name == "never")


def test_the_only_policy_needs_not_be_named_and_of_two_one_must() -> None:
    assert chosen_policy(DUNNING, Categories(), customer()).said == "usual"
    with pytest.raises(BillError, match="nothing says by which policy"):
        chosen_policy(Dunning(policies=TWO.policies), Categories(), customer())


def test_a_policy_that_is_not_there_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(BillError) as raised:
        chosen_policy(TWO, Categories(), customer(dunning="pateint"))
    assert "patient" in raised.value.hint


def test_strict_notices_go_to_whoever_answers_for_the_law() -> None:
    contacts = [Contact(role="billing", email="b@x.example"), Contact(role="dunning", email="d@x.example"),
                Contact(role="dunning", email="e@x.example"), Contact(role="legal", email="l@x.example")]  # fmt: skip
    assert recipients(contacts, 2) == ["d@x.example", "e@x.example"]
    assert recipients(contacts, 3) == ["l@x.example"]
    assert recipients(contacts[:1], 3) == ["b@x.example"]
    assert recipients([Contact(role="billing")], 1) == []


def test_letters_are_those_of_the_levels_or_the_ones_named() -> None:
    assert [template_of(Level(level=each, days=1)) for each in (0, 3, 7)] == ["reminder-0", "reminder-3", "reminder-4"]
    assert template_of(Level(level=1, days=1, template="court")) == "court"


# what a notice claims

REGIME = Regime("own", (Rate(D("2000-01-01"), Decimal("36.5"), "contract"),), sums=(FixedSum("EUR", 0, 40_00),))
NOTHING = History({}, {}, {})
PRINTED = Printed(Party(name="Fjord"), Party(name="Nordwind"), "en")


def chased(day: str, *before: Past, rules: Level = LEVELS[3], holds: Sequence[HoldFact] = ()) -> tuple[Account, Assessed, Claims]:
    from billcli.core.dunning.policy import Chosen

    policy = Policy(name="usual", levels=(*LEVELS[:3], rules))
    mine = Account(
        "nordwind", "EUR", Chosen(policy, "usual", "company"), [debt(past=before, holds=holds)], approvals=[approval(9, on="2026-01-01")]
    )
    found = assess(mine, DUNNING, D(day))
    return mine, found, claims_on(found.chases[0], REGIME, NOTHING, D(day))


def test_interest_claimed_is_what_no_notice_claimed_before() -> None:
    _, _, first = chased("2026-05-20", past(2, "2026-04-25"))
    assert (first.fee, first.interest, first.computed) == (2_50, 40_00, 40_00)
    _, _, later = chased("2026-05-20", past(2, "2026-04-25", interest=15_00))
    assert (later.interest, later.computed) == (25_00, 40_00)
    _, _, more = chased("2026-05-20", past(2, "2026-04-25", interest=55_00))
    assert more.interest == 0


def test_a_refused_notice_has_claimed_nothing() -> None:
    dropped = past(3, "2026-05-15", "dropped", fee=2_50, interest=35_00)
    _, _, found = chased("2026-05-20", past(2, "2026-04-25"), dropped)
    assert (found.fee, found.interest) == (2_50, 40_00)


def test_the_fixed_sum_comes_on_top_of_the_fee() -> None:
    _, _, found = chased("2026-05-20", past(2, "2026-04-25"), rules=Level(level=3, days=30, fee=Decimal(1), fixed_sum=True))
    assert (found.fee, found.fixed_sum, found.interest, found.computed) == (1_00, 40_00, 0, None)


def test_the_fixed_sum_is_claimed_once_for_an_invoice_whatever_its_level() -> None:
    rules = Level(level=3, days=30, fee=Decimal(1), fixed_sum=True)
    _, _, found = chased("2026-05-20", past(2, "2026-04-25", fixed_sum=40_00), rules=rules)
    assert (found.fee, found.fixed_sum) == (1_00, 0)
    _, _, found = chased("2026-05-20", past(2, "2026-04-25"), past(3, "2026-05-15", "dropped", fixed_sum=40_00), rules=rules)
    assert (found.fee, found.fixed_sum) == (1_00, 40_00)


def test_interest_shown_is_not_claimed() -> None:
    _, _, found = chased("2026-05-20", past(2, "2026-04-25"), rules=Level(level=3, days=30, interest="shown"))
    assert (found.interest, found.computed) == (0, 40_00)


def test_a_level_with_interest_needs_a_regime() -> None:
    _, found, _ = chased("2026-05-20", past(2, "2026-04-25"))
    with pytest.raises(BillError, match=r"no dunning\.interest"):
        claims_on(found.chases[0], None, NOTHING, D("2026-05-20"))


def test_interest_by_a_plan_that_counts_now() -> None:
    plan = hold("plan", "2026-04-20")
    mine, _, _ = chased("2026-05-20", past(2, "2026-04-25"))
    late = mine.debts[0]._replace(plan=[(D("2026-04-25"), 1000_00)], holds=[plan])
    found = assess(Account("nordwind", "EUR", mine.chosen, [late], approvals=mine.approvals), DUNNING, D("2026-05-30"))
    history = History({}, {"INV-1": [plan]}, {"H-1": [PlanPart("H-1", "INV-1", D("2026-04-25"), 1000_00)]})
    assert claims_on(found.chases[0], REGIME, history, D("2026-05-30")).computed == 9_00 + 35_00


def test_the_notice_freezes_everything_it_asks_for() -> None:
    mine, found, claims = chased("2026-05-20", past(2, "2026-04-25"))
    notice = notice_of(mine, found, {"INV-1": claims}, {"P-1": 3_50}, PRINTED, D("2026-05-20"))
    assert notice.total == Decimal("1046.00")
    assert (notice.level, notice.template, notice.deadline, notice.approved_by) == (3, "reminder-3", D("2026-05-30"), "Ada")
    item = notice.items[0]
    assert (item.open, item.asked, item.fee, item.interest) == (Decimal("1000.00"), Decimal("1000.00"), Decimal("2.50"), Decimal("40.00"))
    assert [(each.from_on, each.until, each.principal, each.rate) for each in item.segments] == [
        (D("2026-04-11"), D("2026-05-20"), Decimal("1000.00"), Decimal("36.5"))
    ]
    assert [(each.payment, each.amount) for each in notice.charges] == [("P-1", Decimal("3.50"))]


def test_before_the_due_day_no_bank_charge_is_claimed() -> None:
    mine = account(debt())
    found = look(mine, "2026-04-07")
    notice = notice_of(mine, found, {"INV-1": Claims(0, 0, None, ())}, {"P-1": 3_50}, PRINTED, D("2026-04-07"))
    assert (notice.charges, notice.total, notice.deadline) == ((), Decimal("1000.00"), None)


def test_the_id_is_made_of_what_is_asked() -> None:
    first, second = look(account(debt()), "2026-04-15").chases, look(account(debt(past=[past(1, "2026-04-15")])), "2026-04-25").chases
    assert notice_id(D("2026-04-25"), "nordwind", "EUR", first) != notice_id(D("2026-04-25"), "nordwind", "EUR", second)
    assert notice_id(D("2026-04-25"), "nordwind", "EUR", first) == notice_id(D("2026-04-25"), "nordwind", "EUR", list(first))
    assert notice_id(D("2026-04-25"), "nordwind", "EUR", first) != notice_id(D("2026-04-25"), "nordwind", "USD", first)


# what the books forgot, and days that are still to come

REMEMBERED = {
    "the books know it": ({1: "2026-04-15T09:00:00Z"}, [("2026-04-15T09:00:01Z", "dropped")], None),
    "the books know nothing": ({1: "2026-04-15T09:00:00Z"}, [], "level 1 went out from here on 2026-04-15, and the books do not hold"),
    "the books know an older one": ({1: "2026-04-15T09:00:00Z"}, [("2026-04-12T09:00:00Z", "dropped")], "level 1 went out from here"),
    "a higher one": ({2: "2026-04-19T09:00:00Z"}, [], "level 2 went out from here on 2026-04-19"),
    "a lower one, before it was due": ({0: "2026-04-07T09:00:00Z"}, [], None),
}


@pytest.mark.parametrize("case", REMEMBERED)
def test_what_went_from_here_counts_where_the_books_forgot_it(case: str) -> None:
    remembered, known, expected = REMEMBERED[case]
    went = [past(1, "2026-04-12", stands)._replace(said_at=at) for at, stands in known]
    found = look(account(debt(past=went)._replace(remembered=remembered)), "2026-04-20")
    if expected is None:
        assert [each.level.level for each in found.chases] == [1]
    else:
        assert expected in found.stopped[0].reason
        assert found.stopped[0].person


def test_a_notice_of_a_day_still_to_come_stops_all_of_the_customers_until_then() -> None:
    mine = account(debt(past=[past(1, "2026-05-01")]), debt(number="INV-2"), notices={"R": D("2026-05-01")})
    found = look(mine, "2026-04-20")
    assert not found.chases
    assert ["level 1 went on 2026-05-01, a day that is still to come" in each.reason for each in found.stopped] == [True, False]
    assert "a notice of 2026-05-01 is there already" in found.stopped[1].reason
    assert levels_at(account(debt(past=[past(1, "2026-05-01")]), debt(number="INV-2")), "2026-05-02") == [1]


HALVES = (("2026-04-10", 400_00), ("2026-05-10", 600_00))
LADDERS: dict[str, tuple[str, list[Past], list[int]]] = {
    "the second begins anew": ("2026-05-20", [past(2, "2026-04-27")._replace(due_on=D("2026-04-10"))], [1]),
    "not before its own days": ("2026-05-14", [past(2, "2026-04-27")._replace(due_on=D("2026-04-10"))], []),
    "nor before the gap": ("2026-05-20", [past(2, "2026-05-09", sent="2026-05-14")._replace(due_on=D("2026-04-10"))], []),
    "it was overdue then too": ("2026-06-20", [past(1, "2026-05-16")._replace(due_on=D("2026-04-10"))], [2]),
    "both ladders": ("2026-05-27", [past(n, day)._replace(due_on=D(due)) for n, day, due in
                     ((1, "2026-04-15", "2026-04-10"), (2, "2026-04-27", "2026-04-10"), (1, "2026-05-16", "2026-05-10"))], [2]),
}  # fmt: skip


@pytest.mark.parametrize("case", LADDERS)
def test_a_later_instalment_has_a_ladder_of_its_own_once_what_was_overdue_is_paid(case: str) -> None:
    day, went, expected = LADDERS[case]
    assert levels_at(account(debt(600_00, own=HALVES, past=went)), day) == expected


def test_while_the_first_instalment_is_open_the_ladder_goes_on() -> None:
    went = [past(2, "2026-04-27")._replace(due_on=D("2026-04-10"))]
    assert levels_at(account(debt(1000_00, own=HALVES, past=went), approvals=[approval(3)]), "2026-05-20") == [3]


def test_a_plan_is_no_new_debt() -> None:
    went = [past(2, "2026-04-27")._replace(due_on=D(DUE))]
    mine = account(debt(plan=[("2026-05-10", 1000_00)], holds=[hold("plan")], past=went), approvals=[approval(3)])
    assert levels_at(mine, "2026-06-15") == [3]


# the last look before it goes

NOTICE = ReminderFact("R-1", "nordwind", "EUR", D("2026-04-15"), 1, "usual", "mail", None, 1000_00)
ITEM = ReminderItemFact("R-1", "INV-1", 1, D(DUE), 1000_00, 1000_00, 0, 0, 0, "items[0].invoice")
SOON = (NOTICE._replace(booked_on=D("2026-04-07"), level=0), ITEM._replace(level=0))
MEANWHILE: dict[str, tuple[Account | None, str]] = {
    "paid": (None, "INV-1 was settled meanwhile"),
    "paid, another is open": (account(debt(number="INV-2")), "INV-1: it was settled meanwhile"),
    "partly paid": (account(debt(600_00)), "INV-1: 400.00 EUR of it was settled meanwhile"),
    "disputed": (account(debt(holds=[hold("dispute", amount=1)])), "INV-1: in dispute"),
    "promised": (account(debt(holds=[hold("promise", until="2026-05-01")])), "INV-1: promised until 2026-05-01"),
    "held": (account(debt(holds=[hold("manual")])), "INV-1: held"),
    "plan": (account(debt(plan=[("2026-06-01", 1000_00)], holds=[hold("plan")])), "a plan was agreed meanwhile"),
    "credit": (account(debt(), credit=1000_00), "unused credit covers it"),
    "never": (account(debt(), said="never"), "never reminded"),
    "deactivated": (account(debt(), deactivated_on=D("2026-04-16")), "is deactivated"),
}


@pytest.mark.parametrize("case", MEANWHILE)
def test_what_happened_meanwhile_drops_a_notice(case: str) -> None:
    mine, expected = MEANWHILE[case]
    assert expected in (meanwhile(NOTICE, [ITEM], mine, DUNNING, D("2026-04-16")) or "")


@pytest.mark.parametrize(
    ("approvals", "expected"),
    [([], "INV-1: level 3 needs a person's consent"), (["2026-04-15"], "INV-1: level 3 needs"), ([None], None)],
)
def test_consent_is_looked_for_again(approvals: list[str | None], expected: str | None) -> None:
    given = [approval(3, on="2026-04-01", until=until) for until in approvals]
    found = meanwhile(NOTICE._replace(level=3), [ITEM._replace(level=3)], account(debt(), approvals=given), DUNNING, D("2026-04-16"))
    assert found is None if expected is None else expected in (found or "")


def test_a_level_that_went_in_another_notice_goes_no_more() -> None:
    mine = account(debt(past=[past(1, "2026-04-15"), past(1, "2026-04-14", "planned")]))
    assert "level 1 went on 2026-04-15 already" in (meanwhile(NOTICE, [ITEM], mine, DUNNING, D("2026-04-16")) or "")
    own = account(debt(past=[past(1, "2026-04-15")._replace(reminder="R-1")]))
    assert meanwhile(NOTICE, [ITEM], own, DUNNING, D("2026-04-16")) is None


def test_nothing_happened_meanwhile() -> None:
    assert meanwhile(NOTICE, [ITEM], account(debt(), credit=1), DUNNING, D("2026-04-16")) is None
    assert meanwhile(SOON[0], [SOON[1]], account(debt()), DUNNING, D("2026-04-08")) is None


def test_a_notice_before_the_due_day_does_not_go_after_it() -> None:
    assert meanwhile(SOON[0], [SOON[1]], account(debt()), DUNNING, D("2026-04-11")) == "INV-1: it fell due on 2026-04-10 meanwhile"


# laws

START = D("2026-03-10")
FATES = st.sampled_from(["sent", "sent", "sent", "in doubt", "planned", "refused", "dropped"])


def ran(days: Sequence[date], fates: Sequence[str], open_on: Any = lambda day: 1000_00) -> list[Past]:
    """Every notice of a ledger in which remind ran on these days; what became of each is its fate, for good."""
    went: list[Past] = []
    for at, day in enumerate(days):
        mine = account(
            debt(open_on(day), past=went), approvals=[approval(9, on="2026-01-01")], notices={each.reminder: each.on for each in went}
        )
        if open_on(day) > 0:
            for each in assess(mine, DUNNING, day).chases:
                went.append(past(each.level.level, day.isoformat(), fates[at % len(fates)]))
    return went


DAYS = st.lists(st.integers(0, 150).map(lambda n: START + timedelta(days=n)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(DAYS, st.lists(FATES, min_size=1, max_size=6))
def test_no_level_twice_none_within_its_gap_and_one_at_a_time(days: list[date], fates: list[str]) -> None:
    went = counting(ran(sorted(days), fates))
    assert len({each.level for each in went}) == len(went)
    for earlier, later in pairwise(went):
        gap = next(each.gap for each in LEVELS if each.level == later.level)
        assert later.level > earlier.level
        assert (later.on - earlier.on).days >= gap
        assert later.level == earlier.level + 1
    assert all(each.level in (0, 1) for each in went[:1])
    assert all(each.on < D(DUE) for each in went if each.level == 0)


@given(st.integers(0, 150).map(lambda n: START + timedelta(days=n)), FATES)
def test_a_hundred_runs_in_a_day_plan_at_most_one_notice(day: date, fate: str) -> None:
    assert len(ran([day] * 100, [fate])) <= 1


@given(st.integers(40, 400))
def test_after_a_long_time_without_a_run_the_lowest_unsent_level_goes(pause: int) -> None:
    first = D("2026-04-15")
    assert [each.level for each in ran([first, first + timedelta(days=pause)], ["sent"])] == [1, 2]
    assert [each.level for each in ran([D(DUE) + timedelta(days=pause)], ["sent"])] == [1]


@given(DAYS, st.integers(0, 150))
def test_nothing_goes_after_it_is_paid_or_while_it_is_disputed(days: list[date], paid_after: int) -> None:
    paid = START + timedelta(days=paid_after)
    went = ran(sorted(days), ["sent"], lambda day: 0 if day >= paid else 1000_00)
    assert all(each.on < paid for each in went)
    disputed = account(debt(holds=[hold("dispute", "2026-01-01")]), approvals=[approval(9, on="2026-01-01")])
    assert not any(assess(disputed, DUNNING, day).chases for day in days)

from __future__ import annotations

from datetime import date

import pytest

from billcli.core.active import ensure_active
from billcli.core.customer import (
    Moves,
    check_vocabulary,
    customer_id,
    plan_activate,
    plan_add,
    plan_deactivate,
    plan_edit,
    plan_merge,
    plan_tag,
)  # fmt: skip
from billcli.core.plan import Append, Change, Drop, Plan, Set
from billcli.errors import BillError, UsageError
from billcli.model.customer import Customer
from billcli.model.values import parse_id
from tests.core.master import customer


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nordwind Handels GmbH", "nordwind-handels-gmbh"),
        ("Müller & Söhne KG", "muller-sohne-kg"),
        ("Straße 7 AG", "strasse-7-ag"),
        ("Blåbær Ærlig AS", "blabaer-aerlig-as"),
        ("北京公司", "c-89834ce7"),
        ("Ab 1", "c-a7f0f2ba"),
        ("株式会社 Alpha", "alpha"),
    ],
)
def test_the_default_id_is_the_name_folded_to_ascii(name: str, expected: str) -> None:
    if not expected.startswith("c-"):
        assert customer_id(name) == expected
    else:
        assert customer_id(name).startswith("c-")
        assert len(customer_id(name)) == 10
    assert parse_id(customer_id(name)) == customer_id(name)


def test_an_id_that_is_taken_is_refused_whatever_its_case() -> None:
    with pytest.raises(BillError, match='already a customer "Nordwind"'):
        plan_add(customer(), {"nordwind": "Nordwind"})


def test_renaming_keeps_the_old_name_as_an_alias() -> None:
    plan = plan_edit(customer(), "customers/nordwind.yaml", {"name": "Nordwind AG"})
    [step] = plan.steps
    assert isinstance(step, Change)
    assert step.edits == (Set(("name",), "Nordwind AG"), Append(("aliases",), "Nordwind Handels GmbH"))


def test_an_empty_value_takes_the_field_away() -> None:
    plan = plan_edit(customer(terms="net 10"), "customers/nordwind.yaml", {"terms": None})
    [step] = plan.steps
    assert isinstance(step, Change)
    assert step.edits == (Drop(("terms",)),)


def test_nothing_to_change_is_said() -> None:
    same = plan_edit(customer(terms="net 10"), "customers/nordwind.yaml", {"terms": "net 10"})
    tagged = plan_tag(customer(tags=["vip"]), "customers/nordwind.yaml", ["vip"], [])
    for plan in (same, tagged):
        assert plan.steps == ()
        assert plan.summary == ("nordwind is as asked already; nothing to do",)


def test_a_tag_that_is_not_declared_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as refused:
        check_vocabulary([("tag", "vpi")], {"tag": ["vip", "late"]})
    assert refused.value.hint == 'did you mean "vip"?'


TODAY = date(2026, 3, 31)


def deactivated(on: date | None = None, **changes: object) -> Plan:
    return plan_deactivate(customer(**changes), "customers/nordwind.yaml", on, TODAY, "closed", ["nordwind-1"])


def test_deactivating_holds_from_today_unless_a_day_is_given_and_names_open_drafts() -> None:
    for on, day in ((None, TODAY), (date(2026, 5, 1), date(2026, 5, 1))):
        plan = deactivated(on)
        assert plan.steps == (Change("customers/nordwind.yaml", "customer", (Set(("deactivated_on",), day),)),)
        assert plan.warnings == ("draft nordwind-1 is still open",)
        assert plan.reason == "closed"


def test_deactivating_twice_is_once_and_another_day_moves_it() -> None:
    assert deactivated(deactivated_on="2026-03-01").steps == ()
    assert deactivated(date(2026, 3, 1), deactivated_on="2026-03-01").steps == ()
    assert deactivated(date(2026, 3, 2), deactivated_on="2026-03-01").steps != ()


def test_activating_takes_the_day_away_but_not_from_a_merged_customer() -> None:
    [step] = plan_activate(customer(deactivated_on="2026-03-01"), "customers/nordwind.yaml", "").steps
    assert isinstance(step, Change)
    assert step.edits == (Drop(("deactivated_on",)),)
    assert plan_activate(customer(), "customers/nordwind.yaml", "").steps == ()
    with pytest.raises(BillError, match="was merged into neu"):
        plan_activate(customer(deactivated_on="2026-03-01", merged_into="neu"), "customers/nordwind.yaml", "")


@pytest.mark.parametrize(
    ("changes", "day", "active"),
    [
        ({}, "2026-03-31", True),
        ({"deactivated_on": "2026-03-31"}, "2026-03-30", True),
        ({"deactivated_on": "2026-03-31"}, "2026-03-31", False),
        ({"deactivated_on": "2026-03-31", "merged_into": "neu"}, "2026-03-30", False),
    ],
)
def test_a_customer_gets_no_invoices_from_its_last_day_on(changes: dict[str, str], day: str, active: bool) -> None:
    if active:
        ensure_active(customer(**changes), date.fromisoformat(day))
    else:
        with pytest.raises(BillError):
            ensure_active(customer(**changes), date.fromisoformat(day))


OLD = {
    "id": "nordwind", "name": "Nordwind GmbH", "aliases": ["NW"], "ibans": ["DE02120300000000202051"], "tags": ["vip"],
    "contacts": [{"role": "billing", "email": "a@x.example"}, {"role": "legal", "email": "a@x.example"}],
}  # fmt: skip
NEW = {"id": "neu", "name": "NW", "tags": ["late"], "contacts": [{"role": "billing", "email": "a@x.example", "name": "Ann"}]}


NOTHING = Moves((), ())


def merged(old: dict[str, object] | None = None, new: dict[str, object] | None = None, moves: Moves = NOTHING) -> Plan:
    entities = [Customer.model_validate(each) for each in ({**OLD, **(old or {})}, {**NEW, **(new or {})})]
    return plan_merge(entities[0], entities[1], moves, TODAY, "entered twice")


def test_a_merge_gives_the_new_customer_what_it_lacks() -> None:
    first, second = merged().steps
    assert isinstance(first, Change) and isinstance(second, Change)
    assert first == Change("customers/nordwind.yaml", "customer", (Set(("merged_into",), "neu"), Set(("deactivated_on",), TODAY)))
    assert second.edits == (
        Append(("aliases",), "Nordwind GmbH"),
        Append(("ibans",), "DE02120300000000202051"),
        Append(("contacts",), {"role": "legal", "email": "a@x.example"}),
        Append(("tags",), "vip"),
    )


def test_a_merge_moves_drafts_and_the_customers_below() -> None:
    moves = Moves([("nordwind-1", "drafts/nordwind-1.yaml")], [("child", "customers/child.yaml"), ("neu", "customers/neu.yaml")])
    plan = merged(new={"parent": "nordwind"}, old={"parent": "top"}, moves=moves)
    assert Change("drafts/nordwind-1.yaml", "draft", (Set(("customer",), "neu"),)) in plan.steps
    assert Change("customers/child.yaml", "customer", (Set(("parent",), "neu"),)) in plan.steps
    [neu] = [step for step in plan.steps if isinstance(step, Change) and step.path == "customers/neu.yaml"]
    assert neu.edits[0] == Set(("parent",), "top")
    assert set(plan.relies_on) == {step.path for step in plan.steps}


def test_a_customer_below_the_one_it_replaces_stands_alone_where_nobody_is_above() -> None:
    [_, neu] = merged(new={"parent": "nordwind"}).steps
    assert isinstance(neu, Change)
    assert neu.edits[0] == Drop(("parent",))


def test_the_day_of_an_earlier_deactivation_stays() -> None:
    [first, _] = merged(old={"deactivated_on": "2026-01-01"}).steps
    assert isinstance(first, Change)
    assert first.edits == (Set(("merged_into",), "neu"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"merged_into": "other", "deactivated_on": "2026-01-01"}, {}),
        ({}, {"merged_into": "other", "deactivated_on": "2026-01-01"}),
        ({}, {"merged_into": "nordwind", "deactivated_on": "2026-01-01"}),
        ({}, {"deactivated_on": "2026-01-01"}),
        ({}, {"id": "nordwind"}),
    ],
)
def test_a_merge_that_cannot_be_is_refused(old: dict[str, object], new: dict[str, object]) -> None:
    with pytest.raises(BillError):
        merged(old, new)


def test_merging_twice_is_once() -> None:
    assert merged(old={"merged_into": "neu", "deactivated_on": "2026-01-01"}).steps == ()

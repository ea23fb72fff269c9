from __future__ import annotations

import pytest

from billcli.core.customer import check_vocabulary, customer_id, plan_add, plan_edit, plan_tag
from billcli.core.plan import Append, Change, Drop, Set
from billcli.errors import BillError, UsageError
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
        assert plan.summary == ("nordwind is already so; nothing to do",)


def test_a_tag_that_is_not_declared_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as refused:
        check_vocabulary([("tag", "vpi")], {"tag": ["vip", "late"]})
    assert refused.value.hint == 'did you mean "vip"?'

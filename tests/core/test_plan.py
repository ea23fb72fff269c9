from __future__ import annotations

from typing import Any

import pytest

from billcli.core.plan import Append, Change, Create, CreateBytes, Plan, Remove


def plan(number: str = "INV-1", **fields: Any) -> Plan:
    data = {"number": number, "lines": [{"text": f"see {number}"}], "total": "10.00", "seal": f"v1:{number}"} | fields
    steps = (Create(f"invoices/2026/03/{number}.yaml", "invoice", data), Remove("drafts/d.yaml"))
    return Plan("invoice issue", steps, (f"issue {number}",), given=(number,))


def test_plans_that_differ_in_the_given_number_and_its_seal_only_are_one_decision() -> None:
    assert plan("INV-1").comparable() == plan("INV-2").comparable()


@pytest.mark.parametrize(
    "other",
    [
        plan(total="10.01"),
        Plan("invoice issue", plan().steps, ("issue INV-1 twice",), given=("INV-1",)),
        Plan("invoice issue", plan().steps[:1], plan().summary, given=("INV-1",)),
        Plan("invoice issue", (*plan().steps, Change("a.yaml", "customer", (Append(("tags",), "x"),))), plan().summary, given=("INV-1",)),
        Plan("invoice issue", (plan().steps[0], Remove("drafts/e.yaml")), plan().summary, given=("INV-1",)),
        Plan("invoice issue", plan().steps, plan().summary),
    ],
    ids=["amount", "summary", "fewer steps", "more steps", "another step", "nothing given"],
)
def test_any_other_difference_is_another_decision(other: Plan) -> None:
    assert other.comparable() != plan().comparable()


def test_a_file_from_elsewhere_is_compared_by_its_content() -> None:
    def copying(data: bytes) -> str:
        return Plan("hold new", (CreateBytes("evidence/a.pdf", data),), ("hold",)).comparable()

    assert copying(b"a" * 1000) == copying(b"a" * 1000)
    assert copying(b"a") != copying(b"b")
    assert len(copying(b"a" * 1_000_000)) < 1000

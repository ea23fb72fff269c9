from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from billcli.model.types import Amount, Day, Entity, Flag, Free, Id, Whole, one_of


class Thing(Entity):
    id: Id
    amount: Amount | None = None
    on: Day | None = None
    count: Whole | None = None
    paid: Flag | None = None
    kind: Annotated[str, one_of("sales", "service")] = "sales"
    parts: tuple[Amount, ...] = ()
    x: Free | None = None


def problem(**fields: Any) -> tuple[str, tuple[int | str, ...], dict[str, Any]]:
    with pytest.raises(ValidationError) as caught:
        Thing.model_validate({"id": "a", **fields})
    (error,) = caught.value.errors()
    return error["type"], error["loc"], error.get("ctx", {})


def test_text_of_a_file_becomes_the_fields_own_type() -> None:
    thing = Thing.model_validate({"id": "a", "amount": "95.10", "on": "2026-03-14", "count": "7", "paid": "true", "parts": ["1", "2.50"]})
    assert thing == Thing(id="a", amount=Decimal("95.10"), on=date(2026, 3, 14), count=7, paid=True, parts=(Decimal("1"), Decimal("2.50")))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", "1e5", "E205"), ("amount", 5, "E203"), ("amount", 1.5, "E203"), ("amount", ["1"], "E203"),
        ("amount", {"a": "1"}, "E203"),
        ("on", "2026-02-30", "E206"), ("on", 0, "E203"), ("count", "-1", "E213"), ("count", "1.0", "E213"), ("count", "٣", "E213"),
        ("count", "²", "E213"), ("count", "", "E213"), ("count", "9" * 10, "E213"), ("paid", "yes", "E209"), ("paid", "True", "E209"),
        ("paid", 1, "E203"), ("kind", "Sales", "E209"), ("id", None, "E203"),
    ],
)  # fmt: skip
def test_value_of_another_kind_is_refused_with_its_code_and_place(field: str, value: Any, code: str) -> None:
    kind, path, context = problem(**{field: value})
    assert (kind, path) == (code, (field,))
    assert context["message"]


def test_wrong_item_is_refused_at_its_place_in_the_list() -> None:
    assert problem(parts=["1", "x"])[:2] == ("E205", ("parts", 1))


@pytest.mark.parametrize(("value", "hint"), [("servise", 'did you mean "service"?'), ("zzz", "use one of: sales, service")])
def test_word_that_is_not_allowed_comes_with_those_that_are(value: str, hint: str) -> None:
    assert problem(kind=value)[2]["hint"] == hint


@pytest.mark.parametrize("value", ["a,b", {"a": "b"}, 5])
def test_list_is_never_made_of_something_else(value: Any) -> None:
    assert problem(parts=value)[0] == "tuple_type"


def test_unknown_key_is_refused_and_free_data_is_carried() -> None:
    assert problem(amont="1")[0] == "extra_forbidden"
    assert Thing.model_validate({"id": "a", "x": {"any": ["1", {"b": "2"}]}}).x == {"any": ["1", {"b": "2"}]}


def test_entity_does_not_change_after_reading() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Thing(id="a").id = "b"  # type: ignore[misc]  # that it is refused is the rule


def test_json_schema_says_text_or_number_for_an_amount() -> None:
    schema = Thing.model_json_schema()["properties"]
    assert schema["kind"]["enum"] == ["sales", "service"]
    assert {"type": ["number", "string"], "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"} in schema["amount"]["anyOf"]

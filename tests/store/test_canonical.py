from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcli.model.types import Entity
from billcli.store import layout
from billcli.store.canonical import canonical
from billcli.store.layout import kind_for
from billcli.store.read import Read, read, read_with_authority
from billcli.store.write import document_text
from tests.store.mutations import mutated, seeds
from tests.store.test_write import KEY, TEXT
from tests.support import PROJECT

SEEDS = seeds()
OURS = [(path, text) for path, text in SEEDS if (kind := kind_for(path)) and canonical(text.encode(), kind)]


@pytest.fixture(autouse=True, scope="module")
def _from_the_first_on() -> Iterator[None]:
    """Else the authority reads the first documents of each kind, which is what it is held to here."""
    with mock.patch("billcli.store.read._FEW", 0):
        yield


def said(value: Any) -> Any:
    """Everything an entity says: which fields were given, and each digit of an amount."""
    if isinstance(value, Entity):
        return type(value), frozenset(value.model_fields_set), {name: said(each) for name, each in value.__dict__.items()}
    if isinstance(value, tuple):
        return [said(each) for each in value]
    return type(value), str(value)


def of_reading(found: Read) -> Any:
    return found.kind, said(found.entity), found.problems


def assert_same(raw: bytes, path: str) -> bool:
    """The law: what is read fast is what the authority reads. Whether it was read fast."""
    with_authority = of_reading(read_with_authority(raw, path))
    assert of_reading(read(raw, path)) == with_authority
    kind = kind_for(path)
    found = canonical(raw, kind) if kind else None
    assert found is None or with_authority[1] == said(found)
    return found is not None


def fuzz(numbers: Iterator[int] | range) -> int:
    """How many of so many documents were read fast, each as the authority reads it."""
    fast = 0
    for number in numbers:
        random = Random(number)
        path, text = random.choice(OURS if random.randrange(3) else SEEDS)
        fast += assert_same(mutated(text, random), path)
    return fast


@pytest.mark.parametrize(("path", "text"), SEEDS, ids=[path for path, _ in SEEDS])
def test_every_file_of_ours_is_read_as_the_authority_reads_it(path: str, text: str) -> None:
    assert_same(text.encode(), path)


def test_what_bill_wrote_itself_is_read_fast() -> None:
    root = PROJECT / "ledgers" / "demo"
    files = [(file, kind) for file in root.rglob("*.yaml") if (kind := kind_for(str(file.relative_to(root)))) and kind.dated]
    slow = [str(file) for file, kind in files if canonical(file.read_bytes(), kind) is None]
    assert len(files) > 50
    assert not slow


def test_changed_documents_are_read_as_the_authority_reads_them() -> None:
    assert fuzz(range(1500)) > 300


@pytest.mark.long
def test_many_changed_documents_are_read_as_the_authority_reads_them() -> None:
    assert fuzz(range(10_000, 60_000)) > 10_000


@given(
    st.dictionaries(
        st.sampled_from(["name", "language", "address", "tags", "notes", "terms", "external_id"]) | KEY,
        TEXT | st.lists(TEXT, max_size=3),
        max_size=5,
    )
)
def test_any_text_that_is_written_is_read_as_the_authority_reads_it(fields: dict[str, Any]) -> None:
    text = document_text("customer/1", {"id": "nord", "name": "Nord", **fields})
    assert_same(text.encode("utf-8", "surrogatepass"), "customers/nord.yaml")


@given(TEXT, st.sampled_from(["{}", '"{}"', "'{}'", "|\n    {}", "|-\n    {}"]))
def test_any_scalar_is_read_as_the_authority_reads_it(text: str, form: str) -> None:
    scalar = form.format(text)
    assert_same(
        f"schema: customer/1\nid: nord\nname: {scalar}\ntags:\n  - {scalar}\nnotes: {scalar}\n".encode("utf-8", "surrogatepass"),
        "customers/nord.yaml",
    )
    assert_same(f"schema: customer/1\nid: nord\nname: Nord\nnotes: {scalar}\n".encode("utf-8", "surrogatepass"), "customers/nord.yaml")


@pytest.mark.parametrize("kind", layout.KINDS.values(), ids=lambda kind: kind.name)
def test_no_kind_of_document_has_rules_that_only_pydantic_knows(kind: layout.Kind) -> None:
    """Else each of its files takes the long way: move the rule into its field, or into the checks."""
    from billcli.store.canonical import _document

    assert _document(kind)[0] is not None


@pytest.mark.parametrize(
    "text",
    [
        "number: null", "number: ~", "number:", "number: 'a'", "number: a # why", "number: &x a", "number: !!str a", "number:  a",
        "number: a ",        "number: a\nnumber: a", "number: a\n---\nnumber: b", "number: a\r", "number: \ta", "number: a\u2028b",
    ],
)  # fmt: skip
def test_what_yaml_may_read_otherwise_is_left_to_the_authority(text: str) -> None:
    raw = (PROJECT / "ledgers/demo/invoices/2026/07/INV-2026-0037.yaml").read_text("utf-8").replace("number: INV-2026-0037", text)
    assert canonical(raw.encode(), layout.KINDS["invoice"]) is None


def test_a_command_on_few_documents_compiles_no_pattern() -> None:
    path, text = OURS[0]
    with mock.patch("billcli.store.read._FEW", 2), mock.patch("billcli.store.read._met", Counter()):
        with mock.patch("billcli.store.read.canonical", side_effect=AssertionError("too soon")):
            assert [read(text.encode(), path).entity for _ in range(2)] == [read_with_authority(text.encode(), path).entity] * 2
        with mock.patch("billcli.store.read.canonical", wraps=canonical) as fast:
            assert read(text.encode(), path) == read_with_authority(text.encode(), path)
        assert fast.called

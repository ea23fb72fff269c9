from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billcli.core.plan import Append, Drop, Edit, Set
from billcli.diagnostics import Path
from billcli.errors import BillError
from billcli.store.edit import edited
from billcli.store.text import BOM
from tests.store.handwritten import ORDER, TEXTS, Document, data_of, documents, form

NEW = [*TEXTS, "one\ntwo\n", "one\n\ntwo", Decimal("1.50"), date(2026, 3, 14), True]


def edit(document: Document, *edits: Edit) -> bytes:
    return edited(document.raw, "f.yaml", edits, ORDER)


def plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case bool():
            return "true" if value else "false"
    return str(value)


def is_insertion(old: bytes, new: bytes) -> bool:
    """Whether the new bytes without one stretch are the old ones."""
    added = len(new) - len(old)
    return added >= 0 and any(new[:at] + new[at + added :] == old for at in range(len(old) + 1))


def check_outside(document: Document, new: bytes, key: str) -> None:
    """Every line but those of the key's entry is there as before."""
    old_lines, new_lines = document.raw.split(b"\n"), new.split(b"\n")
    start, end = document.lines[key]
    rest = len(old_lines) - end
    assert new_lines[:start] == old_lines[:start]
    assert rest == 0 or new_lines[-rest:] == old_lines[-rest:]


def key_of(document: Document, draw: st.DataObject, *shapes: str) -> str:
    keys = [key for key in document.lines if document.shapes[key] in shapes]
    assume(keys)
    return draw.draw(st.sampled_from(keys), label="key")


VALUES = st.sampled_from(NEW) | st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3) | st.just({"on": "2026-03-14", "reason": "x: y"})


@given(documents(), VALUES, st.data())
def test_new_key_adds_lines_and_changes_none(document: Document, value: Any, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([key for key in ORDER if key not in document.data]))
    new = edit(document, Set((key,), value))
    assert is_insertion(document.raw, new)
    assert data_of(new) == {**document.data, key: plain(value)}
    if list(document.data) == sorted(document.data, key=["schema", *ORDER].index):
        assert list(data_of(new)) == sorted([*document.data, key], key=["schema", *ORDER].index)


@given(documents(), st.sampled_from(NEW), st.data())
def test_value_of_a_key_changes_its_own_lines_only(document: Document, value: Any, data: st.DataObject) -> None:
    key = key_of(document, data, "scalar", "list", "map", "items")
    new = edit(document, Set((key,), value))
    check_outside(document, new, key)
    assert data_of(new) == {**document.data, key: plain(value)}


@given(st.data(), st.sampled_from(NEW))
def test_comment_behind_a_value_stays(data: st.DataObject, value: Any) -> None:
    before = data.draw(form(data.draw(st.sampled_from(TEXTS))) | st.sampled_from(["[a]", "{a: b}"]))
    raw = f"k1: {before}  # why: [a, b] {{c}} 'd\nk2: b\n".encode()
    new = edited(raw, "f.yaml", (Set(("k1",), value),), ORDER)
    assert b"  # why: [a, b] {c} 'd\n" in new
    assert new.endswith(b"\nk2: b\n")
    assert data_of(new) == {"k1": plain(value), "k2": "b"}


@given(documents(), st.sampled_from(NEW), st.data())
def test_item_added_to_a_list_is_the_only_change(document: Document, value: Any, data: st.DataObject) -> None:
    key = key_of(document, data, "list", "items")
    added = {"p0": value, "p1": "c"} if document.shapes[key] == "items" else value
    new = edit(document, Append((key,), added))
    assert is_insertion(document.raw, new)
    assert data_of(new) == {**document.data, key: [*document.data[key], plain(added)]}


@given(documents(), st.sampled_from(NEW), st.data())
def test_field_of_an_item_is_added_set_and_dropped_where_it_stands(document: Document, value: Any, data: st.DataObject) -> None:
    key = key_of(document, data, "items")
    at = data.draw(st.integers(min_value=0, max_value=len(document.data[key]) - 1))
    meant = copy.deepcopy(document.data)
    new = edit(document, Set((key, at, "p2"), value))
    meant[key][at]["p2"] = plain(value)
    assert is_insertion(document.raw, new)
    assert data_of(new) == meant
    back = edited(new, "f.yaml", (Drop((key, at, "p2")),), ORDER)
    assert back in (document.raw, document.raw + b"\n", document.raw + b"\r\n")
    new = edit(document, Set((key, at, "p1"), value))
    check_outside(document, new, key)
    meant[key][at] = {"p0": document.data[key][at]["p0"], "p1": plain(value)}
    assert data_of(new) == meant


@given(documents(), st.data())
def test_dropped_key_takes_its_lines_along_and_no_other(document: Document, data: st.DataObject) -> None:
    key = key_of(document, data, "scalar", "list", "map", "items")
    new = edit(document, Drop((key,)))
    assert is_insertion(new, document.raw)
    start, end = document.lines[key]
    lines = document.raw.split(b"\n")
    assert new.split(b"\n") in (lines[:start] + lines[end:], [*lines[:start], b""])
    assert data_of(new) == {name: value for name, value in document.data.items() if name != key}


@given(documents(), st.data())
def test_dropped_item_leaves_the_others(document: Document, data: st.DataObject) -> None:
    key = key_of(document, data, "list", "map", "items")
    steps = list(document.data[key]) if isinstance(document.data[key], dict) else list(range(len(document.data[key])))
    at = data.draw(st.sampled_from(steps))
    meant = copy.deepcopy(document.data)
    del meant[key][at]
    if not meant[key]:
        del meant[key]
    new = edit(document, Drop((key, at)))
    check_outside(document, new, key)
    assert data_of(new) == meant


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    path: Path = (draw(st.sampled_from(ORDER)),)
    path += draw(st.sampled_from([(), (), (0,), (1,), ("p0",), ("p9",), (0, "p1"), (0, "p9")]))
    kind = draw(st.sampled_from([Set, Append, Drop]))
    return Drop(path) if kind is Drop else kind(path, draw(VALUES))


@given(documents(), edits())
def test_edit_changes_what_was_meant_or_is_refused(document: Document, change: Edit) -> None:
    try:
        new = edit(document, change)
    except (BillError, KeyError, IndexError, TypeError, AttributeError):
        return
    kept = {key: value for key, value in document.data.items() if key != change.path[0]}
    assert {key: value for key, value in data_of(new).items() if key != change.path[0]} == kept
    assert new.startswith(BOM) is document.raw.startswith(BOM)
    assert (b"\r\n" in new) is (b"\r\n" in document.raw)


@pytest.mark.parametrize(
    ("raw", "change", "new"),
    [
        ("k0: a\r\n# c\r\nk2: b\r\n", Set(("k1",), "x"), 'k0: a\r\nk1: x\r\n# c\r\nk2: b\r\n'),
        ("k0: a", Set(("k1",), "one\ntwo\n"), "k0: a\nk1: |\n  one\n  two\n"),
        ('{"k0": "a", "k1": ["b"]}', Append(("k1",), "c, d"), '{"k0": "a", "k1": ["b", "c, d"]}'),
        ("k0: {a: 1}  # c\n", Set(("k0", "b"), "c:d"), 'k0: {a: 1, b: "c:d"}  # c\n'),
        ("k0: {}\n", Set(("k0", "b"), Decimal("1.50")), "k0: {b: 1.50}\n"),
        ("k0: [ ]\n", Append(("k0",), "a"), "k0: [ a]\n"),
        ("k0: [\n  a,  # one\n  b,  # two\n]\n", Append(("k0",), "c"), "k0: [\n  a,  # one\n  b, c,  # two\n]\n"),
        ("k0:\n# c\n-\n  a: 1\n\nk1: b\n", Append(("k0",), {"a": 2}), "k0:\n# c\n-\n  a: 1\n- a: 2\n\nk1: b\n"),
        ("k0: a  # why\nk1: b\n", Set(("k0",), "one\ntwo"), "k0: |-  # why\n  one\n  two\nk1: b\n"),
        ("k0:\n  - a: |\n      x\n    b: c\n", Set(("k0", 0, "a"), "one\ntwo"), "k0:\n  - a: |-\n      one\n      two\n    b: c\n"),
        ("k0: a\n...\n", Set(("k1",), "b"), "k0: a\nk1: b\n...\n"),
        ("k0:\n  a: 1  # only one\nk1: b\n", Drop(("k0", "a")), "k1: b\n"),
    ],
)  # fmt: skip
def test_edit_reads_like_a_careful_persons(raw: str, change: Edit, new: str) -> None:
    assert edited(raw.encode(), "f.yaml", (change,), ORDER).decode() == new


@pytest.mark.parametrize(
    ("raw", "change"),
    [
        ("k0: &a 1\n", Set(("k1",), "x")), ("k0:\t1\n", Set(("k1",), "x")), ("k0: 1\nk0: 2\n", Set(("k1",), "x")),
        ("k0:\n", Set(("k1",), "x")),
        ("k0: [\n", Set(("k1",), "x")), ("", Set(("k1",), "x")), ("k0: a\n", Drop(("k0",))), ("? k0\n: a\n", Set(("k1",), "x")),
        ("k0: |+\n  a\n\n", Set(("k1",), "x")), ("k0: |\n  a", Set(("k1",), "x")), ("k0:\n- a\n", Set(("k0", 0), "one\ntwo")),
        ("k0:\n- a\n", Set(("k0", 0), {"b": "c"})), ("k0:\n-\n  a: 1\n-\n  a: 2\n", Drop(("k0", 0))),
        ("k0:\n- a: 1\n  b: 2\n", Drop(("k0", 0, "a"))),
    ],
)  # fmt: skip
def test_file_that_cannot_be_edited_safely_is_refused_with_what_to_do(raw: str, change: Edit) -> None:
    with pytest.raises(BillError) as caught:
        edited(raw.encode(), "f.yaml", (change,), ORDER)
    assert caught.value.message.startswith("f.yaml ")
    assert caught.value.hint


def test_one_edit_that_is_refused_refuses_them_all() -> None:
    with pytest.raises(BillError):
        edited(b"k0: |+\n  a\n\n", "f.yaml", (Set(("k0",), "b"), Set(("k1",), "x"), Drop(("k0",)), Drop(("k1",))), ORDER)


def test_several_edits_follow_one_another() -> None:
    raw = b"# paid late\nk0: a\nk1: []\n\nk2: b # c\n"
    changes = (
        Append(("k1",), {"due_on": date(2026, 3, 14)}),
        Append(("k1",), {"due_on": date(2026, 3, 15)}),
        Set(("k2",), "d"),
        Drop(("k0",)),
    )
    assert edited(raw, "f.yaml", changes, ORDER) == b"# paid late\nk1: [{due_on: 2026-03-14}, {due_on: 2026-03-15}]\n\nk2: d # c\n"

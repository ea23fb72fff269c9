from __future__ import annotations

from datetime import date

import pytest

from billcli.store.layout import FOLDERS, KINDS, OTHER_FOLDERS, SINGLE, is_leftover, kind_for


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        ("ledger", {}, "ledger.yaml"),
        ("categories", {}, "categories.yaml"),
        ("items", {}, "items.yaml"),
        ("customer", {"id": "nordwind"}, "customers/nordwind.yaml"),
        ("draft", {"id": "nordwind-3fa9c2e1"}, "drafts/nordwind-3fa9c2e1.yaml"),
        ("invoice", {"number": "INV-2026-0042", "issued_on": date(2026, 3, 4)}, "invoices/2026/03/INV-2026-0042.yaml"),
        ("credit-note", {"number": "CN-1", "issued_on": date(1999, 12, 31)}, "credit-notes/1999/12/CN-1.yaml"),
        ("payment", {"id": "p", "on": date(2026, 4, 17)}, "payments/2026/04/p.yaml"),
    ],
)
def test_document_stands_where_its_name_and_date_put_it(kind: str, fields: dict[str, object], path: str) -> None:
    assert KINDS[kind].path(fields) == path
    assert kind_for(path) is KINDS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_the_fields_its_path_needs(kind: str) -> None:
    known = KINDS[kind]
    assert known.schema == f"{known.name}/1"
    assert {known.key, known.dated} - {""} <= set(known.model.model_fields)
    assert not {"schema"} & set(known.model.model_fields)


@pytest.mark.parametrize(
    "path", ["", "x.yaml", "notes/a.yaml", "audit/a.yaml", "customers", "Customers/a.yaml", "customer/a.yaml", "a/ledger.yaml"]
)
def test_no_document_stands_anywhere_else(path: str) -> None:
    assert kind_for(path) is None


def test_folders_do_not_overlap() -> None:
    assert len(SINGLE) + len(FOLDERS) == len(KINDS)
    assert not OTHER_FOLDERS & set(FOLDERS)


@pytest.mark.parametrize(
    "name",
    [
        "a.yaml~",
        "#a.yaml#",
        ".#a.yaml",
        ".a.yaml.swp",
        "a.swo",
        "a.yaml.orig",
        "a.yaml.rej",
        "a.yaml.BAK",
        "4913",
        ".DS_Store",
        "thumbs.db",
    ],
)
def test_what_an_editor_left_is_known(name: str) -> None:
    assert is_leftover(name)


@pytest.mark.parametrize("name", ["a.yaml", "orig.yaml", "4913.yaml", "a#b.yaml", "swp", "~a.yaml", "a.yaml~\n"])
def test_document_is_no_leftover(name: str) -> None:
    assert not is_leftover(name)

"""Tables of customers, documents and payments, and the mappings that say how to read them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from billcli.core.imports import cells, customers, documents, payments
from billcli.model.mapping import ImportMapping
from billcli.resources import shared
from billcli.store import table as tables
from billcli.store.read import read_loose
from tests.fuzz.changes import bytewise, linewise, one_of
from tests.fuzz.law import Target, check_findings
from tests.support import PROJECT

_BETWEEN = b"\n@@@@@@\n"
_NOUNS = (customers.NOUN, documents.NOUN, payments.NOUN)
_WORDS = customers.Words({"segment": ("public",), "tag": ("vip",)}, "EUR")


@cache
def _seeds() -> list[bytes]:
    """Nothing or a mapping above a table; the first letter says of what."""
    samples = PROJECT / "ledgers/samples"
    found = [
        f"{at}\n".encode() + _BETWEEN + _begun(samples / f"{name}.csv") for at, name in enumerate(("customers", "invoices", "payments"))
    ]
    for path in sorted(shared("ledgers", "mappings").glob("*.yaml")):
        at = 2 if "payments" in path.stem else 1
        found.append(f"{at}\n".encode() + path.read_bytes() + _BETWEEN + _table_for(path.read_bytes()))
    return found


def _begun(path: Any) -> bytes:
    return b"".join(path.read_bytes().splitlines(keepends=True)[:6])


def _table_for(raw: bytes) -> bytes:
    """A table with the columns that a mapping names."""
    mapping, _ = read_loose(raw, "x.yaml", ImportMapping, {})
    assert isinstance(mapping, ImportMapping)
    sources = {**(mapping.fields or {}), **(mapping.create_customers or {})}
    columns = dict.fromkeys(each.column for each in sources.values() if each.column)
    sign = mapping.delimiter_sign
    rows = [list(columns), [str(at) for at, _ in enumerate(columns)], ["2026-03-14"] * len(columns), ["12.50"] * len(columns)]
    return "".join(sign.join(map(str, row)) + "\n" for row in rows).encode()


def _read(data: bytes) -> Any:
    said, _, raw = data.partition(_BETWEEN)
    head, _, said = said.partition(b"\n")
    noun = _NOUNS[(head or b"0")[-1] % 3]
    mapping, problems = (ImportMapping(), []) if not said.strip() else read_loose(said, "own.yaml", ImportMapping, {})
    check_findings(problems)
    if not isinstance(mapping, ImportMapping):
        assert problems
        return problems
    if wrong := cells.unknown_fields(noun, customers.CREATED, mapping):
        return wrong
    table = tables.read_table(raw, "own.csv", mapping.encoding, mapping.delimiter_sign)
    layout, faults = cells.layout(noun, table.header, mapping)
    found: Any = None
    if not faults:
        found, said_of = _said(noun, table, layout, mapping)
        faults = [*said_of]
    told = tables.diagnostics(table, faults)
    check_findings(told)
    lines = [*table.lines]
    for each in told:
        assert each.span is not None
        assert each.span.text in (lines[each.span.line - 1].rstrip("\r\n"), ""), each
    if faults:
        tables.rejected(table, [(fault.row, "why") for fault in faults if fault.row.line > 1], None)
    return told, repr(found)


def _said(noun: cells.Noun, table: tables.Table, layout: cells.Layout, mapping: ImportMapping) -> tuple[Any, Sequence[cells.Fault]]:
    formats = cells.Formats(mapping)
    if noun is customers.NOUN:
        every = [customers.said_customer(row, layout.fields, formats, mapping.lists, _WORDS) for row in table.rows]
        for each, faults in every:
            if not faults:
                customers.customer_entity(each.values, "EUR")
        return [each for each, _ in every], [fault for _, faults in every for fault in faults]
    if noun is documents.NOUN:
        parsed = documents.said_documents(table.rows, table.odd, layout, mapping, formats)
        return parsed.documents, parsed.faults
    paid = payments.said_payments(table.rows, table.odd, layout, mapping, formats)
    return paid.payments, paid.faults


_CELLS = (
    b",", b";", b'"', b'""', b"\r\n", b"12.50", b"1.250,00", b"-3", b"2026-03-14", b"14.03.2026", b"EUR", b"JPY", b"nordwind", b"=1+1", b"'=1", b"(5)",
    b"A0123", b"vip", b"number", b"customer", b"amount", b"credit_note", b"reason",
)  # fmt: skip
_KEYS = (
    b"fields:\n", b"  number: ", b"  customer:\n    column: ", b"    empty: x\n", b"    values:\n      a: b\n", b"numbers:\n  decimal: \",\"\n",
    b"dates:\n  - DD.MM.YYYY\n", b"encoding: ", b"utf-16", b"cp1252", b"idna", b"delimiter: tab\n", b"group_by:\n  - ", b"credit_notes:\n",
    b"create_customers:\n", b"lists: \"|\"\n", b"    template: \"{a}-{b}\"\n", b"{", b"}",
)  # fmt: skip
_ROWS = one_of(bytewise(_CELLS), bytewise(_CELLS), linewise)
_MAPPING = one_of(bytewise(_KEYS), linewise)


def _changed(random: Random, data: bytes) -> bytes:
    said, between, raw = data.partition(_BETWEEN)
    if said.count(b"\n") > 1 and random.randrange(2):
        return _MAPPING(random, said) + between + raw
    return said + between + _ROWS(random, raw)


TARGETS = (Target("imports", 22, _read, _seeds, _changed),)

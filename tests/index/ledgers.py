"""Documents for ledgers that change under the index, and everything the index knows, in a form to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

from billcli.app import refresh
from billcli.errors import ChangedMeanwhile
from billcli.index import balances, check_queries, queries
from billcli.index.connection import Connection

START = date(2026, 1, 10)
DATES = [START + timedelta(days=days) for days in (-400, -1, 0, 1, 3, 7, 30, 3650)]


def day(offset: int) -> date:
    return START + timedelta(days=offset)


Row = tuple[str, int, date, date | None]
"""Invoice, amount, from when, until when."""


def customer(id_: str, name: str = "Nord", parent: str | None = None) -> str:
    return f"schema: customer/1\nid: {id_}\nname: {name}\n" + (f"parent: {parent}\n" if parent else "")


def invoice(
    number: str, gross: int, on: date, *, customer: str = "nord", currency: str = "EUR", void: date | None = None, settled: int = 0
) -> str:
    parts = [
        f"schema: invoice/1\nnumber: {number}\ntype: sales\ncustomer: {customer}\nissued_on: {on}\ncurrency: {currency}\n",
        "issued_by:\n  name: Us\nissued_to:\n  name: Them\n",
        f"lines:\n  - description: Work\n    quantity: 1\n    unit_price: {gross}\n    tax: none\n",
        f"instalments:\n  - due_on: {on + timedelta(days=2)}\n    amount: {gross}.00\n",
        f"totals:\n  net: {gross}.00\n  tax: 0.00\n  gross: {gross}.00\n",
        f"imported:\n  source: old\n  external_id: x-{number}\n"
        + (f"  settled_before: {settled}.00\n  cut_over: {on}\n" if settled else ""),
        f"void:\n  on: {void}\n  reason: typo\n" if void else "",
    ]
    return "".join(parts)


def credit_note(number: str, gross: int, on: date, applied: Sequence[Row], *, void: date | None = None) -> str:
    rows = "".join(f"  - invoice: {to}\n    amount: {amount}.00\n    on: {at}\n" + _ended(ended) for to, amount, at, ended in applied)
    return (
        f"schema: credit-note/1\nnumber: {number}\ncustomer: nord\nissued_on: {on}\ncurrency: EUR\nreason: returned\n"
        "issued_by:\n  name: Us\nissued_to:\n  name: Them\n"
        f"lines:\n  - description: Work\n    quantity: 1\n    unit_price: {gross}\n    tax: none\n"
        f"totals:\n  net: {gross}.00\n  tax: 0.00\n  gross: {gross}.00\n"
        + (f"applied:\n{rows}" if rows else "")
        + f"imported:\n  source: old\n  external_id: x-{number}\n"
        + (f"void:\n  on: {void}\n  reason: typo\n" if void else "")
    )


def payment(id_: str, amount: int, on: date, rows: Sequence[Row], *, reversed_on: date | None = None, kinds: Sequence[str] = ()) -> str:
    """``kinds`` of the first rows; the others are money."""
    said = [f"    kind: {kind}\n" if kind != "payment" else "" for kind in kinds] + [""] * len(rows)
    text = "".join(
        f"  - invoice: {to}\n{kind}    amount: {part}.00\n    on: {at}\n" + _ended(ended)
        for (to, part, at, ended), kind in zip(rows, said, strict=False)
    )
    return (
        f"schema: payment/1\nid: {id_}\ncustomer: nord\nreceived_on: {on}\non: {on}\namount: {amount}.00\ncurrency: EUR\n"
        + (f"allocations:\n{text}" if text else "")
        + (f"reversed:\n  on: {reversed_on}\n  reason: bounced\n" if reversed_on else "")
    )


def refund(id_: str, on: date, draws: Sequence[Row], *, reversed_on: date | None = None) -> str:
    """``draws`` name payments and, beginning with C, credit notes."""
    rows = "".join(
        f"  - {'credit_note' if of.startswith('C') else 'payment'}: {of}\n    amount: {part}.00\n    on: {at}\n"
        + (f"    ended_on: {ended}\n" if ended else "")
        for of, part, at, ended in draws
    )
    return (
        f"schema: refund/1\nid: {id_}\ncustomer: nord\npaid_on: {on}\non: {on}\namount: {sum(part for _, part, _, _ in draws)}.00\n"
        f"currency: EUR\nreason: paid twice\ndraws:\n{rows}"
        + (f"reversed:\n  on: {reversed_on}\n  reason: came back\n" if reversed_on else "")
    )


def write_off(id_: str, on: date, rows: Sequence[Row]) -> str:
    text = "".join(f"  - invoice: {to}\n    amount: {part}.00\n    on: {at}\n" + _ended(ended) for to, part, at, ended in rows)
    return (
        f"schema: write-off/1\nid: {id_}\ncustomer: nord\nkind: bad-debt\non: {on}\namount: {sum(part for _, part, _, _ in rows)}.00\n"
        f"currency: EUR\nreason: gone\napproved_by: A. Berg\nallocations:\n{text}"
    )


def _ended(day: date | None) -> str:
    return f"    ended_on: {day}\n    reason: mistake\n" if day else ""


def rows(index: Connection) -> dict[str, list[str]]:
    """Every table with file names in the place of their row ids; without stamps, and in an order of its own."""
    names = {0: "", **dict(index.execute("SELECT id, path FROM files"))}
    found = {}
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'looks' ORDER BY name"  # looks are stamps
    for (table,) in index.execute(tables).fetchall():
        if table == "files":
            sql = "SELECT path, kind, hash, audited, (SELECT f.path FROM files f WHERE f.id = d.folded), offset, length, line FROM files d"
            found[table] = sorted(map(repr, index.execute(sql)))
            continue
        cursor = index.execute(f'SELECT * FROM "{table}"')
        at = next((at for at, column in enumerate(cursor.description) if column[0] == "file"), None)
        found[table] = sorted(repr(row if at is None else (*row[:at], names[row[at]], *row[at + 1 :])) for row in cursor)
    return found


def answers(index: Connection) -> dict[str, object]:
    """What commands ask, at several dates; nobody asks for balances by number while two documents have the same."""
    found: dict[str, object] = {}
    asked: list[Callable[[Connection, date], Iterable[object]]] = [balances.open_invoices, balances.unapplied]
    if not queries.doubled(index):
        asked.append(balances.invoice_balances)
    for as_of in DATES:
        for ask in asked:
            found[f"{getattr(ask, '__name__', '')} {as_of}"] = sorted(map(repr, ask(index, as_of)))
        found[f"control {as_of}"] = balances.control_totals(index, as_of)
    every: list[Callable[[Connection], Iterable[object]]] = [
        queries.problems, queries.edited_by_hand, check_queries.gone, check_queries.twice, check_queries.missing,
        check_queries.overdrawn, check_queries.crossings, check_queries.trail,
    ]  # fmt: skip
    for tell in every:
        found[getattr(tell, "__name__", "")] = sorted(map(repr, tell(index)))
    for name in ("nord", "süd"):
        found[f"relatives of {name}"] = queries.relatives(index, name)
    return {**found, "kinds": queries.kinds(index), "unreadable": queries.unreadable(index), "settings": queries.settings(index)}


def known(root: Path) -> tuple[dict[str, list[str]], dict[str, object]]:
    """Rows and answers of the ledger's index, brought up to date as every command does."""
    try:
        with refresh.fresh_index(str(root)) as index:
            return rows(index), answers(index)
    except ChangedMeanwhile as error:
        assert "the index was damaged" in error.message
    with refresh.fresh_index(str(root)) as index:
        return rows(index), answers(index)


def rebuilt(root: Path) -> tuple[dict[str, list[str]], dict[str, object]]:
    """The same of an index that begins with nothing."""
    with mock.patch.object(refresh, "index_path", lambda root: None):
        return known(root)

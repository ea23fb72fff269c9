"""Bringing the index up to date: which files are stale, and replacing what a file contributed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from billcli.core import addresses
from billcli.core.facts import (
    AuditedFile,
    CreditLineFact,
    CreditNoteFact,
    CustomerFact,
    DraftFact,
    Draw,
    EvidenceFact,
    Fact,
    HoldFact,
    InstalmentFact,
    InvoiceFact,
    Name,
    PaymentFact,
    PlanPart,
    Reference,
    RefundFact,
    Setting,
    Settlement,
    TrailEntry,
    WriteOffFact,
)  # fmt: skip
from billcli.diagnostics import Diagnostic
from billcli.index.folded import Part, ids_in, put

RACY_NS = 2_000_000_000
"""A file stamped less than this before it was looked at may change again under the same stamp; 2 s is FAT's clock."""

_TABLES: dict[type, str] = {
    CustomerFact: "customers", InvoiceFact: "invoices", InstalmentFact: "instalments", CreditNoteFact: "credit_notes",
    CreditLineFact: "credit_lines", PaymentFact: "payments", RefundFact: "refunds", WriteOffFact: "write_offs",
    HoldFact: "holds", PlanPart: "plan_parts", EvidenceFact: "evidence", DraftFact: "drafts", Settlement: "settlements", Draw: "draws", Reference: "refs",
    Name: "names", Setting: "settings", AuditedFile: "audited", TrailEntry: "trail",
}  # fmt: skip


class Known(NamedTuple):
    """What the index holds of one file."""

    id: int
    stamp: tuple[int, int, int, int]
    racy: bool
    hash: str


class FileFacts(NamedTuple):
    """What one file contributes; ``kind`` is empty for a file that could not be understood.

    A folded file names its ``parts``. Those that are new or changed follow as files of their own, by their addresses. A document that
    was folded or unfolded names where it stood before, and nothing else is said of it: what the index knows of it goes along.
    """

    path: str
    stamp: tuple[int, int, int, int]
    racy: bool
    hash: str
    kind: str
    facts: Sequence[Fact]
    problems: Sequence[Diagnostic]
    parts: Sequence[Part] = ()
    before: str = ""


def known_files(connection: sqlite3.Connection) -> dict[str, Known]:
    """The files that a walk can find, so a folded one and none of its documents."""
    rows = connection.execute("SELECT path, id, size, mtime_ns, ctime_ns, inode, racy, hash FROM files WHERE id > 0")
    return {path: Known(id_, (size, mtime, ctime, inode), bool(racy), hash_) for path, id_, size, mtime, ctime, inode, racy, hash_ in rows}


def stale(known: Mapping[str, Known], now: Mapping[str, tuple[int, int, int, int]]) -> tuple[list[str], list[str]]:
    """The paths to look at again, and the paths that are gone."""
    again = [path for path, stamp in now.items() if (have := known.get(path)) is None or have.racy or have.stamp != tuple(stamp)]
    return again, [path for path in known if path not in now]


def is_racy(stamp: tuple[int, int, int, int], looked_at_ns: int) -> bool:
    """Whether the file could still change without its stamp showing it; a stamp from the future counts too."""
    return max(stamp[1], stamp[2]) >= looked_at_ns - RACY_NS


def touch(connection: sqlite3.Connection, seen: Iterable[tuple[str, tuple[int, int, int, int], bool]]) -> None:
    """New stamps of files whose bytes are the same as before."""
    connection.executemany(
        "UPDATE files SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, racy = ? WHERE path = ?",
        [(*stamp, int(racy), path) for path, stamp, racy in seen],
    )


def replace(
    connection: sqlite3.Connection,
    changed: Iterable[FileFacts],
    gone: Sequence[str],
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Replaces what the changed files contributed and forgets the gone ones. Call inside a transaction."""
    touched = _Touched(set(), {"payment": set(), "credit-note": set()})
    paths: set[str] = set()
    known = dict(connection.execute("SELECT path, id FROM files WHERE id > 0").fetchall())

    def forget(path: str, file: int) -> None:
        if file > 0 and addresses.is_folded(path):
            for address, part in ids_in(connection, file).items():
                forget(address, part)
        _forget(connection, file, touched, paths)
        connection.execute("DELETE FROM files WHERE id = ?", (file,))
        paths.add(addresses.alone(path))

    moves: list[tuple[int, int]] = []
    moved: set[str] = set()
    for each in changed:
        if each.before:
            moves.append(_moved(connection, each))
            moved.add(each.before)
            paths.add(addresses.alone(each.path))
            if not addresses.is_address(each.path):
                progress()
            continue
        file = _row_of(connection, each.path, known)
        if file is not None:
            _forget(connection, file, touched, paths)
        file = _insert(connection, each, file, touched, paths)
        if addresses.is_folded(each.path):
            now = {part.path for part in each.parts}
            for address, part in ids_in(connection, file).items():
                if address not in now:
                    forget(address, part)
            put(connection, file, each.parts)
        if file > 0:
            progress()
    for table in _TABLES.values():
        connection.executemany(f"UPDATE {table} SET file = ? WHERE file = ?", moves)  # our own table names
    connection.executemany("DELETE FROM files WHERE id = ?", [(old,) for _, old in moves])
    for path in gone:
        if path not in moved:
            forget(path, known[path])
    _settle(connection, touched)
    _doubled(connection)
    _match_audit(connection, paths)


def _moved(connection: sqlite3.Connection, each: FileFacts) -> tuple[int, int]:
    """Gives a document its row in the new place; returns the ids of that and of the one it leaves."""
    old, kind = connection.execute("SELECT id, kind FROM files WHERE path = ?", (each.before,)).fetchone()
    row = (kind, *each.stamp, int(each.racy), each.hash, each.path)
    if addresses.is_address(each.path):
        sql = "UPDATE files SET kind = ?, size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, racy = ?, hash = ? WHERE path = ? RETURNING id"
    else:
        sql = "INSERT INTO files (kind, size, mtime_ns, ctime_ns, inode, racy, hash, path, audited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id"
    return int(connection.execute(sql, row).fetchone()[0]), old


def _row_of(connection: sqlite3.Connection, path: str, known: Mapping[str, int]) -> int | None:
    if not addresses.is_address(path):
        return known.get(path)
    row = connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
    return int(row[0]) if row else None


def replace_walk_problems(connection: sqlite3.Connection, problems: Iterable[Diagnostic]) -> None:
    """What the last walk found wrong with names and folders; it belongs to no file."""
    connection.execute("DELETE FROM problems WHERE file = 0")
    connection.executemany(_INSERT_PROBLEM, [_problem_row(0, each) for each in problems])


_INSERT_PROBLEM = "INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _problem_row(file: int, each: Diagnostic) -> tuple[object, ...]:
    span = each.span
    where = (span.line, span.column, span.length, span.text) if span else (None, None, None, None)
    place = json.dumps(each.path) if file else each.file
    return (file, each.code, each.message, place, *where, each.label, each.hint)


class _Touched(NamedTuple):
    """Documents whose stored balance must be worked out anew: invoices, and payments and credit notes by kind."""

    invoices: set[str]
    sources: dict[str, set[str]]

    def source(self, kind: str, name: str) -> None:
        if kind in self.sources:
            self.sources[kind].add(name)


def _forget(connection: sqlite3.Connection, file: int, touched: _Touched, paths: set[str]) -> None:
    rows = connection.execute("SELECT invoice, source_kind, source FROM settlements WHERE file = ?", (file,)).fetchall()
    touched.invoices.update(invoice for invoice, _, _ in rows)
    rows += connection.execute("SELECT '', source_kind, source FROM draws WHERE file = ?", (file,)).fetchall()
    for _, kind, source in rows:
        touched.source(kind, source)
    paths.update(path for (path,) in connection.execute("SELECT path FROM audited WHERE file = ?", (file,)))
    for table in (*_TABLES.values(), "problems"):
        connection.execute(f"DELETE FROM {table} WHERE file = ?", (file,))  # our own table names


def _insert(connection: sqlite3.Connection, each: FileFacts, file: int | None, touched: _Touched, paths: set[str]) -> int:
    row = (each.path, each.kind, *each.stamp, int(each.racy), each.hash)
    if file is None:
        sql = "INSERT INTO files (path, kind, size, mtime_ns, ctime_ns, inode, racy, hash, audited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
        file = connection.execute(sql, row).lastrowid or 0
    else:
        sql = "UPDATE files SET path = ?, kind = ?, size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, racy = ?, hash = ? WHERE id = ?"
        connection.execute(sql, (*row, file))
    paths.add(addresses.alone(each.path))
    tables: dict[type, list[tuple[object, ...]]] = {}
    for fact in each.facts:
        tables.setdefault(type(fact), []).append((file, *map(_column, fact)))
    for kind, rows in tables.items():
        columns = ", ".join(["file", *kind._fields])  # type: ignore[attr-defined]  # facts are named tuples
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {_TABLES[kind]} ({columns}) VALUES ({marks})", rows)  # our own names
    for fact in each.facts:
        match fact:
            case InvoiceFact():
                touched.invoices.add(fact.number)
            case PaymentFact():
                touched.source("payment", fact.id)
            case CreditNoteFact():
                touched.source("credit-note", fact.number)
            case Settlement():
                touched.invoices.add(fact.invoice)
                touched.source(fact.source_kind, fact.source)
            case Draw():
                touched.source(fact.source_kind, fact.source)
            case AuditedFile():
                paths.add(fact.path)
    connection.executemany(_INSERT_PROBLEM, [_problem_row(file, problem) for problem in each.problems])
    return file


def _column(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


_SETTLE = """
UPDATE invoices SET
  open_all = gross - coalesce((SELECT sum(amount) FROM settlements s WHERE s.invoice = number AND s.ended_on IS NULL), 0),
  last_event = max(issued_on, coalesce(
    (SELECT max(max(s.booked_on, coalesce(s.ended_on, ''))) FROM settlements s WHERE s.invoice = number), ''))
"""


_SETTLE_SOURCE = """
UPDATE {table} SET
  unapplied_all = CASE WHEN {ended} IS NULL THEN {amount} ELSE 0 END
    - coalesce((SELECT sum(s.amount) FROM settlements s WHERE s.source = {key} AND s.source_kind = '{kind}' AND s.kind = '{used}' AND s.ended_on IS NULL), 0)
    - coalesce((SELECT sum(d.amount) FROM draws d WHERE d.source = {key} AND d.source_kind = '{kind}' AND d.ended_on IS NULL), 0),
  last_event = max({begun}, coalesce({ended}, ''),
    coalesce((SELECT max(max(s.booked_on, coalesce(s.ended_on, ''))) FROM settlements s WHERE s.source = {key} AND s.source_kind = '{kind}'), ''),
    coalesce((SELECT max(max(d.booked_on, coalesce(d.ended_on, ''))) FROM draws d WHERE d.source = {key} AND d.source_kind = '{kind}'), ''))
WHERE {key} = ?
"""  # no value from outside
_SOURCES = {
    "payment": _SETTLE_SOURCE.format(table="payments", key="id", kind="payment", used="payment", amount="amount", begun="booked_on", ended="reversed_on"),
    "credit-note": _SETTLE_SOURCE.format(table="credit_notes", key="number", kind="credit-note", used="credit", amount="gross", begun="issued_on", ended="voided_on"),
}  # fmt: skip


def _settle(connection: sqlite3.Connection, touched: _Touched) -> None:
    """What is stored of each balance: no clock in it, so it holds on every day."""
    connection.executemany(f"{_SETTLE} WHERE number = ?", [(number,) for number in sorted(touched.invoices)])
    for kind, names in touched.sources.items():
        connection.executemany(_SOURCES[kind], [(name,) for name in sorted(names)])


_LAST = "a.seq = (SELECT max(b.seq) FROM audited b WHERE b.path = a.path AND b.clone = a.clone)"
_MATCHES = f"EXISTS (SELECT 1 FROM audited a WHERE a.path = ?1 AND a.hash = files.hash AND {_LAST})"
_GONE = f"""
INSERT INTO gone SELECT a.path, max(a.hash) FROM audited a WHERE a.path = ?1 AND {_LAST}
  AND NOT EXISTS (SELECT 1 FROM files WHERE path IN (?1, ?2)) GROUP BY a.path HAVING count(*) = count(a.hash)
"""  # no value from outside


def _doubled(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM doubled")
    for table, key in (("invoices", "number"), ("credit_notes", "number"), ("payments", "id"), ("refunds", "id"), ("write_offs", "id")):
        connection.execute(
            f"INSERT INTO doubled SELECT max(t.{key}), group_concat(f.path, ' and ') FROM {table} t JOIN files f ON f.id = t.file "
            f"GROUP BY lower(t.{key}) HAVING count(*) > 1"
        )


def _match_audit(connection: sqlite3.Connection, paths: set[str]) -> None:
    """Which of the files hold what some clone's trail last wrote there, and which the trail knows but nobody has.

    It knows a document by the place where it stands alone, folded or not.
    """
    each = [(path, addresses.when_folded(path)) for path in sorted(paths)]
    connection.executemany(f"UPDATE files SET audited = {_MATCHES} WHERE path IN (?1, ?2)", each)  # no value from outside
    connection.executemany("DELETE FROM gone WHERE path = ?1 AND ?2 IS ?2", each)
    connection.executemany(_GONE, each)

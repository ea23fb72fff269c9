"""Bringing the index up to date: which files are stale, and replacing what a file contributed."""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

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
from billcli.index.bulk import Bulk

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

    With ``more`` it is what comes on top of what the index has of it: its bytes of before are its first ones still.
    """

    path: str
    stamp: tuple[int, int, int, int]
    racy: bool
    hash: str
    kind: str
    facts: Sequence[Fact]
    problems: Sequence[Diagnostic]
    more: bool = False


def known_files(connection: sqlite3.Connection, folders: Collection[str] | None = None) -> dict[str, Known]:
    """What the index holds of every file, or of those that stand in these folders; ``""`` is the root."""
    columns = "SELECT path, id, size, mtime_ns, ctime_ns, inode, racy, hash FROM files"
    if folders is None:
        found = connection.execute(columns).fetchall()
    else:
        found = []
        for each in folders:
            if each:
                inside = f"{columns} WHERE path > ?1 || '/' AND path < ?1 || '0' AND instr(substr(path, length(?1) + 2), '/') = 0"  # "0" follows "/"
                found += connection.execute(inside, (each,))
            else:
                found += connection.execute(f"{columns} WHERE instr(path, '/') = 0")
    return {path: Known(id_, (size, mtime, ctime, inode), bool(racy), hash_) for path, id_, size, mtime, ctime, inode, racy, hash_ in found}


Look = list[tuple[str | int, ...]]
"""Names and stamps of one folder, as a quick look gives them."""


def differing(connection: sqlite3.Connection, looks: Mapping[str, Look]) -> set[str]:
    """The folders that do not look as they did when all their files were known, those that are gone among them."""
    known = dict(connection.execute("SELECT folder, look FROM looks").fetchall())
    return {each for each, seen in looks.items() if known.get(each) != _packed(seen)} | (known.keys() - looks.keys())


def remember(
    connection: sqlite3.Connection,
    looks: Mapping[str, Look],
    files: Mapping[str, tuple[int, int, int, int]],
    folders: Collection[str] | None,
) -> None:
    """Notes how these folders look, None for all, where the index holds each file of theirs as it was seen and none of them is racy.

    Of any other folder it is noted that there is one, so that its files are missed once it has gone.
    """
    known = known_files(connection, folders)
    if folders is None:
        folders = looks.keys()
        connection.execute("DELETE FROM looks")
    wrong = {path.rpartition("/")[0] for path, have in known.items() if have.racy or have.stamp != files.get(path)}
    wrong.update(path.rpartition("/")[0] for path in files if path not in known)
    connection.executemany("DELETE FROM looks WHERE folder = ?", [(each,) for each in folders])
    kept = [(each, b"" if each in wrong else _packed(looks[each])) for each in folders if each in looks]
    connection.executemany("INSERT INTO looks VALUES (?, ?)", kept)


def _packed(look: Look) -> bytes:
    return marshal.dumps(look, 2)


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
    touched = _Touched(set(), {"payment": set(), "credit-note": set()}, {kind: set() for kind in _KEYS}, set())
    paths: set[str] = set(gone)
    bulk = Bulk(connection)
    for path in gone:
        file = _file(connection, path)
        if file is not None:
            _forget(connection, file, touched, paths)
            connection.execute("DELETE FROM files WHERE id = ?", (file,))
    for each in changed:
        file = _file(connection, each.path)
        if file is not None and not each.more:
            _forget(connection, file, touched, paths)
        _insert(connection, each, file, touched, paths, bulk)
        progress()
    bulk.end()
    _settle(connection, touched, everything=bulk.is_new)
    _owe(connection, touched)
    _doubled(connection, touched.keys)
    _match_audit(connection, paths)


def has_problems(connection: sqlite3.Connection, known: Known) -> bool:
    return connection.execute("SELECT 1 FROM problems WHERE file = ?", (known.id,)).fetchone() is not None


def _file(connection: sqlite3.Connection, path: str) -> int | None:
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
    import json

    place = json.dumps(each.path) if file else each.file
    return (file, each.code, each.message, place, *where, each.label, each.hint)


class _Touched(NamedTuple):
    """Documents whose stored balance must be worked out anew: invoices, and payments and credit notes by kind.

    ``keys`` are the numbers and ids by table, in lower case, that came or went, ``days`` those on which what is owed may change otherwise.
    """

    invoices: set[str]
    sources: dict[str, set[str]]
    keys: dict[str, set[str]]
    days: set[str]

    def source(self, kind: str, name: str) -> None:
        if kind in self.sources:
            self.sources[kind].add(name)

    def key(self, table: str, name: str) -> None:
        self.keys[table].add(name.encode().lower().decode())  # as SQLite's lower(): ASCII alone

    def day(self, day: date | None) -> None:
        if day is not None:
            self.days.add(day.isoformat())


_DAYS = """
SELECT issued_on FROM invoices WHERE file = ?1
UNION SELECT booked_on FROM settlements WHERE file = ?1 UNION SELECT ended_on FROM settlements WHERE file = ?1
"""


def _note(connection: sqlite3.Connection, file: int, touched: _Touched) -> None:
    """What a file takes with it: the names it claims, its invoice, and the days on which it changes what is owed."""
    touched.invoices.update(number for (number,) in connection.execute("SELECT number FROM invoices WHERE file = ?", (file,)))
    for table, key in _KEYS.items():
        touched.keys[table].update(name for (name,) in connection.execute(f"SELECT lower({key}) FROM {table} WHERE file = ?", (file,)))
    touched.days.update(day for (day,) in connection.execute(_DAYS, (file,)) if day)


def _forget(connection: sqlite3.Connection, file: int, touched: _Touched, paths: set[str]) -> None:
    rows = connection.execute("SELECT invoice, source_kind, source FROM settlements WHERE file = ?", (file,)).fetchall()
    touched.invoices.update(invoice for invoice, _, _ in rows)
    rows += connection.execute("SELECT '', source_kind, source FROM draws WHERE file = ?", (file,)).fetchall()
    for _, kind, source in rows:
        touched.source(kind, source)
    paths.update(path for (path,) in connection.execute("SELECT path FROM audited WHERE file = ?", (file,)))
    _note(connection, file, touched)
    for table in (*_TABLES.values(), "problems"):
        connection.execute(f"DELETE FROM {table} WHERE file = ?", (file,))  # our own table names


def _insert(connection: sqlite3.Connection, each: FileFacts, file: int | None, touched: _Touched, paths: set[str], bulk: Bulk) -> None:
    row = (each.path, each.kind, *each.stamp, int(each.racy), each.hash)
    if file is None:
        sql = "INSERT INTO files (path, kind, size, mtime_ns, ctime_ns, inode, racy, hash, audited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
        file = connection.execute(sql, row).lastrowid or 0
    else:
        sql = "UPDATE files SET path = ?, kind = ?, size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, racy = ?, hash = ? WHERE id = ?"
        connection.execute(sql, (*row, file))
    paths.add(each.path)
    for fact in each.facts:
        bulk.add(_TABLES[type(fact)], file, fact)
        match fact:
            case InvoiceFact():
                touched.invoices.add(fact.number)
                touched.key("invoices", fact.number)
                touched.day(fact.issued_on)
            case PaymentFact():
                touched.source("payment", fact.id)
                touched.key("payments", fact.id)
            case CreditNoteFact():
                touched.source("credit-note", fact.number)
                touched.key("credit_notes", fact.number)
            case RefundFact():
                touched.key("refunds", fact.id)
            case WriteOffFact():
                touched.key("write_offs", fact.id)
            case Settlement():
                touched.invoices.add(fact.invoice)
                touched.source(fact.source_kind, fact.source)
                touched.day(fact.booked_on)
                touched.day(fact.ended_on)
            case Draw():
                touched.source(fact.source_kind, fact.source)
            case AuditedFile():
                paths.add(fact.path)
    if each.problems:
        connection.executemany(_INSERT_PROBLEM, [_problem_row(file, problem) for problem in each.problems])


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
"""  # no value from outside
_SOURCES = {
    "payment": (_SETTLE_SOURCE.format(table="payments", key="id", kind="payment", used="payment", amount="amount", begun="booked_on", ended="reversed_on"), "id"),
    "credit-note": (_SETTLE_SOURCE.format(table="credit_notes", key="number", kind="credit-note", used="credit", amount="gross", begun="issued_on", ended="voided_on"), "number"),
}  # fmt: skip


def _settle(connection: sqlite3.Connection, touched: _Touched, *, everything: bool) -> None:
    """What is stored of each balance: no clock in it, so it holds on every day."""
    for sql, key, names in ((_SETTLE, "number", touched.invoices), *((*_SOURCES[kind], names) for kind, names in touched.sources.items())):
        if everything:
            connection.execute(sql)
        else:
            connection.executemany(f"{sql} WHERE {key} = ?", [(name,) for name in sorted(names)])


_OWED = """
INSERT INTO owed SELECT day, currency, sum(amount) FROM (
  SELECT issued_on AS day, currency, gross AS amount FROM invoices {issued}
  UNION ALL SELECT s.booked_on, i.currency, -s.amount FROM settlements s JOIN invoices i ON i.number = s.invoice WHERE (s.ended_on IS NULL OR s.ended_on > s.booked_on) {booked}
  UNION ALL SELECT s.ended_on, i.currency, s.amount FROM settlements s JOIN invoices i ON i.number = s.invoice WHERE s.ended_on > s.booked_on {ended}
) GROUP BY day, currency
"""  # no value from outside; what ends before it begins never counts


def _owe(connection: sqlite3.Connection, touched: _Touched) -> None:
    """The books' own sum by day, anew for the days touched, or for all where they are many."""
    days = touched.days
    if len(touched.invoices) <= _FEW:
        of = "SELECT booked_on FROM settlements WHERE invoice = ?1 UNION SELECT ended_on FROM settlements WHERE invoice = ?1"
        days.update(day for number in touched.invoices for (day,) in connection.execute(of, (number,)) if day)
    if len(days) > _FEW or len(touched.invoices) > _FEW:
        connection.execute("DELETE FROM owed")
        connection.execute(_OWED.format(issued="", booked="", ended=""))
        return
    each = [(day,) for day in sorted(days)]
    connection.executemany("DELETE FROM owed WHERE day = ?1", each)
    connection.executemany(_OWED.format(issued="WHERE issued_on = ?1", booked="AND s.booked_on = ?1", ended="AND s.ended_on = ?1"), each)


_LAST = "a.seq = (SELECT max(b.seq) FROM audited b WHERE b.path = a.path AND b.clone = a.clone)"
_MATCHES = f"EXISTS (SELECT 1 FROM audited a WHERE a.path = files.path AND a.hash = files.hash AND {_LAST})"
_GONE = f"""
INSERT INTO gone SELECT a.path, max(a.hash) FROM audited a WHERE a.path = ?1 AND {_LAST}
  AND NOT EXISTS (SELECT 1 FROM files WHERE path = ?1) GROUP BY a.path HAVING count(*) = count(a.hash)
"""  # no value from outside


_KEYS = {"invoices": "number", "credit_notes": "number", "payments": "id", "refunds": "id", "write_offs": "id"}
_DOUBLED = """
INSERT INTO doubled SELECT '{table}', max(t.{key}), group_concat(f.path, ' and ') FROM {table} t JOIN files f ON f.id = t.file {where}
GROUP BY lower(t.{key}) HAVING count(*) > 1
"""
_FEW = 200


def _doubled(connection: sqlite3.Connection, touched: Mapping[str, set[str]]) -> None:
    """Numbers and ids that several files claim; looked for among what came or went, or all over where that is much."""
    for table, key in _KEYS.items():
        if len(touched[table]) > _FEW:
            connection.execute("DELETE FROM doubled WHERE kind = ?", (table,))
            connection.execute(_DOUBLED.format(table=table, key=key, where=""))
            continue
        each = [(name,) for name in sorted(touched[table])]
        connection.executemany("DELETE FROM doubled WHERE kind = ? AND lower(name) = ?", [(table, *name) for name in each])
        connection.executemany(_DOUBLED.format(table=table, key=key, where=f"WHERE lower(t.{key}) = ?"), each)


def _match_audit(connection: sqlite3.Connection, paths: set[str]) -> None:
    """Which of the files hold what some clone's trail last wrote there, and which the trail knows but nobody has."""
    each = [(path,) for path in sorted(paths)]
    connection.executemany(f"UPDATE files SET audited = {_MATCHES} WHERE path = ?", each)  # no value from outside
    connection.executemany("DELETE FROM gone WHERE path = ?", each)
    connection.executemany(_GONE, each)

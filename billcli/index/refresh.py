"""Bringing the index up to date: which files are stale, and replacing what a file contributed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from billcli.core import addresses
from billcli.core.facts import AuditedFile, Draw, Fact, InvoiceFact, Settlement
from billcli.diagnostics import Diagnostic
from billcli.index.bulk import FACTS, Bulk, Row, row_of
from billcli.index.derived import KEYS, Affected, work_out
from billcli.index.folded import Part, ids_in, put

RACY_NS = 2_000_000_000
"""A file stamped less than this before it was looked at may change again under the same stamp; 2 s is FAT's clock."""


class Known(NamedTuple):
    """What the index holds of one file."""

    id: int
    stamp: tuple[int, int, int, int]
    racy: bool
    hash: str


class FileFacts(NamedTuple):
    """What one file contributes; ``kind`` is empty for a file that could not be understood.

    With ``more`` it is what comes on top of what the index has of it: its bytes of before are its first ones still.

    A folded file names its ``parts``. Those that are new or changed follow as files of their own, by their addresses. A document that
    was folded or unfolded names where it stood before, and nothing else is said of it: what the index knows of it goes along.
    """

    path: str
    stamp: tuple[int, int, int, int]
    racy: bool
    hash: str
    kind: str
    facts: Sequence[Fact | Row]
    problems: Sequence[Diagnostic]
    more: bool = False
    parts: Sequence[Part] = ()
    before: str = ""


def known_files(connection: sqlite3.Connection, folders: Collection[str] | None = None) -> dict[str, Known]:
    """What the index holds of every file that a walk can find, or of those in these folders; ``""`` is the root.

    So of a folded file, and of none of its documents.
    """
    return {
        path: Known(id_, (size, mtime, ctime, inode), bool(racy), hash_)
        for path, id_, size, mtime, ctime, inode, racy, hash_ in each_file(connection, folders)
    }


def each_file(connection: sqlite3.Connection, folders: Collection[str] | None) -> Iterator[tuple[Any, ...]]:
    """The same as rows, one after the other: path, id, size, mtime, ctime, inode, racy, hash."""
    if folders is None:
        yield from connection.execute(f"{_KNOWN} WHERE folded IS NULL")
        return
    for each in folders:
        yield from _inside(connection, each)


_KNOWN = "SELECT path, id, size, mtime_ns, ctime_ns, inode, racy, hash FROM files"


def _inside(connection: sqlite3.Connection, folder: str) -> Iterator[tuple[Any, ...]]:
    """The files of this folder alone: along the index, over each folder in it as soon as the first of its files turns up."""
    head = f"{folder}/" if folder else ""
    start: str | None = head
    end = f"{folder}0" if folder else "\U0010ffff"  # "0" follows "/"
    while start is not None:
        rows = connection.execute(f"{_KNOWN} WHERE folded IS NULL AND path >= ? AND path < ? ORDER BY path", (start, end))
        start = None
        for row in rows:
            below, slash, _ = row[0][len(head) :].partition("/")
            if slash:
                start = f"{head}{below}0"
                break
            yield row


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
    affected = Affected(set(), {"payment": set(), "credit-note": set()}, {kind: set() for kind in KEYS}, set())
    paths: set[str] = set()
    bulk = Bulk(connection)

    def forget(path: str, file: int) -> None:
        if file > 0 and addresses.is_folded(path):
            for address, part in ids_in(connection, file).items():
                forget(address, part)
        _forget(connection, file, affected, paths)
        connection.execute("DELETE FROM files WHERE id = ?", (file,))
        paths.add(addresses.alone(path))

    moves: list[tuple[int, int]] = []
    moved: set[str] = set()
    for each in changed:
        folded, part = addresses.is_folded(each.path), addresses.is_address(each.path)
        if each.before:
            moves.append(_moved(connection, each))
            moved.add(each.before)
            paths.add(addresses.alone(each.path))
        elif bulk.is_new and not part:
            file = bulk.file((each.path, each.kind, *each.stamp, int(each.racy), each.hash))
            _contribute(connection, each, file, bulk)
        else:
            file, has_rows = _row_of(connection, each.path)
            if file and has_rows and not each.more:
                _forget(connection, file, affected, paths)
            file = _insert(connection, each, file)
            found = _contribute(connection, each, file, bulk)
            if not bulk.is_new:  # which is worked out as a whole: the names of a million documents need not be held
                paths.add(addresses.alone(each.path))
                for row in found:
                    _affect(row, affected, paths)
        if folded and not each.before:
            now = {part.path for part in each.parts}
            for address, one in ids_in(connection, file).items():
                if address not in now:
                    forget(address, one)
            put(connection, file, each.parts)
        if not part:
            progress()
    bulk.end()
    for table in FACTS:
        connection.executemany(f"UPDATE {table} SET file = ? WHERE file = ?", moves)  # our own table names
    connection.executemany("DELETE FROM files WHERE id = ?", [(old,) for _, old in moves])
    if moves:
        for table, name in connection.execute("SELECT kind, name FROM doubled").fetchall():
            affected.key(table, name)  # one of the places that it tells may be another now
    for path in gone:
        file, _ = _row_of(connection, path)
        if path not in moved and file:
            forget(path, file)
    work_out(connection, affected, paths, everything=bulk.is_new)
    bulk.done()


def vouch_for(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    """The audit trail will know that bill wrote these files, or took them away."""
    for path in paths:
        connection.execute("UPDATE files SET audited = 1 WHERE path = ?", (path,))
        connection.execute("DELETE FROM gone WHERE path IN (?, ?)", (path, addresses.alone(path)))


def has_problems(connection: sqlite3.Connection, known: Known) -> bool:
    return connection.execute("SELECT 1 FROM problems WHERE file = ?", (known.id,)).fetchone() is not None


def _moved(connection: sqlite3.Connection, each: FileFacts) -> tuple[int, int]:
    """Gives a document its row in the new place; returns the ids of that and of the one it leaves."""
    old, kind = connection.execute("SELECT id, kind FROM files WHERE path = ?", (each.before,)).fetchone()
    row = (kind, *each.stamp, int(each.racy), each.hash, each.path)
    if addresses.is_address(each.path):
        sql = "UPDATE files SET kind = ?, size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, racy = ?, hash = ? WHERE path = ? RETURNING id"
    else:
        sql = "INSERT INTO files (kind, size, mtime_ns, ctime_ns, inode, racy, hash, path, audited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id"
    return int(connection.execute(sql, row).fetchone()[0]), old


def _row_of(connection: sqlite3.Connection, path: str) -> tuple[int, bool]:
    """The id of a file or document, 0 for none, and whether anything came of it yet: the row of one just put there is bare."""
    row = connection.execute("SELECT id, kind IS NOT NULL FROM files WHERE path = ?", (path,)).fetchone()
    return (int(row[0]), bool(row[1])) if row else (0, False)


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


_DAYS = """
SELECT issued_on FROM invoices WHERE file = ?1
UNION SELECT booked_on FROM settlements WHERE file = ?1 UNION SELECT ended_on FROM settlements WHERE file = ?1
"""


def _note(connection: sqlite3.Connection, file: int, affected: Affected) -> None:
    """What a file takes with it: the names it claims, its invoice, and the days on which it changes what is owed."""
    affected.invoices.update(number for (number,) in connection.execute("SELECT number FROM invoices WHERE file = ?", (file,)))
    for table, key in KEYS.items():
        affected.keys[table].update(name for (name,) in connection.execute(f"SELECT lower({key}) FROM {table} WHERE file = ?", (file,)))
    affected.days.update(day for (day,) in connection.execute(_DAYS, (file,)) if day)


def _forget(connection: sqlite3.Connection, file: int, affected: Affected, paths: set[str]) -> None:
    rows = connection.execute("SELECT invoice, source_kind, source FROM settlements WHERE file = ?", (file,)).fetchall()
    affected.invoices.update(invoice for invoice, _, _ in rows)
    rows += connection.execute("SELECT '', source_kind, source FROM draws WHERE file = ?", (file,)).fetchall()
    for _, kind, source in rows:
        affected.source(kind, source)
    paths.update(path for (path,) in connection.execute("SELECT path FROM audited WHERE file = ?", (file,)))
    _note(connection, file, affected)
    for table in (*FACTS, "problems"):
        connection.execute(f"DELETE FROM {table} WHERE file = ?", (file,))  # our own table names


def _insert(connection: sqlite3.Connection, each: FileFacts, file: int) -> int:
    row = (each.path, each.kind, *each.stamp, int(each.racy), each.hash)
    if file:
        sql = "UPDATE files SET path = ?, kind = ?, size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, racy = ?, hash = ? WHERE id = ?"
        connection.execute(sql, (*row, file))
        return file
    sql = "INSERT INTO files (path, kind, size, mtime_ns, ctime_ns, inode, racy, hash, audited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
    return connection.execute(sql, row).lastrowid or 0


def _contribute(connection: sqlite3.Connection, each: FileFacts, file: int, bulk: Bulk) -> list[Row]:
    """Puts what a file says into the index; returns its rows."""
    rows: list[Row] = [fact if type(fact) is tuple else row_of(fact) for fact in each.facts]  # type: ignore[misc,arg-type]
    bulk.add(file, rows)
    if each.problems:
        connection.executemany(_INSERT_PROBLEM, [_problem_row(file, problem) for problem in each.problems])
    return rows


def _affect(row: tuple[str, tuple[Any, ...]], affected: Affected, paths: set[str]) -> None:
    """What a row that comes changes elsewhere."""
    table, values = row
    if table in KEYS:
        affected.key(table, values[0])
    match table:
        case "invoices":
            invoice = InvoiceFact._make(values)
            affected.invoices.add(invoice.number)
            affected.day(invoice.issued_on)
        case "payments":
            affected.source("payment", values[0])
        case "credit_notes":
            affected.source("credit-note", values[0])
        case "settlements":
            use = Settlement._make(values)
            affected.invoices.add(use.invoice)
            affected.source(use.source_kind, use.source)
            affected.day(use.booked_on)
            affected.day(use.ended_on)
        case "draws":
            draw = Draw._make(values)
            affected.source(draw.source_kind, draw.source)
        case "audited":
            paths.add(AuditedFile._make(values).path)

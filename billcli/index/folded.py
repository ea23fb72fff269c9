"""Documents of folded files: rows of ``files`` below zero, which say where in which file each of them stands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from billcli.core import addresses
from billcli.diagnostics import Diagnostic


class Part(NamedTuple):
    """One document of a folded file, by its address."""

    path: str
    offset: int
    length: int
    line: int


class Place(NamedTuple):
    """Where the bytes of a document stand in its folded file, and their SHA-256."""

    offset: int
    length: int
    hash: str


def known_parts(connection: sqlite3.Connection, file: str) -> dict[str, str]:
    """The documents that the index knows in a folded file, by address, with their hashes."""
    sql = "SELECT d.path, d.hash FROM files d JOIN files f ON f.id = d.folded WHERE f.path = ?"
    return dict(connection.execute(sql, (file,)).fetchall())


class Move(NamedTuple):
    """Where a document stood before it was folded or unfolded, and the SHA-256 of its bytes there."""

    before: str
    hash: str


def moves(connection: sqlite3.Connection, gone: Sequence[str], new: Iterable[str]) -> dict[str, Move]:
    """Documents that may have been folded or unfolded since, by the place where they would stand now.

    Only those of which nothing is wrong by themselves: with the same bytes they say the same there.
    """
    left = set(gone)
    found: dict[str, str] = {}
    folded: dict[str, dict[str, str]] = {}
    for path in new if left else ():
        if addresses.is_folded(path):
            folded[path] = known_parts(connection, path)
        elif (address := addresses.when_folded(path)) and addresses.file_of(address) in left:
            found[path] = address
    for path in gone if folded else ():
        address = addresses.when_folded(path)
        if address and address not in folded.get(addresses.file_of(address), {address: ""}):
            found[address] = path
    sql = """
    SELECT path, hash FROM files f WHERE path IN (SELECT value FROM json_each(?)) AND kind <> '' AND NOT EXISTS (SELECT 1 FROM problems p WHERE p.file = f.id)
    """
    hashes = dict(connection.execute(sql, (json.dumps([*found.values()]),)).fetchall()) if found else {}
    return {now: Move(before, hashes[before]) for now, before in found.items() if before in hashes}


def ids_in(connection: sqlite3.Connection, file: int) -> dict[str, int]:
    """The rows of the documents of a folded file, by address."""
    return dict(connection.execute("SELECT path, id FROM files WHERE folded = ?", (file,)).fetchall())


_PLACES = "SELECT path, id, offset, length, line FROM files WHERE folded = ?"


def put(connection: sqlite3.Connection, file: int, parts: Sequence[Part]) -> None:
    """Gives each document its row with its place; what stands in it comes afterwards, for those that are new or changed."""
    known = {path: place for path, *place in connection.execute(_PLACES, (file,))}
    at = min(connection.execute("SELECT min(id) FROM files").fetchone()[0] or 0, 0)
    new = [part for part in parts if part.path not in known]
    made = {part.path: at - 1 - step for step, part in enumerate(new)}
    connection.executemany(
        "INSERT INTO files (id, path, kind, size, mtime_ns, ctime_ns, inode, racy, hash, audited, folded, offset, length, line)"
        " VALUES (?, ?, NULL, 0, 0, 0, 0, 0, '', 0, ?, ?, ?, ?)",
        [(made[path], path, file, offset, length, line) for path, offset, length, line in new],
    )
    connection.executemany(
        "UPDATE files SET offset = ?, length = ?, line = ? WHERE id = ?",
        [(*place, known[path][0]) for path, *place in parts if path in known and known[path][1:] != place],
    )


def place_of(connection: sqlite3.Connection, path: str) -> Place | None:
    """Where a document of a folded file stands in it."""
    row = connection.execute("SELECT offset, length, hash FROM files WHERE path = ? AND folded IS NOT NULL", (path,)).fetchone()
    return Place(*row) if row else None


def in_files(connection: sqlite3.Connection, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings about documents of folded files by the file and line in which they stand.

    E121 is about the name of a file, which may look like such an address.
    """
    every = list(found)
    wanted = {each.file for each in every if addresses.is_address(each.file) and each.code != "E121"}
    if not wanted:
        return every
    sql = "SELECT path, line FROM files WHERE path IN (SELECT value FROM json_each(?)) AND folded IS NOT NULL"
    lines = dict(connection.execute(sql, (json.dumps(sorted(wanted)),)).fetchall())
    return [_in_file(each, lines.get(each.file)) if each.file in wanted and each.code != "E121" else each for each in every]


def _in_file(each: Diagnostic, line: int | None) -> Diagnostic:
    span = each.span._replace(line=each.span.line + line - 1) if each.span and line else None
    return each._replace(file=addresses.file_of(each.file), span=span)


def paths_in(connection: sqlite3.Connection, folder: str) -> list[str]:
    """The documents in one folder, and in no folder below it, in their order."""
    sql = "SELECT path FROM files WHERE path > ? AND path < ? ORDER BY path"
    found = connection.execute(sql, (f"{folder}/", f"{folder}0"))  # 0 is the sign behind /
    return [path for (path,) in found if "/" not in path[len(folder) + 1 :]]


def addresses_in(connection: sqlite3.Connection, file: str) -> list[str]:
    """The documents of a folded file in their order."""
    sql = "SELECT d.path FROM files d JOIN files f ON f.id = d.folded WHERE f.path = ? ORDER BY d.offset"
    return [path for (path,) in connection.execute(sql, (file,))]


def where_it_was(connection: sqlite3.Connection, path: str) -> str:
    """Of a document that is gone, its address where its month is folded, or was when the folded file went too."""
    address = addresses.when_folded(path)
    if address is None:
        return path
    sql = "SELECT 1 FROM files WHERE path = ?1 UNION ALL SELECT 1 FROM gone WHERE path = ?1"
    return address if connection.execute(sql, (addresses.file_of(address),)).fetchone() else path

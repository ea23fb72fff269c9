"""What the index keeps worked out: balances, what is owed by day, numbers claimed twice, and what the audit trail knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from billcli.core import addresses


class Affected(NamedTuple):
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

    def day(self, day: Any) -> None:
        """A day as it stands in the index: as text."""
        if day is not None:
            self.days.add(day)


def work_out(connection: sqlite3.Connection, affected: Affected, paths: set[str], *, everything: bool) -> None:
    """All of it anew, for a new index, or for what was affected and for the files at these paths."""
    _settle(connection, affected, everything=everything)
    _owe(connection, affected, everything=everything)
    _doubled(connection, affected.keys, everything=everything)
    if everything:
        _match_all(connection)
    else:
        _match_audit(connection, paths)


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


def _settle(connection: sqlite3.Connection, affected: Affected, *, everything: bool) -> None:
    """What is stored of each balance: no clock in it, so it holds on every day."""
    for sql, key, names in (
        (_SETTLE, "number", affected.invoices),
        *((*_SOURCES[kind], names) for kind, names in affected.sources.items()),
    ):
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


def _owe(connection: sqlite3.Connection, affected: Affected, *, everything: bool) -> None:
    """The books' own sum by day, anew for the days affected, or for all where they are many."""
    days = affected.days
    if len(affected.invoices) <= _FEW and not everything:
        of = "SELECT booked_on FROM settlements WHERE invoice = ?1 UNION SELECT ended_on FROM settlements WHERE invoice = ?1"
        days.update(day for number in affected.invoices for (day,) in connection.execute(of, (number,)) if day)
    if everything or len(days) > _FEW or len(affected.invoices) > _FEW:
        connection.execute("DELETE FROM owed")
        connection.execute(_OWED.format(issued="", booked="", ended=""))
        return
    each = [(day,) for day in sorted(days)]
    connection.executemany("DELETE FROM owed WHERE day = ?1", each)
    connection.executemany(_OWED.format(issued="WHERE issued_on = ?1", booked="AND s.booked_on = ?1", ended="AND s.ended_on = ?1"), each)


_LAST = "a.seq = (SELECT max(b.seq) FROM audited b WHERE b.path = a.path AND b.clone = a.clone)"
_MATCHES = f"EXISTS (SELECT 1 FROM audited a WHERE a.path = ?1 AND a.hash = files.hash AND {_LAST})"
_ALONE = "CASE WHEN files.folded IS NULL THEN files.path ELSE replace(files.path, '.yaml#', '/') || '.yaml' END"
"""``addresses.alone`` of a row of ``files``."""
_MATCH_ALL = (
    f"UPDATE files SET audited = 1 WHERE EXISTS (SELECT 1 FROM audited a WHERE a.path = {_ALONE} AND a.hash = files.hash AND {_LAST})"
)
_GONE = f"""
INSERT INTO gone SELECT a.path, max(a.hash) FROM audited a WHERE a.path = ?1 AND {_LAST}
  AND NOT EXISTS (SELECT 1 FROM files WHERE path IN (?1, ?2)) GROUP BY a.path HAVING count(*) = count(a.hash)
"""  # no value from outside


KEYS = {"invoices": "number", "credit_notes": "number", "payments": "id", "refunds": "id", "write_offs": "id"}
_CLAIMS = "SELECT t.{key}, f.path FROM {table} t JOIN files f ON f.id = t.file WHERE lower(t.{key}) = ? ORDER BY f.path"
_TWICE = "SELECT lower({key}) FROM {table} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1"
_FEW = 200


def _doubled(connection: sqlite3.Connection, affected: Mapping[str, set[str]], *, everything: bool) -> None:
    """Numbers and ids that several files claim; looked for among what came or went, or all over where that is much.

    The files stand in the order of their paths, whichever of them came first.
    """
    for table, key in KEYS.items():
        names = sorted(affected[table])
        if everything or len(names) > _FEW:
            connection.execute("DELETE FROM doubled WHERE kind = ?", (table,))
            names = [name for (name,) in connection.execute(_TWICE.format(table=table, key=key))]
        else:
            connection.executemany("DELETE FROM doubled WHERE kind = ? AND lower(name) = ?", [(table, name) for name in names])
        for name in names:
            claims = connection.execute(_CLAIMS.format(table=table, key=key), (name,)).fetchall()
            if len(claims) > 1:
                row = (table, max(key for key, _ in claims), " and ".join(path for _, path in claims))
                connection.execute("INSERT INTO doubled VALUES (?, ?, ?)", row)


def _match_all(connection: sqlite3.Connection) -> None:
    """As ``_match_audit`` for every path of a new index, where nothing is known of any yet."""
    connection.execute(_MATCH_ALL)  # no value from outside
    missing = connection.execute(f"SELECT path FROM audited EXCEPT SELECT {_ALONE} FROM files").fetchall()
    connection.executemany(_GONE, [(path, addresses.when_folded(path)) for (path,) in missing])


def _match_audit(connection: sqlite3.Connection, paths: set[str]) -> None:
    """Which of the files hold what some clone's trail last wrote there, and which the trail knows but nobody has.

    It knows a document by the place where it stands alone, folded or not.
    """
    each = [(path, addresses.when_folded(path)) for path in sorted(paths)]
    connection.executemany(f"UPDATE files SET audited = {_MATCHES} WHERE path IN (?1, ?2)", each)  # no value from outside
    connection.executemany("DELETE FROM gone WHERE path = ?1 AND ?2 IS ?2", each)
    connection.executemany(_GONE, each)

"""Who goes by a number that two documents claim."""

from __future__ import annotations

import sqlite3

from billcli.index.queries import relatives

_OWNERS = ("payments", "credit_notes", "refunds", "holds", "reminders", "deliveries", "drafts")
_SETTLING = ("payments/", "credit-notes/")
_USERS = """
SELECT r.file, f.path FROM refs r JOIN files f ON f.id = r.file WHERE r.kind = ?1 AND r.name = ?2
UNION SELECT d.file, f.path FROM delivered d JOIN files f ON f.id = d.file JOIN deliveries v ON v.id = d.delivery AND v.file = d.file
  WHERE d.kind = ?1 AND d.name = ?2 AND v.state <> 'dropped' AND v.channel <> 'file'
UNION SELECT s.file, f.path FROM settlements s JOIN files f ON f.id = s.file WHERE ?1 = 'invoice' AND s.invoice = ?2
UNION SELECT n.file, f.path FROM credit_notes n JOIN files f ON f.id = n.file WHERE ?1 = 'invoice' AND n.corrects = ?2
UNION SELECT g.file, f.path FROM findings g JOIN files f ON f.id = g.file WHERE ?2 IN (g.document, g.correction)
ORDER BY 2
"""


def users(connection: sqlite3.Connection, kind: str, number: str) -> list[tuple[str, set[str]]]:
    """(file, whose documents it may go by) of every document that names it; none where it says no customer.

    Money and credit may settle for relatives, too, and for those that the file names. Deliveries that were dropped are none.
    """
    found = []
    for file, path in connection.execute(_USERS, (kind, number)).fetchall():
        rows = (
            connection.execute(f"SELECT customer FROM {table} WHERE file = ?", (file,)).fetchone() for table in _OWNERS
        )  # our own names
        owner = next((str(row[0]) for row in rows if row), None)
        whose = {owner} if owner is not None else set()
        if owner is not None and path.startswith(_SETTLING):
            others = connection.execute("SELECT name FROM names WHERE file = ? AND kind = 'for_other'", (file,))
            whose |= relatives(connection, owner) | {name for (name,) in others}
        found.append((path, whose))
    return found


def claimants(connection: sqlite3.Connection) -> list[tuple[str, str, list[str]]]:
    """(kind, number, files) of every invoice or credit note number that several files claim."""
    sql = "SELECT kind, name FROM doubled WHERE kind IN ('invoices', 'credit_notes') ORDER BY 1, 2"
    found = []
    for table, name in connection.execute(sql).fetchall():
        files = (
            f"SELECT f.path FROM {table} t JOIN files f ON f.id = t.file WHERE lower(t.number) = lower(?) ORDER BY f.path"  # our own names
        )
        kind = "invoice" if table == "invoices" else "credit-note"
        found.append((kind, name, [path for (path,) in connection.execute(files, (name,))]))
    return found

"""What templates have made: by the external ids of invoices and drafts, and by the audit trail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from billcli.core.facts import RecurringDocument, RecurringFact
from billcli.core.recurring import PREFIX, period_of
from billcli.index.queries import facts_of, names_in

_BEYOND = PREFIX[:-1] + ";"
"""The first text after all that begin with the prefix."""

_MADE = """
SELECT f.path, 'invoice', i.number, i.customer, i.external_id, i.service_until, i.issued_on, i.voided_on FROM invoices i JOIN files f ON f.id = i.file
WHERE i.external_id >= :p AND i.external_id < :q
UNION ALL SELECT f.path, 'draft', d.id, d.customer, d.external_id, d.service_until, NULL, NULL FROM drafts d JOIN files f ON f.id = d.file
WHERE d.external_id >= :p AND d.external_id < :q
ORDER BY 5, 2 DESC, 8, 1
"""


def templates(connection: sqlite3.Connection) -> list[RecurringFact]:
    return facts_of(connection, RecurringFact, "recurring", "ORDER BY id")


def template(connection: sqlite3.Connection, template_id: str) -> RecurringFact | None:
    return next(iter(facts_of(connection, RecurringFact, "recurring", "WHERE id = ?", (template_id,))), None)


def documents(connection: sqlite3.Connection) -> list[RecurringDocument]:
    """Every invoice and draft whose external id names a template and a period; of one period the invoices first, void ones last of them."""
    day = date.fromisoformat
    found = []
    for path, kind, name, customer, external, until, issued, voided in connection.execute(_MADE, {"p": PREFIX, "q": _BEYOND}):
        if named := period_of(external):
            ends, on, void = (day(each) if each else None for each in (until, issued, voided))
            found.append(RecurringDocument(path, kind, name, customer, *named, ends if ends and ends >= named[1] else None, on, void))
    return found


def known_to_the_trail(connection: sqlite3.Connection, paths: Sequence[str]) -> set[str]:
    """Which of these files were there once, by what the audit trail has seen."""
    marks, values = names_in(paths)
    return {path for (path,) in connection.execute(f"SELECT DISTINCT path FROM audited WHERE path IN {marks}", values)}


def paths(connection: sqlite3.Connection) -> dict[str, str]:
    """The file of each template."""
    return dict(connection.execute("SELECT r.id, f.path FROM recurring r JOIN files f ON f.id = r.file ORDER BY f.path DESC").fetchall())

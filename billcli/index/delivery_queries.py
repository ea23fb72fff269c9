"""What left the house and what waits to."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from billcli.core.facts import DeliveredFact, DeliveryFact
from billcli.index.find import paths
from billcli.index.queries import facts_of, names_in


def delivery(connection: sqlite3.Connection, delivery_id: str) -> DeliveryFact | None:
    return next(iter(facts_of(connection, DeliveryFact, "deliveries", "WHERE id = ?", (delivery_id,))), None)


def deliveries(connection: sqlite3.Connection, customer: str | None = None) -> list[DeliveryFact]:
    """All of them, or a customer's, in the order in which they were planned."""
    where, values = ("WHERE customer = ? ", (customer,)) if customer else ("", ())
    return facts_of(connection, DeliveryFact, "deliveries", f"{where}ORDER BY planned_at, id", values)


def waiting(connection: sqlite3.Connection) -> list[DeliveryFact]:
    """Those that are neither sent nor dropped, in the order in which they were planned."""
    return facts_of(connection, DeliveryFact, "deliveries", "WHERE state NOT IN ('sent', 'dropped') ORDER BY planned_at, id", ())


def deliveries_of(connection: sqlite3.Connection, kind: str, names: Sequence[str]) -> dict[str, list[DeliveryFact]]:
    """The deliveries of these documents (kind: invoice, credit-note, reminder), by number or id."""
    marks, values = names_in(names)
    where = f"WHERE kind = ? AND name IN {marks} ORDER BY rowid"
    held = facts_of(connection, DeliveredFact, "delivered", where, (kind, *values))
    ids, given = names_in(list({each.delivery for each in held}))
    known = {each.id: each for each in facts_of(connection, DeliveryFact, "deliveries", f"WHERE id IN {ids}", given)}
    found: dict[str, list[DeliveryFact]] = {}
    for each in held:
        if each.delivery in known:
            found.setdefault(each.name, []).append(known[each.delivery])
    return found


def documents_of(connection: sqlite3.Connection, delivery_id: str) -> list[str]:
    """The numbers or ids of what a delivery holds, in the order of its file."""
    return [name for (name,) in connection.execute("SELECT name FROM delivered WHERE delivery = ? ORDER BY rowid", (delivery_id,))]


def sent_since(connection: sqlite3.Connection, since: str) -> dict[str, int]:
    """How many deliveries each customer was handed, or may have been, since that instant."""
    sql = "SELECT customer, count(*) FROM deliveries WHERE state IN ('sent', 'data', 'in-doubt') AND channel = 'mail' AND state_at >= ? GROUP BY customer"
    return dict(connection.execute(sql, (since,)).fetchall())


def by_ids(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, DeliveryFact]:
    """Those of these deliveries that are there."""
    marks, values = names_in(ids)
    return {each.id: each for each in facts_of(connection, DeliveryFact, "deliveries", f"WHERE id IN {marks}", values)}


def handed_twice(connection: sqlite3.Connection) -> list[list[tuple[str, str]]]:
    """File and id of deliveries of one key that all went out, or may have."""
    sql = """
    SELECT json_group_array(json_array(f.path, d.id)) FROM deliveries d JOIN files f ON f.id = d.file WHERE d.state IN ('sent', 'data', 'in-doubt')
    GROUP BY d.kind, coalesce((SELECT group_concat(name) FROM delivered WHERE delivery = d.id AND file = d.file), d.customer), coalesce(d.about, ''),
      d.channel, lower(coalesce(d.recipient, '')) HAVING count(DISTINCT d.id) > 1 ORDER BY min(f.path)
    """
    import json

    return [[(path, name) for path, name in json.loads(row)] for (row,) in connection.execute(sql)]


def waiting_files(connection: sqlite3.Connection) -> list[tuple[str, DeliveryFact]]:
    """Those that are neither sent nor dropped, with their files."""
    found = waiting(connection)
    places = paths(connection, "delivery", [each.id for each in found])
    return [(places[each.id], each) for each in found]


_PLANNED = "SELECT h.name FROM delivered h JOIN deliveries d ON d.id = h.delivery WHERE h.kind = 'invoice' AND d.channel <> 'file'"
"""Invoices that were, or are, to be sent. A PDF in a folder goes to nobody."""


_MOVED = "SELECT max(m.state_at) FROM delivered g JOIN deliveries m ON m.id = g.delivery WHERE g.kind = 'invoice' AND g.name = h.name AND m.state = 'dropped' AND m.said LIKE 'address changed%'"

_STILL_PLANNED = f"{_PLANNED} AND NOT (d.state = 'dropped' AND d.said LIKE 'address changed%') AND d.planned_at >= coalesce(({_MOVED}), '')"
"""Without those that were dropped since, as their recipient is no contact any more (``core.delivery.MOVED``)."""


def invoices_without(connection: sqlite3.Connection, since: date, until: date) -> list[str]:
    """Invoices of these days, neither imported nor void, of which nothing was ever planned to be sent."""
    sql = f"SELECT number FROM invoices WHERE issued_on BETWEEN ? AND ? AND imported = 0 AND voided_on IS NULL AND number NOT IN ({_STILL_PLANNED}) ORDER BY issued_on, number"
    return [number for (number,) in connection.execute(sql, (since.isoformat(), until.isoformat()))]


def never_planned(connection: sqlite3.Connection, numbers: Sequence[str], *, unpaid: bool = False) -> list[str]:
    """Those of these invoices of which nothing was ever planned to be sent; with ``unpaid`` only those with something open."""
    marks, values = names_in(numbers)
    rest = "AND open_all > 0 " if unpaid else ""
    sql = f"SELECT number FROM invoices WHERE number IN {marks} AND number NOT IN ({_STILL_PLANNED}) {rest}ORDER BY number"
    return [number for (number,) in connection.execute(sql, values)]


def sent_invoices(connection: sqlite3.Connection, numbers: Sequence[str]) -> set[str]:
    """Those of these invoices that the customer has, or may have."""
    marks, values = names_in(numbers)
    sql = f"{_PLANNED} AND h.name IN {marks} AND d.state IN ('sent', 'data', 'in-doubt')"
    return {name for (name,) in connection.execute(sql, values)}

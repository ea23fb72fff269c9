"""What begins with some letters, straight from the index file; it is only read, and whatever is wrong with it gives no answer."""

from __future__ import annotations

import _sqlite3 as sqlite3  # the module behind it, without the types that it registers: a third of the whole time of a Tab
import os

_MANY = 100
_LAST = "\U0010ffff"

_WHERE = {
    "customer": ("customers", "id", "name"),
    "invoice": ("invoices", "number", "customer"),
    "credit-note": ("credit_notes", "number", "customer"),
    "payment": ("payments", "id", "customer"),
    "refund": ("refunds", "id", "customer"),
    "write-off": ("write_offs", "id", "customer"),
    "hold": ("holds", "id", "customer"),
    "draft": ("drafts", "id", "customer"),
    "recurring": ("recurring", "id", "customer"),
    "finding": ("findings", "id", "document"),
}


def beginning(path: str, kinds: list[str], prefix: str) -> list[tuple[str, str]]:
    """The last ones in order, and the first, so that the shell sees how far all of them begin alike."""
    found: list[tuple[str, str]] = []
    try:
        for name in (path, f"{path}-journal", f"{path}-wal"):
            if os.path.lexists(name) and not os.path.isfile(name):
                return []  # whoever opens a pipe waits
        place = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        connection = sqlite3.connect(f"file:{place}?mode=ro", uri=True, timeout=0.1)
        try:
            for kind in kinds:
                for end in ("ASC LIMIT 1", f"DESC LIMIT {_MANY}"):
                    found += connection.execute(query(kind, end), (kind, prefix, prefix + _LAST))
        finally:
            connection.close()
    except (sqlite3.Error, ValueError):
        return []
    return sorted(dict(found).items())


def query(kind: str, end: str) -> str:
    """By prefix, along an index."""
    if kind not in _WHERE:
        return f"SELECT name, '' FROM names WHERE kind = ?1 AND name >= ?2 AND name < ?3 ORDER BY name {end}"
    table, key, about = _WHERE[kind]
    return f"SELECT {key}, {about} FROM {table} WHERE {key} >= ?2 AND {key} < ?3 AND ?1 <> '' ORDER BY {key} {end}"

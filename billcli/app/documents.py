"""The bytes of one document, wherever it stands: in a file of its own or in a folded one."""

from __future__ import annotations

import errno
from collections.abc import Callable

from billcli.core import addresses
from billcli.errors import ChangedMeanwhile
from billcli.index import connection as connections
from billcli.index import folded as parts
from billcli.store import fs, journal


def overlaid(root: str, path: str) -> bytes:
    """The bytes of a file, or of a document in a folded one, as the last commit left them, even where a killed command did not finish.

    Raises ``FileNotFoundError``.
    """
    from billcli.store.folded import find, limit

    file = addresses.file_of(path)
    raw = _waiting(root, file)
    if raw is None:
        raw = fs.read(root, file, limit(file))
    if file == path:
        return raw
    if (found := find(raw, file, addresses.name_of(path))) is None:
        raise FileNotFoundError(errno.ENOENT, "the folded file holds no such document", path)
    return found


def _waiting(root: str, file: str) -> bytes | None:
    """The bytes that a killed command has not put there yet, none for a file that it takes away; None where nothing waits."""
    waiting = journal.waiting(root)
    return (waiting[file] or b"") if file in waiting else None


def document_bytes(root: str, index: connections.Connection, path: str, elsewhere: Callable[[str], bytes] | None = None) -> bytes:
    """As ``overlaid``, but of a folded file no more is read than the document. Raises ``ChangedMeanwhile`` where it has moved.

    ``elsewhere`` gives the bytes of a file that are not those in the folder.
    """
    place = parts.place_of(index, path) if addresses.is_address(path) else None
    if place is None:
        return elsewhere(path) if elsewhere else overlaid(root, path)
    file = addresses.file_of(path)
    begin, length = place.offset, place.length
    whole = elsewhere(file) if elsewhere else _waiting(root, file)
    raw = fs.read_part(root, file, begin, length) if whole is None else whole[begin : begin + length]
    if fs.sha256(raw) != place.hash:
        raise ChangedMeanwhile(f"{file} was changed meanwhile", "try again")
    return raw

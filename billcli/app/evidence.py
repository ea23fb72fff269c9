"""Files that show why: found where a person keeps them, copied into the ledger where they lie elsewhere."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from billcli.core.plan import CreateBytes
from billcli.errors import BillError, UsageError
from billcli.model.values import parse_text, quoted
from billcli.store import fs, journal

if TYPE_CHECKING:
    from billcli.app.books import Books

LIMIT = 20_000_000
_PRIVATE = (".bill", ".git")


class Found(NamedTuple):
    """Where the file stands in the ledger, or will once ``copy`` is written, and its SHA-256."""

    path: str
    sha256: str
    copy: CreateBytes | None


def found_evidence(root: str, typed: str) -> Found:
    """A file as named on the command line. Raises ``UsageError`` where it cannot be read, or is no file to keep."""
    from billcli.app.amounts import value_of

    real, home = os.path.realpath(typed), os.path.realpath(root)
    inside = _below(home, real)
    if inside is not None and os.path.islink(typed):
        raise UsageError(f"--evidence {quoted(typed)} is a symbolic link", "name the file itself")
    if not os.path.isfile(real):
        why = "is no file" if os.path.exists(real) else "is not there"
        raise UsageError(f"--evidence {quoted(typed)} {why}", "name a file: a letter, a photo, a delivery note")
    try:
        with open(real, "rb") as file:
            raw = file.read(LIMIT + 1)
    except OSError as error:
        raise UsageError(f"--evidence {quoted(typed)} cannot be read: {error.strerror}", "look at who may read it") from None
    if len(raw) > LIMIT:
        raise UsageError(f"--evidence {quoted(typed)} is larger than {LIMIT // 1_000_000} MB", "keep the pages that matter")
    sha256 = fs.sha256(raw)
    if inside is not None:
        return Found(value_of(parse_text, inside, "--evidence"), sha256, None)
    path = f"evidence/{sha256[:8]}-{_safe_name(os.path.basename(typed))}"
    there = fs.read_if_there(root, path)
    if there is not None and fs.sha256(there) != sha256:
        raise BillError(f"{path} is there already and is another file", "rename one of the two")
    return Found(path, sha256, CreateBytes(path, raw) if there is None else None)


def _below(home: str, real: str) -> str | None:
    """The path within the ledger; None for a file outside it, or in a folder that git does not keep."""
    if not real.startswith(home.rstrip("/") + "/"):
        return None
    path = real[len(home.rstrip("/")) + 1 :]
    return None if path.split("/", 1)[0] in _PRIVATE else path


def _safe_name(name: str) -> str:
    """Letters that every file system has; the end of the name, since it says what kind of file it is."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")
    return plain[-48:].strip("-.") or "file"


def evidence_now(books: Books, path: str) -> bytes | str:
    """The bytes of a file that a hold names, as the last commit left them, or why there are none."""
    waiting = _waiting(books)
    try:
        if path in waiting:
            return _there(waiting[path])
        raw = fs.read(books.root, path, LIMIT)
    except FileNotFoundError:
        return "there is no such file"
    except OSError as error:
        link = os.path.islink(os.path.join(books.root, path))
        return "it is a symbolic link" if link else f"it cannot be read: {error.strerror}"
    return raw if len(raw) <= LIMIT else f"it is larger than {LIMIT // 1_000_000} MB"


def original_now(books: Books, path: str) -> str:
    """The SHA-256 of a statement's original, or why there is none, after a space."""
    waiting = _waiting(books)
    try:
        return fs.sha256(_there(waiting[path]) if path in waiting else fs.read(books.root, path))
    except FileNotFoundError:
        return " there is no such file"
    except OSError as error:
        link = os.path.islink(os.path.join(books.root, path))
        return " it is a symbolic link" if link else f" it cannot be read: {error.strerror}"


def _waiting(books: Books) -> dict[str, bytes | None]:
    """What is not on the disk as it counts: a killed command's, and what is tried."""
    return {**journal.waiting(books.root), **books.tried}


def _there(raw: bytes | None) -> bytes:
    if raw is None:
        raise FileNotFoundError
    return raw

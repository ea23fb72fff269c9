"""``bill edit``: a person's own change of one file, looked at as a command's would be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billcli.app.books import Books
from billcli.app.documents import overlaid
from billcli.app.reading import understand
from billcli.core import addresses
from billcli.core import edit as rules
from billcli.core.plan import Plan
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError, ChangedMeanwhile
from billcli.index import find, queries
from billcli.model.values import quoted
from billcli.store import folded, fs, working_copy
from billcli.store.layout import SINGLE, Kind, kind_for
from billcli.store.read import read

if TYPE_CHECKING:
    from billcli.app.write import Planner


@dataclass(frozen=True)
class Editing:
    """One file while somebody edits a copy of it; ``raw`` are its bytes as they were, empty where it was not there."""

    root: str
    path: str
    raw: bytes
    begun: bytes
    copy: str

    @property
    def file(self) -> str:
        """The copy, as an editor opens it."""
        return os.path.join(self.root, self.copy)

    def planner(self, command: str, reason: str) -> Planner:
        """Puts the text of the copy in the place of the file's. Raises ``BillError`` where the books do not bear it."""
        return lambda books: self._plan(books, command, reason)

    def is_kept(self) -> bool:
        """Whether the copy holds something that is nowhere else; if not, it is thrown away."""
        try:
            new = working_copy.content(self.root, self.copy)
        except BillError:
            return False
        if new == self.begun or new == _bytes(self.root, self.path):
            working_copy.end(self.root, self.copy)
            return False
        return True

    def _plan(self, books: Books, command: str, reason: str) -> Plan:
        new = working_copy.content(self.root, self.copy)
        kind = kind_for(self.path)
        assert kind is not None
        before = read(self.raw, self.path).entity
        result = {kind.key: getattr(before, kind.key)} if kind.key else {}
        if new == self.begun:
            return Plan("nothing", (), (f"{self.path}: nothing changed",), result)
        if _bytes(books.root, self.path) != self.raw:
            raise ChangedMeanwhile(f"{self.path} was changed while you edited it; nothing was written", "look at it, and edit it again")
        warnings = self._checked(books, kind, before, new, reason)
        if addresses.is_address(self.path):
            file = addresses.file_of(self.path)
            folded.spliced(_bytes(books.root, file), file, {addresses.name_of(self.path): new})
        texts = (self.raw.decode(), new.decode())
        return rules.plan_edit(self.path, *texts, command, result, reason, warnings)

    def _checked(self, books: Books, kind: Kind, before: Any, new: bytes, reason: str) -> list[str]:
        """What is worth a warning. Raises ``BillError`` with everything that speaks against the text."""
        _, old_facts, old_problems = understand(self.raw, self.path) if self.raw else ("", [], [])
        understood, facts, problems = understand(new, self.path)
        after = read(new, self.path).entity
        if before is not None and after is not None:
            rules.check_kept(kind.name, kind.key, before, after)
        known = {(each.code, each.message) for each in old_problems}
        errors = [each for each in problems if each.severity == "error" and (not understood or (each.code, each.message) not in known)]
        if errors:
            raise BillError(f"{self.path} cannot stay so; nothing was written", diagnostics=tuple(errors))
        if kind.name == "ledger":
            rules.check_closing(before, after, reason)
        rules.check_past(old_facts, facts, books.closed_through())
        return _whole(books, self.path, new)


def _whole(books: Books, path: str, new: bytes) -> list[str]:
    from billcli.app.trial import new_findings

    found = new_findings(books, {path: new})
    if errors := [each for each in found if each.severity == "error" or (each.code == "W725" and each.file == path)]:
        raise BillError(f"with {path} so, the books would not be right; nothing was written", diagnostics=tuple(errors))
    return [in_words(each) for each in found]


def in_words(each: Diagnostic) -> str:
    where = f"{each.file}:{each.span.line}: " if each.span else f"{each.file}: "
    return f"{where}{each.message}"


def _bytes(root: str, path: str) -> bytes:
    try:
        return overlaid(root, path)
    except FileNotFoundError:
        return b""


def opened(books: Books, document: str, kind: str | None = None) -> Editing:
    """The document with this number or id, its file, or a single file of the ledger by its name, with a copy to edit. Raises ``BillError``.

    ``kind`` narrows it to the documents of one kind. A single file that is not there yet begins with its schema line.
    """
    path = books.path(kind, document) if kind else _meant(books, document)
    if addresses.is_folded(path):
        raise BillError(f"{path} holds a month's documents", "name one of them by its number or id")
    raw = _bytes(books.root, path)
    if raw and queries.hashes(books.index, [path]).get(path) != fs.sha256(raw):
        raise ChangedMeanwhile(f"{path} was changed meanwhile", "try again")
    begun = raw or f"schema: {SINGLE[path].schema}\n".encode()
    return Editing(books.root, path, raw, begun, working_copy.begin(books.root, addresses.alone(path), begun))


def _meant(books: Books, document: str) -> str:
    if document in SINGLE or (kind_for(document) and queries.hashes(books.index, [document])):
        return document
    found = [path for kind in find.TABLES if (path := find.path_of(books.index, kind, document))]
    if len(found) == 1:
        return found[0]
    if found:
        raise BillError(f"{quoted(document)} may be any of {', '.join(found)}", "name the file")
    near = find.search(books.index, document)
    hint = f"did you mean {quoted(near[0][1])}?" if near else "a number, an id, ledger.yaml, categories.yaml or items.yaml"
    raise BillError(f"nothing has {quoted(document)} as its number or id", hint)

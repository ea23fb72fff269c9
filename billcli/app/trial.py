"""What ``bill check`` would say if files held other texts; nothing is written."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Mapping
from contextlib import closing

from billcli.app.books import Books
from billcli.app.check import findings
from billcli.app.reading import understand
from billcli.diagnostics import Diagnostic
from billcli.index import connection as connections
from billcli.index import refresh as rows
from billcli.index.folded import in_files
from billcli.store import fs
from billcli.store.layout import kind_for
from billcli.store.read import locate_all


class _Tried(Books):
    """The books with other texts in some of their files."""

    def __init__(self, books: Books, index: connections.Connection, texts: Mapping[str, bytes | None]) -> None:
        super().__init__(books.context, index)
        self.tried = texts

    def raw(self, path: str) -> bytes:
        if path not in self.tried:
            return super().raw(path)
        if (raw := self.tried[path]) is None:
            raise FileNotFoundError(errno.ENOENT, "it would be gone", path)
        return raw


def new_findings(books: Books, texts: Mapping[str, bytes | None]) -> list[Diagnostic]:
    """What the whole check finds with these texts and does not find as the files are; the same message elsewhere in a file is not new.

    None for a file that goes; one beside the documents, such as evidence, may be among them. In the texts, those of folded documents
    too, lines are counted from the text's own first.
    """
    tried = _check_with(books, texts)
    known = Counter(_said(each) for each in findings(books)) if tried else Counter()
    found = []
    for each in tried:
        if known[_said(each)]:
            known[_said(each)] -= 1
        else:
            found.append(each)
    elsewhere = in_files(books.index, (each for each in found if each.file not in texts))
    return sorted([*elsewhere, *(each for each in found if each.file in texts)], key=Diagnostic.sort_key)


def _said(each: Diagnostic) -> tuple[str, str, str]:
    return (each.code, each.file, each.message)


def _check_with(books: Books, texts: Mapping[str, bytes | None]) -> list[Diagnostic]:
    own: set[Diagnostic] = set()
    changed, gone = [], []
    for path, raw in texts.items():
        if kind_for(path) is None:
            continue
        if raw is None:
            gone.append(path)
            continue
        kind, facts, problems = understand(raw, path)
        own.update(problems)
        changed.append(rows.FileFacts(path, (0, 0, 0, 0), True, fs.sha256(raw), kind, facts, problems))
    with closing(connections.trial(books.index)) as index:
        rows.replace(index, changed, gone)
        rows.vouch_for(index, texts)
        found = findings(_Tried(books, index, texts))
    return [each if each in own or (raw := texts.get(each.file)) is None else _located(raw, each) for each in found]


def _located(raw: bytes, each: Diagnostic) -> Diagnostic:
    """With its place in the text that is tried, not in the file."""
    return locate_all(raw, [each._replace(span=None)])[0]

"""The books as they were known at a commit: an index of its tree, made from one that knows most of the same files."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from billcli.app.books import Books, ensure_readable
from billcli.app.context import Context
from billcli.app.documents import document_bytes, overlaid
from billcli.app.no_cycles import no_cycles
from billcli.app.reading import Wanted, read_one
from billcli.app.refresh import Progress, index_path, known_folder, no_progress
from billcli.app.trail import MOST, is_trail, understand_trail
from billcli.core import addresses
from billcli.diagnostics import Diagnostic
from billcli.errors import BillError, ChangedMeanwhile
from billcli.index import connection as connections
from billcli.index import folded as parts
from billcli.index import known
from billcli.index import refresh as rows
from billcli.model.values import BadValue, parse_day
from billcli.store import fs, history
from billcli.store.folded import limit
from billcli.store.layout import kind_for
from billcli.store.scan import case_twins


class KnownBooks(Books):
    """The books of a commit; whole documents come from git."""

    def __init__(self, context: Context, index: connections.Connection, commit: history.Commit) -> None:
        super().__init__(context, index)
        self.commit = commit

    def raw(self, path: str) -> bytes:
        return document_bytes(self.root, self.index, path, self._file)

    def raws(self, paths: Sequence[str]) -> list[bytes]:
        """By one question to git; a folded file is read once."""
        files = dict.fromkeys(addresses.file_of(path) for path in paths)
        wanted = [_body(blob, file) for file in files if (blob := known.blob_of(self.index, file))]
        with history.reading(self.root, wanted) as bodies:
            raw = dict(zip((each.path for each in wanted), bodies, strict=True))
        return [document_bytes(self.root, self.index, path, raw.__getitem__) for path in paths]

    def _file(self, path: str) -> bytes:
        blob = known.blob_of(self.index, path)
        if blob is None:
            raise FileNotFoundError(errno.ENOENT, "the commit holds no such file", path)
        with history.reading(self.root, [_body(blob, path)]) as bodies:
            return next(bodies)


@contextmanager
def known_books(context: Context, progress: Progress = no_progress, *, whole: bool = True) -> Iterator[Books]:
    """The books as the commit that ``context`` names has them."""
    assert context.known_at is not None
    commit = commit_of(context.root, context.known_at)
    with books_at(context, commit, progress) as books:
        if whole:
            try:
                ensure_readable(books.index)
            except BillError as error:
                raise BillError(f"at {commit.asked}: {error.message}", "it stands so in git; name another commit") from error
        yield books


@contextmanager
def books_at(context: Context, commit: history.Commit, progress: Progress = no_progress) -> Iterator[KnownBooks]:
    with closing(_index(context.root, commit, progress)) as index:
        index.execute("BEGIN")
        try:
            yield KnownBooks(context, index, commit)
        except connections.DatabaseError as error:
            if not connections.is_damage(error):
                raise
            known.forget(known_folder(context.root) or "")
            raise ChangedMeanwhile("the index of that commit was damaged; it is deleted, and nothing was changed", "try again") from error


def commit_of(root: str, asked: str) -> history.Commit:
    """What somebody names by a revision of git's, or by a day: the last commit of that day, or before, on the line that led to HEAD."""
    day = _day(asked)
    if day is None:
        return history.commit_at(root, asked)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(_zone(root))) + timedelta(days=1)
    return history.commit_before(root, asked, midnight.astimezone(UTC))


def _day(asked: str) -> date | None:
    try:
        return parse_day(asked)
    except BadValue:
        return None


def _zone(root: str) -> str:
    """Of the ledger as it is now."""
    from billcli.model.settings import Settings
    from billcli.store.read import read

    entity = read(overlaid(root, "ledger.yaml"), "ledger.yaml").entity
    if not isinstance(entity, Settings):
        raise BillError("ledger.yaml cannot be read, and it says when a day ends", 'name a commit, or see "bill check"')
    return entity.timezone


def _index(root: str, commit: history.Commit, progress: Progress) -> connections.Connection:
    """One that was made before, else a new one, kept where that is possible."""
    folder = known_folder(root)
    if folder is not None:
        try:
            if found := known.kept(folder, commit.tree):
                return found
        except connections.DatabaseError:
            known.forget(folder)
    index = known.nearest(folder, index_path(root)) if folder is not None else connections.open_index(None)
    try:
        with no_cycles():
            index.execute("BEGIN")
            _become(root, index, commit, progress)
            index.execute("COMMIT")
    except connections.DatabaseError:
        index.close()
        index = connections.open_index(None)
        index.execute("BEGIN")
        _become(root, index, commit, progress)
        index.execute("COMMIT")
    except BaseException:
        index.close()
        raise
    if folder is not None:
        known.keep(index, folder, commit.tree)
    return index


def _become(root: str, index: connections.Connection, commit: history.Commit, progress: Progress) -> None:
    """Makes the index show that tree: only what git has other bytes for is read, and only what says something new is understood."""
    every = history.files_of(root, commit)
    now = {path: blob.id for path, blob in every.items() if history.is_plain(blob) and _is_ours(path)}
    before = known.blobs_of(index)
    have = rows.known_files(index)
    again = [path for path, blob in now.items() if path not in have or before.get(path) != blob]
    gone = [path for path in have if path not in now]
    wanted = [_wanted(index, path, have[path].hash if path in have else "") for path in again]
    rows.replace(index, _changed(root, wanted, now), gone, progress(len(again)))
    rows.replace_walk_problems(index, _problems(every))
    known.remember(index, now)


def _is_ours(path: str) -> bool:
    """What a walk through the folders would read."""
    if path.isascii() or not any("\ud800" <= c <= "\udfff" for c in path):
        return path.endswith(".jsonl" if is_trail(path) else ".yaml") and (is_trail(path) or kind_for(path) is not None)
    return False


def _wanted(index: connections.Connection, path: str, hash_: str) -> Wanted:
    return Wanted(path, hash_, parts.known_parts(index, path)) if addresses.is_folded(path) else Wanted(path, hash_)


def _changed(root: str, wanted: Sequence[Wanted], blobs: Mapping[str, str]) -> Iterator[rows.FileFacts]:
    """What each of these files says that the index does not know yet."""
    if not wanted:
        return
    with history.reading(root, [_body(blobs[each.path], each.path) for each in wanted]) as bodies:
        for each, raw in zip(wanted, bodies, strict=True):
            if is_trail(each.path):
                if (digest := fs.sha256(raw)) != each.known:
                    yield rows.FileFacts(each.path, _NEVER, True, digest, *understand_trail(raw, each.path))
                continue
            for read in read_one(each, raw):
                if read.understood:
                    yield rows.FileFacts(read.path, _NEVER, True, read.hash, *read.understood, parts=read.parts)


def _body(blob: str, path: str) -> history.Wanted:
    return history.Wanted(blob, path, MOST if is_trail(path) else limit(path))


_NEVER = (0, 0, 0, 0)
"""The stamp of no file: should such an index ever be taken for that of a folder, each of its files is looked at."""


def _problems(every: Mapping[str, history.Blob]) -> list[Diagnostic]:
    """What a walk would find wrong with the names; a link is not followed."""
    links = [path for path, blob in every.items() if blob.mode == history.LINK]
    found = [Diagnostic("E115", f"{path} is a symbolic link", path, hint="put the document itself there") for path in links]
    return [*found, *case_twins(path for path in every if _is_ours(path))]

"""The read path's first half: an index that shows the ledger as it is. ``update`` is imported only where something has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from billcli.errors import BillError, ChangedMeanwhile
from billcli.index import connection as connections
from billcli.index import looks as known_looks
from billcli.store import journal, looks
from billcli.store.layout import is_kept_apart
from billcli.store.locate import is_at_home, private_folder, settle

if TYPE_CHECKING:
    from billcli.app.update import Walk

_TRIES = 20
_KNOWN = "known"


class Progress(Protocol):
    """Given how many steps there are, and what they are where it is not the usual, returns what to call after each."""

    def __call__(self, total: int, what: str = "", /) -> Callable[[], None]: ...


def no_progress(_total: int, _what: str = "") -> Callable[[], None]:
    return lambda: None


@contextmanager
def fresh_index(root: str, progress: Progress = no_progress, *, anew: bool = False) -> Iterator[connections.Connection]:
    """A connection to an index that shows the ledger as it is now, half-carried-out commits as if they were done.

    It shows that one state until the end, whatever other commands do. They wait for it to write theirs: read first, print afterwards.
    With ``anew`` nothing that was read before is believed: every file is read for it.
    """
    path = None if anew else index_path(root)
    index = connections.open_index(path)
    try:
        for attempt in range(_TRIES):
            try:
                shown = _shown(root, index, progress, settled=attempt >= journal.SETTLED)
            except connections.DatabaseError as error:
                index.close()
                if path is None:
                    raise
                index = connections.instead(path, error)
                path = path if attempt == 0 else None
                continue
            if shown is not None:
                break
            time.sleep(0.01 * attempt)
        else:
            raise ChangedMeanwhile("the ledger is being written all the time", "try again")
        try:
            yield shown
        except connections.DatabaseError as error:
            if connections.is_outside(error) and not connections.is_busy(error):
                message = f"the index cannot be used: {error}; nothing was changed"
                raise BillError(message, "look at the disk; the index, .bill/index.sqlite, can be deleted at any time") from error
            if path is None or (not connections.is_damage(error) and connections.is_whole(shown)):
                raise
            connections.forget(path)
            raise ChangedMeanwhile("the index was damaged; it is deleted, and nothing was changed", "run the command again") from error
        finally:
            shown.close()
    finally:
        index.close()


def index_path(root: str) -> str | None:
    """Where the index stands; None where nothing can be written. One that came with somebody else's folder is not believed."""
    try:
        folder = private_folder(root)
        path = os.path.join(folder, "index.sqlite")
        if not is_at_home(root):
            connections.forget(path)
            _forget_known(folder)
            settle(root)
    except OSError:
        return None
    return path


def known_folder(root: str) -> str | None:
    """Where indexes of commits stand; None where nothing can be written."""
    path = index_path(root)
    return os.path.join(os.path.dirname(path), _KNOWN) if path else None


def _forget_known(folder: str) -> None:
    from billcli.index.known import forget

    forget(os.path.join(folder, _KNOWN))


def _shown(root: str, index: connections.Connection, progress: Progress, *, settled: bool) -> connections.Connection | None:
    """The index in a transaction that shows the ledger as it is, or a copy that does; None where it was written meanwhile."""
    before = journal.state(root)
    try:
        overlay = _documents(journal.overlay(root, pending)) if (pending := journal.pending(root)) else {}
    except ChangedMeanwhile:
        if settled and journal.state(root) == before:
            raise
        return None
    looked_at = time.time_ns()
    seen = looks.look(root)
    shown, alone = index, True
    index.execute("BEGIN")
    walk = _walk(root, index, seen, overlay)

    def update(connection: connections.Connection) -> None:
        from billcli.app.update import update

        assert walk is not None
        update(root, connection, walk, looked_at, overlay, progress)

    if overlay:
        shown = _copy(index, update)
    elif walk is not None:
        index.execute("ROLLBACK")
        try:
            alone = connections.write(index, lambda: update(index))
        except connections.DatabaseError as error:
            if not connections.is_busy(error):
                raise
            shown = _copy(index, update)
    if alone and journal.state(root) == before:
        return shown
    if shown is index:
        index.execute("ROLLBACK")
    else:
        shown.close()
    return None


def _walk(root: str, index: connections.Connection, seen: looks.Looks | None, overlay: dict[str, bytes | None]) -> Walk | None:
    """Where something may have changed; None where the index is fresh."""
    if not overlay and seen is not None and not known_looks.differing(index, seen):
        return None
    from billcli.app.update import walk

    return walk(root, index, seen, whole=bool(overlay))


def _copy(index: connections.Connection, work: Callable[[connections.Connection], None]) -> connections.Connection:
    """A copy in memory, with that work done on it; the index itself is let go."""
    if index.in_transaction:
        index.execute("ROLLBACK")
    copy = connections.in_memory(index)
    copy.execute("BEGIN")
    work(copy)
    return copy


def bring_along(root: str, paths: Collection[str]) -> None:
    """After a command wrote these files: has the index know them, so that the next report reads none. What fails here that report does."""
    from billcli.app.update import update, walk_some

    place = index_path(root)
    paths = [path for path in paths if not is_kept_apart(path.rpartition("/")[0])]
    if place is None or not all("/" in path and _is_walked(path) for path in paths):
        return
    try:
        index = connections.open_index(place)
        try:
            looked_at = time.time_ns()
            walk = walk_some(root, index, paths)
            if walk is not None:
                connections.write(index, lambda: update(root, index, walk, looked_at, {}, no_progress))
        finally:
            index.close()
    except (OSError, ChangedMeanwhile, connections.DatabaseError):
        pass  # the change itself is made, and an error here would have it made again


def _documents(overlay: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """Only what the walk would find."""
    return {path: raw for path, raw in overlay.items() if _is_walked(path)}


def _is_walked(path: str) -> bool:
    """Whether the walk would find it: a commit may also write a setting of git or of editors."""
    from billcli.store.layout import kind_for

    return kind_for(path) is not None or path.startswith("audit/")

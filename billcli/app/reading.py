"""Looking at many files in a row: what each says, understood on several cores where there are thousands of them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.core.facts import Fact
from billcli.diagnostics import Diagnostic
from billcli.store import fs
from billcli.store.text import MAX_BYTES

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MANY = 3000
"""From so many files on it pays to start other processes."""

_CHUNK = 200
"""Files that a process understands before it hands them over: few enough that nobody holds much at a time."""

Understood = tuple[str, list[Fact], list[Diagnostic]]


class Wanted(NamedTuple):
    """A file to look at, and the hash that the index knows of it, else an empty text."""

    path: str
    known: str


class Read(NamedTuple):
    """What was seen of a file: ``understood`` is None where its hash is as known, or where ``problem`` says why it cannot be read."""

    hash: str
    understood: Understood | None
    problem: Diagnostic | None = None


@contextmanager
def read_all(root: str, wanted: Sequence[Wanted]) -> Iterator[Iterator[Read | None]]:
    """Yields what was seen of each file, in their order; None for one that is gone. Other processes begin at once, and end with this."""
    cores = _cores()
    with ExitStack() as until_the_end:
        if len(wanted) < MANY or cores < 2:
            yield _alone(root, wanted)
            return
        for path in {path.split("/", 1)[0]: path for path, _ in wanted}.values():
            understand(b"", path)  # what it takes to read this kind is there when the others begin
        chunks = [wanted[at : at + _CHUNK] for at in range(0, len(wanted), _CHUNK)]
        lines = [until_the_end.enter_context(_worker(root, chunks[at::cores])) for at in range(cores)]
        yield (each for at, chunk in enumerate(chunks) for each in _received(lines[at % cores], root, chunk))


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _alone(root: str, wanted: Sequence[Wanted]) -> Iterator[Read | None]:
    with fs.reading(root) as read:
        for path, known in wanted:
            try:
                raw = read(path, MAX_BYTES)
            except FileNotFoundError:
                yield None
            except OSError as error:
                yield Read("", None, unreadable(path, error))
            else:
                digest = fs.sha256(raw)
                yield Read(digest, None if digest == known else understand(raw, path))


def unreadable(path: str, error: OSError) -> Diagnostic:
    hint = "look at who may read it, and at the disk"
    return Diagnostic("E114", f"the file cannot be read: {error.strerror}", path, hint=hint)


def understand(raw: bytes, path: str) -> Understood:
    """One document as its kind, facts and problems; with an error in its text or fields it gives no fact but its name, if that."""
    from billcli.core.checks.documents import check_document
    from billcli.core.facts import Name
    from billcli.core.project import project
    from billcli.store.read import locate_all, read

    kind, entity, problems = read(raw, path)
    if kind is None or entity is None:
        return "", [], problems
    named: list[Fact] = [Name(kind.name, getattr(entity, kind.key))] if kind.key else []
    if any(each.severity == "error" for each in problems):
        return "", named, problems
    found = locate_all(raw, [each._replace(file=path) for each in check_document(kind.name, entity)])
    if any(each.code in ("E211", "E213") for each in found):
        return "", named, problems + found
    return kind.name, project(kind.name, entity), problems + found


@contextmanager
def _worker(root: str, chunks: Sequence[Sequence[Wanted]]) -> Iterator[Connection | None]:
    """The line from a process that understands these; None where none could be started."""
    import multiprocessing

    # A copy of this process has everything in place already; on macOS only a new one is safe.
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    try:
        here, there = context.Pipe(duplex=False)
    except OSError:
        yield None
        return
    worker = context.Process(target=_work, args=(root, chunks, there), daemon=True)
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # an interrupt is for this process, which ends the other
    try:
        worker.start()
    except OSError:
        here.close()
    finally:
        there.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
    if here.closed:
        yield None
        return
    try:
        yield here
    finally:
        here.close()
        worker.terminate()
        worker.join()


def _work(root: str, chunks: Sequence[Sequence[Wanted]], there: Connection) -> None:
    import pickle

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    with suppress(Exception):  # whoever waits does these files again, and meets the same where it can be told
        for chunk in chunks:
            there.send_bytes(pickle.dumps([*_alone(root, chunk)], pickle.HIGHEST_PROTOCOL))


def _received(line: Connection | None, root: str, chunk: Sequence[Wanted]) -> Iterator[Read | None]:
    """What the process saw of a chunk; without the process it is seen to here."""
    import pickle

    if line is not None and not line.closed:
        try:
            data = line.recv_bytes()
        except (EOFError, OSError):
            line.close()  # its chunks after this one would come in a wrong place
        else:
            yield from pickle.loads(data)  # noqa: S301  # from our own process
            return
    yield from _alone(root, chunk)

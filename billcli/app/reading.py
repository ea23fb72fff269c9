"""Looking at many files in a row: what each says, understood on several cores where there are thousands of them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.no_cycles import no_cycles
from billcli.core.addresses import address, is_folded
from billcli.core.facts import Fact
from billcli.diagnostics import Diagnostic
from billcli.errors import ChangedMeanwhile
from billcli.index.bulk import TABLES, Row, row_of
from billcli.index.folded import Part
from billcli.store import fs

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MANY = 3000
"""From so many files on it pays to start other processes."""

_USUAL = 700
"""Bytes of a usual document."""

_CHUNK = 200
"""Files that a process understands before it hands them over: few enough that nobody holds much at a time."""

Understood = tuple[str, list[Fact], list[Diagnostic]]

Contributed = tuple[str, list[Row], list[Diagnostic]]
"""The same with its facts as rows of the index."""


class Wanted(NamedTuple):
    """A file to look at, and the hash that the index knows of it, else an empty text.

    For a folded file there are also those of its documents, by address.
    """

    path: str
    known: str
    documents: Mapping[str, str] = {}


class Read(NamedTuple):
    """What was seen of a file: ``understood`` is None where its hash is as known, or where ``problem`` says why it cannot be read.

    After a folded file, which has ``parts``, each of its documents comes as if it were a file.
    """

    path: str
    hash: str
    understood: Contributed | None
    problem: Diagnostic | None = None
    parts: Sequence[Part] = ()


@contextmanager
def read_all(root: str, wanted: Sequence[Wanted]) -> Iterator[Iterator[Read]]:
    """Yields what was seen of each file, in their order, and nothing of one that is gone. Other processes begin at once, and end with this.

    Raises ``ChangedMeanwhile`` where one of them was ended and its files changed since.
    """
    cores = _cores()
    with ExitStack() as until_the_end:
        until_the_end.enter_context(no_cycles())
        if cores < 2 or not _is_much(root, wanted):
            yield _alone(root, wanted)
            return
        _prepare({path.split("/", 1)[0] for path, *_ in wanted})
        chunks = _chunks(wanted)
        lines: list[Connection | None] = []
        for at in range(cores):
            lines.append(until_the_end.enter_context(_worker(root, chunks[at::cores], lines)))
        yield (each for at, chunk in enumerate(chunks) for each in _received(lines[at % cores], root, chunk))


def _prepare(folders: Set[str]) -> None:
    """Imports what it takes to read these kinds of documents, so that it is there when other processes begin."""
    import billcli.core.checks.documents
    import billcli.core.project
    import billcli.store.plain
    import billcli.store.read  # noqa: F401
    from billcli.store.layout import FOLDERS

    for each in folders & FOLDERS.keys():
        FOLDERS[each].model  # noqa: B018


def _is_much(root: str, wanted: Sequence[Wanted]) -> bool:
    """Whether it pays to start other processes."""
    if len(wanted) >= MANY:
        return True
    size = 0
    for path, *_ in wanted:
        if is_folded(path):
            with suppress(OSError):
                size += os.stat(os.path.join(root, path), follow_symlinks=False).st_size
    return size >= MANY * _USUAL


def _chunks(wanted: Sequence[Wanted]) -> list[Sequence[Wanted]]:
    """Folded files one by one, for they are long, and the others in handfuls."""
    folded = [[each] for each in wanted if is_folded(each.path)]
    others = [each for each in wanted if not is_folded(each.path)]
    return [*folded, *(others[at : at + _CHUNK] for at in range(0, len(others), _CHUNK))]


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _alone(root: str, wanted: Sequence[Wanted]) -> Iterator[Read]:
    from billcli.store.folded import limit

    with fs.reading(root) as read:
        for each in wanted:
            try:
                raw = read(each.path, limit(each.path))
            except FileNotFoundError:
                continue
            except OSError as error:
                yield Read(each.path, "", None, unreadable(each.path, error))
            else:
                yield from read_one(each, raw)


def read_one(wanted: Wanted, raw: bytes) -> Iterator[Read]:
    """What a file with these bytes says, and then what each document says if it is a folded one."""
    path, known, documents = wanted
    digest = fs.sha256(raw)
    if digest == known:
        yield Read(path, digest, None)
    elif not is_folded(path):
        yield Read(path, digest, contributed(raw, path))
    else:
        yield from _read_folded(path, digest, raw, documents)


def _read_folded(path: str, digest: str, raw: bytes, known: Mapping[str, str]) -> Iterator[Read]:
    from billcli.store import folded

    if problem := folded.unfit(raw, path):
        yield Read(path, digest, ("", [], [problem]))
        return
    found = [(address(path, each.name), each) for each in folded.documents(raw, path)]
    yield Read(path, digest, ("folded", [], []), None, [Part(place, each.offset, each.length, each.line) for place, each in found])
    for place, each in found:
        document = each.of(raw)
        digest = fs.sha256(document)
        yield Read(place, digest, None if known.get(place) == digest else contributed(document, place))


def unreadable(path: str, error: OSError) -> Diagnostic:
    hint = "look at who may read it, and at the disk"
    return Diagnostic("E114", f"the file cannot be read: {error.strerror}", path, hint=hint)


def contributed(raw: bytes, path: str) -> Contributed:
    """What a document gives the index: at once where it is of the plainest form, else by way of its model."""
    from billcli.store.plain import plain
    from billcli.store.secret import secrets_in

    found = plain(raw, path)
    if found is not None:
        kind, facts = found
        return kind, [(TABLES[fact], values) for fact, values in facts], secrets_in(raw, path)
    kind, known, problems = understand(raw, path)
    return kind, [row_of(fact) for fact in known], problems + secrets_in(raw, path)


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
def _worker(root: str, chunks: Sequence[Sequence[Wanted]], others: Sequence[Connection | None]) -> Iterator[Connection | None]:
    """The line from a process that understands these; None where none could be started. ``others`` are the lines from those before it."""
    import multiprocessing

    # A copy of this process has everything in place already; on macOS only a new one is safe.
    forks = sys.platform == "linux"
    context: Any = multiprocessing.get_context("fork" if forks else "spawn")
    try:
        here, there = context.Pipe(duplex=False)
    except OSError:
        yield None
        return
    ours = [here, *filter(None, others)] if forks else []
    worker = context.Process(target=_work, args=(root, chunks, there, ours), daemon=True)
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


def _packed(found: Sequence[Read]) -> bytes:
    """What a process hands over: plain values by far the faster way, and the few of which there is more to tell by the other."""
    import marshal
    import pickle

    usual = [None if each.problem or each.parts or (each.understood and each.understood[2]) else (*each[:3],) for each in found]
    others = [each for each, plain in zip(found, usual, strict=True) if plain is None]
    return marshal.dumps((usual, pickle.dumps(others, pickle.HIGHEST_PROTOCOL) if others else b""))


def _unpacked(data: bytes) -> list[Read]:
    import marshal
    import pickle

    usual, packed = marshal.loads(data)  # noqa: S302  # from our own process
    others = iter(pickle.loads(packed) if packed else ())  # noqa: S301
    return [next(others) if each is None else Read(*each) for each in usual]


def _work(root: str, chunks: Sequence[Sequence[Wanted]], there: Connection, not_ours: Sequence[Connection]) -> None:
    """``not_ours`` came along with the fork: while a process holds an end to read from, it is not told that nobody listens any more."""
    for each in not_ours:
        each.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    with suppress(Exception):  # whoever waits is told, or does these files again and meets the same
        for chunk in chunks:
            found = _alone(root, chunk)
            while some := [*islice(found, _CHUNK)]:
                there.send_bytes(_packed(some))
            there.send_bytes(b"")


def _received(line: Connection | None, root: str, chunk: Sequence[Wanted]) -> Iterator[Read]:
    """What the process saw of a chunk; what is missing without it is seen to here."""
    had: list[tuple[str, str]] = []
    while line is not None and not line.closed:
        try:
            data = line.recv_bytes()
        except (EOFError, OSError):
            line.close()  # its chunks after this one would come in a wrong place
        else:
            if not data:
                return
            some = _unpacked(data)
            had += [(each.path, each.hash) for each in some]
            yield from some
    again = _alone(root, chunk)
    if had != [(each.path, each.hash) for each in islice(again, len(had))]:
        raise ChangedMeanwhile("the ledger was changed while it was read", "run the command again")
    yield from again

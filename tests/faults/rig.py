"""A disk that fails on demand: the calls of a command are counted, and one of them dies, errs, or does half its work.

The shim stands in for the calls of ``os`` that touch files, whoever makes them, and for the call behind ``RENAME_EXCHANGE``. A
command that dies runs in a forked child, so what it leaves behind is what a kill leaves behind.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from billcli.app.refresh import fresh_index
from billcli.core import addresses
from billcli.store import folded, fs
from tests.support import Ran, bill, environment, surroundings, tree

WRITES = frozenset(
    (
        "create", "write", "pwrite", "ftruncate", "fsync", "rename", "replace", "renameat2", "link", "symlink", "unlink", "remove", "mkdir",
        "rmdir", "chmod", "fchmod", "fchown",
    )
)  # fmt: skip
"""Calls that change something; between two of them a kill always leaves the same."""

READS = frozenset(("open", "read", "pread", "stat", "fstat", "listdir", "close"))

KINDS = ("die", "EIO", "ENOSPC", "EACCES", "torn", "short", "lie")
"""Torn: half is written, then death. Short: half is written, and the call says so. Lie: half is written, and the call says all."""

HALVES = ("torn", "short", "lie")
"""Those that befall a ``write`` alone."""

DIED = 99
DAY = "2026-03-14"
_MUCH = 1 << 30
REAL = {name: getattr(os, name) for name in sorted(WRITES - {"create", "renameat2"} | READS)}


class Fault(NamedTuple):
    """What befalls the ``at``-th counted call; with ``reads`` the calls that only look are counted as well.

    One that ``stays`` befalls every call from there on.
    """

    kind: str
    at: int
    reads: bool = False
    stays: bool = False


class Trace(NamedTuple):
    """How a command ended, the counted calls it made, and whether the fault came to pass."""

    ran: Ran
    calls: list[str]
    struck: bool


class Disk:
    """Counts calls below a folder and lets the fault happen; everything else goes through to ``os``."""

    def __init__(
        self, fault: Fault | None, *, exchange: bool, before: Callable[[str, tuple[Any, ...]], None] | None, within: Path | None
    ) -> None:
        self.fault = fault
        self.calls: list[str] = []
        self.seen: list[str] = []
        """Those that ``before`` was told of."""
        self.struck = False
        self._exchange = exchange
        self._before = before
        self._within = str(within) if within else ""
        self._renameat2 = fs._renameat2
        self._counted = WRITES | READS if fault and fault.reads else WRITES
        self._wanted = self._counted | READS if before else self._counted

    @contextmanager
    def taken_up(self) -> Iterator[None]:
        names = [name for name in REAL if name in self._wanted or name == "open"]
        for name in names:
            setattr(os, name, self._instead(name))
        fs._renameat2 = self.renameat2
        try:
            yield
        finally:
            fs._renameat2 = self._renameat2
            for name in names:
                setattr(os, name, REAL[name])

    def _instead(self, name: str) -> Callable[..., Any]:
        call = REAL[name]

        def counted(*args: Any, **options: Any) -> Any:
            kind = "create" if name == "open" and len(args) > 1 and args[1] & os.O_CREAT else name
            if kind not in self._wanted or (self._within and not _path(args[0], options).startswith(self._within)):
                return call(*args, **options)
            return self._strike(kind, args, lambda: call(*args, **options))

        return counted

    def renameat2(self, old_fd: int, old_name: str, new_fd: int, new_name: str, flags: int) -> None:
        if not self._exchange:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        args = (old_fd, old_name, new_fd, new_name, flags)
        self._strike("renameat2", args, lambda: self._renameat2(*args))

    def _strike(self, kind: str, args: tuple[Any, ...], call: Callable[[], Any]) -> Any:
        if self._before:
            self.seen.append(kind)
            self._before(kind, args)
        if kind not in self._counted:
            return call()
        self.calls.append(kind)
        fault, at = self.fault, len(self.calls)
        if fault is None or (at != fault.at and not (fault.stays and 0 < fault.at < at)):
            return call()
        self.struck = True
        match fault.kind:
            case "die":
                os._exit(DIED)
            case "torn":
                _half(args)
                os._exit(DIED)
            case "short":
                return _half(args)
            case "lie":
                _half(args)
                return _MUCH
            case name:
                if kind == "close":
                    call()  # a failed close closes all the same
                code = getattr(errno, name)
                raise OSError(code, os.strerror(code))


def _path(of: Any, options: Mapping[str, Any]) -> str:
    """The whole path of what a call is about: a descriptor, or a name, maybe in a folder that is one."""
    if isinstance(of, int):
        try:
            return os.readlink(f"/proc/self/fd/{of}")
        except FileNotFoundError:
            return ""  # it is closed; let the system say so
    fd = options.get("dir_fd", options.get("src_dir_fd"))
    return os.path.join(os.getcwd() if fd is None else os.readlink(f"/proc/self/fd/{fd}"), os.fsdecode(of))


def _half(args: tuple[Any, ...]) -> int:
    file, data = args
    return int(REAL["write"](file, data[: max(1, len(data) // 2)]))


@contextmanager
def disk(
    fault: Fault | None = None, *, exchange: bool = True, before: Callable[[str, tuple[Any, ...]], None] | None = None,
    within: Path | None = None,
) -> Iterator[Disk]:  # fmt: skip
    """Everything inside runs on that disk; ``before`` is called with the name and arguments of every call below ``within``."""
    made = Disk(fault, exchange=exchange, before=before, within=within)
    with made.taken_up():
        yield made


Command = Callable[[Path], Ran]
"""Something that writes to the ledger in a folder."""


@dataclass(frozen=True)
class _Words:
    words: tuple[str, ...]
    env: tuple[tuple[str, str], ...]

    def __call__(self, ledger: Path) -> Ran:
        return bill("--ledger", str(ledger), *self.words, at=DAY, env={"BILL_CLONE": "0123abcd", **dict(self.env)})


def words(*words: str, env: Mapping[str, str] | None = None) -> Command:
    """A command line on a fixed day, by a fixed clone: the same run gives the same bytes."""
    return _Words(words, tuple((env or {}).items()))


def run(command: Command, ledger: Path, fault: Fault | None = None, *, exchange: bool = True) -> Trace:
    """Runs a command on that disk; one that is to die in a child of its own.

    The children are those of the process in which a command with the fault "none" ran.
    """
    from tests.faults.nursery import nursery

    if fault and fault.kind == "none":
        trace: Trace = nursery().here(_run, command, ledger, fault, exchange)
        return trace
    if fault and fault.kind in ("die", "torn"):
        told = nursery().begun(_run, command, ledger, fault, exchange)()
        if told is None:
            return Trace(Ran(DIED, "", ""), [], True)
        ran, calls, struck = told
        return Trace(Ran(*ran), calls, struck)
    return _run(command, ledger, fault, exchange)


def _run(command: Command, ledger: Path, fault: Fault | None, exchange: bool) -> Trace:
    with disk(fault, exchange=exchange, within=ledger) as made:
        ran = command(ledger)
    return Trace(ran, made.calls, made.struck)


class Child:
    """A forked process at work; calling it waits and gives what the work gave, by way of JSON, or None where it died."""

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid = pid
        self._pipe = pipe

    def __call__(self) -> Any:
        with os.fdopen(self._pipe, "rb") as pipe:
            told = pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        assert code in (0, DIED, -signal.SIGKILL), f"the child ended with {code}"
        return json.loads(told) if code == 0 else None


def started(work: Callable[[], object]) -> Child:
    """The work, begun in a child."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside other threads: the child does this one thing
        child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(json.dumps(work()).encode())
            code = 0
        except Exception:  # noqa: BLE001  # whatever it is, it is told, and the parent fails
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writer)
    return Child(child, reader)


def in_child(work: Callable[[], object]) -> Any:
    """What the work gives when a child does it."""
    return started(work)()


def seen(ledger: Path) -> dict[str, str]:
    """What a reader takes for the documents and the audit trail: the hash of each, folded or not, as the index shows it."""
    with surroundings(environment(DAY)), fresh_index(str(ledger)) as index:
        return dict(index.execute("SELECT path, hash FROM files").fetchall())


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """What a reader must see of a tree; layouts of banks are read where they are used."""
    found = {path: raw for path, raw in files.items() if path.endswith((".yaml", ".jsonl")) and not path.startswith("bank/profiles/")}
    for path, raw in [each for each in found.items() if addresses.is_folded(each[0])]:
        found |= {addresses.address(path, each.name): each.of(raw) for each in folded.documents(raw, path)}
    return {path: fs.sha256(raw) for path, raw in found.items()}


def copy(source: Path, target: Path) -> Path:
    """A copy of a whole ledger, its private folder included."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
    return target


def journal(ledger: Path) -> dict[str, bytes]:
    """What stands in the journal; ``done`` is only a mark."""
    folder = ledger / ".bill" / "journal"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "done"} if folder.is_dir() else {}


def files(ledger: Path) -> dict[str, bytes]:
    """The ledger's own files as they stand on the disk."""
    return tree(ledger)

"""PDFs and mails made from templates in a process of their own, with limits: a template is a program of somebody else.

The templates in the ledger's ``templates/`` stand before those that come with bill, file by file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import IO, Any, NamedTuple

from billcli.errors import BillError
from billcli.render import sources
from billcli.render.faults import TemplateFault
from billcli.render.results import Fault, Texts, fault
from billcli.resources import shared

__all__ = ["LIMITS", "Fault", "Job", "Limits", "Studio", "Texts"]

CHILD = (sys.executable, "-P", "-s", "-B", "-m", "billcli.render.studio_child")


class Job(NamedTuple):
    """One thing to make. ``kind`` is "paper" (a PDF) or "letter" (subject, text and HTML of a mail); ``data`` is plain JSON."""

    kind: str
    template: str
    language: str
    data: Mapping[str, Any]


class Limits(NamedTuple):
    """For one job: seconds of computing time, seconds until there is an answer, and bytes of memory."""

    seconds: int
    wait: int
    memory: int


LIMITS = {"letter": Limits(5, 60, 1 << 30), "paper": Limits(30, 300, 2 << 30)}

_TRIES = 2
"""A template that was stopped so many times is not tried on the rest of a batch."""

_BROKE_OFF = "its process broke off: "

Begin = Callable[..., Callable[[], None]]


def _silent(_total: int, _what: str = "") -> Callable[[], None]:
    return lambda: None


class _Died(Exception):
    """The child ended, or was ended, with a job in hand. ``certain``: nothing but that job can be the reason."""

    def __init__(self, message: str, file: str = "", *, certain: bool = False, started: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.certain = certain
        self.started = started


class Studio:
    """Makes what jobs ask for, and remembers it by their content: a write is planned twice."""

    def __init__(self, root: str, limits: Mapping[str, Limits] = LIMITS, command: Sequence[str] = CHILD) -> None:
        self.root = root
        self.limits = limits
        self.command = command
        self._known: dict[str, bytes | Texts | Fault] = {}
        self._logos: dict[str, bytes | Fault] = {}
        self._stopped: dict[tuple[str, str, str], list[Fault]] = {}

    def made(self, jobs: Sequence[Job], progress: Begin = _silent) -> list[bytes | Texts | Fault]:
        """The results in the order of the jobs; a template that fails is a ``Fault`` in its place.

        ``progress``, told how many jobs there are, gives what to call after each. Raises ``BillError`` where no process can be had.
        """
        keys = [_key(job) for job in jobs]
        waiting = {key: job for key, job in zip(keys, jobs, strict=True) if key not in self._known}
        if waiting:
            step = progress(len(waiting), "Making documents")
            with tempfile.TemporaryDirectory(prefix="bill-studio-") as place:
                for folder in ("empty", "scratch"):
                    os.mkdir(f"{place}/{folder}")
                problems = sources.stage(self.root, f"{place}/templates")
                for key, job in [*waiting.items()]:
                    if (fault := self._refused(job, problems)) is not None:
                        self._known[key] = fault
                        del waiting[key]
                        step()
                self._make(waiting, place, step)
        return [self._known[key] for key in keys]

    def _refused(self, job: Job, problems: Sequence[Fault]) -> Fault | None:
        """What is wrong before any template is looked at."""
        if not sources.is_name(job.template):
            return Fault("ledger.yaml", None, f'"{job.template[:80]}" cannot be the name of a template')
        if broken := next((each for each in problems if sources.concerns(each.file, job.kind)), None):
            return broken
        logo = self._logo(job)
        return logo if isinstance(logo, Fault) else None

    def _logo(self, job: Job) -> bytes | Fault | None:
        name = (job.data.get("printing") or {}).get("logo") if job.kind == "paper" else None
        if not name:
            return None
        if name not in self._logos:
            try:
                self._logos[name] = sources.logo(self.root, name)
            except TemplateFault as failed:
                self._logos[name] = fault(failed)
        return self._logos[name]

    def _make(self, waiting: dict[str, Job], place: str, step: Callable[[], None]) -> None:
        """One child makes them all; where it dies on one, another makes the rest."""
        rest = [*waiting.items()]
        while rest:
            done = 0
            try:
                with closing(self._results([job for _, job in rest], place)) as results:
                    for found, stopped in results:
                        self._keep(*rest[done], found, stopped=stopped)
                        done += 1
                        step()
            except _Died as died:
                if not died.started:
                    hint = "look at the memory that is left, and whether bill is wholly installed"
                    why = died.message.removeprefix(_BROKE_OFF)
                    raise BillError(f"the process that makes documents did not start: {why}", hint) from None
                if done == 0 or died.certain:  # else what came before it may be to blame: it is tried again, first in a new child
                    key, job = rest[done]
                    self._keep(key, job, Fault(died.file or _main_file(job), None, died.message), stopped=True)
                    done += 1
                    step()
            rest = rest[done:]
            if given_up := {key: faults[-1] for key, job in rest if len(faults := self._stopped.get(_same(job), [])) >= _TRIES}:
                self._known.update(given_up)
                for _ in given_up:
                    step()
                rest = [(key, job) for key, job in rest if key not in given_up]

    def _keep(self, key: str, job: Job, found: bytes | Texts | Fault, *, stopped: bool) -> None:
        self._known[key] = found
        if stopped and isinstance(found, Fault):
            self._stopped.setdefault(_same(job), []).append(found)

    def _results(self, jobs: Sequence[Job], place: str) -> Generator[tuple[bytes | Texts | Fault, bool], None, None]:
        """What one child answers, in order, and whether it had to stop that job. Raises ``_Died`` where answers are missing."""
        with tempfile.TemporaryFile() as request, tempfile.TemporaryFile() as errors:
            request.write(self._request(jobs, place))
            request.seek(0)
            child = subprocess.Popen(
                self.command, stdin=request, stdout=subprocess.PIPE, stderr=errors, cwd=f"{place}/empty", env=_environment(place),
                start_new_session=True,
            )  # fmt: skip
            assert child.stdout is not None
            file, done, started = "", 0, False
            try:
                for line in _lines(child.stdout, max(self.limits[job.kind].wait for job in jobs)):
                    said = _json(line)
                    if "at" in said:
                        file = said["at"]
                    elif "ready" in said:
                        started = True
                    else:
                        yield _result(said), bool(said.get("stopped"))
                        file, done = "", done + 1
                if done < len(jobs):
                    raise self._death(child.wait(), errors, jobs[done], file, started=started)
            except TimeoutError:
                wait = max(self.limits[job.kind].wait for job in jobs)
                raise _Died(f"it gave no answer for {wait} seconds", file, certain=True, started=started) from None
            finally:
                child.kill()
                child.wait()
                child.stdout.close()

    def _request(self, jobs: Sequence[Job], place: str) -> bytes:
        from base64 import b64encode

        names = {logo: found for job in jobs if isinstance(found := self._logo(job), bytes) and (logo := job.data["printing"]["logo"])}
        request = {
            "jobs": jobs,
            "folders": [f"{place}/templates", str(shared("templates"))],
            "assets": {name: b64encode(data).decode() for name, data in names.items()},
            "seconds": {kind: limit.seconds for kind, limit in self.limits.items()},
            "memory": max(self.limits[job.kind].memory for job in jobs),
            "tries": _TRIES,
        }
        return json.dumps(request).encode()

    def _death(self, code: int, errors: IO[bytes], job: Job, file: str, *, started: bool) -> _Died:
        import signal

        limit = self.limits[job.kind]
        if code == -signal.SIGXCPU:
            return _Died(f"it takes more than {limit.seconds} seconds of computing time", file, certain=True, started=started)
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4096))
        lines = errors.read().decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")[:200]
        if code < 0:
            name = signal.Signals(-code).name
            return _Died(f"its process was ended by {name}; it may need more than {limit.memory >> 20} MB of memory", file, started=started)
        return _Died(f"{_BROKE_OFF}{last or f'exit {code}'}", file, started=started)


def _key(job: Job) -> str:
    from hashlib import sha256

    return sha256(json.dumps(job, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _same(job: Job) -> tuple[str, str, str]:
    return job.kind, job.template, job.language


def _main_file(job: Job) -> str:
    return f"templates/paper/{job.template}.typ" if job.kind == "paper" else f"templates/mail/{job.language}/{job.template}"


def _environment(place: str) -> dict[str, str]:
    """No settings, no home and no proxy but a closed one; libraries that start a thread for each core are kept small."""
    closed = "http://127.0.0.1:9"
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": package,
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "TMPDIR": f"{place}/scratch",
        "MALLOC_ARENA_MAX": "2",
        "RAYON_NUM_THREADS": "4",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), closed),
    }


def _lines(stream: IO[bytes], wait: int) -> Iterator[bytes]:
    """Line by line as they come. Raises ``TimeoutError`` where nothing came for so many seconds."""
    import selectors

    fd = stream.fileno()
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        while True:
            if not selector.select(wait):
                raise TimeoutError
            if not (part := os.read(fd, 1 << 16)):
                return
            *whole, rest = part.split(b"\n")
            for line in whole:
                yield b"".join([*parts, line])
                parts = []
            parts.append(rest)


def _json(line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise _Died("its process answered what is no result", certain=True)
    return said


def _result(said: dict[str, Any]) -> bytes | Texts | Fault:
    from base64 import b64decode

    if "pdf" in said:
        return b64decode(said["pdf"])
    return Texts(*said["letter"]) if "letter" in said else Fault(*said["fault"])

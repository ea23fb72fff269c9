"""Running commands, in process or as a process of their own, and building ledgers from a docstring."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

PROJECT = Path(__file__).resolve().parent.parent

_PART = re.compile(r"--- (\S+)\n?\Z")

LEDGER = """\
schema: ledger/1
company:
  name: Fjord Consulting AS
  address:
    country: NO
currency: EUR
timezone: Europe/Oslo
terms: net 30
sequences:
  - name: invoice
    kind: invoice
    pattern: INV-{year}-{n}
  - name: credit-note
    kind: credit-note
    pattern: CN-{year}-{n}
tax_codes:
  - code: vat-20
    category: S
    rate: 20
git:
  commit: false
"""
"""What a ledger says of itself where a test does not care."""


class Ran(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document; nothing else may stand there."""
        return json.loads(self.out)


def environment(at: str | None = None, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: nothing of the machine's own ``bill`` settings, and a fixed clock where a day is given.

    The clocks of tests go as these need them, so the guard against one that went back is off; ``BILL_CLOCK`` empty puts it on.
    ``at`` is a day (nine o'clock UTC is meant) or an instant such as ``2026-03-14T23:30``.
    """
    found = {name: value for name, value in os.environ.items() if not name.startswith("BILL_")}
    found |= {"BILL_ACTOR": "tester", "COLUMNS": "120", "BILL_CLOCK": "right"}
    if at is not None:
        instant = datetime.fromisoformat(at if "T" in at else f"{at}T09:00").replace(tzinfo=UTC)
        found["BILL_NOW"] = str(int(instant.timestamp()))
    return {**found, **(env or {})}


@contextmanager
def surroundings(wanted: Mapping[str, str]) -> Iterator[None]:
    """This process with that environment. Only what differs is set, since most of it stays and each variable costs."""
    before = dict(os.environ)
    _become(before, wanted)
    try:
        yield
    finally:
        _become(dict(os.environ), before)


def _become(now: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name in now.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items() - now.items():
        os.environ[name] = value


def bill(
    *words: str, cwd: Path | str | None = None, at: str | None = None, env: Mapping[str, str] | None = None, stdin: str = "",
    merged: bool = False,
) -> Ran:  # fmt: skip
    """Runs a command in this process; quick, and as ``bill`` does it, exit code included. ``merged``: both streams in ``out``, in order."""
    import billcli.cli.main  # noqa: F401  # Typer first: a noun that is imported without it stays so in this process
    from billcli.cli.boundary import run

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    with (
        surroundings(environment(at, env)),
        mock.patch.object(sys, "stdin", io.StringIO(stdin)),
        chdir(cwd or os.getcwd()),
        redirect_stdout(out),
        redirect_stderr(out if merged else err),
    ):
        code = run(list(words))
    return Ran(code, _written(out), _written(err))


def offspring() -> set[int]:
    """The processes that this one has begun and that it has not seen end, other tests' among them."""
    return {int(pid) for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()}


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def bill_process(
    *words: str, cwd: Path | str | None = None, at: str | None = None, env: Mapping[str, str] | None = None, stdin: str = ""
) -> Ran:
    """Runs a command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "billcli", *words], cwd=cwd, env={**environment(at, env), "PYTHONPATH": str(PROJECT)}, input=stdin.encode(),
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def done(*words: str, cwd: Path | str | None = None, at: str | None = None, env: Mapping[str, str] | None = None) -> Ran:
    """A command that must succeed."""
    ran = bill(*words, cwd=cwd, at=at, env=env)
    assert ran.code == 0, f"bill {' '.join(words)}: exit {ran.code}\n{ran.out}{ran.err}"
    return ran


def parts(text: str) -> dict[str, str]:
    """Files by path of a text split by ``--- customers/x.yaml`` lines; what stands before the first such line is talk."""
    found: dict[str, str] = {}
    path = None
    for line in textwrap.dedent(text).splitlines(keepends=True):
        if match := _PART.match(line):
            path = match[1]
            found[path] = ""
        elif path is not None:
            found[path] += line
    return {name: body.rstrip("\n") + "\n" if body.strip() else "" for name, body in found.items()}


def make_ledger(root: Path, text: str | None = "") -> Path:
    """Writes the files of a docstring (see ``parts``) below ``root``; with a plain ``ledger.yaml`` where it holds none."""
    for path, body in {"ledger.yaml": LEDGER, **parts(text or "")}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, encoding="utf-8", newline="")
    return root


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder for ledgers of which there are many: in memory where the system has such a place."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(prefix="bill-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@contextmanager
def index_begun() -> Iterator[None]:
    """A new ledger finds an index that the program made, with nothing in it yet: its 140 tables take longer than most commands."""
    from billcli.index import connection

    empty = _empty_index()
    open_index = connection.open_index

    def opened(path: str | None) -> connection.Connection:
        if path is not None and not os.path.lexists(path):
            with suppress(OSError):
                _appear(path, empty)
        return open_index(path)

    with mock.patch.object(connection, "open_index", opened):
        yield


@cache
def _empty_index() -> bytes:
    from billcli.index import connection

    with closing(connection.open_index(None)) as made:
        return made.serialize()


def _appear(path: str, data: bytes) -> None:
    """The file is there as a whole or not at all, since others may look for it at the same time."""
    file = os.open(os.path.dirname(path), os.O_TMPFILE | os.O_WRONLY, 0o644)
    try:
        os.write(file, data)
        os.link(f"/proc/self/fd/{file}", path, follow_symlinks=True)
    finally:
        os.close(file)


@contextmanager
def papers_known() -> Iterator[None]:
    """What was typeset in this process is not typeset again, nor are the schemas made again: both take longer than the commands do."""
    from billcli.app import init, schemas
    from billcli.render.studio import Studio

    known: dict[str, Any] = {}
    begin = Studio.__init__

    def begun(self: Studio, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        self._known = known

    made = cache(schemas.schema_files)
    with (
        mock.patch.object(Studio, "__init__", begun), mock.patch.object(schemas, "schema_files", made),
        mock.patch.object(init, "schema_files", made),
    ):  # fmt: skip
        yield


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, what bill keeps for itself left out."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(name): path.read_bytes() for path in files if (name := path.relative_to(root)).parts[0] not in (".bill", ".git")}


def documents(root: Path) -> dict[str, bytes]:
    """The same without the audit trail, which tells what was done to them."""
    return {path: raw for path, raw in tree(root).items() if not path.startswith("audit/")}

"""Templates of mails and papers, each in a child of its own with limits, as ``billcli.render.studio_child`` sets them."""

from __future__ import annotations

import json
import os
import resource
import signal
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from billcli.app.samples import letter_jobs
from billcli.app.templates import shipped
from billcli.model.settings import Settings
from billcli.render import studio_child
from billcli.render.studio import Job
from billcli.resources import shared
from billcli.store.read import read_loose
from tests.fuzz.changes import behind, bytewise, linewise, one_of
from tests.fuzz.law import Target
from tests.render import paper_data
from tests.support import LEDGER

_SECONDS = 3
_MEMORY = 2 << 30


def _seeds_of(folder: str, suffixes: tuple[str, ...]) -> list[bytes]:
    """The name of the template on the first line."""
    root = shared("templates")
    files = [path for path in sorted((root / folder).rglob("*")) if path.name.endswith(suffixes) and path.stat().st_size < 6000]
    return [f"{path.relative_to(root)}\n".encode() + path.read_bytes() for path in files]


@cache
def _letters() -> list[bytes]:
    return [each for each in _seeds_of("mail", (".j2",)) if b"/de/" not in each[:20] and b"/zh-CN/" not in each[:20]]


@cache
def _jobs() -> dict[str, Job]:
    settings, _ = read_loose(LEDGER.encode(), "ledger.yaml", Settings, {})
    assert isinstance(settings, Settings)
    return {job.template: job for job in letter_jobs(settings, shipped()) if job.language == "en"}


def _read_letter(data: bytes) -> Any:
    name, _, raw = data.partition(b"\n")
    path = name.decode("utf-8", "replace")
    known = {each.partition(b"\n")[0].decode() for each in _letters()}
    path = path if path in known else "mail/en/invoice.prose.j2"
    stem = path.rpartition("/")[2].partition(".")[0]
    job = _jobs().get(stem) or _jobs()["invoice"]
    with tempfile.TemporaryDirectory(prefix="fuzz-templates-") as folder:
        file = Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_bytes(raw)
        folders = [folder, str(shared("templates"))]
        return _in_a_child(lambda: studio_child._letter(job.template, "en", job.data, folders, _SECONDS, lambda _: None, []))


@cache
def _papers() -> list[bytes]:
    return _seeds_of("paper", (".typ",)) + _seeds_of("strings", ("en.toml",))


def _read_paper(data: bytes) -> Any:
    name, _, raw = data.partition(b"\n")
    path = name.decode("utf-8", "replace")
    path = path if path in ("paper/base.typ", "strings/en.toml") else "paper/invoice.typ"
    with tempfile.TemporaryDirectory(prefix="fuzz-templates-") as folder:
        file = Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_bytes(raw)
        folders = [folder, str(shared("templates"))]
        found = _in_a_child(lambda: studio_child._paper("invoice", "en", paper_data.invoice(), folders, {}))
        return found.get("fault", "made")


def _in_a_child(work: Any) -> Any:
    """What it answers, or that it ran into its limits: a child that breaks otherwise is a fault of ours."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _answer(work, theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb") as said:
        answer = said.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT), f"the child ended by {os.WTERMSIG(status)}"
        return {"stopped": True}
    found: Mapping[str, Any] = json.loads(answer)
    assert "broke" not in found, found["broke"]
    fault = found.get("fault")
    if fault:
        assert fault[2]
        assert fault[0].startswith("templates/"), fault
    return {key: value for key, value in found.items() if key != "pdf"}


def _answer(work: Any, to: int) -> None:
    import traceback

    try:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limit = int(time.process_time()) + 2 * _SECONDS + 2
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        signal.signal(signal.SIGPROF, studio_child._time_is_over)
        answer = dict(work())
    except BaseException as error:  # noqa: BLE001  # told by the parent
        answer = {"broke": "".join(traceback.format_exception(error))[-2000:]}
    try:
        left = memoryview(json.dumps(answer).encode())
        while left:
            left = left[os.write(to, left) :]
    finally:
        os._exit(0)


_JINJA = (
    b"{{", b"}}", b"{%", b"%}", b"{% for a in [1] %}", b"{% endfor %}", b"{% if a %}", b"{% endif %}", b"{% block x %}", b"{% endblock %}", b"{#", b"|",
    b"{{ 'a' * 99999999 }}", b"{{ 9**9**5 }}", b"{{ ''.__class__ }}", b"{% set a = a %}", b"{% include 'x' %}", b"{% import 'words.j2' as w %}",
    b"{{ range(999999) | list }}", b"{{ self }}", b"{{ document.lines[99] }}", b"{{ cycler }}", b"{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
)  # fmt: skip
_TYPST = (
    b"#", b"#let a = ", b"#import ", b'#read("/etc/passwd")', b"#while true {}", b"{", b"}", b"[", b"]", b"$", b"sheet", b".at(9)", b"#panic(1)", b'#image("x.png")',
    b"none", b"..", b"=>", b'#eval("1")', b"#(1 / 0)", b"#pagebreak()", b'"', b"= ", b"#set page(width: 0pt)",
)  # fmt: skip


TARGETS = (
    Target("letters", 1, _read_letter, _letters, behind(1, one_of(bytewise(_JINJA), linewise)), most=8000, seconds=20.0),
    Target("papers", 0.1, _read_paper, _papers, behind(1, one_of(bytewise(_TYPST), linewise)), most=8000, seconds=20.0),
)  # fmt: skip

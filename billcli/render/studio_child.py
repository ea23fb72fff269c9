"""The process that compiles and runs templates: a request on standard input, an answer a line on standard output.

Only what ``billcli.render.studio`` starts: it limits itself before it looks at the first template.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from billcli.render.faults import TemplateFault
from billcli.render.results import Fault, fault

_FILE_SIZE = 64 << 20

Say = Callable[[Mapping[str, Any]], None]


class TooLong(BaseException):
    """The time of a job is over. Not an ``Exception``: what runs a template would take it for an error of the template's."""


def main() -> None:
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    request = json.load(sys.stdin.buffer)
    seconds: dict[str, int] = request["seconds"]
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, _FILE_SIZE)
    _limit(resource.RLIMIT_AS, request["memory"])
    signal.signal(signal.SIGPROF, _time_is_over)

    def say(answer: Mapping[str, Any]) -> None:
        data = memoryview(json.dumps(answer).encode() + b"\n")
        while data:
            data = data[os.write(answers, data) :]

    assets = {name: b64decode(data) for name, data in request["assets"].items()}
    stopped: dict[tuple[str, str, str], list[Fault]] = {}
    say({"ready": True})
    for kind, template, language, data in request["jobs"]:
        faults = stopped.setdefault((kind, template, language), [])
        if len(faults) >= request["tries"]:
            say({"fault": faults[-1]})
            continue
        _more_time(seconds[kind] + 1)
        say(_paper(template, language, data, request["folders"], assets) if kind == "paper" else
            _letter(template, language, data, request["folders"], seconds[kind], say, faults))  # fmt: skip


def _paper(template: str, language: str, data: Any, folders: list[str], assets: dict[str, bytes]) -> Mapping[str, Any]:
    typeset = import_module("billcli.render.typeset")  # the compiler stays out of a batch of letters
    try:
        return {"pdf": b64encode(typeset.pdf(template, language, data, [*map(Path, folders)], assets)).decode()}
    except TemplateFault as failed:
        return {"fault": fault(failed)}
    except MemoryError:
        return {"fault": Fault(f"templates/paper/{template}.typ", None, "it needs more memory than a template may use")}


def _letter(template: str, language: str, data: Any, folders: list[str], seconds: int, say: Say, stopped: list[Fault]) -> Mapping[str, Any]:
    from billcli.render import letters

    at = ""

    def begin(file: str) -> None:
        nonlocal at
        at = file
        say({"at": file})

    try:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            return {"letter": letters.texts(template, language, data, folders, begin)}
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except TemplateFault as failed:
        return {"fault": fault(failed)}
    except TooLong as late:
        file, line = letters.place(late, at)
        stopped.append(Fault(file, line, f"it takes more than {seconds} seconds of computing time"))
        return {"fault": stopped[-1], "stopped": True}


def _time_is_over(_signal: int, _frame: object) -> None:
    raise TooLong


def _more_time(seconds: int) -> None:
    """Where the timer cannot stop a job, since it is not in Python at all, the system ends this process."""
    _limit(resource.RLIMIT_CPU, int(time.process_time()) + seconds + 1, hard=False)


def _limit(what: int, most: int, *, hard: bool = True) -> None:
    _, ceiling = resource.getrlimit(what)
    if ceiling != resource.RLIM_INFINITY:
        most = min(most, ceiling)
    try:
        resource.setrlimit(what, (most, most if hard else ceiling))
    except (ValueError, OSError):
        pass  # a system without this limit; the others hold


if __name__ == "__main__":
    main()

"""Transcripts: what was typed and what came out, as text that a test runs again.

    $ bill invoice list
    expected standard output; "..." stands for anything within a line, and alone on a line for any number of lines
    2> a line of standard error
    [exit 1]

Before the first command stand files of the ledger (``--- customers/x.yaml``, see ``support.make_ledger``) and talk. ``% on 2026-03-14``
sets the clock for what follows, ``% in demo`` goes to a copy of the demo ledger. ``$ cat FILE`` shows a file, ``$ cd DIR`` goes there,
``$ sed …`` is an edit by hand, ``$ git …`` is git without anybody's settings, at noon of that day.
``$ NAME=value bill …`` sets a variable for one command. ``TMP`` is the folder of the test, in such a value and in what comes out.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.history import git
from tests.support import PROJECT, Ran, bill, make_ledger

CLONE = "7e57c10e"
FIRST_DAY = "2026-03-31"


class Step(NamedTuple):
    """A command and what is expected of it; ``before`` are the lines above it that are only read by people."""

    before: tuple[str, ...]
    command: str
    expected: tuple[str, ...]


class Transcript(NamedTuple):
    """``head`` is what stands before the first command, ``tail`` what follows the last one's output after an empty line."""

    head: str
    steps: tuple[Step, ...]


def read(text: str) -> Transcript:
    """A command's output goes up to the next ``$`` or ``%`` line, empty lines before that left out."""
    head: list[str] = []
    steps: list[Step] = []
    talk: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(tuple(talk), line[2:], ()))
            talk = []
        elif not steps and not talk and not line.startswith("% "):
            head.append(line)
        elif line.startswith("% ") or talk:
            talk.append(line)
        else:
            steps[-1] = steps[-1]._replace(expected=(*steps[-1].expected, line))
    trimmed = [step._replace(expected=_trimmed(step.expected), before=_trimmed(step.before)) for step in steps]
    return Transcript("\n".join(head), tuple(trimmed))


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def play(transcript: Transcript, folder: Path) -> Iterator[tuple[Step, tuple[str, ...]]]:
    """Runs the steps in order; yields each with the lines that came out."""
    home, day = folder, FIRST_DAY
    if "--- " in transcript.head:
        home = make_ledger(folder / "books", transcript.head)
    for step in transcript.steps:
        for line in step.before:
            if match := re.match(r"% on (\d{4}-\d\d-\d\d)", line):
                day = match[1]
            if line.startswith("% in demo"):
                home = folder / "demo"
                shutil.copytree(PROJECT / "ledgers" / "demo", home, ignore=shutil.ignore_patterns(".bill"))
        words = shlex.split(step.command)
        env = {}
        while match := re.match(r"([A-Z_]+)=(.*)", words[0]):
            env[match[1]] = match[2].replace("TMP", str(folder))
            del words[0]
        match words[0]:
            case "cat":
                shown = Ran(0, "".join((home / name).read_text(encoding="utf-8") for name in words[1:]), "")
            case "cd":
                home /= words[1]
                shown = Ran(0, "", "")
            case "git":
                shown = Ran(0, git(home, *words[1:], at=f"{day}T12:00:00Z"), "")
            case "sed":
                subprocess.run(words, cwd=home, check=True)
                shown = Ran(0, "", "")
            case _:
                assert words[0] == "bill", step.command
                shown = bill(*words[1:], cwd=home, at=day, env={"BILL_CLONE": CLONE, **env})
        yield step, _lines(shown, folder)


def _lines(ran: Ran, folder: Path) -> tuple[str, ...]:
    out = ran.out.replace(str(folder), "TMP").splitlines()
    err = ["2> " + line if line else "2>" for line in ran.err.replace(str(folder), "TMP").splitlines()]
    return (*out, *err, *([f"[exit {ran.code}]"] if ran.code else []))


def matches(expected: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Whether the lines are as expected, ``...`` standing for anything."""
    parts = []
    for line in expected:
        parts.append(r"(?:[^\n]*\n)*" if line == "..." else ".*".join(map(re.escape, line.split("..."))) + r"\n")
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in found)) is not None


def written(transcript: Transcript, found: list[tuple[str, ...]]) -> str:
    """The transcript with what came out now; expectations that still hold stay as they are."""
    lines = transcript.head.splitlines()
    for step, now in zip(transcript.steps, found, strict=True):
        if lines and lines[-1]:
            lines.append("")
        lines += [*step.before, f"$ {step.command}", *(step.expected if matches(step.expected, now) else now)]
    return "\n".join(lines) + "\n"

"""The README's tour is run. ``UPDATE_README=1 pytest tests/test_readme.py`` writes what comes out now: read the diff."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support import PROJECT, bill, environment
from tests.transcript import CLONE, matches

README = PROJECT / "README.md"
DAY = "2026-03-14"
_BLOCK = re.compile(
    r"^(?:<!-- (?:in (?P<file>\S+) instead of \"(?P<old>[^\"]+)\"|new file (?P<new>\S+)) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)^```$",
    re.M | re.S,
)


def steps(body: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a block with the lines below it."""
    found: list[tuple[str, list[str]]] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    yield from found


class Reader:
    """Somebody who types what the README says."""

    def __init__(self, folder: Path) -> None:
        self.start = self.folder = folder

    def types(self, command: str) -> list[str]:
        env = {"BILL_CLONE": CLONE}
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return []
        if command.startswith("bill "):
            ran = bill(*shlex.split(command, comments=True)[1:], cwd=self.folder, at=DAY, env=env, merged=True)
            code, shown = ran.code, ran.out
        else:
            done = subprocess.run(
                ["sh", "-c", command], cwd=self.folder, env=environment(DAY, env), capture_output=True, text=True, check=False
            )
            code, shown = done.returncode, done.stdout + done.stderr
        expected = int(match[1]) if (match := re.search(r"# exit (\d+)$", command)) else 0
        assert code == expected, f"$ {command}\nexit {code}\n{shown}"
        return shown.replace(str(self.start), "/home/anna").splitlines()

    def edits(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(f"{old}\n") == 1
        path.write_text(text.replace(f"{old}\n", new), encoding="utf-8")


def test_tour_does_what_it_says(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    text = README.read_text(encoding="utf-8")
    made, at = "", 0
    for block in _BLOCK.finditer(text):
        if block["file"]:
            reader.edits(block["file"], block["old"], block["body"])
        elif block["new"]:
            (reader.folder / block["new"]).write_text(block["body"], encoding="utf-8")
        if block["kind"] != "console":
            continue
        made += text[at : block.start("body")]
        at = block.end("body")
        for command, expected in steps(block["body"]):
            shown = reader.types(command)
            holds = matches(tuple(expected), tuple(shown))
            made += "".join(f"{line}\n" for line in [f"$ {command}", *(expected if holds else shown)])
            if not os.environ.get("UPDATE_README"):
                assert holds, f"$ {command}\n" + "\n".join(shown)
    if os.environ.get("UPDATE_README"):
        README.write_text(made + text[at:], encoding="utf-8")


def test_links_inside_the_readme_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("#").strip().lower()).replace(" ", "-") for line in text.splitlines() if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
    files = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [name for name in files if not (PROJECT / name).exists()] == []

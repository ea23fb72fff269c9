"""Promise 10: looking into somebody's ledger runs nothing of it, reads nothing outside it, and talks to nobody."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import PROJECT, environment, make_ledger

DAY = "2026-06-30"
LOOKING = [
    ["check"],
    ["check", "--strict"],
    [],
    ["customer", "list"],
    ["invoice", "list"],
    ["report", "aging"],
    ["doctor"],
    ["template", "list"],
]

WATCHED = """
import json, sys
seen = []
def hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        seen.append(["open", args[0] if isinstance(args[0], str) else args[0].decode("utf-8", "replace"), str(args[1])])
    elif event.split(".")[0] in ("socket", "subprocess", "os", "urllib", "smtplib", "ftplib", "ctypes", "pty", "webbrowser", "http"):
        if event not in ("os.listdir", "os.scandir", "os.walk", "os.fwalk"):
            seen.append([event, repr(args), ""])
    elif event in ("exec", "compile", "marshal.loads", "pickle.find_class"):
        name = getattr(args[0], "co_filename", args[1] if len(args) > 1 else "")
        seen.append([event, str(name), ""])
from billcli.cli.boundary import run
with open(sys.argv[1]) as file:
    commands = json.load(file)
sys.addaudithook(hook)
codes = [run(words) for words in commands]
kept, seen = seen, []
with open(sys.argv[2], "w") as out:
    json.dump([codes, kept], out)
"""


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """Everything in it would like to be more than it is."""
    root = make_ledger(
        tmp_path / "books",
        """
        --- customers/a.yaml
        schema: customer/1
        id: a
        name: "{{ ''.__class__ }} ${HOME} $(id) `id` %(x)s {0.__class__} http://127.0.0.1:9/ file:///etc/passwd ../../etc/passwd"
        notes: "!!python/object/apply:os.system ['id']"
        --- customers/tagged.yaml
        schema: customer/1
        id: !!python/object/apply:os.system ["id"]
        name: x
        --- customers/included.yaml
        schema: customer/1
        id: !include /etc/passwd
        name: x
        --- customers/anchored.yaml
        schema: customer/1
        id: &a anchored
        name: *a
        --- templates/mail/en/invoice.subject.j2
        {{ ''.__class__.__mro__[1].__subclasses__() }}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}
        --- templates/paper/invoice.typ
        #read("/etc/passwd") #while true {} #import "@preview/cetz:0.3.0"
        --- plugins.py
        import os; os.system("touch ran")
        --- conftest.py
        import os; os.system("touch ran")
        --- sitecustomize.py
        import os; os.system("touch ran")
        --- typer.py
        import os; os.system("touch ran")
        """,
    )
    (root / "customers/link.yaml").symlink_to("/etc/passwd")
    (root / "holds").symlink_to("/etc")
    (root / "templates/etc").symlink_to("/etc")
    return root


def looked(books: Path, tmp_path: Path, *before: str) -> tuple[list[int], list[list[str]]]:
    """Exit codes, and what Python's own audit events tell of the commands."""
    (tmp_path / "words").write_text(json.dumps(LOOKING))
    command = [*before, sys.executable, "-P", "-c", WATCHED, str(tmp_path / "words"), str(tmp_path / "seen")]
    env = {**environment(DAY), "PYTHONPATH": str(PROJECT), "HOME": str(tmp_path)}
    ran = subprocess.run(command, cwd=books, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "root:x:0" not in ran.stdout + ran.stderr
    codes, seen = json.loads((tmp_path / "seen").read_text())
    return codes, seen


def is_known(path: str, books: Path) -> bool:
    """Within the ledger; or a part of Python, of bill, or of what every program of this system reads."""
    if not path.startswith("/"):
        return ".." not in path.split("/")  # below a folder that was opened before
    own = (
        str(books),
        str(PROJECT / "billcli"),
        str(PROJECT / "templates"),
        *{os.path.realpath(each) for each in (*sys.path, sys.prefix, sys.base_prefix) if each},
    )
    own += (
        sys.prefix,
        sys.base_prefix,
        "/usr/lib",
        "/usr/share",
        "/lib",
        "/dev/null",
        "/proc/mounts",
        "/proc/self",
        "/etc/localtime",
        "/etc/terminfo",
    )
    return path.startswith(own)


def test_looking_opens_nothing_outside_and_neither_connects_nor_runs_anything(books: Path, tmp_path: Path) -> None:
    codes, seen = looked(books, tmp_path)
    assert codes[:2] == [1, 1]
    assert 70 not in codes
    assert [each for each in seen if each[0] == "open" and not is_known(each[1], books)] == []
    assert [
        each for each in seen if each[0] == "open" and re.search(r"[wax+]", each[2]) and not each[1].startswith(str(books / ".bill"))
    ] == []
    assert [
        each for each in seen if each[0].startswith(("socket", "urllib", "smtplib", "http", "ftplib", "os.system", "os.exec", "pty"))
    ] == []
    assert {each[1].split(",")[0].strip("('") for each in seen if each[0] == "subprocess.Popen"} <= {"/usr/bin/git"}
    ours = (str(PROJECT / "billcli"), "<")
    assert [each for each in seen if each[0] in ("exec", "compile") and str(books) in each[1] and not each[1].startswith(ours)] == []
    assert not list(books.rglob("ran"))


@pytest.mark.long
def test_the_system_sees_no_connection_and_no_file_outside_either(books: Path, tmp_path: Path) -> None:
    """The same as the kernel tells it, children included."""
    import shutil

    assert shutil.which("strace"), "strace is not here: NOT RUN, which is no success"
    trace = tmp_path / "trace"
    looked(books, tmp_path, "strace", "-f", "-qq", "-e", "trace=network,open,openat,openat2,execve,creat", "-o", str(trace))
    lines = trace.read_text().splitlines()
    assert len(lines) > 500
    assert [
        each
        for each in lines
        if re.search(r"\b(?:connect|bind|sendto|sendmsg)\(", each) and "AF_UNIX" not in each and "AF_NETLINK" not in each
    ] == []
    programs = {found[1] for each in lines if (found := re.search(r'execve\("([^"]+)"', each))}
    assert {Path(each).name for each in programs} <= {
        Path(sys.executable).name,
        Path(os.path.realpath(sys.executable)).name,
        "git",
        "ldconfig",
    }
    opened = {found[1] for each in lines if (found := re.search(r'open(?:at)?\([^"]*"([^"]+)"', each)) and "ENOENT" not in each}
    assert not opened & {"/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/resolv.conf"} - {"/etc/passwd"}
    assert not [each for each in lines if "/etc/passwd" in each and str(books) in each]

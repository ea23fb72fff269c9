"""One process makes what a batch asks for; what it cannot make is a fault in its place, and the rest is made."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from billcli.errors import BillError
from billcli.render import sources
from billcli.render.faults import TemplateFault
from billcli.render.studio import CHILD, Fault, Job, Limits, Studio, Texts
from tests.render.letter_data import INVOICE
from tests.support import offspring

QUICK = {"letter": Limits(1, 20, 1 << 30), "paper": Limits(1, 20, 1 << 30)}
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20

# A child whose letters and papers do what their names say; all else of it is the real one.
ODD = """
import itertools, os, signal, sys
from billcli.render import letters, studio_child
from types import ModuleType

def do(name, number):
    if name == "spin": max(itertools.repeat(1))  # no signal reaches Python in there
    if name == "hang": signal.pause()
    if name == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if name == "segv": os.kill(os.getpid(), signal.SIGSEGV)
    if name == "exit": raise KeyError("gone")
    if name == "greedy" and count[0]: os.kill(os.getpid(), signal.SIGABRT)
    count[0] += 1
    return f"{name} {number} {count[0]}"

count = [0]
LOG = sys.argv[1]
with open(LOG, "a") as log: log.write("child\\n")

def texts(template, language, data, folders, begin):
    begin("templates/mail/en/" + template + ".txt.j2")
    if template == "noise": print("this is no answer")
    if template == "env": return letters.Texts(repr(sorted(os.environ)), os.getcwd(), repr(os.listdir(".")))
    if template == "proxy": return letters.Texts(os.environ["HTTPS_PROXY"], os.environ.get("HOME", ""), "")
    return letters.Texts(do(template, data.get("n")), "text", "html")

letters.texts = texts
paper = ModuleType("billcli.render.typeset")
paper.pdf = lambda template, language, data, folders, assets: repr(
    [template, language, [p.name for p in folders], {k: len(v) for k, v in assets.items()}]).encode()
sys.modules["billcli.render.typeset"] = paper
import billcli.render
billcli.render.typeset = paper
studio_child.main()
"""

Odd = Callable[..., Studio]


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[Odd]:
    """A studio with such a child; ``children`` counts how many were needed."""
    program = tmp_path / "odd_child.py"
    program.write_text(ODD, encoding="utf-8")
    (tmp_path / "ledger").mkdir()
    (tmp_path / "log").touch()

    def make(limits: dict[str, Limits] = QUICK) -> Studio:
        return Studio(str(tmp_path / "ledger"), limits, (*CHILD[:4], str(program), str(tmp_path / "log")))

    yield make


def children(tmp_path: Path) -> int:
    return (tmp_path / "log").read_text().count("child")


def letters(*names: str) -> list[Job]:
    return [Job("letter", name, "en", {"n": at}) for at, name in enumerate(names)]


def subjects(found: list[bytes | Texts | Fault]) -> list[str]:
    return [each.subject if isinstance(each, Texts) else "fault" for each in found]


def test_one_process_makes_a_batch_in_order_and_ticks(tmp_path: Path, odd: Odd) -> None:
    ticks: list[object] = []

    def progress(total: int, what: str) -> Callable[[], None]:
        ticks.append((total, what))
        return lambda: ticks.append("tick")

    assert subjects(odd().made(letters("a", "b", "a"), progress)) == ["a 0 1", "b 1 2", "a 2 3"]
    assert ticks == [(3, "Making documents"), "tick", "tick", "tick"]
    assert children(tmp_path) == 1


def test_what_was_made_is_remembered_by_its_content(tmp_path: Path, odd: Odd) -> None:
    studio = odd()
    jobs = letters("a", "b")
    first = studio.made(jobs)
    assert studio.made([*reversed(jobs), jobs[0]]) == [first[1], first[0], first[0]]
    assert children(tmp_path) == 1
    assert subjects(studio.made([jobs[0], Job("letter", "a", "en", {"n": 7})])) == ["a 0 1", "a 7 1"]
    assert children(tmp_path) == 2


def test_nothing_to_make_starts_nothing(tmp_path: Path, odd: Odd) -> None:
    assert odd().made([]) == []
    assert children(tmp_path) == 0


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("spin", "it takes more than 1 seconds of computing time"),
        ("kill", "its process was ended by SIGKILL; it may need more than 1024 MB of memory"),
        ("segv", "its process was ended by SIGSEGV; it may need more than 1024 MB of memory"),
        ("exit", "its process broke off: KeyError: 'gone'"),
    ],
)
def test_job_on_which_the_process_dies_is_a_fault_and_the_rest_is_made(tmp_path: Path, odd: Odd, bad: str, message: str) -> None:
    found = odd().made(letters("a", bad, "b"))
    assert found[1] == Fault(f"templates/mail/en/{bad}.txt.j2", None, message)
    assert subjects(found) == ["a 0 1", "fault", "b 2 1"]


def test_process_that_hangs_is_ended(tmp_path: Path, odd: Odd) -> None:
    found = odd({"letter": Limits(1, 5, 1 << 30)}).made(letters("hang", "b"))
    assert found[0] == Fault("templates/mail/en/hang.txt.j2", None, "it gave no answer for 5 seconds")
    assert subjects(found) == ["fault", "b 1 1"]


def test_what_fails_only_after_others_is_made_alone(tmp_path: Path, odd: Odd) -> None:
    """Memory that earlier documents left behind is not the template's fault."""
    assert subjects(odd().made(letters("a", "greedy", "b"))) == ["a 0 1", "greedy 1 1", "b 2 2"]
    assert children(tmp_path) == 2


def test_template_that_was_stopped_twice_is_not_tried_on_the_rest(tmp_path: Path, odd: Odd) -> None:
    found = odd().made(letters(*["kill"] * 50, "b"))
    assert subjects(found) == ["fault"] * 50 + ["b 50 1"]
    assert children(tmp_path) <= 3


def test_what_a_library_prints_is_no_answer(tmp_path: Path, odd: Odd) -> None:
    assert subjects(odd().made(letters("noise", "b"))) == ["noise 0 1", "b 1 2"]


def test_process_sees_nothing_of_the_environment_and_works_in_an_empty_folder(
    tmp_path: Path, odd: Odd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILL_SMTP_PASSWORD", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    named, proxied = odd().made(letters("env", "proxy"))
    assert isinstance(named, Texts) and isinstance(proxied, Texts)
    assert "HOME" not in named.subject and "BILL_" not in named.subject
    assert named.html == "[]"
    assert not os.path.exists(named.text)
    assert proxied.subject == "http://127.0.0.1:9" and proxied.text == ""


def test_interrupted_batch_leaves_no_process_and_keeps_what_was_made(tmp_path: Path, odd: Odd) -> None:
    studio, before = odd(), offspring()

    def progress(_total: int, _what: str) -> Callable[[], None]:
        def step() -> None:
            raise KeyboardInterrupt

        return step

    with pytest.raises(KeyboardInterrupt):
        studio.made(letters("a", "hang"), progress)
    assert subjects(studio.made(letters("a"))) == ["a 0 1"]
    assert children(tmp_path) == 1
    assert offspring() <= before


def test_process_that_does_not_start_is_an_error_of_the_machine(tmp_path: Path) -> None:
    studio = Studio(str(tmp_path), QUICK, (sys.executable, "-c", "raise ImportError('no such thing')"))
    with pytest.raises(BillError, match="did not start: ImportError: no such thing"):
        studio.made(letters("a"))


def test_answer_that_is_none_is_a_fault(tmp_path: Path) -> None:
    program = "print('{\"ready\": true}'); print('hello')"
    [found] = Studio(str(tmp_path), QUICK, (sys.executable, "-c", program)).made(letters("a"))
    assert found == Fault("templates/mail/en/a", None, "its process answered what is no result")


def paper(logo: str | None) -> Job:
    return Job("paper", "invoice", "de", {"printing": {"logo": logo}})


def test_paper_gets_folders_and_the_logo(tmp_path: Path, odd: Odd) -> None:
    (tmp_path / "ledger" / "art").mkdir()
    (tmp_path / "ledger" / "art" / "logo.png").write_bytes(PNG)
    with_logo, without = odd().made([paper("art/logo.png"), paper(None)])
    assert with_logo == b"['invoice', 'de', ['templates', 'templates'], {'art/logo.png': 28}]"
    assert isinstance(without, bytes)
    assert children(tmp_path) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.png", '"gone.png" is not there'),
        ("/etc/passwd", '"/etc/passwd" is no path within the ledger'),
        ("../logo.png", '"../logo.png" is no path within the ledger'),
        ("a/../../logo.png", "is no path within the ledger"),
        ("a\\logo.png", "is no path within the ledger"),
        ("logo.gif", '"logo.gif" is no picture that can be printed; use png, jpg or svg'),
        ("link.png", '"link.png" cannot be read, or is a symbolic link'),
        ("folder.png", '"folder.png" is no regular file'),
        ("pipe.png", '"pipe.png" is no regular file'),
        ("huge.png", '"huge.png" has more than 5000 kB'),
        ("text.png", '"text.png" does not hold a picture of the kind its name says'),
        ("linked/logo.png", "cannot be read, or is a symbolic link"),
    ],
)
def test_logo_that_cannot_be_taken_is_named(tmp_path: Path, odd: Odd, name: str, message: str) -> None:
    root = tmp_path / "ledger"
    (tmp_path / "logo.png").write_bytes(PNG)
    (root / "link.png").symlink_to(tmp_path / "logo.png")
    (root / "linked").symlink_to(tmp_path)
    (root / "folder.png").mkdir()
    os.mkfifo(root / "pipe.png")
    (root / "huge.png").write_bytes(PNG + b"x" * sources.LOGO_LIMIT)
    (root / "text.png").write_text("hello")
    [found] = odd().made([paper(name)])
    assert isinstance(found, Fault)
    assert (found.file, found.line) == ("ledger.yaml", None)
    assert found.message.startswith("printing.logo: ") and message in found.message
    assert children(tmp_path) == 0


def staged(tmp_path: Path) -> tuple[list[Fault], list[str]]:
    into = tmp_path / "staged"
    problems = sources.stage(str(tmp_path / "ledger"), str(into))
    return problems, sorted(str(path.relative_to(into)) for path in into.rglob("*") if path.is_file())


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger" / "templates" / "mail" / "en"
    folder.mkdir(parents=True)
    (folder / "invoice.subject.j2").write_text("Own")
    return folder


def test_templates_are_taken_without_what_editors_leave(tmp_path: Path, mail: Path) -> None:
    for name in (".hidden.j2", "invoice.subject.j2~", "notes.txt", ".invoice.subject.j2.swp"):
        (mail / name).write_text("x")
    (mail.parent.parent / "strings").mkdir()
    (mail.parent.parent / "strings" / "de.toml").write_text("")
    assert staged(tmp_path) == ([], ["mail/en/invoice.subject.j2", "strings/de.toml"])


def test_ledger_without_templates_is_usual(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    assert staged(tmp_path) == ([], [])


def _link(mail: Path) -> None:
    (mail / "x.j2").symlink_to("/etc/passwd")


def _inner_link(mail: Path) -> None:
    (mail / "x.j2").symlink_to(mail / "invoice.subject.j2")


def _folder_link(mail: Path) -> None:
    (mail / "x.j2").symlink_to(mail.parent)


def _folder(mail: Path) -> None:
    (mail / "x.j2").mkdir()


def _pipe(mail: Path) -> None:
    os.mkfifo(mail / "x.j2")


def _huge(mail: Path) -> None:
    (mail / "x.j2").write_bytes(b"x" * 5_000_000)


def _latin(mail: Path) -> None:
    (mail / "x.j2").write_bytes(b"Stra\xdfe")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_link, "it is a symbolic link; put the file itself there"),
        (_inner_link, "it is a symbolic link; put the file itself there"),
        (_folder_link, "it is a symbolic link; put the file itself there"),
        (_folder, "it is a folder; put the file itself there"),
        (_pipe, "it is no regular file"),
        (_huge, "it has more than 256 kB"),
        (_latin, "it is not UTF-8"),
    ],
)
def test_template_that_cannot_be_taken_stops_mails_and_not_papers(
    tmp_path: Path, odd: Odd, mail: Path, make: Callable[[Path], None], message: str
) -> None:
    """Falling back to the shipped one would send other words than the ledger's."""
    make(mail)
    letter, sheet = odd().made([*letters("a"), paper(None)])
    assert letter == Fault("templates/mail/en/x.j2", None, message)
    assert isinstance(sheet, bytes)


def test_linked_templates_folder_stops_both(tmp_path: Path, odd: Odd) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "ledger" / "templates").symlink_to(tmp_path / "elsewhere")
    fault = Fault("templates", None, "it is a symbolic link; put the file itself there")
    assert odd().made([*letters("a"), paper(None)]) == [fault, fault]
    assert children(tmp_path) == 0


def test_real_process_makes_a_real_letter(tmp_path: Path) -> None:
    [found] = Studio(str(tmp_path)).made([Job("letter", "invoice", "en", INVOICE)])
    assert isinstance(found, Texts)
    assert found.subject == "Invoice INV-2026-0042 from Fjord Consulting AS"
    assert json.loads(json.dumps(found)) == [*found]


def test_real_process_stops_what_never_ends_and_makes_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "mail" / "de"
    folder.mkdir(parents=True)
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (folder / "invoice.subject.j2").write_text(loop)
    jobs = [Job("letter", "invoice", language, {**INVOICE, "n": n}) for n in range(5) for language in ("de", "en")]
    found = Studio(str(tmp_path), QUICK).made(jobs)
    late = Fault("templates/mail/de/invoice.subject.j2", 1, "it takes more than 1 seconds of computing time")
    assert [each == late for each in found] == [True, False] * 5
    assert all(isinstance(each, Texts) for each in found[1::2])


def test_fault_of_a_template_keeps_to_one_short_line() -> None:
    from billcli.render.results import fault

    assert fault(TemplateFault("f", 3, "a\nb\x1b[31m" + "x" * 900)).message == "a b [31m" + "x" * 292

"""``bill run``: each step by itself, one commit, silent where nobody is needed, nothing twice, against a real server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from unittest import mock

import pytest

from billcli.app import run as app_run
from billcli.app.write import carry_out
from billcli.errors import BillError, ChangedMeanwhile
from tests.delivery.post import Post, listening
from tests.outbox.office import DAY, MAIL, Office, Plain, plain_studio
from tests.support import bill, documents, environment

TEMPLATE = """\
schema: recurring/1
id: {id}
customer: {customer}
every: month
starts_on: 2026-04-01
mail: true
lines:
  - description: "Service, {{period}}"
    quantity: 1
    unit_price: 60.00
"""
SINCE = MAIL + "  send_since: 2026-01-01\n"


@pytest.fixture(autouse=True)
def studio() -> Iterator[type[Plain]]:
    with plain_studio() as found:
        yield found


@pytest.fixture
def post() -> Iterator[Post]:
    with listening(Post()) as found:
        yield found


@pytest.fixture
def office(tmp_path: Path, post: Post) -> Office:
    """A template whose invoice of April is due."""
    made = Office(tmp_path, f"smtp://127.0.0.1:{post.port}")
    template(made)
    return made


def template(office: Office, name: str = "hosting", customer: str = "nordwind") -> None:
    (office.root / "recurring").mkdir(exist_ok=True)
    (office.root / "recurring" / f"{name}.yaml").write_text(TEMPLATE.format(id=name, customer=customer))


def customer(office: Office, name: str, address: str = "") -> None:
    contact = f"contacts:\n  - role: billing\n    email: {address}\n" if address else ""
    (office.root / "customers" / f"{name}.yaml").write_text(f"schema: customer/1\nid: {name}\nname: {name}\n{contact}")


def subjects(post: Post) -> list[str]:
    return sorted(str(message_from_bytes(each.content, policy=policy.default)["Subject"]) for each in post.taken)


def git(office: Office, *words: str) -> str:
    return subprocess.run(["git", "-C", str(office.root), *words], check=True, capture_output=True, text=True).stdout


def with_git(office: Office) -> Office:
    ledger = office.root / "ledger.yaml"
    ledger.write_text(ledger.read_text().replace("commit: false", "commit: true"))
    (office.root / ".gitignore").write_text(".bill/\n")
    git(office, "init", "-q", "-b", "main")
    git(office, "add", ".")
    git(office, "-c", "user.name=x", "-c", "user.email=x@x.example", "commit", "-qm", "begin")
    return office


def test_a_look_at_it_writes_and_sends_nothing(office: Office, post: Post) -> None:
    before = documents(office.root)
    shown = office.done("run", "--dry-run")
    assert "1 recurring invoice" in shown.err
    assert "nothing was written, nothing was sent" in shown.err
    assert office.done("run", "--dry-run", "--format", "json").json["recurring"]["numbers"] == ["INV-2026-0001"]
    ran = office.bill("run")
    assert (ran.code, "--yes" in ran.err) == (3, True)
    assert (documents(office.root), post.taken) == (before, [])


def test_all_of_it_in_silence_and_the_same_day_nothing_more(office: Office, post: Post) -> None:
    ran = office.done("run", "--yes")
    assert (ran.out, ran.err) == ("", "")
    assert subjects(post) == ["invoice INV-2026-0001"]
    before = documents(office.root)
    again = office.done("run", "--yes")
    assert (again.out, again.err, documents(office.root), len(post.taken)) == ("", "", before, 1)
    assert office.done("check", "--strict").err == ""


def test_two_processes_at_once_do_each_thing_once(office: Office, post: Post) -> None:
    for n in range(4):
        template(office, f"t{n}")
    words = [sys.executable, "-c", _PLAIN_RUN]
    env = {**environment(DAY, office.env), "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [subprocess.Popen(words, cwd=office.root, env=env, stderr=subprocess.PIPE) for _ in range(2)]
    told = [each.communicate(timeout=60)[1] for each in runs]
    assert ([each.returncode for each in runs], told) == ([0, 0], [b"", b""])
    office.done("run", "--yes")
    assert subjects(post) == [f"invoice INV-2026-000{n}" for n in range(1, 6)]


_PLAIN_RUN = """
import sys
from tests.outbox.office import plain_studio
import billcli.cli.main
from billcli.cli.boundary import run
with plain_studio():
    sys.exit(run(["run", "--yes"]))
"""


def test_without_mail_settings_only_invoices_come_out(tmp_path: Path) -> None:
    office = Office(tmp_path, "smtp://127.0.0.1:9", settings="")
    template(office)
    assert office.done("run", "--yes").err == ""
    assert [each.name for each in office.root.glob("invoices/*/*/*")] == ["INV-2026-0001.yaml"]


def test_a_ledger_that_has_nothing_to_run_says_so(tmp_path: Path) -> None:
    ran = Office(tmp_path, "smtp://127.0.0.1:9", settings="").bill("run", "--yes")
    assert (ran.code, "there is nothing to run" in ran.err) == (1, True)


def test_another_working_copy_does_nothing(office: Office, post: Post) -> None:
    before = documents(office.root)
    for words in ((), ("--dry-run",)):
        ran = bill("run", "--yes", *words, cwd=office.root, at=DAY, env={**office.env, "BILL_CLONE": "0badc0de"})
        assert (ran.code, "bill outbox here" in ran.err) == (1, True)
    assert (documents(office.root), post.taken) == (before, [])


def test_an_unreachable_server_is_told_and_the_next_run_delivers(office: Office, post: Post) -> None:
    there, office.env["BILL_SMTP_URL"] = office.env["BILL_SMTP_URL"], "smtp://127.0.0.1:9"
    ran = office.bill("run", "--yes")
    assert ran.code == 5, ran.err
    assert "127.0.0.1" in ran.err
    assert len(list(office.root.glob("invoices/*/*/*"))) == 1
    office.env["BILL_SMTP_URL"] = there
    assert office.done("run", "--yes").err == ""
    assert subjects(post) == ["invoice INV-2026-0001"]


def test_what_keeps_one_step_from_being_done_does_not_keep_the_others(office: Office, post: Post) -> None:
    office.invoice()
    settings = office.root / "ledger.yaml"
    settings.write_text(settings.read_text().replace("billing@fjord.example\n", "billing@fjord.example\n  send_since: 2026-01-01\n"))

    def failing(self: app_run.Runner, settings: object) -> object:
        def planner(books: object) -> object:
            raise BillError("the plan cannot be made", "mend it")

        return planner

    with mock.patch.object(app_run.Runner, "_invoices", failing):
        ran = office.bill("run", "--yes")
    assert ran.code == 1
    assert "the plan cannot be made" in ran.err
    assert sorted(each.name for each in office.root.glob("invoices/*/*/*")) == ["INV-2026-0001.yaml", "INV-2026-0002.yaml"]
    assert post.taken == []
    assert office.done("run", "--yes").err == ""
    assert subjects(post) == ["invoice INV-2026-0001", "invoice INV-2026-0002"]


def test_a_lock_that_another_command_takes_after_the_first_step_loses_nothing(office: Office, post: Post) -> None:
    with_git(office)
    count = [0]

    def busy(*words: object, **said: object) -> object:
        count[0] += 1
        if count[0] == 2:
            raise ChangedMeanwhile("the ledger is locked by invoice new", "wait for it")
        return carry_out(*words, **said)  # type: ignore[arg-type]

    with mock.patch.object(app_run, "carry_out", busy):
        ran = office.bill("run", "--yes")
    assert (ran.code, "locked by invoice new" in ran.err) == (ChangedMeanwhile("", "").exit_code, True)
    assert git(office, "status", "--short") == "", "what was done before is committed"
    assert office.done("run", "--yes").err == ""
    assert subjects(post) == ["invoice INV-2026-0001"]


def test_what_waits_for_a_person_is_told_and_the_rest_is_done(office: Office, post: Post) -> None:
    customer(office, "kreis")
    template(office, "other", "kreis")
    shown = office.done("run", "--dry-run").err
    assert "to be mailed once issued: INV-2026-0001, INV-2026-0002" in shown
    ran = office.bill("run", "--yes")
    assert ran.code == 3
    assert "waits for a person: INV-2026-0002: no address" in ran.err
    assert subjects(post) == ["invoice INV-2026-0001"]
    assert "waits for a person: INV-2026-0002: no address" in office.done("run", "--dry-run").err


def test_mail_that_waited_too_long_is_told_until_a_person_has_sent_it(office: Office, post: Post) -> None:
    customer(office, "nordwind")
    assert office.bill("run", "--yes", at="2026-04-17").code == 3
    (office.root / "recurring" / "hosting.yaml").write_text(
        TEMPLATE.format(id="hosting", customer="nordwind").replace("lines:", "ends_on: 2026-04-30\nlines:")
    )
    late = office.bill("run", "--yes", at="2026-06-19")
    assert late.code == 3
    assert "INV-2026-0001: not mailed, though issued on 2026-04-17 already" in late.err
    office.done("invoice", "send", "INV-2026-0001", "--by-hand", "post", "--yes", at="2026-06-19")
    assert office.done("run", "--yes", at="2026-06-19").err == ""
    assert post.taken == []


def test_invoices_that_cannot_go_take_no_place_from_others(tmp_path: Path, post: Post, studio: type[Plain]) -> None:
    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", settings=SINCE)
    customer(office, "kreis")
    for _ in range(3):
        office.invoice("kreis")
    studio.fault = office.invoice()
    last = [office.invoice(), office.invoice(), office.invoice()]
    with mock.patch.object(app_run, "MAILED_AT_ONCE", 2):
        ran = office.bill("run", "--yes")
        assert ran.code == 3
        assert subjects(post) == [f"invoice {each}" for each in last[:2]]
        assert ran.err.count("waits for a person: ") == 4
        office.bill("run", "--yes")
    assert subjects(post) == [f"invoice {each}" for each in last]


def test_the_answer_for_a_program(office: Office, post: Post) -> None:
    ran = office.done("run", "--yes", "--format", "json").json
    assert ran["recurring"]["numbers"] == ["INV-2026-0001"]
    assert len(ran["invoices"]["deliveries"]) == 1
    assert ran["deliveries"] == {"sent": 1, "deferred": 0, "refused": 0, "in_doubt": 0, "dropped": 0, "left": 0}


def test_git_gets_one_commit_that_says_what_was_done(office: Office, post: Post) -> None:
    with_git(office)
    office.done("run", "--yes")
    assert git(office, "rev-list", "--count", "HEAD").strip() == "2"
    assert git(office, "status", "--short") == ""
    head, _, body = git(office, "log", "-1", "--format=%B").partition("\n")
    assert head == "bill run: 1 recurring invoice, 1 delivery planned, 1 mail sent"
    assert "INV-2026-0001" in body
    office.done("run", "--yes")
    assert git(office, "rev-list", "--count", "HEAD").strip() == "2"


@pytest.mark.parametrize("nth", range(3))
def test_a_run_that_is_killed_between_its_steps_is_taken_up(office: Office, post: Post, nth: int) -> None:
    """After recurring, after the mails were planned, and once they are handed over but before the commit."""
    with_git(office)
    pid = os.fork()
    if pid == 0:
        try:
            count = [0]

            def dying(*words: object, **said: object) -> object:
                found = carry_out(*words, **said)  # type: ignore[arg-type]
                count[0] += 1
                if count[0] > nth:
                    os._exit(9)
                return found

            with mock.patch.object(app_run, "carry_out", dying), mock.patch.object(app_run, "_commit", lambda *_: os._exit(9)):
                office.bill("run", "--yes")
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    assert office.done("run", "--yes").err == ""
    assert subjects(post) == ["invoice INV-2026-0001"]
    assert git(office, "status", "--short") == ""
    assert office.done("check", "--strict").err == ""

"""Runs that are killed, full disks, files that people change: nothing goes twice, nothing is lost, the trail knows whose work it was."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from billcli.app.outbox import send
from billcli.store import outbox
from billcli.store.append import append_state
from tests.delivery.post import Post
from tests.outbox.office import DAY, MAIL, Office
from tests.support import bill, environment

pytestmark = pytest.mark.usefixtures("studio")


def killed(office: Office, where: str, when: str) -> None:
    """A run that dies before or after it has written this state."""
    real = append_state

    def dying(root: str, path: str, line: str) -> None:
        if line.split(" ")[1] == where and when == "before":
            os._exit(9)
        real(root, path, line)
        if line.split(" ")[1] == where:
            os._exit(9)

    pid = os.fork()
    if pid == 0:
        try:
            with mock.patch.object(send, "append_state", dying):
                bill("outbox", "send", cwd=office.root, at=DAY, env=office.env)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


CASES = [
    ("sending", "before", "planned", 0), ("sending", "after", "planned", 0), ("data", "before", "planned", 0),
    ("data", "after", "in doubt", 0), ("sent", "before", "in doubt", 1), ("sent", "after", "sent", 1),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize(("where", "when", "stand", "taken"), CASES)
def test_a_run_killed_at_any_state_is_taken_up_without_a_second_copy(
    office: Office, post: Post, where: str, when: str, stand: str, taken: int
) -> None:  # fmt: skip
    one, two = office.planned(office.invoice(), office.invoice())
    killed(office, where, when)
    assert (office.stand(one), len(post.taken)) == (stand, taken)
    ran = office.bill("outbox", "send")
    assert office.stand(two) == "sent"
    keys = [each.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for each in post.taken]
    assert len(set(keys)) == len(keys)
    assert office.stand(one) == ("in doubt" if stand == "in doubt" else "sent")
    assert ran.code == (3 if stand == "in doubt" else 0)
    assert {by for _, by in office.authors(one)} == {"bill"}
    assert office.done("check").code == 0


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_any_command_after_a_kill_records_the_states_as_ours(office: Office) -> None:
    [delivery] = office.planned(office.invoice())
    killed(office, "sent", "after")
    office.invoice()
    assert office.authors(delivery) == [("invoice send", "bill"), ("invoice new", "bill")]


def test_what_a_person_changes_is_recorded_as_by_hand(office: Office) -> None:
    one, two = office.planned(office.invoice(), office.invoice())
    file = office.file(one)
    file.write_text(file.read_text().replace("Nordwind", "NORDWIND"))
    office.file(two).write_text(office.file(two).read_text() + 'states:\n  - "2026-04-17T09:00:00Z sent by a person"\n')
    office.invoice()
    assert office.authors(one)[-1] == ("invoice new", "hand")
    assert office.authors(two)[-1] == ("invoice new", "hand")


def failing(at: str, how: Callable[..., Any]) -> Any:
    real = append_state

    def state(root: str, path: str, line: str) -> None:
        if line.split(" ")[1] == at:
            how()
        real(root, path, line)

    return mock.patch.object(send, "append_state", state)


def _full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("at", "taken", "code"), [("sending", 0, 1), ("data", 0, 1), ("sent", 1, 3)])
def test_a_full_disk_stops_the_run(office: Office, post: Post, at: str, taken: int, code: int) -> None:
    one, two = office.planned(office.invoice(), office.invoice())
    with failing(at, _full):
        ran = office.bill("outbox", "send")
    assert (ran.code, len(post.taken)) == (code, taken)
    assert "No space left" in ran.err
    assert [office.stand(each) for each in (one, two)] == (["in doubt", "planned"] if taken else ["planned", "planned"])
    office.bill("outbox", "send")
    assert len(post.taken) == 2  # what is in doubt is not sent again
    assert office.done("check").code == 0


def test_a_state_is_written_whole_or_not_at_all(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    [delivery] = office.planned(office.invoice())
    path = office.file(delivery)
    before, real = path.read_bytes(), os.write
    for short in (0, 3, 9, 20):
        monkeypatch.setattr(os, "write", lambda fd, data, short=short: real(fd, data[:short]))
        with pytest.raises(OSError, match="No space"):
            append_state(str(office.root), str(path.relative_to(office.root)), "2026-04-17T09:00:00Z sending x")
        monkeypatch.setattr(os, "write", real)
        assert path.read_bytes() == before


def test_a_torn_line_was_never_a_state_wherever_it_is_torn(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    path = office.file(delivery)
    before = path.read_bytes()
    first = b'states:\n  - "2026-04-17T08:00:00Z sending 127.0.0.1:25"\n'
    for raw, words in ((first, []), (b'  - "2026-04-17T08:00:00Z data 127.0.0.1:25"\n', ["sending"])):
        start = before + (first if words else b"")
        for cut in range(1, len(raw)):
            path.write_bytes(start + raw[:cut])
            assert (office.states(delivery), office.stand(delivery)) == (words, "planned"), raw[:cut]
    (office.root / ".bill" / "outbox" / "noted").write_text(str(path.relative_to(office.root)))
    office.done("outbox", "send")
    assert office.states(delivery) == ["sending", "sending", "data", "sent"]
    assert len(post.taken) == 1
    assert {by for _, by in office.authors(delivery)} == {"bill"}


def test_states_that_do_not_stand_last_take_no_more(office: Office, post: Post) -> None:
    one, two = office.planned(office.invoice(), office.invoice())
    path = office.file(one)
    path.write_text(path.read_text().replace("channel: mail\n", 'channel: mail\nstates:\n  - "2026-04-17T08:00:00Z sending x"\n'))
    ran = office.bill("outbox", "send")
    assert "does not stand last" in ran.err
    assert (office.stand(one), office.stand(two), len(post.taken)) == ("planned", "sent", 1)


def test_a_line_of_ours_in_windows_line_ends_is_left_to_a_person(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    path = office.file(delivery)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    office.bill("outbox", "send")
    assert (path.read_bytes(), post.taken) == (before, [])


def with_git(office: Office) -> Callable[..., str]:
    (office.root / "ledger.yaml").write_text((office.root / "ledger.yaml").read_text().replace("commit: false", "commit: true"))
    (office.root / ".gitignore").write_text(".bill/\n")

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(office.root), *words], check=True, capture_output=True, text=True).stdout

    git("init", "-q", "-b", "main")
    git("-c", "user.name=x", "-c", "user.email=x@x.example", "add", ".")
    git("-c", "user.name=x", "-c", "user.email=x@x.example", "commit", "-qm", "begin")
    return git


def test_states_that_another_command_recorded_after_a_kill_are_committed_with_the_next_run(office: Office) -> None:
    git = with_git(office)
    [delivery] = office.planned(office.invoice())
    path = str(office.file(delivery).relative_to(office.root))
    append_state(str(office.root), path, "2026-04-17T09:00:00Z dropped paid")
    outbox.note(str(office.root), [path])
    office.invoice()
    assert git("status", "--short").split() == ["M", path]
    office.done("outbox", "send")
    assert git("status", "--short") == ""


def test_git_has_the_states_after_the_run_and_after_a_kill(office: Office) -> None:
    git = with_git(office)
    one, two = office.planned(office.invoice(), office.invoice())
    office.done("outbox", "send", one)
    assert git("status", "--short") == ""
    assert git("log", "-1", "--format=%s").strip() == "mail handed over: 1 sent"
    with failing("sent", lambda: (_ for _ in ()).throw(KeyboardInterrupt)):
        assert office.bill("outbox", "send").code == 130
    assert "deliveries/" in git("status", "--short")
    office.invoice()
    assert git("status", "--short") == ""
    assert office.stand(two) == "in doubt"


def test_a_month_with_deliveries_that_are_not_over_is_not_folded(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    office.done("close", "--through", "2026-04-30", "--yes", at="2026-05-20")
    ran = office.bill("fold", "2026-04", "--yes", at="2026-05-20")
    assert (ran.code, delivery in ran.err, "planned" in ran.err) == (1, True, True)
    office.done("outbox", "send", at="2026-05-20")
    office.done("fold", "2026-04", "--yes", at="2026-05-20")
    assert office.stand(delivery) == "sent"
    assert office.done("check", at="2026-05-20").code == 0


def test_two_processes_at_once_send_each_message_once(office: Office, post: Post) -> None:
    office.planned(*(office.invoice() for _ in range(5)))
    words = [sys.executable, "-m", "billcli", "outbox", "send", "--quiet"]
    env = {**environment(DAY, office.env), "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [subprocess.Popen(words, cwd=office.root, env=env, stderr=subprocess.PIPE) for _ in range(2)]
    told = [each.communicate(timeout=60)[1] for each in runs]
    assert ([each.returncode for each in runs], told) == ([0, 0], [b"", b""])
    assert len(post.taken) == 5
    assert len({each.content for each in post.taken}) == 5


def test_books_set_back_to_an_older_day_send_nothing_again(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    before = office.file(delivery).read_bytes()
    office.done("outbox", "send")
    office.file(delivery).write_bytes(before)
    ran = office.bill("outbox", "send")
    assert (ran.code, "handed over from here on 2026-04-17T09:00:00Z, the books do not know" in ran.err) == (3, True)
    assert (len(post.taken), office.stand(delivery)) == (1, "in doubt")
    assert office.done("check").code == 0
    office.done("outbox", "resolve", delivery, "--resend", "--reason", "they ask for it", "--yes")
    office.done("outbox", "send")
    assert len(post.taken) == 2


def test_tries_that_never_reached_the_message_do_not_make_up_for_one_that_is_forgotten(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    post.script["RCPT"] = ["451 4.7.1 greylisted"] * 3
    for at in ("09:00", "10:00", "12:30"):
        office.bill("outbox", "send", at=f"2026-04-17T{at}")
    before = office.file(delivery).read_bytes()
    office.done("outbox", "send", at="2026-04-18")
    office.file(delivery).write_bytes(before)
    assert office.bill("outbox", "send", at="2026-04-19").code == 3
    assert (len(post.taken), office.stand(delivery)) == (1, "in doubt")


def test_a_word_that_was_said_before_a_hand_over_does_not_ask_for_another(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    post.script["RCPT"] = ["550 no such user"]
    office.bill("outbox", "send")
    office.done("outbox", "retry", delivery, "--yes")
    before = office.file(delivery).read_bytes()
    for day in (DAY, "2026-04-18"):
        office.bill("outbox", "send", at=day)
        office.file(delivery).write_bytes(before)
    assert office.bill("outbox", "send", at="2026-04-19").code == 3
    assert len(post.taken) == 1


def test_what_the_books_forgot_is_not_resent_either_where_a_doubt_is(tmp_path: Path, post: Post) -> None:
    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", settings=MAIL + "  in_doubt: resend\n")
    [delivery] = office.planned(office.invoice())
    before = office.file(delivery).read_bytes()
    office.done("outbox", "send")
    office.file(delivery).write_bytes(before)
    for day in range(18, 22):
        assert office.bill("outbox", "send", at=f"2026-04-{day}").code == 3
    assert (office.states(delivery), len(post.taken)) == (["in-doubt"], 1)
    assert office.bill("check", at="2026-04-22").code == 0


def test_what_the_server_declined_after_the_message_is_not_remembered(office: Office, post: Post) -> None:
    from billcli.store.outbox import handed

    [delivery] = office.planned(office.invoice())
    before = office.file(delivery).read_bytes()
    post.script["END"] = ["451 4.3.0 later"]
    office.bill("outbox", "send")
    assert handed(str(office.root)) == {delivery: []}
    office.file(delivery).write_bytes(before)
    office.done("outbox", "send", at="2026-04-18")
    assert [each.at for each in handed(str(office.root))[delivery]] == ["2026-04-18T09:00:00Z"]
    assert len(post.taken) == 1


def test_levels_of_reminders_are_remembered_by_invoice_and_level(tmp_path: Path) -> None:
    from billcli.store.outbox import Entry, Hand, note_declined, note_handed, remembered_levels

    root, to = str(tmp_path), "ap@kreis.example"
    (tmp_path / "ledger.yaml").write_text("schema: ledger/1\n")
    both = (Entry("reminder", "INV-1", "2", to), Entry("reminder", "INV-2", "1", to))
    note_handed(root, Hand("2026-04-17T09:00:00Z", "one", 0, both))
    note_handed(root, Hand("2026-04-18T09:00:00Z", "two", 0, (Entry("reminder", "INV-3", "1", to),)))
    note_declined(root, "two")
    note_handed(root, Hand("2026-04-19T09:00:00Z", "three", 0, (Entry("invoice", "INV-4", "", to),)))
    assert remembered_levels(root) == {("INV-1", 2): "2026-04-17T09:00:00Z", ("INV-2", 1): "2026-04-17T09:00:00Z"}

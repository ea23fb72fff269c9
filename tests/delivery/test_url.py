"""Where mail goes and with which password: from the environment alone, and shown to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from billcli.delivery.address import mailbox
from billcli.delivery.maildir import Maildir
from billcli.delivery.url import PASSWORD, PASSWORD_FILE, Target, password, target
from billcli.errors import Unreachable, UsageError


@pytest.mark.parametrize(("text", "found"), [
    ("smtps://bill@mail.example:465", Target("tls", "mail.example", 465, "bill")),
    ("smtps://mail.example", Target("tls", "mail.example", 465)),
    ("smtp+starttls://bill%40fjord.example@mail.example:587", Target("starttls", "mail.example", 587, "bill@fjord.example")),
    ("smtp://127.0.0.1:8025", Target("none", "127.0.0.1", 8025)),
    ("smtp://[::1]:8025", Target("none", "::1", 8025)),
    ("maildir:/var/spool/bill/", Target("maildir", path="/var/spool/bill")),
])  # fmt: skip
def test_what_a_url_says(text: str, found: Target) -> None:
    assert target({"BILL_SMTP_URL": text}) == found


@pytest.mark.parametrize("text", [
    "", "smtp://mail.example:25", "smtp://localhost.evil.example", "smtp://bill@127.0.0.1:25", "smtp://0.0.0.0:25", "http://mail.example",
    "smtps://", "smtps://mail.example/path", "smtps://mail.example?x=1", "smtps://mail.example:0", "smtps://mail.example:99999",
    "smtps://mail .example", "smtps://mäil.example", "maildir:relative", "maildir:/a/../b", "mail.example:465", "smtps://a%0d%0ab@mail.example",
])  # fmt: skip
def test_what_is_no_safe_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        target({"BILL_SMTP_URL": text})


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    with pytest.raises(UsageError, match="holds a password") as raised:
        target({"BILL_SMTP_URL": "smtps://bill:s3cret@mail.example"})
    assert "s3cret" not in raised.value.message + raised.value.hint


def test_a_password_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "word"
    file.write_text("s3cret\n")
    for mode, good in ((0o600, True), (0o400, True), (0o640, False), (0o604, False)):
        file.chmod(mode)
        if good:
            assert password({PASSWORD_FILE: str(file)}) == "s3cret"
        else:
            with pytest.raises(UsageError, match="others may read"):
                password({PASSWORD_FILE: str(file)})
    assert password({PASSWORD: "x", PASSWORD_FILE: str(file)}) == "x"
    assert password({}) is None
    for raw in (b"", b"\n", b"a\nb\n", b"\xff\n"):
        file.chmod(0o600)
        file.write_bytes(raw)
        with pytest.raises(UsageError):
            password({PASSWORD_FILE: str(file)})
    with pytest.raises(UsageError):
        password({PASSWORD_FILE: str(tmp_path / "none")})


def test_a_maildir_takes_a_message_once(tmp_path: Path) -> None:
    box = Maildir(str(tmp_path / "box"))
    sender, to = mailbox("a@fjord.example"), mailbox("b@nordwind.example")
    box.open()
    first = box.hand_over("INV-1-invoice-0a1b2c3d", sender, to, b"one\r\n", lambda: None)
    again = box.hand_over("INV-1-invoice-0a1b2c3d", sender, to, b"two\r\n", lambda: None)
    assert (first.word, again.word) == ("sent", "sent")
    assert "already" in again.said
    new = tmp_path / "box" / "new" / "INV-1-invoice-0a1b2c3d"
    assert new.read_bytes() == b"one\r\n"
    assert new.stat().st_mode & 0o777 == 0o600
    new.rename(tmp_path / "box" / "cur" / f"{new.name}:2,S")
    assert "already" in box.hand_over("INV-1-invoice-0a1b2c3d", sender, to, b"x", lambda: None).said
    assert [*(tmp_path / "box" / "new").iterdir(), *(tmp_path / "box" / "tmp").iterdir()] == []


def test_a_second_run_between_look_and_link_is_told_by_the_link(tmp_path: Path) -> None:
    box = Maildir(str(tmp_path / "box"))
    sender, to = mailbox("a@fjord.example"), mailbox("b@nordwind.example")
    box.open()

    def other() -> None:
        (tmp_path / "box" / "new" / "x").write_bytes(b"other")

    assert "already" in box.hand_over("x", sender, to, b"mine", other).said
    assert (tmp_path / "box" / "new" / "x").read_bytes() == b"other"


def test_a_maildir_that_cannot_be_made_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable):
        Maildir(str(tmp_path / "file" / "box")).open()

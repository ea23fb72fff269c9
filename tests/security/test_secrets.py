"""Rows 13 and 14: a password is nowhere but where it is needed, and what is private is its owner's alone, whatever the umask."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from billcli.app.pdf import Sheet, _put
from billcli.store.secret import secrets_in
from tests.delivery.post import Post, certificate, listening, login
from tests.outbox.office import DAY, Office, plain_studio
from tests.support import bill, done, make_ledger

PASSWORD = "s3cr3t-w0rd-0f-the-mail"

# joined here, so that nobody's scanner takes this file for a leak
KEYS = {
    "a private key": "-----BEGIN RSA PRIV" + "ATE KEY-----",
    "an access key of AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "a token of GitHub": "ghp_" + "a1B2" * 9,
    "a token of GitLab": "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "a token of Slack": "xoxb-" + "123456789012-abc",
    "a key of Stripe": "sk_live_" + "a1B2" * 5,
    "a key of Google": "AIza" + "a1B2c" * 7,
    "a signed token": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.x",
    "an address with a password in it": "smtp://fjord:hunter2@mail.example",
    "a password": "password: hunter22",
    "a secret": "client_secret: 0123456789",
    "a key": "api_key = 0123456789",
    "a token": "access_token: 0123456789abcdef",
}
PLAIN = [
    "Passed on to the tax office", "the key: to success", "Turnkey: 5", "token", "password", "secretary: Anna", "https://fjord.example/a:b@c",
    "mailto:anna@fjord.example", "reference: RF73INV20260042", "seal: v1:4be10000", "Passage: 5 m", "iban: DE89370400440532013000",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), KEYS.items())
def test_what_looks_like_a_key_is_a_warning_that_does_not_show_it(tmp_path: Path, kind: str, text: str) -> None:
    books = make_ledger(
        tmp_path / "books", f"--- customers/a.yaml\nschema: customer/1\nid: a\nname: Aaaa\nnotes: >-\n  see below\n\n  {text}\n"
    )
    for form in ("text", "short", "json"):
        ran = bill("check", "--format", form, cwd=books)
        assert (ran.code, ran.out.count("W750"), f"looks like {kind}" in ran.out, text[-6:] in ran.out) == (0, 1, True, False)
    assert bill("customer", "list", cwd=books).err == ""


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_none_is_let_be(text: str) -> None:
    assert secrets_in(text.encode(), "x") == []


def test_a_file_full_of_keys_is_told_in_bounded_time() -> None:
    assert len(secrets_in(b"password: hunter22\n" * 100_000, "x")) == 20
    assert secrets_in(b"eyJ" * 300_000 + b"a://" * 100_000 + b"pass " * 100_000, "x") == []


# the password of the mail server


@pytest.fixture
def studio() -> Iterator[None]:
    with plain_studio():
        yield


@pytest.mark.usefixtures("studio")
def test_the_password_is_in_no_file_no_output_and_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logged in with it, refused with it, and with a bug in the middle: whatever a command leaves behind, it is not there."""
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    said: list[str] = []
    started: list[str] = []
    popen = subprocess.Popen.__init__

    def noted(self: subprocess.Popen[bytes], args: object, *rest: object, **more: object) -> None:
        started.append(repr(args))
        popen(self, args, *rest, **more)  # type: ignore[call-overload]  # as it came

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    for right in (True, False):
        with listening(
            Post(), authenticator=login("bill", PASSWORD if right else "other"), auth_required=True, tls_context=context
        ) as post:
            office = Office(tmp_path / f"books-{right}", f"smtp+starttls://bill@127.0.0.1:{post.port}")
            office.env["BILL_SMTP_PASSWORD"] = PASSWORD
            number = office.invoice()
            for words in (("invoice", "send", number, "--yes"), ("outbox", "list"), ("outbox", "list", "--format", "json")):
                said += office.bill(*words)[1:]
            assert len(post.taken) == right
            with mock.patch("smtplib.SMTP.login", side_effect=RuntimeError(f"unforeseen, with {PASSWORD}")):
                assert office.bill("outbox", "retry").code in (0, 1, 2, 3, 70)
                said += office.bill("invoice", "send", office.invoice(price="7"), "--yes")[1:]
    assert any("bug of bill" in each for each in said)
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".pem"]
    assert any(path.name.startswith("bill-bug-") for path in kept)
    assert [path for path in kept if PASSWORD.encode() in path.read_bytes()] == []
    assert not [each for each in (*said, *started) if PASSWORD in each]


def test_what_a_bug_leaves_is_its_owners_alone_and_shows_no_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    books = make_ledger(tmp_path / "books")

    def fail(*_: object) -> None:
        secret = f"{PASSWORD} in a variable"
        raise RuntimeError(f"oops {len(secret)}")

    before = os.umask(0)
    try:
        with mock.patch("billcli.app.status.status_view", fail):
            ran = bill(cwd=books, env={"BILL_SMTP_PASSWORD": PASSWORD})
    finally:
        os.umask(before)
    assert ran.code == 70
    [report] = tmp_path.glob("bill-bug-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "RuntimeError: oops" in report.read_text()
    assert PASSWORD not in report.read_text()


# who may read what


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("umask", [0, 0o22, 0o77])
def test_private_files_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        office = Office(tmp_path / "books", f"maildir:{tmp_path}/mail")
        number = office.invoice()
        office.planned(number)
        office.done("outbox", "list")
        office.bill("run", "--yes")
        _put([Sheet("a.pdf", b"%PDF-1.7", "a")], str(tmp_path / "pdf"))
        (tmp_path / "pdf/a.pdf").chmod(0o640)
        _put([Sheet("a.pdf", b"%PDF-1.7 other", "a"), Sheet("b.pdf", b"%PDF-1.7", "a")], str(tmp_path / "pdf"))
    finally:
        os.umask(before)
    private = office.root / ".bill"
    open_to_others = [
        str(path.relative_to(tmp_path))
        for top in (private, tmp_path / "mail", private / "outbox")
        for path in (top, *(top.rglob("*") if top.name != ".bill" else ()))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []
    assert any((tmp_path / "mail/new").iterdir())
    assert [stat.S_IMODE((tmp_path / "pdf" / name).stat().st_mode) for name in ("a.pdf", "b.pdf")] == [0o640, 0o600]
    assert stat.S_IMODE((office.root / "invoices/2026/04/INV-2026-0001.yaml").stat().st_mode) == 0o666 & ~umask


def test_a_file_keeps_its_mode_when_a_command_changes_it(tmp_path: Path) -> None:
    books = make_ledger(tmp_path / "books", "--- customers/a.yaml\nschema: customer/1\nid: a\nname: Aaaa\n")
    for mode in (0o600, 0o640, 0o664):
        (books / "customers/a.yaml").chmod(mode)
        done("customer", "edit", "a", "--set", f"terms=net {mode % 50 + 1}", "--yes", cwd=books, at=DAY)
        assert stat.S_IMODE((books / "customers/a.yaml").stat().st_mode) == mode


def test_an_outbox_that_came_open_to_others_is_closed(tmp_path: Path) -> None:
    with plain_studio():
        office = Office(tmp_path / "books", f"maildir:{tmp_path}/mail")
        (office.root / ".bill/outbox").mkdir(parents=True)
        (office.root / ".bill/outbox").chmod(0o777)
        office.planned(office.invoice())
    assert stat.S_IMODE((office.root / ".bill/outbox").stat().st_mode) == 0o700

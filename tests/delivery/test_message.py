"""What goes out: headers, parts, and that no name, subject or address can make more of it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from billcli.delivery.address import mailbox
from billcli.delivery.message import Content, Person, file_name, message_bytes
from billcli.errors import BillError
from billcli.model.values import BadValue

CONTENT = Content(
    "INV-2026-0001", "<0123456789abcdef0123456789abcdef@fjord.example>", datetime(2026, 4, 17, 8, tzinfo=UTC),
    Person("Fjord Consulting AS", "billing@fjord.example"), Person("Nordwind Handels GmbH", "ap@nordwind.example"),
    "Rechnung INV-2026-0001 – fällig", "Guten Tag,\n.\nanbei.\n", "<p>Guten Tag</p>\n", (("INV-2026-0001.pdf", b"%PDF-1.7\n\0\xff"),),
)  # fmt: skip


def parsed(content: Content) -> EmailMessage:
    found = BytesParser(policy=policy.default).parsebytes(message_bytes(content))
    assert isinstance(found, EmailMessage)
    return found


def test_the_message_as_its_receiver_reads_it() -> None:
    found = parsed(CONTENT._replace(answers=("<a@fjord.example>", "<b@fjord.example>"), reply_to="office@fjord.example"))
    head = {name: str(found[name]) for name in ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References")}
    assert head == {
        "From": "Fjord Consulting AS <billing@fjord.example>", "To": "Nordwind Handels GmbH <ap@nordwind.example>",
        "Reply-To": "office@fjord.example", "Subject": "Rechnung INV-2026-0001 – fällig", "Date": "Fri, 17 Apr 2026 08:00:00 +0000",
        "Message-ID": "<0123456789abcdef0123456789abcdef@fjord.example>", "In-Reply-To": "<b@fjord.example>",
        "References": "<a@fjord.example> <b@fjord.example>",
    }  # fmt: skip
    assert (found["Auto-Submitted"], found["X-Auto-Response-Suppress"], found["X-Bill-Key"]) == (
        "auto-generated", "OOF, AutoReply", "INV-2026-0001",
    )  # fmt: skip
    assert found["Precedence"] is None and found["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in found.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    plain, pdf = found.get_body(("plain",)), next(found.iter_attachments())
    assert plain is not None and plain.get_content().replace("\r\n", "\n") == CONTENT.text
    assert (pdf.get_filename(), pdf.get_content()) == ("INV-2026-0001.pdf", b"%PDF-1.7\n\0\xff")


def test_the_same_delivery_gives_the_same_bytes_and_crlf_alone_ends_lines() -> None:
    raw = message_bytes(CONTENT)
    assert raw == message_bytes(CONTENT)
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", [
    'Evil" <a@evil.example>, "', "a@evil.example, Nordwind", "Müller, Söhne & Co. KG " * 12, "Long, with a comma; and more " * 9, "x" * 300,
    "שלום\u202e <b>x</b>", "北京贸易有限公司", "\r\nBcc: a@evil.example", "\0", "=?utf-8?q?a=40evil.example=2C?=",
    "(comment) <x@evil.example>",
])  # fmt: skip
def test_no_name_makes_a_second_recipient_or_a_header(name: str) -> None:
    found = parsed(
        CONTENT._replace(to=Person(name, "ap@nordwind.example"), sender=Person(name, "billing@fjord.example"), subject=name or "x")
    )
    assert [each.addr_spec for each in found["To"].addresses] == ["ap@nordwind.example"]
    assert [each.addr_spec for each in found["From"].addresses] == ["billing@fjord.example"]
    assert found["Bcc"] is None


@pytest.mark.parametrize("text", [
    "a@b.example\r\nRCPT TO:<x@evil.example>", "a@b.example, x@evil.example", "a@b.example;x@evil.example", "a\0@b.example",
    '"a b"@c.example',
    '"a@b"@c.example', "a@b@c.example", "<a@b.example>", "A <a@b.example>", "a@", "@b.example", "", "a@b", "a@-b.example", "a@b..example",
    "a@[127.0.0.1]", "a@127.0.0.1", ".a@b.example", "a.@b.example", "a@b\u3002example\u200b", "a@b.example\u2028", "a(x)@b.example",
    "a @b.example",
    "a@" + "b" * 64 + ".example", "a" * 65 + "@b.example", "a@\u2100.example", "a\u202eb@c.example", "a%0d@b.example\n",
])  # fmt: skip
def test_what_is_not_exactly_one_address_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        mailbox(text)
    with pytest.raises(BadValue):
        message_bytes(CONTENT._replace(to=Person("", text)))


def test_a_domain_in_any_script_goes_out_in_ascii() -> None:
    assert mailbox("ap@bücher.example") == ("ap@xn--bcher-kva.example", False)
    assert mailbox("ap@例え.example。com").address == "ap@xn--r8jz45g.example.com"
    assert b"To: Nordwind <ap@xn--bcher-kva.example>" in message_bytes(CONTENT._replace(to=Person("Nordwind", "ap@bücher.example")))


def test_ids_longer_than_a_line_stay_as_they_are() -> None:
    long = f"<{'a' * 32}@{'subdomain.' * 12}example>"
    raw = message_bytes(CONTENT._replace(message_id=long, answers=(long,)))
    assert raw.count(long.encode()) == 3
    with pytest.raises(BillError):
        message_bytes(CONTENT._replace(message_id="<a@b>\r\nBcc: x"))


@pytest.mark.parametrize(("text", "name"), [
    ("INV-1.pdf", "INV-1.pdf"), ("../../etc/passwd", "_.._etc_passwd"), ("a\r\nb\0.pdf", "a__b_.pdf"), ("", "document.pdf"),
    ("...", "document.pdf"),
    ("x" * 300 + ".pdf", "x" * 96 + ".pdf"), ("发" * 60 + ".pdf", "发" * 32 + ".pdf"), ("C:\\a|b?.pdf", "C__a_b_.pdf"),
])  # fmt: skip
def test_names_of_attachments_are_plain(text: str, name: str) -> None:
    assert file_name(text) == name
    attached = next(parsed(CONTENT._replace(attachments=((text, b"x"),))).iter_attachments())
    assert attached.get_filename() == name

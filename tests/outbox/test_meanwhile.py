"""What happened between planning and handing over: void, paid, another address, another notice, a file that somebody changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from billcli.app.outbox import send
from billcli.model.delivery import State, state_text
from billcli.store.append import append_state
from tests.delivery.post import Post
from tests.outbox.office import MAIL, Office

pytestmark = pytest.mark.usefixtures("studio")

DUNNING = """\
dunning:
  unsent: remind
  policies:
    - name: usual
      levels:
        - {level: 1, days: 5, fee: 7.00}
        - {level: 2, days: 25}
"""


@pytest.fixture
def chasing(tmp_path: Path, post: Post) -> Office:
    return Office(tmp_path, f"smtp://127.0.0.1:{post.port}", settings=MAIL + DUNNING)


def to(office: Office, customer: str, old: str, new: str) -> None:
    file = office.root / "customers" / f"{customer}.yaml"
    file.write_text(file.read_text().replace(old, new))


# void while it is on its way


@pytest.mark.parametrize("kind", ["invoice", "credit-note"])
def test_nothing_is_made_void_while_it_is_handed_over(
    office: Office, post: Post, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:  # fmt: skip
    number = office.invoice()
    if kind == "credit-note":
        number = office.done("credit-note", "new", "-c", "nordwind", "--line", "Goodwill;1;5", "--reason", "x", "--yes").out.strip()
    delivery = office.done(kind, "send", number, "--later", "--yes", "--format", "json").json["deliveries"][0]
    real, told = append_state, []

    def sending(root: str, path: str, line: str) -> None:
        if line.split(" ")[1] == "data":
            told.append(office.bill(kind, "void", number, "--reason", "x", "--yes"))
        real(root, path, line)

    monkeypatch.setattr(send, "append_state", sending)
    office.done("outbox", "send")
    [ran] = told
    assert (ran.code, "is being handed over to ap@nordwind.example" in ran.err) == (4, True)
    assert (office.stand(delivery), len(post.taken)) == ("sent", 1)


def test_what_a_killed_run_began_may_be_made_void(office: Office, post: Post) -> None:
    number = office.invoice()
    [delivery] = office.planned(number)
    path = str(office.file(delivery).relative_to(office.root))
    append_state(str(office.root), path, state_text(State(datetime(2026, 4, 17, 9, tzinfo=UTC), "sending", "x")))
    office.done("invoice", "void", number, "--reason", "x", "--yes")
    office.done("outbox", "send")
    assert (office.stand(delivery), post.taken) == ("dropped", [])


def test_a_delivery_is_not_edited_while_mail_is_handed_over(office: Office) -> None:
    from billcli.store.lock import mail_lock

    [delivery] = office.planned(office.invoice())
    office.env["EDITOR"] = "sed -i s/Nordwind/Nordwund/"
    with mail_lock(str(office.root)):
        ran = office.bill("edit", delivery, "--yes", "--reason", "x")
    assert (ran.code, "another run hands mail over" in ran.err) == (4, True)


# another notice


def test_a_notice_whose_level_another_one_claimed_is_not_tried_again(chasing: Office, post: Post) -> None:
    chasing.invoice()
    post.script["RCPT"] = ["550 5.1.1 no such user"]
    assert chasing.bill("remind", "run", "--yes", at="2026-06-01").code == 3
    [first] = [each.stem for each in (chasing.root / "deliveries").rglob("*.yaml")]
    chasing.done("outbox", "resolve", first, "--drop", "--reason", "x", "--yes", at="2026-06-01")
    chasing.done("remind", "run", "--yes", at="2026-06-02")
    assert len(post.taken) == 1
    ran = chasing.bill("outbox", "retry", first, "--yes", at="2026-06-02")
    assert (ran.code, "level 1 is claimed by" in ran.err) == (1, True)
    file = chasing.file(first)
    file.write_text(file.read_text() + '  - "2026-06-02T09:00:00Z again a person, by hand"\n')
    chasing.bill("outbox", "send", at="2026-06-03")
    assert (len(post.taken), chasing.stand(first)) == (1, "dropped")


def test_a_reminder_of_what_was_paid_is_not_tried_again(chasing: Office, post: Post) -> None:
    number = chasing.invoice()
    post.script["RCPT"] = ["550 5.1.1 no such user"]
    chasing.bill("remind", "run", "--yes", at="2026-06-01")
    [first] = [each.stem for each in (chasing.root / "deliveries").rglob("*.yaml")]
    chasing.done("payment", "add", "-c", "nordwind", "--amount", "100", "--invoice", number, "--yes", at="2026-06-02")
    ran = chasing.bill("outbox", "retry", first, "--yes", at="2026-06-02")
    assert (ran.code, "was settled meanwhile" in ran.err) == (1, True)


# another address


def test_a_corrected_address_gets_what_the_old_one_refused(office: Office, post: Post) -> None:
    number = office.invoice()
    [old] = office.planned(number)
    post.script["RCPT"] = ["550 5.1.1 no such user"]
    office.bill("outbox", "send")
    to(office, "nordwind", "ap@nordwind.example", "books@nordwind.example")
    ran = office.done("outbox", "retry", old, "--yes")
    assert "address changed to books@nordwind.example" in ran.err
    office.done("outbox", "send")
    assert ([each.rcpt_tos for each in post.taken], office.stand(old)) == ([["books@nordwind.example"]], "dropped")
    assert office.done("check").code == 0


def test_mail_that_waits_for_an_address_that_is_gone_is_planned_anew(tmp_path: Path, post: Post) -> None:
    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", settings=MAIL + "  send_since: 2026-01-01\n")
    number = office.invoice()
    [old] = office.planned(number)
    to(office, "nordwind", "ap@nordwind.example", "books@nordwind.example")
    office.done("run", "--yes", at="2026-04-18")
    assert (post.taken, office.history(old)) == ([], [{"state": "dropped", "said": "address changed to books@nordwind.example"}])
    for day in ("2026-04-19", "2026-04-20"):
        office.done("run", "--yes", at=day)
    assert [each.rcpt_tos for each in post.taken] == [["books@nordwind.example"]]


def test_an_address_that_a_person_named_need_be_no_contact(office: Office, post: Post) -> None:
    office.done("invoice", "send", office.invoice(), "--to", "office@kreis.example", "--yes")
    assert [each.rcpt_tos for each in post.taken] == [["office@kreis.example"]]


def test_one_address_is_one_however_its_domain_is_written(office: Office, post: Post) -> None:
    number = office.invoice()
    office.done("invoice", "send", number, "--to", "ap@b\u00fccher.example", "--yes")
    assert "already sent" in office.done("invoice", "send", number, "--to", "ap@xn--bcher-kva.example", "--yes").err
    assert len(post.taken) == 1


# a changed file


def test_an_address_that_somebody_wrote_into_a_delivery_is_not_obeyed(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    file = office.file(delivery)
    file.write_text(file.read_text().replace("to: ap@nordwind.example", "to: ap@evil.example\nto_given: true"))
    ran = office.bill("outbox", "send")
    assert (ran.code, "somebody changed its file" in ran.err, post.taken) == (3, True, [])


def test_a_message_for_somebody_else_is_not_handed_over() -> None:
    from billcli.app.outbox.genuine import unlike
    from billcli.core.delivery import delivery_id, delivery_key
    from billcli.core.facts import DeliveryFact

    at = "2026-04-17T09:00:00Z"
    name = delivery_id("invoice", "I-1", delivery_key("invoice", ["I-1"], None, "mail", "a@evil.example"))
    rest = ("mail", "a@evil.example", at, None, None, None, "", "", "", 0)
    fact = DeliveryFact(name, "invoice", "nordwind", None, date(2026, 4, 17), *rest)
    assert (
        unlike(fact, ["I-1"], b"To: A <a@nordwind.example>\r\n\r\n") == "its message is for a@nordwind.example: somebody changed its file"
    )
    assert unlike(fact, ["I-1"], b"To: A <A@evil.example>\r\n\r\n") == ""


# letters


def test_a_letter_of_what_was_paid_is_told_and_taken_out(tmp_path: Path, post: Post) -> None:
    letters = DUNNING.replace("days: 5,", "days: 5, channel: letter,")
    office = Office(tmp_path / "ledger", f"smtp://127.0.0.1:{post.port}", settings=MAIL + letters)
    to(office, "nordwind", "contacts:", "address: {street: Kai 1, city: Bergen, country: NO}\ncontacts:")
    number = office.invoice()
    office.done("remind", "run", "--yes", at="2026-06-01")
    [letter] = [each.stem for each in (office.root / "deliveries").rglob("*.yaml")]
    office.done("payment", "add", "-c", "nordwind", "--amount", "100", "--invoice", number, "--yes", at="2026-06-02")
    ran = office.done("outbox", "pdf", letter, "--out", str(tmp_path / "out"), at="2026-06-02")
    assert "was settled meanwhile: is this letter still to go?" in ran.err
    assert len(list((tmp_path / "out").iterdir())) == 1
    office.done("outbox", "send", at="2026-06-02")
    assert office.stand(letter) == "dropped"
    ran = office.done("outbox", "resolve", letter, "--sent", "--reason", "posted before", "--yes", at="2026-06-02")
    assert ("was settled meanwhile" in ran.err, office.stand(letter)) == (True, "sent")
    assert office.bill("check", at="2026-06-02").code == 0


def test_a_ledger_that_cannot_be_written_says_so(office: Office) -> None:
    office.planned(office.invoice())
    (office.root / ".bill" / "mail-lock").mkdir()
    ran = office.bill("outbox", "send")
    assert (ran.code, "nothing was handed over" in ran.err, "bill keeps its mail lock there" in ran.err) == (1, True, True)

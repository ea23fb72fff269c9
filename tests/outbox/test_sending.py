"""Invoices on their way to a real server: what it received, and what the books say of it."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.delivery.post import Post
from tests.outbox.office import Office, Plain

pytestmark = pytest.mark.usefixtures("studio")


def test_an_invoice_arrives_once_with_its_pdf(office: Office, post: Post) -> None:
    number = office.invoice()
    ran = office.done("invoice", "send", number, "--yes")
    assert "1 sent" in ran.err
    [taken] = post.taken
    found = BytesParser(policy=policy.default).parsebytes(taken.content)
    assert (taken.mail_from, taken.rcpt_tos) == ("billing@fjord.example", ["ap@nordwind.example"])
    assert str(found["From"]) == "Fjord Consulting <billing@fjord.example>"
    assert str(found["Subject"]) == f"invoice {number}"
    assert str(found["Date"]) == "Fri, 17 Apr 2026 09:00:00 +0000"
    [pdf] = found.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == (f"{number}.pdf", b"%PDF-1.7 " + number.encode())
    again = office.done("invoice", "send", number, "--yes")
    assert "already sent to ap@nordwind.example on 2026-04-17" in again.err
    assert len(post.taken) == 1


def test_states_are_evidence_and_the_books_stay_whole(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    office.done("outbox", "send")
    assert [(each["state"], each["said"]) for each in office.history(delivery)] == [
        ("sending", f"127.0.0.1:{post.port}"), ("data", f"127.0.0.1:{post.port}"), ("sent", "250 2.0.0 queued as ABC123"),
    ]  # fmt: skip
    assert office.done("check").code == 0
    assert not list((office.root / ".bill" / "outbox").glob("*.eml"))
    assert office.authors(delivery) == [("invoice send", "bill"), ("outbox send", "bill")]


def test_another_copy_only_where_a_person_says_so(office: Office, post: Post) -> None:
    number = office.invoice()
    office.done("invoice", "send", number, "--yes")
    office.done("invoice", "send", number, "--again", "--yes")
    ids = [BytesParser(policy=policy.default).parsebytes(each.content)["Message-ID"] for each in post.taken]
    assert len(set(ids)) == 2


def test_without_a_yes_nothing_is_written_or_sent(office: Office, post: Post) -> None:
    number = office.invoice()
    before = {path: path.read_bytes() for path in office.root.rglob("*.yaml")}
    assert office.bill("invoice", "send", number).code == 3
    assert office.done("invoice", "send", number, "--dry-run").code == 0
    assert {path: path.read_bytes() for path in office.root.rglob("*.yaml")} == before
    assert post.taken == []


def test_only_the_sender_sends(office: Office, post: Post) -> None:
    number = office.invoice()
    office.planned(number)
    office.env["BILL_CLONE"] = CLONE = "0ther000".replace("t", "a").replace("h", "b").replace("r", "c")
    (office.root / ".bill" / "clone").unlink()
    for words in (("outbox", "send"), ("invoice", "send", number, "--yes")):
        ran = office.bill(*words)
        assert (ran.code, "come from the working copy c10ec10e" in ran.err) == (1, True), CLONE
    office.done("outbox", "here", "--yes")
    office.done("outbox", "send")
    assert len(post.taken) == 1


def test_two_runs_the_second_sends_nothing(office: Office, post: Post) -> None:
    office.planned(office.invoice(), office.invoice())
    office.done("outbox", "send")
    assert "nothing to hand over" in office.done("outbox", "send").err
    assert len(post.taken) == 2


def test_a_second_run_at_once_is_refused_and_silent_for_cron(office: Office, post: Post) -> None:
    from billcli.store.lock import mail_lock

    office.planned(office.invoice())
    with mail_lock(str(office.root)):
        assert office.bill("outbox", "send").code == 4
        quiet = office.bill("outbox", "send", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert post.taken == []


def test_beside_another_run_an_old_doubt_is_told_and_what_that_run_is_at_is_not(office: Office, post: Post) -> None:
    from billcli.store import outbox
    from billcli.store.append import append_state
    from billcli.store.lock import mail_lock

    old, new = office.planned(office.invoice(), office.invoice())
    post.script["END"] = ["taken, drop"]
    assert office.bill("outbox", "send", old).code == 3
    path = str(office.file(new).relative_to(office.root))
    with mail_lock(str(office.root)):
        outbox.note(str(office.root), [path])
        append_state(str(office.root), path, "2026-04-17T09:00:00Z data 127.0.0.1:25")
        rans = [office.bill(*words) for words in (("run", "--yes"), ("outbox", "send", "--quiet"))]
    assert [(ran.code, ran.out, old in ran.err, new in ran.err) for ran in rans] == [(3, "", True, False)] * 2
    assert len(post.taken) == 1


def test_what_became_void_meanwhile_drops_out(office: Office, post: Post) -> None:
    number = office.invoice()
    [delivery] = office.planned(number)
    office.done("invoice", "void", number, "--reason", "wrong customer", "--yes")
    office.done("outbox", "send")
    assert office.history(delivery) == [{"state": "dropped", "said": f"{number} is void"}]
    assert post.taken == []


def test_a_sent_invoice_is_not_made_void(office: Office) -> None:
    number = office.invoice()
    office.done("invoice", "send", number, "--yes")
    ran = office.bill("invoice", "void", number, "--reason", "wrong customer", "--yes")
    assert ran.code == 1
    assert "credit-note new" in ran.err
    assert " sent, " in office.done("invoice", "show", number).out


def test_deferred_mail_waits_longer_each_time_and_is_given_up(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    post.script["RCPT"] = ["451 4.7.1 greylisted"] * 20
    tries = []
    for day, times in (("2026-04-17", ("09:00", "09:04", "09:05", "09:34", "09:35", "11:34", "11:35", "17:34", "17:35")),
                       ("2026-04-18", ("17:34", "17:35")), ("2026-04-19", ("17:35",)), ("2026-04-20", ("17:35",)),
                       ("2026-04-21", ("17:35",)),
                       ("2026-04-22", ("17:35",)), ("2026-04-23", ("17:35",))):  # fmt: skip
        for at in times:
            before = post.stages.count("RCPT")
            ran = office.bill("outbox", "send", at=f"{day}T{at}")
            tries += [f"{day[8:]} {at}"] if post.stages.count("RCPT") > before else []
    assert tries == ["17 09:00", "17 09:05", "17 09:35", "17 11:35", "17 17:35", "18 17:35", "19 17:35", "20 17:35", "21 17:35"]
    assert office.stand(delivery) == "refused"
    assert "given up after 5 days: 451" in office.history(delivery)[-1]["said"]
    assert (ran.code, "given up after 5 days" in ran.err) == (3, True)  # it is told until somebody has decided


def test_a_refusal_stands_until_a_person_tries_again(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    post.script["RCPT"] = ["550 5.1.1 no such user"]
    assert office.bill("outbox", "send").code == 3
    assert office.stand(delivery) == "refused"
    for _ in range(2):
        ran = office.bill("outbox", "send")
        assert (ran.code, f"{delivery} to ap@nordwind.example: refused since" in ran.err) == (3, True)
    assert "W674" in office.bill("check").out
    assert post.taken == []
    office.done("outbox", "retry", delivery, "--yes")
    office.done("outbox", "send")
    assert len(post.taken) == 1


def test_doubt_is_never_sent_again_by_itself(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    post.script["END"] = ["taken, drop"]
    for day in ("2026-04-17", "2026-04-18", "2026-05-30"):
        ran = office.bill("outbox", "send", at=day)
        assert ran.code == 3
        assert delivery in ran.err
    assert len(post.taken) == 1
    assert office.stand(delivery) == "in doubt"
    assert office.bill("outbox", "retry", delivery, "--yes").code == 1
    assert office.bill("outbox", "resolve", delivery, "--sent", "--drop", "--reason", "x", "--yes").code == 2
    office.done("outbox", "resolve", delivery, "--resend", "--reason", "not in their mailbox", "--yes")
    office.done("outbox", "send")
    first, second = (BytesParser(policy=policy.default).parsebytes(each.content) for each in post.taken)
    assert first["Message-ID"] == second["Message-ID"]
    assert office.stand(delivery) == "sent"
    assert office.done("check").code == 0


def test_a_person_says_that_it_arrived_or_is_not_to_go(office: Office, post: Post) -> None:
    one, two = office.planned(office.invoice(), office.invoice())
    post.script["END"] = ["taken, drop"]
    office.bill("outbox", "send", one)
    office.done("outbox", "resolve", one, "--sent", "--reason", "Ms Berg has it", "--yes")
    office.done("outbox", "resolve", two, "--drop", "--reason", "in the portal", "--yes")
    assert (office.stand(one), office.stand(two)) == ("sent", "dropped")
    assert office.history(one)[-1]["said"] == "said by tester: Ms Berg has it"
    assert "nothing to hand over" in office.done("outbox", "send").err


def test_the_ledger_may_prefer_a_second_copy_to_a_doubt(tmp_path: Path, post: Post) -> None:
    from tests.outbox.office import MAIL

    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", settings=MAIL + "  in_doubt: resend\n")
    [delivery] = office.planned(office.invoice())
    post.script["END"] = ["taken, drop"]
    assert office.bill("outbox", "send").code == 3
    assert office.bill("outbox", "send", at="2026-04-17T09:04").code == 3
    office.done("outbox", "send", at="2026-04-17T09:05")
    assert office.states(delivery) == ["sending", "data", "in-doubt", "again", "sending", "data", "sent"]
    assert office.done("check").code == 0


def test_a_ledger_that_prefers_copies_sends_two_more_at_most(tmp_path: Path, post: Post) -> None:
    from tests.outbox.office import MAIL

    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", settings=MAIL + "  in_doubt: resend\n")
    one, two = office.planned(office.invoice(), office.invoice())
    post.script["END"] = ["taken, drop"] * 20
    office.bill("outbox", "send", one)
    for day in range(18, 28):
        assert office.bill("outbox", "send", one, at=f"2026-04-{day}").code == 3
    assert len(post.taken) == 3
    office.bill("outbox", "send", two, at="2026-05-01")
    office.bill("outbox", "send", two, at="2026-05-10")
    assert len(post.taken) == 4  # nine days later nobody knows what a second copy would do
    assert (office.stand(one), office.stand(two)) == ("in doubt", "in doubt")


def test_a_machine_that_was_off_gives_nothing_up(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    post.script["RCPT"] = ["451 4.7.1 greylisted"] * 2
    office.bill("outbox", "send")
    office.bill("outbox", "send", at="2026-04-23")
    assert (post.stages.count("RCPT"), office.stand(delivery)) == (2, "deferred")
    office.done("outbox", "send", at="2026-04-24")
    assert office.stand(delivery) == "sent"


def test_a_state_from_a_clock_that_was_ahead_delays_nothing(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    post.script["RCPT"] = ["451 4.7.1 greylisted"]
    office.bill("outbox", "send")
    file = office.file(delivery)
    file.write_text(file.read_text().replace("2026-04-17T09:00:00Z deferred", "2027-04-17T09:00:00Z deferred"))
    office.done("outbox", "send", at="2026-04-18")
    assert office.stand(delivery) == "sent"


def test_a_clock_that_went_back_hands_nothing_over(office: Office, post: Post) -> None:
    office.planned(office.invoice())
    office.env["BILL_CLOCK"] = ""
    ran = office.bill("outbox", "send", at="2026-04-16")
    assert (ran.code, post.taken) == (1, [])
    assert "the clock stands at 2026-04-16T09:00:00Z, the last command was at 2026-04-17T09:00:00Z" in ran.err
    office.done("outbox", "send", at="2026-04-17T08:30")
    assert len(post.taken) == 1


def test_a_failure_for_one_customer_does_not_stop_the_others(tmp_path: Path, post: Post, studio: type[Plain]) -> None:
    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", ("nordwind", "kreis", "mueller"))
    (office.root / "customers" / "silent.yaml").write_text("schema: customer/1\nid: silent\nname: Silent\n")
    numbers = [office.invoice(each) for each in ("nordwind", "kreis", "silent", "mueller")]
    studio.fault = numbers[0]
    post.script["RCPT"] = ["550 no"]
    ran = office.bill("invoice", "send", *numbers, "--yes")
    assert ran.code == 3
    assert f"{numbers[0]}: template: templates/mail/en/invoice.txt.j2:3: 'custmer' is undefined" in ran.err
    assert f"{numbers[2]}: no address" in ran.err
    assert [each.rcpt_tos for each in post.taken] == [["ap@mueller.example"]]


def test_an_unreachable_server_leaves_everything_planned(office: Office) -> None:
    ids = office.planned(office.invoice(), office.invoice())
    office.env["BILL_SMTP_URL"] = "smtp://127.0.0.1:1"
    ran = office.bill("outbox", "send")
    assert ran.code == 5
    assert "nobody listens" in ran.err
    assert [office.stand(each) for each in ids] == ["planned", "planned"]
    assert [office.history(each) for each in ids] == [[], []]


def test_caps_per_run_and_per_customer_and_day(tmp_path: Path, post: Post) -> None:
    from tests.outbox.office import MAIL

    settings = MAIL + "  max_per_run: 3\n  max_per_customer: 2\n"
    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", ("nordwind", "kreis"), settings)
    office.planned(*(office.invoice("nordwind") for _ in range(3)), *(office.invoice("kreis") for _ in range(2)))
    first = office.done("outbox", "send", "--format", "json").json
    assert (first["sent"], first["left"]) == (3, 2)
    assert (office.done("outbox", "send", "--format", "json").json["sent"], len(post.taken)) == (1, 4)
    assert office.done("outbox", "send", "--format", "json", at="2026-04-18").json["sent"] == 1
    one = Office(tmp_path / "one", f"smtp://127.0.0.1:{post.port}")
    one.planned(one.invoice(), one.invoice())
    assert one.done("outbox", "send", "--limit", "1", "--format", "json").json["sent"] == 1


def test_bytes_that_are_gone_are_made_again_and_must_be_the_same(office: Office, post: Post, studio: type[Plain]) -> None:
    one, two = office.planned(office.invoice(), office.invoice())
    for each in (office.root / ".bill" / "outbox").glob("*.eml"):
        assert each.stat().st_mode & 0o777 == 0o600
        each.unlink()
    office.done("outbox", "send", one)
    studio.wording = "Changed since"
    ran = office.bill("outbox", "send", two)
    assert "needs a person" in ran.err
    assert (len(post.taken), office.stand(two)) == (1, "deferred")
    office.done("outbox", "send", at="2026-04-18")
    assert len(post.taken) == 1
    office.done("outbox", "retry", two, "--yes")
    office.done("outbox", "send")
    assert b"Changed since" in post.taken[1].content
    assert office.done("check").code == 0


def test_kept_bytes_that_somebody_changed_do_not_go(office: Office, post: Post) -> None:
    [delivery] = office.planned(office.invoice())
    file = office.root / ".bill" / "outbox" / f"{delivery}.eml"
    file.write_bytes(file.read_bytes().replace(b"Please", b"PLEASE"))
    office.done("outbox", "send")
    assert b"PLEASE" not in post.taken[0].content


def test_by_hand_counts_as_sent_and_mails_nothing(office: Office, post: Post) -> None:
    number = office.invoice()
    office.done("invoice", "send", number, "--by-hand", "post, registered", "--yes")
    assert post.taken == []
    assert "by hand" in office.done("invoice", "show", number).out
    assert office.bill("invoice", "void", number, "--reason", "x", "--yes").code == 1
    assert office.done("check").code == 0


def test_a_maildir_in_the_place_of_a_server(tmp_path: Path) -> None:
    office = Office(tmp_path / "ledger", f"maildir:{tmp_path}/box")
    number = office.invoice()
    office.done("invoice", "send", number, "--yes")
    [file] = (tmp_path / "box" / "new").iterdir()
    assert number.encode() in file.read_bytes()


def test_the_status_says_what_waits(office: Office, post: Post) -> None:
    office.planned(office.invoice(), office.invoice(), office.invoice())
    post.script["RCPT"] = ["550 no", "451 later"]
    post.script["END"] = ["drop"]
    office.bill("outbox", "send")
    line = next(each for each in office.done().out.splitlines() if "Outbox" in each)
    assert all(word in line for word in ("1 in doubt", "1 refused", "1 waiting"))


def test_no_address_with_a_line_break_or_a_second_one_gets_into_the_books(office: Office, post: Post) -> None:
    number = office.invoice()
    for text in ("a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a\0@b.example", '"a@b"@c.example', ""):
        assert office.bill("invoice", "send", number, "--to", text, "--yes").code == 2
    office.done("invoice", "send", number, "--to", "office@bücher.example", "--yes")
    assert post.taken[0].rcpt_tos == ["office@xn--bcher-kva.example"]


def test_a_credit_note_is_sent_as_an_invoice_is(office: Office, post: Post) -> None:
    number = office.invoice()
    note = office.done("credit-note", "new", "-i", number, "--reason", "too much", "--rest", "--yes").out.strip()
    office.done("credit-note", "send", note, "--yes")
    found = BytesParser(policy=policy.default).parsebytes(post.taken[0].content)
    assert str(found["Subject"]) == f"credit-note {note}"
    assert "already sent" in office.done("credit-note", "send", note, "--yes").err


def test_statements_go_to_each_customer_once_for_each_period(tmp_path: Path, post: Post) -> None:
    office = Office(tmp_path, f"smtp://127.0.0.1:{post.port}", ("nordwind", "kreis"))
    for each in ("nordwind", "kreis"):
        office.invoice(each)
        file = office.root / "customers" / f"{each}.yaml"
        file.write_text(file.read_text().replace(f"ap@{each}.example", "books@accountant.example"))
    words = ("statement", "nordwind", "kreis", "--to", "2026-04-17", "--mail", "--yes")
    office.done(*words)
    subjects = [str(BytesParser(policy=policy.default).parsebytes(each.content)["Subject"]) for each in post.taken]
    assert sorted(subjects) == [f"statement {each} activity 2026-01-01 2026-04-17 None" for each in ("kreis", "nordwind")]
    assert "already sent" in office.done(*words).err
    office.done(*words, "--kind", "confirmation")
    assert len(post.taken) == 4
    for file in (office.root / ".bill" / "outbox").glob("*.eml"):
        file.unlink()
    assert office.bill("statement", "nordwind", "--quiet").code == 2
    assert office.done("check").code == 0


def test_a_statement_is_made_again_from_what_the_delivery_says(office: Office, post: Post) -> None:
    office.invoice()
    ran = office.done("statement", "nordwind", "--to", "2026-04-17", "--mail", "--later", "--yes", "--format", "json")
    [file] = (office.root / ".bill" / "outbox").glob("*.eml")
    file.unlink()
    office.done("outbox", "send")
    assert office.stand(ran.json["deliveries"][0]) == "sent"


def test_the_pdf_of_a_delivery_as_a_file(office: Office, tmp_path: Path, studio: type[Plain]) -> None:
    number = office.invoice()
    [delivery] = office.planned(number)
    out = tmp_path / "letters"
    assert office.done("outbox", "pdf", delivery, "--out", str(out)).out == f"{out}/{number}.pdf\n"
    assert (out / f"{number}.pdf").read_bytes() == b"%PDF-1.7 " + number.encode()
    assert office.bill("outbox", "pdf", delivery, "--out", str(out)).code == 1

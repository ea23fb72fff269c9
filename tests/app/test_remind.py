"""Reminders over real ledgers: run after run, what is on the disk, and what check proves of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from billcli.app.books import open_books
from billcli.app.context import Context, now
from billcli.app.remind_recheck import recheck
from billcli.index import delivery_queries
from billcli.render.studio import Job, Texts
from tests.support import LEDGER, bill, done, make_ledger, tree

CLONE = "c10ec10e"
DUNNING = f"""\
mail:
  address: billing@fjord.example
sender: {CLONE}
dunning:
  unsent: remind
  interest:
    regime: de-b2b
  policies:
    - name: usual
      levels:
        - level: 0
          days: -3
        - level: 1
          days: 5
        - level: 2
          days: 15
          fee: 2.50
          interest: claimed
        - level: 3
          days: 30
          gap: 10
          interest: claimed
          fixed_sum: true
"""
CUSTOMER = """\
schema: customer/1
id: nordwind
name: Nordwind Handels GmbH
contacts:
  - role: billing
    email: ap@nordwind.example
"""


class Plain:
    """Stands for the templates: papers and letters say the level and the total."""

    def __init__(self, root: str) -> None:
        self.root = root

    def made(self, jobs: Sequence[Job], progress: Any = None) -> list[Any]:
        return [self._made(job) for job in jobs]

    def _made(self, job: Job) -> Any:
        text = f"{job.template} {job.data['reminder']['id']} {job.data['reminder']['total']}"
        return f"%PDF {text}".encode() if job.kind == "paper" else Texts(text, f"{text}\n", f"<p>{text}</p>")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billcli.render.studio.Studio", Plain)


@pytest.fixture
def ledger(tmp_path: Path, plain: None) -> Path:
    """One invoice over 1,200.00 EUR, due on 2026-04-01."""
    return issued(tmp_path)


def issued(root: Path) -> Path:
    made = make_ledger(root, f"--- customers/nordwind.yaml\n{CUSTOMER}")
    (made / "ledger.yaml").write_text(LEDGER.replace("git:\n", DUNNING + "git:\n"), "utf-8")
    done("invoice", "new", "--customer", "nordwind", "--line", "Sensor;4;250;vat-20", "--yes", cwd=made, at="2026-03-02", env=env(made))
    return made


def env(ledger: Path) -> dict[str, str]:
    return {"BILL_CLONE": CLONE, "BILL_SMTP_URL": f"maildir:{ledger.parent / (ledger.name + '-mail')}"}


def mend(ledger: Path, old: str, new: str, file: str = "ledger.yaml") -> None:
    text = (ledger / file).read_text("utf-8")
    assert old in text
    (ledger / file).write_text(text.replace(old, new), "utf-8")


def received(ledger: Path) -> list[EmailMessage]:
    """What lies in the Maildir."""
    files = sorted((ledger.parent / f"{ledger.name}-mail").glob("new/*"))
    return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]


def run(ledger: Path, day: str, word: str = "sent") -> list[str]:
    """The notices that a run planned that day. They are handed over, or what waits ends with another word."""
    later = () if word == "sent" else ("--later",)
    before = len(received(ledger))
    ran = bill("remind", "run", "--yes", "--format", "json", *later, cwd=ledger, at=day, env=env(ledger))
    assert ran.code == 0, ran.err
    if word == "sent":
        assert len(received(ledger)) - before == len(ran.json["reminders"])
    for file in sorted(ledger.glob("deliveries/*/*/*.yaml")) if later else ():
        if "states:" not in file.read_text("utf-8"):
            said = {
                "in-doubt": ["sending", "data"],
                "refused": ["sending", "refused 550 no"],
                "sent by hand": ["sent by hand"],
                "dropped": ["dropped paid"],
            }[word]
            lines = "".join(f"  - {day}T09:00:0{at}Z {each}\n" for at, each in enumerate(said))
            file.write_text(file.read_text("utf-8") + "states:\n" + lines, "utf-8")
    return [str(each) for each in ran.json["reminders"]]


def notice(ledger: Path, reminder: str) -> Any:
    return done("remind", "show", reminder, "--format", "json", cwd=ledger, at="2026-12-31").json["rows"][0]


def stopped(ledger: Path, day: str) -> list[str]:
    ran = done("remind", "preview", "--format", "json", cwd=ledger, at=day).json
    assert all(each["state"] == "stopped" for each in ran["rows"])
    return [each["reason"] for each in ran["rows"]]


def clean(ledger: Path, day: str = "2026-07-20") -> None:
    ran = bill("check", "--strict", cwd=ledger, at=day)
    assert (ran.code, ran.out) == (0, ""), ran.out


def test_a_run_every_day_sends_each_level_once_and_check_finds_nothing(ledger: Path) -> None:
    done("remind", "approve", "nordwind", "--level", "3", "--by", "Ada", "--yes", cwd=ledger, at="2026-03-10")
    day, went = date(2026, 3, 20), []
    while day <= date(2026, 5, 31):
        went += [(str(day), notice(ledger, each)["level"]) for each in run(ledger, str(day))]
        day += timedelta(days=3)
    assert [level for _, level in went] == [0, 1, 2, 3]
    clean(ledger)


def test_a_second_run_writes_nothing(ledger: Path) -> None:
    assert len(run(ledger, "2026-04-06")) == 1
    before = tree(ledger)
    assert run(ledger, "2026-04-06") == []
    assert tree(ledger) == before


@pytest.mark.parametrize("day", ["2026-04-06", "2026-04-08", "2026-04-09"])
def test_a_clock_that_goes_back_sends_no_level_and_no_claim_again(ledger: Path, day: str) -> None:
    run(ledger, "2026-04-10")
    assert run(ledger, day) == []
    assert "level 1 went on 2026-04-10, a day that is still to come" in stopped(ledger, day)[0]
    assert [notice(ledger, each)["level"] for each in run(ledger, "2026-04-17")] == [2]
    assert run(ledger, "2026-04-16") == []
    clean(ledger)


def test_a_preview_of_a_past_day_shows_what_would_have_gone_then(ledger: Path) -> None:
    run(ledger, "2026-04-10")
    shown = done("remind", "preview", "--as-of", "2026-04-08", "--format", "json", cwd=ledger, at="2026-04-12").json["rows"]
    assert [(each["state"], each["level"]) for each in shown] == [("goes", 1)]


def test_nothing_new_goes_to_a_customer_before_the_day_of_its_last_notice(ledger: Path) -> None:
    run(ledger, "2026-04-10")
    done("invoice", "new", "--customer", "nordwind", "--line", "Pump;1;10", "--yes", cwd=ledger, at="2026-03-02")
    assert run(ledger, "2026-04-08") == []
    assert any("a notice of 2026-04-10 is there already, a day that is still to come" in each for each in stopped(ledger, "2026-04-08"))
    assert len(run(ledger, "2026-04-11")) == 1


def test_preview_and_a_dry_run_write_nothing(ledger: Path) -> None:
    before = tree(ledger)
    done("remind", "preview", cwd=ledger, at="2026-04-06")
    done("remind", "run", "--dry-run", cwd=ledger, at="2026-04-06")
    assert tree(ledger) == before


def test_after_forty_days_without_a_run_the_lowest_unsent_level_goes(ledger: Path) -> None:
    run(ledger, "2026-04-06")
    first, second = run(ledger, "2026-05-20"), run(ledger, "2026-05-21")
    assert [notice(ledger, each)["level"] for each in first] == [2]
    assert second == []


def test_staged_claims_come_to_the_interest_in_all(ledger: Path) -> None:
    done("remind", "approve", "nordwind", "--level", "3", "--by", "Ada", "--yes", cwd=ledger, at="2026-03-10")
    found = [notice(ledger, run(ledger, day)[0]) for day in ("2026-04-06", "2026-04-20", "2026-05-10")]
    names = ("fee", "fixed_sum", "interest", "interest_computed")
    claims = [tuple(each["items"][0].get(name) for name in names) for each in found]
    # 1200.00 × 10.27 % × 19 and × 39 days
    assert claims == [(None,) * 4, ("2.50", None, "6.42", "6.42"), (None, "40.00", "6.75", "13.17")]
    assert [each["total"] for each in found] == ["1200.00", "1208.92", "1246.75"]
    told = done("statement", "nordwind", "--to", "2026-06-30", "--format", "json", cwd=ledger, at="2026-06-30").json["rows"]
    assert [each["amount"] for each in told if each["kind"] == "claim"] == ["2.50", "6.42", "40.00", "6.75"]
    explained = done("explain", "INV-2026-0001", cwd=ledger, at="2026-06-30").out
    assert "level 3, last on 2026-05-10; 2.50 of fees, 40.00 by law and 13.17 of interest claimed" in explained
    clean(ledger)


def test_what_the_law_gives_for_an_invoice_is_claimed_at_the_first_level_that_has_it(ledger: Path) -> None:
    mend(ledger, "fee: 2.50\n", "fee: 2.50\n          fixed_sum: true\n")
    done("remind", "approve", "nordwind", "--level", "3", "--by", "Ada", "--yes", cwd=ledger, at="2026-03-10")
    days = ("2026-04-06", "2026-04-16", "2026-05-10")
    found = [notice(ledger, run(ledger, day)[0]) for day in days]
    assert [(each["items"][0].get("fee"), each["items"][0].get("fixed_sum")) for each in found] == [
        (None, None), ("2.50", "40.00"), (None, None)
    ]  # fmt: skip
    assert found[1]["total"] == str(Decimal("1242.50") + Decimal(found[1]["items"][0]["interest"]))
    clean(ledger)
    last = f"reminders/2026/05/{found[2]['id']}.yaml"
    mend(ledger, "asked: 1200.00\n", "asked: 1200.00\n    fixed_sum: 40.00\n", last)
    mend(ledger, f"total: {found[2]['total']}", f"total: {Decimal(found[2]['total']) + 40}", last)
    said = bill("check", "--strict", cwd=ledger, at="2026-07-20").out
    assert f"INV-2026-0001: the fixed sum of the law was claimed in {found[1]['id']} already" in said
    assert said.count("[E") == 1


def test_money_dated_back_makes_interest_claimed_too_high_and_check_says_so(ledger: Path) -> None:
    run(ledger, "2026-04-06")
    run(ledger, "2026-04-20")  # claims 6.42 for 19 days
    done("payment", "add", "-c", "nordwind", "-a", "600", "-i", "INV-2026-0001", "--received-on", "2026-04-03", "--yes", cwd=ledger,
         at="2026-04-21")  # fmt: skip
    said = bill("check", cwd=ledger, at="2026-04-21")  # 1200.00 × 10.27 % × 2 and 600.00 × 18 days
    assert said.code == 0
    assert "INV-2026-0001: 6.42 EUR of interest is claimed; by the books of today 3.71 EUR has run up, 2.71 EUR less" in said.out
    assert "W678" not in bill("check", cwd=ledger, at="2026-06-20").out  # by then more has run up


def test_a_partial_payment_lowers_what_is_asked_and_what_runs_up(ledger: Path) -> None:
    run(ledger, "2026-04-06")
    done(*PAID[:6], "--amount", "1000.00", "--yes", cwd=ledger, at="2026-04-11")
    item = notice(ledger, run(ledger, "2026-04-20")[0])["items"][0]
    assert (item["open"], item["asked"], item["interest"]) == ("200.00", "200.00", "3.88")  # 10 days on 1200.00, 9 on 200.00
    assert [each["principal"] for each in item["segments"]] == ["1200.00", "200.00"]


def test_a_payment_that_bounced_makes_interest_run_again_and_its_charge_is_claimed_once(ledger: Path) -> None:
    done("remind", "approve", "nordwind", "--level", "3", "--by", "Ada", "--yes", cwd=ledger, at="2026-03-10")
    run(ledger, "2026-04-06")
    paid = done(*PAID[:6], "--amount", "1200.00", "--yes", cwd=ledger, at="2026-04-11")
    assert run(ledger, "2026-04-20") == []
    charge = ("--bank-charge", "3.50", "--reason", "account closed", "--yes")
    done("payment", "reverse", paid.out.strip(), *charge, cwd=ledger, at="2026-04-21")
    first = notice(ledger, run(ledger, "2026-04-21")[0])
    assert [each["amount"] for each in first["charges"]] == ["3.50"]
    assert first["items"][0]["interest"] == "3.38"  # 04-02 to 04-11; it was paid from then until 04-21
    second = notice(ledger, run(ledger, "2026-05-10")[0])
    assert "charges" not in second
    assert second["items"][0]["interest_computed"] == "9.79"  # 19 days more
    clean(ledger)


@pytest.mark.parametrize(("word", "said"), [("in-doubt", "nobody knows whether level 1 arrived"), ("refused", "level 1 was refused")])
def test_a_notice_that_may_not_have_arrived_waits_for_a_person(ledger: Path, word: str, said: str) -> None:
    run(ledger, "2026-04-06", word)
    assert run(ledger, "2026-05-20") == []
    assert said in stopped(ledger, "2026-05-20")[0]


def test_a_notice_that_was_dropped_has_reached_nothing(ledger: Path) -> None:
    run(ledger, "2026-04-06", "dropped")
    assert "a notice of today is there already" in stopped(ledger, "2026-04-06")[0]
    assert [notice(ledger, each)["level"] for each in run(ledger, "2026-04-07")] == [1]
    clean(ledger, "2026-04-08")


def test_an_old_bank_statement_holds_back_what_is_in_its_currency(ledger: Path) -> None:
    mend(ledger, "dunning:\n", "bank_accounts:\n  - id: main\n    currency: EUR\ndunning:\n  statement_age: 3\n")
    assert "no statement of the account main was read" in stopped(ledger, "2026-04-06")[0]
    mend(ledger, "currency: EUR\ndunning", "currency: USD\ndunning")
    assert len(run(ledger, "2026-04-06")) == 1


def test_an_invoice_that_nobody_sent_is_not_reminded(ledger: Path) -> None:
    mend(ledger, "  unsent: remind\n", "")
    assert "nobody is known to have sent it" in stopped(ledger, "2026-04-06")[0]
    folder = ledger / "deliveries/2026/03"
    folder.mkdir(parents=True)
    (folder / "INV-2026-0001-invoice-00000001.yaml").write_text(
        "schema: delivery/1\nid: INV-2026-0001-invoice-00000001\nkind: invoice\ncustomer: nordwind\ndocuments:\n  - INV-2026-0001\n"
        '"on": 2026-03-02\nchannel: hand\nplanned_at: 2026-03-02T09:00:00Z\nstates:\n  - 2026-03-02T09:00:00Z sent post\n',
        "utf-8",
    )
    assert len(run(ledger, "2026-04-06")) == 1


def test_a_pdf_that_was_only_written_is_not_known_to_have_been_sent(ledger: Path) -> None:
    mend(ledger, "  unsent: remind\n", "")
    folder = ledger / "deliveries/2026/03"
    folder.mkdir(parents=True)
    (folder / "INV-2026-0001-invoice-00000001.yaml").write_text(
        "schema: delivery/1\nid: INV-2026-0001-invoice-00000001\nkind: invoice\ncustomer: nordwind\ndocuments:\n  - INV-2026-0001\n"
        '"on": 2026-03-02\nchannel: file\nplanned_at: 2026-03-02T09:00:00Z\n'
        "states:\n  - 2026-03-02T09:00:00Z sent written as INV-2026-0001.pdf\n",
        "utf-8",
    )
    assert "nobody is known to have sent it" in stopped(ledger, "2026-04-06")[0]
    assert "Sent" not in done("invoice", "show", "INV-2026-0001", cwd=ledger).out


def test_without_levels_the_command_says_what_to_add(ledger: Path) -> None:
    (ledger / "ledger.yaml").write_text(LEDGER, "utf-8")
    ran = bill("remind", "preview", cwd=ledger, at="2026-04-06")
    assert (ran.code, ran.out) == (1, "")
    assert "explain dunning" in ran.err


def second(ledger: Path, at: str, customer: str = "ostsee") -> None:
    """Another invoice over 600.00 EUR, due thirty days later, to a customer of its own."""
    file = ledger / f"customers/{customer}.yaml"
    file.write_text(CUSTOMER.replace("nordwind", customer).replace("ap@", f"{customer}@"), "utf-8")
    done("invoice", "new", "--customer", customer, "--line", "Pump;2;250;vat-20", "--yes", cwd=ledger, at=at)


def test_a_rate_nobody_published_yet_stops_that_invoice_and_no_other(ledger: Path) -> None:
    second(ledger, at="2026-12-01")
    mend(ledger, "due_on: 2026-04-01", "due_on: 2026-12-20", "invoices/2026/03/INV-2026-0001.yaml")
    run(ledger, "2026-12-29")
    ran = bill("remind", "run", "--yes", "--limit", "1", "--format", "json", cwd=ledger, at="2027-01-10", env=env(ledger))
    assert ran.code == 3
    assert [name[11:17] for name in ran.json["reminders"]] == ["ostsee"]
    assert [(each["invoice"], each["level"]) for each in ran.json["stopped"]] == [("INV-2026-0001", 2)]
    assert "not sent: INV-2026-0001" in ran.err
    assert "knows no rate for 2027-01-01" in ran.err
    assert "dunning.interest.rates" in ran.err
    assert len(received(ledger)) == 3
    assert any("knows no rate" in each["reason"] for each in json.loads(preview(ledger, "2027-01-10"))["rows"])
    whole = bill("run", "--yes", cwd=ledger, at="2027-01-10", env=env(ledger))
    assert whole.code == 3
    assert "waits for a person: INV-2026-0001: the interest regime" in whole.err
    mend(
        ledger,
        "    regime: de-b2b\n",
        "    regime: de-b2b\n    rates:\n      - since: 2027-01-01\n        rate: 10.77\n        source: Bundesbank\n",
    )
    assert len(run(ledger, "2027-01-10")) == 1


def preview(ledger: Path, day: str) -> str:
    return done("remind", "preview", "--format", "json", cwd=ledger, at=day).out


def test_the_customers_other_invoice_goes_while_one_waits_for_a_rate(ledger: Path) -> None:
    done("invoice", "new", "--customer", "nordwind", "--line", "Pump;2;250;vat-20", "--yes", cwd=ledger, at="2026-12-01")
    mend(ledger, "due_on: 2026-04-01", "due_on: 2026-12-20", "invoices/2026/03/INV-2026-0001.yaml")
    run(ledger, "2026-12-29")
    ran = bill("remind", "run", "--yes", "--format", "json", cwd=ledger, at="2027-01-10", env=env(ledger))
    assert ran.code == 3
    assert [each["invoice"] for each in notice(ledger, ran.json["reminders"][0])["items"]] == ["INV-2026-0002"]


def test_an_invoice_at_a_level_without_an_address_holds_no_other_back(ledger: Path) -> None:
    mend(ledger, "        - level: 1\n          days: 5\n", "        - level: 1\n          days: 5\n          channel: letter\n")
    street = "address:\n  street: Weg 1\n  city: Kiel\n"
    (ledger / "customers/nordwind.yaml").write_text(CUSTOMER + street, "utf-8")
    run(ledger, "2026-04-06", "sent by hand")
    done("invoice", "new", "--customer", "nordwind", "--line", "Pump;2;250;vat-20", "--yes", cwd=ledger, at="2026-03-14")
    (ledger / "customers/nordwind.yaml").write_text(CUSTOMER.partition("contacts:")[0] + street, "utf-8")
    found = json.loads(preview(ledger, "2026-04-18"))["rows"]
    assert [(each["invoice"], each["level"], each["state"]) for each in found] == [
        ("INV-2026-0002", 1, "goes"), ("INV-2026-0001", 2, "stopped")
    ]  # fmt: skip
    assert "no contact for level 2 has e-mail" in found[1]["reason"]
    (ledger / "customers/nordwind.yaml").write_text(CUSTOMER, "utf-8")
    found = json.loads(preview(ledger, "2026-04-18"))["rows"]
    assert [(each["invoice"], each["level"], each["state"]) for each in found] == [
        ("INV-2026-0001", 2, "goes"), ("INV-2026-0002", 1, "stopped")
    ]  # fmt: skip
    assert "a letter needs a street or a city" in found[1]["reason"]


def test_the_limit_of_a_run_leaves_the_rest_for_the_next(ledger: Path) -> None:
    for at in range(3):
        (ledger / f"customers/c{at}.yaml").write_text(CUSTOMER.replace("nordwind", f"c{at}").replace("ap@", f"c{at}@"), "utf-8")
        done("invoice", "new", "--customer", f"c{at}", "--line", "Pump;1;10", "--yes", cwd=ledger, at="2026-03-02")
    ran = done("remind", "run", "--limit", "3", "--yes", "--format", "json", cwd=ledger, at="2026-04-06", env=env(ledger)).json
    assert len(ran["reminders"]) == 3
    ran = done("remind", "run", "--yes", "--format", "json", cwd=ledger, at="2026-04-06", env=env(ledger)).json
    assert len(ran["reminders"]) == 1


def more(ledger: Path, name: str, mail: str, issued_on: str = "2026-03-02") -> None:
    """Another customer that owes something."""
    text = CUSTOMER.replace("nordwind", name).replace(f"ap@{name}.example", mail)
    (ledger / f"customers/{name}.yaml").write_text(text, "utf-8")
    done("invoice", "new", "--customer", name, "--line", "Pump;1;10", "--yes", cwd=ledger, at=issued_on)


def test_who_cannot_be_written_to_takes_nobodys_place_in_a_run(ledger: Path) -> None:
    for at in range(3):
        more(ledger, f"a{at}", f"a..{at}@x.example")
    ran = bill("remind", "run", "--limit", "1", "--yes", "--format", "json", cwd=ledger, at="2026-04-06", env=env(ledger))
    assert ran.code == 3  # a person mends the addresses
    (name,) = ran.json["reminders"]
    assert notice(ledger, name)["customer"] == "nordwind"
    assert all(f'not reminded: a{at}: address: "a..{at}@x.example"' in ran.err for at in range(3))


def test_whoever_was_left_for_the_next_run_comes_first_there(ledger: Path) -> None:
    went = []
    for at in range(3):
        more(ledger, f"a{at}", f"ap@a{at}.example", issued_on="2026-03-03")
    for day in ("2026-04-07", "2026-04-08", "2026-04-09", "2026-04-10", "2026-04-20"):
        ran = done("remind", "run", "--limit", "1", "--yes", "--format", "json", cwd=ledger, at=day, env=env(ledger)).json
        went += [notice(ledger, each)["customer"] for each in ran["reminders"]]
    assert went[0] == "nordwind"  # due a day before the others
    assert sorted(went[1:4]) == ["a0", "a1", "a2"]
    assert went[4] == "nordwind"


def test_a_contact_that_no_mail_can_reach_is_told_beside_those_that_get_the_notice(ledger: Path) -> None:
    mend(ledger, "contacts:\n", "contacts:\n  - role: billing\n    email: a..b@x.example\n", "customers/nordwind.yaml")
    ran = bill("remind", "run", "--yes", "--format", "json", cwd=ledger, at="2026-04-06", env=env(ledger))
    assert (ran.code, len(received(ledger)), len(ran.json["reminders"])) == (3, 1, 1)
    assert 'one recipient is left out: address: "a..b@x.example"' in ran.err
    assert run(ledger, "2026-04-06") == []


def why(ledger: Path, day: str) -> str | None:
    """What the last look before the hand-over says of the notice that waits."""
    from datetime import UTC, datetime

    context = Context(str(ledger), day, datetime(2026, 4, 7, 9, tzinfo=UTC))
    assert now() > context.now
    with open_books(context) as books:
        (waiting,) = [each for each in delivery_queries.waiting(books.index) if each.kind == "reminder"]
        return recheck(books, waiting)


PAID = ("payment", "add", "--customer", "nordwind", "--invoice", "INV-2026-0001", "--received-on", "2026-04-07", "--amount")
HELD = ("hold", "new", "--reason", "the reason", "--kind")
MEANWHILE = {
    "nothing": ((), None),
    "paid": ((*PAID, "1200.00"), "INV-2026-0001 was settled meanwhile"),
    "partly": ((*PAID, "200.00"), "INV-2026-0001: 200.00 EUR of it was settled meanwhile"),
    "paid, not yet allocated": ((*PAID[:4], "--amount", "1200.00"), "1200.00 EUR of unused credit covers it"),
    "credited": (("credit-note", "new", "-i", "INV-2026-0001", "--rest", "--reason", "wrong"), "INV-2026-0001 was settled meanwhile"),
    "disputed": ((*HELD, "dispute", "--invoice", "INV-2026-0001"), "INV-2026-0001: in dispute: the reason"),
    "held": ((*HELD, "manual", "--customer", "nordwind"), "INV-2026-0001: held: the reason"),
    "promised": ((*HELD, "promise", "--invoice", "INV-2026-0001", "--until", "2026-04-20"), "promised until 2026-04-20"),
    "void": (("invoice", "void", "INV-2026-0001", "--reason", "wrong"), "INV-2026-0001 is void"),
}  # fmt: skip


@pytest.mark.parametrize("case", MEANWHILE)
def test_what_happened_between_planning_and_sending_drops_the_notice(ledger: Path, case: str) -> None:
    command, expected = MEANWHILE[case]
    done("remind", "run", "--later", "--yes", cwd=ledger, at="2026-04-06", env=env(ledger))
    if command:
        done(*command, "--yes", cwd=ledger, at="2026-04-07")
    found = why(ledger, "2026-04-07")
    assert found is None if expected is None else expected in (found or "")


def test_a_notice_brought_back_after_its_level_went_in_another_is_dropped(ledger: Path) -> None:
    (first,) = run(ledger, "2026-04-06", "dropped")
    (second,) = run(ledger, "2026-04-07")
    (waiting,) = ledger.glob(f"deliveries/*/*/{first}*.yaml")
    waiting.write_text(waiting.read_text("utf-8").split("states:\n")[0], "utf-8")
    assert why(ledger, "2026-04-08") == f"INV-2026-0001: level 1 is claimed by {second}"
    ran = bill("remind", "run", "--yes", "--format", "json", cwd=ledger, at="2026-04-08", env=env(ledger))
    assert (ran.json["dropped"], len(received(ledger))) == (1, 1)


def test_a_bank_charge_claimed_in_another_notice_is_not_claimed_again_by_one_brought_back(ledger: Path) -> None:
    paid = done(*PAID[:6], "--amount", "1200.00", "--yes", cwd=ledger, at="2026-04-07")
    done("payment", "reverse", paid.out.strip(), "--bank-charge", "3.50", "--reason", "closed", "--yes", cwd=ledger, at="2026-04-08")
    (first,) = run(ledger, "2026-04-09", "dropped")
    done(*HELD, "manual", "--invoice", "INV-2026-0001", "--yes", cwd=ledger, at="2026-04-10")
    done("invoice", "new", "--customer", "nordwind", "--line", "Pump;1;10", "--yes", cwd=ledger, at="2026-03-02")
    (second,) = run(ledger, "2026-04-20")
    assert notice(ledger, second)["charges"]
    (waiting,) = ledger.glob(f"deliveries/*/*/{first}*.yaml")
    waiting.write_text(waiting.read_text("utf-8").split("states:\n")[0], "utf-8")
    assert "the bank's charge for" in (why(ledger, "2026-04-21") or "")


def lost(ledger: Path, *folders: str) -> dict[Path, bytes]:
    """What was taken away, to be brought back."""
    found = {file: file.read_bytes() for folder in folders for file in ledger.glob(f"{folder}/*/*/*.yaml")}
    for file in found:
        file.unlink()
    return found


def test_a_level_that_went_from_here_is_not_sent_again_where_the_books_were_set_back(ledger: Path) -> None:
    run(ledger, "2026-04-06")
    gone = lost(ledger, "reminders", "deliveries")
    said = "level 1 went out from here on 2026-04-06, and the books do not hold the notice"
    assert said in stopped(ledger, "2026-04-10")[0]
    ran = bill("remind", "run", "--yes", cwd=ledger, at="2026-04-10", env=env(ledger))
    assert (ran.code, len(received(ledger))) == (3, 1)
    assert said in ran.err
    ran = bill("run", "--yes", cwd=ledger, at="2026-04-10", env=env(ledger))
    assert (ran.code, len(received(ledger))) == (3, 1)
    assert said in ran.err
    for file, raw in gone.items():
        file.write_bytes(raw)
    assert [notice(ledger, each)["level"] for each in run(ledger, "2026-04-20")] == [2]


def test_a_notice_without_its_delivery_is_told_to_a_person_by_runs_and_check(ledger: Path) -> None:
    (name,) = run(ledger, "2026-04-06", "dropped")
    gone = lost(ledger, "deliveries")
    said = f"level 1 was written, but its delivery is gone: bring deliveries/2026/04/{name}-reminder-….yaml back"
    assert said in stopped(ledger, "2026-04-10")[0]
    ran = bill("remind", "run", "--yes", cwd=ledger, at="2026-04-10", env=env(ledger))
    assert ran.code == 3
    assert said in ran.err
    assert "E642" in bill("check", cwd=ledger, at="2026-04-10").out
    assert done("remind", "show", name, "--format", "json", cwd=ledger).json["rows"][0]["state"] == "without delivery"
    for file, raw in gone.items():
        file.write_bytes(raw)
    assert len(run(ledger, "2026-04-10")) == 1
    clean(ledger, "2026-04-11")


def test_after_the_notice_without_a_delivery_is_deleted_its_level_goes_anew(ledger: Path) -> None:
    run(ledger, "2026-04-06", "dropped")
    lost(ledger, "deliveries")
    lost(ledger, "reminders")
    assert [notice(ledger, each)["level"] for each in run(ledger, "2026-04-10")] == [1]


@pytest.mark.parametrize("how", ["nothing", "until", "removed"])
def test_consent_is_asked_for_again_before_a_strict_notice_goes(ledger: Path, how: str) -> None:
    mend(ledger, "        - level: 1\n          days: 5\n", "        - level: 1\n          days: 5\n          approval: true\n")
    until = ("--until", "2026-04-06") if how == "until" else ()
    done("remind", "approve", "nordwind", "--level", "1", "--by", "Ada", *until, "--yes", cwd=ledger, at="2026-04-06")
    done("remind", "run", "--later", "--yes", cwd=ledger, at="2026-04-06", env=env(ledger))
    if how == "removed":
        lost(ledger, "approvals")
    found = why(ledger, "2026-04-07")
    assert found is None if how == "nothing" else "level 1 needs a person's consent" in (found or "")


def test_a_later_instalment_begins_its_own_ladder_once_the_first_is_paid_and_no_fee_is_claimed_again(tmp_path: Path, plain: None) -> None:
    ledger = make_ledger(tmp_path, f"--- customers/nordwind.yaml\n{CUSTOMER}")
    (ledger / "ledger.yaml").write_text(LEDGER.replace("git:\n", DUNNING + "git:\n"), "utf-8")
    terms = ("--terms", "1/2 net 30, rest net 90")
    line = ("--line", "Sensor;4;250;vat-20")
    done("invoice", "new", "--customer", "nordwind", *line, *terms, "--yes", cwd=ledger, at="2026-03-02", env=env(ledger))
    went = [notice(ledger, run(ledger, day)[0])["items"][0] for day in ("2026-04-06", "2026-04-20")]
    done(*PAID[:6], "--amount", "600.00", "--yes", cwd=ledger, at="2026-04-21")
    assert run(ledger, "2026-05-10") == []
    went += [notice(ledger, run(ledger, day)[0])["items"][0] for day in ("2026-06-06", "2026-06-20")]
    assert [(each["level"], each["due_on"], each["asked"]) for each in went] == [
        (1, "2026-04-01", "600.00"), (2, "2026-04-01", "600.00"), (1, "2026-05-31", "600.00"), (2, "2026-05-31", "600.00"),
    ]  # fmt: skip
    assert [each.get("fee") for each in went] == [None, "2.50", None, None]
    clean(ledger)


def test_everything_printed_is_frozen_in_the_notice(ledger: Path) -> None:
    (name,) = run(ledger, "2026-04-06")
    before = notice(ledger, name)
    mend(ledger, "Nordwind Handels GmbH", "Nordwind AG", "customers/nordwind.yaml")
    mend(ledger, "Fjord Consulting AS", "Fjord AS")
    after = notice(ledger, name)
    assert before["issued_to"]["name"] == after["issued_to"]["name"] == "Nordwind Handels GmbH"
    assert json.dumps(before["issued_by"]) == json.dumps(after["issued_by"])


def test_what_was_paid_before_it_went_is_dropped_by_the_run_and_nothing_arrives(ledger: Path) -> None:
    done("remind", "run", "--later", "--yes", cwd=ledger, at="2026-04-06", env=env(ledger))
    done(*PAID, "1200.00", "--yes", cwd=ledger, at="2026-04-07")
    ran = done("remind", "run", "--yes", "--format", "json", cwd=ledger, at="2026-04-07", env=env(ledger)).json
    assert (ran["dropped"], ran["sent"], received(ledger)) == (1, 0, [])
    clean(ledger)


def test_only_the_working_copy_that_sends_runs(ledger: Path) -> None:
    mend(ledger, f"sender: {CLONE}", "sender: 0ther000")
    before = tree(ledger)
    ran = bill("remind", "run", "--yes", cwd=ledger, at="2026-04-06", env=env(ledger))
    assert ran.code == 1
    assert "bill outbox here" in ran.err
    assert tree(ledger) == before


def test_a_letter_waits_until_somebody_says_that_it_went(ledger: Path) -> None:
    mend(ledger, "        - level: 1\n          days: 5\n", "        - level: 1\n          days: 5\n          channel: letter\n")
    assert "no address" in stopped(ledger, "2026-04-06")[0]
    mend(ledger, "name: Nordwind Handels GmbH\n", "name: Nordwind Handels GmbH\naddress:\n  city: Husum\n", "customers/nordwind.yaml")
    ran = done("remind", "run", "--yes", "--format", "json", cwd=ledger, at="2026-04-06", env=env(ledger)).json
    assert (len(ran["reminders"]), ran["deliveries"], received(ledger)) == (1, [], [])
    assert "level 1 waits to be handed over" in stopped(ledger, "2026-04-20")[0]
    (waiting,) = ledger.glob("deliveries/*/*/*.yaml")
    done("outbox", "resolve", waiting.stem, "--sent", "--reason", "post", "--yes", cwd=ledger, at="2026-04-09", env=env(ledger))
    assert [notice(ledger, each)["level"] for each in run(ledger, "2026-04-20")] == [2]


def test_real_templates_say_what_the_notice_says(tmp_path: Path) -> None:
    made = issued(tmp_path / "books")
    mend(made, "name: Nordwind Handels GmbH\n", "name: Nordwind Handels GmbH\nlanguage: de\n", "customers/nordwind.yaml")
    run(made, "2026-04-06")
    (name,) = run(made, "2026-04-20")
    letter = received(made)[-1]
    text = letter.get_body(("plain",))
    assert text is not None
    said = text.get_content()
    assert "INV-2026-0001" in said
    assert "1.208,92" in said
    (paper,) = letter.iter_attachments()
    assert paper.get_filename() == f"{name}.pdf"
    assert paper.get_content().startswith(b"%PDF-1.7")

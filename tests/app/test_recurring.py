from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcli.app.books import open_books
from billcli.app.context import Context, now
from billcli.app.recurring import mail_wanted
from billcli.store.audit import clone_id
from tests.support import LEDGER, Ran, bill, bill_process, documents, done, folder_in_memory, make_ledger, parts

CUSTOMERS = """
--- ledger.yaml
{ledger}sender: 7e57c10e
--- customers/kreis.yaml
schema: customer/1
id: kreis
name: Kreis Nordfriesland
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind GmbH
tax: vat-20
"""


def template(
    name: str, customer: str = "nordwind", every: str = "month", starts: str = "2026-01-01", more: str = "", line: str = ""
) -> str:
    return f"""
--- recurring/{name}.yaml
schema: recurring/1
id: {name}
customer: {customer}
every: {every}
starts_on: {starts}
{more}lines:
  - description: "Service, {{period}}"
    quantity: 1
    unit_price: 60.00
{line}"""


def ledger(root: Path, *templates: str) -> Path:
    """Made in the working copy that its ``sender:`` names."""
    made = make_ledger(root, CUSTOMERS.format(ledger=LEDGER) + "".join(templates))
    with mock.patch.dict("os.environ", {"BILL_CLONE": "7e57c10e"}):
        assert clone_id(str(made)) == "7e57c10e"
    return made


def run(root: Path, on: str, *words: str) -> Ran:
    return bill("recurring", "run", "--yes", *words, cwd=root, at=on)


def periods_made(root: Path) -> list[str]:
    return sorted(re.findall(r"recurring:\S+@\d{4}-\d\d-\d\d", b"\n".join(documents(root).values()).decode()))


@pytest.mark.parametrize(("sender", "word"), [("", "names no sender"), ("sender: 0badc0de\n", "working copy 0badc0de")])
def test_only_the_working_copy_named_as_sender_runs(tmp_path: Path, sender: str, word: str) -> None:
    root = make_ledger(tmp_path, CUSTOMERS.format(ledger=LEDGER).replace("sender: 7e57c10e\n", sender) + template("hosting"))
    before = documents(root)
    for extra in ((), ("--dry-run",)):
        ran = run(root, "2026-01-01", *extra)
        assert ran.code == 1
        assert word in ran.err
        assert "bill outbox here" in ran.err
    assert documents(root) == before
    preview = bill("recurring", "preview", "--format", "json", cwd=root, at="2026-01-01")
    assert [each["period"] for each in preview.json["rows"]] == ["2026-01-01"]


@pytest.mark.parametrize("words", [("recurring", "run"), ("run",)])
def test_another_day_than_today_is_only_looked_at(tmp_path: Path, words: tuple[str, ...]) -> None:
    root = ledger(tmp_path, template("hosting"))
    before = documents(root)
    for day in ("2025-12-31", "2026-01-02"):
        ran = bill(*words, "--yes", "--as-of", day, cwd=root, at="2026-01-01")
        assert (ran.code, "--dry-run" in ran.err) == (2, True), ran.err
    assert documents(root) == before
    looked = done(*words, "--dry-run", "--as-of", "2026-02-01", cwd=root, at="2026-01-01")
    assert "2 recurring invoices" in looked.err
    assert documents(root) == before
    done(*words, "--yes", "--as-of", "2026-01-01", cwd=root, at="2026-01-01")
    assert periods_made(root) == ["recurring:hosting@2026-01-01"]


def test_the_bound_of_a_run_takes_the_longest_due_first_and_tells_the_rest(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("a"), template("b", starts="2026-01-15"), template("c", every="week", starts="2026-02-16"))
    ran = run(root, "2026-02-20", "--limit", "3", "--format", "json")
    assert ran.code == 3
    assert periods_made(root) == ["recurring:a@2026-01-01", "recurring:a@2026-02-01", "recurring:b@2026-01-15"]
    assert [(each["template"], each["reason"]) for each in ran.json["left"]] == [
        ("b", "2 periods of all templates wait; one run makes at most 3 documents")
    ]
    assert run(root, "2026-02-20").code == 0
    assert periods_made(root)[3:] == ["recurring:b@2026-02-15", "recurring:c@2026-02-16"]


def test_what_cannot_be_made_stays_back_with_its_reason_and_takes_no_number(tmp_path: Path) -> None:
    root = ledger(
        tmp_path,
        template("a-item", line="  - item: gone\n    quantity: 1\n"),
        template("b-good"),
        template("c-every", every="fortnight"),
        template("d-series", more="series: none\n"),
        template("e-nothing").replace("60.00", "0.00"),
        template("f-good", customer="kreis"),
        template("g-tax", line="    tax: vat-99\n"),
        template("h-customer", customer="nobody"),
        template("i-tag", more="tags:\n  - vip\n"),
        template("k-draft", more="issue: draft\n"),
    )
    ran = run(root, "2026-01-01", "--format", "json")
    assert ran.code == 3
    assert (ran.json["numbers"], ran.json["drafts"]) == (["INV-2026-0001", "INV-2026-0002"], ["k-draft-2026-01-01"])
    assert {each["template"]: each["reason"] for each in ran.json["left"]} == {
        "a-item": 'the price list has no item "gone"',
        "c-every": 'every: "fortnight" is no period',
        "d-series": 'no sequence "none" for the kind invoice',
        "e-nothing": "the invoice would be over nothing",
        "g-tax": 'unknown tax code "vat-99"',
        "h-customer": 'there is no customer "nobody"',
        "i-tag": 'unknown tag "vip"',
    }
    assert periods_made(root) == ["recurring:b-good@2026-01-01", "recurring:f-good@2026-01-01", "recurring:k-draft@2026-01-01"]


def test_missed_periods_that_wait_for_a_person_are_told(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("hosting", more="catch_up: 0\n"))
    assert run(root, "2026-01-01").code == 0
    for day in ("2026-04-05", "2026-04-06"):
        ran = run(root, day)
        assert ran.code == 3
        assert "left: hosting from 2026-02-01: 2 missed periods are due; catch_up is 0, so a person makes them" in ran.err
    assert periods_made(root) == ["recurring:hosting@2026-01-01", "recurring:hosting@2026-04-01"]
    assert "has not made the period 2026-02-01" in bill("check", "--strict", cwd=root, at="2026-04-06").out
    assert run(root, "2026-04-06", "hosting", "--catch-up", "2").code == 0
    assert run(root, "2026-04-07").err == "no recurring invoice is due\n"


def test_in_a_closed_period_nothing_is_made_and_all_is_told(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("a"), template("b"))
    done("close", "--through", "2026-01-31", "--yes", cwd=root, at="2026-02-01")
    before = documents(root)
    ran = run(root, "2026-01-20")
    assert ran.code == 3
    assert ran.err.count("2026-01-20 lies in a closed period") == 2
    assert documents(root) == before
    assert run(root, "2026-02-01").code == 0


def test_a_voided_invoice_has_been_made(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("hosting"))
    run(root, "2026-01-01")
    done("invoice", "void", "INV-2026-0001", "--reason", "not wanted", "--yes", cwd=root, at="2026-01-02")
    assert run(root, "2026-01-03").err == "no recurring invoice is due\n"
    made = bill("recurring", "show", "hosting", "--format", "json", cwd=root, at="2026-01-03").json["rows"][0]["made"]
    assert [(each["period"], each["document"], each["state"]) for each in made] == [("2026-01-01", "INV-2026-0001", "void")]
    [row] = bill("recurring", "list", "--format", "json", cwd=root, at="2026-01-03").json["rows"]
    assert row["note"] == "void, and not made again by itself: INV-2026-0001"


def test_a_period_invoiced_in_two_working_copies_is_told_until_one_invoice_is_void(tmp_path: Path) -> None:
    one, two = ledger(tmp_path / "one", template("hosting")), ledger(tmp_path / "two", template("hosting"))
    run(one, "2026-01-01")
    done("invoice", "new", "-c", "kreis", "-l", "Survey;1;900", "--yes", cwd=two, at="2026-01-01")
    run(two, "2026-01-01")
    path = "invoices/2026/01/INV-2026-0002.yaml"
    (one / path).write_bytes((two / path).read_bytes())
    doubled = [each for each in bill("check", "--format", "json", cwd=one, at="2026-01-02").json["diagnostics"] if each["code"] == "E409"]
    assert [(each["file"], each["hint"]) for each in doubled] == [
        (path, "two working copies invoiced one period of a template; void one of the two")
    ]
    done("invoice", "void", "INV-2026-0001", "--reason", "invoiced twice", "--yes", cwd=one, at="2026-01-02")
    codes = {each["code"] for each in bill("check", "--format", "json", cwd=one, at="2026-01-02").json["diagnostics"]}
    assert codes.isdisjoint({"E409", "E697"})
    made = bill("recurring", "show", "hosting", "--format", "json", cwd=one, at="2026-01-03").json["rows"][0]["made"]
    assert [each["document"] for each in made] == ["INV-2026-0002"]
    assert run(one, "2026-01-03").err == "no recurring invoice is due\n"


def test_a_merged_customer_takes_its_templates_along(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("hosting"), template("old", more="ends_on: 2026-01-31\n"))
    run(root, "2026-01-01")
    ran = done("customer", "merge", "nordwind", "--into", "kreis", "--reason", "bought", "--yes", cwd=root, at="2026-02-01")
    assert "recurring invoices of hosting go to kreis" in ran.err
    assert run(root, "2026-02-01").code == 0
    rows = bill("invoice", "list", "--customer", "kreis", "--format", "json", cwd=root, at="2026-02-01").json["rows"]
    assert [each["number"] for each in rows] == ["INV-2026-0003"]
    assert bill("recurring", "list", "--format", "json", cwd=root, at="2026-02-01").json["rows"][1]["customer"] == "nordwind"


def test_a_rhythm_changed_afterwards_makes_nothing_for_days_already_invoiced(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("hosting"))
    run(root, "2026-01-01")
    file = root / "recurring" / "hosting.yaml"
    file.write_text(file.read_text().replace("starts_on: 2026-01-01", "starts_on: 2026-01-15"))
    ran = run(root, "2026-02-20")
    assert ran.code == 3
    assert "INV-2026-0001 was made for a period from 2026-01-01, and none begins then any more" in ran.err
    assert bill("check", cwd=root, at="2026-02-20").out.startswith("error[E696]")
    file.write_text(file.read_text().replace("every: month\nstarts_on: 2026-01-15", "every: quarter\nstarts_on: 2026-01-01"))
    assert periods_made(root) == ["recurring:hosting@2026-01-01"]


@pytest.mark.parametrize(
    ("before", "after", "on", "why"),
    [
        (
            template("hosting", every="quarter"), template("hosting"), "2026-03-02",
            "2026-01-01 to 2026-03-31, and that period ends on 2026-01-31",
        ),
        (
            template("hosting"), template("hosting", every="quarter"), "2026-04-02",
            "2026-01-01 to 2026-01-31, and that period goes on through",
        ),
        (
            template("hosting", more="ends_on: 2026-01-10\nprorate: true\n"), template("hosting", more="prorate: true\n"), "2026-02-02",
            "2026-01-01 to 2026-01-10, and that period goes on through 2026-01-31 now",
        ),
        (
            template("hosting", starts="2026-01-01"), template("hosting", more="anchor_on: 2026-01-15\n"), "2026-02-02",
            "2026-01-01 to 2026-01-31, and that period ends on 2026-01-14 now",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("issue", ["", "issue: draft\n"])
def test_days_are_invoiced_neither_twice_nor_never_where_the_rhythm_was_changed(
    tmp_path: Path, before: str, after: str, on: str, why: str, issue: str
) -> None:
    root = ledger(tmp_path, before.replace("lines:", f"{issue}lines:"))
    assert run(root, "2026-01-02").code == 0
    (root / "recurring" / "hosting.yaml").write_text(parts(after.replace("lines:", f"{issue}lines:"))["recurring/hosting.yaml"])
    ran = run(root, on)
    assert (ran.code, ran.out) == (3, "")
    name = "hosting-2026-01-01" if issue else "INV-2026-0001"
    assert f"left: hosting: {name} was made for {why}" in ran.err
    assert periods_made(root) == ["recurring:hosting@2026-01-01"]
    assert f"error[E696]: {name} was made by hosting for {why}" in bill("check", cwd=root, at=on).out
    (root / "recurring" / "hosting.yaml").write_text(parts(before.replace("lines:", f"{issue}lines:"))["recurring/hosting.yaml"])
    assert run(root, "2026-01-03").code == 0, "with the days put back it goes on"


def test_what_was_made_is_no_hindrance_once_it_is_void(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("hosting", every="quarter"))
    run(root, "2026-01-02")
    done("invoice", "void", "INV-2026-0001", "--reason", "monthly from now on", "--yes", cwd=root, at="2026-01-03")
    (root / "recurring" / "hosting.yaml").write_text(parts(template("hosting"))["recurring/hosting.yaml"])
    assert run(root, "2026-02-02").code == 0
    assert periods_made(root) == ["recurring:hosting@2026-01-01", "recurring:hosting@2026-02-01"]


def test_a_template_with_a_new_name_does_not_make_its_periods_again(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("hosting"), template("other", customer="kreis"))
    run(root, "2026-02-02")
    made = periods_made(root)
    (root / "recurring" / "hosting.yaml").unlink()
    (root / "recurring" / "host2.yaml").write_text(parts(template("host2"))["recurring/host2.yaml"])
    ran = run(root, "2026-02-03")
    assert (ran.code, ran.out) == (3, "")
    assert "left: host2: INV-2026-0003 was made for days through 2026-02-28 by hosting, which is not there any more" in ran.err
    assert "starts_on: 2026-03-01" in ran.err
    assert periods_made(root) == made
    [row] = [
        each
        for each in bill("recurring", "list", "--format", "json", cwd=root, at="2026-02-03").json["rows"]
        if each["template"] == "host2"
    ]
    assert row["state"] == "stopped"
    (root / "recurring" / "host2.yaml").write_text(parts(template("host2", starts="2026-03-01"))["recurring/host2.yaml"])
    assert run(root, "2026-03-01").code == 0
    assert sorted({*periods_made(root)} - {*made}) == ["recurring:host2@2026-03-01", "recurring:other@2026-03-01"]


def test_a_draft_deleted_by_hand_or_without_its_external_id_is_not_made_again(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("a", more="issue: draft\n"), template("b", more="issue: draft\n"))
    run(root, "2026-01-01")
    (root / "drafts" / "a-2026-01-01.yaml").unlink()
    edited = root / "drafts" / "b-2026-01-01.yaml"
    edited.write_text("".join(line for line in edited.read_text().splitlines(keepends=True) if not line.startswith("external_id")))
    assert run(root, "2026-01-02").err == "no recurring invoice is due\n"


def test_a_foreign_draft_with_the_id_of_a_period_stops_its_template(tmp_path: Path) -> None:
    other = template("x").replace("recurring/x.yaml", "drafts/hosting-2026-01-01.yaml").replace("recurring/1", "draft/1")
    other = re.sub(r"(id: )x\n|every.*\n|starts_on.*\n", lambda found: "id: hosting-2026-01-01\n" if found[1] else "", other)
    root = ledger(tmp_path, template("hosting", more="issue: draft\n"), other)
    ran = run(root, "2026-01-01")
    assert ran.code == 3
    assert "there is a draft hosting-2026-01-01 already that is none of this template" in ran.err


def test_an_invoice_of_a_template_is_the_one_that_invoice_new_makes(tmp_path: Path) -> None:
    one = ledger(tmp_path / "one", template("hosting", more="terms: 2% 10, net 30\nremark: Thank you\nbuyer_reference: PO 7\n"))
    two = ledger(tmp_path / "two")
    run(one, "2026-01-05")
    done(
        "invoice", "new", "-c", "nordwind", "-l", "Service, January 2026;1;60.00", "--service-from", "2026-01-01", "--service-to",
        "2026-01-31", "--terms", "2% 10, net 30", "--remark", "Thank you", "--buyer-reference", "PO 7", "--external-id",
        "recurring:hosting@2026-01-01", "--yes", cwd=two, at="2026-01-05",
    )  # fmt: skip
    path = "invoices/2026/01/INV-2026-0001.yaml"
    assert documents(one)[path] == documents(two)[path]


def test_many_invoices_of_one_run_are_in_sequence_and_sealed(tmp_path: Path) -> None:
    root = ledger(tmp_path, *(template(f"t{n:02d}", every="week", starts="2025-12-15") for n in range(12)))
    ran = run(root, "2026-01-05", "--format", "json")
    assert (ran.code, len(ran.json["numbers"])) == (0, 48)
    assert ran.json["numbers"] == [f"INV-2026-{n:04d}" for n in range(1, 49)]
    assert bill("check", "--strict", "--format", "json", cwd=root, at="2026-01-05").json["diagnostics"] == []
    assert run(root, "2026-01-05").err == "no recurring invoice is due\n"


def test_two_runs_at_once_make_each_period_once(tmp_path: Path) -> None:
    root = ledger(tmp_path, *(template(f"t{n}") for n in range(5)))
    with ThreadPoolExecutor(3) as pool:
        every = list(pool.map(lambda _: bill_process("recurring", "run", "--yes", cwd=root, at="2026-01-01"), range(3)))
    assert [each.code for each in every] == [0, 0, 0], [each.err for each in every]
    assert periods_made(root) == [f"recurring:t{n}@2026-01-01" for n in range(5)]
    assert len(list(root.glob("invoices/2026/01/*.yaml"))) == 5


def test_invoices_to_be_mailed_are_those_without_any_delivery(tmp_path: Path) -> None:
    root = ledger(tmp_path, template("a", more="mail: true\n"), template("b"), template("c", more="issue: draft\nmail: true\n"))
    assert run(root, "2026-01-01", "--format", "json").json["mail"] == ["INV-2026-0001"]
    done("invoice", "issue", "c-2026-01-01", "--yes", cwd=root, at="2026-01-02")
    assert wanted(root, "2026-01-02") == ["INV-2026-0001", "INV-2026-0003"]
    delivery = root / "deliveries" / "2026" / "01" / "INV-2026-0001-invoice-0123abcd.yaml"
    delivery.parent.mkdir(parents=True)
    delivery.write_text(
        "schema: delivery/1\nid: INV-2026-0001-invoice-0123abcd\nkind: invoice\ncustomer: nordwind\ndocuments:\n  - INV-2026-0001\n"
        '"on": 2026-01-02\nchannel: mail\nto: a@b.example\nplanned_at: 2026-01-02T09:00:00Z\n'
    )
    assert wanted(root, "2026-01-02") == ["INV-2026-0003"]
    done("invoice", "void", "INV-2026-0003", "--reason", "wrong", "--yes", cwd=root, at="2026-01-03")
    assert wanted(root, "2026-01-03") == []
    delivery.write_text(delivery.read_text().replace("channel: mail\nto: a@b.example", "channel: file"))
    assert wanted(root, "2026-01-03") == ["INV-2026-0001"], "a PDF in a folder went to nobody"
    delivery.unlink()
    assert wanted(root, "2026-03-04") == ["INV-2026-0001"]
    assert wanted(root, "2026-03-05") == []


def wanted(root: Path, day: str) -> list[str]:
    with open_books(Context(str(root), day, now())) as books:
        return mail_wanted(books)


def test_a_retried_new_template_is_answered(tmp_path: Path) -> None:
    root = ledger(tmp_path)
    words = ("recurring", "new", "-c", "nordwind", "--every", "month", "-l", "Hosting;1;60", "--external-id", "crm-7", "--yes")
    assert done(*words, cwd=root, at="2026-01-01").out == "nordwind-month\n"
    again = done(*words, "--starts", "2026-01-01", cwd=root, at="2026-01-09")
    assert "already there" in again.err
    other = bill(*words, "--starts", "2026-02-01", cwd=root, at="2026-01-09")
    assert (other.code, "says something else" in other.err) == (1, True)
    assert len(list(root.glob("recurring/*"))) == 1


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.sampled_from(["week", "2 weeks", "month", "quarter"]), min_size=1, max_size=3), st.sets(st.integers(0, 11)), st.booleans()
)
def test_runs_on_some_days_and_one_run_at_the_end_make_the_same_periods(every: list[str], outages: set[int], arrears: bool) -> None:
    more = "catch_up: 40\nprorate: true\nanchor_on: 2026-01-05\n" + ("in_advance: false\n" if arrears else "")
    templates = [template(f"t{at}", every=each, starts="2025-12-31", more=more) for at, each in enumerate(every)]
    last = date(2026, 3, 31)
    with folder_in_memory() as folder:
        often, once = ledger(folder / "often", *templates), ledger(folder / "once", *templates)
        for week in range(12):
            if week not in outages:
                assert run(often, str(date(2025, 12, 31) + timedelta(weeks=week))).code == 0
        for root in (often, once):
            assert run(root, str(last)).code == 0
            assert run(root, str(last)).err == "no recurring invoice is due\n"
        assert periods_made(often) == periods_made(once)
        assert len(set(periods_made(often))) == len(list(often.glob("invoices/*/*/*.yaml")))

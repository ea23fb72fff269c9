"""Tags with an end and a place: what is given one, and what had it in time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from billcli.core.facts import TagFact
from billcli.core.tags import may_stand, refusal
from tests.app.test_edit import edit
from tests.support import bill, done, make_ledger

LEDGER = """
--- categories.yaml
schema: categories/1
tags:
  - name: spring
    owner: Ada
    expires: 2026-05-31
  - name: vip
    use:
      - customer
  - name: large
    use:
      - invoice
--- customers/nordwind.yaml
schema: customer/1
id: nordwind
name: Nordwind GmbH
"""
NEW = ("-c", "nordwind", "-l", "Help;1;100;none")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_ledger(tmp_path / "books", LEDGER)


@pytest.mark.parametrize(
    ("uses", "kind", "may"),
    [
        ("", "hold", True),
        ("customer", "customer", True),
        ("customer", "invoice", False),
        ("credit-note refund", "refund", True),
        ("invoice", "draft", True),
        ("invoice", "recurring", True),
        ("invoice", "credit-note", False),
        ("draft", "invoice", False),
    ],
)
def test_use_names_the_kinds_and_what_becomes_an_invoice_is_one(uses: str, kind: str, may: bool) -> None:
    assert may_stand(uses, kind) == may


def test_last_day_of_a_tag_is_a_day_of_it() -> None:
    tag = TagFact("spring", date(2026, 5, 31), "", None, None)
    assert refusal(tag, "invoice", date(2026, 5, 31)) is None
    assert refusal(tag, "invoice", date(2026, 6, 1)) == (
        'the tag "spring" expired on 2026-05-31',
        "give it a later expires: in categories.yaml",
    )


def test_document_that_had_the_tag_in_time_keeps_it_for_good(root: Path) -> None:
    done("invoice", "new", *NEW, "--tag", "spring", "--tag", "large", "--yes", cwd=root, at="2026-05-31")
    assert done("check", "--strict", cwd=root, at="2027-01-01").out == ""
    rows = done("invoice", "list", "--where", "tag=spring", "--format", "json", cwd=root, at="2027-01-01").json["rows"]
    assert [row["number"] for row in rows] == ["INV-2026-0001"]


def test_issued_once_the_same_command_answers_after_the_tag_has_expired(root: Path) -> None:
    words = ("invoice", "new", *NEW, "--tag", "spring", "--external-id", "e-1", "--yes")
    first = done(*words, cwd=root, at="2026-05-31")
    assert done(*words, cwd=root, at="2026-06-01").out == first.out


def test_draft_with_a_tag_that_expired_meanwhile_is_not_issued_with_it(root: Path) -> None:
    draft = done("invoice", "new", *NEW, "--tag", "spring", "--draft", "--yes", cwd=root, at="2026-05-31").out.strip()
    ran = bill("invoice", "issue", draft, "--yes", cwd=root, at="2026-06-01")
    assert (ran.code, 'the tag "spring" expired on 2026-05-31' in ran.err, "Ada" in ran.err) == (1, True, True)
    told = bill("check", cwd=root, at="2026-06-01")
    assert f'warning[W725]: the tag "spring" expired on 2026-05-31\n  --> drafts/{draft}.yaml:' in told.out
    done("invoice", "issue", draft, "--issued-on", "2026-05-31", "--yes", cwd=root, at="2026-06-01")


@pytest.mark.parametrize(
    ("document", "tag", "said"),
    [
        ("draft", "spring", 'the tag "spring" expired on 2026-05-31'),
        ("draft", "vip", 'the tag "vip" may not stand on a draft'),
        ("nordwind", "large", 'the tag "large" may not stand on a customer'),
        ("nordwind", "spring", 'the tag "spring" expired on 2026-05-31'),
        ("hold", "vip", 'the tag "vip" may not stand on a hold'),
        ("INV-2026-0001", "spring", ""),
        ("INV-2026-0001", "vip", 'the tag "vip" may not stand on an invoice'),
        ("nordwind", "sprink", 'the tag "sprink" is not declared'),
    ],
)
def test_edit_gives_no_tag_that_may_not_be_given(root: Path, document: str, tag: str, said: str) -> None:
    names = {"nordwind": "nordwind", "INV-2026-0001": "INV-2026-0001"}
    done("invoice", "new", *NEW, "--yes", cwd=root, at="2026-05-01")
    names["draft"] = done("invoice", "new", *NEW, "--draft", "--yes", cwd=root, at="2026-06-02").out.strip()
    hold = ("hold", "new", "--kind", "manual", "-i", "INV-2026-0001", "--reason", "calm", "--yes")
    names["hold"] = done(*hold, cwd=root, at="2026-06-02").out.strip()
    path = next(each for each in root.rglob("*.yaml") if each.stem == names[document])
    before = path.read_bytes()
    ran = edit(root, names[document], f"text = text.rstrip() + '\\ntags:\\n  - {tag}\\n'", "--yes", "--reason", "x", at="2026-06-02")
    if said:
        assert (ran.code, said in ran.err) == (1, True), ran.err
        assert path.read_bytes() == before
    else:
        assert ran.code == 0, ran.err


def test_recurring_invoices_come_out_without_a_tag_that_is_over(root: Path) -> None:
    new = ("recurring", "new", *NEW, "--every", "month", "--tag", "spring", "--tag", "large", "--yes")
    done(*new, "--starts", "2026-05-01", cwd=root, at="2026-05-01")
    done("outbox", "here", "--yes", cwd=root, at="2026-05-01")
    done("recurring", "run", "--yes", cwd=root, at="2026-05-01")
    done("recurring", "run", "--yes", cwd=root, at="2026-06-01")
    rows = [done("invoice", "show", f"INV-2026-000{n}", "--format", "json", cwd=root, at="2026-06-01").json["rows"][0] for n in (1, 2)]
    assert [row["tags"] for row in rows] == [["spring", "large"], ["large"]]
    assert bill("check", "--strict", cwd=root, at="2026-06-01").out.count("warning[W725]") == 1

"""A clock that stands before the last command: it may write, with a warning, but gives no number and hands nothing over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.outbox.office import MAIL, Office, plain_studio
from tests.support import LEDGER, Ran, bill, make_ledger, tree

INVOICE = ("invoice", "new", "-c", "nord", "-l", "Work;1;10", "--yes")
BEHIND = "the clock stands at 2026-03-13T09:00:00Z, the last command was at 2026-03-14T09:00:00Z"
RIGHT = {"BILL_CLOCK": "right"}
DUNNING = "dunning:\n  unsent: remind\n  policies:\n    - name: usual\n      levels:\n        - level: 1\n          days: 5\n"
TEMPLATE = """\
schema: recurring/1
id: hosting
customer: nordwind
every: month
starts_on: 2026-03-01
lines:
  - description: Hosting
    quantity: 1
    unit_price: 60
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Its last command was at nine on 2026-03-14."""
    made = make_ledger(tmp_path, f"--- ledger.yaml\n{LEDGER.replace('git:', 'order: warn' + chr(10) + 'git:')}")
    for words in (("customer", "add", "--id", "nord", "--name", "Nord", "--yes"), INVOICE):
        assert do(made, *words).code == 0
    return made


def do(root: Path, *words: str, at: str = "2026-03-14", env: dict[str, str] | None = None) -> Ran:
    return bill(*words, cwd=root, at=at, env={"BILL_CLONE": "0123abcd", "BILL_CLOCK": "", **(env or {})})


@pytest.mark.parametrize(
    "words",
    [
        INVOICE, ("invoice", "duplicate", "INV-2026-0001", "--yes"), ("invoice", "new", "-c", "nord", "-l", "Work;1;10", "--dry-run"),
        ("credit-note", "new", "-c", "nord", "-l", "Goodwill;1;5", "--reason", "late", "--yes"),
    ],
    ids=["new", "duplicate", "dry run", "credit note"],
)  # fmt: skip
def test_clock_behind_the_last_command_gives_no_number(root: Path, words: tuple[str, ...]) -> None:
    before = tree(root)
    ran = do(root, *words, at="2026-03-13")
    assert (ran.code, ran.out) == (1, "")
    assert f"{BEHIND}; no number was given" in ran.err
    assert "--as-of 2026-03-13" in ran.err
    assert tree(root) == before


@pytest.mark.parametrize(("more", "env"), [(("--as-of", "2026-03-14"), {}), ((), RIGHT)], ids=["day said", "clock vouched for"])
def test_person_who_says_which_day_it_is_gets_a_number(root: Path, more: tuple[str, ...], env: dict[str, str]) -> None:
    ran = do(root, *INVOICE, *more, at="2026-03-13", env=env)
    assert (ran.code, ran.out) == (0, "INV-2026-0002\n")
    assert (BEHIND in ran.err) is bool(more)


def test_hour_behind_is_as_good_as_right(root: Path) -> None:
    assert do(root, *INVOICE, at="2026-03-14T08:00").err.count("clock") == 0


def test_command_that_gives_no_number_is_done_with_a_warning_and_numbers_stay_refused(root: Path) -> None:
    ran = do(root, "payment", "add", "-c", "nord", "-a", "3", "--yes", at="2026-03-13")
    assert (ran.code, f"warning: {BEHIND}" in ran.err) == (0, True)
    assert do(root, *INVOICE, at="2026-03-13").code == 1
    assert do(root, *INVOICE, at="2026-03-14").code == 0
    assert do(root, "check") == Ran(0, "", "")


def test_draft_and_reader_say_nothing_that_keeps_them(root: Path) -> None:
    assert do(root, *INVOICE, "--draft", at="2026-03-13").code == 0
    assert do(root, "report", "aging", at="2026-03-13").err == ""


def test_other_word_for_the_clock_is_refused(root: Path) -> None:
    ran = do(root, *INVOICE, env={"BILL_CLOCK": "yes"})
    assert (ran.code, 'BILL_CLOCK is "yes"' in ran.err) == (2, True)


@pytest.mark.parametrize("words", [("run", "--yes"), ("remind", "run", "--yes"), ("invoice", "send", "INV-2026-0001", "--yes")])
def test_clock_behind_hands_nothing_over_though_the_same_command_wrote_something_by_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    office = Office(tmp_path / "books", f"maildir:{tmp_path}/mail", settings=MAIL + "  send_since: 2026-01-01\n" + DUNNING)
    office.env["BILL_CLOCK"] = ""
    (office.root / "recurring").mkdir()
    (office.root / "recurring/hosting.yaml").write_text(TEMPLATE)
    with plain_studio():
        office.done("invoice", "new", "-c", "nordwind", "-l", "Work;1;100", "--terms", "net 5", "--yes", at="2026-03-01")
        office.done("customer", "edit", "nordwind", "--set", "notes=x", "--yes", at="2026-04-30")
        ran = office.bill(*words, at="2026-04-02")
        assert ran.code in (1, 3), ran
        assert "nothing was handed over" in ran.err
        assert not list(tmp_path.glob("mail/new/*"))
        assert not list(office.root.glob("invoices/*/*/INV-2026-0002.yaml"))
        assert office.bill(*words, at="2026-04-30").code == 0 or "send" in words
        office.bill("outbox", "send", at="2026-04-30")
        assert list(tmp_path.glob("mail/new/*"))

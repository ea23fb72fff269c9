"""A ledger's own templates: which count, and what is told of those that fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import bill, done, make_ledger


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = make_ledger(tmp_path) / "templates" / "mail" / "de"
    folder.mkdir(parents=True)
    return folder


def test_list_tells_whose_counts(tmp_path: Path, mail: Path) -> None:
    (mail / "invoice.prose.j2").write_text("{% block opening %}x{% endblock %}{% block closing %}y{% endblock %}")
    (mail / "vip.subject.j2").write_text("Hello")
    (mail / "notes.txt").write_text("mine")
    source = {row["template"]: row["source"] for row in done("template", "list", "--format", "json", cwd=tmp_path).json["rows"]}
    assert source["mail/de/invoice.prose.j2"] == "ledger"
    assert source["mail/de/invoice.subject.j2"] == "bill"
    assert source["mail/de/vip.subject.j2"] == "ledger"
    assert not any("notes" in name or name.startswith("init") for name in source)


def test_copy_of_everything_changes_no_letter_and_passes(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    before = done("template", "list", "--format", "json", cwd=tmp_path).json["rows"]
    names = [row["template"] for row in before if row["template"].startswith("mail/")]
    done("template", "copy", *names, "--yes", cwd=tmp_path)
    for name in names:
        assert (tmp_path / "templates" / name).is_file()
    assert done("template", "check", cwd=tmp_path).out == ""


def test_check_tells_every_fault_at_once_with_its_line(tmp_path: Path, mail: Path) -> None:
    (mail / "invoice.subject.j2").write_text("Rechnung\n{{ document.numer }}")
    (mail / "reminder-1.subject.j2").write_text("{% if %}")
    (mail / "vip.subject.j2").write_text("{{ reminder.deadlin|day }}")
    ran = bill("template", "check", "--format", "json", cwd=tmp_path)
    found = [(each["code"], each["file"], each["line"]) for each in ran.json["diagnostics"]]
    assert ran.code == 1
    assert found == [
        ("E640", "templates/mail/de/invoice.subject.j2", 2),
        ("E640", "templates/mail/de/reminder-1.subject.j2", 1),
        ("E640", "templates/mail/de/vip.subject.j2", 1),
    ]


def test_link_out_of_the_ledger_is_told_and_not_followed(tmp_path: Path, mail: Path) -> None:
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("secret words")
    (mail / "invoice.subject.j2").symlink_to(secret)
    ran = bill("template", "check", cwd=tmp_path)
    assert ran.code == 1
    assert "symbolic link" in ran.out and "secret" not in ran.out


def test_check_of_the_ledger_runs_no_template(tmp_path: Path, mail: Path) -> None:
    (mail / "invoice.subject.j2").write_text("{{ nothing")
    assert bill("check", cwd=tmp_path).code == 0


@pytest.mark.parametrize("currency", ["CNY", "JPY", "KWD"])
def test_shipped_letters_suit_every_ledger(tmp_path: Path, currency: str) -> None:
    root = make_ledger(tmp_path)
    file = root / "ledger.yaml"
    file.write_text(file.read_text().replace("currency: EUR", f"currency: {currency}"))
    assert bill("template", "check", cwd=root).code == 0


def test_key_that_a_document_may_lack_must_be_asked_for(tmp_path: Path, mail: Path) -> None:
    (mail / "invoice.subject.j2").write_text("{{ document.discount.until|day }}")
    ran = bill("template", "check", cwd=tmp_path)
    assert ran.code == 1
    assert 'there is no "discount" there' in ran.out
    (mail / "invoice.subject.j2").write_text("Rechnung{% if document.discount is given %} {{ document.discount.until|day }}{% endif %}")
    assert bill("template", "check", cwd=tmp_path).code == 0

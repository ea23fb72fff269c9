"""PDFs: what stands on them, that the same input gives the same bytes, and what templates cannot do."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from billcli.render.faults import TemplateFault
from billcli.render.typeset import pdf
from billcli.resources import shared
from tests.render.paper_data import COMPANY, CUSTOMER, PAPERS, invoice, reminder, statement
from tests.support import PROJECT

SHIPPED = shared("templates")
LANGUAGES = ("en", "de", "zh-CN")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="20" height="10" fill="#a00"/></svg>'


def made(template: str, data: dict[str, Any], language: str = "en", folder: Path | None = None, **assets: bytes) -> bytes:
    return pdf(template, language, data, [*([folder] if folder else []), SHIPPED], {f"{name}.svg": raw for name, raw in assets.items()})


def text_of(raw: bytes) -> str:
    """All words, one blank between them; how typst breaks a line is not asked."""
    pages = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages)
    return " ".join(unicodedata.normalize("NFKC", pages).replace("\u200b", "").split())


def pages_of(raw: bytes) -> int:
    return len(PdfReader(io.BytesIO(raw)).pages)


def overriding(tmp_path: Path, source: str, name: str = "invoice.typ") -> Path:
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper" / name).write_text(source, encoding="utf-8")
    return tmp_path


def fault_of(tmp_path: Path, source: str) -> TemplateFault:
    with pytest.raises(TemplateFault) as failed:
        made("invoice", invoice(), folder=overriding(tmp_path, source))
    return failed.value


def test_invoice_shows_parties_numbers_and_how_to_pay() -> None:
    text = text_of(made("invoice", invoice(3, buyer_reference="PO-4711"), "de"))
    for word in (
        "Rechnung", "INV-2026-0018", "27.03.2026", "Nordwind Service GmbH & Co. KG", "Am Überseehafen 9", "8 Std.", "12,50", "300,00",
        "19 %", "57,00", "357,00 €", "26.04.2026", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX", "RF42 INV2 0260 018", "DE123456788",
        "Amtsgericht Kiel, HRB 00000", "PO-4711", "1 / 1",
    ):  # fmt: skip
        assert word in text, word


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", PAPERS)
def test_every_document_is_pdf_a_3b_in_every_language(template: str, language: str) -> None:
    raw = made(template, PAPERS[template], language)
    assert b"<pdfaid:part>3</pdfaid:part>" in raw
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in raw
    assert CUSTOMER["name"] in text_of(raw)


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (120, 4), (500, 14)])
def test_an_invoice_has_as_many_pages_as_its_lines_need(count: int, pages: int) -> None:
    raw = made("invoice", invoice(count))
    assert pages_of(raw) == pages
    text = text_of(raw)
    assert all(f"Calibration {at} " in text for at in range(1, count + 1))
    assert f"{pages} / {pages}" in text


def test_head_of_the_table_comes_again_on_each_page() -> None:
    reader = PdfReader(io.BytesIO(made("invoice", invoice(120))))
    assert all("Unit price" in page.extract_text() for page in reader.pages[:3])


def test_two_processes_make_the_same_bytes() -> None:
    program = (
        "import hashlib\nfrom billcli.render.typeset import pdf\nfrom billcli.resources import shared\n"
        "from tests.render.paper_data import invoice\n"
        "raw = pdf('invoice', 'de', invoice(2), [shared('templates')], {})\nprint(hashlib.sha256(raw).hexdigest())"
    )
    zones = ("UTC", "Asia/Shanghai")
    environments = [{"PYTHONPATH": str(PROJECT), "TZ": zone} for zone in zones]
    runs = [
        subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=each, capture_output=True, check=True) for each in environments
    ]
    here = hashlib.sha256(made("invoice", invoice(2), "de")).hexdigest()
    assert {run.stdout.decode().strip() for run in runs} == {here}


def test_dates_within_the_pdf_are_those_of_the_document() -> None:
    meta = PdfReader(io.BytesIO(made("invoice", invoice()))).metadata
    assert meta is not None
    assert str(meta.get("/CreationDate")).startswith("D:20260327")
    assert meta.title == "Invoice INV-2026-0018"


def test_characters_of_markup_are_shown_as_they_are() -> None:
    said = '#panic("x") *bold* $x^2$ <b>b</b> _i_ `c` @ref // c [x] \\ ~ = head #sys.inputs'
    to = {"name": said, "address": None}
    text = text_of(made("invoice", invoice(issued_to=to, remark=said, contact=said)))
    assert text.count('#panic("x") *bold* $x^2$ <b>b</b> _i_ `c` @ref // c [x] \\') >= 2


def test_braces_in_data_are_not_filled_in() -> None:
    text = text_of(made("credit-note", {**PAPERS["credit-note"], "document": {**PAPERS["credit-note"]["document"], "reason": "{day} {x}"}}))
    assert "Reason: {day} {x}" in text


@pytest.mark.parametrize("name", ["N" * 300, "Nordwind " * 33, "شركة الشمال للتجارة", "שלום כהן בע״מ", "北风贸易有限公司" * 30])
def test_long_and_foreign_names_stay_in_the_window(name: str) -> None:
    raw = made("invoice", invoice(issued_to={"name": name, "address": CUSTOMER["address"]}, contact=name, buyer_reference=name))
    assert pages_of(raw) == 1


def test_glyph_that_no_font_has_is_an_error_that_names_text_and_character() -> None:
    lines = [{"description": "Scroll \U0001300d of Thebes", "quantity": "1", "unit_price": "100.00", "tax": "vat-19"}]
    with pytest.raises(TemplateFault) as failed:
        made("invoice", invoice(lines=lines))
    assert "U+1300D" in failed.value.message
    assert "Scroll" in failed.value.message


def test_without_the_extra_a_chinese_name_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from billcli.render import typeset

    monkeypatch.setattr(typeset, "_cjk_folder", lambda: None)
    monkeypatch.setattr(typeset, "_SYSTEM_FONTS", (False,))
    typeset._bench.cache_clear()
    try:
        with pytest.raises(TemplateFault, match=r"上.*U\+4E0A.*billcli\[cjk\]"):
            made("invoice", invoice(issued_to={"name": "上海示例"}))
    finally:
        typeset._bench.cache_clear()


def test_ledgers_template_and_words_stand_before_the_shipped_ones(tmp_path: Path) -> None:
    folder = overriding(tmp_path, '#import "base.typ": *\n#show: document-of\nOur own way: #sheet.number')
    (folder / "strings").mkdir()
    (folder / "strings" / "en.toml").write_text('[invoice]\ntitle = "Bill of sale"\n', encoding="utf-8")
    text = text_of(made("invoice", invoice(), folder=folder))
    assert "Our own way: INV-2026-0018" in text
    assert "Bill of sale" in text
    assert "Invoice no." in text  # what the ledger does not say otherwise is as it ships


def test_fault_names_file_and_line(tmp_path: Path) -> None:
    found = fault_of(tmp_path, '#import "base.typ": *\n\n#foo()\n')
    assert (found.file, found.line, found.message) == ("templates/paper/invoice.typ", 3, "unknown variable: foo")


def test_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    found = fault_of(tmp_path, "a\n#let x = \n")
    assert (found.file, found.line) == ("templates/paper/invoice.typ", 2)


def test_words_that_are_no_toml_name_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "strings").mkdir()
    (tmp_path / "strings" / "en.toml").write_text("[invoice]\ntitle = \n", encoding="utf-8")
    with pytest.raises(TemplateFault) as failed:
        made("invoice", invoice(), folder=tmp_path)
    assert (failed.value.file, failed.value.line) == ("templates/strings/en.toml", 2)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../etc/passwd", "../../../../../../../../etc/passwd"])
def test_template_cannot_read_outside_its_folder(tmp_path: Path, path: str) -> None:
    found = fault_of(tmp_path, f'#read("{path}")')
    assert "reads" in found.message
    assert found.line == 1


def test_link_out_of_the_templates_is_not_followed(tmp_path: Path) -> None:
    folder = overriding(tmp_path, '#read("secret.txt")')
    (folder / "paper" / "secret.txt").symlink_to("/etc/passwd")
    with pytest.raises(TemplateFault):
        made("invoice", invoice(), folder=folder)


@pytest.mark.parametrize("source", ['#import "@preview/cetz:0.3.0"', '#import "@pre" + "view/cetz:0.3.0"', '#import "@local/x:1.0.0"'])
def test_template_cannot_use_packages(tmp_path: Path, source: str) -> None:
    assert "cannot use packages" in fault_of(tmp_path, source).message


def test_logo_changes_the_bytes_and_a_missing_one_is_an_error() -> None:
    data = {**invoice(), "printing": {"logo": "logo.svg", "colour": "8a2b2b", "footer": "Managing director: A. Muster"}}
    raw = made("invoice", data, logo=SVG)
    assert "Managing director: A. Muster" in text_of(raw)
    assert made("invoice", data, logo=SVG.replace(b"#a00", b"#0a0")) != raw
    with pytest.raises(TemplateFault, match=r"logo\.svg"):
        made("invoice", data)


def test_letter_paper_is_letter_paper() -> None:
    page = PdfReader(io.BytesIO(made("invoice", {**invoice(), "printing": {"paper": "letter"}}))).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (612, 792)


@pytest.mark.parametrize("level", range(5))
def test_reminder_has_its_own_words_at_each_level(level: int) -> None:
    others = {text_of(made("reminder", reminder(each))) for each in range(5)}
    assert len(others) == 5
    text = text_of(made("reminder", reminder(level)))
    for word in ("INV-2026-0011", "1,000.00", "900.00", "2.50", "6.75", "3.00", "€912.25", "30 May 2026", "10.27%", "24 days", "€50.00"):
        assert word in text, word
    assert ("claimed in earlier letters" in " ".join(text.split())) == (level > 2)


def test_statement_shows_movements_open_items_and_age() -> None:
    text = text_of(made("statement", statement()))
    for word in (
        "Opening balance",
        "INV-2026-0001",
        "1,190.00",
        "31–60 days",
        "Closing balance",
        "€1,190.00",
        "€3.00",
        "Transactions in JPY",
        "JP¥500",
    ):
        assert word in text, word
    assert "Movements" not in text_of(made("statement", statement("open")))


def test_confirmation_has_a_slip_to_sign() -> None:
    text = text_of(made("confirmation", statement(), "zh-CN"))
    for word in ("对账函", "余额与我司账目相符", "签字", COMPANY["name"]):
        assert word in text, word


def test_void_invoice_says_so_and_asks_for_nothing() -> None:
    text = text_of(made("invoice", invoice(void={"on": "2026-04-01", "reason": "Wrong customer"})))
    assert "Void since 1 Apr 2026: Wrong customer" in text
    assert "Please pay" not in text

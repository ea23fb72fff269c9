"""What letters say in each language, and what a template may not do."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from billcli.render.studio import Fault, Job, Limits, Studio, Texts
from tests.render.letter_data import COMPANY, CUSTOMER, INVOICE, LANGUAGES, LETTERS, notice

QUICK = {"letter": Limits(1, 60, 1 << 30), "paper": Limits(1, 60, 1 << 30)}
VOID = ("br", "meta")


class Html(HTMLParser):
    """Fails on a tag that is not closed where it should be; keeps what is shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.shown = ""
        self.tags: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {"src", "href", "background"} & {name for name, _ in attrs}, f"<{tag}> fetches something"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.shown += data


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Texts]:
    """Every letter in every language."""
    names = [(name, language) for name in LETTERS for language in LANGUAGES]
    made = Studio(str(tmp_path_factory.mktemp("ledger"))).made([Job("letter", name, language, LETTERS[name]) for name, language in names])
    found = {}
    for key, letter in zip(names, made, strict=True):
        assert isinstance(letter, Texts), letter
        found[key] = letter
    return found


def made(root: Path, template: str, language: str, data: dict[str, Any]) -> Texts | Fault:
    [found] = Studio(str(root), QUICK).made([Job("letter", template, language, data)])
    assert not isinstance(found, bytes)
    return found


def texts(root: Path, template: str, language: str, data: dict[str, Any]) -> Texts:
    found = made(root, template, language, data)
    assert isinstance(found, Texts), found
    return found


def override(root: Path, path: str, text: str) -> None:
    file = root / "templates" / "mail" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def prose_fault(root: Path, prose: str) -> Fault:
    """What becomes of an invoice mail whose opening is this."""
    override(root, "en/invoice.prose.j2", "{% block closing %}{% endblock %}\n{% block opening %}\n" + prose + "\n{% endblock %}\n")
    found = made(root, "invoice", "en", INVOICE)
    assert isinstance(found, Fault), found
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_html_is_well_formed_fetches_nothing_and_escapes_what_it_is_given(
    letters: dict[tuple[str, str], Texts], name: str, language: str
) -> None:
    letter = letters[name, language]
    html = Html(letter.html)
    assert "b" not in html.tags
    assert not html.tags & {"img", "script", "link", "iframe", "form", "object", "style"}
    assert "http" not in letter.html
    assert "//" not in letter.html.replace("<!DOCTYPE html>", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LETTERS)
def test_text_says_what_the_html_says(letters: dict[tuple[str, str], Texts], name: str, language: str) -> None:
    letter = letters[name, language]
    shown = Html(letter.html).shown
    for line in letter.text.splitlines():
        for word in line.replace("：", " ").replace("，", " ").replace("（", " ").replace("）", " ").split():
            if any(c.isdigit() for c in word) and not (name.startswith("reminder") and ("." in word or "年" in word)):
                assert word.strip(".,:;()") in shown or "," in word, word
    assert "billing@fjord.example" in letter.text and "billing@fjord.example" in shown
    assert "None" not in letter.text + shown and "{" not in letter.text + shown
    assert "\n" not in letter.subject


@pytest.mark.parametrize(
    ("language", "facts"),
    [
        ("en", ("14 March 2026", "€1,426.50", "13 April 2026", "€713.25", "2% discount", "24 March 2026")),
        (
            "de",
            ("14. März 2026", "1.426,50\N{NO-BREAK SPACE}€", "13. April 2026", "713,25\N{NO-BREAK SPACE}€", "2 % Skonto", "24. März 2026"),
        ),
        ("zh-CN", ("2026年3月14日", "€1,426.50", "2026年4月13日", "€713.25", "2%", "2026年3月24日")),
    ],
)
def test_invoice_mail_has_number_dates_amounts_and_where_to_pay(
    letters: dict[tuple[str, str], Texts], language: str, facts: tuple[str, ...]
) -> None:
    letter = letters["invoice", language]
    shown = Html(letter.html).shown
    for fact in (*facts, "INV-2026-0042", "NO93 8601 1117 947", "DNBANOKK", "RF73INV20260042", "Foretaksregisteret", "Ms Berg"):
        assert fact in letter.text, fact
        assert fact in shown, fact
    assert "INV-2026-0042" in letter.subject


@pytest.mark.parametrize("level", range(5))
@pytest.mark.parametrize(
    ("language", "facts"),
    [
        ("en", ("€12,345.60", "€2,345.60", "€2,000.00", "17 days past due", "1 day past due", "€5.00", "€3.21", "€7.00", "€2,115.21",
                "10 May 2026")),
        ("de", ("12.345,60\xa0€", "2.345,60\xa0€", "2.000,00\xa0€", "seit 17 Tagen überfällig", "seit 1 Tag überfällig", "5,00\xa0€",
                "3,21\xa0€", "7,00\xa0€", "2.115,21\xa0€", "10. Mai 2026")),
        ("zh-CN", ("€12,345.60", "€2,345.60", "€2,000.00", "已逾期17天", "已逾期1天", "€5.00", "€3.21", "€7.00", "€2,115.21",
                   "2026年5月10日")),
    ],
)  # fmt: skip
def test_notice_tells_each_invoice_the_claims_apart_and_the_deadline(
    letters: dict[tuple[str, str], Texts], level: int, language: str, facts: tuple[str, ...]
) -> None:
    letter = letters[f"reminder-{level}", language]
    shown = Html(letter.html).shown
    for fact in (*facts, "INV-2026-0042", "INV-2026-0043", "NO93 8601 1117 947"):
        assert fact in letter.text, fact
        assert fact in shown, fact
    asks_to_ignore = {"en": "please ignore", "de": "gegenstandslos", "zh-CN": "请忽略"}[language]
    assert (asks_to_ignore in letter.text) == (level <= 2)


def test_notice_on_one_invoice_names_it_in_the_subject(tmp_path: Path) -> None:
    for language in LANGUAGES:
        for level in range(5):
            assert "INV-2026-0042" in texts(tmp_path, f"reminder-{level}", language, notice(several=False)).subject


def test_notice_leaves_out_what_there_is_not(tmp_path: Path) -> None:
    plain = notice(several=False, charges=[], credit=None, deadline=None)
    plain["reminder"]["items"][0].update(fee=None, interest=None, interest_computed=None, asked="2345.60")
    for part in texts(tmp_path, "reminder-1", "en", plain)[1:]:
        assert "fee" not in part and "interest" not in part and "credit" not in part and "Pay by" not in part and "of which" not in part


def test_only_a_company_of_the_united_kingdom_names_its_act(tmp_path: Path) -> None:
    british = {**COMPANY, "address": {**COMPANY["address"], "country": "GB"}}
    german = {**COMPANY, "address": {**COMPANY["address"], "country": "DE"}}
    assert "Act 1998" in texts(tmp_path, "reminder-2", "en", notice(issued_by=british)).text
    assert "Act 1998" not in texts(tmp_path, "reminder-2", "en", notice()).text
    assert "§ 288 BGB" in texts(tmp_path, "reminder-2", "de", notice(issued_by=german)).text
    assert "§ 288 BGB" not in texts(tmp_path, "reminder-2", "de", notice()).text


def test_yuan_are_said_as_in_a_contract(tmp_path: Path) -> None:
    assert "人民币2,115.21元" in texts(tmp_path, "reminder-2", "zh-CN", notice("CNY")).text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de-AT", "14. März 2026"),
        ("de-CH", "14. März 2026"),
        ("zh-TW", "2026年3月14日"),
        ("fr", "14 March 2026"),
        ("en-US", "March 14, 2026"),
    ],
)
def test_other_languages_fall_back(tmp_path: Path, language: str, said: str) -> None:
    assert said in texts(tmp_path, "invoice", language, INVOICE).text


def test_amounts_keep_the_decimals_of_the_books(tmp_path: Path) -> None:
    """CLDR writes rupiah without decimals; ISO 4217 and the books have two."""
    document = {**INVOICE["document"], "currency": "IDR"}
    assert "1,426.50" in texts(tmp_path, "invoice", "en", {**INVOICE, "document": document}).text


def test_names_in_any_script_and_length_come_through(tmp_path: Path) -> None:
    name = "شركة المثال <script>alert(1)</script> " + "长" * 300
    document = {**INVOICE["document"], "issued_by": {**COMPANY, "name": name}, "issued_to": CUSTOMER}
    letter = texts(tmp_path, "invoice", "en", {**INVOICE, "document": document, "contact_name": name})
    assert name in letter.text and name in Html(letter.html).shown and "<script>" not in letter.html


def test_ledgers_own_templates_come_first_file_by_file(tmp_path: Path) -> None:
    override(tmp_path, "en/invoice.subject.j2", "Our {{ document.number }}\n")
    letter = texts(tmp_path, "invoice", "en", INVOICE)
    assert letter.subject == "Our INV-2026-0042"
    assert "NO93 8601 1117 947" in letter.text


def test_ledger_may_speak_a_language_of_its_own(tmp_path: Path) -> None:
    override(tmp_path, "fr/invoice.subject.j2", "Facture {{ document.number }}")
    override(tmp_path, "fr/invoice.txt.j2", "Total {{ document.totals.gross|money(document.currency) }}, {{ document.issued_on|day }}")
    override(tmp_path, "fr/invoice.html.j2", "<p>{{ to.name }}</p>")
    letter = texts(tmp_path, "invoice", "fr", INVOICE)
    assert letter.text == "Total 1\u202f426,50\N{NO-BREAK SPACE}€, 14 mars 2026\n"
    assert letter.html == "<p>Nordwind &lt;b&gt;Handels&lt;/b&gt; &amp; Söhne</p>\n"


def test_keys_come_before_the_methods_of_a_mapping(tmp_path: Path) -> None:
    override(tmp_path, "en/reminder-1.subject.j2", "{{ reminder.items|length }} of {{ reminder.items[1].invoice }}")
    assert texts(tmp_path, "reminder-1", "en", notice()).subject == "2 of INV-2026-0043"


FILE = "templates/mail/en/invoice.prose.j2"


def test_missing_variable_is_a_fault_with_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    found = prose_fault(tmp_path, "fine\n{{ document.totals.gros }}")
    assert found == Fault(FILE, 4, 'there is no "gros" there; did you mean "gross"?')


def test_unknown_name_is_a_fault(tmp_path: Path) -> None:
    assert prose_fault(tmp_path, "{{ documnt.number }}") == Fault(FILE, 3, 'nothing is called "documnt" here')


def test_syntax_error_is_a_fault_with_its_line(tmp_path: Path) -> None:
    found = prose_fault(tmp_path, "one\n{% if document %}\n{{ document.number }")
    assert (found.file, found.line) == (FILE, 5)


@pytest.mark.parametrize(
    "loop",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% for a in range(9999) %}{{ m(n) if n > 99999 else '' }}{% for b in range(9999) %}{% endfor %}{% endfor %}"
        "{% endmacro %}{{ m(1) }}",
    ],
)
def test_endless_loop_is_stopped_and_named(tmp_path: Path, loop: str) -> None:
    assert prose_fault(tmp_path, loop) == Fault(FILE, 3, "it takes more than 1 seconds of computing time")


BOMBS = {
    "{% for a in range(10**9) %}{% endfor %}": "not allowed in a template: powers",
    "{% for a in range(1000000000) %}{% endfor %}": "Range too big",
    "{{ 'a'*2000000000 }}": "not allowed in a template: more than 1000 copies",
    "{{ 2000000000*'a' }}": "not allowed in a template: more than 1000 copies",
    "{{ 9**(9**9) }}": "not allowed in a template: powers",
    "{{ 'a'|center(2000000000) }}": "memory",
    "{{ '%2000000000d'|format(1) }}": "memory",
    "{{ '%2000000000d' % 1 }}": "memory",
    "{% for a in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }}{% endfor %}": "it makes more than 500000 characters",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "it calls itself without an end",
    "{% include 'en/invoice.prose.j2' %}": "it calls itself without an end",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bomb_is_a_fault_with_its_line(tmp_path: Path, bomb: str) -> None:
    found = prose_fault(tmp_path, bomb)
    assert BOMBS[bomb] in found.message
    assert found.file == FILE


PROBES = (
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ document|attr('__class__') }}",
    "{{ document|map(attribute='__class__')|list }}",
    "{{ [document]|map(attribute='__class__')|list }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ config }}",
    "{{ request.application.__globals__ }}",
    "{{ range.__init__.__globals__ }}",
    "{{ document.get.__self__ }}",
    "{{ '{0.__class__}'.format(document) }}",
    "{{ '{x.__class__}'.format_map({'x': document}) }}",
    "{{ ('{0.__class__}'|e).format(document) }}",
    "{{ ['{0.__class__}'.format]|first }}{{ (['{0.__class__.__mro__}'.format]|first)(document) }}",
    "{{ document|money.__globals__ }}",
    "{{ document.update({'number': 'x'}) }}",
    "{{ document.instalments.append(1) }}",
    "{% set document.number = 'x' %}",
    "{{ dict.mro() }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ caller.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../ledger.yaml' %}",
    "{% include 'en/../../../ledger.yaml' %}",
    "{% include '..\\\\..\\\\ledger.yaml' %}",
    "{% extends '/etc/hostname' %}",
    "{% import 'en' as folder %}",
)


@pytest.mark.parametrize("probe", PROBES)
def test_probe_reaches_nothing(tmp_path: Path, probe: str) -> None:
    (tmp_path / "ledger.yaml").write_text("secret: value\n", encoding="utf-8")
    found = prose_fault(tmp_path, probe)
    assert found.file == FILE
    assert found.line == (2 if probe.startswith("{% set") else 3)
    assert not any(word in found.message for word in ("secret: value", "root:", "uid="))


@pytest.mark.parametrize(("what", "said"), [("to.address", "nothing"), ("document.instalments", "a list"), ("document.get", "a builtin")])
def test_what_is_no_text_is_not_printed(tmp_path: Path, what: str, said: str) -> None:
    found = prose_fault(tmp_path, "{{ " + what + " }}")
    assert (found.file, found.line) == (FILE, 3)
    assert found.message.startswith(f"there is {said}")


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        ("one\ntwo", "the subject has more than one line"),
        ("one{{ '\\r' }}Bcc: x@y.example", "more than one line"),
        ("one{{ '\\x00' }}", "control character in it: U+0000"),
        ("one{{ '\\u2028' }}", "control character in it: U+2028"),
        (" \n", "the subject is empty"),
        ("{% for a in range(600) %}x{% endfor %}", "more than 500 characters"),
    ],
)
def test_subject_is_one_plain_line(tmp_path: Path, subject: str, message: str) -> None:
    override(tmp_path, "en/invoice.subject.j2", subject)
    found = made(tmp_path, "invoice", "en", INVOICE)
    assert isinstance(found, Fault)
    assert found.file == "templates/mail/en/invoice.subject.j2"
    assert message in found.message


def test_letter_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    found = made(tmp_path, "invocie", "de", INVOICE)
    assert found == Fault("templates/mail/de/invocie.subject.j2", None, 'there is no letter "invocie"; did you mean "invoice"?')


@pytest.mark.parametrize("name", ["../invoice", "a/b", "", ".hidden", "x" * 65, "a\nb", "/etc/passwd"])
def test_template_name_is_no_path(tmp_path: Path, name: str) -> None:
    found = made(tmp_path, name, "en", INVOICE)
    assert isinstance(found, Fault) and "cannot be the name of a template" in found.message


def test_a_notice_about_one_invoice_asks_for_its_own_reference(tmp_path: Path) -> None:
    one = notice(several=False)
    one["reminder"]["items"][0]["reference"] = "RF18539007547034"
    for part in texts(tmp_path, "reminder-1", "en", one)[1:]:
        assert "RF18539007547034" in part
    several = notice()
    several["reminder"]["items"][0]["reference"] = "RF18539007547034"
    for part in texts(tmp_path, "reminder-1", "en", several)[1:]:
        assert "RF18539007547034" not in part and "INV-2026-0042, INV-2026-0043" in part


def test_what_the_law_gives_stands_apart_from_the_fee(tmp_path: Path) -> None:
    one = notice(several=False)
    one["reminder"]["items"][0].update(fee="2.50", fixed_sum="40.00")
    for language, word in (("en", "Fixed sum for recovery costs, INV"), ("de", "Verzugspauschale, INV"), ("zh-CN", "逾期法定补偿")):
        for part in texts(tmp_path, "reminder-3", language, one)[1:]:
            assert word in part and "40" in part

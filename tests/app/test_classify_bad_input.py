"""What somebody mistypes in words and rules, told with file, line and column; and what is asked of lists that cannot be."""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from billcli.model.linear import Linear
from tests.support import bill, done, make_ledger

CATEGORIES = """\
schema: categories/1
groups:
  region:
    - name: germany/bavaria
  segment:
    - name: key
    - name: Köln
tags:
  - name: vip
"""
RULES = """\
schema: rules/1
classify:
  - name: One
    when:
      country: DE
    set:
      segment: key
  - name: Two
    when:
      name: Werft
    set:
      tag: vip
"""
CUSTOMER = """\
schema: customer/1
id: nordwind
name: Nordwind Werft
address:
  country: DE
"""
DAY = "2026-06-30"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_ledger(tmp_path / "l")
    (root / "categories.yaml").write_text(CATEGORIES)
    (root / "rules.yaml").write_text(RULES)
    (root / "customers").mkdir(exist_ok=True)
    (root / "customers/nordwind.yaml").write_text(CUSTOMER)
    return root


def told(root: Path, *words: str) -> str:
    ran = bill("check", *words, at=DAY, env={"BILL_LEDGER": str(root)})
    return ran.out


def test_as_it_stands_nothing_is_wrong(root: Path) -> None:
    assert told(root, "--strict") == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "message"),
    [
        ("rules.yaml", "country: DE", "contry: DE", "rules.yaml:5:7", 'error[E201]: unknown key "contry" in classify[0].when'),
        ("rules.yaml", "segment: key", "sement: key", "rules.yaml:7:7", 'error[E201]: unknown key "sement" in classify[0].set'),
        ("rules.yaml", "segment: key", "segment: kee", "rules.yaml:7:16", 'error[E304]: the segment "kee" is not declared'),
        ("rules.yaml", "segment: key", "segment: KEY", "rules.yaml:7:16", 'error[E304]: the segment "KEY" is not declared'),
        ("rules.yaml", "tag: vip", "tag: vipp", "rules.yaml:12:12", 'error[E303]: the tag "vipp" is not declared'),
        ("rules.yaml", "country: DE", "region: germany//bavaria", "rules.yaml:5:15", "error[E304]: "),
        ("rules.yaml", "country: DE", "region: germany/bavaria/", "rules.yaml:5:15", "error[E304]: "),
        ("rules.yaml", "name: Werft", "name_matches: (a+", "rules.yaml:10:21", 'error[E724]: classify[1].when.name_matches: "(a+" is not'),
        ("rules.yaml", "name: Werft", r"name_matches: (a)\1", "rules.yaml:10:21", "needs more than one look at each character"),
        ("rules.yaml", "name: Werft", "name_matches: a{1,2000}", "rules.yaml:10:21", "counts beyond 1000"),
        ("rules.yaml", "name: Werft", "revenue: 10 EUR..", "rules.yaml:10:16", 'error[E723]: classify[1].when.revenue: "10 EUR.."'),
        ("rules.yaml", "name: Werft", "country: DE,,AT", "rules.yaml:10:16", "has an empty word"),
        ("rules.yaml", "name: Werft", 'name: ""', "rules.yaml:10:13", "error["),
        ("categories.yaml", "germany/bavaria", "germany//bavaria", "categories.yaml:4:13", 'region "germany//bavaria" has an empty step'),
        ("categories.yaml", "germany/bavaria", "germany/bavaria/", "categories.yaml:4:13", 'region "germany/bavaria/" has an empty step'),
        ("categories.yaml", "germany/bavaria", "/germany", "categories.yaml:4:13", 'the region "/germany" has an empty step'),
        ("categories.yaml", "germany/bavaria", "germany / bavaria", "categories.yaml:4:13", "has an empty step"),
        (
            "categories.yaml", "germany/bavaria", "germany/bavaria\n    - name: Germany/saxony", "categories.yaml:5:13",
            'error[E402]: groups.region[1].name: the region "Germany" differs from "germany" only by case or by how Unicode writes it',
        ),
        ("categories.yaml", "- name: vip", "- name: vip\n  - name: VIP", "categories.yaml:10:11", 'tag "VIP" differs from "vip" only'),
        (
            "categories.yaml", "- name: Köln", f"- name: Köln\n    - name: {normalize('NFD', 'Köln')}", "categories.yaml:8:13",
            "only by case or by how Unicode writes it",
        ),
        (
            "customers/nordwind.yaml", "address:", f"groups:\n  segment: {normalize('NFD', 'Köln')}\naddress:",
            "customers/nordwind.yaml:5:12", 'hint: it only looks like "Köln"',
        ),
        ("customers/nordwind.yaml", "address:", "groups:\n  region: germany/\naddress:", "customers/nordwind.yaml:5:11", "error[E304]"),
        ("customers/nordwind.yaml", "address:", "groups:\n  branch: x\naddress:", "customers/nordwind.yaml:5:3", 'unknown key "branch"'),
        ("customers/nordwind.yaml", "address:", "parent: nordwind\naddress:", "customers/nordwind.yaml:4:9", "error["),
    ],
)  # fmt: skip
def test_slip_is_told_with_its_place(root: Path, file: str, old: str, new: str, place: str, message: str) -> None:
    path = root / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    out = told(root)
    assert f"--> {place}" in out
    assert message in out


def test_parents_in_a_circle_are_told_once_with_the_circle(root: Path) -> None:
    (root / "customers/nordwind.yaml").write_text(CUSTOMER.replace("address:", "parent: fjord\naddress:"))
    (root / "customers/fjord.yaml").write_text("schema: customer/1\nid: fjord\nname: Fjord\nparent: nordwind\n")
    out = told(root)
    assert "customers/fjord.yaml:4:9" in out or "customers/nordwind.yaml:4:9" in out
    assert "error[" in out
    for words in (("customer", "list", "--by", "region"), ("classify",), ("credit", "limit")):
        ran = bill(*words, at=DAY, env={"BILL_LEDGER": str(root)})
        assert ran.code in (0, 1)


@pytest.mark.parametrize(
    ("when", "put", "said"),
    [
        ("country: DE", "segment: Köln", 'warning[W728]: the rule "Two" asks for what "One" asks for, and sets another segment'),
        ("country: DE", "segment: key", ""),
        ("country: AT", "segment: Köln", ""),
    ],
)
def test_rules_that_contradict_each_other_are_both_named_where_the_second_stands(root: Path, when: str, put: str, said: str) -> None:
    text = RULES.replace("name: Werft", when).replace("tag: vip", put)
    (root / "rules.yaml").write_text(text)
    out = told(root, "--strict")
    assert ("W728" in out) == bool(said)
    if said:
        assert f"{said}\n  --> rules.yaml:12:16" in out
        audit = done("classify", "--audit", "--format", "json", at=DAY, env={"BILL_LEDGER": str(root)}).json["rows"]
        assert [row["finding"] for row in audit] == [None, 'contradicts "One" on the segment']


class Counted(str):
    """A text that counts how often one of its characters is looked at."""

    looks = 0

    def __getitem__(self, at: object) -> str:
        Counted.looks += 1
        return super().__getitem__(at)  # type: ignore[index]


@pytest.mark.parametrize("pattern", ["(a+)+$b", "(a|aa)+b", "(a*)*b", "(a?){30}a{30}b", "(.*a){12}b", "([a-z]+)*[0-9]"])
def test_looks_at_characters_grow_as_the_text_does_whatever_the_pattern(pattern: str) -> None:
    """Counted, not timed: a^2n takes twice the looks of a^n, and no more than a few for each character."""

    def looks(length: int) -> int:
        Counted.looks = 0
        assert not Linear(pattern).search(Counted("a" * length))
        return Counted.looks

    few, many = looks(2_000), looks(4_000)
    assert few <= 4 * 2_000
    assert many <= 2 * few + 8


def test_number_of_states_that_are_built_does_not_grow_with_the_text() -> None:
    for pattern in ("(a+)+$b", "(a|aa)+b", "(.*a){12}b"):
        sizes = []
        for length in (500, 5_000):
            rule = Linear(pattern)
            rule.search("a" * length)
            sizes.append(len(rule._known))
        assert sizes[0] == sizes[1]


@pytest.mark.parametrize("ask", ["name: x", "name_matches: x*", "name_matches: ^$", "tax_id: x", "tax_id_matches: '.*'"])
def test_rule_on_an_empty_text_fits_nothing(root: Path, ask: str) -> None:
    """A customer without a tax id has no text in which an empty pattern could stand."""
    (root / "rules.yaml").write_text(RULES.replace("country: DE", ask))
    rows = done("classify", "--format", "json", at=DAY, env={"BILL_LEDGER": str(root)}).json["rows"]
    fits = ask == "name_matches: x*"  # which stands in any text there is
    assert [row["rule"] for row in rows if row["rule"] == "One"] == (["One"] if fits else [])


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("--by", "sement"), '--by: "sement" is no way to group', 'did you mean "segment"?'),
        (("--by", "region:0"), '--by: "region:0" is no way to group', "a level is of the regions alone"),
        (("--by", "size:1"), '--by: "size:1" is no way to group', "a level is of the regions alone"),
        (("--by", "region", "--by", "region"), "--by is given twice with one dimension", "leave one of the two out"),
        (("--by", "region", "--by", "size", "--by", "tag"), "--by is given 3 times", "at most 2"),
        (("--by", ""), '--by: "" is no way to group', "use one of"),
        (("--where", "sement=key"), '--where: nothing here is called "sement"', 'did you mean "segment"?'),
        (("--where", "segment=kee"), '--where: there is no segment "kee"', 'did you mean "key"?'),
        (("--where", "segment=KEY"), '--where: there is no segment "KEY"', 'did you mean "key"?'),
        (("--where", "region=germany//bavaria"), '--where: there is no region "germany//bavaria"', "germany"),
        (("--where", "region=germany/"), '--where: there is no region "germany/"', 'did you mean "germany"?'),
        (("--where", "tag=nope"), '--where: there is no tag "nope"', "known are vip"),
        (("--where", "country=XX"), '--where: there is no country "XX"', "(none)"),
        (("--where", "currency=eur"), '--where: there is no currency "eur"', 'did you mean "EUR"?'),
        (("--where", "grade=F"), '--where: there is no grade "F"', "known are A, B, C, D, E"),
        (("--where", "segment"), '--where: "segment" is no condition', "gross>1000"),
    ],
)
def test_unknown_names_and_words_of_by_and_where(root: Path, words: tuple[str, ...], message: str, hint: str) -> None:
    ran = bill("customer", "list", *words, at=DAY, env={"BILL_LEDGER": str(root)})
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"bill: {message}")
    assert hint in ran.err


def test_word_is_found_in_either_form_of_unicode_and_an_empty_value_finds_what_has_none(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    (root / "customers/nordwind.yaml").write_text(CUSTOMER.replace("address:", "groups:\n  segment: Köln\naddress:"))
    done("customer", "add", "--name", "東京水質", "--id", "tokyo", "--country", "JP", "--yes", at=DAY, env=env)
    for form in ("NFC", "NFD"):
        rows = done("customer", "list", "--where", normalize(form, "segment=Köln"), "--format", "json", at=DAY, env=env).json["rows"]
        assert [row["customer"] for row in rows] == ["nordwind"]
    for text in ("segment=", "segment=''", "segment=(none)", "name~東京", "name='東京水質'"):
        rows = done("customer", "list", "--where", text, "--format", "json", at=DAY, env=env).json["rows"]
        assert [row["customer"] for row in rows] == ["tokyo"], text


def test_amounts_in_two_currencies_are_never_compared_with_one_number(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    for currency in ("EUR", "JPY"):
        new = ("invoice", "new", "-c", "nordwind", "-l", "Help;1;2000;none", "--currency", currency, "--yes")
        done(*new, at="2026-06-01", env=env)
    for words in (("invoice", "list"), ("report", "aging"), ("report", "revenue")):
        ran = bill(*words, "--where", "gross>1000", at=DAY, env=env)
        assert ran.code == 2
        assert "--where: gross>1000 says no currency, and what it is asked of is in " in ran.err
        assert "\n  hint: write gross>1000" in ran.err
    for text, numbers in {
        "gross>1000EUR": ["INV-2026-0001"], "gross>1000JPY": ["INV-2026-0002"], "gross>1000 currency=JPY": ["INV-2026-0002"],
        "gross>0": ["INV-2026-0001", "INV-2026-0002"], "gross<0": [], "gross>-1EUR": ["INV-2026-0001"],
    }.items():  # fmt: skip
        rows = done("invoice", "list", "--where", text, "--format", "json", at=DAY, env=env).json["rows"]
        assert [row["number"] for row in rows] == numbers, text
    told = done("report", "revenue", "--where", "gross>1000JPY", "--format", "json", at=DAY, env=env).json["totals"]
    assert [row["currency"] for row in told] == ["JPY"]


@pytest.mark.parametrize(
    ("noun", "text", "message", "hint"),
    [
        ("invoice", "month=2026-3", 'no month "2026-3"', 'did you mean "2026-03"?'),
        ("invoice", "month=2026-13", 'no month "2026-13"', "write it as 2026-03"),
        ("invoice", "month=2026-01,march", 'no month "march"', "write it as 2026-03"),
        ("invoice", "quarter=2026-q1", 'no quarter "2026-q1"', 'did you mean "2026-Q1"?'),
        ("invoice", "quarter=Q1", 'no quarter "Q1"', "write it as 2026-Q1"),
        ("invoice", "quarter=2026-Q5", 'no quarter "2026-Q5"', "write it as 2026-Q1"),
        ("invoice", "year=26", 'no year "26"', "write it as 2026"),
        ("invoice", "year=2026-03", 'no year "2026-03"', 'did you mean "2026"?'),
        ("invoice", "month>=2026-03", "month is a word, not an amount", "compare issued_on or due_on with a day"),
        ("invoice", "state=payd", 'no state "payd"', 'did you mean "paid"?'),
        ("invoice", "type=sale", 'no type "sale"', 'did you mean "sales"?'),
        ("invoice", "hold=disputed", 'no hold "disputed"', 'did you mean "dispute"?'),
        ("invoice", "number=inv-2026-0001", 'no number "inv-2026-0001"', 'did you mean "INV-2026-0001"?'),
        ("invoice", "number=INV-2026-0002", 'no number "INV-2026-0002"', '"(none)" asks for what has none; known are INV-2026-0001'),
        ("credit-note", "kind=retrun", 'no kind "retrun"', 'did you mean "return"?'),
        ("hold", "state=releasd", 'no state "releasd"', 'did you mean "released"?'),
        ("hold", "kind=disput", 'no kind "disput"', 'did you mean "dispute"?'),
        ("write-off", "kind=bad", 'no kind "bad"', 'did you mean "bad-debt"?'),
        ("payment", "payment=x", 'no payment "x"', "known are no words yet"),
        ("outbox", "state=snt", 'no state "snt"', 'did you mean "sent"?'),
        ("recurring", "state=activ", 'no state "activ"', 'did you mean "active"?'),
        ("customer", "customer=nordwid", 'no customer "nordwid"', 'did you mean "nordwind"?'),
    ],
)
def test_word_that_a_list_cannot_say_is_told_and_gives_no_empty_list(root: Path, noun: str, text: str, message: str, hint: str) -> None:
    env = {"BILL_LEDGER": str(root)}
    done("invoice", "new", "--yes", "-c", "nordwind", "-l", "Work;1;100;vat-20", at="2026-03-01", env=env)
    ran = bill(noun, "list", "--where", text, at=DAY, env=env)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert hint in ran.err


@pytest.mark.parametrize(
    "text", ["state=void", "hold=promise", "month=2031-12", "quarter!=2026-Q4", "month~2026-", "number~0001", "year=(none)"]
)
def test_word_that_nothing_says_today_is_no_mistake(root: Path, text: str) -> None:
    done("invoice", "list", "--where", text, at=DAY, env={"BILL_LEDGER": str(root)})


def test_classify_where_asks_each_kind_for_what_it_has(root: Path) -> None:
    """Customers have a name, invoices a gross amount; what none of them has is an error with the nearest name of all."""
    env = {"BILL_LEDGER": str(root)}
    done("invoice", "new", "--yes", "-c", "nordwind", "-l", "Work;1;100;vat-20", at="2026-03-01", env=env)

    def found(text: str) -> list[str]:
        return [row["id"] for row in done("classify", "--where", text, "--format", "json", at=DAY, env=env).json["rows"]]

    assert found("name~nord") == ["nordwind", "nordwind"]
    assert found("name~west") == []
    assert found("gross>1") == []
    (root / "rules.yaml").write_text(RULES + "  - name: Three\n    when:\n      gross: 10..\n    set:\n      tag: vip\n")
    assert found("gross>1") == ["INV-2026-0001"]
    ran = bill("classify", "--where", "nmae~nord", at=DAY, env=env)
    assert (ran.code, ran.err) == (2, 'bill: --where: nothing here is called "nmae"\n  hint: did you mean "name"?\n')


def test_an_alias_with_an_at_sign_is_no_mail_address(root: Path) -> None:
    env = {"BILL_LEDGER": str(root)}
    for also, lacks in (("aliases:\n  - Nord @ Sea\n", True), ("contacts:\n  - role: billing\n    email: a@nord.example\n", False)):
        (root / "customers/nordwind.yaml").write_text(CUSTOMER + also)
        rows = done("customer", "audit", "--format", "json", at=DAY, env=env).json["rows"]
        assert ("mail" in rows[0]["lacks"]) is lacks


def test_a_word_that_no_vocabulary_declares_is_not_written(root: Path) -> None:
    (root / "rules.yaml").write_text(RULES.replace("tag: vip", "tag: vips"))
    before = (root / "customers/nordwind.yaml").read_bytes()
    ran = bill("classify", "--write", "--yes", cwd=root, at=DAY)
    assert ran.code == 1
    assert 'the rule "Two" sets the tag "vips", which is not declared; nothing was changed' in ran.err
    assert (root / "customers/nordwind.yaml").read_bytes() == before

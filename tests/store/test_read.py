from __future__ import annotations

import pytest

from billcli.diagnostics import Diagnostic
from billcli.errors import UsageError
from billcli.model.customer import Customer
from billcli.model.invoice import Invoice
from billcli.store.read import checked, locate_all, read, read_loose
from billcli.store.text import BOM

AT = "invoices/2026/03/INV-2026-0042.yaml"
INVOICE = """\
schema: invoice/1
number: INV-2026-0042
type: service
customer: nordwind
issued_on: 2026-03-14
currency: EUR
terms: net 30
issued_by:
  name: Fjord Consulting AS
issued_to:
  name: Nordwind Handels GmbH
  address:
    city: Köln
    country: DE
lines:
  - description: "Consulting, March: 北京"  # by the hour
    quantity: 12.5
    unit_price: 95.10
    tax: vat-20
  - description: Travel
    quantity: 1
    unit_price: 100
taxes:
  - {code: vat-20, category: S, rate: 20, base: 1188.75, amount: 237.75}
instalments:
  - due_on: 2026-04-13
    amount: 1526.50
totals:
  net: 1288.75
  tax: 237.75
  gross: 1526.50
tags: [late, eu]
x:
  mine: [1, {two: null}]
"""
CUSTOMER = "schema: customer/1\nid: nordwind\nname: Nordwind\n"


def problems(text: str, file: str = AT) -> list[Diagnostic]:
    result = read(text.encode(), file)
    assert (result.entity is None) or all(each.code in ("E120", "E121") for each in result.problems)
    for each in result.problems:
        check_place(each, text)
    return result.problems


def check_place(problem: Diagnostic, text: str) -> None:
    """The span lies in the user's own text, and shows it."""
    span, lines = problem.span, text.removeprefix("\ufeff").split("\n")
    assert span is not None, problem
    assert 1 <= span.line <= len(lines)
    own = lines[span.line - 1].removesuffix("\r")
    assert span.text == own
    assert 1 <= span.column <= len(own) + 1
    assert 1 <= span.length <= max(1, len(own) - span.column + 1)


def customer(*lines: str) -> str:
    return CUSTOMER + "".join(f"{line}\n" for line in lines)


def shown(problem: Diagnostic) -> tuple[str, int, int, str]:
    """Code and place, and the text under the carets."""
    span = problem.span
    assert span is not None
    return problem.code, span.line, span.column, span.text[span.column - 1 : span.column - 1 + span.length]


def test_valid_document_is_read_without_a_word() -> None:
    result = read(INVOICE.encode(), AT)
    assert result.problems == []
    assert isinstance(result.entity, Invoice)
    assert format(result.entity.lines[0].unit_price, "f") == "95.10"
    assert result.entity.lines[0].description == "Consulting, March: 北京"
    assert result.entity.x == {"mine": ["1", {"two": "null"}]}


@pytest.mark.parametrize("raw", [BOM + INVOICE.encode(), INVOICE.replace("\n", "\r\n").encode(), INVOICE.rstrip("\n").encode()])
def test_byte_order_mark_windows_line_ends_and_a_missing_last_one_change_nothing(raw: bytes) -> None:
    assert read(raw, AT) == read(INVOICE.encode(), AT)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("12.5", "1e1", ("E213", 17, 15, "1e1")),
        ("95.10", "-95.10", ("E213", 18, 17, "-95.10")),
        ("1188.75", "1,188.75", ("E117", 24, 51, "188.75")),
        ("2026-03-14", "2026-02-30", ("E206", 5, 12, "2026-02-30")),
        ("2026-04-13", "13.04.2026", ("E206", 26, 13, "13.04.2026")),
        ("currency: EUR", "currency: eur", ("E210", 6, 11, "eur")),
        ("country: DE", "country: Germany", ("E217", 14, 14, "Germany")),
        ("customer: nordwind", "customer: ../nordwind", ("E207", 4, 11, "../nordwind")),
        ("type: service", "type: servise", ("E209", 3, 7, "servise")),
        ("[late, eu]", "[late, 'a|b']", ("E208", 32, 14, "'a|b'")),
        ("Travel", '"a\\tb"', ("E208", 20, 18, '"a\\tb"')),
        ("Travel", "''", ("E208", 20, 18, "''")),
        ("Travel", "", ("E117", 20, 5, "description")),
        ("customer: nordwind", "custmer: nordwind", ("E202", 1, 1, "schema: invoice/1")),
        ("    quantity: 1\n", "", ("E202", 20, 5, "description: Travel")),
        ("[late, eu]", "late", ("E203", 32, 7, "late")),
        ("[late, eu]", "{late: eu}", ("E203", 32, 7, "{late: eu}")),
        ("[late, eu]", "[[late], eu]", ("E203", 32, 8, "[late]")),
        ("  name: Fjord Consulting AS", "  - Fjord", ("E203", 9, 3, "- Fjord")),
        ("terms: net 30", "terms: {net: 30}", ("E203", 7, 8, "{net: 30}")),
        ("\n  mine: [1, {two: null}]", " mine", ("E203", 33, 4, "mine")),
        ("schema: invoice/1\n", "", ("E212", 1, 1, "number: INV-2026-0042")),
        ("schema: invoice/1", "schema: [invoice/1]", ("E212", 1, 1, "schema: [invoice/1]")),
        ("schema: invoice/1", "schema: invoce/1", ("E212", 1, 9, "invoce/1")),
        ("schema: invoice/1", "schema: invoice/2", ("E212", 1, 9, "invoice/2")),
        ("schema: invoice/1", "schema: invoice", ("E212", 1, 9, "invoice")),
        ("schema: invoice/1", "schema: invoice/²", ("E212", 1, 9, "invoice/²")),
        ("schema: invoice/1", "schema: invoice/" + "9" * 500, ("E212", 1, 9, "invoice/" + "9" * 500)),
        ("schema: invoice/1", "schema: customer/1", ("E120", 1, 9, "customer/1")),
        ("  name: Nordwind", "  nam: Nordwind", ("E202", 10, 1, "issued_to")),
        ("terms: net 30", "terms: |\n  net\n  30", ("E208", 7, 8, "|")),
    ],
)
def test_first_problem_stands_where_the_eye_expects_it(old: str, new: str, expected: tuple[str, int, int, str]) -> None:
    assert old in INVOICE
    assert shown(problems(INVOICE.replace(old, new, 1))[0]) == expected


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("nmae: x", 'unknown key "nmae"', 'did you mean "name"?'),
        ("credit_limt: 5", 'unknown key "credit_limt"', 'did you mean "credit_limit"?'),
        ("zzz: x", 'unknown key "zzz"', "data of your own goes under x:"),
        ("address: {contry: DE}", 'unknown key "contry" in address', 'did you mean "country"?'),
        ("contacts: [{role: billing, emial: a@b.co}]", 'unknown key "emial" in contacts[0]', 'did you mean "email"?'),
        ("groups: {regoin: eu}", 'unknown key "regoin" in groups', 'did you mean "region"?'),
        ('"\\e[31m": x', 'unknown key "\\u001b[31m"', "data of your own goes under x:"),
    ],
)
def test_unknown_key_comes_with_the_nearest_known_one(line: str, message: str, hint: str) -> None:
    (problem,) = problems(customer(line), "customers/nordwind.yaml")
    assert (problem.code, problem.message, problem.hint) == ("E201", message, hint)
    assert problem.span is not None
    assert problem.span.line == 4


@pytest.mark.parametrize(
    ("schema", "message", "hint"),
    [
        ("invoce/1", 'bill knows no document of the kind "invoce/1"', 'did you mean "invoice"?'),
        ("invoice/2", 'bill knows invoice/1, not "invoice/2"', "a newer bill may know it"),
        ("invoice/01", 'bill knows invoice/1, not "invoice/01"', 'write "invoice/1"'),
        ("invoice/x", 'bill knows invoice/1, not "invoice/x"', 'write "invoice/1"'),
        ("customer/1", f"a document of the kind customer stands in {AT}", "it belongs in customers/"),
        ("ledger/1", f"a document of the kind ledger stands in {AT}", "it belongs in ledger.yaml"),
    ],
)
def test_schema_line_is_answered_with_what_belongs_there(schema: str, message: str, hint: str) -> None:
    (problem,) = problems(INVOICE.replace("invoice/1", schema, 1))
    assert (problem.message, problem.hint) == (message, hint)


@pytest.mark.parametrize(
    ("text", "file", "code", "line", "hint"),
    [
        (INVOICE, "invoices/2026/04/INV-2026-0042.yaml", "E120", 5, "by its date it belongs in invoices/2026/03"),
        (INVOICE, "invoices/INV-2026-0042.yaml", "E120", 5, "by its date it belongs in invoices/2026/03"),
        (INVOICE, "invoices/2026/03/INV-2026-0043.yaml", "E121", 2, f"it belongs in {AT}"),
        (INVOICE, "invoices/2026/03/inv-2026-0042.yaml", "E121", 2, f"it belongs in {AT}"),
        (CUSTOMER, "customers/sudwind.yaml", "E121", 2, "it belongs in customers/nordwind.yaml"),
        (CUSTOMER, "customers/old/nordwind.yaml", "E120", 2, "it belongs in customers"),
    ],
)  # fmt: skip
def test_file_name_and_folder_follow_from_the_document(text: str, file: str, code: str, line: int, hint: str) -> None:
    (problem,) = problems(text, file)
    assert problem.span is not None
    assert (problem.code, problem.span.line, problem.hint) == (code, line, hint)
    assert read(text.encode(), file).entity is not None


def test_document_where_none_belongs_is_refused() -> None:
    assert [each.code for each in problems(CUSTOMER, "notes/nordwind.yaml")] == ["E120"]
    assert [each.code for each in problems("a: 1\n", "notes/nordwind.yaml")] == ["E212"]


def test_every_error_of_a_file_is_told_at_once() -> None:
    text = INVOICE.replace("12.5", "many").replace("EUR", "euro").replace("2026-04-13", "soon").replace("city", "town")
    text = text.replace("name: Fjord", "firm: Fjord").replace("  net: 1288.75\n", "")
    assert sorted((each.span.line, each.code) for each in problems(text) if each.span) == [
        (6, "E210"), (8, "E202"), (9, "E201"), (13, "E201"), (17, "E213"), (26, "E206"), (28, "E202"),
    ]  # fmt: skip


def test_problems_of_the_yaml_come_before_any_of_the_fields() -> None:
    codes = [each.code for each in problems(INVOICE.replace("EUR", "&e euro").replace("net 30", "!!str x"))]
    assert codes == ["E106", "E107"]


def test_finding_that_knows_its_path_gets_its_place() -> None:
    known = [
        Diagnostic("E301", "m", AT, ("lines", 0, "tax")),
        Diagnostic("E405", "m", AT, ("discount", "until")),
        Diagnostic("E401", "m", AT),
    ]
    placed = locate_all(INVOICE.encode(), known)
    assert [shown(each)[1:] for each in placed] == [
        (19, 10, "vat-20"),
        (1, 1, "schema: invoice/1"),
        (1, 1, "schema: invoice/1"),
    ]
    assert locate_all(b"\xff", known) == known


def test_customer_of_one_screen_reads_every_field() -> None:
    text = customer(
        "aliases: [NW]", "language: de", "currency: EUR", "address: {street: Hafen 1, postal_code: 01067, country: DE}",
        "ibans: [NO93 8601 1117 947]", "contacts: [{role: billing, email: a@b.co}]", "terms: net 14",
        "credit_limit: 5000.00",
        "parent: group", "groups: {region: eu}", "tags: [vip]", "notes: |", "  one", "  two", "external_id: 0017",
    )  # fmt: skip
    entity = read(text.encode(), "customers/nordwind.yaml").entity
    assert isinstance(entity, Customer)
    assert (entity.external_id, entity.notes, entity.ibans) == ("0017", "one\ntwo\n", ("NO9386011117947",))
    assert entity.address is not None
    assert entity.address.postal_code == "01067"


def test_request_needs_no_schema_line_and_may_leave_out_what_is_given_besides() -> None:
    entity, found = read_loose(b"name: Nordwind\n", "request.yaml", Customer, {"id": "nordwind"})
    assert (entity, found) == (Customer(id="nordwind", name="Nordwind"), [])
    entity, found = read_loose(b"# c\nnmae: Nordwind\n", "request.yaml", Customer, {"id": "nordwind"})
    assert entity is None
    assert [(each.code, each.span and each.span.line) for each in found] == [("E202", 1), ("E201", 2)]
    assert [each.code for each in read_loose(b"a:\tb\n", "request.yaml", Customer, {})[1]] == ["E103"]


def test_wrong_field_of_a_command_line_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="country") as caught:
        checked(Customer, {"id": "a", "name": "A", "address": {"country": "Germany"}}, "customer")
    assert "two letters" in caught.value.hint

from __future__ import annotations

from datetime import date

import pytest

from billcli.core import seal
from billcli.core.invoice import InvoiceRequest, creditor_reference, invoice_document, plan_draft, plan_issue, request_from_draft
from billcli.core.lines import typed_line
from billcli.core.numbering import Given
from billcli.core.plan import Create, Remove
from billcli.errors import BillError, UsageError
from billcli.model.invoice import Draft, Invoice
from tests.core.master import D, master

DAY = date(2026, 3, 14)
GIVEN = Given("INV-2026-0042", "v1:before", ())


def issued(*lines: str, **changes: object) -> Invoice:
    request = InvoiceRequest("nordwind", tuple(map(typed_line, lines)))._replace(**changes)  # type: ignore[arg-type]  # a test's fields
    return invoice_document(request, master(), GIVEN, DAY)


def test_issue_freezes_parties_tax_groups_instalments_and_totals() -> None:
    invoice = issued("Consulting, March;12.5;95.10", "Handbook;2;30;vat-7")
    assert (invoice.issued_by.name, invoice.issued_to.name) == ("Fjord Consulting AS", "Nordwind Handels GmbH")
    assert [(each.code, each.base, each.amount) for each in invoice.taxes] == [
        ("vat-20", D("1188.75"), D("237.75")),
        ("vat-7", D("60.00"), D("4.20")),
    ]
    assert (invoice.totals.net, invoice.totals.tax, invoice.totals.gross) == (D("1248.75"), D("241.95"), D("1490.70"))
    assert [(each.due_on, each.amount) for each in invoice.instalments] == [(date(2026, 4, 13), D("1490.70"))]


def test_the_seal_is_over_the_document_and_the_seal_before_it() -> None:
    invoice = issued("Consulting;1;100")
    assert invoice.seal == seal.seal(seal.digest(invoice), "v1:before")


def test_lines_without_tax_form_no_group() -> None:
    invoice = issued("Postage;1;4.90;none")
    assert invoice.taxes == ()
    assert invoice.totals.gross == D("4.90")


def test_the_exemption_is_printed_with_its_reason() -> None:
    [group] = issued("Consulting;1;100;reverse").taxes
    assert (group.category, group.amount, group.exempt_reason) == ("AE", D("0.00"), "Reverse charge")


def test_what_the_request_says_wins_over_the_defaults() -> None:
    invoice = issued("Consulting;1;100", terms="on receipt", currency="USD", reference="PO 4711", type="service")
    assert (invoice.terms, invoice.currency, invoice.reference, invoice.type) == ("on receipt", "USD", "PO 4711", "service")
    assert invoice.instalments[0].due_on == DAY


@pytest.mark.parametrize(
    ("number", "reference"),
    [("INV-2026-0042", "RF73INV20260042"), ("539007547034", "RF18539007547034"), ("A" * 22, None), ("---", None)],
)
def test_the_creditor_reference_has_the_check_digits_of_iso_11649(number: str, reference: str | None) -> None:
    assert creditor_reference(number) == reference


def test_an_invoice_without_lines_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one line"):
        issued()


def test_a_total_beyond_the_limit_is_refused() -> None:
    with pytest.raises(BillError, match="too large"):
        issued("Island;11;99999999999.00;none")


def test_the_plan_writes_one_file_by_number_and_month_and_takes_the_draft_away() -> None:
    invoice = issued("Consulting;1;100")
    plan = plan_issue(invoice, GIVEN, "drafts/nordwind-1.yaml")
    assert [type(step) for step in plan.steps] == [Create, Remove]
    assert plan.steps[0].path == "invoices/2026/03/INV-2026-0042.yaml"
    assert list(plan.steps[0].data)[:4] == ["number", "type", "customer", "issued_on"]  # type: ignore[union-attr]  # a Create


def test_plans_that_differ_only_by_the_number_given_are_the_same_decision() -> None:
    request = InvoiceRequest("nordwind", (typed_line("Consulting;1;100"),))
    plans = []
    for given in (GIVEN, Given("INV-2026-0043", "v1:other", ())):
        plans.append(plan_issue(invoice_document(request, master(), given, DAY), given))
    assert plans[0].comparable() == plans[1].comparable()
    other = invoice_document(request._replace(terms="net 7"), master(), GIVEN, DAY)
    assert plan_issue(other, GIVEN).comparable() != plans[0].comparable()


def test_a_draft_has_an_id_from_its_content_and_says_all_again_at_issue() -> None:
    request = InvoiceRequest("nordwind", (typed_line("Consulting;1;100"),), terms="net 7", tags=("vip",))
    plan = plan_draft(request, master(), frozenset(), DAY)
    again = plan_draft(request, master(), frozenset((str(plan.result["id"]),)), DAY)
    assert plan.result["id"] == plan_draft(request, master(), frozenset(), DAY).result["id"] != again.result["id"]
    draft = Draft.model_validate(plan.steps[0].data)  # type: ignore[union-attr]  # a Create
    back = request_from_draft(draft)
    assert (back.customer, back.terms, back.tags, len(back.lines)) == ("nordwind", "net 7", ("vip",), 1)

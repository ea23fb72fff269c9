"""Use cases of reports: facts from the index, decisions from ``core``."""

from __future__ import annotations

from datetime import date
from itertools import starmap

from billcli.app.books import Books
from billcli.app.hold_state import live_plans
from billcli.core import aging
from billcli.core.report import Report
from billcli.errors import BillError, UsageError
from billcli.index import balances, queries
from billcli.model.category_names import DIMENSIONS
from billcli.model.values import quoted

AGING_BY = ("customer", "invoice", *DIMENSIONS)


def aging_report(books: Books, as_of: date, by: str, basis: str) -> Report:
    """Who owes what on that day, and the proof that the report adds up to the books."""
    if by not in AGING_BY:
        raise UsageError(f"--by: {quoted(by)} is no way to group", "use one of: " + ", ".join(AGING_BY))
    if basis not in ("due", "issued", "original"):
        raise UsageError(f"--basis: {quoted(basis)} is not a basis", "use due, issued or original")
    plans = live_plans(books, as_of)
    alone: list[aging.OpenSum] = []
    if by == "invoice":
        invoices = balances.open_invoices(books.index, as_of)
    else:
        starts = aging.bucket_starts(as_of)
        alone = [*starmap(aging.OpenSum, balances.open_sums(books.index, as_of, plans, starts, issued=basis == "issued"))]
        invoices = balances.open_apart(books.index, as_of, plans)
    instalments = queries.instalments_of(books.index, [each.number for each in invoices if each.parts > 1])
    parts = aging.open_parts(invoices, instalments, as_of, basis, plans)
    proofs = aging.proofs([*alone, *parts], [*alone, *invoices], balances.control_totals(books.index, as_of))
    broken = [proof.line().replace(" = ", " ≠ ", 1) for proof in proofs if not proof.holds]
    if broken:
        raise BillError("the report does not add up to the books: " + "; ".join(broken), '"bill check" looks for the reason')
    notes = tuple(proof.line() for proof in proofs) or (f"nothing was open on {as_of}",)
    if by == "invoice":
        return aging.aging_by_invoice(parts, as_of, notes)
    if by == "customer":
        groups = {customer: (customer, name or "") for customer, name in queries.customers_by(books.index, "name")}
    else:
        groups = {customer: (group or aging.NO_GROUP,) * 2 for customer, group in queries.customers_by(books.index, by)}
    return aging.aging_by_group([*alone, *aging.sums(parts)], balances.unapplied(books.index, as_of), as_of, by, groups, notes)

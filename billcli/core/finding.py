"""Findings kept and closed, as plans of files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.document import dated_id, document_data, made, path_of
from billcli.core.facts import FindingFact
from billcli.core.plan import Change, Create, Plan, Set
from billcli.core.report import Column, Report
from billcli.errors import BillError
from billcli.model.finding import Finding

STATES = ("open", "corrected", "accepted")


class FindingRequest(NamedTuple):
    """What a person asks for."""

    document: str
    on: date
    text: str
    by: str
    external_id: str | None = None
    notes: str | None = None


def plan_new(request: FindingRequest, others: Sequence[FindingFact], taken: Collection[str]) -> Plan:
    """The plan that keeps a finding. Raises ``BillError`` where the same is open already; ``others`` are those on the document."""
    for each in others:
        if each.text == request.text and each.state == "open":
            raise BillError(f"{each.id} says the same and is open", f'"bill finding close {each.id}" closes it')
    said = ("finding", *request[1:5])
    fields = {"id": dated_id(request.on, request.document, (request.document, *said), taken), **request._asdict(), "state": "open"}
    finding = made(Finding, fields)
    return Plan(
        command="finding new",
        steps=(Create(path_of("findings", finding.id, request.on), "finding", document_data(finding)),),
        summary=(f"finding {finding.id} on {finding.document} by {finding.by}: {finding.text}",),
        result={"id": finding.id},
        given=(finding.id,),
    )


def plan_close(finding: Finding, path: str, on: date, correction: str | None, reason: str) -> Plan:
    """The plan that closes a finding: corrected by a document, or accepted. Raises ``BillError`` where it is closed already."""
    if finding.state != "open":
        raise BillError(f"{finding.id} is {finding.state} since {finding.closed_on}", "a finding is closed once; keep a new one")
    if on < finding.on:
        raise BillError(f"{finding.id} is of {finding.on}, after {on}", f"the earliest possible day is {finding.on}")
    if correction is not None and correction == finding.document:
        raise BillError(f"{correction} is the document that the finding is about", "name the document that corrects it")
    state = "accepted" if correction is None else "corrected"
    fields = {"state": state, "correction": correction, "closed_on": on, "reason": reason}
    by = f" by {correction}" if correction else ""
    return Plan(
        command="finding close",
        steps=(Change(path, "finding", tuple(Set((name,), value) for name, value in fields.items() if value is not None)),),
        summary=(f"finding {finding.id} on {finding.document} is {state}{by}: {reason}",),
        result={"id": finding.id},
        relies_on=(path,),
        reason=reason,
    )


_COLUMNS = (
    Column("finding", "Finding"), Column("document", "Document"), Column("on", "On", "day"), Column("by", "By"), Column("state", "State"),
    Column("correction", "Correction"), Column("closed_on", "Closed", "day"), Column("text", "What", "prose"),
    Column("reason", "Reason", "prose"),
)  # fmt: skip


def finding_report(findings: Sequence[FindingFact], as_of: date) -> Report:
    """A row for each, as it stands."""
    rows = [
        (each.id, each.document, each.booked_on, each.found_by, each.state, each.correction, each.closed_on, each.text, each.reason)
        for each in findings
    ]
    return Report("findings", as_of, _COLUMNS, rows)

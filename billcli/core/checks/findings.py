"""What findings must fulfil: fields that fit their state, and documents that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from billcli.core.checks.facts import Misfound
from billcli.diagnostics import Diagnostic
from billcli.model.finding import Finding

_NEEDS = {"open": (), "corrected": ("correction", "closed_on", "reason"), "accepted": ("closed_on", "reason")}
_NEVER = {"open": ("correction", "closed_on", "reason"), "corrected": (), "accepted": ("correction",)}


def check_finding(finding: Finding) -> Iterator[Diagnostic]:
    """E731 and E411, of one finding by itself."""
    for name in _NEEDS[finding.state]:
        if getattr(finding, name) is None:
            message = f"a finding that is {finding.state} without {name}:"
            yield Diagnostic("E731", message, path=("state",), hint=f'add {name}:, or write "state: open"')
    for name in _NEVER[finding.state]:
        if getattr(finding, name) is not None:
            message = f"{name}: does not belong to a finding that is {finding.state}"
            yield Diagnostic("E731", message, path=(name,), hint="take it out, or write another state")
    if finding.closed_on is not None and finding.closed_on < finding.on:
        message = f"closed_on: {finding.closed_on} is before {finding.on}, the day of the finding"
        yield Diagnostic("E411", message, path=("closed_on",), hint="one of the two is mistyped")


def check_named(misfound: Iterable[Misfound], near: Callable[[str], str]) -> Iterator[Diagnostic]:
    """E730: the document that a finding is about is there, and the one that corrects it."""
    for each in misfound:
        what = "is about" if each.place == "document" else "is corrected by"
        message = f"the finding {what} {each.name}, which does not exist"
        yield Diagnostic("E730", message, each.file, (each.place,), label="no document has it as its number or id", hint=near(each.name))

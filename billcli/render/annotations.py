"""Diagnostics for a machine that reviews changes: GitHub's workflow commands, GitLab's code quality, and SARIF 2.1.0.

All go by the root of the repository; ``prefix`` is where in it the ledger lies, empty or with a slash behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from billcli.diagnostics import Diagnostic, dotted
from billcli.render.text import json_text, safe

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NOWHERE = "ledger.yaml"
"""Where what belongs to no file is shown: a finding without a place is shown nowhere."""


def as_github(found: Sequence[Diagnostic], prefix: str) -> str:
    """``::error file=…,line=…,col=…,title=E204::message``, one line each; GitHub shows the first ten of a kind."""
    return "".join(f"{_command(each, prefix)}\n" for each in found)


def _command(each: Diagnostic, prefix: str) -> str:
    places = {"file": prefix + (each.file or _NOWHERE)}
    if each.span:
        places |= {"line": str(each.span.line), "col": str(each.span.column), "endColumn": str(each.span.column + max(each.span.length, 1))}
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**places, "title": each.code}.items())
    return f"::{each.severity} {properties}::{_data(_told(each))}"


def _told(each: Diagnostic) -> str:
    return safe(each.message) + (f"\nhint: {safe(each.hint)}" if each.hint else "")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")


def as_gitlab(found: Sequence[Diagnostic], prefix: str) -> str:
    """A report of code quality: one list, each finding with its place and a name that it keeps."""
    met: Counter[tuple[str, ...]] = Counter()
    rows = [
        {
            "type": "issue", "check_name": each.code, "description": _told(each).replace("\n", " "),
            "severity": "minor" if each.severity == "warning" else "major", "fingerprint": _fingerprint(each, met),
            "location": {"path": prefix + (each.file or _NOWHERE), "lines": {"begin": each.span.line if each.span else 1}},
        }
        for each in found
    ]  # fmt: skip
    return json_text(rows)


def as_sarif(found: Sequence[Diagnostic], prefix: str, version: str, page: Callable[[str], tuple[str, str, str]]) -> str:
    """One run; ``page`` gives the title of a code, what it means in a paragraph, and all of it in Markdown."""
    codes = sorted({each.code for each in found})
    met: Counter[tuple[str, ...]] = Counter()
    driver = {
        "name": "bill",
        "version": version,
        "semanticVersion": version,
        "rules": [_rule(code, *page(code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "automationDetails": {"id": f"bill/{prefix}"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, prefix, codes, met) for each in found],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, title: str, paragraph: str, page: str) -> dict[str, Any]:
    return {
        "id": code,
        "name": "".join(word for word in title.title() if word.isalnum()),
        "shortDescription": {"text": title},
        "fullDescription": {"text": paragraph},
        "help": {"text": f"bill explain {code}", "markdown": page},
        "defaultConfiguration": {"level": "warning" if code.startswith("W") else "error"},
    }


def _result(each: Diagnostic, prefix: str, codes: Sequence[str], met: Counter[tuple[str, ...]]) -> dict[str, Any]:
    from urllib.parse import quote

    span = each.span
    region: dict[str, int] = {"startLine": 1}
    if span:
        region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + max(span.length, 1)}
    uri = quote(prefix + (each.file or _NOWHERE), safe="/", errors="surrogateescape")
    return {
        "ruleId": each.code,
        "ruleIndex": codes.index(each.code),
        "level": each.severity,
        "message": {"text": _told(each).replace("](", "] (")},  # or a viewer makes a link of what a file says
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}}],
        "partialFingerprints": {"billFinding/v1": _fingerprint(each, met)},
    }


def _fingerprint(each: Diagnostic, met: Counter[tuple[str, ...]]) -> str:
    """The same while a finding stays, wherever its line moves to: its file, its place in the document, and which of several it is there."""
    from hashlib import sha256

    key = (each.code, each.file, dotted(each.path) or each.message)
    met[key] += 1
    return sha256("\0".join((*key, str(met[key]))).encode("utf-8", "surrogateescape")).hexdigest()[:32]

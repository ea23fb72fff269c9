"""Passwords and keys that got into a ledger: git keeps them for ever, and every clone has them."""

from __future__ import annotations

from collections.abc import Iterator

from billcli.diagnostics import Diagnostic, Span
from billcli.model.pattern import Pattern

_KINDS = {
    "PRIVATE KEY-----": ("a private key", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"),
    "AKIA": ("an access key of AWS", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "ghp_": ("a token of GitHub", r"\bghp_[A-Za-z0-9]{36}"),
    "github_pat_": ("a token of GitHub", r"\bgithub_pat_[A-Za-z0-9_]{22}"),
    "glpat-": ("a token of GitLab", r"\bglpat-[A-Za-z0-9_-]{20}"),
    "xox": ("a token of Slack", r"\bxox[abeprs]-[A-Za-z0-9-]{10}"),
    "k_live_": ("a key of Stripe", r"\b[rs]k_live_[A-Za-z0-9]{16}"),
    "AIza": ("a key of Google", r"\bAIza[0-9A-Za-z_-]{35}"),
    "eyJ": ("a signed token", r"\beyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,4000}\."),
    "://": ("an address with a password in it", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"']{1,100}:[^\s/@\"']{1,200}@"),
    "pass": ("a password", r"(?i)\bpass(?:word|wd|phrase)[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\s\"']{6}"),
    "ecret": ("a secret", r"(?i)\b(?:client_?)?secret[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\s\"']{8}"),
    "key": ("a key", r"(?i)\b(?:api|access|secret)[_-]?key[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\s\"']{8}"),
    "token": ("a token", r"(?i)\b(?:\w{1,20}_)?token[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\s\"']{12}"),
}
"""What a text with a secret of that kind holds, and the kind and its form. Most documents hold none of the first."""

_SIGNS = tuple(sign.encode() for sign in _KINDS)
_PATTERNS = [(sign, kind, Pattern(form)) for sign, (kind, form) in _KINDS.items()]
_MANY = ("invoices/", "payments/", "credit-notes/", "deliveries/", "reminders/", "bank/", "reconciliations/")
"""Of these there are so many that they are looked at only where somebody wrote something of their own."""

_MOST = 20


def secrets_in(raw: bytes, file: str) -> list[Diagnostic]:
    """W750 for each line that looks like one. The line itself is not shown: what a check prints ends in a log."""
    if file.startswith(_MANY) and b"\nx:" not in raw and b"\nnotes:" not in raw:
        return []
    if not any(sign in raw for sign in _SIGNS):
        return []
    return [finding for _, finding in zip(range(_MOST), _found(raw.decode("utf-8", "replace"), file), strict=False)]


def _found(text: str, file: str) -> Iterator[Diagnostic]:
    signs = [(kind, pattern) for sign, kind, pattern in _PATTERNS if sign in text]
    for number, line in enumerate(text.split("\n"), 1):
        for kind, pattern in signs:
            if found := pattern.search(line):
                hint = "take it out, and have it changed wherever it opens something: git keeps it for ever"
                yield Diagnostic("W750", f"this line looks like {kind}", file, span=Span(number, found.start() + 1), hint=hint)
                break

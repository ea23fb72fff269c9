"""All targets by name. What atheris is to watch stands here apart from them: it must be known before anything is imported."""

from __future__ import annotations

from importlib import import_module

from tests.fuzz.law import Target

_STORE = ("billcli.store", "billcli.model", "billcli.core.checks", "billcli.core.project")
_GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "documents": {
        "documents": _STORE,
        "yaml": ("billcli.store.parse", "billcli.store.text"),
        "folded": _STORE,
        "audit": ("billcli.store.audit", "billcli.model.audit"),
    },
    "words": {
        "values": ("billcli.model.values", "billcli.model.sequence", "billcli.core.lines", "billcli.core.payment_references"),
        "terms": ("billcli.model.terms",),
        "where": ("billcli.core.where",),
        "patterns": ("billcli.model.linear", "billcli.model.linear_characters"),
        "notes": ("billcli.core.matching", "billcli.core.payment_references"),
    },
    "banks": {
        "tables": ("billcli.banks",),
        "camt": ("billcli.banks",),
        "mt940": ("billcli.banks",),
        "ofx": ("billcli.banks",),
        "profiles": ("billcli.banks", "billcli.model.bank_profile"),
        "workbooks": (),
    },
    "tables": {"imports": ("billcli.core.imports", "billcli.model.mapping", "billcli.store.table")},
    "private": {
        "journal": ("billcli.store.journal", "billcli.store.carry"),
        "memories": ("billcli.store.outbox", "billcli.store.audit"),
        "index": (),
    },
    "templates": {"letters": (), "papers": ()},
    "whole": {"ledger": (), "given": (), "statement": ()},
}  # fmt: skip
WATCHED = {name: watched for group in _GROUPS.values() for name, watched in group.items()}
"""The modules whose ways are told apart; none for what runs in children of its own, or takes most of its time in the disk and SQLite."""

MODULES = {name: f"tests.fuzz.targets.{group}" for group, names in _GROUPS.items() for name in names}


def target(name: str) -> Target:
    found: dict[str, Target] = {each.name: each for each in import_module(MODULES[name]).TARGETS}
    return found[name]

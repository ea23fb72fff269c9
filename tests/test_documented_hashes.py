"""``bill explain E403`` and ``E601`` say how seals and audit hashes are computed; here that is done without the code that bill uses."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support import PROJECT

UNSEALED = ("schema", "seal", "void", "reversed", "applied", "notes", "tags", "classification", "x")
LEDGERS = [PROJECT / "ledgers" / "demo", *(PROJECT / "ledgers" / "broken" / code for code in ("E401", "E402", "E407", "E408"))]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def texts(path: Path) -> dict[str, Any]:
    """The document with every value as the text that stands in the file."""
    reader = YAML(typ="base", pure=True)
    found: dict[str, Any] = reader.load(path.read_text(encoding="utf-8"))
    return found


def sealed(ledger: Path) -> list[dict[str, Any]]:
    """Issued documents by the text before their counter, and in its order."""
    files = [*ledger.glob("invoices/*/*/*.yaml"), *ledger.glob("credit-notes/*/*/*.yaml")]
    documents = [each for each in map(texts, files) if "seal" in each]
    return sorted(documents, key=lambda each: (head(each), int(each["number"].removeprefix(head(each))), each["issued_on"]))


def head(document: dict[str, Any]) -> str:
    return re.sub(r"[0-9]+\Z", "", document["number"])


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: path.name)
def test_seals_are_what_the_page_says(ledger: Path) -> None:
    for _, group in groupby(sealed(ledger), key=head):
        previous: dict[str, Any] | None = None
        for document in group:
            digest = sha256(as_json({key: value for key, value in document.items() if key not in UNSEALED}))
            count = int(document["number"].removeprefix(head(document)))
            if previous is None or count == int(previous["number"].removeprefix(head(document))) + 1:
                assert document["seal"] == "v1:" + sha256(f"{digest}\n{previous['seal'] if previous else ''}")
            previous = document


def test_changed_document_does_not_fit_its_seal() -> None:
    (document,) = sealed(PROJECT / "ledgers" / "broken" / "E403")
    digest = sha256(as_json({key: value for key, value in document.items() if key not in UNSEALED}))
    assert document["seal"] != "v1:" + sha256(f"{digest}\n")


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: path.name)
def test_audit_entries_follow_each_other_as_the_page_says(ledger: Path) -> None:
    for clone in ledger.glob("audit/*"):
        lines = "".join(file.read_text(encoding="utf-8") for file in sorted(clone.glob("*.jsonl"))).splitlines()
        previous = ""
        for count, line in enumerate(lines, 1):
            entry = json.loads(line)
            assert entry["hash"] == sha256(as_json({key: value for key, value in entry.items() if key != "hash"}))
            assert (entry["seq"], entry["prev"], entry["clone"]) == (count, previous, clone.name)
            previous = entry["hash"]

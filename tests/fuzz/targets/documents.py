"""The ledger's own texts: documents of every kind, folded months, lines of the audit trail."""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

from billcli.app.reading import Read, Wanted, read_one
from billcli.app.reading import understand as understood
from billcli.core.addresses import is_folded
from billcli.diagnostics import Diagnostic
from billcli.store import audit, folded
from billcli.store.layout import FOLDERS, KINDS, kind_for
from billcli.store.parse import parse
from billcli.store.text import decode
from tests.fuzz.changes import behind, bytewise, linewise, one_of
from tests.fuzz.law import Target, check_findings
from tests.store.mutations import mutated, seeds
from tests.store.test_canonical import assert_same
from tests.store.test_plain import assert_law
from tests.support import PROJECT

_WORDS = (
    b"schema: ", b"/1\n", b"? ", b"- - ", b"|-\n", b">\n", b"%YAML 1.1\n", b"<<<<<<< a\n", b"&a [*a]", b"!!python/object:os.system", b"...\n",
    b"{a: 1}", b"[]", b'"\\ud800"', b'"\\x41"', b"'it''s'", b"\xc2\xa0", b"\xe2\x80\x8b", b"\xd0\xb0", b"x:\n  a: 1\n", b"  ",
    *(f"schema: {kind}/1\n".encode() for kind in KINDS),
)  # fmt: skip


# documents


@cache
def _documents() -> list[bytes]:
    return [f"{path}\n{text}".encode() for path, text in seeds()]


@cache
def _paths() -> dict[str, None]:
    return dict.fromkeys(path for path, _ in seeds())


def _with_path(data: bytes) -> tuple[str, bytes]:
    """The path stands on a line above the document; one that is none of ours makes it an invoice."""
    head, _, raw = data.partition(b"\n")
    path = head.decode("utf-8", "replace")
    return (path if path in _paths() else "invoices/2026/03/INV-2026-0042.yaml"), raw


def _read_document(data: bytes) -> Any:
    path, raw = _with_path(data)
    assert_same(raw, path)
    assert_law(raw, path)
    kind, known, problems = understood(raw, path)
    assert kind or problems
    check_findings(problems)
    _check_places(problems, raw, path)
    return kind, known, problems


def _check_places(problems: list[Diagnostic], raw: bytes, path: str) -> None:
    """Every finding lies in the user's own text, and shows it."""
    text = decode(raw, path).text
    lines = (text if text is not None else raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")).split("\n")
    for each in problems:
        assert each.file == path, each
        if each.span is None:
            assert each.code == "E111", each
            continue
        own = lines[each.span.line - 1].removesuffix("\r")
        assert each.span.text in (own, ""), each
        assert each.span.column <= len(own) + 1, each


def _document_changed(random: Random, raw: bytes) -> bytes:
    return mutated(raw.decode("utf-8", "replace"), random)


_CHANGE_DOCUMENT = behind(1, one_of(_document_changed, _document_changed, bytewise(_WORDS), linewise))

# the text alone, whatever the kind


def _read_text(raw: bytes) -> Any:
    text, problems = decode(raw, "x.yaml")
    if text is None:
        assert problems
        return problems
    found = parse(text, "x.yaml")
    assert (found.data is None) == bool(found.problems)
    check_findings(found.problems)
    _check_places(found.problems, raw, "x.yaml")
    return found.data, found.problems


# folded months


@cache
def _months() -> list[bytes]:
    """A month of each kind that the demo has, folded."""
    found: dict[str, list[bytes]] = {}
    for path, text in seeds():
        folder, _, rest = path.partition("/")
        if folder in FOLDERS and FOLDERS[folder].dated and rest[:8].replace("/", "").isdigit() and text.endswith("\n"):
            found.setdefault(f"{folder}/{rest[:7]}.yaml", []).append(text.encode())
    return [f"{file}\n".encode() + b"---\n".join(texts[:4]) for file, texts in found.items() if is_folded(file)]


def _read_month(data: bytes) -> Any:
    head, _, raw = data.partition(b"\n")
    path = head.decode("utf-8", "replace")
    if not is_folded(path) or kind_for(path) is None:
        path = "invoices/2026/03.yaml"
    found: list[Read] = [*read_one(Wanted(path, "", {}), raw)]
    for each in found:
        assert each.understood is not None
        check_findings(each.understood[2])
    if folded.unfit(raw, path) is None:
        parts = folded.documents(raw, path)
        assert len({each.name for each in parts}) == len(parts)
        assert all(folded.find(raw, path, each.name) == each.of(raw) for each in parts)
        assert [each.line for each in parts] == [raw.count(b"\n", 0, each.offset) + 1 for each in parts]
    return found


# the audit trail


@cache
def _trails() -> list[bytes]:
    files = sorted((PROJECT / "ledgers/demo/audit").rglob("*.jsonl"))
    return [b"".join(file.read_bytes().splitlines(keepends=True)[:3]) for file in files]


def _clone() -> str:
    return next(iter(sorted((PROJECT / "ledgers/demo/audit").iterdir()))).name


def _rehashed(random: Random, raw: bytes) -> bytes:
    """A line with another value in it, and the hash that fits."""
    lines = raw.split(b"\n")
    at = random.randrange(len(lines))
    try:
        entry = json.loads(lines[at])
        key = random.choice(sorted(entry))
        values: tuple[Any, ...] = (
            "",
            "x",
            0,
            -1,
            10**20,
            None,
            [],
            {},
            "é",
            "\ud800",
            "a\\b",
            'a"b',
            1.5,
            True,
            [{"path": "a", "old": None, "new": None, "by": "hand"}],
        )
        entry[key] = random.choice(values)
        entry["hash"] = audit.entry_hash(entry)
        lines[at] = json.dumps(entry, ensure_ascii=random.random() < 0.3).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError, AttributeError, IndexError):
        pass
    return b"\n".join(lines)


def _read_trail(raw: bytes) -> Any:
    file = f"audit/{_clone()}/2026-03.jsonl"
    found = audit.read_trail(raw, file)
    check_findings(found.problems)
    for line in raw.decode("utf-8", "replace").split("\n"):
        entry = audit._plain_entry(line, file)
        assert entry is None or (not audit._fault(line, file) and json.loads(line) == entry), line
    return found


TARGETS = (
    Target("documents", 40, _read_document, _documents, _CHANGE_DOCUMENT),
    Target("yaml", 160, _read_text, lambda: [each.partition(b"\n")[2] for each in _documents()],
           one_of(bytewise(_WORDS), _document_changed, linewise)),
    Target("folded", 6, _read_month, _months, behind(1, one_of(bytewise((b"---\n", b"--- \n", b"number: ", b"id: ", b"# a\n")), linewise))),
    Target("audit", 70, _read_trail, _trails, one_of(bytewise((b'"by": "hand"', b'"seq": ', b"null", b"{}")), _rehashed, linewise)),
)  # fmt: skip

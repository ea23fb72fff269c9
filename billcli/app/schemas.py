"""JSON Schemas of every kind of document, and the editor settings that use them."""

from __future__ import annotations

import json
from typing import Any

from billcli.app.books import Books
from billcli.core.plan import CreateText, Plan
from billcli.core.report import counted
from billcli.model.audit import AuditEntry
from billcli.store.layout import KINDS, Kind

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema_files() -> dict[str, str]:
    """Text by path: a schema per kind, one for lines of the audit trail, and ``.vscode/settings.json`` that ties them to folders."""
    files = {f"schemas/{kind.name}.json": _text(json_schema(kind)) for kind in KINDS.values()}
    files["schemas/audit-entry.json"] = _text(AuditEntry.model_json_schema() | {"$schema": _DRAFT})
    patterns = {f"./schemas/{kind.name}.json": _places(kind) for kind in KINDS.values()}
    files[".vscode/settings.json"] = _text({"yaml.schemas": patterns, "[yaml]": {"editor.tabSize": 2, "editor.insertSpaces": True}})
    return files


def _places(kind: Kind) -> str:
    """The glob of a kind's files; of statements by their first day, since ``bank/profiles`` has layouts beside them."""
    if kind.below:
        return f"/{kind.folder}/*/2*-*-*-*.yaml"
    return f"/{kind.folder}/**/*.yaml" if kind.key else f"/{kind.folder}.yaml"


def json_schema(kind: Kind) -> dict[str, Any]:
    """Draft 2020-12, with the schema line that the models leave to the reader."""
    made = kind.model.model_json_schema()
    made["$schema"] = _DRAFT
    made["title"] = kind.schema
    made["properties"] = {"schema": {"const": kind.schema}, **made["properties"]}
    made["required"] = ["schema", *made.get("required", [])]
    return made


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def plan_write(books: Books) -> Plan:
    """Writes the schemas that differ from what is there."""
    from billcli.store.fs import read_if_there

    files = schema_files().items()
    steps = tuple(CreateText(path, text, replace=True) for path, text in files if read_if_there(books.root, path) != text.encode())
    if not steps:
        return Plan("nothing", (), ("schemas/ and .vscode/ are up to date; nothing to do",))
    return Plan("schema write", steps, (f"schemas/ and .vscode/ are brought up to date: {counted(len(steps), 'file')}",))

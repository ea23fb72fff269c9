"""Documents as they are shown: the data of a job in, the texts of its sheet out. Templates format nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

SHEETS = {
    "invoice": "billcli.render.sheets.document:invoice",
    "credit-note": "billcli.render.sheets.document:credit_note",
    "reminder": "billcli.render.sheets.reminder:reminder",
    "statement": "billcli.render.sheets.account:statement",
    "confirmation": "billcli.render.sheets.account:confirmation",
}


def sheet_of(template: str, language: str | None, data: Mapping[str, Any], folders: Sequence[Path]) -> dict[str, Any]:
    """``folders`` are those of templates, the ledger's first. Raises ``TemplateFault`` where a text is missing or wrong."""
    from billcli.render.sheets.frame import frame
    from billcli.render.sheets.strings import words_of

    module, _, name = SHEETS[template].partition(":")
    make: Callable[..., dict[str, Any]] = getattr(import_module(module), name)
    words = words_of(language, folders)
    return {**frame(data, words), **make(data, words, language)}

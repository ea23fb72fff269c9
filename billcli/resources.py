"""Files that ship beside the code: templates, the demo ledger, import mappings."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shared(*parts: str) -> Path:
    """The file or folder inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE.joinpath(*parts)
    return inside if inside.exists() else _PACKAGE.parent.joinpath(*parts)

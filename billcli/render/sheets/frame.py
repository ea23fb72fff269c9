"""What every sheet has: paper, colour, logo, footer, fonts and the words of its pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from billcli.render.sheets.strings import Words

INK = "1f3a5f"
"""The colour where the ledger names none."""

_PAPERS = {"a4": "a4", "letter": "us-letter"}
_SANS = {"zh-CN": "Noto Sans CJK SC", "zh-TW": "Noto Sans CJK TC", "ja": "Noto Sans CJK JP", "ko": "Noto Sans CJK KR"}


def frame(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """``printing`` is as in ``ledger.yaml``."""
    printing = data.get("printing") or {}
    colour = str(printing.get("colour") or "").lstrip("#")
    east = _SANS.get(words.language)
    fonts = [east, "Libertinus Serif"] if east else ["Libertinus Serif", _SANS["zh-CN"]]
    return {
        "lang": words.language.partition("-")[0],
        "region": words.language.partition("-")[2] or None,
        "fonts": [*fonts, "DejaVu Sans Mono"],
        "east": east is not None,
        "paper": _PAPERS.get(str(printing.get("paper") or "a4"), "a4"),
        "colour": colour if re.fullmatch("[0-9a-fA-F]{6}", colour) else INK,
        "logo": printing.get("logo"),
        "footer": paragraphs(printing.get("footer")),
        "page_of": words.get("page.of", page="{page}", pages="{pages}"),
    }


def paragraphs(text: str | None) -> list[str]:
    """A text of several lines as its lines; empty ones stay between others."""
    return (text or "").strip().split("\n") if (text or "").strip() else []

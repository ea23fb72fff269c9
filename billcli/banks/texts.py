"""Texts of cells made harmless, and what banks run together in one cell taken apart."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

_HIDDEN = "\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff"
_CONTROL = re.compile(f"[\x00-\x09\x0b-\x1f{_HIDDEN}]+")
_ENTITY = re.compile(r"&(?:#[0-9]{1,6}|#x[0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
_EXCEL = re.compile(r'="([^"]*)"\Z|=""([^"]*)""\Z')
_NOTHING = re.compile(r"[-—_./\s]*\Z")
_MARK = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|\b(?:PURP|IBAN|BIC))\+")
_GLUED = re.compile(r"(?P<name>.*?)\s+(?P<number>[0-9*]{6,})\Z|(?P<first>[0-9*]{6,})\s*/\s*(?P<then>.*)\Z", re.DOTALL)
_ACCOUNT_BLANKS = re.compile(r"[\s]+")


def clean(cell: str) -> str:
    """A cell's text without padding, control and hidden characters, Excel's guard ``="…"`` and HTML entities; line ends stay."""
    text = cell.strip()
    if not text or (text.isprintable() and "&" not in text and text[0] != "="):
        return text
    if guard := _EXCEL.match(text):
        text = guard[1] or guard[2] or ""
    for _ in range(2):  # some are escaped twice
        if "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
    if not text.isprintable():
        text = (
            text.replace("\r\n", "\n")
            .replace("\r", "\n")
            .replace("\u2028", "\n")
            .replace("\t", " ")
            .replace("\xa0", " ")
            .replace("\u202f", " ")
        )
        text = _CONTROL.sub("", text)
    return text.strip()


def present(cell: str) -> str:
    """As ``clean``; empty for what only stands for nothing: ``/``, ``-``, ``-------------------``."""
    text = clean(cell)
    return "" if text and text[0] in "-—_./" and _NOTHING.match(text) else text


def account(cell: str) -> str:
    """An account number or IBAN without blanks."""
    found = _ACCOUNT_BLANKS.sub("", present(cell))
    return found if found.strip("0") else ""


class Purpose(NamedTuple):
    """What a purpose with the marks of SEPA holds."""

    text: str
    end_to_end: str = ""
    ultimate: str = ""


def purpose(text: str) -> Purpose:
    """``EREF+…MREF+…SVWZ+…`` taken apart; a text without marks as it is."""
    pieces = _MARK.split(text)
    if len(pieces) == 1:
        return Purpose(text)
    found = {"": pieces[0].strip()}
    for mark, value in zip(pieces[1::2], pieces[2::2], strict=True):
        found.setdefault(mark, value.strip())
    said = " ".join(each for each in (found[""], found.get("SVWZ", "")) if each)
    end_to_end = found.get("EREF", "")
    return Purpose(said, "" if end_to_end.upper() == "NOTPROVIDED" else end_to_end, found.get("ABWA") or found.get("ABWE") or "")


def name_and_account(text: str) -> tuple[str, str]:
    """A name and the account number glued to it: ``张三 66666666666666``, ``66666666666666/张三``."""
    match = _GLUED.match(text)
    if match is None:
        return text, ""
    return (match["name"] or match["then"] or "").strip(), match["number"] or match["first"]

"""Field 86 of MT940 taken apart: the German ``106?20…?32``, the Dutch and SWIFT ``/EREF/…/REMI/``, and free text.

Purposes are cut into pieces of 27, lines into 65 characters, in the middle of words: a break stays as a line end in the text, and goes from
ids and names, where a piece that is full goes on without a blank.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from billcli.banks.structured import account, clean, one_line, reference


class Details(NamedTuple):
    """What field 86 says of one line."""

    text: str = ""
    payer: str = ""
    iban: str = ""
    ultimate: str = ""
    end_to_end: str = ""
    references: tuple[str, ...] = ()
    kind: str = ""


_STRUCTURED = re.compile(r"([0-9]{3})([^0-9A-Za-z\s])(?=[0-9]{2})")
_MARK = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|PURP|RREF|(?:(?<=\s)|^)(?:IBAN|BIC))\+")
_FULL = 27
_RETURNS = frozenset({"108", "109", "159"})
"""Business transaction codes of the German banks: a direct debit that comes back (B2B, core), a transfer that could not be placed."""
_FEES = frozenset({"808", "809"})
_TEXTS = (*(f"{number}" for number in range(20, 30)), "60", "61", "62", "63")

_CODES = (
    "TRTP IBAN BIC NAME REMI EREF MARF CSID ISDT RTRN SVCL ORDP BENM CNTP ULTD ULTC ULTB PREF PURP OCMT CHGS CHG1 ADDR ACCW RTYP NRTX "
    "IREF INIT EXCH OAMT KREF CRED SVWZ SWOD SWOC"
)
_SLASHED = re.compile("/(" + "|".join(r"\n?".join(code) for code in _CODES.split(" ")) + ")\n?/")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}\Z")


def details(lines: Sequence[str]) -> Details:
    """``lines`` are those of field 86 as they stand in the file."""
    if found := _STRUCTURED.match(lines[0] if lines else ""):
        return _german("".join(lines), found[1], found[2])
    text = "\n".join(lines)
    if _SLASHED.match(text):
        return _slashed(text)
    return Details(clean(text))


def _german(text: str, code: str, mark: str) -> Details:
    fields: dict[str, list[str]] = {}
    pieces: list[str] = []
    parts = re.split(re.escape(mark) + "([0-9]{2})", text[3:])
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        if key in _TEXTS:
            pieces.append(value)
        fields.setdefault(key, []).append(value)
    said: dict[str, list[tuple[str, bool]]] = {"": []}
    at = ""
    for piece in pieces:
        start = 0
        for found in _MARK.finditer(piece):
            said[at].append((piece[start : found.start()], False))
            at, start = found[1], found.end()
            said.setdefault(at, [])
        said[at].append((piece[start:], len(piece) >= _FULL))
    text = clean("\n".join(piece for key in ("", "SVWZ") for piece, _ in said.get(key, ()) if piece.strip()))
    names = [(value, len(value) >= _FULL) for key in ("32", "33") for value in fields.get(key, ())]
    kinds = "return" if code in _RETURNS else "fee" if code in _FEES else ""
    references = (reference(_joined(said.get(key, ()))) for key in ("KREF", "RREF"))
    return Details(
        text=text or clean(" ".join(fields.get("00", ()))),
        payer=one_line(_joined(names)),
        iban=account("".join(fields.get("31", ())) or _joined(said.get("IBAN", ()))),
        ultimate=one_line(_joined(said.get("ABWA") or said.get("ABWE") or ())),
        end_to_end=reference(_joined(said.get("EREF", ()))),
        references=tuple(each for each in references if each),
        kind=kinds,
    )


def _joined(pieces: Sequence[tuple[str, bool]]) -> str:
    """A full piece goes on in the next one; a shorter one ended with a blank that was cut off."""
    return "".join(piece if full else piece + " " for piece, full in pieces).strip()


def _slashed(text: str) -> Details:
    found: dict[str, str] = {}
    parts = _SLASHED.split(text)
    group = ""
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        key = code.replace("\n", "")
        if key in {"ORDP", "BENM", "CNTP", "ULTD", "ULTC", "ULTB"}:
            group = key
        elif key == "REMI":
            group = ""
        if key == "NAME" and group in {"ULTD", "ULTC", "ULTB"}:
            key = group
        if value.strip("/\n ") or key not in found:
            found[key] = value.strip("\n ").removesuffix("/").removeprefix("/")
    parts = [one_line(each.replace("\n", "")) for each in found.get("CNTP", "").split("/")]
    remitted = found.get("REMI", found.get("SVWZ", ""))
    references = []
    if remitted.replace("\n", "").startswith("STRD/"):
        structured = remitted.replace("\n", "").rstrip("/").rpartition("/")[2]
        references.append(reference(structured))
    ustd = re.match(r"U\n?S\n?T\n?D\n?/\n?/?|S\n?T\n?R\n?D\n?/(?:[A-Z\n]{0,6}/)?", remitted)
    remitted = remitted[ustd.end() :] if ustd else remitted
    references.append(reference(found.get("KREF", "").replace("\n", "")))
    ultimate = found.get("ULTD") or found.get("ULTC") or found.get("ULTB") or ""
    return Details(
        text=clean(remitted.rstrip("/")),
        payer=one_line(found.get("NAME", "").replace("\n", "")) or (parts[2] if len(parts) > 2 else ""),
        iban=account(found.get("IBAN", "")) or (account(parts[0]) if _IBAN.match(parts[0]) or parts[0].isdigit() else ""),
        ultimate=one_line(ultimate.replace("\n", "")).removeprefix("NAME/"),
        end_to_end=reference(found.get("EREF", "").replace("\n", "")),
        references=tuple(each for each in references if each),
        kind="return" if "RTRN" in found else "",
    )

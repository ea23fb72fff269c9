"""The files of a ledger as texts, lists and mappings: a small reader of its own, so that it shares no fault with bill's."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

DECIMALS = {"JPY": 0}
"""Of the currencies that the tests use; two where nothing is said."""


def minor(text: str, currency: str) -> int:
    """An amount in the smallest unit of its currency."""
    exact = Fraction(text) * 10 ** DECIMALS.get(currency, 2)
    assert exact.denominator == 1, f"{text} {currency} has more decimals than the currency"
    return int(exact)


def day(text: str) -> date:
    return date.fromisoformat(text)


class _Lines:
    """Lines of block style: one key or list entry per line, two spaces deeper for what belongs to it."""

    def __init__(self, text: str) -> None:
        self.lines = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
        self.at = 0

    def indent(self) -> int:
        while self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1
        if self.at == len(self.lines):
            return -1
        line = self.lines[self.at]
        return len(line) - len(line.lstrip())

    def value(self, indent: int) -> Any:
        """What stands from here on at this indent."""
        if self.lines[self.at][indent:].startswith("- ") or self.lines[self.at][indent:] == "-":
            return self.entries(indent)
        return self.mapping(indent)

    def entries(self, indent: int) -> list[Any]:
        found: list[Any] = []
        while self.indent() == indent and self.lines[self.at][indent:].startswith("-"):
            rest = self.lines[self.at][indent + 2 :]
            if _split(rest) is None:
                self.at += 1
                found.append(_scalar(rest))
            else:
                self.lines[self.at] = " " * (indent + 2) + rest
                found.append(self.mapping(indent + 2))
        return found

    def mapping(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.indent() == indent and not self.lines[self.at][indent:].startswith("- "):
            split = _split(self.lines[self.at][indent:])
            assert split is not None, self.lines[self.at]
            key, rest = split
            self.at += 1
            if rest[:1] == "|":
                found[key] = self.text(indent)
            elif rest:
                found[key] = _scalar(rest)
            else:
                below = self.indent()
                lists = below == indent and self.lines[self.at][indent:].startswith("- ")
                found[key] = self.value(below) if below > indent or lists else None
        return found

    def text(self, indent: int) -> str:
        found = []
        while self.at < len(self.lines) and (not self.lines[self.at].strip() or self.lines[self.at].startswith(" " * (indent + 1))):
            found.append(self.lines[self.at].strip())
            self.at += 1
        return "\n".join(found).rstrip("\n")


def _split(text: str) -> tuple[str, str] | None:
    """``key: rest``; None where it is no entry of a mapping."""
    if text.startswith('"'):
        end = text.index('"', 1)
        if text[end + 1 : end + 2] != ":":
            return None
        return text[1:end], text[end + 2 :].strip()
    key, colon, rest = text.partition(":")
    if not colon or (rest and not rest.startswith(" ")) or " " in key:
        return None
    return key, rest.strip()


def _scalar(text: str) -> Any:
    if text.startswith('"'):
        return json.loads(text[: text.rindex('"') + 1])
    if text.startswith("'"):
        return text[1 : text.rindex("'")].replace("''", "'")
    if text in ("[]", "{}"):
        return [] if text == "[]" else {}
    return text.partition(" #")[0].rstrip()


def parsed(text: str) -> dict[str, Any]:
    lines = _Lines(text)
    found = lines.mapping(0)
    assert lines.indent() == -1, f"line {lines.at}: {lines.lines[lines.at]}"
    return found


def documents(root: Path, folder: str) -> list[dict[str, Any]]:
    """Every document below a folder, in the order of the paths."""
    return [parsed(path.read_text(encoding="utf-8")) for path in sorted((root / folder).rglob("*.yaml"))]

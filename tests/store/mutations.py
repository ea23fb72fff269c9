"""Documents that were canonical and then were not, from a seed: what hands, merges and other programs do to a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from billcli.model.types import Entity
from billcli.store.layout import kind_for
from billcli.store.read import read
from tests.support import PROJECT

VALUES = [
    "", "~", "null", "Null", '"null"', "''", '""', "'quoted'", '"a"', '"a\\nb"', '"a\\tb"', '"\\u00e9"', '"\\ud83d"', '"\\x41"',
    '"a\\', '"open', "true", "no", "on", "+5", "-5", "-0", "-0.00", ".5", "5.", "007", "1e5", "1_000", "12.5", "0", "0.00",
    "10.123", "nan", ".inf", "99999999999999", "1000000000000.00", "2026-03-14", "2026-02-30", "2026-3-1", "1899-12-31", "a: b",
    "a:b", "a :b", "a:", "a #b", "a#b", "# c", "&a x", "*a", "!t x", "!!str x", "%x", "@x", "`x`", "- x", "-x", "--", "? x",
    "[a, b]", "[]", "{}", "{a: b}", "|", "|-", ">", "a  b", " a", "a ", "x" * 1001, "x" * 65, "Köln", "北京", "é", "e\u0301", "١٢",
    "²", "a\xa0b", "\xa0", "a\u200bb", "a\u2028b", "a\x85b", "\ufeff", "\U0001f600", "\x7f", "\x00", "a\tb", "EUR", "JPY", "KWD",
    "XXX", "DE", "S", "net", "gross", "line", "none", "payment", "con", "..", "a/b", "INV-2026-0001", "vat-20", "net 30",
    "2% 10, net 30", '"2% 10, net 30"', "30% now, 70% net 60", "NET  30", "de", "zh-CN", "a@b.example", "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00", "de89370400440532013000", "schema: invoice/1", "---", "...", "<<", "=", "word " * 30,
]  # fmt: skip
LINES = [
    "", " ", "# note", "  # note", "---", "...", "%YAML 1.2", "<<: *a", "  <<: *a", "x:", "x: {}", "  a: 1", "    a: 1", "- a",
    "  - a", "    - a", "tags:", "tags: []", "tags: [a, b]", "notes: |", "notes: |-", "notes: a", "  one", "  two # x", "  - tag",
    "adjustments: []", "taxes: []", "remark: |+", "remark: >", "remark: |2", "void:", '  "on": 2026-03-14', "  on: 2026-03-14",
    "  reason: typo", "classification: {}", "classification:", '"number": X', "number : X", "number:  X", "seal: v1:00",
    "discount:", "<<<<<<< HEAD", "=======", ">>>>>>> other",
]  # fmt: skip


@cache
def _seeds() -> list[tuple[str, str]]:
    return seeds()


def seeds() -> list[tuple[str, str]]:
    """Path and text of every document under ``ledgers/`` that is text."""
    found = []
    for file in sorted((PROJECT / "ledgers").rglob("*.yaml")):
        parts = file.relative_to(PROJECT / "ledgers").parts
        path = str(Path(*parts[1:] if parts[0] == "demo" else parts[2:]))
        if file.is_file() and kind_for(path) and file.stat().st_size < 20_000:
            found.append((path, file.read_bytes().decode("utf-8", "replace")))
    return found


def mutated(text: str, random: Random) -> bytes:
    """The text after a few changes of one kind or another."""
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        lines = text.split("\n")
        at = random.randrange(len(lines))
        match random.randrange(14):
            case 0 | 1 | 2 | 3 if ":" in lines[at]:
                lines[at] = f"{lines[at].partition(':')[0]}: {random.choice(VALUES)}"
            case 4 if ": " in lines[at]:
                head, _, value = lines[at].partition(": ")
                bare = value.strip("\"'")
                lines[at] = (
                    head + ": " + random.choice((f'"{bare}"', f"'{bare}'", bare, f"{value} ", f" {value}", f"{value} # why", f"{value}."))
                )
            case 5:
                del lines[at]
            case 6:
                lines.insert(at, random.choice(lines))
            case 7:
                other = random.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 8 | 9:
                lines.insert(at, random.choice(LINES))
            case 10:
                lines[at] = random.choice(
                    (f" {lines[at]}", f"  {lines[at]}", lines[at].removeprefix(" "), lines[at].removeprefix("  "), lines[at] + " ")
                )
            case 11:
                start = random.randrange(len(text) + 1)
                text = (
                    text[:start]
                    + random.choice(("", random.choice("\"'\\:-# \n{}[],&*!|>%@`~?\t\r\x00é")))
                    + text[start + random.randrange(3) :]
                )
                continue
            case 12:
                notes = [
                    random.choice(("one", "two  x", "# three", "- four", "a: b", "", " indented", "---", "Köln", "\xa0x", "a\tb"))
                    for _ in range(random.randrange(1, 5))
                ]
                lines[at:at] = [random.choice(("notes: |", "notes: |-", "remark: |-")), *(f"  {each}" if each else "" for each in notes)]
            case _:
                if random.randrange(6) == 0:
                    return random.choice(
                        (
                            text.replace("\n", "\r\n").encode(),
                            b"\xef\xbb\xbf" + text.encode(),
                            text.encode("latin-1", "replace"),
                            text.encode() * 2,
                        )
                    )
        text = "\n".join(lines)
    return text.encode("utf-8", "surrogatepass")


def any_document(number: int) -> Entity | None:
    """A document of ours with a few changes, if it is still one."""
    random = Random(number)
    path, text = random.choice(_seeds())
    return read(mutated(text, random), path).entity

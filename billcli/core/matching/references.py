"""Which documents a bank line names: references with check digits, numbers in the text in their manglings, lists and ranges.

Whole numbers only: ``INV-1`` is not ``INV-12``, nor ``INV-1-2``. Numbers broken by a line end are read both ways; a date is never glued
to a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rapidfuzz.distance import OSA

from billcli.core.bank import BankLine
from billcli.core.matching.numbers import CHECKED, EXACT, NEAR, WEAK, Numbers, Shape, stripped
from billcli.core.matching.text import Group, clean, flat, groups
from billcli.core.payment_references import CHECKED as PROVEN
from billcli.core.payment_references import structured

_RANGE_WORDS_TEXT = "TO BIS THRU THROUGH UNTIL TILL TIL AU AL A TOT DO 至 到 から"
_RANGE_WORDS = frozenset(_RANGE_WORDS_TEXT.split())
_LIST_WORDS_TEXT = "AND UND ET Y E EN OG OCH I JA SOWIE U 和 及 与"
_LIST_WORDS = frozenset(_LIST_WORDS_TEXT.split())
_CALLS_TEXT = (
    "RECHNUNG RECHNUNGEN RECHNUNGSNR RECHNUNGSNUMMER RECHN RG RE RGNR RNR RENR NR NO NUM NUMMER INVOICE INVOICES INV INVNO "
    "BILL FACTURE FACT FAC FACTURA FATTURA FATT FT FAKTURA FAKTUURI LASKU FAKTUUR FACTUUR REF REFERENCE REFERENZ VS KID "
    "PAYMENT ZAHLUNG BELEG BELEGNR KVITTERING N DOC DOKUMENT 发票 发票号 请求书 NOTA"
)
_CALLS = frozenset(_CALLS_TEXT.split())
_JOINS = re.compile(r"[-–—/._ #:\n]{0,3}")
_LIST_GAP = re.compile(r"\s*[,;/+&|、]\s*[-–#.]?\s*|\s+[-–]?#?")
_RANGE_GAP = re.compile(r"\s*(?:-|–|—|~|…|\.{2,3})\s*")
_CHUNK = re.compile(r"[^\s,;+&]+")
_ALNUM = re.compile(r"[A-Z0-9]+")
_MOST = 60


class Mention(NamedTuple):
    """One number of a text and the documents it may mean; ``together`` where it means all of them."""

    documents: tuple[str, ...]
    strength: int
    wrote: str
    how: str = ""
    together: bool = False
    loose: bool = False
    """Read from the tail of a list: it may be something else, so it never speaks against."""


class Reading(NamedTuple):
    """What a line's texts name."""

    mentions: tuple[Mention, ...]
    strangers: tuple[str, ...]
    """What looks like one of our numbers and is none."""
    runs: frozenset[str]
    """Runs of digits without leading zeros that are no date or amount."""
    chunks: tuple[str, ...]
    """The words, letters and digits alone: where a mistyped number may stand."""


class Reader:
    """Reads bank lines against the numbers and references of a ledger's documents."""

    def __init__(self, customers: Mapping[str, str]) -> None:
        self.customers = customers
        self.numbers = Numbers()
        self.references: dict[str, tuple[str, ...]] = {}
        self.checked: set[str] = set()
        self.lengths: set[int] = set()

    def add(self, document: str, references: Iterable[str]) -> None:
        self.numbers.add(document, document)
        for reference in references:
            key = flat(reference).lstrip("0")
            if len(key) < 4 or not any(char in "0123456789" for char in key):
                continue
            held = self.references.get(key, ())
            if document not in held:
                self.references[key] = (*held, document)
            self.lengths.add(len(key))
            if any(found.kind in PROVEN for found in structured(reference)[:1]):
                self.checked.add(key)
            else:
                self.numbers.add(document, reference, own=False)

    def read(self, line: BankLine) -> Reading:
        found: list[Mention] = []
        marked = [*line.references, line.end_to_end] if line.end_to_end.upper() not in ("", "NOTPROVIDED") else list(line.references)
        texts = [line.text, *marked]
        for reference in marked:
            found += self._reference(flat(reference).lstrip("0"), reference)
        strangers: list[str] = []
        runs: set[str] = set()
        chunks: list[str] = []
        for text in dict.fromkeys(texts):
            if not text:
                continue
            pieces = [clean(piece) for piece in text.split("\n")]
            kept = self._scan("\n".join(pieces), strangers, runs)
            found += self._across(pieces, strangers, kept) if len(pieces) > 1 else kept
            chunks += [flat_ for piece in pieces for chunk in _CHUNK.findall(piece) if (flat_ := "".join(filter(str.isalnum, chunk)))]
        return Reading(_merged(found), tuple(dict.fromkeys(strangers)), frozenset(runs), tuple(chunks))

    def _across(self, pieces: list[str], strangers: list[str], kept: list[Mention]) -> list[Mention]:
        """What stands there, and what only does once the line ends are taken out; its torn pieces may mean nothing by themselves."""
        sure = {document for mention in kept if mention.strength >= EXACT for document in mention.documents}
        whole = "\n".join(pieces)
        fresh = [
            each._replace(how=each.how or "across a line end")
            for each in self._scan("".join(pieces), [], set())
            if each.strength >= NEAR and each.wrote not in whole and not sure.issuperset(each.documents)
        ]
        if not fresh:
            return kept
        flats = [flat(each.wrote) for each in fresh]
        strangers[:] = [each for each in strangers if not any(flat(each) in one for one in flats)]
        return [each._replace(loose=each.loose or any(flat(each.wrote) in one for one in flats)) for each in kept] + fresh

    def _reference(self, key: str, wrote: str) -> list[Mention]:
        documents = self.references.get(key)
        if not documents:
            return []
        return [Mention(documents, CHECKED if key in self.checked else EXACT, wrote.strip())]

    def _scan(self, text: str, strangers: list[str], runs: set[str]) -> list[Mention]:
        found: list[Mention] = []
        used: list[tuple[int, int]] = []
        if self.lengths:
            for mention, span in self._references_in(text):
                found.append(mention)
                used.append(span)
        parts = groups(text)
        runs.update(group.text.lstrip("0") or "0" for group in parts if group.digit and not group.taken and len(group.text) < 12)
        at = 0
        while at < len(parts):
            if any(start <= parts[at].start < end for start, end in used):
                at += 1
                continue
            best = self._at(parts, at)
            if best is None:
                stranger = self._stranger(parts, at)
                if stranger:
                    strangers.append(text[parts[at].start : parts[stranger].end])
                    at = stranger
                at += 1
                continue
            strength, documents, end = best
            wrote = text[parts[at].start : parts[end].end]
            how = "" if strength >= EXACT else "shortened"
            found.append(Mention(documents, strength, wrote, how))
            at = end + 1
            if len(documents) == 1:
                at = self._tail(text, parts, at, documents[0], found)
        return found

    def _references_in(self, text: str) -> Iterable[tuple[Mention, tuple[int, int]]]:
        tokens = list(_ALNUM.finditer(text))
        longest = max(self.lengths) + 8
        at = 0
        while at < len(tokens):
            joined, hit = "", None
            for end in range(at, min(at + 10, len(tokens))):
                if end > at and not _near(text[tokens[end - 1].end() : tokens[end].start()]):
                    break
                joined += tokens[end].group()
                key = joined.lstrip("0")
                if len(key) > longest:
                    break
                if len(key) in self.lengths and key in self.references and (key in self.checked or end == at or len(key) >= 8):
                    hit = (key, end)
            if hit:
                key, end = hit
                span = (tokens[at].start(), tokens[end].end())
                single = self._reference(key, text[span[0] : span[1]])[0]
                if len(key) < 6 and single.strength < CHECKED:
                    single = single._replace(strength=NEAR if len(key) == 5 else WEAK)
                yield single, span
                at = end
            at += 1

    def _at(self, parts: list[Group], at: int) -> tuple[int, tuple[str, ...], int] | None:
        """The best reading of a number that begins here: strength, documents, last group."""
        first = parts[at]
        head = self._head(first, parts[at + 1] if at + 1 < len(parts) else None)
        if head is None:
            return None
        limit = self._begins(parts, at) if first.digit else EXACT
        if not limit:
            return None
        window: list[str] = []
        joined = False
        best: tuple[int, int, tuple[str, ...]] | None = None
        for end in range(at, min(at + self.numbers.longest + 3, len(parts))):
            group = parts[end]
            if end > at:
                if not _JOINS.fullmatch(group.gap) or group.gap.count(" ") > 2:
                    break
                if not group.digit and group.text not in self.numbers.words:
                    break
                if group.taken and (first.digit or group.gap not in ("", "-", "/", "_")):
                    break
                joined |= group.digit and parts[end - 1].digit and (" " in group.gap or "\n" in group.gap)
            elif group.taken:
                break
            window.append(head if end == at else group.text)
            if not group.digit and len(window) < 2:
                continue
            strength, documents = self.numbers.find(tuple(window), joined)
            if strength:
                strength = min(strength, limit, self._ends(parts, at, end, documents))
            if strength > WEAK and (best is None or strength >= best[0]):
                best = (strength, end, documents)
        return (best[0], best[2], best[1]) if best else None

    def _head(self, first: Group, after: Group | None) -> str | None:
        """The first part of a number: digits, a known prefix, or a prefix glued to the word before it."""
        if first.digit or first.text in self.numbers.words:
            return first.text
        if after is None or not after.digit or len(first.text) < 3:
            return None
        fits = [word for word in self.numbers.words if len(word) > 1 and first.text.endswith(word)]
        return max(fits, key=len) if fits else None

    def _begins(self, parts: list[Group], at: int) -> int:
        """How sure digits can be that begin here, by what stands before them."""
        if not at or parts[at].gap != parts[at].gap.strip():
            return EXACT
        gap, before = parts[at].gap, parts[at - 1]
        if before.digit:
            return 0 if gap in ("-", "/", ".", "_", ":") and not before.taken else EXACT
        if gap in ("", "-", "–", "/", ".", "_", ".-"):
            torn = (
                len(before.text) < 3
                and before.gap.strip(" \n") == ""
                and any(word.endswith(before.text) and word != before.text for word in self.numbers.words)
            )
            known = torn or not before.text.isascii() or any(before.text.endswith(word) for word in _CALLS if len(word) > 1)
            return EXACT if known else WEAK
        return EXACT

    def _ends(self, parts: list[Group], at: int, end: int, documents: tuple[str, ...]) -> int:
        """How sure a number can be that ends here, by what follows."""
        if end + 1 >= len(parts):
            return CHECKED
        after = parts[end + 1]
        if after.gap == "":
            return CHECKED if after.digit or len(after.text) > 1 or not after.text.isascii() else WEAK
        if not after.digit and after.gap in ("-", "/", "_") and end + 2 < len(parts) and parts[end + 2].gap == "" and len(after.text) < 3:
            return 0
        if after.digit and after.gap in ("-", ".", "/", "_") and not after.taken:
            again = tuple(group.text for group in parts[end + 1 : end + 2 + end - at])
            if after.gap == "/" or (
                after.gap == "-" and (self._may_range(parts, end, documents) or self.numbers.find(again, False)[0] >= NEAR)
            ):
                return CHECKED
            return 0
        return CHECKED

    def _may_range(self, parts: list[Group], end: int, documents: tuple[str, ...]) -> bool:
        first, last = parts[end].text, parts[end + 1].text
        if len(first) != len(last) or not int(first) < int(last) <= int(first) + _MOST:
            return False
        return any((own := self.numbers.shapes.get(each)) and self._completed(own, last) for each in documents)

    def _tail(self, text: str, parts: list[Group], at: int, document: str, found: list[Mention]) -> int:
        """What follows a number in a list or a range, where its beginning is said only once."""
        own = self.numbers.shapes.get(document)
        if own is None:
            return at
        last = document
        while at < len(parts):
            group, here = parts[at], at
            kind = "range" if _RANGE_GAP.fullmatch(group.gap) else "list" if _LIST_GAP.fullmatch(group.gap) else ""
            if not group.digit and (group.text in _RANGE_WORDS or group.text in _LIST_WORDS) and here + 1 < len(parts):
                kind = "range" if group.text in _RANGE_WORDS else "list"
                here += 1
                group = parts[here]
            parted = bool(kind) and (here > at or bool(group.gap.strip()))
            called = parted and group.text in _CALLS and here + 1 < len(parts) and parts[here + 1].digit
            if called and _JOINS.fullmatch(parts[here + 1].gap) and self._at(parts, here) is None:
                here += 1
                group = parts[here]
            if not kind or group.taken:
                return at
            best = self._at(parts, here) if not group.digit else None
            if best and best[0] >= NEAR and len(best[1]) == 1:
                other, end, loose = best[1][0], best[2], False
            elif group.digit:
                if kind == "list" and not group.gap.strip() and here == at and len(group.text) != len(own.last):
                    return at
                full = self._at(parts, here)
                if full and full[0] >= NEAR and full[2] > here and len(full[1]) == 1:
                    other, end, loose = full[1][0], full[2], False
                else:
                    completed = self._completed(own, group.text)
                    if completed is None:
                        return at
                    other, end = completed, here
                    loose = len(group.text) != len(own.last) and len(group.text) < 3
            else:
                return at
            wrote = text[parts[here].start : parts[end].end]
            if kind == "range":
                between = self._between(last, other)
                if not between:
                    return at
                found.append(Mention(between, NEAR, wrote, f"in the range up to {wrote}", together=True))
            else:
                found.append(Mention((other,), NEAR, wrote, "in a list", loose=loose))
            last = other
            at = end + 1
        return at

    def _completed(self, own: Shape, digits: str) -> str | None:
        """The document whose number ends in these digits and else is as the one before it."""
        where = max(at for at, part in enumerate(own.parts) if part == own.last)
        tails = [digits] if len(digits) >= len(own.last) else [digits, own.last[: -len(digits)] + digits]
        for tail in tails:
            found = self.numbers.parted.get(stripped([*own.parts[:where], tail, *own.parts[where + 1 :]]))
            if found and len(found) == 1:
                return found[0]
        return None

    def _between(self, first: str, last: str) -> tuple[str, ...]:
        """All documents of the customer from one number to another of the same series."""
        a, b = self.numbers.shapes.get(first), self.numbers.shapes.get(last)
        if a is None or b is None or not a.last or not b.last:
            return ()
        where = max(at for at, part in enumerate(a.parts) if part == a.last)
        if len(a.parts) != len(b.parts) or a.parts[:where] != b.parts[:where]:
            return ()
        low, high = int(a.last), int(b.last)
        if not low < high <= low + _MOST:
            return ()
        found: list[str] = []
        for value in range(low, high + 1):
            for document in self.numbers.parted.get(stripped([*a.parts[:where], str(value), *a.parts[where + 1 :]]), ()):
                if self.customers.get(document) == self.customers.get(first):
                    found.append(document)
        return tuple(found)

    def _stranger(self, parts: list[Group], at: int) -> int:
        """Where something ends that has the form of our numbers and is none of them; 0 where there is no such thing."""
        window: list[str] = []
        for end in range(at, min(at + self.numbers.longest, len(parts))):
            group = parts[end]
            if group.taken or (end > at and group.gap not in ("", "-", "/", ".", "_")):
                return 0
            window.append(group.text)
            if len(window) > 1 and self.numbers.looks_ours(tuple(window)):
                return end
        return 0


def _near(gap: str) -> bool:
    return len(gap) <= 1 and (not gap or gap in " /.-*\n")


def _merged(found: Iterable[Mention]) -> tuple[Mention, ...]:
    """Every set of documents once, by its strongest mention; in order of the text."""
    best: dict[tuple[str, ...], Mention] = {}
    for mention in found:
        held = best.get(mention.documents)
        if held is None or mention.strength > held.strength:
            best[mention.documents] = mention
    singles = {each.documents[0] for each in best.values() if len(each.documents) == 1}
    return tuple(each for each in best.values() if each.together or len(each.documents) == 1 or not singles.intersection(each.documents))


def mistyped(reading: Reading, shape: Shape) -> str:
    """What of the text is the number but for one character; empty where nothing is."""
    whole = shape.whole
    digits = "".join(shape.digits)
    targets = [target for target in dict.fromkeys((whole, digits)) if len(target) >= 5]
    chunks = reading.chunks
    for size in (1, 2, 3, 4):
        for at in range(len(chunks) - size + 1):
            said = "".join(chunks[at : at + size])
            for target in targets:
                near = abs(len(said) - len(target)) <= 1 and any(char.isdigit() for char in said)
                if near and OSA.distance(said, target, score_cutoff=1) <= 1:
                    return said
    return ""

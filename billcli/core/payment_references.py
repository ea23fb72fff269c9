"""Payment references that carry their own proof: found in a bank's field or in what a payer typed, and told by their check digits.

======  ===========================================================================================================================
kind    norm
======  ===========================================================================================================================
rf      ISO 11649 creditor reference: RF, two digits by ISO 7064 mod 97-10, up to 21 letters and digits (SCOR in Swiss QR bills and
        in ISO 20022)
qrr     Swiss QR and ISR reference: 27 digits, the last by modulo 10 recursive (Swiss Implementation Guidelines QR-bill, annex B)
ogm     Belgian structured communication (OGM/VCS, Febelfin): 12 digits, the last two the rest of the first ten by 97, 97 for 0
kid     Norwegian customer identification (Bits): 2 to 25 digits, the last by modulo 10 (Luhn) or modulo 11, where 10 is a dash
viite   Finnish reference number (Finance Finland), the Estonian one too: up to 20 digits, the last by the weights 7, 3, 1
vs      Czech and Slovak variable symbol: up to 10 digits, *without* a check digit
======  ===========================================================================================================================

A wrong check digit means that there is no reference. One digit of ten passes by chance, so that bare digits count only where the bank or
the payer says what they are, or where the whole text is nothing else; RF, QRR and OGM show themselves by their form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

CHECKED = frozenset({"rf", "qrr", "ogm", "kid", "viite"})
"""The kinds that have check digits."""


class Found(NamedTuple):
    """``text`` is the normal form, as ``normal`` gives it; what was written is ``text[start:end]`` of the text searched."""

    kind: str
    text: str
    start: int
    end: int


# Letters and digits of full width, which East Asian keyboards give, one for one so that places stay.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_BETWEEN = r"(?:[ \t\xa0.-]|[ \t]?\r?\n[ \t]?)?"
_RF = re.compile(rf"(?<![^\W_])RF{_BETWEEN}[0-9]{_BETWEEN}[0-9](?:{_BETWEEN}[0-9A-Z]){{1,48}}", re.IGNORECASE | re.ASCII)
_WORD = re.compile(r"[0-9A-Za-z]+")
_BROKEN_WORD = re.compile(r"[0-9A-Za-z]+(?:[ \t]?\r?\n[ \t]?[0-9A-Za-z]+)*")
_QRR = re.compile(r"(?<![0-9A-Za-z])[0-9](?:(?:[ \xa0]|[ \xa0]?\r?\n[ \xa0]?)?[0-9]){26}(?![0-9A-Za-z])", re.ASCII)
_OGM = re.compile(
    r"(?<![0-9/])(\+{3}|\*{3}|)\s{0,2}((?:[0-9]\s?){3}/?\s?(?:[0-9]\s?){4}/?\s?(?:[0-9]\s?){4}[0-9])\s{0,2}\1(?![0-9/])", re.ASCII
)
_LABELLED = re.compile(
    r"(?<![^\W_])(?:"
    r"(?P<kid>KID(?:[ -]?(?:nr|no|nummer|number))?)"
    r"|(?P<viite>viite(?:numero|numeroon|nro|nr|number)?)"
    r"|(?P<ogm>OGM|VCS|gestructureerde mededeling|communication structur[eé]e)"
    r"|(?P<vs>VS|V\.S\.|var(?:\.|iabiln[ií]|iabiln[yý])? ?symbol)"
    r")[ \t]*[.:=#/+]?\s{0,2}(?P<digits>[0-9](?:[ \t]?(?:\r?\n)?[0-9]){0,26}-?)(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_LABEL = re.compile(r"KID|viite|OGM|VCS|VS|V\.S|symbol|mededeling|communication", re.IGNORECASE)
_BARE = re.compile(r"[0-9](?:[ \t\xa0\r\n]{0,2}[0-9]){1,26}-?", re.ASCII)
_LINE_END = re.compile(r"[ \t]?\r?\n[ \t]?")
_NOT_KEPT = re.compile(r"[^0-9A-Z]+")


def normal(text: str) -> str:
    """The same for every way of writing one reference: no blanks and separators, capitals, no zeros in front. To compare, not to print."""
    if not text.isascii():
        text = text.translate(_WIDE)
    text = text.strip().upper()
    kept = _NOT_KEPT.sub("", text)
    if kept.isdigit():
        return (kept.lstrip("0") or kept[-1:]) + ("-" if text.endswith("-") and not text.startswith("-") else "")
    if kept.startswith("RF") and kept[2:4].isdigit():
        return kept[:4] + (kept[4:].lstrip("0") or kept[-1:])
    return kept


def structured(text: str) -> list[Found]:
    """All references of the text in its order. Bare digits that fit several norms are given once for each, the surest first."""
    if not text.isascii():
        text = text.translate(_WIDE)
    bare = text.strip()
    if _BARE.fullmatch(bare):
        start = text.index(bare)
        digits = _joined(bare)
        kinds = [kind for kind, test in _TESTS.items() if test(digits)] if digits else []
        return [Found(kind, normal(digits), start, start + len(bare)) for kind in kinds]
    found = [*_creditor_references(text), *_swiss(text), *_belgian(text)]
    found += [each for each in _labelled(text) if not any(each.start < other.end and other.start < each.end for other in found)]
    return sorted(found, key=lambda each: (each.start, each.end))


def is_creditor_reference(text: str) -> bool:
    """ISO 11649, compact."""
    from stdnum.iso7064 import mod_97_10

    if not (5 <= len(text) <= 25 and text.startswith("RF") and text[2:4].isdigit() and text.isascii() and text.isalnum()):
        return False
    return bool(mod_97_10.checksum(text[4:] + text[:4]) == 1) and text[4:].strip("0") != ""


def is_swiss(digits: str) -> bool:
    """QRR: 27 digits, not all of them zero."""
    from stdnum.ch import esr

    return len(digits) == 27 and _plain(digits) and bool(esr.calc_check_digit(digits[:-1]) == digits[-1])


def is_belgian(digits: str) -> bool:
    """OGM/VCS: 12 digits."""
    from stdnum.be import ogm_vcs

    return len(digits) == 12 and _plain(digits) and bool(ogm_vcs.calc_check_digits(digits[:10]) == digits[10:])


def is_kid(digits: str) -> bool:
    """By modulo 10 or modulo 11: the agreement with the bank says which, the number does not."""
    from stdnum import luhn

    if not 2 <= len(digits) <= 25 or not _plain(digits[:-1]):
        return False
    weighted = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits[:-1])))
    eleven = (11 - weighted % 11) % 11
    return digits[-1] == ("-" if eleven == 10 else str(eleven)) or (digits[-1] != "-" and luhn.checksum(digits) == 0)


def is_finnish(digits: str) -> bool:
    """Three digits and the check digit at least, zeros in front not counted; two and one in Estonia."""
    if not (3 <= len(digits.lstrip("0")) <= 20 and _plain(digits)):
        return False
    weighted = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(digits[:-1])))
    return (10 - weighted % 10) % 10 == int(digits[-1])


def is_variable_symbol(digits: str) -> bool:
    """Up to 10 digits, not all of them zero."""
    return len(digits) <= 10 and _plain(digits)


_TESTS = {"qrr": is_swiss, "ogm": is_belgian, "kid": is_kid, "viite": is_finnish, "vs": is_variable_symbol}


def _plain(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and digits.strip("0") != ""


def _joined(written: str) -> str:
    """One number: a line may break within it, blanks stand between its blocks only. Empty where blanks part several numbers."""
    text = _LINE_END.sub("", written) if "\n" in written else written
    groups = [len(group) for group in text.rstrip("-").split()]
    if len(groups) > 1 and not (groups[0] <= 5 and set(groups[1:]) == {5}):
        text = written.replace("\r", "").replace("\n", " ")
        groups = [len(group) for group in text.rstrip("-").split()]
        if not (groups[0] <= 5 and set(groups[1:]) == {5}):
            return ""
    return "".join(text.split())


def _labelled(text: str) -> Iterator[Found]:
    """Digits behind a word that says what they are: as far as the first blank, else in blocks of five."""
    if not _LABEL.search(text):
        return
    for match in _LABELLED.finditer(text):
        kind = next(kind for kind in ("kid", "viite", "ogm", "vs") if match[kind])
        written = match["digits"]
        first = written.split(maxsplit=1)[0]
        whole = written if kind != "vs" else first
        for tried in dict.fromkeys((first, whole)):
            digits = _joined(tried)
            if digits and _TESTS[kind](digits):
                yield Found(kind, normal(digits), match.start("digits"), match.start("digits") + len(tried))
                break


def _creditor_references(text: str) -> Iterator[Found]:
    """RF in one piece, in groups, broken by a line end, or with a word behind it."""
    match = _RF.search(text)
    while match:
        written, start, after = match[0], match.start(), match.start() + 2
        for end in _ends(written):
            compact = _NOT_KEPT.sub("", written[:end].upper())
            if is_creditor_reference(compact):
                after = start + end
                yield Found("rf", normal(compact), start, after)
                break
        match = _RF.search(text, after)


def _ends(written: str) -> list[int]:
    """Where a creditor reference may end, the likeliest first.

    One number of 97 passes by chance, so few ends are tried: of the first word, of groups of four as ISO 11649 prints them, both with line
    ends within a word and between words; where digits turn into letters; and of all that looks like it.
    """
    ends = []
    for pattern in (_WORD, _BROKEN_WORD):
        words = list(pattern.finditer(written))
        ends.append(words[0].end())
        size, groups = 0, []
        for word in words:
            size += sum(c.isalnum() for c in word[0])
            if size > 25:
                break
            groups.append(word.end())
            if size % 4:
                break
        ends += reversed(groups)
    if turn := re.match(r"RF[0-9]+(?=[A-Z])", written, re.IGNORECASE | re.ASCII):
        ends.append(turn.end())
    return list(dict.fromkeys([*ends, len(written)]))


def _swiss(text: str) -> Iterator[Found]:
    """27 digits in one piece or in blocks of 2 and 5 times 5; a line may break anywhere. Other blanks part one number from another."""
    match = _QRR.search(text) if len(text) >= 27 else None
    while match:
        written = match[0].replace("\xa0", " ")
        blanks = {sum(c.isdigit() for c in written[:place]) for place, c in enumerate(written) if c == " "}
        digits = re.sub(r"[^0-9]", "", written)
        right = blanks <= {2, 7, 12, 17, 22} and is_swiss(digits)
        if right:
            yield Found("qrr", normal(digits), *match.span())
        match = _QRR.search(text, match.end() if right else match.start() + 1)


def _belgian(text: str) -> Iterator[Found]:
    """With its marks (``+++`` or ``***``), or with both strokes."""
    if "/" not in text and "+++" not in text and "***" not in text:
        return
    for match in _OGM.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[2])
        if (match[1] or match[2].count("/") == 2) and is_belgian(digits):
            yield Found("ogm", normal(digits), *match.span())

"""Names as banks write them: cut off, turned round, without umlauts, in capitals, in half-width kana, in pinyin, mistyped."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

_LEGAL_TEXT = (
    "gmbh mbh ag kg kgaa ohg gbr ug ek ev eg co cokg gmbhcokg inc incorporated corp corporation company llc llp lp plc ltd "
    "limited pty sa sas sasu sarl sarlu eurl sci snc spa srl srls sl slu sau bv bvba nv vof cv srlu as asa aps ab oy oyj hf "
    "ehf kft zrt nyrt bt doo dd ad ood eood sro vos spol spzoo sp zoo zo oo haftungsbeschrankt haftungsbeschraenkt kk gk yk "
    "pte sdn bhd se scs sca pvt pvtltd ooo oao zao pao tov fa firma messrs ltda eirl de cv sab youxiangongsi youxian gongsi "
    "gufen jituan zerengongsi zeren kabushikigaisha yugengaisha und and et the"
)
_LEGAL = frozenset(_LEGAL_TEXT.split())
_CJK_LEGAL = re.compile(
    r"股份有限公司|有限责任公司|有限公司|集团公司|集团|株式会社|有限会社|合同会社|주식회사|유한회사|カブシキガイシャ|ユウゲンガイシャ|"
    r"\((?:株|有|同|주)\)|(?:^|(?<=\s))[カユド]\)|\([カユド](?:\)|$)"
)
_SMALL_KANA = str.maketrans("ァィゥェォャュョッヮ", "アイウエオヤユヨツワ")
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ł": "l", "đ": "d"}
)
_TITLES_TEXT = "herr frau herrn mr mrs ms dr prof mme mlle monsieur madame sig sigra dhr mevr"
_TITLES = frozenset(_TITLES_TEXT.split())
CUTS = frozenset((16, 18, 22, 27, 35))
"""Where banks cut names off."""


class Name(NamedTuple):
    """A name made comparable."""

    words: tuple[str, ...]
    """Without legal form and titles."""
    flat: str
    """The words in one."""
    full: str
    """As ``flat`` with all words."""
    length: int
    """Of the name as written."""


@lru_cache(maxsize=65536)
def name(text: str) -> Name:
    """Both ways to write an umlaut become one: ``Müller``, ``Mueller`` and ``Muller`` are ``muller``."""
    folded = unicodedata.normalize("NFKC", text)
    length = len(folded.strip())
    folded = _CJK_LEGAL.sub(" ", folded.translate(_SMALL_KANA))
    lowered = folded.lower().translate(_UMLAUTS)
    if not lowered.isascii():
        lowered = _ascii(lowered)
    words = re.findall(r"[a-z0-9]+", lowered.replace("'", ""))
    words = [_collapsed(word) for word in _initials(words)]
    kept = [word for word in words if word not in _LEGAL and word not in _TITLES]
    if not kept:
        kept = words
    flat_ = "".join(kept)
    for ending in ("youxiangongsi", "gufenyouxiangongsi", "jituan"):
        if flat_.endswith(ending) and len(flat_) > len(ending) + 3:
            flat_ = flat_[: -len(ending)]
    return Name(tuple(kept), flat_, "".join(words), length)


def _initials(words: list[str]) -> list[str]:
    """``s r o`` and ``s.r.o.`` are one word."""
    joined: list[str] = []
    open_ = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and open_:
            joined[-1] += word
        else:
            joined.append(word)
        open_ = single
    return joined


def _ascii(text: str) -> str:
    decomposed = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char) or ord(char) > 0x3000)
    if decomposed.isascii():
        return decomposed
    from anyascii import anyascii

    return anyascii(unicodedata.normalize("NFC", text)).lower()


def _collapsed(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("aa", "a") if len(word) > 2 else word


def similarity(payer: Name, customer: Name) -> float:
    """1 the same, 0.9 and more nearly surely, under 0.8 no evidence."""
    a, b = payer.words, customer.words
    if not a or not b:
        return 0.0
    if payer.flat == customer.flat or sorted(a) == sorted(b):
        return 1.0
    best = 0.0
    if _cut_off(payer, customer):
        best = 0.97 if payer.length in CUTS or len(payer.full) >= 14 else 0.92
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    within = set(short) <= set(long)
    ratio = fuzz.ratio(payer.flat, customer.flat) / 100
    if len(a) > 1 and len(a) == len(b) and ratio < 0.97:
        ratio = max(ratio, fuzz.ratio("".join(sorted(a)), "".join(sorted(b))) / 100)
    if ratio >= 0.85 and min(len(payer.flat), len(customer.flat)) >= 5 and not _differ_in_a_number(a, b):
        best = max(best, _misspelt(payer, customer, ratio))
    if within and not Counter(short) - Counter(long) and sum(map(len, short)) >= 4:
        share = sum(map(len, short)) / sum(map(len, long))
        best = max(best, 0.92 if b is short and len(short) > 1 else 0.6 + 0.4 * share)
    elif ratio >= 0.5 and _abbreviated(a, b):
        best = max(best, 0.92)
    return best


def _misspelt(payer: Name, customer: Name, ratio: float) -> float:
    if _same_words(payer.words, customer.words):
        return 0.5 + ratio / 2
    apart = len(payer.words) != len(customer.words) and len(customer.flat) >= 12 and OSA.distance(payer.flat, customer.flat) <= 1
    return 0.9 if apart else min(ratio, 0.87)


def _cut_off(payer: Name, customer: Name) -> bool:
    """The payer's name is where the customer's begins."""
    return len(payer.full) >= 9 and (
        customer.full.startswith(payer.full) or (customer.flat.startswith(payer.flat) and len(payer.flat) >= 9)
    )


def _differ_in_a_number(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return {word for word in a if word.isdigit()} != {word for word in b if word.isdigit()}


def _same_words(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Every word has its like on the other side: slips of the pen, not another name."""
    if len(a) != len(b):
        return False
    left = list(b)
    for word in a:
        rest = len("".join(a)) - len(word)
        fits = [other for other in left if OSA.distance(word, other) <= _slips(max(len(word), len(other)), rest)]
        if not fits:
            return False
        left.remove(min(fits, key=lambda other: OSA.distance(word, other)))
    return True


def _slips(length: int, rest: int) -> int:
    """How many letters of a word may be wrong: short words are soon other names, unless much else agrees."""
    if length >= 9:
        return 2
    return 1 if length >= 6 or (length == 5 and rest >= 6) else 0


def _abbreviated(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    if len(a) != len(b) or sum(map(len, a)) < 8:
        return False
    return all(
        one == other or (min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one)))
        for one, other in zip(a, b, strict=True)
    ) and any(one == other for one, other in zip(a, b, strict=True))


def keys(found: Name) -> set[str]:
    """What two like names share at least one of: how words begin and end."""
    made = {word[:3] for word in found.words if len(word) >= 3}
    made |= {"…" + word[-3:] for word in found.words if len(word) >= 5}
    made.update(word for word in found.words if len(word) > 3)
    made.add("^" + found.flat[:6])
    return made

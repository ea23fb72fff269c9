"""Bytes to text: byte order mark, strict UTF-8, GB 18030 where it gives Chinese header words, cp1252; never by statistics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from billcli.banks.faults import Unreadable

LIMIT = 32 * 1024 * 1024
"""More bytes are no statement: a year of a busy account has a tenth of it."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHINESE = ("日期", "时间", "金额", "余额", "账户", "帐户", "账号", "账单", "交易", "收入", "支出", "币种", "摘要", "对方")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HEAD = 64 * 1024


class Text(NamedTuple):
    """A decoded file and the name of what it was in."""

    text: str
    encoding: str


def decoded(raw: bytes, hints: tuple[str, ...] = (), chosen: str | None = None) -> Iterator[Text]:
    """The texts that the bytes may be, the likeliest first; ``hints`` are single-byte encodings that layouts name.

    Raises ``Unreadable`` where there is none, for NUL and for more than ``LIMIT`` bytes.
    """
    if len(raw) > LIMIT:
        raise Unreadable(f"the file has more than {LIMIT // 1024 // 1024} MB; no statement needs as many", "download a shorter period")
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise Unreadable("the file is empty", "download it again")
    found = False
    for each in _candidates(raw, hints, chosen):
        _no_nul(each.text)
        found = True
        yield each
    if not found:
        raise _odd_byte(raw, chosen or "cp1252")


def _candidates(raw: bytes, hints: tuple[str, ...], chosen: str | None) -> Iterator[Text]:
    mark = next((name for bom, name in _MARKS if raw.startswith(bom)), None)
    if mark:
        yield _strictly(raw.removeprefix(b"\xef\xbb\xbf"), mark)
        return
    if chosen:
        yield _strictly(raw, chosen)
        return
    try:
        yield Text(raw.decode("utf-8"), "utf-8")
        return
    except UnicodeDecodeError as error:
        first = error
    if b"\0" in raw[:_HEAD]:
        raise _nul(raw.count(b"\n", 0, raw.index(b"\0")) + 1)
    if (chinese := _try(raw, "gb18030")) and any(word in chinese.text[:_HEAD] for word in _CHINESE):
        yield chinese
        return
    _refuse_damaged(raw, first)
    for name in dict.fromkeys((*hints, "cp1252")):
        if each := _try(raw, name):
            yield each


def _try(raw: bytes, encoding: str) -> Text | None:
    try:
        return Text(raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None


def _strictly(raw: bytes, encoding: str) -> Text:
    try:
        return Text(raw.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not {encoding}, in which the rest of the file is"
        raise Unreadable(message, "it may be cut off or damaged: download it again", line) from None


def _refuse_damaged(raw: bytes, first: UnicodeDecodeError) -> None:
    """A file in UTF-8 but for a byte or two was cut off or mended badly: another reading of it would garble every name."""
    head = raw[:_HEAD]
    good = len(_MULTIBYTE.findall(head))
    odd = sum(byte >= 0x80 for byte in _MULTIBYTE.sub(b"", head)) or 1
    if good > odd:
        message = f"byte 0x{raw[first.start]:02x} is not UTF-8, though the rest of the file is"
        raise Unreadable(message, "it may be cut off or damaged: download it again", raw.count(b"\n", 0, first.start) + 1)


def _odd_byte(raw: bytes, encoding: str) -> Unreadable:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Unreadable(
            f"byte 0x{raw[error.start]:02x} is neither UTF-8 nor {encoding}", "say what it is: --encoding NAME, such as cp1250", line
        )
    return Unreadable("the file is no text", "a statement is CSV, CAMT, MT940 or OFX")


def _no_nul(text: str) -> None:
    if (at := text.find("\0")) >= 0:
        raise _nul(text.count("\n", 0, at) + 1)


def _nul(line: int) -> Unreadable:
    return Unreadable("the control character U+0000", "this is no table, or it is damaged: download it again", line)

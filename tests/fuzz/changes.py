"""Inputs from inputs: changes that keep enough of the form for a reader to get past its first lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.law import Change

_JUNK = (
    b"\0", b"\x1b[31m", b"\xff", b"\xc3", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc2\x85", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80",
    b"9" * 40, b"9" * 5000, b"-", b"-0", b"1e5", b"1_000", b"0x10", b".5", b"nan", b"\n", b"\r", b"\r\n", b"\t", b" ", b"'", b'"', b"\\",
    b"[" * 60, b"{" * 3, b"(", b")", b"*", b"+", b"?", b"|", b"&a ", b"*a", b"!!str ", b"<<", b"---\n", b"#", b":", b": ", b",", b";", b"..",
    b"2026-02-30", b"2026-03-14", b"null", b"true", b"\xd9\xa3", b"\xc2\xb2", b"e\xcc\x81",
)  # fmt: skip


def bytewise(words: Sequence[bytes] = ()) -> Change:
    """Bytes put in, left out, doubled, moved and replaced; words that mean something to the reader put in."""
    every = (*_JUNK, *words, *words)

    def change(random: Random, raw: bytes) -> bytes:
        data = bytearray(raw)
        for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
            at = random.randrange(len(data) + 1)
            end = min(len(data), at + random.choice((0, 1, 1, 2, 4, 8, 30)))
            match random.randrange(7):
                case 0:
                    data[at:end] = b""
                case 1:
                    data[at:end] = bytes(random.randrange(256) for _ in range(end - at))
                case 2 | 3:
                    data[at:end] = random.choice(every)
                case 4:
                    data[at:at] = random.choice(every)
                case 5:
                    data[at:at] = data[at:end] * random.choice((1, 2, 20))
                case _:
                    other = random.randrange(len(data) + 1)
                    data[other:other] = data[at:end]
        return bytes(data)

    return change


def linewise(random: Random, raw: bytes) -> bytes:
    """Whole lines left out, doubled, swapped and moved."""
    lines = raw.split(b"\n")
    for _ in range(random.choice((1, 1, 2))):
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        match random.randrange(4):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at : at + 1] = lines[at], lines[other]
    return b"\n".join(lines)


def spliced(seeds: Callable[[], Sequence[bytes]]) -> Change:
    """The beginning of one input and the end of another."""

    def change(random: Random, raw: bytes) -> bytes:
        other = random.choice(seeds())
        return raw[: random.randrange(len(raw) + 1)] + other[random.randrange(len(other) + 1) :]

    return change


def one_of(*changes: Change) -> Change:
    """One of several ways for each input; name the good ones twice."""

    def change(random: Random, raw: bytes) -> bytes:
        return random.choice(changes)(random, raw)

    return change


def behind(head: int, change: Change) -> Change:
    """Changes what stands below the first ``head`` lines, which tell the target what the rest is meant to be."""

    def below(random: Random, raw: bytes) -> bytes:
        lines = raw.split(b"\n", head)
        if len(lines) <= head:
            return raw
        return b"\n".join((*lines[:head], change(random, lines[head])))

    return below

"""Payment references that prove themselves by their check digits."""

from __future__ import annotations

import re

_SWISS = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def structured(reference: str) -> str:
    """The kind of a reference without blanks whose check digits are right: RF, QRR, OGM, viite or KID; empty where there are none."""
    flat = re.sub(r"[\s+*/.-]", "", reference.upper())
    if re.fullmatch(r"RF[0-9]{2}[A-Z0-9]{1,21}", flat):
        turned = flat[4:] + flat[:4]
        return "RF" if int("".join(str(int(char, 36)) for char in turned)) % 97 == 1 else ""
    if not flat.isascii() or not flat.isdigit():
        return ""
    if len(flat) == 27:
        return "QRR" if _mod10_recursive(flat[:-1]) == int(flat[-1]) else ""
    if len(flat) == 12 and (int(flat[:10]) % 97 or 97) == int(flat[10:]):
        return "OGM"
    if 4 <= len(flat) <= 20 and _viite(flat[:-1]) == int(flat[-1]):
        return "viite"
    if 4 <= len(flat) <= 25 and (_luhn(flat) or _mod11(flat)):
        return "KID"
    return ""


def _mod10_recursive(digits: str) -> int:
    carry = 0
    for digit in digits:
        carry = _SWISS[(carry + int(digit)) % 10]
    return (10 - carry) % 10


def _viite(digits: str) -> int:
    return -sum(int(digit) * (7, 3, 1)[at % 3] for at, digit in enumerate(reversed(digits))) % 10


def _luhn(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mod11(digits: str) -> bool:
    total = sum(int(digit) * (2 + at % 6) for at, digit in enumerate(reversed(digits[:-1])))
    check = -total % 11
    return check < 10 and check == int(digits[-1])

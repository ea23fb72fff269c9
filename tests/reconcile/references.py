"""Payment references with check digits, as issuers make them."""

from __future__ import annotations


def rf(body: str) -> str:
    value = int("".join(str(int(char, 36)) for char in body + "RF00")) % 97
    return f"RF{98 - value:02d}{body}"


def qrr(body: str) -> str:
    carry = 0
    digits = body.zfill(26)
    for digit in digits:
        carry = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)[(carry + int(digit)) % 10]
    return digits + str((10 - carry) % 10)


def kid(body: str) -> str:
    total = 0
    for at, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if at % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def viite(body: str) -> str:
    return body + str(-sum(int(digit) * (7, 3, 1)[at % 3] for at, digit in enumerate(reversed(body))) % 10)


def ogm(body: str) -> str:
    digits = body.zfill(10)
    return digits + f"{int(digits) % 97 or 97:02d}"


def in_groups(reference: str, size: int, from_right: bool = False) -> str:
    """With blanks, as people copy it."""
    if from_right:
        head = len(reference) % size
        parts = ([reference[:head]] if head else []) + [reference[at : at + size] for at in range(head, len(reference), size)]
        return " ".join(parts)
    return " ".join(reference[at : at + size] for at in range(0, len(reference), size))

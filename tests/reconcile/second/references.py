"""Document numbers in several schemes, references with check digits, and how payers and banks spoil them."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date

from tests.reconcile.second.dice import Dice
from tests.reconcile.second.people import Customer, two_letters


class Numbers:
    """Each scheme counts on its own; those with a year begin anew with it."""

    def __init__(self, dice: Dice) -> None:
        self._last: dict[tuple[str, int], int] = defaultdict(int)
        for scheme in ("INV", "RE", "dash", "F", "plain", "SI"):
            self._last[scheme, 2025 if scheme not in {"F", "SI"} else 0] = dice.between(8, 900)
        self._last["plain", 2026] = dice.between(95, 128)  # numbers that are days of the year as well

    def next(self, scheme: str, customer: Customer, on: date) -> str:
        prefix = re.sub(r"[^A-Z]", "", two_letters(customer.pinyin or customer.stem).upper())[:2] or "JP"
        own = f"{prefix}{int(customer.id[1:])}"
        key = own if scheme == "own" else scheme
        year = 0 if scheme in {"F", "SI", "own"} else on.year
        self._last[key, year] += 1
        n = self._last[key, year]
        return {
            "INV": f"INV-{year}-{n:04}",
            "RE": f"RE{year}/{n}",
            "dash": f"{year}-{n:04}",
            "F": f"F-{n:05}",
            "plain": f"{year}{n:04}",
            "SI": f"SI-B-{n}",
            "own": f"{own}-{n:03}",
            "CN": f"GS-{year}-{n:04}",
        }[scheme]


def rf(body: str) -> str:
    """ISO 11649."""
    number = "".join(str(int(c, 36)) for c in body + "RF00")
    return f"RF{98 - int(number) % 97:02}{body}"


def qrr(digits: str) -> str:
    """Swiss, 27 digits, modulo 10 recursive."""
    body, carry = digits.rjust(26, "0"), 0
    for c in body:
        carry = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)[(carry + int(c)) % 10]
    return body + str((10 - carry) % 10)


def kid(digits: str) -> str:
    """Norwegian, modulo 10 (Luhn)."""
    total = sum(sum(divmod(int(c) * (2 if at % 2 == 0 else 1), 10)) for at, c in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def ogm(digits: str) -> str:
    """Belgian, twelve digits, modulo 97."""
    body = digits.rjust(10, "0")
    return f"{body}{int(body) % 97 or 97:02}"


def viite(digits: str) -> str:
    """Finnish, weights 7 3 1."""
    total = sum(int(c) * (7, 3, 1)[at % 3] for at, c in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def structured(kind: str, serial: int) -> str:
    """The payment reference of the ``serial``-th document."""
    match kind:
        case "QRR":
            return qrr(f"210000{serial:012}")
        case "KID":
            return kid(f"71{serial:07}")
        case "OGM":
            return ogm(f"84{serial:07}")
        case "viite":
            return viite(f"53{serial:06}")
        case "VS":
            return f"7726{serial:06}"
        case _:
            return rf(f"BK{serial:07}")


KINDS = {"CH": "QRR", "NO": "KID", "BE": "OGM", "FI": "viite", "CZ": "VS", "SK": "VS"}


def as_written(dice: Dice, kind: str, reference: str) -> str:
    """A structured reference as banks and payers write it."""
    if kind == "OGM":
        return dice.pick(
            (
                f"+++{reference[:3]}/{reference[3:7]}/{reference[7:]}+++",
                f"***{reference[:3]}/{reference[3:7]}/{reference[7:]}***",
                reference,
            )
        )
    if kind == "QRR":
        return dice.pick((reference, " ".join([reference[:2], *(reference[at : at + 5] for at in range(2, 27, 5))])))
    if kind == "viite":
        return dice.pick((reference, reference.rjust(20, "0"), " ".join(_fives(reference))))
    if kind == "RF":
        return dice.pick((reference, " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))))
    return reference


def _fives(digits: str) -> list[str]:
    head = len(digits) % 5
    return ([digits[:head]] if head else []) + [digits[at : at + 5] for at in range(head, len(digits), 5)]


def broken(reference: str) -> str:
    """One digit wrong, so that the check digit no longer fits."""
    at = len(reference) - 3
    return f"{reference[:at]}{(int(reference[at]) + 4) % 10}{reference[at + 1 :]}"


def mangled(dice: Dice, number: str) -> str:
    """The number with separators, prefix or zeros gone, in small letters, glued to words, or broken at a line's end."""
    ways = [re.sub(r"[^A-Z0-9]", "", number), re.sub(r"[-/]", " ", number), number.lower(), f"Rechnung{number}", f"Rg.{number}vom"]
    ways += [
        re.sub(r"[-/]", dice.pick(("_", ".", "/", " - ")), number),
        number[: (cut := dice.between(2, len(number) - 2))] + "\n" + number[cut:],
    ]
    bare = re.sub(r"^[A-Z]+-?(?:B-)?", "", number)
    if bare != number and len(bare) >= 3 and bare[0].isdigit():
        ways += [bare, re.sub(r"[-/]", " ", bare), re.sub(r"[-/]", "", bare)]
    tail = re.sub(r"(^|[-/])0+(\d)", r"\1\2", number)
    if tail != number and len(re.sub(r"\D", "", tail)) >= 3:
        ways += [tail, re.sub(r"[-/]", "/", tail)]
    return dice.pick([way for way in ways if way != number])


def misread(dice: Dice, number: str, *, few: bool) -> str:
    """One character wrong, chosen so that it cannot be another number: an impossible year, a far too high count (if ``few``), a letter."""
    ways = []
    if "2026" in number:
        ways += [number.replace("2026", wrong, 1) for wrong in ("2062", "2226", "2036", "2006", "2066", "206")]
    if "0" in number:
        ways.append(number[: (at := number.rindex("0"))] + "O" + number[at + 1 :])
    if few and re.search(r"[-/]0\d{3,4}$", number):
        ways += [re.sub(r"([-/])0(\d{3,4})$", rf"\g<1>{dice.between(6, 9)}\2", number)] * 3
    if number.startswith("INV"):
        ways += ["IMV" + number[3:], "IVN" + number[3:], "NV" + number[3:]]
    if number.startswith("F-"):
        ways += ["E-" + number[2:], number.replace("F-0", "F-8", 1)]
    if number.startswith("RE"):
        ways += ["ER" + number[2:], "RR" + number[2:]]
    return dice.pick(ways) if ways else ""

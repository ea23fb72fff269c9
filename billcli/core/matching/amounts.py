"""How an amount fits a set of documents: exact, less discount, less a fee, within cents, a part, more than is open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from typing import NamedTuple

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Item, Limits
from billcli.core.matching.text import amounts as said_amounts
from billcli.core.matching.text import clean
from billcli.model.money import Money, digits

SURE_FITS = frozenset(("exact", "discount", "cents", "fee"))
_FEE = re.compile(
    r"\b(?:FEES?|CHGS?|CHARGES?|SPESEN|GEB(?:Ü|UE)HR(?:EN)?|ENTGELT|FRAIS|COMMISSIONE?S?|COMISI[OÓ]N(?:ES)?|SPESE|GEBYR|AVGIFT|KOSTEN|"
    r"PROVISION|OP[LŁ]ATA|POPLATEK|DEDUCTED|KULUT|BANKKOSTEN)\b|手续费|手數料|手数料"
)
_PART = re.compile(
    r"\b(?:PART(?:IAL)?(?: ?PAYMENT| ?PMT)?|TEIL(?:ZAHLUNG|BETRAG)?|ANZAHLUNG|ABSCHLAG|RATE|INSTALL?MENT|ACOMPTE|ACCONTO|"
    r"DELBETAL(?:ING|NING)|1ST|2ND|REST(?:ZAHLUNG|BETRAG)?|BALANCE)\b|部分"
)


class Facts(NamedTuple):
    """What of a line decides how its amount fits."""

    amount: int
    currency: str
    on: date
    fee: int
    says_fee: bool
    says_part: bool
    said: frozenset[int]
    limits: Limits


def facts(line: BankLine, limits: Limits) -> Facts:
    cleaned = clean(line.text.replace("\n", " "))
    says_fee = bool(_FEE.search(cleaned))
    said = frozenset(said_amounts(cleaned, digits(line.currency))) if says_fee else frozenset()
    return Facts(
        abs(line.amount), line.currency, line.value_on or line.booked_on, line.fee, says_fee, bool(_PART.search(cleaned)), said, limits
    )


class Fit(NamedTuple):
    """One way in which the amount fits, with what it means for every document. ``short`` is what is missing, negative for too much."""

    kind: str
    allocations: tuple[Allocation, ...]
    because: str
    short: int = 0


def fit(documents: Sequence[Item], money: Facts) -> Fit | None:
    """How the amount fits these documents, all of them settled but for a part payment; None where it does not."""
    invoices = [item for item in documents if item.kind == "invoice"]
    credits_ = [item for item in documents if item.kind != "invoice"]
    if not invoices:
        return None
    total = sum(item.open for item in invoices) - sum(item.open for item in credits_)
    if total <= 0:
        return None
    short = total - money.amount
    whole = _whole(invoices, credits_)
    if short == 0:
        return Fit("exact", whole, _exact_words(invoices, credits_, money))
    if short > 0:
        if found := _discounted(invoices, whole, short, money):
            return found
        if short <= money.limits.small_rest:
            words = f"the amount is what is open less {Money(short, money.currency)} of rounding"
            return _less(whole, invoices, short, Fit("cents", (), words, short))
        if found := _charged(invoices, whole, short, total, money):
            return found
        if len(invoices) == 1 and not credits_:
            return _part(invoices[0], short, money)
        return Fit(
            "short", (), f"the documents come to {Money(total, money.currency)}, {Money(short, money.currency)} more than came in", short
        )
    over = -short
    rest = (*whole, Allocation("", over))
    if over <= money.limits.small_rest:
        return Fit("cents", rest, f"the amount is what is open and {Money(over, money.currency)} more", short)
    return Fit(
        "over" if over <= total else "far over",
        rest,
        f"{Money(over, money.currency)} more came in than is open: it stays on account",
        short,
    )


def _whole(invoices: Sequence[Item], credits_: Sequence[Item]) -> tuple[Allocation, ...]:
    return (*(Allocation(item.document, item.open) for item in invoices), *(Allocation(item.document, -item.open) for item in credits_))


def _exact_words(invoices: Sequence[Item], credits_: Sequence[Item], money: Facts) -> str:
    amount = Money(money.amount, money.currency)
    if credits_:
        return f"{amount} is what is open less credit note {', '.join(item.document for item in credits_)}"
    if len(invoices) > 1:
        return f"{amount} is the sum of what is open on {len(invoices)} invoices"
    item = invoices[0]
    return f"{amount} is exactly what is " + ("still open on " if item.open < item.gross else "open on ") + item.document


def may_deduct(item: Item, on: date) -> int:
    """The early-payment discount that money of that day may take."""
    if item.kind != "invoice" or item.discount <= 0 or item.discount >= item.open or item.discount_until is None:
        return 0
    return item.discount if on <= item.discount_until else 0


def _discounted(invoices: Sequence[Item], whole: tuple[Allocation, ...], short: int, money: Facts) -> Fit | None:
    offers = {item.document: offer for item in invoices if (offer := may_deduct(item, money.on))}
    if not offers:
        return None
    names = list(offers)
    sets: list[tuple[str, ...]] = [tuple(names)]
    if 1 < len(names) <= 6:
        sets += [chosen for size in range(len(names) - 1, 0, -1) for chosen in combinations(names, size)]
    for charge in dict.fromkeys((0, money.fee)):
        for chosen in sets:
            off = short - charge - sum(offers[name] for name in chosen)
            if abs(off) > min(2, money.limits.small_rest):
                continue
            taken = {name: offers[name] for name in chosen}
            taken[chosen[-1]] += off
            until = min(item.discount_until for item in invoices if item.document in taken and item.discount_until)
            words = f"the amount is what is open less {Money(short - charge, money.currency)} discount, allowed until {until}"
            parts = [
                each._replace(amount=each.amount - taken.get(each.document, 0), discount=taken.get(each.document, 0)) for each in whole
            ]
            if charge:
                words += f", and less the bank's charge of {Money(charge, money.currency)}"
                parts[0] = parts[0]._replace(amount=parts[0].amount - charge, fee=charge)
            return Fit("discount", tuple(parts), words, short)
    return None


def _less(whole: tuple[Allocation, ...], invoices: Sequence[Item], short: int, fit_: Fit) -> Fit | None:
    """The shortage borne by the largest document, as a charge or as written off."""
    charge = fit_.kind != "cents"
    largest = max(invoices, key=lambda item: (item.open, item.document)).document
    parts = []
    for each in whole:
        if each.document == largest:
            if each.amount <= short:
                return None
            each = Allocation(each.document, each.amount - short, write_off=0 if charge else short, fee=short if charge else 0)
        parts.append(each)
    return fit_._replace(allocations=tuple(parts))


def _charged(invoices: Sequence[Item], whole: tuple[Allocation, ...], short: int, total: int, money: Facts) -> Fit | None:
    missing = Money(short, money.currency)
    if short == money.fee or (money.says_fee and short in money.said):
        words = f"the amount is what is open less the charge of {missing} that the bank names"
        return _less(whole, invoices, short, Fit("fee", (), words, short))
    if short > money.limits.fee or short * 5 > total or money.says_part:
        return None
    if money.says_fee:
        return _less(whole, invoices, short, Fit("fee", (), f"{missing} are missing, and the text speaks of bank charges", short))
    late = any(item.discount and abs(item.discount - short) <= 2 for item in invoices)
    if len(invoices) == 1 and short * 10 <= total and not late:
        return _less(whole, invoices, short, Fit("fee?", (), f"{missing} are missing: perhaps a bank's charge", short))
    return None


def _part(item: Item, short: int, money: Facts) -> Fit:
    left = Money(short, money.currency)
    kind = "part named" if money.says_part else "part"
    words = f"a part of what is open on {item.document}; {left} stay open"
    if item.discount and abs(item.discount - short) <= 2 and item.discount_until and money.on > item.discount_until:
        kind = "late"
        words = f"{item.document} less its discount, but the discount ended on {item.discount_until}; {left} stay open"
    return Fit(kind, (Allocation(item.document, money.amount),), words, short)

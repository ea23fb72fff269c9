"""Invoices and payments of the plainest form, from their text straight to what the index keeps of them, with no model in between.

Most files of a large ledger are such; ``forms`` has what they look like. What ``core.checks`` asks of a document is asked here in whole
numbers, of plain cases only.

The law: this answers None, or exactly the facts that ``canonical``, ``core.checks`` and ``core.project`` come to, and they find nothing
wrong. Whatever else there may be in a file, each rare field among it, is left to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from billcli.core import seal
from billcli.core.facts import Fact, InstalmentFact, InvoiceFact, PaymentFact, Reference, Settlement, SoldFact
from billcli.core.money import split
from billcli.core.tax import OUTSIDE
from billcli.model.money import CURRENCIES, digits
from billcli.model.values import BadValue, parse_iban
from billcli.store.canonical import party_lines
from billcli.store.forms import (
    ALLOCATION,
    CLASSIFICATION,
    DISCOUNT,
    IMPORTED,
    INSTALMENT,
    INVOICE,
    INVOICE_END,
    LINE,
    PAYMENT,
    PAYMENT_END,
    PERIOD,
    TAG,
    TAX,
    TOTALS,
    OtherFormError,
    pairs,
)

Plain = tuple[type[Fact], tuple[Any, ...]]
"""A fact as its kind and its values in their order, with days as text."""

_MAX = 1 << 20


def plain(raw: bytes, path: str) -> tuple[str, list[Plain]] | None:
    """The kind and the facts of a document of the plainest form, with nothing wrong; None for any other."""
    folder = path.partition("/")[0]
    if folder not in _READ or len(raw) > _MAX:
        return None
    kind, read = _READ[folder]
    head = f"schema: {kind}/1\n"
    try:
        text = raw.decode()
        if text.startswith(head) and (text.isascii() or text.replace("\n", "").isprintable()):
            return kind, read(text, len(head), path)
    except (UnicodeDecodeError, OtherFormError):
        pass
    return None


def _invoice(text: str, at: int, path: str) -> list[Plain]:
    head = INVOICE.at(text, at)
    number, customer, day, currency = _text(head["number"]), _text(head["customer"]), head["issued_on"], head["currency"]
    _at_home("invoices", number, day, path)
    _ensure(currency in CURRENCIES)
    places = digits(currency)
    lines = LINE.entries(text, head.end())
    at = lines[-1].end()
    taxes = []
    if text.startswith("taxes:\n", at):
        taxes = TAX.entries(text, at + 7)
        at = taxes[-1].end()
    _ensure(text.startswith("instalments:\n", at))
    parts = INSTALMENT.entries(text, at + 13)
    end = INVOICE_END.at(text, parts[-1].end())
    _ensure(end.end() == len(text))

    totals = TOTALS.whole(end["totals"])
    net, tax, gross = (_minor(totals[name], places) for name in ("net", "tax", "gross"))
    sold = _sold(lines, taxes, places)
    _ensure((net, tax) == (sum(each.base for each in sold), sum(each.tax for each in sold)) and gross == net + tax)
    due = [each["due_on"] for each in parts]
    amounts = [_minor(each["amount"], places) for each in parts]
    _ensure(sum(amounts) == gross and due == sorted(due) and due[0] >= day)

    content = [
        *pairs(head, INVOICE.content), f'"totals":{TOTALS.json(totals)}', f'"lines":[{",".join([LINE.json(each) for each in lines])}]',
        f'"issued_by":{_party(head["issued_by"])}', f'"issued_to":{_party(head["issued_to"])}',
    ]  # fmt: skip
    if taxes:
        content.append(f'"taxes":[{",".join([TAX.json(each) for each in taxes])}]')
    served = None
    tax_on = head["delivered_on"] or day
    if head["service_period"]:
        period = PERIOD.whole(head["service_period"])
        _ensure(period["begins_on"] <= period["ends_on"])
        served = period["ends_on"]
        content.append(f'"service_period":{PERIOD.json(period)}')
        tax_on = head["delivered_on"] or period["ends_on"]
    apart = pairs(head, INVOICE.apart) + pairs(end, INVOICE_END.apart)
    apart.append(f'"instalments":[{",".join([INSTALMENT.json(each) for each in parts])}]')
    until = percent = None
    if end["discount"]:
        discount = DISCOUNT.whole(end["discount"])
        until, percent = discount["until"], discount["percent"]
        apart.append(f'"discount":{DISCOUNT.json(discount)}')
    imported = IMPORTED.whole(end["imported"]) if end["imported"] else None
    if imported:
        apart.append(f'"imported":{IMPORTED.json(imported)}')

    found: list[Plain] = [(InvoiceFact, (
        number, customer, head["type"], day, due[0], len(parts), currency, net, tax, gross, _text(head["terms"]), _text(head["reference"]),
        until, percent, head["series"], int(head["counter"]), int(imported is not None),
        _text(imported["external_id"] if imported else end["external_id"]), seal.hash_of(content), seal.hash_of(content + apart),
        _text(end["seal"]), None, len(lines), _text(head["buyer_reference"]), served,
            "\n".join([_text(each["description"]) for each in lines]),
    ))]  # fmt: skip
    found += [(SoldFact, (number, "invoice", tax_on, *each)) for each in sold]
    if len(parts) > 1:
        found += [(InstalmentFact, (number, each, amount)) for each, amount in zip(due, amounts, strict=True)]
    categories = [("category", _text(name), f"lines[{at}].category") for at, each in enumerate(lines) if (name := each["category"])]
    classified = _classified(end["classification"])
    return found + _references([("customer", customer, "customer"), *categories, *_tags(end["tags"]), *classified])


class _Sold(NamedTuple):
    """What the lines of one tax code and category come to, in the order of ``SoldFact``."""

    code: str
    tax_category: str
    rate: str
    category: str
    base: int
    tax: int


def _sold(lines: list[re.Match[str]], taxes: list[re.Match[str]], places: int) -> list[_Sold]:
    """The lines by tax code and category, where each tax group is what its lines come to (``figures.adds_up``, ``core.sold``)."""
    sums: dict[str, dict[str, int]] = {}
    for line in lines:
        (quantity, fine), (price, finer) = _scaled(line["quantity"]), _scaled(line["unit_price"])
        mine = sums.setdefault(_text(line["tax"]) or OUTSIDE.code, {})
        category = _text(line["category"]) or ""
        mine[category] = mine.get(category, 0) + _half_up(quantity * price * 10**places, fine * finer)
    found = []
    outside = sums.pop(OUTSIDE.code, {})
    for group in taxes:
        base, amount, code = _minor(group["base"], places), _minor(group["amount"], places), _text(group["code"])
        rate, fine = _scaled(group["rate"])
        mine = sums.pop(code, {})
        _ensure(mine and sum(mine.values()) == base and amount == _half_up(base * rate, 100 * fine))
        _ensure(group["category"] == "S" or rate == 0)
        shares = split(amount, [*mine.values()]) if len(mine) > 1 and base else [amount, *[0] * (len(mine) - 1)]
        said = _shortest(group["rate"])
        found += [_Sold(code, group["category"], said, *each, tax) for each, tax in zip(mine.items(), shares, strict=True)]
    _ensure(not sums)
    if sum(outside.values()):
        found += [_Sold(OUTSIDE.code, OUTSIDE.category, "0", category, base, 0) for category, base in outside.items()]
    return found


def _shortest(rate: str) -> str:
    """Without zeros at the end of its decimals."""
    return rate.rstrip("0").rstrip(".") if "." in rate else rate


def _payment(text: str, at: int, path: str) -> list[Plain]:
    head = PAYMENT.at(text, at)
    name, customer, received, day, currency = _text(head["id"]), _text(head["customer"]), head["received_on"], head["on"], head["currency"]
    _at_home("payments", name, day, path)
    _ensure(currency in CURRENCIES and received <= day)
    places = digits(currency)
    amount, fee = _minor(head["amount"], places), _minor(head["fee"], places) if head["fee"] else 0
    _ensure(amount > 0 and (head["payer_iban"] is None or _is_iban(head["payer_iban"])))
    content = pairs(head, PAYMENT.content)
    at = head.end()
    rows: list[re.Match[str]] = []
    if text.startswith("allocations:\n", at):
        rows = ALLOCATION.entries(text, at + 13)
        at = rows[-1].end()
        content.append(f'"allocations":[{",".join([ALLOCATION.json(each) for each in rows])}]')
    end = PAYMENT_END.at(text, at)
    _ensure(end.end() == len(text))
    _ensure(not end["imported"] or IMPORTED.whole(end["imported"]))
    found: list[Plain] = [(PaymentFact, (
        name, customer, received, day, currency, amount, fee, _text(head["method"]), _text(head["payer_name"]), _text(head["reference"]),
        _text(head["external_id"]), seal.hash_of(content), None,
    ))]  # fmt: skip
    names: list[tuple[str, Any, str]] = [("customer", customer, "customer")]
    for nth, each in enumerate(rows):
        invoice, on, ended = _text(each["invoice"]), each["on"], each["ended_on"]
        _ensure(day <= on and (ended is None or on <= ended))
        settled = _minor(each["amount"], places)
        found.append((Settlement, (invoice, "payment", settled, on, received, "payment", name, ended, f"allocations[{nth}].amount")))
        names.append(("invoice", invoice, f"allocations[{nth}].invoice"))
    return found + _references([*names, *_tags(end["tags"])])


_READ: Mapping[str, tuple[str, Callable[[str, int, str], list[Plain]]]] = {
    "invoices": ("invoice", _invoice),
    "payments": ("payment", _payment),
}
"""The kind of document that stands in a folder, and what reads one."""


def _ensure(so: object) -> None:
    """What does not hold may be wrong, and is for the checks to tell."""
    if not so:
        raise OtherFormError


def _at_home(folder: str, name: str | None, day: str, path: str) -> None:
    """The document stands where its name and its day belong, in a file of its own or in a folded one."""
    month = f"{folder}/{day[:4]}/{day[5:7]}"
    _ensure(path in (f"{month}/{name}.yaml", f"{month}.yaml#{name}"))


def _text(said: str | None) -> Any:
    """What a plain or quoted scalar says."""
    return said[1:-1] if said and said[0] == '"' else said


def _minor(amount: str, places: int) -> int:
    """Minor units of an amount with as many decimals as its currency has."""
    whole, _, part = amount.partition(".")
    if len(part) != places:
        raise OtherFormError
    return int(whole + part)


@lru_cache(4096)
def _scaled(figure: str) -> tuple[int, int]:
    """A number as a fraction of whole ones, its denominator a power of ten."""
    whole, _, part = figure.partition(".")
    return int(whole + part), 10 ** len(part)


def _half_up(value: int, by: int) -> int:
    """The quotient of two numbers not below zero, rounded as tax is."""
    return (2 * value + by) // (2 * by)


@lru_cache(4096)
def _is_iban(text: str) -> bool:
    try:
        return parse_iban(text) == text
    except BadValue:
        return False


@lru_cache(4096)
def _party(lines: str) -> str:
    """Who stands on a document, as JSON: the same on many."""
    party = party_lines(lines)
    if party is None:
        raise OtherFormError
    return seal.json_of(party)


def _tags(lines: str | None) -> Iterable[tuple[str, Any, str]]:
    if lines:
        tags = TAG.findall(lines)
        _ensure("".join([f"  - {each}\n" for each in tags]) == lines)
        yield from [("tag", _text(each), f"tags[{at}]") for at, each in enumerate(tags)]


def _classified(lines: str | None) -> Iterable[tuple[str, Any, str]]:
    """What rules made of an invoice: a category, tags, or both."""
    if lines:
        found = CLASSIFICATION.fullmatch(lines)
        if found is None:
            raise OtherFormError
        if category := found["category"]:
            yield "category", _text(category), "classification.category"
        if tags := found["tags"]:
            below = "".join([each[2:] for each in tags.splitlines(keepends=True)])
            yield from [(kind, name, f"classification.{place}") for kind, name, place in _tags(below)]


def _references(found: Iterable[tuple[str, Any, str]]) -> list[Plain]:
    """Each (kind, name) once, at its first place."""
    first: dict[tuple[str, Any], str] = {}
    for kind, name, place in found:
        first.setdefault((kind, name), place)
    return [(Reference, (kind, name, place)) for (kind, name), place in first.items()]

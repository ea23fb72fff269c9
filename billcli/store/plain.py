"""Invoices and payments of the plainest form, from their text straight to what the index keeps of them, with no model in between.

Most files of a large ledger are such. The tables below hold a model's fields in their order, and for each a pattern that admits only text
which the field's own function takes as it stands. So what matches needs no parsing: the text is the value, and stands in the seal's JSON
as it stands in the file. What ``core.checks`` asks of a document is asked here in whole numbers, of plain cases only.

The law: this answers None, or exactly the facts that ``canonical``, ``core.checks`` and ``core.project`` come to, and they find nothing
wrong. Whatever else there may be in a file, each rare field among it, is left to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from billcli.core import seal
from billcli.core.facts import Fact, InstalmentFact, InvoiceFact, PaymentFact, Reference, Settlement
from billcli.core.tax import OUTSIDE
from billcli.model.money import CURRENCIES, digits
from billcli.model.values import BadValue, parse_iban
from billcli.store.canonical import party_lines
from billcli.store.write import scalar

Plain = tuple[type[Fact], tuple[Any, ...]]
"""A fact as its kind and its values in their order, with days as text."""

_MAX = 1 << 20

_NULL = r"(?!(?:null|Null|NULL)\n)"
_SIGNS = r"\w .()+/;@€£\-"
_TEXT = rf'(?:{_NULL}[^\W_][{_SIGNS},]{{0,198}}(?<! )|"(?! )[^"\\\x00-\x1f\x7f]{{1,200}}")'
_LABEL = rf'(?:{_NULL}[^\W_][{_SIGNS}]{{0,62}}(?<! )|"(?! )[^"\\|,\x00-\x1f\x7f]{{1,63}}(?<! )")'
_WINDOWS = r'(?!"?(?i:con|prn|aux|nul|null|com[0-9]|lpt[0-9])["\n])'
_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_ID = rf'{_WINDOWS}(?:{_NAME}|"{_NAME}")'
_NUMBER = rf'{_WINDOWS}(?P<quote>")?(?P<series>[A-Za-z0-9](?:[A-Za-z0-9_-]{{0,46}}[A-Za-z_-])?)(?P<counter>[0-9]{{1,15}})(?(quote)")'
_DAY = r"(?:19|2[0-9])[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_CURRENCY = "[A-Z]{3}"
_IBAN = "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"
_AMOUNT = r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,4})?"
_FIGURE = r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?"
_RATE = r"(?:100|(?:0|[1-9][0-9]?)(?:\.[0-9]{1,6})?)"
_BLOCK = r"(?:  .+\n)+"
"""What stands indented below a field, in lines of its own."""

_BELOW = ""
"""The same where it is read entry by entry."""


class _OtherError(Exception):
    """The document is of another form, or something may be wrong with it."""


class _Form:
    """A model's fields, or some of them, as one pattern: a mapping, or an entry of a list. A name with ``?`` may be missing."""

    def __init__(self, fields: Mapping[str, str], indent: str = "", *, entry: bool = False) -> None:
        begin = "(?:(?<=- )|    )" if entry else indent
        lines, names = [], []
        for field, value in fields.items():
            name = field.rstrip("?")
            names.append(name)
            said = rf"\n(?P<{name}>{value})" if value in (_BLOCK, _BELOW) else rf" (?P<{name}>{value})\n"
            lines.append(f"(?:{begin}{scalar(name)}:{said}){'?' if field != name else ''}")
        self.pattern = re.compile(f"{'  - ' if entry else ''}{''.join(lines)}")
        scalars = sorted(name for name, value in zip(names, fields.values(), strict=True) if value not in (_BLOCK, _BELOW))
        keys = [(name, f'"{name}":', self.pattern.groupindex[name]) for name in scalars]
        self.all = [(head, group) for _, head, group in keys]
        self.content = [(head, group) for name, head, group in keys if name not in seal.CONTENT]
        self.apart = [(head, group) for name, head, group in keys if name in seal.CONTENT and name not in seal.UNSEALED]

    def at(self, text: str, at: int) -> re.Match[str]:
        found = self.pattern.match(text, at)
        if found is None:
            raise _OtherError
        return found

    def whole(self, text: str) -> re.Match[str]:
        found = self.pattern.fullmatch(text)
        if found is None:
            raise _OtherError
        return found

    def entries(self, text: str, at: int) -> list[re.Match[str]]:
        """The entries of a list that begins there: one at least."""
        found = []
        while each := self.pattern.match(text, at):
            found.append(each)
            at = each.end()
        if not found:
            raise _OtherError
        return found

    def json(self, found: re.Match[str]) -> str:
        return f"{{{','.join(_pairs(found, self.all))}}}"


def _pairs(found: re.Match[str], keys: Sequence[tuple[str, int]]) -> list[str]:
    """``"name":"value"`` of each field that is given; a quoted text is JSON as it stands."""
    return [f"{head}{value}" if value[0] == '"' else f'{head}"{value}"' for head, group in keys if (value := found[group])]


_INVOICE = _Form({
    "number": _NUMBER, "type": "sales|service", "customer": _ID, "issued_on": _DAY, "currency": _CURRENCY, "terms?": _TEXT,
    "reference?": _TEXT, "buyer_reference?": _TEXT, "contact?": _TEXT, "delivered_on?": _DAY, "service_period?": _BLOCK, "remark?": _TEXT,
    "prices?": "net", "rounding?": "document", "issued_by": _BLOCK, "issued_to": _BLOCK, "lines": _BELOW,
})  # fmt: skip
_PERIOD = _Form({"begins_on": _DAY, "ends_on": _DAY}, "  ")
_LINE = _Form({
    "item?": _LABEL, "description": _TEXT, "category?": _LABEL, "quantity": _FIGURE, "unit?": _TEXT, "unit_price": _FIGURE, "tax?": _LABEL,
}, entry=True)  # fmt: skip
_TAX = _Form({
    "code": _LABEL, "category": "S|Z|E|AE|K|G|O", "rate": _RATE, "base": _AMOUNT, "amount": _AMOUNT, "exempt_reason?": _TEXT,
}, entry=True)  # fmt: skip
_INSTALMENT = _Form({"due_on": _DAY, "amount": _AMOUNT}, entry=True)
_END = _Form({
    "discount?": _BLOCK, "totals": _BLOCK, "external_id?": _TEXT, "notes?": _TEXT, "tags?": _BLOCK, "imported?": _BLOCK,
    "seal?": "v1:[0-9a-f]{64}",
})  # fmt: skip
_DISCOUNT = _Form({"until": _DAY, "percent": _RATE}, "  ")
_TOTALS = _Form({"net": _AMOUNT, "tax": _AMOUNT, "gross": _AMOUNT}, "  ")
_IMPORTED = _Form({"source": _TEXT, "external_id": _TEXT}, "  ")
_TAG = re.compile(rf"  - ({_LABEL})\n")

_PAYMENT = _Form({
    "id": _ID, "customer": _ID, "received_on": _DAY, "on": _DAY, "amount": _AMOUNT, "currency": _CURRENCY, "fee?": _AMOUNT,
    "method?": _TEXT, "payer_name?": _TEXT, "payer_iban?": _IBAN, "reference?": _TEXT, "external_id?": _TEXT,
    "policy?": "manual|by reference|oldest due|pro rata",
})  # fmt: skip
_ALLOCATION = _Form({
    "invoice": _ID, "kind?": "payment", "amount": _AMOUNT, "on": _DAY, "ended_on?": _DAY, "reason?": _TEXT, "external_id?": _TEXT,
}, entry=True)  # fmt: skip
_PAYMENT_END = _Form({"notes?": _TEXT, "tags?": _BLOCK, "imported?": _BLOCK})


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
    except (UnicodeDecodeError, _OtherError):
        pass
    return None


def _invoice(text: str, at: int, path: str) -> list[Plain]:
    head = _INVOICE.at(text, at)
    number, customer, day, currency = _text(head["number"]), _text(head["customer"]), head["issued_on"], head["currency"]
    _at_home("invoices", number, day, path)
    _hold(currency in CURRENCIES)
    places = digits(currency)
    lines = _LINE.entries(text, head.end())
    at = lines[-1].end()
    taxes = []
    if text.startswith("taxes:\n", at):
        taxes = _TAX.entries(text, at + 7)
        at = taxes[-1].end()
    _hold(text.startswith("instalments:\n", at))
    parts = _INSTALMENT.entries(text, at + 13)
    end = _END.at(text, parts[-1].end())
    _hold(end.end() == len(text))

    totals = _TOTALS.whole(end["totals"])
    net, tax, gross = (_minor(totals[name], places) for name in ("net", "tax", "gross"))
    _hold((net, tax) == _sums(lines, taxes, places) and gross == net + tax)
    due = [each["due_on"] for each in parts]
    amounts = [_minor(each["amount"], places) for each in parts]
    _hold(sum(amounts) == gross and due == sorted(due) and due[0] >= day)

    content = [
        *_pairs(head, _INVOICE.content), f'"totals":{_TOTALS.json(totals)}', f'"lines":[{",".join([_LINE.json(each) for each in lines])}]',
        f'"issued_by":{_party(head["issued_by"])}', f'"issued_to":{_party(head["issued_to"])}',
    ]  # fmt: skip
    if taxes:
        content.append(f'"taxes":[{",".join([_TAX.json(each) for each in taxes])}]')
    if head["service_period"]:
        period = _PERIOD.whole(head["service_period"])
        _hold(period["begins_on"] <= period["ends_on"])
        content.append(f'"service_period":{_PERIOD.json(period)}')
    apart = _pairs(head, _INVOICE.apart) + _pairs(end, _END.apart)
    apart.append(f'"instalments":[{",".join([_INSTALMENT.json(each) for each in parts])}]')
    until = percent = None
    if end["discount"]:
        discount = _DISCOUNT.whole(end["discount"])
        until, percent = discount["until"], discount["percent"]
        apart.append(f'"discount":{_DISCOUNT.json(discount)}')
    imported = _IMPORTED.whole(end["imported"]) if end["imported"] else None
    if imported:
        apart.append(f'"imported":{_IMPORTED.json(imported)}')

    found: list[Plain] = [(InvoiceFact, (
        number, customer, head["type"], day, due[0], len(parts), currency, net, tax, gross, _text(head["terms"]), _text(head["reference"]),
        until, percent, head["series"], int(head["counter"]), int(imported is not None),
        _text(imported["external_id"] if imported else end["external_id"]), seal.hash_of(content), seal.hash_of(content + apart),
        _text(end["seal"]), None, len(lines),
    ))]  # fmt: skip
    if len(parts) > 1:
        found += [(InstalmentFact, (number, each, amount)) for each, amount in zip(due, amounts, strict=True)]
    categories = [("category", _text(name), f"lines[{at}].category") for at, each in enumerate(lines) if (name := each["category"])]
    return found + _references([("customer", customer, "customer"), *categories, *_tags(end["tags"])])


def _sums(lines: list[re.Match[str]], taxes: list[re.Match[str]], places: int) -> tuple[int, int]:
    """Net and tax by the lines, where each tax group is what its lines come to (``figures.adds_up``)."""
    sums: dict[str, int] = {}
    for line in lines:
        (quantity, fine), (price, finer) = _scaled(line["quantity"]), _scaled(line["unit_price"])
        code = _text(line["tax"]) or OUTSIDE.code
        sums[code] = sums.get(code, 0) + _half_up(quantity * price * 10**places, fine * finer)
    net, tax = sums.pop(OUTSIDE.code, 0), 0
    for group in taxes:
        base, amount = _minor(group["base"], places), _minor(group["amount"], places)
        rate, fine = _scaled(group["rate"])
        _hold(sums.pop(_text(group["code"]), None) == base and amount == _half_up(base * rate, 100 * fine))
        _hold(group["category"] == "S" or rate == 0)
        net, tax = net + base, tax + amount
    _hold(not sums)
    return net, tax


def _payment(text: str, at: int, path: str) -> list[Plain]:
    head = _PAYMENT.at(text, at)
    name, customer, received, day, currency = _text(head["id"]), _text(head["customer"]), head["received_on"], head["on"], head["currency"]
    _at_home("payments", name, day, path)
    _hold(currency in CURRENCIES and received <= day)
    places = digits(currency)
    amount, fee = _minor(head["amount"], places), _minor(head["fee"], places) if head["fee"] else 0
    _hold(amount > 0 and (head["payer_iban"] is None or _is_iban(head["payer_iban"])))
    content = _pairs(head, _PAYMENT.content)
    at = head.end()
    rows: list[re.Match[str]] = []
    if text.startswith("allocations:\n", at):
        rows = _ALLOCATION.entries(text, at + 13)
        at = rows[-1].end()
        content.append(f'"allocations":[{",".join([_ALLOCATION.json(each) for each in rows])}]')
    end = _PAYMENT_END.at(text, at)
    _hold(end.end() == len(text))
    _hold(not end["imported"] or _IMPORTED.whole(end["imported"]))
    found: list[Plain] = [(PaymentFact, (
        name, customer, received, day, currency, amount, fee, _text(head["method"]), _text(head["payer_name"]), _text(head["reference"]),
        _text(head["external_id"]), seal.hash_of(content), None,
    ))]  # fmt: skip
    names: list[tuple[str, Any, str]] = [("customer", customer, "customer")]
    for nth, each in enumerate(rows):
        invoice, on, ended = _text(each["invoice"]), each["on"], each["ended_on"]
        _hold(day <= on and (ended is None or on <= ended))
        settled = _minor(each["amount"], places)
        found.append((Settlement, (invoice, "payment", settled, on, received, "payment", name, ended, f"allocations[{nth}].amount")))
        names.append(("invoice", invoice, f"allocations[{nth}].invoice"))
    return found + _references([*names, *_tags(end["tags"])])


_READ: Mapping[str, tuple[str, Callable[[str, int, str], list[Plain]]]] = {
    "invoices": ("invoice", _invoice),
    "payments": ("payment", _payment),
}
"""The kind of document that stands in a folder, and what reads one."""


def _hold(so: object) -> None:
    """What does not hold may be wrong, and is for the checks to tell."""
    if not so:
        raise _OtherError


def _at_home(folder: str, name: str | None, day: str, path: str) -> None:
    """The document stands where its name and its day belong, in a file of its own or in a folded one."""
    month = f"{folder}/{day[:4]}/{day[5:7]}"
    _hold(path in (f"{month}/{name}.yaml", f"{month}.yaml#{name}"))


def _text(said: str | None) -> Any:
    """What a plain or quoted scalar says."""
    return said[1:-1] if said and said[0] == '"' else said


def _minor(amount: str, places: int) -> int:
    """Minor units of an amount with as many decimals as its currency has."""
    whole, _, part = amount.partition(".")
    if len(part) != places:
        raise _OtherError
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
        raise _OtherError
    return seal.json_of(party)


def _tags(lines: str | None) -> Iterable[tuple[str, Any, str]]:
    if lines:
        tags = _TAG.findall(lines)
        _hold("".join([f"  - {each}\n" for each in tags]) == lines)
        yield from [("tag", _text(each), f"tags[{at}]") for at, each in enumerate(tags)]


def _references(found: Iterable[tuple[str, Any, str]]) -> list[Plain]:
    """Each (kind, name) once, at its first place."""
    first: dict[tuple[str, Any], str] = {}
    for kind, name, place in found:
        first.setdefault((kind, name), place)
    return [(Reference, (kind, name, place)) for (kind, name), place in first.items()]

"""The plainest form of invoices and payments: their fields in order, each with a pattern of the texts that need no parsing.

A pattern admits only text which the field's own function takes as it stands. So what matches is the value, and stands in the seal's JSON
as it stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from billcli.core import seal
from billcli.store.write import scalar

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


class OtherFormError(Exception):
    """The document is of another form, or something may be wrong with it."""


class Form:
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
            raise OtherFormError
        return found

    def whole(self, text: str) -> re.Match[str]:
        found = self.pattern.fullmatch(text)
        if found is None:
            raise OtherFormError
        return found

    def entries(self, text: str, at: int) -> list[re.Match[str]]:
        """The entries of a list that begins there: one at least."""
        found = []
        while each := self.pattern.match(text, at):
            found.append(each)
            at = each.end()
        if not found:
            raise OtherFormError
        return found

    def json(self, found: re.Match[str]) -> str:
        return f"{{{','.join(pairs(found, self.all))}}}"


def pairs(found: re.Match[str], keys: Sequence[tuple[str, int]]) -> list[str]:
    """``"name":"value"`` of each field that is given; a quoted text is JSON as it stands."""
    return [f"{head}{value}" if value[0] == '"' else f'{head}"{value}"' for head, group in keys if (value := found[group])]


INVOICE = Form({
    "number": _NUMBER, "type": "sales|service", "customer": _ID, "issued_on": _DAY, "currency": _CURRENCY, "terms?": _TEXT,
    "reference?": _TEXT, "buyer_reference?": _TEXT, "contact?": _TEXT, "delivered_on?": _DAY, "service_period?": _BLOCK, "remark?": _TEXT,
    "prices?": "net", "rounding?": "document", "issued_by": _BLOCK, "issued_to": _BLOCK, "lines": _BELOW,
})  # fmt: skip
PERIOD = Form({"begins_on": _DAY, "ends_on": _DAY}, "  ")
LINE = Form({
    "item?": _LABEL, "description": _TEXT, "category?": _LABEL, "quantity": _FIGURE, "unit?": _TEXT, "unit_price": _FIGURE, "tax?": _LABEL,
}, entry=True)  # fmt: skip
TAX = Form({
    "code": _LABEL, "category": "S|Z|E|AE|K|G|O", "rate": _RATE, "base": _AMOUNT, "amount": _AMOUNT, "exempt_reason?": _TEXT,
}, entry=True)  # fmt: skip
INSTALMENT = Form({"due_on": _DAY, "amount": _AMOUNT}, entry=True)
INVOICE_END = Form({
    "discount?": _BLOCK, "totals": _BLOCK, "external_id?": _TEXT, "notes?": _TEXT, "tags?": _BLOCK, "classification?": _BLOCK,
    "imported?": _BLOCK, "seal?": "v1:[0-9a-f]{64}",
})  # fmt: skip
DISCOUNT = Form({"until": _DAY, "percent": _RATE}, "  ")
TOTALS = Form({"net": _AMOUNT, "tax": _AMOUNT, "gross": _AMOUNT}, "  ")
CLASSIFICATION = re.compile(rf"(?:  category: (?P<category>{_LABEL})\n)?(?:  tags:\n(?P<tags>(?:    - .+\n)+))?")
IMPORTED = Form({"source": _TEXT, "external_id": _TEXT}, "  ")
TAG = re.compile(rf"  - ({_LABEL})\n")

PAYMENT = Form({
    "id": _ID, "customer": _ID, "received_on": _DAY, "on": _DAY, "amount": _AMOUNT, "currency": _CURRENCY, "fee?": _AMOUNT,
    "method?": _TEXT, "payer_name?": _TEXT, "payer_iban?": _IBAN, "reference?": _TEXT, "external_id?": _TEXT,
    "policy?": "manual|by reference|oldest due|pro rata",
})  # fmt: skip
ALLOCATION = Form({
    "invoice": _ID, "kind?": "payment", "amount": _AMOUNT, "on": _DAY, "ended_on?": _DAY, "reason?": _TEXT, "external_id?": _TEXT,
}, entry=True)  # fmt: skip
PAYMENT_END = Form({"notes?": _TEXT, "tags?": _BLOCK, "imported?": _BLOCK})

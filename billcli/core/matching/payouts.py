"""What a payment provider paid out at once, line by line from its report.

A report gives every row's own net, or the payout's whole net on each of its rows; both are told by gross less fee.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Candidate, Decision, PayoutItem
from billcli.core.matching.state import State
from billcli.core.matching.text import clean, flat
from billcli.core.report import counted
from billcli.model.money import Money

_BEFORE, _AFTER = 3, 21
"""How many days a line may stand before and after the report's date."""
_PROVIDER = re.compile(
    r"STRIPE|PAYPAL|ADYEN|MOLLIE|SUM ?UP|SQUARE|KLARNA|GO ?CARDLESS|WORLD ?PAY|WORLDLINE|BRAINTREE|ALIPAY|WECHAT|TENPAY|ZETTLE|SHOPIFY|"
    r"AMAZON|CHECKOUT|UNZER|CONCARDIS|NEXI|VIVA WALLET|RAZOR|SAFERPAY|DATATRANS|TWINT|VIPPS|SWISH|BILLPAY|PAY ?OUT|AUSZAHLUNG|SETTLEMENT|"
    r"DISBURSE|ACQUIR|VERSEMENT|支付宝|微信|财付通"
)
_PAYS = re.compile(r"(?<![A-Z])PAY|PAY(?![A-Z])|\bCARDS?\b|MERCHANT")


class Payouts:
    """The payouts of a report, each with its items."""

    def __init__(self, items: Sequence[PayoutItem]) -> None:
        self.items: dict[str, list[PayoutItem]] = defaultdict(list)
        for item in sorted(items):
            self.items[item.payout].append(item)
        self.used: set[str] = set()
        self.by_net: dict[int, list[str]] = defaultdict(list)
        self.by_name: dict[str, str] = {}
        self.nets: dict[str, int] = {}
        for payout, all_ in self.items.items():
            nets = [_net(item) for item in all_]
            totals = {item.net for item in all_}
            self.nets[payout] = sum(nets)
            for total in {sum(nets)} | (totals if len(totals) == 1 and len(all_) > 1 else set()):
                self.by_net[total].append(payout)
            self.by_name[flat(payout)] = payout
            self.items[payout] = [item._replace(net=net, fee=item.gross - net) for item, net in zip(all_, nets, strict=True)]

    def decide(self, line: BankLine, state: State, refused: frozenset[str], customer: bool) -> Decision | None:
        """A booking where the report explains the line to the cent; None where it says nothing of it.

        The amount alone books nothing: the payout's reference or a provider's name must stand in the line. Where ``customer`` says that
        the payer is a customer or the text names a document, a line without these is none of the report's.
        """
        if not self.items or line.amount <= 0:
            return None
        named = self._named(line)
        fits = [payout for payout in self.by_net.get(line.amount, ()) if self._may(payout, line, near=payout != named)]
        if named:
            if named not in fits:
                net = Money(self.nets[named], line.currency)
                return Decision(line, "open", 0.0, (f"payout {named} stands in the text, but comes to {net} in the report",))
            fits = [named]
        provider = bool(_PROVIDER.search(clean(f"{line.text} {line.payer}")) or _PAYS.search(clean(line.payer)))
        if not fits or (customer and not named):
            return None
        if len(fits) > 1:
            return Decision(
                line, "open", 0.0, (f"payouts {', '.join(fits[:3])} of the report all come to {Money(line.amount, line.currency)}",)
            )
        if any(item.document in refused for item in self.items[fits[0]]):
            return None
        return self._items(fits[0], line, state, bool(named), provider)

    def _named(self, line: BankLine) -> str:
        """The payout whose reference stands in the line, also with a line end or its separators as blanks within it."""
        for text in (line.text, *line.references, line.end_to_end):
            words = [flat(word) for piece in (text, text.replace("\n", "")) for word in re.split(r"[\s,;:]+", piece)]
            for at in range(len(words)):
                for size in (1, 2, 3):
                    found = self.by_name.get("".join(words[at : at + size]), "")
                    if found and len(flat(found)) >= 4 and found not in self.used:
                        return found
        return ""

    def _may(self, payout: str, line: BankLine, near: bool) -> bool:
        items = self.items[payout]
        days = (line.booked_on - max(item.date for item in items)).days
        in_time = not near or -_BEFORE <= days <= _AFTER
        return payout not in self.used and in_time and all(not item.currency or item.currency == line.currency for item in items)

    def _items(self, payout: str, line: BankLine, state: State, named: bool, provider: bool) -> Decision:
        wrong: list[str] = []
        if not named and not provider:
            wrong.append("neither the payout's reference nor a provider's name stands in the line")
        if self.nets[payout] != line.amount:
            wrong.append(f"its rows come to {Money(self.nets[payout], line.currency)}")
        parts: dict[str, Allocation] = {}
        customers: set[str] = set()
        for item in self.items[payout]:
            document = item.document
            held = state.open.get(document)
            if held is None or held.currency != line.currency:
                wrong.append(f"{document} is not open" if document else f"{Money(item.net, line.currency)} of the report name no invoice")
                continue
            sign = 1 if held.kind == "invoice" else -1
            before = parts.get(document, Allocation(document, 0))
            part = before._replace(amount=before.amount + item.net, fee=before.fee + item.fee)
            if item.gross * sign <= 0 or (part.amount + part.fee) * sign > held.open:
                wrong.append(f"{document} has {Money(held.open, held.currency)} open, the report says {Money(item.gross, line.currency)}")
                continue
            parts[document] = part
            customers.add(held.customer)
        count = len(self.items[payout])
        came = Money(line.amount, line.currency)
        because = [f"payout {payout} of the report comes to exactly {came} from {counted(count, 'payment')}"]
        because += [f"payout {payout} stands in the text"] if named else []
        customer = customers.pop() if len(customers) == 1 else ""
        whole = tuple(parts.values())
        if wrong:
            against = tuple(f"against it: {each}" for each in wrong)
            told = (*because, *against)
            options = (Candidate(customer, whole, 0.5, told),) if sum(each.amount for each in whole) == line.amount else ()
            return Decision(line, "suggest", 0.5, told, customer, (), options)
        self.used.add(payout)
        return Decision(line, "book", 0.99, tuple(because), customer, whole)


def _net(item: PayoutItem) -> int:
    """Gross less fee, whichever sign the report gives a fee."""
    return item.gross - item.fee if item.fee >= 0 or item.gross - item.fee == item.net else item.gross + item.fee

"""What a payment provider paid out at once, line by line from its report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Candidate, Decision, PayoutItem
from billcli.core.matching.state import State
from billcli.core.matching.text import flat
from billcli.core.report import counted
from billcli.model.money import Money

_DAYS = 10


class Payouts:
    """The payouts of a report, each with its items."""

    def __init__(self, items: Sequence[PayoutItem]) -> None:
        self.items: dict[str, list[PayoutItem]] = defaultdict(list)
        for item in sorted(items):
            self.items[item.payout].append(item)
        self.used: set[str] = set()
        self.by_net: dict[int, list[str]] = defaultdict(list)
        self.by_name: dict[str, str] = {}
        for payout, all_ in self.items.items():
            self.by_net[sum(item.net for item in all_)].append(payout)
            self.by_name[flat(payout)] = payout

    def decide(self, line: BankLine, state: State, refused: frozenset[str]) -> Decision | None:
        """A booking where the report explains the line to the cent; None where it says nothing of it."""
        if not self.items or line.amount <= 0:
            return None
        named = self._named(line)
        fits = [payout for payout in self.by_net.get(line.amount, ()) if self._may(payout, line)]
        if named:
            if named not in fits:
                net = Money(sum(item.net for item in self.items[named]), line.currency)
                return Decision(line, "open", 0.0, (f"payout {named} stands in the text, but comes to {net} in the report",))
            fits = [named]
        if not fits:
            return None
        if len(fits) > 1:
            return Decision(
                line, "open", 0.0, (f"payouts {', '.join(fits[:3])} of the report all come to {Money(line.amount, line.currency)}",)
            )
        if any(item.document in refused for item in self.items[fits[0]]):
            return None
        return self._items(fits[0], line, state, bool(named))

    def _named(self, line: BankLine) -> str:
        said = [flat(word) for text in (line.text, *line.references, line.end_to_end) for word in text.split()]
        return next(
            (self.by_name[word] for word in said if len(word) >= 4 and word in self.by_name and self.by_name[word] not in self.used), ""
        )

    def _may(self, payout: str, line: BankLine) -> bool:
        items = self.items[payout]
        near = any(abs((line.booked_on - item.date).days) <= _DAYS for item in items)
        return payout not in self.used and near and all(not item.currency or item.currency == line.currency for item in items)

    def _items(self, payout: str, line: BankLine, state: State, named: bool) -> Decision:
        wrong: list[str] = []
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
            if item.net + item.fee != item.gross or item.gross * sign <= 0 or (part.amount + part.fee) * sign > held.open:
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
            options = (Candidate(customer, whole, 0.5, told),) if whole else ()
            return Decision(line, "suggest", 0.5, told, customer, (), options)
        self.used.add(payout)
        return Decision(line, "book", 0.99, tuple(because), customer, whole)

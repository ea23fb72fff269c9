"""What speaks against settling documents with a line: what else it names, who else paid, what a person has said no to."""

from __future__ import annotations

from collections.abc import Sequence

from billcli.core.matching import amounts
from billcli.core.matching.facts import Item
from billcli.core.matching.named import Seen, named
from billcli.core.matching.numbers import EXACT, NEAR, WEAK, Numbers
from billcli.core.matching.payers import LIKELY, Payer, Payers
from billcli.core.matching.references import Mention, mistyped
from billcli.core.matching.state import State


class Doubts:
    """Weighs one line."""

    def __init__(self, seen: Seen, state: State, payers: Payers, numbers: Numbers) -> None:
        self.seen = seen
        self.line = seen.line
        self.money = seen.money
        self.state = state
        self.payers = payers
        self.numbers = numbers
        self.barred = seen.refused
        self.named = named(seen, state, payers)

    def _slip(self, mention: Mention, items: Sequence[Item]) -> bool:
        """Whether a settled document's number is this one's but for a character, and the amount is not the settled one's."""
        shape = self.numbers.shapes.get(items[0].document) if len(items) == 1 else None
        held = [self.state.settled.get(document) for document in mention.documents]
        if shape is None or any(each is None or each.gross == self.money.amount for each in held):
            return False
        paid = (money for document in mention.documents for money in self.state.paid.get(document, ()))
        return not any(money.amount == self.money.amount for money in paid) and bool(mistyped(self.seen.reading, shape))

    def _left_out(self, items: Sequence[Item], documents: frozenset[str], kind: str, reference: int) -> tuple[str, ...]:
        """What the text may name besides, which money that is not exactly that of the documents leaves out."""
        sure = kind in amounts.SURE_FITS
        customers = {item.customer for item in items}
        against: list[str] = []
        for mention in self.seen.reading.mentions:
            if mention.strength <= WEAK or (documents.intersection(mention.documents) and not mention.together):
                continue
            own = [each for each in mention.documents if each not in documents and self._customer(each) in customers]
            others = own if sure or mention.together else [each for each in mention.documents if each not in documents]
            if others and (mention.loose or (mention.together and not sure)):
                against.append(f"{others[0]} may stand in the text too")
        strength = self.named.strength
        more = sorted(item.document for item in items if item.kind == "invoice" and item.document not in strength)
        if more and len(documents.intersection(strength)) > 1:
            against.append(f"the text names several documents, and {', '.join(more[:3])} is none of them")
        if sure or not reference:
            return tuple(against)
        if kind in ("over", "far over") and len(documents) > 1:
            against.append(f"the text names {len(documents)} documents, and more came in than they come to")
        against += [f'"{stranger}" stands in the text too' for stranger in self.seen.reading.strangers[:2]]
        against += [f"{document} may stand in the text too" for document in self._by_end(items, documents)[:2]]
        return tuple(against)

    def _by_end(self, items: Sequence[Item], documents: frozenset[str]) -> list[str]:
        """Other documents of these customers whose running number alone stands in the text."""
        shapes = self.numbers.shapes
        own = {part.lstrip("0") for document in documents if document in shapes for part in shapes[document].digits}
        runs = self.seen.reading.runs - own
        found = []
        for customer in sorted({item.customer for item in items}) if runs else ():
            for item in self.state.of(customer, self.line.currency, self.line.booked_on):
                if item.document not in documents and item.document in shapes and shapes[item.document].last.lstrip("0") in runs:
                    found.append(item.document)
        return found

    def _customer(self, document: str) -> str:
        held = self.state.open.get(document) or self.state.settled.get(document)
        return held.customer if held else ""

    def _against(
        self, items: Sequence[Item], documents: frozenset[str], payer: Payer | None, reference: int, typo: bool
    ) -> tuple[tuple[str, ...], float]:
        """What speaks against settling these documents, and what merely makes it doubtful."""
        against: list[str] = []
        doubts = 0.0
        uncovered = [
            document
            for document, mention in self.named.strength.items()
            if document not in documents and not mention.loose and (mention.together or not documents.intersection(mention.documents))
        ]
        for document in uncovered[:3]:
            against.append(f"{document} stands in the text too" if reference else f"the text names {document}")
        for mention in self.named.settled:
            slip = not reference and payer is not None and payer.weight >= LIKELY and self._slip(mention, items)
            if not mention.loose and not slip:
                against.append(f'"{mention.wrote}" in the text is {mention.documents[0]}, which is not open')
        for document in self.named.foreign:
            against.append(f"the text names {document}, which is in {self.state.open[document].currency}")
        for document in self.named.later:
            against.append(f"the text names {document}, which was issued only on {self.state.open[document].issued_on}")
        if self.barred and reference < NEAR:
            against.append(
                f"a person has said no to {', '.join(sorted(self.barred)[:3])} for this line, so that more than the amount is asked for"
            )
        top = next(iter(self.seen.payers.values()), None)
        shared = top is not None and top.common and self.payers.shares(self.line, items[0].customer)
        unlike = top and not shared and top.weight >= LIKELY and (payer is None or payer.weight < LIKELY)
        if top and unlike and not self.payers.related(top.customer, items[0].customer) and not (top.memory and reference >= EXACT):
            against.append(f"the payer is {self.payers.called(top.customer)}, not {self.payers.called(items[0].customer)}")
        if self.seen.reading.strangers and not typo and reference < NEAR:
            doubts += 3.0
        if payer and payer.strange and reference < EXACT:
            doubts += 3.0
        if self.line.original and self.line.original[1] != self.line.currency and not reference:
            doubts += 1.5
        return tuple(against), doubts

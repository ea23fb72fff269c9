"""Decides on bank lines: a number in the text and the exact amount."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from billcli.core.bank import BankLine
from billcli.core.matching.facts import Allocation, Books, Candidate, Decision, Item


def decide(lines: Sequence[BankLine], books: Books) -> list[Decision]:
    """One decision for each line, in their order."""
    taken: set[str] = set()
    invoices = [each for each in books.items if each.kind == "invoice"]
    by_number = {each.document: each for each in invoices}
    by_amount: dict[tuple[str, int], list[Item]] = {}
    for each in invoices:
        by_amount.setdefault((each.currency, each.open), []).append(each)
    return [_decided(each, books, taken, by_number, by_amount) for each in lines]


def _decided(
    line: BankLine, books: Books, taken: set[str], by_number: Mapping[str, Item], by_amount: Mapping[tuple[str, int], Sequence[Item]]
) -> Decision:
    if line.id in books.seen:
        return Decision(line, "seen", 1.0, (books.seen[line.id],))
    for rule in books.rules:
        if rule.ignore and rule.text and re.search(rule.text, line.text, re.IGNORECASE):
            return Decision(line, "ignore", 1.0, (f"{rule.name} ({rule.where}): {rule.ignore}",))
    if line.amount < 0:
        for payment in books.payments:
            if line.kind in ("return", "chargeback") and payment.amount == -line.amount and payment.reference in line.text:
                return Decision(line, "return", 0.99, (f"returns {payment.id}",), payment.customer, payment=payment.id)
        for refund in books.refunds:
            if refund.amount == -line.amount and not refund.line and any(each in line.text for each in refund.documents):
                return Decision(line, "refund", 0.99, (f"pays {refund.id} back",), refund.customer, payment=refund.id)
        return Decision(line, "open", 0.0, ("money that went out",))
    words = dict.fromkeys(re.findall(r"[A-Za-z0-9-]+", line.text))
    found = [by_number[word] for word in words if word in by_number and by_number[word].currency == line.currency]
    found = [each for each in found if each.document not in taken and (line.id, each.document) not in books.refused]
    if len(found) == 1 and found[0].open == line.amount:
        taken.add(found[0].document)
        allocations = (Allocation(found[0].document, line.amount),)
        return Decision(line, "book", 0.99, ("number in the text", "exact amount"), found[0].customer, allocations)
    same = by_amount.get((line.currency, line.amount), ())
    same = [each for each in same if (line.id, each.document) not in books.refused and each.document not in taken]
    candidates = tuple(Candidate(each.customer, (Allocation(each.document, line.amount),), 0.5, ("exact amount",)) for each in same[:3])
    if candidates:
        return Decision(line, "suggest", 0.5, ("exact amount alone",), candidates=candidates)
    return Decision(line, "open", 0.0, ("nothing fits",))

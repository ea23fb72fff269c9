"""The ledger's rules on bank lines, as they meet a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from billcli.core.bank import BankLine
from billcli.core.matching import names
from billcli.core.matching.facts import Rule
from billcli.core.matching.payers import account
from billcli.model.linear import compiled


class Rules:
    """The ledger's rules on bank lines; the first that fits wins."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = [(rule, compiled(rule.text) if rule.text else None) for rule in rules]

    def first(self, line: BankLine) -> Rule | None:
        return next((rule for rule, text in self.rules if self._fits(rule, text, line)), None)

    def _fits(self, rule: Rule, text: re.Pattern[str] | None, line: BankLine) -> bool:
        size = abs(line.amount)
        if text and not (text.search(line.text) or text.search(line.text.replace("\n", " ")) or text.search(line.text.replace("\n", ""))):
            return False
        if rule.payer and names.name(rule.payer).flat not in names.name(line.payer).flat:
            return False
        if rule.iban and account(rule.iban) != account(line.iban):
            return False
        if rule.currency and rule.currency != line.currency:
            return False
        if (rule.least is not None and size < rule.least) or (rule.most is not None and size > rule.most):
            return False
        return not rule.direction or (rule.direction == "in") == (line.amount > 0)

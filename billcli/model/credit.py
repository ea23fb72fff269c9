"""``credit:`` in ``ledger.yaml``: how customers are scored, what a grade is given, and what a credit limit does."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from billcli.model.types import Amount, Entity, Flag, Label, Percent, Price, TermsText, Whole, one_of

GradeName = Annotated[str, one_of("A", "B", "C", "D", "E")]


class Weights(Entity):
    """What each part of the score counts, in percent; together 100."""

    on_time: Percent = Decimal(50)
    days_late: Percent = Decimal(35)
    disputes: Percent = Decimal(15)
    part_payments: Percent = Decimal(0)


class Grade(Entity):
    """A grade: scores from ``at_least`` on, and what its customers get.

    Their credit limit is ``limit_months`` times what they were invoiced in an average month of the last twelve, no less than
    ``limit_least`` and no more than ``limit_most``, in the customer's currency. ``discount`` is percent off for cash within
    ``discount_days`` of the issue, ``deposit`` the percent that is due at once; ``dunning`` names a policy of reminders, or is ``never``.
    """

    grade: GradeName
    at_least: Percent
    terms: TermsText | None = None
    limit_months: Price | None = None
    limit_least: Amount | None = None
    limit_most: Amount | None = None
    discount: Percent | None = None
    deposit: Percent | None = None
    dunning: Label | None = None
    discount_days: Whole = 10


class Credit(Entity):
    """Half of an invoice's weight is gone after ``half_life`` days; ``shrinkage`` is how many invoices of the usual kind are added to
    each customer's own.

    With ``apply`` the terms (with discount and deposit), the limit and the reminders of the grade hold where neither the customer, nor a
    group of it, nor the document says anything else; without, they are advice. ``limit`` is what is done where an invoice goes beyond a
    credit limit, or more than ``overdue_limit`` (ledger's currency) is overdue by more than ``overdue_days``.
    """

    weights: Weights = Weights()
    half_life: Whole = 180
    shrinkage: Price = Decimal(2)
    grades: tuple[Grade, ...] = ()
    apply: Flag = False
    limit: Annotated[str, one_of("block", "warn", "off")] = "warn"
    overdue_limit: Amount | None = None
    overdue_days: Whole = 0

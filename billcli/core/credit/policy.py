"""What follows from a grade: terms with its discount and its deposit, and what is advice only."""

from __future__ import annotations

from decimal import Decimal

from billcli.core.credit.rules import GradeRule
from billcli.model.terms import Terms, parse_terms
from billcli.model.values import BadValue


def terms_of(grade: GradeRule, company: str) -> str | None:
    """The terms that the grade gives: its own, else the company's, with its deposit due at once and its discount in front.

    What the terms say themselves stays: there is one discount, and terms in parts take no further one. None where the grade says nothing.
    """
    if grade.terms is None and not _some(grade.discount) and not _some(grade.deposit):
        return None
    text = grade.terms or company
    if _some(grade.deposit):
        text = _understood(_with_deposit(text, grade.deposit or ""), text)
    if _some(grade.discount) and parse_terms(text).discount is None:
        text = _understood(f"{grade.discount}% {grade.discount_days}, {text}", text)
    return text


def deposit_missing(grade: GradeRule, terms: str) -> str | None:
    """The deposit in percent where these terms have less due on the day of issue; None where nothing is missing."""
    if grade.deposit is None or not _some(grade.deposit):
        return None
    return grade.deposit if _due_at_once(parse_terms(terms)) < Decimal(grade.deposit) else None


def _some(percent: str | None) -> bool:
    return percent is not None and Decimal(percent) > 0


def _with_deposit(text: str, deposit: str) -> str:
    """``net 30`` becomes ``50% now, rest net 30``; what is due at once or in parts stays."""
    terms = parse_terms(text)
    if len(terms.parts) > 1 or _due_at_once(terms):
        return text
    clauses = [each.strip() for each in text.split(",")]
    last = len(clauses) - 1 if terms.shift else len(clauses)
    first = 1 if terms.discount else 0
    whole = Decimal(deposit) >= 100
    return ", ".join([*clauses[:first], *(["now"] if whole else [f"{deposit}% now", f"rest {clauses[first]}"]), *clauses[last:]])


def _due_at_once(terms: Terms) -> Decimal:
    """Percent due on the day of issue."""
    from billcli.model.terms import Net

    share = sum((each.share for each in terms.parts if each.due == Net(0)), start=0 * terms.parts[0].share)
    return Decimal(100 * share.numerator) / share.denominator


def _understood(text: str, before: str) -> str:
    """The terms as they were where the longer ones cannot be, such as a share of one hundred percent that is written out."""
    try:
        parse_terms(text)
    except BadValue:
        return before
    return text

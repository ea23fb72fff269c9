"""What the grade of a customer gives it, where the ledger applies grades, and what it only advises."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from billcli.app.books import Books
from billcli.core.credit.limit import formula
from billcli.core.credit.rules import GradeRule, grade_of
from billcli.core.defaults import Graded, defaults
from billcli.index import credit_queries
from billcli.model.money import Money

if TYPE_CHECKING:
    from billcli.app.credit import Known
    from billcli.core.dunning.policy import Said
    from billcli.core.facts import CustomerFact
    from billcli.core.plan import Plan


class ByGrade(NamedTuple):
    """What follows from a customer's grade, and the score it comes from."""

    gives: Graded
    grade: GradeRule
    score: float


def by_grade(books: Books, customer: Any, day: date, settings: Any, found: Known | None = None) -> ByGrade:
    """What would hold for the customer by its grade as of a day, where nobody says anything else."""
    from billcli.app.credit import known_now, scored_one
    from billcli.core.credit.policy import terms_of

    found = found or known_now(books, day)
    score = scored_one(found, customer.id)
    grade = grade_of(score, found.rules)
    currency = str(defaults(settings, books.categories(), customer)["currency"].value)
    turnover = credit_queries.turnover(books.index, found.merged_into(customer.id), day).get(currency, 0)
    return ByGrade(Graded(grade.grade, terms_of(grade, settings.terms), formula(grade, turnover, currency)), grade, score)


def graded(books: Books, customer: Any, day: date, settings: Any) -> Graded | None:
    """What the grade gives where the ledger applies grades and the customer leaves something open."""
    from billcli.app.credit import credit_rules

    if not credit_rules(books).apply or (customer.terms is not None and customer.credit_limit is not None):
        return None
    return by_grade(books, customer, day, settings).gives


def of_grade(books: Books, customer: Any, day: date, settings: Any) -> tuple[Graded | None, GradeRule | None]:
    """For an invoice: what the grade gives, and the grade where it asks for a deposit."""
    from billcli.app.credit import credit_rules

    rules = credit_rules(books)
    if not any(each.deposit for each in rules.grades):
        return graded(books, customer, day, settings), None
    found = by_grade(books, customer, day, settings)
    return found.gives if rules.apply else None, found.grade


def said_of_grade(plan: Plan, invoice: Any, request: Any, master: Any, grade: GradeRule | None) -> Plan:
    """The plan, which also tells that the terms are those of the grade, and a deposit that the terms do not ask for."""
    from billcli.core.credit.policy import deposit_missing

    lines = []
    chosen = defaults(master.settings, master.categories, master.customer, master.graded)["terms"]
    if request.terms is None and chosen.level.startswith("grade "):
        lines.append(f"  terms {invoice.terms} (from {chosen.level})")
    if grade is not None and (percent := deposit_missing(grade, invoice.terms)):
        lines.append(f"  advice for grade {grade.grade}: a deposit of {percent} %; the terms {invoice.terms} ask for less at once")
    return replace(plan, summary=(*plan.summary, *lines))


def policies(books: Books, customers: Collection[CustomerFact], day: date) -> dict[str, Said]:
    """The policy of reminders of each of these customers whose grade names one, where the ledger applies grades."""
    from billcli.app.credit import credit_rules, known_now, scored_one
    from billcli.core.dunning.policy import Said

    rules = credit_rules(books)
    if not rules.apply or not any(each.dunning for each in rules.grades) or not customers:
        return {}
    found = known_now(books, day)
    grades = {each.id: grade_of(scored_one(found, each.id), rules) for each in customers}
    return {name: Said(each.dunning, f"grade {each.grade}") for name, each in grades.items() if each.dunning}


class Follows(NamedTuple):
    """One thing that a grade gives: what it would be, what holds, and who says so."""

    what: str
    by_grade: str | None
    holds: str | None
    source: str


def follows(books: Books, customer: Any, day: date, found: Known) -> Sequence[Follows]:
    """Everything that follows from the grade beside what holds; nothing for grades that give nothing."""
    settings, categories = books.settings(), books.categories()
    made = by_grade(books, customer, day, settings, found)
    if not made.grade.advises:
        return ()
    grade, gives = made.grade, made.gives
    chosen = defaults(settings, categories, customer, gives if found.rules.apply else None)
    currency = str(chosen["currency"].value)
    limit = chosen["credit_limit"]
    rows = [
        Follows("Terms", gives.terms, chosen["terms"].value, chosen["terms"].level),
        Follows("Credit limit", _money(gives.credit_limit, currency), _money(limit.value, currency), limit.level),
        *_reminders(books, settings, categories, found, customer.id, grade),
    ]
    if grade.deposit:
        rows.append(_deposit(grade, chosen["terms"]))
    return rows


def _money(amount: Any, currency: str) -> str | None:
    return None if amount is None else str(Money.of(amount, currency))


def _reminders(books: Books, settings: Any, categories: Any, found: Known, customer: str, grade: GradeRule) -> list[Follows]:
    from billcli.core.dunning.policy import Said, levels_of

    named = Said(grade.dunning, f"grade {grade.grade}") if grade.dunning and found.rules.apply else None
    said = levels_of(settings.dunning, categories, found.customers[customer], named)
    if not said and not grade.dunning:
        return []
    return [Follows("Reminders", grade.dunning, said[-1].name if said else None, said[-1].level if said else "")]


def _deposit(grade: GradeRule, terms: Any) -> Follows:
    from billcli.core.credit.policy import deposit_missing

    missing = deposit_missing(grade, terms.value)
    return Follows("Deposit", f"{grade.deposit} %", None if missing else f"{grade.deposit} %", "" if missing else terms.level)

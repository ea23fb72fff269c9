"""Which policy of reminders counts for a customer: its own, else the last of its groups', else its grade's, else the ledger's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from billcli.core.delivery import reachable
from billcli.core.dimensions import TREES, ancestors
from billcli.core.facts import CustomerFact
from billcli.diagnostics import did_you_mean
from billcli.errors import BillError
from billcli.model.category import Categories
from billcli.model.category_names import DIMENSIONS
from billcli.model.customer import Contact
from billcli.model.dunning import Dunning, Level, Policy
from billcli.model.values import quoted

NEVER = "never"
"""Instead of a policy's name: no notices at all."""

CONSENT_FROM = 3
"""From this level on a person consents to every notice, whatever the policy says."""

MISSING = '"bill explain dunning" shows levels that can be copied into ledger.yaml under "dunning:"'


class Chosen(NamedTuple):
    """The policy, none for ``never``, and the level that said so: ``company``, ``grade E``, ``segment "public"``, ``customer``."""

    policy: Policy | None
    said: str
    level: str


class Said(NamedTuple):
    """What one level says, in the order in which they count; the last one wins."""

    name: str
    level: str


def levels_of(dunning: Dunning | None, categories: Categories, customer: CustomerFact, grade: Said | None = None) -> list[Said]:
    """What company, grade (where the ledger applies grades), groups (industry, region, size, segment) and customer say."""
    found = [Said(name, "company")] if dunning is not None and (name := company_policy(dunning)) else []
    if grade is not None:
        found.append(grade)
    for dimension in DIMENSIONS:
        said = getattr(customer, dimension)
        for name in ancestors(said) if said and dimension in TREES else (said,):
            group = next((each for each in getattr(categories.groups, dimension) if each.name == name), None) if name else None
            if group is not None and group.dunning:
                found.append(Said(group.dunning, f'{dimension} "{name}"'))
    return [*found, Said(customer.dunning, "customer")] if customer.dunning else found


def company_policy(dunning: Dunning) -> str | None:
    """The one it names, or the only one there is."""
    if dunning.policy is not None:
        return dunning.policy
    return dunning.policies[0].name if len(dunning.policies) == 1 else None


def chosen_policy(dunning: Dunning, categories: Categories, customer: CustomerFact, grade: Said | None = None) -> Chosen:
    """The policy that counts. Raises ``BillError`` where nothing names one, or one that there is not."""
    said = levels_of(dunning, categories, customer, grade)
    if not said:
        raise BillError(f"nothing says by which policy {customer.id} is reminded", "name the usual one in ledger.yaml: dunning.policy")
    name, level = said[-1]
    if name == NEVER:
        return Chosen(None, name, level)
    policy = next((each for each in dunning.policies if each.name == name), None)
    if policy is None:
        hint = did_you_mean(name, [each.name for each in dunning.policies]) or "dunning.policies in ledger.yaml declares them"
        raise BillError(f"{level} names the policy of reminders {quoted(name)}, which there is not", hint)
    return Chosen(policy, name, level)


def needs_consent(level: Level) -> bool:
    return level.level >= CONSENT_FROM or bool(level.approval)


def template_of(level: Level) -> str:
    """The name of its letter; bill ships those of the levels 0 to 4."""
    return level.template or f"reminder-{min(level.level, 4)}"


def roles_for(level: int) -> tuple[str, ...]:
    """The contacts that a notice goes to, the first role that has an address; strict ones go to whoever answers for the law."""
    return ("legal", "dunning", "billing") if level >= CONSENT_FROM else ("dunning", "billing")


def recipients(contacts: Sequence[Contact], level: int) -> list[str]:
    return [each.email for each in reachable(contacts, roles_for(level)) if each.email]

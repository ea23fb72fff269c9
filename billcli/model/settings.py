"""``ledger.yaml``: the company and the rules of its books."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from billcli.model.calendar import Calendar
from billcli.model.credit import Credit
from billcli.model.dunning import Dunning, MailSettings, Printing
from billcli.model.party import Party
from billcli.model.sequence import check_pattern
from billcli.model.types import (
    Currency,
    Day,
    Entity,
    Flag,
    Free,
    FromText,
    Id,
    Label,
    Language,
    Percent,
    Price,
    TermsText,
    Text,
    Whole,
    one_of,
)  # fmt: skip
from billcli.model.values import BadValue, quoted

TaxCategory = Annotated[str, one_of("S", "Z", "E", "AE", "K", "G", "O")]
"""UNCL 5305 as EN 16931 uses it: standard, zero, exempt, reverse charge, intra-community, export, outside scope."""

EXEMPT = frozenset(("E", "AE", "K", "G", "O"))
"""Categories whose documents must say why there is no tax (EN 16931: BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10)."""

Rounding = Annotated[str, one_of("document", "line")]
"""Whether tax is rounded once per rate of a document, or on each line."""


def _zone(text: str) -> str:
    try:
        if text in ("localtime", "posixrules"):
            raise ValueError("another zone on each machine")
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise BadValue("E209", f"{quoted(text)} is not a time zone", "use a name such as Europe/Berlin") from None
    return text


class DatedRate(Entity):
    """The rate of a tax code since a day."""

    since: Day
    rate: Percent


class TaxCode(Entity):
    """A named tax: category, rate in percent, and the words an exemption must print.

    ``rates`` are its changes in the order of their days; ``rate`` holds before the first of them.
    """

    code: Label
    category: TaxCategory
    rate: Percent | None = None
    rates: tuple[DatedRate, ...] = ()
    exempt_reason: Text | None = None


NO_TAX = TaxCode(code="none", category="O", rate=Decimal(0))
"""Built in: no tax, outside its scope."""


class Sequence(Entity):
    """One series of numbers; ``pattern`` ends in ``{n}``."""

    name: Id
    kind: Annotated[str, one_of("invoice", "credit-note")]
    pattern: Annotated[str, FromText(check_pattern, str, {"type": "string"})]


class SettlementRules(Entity):
    """What may be granted when an invoice is settled; amounts are in the currency of the document.

    ``discount_grace_days`` after the last day of an early-payment discount it is still granted; the cash may differ from the exact
    one by ``discount_tolerance``. ``small_difference`` is the most a payment may leave to be written off with it, ``bank_charge`` the
    most that banks may have kept of one.
    """

    discount_grace_days: Whole = 0
    discount_tolerance: Price = Decimal("0.02")
    small_difference: Price = Decimal("1.00")
    bank_charge: Price = Decimal("50.00")


class BankAccount(Entity):
    """An account whose statements are read: ``id`` names its folder below ``bank/``; ``number`` is its IBAN, or what the bank calls it."""

    id: Id
    number: Text | None = None
    currency: Currency


class GitSettings(Entity):
    """``commit`` makes each command one git commit."""

    commit: Flag = True


class Settings(Entity):
    """The whole of ``ledger.yaml``; defaults of the company level."""

    company: Party
    currency: Currency
    timezone: Annotated[str, FromText(_zone, str, {"type": "string"})]
    language: Language | None = None
    terms: TermsText = "net 30"
    tax: Label | None = None
    rounding: Rounding = "document"
    order: Annotated[str, one_of("strict", "warn")] = "strict"
    sequences: tuple[Sequence, ...]
    tax_codes: tuple[TaxCode, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    settlement: SettlementRules = SettlementRules()
    bank_accounts: tuple[BankAccount, ...] = ()
    credit: Credit | None = None
    dunning: Dunning | None = None
    mail: MailSettings | None = None
    printing: Printing = Printing()
    closed_through: Day | None = None
    sender: Text | None = None
    git: GitSettings = GitSettings()
    x: Free | None = None

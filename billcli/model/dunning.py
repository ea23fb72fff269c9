"""How ``ledger.yaml`` wants customers to be reminded, and how what leaves the house looks and goes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from billcli.model.types import Day, Days, Email, Entity, Flag, Label, Notes, Percent, Price, Text, Whole, one_of


class Level(Entity):
    """One step: ``days`` from the due day on (before it with a minus sign), but ``gap`` days after the step before.

    ``fee`` is in the currency of the invoice; with ``fixed_sum`` what the interest regime gives once for an invoice
    comes on top of it, at the first of the levels that have it.
    ``interest`` is left out, shown, or claimed; ``deadline`` is in days from the notice. With ``approval`` somebody must consent first;
    from level 3 on always.
    """

    level: Whole
    days: Days
    gap: Whole = 7
    channel: Annotated[str, one_of("mail", "letter")] = "mail"
    template: Label | None = None
    fee: Price = Decimal(0)
    fixed_sum: Flag = False
    interest: Annotated[str, one_of("none", "shown", "claimed")] = "none"
    approval: Flag | None = None
    deadline: Whole = 10


class Policy(Entity):
    """Levels in their order; customers and groups name one. Less than ``minimum`` open is not worth a letter."""

    name: Label
    levels: tuple[Level, ...]
    minimum: Price = Decimal(0)


class InterestRate(Entity):
    """The yearly rate from a day on, in percent, and where it was published."""

    since: Day
    rate: Percent
    source: Text | None = None


class Interest(Entity):
    """Late-payment interest: simple, on actual days. ``regime`` is one that bill knows, or ``own`` with ``rates``.

    ``mode`` says whether a debt keeps the rate of the day on which its interest began, as in the United Kingdom.
    """

    regime: Label
    rates: tuple[InterestRate, ...] = ()
    mode: Annotated[str, one_of("fixed_at_start", "floating")] | None = None
    basis: Annotated[str, one_of("365", "360", "actual")] = "365"
    count_payment_day: Flag = True


class Dunning(Entity):
    """``policy`` names the company's own. Reminders wait where the newest bank statement is older than ``statement_age`` days.

    ``promise_grace`` is how many days after a promised day they wait still. ``unsent: remind`` also reminds of invoices that nobody is
    known to have sent. ``max_per_run`` bounds the notices of one run.
    """

    policy: Label | None = None
    policies: tuple[Policy, ...] = ()
    interest: Interest | None = None
    statement_age: Whole | None = None
    promise_grace: Whole = 0
    unsent: Annotated[str, one_of("hold", "remind")] = "hold"
    max_per_run: Whole = 500


class MailSettings(Entity):
    """``address`` is the sender's. Where mail is handed over is never said here but in ``BILL_SMTP_URL``.

    ``bill run`` sends invoices issued from ``send_since`` on that nobody has sent. ``max_per_run`` and ``max_per_customer`` (and day)
    are brakes; ``give_up_days`` is how long a deferred message is tried. ``in_doubt: resend`` hands over again, under the same id,
    what a server may have already.
    """

    name: Text | None = None
    address: Email
    reply_to: Email | None = None
    send_since: Day | None = None
    max_per_run: Whole = 200
    max_per_customer: Whole = 5
    max_mb: Whole = 20
    give_up_days: Whole = 5
    in_doubt: Annotated[str, one_of("ask", "resend")] = "ask"


class Printing(Entity):
    """``logo`` is a file of the ledger (png, jpg or svg), ``footer`` a text below every page, ``colour`` such as ``1f4e79``."""

    logo: Text | None = None
    footer: Notes | None = None
    colour: Text | None = None
    paper: Annotated[str, one_of("a4", "letter")] = "a4"

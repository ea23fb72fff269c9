"""Who is to be reminded of what on a day: worked out day by day from the files, as a careful clerk would.

Nothing of bill is used here. Days are dates, money whole minor units, interest fractions until it is rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from tests.laws.reminders.rates import MissingRate, Rates, rates_of
from tests.laws.reminders.reader import day, documents, minor, parsed

NEVER = date.max
ONE = timedelta(days=1)


class Choices(NamedTuple):
    """Where the promises leave a choice open: how bill chose. The alternatives stand in the comments."""

    credit: str = "asked"  # "open" of all the customer's invoices in the currency; "asked" in the notice; "each" invoice's open
    minimum: str = "notice"  # "notice": what it asks for; "invoice": what is asked for of each; "open": what is open of each
    dispute: str = "overdue"  # taken off what is "overdue"; or off what is "open", so that not yet due parts absorb it first
    address: str = "item"  # looked for by the level of the "notice"; or of each "item"
    shown: str = "new"  # only what reaches a level; or "all" that is overdue, with the level it had
    levels_apart: bool = False  # whether a notice before the due day waits while another of the customer's goes out
    restart: bool = True  # whether the next instalment begins at the first level again, once all that was overdue or announced is paid
    plan_before_due: bool = True  # whether a plan's instalments get notices before they are due
    kept_promise_stops: bool = True
    promise_stops_other_currency: bool = True
    interest_on_disputed: bool = False  # unless the dispute was rejected or withdrawn
    doubt_waits: bool = True  # whether the next level waits while nobody knows whether the one before arrived
    interest_by: str = "plan"  # due days of the "invoice"; or on each day of the "plan" that counted on it
    bounced_counts: bool = True  # whether money lowered the interest from its day to the day it went back
    fixed_by: str = "part"  # the rate of a debt is fixed by the first part of the "invoice", or of each "part"
    interest_today: bool = True  # whether the day of the notice bears interest
    charges_before_due: bool = False
    no_statement_stops: bool = True
    other_currency_stale: bool = False  # whether old statements hold back what is in a currency without an account
    announced_on_due_day: bool = False  # whether the notice before the due day may go on that day
    total_of_all_claims: bool = False  # whether claims of earlier notices are in the total


class Row(NamedTuple):
    """What settles an invoice: counts at D if ``on`` <= D < ``ended``; ``value_on`` is the day of the money."""

    invoice: str
    amount: int
    on: date
    value_on: date
    ended: date
    kind: str
    source: str


class Invoice(NamedTuple):
    number: str
    customer: str
    currency: str
    issued_on: date
    gross: int
    parts: tuple[tuple[date, int], ...]
    imported: bool
    void: date


class Level(NamedTuple):
    level: int
    days: int
    gap: int
    channel: str
    fee: Fraction
    interest: str
    approval: bool
    deadline: int
    fixed_sum: bool


class Policy(NamedTuple):
    name: str
    levels: tuple[Level, ...]
    minimum: Fraction


class Sent(NamedTuple):
    """An invoice in a notice that went out, or may have."""

    on: date
    invoice: str
    level: int
    fee: int
    interest: int
    due_on: date


class Item(NamedTuple):
    invoice: str
    level: int
    due_on: date
    open: int
    asked: int
    fee: int
    interest: int
    computed: int
    new: bool = True


class Notice(NamedTuple):
    customer: str
    currency: str
    level: int
    channel: str
    items: tuple[Item, ...]
    charges: tuple[tuple[str, int], ...]
    credit: int
    total: int
    deadline: date | None
    to: tuple[str, ...]


class Expected(NamedTuple):
    """``stopped``: every reason that holds, by invoice that would be due; ``may`` more reasons that somebody could name first."""

    notices: list[Notice]
    stopped: dict[str, set[str]]
    may: dict[str, set[str]]


def half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def optional_day(text: str | None, otherwise: date) -> date:
    return day(text) if text else otherwise


class Clerk:
    """The books as they are written now."""

    def __init__(self, root: Path, choices: Choices | None = None) -> None:
        self.choices = choices or Choices()
        self.ledger = parsed((root / "ledger.yaml").read_text(encoding="utf-8"))
        self.dunning: dict[str, Any] = self.ledger.get("dunning") or {}
        self.customers = {each["id"]: each for each in documents(root, "customers")}
        file = root / "categories.yaml"
        self.groups: dict[str, Any] = (parsed(file.read_text(encoding="utf-8")).get("groups") or {}) if file.exists() else {}
        self.invoices = {each["number"]: _invoice(each) for each in documents(root, "invoices")}
        self.payments = {each["id"]: each for each in documents(root, "payments")}
        self.notes = {each["number"]: each for each in documents(root, "credit-notes")}
        self.refunds = documents(root, "refunds")
        self.rows = list(self._rows(documents(root, "invoices"), documents(root, "write-offs")))
        self.holds = documents(root, "holds")
        self.approvals = documents(root, "approvals")
        self.statements = documents(root, "bank")
        counted = [each for each in documents(root, "deliveries") if _counts(each)]
        self.delivered = {(each["kind"], name) for each in counted for name in each.get("documents") or ()}
        reminders = documents(root, "reminders")
        words = [(name, _word(each)) for each in documents(root, "deliveries") if each["kind"] == "reminder" for name in each["documents"]]
        self.standing: dict[str, list[str]] = {}
        for name, word in words:
            self.standing.setdefault(name, []).append(word)
        self.written = reminders
        self.reminders = [each for each in reminders if ("reminder", each["id"]) in self.delivered]
        self.sent = [
            Sent(
                day(each["on"]), item["invoice"], int(item["level"]), minor(item.get("fee") or "0", each["currency"]),
                minor(item.get("interest") or "0", each["currency"]), day(item["due_on"]),
            )
            for each in self.reminders for item in each["items"]
        ]  # fmt: skip
        self.charged = {charge["payment"] for each in self.reminders for charge in each.get("charges") or ()}

    def _rows(self, invoices: list[dict[str, Any]], write_offs: list[dict[str, Any]]) -> Iterable[Row]:
        for payment in self.payments.values():
            back = optional_day((payment.get("reversed") or {}).get("on"), NEVER)
            for each in payment.get("allocations") or ():
                yield _row(each, each.get("kind") or "payment", payment["currency"], day(payment["received_on"]), back, payment["id"])
        for note in self.notes.values():
            for each in note.get("applied") or ():
                yield _row(each, "credit", note["currency"], day(each["on"]), NEVER, note["number"])
        for written in write_offs:
            for each in written["allocations"]:
                yield _row(each, "write_off", written["currency"], day(each["on"]), NEVER, written["id"])
        for invoice in invoices:
            before = invoice.get("imported") or {}
            if before.get("settled_before"):
                on = max(optional_day(before.get("cut_over"), date.min), day(invoice["issued_on"]))
                yield Row(invoice["number"], minor(before["settled_before"], invoice["currency"]), on, on, NEVER, "opening", "")

    # what is owed

    def settled(self, number: str, on: date) -> int:
        return sum(row.amount for row in self.rows if row.invoice == number and row.on <= on < row.ended)

    def open(self, number: str, on: date) -> int:
        invoice = self.invoices[number]
        if on < invoice.issued_on or on >= invoice.void:
            return 0
        return invoice.gross - self.settled(number, on)

    def unapplied(self, customer: str, currency: str, on: date) -> int:
        """Money and credit of the customer that settles nothing."""
        free = 0
        for payment in self.payments.values():
            back = optional_day((payment.get("reversed") or {}).get("on"), NEVER)
            if payment["customer"] == customer and payment["currency"] == currency and day(payment["on"]) <= on:
                free += minor(payment["amount"], currency) if on < back else 0
                free -= self.used(payment["id"], "payment", on)
                free -= self.drawn("payment", payment["id"], currency, on)
        for note in self.notes.values():
            void = optional_day((note.get("void") or {}).get("on"), NEVER)
            if note["customer"] == customer and note["currency"] == currency and day(note["issued_on"]) <= on:
                free += minor(note["totals"]["gross"], currency) if on < void else 0
                free -= self.used(note["number"], "credit", on)
                free -= self.drawn("credit_note", note["number"], currency, on)
        return free

    def used(self, source: str, kind: str, on: date) -> int:
        return sum(row.amount for row in self.rows if (row.source, row.kind) == (source, kind) and row.on <= on < row.ended)

    def drawn(self, kind: str, name: str, currency: str, on: date) -> int:
        draws = [each for refund in self.refunds for each in refund["draws"] if each.get(kind) == name]
        return sum(minor(each["amount"], currency) for each in draws if day(each["on"]) <= on < optional_day(each.get("ended_on"), NEVER))

    # holds

    def live(self, kind: str, invoice: Invoice, on: date) -> list[dict[str, Any]]:
        """Holds on the invoice or on all of its customer's, that count on the day."""
        grace = int(self.dunning.get("promise_grace", "0")) if kind == "promise" else 0
        return [each for each in self.holds if each["kind"] == kind and _about(each, invoice) and _is_live(each, on, grace)]

    def plan(self, invoice: Invoice, on: date) -> tuple[tuple[date, int], ...] | None:
        for each in self.live("plan", invoice, on):
            return tuple((day(part["due_on"]), minor(part["amount"], invoice.currency)) for part in each["instalments"])
        return None

    def disputed(self, invoice: Invoice, on: date) -> int:
        open_ = self.open(invoice.number, on)
        over = [each.get("amount") for each in self.live("dispute", invoice, on)]
        return min(open_, sum(open_ if amount is None else minor(amount, invoice.currency) for amount in over))

    def contested(self, invoice: Invoice, at: date) -> int:
        """What was in dispute on a day, disputes that were rejected or withdrawn left aside."""
        lost = [
            each for each in self.live("dispute", invoice, at) if (each.get("released") or {}).get("outcome") in ("rejected", "withdrawn")
        ]
        over = [each.get("amount") for each in self.live("dispute", invoice, at) if each not in lost]
        return sum(invoice.gross if amount is None else minor(amount, invoice.currency) for amount in over)

    def promised(self, invoice: Invoice, on: date) -> bool:
        for each in self.live("promise", invoice, on):
            other = each.get("invoice") is None and each.get("currency") not in (None, invoice.currency)
            if other and not self.choices.promise_stops_other_currency:
                continue
            if not self.choices.kept_promise_stops and self.kept(each, invoice, on):
                continue
            return True
        return False

    def kept(self, hold: dict[str, Any], invoice: Invoice, on: date) -> bool:
        """Whether the promised amount has come."""
        mine = [each.number for each in self.invoices.values() if each.customer == hold["customer"]]
        about, since = [hold["invoice"]] if hold.get("invoice") else mine, day(hold["on"])
        rows = [row for row in self.rows if row.invoice in about and row.kind == "payment" and row.on <= on < row.ended]
        came = sum(row.amount for row in rows if row.value_on >= since)
        return hold.get("amount") is not None and came >= minor(hold["amount"], invoice.currency)

    # the policy

    def policy(self, customer: str) -> Policy | None:
        """The customer's own, else that of a group (segment before size before region before industry), else the company's."""
        found = self.customers[customer].get("dunning")
        groups = self.customers[customer].get("groups") or {}
        for dimension in ("segment", "size", "region", "industry"):
            if found is None and groups.get(dimension):
                known = {each["name"]: each for each in self.groups.get(dimension) or ()}
                found = known.get(groups[dimension], {}).get("dunning")
        name = found or self.dunning.get("policy")
        return next((_policy(each) for each in self.dunning.get("policies") or () if each["name"] == name), None)

    # one invoice on one day

    def parts(self, invoice: Invoice, on: date, agreed: tuple[tuple[date, int], ...]) -> list[tuple[date, int]]:
        """What is open of each part; settlements fill the oldest due first."""
        return filled(agreed, sum(amount for _, amount in agreed) - self.open(invoice.number, on))

    def reached(self, invoice: Invoice, on: date) -> tuple[int, date | None]:
        """The highest level that went out for what is open, and the day of the last notice about the invoice; -1 where none did.

        A plan moves days; it is the same debt. So which instalment is open goes by those of the invoice.
        """
        mine = [each for each in self.sent if each.invoice == invoice.number]
        last = max((each.on for each in mine), default=None)
        open_ = [when for when, left in self.parts(invoice, on, invoice.parts) if left > 0]
        if self.choices.restart and open_:
            mine = [each for each in mine if each.on > min(open_) or each.due_on >= min(open_)]
        return max((each.level for each in mine), default=-1), last

    def due_level(self, invoice: Invoice, policy: Policy, on: date, agreed: tuple[tuple[date, int], ...], *, own: bool) -> Level | None:
        """The level that the invoice reaches on this day, stops left aside: the lowest that was not sent, if its time has come."""
        due = [when for when, left in self.parts(invoice, on, agreed) if left > 0]
        if not due:
            return None
        oldest = min(due)
        level, last = self.reached(invoice, on)
        left = sorted((each for each in policy.levels if each.level > level), key=lambda each: each.level)
        if oldest < on or (oldest == on and not self.choices.announced_on_due_day):
            left = [each for each in left if each.days >= 0]  # too late for a notice before the due day
        if not left:
            return None
        following = left[0]
        if following.days < 0 and not own and not self.choices.plan_before_due:
            return None
        if following.days >= 0 and oldest >= on and following.days > 0:
            return None
        waited = last is None or on >= last + timedelta(days=following.gap)
        return following if on >= oldest + timedelta(days=following.days) and waited else None

    def asked(self, invoice: Invoice, level: Level, on: date, agreed: tuple[tuple[date, int], ...]) -> int:
        """What is overdue, or at a level before the due day due soon, and not disputed."""
        parts = self.parts(invoice, on, agreed)
        if level.days < 0:
            until = on + timedelta(days=-level.days)
            whole = sum(left for when, left in parts if when <= until)
        else:
            whole = sum(left for when, left in parts if when < on or (level.days == 0 and when <= on))
        disputed = self.disputed(invoice, on)
        if self.choices.dispute == "overdue":
            return max(whole - disputed, 0)
        return max(min(whole, self.open(invoice.number, on) - disputed), 0)

    def stops(self, invoice: Invoice, level: Level, asked: int, on: date) -> set[str]:
        """Why the invoice is left out, all the reasons that hold for it alone."""
        customer = self.customers[invoice.customer]
        found = set()
        if asked <= 0:
            found.add("dispute")
        if self.promised(invoice, on):
            found.add("promise")
        if self.live("manual", invoice, on):
            found.add("manual")
        if self.dunning.get("unsent", "hold") == "hold" and not invoice.imported and ("invoice", invoice.number) not in self.delivered:
            found.add("unsent")
        if self.stale(on, invoice.currency):
            found.add("statement")
        if self.choices.address == "item" and level.channel == "mail" and not self.addresses(invoice.customer, level.level):
            found.add("address")
        if customer.get("deactivated_on") and day(customer["deactivated_on"]) <= on:
            found.add("deactivated")
        for each in self.written:
            if any(item["invoice"] == invoice.number for item in each["items"]):
                stands = set(self.standing.get(each["id"], []))
                if "sent" in stands:
                    continue
                found |= stands & ({"planned", "refused", "doubt"} if self.choices.doubt_waits else {"planned", "refused"})
        if level.approval and not self.approved(invoice, level, on):
            found.add("approval")
        return found

    def stale(self, on: date, currency: str) -> bool:
        if self.dunning.get("statement_age") is None:
            return False
        if not self.choices.other_currency_stale and currency not in {each["currency"] for each in self.ledger.get("bank_accounts") or ()}:
            return False
        ends = [day(each["until_on"]) for each in self.statements if each.get("until_on") and day(each["until_on"]) <= on]
        if not ends:
            return self.choices.no_statement_stops
        return (on - max(ends)).days > int(self.dunning["statement_age"])

    def addresses(self, customer: str, level: int) -> tuple[str, ...]:
        """Of the first role that has one: dunning, then billing; from level 3 on legal before them."""
        contacts = self.customers[customer].get("contacts") or ()
        for role in (*(("legal",) if level >= 3 else ()), "dunning", "billing"):
            found = [each["email"] for each in contacts if each["role"] == role and each.get("email")]
            if found:
                return tuple(found)
        return ()

    def approved(self, invoice: Invoice, level: Level, on: date) -> bool:
        return any(
            each["customer"] == invoice.customer and each.get("invoice") in (None, invoice.number) and int(each["level"]) >= level.level
            and day(each["on"]) <= on <= optional_day(each.get("until"), NEVER)
            for each in self.approvals
        )  # fmt: skip

    # interest

    def interest(self, number: str, on: date) -> Fraction:
        """What has run up until the day, exactly, in minor units. Raises ``MissingRate``."""
        invoice, rule = self.invoices[number], self.dunning["interest"]
        rates = rates_of(rule)
        counts_payment_day = rule.get("count_payment_day", "true") == "true"
        known = [row for row in self.rows if row.invoice == number and row.on <= on]
        known = [row for row in known if on < row.ended or self.choices.bounced_counts]
        first = min(when for when, _ in invoice.parts) + ONE
        at = invoice.issued_on  # a plan may be due before the invoice's own day
        last = on if self.choices.interest_today else on - ONE
        total = Fraction(0)
        while at <= last:
            past = [row for row in known if (row.value_on < at <= row.ended if counts_payment_day else row.value_on <= at < row.ended)]
            agreed = (self.plan(invoice, at) if self.choices.interest_by == "plan" else None) or invoice.parts
            free = self.contested(invoice, at) if not self.choices.interest_on_disputed else 0
            left = filled(agreed, sum(row.amount for row in past) - (invoice.gross - sum(amount for _, amount in agreed)))
            for when, rest in left:
                if when >= at:
                    continue
                bears, free = max(rest - free, 0), max(free - rest, 0)
                if bears > 0:
                    begun = first if self.choices.fixed_by == "invoice" else when + ONE
                    total += bears * rates.on(at, begun) / 100 / rates.year(at)
            at += ONE
        return total

    # a run

    def expected(self, on: date) -> Expected:
        """Everything that a run on this day does and leaves out."""
        found = Expected([], {}, {})
        keys = sorted({(each.customer, each.currency) for each in self.invoices.values()})
        for customer, currency in keys:
            policy = self.policy(customer)
            if policy is not None:
                self._of(customer, currency, policy, on, found)
        return found

    def _of(self, customer: str, currency: str, policy: Policy, on: date, found: Expected) -> None:
        mine = [each for each in self.invoices.values() if (each.customer, each.currency) == (customer, currency)]
        mine = [each for each in mine if self.open(each.number, on) > 0]
        going: list[tuple[Invoice, Level, int, date]] = []
        credit = self.unapplied(customer, currency, on)
        for invoice in sorted(mine, key=lambda each: each.number):
            plan = self.plan(invoice, on)
            agreed = plan or invoice.parts
            level = self.due_level(invoice, policy, on, agreed, own=plan is None)
            if level is None:
                if plan and self.due_level(invoice, policy, on, invoice.parts, own=True):
                    found.stopped[invoice.number] = {"plan"}
                    found.may[invoice.number] = REASONS
                continue
            asked = self.asked(invoice, level, on, agreed)
            reasons = self.stops(invoice, level, asked, on)
            may = (
                {"address"}
                | ({"credit"} if credit > 0 else set())
                | ({"minimum"} if asked < self._minor(policy.minimum, currency) else set())
            )
            found.may[invoice.number] = may
            if self.choices.credit == "each" and 0 < self.open(invoice.number, on) <= credit:
                reasons.add("credit")
            if self.choices.minimum != "notice" and self._small(invoice, asked, policy, on):
                reasons.add("minimum")
            if reasons:
                found.stopped[invoice.number] = reasons
            else:
                going.append((invoice, level, asked, min(when for when, left in self.parts(invoice, on, agreed) if left > 0)))
        if self.choices.levels_apart and any(level.days >= 0 for _, level, _, _ in going):
            going = [each for each in going if each[1].days >= 0]
        if not going:
            return
        together = sum(asked for _, _, asked, _ in going)
        whole = sum(self.open(each.number, on) for each in mine)
        reasons = set()
        top = max((level for _, level, _, _ in going), key=lambda each: each.level)
        if self.choices.address == "notice" and top.channel == "mail" and not self.addresses(customer, top.level):
            reasons.add("address")
        if self.choices.credit != "each" and credit >= (whole if self.choices.credit == "open" else together):
            reasons.add("credit")
        if self.choices.minimum == "notice" and together < self._minor(policy.minimum, currency):
            reasons.add("minimum")
        if reasons:
            found.stopped.update({invoice.number: reasons for invoice, _, _, _ in going})
            return
        found.notices.append(self._notice(customer, currency, policy, going, max(credit, 0), on, mine))

    def _small(self, invoice: Invoice, asked: int, policy: Policy, on: date) -> bool:
        worth = asked if self.choices.minimum == "invoice" else self.open(invoice.number, on)
        return worth < self._minor(policy.minimum, invoice.currency)

    def _minor(self, value: Fraction, currency: str) -> int:
        return half_up(value * minor("1", currency))

    def _notice(
        self, customer: str, currency: str, policy: Policy, going: Sequence[tuple[Invoice, Level, int, date]], credit: int, on: date,
        mine: Sequence[Invoice],
    ) -> Notice:  # fmt: skip
        items = [self._item(invoice, level, asked, due_on, on, policy) for invoice, level, asked, due_on in going]
        top = max((level for _, level, _, _ in going), key=lambda each: each.level)
        if self.choices.shown == "all":
            items += self._others({each.invoice for each in items}, mine, on)
        charges = tuple(self._charges(customer, currency, on)) if top.days >= 0 or self.choices.charges_before_due else ()
        total = sum(each.asked + each.fee + each.interest for each in items) + sum(amount for _, amount in charges)
        if self.choices.total_of_all_claims:
            total += sum(each.fee + each.interest for each in self.sent if each.invoice in {item.invoice for item in items})
        deadline = on + timedelta(days=top.deadline) if top.days >= 0 else None
        to = self.addresses(customer, top.level) if top.channel == "mail" else ()
        return Notice(customer, currency, top.level, top.channel, tuple(items), charges, credit, total, deadline, to)

    def _fixed_sum(self, invoice: Invoice, policy: Policy) -> int:
        """What the law gives for an invoice, once."""
        levels = {each.level for each in policy.levels if each.fixed_sum}
        if any(each.invoice == invoice.number and each.level in levels for each in self.sent):
            return 0
        regime = (self.dunning.get("interest") or {}).get("regime")
        if regime == "uk":
            return 4000 if invoice.gross < 100000 else 7000 if invoice.gross < 1000000 else 10000
        return 4000 if regime in ("de-b2b", "eu") else 0

    def _item(self, invoice: Invoice, level: Level, asked: int, due_on: date, on: date, policy: Policy) -> Item:
        computed = interest = 0
        if level.interest != "none" and self.dunning.get("interest"):
            computed = half_up(self.interest(invoice.number, on))
        if level.interest == "claimed":
            interest = max(0, computed - sum(each.interest for each in self.sent if each.invoice == invoice.number))
        again = any(each.invoice == invoice.number and each.level == level.level for each in self.sent)
        assert self.choices.restart or not again
        fee = 0 if again else self._minor(level.fee, invoice.currency)  # once for an invoice and a level, whatever instalment it is
        fee += self._fixed_sum(invoice, policy) if level.fixed_sum else 0
        return Item(invoice.number, level.level, due_on, self.open(invoice.number, on), asked, fee, interest, computed)

    def _others(self, there: set[str], mine: Sequence[Invoice], on: date) -> list[Item]:
        """What is overdue too and was reminded of before; nothing is claimed on it again."""
        found = []
        for invoice in mine:
            agreed = self.plan(invoice, on) or invoice.parts
            left = [(when, rest) for when, rest in self.parts(invoice, on, agreed) if rest > 0]
            level, _ = self.reached(invoice, on)
            overdue = sum(rest for when, rest in left if when < on) - self.disputed(invoice, on)
            if invoice.number not in there and level >= 0 and overdue > 0:
                found.append(Item(invoice.number, level, left[0][0], self.open(invoice.number, on), overdue, 0, 0, 0, new=False))
        return found

    def _charges(self, customer: str, currency: str, on: date) -> Iterable[tuple[str, int]]:
        """What banks took for payments that came back and no notice has claimed."""
        for payment in self.payments.values():
            back = payment.get("reversed") or {}
            if (payment["customer"], payment["currency"]) != (customer, currency) or not back.get("bank_charge"):
                continue
            if day(back["on"]) <= on and payment["id"] not in self.charged:
                yield payment["id"], minor(back["bank_charge"], currency)


REASONS = {"dispute", "promise", "manual", "unsent", "statement", "address", "deactivated", "approval", "credit", "minimum", "plan"}


def filled(agreed: Sequence[tuple[date, int]], settled: int) -> list[tuple[date, int]]:
    """What is left of each part when settlements fill the oldest due first; less than nothing settled stands on the first."""
    found, pool = [], settled
    for at, (when, amount) in enumerate(sorted(agreed)):
        if at == 0 and pool < 0:
            amount, pool = amount - pool, 0
        used = min(pool, amount)
        pool -= used
        found.append((when, amount - used))
    return found


def _invoice(data: dict[str, Any]) -> Invoice:
    currency = data["currency"]
    return Invoice(
        data["number"], data["customer"], currency, day(data["issued_on"]), minor(data["totals"]["gross"], currency),
        tuple((day(each["due_on"]), minor(each["amount"], currency)) for each in data["instalments"]), bool(data.get("imported")),
        optional_day((data.get("void") or {}).get("on"), NEVER),
    )  # fmt: skip


def _row(each: dict[str, Any], kind: str, currency: str, value_on: date, back: date, source: str) -> Row:
    ended = min(optional_day(each.get("ended_on"), NEVER), back)
    return Row(each["invoice"], minor(each["amount"], currency), day(each["on"]), value_on, ended, kind, source)


def _policy(data: dict[str, Any]) -> Policy:
    levels = tuple(
        Level(
            int(each["level"]), int(each["days"]), int(each.get("gap", "7")), each.get("channel") or "mail", Fraction(each.get("fee", "0")),
            each.get("interest") or "none", each.get("approval") == "true" or int(each["level"]) >= 3,
            int(each.get("deadline", "10")), each.get("fixed_sum") == "true",
        )
        for each in data["levels"]
    )  # fmt: skip
    return Policy(data["name"], levels, Fraction(data.get("minimum", "0")))


def _about(hold: dict[str, Any], invoice: Invoice) -> bool:
    return hold["customer"] == invoice.customer and hold.get("invoice") in (None, invoice.number)


def _is_live(hold: dict[str, Any], on: date, grace: int = 0) -> bool:
    """From its day until it is released, and up to and including ``until``; a plan until it is released."""
    released = optional_day((hold.get("released") or {}).get("on"), NEVER)
    until = NEVER if hold["kind"] == "plan" or not hold.get("until") else day(hold["until"]) + timedelta(days=grace)
    return day(hold["on"]) <= on < released and on <= until


def _word(delivery: dict[str, Any]) -> str:
    """How it stands by its last state line."""
    states = delivery.get("states") or []
    word = states[-1].split(" ")[1] if states else "planned"
    return {"sending": "planned", "again": "planned", "deferred": "planned", "data": "doubt", "in-doubt": "doubt"}.get(word, word)


def _counts(delivery: dict[str, Any]) -> bool:
    """Whether the recipient has it or may have it."""
    return _word(delivery) in ("sent", "doubt")


__all__ = ["Choices", "Clerk", "Expected", "Item", "MissingRate", "Notice", "Rates"]

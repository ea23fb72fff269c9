"""What the documents say, as light rows: whole minor units and dates. The index stores them; everything else computes on them.

The fields of each fact are the columns of its table (``index/schema.sql``).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class CustomerFact(NamedTuple):
    """``credit_limit`` in minor units of the customer's currency, else the ledger's."""

    id: str
    name: str
    currency: str | None
    country: str | None
    language: str | None
    terms: str | None
    tax: str | None
    credit_limit: str | None
    parent: str | None
    industry: str | None
    region: str | None
    size: str | None
    segment: str | None
    tax_id: str | None
    external_id: str | None
    deactivated_on: date | None
    merged_into: str | None
    dunning: str | None
    also: str
    """Aliases, IBANs and addresses, one a line: what ``show`` searches."""


class InvoiceFact(NamedTuple):
    """``due_on`` is the first instalment's; ``parts`` counts them. ``head`` and ``n`` are the number split before its counter.

    ``discount_percent`` is decimal text, for cash up to and including ``discount_until``.
    """

    number: str
    customer: str
    type: str
    issued_on: date
    due_on: date
    parts: int
    currency: str
    net: int
    tax: int
    gross: int
    terms: str | None
    reference: str | None
    discount_until: date | None
    discount_percent: str | None
    head: str
    n: int | None
    imported: int
    external_id: str | None
    content: str
    digest: str
    seal: str | None
    voided_on: date | None
    lines: int
    buyer_reference: str | None = None
    service_until: date | None = None
    said: str = ""
    """What its lines say, one a line."""


class OpenInvoice(NamedTuple):
    """An invoice with something open at a date; ``gross`` to tell how much is settled."""

    customer: str
    currency: str
    number: str
    issued_on: date
    due_on: date
    parts: int
    gross: int
    open: int


class Standing(NamedTuple):
    """Where a period of a sequence stands; number, day and seal are of the last document that bill itself issued."""

    highest: int
    number: str | None
    issued_on: date | None
    seal: str


class InstalmentFact(NamedTuple):
    """One part of an invoice, in the order of the document."""

    invoice: str
    due_on: date
    amount: int


class CreditNoteFact(NamedTuple):
    """``corrects`` is the invoice it is about, if it is about one."""

    number: str
    customer: str
    issued_on: date
    currency: str
    net: int
    tax: int
    gross: int
    corrects: str | None
    kind: str | None
    reason: str
    head: str
    n: int | None
    imported: int
    external_id: str | None
    content: str
    digest: str
    seal: str | None
    voided_on: date | None
    said: str = ""


class CreditLineFact(NamedTuple):
    """What a credit note takes back of one line of an invoice; ``quantity`` as decimal text."""

    credit_note: str
    invoice: str
    invoice_line: int
    quantity: str


class SoldFact(NamedTuple):
    """What a document sold, or took back, under one tax code and revenue category; over the document they add up to its net and tax.

    ``kind`` is invoice or credit-note, ``tax_on`` the tax point as it stands in the document, ``rate`` decimal text.
    """

    document: str
    kind: str
    tax_on: date
    code: str
    tax_category: str
    rate: str
    category: str
    base: int
    tax: int


class PaymentFact(NamedTuple):
    """``booked_on`` is the day it counts in the books, ``received_on`` the day of the money."""

    id: str
    customer: str
    received_on: date
    booked_on: date
    currency: str
    amount: int
    fee: int
    method: str | None
    payer_name: str | None
    reference: str | None
    external_id: str | None
    content: str
    reversed_on: date | None


class RefundFact(NamedTuple):
    """``booked_on`` is the day it counts in the books, ``paid_on`` the day of the money."""

    id: str
    customer: str
    paid_on: date
    booked_on: date
    currency: str
    amount: int
    method: str | None
    external_id: str | None
    content: str
    reversed_on: date | None


class WriteOffFact(NamedTuple):
    """``amount`` is what was written off at first; what still counts are its settlements."""

    id: str
    customer: str
    kind: str
    booked_on: date
    currency: str
    amount: int
    reason: str
    approved_by: str | None
    tax_relief: str
    external_id: str | None
    content: str


class HoldFact(NamedTuple):
    """Counts from ``booked_on`` until ``released_on``, and up to and including ``until``; ``parts`` counts a plan's instalments."""

    id: str
    kind: str
    customer: str
    invoice: str | None
    booked_on: date
    until: date | None
    currency: str | None
    amount: int | None
    reason: str
    parts: int
    released_on: date | None
    outcome: str | None
    external_id: str | None
    content: str


class PlanPart(NamedTuple):
    """One instalment of a plan agreed later."""

    hold: str
    invoice: str
    due_on: date
    amount: int


class RecurringFact(NamedTuple):
    """A template of invoices; what it says in all stands in its file."""

    id: str
    customer: str
    every: str
    starts_on: date
    ends_on: date | None
    issue: str
    mail: int
    external_id: str | None
    content: str


class RecurringDocument(NamedTuple):
    """What a template made for a period: an invoice, or a draft, which has no day of issue. ``file`` is where it stands.

    ``ends_on`` is the last day of the period as the document says it; None where it says none, or one before the first.
    """

    file: str
    kind: str
    name: str
    customer: str
    template: str
    begins_on: date
    ends_on: date | None
    issued_on: date | None
    voided_on: date | None


class ReminderFact(NamedTuple):
    """A notice; ``level`` is the highest of its items, ``total`` what it asks for with all claims."""

    id: str
    customer: str
    currency: str
    booked_on: date
    level: int
    policy: str
    channel: str
    deadline: date | None
    total: int


class ReminderItemFact(NamedTuple):
    """An invoice in a notice with what is claimed on it there; ``computed`` is the interest that had run up in all."""

    reminder: str
    invoice: str
    level: int
    due_on: date
    open: int
    asked: int
    fee: int
    interest: int
    computed: int
    place: str
    fixed_sum: int = 0


class ReminderChargeFact(NamedTuple):
    """The bank's charge for a payment that came back, claimed in a notice."""

    reminder: str
    payment: str
    amount: int
    place: str


class ApprovalFact(NamedTuple):
    """Somebody's consent to notices up to a level, on one invoice or, without one, on all of the customer's."""

    id: str
    customer: str
    invoice: str | None
    level: int
    booked_on: date
    until: date | None
    approved_by: str
    reason: str | None
    external_id: str | None
    content: str


class DeliveryFact(NamedTuple):
    """What goes, or went, to one recipient. ``state`` is the word of the last line (empty before the first), ``said`` what it says.

    ``attempts`` counts the times it was begun to be handed over; ``message`` is the SHA-256 of the whole message.
    """

    id: str
    kind: str
    customer: str
    about: str | None
    booked_on: date
    channel: str
    recipient: str | None
    planned_at: str
    message_id: str | None
    subject: str | None
    message: str | None
    state: str
    state_at: str
    said: str
    attempts: int


class DeliveredFact(NamedTuple):
    """A document that a delivery holds: an invoice, a credit note, or a notice."""

    delivery: str
    kind: str
    name: str


class FindingFact(NamedTuple):
    """What an auditor found on a document, and how it stands."""

    id: str
    document: str
    booked_on: date
    text: str
    found_by: str
    state: str
    correction: str | None
    closed_on: date | None
    reason: str | None
    external_id: str | None
    content: str


class EvidenceFact(NamedTuple):
    """A file of the ledger that a hold names, and the SHA-256 it had then."""

    hold: str
    path: str
    sha256: str
    place: str


class BankAccountFact(NamedTuple):
    """An account that ``ledger.yaml`` declares."""

    id: str
    number: str | None
    currency: str


class BankStatementFact(NamedTuple):
    """What one file said of one account; balances in minor units. ``number`` is the account's as the file has it."""

    id: str
    account: str
    number: str | None
    currency: str
    from_on: date | None
    until: date | None
    opening: int | None
    closing: int | None
    lines: int
    total: int
    name: str
    original: str
    sha256: str
    format: str | None


class BankLineFact(NamedTuple):
    """A line of a statement as it stands there; ``at`` is its place. One line may stand in several statements, under one id.

    ``refs`` are the marked references, one a line.
    """

    statement: str
    account: str
    id: str
    at: int
    row: int
    booked_on: date
    value_on: date | None
    amount: int
    currency: str
    payer: str
    iban: str
    ultimate: str
    text: str
    refs: str
    end_to_end: str
    bank_id: str
    kind: str
    returned: str
    fee: int
    original_amount: int | None
    original_currency: str | None
    balance: int | None


class BankDecisionFact(NamedTuple):
    """What was decided on a line: ``decision`` as the file has it; it counts until ``undone_on``. ``documents`` one a line.

    ``amount`` is what it says that the line has.
    """

    reconciliation: str
    statement: str
    account: str
    line: str
    decision: str
    booked_on: date
    currency: str
    amount: int
    customer: str | None
    documents: str
    decided_by: str
    reason: str | None
    undone_on: date | None
    at: int


class BankBookingFact(NamedTuple):
    """A document that a decision made, or reversed: ``kind`` is payment, refund or reversal."""

    account: str
    line: str
    at: int
    kind: str
    name: str
    undone: int
    place: str


class DraftFact(NamedTuple):
    """An invoice not yet issued; ``issued_on`` is the day it is meant to have."""

    id: str
    customer: str
    lines: int
    issued_on: date | None
    external_id: str | None
    content: str
    service_until: date | None = None


class Settlement(NamedTuple):
    """One row of the settlement table: it lowers the invoice's open balance from ``booked_on`` until ``ended_on``."""

    invoice: str
    kind: str
    amount: int
    booked_on: date
    value_on: date
    source_kind: str
    source: str
    ended_on: date | None
    place: str


class Draw(NamedTuple):
    """What a refund takes of a payment or credit note; it counts from ``booked_on`` until ``ended_on``."""

    refund: str
    source_kind: str
    source: str
    amount: int
    booked_on: date
    ended_on: date | None
    place: str


class Reference(NamedTuple):
    """A name that must be declared elsewhere; ``place`` is the dotted path of its first use in the document."""

    kind: str
    name: str
    place: str


class Name(NamedTuple):
    """A declared word: a tax code, a category, a tag, a group, an item; the number or id of a document kept out of the books; a customer
    for whom a payment or credit note settles though they are not related (``for_other``), or that was given another credit limit
    (``limit_override``); a group with one (``limited_group``)."""

    kind: str
    name: str


class Setting(NamedTuple):
    """A setting that reports need, so that they read no YAML."""

    name: str
    value: str


class TagFact(NamedTuple):
    """A declared tag; ``uses`` are the kinds it may stand on, parted by spaces, empty for all."""

    name: str
    expires_on: date | None
    uses: str
    owner: str | None
    description: str | None


class BandFact(NamedTuple):
    """An amount band of a currency; minor units."""

    name: str
    currency: str
    starts: int


class AuditedFile(NamedTuple):
    """What one entry of the audit trail says of one file; ``hash`` is None where the command removed it.

    ``made`` where the file was not there before, ``by_hand`` where the command only found what a person had done.
    """

    clone: str
    seq: int
    path: str
    hash: str | None
    made: int
    by_hand: int


class PayeeMark(NamedTuple):
    """What one entry says of the accounts and addresses that stand in one file."""

    clone: str
    seq: int
    path: str
    mark: str


class TrailEntry(NamedTuple):
    """One entry of the audit trail and the entry it follows."""

    clone: str
    seq: int
    prev: str
    hash: str
    at: str
    command: str


Fact = (
    CustomerFact
    | InvoiceFact
    | InstalmentFact
    | CreditNoteFact
    | CreditLineFact
    | SoldFact
    | PaymentFact
    | RefundFact
    | WriteOffFact
    | HoldFact
    | PlanPart
    | EvidenceFact
    | FindingFact
    | RecurringFact
    | ReminderFact
    | ReminderItemFact
    | ReminderChargeFact
    | ApprovalFact
    | DeliveryFact
    | DeliveredFact
    | BankAccountFact
    | BankStatementFact
    | BankLineFact
    | BankDecisionFact
    | BankBookingFact
    | DraftFact
    | Settlement
    | Draw
    | Reference
    | Name
    | Setting
    | TagFact
    | BandFact
    | AuditedFile
    | PayeeMark
    | TrailEntry
)

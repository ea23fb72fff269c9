"""Bank statements, their lines and what was decided on them; and all that a matcher may know of the books."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from billcli.core.bank import BankLine
from billcli.core.checks.facts import BankBooked as Booked
from billcli.core.checks.facts import BankDecided as Decided
from billcli.core.facts import (
    BankAccountFact,
    BankBookingFact,
    BankDecisionFact,
    BankLineFact,
    BankStatementFact,
    CreditNoteFact,
    InvoiceFact,
)
from billcli.core.matching.facts import Confirmed, Party, PastPayment, Settled
from billcli.index.queries import facts_of, names_in

Key = tuple[str, str]
"""A line: its account and its id."""


class KnownLine(NamedTuple):
    """A line as the ledger has it: the first statement that brought it, and the live decision on it, if any."""

    account: str
    statement: str
    line: BankLine
    decision: str = ""
    decided_on: date | None = None
    reconciliation: str = ""


def accounts(connection: sqlite3.Connection) -> list[BankAccountFact]:
    return facts_of(connection, BankAccountFact, "bank_accounts", "ORDER BY rowid")


def statements(connection: sqlite3.Connection, account: str | None = None) -> list[BankStatementFact]:
    """By account and last day."""
    rest = "WHERE ?1 IS NULL OR account = ?1 ORDER BY account, until, from_on, id"
    return facts_of(connection, BankStatementFact, "bank_statements", rest, (account,))


def statements_of(connection: sqlite3.Connection, hashes: Sequence[str]) -> list[BankStatementFact]:
    """The statements that came from originals with these SHA-256."""
    marks, values = names_in(hashes)
    return facts_of(connection, BankStatementFact, "bank_statements", f"WHERE sha256 IN {marks} ORDER BY id", values)


def bank_line(fact: BankLineFact) -> BankLine:
    original = (fact.original_amount, fact.original_currency) if fact.original_amount is not None and fact.original_currency else None
    return BankLine(
        id=fact.id, row=fact.row, booked_on=fact.booked_on, amount=fact.amount, currency=fact.currency, value_on=fact.value_on,
        payer=fact.payer, iban=fact.iban, ultimate=fact.ultimate, text=fact.text, references=tuple(fact.refs.split("\n")) if fact.refs else (),
        end_to_end=fact.end_to_end, bank_id=fact.bank_id, kind=fact.kind, returned=fact.returned, fee=fact.fee, original=original,
        balance=fact.balance,
    )  # fmt: skip


def _known(facts: Sequence[BankLineFact], decided: dict[Key, BankDecisionFact]) -> Iterator[KnownLine]:
    seen: set[Key] = set()
    for fact in facts:
        key = (fact.account, fact.id)
        if key in seen:
            continue
        seen.add(key)
        live = decided.get(key)
        words = (live.decision, live.booked_on, live.reconciliation) if live else ("", None, "")
        yield KnownLine(fact.account, fact.statement, bank_line(fact), *words)


_LIVE = "WHERE undone_on IS NULL AND decision <> 'refused'"


def decisions(connection: sqlite3.Connection, ids: Sequence[str] | None = None) -> dict[Key, BankDecisionFact]:
    """The live decision on each line, or on lines with these ids."""
    if ids is None:
        found = facts_of(connection, BankDecisionFact, "bank_decisions", _LIVE)
    else:
        marks, values = names_in(ids)
        found = facts_of(connection, BankDecisionFact, "bank_decisions", f"{_LIVE} AND line IN {marks}", values)
    return {(each.account, each.line): each for each in found}


def lines(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[Key, KnownLine]:
    """Lines with these ids, of any account."""
    marks, values = names_in(ids)
    facts = facts_of(connection, BankLineFact, "bank_lines", f"WHERE id IN {marks} ORDER BY statement, at", values)
    return {(each.account, each.line.id): each for each in _known(facts, decisions(connection, ids))}


def open_lines(connection: sqlite3.Connection, account: str | None = None) -> list[KnownLine]:
    """Lines that nothing live is decided on, the oldest first."""
    rest = """
    WHERE (?1 IS NULL OR t.account = ?1) AND NOT EXISTS (
      SELECT 1 FROM bank_decisions d WHERE d.line = t.id AND d.account = t.account AND d.undone_on IS NULL AND d.decision <> 'refused'
    ) ORDER BY booked_on, statement, at
    """
    facts = facts_of(connection, BankLineFact, "bank_lines", rest, (account,))
    return list(_known(facts, {}))


def count_open(connection: sqlite3.Connection) -> int:
    sql = """
    SELECT count(*) FROM (SELECT DISTINCT account, id FROM bank_lines t WHERE NOT EXISTS (
      SELECT 1 FROM bank_decisions d WHERE d.line = t.id AND d.account = t.account AND d.undone_on IS NULL AND d.decision <> 'refused'))
    """
    return int(connection.execute(sql).fetchone()[0])


def lines_of(connection: sqlite3.Connection, statement: str) -> list[KnownLine]:
    """The lines of one statement in its order, each with the live decision on it."""
    facts = facts_of(connection, BankLineFact, "bank_lines", "WHERE statement = ? ORDER BY at", (statement,))
    return list(_known(facts, decisions(connection, [each.id for each in facts])))


def bookings(connection: sqlite3.Connection, account: str, line: str) -> list[BankBookingFact]:
    """What live decisions made of a line."""
    rest = "WHERE account = ? AND line = ? AND undone = 0 ORDER BY rowid"
    return facts_of(connection, BankBookingFact, "bank_bookings", rest, (account, line))


def booked_from(connection: sqlite3.Connection, name: str) -> Key | None:
    """The line that a payment or refund was booked from."""
    row = connection.execute("SELECT account, line FROM bank_bookings WHERE name = ? AND kind <> 'reversal'", (name,)).fetchone()
    return (row[0], row[1]) if row else None


def returned_by(connection: sqlite3.Connection, payment: str) -> Key | None:
    """The line that takes a payment back, by a live decision."""
    row = connection.execute(
        "SELECT account, line FROM bank_bookings WHERE name = ? AND kind = 'reversal' AND undone = 0", (payment,)
    ).fetchone()
    return (row[0], row[1]) if row else None


def live_on(connection: sqlite3.Connection, account: str, line: str) -> list[tuple[str, int, str]]:
    """(file, place in it, documents) of each live decision on a line: more than one where clones took it on their own."""
    sql = f"SELECT f.path, t.at, t.documents FROM bank_decisions t JOIN files f ON f.id = t.file {_LIVE} AND t.account = ? AND t.line = ?"
    return connection.execute(sql, (account, line)).fetchall()


# what a matcher may know


def items(connection: sqlite3.Connection) -> list[tuple[InvoiceFact, int, date | None]]:
    """Open invoices with what is open once everything written counts, and the last day of money."""
    facts = facts_of(connection, InvoiceFact, "invoices", "WHERE open_all > 0 ORDER BY number")
    left = dict(connection.execute("SELECT number, open_all FROM invoices WHERE open_all > 0").fetchall())
    sql = """
    SELECT invoice, max(value_on) FROM settlements WHERE kind = 'payment' AND ended_on IS NULL
      AND invoice IN (SELECT number FROM invoices WHERE open_all > 0) GROUP BY invoice
    """
    paid = {number: date.fromisoformat(day) for number, day in connection.execute(sql)}
    return [(each, left[each.number], paid.get(each.number)) for each in facts]


def free_notes(connection: sqlite3.Connection) -> list[tuple[CreditNoteFact, int]]:
    """Credit notes with something unapplied."""
    facts = facts_of(connection, CreditNoteFact, "credit_notes", "WHERE unapplied_all > 0 AND voided_on IS NULL ORDER BY number")
    left = dict(connection.execute("SELECT number, unapplied_all FROM credit_notes WHERE unapplied_all > 0").fetchall())
    return [(each, left[each.number]) for each in facts]


def settled(connection: sqlite3.Connection) -> list[Settled]:
    sql = """
    SELECT number, customer, currency, gross, last_event, reference, buyer_reference, external_id, imported FROM invoices
    WHERE open_all <= 0 AND voided_on IS NULL ORDER BY number
    """
    return [
        Settled(number, customer, currency, gross, date.fromisoformat(day), references(reference, order, external_id, bool(imported)))
        for number, customer, currency, gross, day, reference, order, external_id, imported in connection.execute(sql)
    ]


def references(reference: str | None, order: str | None, external_id: str | None, imported: bool) -> tuple[str, ...]:
    """What a payer may quote of an invoice beside its number; ``order`` is the buyer's own."""
    older = external_id if imported else None
    return tuple(dict.fromkeys(each for each in (reference, order, older) if each))


def parties(connection: sqlite3.Connection) -> list[Party]:
    found = []
    for name, customer, also, parent, merged in connection.execute("SELECT name, id, also, parent, merged_into FROM customers ORDER BY id"):
        more = also.split("\n") if also else []
        ibans = tuple(each for each in more if _is_iban(each))
        names = tuple(each for each in more if not _is_iban(each) and "@" not in each)
        found.append(Party(customer, (name, *names), ibans, merged or parent or ""))
    return found


def _is_iban(text: str) -> bool:
    return 15 <= len(text) <= 34 and text[:2].isalpha() and text[:2].isupper() and text[2:4].isdigit() and text.isalnum()


def past_payments(connection: sqlite3.Connection) -> list[PastPayment]:
    """Payments that were not reversed, with the bank line that each was booked from."""
    documents: dict[str, list[str]] = {}
    sql = "SELECT DISTINCT source, invoice FROM settlements WHERE source_kind = 'payment' AND kind = 'payment' ORDER BY source, invoice"
    for source, invoice in connection.execute(sql):
        documents.setdefault(source, []).append(invoice)
    sql = """
    SELECT p.id, p.customer, p.received_on, p.currency, p.amount, p.unapplied_all, coalesce(p.payer_name, ''), coalesce(p.reference, ''),
      coalesce(b.line, ''), coalesce((SELECT l.iban FROM bank_lines l WHERE l.id = b.line AND l.account = b.account LIMIT 1), '')
    FROM payments p LEFT JOIN bank_bookings b ON b.name = p.id AND b.kind = 'payment' AND b.undone = 0
    WHERE p.reversed_on IS NULL ORDER BY p.received_on, p.id
    """
    return [
        PastPayment(
            id_, customer, date.fromisoformat(day), currency, amount, free, payer, iban, reference, line, tuple(documents.get(id_, ()))
        )
        for id_, customer, day, currency, amount, free, payer, reference, line, iban in connection.execute(sql)
    ]


def past_refunds(connection: sqlite3.Connection) -> list[PastPayment]:
    """Refunds recorded, each with the bank line that shows it, where one does."""
    sources: dict[str, list[str]] = {}
    for refund, source in connection.execute("SELECT refund, source FROM draws ORDER BY rowid"):
        sources.setdefault(refund, []).append(source)
    sql = """
    SELECT r.id, r.customer, r.paid_on, r.currency, r.amount, coalesce(b.line, '')
    FROM refunds r LEFT JOIN bank_bookings b ON b.name = r.id AND b.kind = 'refund' AND b.undone = 0
    WHERE r.reversed_on IS NULL ORDER BY r.paid_on, r.id
    """
    return [
        PastPayment(id_, customer, date.fromisoformat(day), currency, amount, 0, "", "", "", line, tuple(sources.get(id_, ())))
        for id_, customer, day, currency, amount, line in connection.execute(sql)
    ]


def confirmed(connection: sqlite3.Connection) -> list[Confirmed]:
    """What persons said: who pays for whom. Bill's own bookings and those of rules do not teach."""
    sql = """
    SELECT l.payer, l.iban, d.customer, count(DISTINCT d.line), max(d.booked_on)
    FROM bank_decisions d JOIN bank_lines l ON l.id = d.line AND l.account = d.account
    WHERE d.decided_by = 'person' AND d.decision = 'book' AND d.undone_on IS NULL AND d.customer IS NOT NULL
    GROUP BY l.payer, l.iban, d.customer ORDER BY l.payer, l.iban, d.customer
    """
    return [Confirmed(name, iban, customer, times, date.fromisoformat(day)) for name, iban, customer, times, day in connection.execute(sql)]


def refused(connection: sqlite3.Connection) -> frozenset[Key]:
    """(line, document) that a person has said no to, by a refusal or by taking a booking of bill's back."""
    sql = """
    SELECT line, documents FROM bank_decisions
    WHERE documents <> '' AND ((decision = 'refused' AND undone_on IS NULL) OR (decision <> 'refused' AND undone_on IS NOT NULL))
    """
    return frozenset((line, each) for line, documents in connection.execute(sql) for each in documents.split("\n"))


def external_ids(connection: sqlite3.Connection, wanted: str, table: str = "payments") -> list[str]:
    """External ids of payments or refunds that are this one or go on with a slash: of a line, as often as it was booked."""
    sql = f"SELECT external_id FROM {table} WHERE external_id = ?1 OR (external_id > ?1 || '/' AND external_id < ?1 || '0')"  # "0" follows "/"
    return [found for (found,) in connection.execute(sql, (wanted,))]


def taken_back(connection: sqlite3.Connection, ids: Sequence[str]) -> frozenset[Key]:
    """Lines with these ids on which a decision was undone."""
    marks, values = names_in(ids)
    sql = f"SELECT account, line FROM bank_decisions WHERE undone_on IS NOT NULL AND decision <> 'refused' AND line IN {marks}"
    return frozenset((account, line) for account, line in connection.execute(sql, values))


def reconciliation_ids(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(name for (name,) in connection.execute("SELECT DISTINCT lower(reconciliation) FROM bank_decisions"))


def line_days(connection: sqlite3.Connection, account: str) -> tuple[dict[date, int], dict[tuple[str, date], int]]:
    """What the account's lines come to on each day, every line once; and how many lines of a day each statement has."""
    sql = "SELECT booked_on, sum(amount) FROM (SELECT DISTINCT id, booked_on, amount FROM bank_lines WHERE account = ?) GROUP BY booked_on"
    by_day = {date.fromisoformat(day): amount for day, amount in connection.execute(sql, (account,))}
    sql = "SELECT statement, booked_on, count(*) FROM bank_lines WHERE account = ? GROUP BY statement, booked_on"
    counts = {(statement, date.fromisoformat(day)): count for statement, day, count in connection.execute(sql, (account,))}
    return by_day, counts


def count_lines(connection: sqlite3.Connection, account: str) -> int:
    return int(connection.execute("SELECT count(DISTINCT id) FROM bank_lines WHERE account = ?", (account,)).fetchone()[0])


def decided(connection: sqlite3.Connection) -> list[Decided]:
    """Every live decision, refusals too, beside the line that it is on."""
    sql = """
    SELECT f.path, d.at, d.account, d.line, d.decision, d.currency, d.amount, l.amount, l.currency,
      d.decision || ' ' || coalesce((SELECT group_concat(b.kind || ' ' || b.name, ' ') FROM bank_bookings b WHERE b.file = d.file AND b.at = d.at), '')
    FROM bank_decisions d JOIN files f ON f.id = d.file
    LEFT JOIN (SELECT account, id, min(amount) AS amount, min(currency) AS currency FROM bank_lines GROUP BY id, account) l
      ON l.id = d.line AND l.account = d.account
    WHERE d.undone_on IS NULL ORDER BY f.path, d.at
    """
    return [Decided(*row) for row in connection.execute(sql)]


def booked(connection: sqlite3.Connection) -> list[Booked]:
    """What live decisions name and the books have; what they do not have is a reference without its document."""
    sql = """
    SELECT f.path, b.place, b.line, b.kind, b.name, coalesce(p.amount, -r.amount), coalesce(p.currency, r.currency), p.reversed_on
    FROM bank_bookings b JOIN files f ON f.id = b.file
    LEFT JOIN payments p ON p.id = b.name AND b.kind <> 'refund' LEFT JOIN refunds r ON r.id = b.name AND b.kind = 'refund'
    WHERE b.undone = 0 AND coalesce(p.id, r.id) IS NOT NULL ORDER BY f.path, b.place
    """
    return [
        Booked(file, place, line, kind, name, amount, currency, date.fromisoformat(day) if day else None)
        for file, place, line, kind, name, amount, currency, day in connection.execute(sql)
    ]


def originals(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(file of the statement, original, SHA-256), one for each original."""
    sql = "SELECT min(f.path), s.original, s.sha256 FROM bank_statements s JOIN files f ON f.id = s.file GROUP BY s.original, s.sha256"
    return connection.execute(sql).fetchall()


def statement_paths(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT s.id, f.path FROM bank_statements s JOIN files f ON f.id = s.file").fetchall())


def statements_with(connection: sqlite3.Connection, account: str, line: str) -> list[str]:
    sql = "SELECT DISTINCT statement FROM bank_lines WHERE id = ? AND account = ? ORDER BY statement"
    return [name for (name,) in connection.execute(sql, (line, account))]


def decisions_on(connection: sqlite3.Connection, account: str, line: str) -> list[tuple[date, str, int]]:
    """(day, file, place in it) of every decision on a line, those that were undone too, in their order."""
    sql = """
    SELECT d.booked_on, f.path, d.at FROM bank_decisions d JOIN files f ON f.id = d.file
    WHERE d.line = ? AND d.account = ? ORDER BY d.booked_on, d.undone_on IS NULL, f.path
    """
    return [(date.fromisoformat(day), path, at) for day, path, at in connection.execute(sql, (line, account))]


def of_several_formats(connection: sqlite3.Connection, account: str, also: set[str]) -> list[tuple[str, date, int, str]]:
    """(line, day, amount, format) of an account's lines; none where its files, with those of ``also``, are of one format."""
    sql = "SELECT DISTINCT coalesce(format, '') FROM bank_statements WHERE account = ?"
    formats = {form for (form,) in connection.execute(sql, (account,))}
    if not formats or len(formats | also) < 2:
        return []
    sql = """
    SELECT DISTINCT l.id, l.booked_on, l.amount, coalesce(s.format, '') FROM bank_lines l JOIN bank_statements s ON s.id = l.statement
    WHERE l.account = ? ORDER BY l.booked_on, l.id
    """
    return [(line, date.fromisoformat(day), amount, form) for line, day, amount, form in connection.execute(sql, (account,))]

"""Statement files on their way into the ledger: read, given to their accounts, held to what is there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from billcli.app.books import Books
from billcli.app.reconcile.accounts import Account, Accounts
from billcli.core.bank import BankLine, BankStatement, Skipped
from billcli.core.bank_statement import Origin, contradictions, origin, statement_document, with_plain_ids
from billcli.core.document import document_data
from billcli.core.matching.facts import PayoutItem
from billcli.core.plan import Append, Change, Create, CreateBytes, Step
from billcli.errors import BillError
from billcli.index import bank_queries, queries
from billcli.model.bank_statement import Statement
from billcli.model.money import Money
from billcli.model.values import quoted
from billcli.store import fs

if TYPE_CHECKING:
    from billcli.banks.read import Options


class File(NamedTuple):
    """What was read of one file, once for all planning."""

    name: str
    raw: bytes
    statements: tuple[BankStatement, ...]


class Taken(NamedTuple):
    """One statement of a file: its account, its document, and whether it is new to the ledger. ``lines`` are those of the file."""

    account: Account
    statement: str
    lines: tuple[BankLine, ...]
    skipped: tuple[Skipped, ...]
    said: BankStatement
    file: str


class Imported(NamedTuple):
    """The files as steps, and every statement in their order."""

    steps: list[Step]
    taken: list[Taken]
    notes: list[str]
    warnings: list[str]


def read_files(paths: Sequence[str], root: str, options: Options | None, currency: str) -> list[File]:
    """Raises ``BillError`` for a file that cannot be read whole; nothing is taken of any then. ``currency`` where nobody says one."""
    from billcli.app.bank import profiles, read_statement_file
    from billcli.banks.read import Options, read

    options = options or Options()
    options = options._replace(currency=options.currency or currency)
    known = profiles(root) if paths else {}
    found = []
    for path in paths:
        name = os.path.basename(path)
        raw = read_statement_file(path)
        statements = read(raw, name, known, options)
        if not any(each.lines or each.closing is not None for each in statements):
            raise BillError(f"{name} holds no line of an account", 'nothing was written; look at what it is: "bill bank read FILE"')
        found.append(File(name, raw, tuple(with_plain_ids(each) for each in statements)))
    return found


def read_report(path: str, currency: str) -> list[PayoutItem]:
    """A provider's report of what it paid out."""
    from billcli.app.bank import read_statement_file
    from billcli.banks.payouts import read_payouts

    return read_payouts(read_statement_file(path), os.path.basename(path), currency)


def imported(books: Books, files: Sequence[File], asked: str | None) -> Imported:
    """What the files bring. Raises ``BillError`` where one is of another account, or contradicts what is known of a line."""
    settings = queries.settings(books.index)
    accounts = Accounts(bank_queries.accounts(books.index), settings.get("currency", ""), asked)
    found = Imported([], [], [], [])
    there: dict[str, set[str]] = {}
    for each in bank_queries.statements_of(books.index, [fs.sha256(each.raw) for each in files]):
        there.setdefault(each.sha256, set()).add(each.account)
    hashes: set[str] = set()
    for file in files:
        sha256 = fs.sha256(file.raw)
        if sha256 in hashes:
            found.notes.append(f"{file.name} is the same file as one before it")
            continue
        hashes.add(sha256)
        _take(books, file, sha256, accounts, there.get(sha256, set()), found)
    if accounts.new:
        found.steps.insert(0, Change("ledger.yaml", "ledger", tuple(Append(("bank_accounts",), _declared(each)) for each in accounts.new)))
        found.notes.extend(f"the account {each.id} is new: ledger.yaml declares it ({each.number or 'no number'}, {each.currency})"
                           for each in accounts.new)  # fmt: skip
    return found


def _declared(account: Account) -> dict[str, str]:
    return {"id": account.id, **({"number": account.number} if account.number else {}), "currency": account.currency}


def _take(books: Books, file: File, sha256: str, accounts: Accounts, kept: set[str], found: Imported) -> None:
    several = len({each.currency for each in file.statements}) > 1
    counts: dict[str, int] = {}
    originals: set[str] = set()
    for said in file.statements:
        account = accounts.of(said, several, file.name)
        if kept and account.id not in kept and not several:
            message = f"{file.name} was imported already, as a file of {', '.join(sorted(kept))}"
            raise BillError(message, "a file is of one account; look at which one it is")
        source = origin(file.name, sha256, account.id)
        nth = counts.get(account.id, 0)
        counts[account.id] = nth + 1
        document = statement_document(said, account.id, source, nth)
        have = _known(books, account, said)
        fresh = [each for each in said.lines if each.id not in have]
        keeps = account.id not in kept and (bool(fresh) or _goes_on(books, account, said))
        if keeps:
            if source.path not in originals:
                originals.add(source.path)
                found.steps.append(_original(books, source, file.raw))
            found.steps.append(Create(f"bank/{account.id}/{document.id}.yaml", "bank-statement", document_data(document)))
        found.taken.append(Taken(account, document.id, said.lines, said.skipped, said, file.name))
        found.notes.append(_note(file, account, document, len(fresh), said, keeps=keeps))
        found.warnings.extend(f"{file.name}, line {each.row} is set aside: {each.reason}" for each in said.skipped[:5])
        if len(said.skipped) > 5:
            found.warnings.append(f"{file.name}: {len(said.skipped) - 5} more rows are no movements")


def _original(books: Books, source: Origin, raw: bytes) -> CreateBytes:
    there = fs.read_if_there(books.root, source.path)
    if there is not None and there != raw:
        raise BillError(f"{source.path} is there already and is another file", "rename one of the two")
    return CreateBytes(source.path, raw)


def _known(books: Books, account: Account, said: BankStatement) -> dict[str, BankLine]:
    """The account's lines that the file has too."""
    lines = bank_queries.lines(books.index, [each.id for each in said.lines])
    have = {line: each.line for (name, line), each in lines.items() if name == account.id}
    if wrong := contradictions(said.lines, have):
        new, old = wrong[0]
        message = f"{account.id} has a line {quoted(new.id)} over {Money(old.amount, old.currency)} of {old.booked_on}"
        raise BillError(f"{message}; line {new.row} of the file has that id over {Money(new.amount, new.currency)} of {new.booked_on}",
                        "it may be of another account, or its ids begin anew in each file; nothing was written")  # fmt: skip
    return have


def _goes_on(books: Books, account: Account, said: BankStatement) -> bool:
    """Whether a statement without new lines tells of a later day than any before."""
    last = max((each.until for each in bank_queries.statements(books.index, account.id) if each.until), default=None)
    return said.until_on is not None and (last is None or said.until_on > last)


def _note(file: File, account: Account, document: Statement, fresh: int, said: BankStatement, *, keeps: bool) -> str:
    seen = len(said.lines) - fresh
    what = f"{file.name}: {fresh} new lines of {account.id}" if fresh != 1 else f"{file.name}: 1 new line of {account.id}"
    return what + (f", {seen} seen before" if seen else "") + ("" if keeps else "; the statement is not kept again")
